//! The consolidated agreement: what it says as of a day, and what changed between two.
//!
//! An adopted amendment takes effect in two steps. Its text, parties and days hold from its effective day on, even where
//! it was signed later; its amounts hold from the later of the two days on, which is when the budget is revised. The
//! consolidated agreement is what was signed first with all steps up to the day, in the order of their days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::amendments::Amendment;
use super::content::{AnnexKey, Clause, ClauseNumber, Content, Party};
use super::status::Agreement;
use crate::choices::choices;
use crate::ids::{GrantId, PartnerId};
use crate::money::Money;
use crate::period::Period;

/// Which part of an amendment a step applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Text,
    Amounts,
}

impl Agreement {
    /// What the agreement says as of a day, by the signatures known by another.
    #[must_use]
    pub fn consolidated(&self, day: NaiveDate, known_on: NaiveDate) -> Content {
        self.consolidated_without(None, day, known_on)
    }

    pub(super) fn consolidated_without(&self, number: Option<u32>, day: NaiveDate, known_on: NaiveDate) -> Content {
        let mut content = self.content.clone();
        for (from, _, part, amendment) in self.steps(known_on) {
            if from <= day && number != Some(amendment.number) {
                match part {
                    Part::Text => amendment.changes.apply_text(&mut content),
                    Part::Amounts => amendment.changes.apply_amounts(&mut content),
                }
            }
        }
        content
    }

    /// The numbers of the amendments whose text or amounts hold on a day, in the order of their effect.
    #[must_use]
    pub fn amended_by(&self, day: NaiveDate, known_on: NaiveDate) -> Vec<u32> {
        let steps = self.steps(known_on).into_iter();
        let text = steps.filter(|(from, _, part, _)| *from <= day && *part == Part::Text);
        text.map(|(_, number, ..)| number).collect()
    }

    /// The least that is agreed for a grant on a day and on any later one: what can be bound on that day. None where the
    /// annex does not name the grant on one of these days.
    #[must_use]
    pub fn agreed_from(&self, grant: GrantId, day: NaiveDate, known_on: NaiveDate) -> Option<Money> {
        let later = self
            .steps(known_on)
            .into_iter()
            .map(|(from, ..)| from)
            .filter(|from| *from > day);
        let amounts: Option<Vec<_>> = std::iter::once(day)
            .chain(later)
            .map(|day| super::content::agreed(&self.consolidated(day, known_on).annex, grant))
            .collect();
        amounts?.into_iter().min_by_key(|amount| amount.minor)
    }

    fn steps(&self, known_on: NaiveDate) -> Vec<(NaiveDate, u32, Part, &Amendment)> {
        let of = |amendment| steps_of(amendment, known_on).into_iter().flatten();
        let mut steps: Vec<_> = self.amendments.iter().flat_map(of).collect();
        steps.sort_by_key(|(from, number, part, _)| (*from, *number, *part));
        steps
    }
}

fn steps_of(amendment: &Amendment, known_on: NaiveDate) -> [Option<(NaiveDate, u32, Part, &Amendment)>; 2] {
    let step = |from, part| (from, amendment.number, part, amendment);
    let amounts_from = amendment.amounts_from(known_on);
    [
        amounts_from.map(|_| step(amendment.effective_on, Part::Text)),
        amounts_from.map(|from| step(from, Part::Amounts)),
    ]
}

choices! {
    /// What two versions of an agreement say differently.
    DifferenceKind {
        /// The period.
        Period = "period",
        /// The period in which costs must arise.
        Eligibility = "eligibility",
        /// The last day on which money moves.
        PayableUntil = "payable_until",
        /// A party.
        Party = "party",
        /// A clause.
        Clause = "clause",
        /// An amount.
        Amount = "amount",
    }
}

/// One thing that two versions of an agreement say differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The period.
    Period {
        /// Earlier.
        before: Period,
        /// Later.
        after: Period,
    },
    /// The period in which costs must arise.
    Eligibility {
        /// Earlier.
        before: Period,
        /// Later.
        after: Period,
    },
    /// The last day on which money moves.
    PayableUntil {
        /// Earlier.
        before: Option<NaiveDate>,
        /// Later.
        after: Option<NaiveDate>,
    },
    /// A party that joined, left, or is one in another way.
    Party {
        /// Who.
        partner: PartnerId,
        /// Earlier.
        before: Option<Party>,
        /// Later.
        after: Option<Party>,
    },
    /// A clause that was added, repealed or rewritten.
    Clause {
        /// Which.
        number: ClauseNumber,
        /// Earlier.
        before: Option<Clause>,
        /// Later.
        after: Option<Clause>,
    },
    /// An amount of the annex.
    Amount {
        /// Of what.
        key: AnnexKey,
        /// Earlier.
        before: Option<Money>,
        /// Later.
        after: Option<Money>,
    },
}

/// What changed from one version of an agreement to another: days, then parties, clauses and amounts in their order.
#[must_use]
pub fn compare(before: &Content, after: &Content) -> Vec<Difference> {
    let mut found = Vec::new();
    if before.period != after.period {
        let (before, after) = (before.period, after.period);
        found.push(Difference::Period { before, after });
    }
    if before.eligible() != after.eligible() {
        let (before, after) = (before.eligible(), after.eligible());
        found.push(Difference::Eligibility { before, after });
    }
    if before.payable_until != after.payable_until {
        let (before, after) = (before.payable_until, after.payable_until);
        found.push(Difference::PayableUntil { before, after });
    }
    let parties = |content: &Content| -> BTreeMap<PartnerId, Party> {
        content
            .parties
            .iter()
            .map(|party| (party.partner, party.clone()))
            .collect()
    };
    let (earlier, later) = (parties(before), parties(after));
    found.extend(
        differing(&earlier, &later).map(|(partner, before, after)| Difference::Party { partner, before, after }),
    );
    let clauses = differing(&before.clauses, &after.clauses);
    found.extend(clauses.map(|(number, before, after)| Difference::Clause { number, before, after }));
    let amounts = differing(&before.annex, &after.annex);
    found.extend(amounts.map(|(key, before, after)| Difference::Amount { key, before, after }));
    found
}

type Changed<K, V> = (K, Option<V>, Option<V>);

fn differing<K: Ord + Clone, V: PartialEq + Clone>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
) -> impl Iterator<Item = Changed<K, V>> {
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    keys.into_iter()
        .map(|key| {
            let (earlier, later) = (before.get(&key).cloned(), after.get(&key).cloned());
            (key, earlier, later)
        })
        .filter(|(_, earlier, later)| earlier != later)
}
