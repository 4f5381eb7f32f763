//! Who sits in a body on a day, and which seats are vacant.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{College, Designation, ParityRule, Sex};
use crate::error::{Code, Fault, Faults};
use crate::ids::{BodyId, MandateId, PartnerId, PersonId};
use crate::period::Period;

/// Who holds a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// A person. Name and contact are personal data and lie elsewhere.
    Person(PersonId),
    /// An organisation, whoever speaks for it.
    Partner(PartnerId),
}

/// A seat that somebody holds from a day to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Which.
    pub id: MandateId,
    /// Code of the college.
    pub college: String,
    /// Who holds it.
    pub member: Member,
    /// Sex as stated, where the college keeps parity.
    pub sex: Sex,
    /// From when to when.
    pub period: Period,
    /// Of whom the member is the substitute; a substitute takes no seat of its own.
    pub substitute_of: Option<MandateId>,
    /// The body whose seat it is, where another body fills it.
    pub delegated_by: Option<BodyId>,
}

/// A college as it is composed on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposedCollege {
    /// Its code.
    pub code: String,
    /// How many seats it has.
    pub seats: u32,
    /// The mandates that hold one.
    pub members: Vec<MandateId>,
    /// Seats that nobody holds.
    pub vacant: u32,
    /// Women on its seats.
    pub women: u32,
    /// Men on its seats.
    pub men: u32,
    /// Whether women and men differ by one at most, or nothing is asked.
    pub parity_kept: bool,
}

/// A body as it is composed on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composition {
    /// The day.
    pub day: NaiveDate,
    /// Its colleges, in their order.
    pub colleges: Vec<ComposedCollege>,
    /// Who can stand in for whom.
    pub substitutes: BTreeMap<MandateId, BTreeSet<MandateId>>,
}

impl Composition {
    /// All seats.
    #[must_use]
    pub fn seats(&self) -> u32 {
        self.colleges.iter().map(|college| college.seats).sum()
    }

    /// Seats that somebody holds.
    #[must_use]
    pub fn filled(&self) -> u32 {
        self.colleges.iter().map(|college| college.seats - college.vacant).sum()
    }

    /// The mandates that hold a seat, with the codes of their colleges.
    pub fn members(&self) -> impl Iterator<Item = (MandateId, &str)> {
        let of = |college: &'_ ComposedCollege| college.members.clone().into_iter();
        self.colleges
            .iter()
            .flat_map(move |college| of(college).map(|id| (id, college.code.as_str())))
    }
}

/// Who has a seat in the bodies that fill seats of others, and when.
pub type Delegates = BTreeMap<BodyId, Vec<(Member, Period)>>;

/// The composition of a body on a day. A seat that another body fills is vacant as soon as its holder has left that body.
#[must_use]
pub fn composition(colleges: &[College], mandates: &[Mandate], delegates: &Delegates, day: NaiveDate) -> Composition {
    let sits = |mandate: &&Mandate| mandate.period.contains(day) && still_delegated(mandate, delegates, day);
    let sitting: Vec<_> = mandates.iter().filter(sits).collect();
    let compose = |college: &College| {
        let members: Vec<_> = holding(&sitting, &college.code).collect();
        let count = |sex| number(members.iter().filter(|mandate| mandate.sex == sex).count());
        let (women, men) = (count(Sex::Female), count(Sex::Male));
        ComposedCollege {
            code: college.code.clone(),
            seats: college.seats,
            vacant: college.seats.saturating_sub(number(members.len())),
            parity_kept: college.parity == ParityRule::None || women.abs_diff(men) <= 1,
            members: members.iter().map(|mandate| mandate.id).collect(),
            women,
            men,
        }
    };
    let mut substitutes = BTreeMap::<_, BTreeSet<_>>::new();
    for mandate in &sitting {
        if let Some(of) = mandate.substitute_of {
            substitutes.entry(of).or_default().insert(mandate.id);
        }
    }
    Composition {
        day,
        colleges: colleges.iter().map(compose).collect(),
        substitutes,
    }
}

fn holding<'a>(mandates: &'a [&'a Mandate], college: &'a str) -> impl Iterator<Item = &'a Mandate> {
    let of_college = move |mandate: &&Mandate| mandate.college == college && mandate.substitute_of.is_none();
    mandates.iter().copied().filter(of_college)
}

fn still_delegated(mandate: &Mandate, delegates: &Delegates, day: NaiveDate) -> bool {
    let Some(body) = mandate.delegated_by else { return true };
    let members = delegates.get(&body).map_or(&[][..], Vec::as_slice);
    members
        .iter()
        .any(|(member, period)| *member == mandate.member && period.contains(day))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Checks a new mandate against those that are there, on every day that it lasts.
///
/// # Errors
/// Every fault: `reference_unknown` for the college or whom it stands in for, `college_full`, `already_seated`,
/// `parity_broken` where one sex would hold more than half of the seats, `not_delegated`.
pub fn check_mandate(
    new: &Mandate,
    colleges: &[College],
    mandates: &[Mandate],
    delegates: &Delegates,
) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let Some(college) = colleges.iter().find(|college| college.code == new.college) else {
        let known: Vec<_> = colleges.iter().map(|college| college.code.as_str()).collect();
        let detail = format!("The body has no college {}; it has: {}.", new.college, known.join(", "));
        return Err(Fault::new(Code::ReferenceUnknown, "/college", detail).into());
    };
    faults.keep(check_substitute(new, mandates));
    faults.keep(check_delegated(new, college, delegates));
    let beside: Vec<_> = mandates
        .iter()
        .filter(|mandate| overlap(mandate.period, new.period))
        .collect();
    if beside.iter().any(|mandate| mandate.member == new.member) {
        let detail = "This member has a mandate in the body on some of these days.";
        faults.add(Code::AlreadySeated, "/member", detail);
    }
    if new.substitute_of.is_none() {
        let seated: Vec<_> = holding(&beside, &college.code).collect();
        faults.keep(check_room(new, college, &seated));
        faults.keep(check_parity(new, college, &seated));
    }
    faults.finish(Some(()))
}

fn check_substitute(new: &Mandate, mandates: &[Mandate]) -> Result<(), Fault> {
    let Some(of) = new.substitute_of else { return Ok(()) };
    let stands_in =
        |mandate: &Mandate| mandate.id == of && mandate.college == new.college && mandate.substitute_of.is_none();
    if mandates.iter().any(stands_in) {
        return Ok(());
    }
    let detail = "A substitute stands in for a member of the same college who has a seat.";
    Err(Fault::new(Code::ReferenceUnknown, "/substitute_of", detail))
}

/// A seat that another body fills goes to a member of it, who sits there on its first day at least.
fn check_delegated(new: &Mandate, college: &College, delegates: &Delegates) -> Result<(), Fault> {
    let by_body = college.designation == Designation::ByBody;
    let fits = match new.delegated_by {
        Some(_) => by_body && still_delegated(new, delegates, new.period.starts_on),
        None => !by_body,
    };
    if fits {
        return Ok(());
    }
    let detail = match by_body {
        true => "The seats of this college go to members of the body that fills them.",
        false => "No other body fills the seats of this college.",
    };
    Err(Fault::new(Code::NotDelegated, "/delegated_by", detail))
}

/// The days on which most are seated are first days of mandates, so these are all that need to be looked at.
fn most(new: &Mandate, seated: &[&Mandate]) -> u32 {
    let firsts = seated
        .iter()
        .map(|mandate| mandate.period.starts_on.max(new.period.starts_on));
    let days: BTreeSet<_> = firsts.chain([new.period.starts_on]).collect();
    let on = |day: &NaiveDate| seated.iter().filter(|mandate| mandate.period.contains(*day)).count();
    number(days.iter().map(on).max().unwrap_or(0))
}

fn check_room(new: &Mandate, college: &College, seated: &[&Mandate]) -> Result<(), Fault> {
    if most(new, seated) < college.seats {
        return Ok(());
    }
    let detail = format!(
        "All {} seats of the college are taken on some of these days.",
        college.seats
    );
    Err(Fault::new(Code::CollegeFull, "/college", detail).with("max", college.seats.to_string()))
}

fn check_parity(new: &Mandate, college: &College, seated: &[&Mandate]) -> Result<(), Fault> {
    let half = college.seats.div_ceil(2);
    let same: Vec<_> = seated
        .iter()
        .copied()
        .filter(|mandate| mandate.sex == new.sex)
        .collect();
    let counts = college.parity == ParityRule::Equal && new.sex != Sex::Unstated;
    if !counts || most(new, &same) < half {
        return Ok(());
    }
    let detail = format!(
        "{half} of {} seats have gone to members of this sex already.",
        college.seats
    );
    Err(Fault::new(Code::ParityBroken, "/sex", detail).with("max", half.to_string()))
}

fn overlap(a: Period, b: Period) -> bool {
    a.ends_on.is_none_or(|end| b.starts_on <= end) && b.ends_on.is_none_or(|end| a.starts_on <= end)
}
