//! From list and seed to seats. The steps are told in `docs/draw.md`; whoever changes one changes the version.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::candidates::Digest;
use super::list::{Candidate, DrawCollege, FixedList};
use super::{VERSION, check_seed};
use crate::bodies::{ParityRule, Sex};
use crate::error::{Code, Fault, Faults};

/// A candidate in the order of the lots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// Who.
    pub pseudonym: String,
    /// Sex as listed.
    pub sex: Sex,
    /// The lot: the smallest comes first.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ticket: Digest,
}

/// Somebody who was called to a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holder {
    /// Who.
    pub pseudonym: String,
    /// Whether the seat was filled although parity asked for somebody else, of whom none was left.
    pub outside_parity: bool,
    /// Whether the seat was refused or given up later.
    pub refused: bool,
}

/// A seat and everybody who was called to it, in order: the last holds it, unless that one refused too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = DrawnSeat))]
pub struct Seat {
    /// Number in the college, from 1.
    pub number: u32,
    /// Who was called.
    pub holders: Vec<Holder>,
}

impl Seat {
    /// Who holds it; none where it is vacant.
    #[must_use]
    pub fn held_by(&self) -> Option<&str> {
        let last = self.holders.last().filter(|holder| !holder.refused)?;
        Some(&last.pseudonym)
    }
}

/// The lots of a college.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = DrawnCollege))]
pub struct CollegeOutcome {
    /// Its code.
    pub code: String,
    /// All candidates in the order of the lots.
    pub order: Vec<Ticket>,
    /// The seats.
    pub seats: Vec<Seat>,
}

impl CollegeOutcome {
    /// Who was never called, in the order in which they would be.
    #[must_use]
    pub fn reserve(&self) -> Vec<&Ticket> {
        let called: BTreeSet<_> = self.called().collect();
        self.order
            .iter()
            .filter(|ticket| !called.contains(ticket.pseudonym.as_str()))
            .collect()
    }

    fn called(&self) -> impl Iterator<Item = &str> {
        self.seats
            .iter()
            .flat_map(|seat| seat.holders.iter().map(|holder| holder.pseudonym.as_str()))
    }
}

/// What a draw gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = DrawOutcome))]
pub struct Outcome {
    /// The hash of the list.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub list_hash: Digest,
    /// The seed.
    pub seed: String,
    /// The colleges by code.
    pub colleges: Vec<CollegeOutcome>,
}

/// Draws the lots and follows the refusals, which are told in the order in which they came.
///
/// # Errors
/// The faults of the seed, or `not_seated` for a refusal of somebody who holds no seat at that moment.
pub fn draw(list: &FixedList, seed: &str, refusals: &[String]) -> Result<Outcome, Faults> {
    let seed = check_seed("/seed", seed)?;
    let list_hash = list.hash();
    let lots = Lots { list_hash, seed: &seed };
    let mut halls: BTreeMap<&str, Hall<'_>> = BTreeMap::new();
    for college in &list.list().colleges {
        halls.insert(&college.code, Hall::new(college));
    }
    for candidate in &list.list().candidates {
        if let Some(hall) = halls.get_mut(candidate.college.as_str()) {
            hall.order.push(Lot {
                ticket: lots.ticket(candidate),
                candidate,
                called: false,
            });
        }
    }
    halls.values_mut().for_each(Hall::fill);
    for (i, pseudonym) in refusals.iter().enumerate() {
        if !halls.values_mut().any(|hall| hall.replace(pseudonym)) {
            let detail = format!("{pseudonym} holds no seat that could be refused.");
            return Err(Fault::new(Code::NotSeated, format!("/refusals/{i}"), detail).into());
        }
    }
    let colleges = halls.into_values().map(Hall::outcome).collect();
    Ok(Outcome {
        list_hash,
        seed,
        colleges,
    })
}

struct Lots<'a> {
    list_hash: Digest,
    seed: &'a str,
}

impl Lots<'_> {
    fn ticket(&self, candidate: &Candidate) -> Digest {
        let (name, hash) = (format!("{VERSION} ticket"), self.list_hash.to_string());
        Digest::of_lines(&[&name, &hash, self.seed, &candidate.college, &candidate.pseudonym])
    }
}

/// A college while its seats are filled.
struct Hall<'a> {
    college: &'a DrawCollege,
    order: Vec<Lot<'a>>,
    seats: Vec<(Seat, Option<&'a Candidate>)>,
}

struct Lot<'a> {
    ticket: Digest,
    candidate: &'a Candidate,
    called: bool,
}

impl<'a> Hall<'a> {
    fn new(college: &'a DrawCollege) -> Self {
        Self {
            college,
            order: Vec::new(),
            seats: Vec::new(),
        }
    }

    fn fill(&mut self) {
        self.order
            .sort_by_key(|lot| (lot.ticket, lot.candidate.pseudonym.as_str()));
        for number in 1..=self.college.seats {
            let mut seat = Seat {
                number,
                holders: Vec::new(),
            };
            let holder = self.call(None).map(|called| seat.take(called));
            self.seats.push((seat, holder));
        }
    }

    /// Whoever holds the seat leaves it and the next of the same stratum is called. False where nobody of that name holds one.
    fn replace(&mut self, pseudonym: &str) -> bool {
        let holds = |(_, holder): &(Seat, Option<&Candidate>)| holder.is_some_and(|held| held.pseudonym == pseudonym);
        let Some(index) = self.seats.iter().position(holds) else {
            return false;
        };
        let left = self.seats.get_mut(index).and_then(|(seat, holder)| {
            seat.leave();
            holder.take()
        });
        let next = self.call(left.map(|candidate| candidate.sex));
        if let (Some(called), Some((seat, holder))) = (next, self.seats.get_mut(index)) {
            *holder = Some(seat.take(called));
        }
        true
    }

    /// The first who was not called yet: of the stratum of whoever left, else whom parity allows, else of those who stated
    /// no sex, else anybody, which is outside parity.
    fn call(&mut self, stratum: Option<Sex>) -> Option<(&'a Candidate, bool)> {
        let behind = self.behind();
        let early = self.seats_as_listed();
        let of_stratum = stratum.filter(|_| self.college.parity == ParityRule::Equal);
        let allowed = |place: usize, sex: Sex| match (self.college.parity, sex) {
            (ParityRule::None, _) => true,
            (ParityRule::Equal, Sex::Unstated) => place < early,
            (ParityRule::Equal, sex) => behind.is_none_or(|behind| behind == sex),
        };
        let found = of_stratum
            .and_then(|left| self.first(|_, sex| sex == left))
            .or_else(|| self.first(allowed))
            .or_else(|| self.first(|_, sex| sex == Sex::Unstated));
        let (index, outside) = match found {
            Some(index) => (index, false),
            None => (self.first(|_, _| true)?, true),
        };
        let lot = self.order.get_mut(index)?;
        lot.called = true;
        Some((lot.candidate, outside))
    }

    fn first(&self, wanted: impl Fn(usize, Sex) -> bool) -> Option<usize> {
        let mut lots = self.order.iter().enumerate();
        lots.find(|(place, lot)| !lot.called && wanted(*place, lot.candidate.sex))
            .map(|(place, _)| place)
    }

    /// Whoever stated no sex has the chance of a draw without parity: to be among as many first of the order as there are
    /// seats.
    fn seats_as_listed(&self) -> usize {
        usize::try_from(self.college.seats).unwrap_or(usize::MAX)
    }

    /// The sex that holds fewer seats; none where they are level.
    fn behind(&self) -> Option<Sex> {
        let held = |of| {
            self.seats
                .iter()
                .filter(|(_, held)| held.is_some_and(|h| h.sex == of))
                .count()
        };
        match held(Sex::Female).cmp(&held(Sex::Male)) {
            Ordering::Less => Some(Sex::Female),
            Ordering::Equal => None,
            Ordering::Greater => Some(Sex::Male),
        }
    }

    fn outcome(self) -> CollegeOutcome {
        let ticket = |lot: Lot<'_>| Ticket {
            pseudonym: lot.candidate.pseudonym.clone(),
            sex: lot.candidate.sex,
            ticket: lot.ticket,
        };
        CollegeOutcome {
            code: self.college.code.clone(),
            order: self.order.into_iter().map(ticket).collect(),
            seats: self.seats.into_iter().map(|(seat, _)| seat).collect(),
        }
    }
}

impl Seat {
    fn take<'a>(&mut self, (candidate, outside_parity): (&'a Candidate, bool)) -> &'a Candidate {
        self.holders.push(Holder {
            pseudonym: candidate.pseudonym.clone(),
            outside_parity,
            refused: false,
        });
        candidate
    }

    fn leave(&mut self) {
        if let Some(last) = self.holders.last_mut() {
            last.refused = true;
        }
    }
}
