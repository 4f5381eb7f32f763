//! Reconciliation: the rows of an account statement beside the movements of the ledger.
//!
//! A row and a movement belong together when they have the same reference and amount, or the same amount and days that
//! lie close together and nothing else is as close. One payment may settle several movements of one reference, such as
//! an invoice that two grants share. What is not certain is left to a person.

mod mapping;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

pub use mapping::{MAPPING_KINDS, StatementMapping};

use crate::choices::choices;
use crate::ids::MovementId;
use crate::money::{Currency, Money};

choices! {
    /// Where a statement comes from. A movement stands once in the accounts and once at the bank.
    StatementSource {
        /// The bank: movements count on the day they were paid, else on that of the accounts.
        Bank = "bank",
        /// The accounts: movements count on the day they were booked.
        Accounts = "accounts",
    }
    /// What became of a row.
    RowOutcome {
        /// Its movements add up to it.
        Matched = "matched",
        /// It has movements, which add up to another amount.
        Differs = "differs",
        /// Several movements could belong to it.
        Ambiguous = "ambiguous",
        /// No movement belongs to it.
        Unmatched = "unmatched",
        /// A person said why no movement belongs to it.
        Explained = "explained",
    }
}

/// How far apart the days of a row and of its movement may lie where no reference joins them.
pub const DAYS_APART: u64 = 10;
/// How far before and after the days of a statement movements are looked for.
pub const DAYS_AROUND: u64 = 92;
/// The most rows of one statement.
pub const ROWS_MAX: usize = 5_000;
/// The most movements that one row stands for.
pub const MOVEMENTS_MAX: usize = 50;

/// How many rows of a statement have which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutcomeCounts {
    /// Whose movements add up to them.
    pub matched: u32,
    /// Whose movements add up to another amount.
    pub differs: u32,
    /// To which several movements could belong.
    pub ambiguous: u32,
    /// To which no movement belongs.
    pub unmatched: u32,
    /// Of which a person said why no movement belongs to them.
    pub explained: u32,
}

impl OutcomeCounts {
    /// Adds rows of an outcome.
    pub fn add(&mut self, outcome: RowOutcome, rows: u32) {
        let count = match outcome {
            RowOutcome::Matched => &mut self.matched,
            RowOutcome::Differs => &mut self.differs,
            RowOutcome::Ambiguous => &mut self.ambiguous,
            RowOutcome::Unmatched => &mut self.unmatched,
            RowOutcome::Explained => &mut self.explained,
        };
        *count = count.saturating_add(rows);
    }
}

/// The outcome of a row to which a person gave these movements, or none and perhaps a note.
#[must_use]
pub fn outcome(row: Money, movements: &[Posted], note: Option<&str>) -> RowOutcome {
    if movements.is_empty() {
        return match note {
            Some(_) => RowOutcome::Explained,
            None => RowOutcome::Unmatched,
        };
    }
    match sum(movements, row.currency) == Some(row.minor.abs()) {
        true => RowOutcome::Matched,
        false => RowOutcome::Differs,
    }
}

/// What movements add up to in a currency, where each of them has an amount in it.
fn sum<'a>(movements: impl IntoIterator<Item = &'a Posted>, currency: Currency) -> Option<i64> {
    movements.into_iter().try_fold(0_i64, |sum, movement| {
        let amount = movement.amounts.iter().find(|amount| amount.currency == currency)?;
        sum.checked_add(amount.minor)
    })
}

/// A row of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The day.
    pub day: NaiveDate,
    /// The amount; its sign says which way it went and is not compared.
    pub amount: Money,
    /// What the accounts call it.
    pub reference: Option<String>,
}

/// A movement, as far as a statement can know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The movement.
    pub id: MovementId,
    /// The day at the bank, else that in the accounts.
    pub day: NaiveDate,
    /// The amounts under which a bank may show it: that of the grant and, where it was paid in another currency, the
    /// original.
    pub amounts: Vec<Money>,
    /// Its reference.
    pub reference: Option<String>,
}

/// What was found for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The outcome.
    pub outcome: RowOutcome,
    /// Its movements, where there are any.
    pub movements: Vec<MovementId>,
}

/// Finds the movements of rows. A movement belongs to one row at most; the findings are in the order of the rows.
#[must_use]
pub fn reconcile(entries: &[Entry], posted: &[Posted]) -> Vec<Finding> {
    let mut search = Search {
        posted,
        taken: vec![false; posted.len()],
        findings: vec![None; entries.len()],
    };
    search.by_reference(entries);
    search.by_amount(entries);
    search.findings.into_iter().map(Option::unwrap_or_default).collect()
}

impl Default for Finding {
    fn default() -> Self {
        Self {
            outcome: RowOutcome::Unmatched,
            movements: Vec::new(),
        }
    }
}

/// In which order rows and movements of one reference are joined.
#[derive(Clone, Copy)]
enum Joined {
    /// One movement of the same amount.
    Same,
    /// All movements that are left, which add up to the amount.
    Sum,
    /// One movement of another amount.
    Other,
}

struct Search<'a> {
    posted: &'a [Posted],
    taken: Vec<bool>,
    findings: Vec<Option<Finding>>,
}

impl Search<'_> {
    /// Rows and movements with the same reference: what fits best first.
    fn by_reference(&mut self, entries: &[Entry]) {
        let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, posted) in self.posted.iter().enumerate() {
            if let Some(key) = posted.reference.as_deref().and_then(key) {
                index.entry(key).or_default().push(i);
            }
        }
        for joined in [Joined::Same, Joined::Sum, Joined::Other] {
            for (row, entry) in entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.reference.is_some())
            {
                let named = entry.reference.as_deref().and_then(key).and_then(|key| index.get(&key));
                if let Some(candidates) = named.filter(|_| self.is_open(row)) {
                    self.join(row, entry, candidates, joined);
                }
            }
        }
    }

    fn join(&mut self, row: usize, entry: &Entry, candidates: &[usize], joined: Joined) {
        let free = candidates.iter().copied().filter(|i| self.is_free(*i));
        match joined {
            Joined::Same => {
                let same: Vec<usize> = free.filter(|i| self.has_amount(*i, entry)).collect();
                if let Some(one) = self.nearest(entry, &same) {
                    self.settle(row, RowOutcome::Matched, &[one]);
                }
            }
            Joined::Sum => {
                let all: Vec<usize> = free.take(MOVEMENTS_MAX + 1).collect();
                let posted = all.iter().filter_map(|i| self.posted.get(*i));
                let fits = sum(posted, entry.amount.currency) == Some(entry.amount.minor.abs());
                if fits && (2..=MOVEMENTS_MAX).contains(&all.len()) {
                    self.settle(row, RowOutcome::Matched, &all);
                }
            }
            Joined::Other => {
                let all: Vec<usize> = free.collect();
                if let Some(one) = self.nearest(entry, &all) {
                    self.settle(row, RowOutcome::Differs, &[one]);
                }
            }
        }
    }

    /// Rows and movements of the same amount whose days lie close together.
    fn by_amount(&mut self, entries: &[Entry]) {
        let mut index: BTreeMap<(Currency, i64, NaiveDate), Vec<usize>> = BTreeMap::new();
        for (i, posted) in self.posted.iter().enumerate() {
            for amount in &posted.amounts {
                let (currency, minor) = size(*amount);
                index.entry((currency, minor, posted.day)).or_default().push(i);
            }
        }
        let mut twins: BTreeMap<(Currency, i64, NaiveDate), usize> = BTreeMap::new();
        for (_, entry) in entries.iter().enumerate().filter(|(row, _)| self.is_open(*row)) {
            *twins.entry(kind(entry)).or_default() += 1;
        }
        // The closest pairs first, so that a row never takes what lies closer to another.
        for apart in 0..=DAYS_APART {
            for (row, entry) in entries.iter().enumerate() {
                if !self.is_open(row) {
                    continue;
                }
                let close = self.free_at(&index, entry, apart);
                let twin = twins.entry(kind(entry)).or_default();
                match close.as_slice() {
                    [] => continue,
                    // Several are as close: as many rows of the same day and amount take them in their order.
                    several if several.len() == *twin => {
                        self.settle(row, RowOutcome::Matched, several.get(..1).unwrap_or_default())
                    }
                    [one] => self.settle(row, RowOutcome::Matched, &[*one]),
                    _ => self.leave(row),
                }
                *twin = twin.saturating_sub(1);
            }
        }
    }

    /// What is free of a row's amount, exactly so many days before or after it.
    fn free_at(
        &self,
        index: &BTreeMap<(Currency, i64, NaiveDate), Vec<usize>>,
        entry: &Entry,
        apart: u64,
    ) -> Vec<usize> {
        let (currency, minor) = size(entry.amount);
        let before = entry.day.checked_sub_days(Days::new(apart));
        let after = entry.day.checked_add_days(Days::new(apart)).filter(|_| apart > 0);
        let days = [before, after].into_iter().flatten();
        let at = days.filter_map(|day| index.get(&(currency, minor, day)));
        at.flatten().copied().filter(|i| self.is_free(*i)).collect()
    }

    /// The one that lies closest, where no other is as close.
    fn nearest(&self, entry: &Entry, candidates: &[usize]) -> Option<usize> {
        let apart = |i: usize| {
            self.posted
                .get(i)
                .map(|posted| (posted.day - entry.day).num_days().abs())
        };
        let least = candidates.iter().filter_map(|i| apart(*i)).min()?;
        let mut closest = candidates.iter().copied().filter(|i| apart(*i) == Some(least));
        closest.next().filter(|_| closest.next().is_none())
    }

    fn has_amount(&self, i: usize, entry: &Entry) -> bool {
        self.posted
            .get(i)
            .is_some_and(|posted| posted.amounts.iter().any(|amount| size(*amount) == size(entry.amount)))
    }

    fn is_free(&self, i: usize) -> bool {
        self.taken.get(i).is_some_and(|taken| !taken)
    }

    fn is_open(&self, row: usize) -> bool {
        self.findings.get(row).is_some_and(Option::is_none)
    }

    fn settle(&mut self, row: usize, outcome: RowOutcome, with: &[usize]) {
        let movements = with
            .iter()
            .filter_map(|i| self.posted.get(*i))
            .map(|posted| posted.id)
            .collect();
        if let Some(finding) = self.findings.get_mut(row) {
            *finding = Some(Finding { outcome, movements });
        }
        for i in with {
            if let Some(taken) = self.taken.get_mut(*i) {
                *taken = true;
            }
        }
    }

    fn leave(&mut self, row: usize) {
        if let Some(finding) = self.findings.get_mut(row) {
            *finding = Some(Finding {
                outcome: RowOutcome::Ambiguous,
                movements: Vec::new(),
            });
        }
    }
}

/// What makes rows interchangeable: amount and day.
fn kind(entry: &Entry) -> (Currency, i64, NaiveDate) {
    let (currency, minor) = size(entry.amount);
    (currency, minor, entry.day)
}

/// A reference without what people write differently: case, blanks, dashes and strokes.
fn key(reference: &str) -> Option<String> {
    let key: String = reference
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    (!key.is_empty()).then_some(key)
}

/// The amount without its sign.
fn size(amount: Money) -> (Currency, i64) {
    (amount.currency, amount.minor.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("", "EUR").unwrap())
    }

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, n).unwrap()
    }

    fn entry(on: u32, minor: i64, reference: &str) -> Entry {
        let reference = (!reference.is_empty()).then(|| reference.to_owned());
        Entry {
            day: day(on),
            amount: eur(minor),
            reference,
        }
    }

    fn posted(id: u128, on: u32, minor: i64, reference: &str) -> Posted {
        let reference = (!reference.is_empty()).then(|| reference.to_owned());
        Posted {
            id: MovementId(Uuid::from_u128(id)),
            day: day(on),
            amounts: vec![eur(minor)],
            reference,
        }
    }

    fn found(entries: &[Entry], movements: &[Posted]) -> Vec<(RowOutcome, Option<u128>)> {
        let findings = reconcile(entries, movements);
        findings
            .into_iter()
            .map(|f| (f.outcome, f.movements.first().map(|id| id.0.as_u128())))
            .collect()
    }

    #[test]
    fn a_reference_joins_whatever_its_writing_and_the_sign() {
        let movements = [posted(1, 1, 900, "Mandat 2026-041"), posted(2, 2, 900, "")];
        assert_eq!(
            found(&[entry(28, -900, "MANDAT/2026 041")], &movements),
            [(RowOutcome::Matched, Some(1))]
        );
    }

    #[test]
    fn one_payment_settles_the_parts_of_an_invoice() {
        let movements = [
            posted(1, 1, 600, "F-7"),
            posted(2, 1, 400, "F 7"),
            posted(3, 1, 1000, "F-8"),
        ];
        let row = [entry(2, -1000, "f7")];
        let ids = [MovementId(Uuid::from_u128(1)), MovementId(Uuid::from_u128(2))];
        assert_eq!(reconcile(&row, &movements)[0].movements, ids);
        let by_hand = |of: &[Posted], note| outcome(row[0].amount, of, note);
        assert_eq!(by_hand(&movements[..2], None), RowOutcome::Matched);
        assert_eq!(by_hand(&movements[..1], None), RowOutcome::Differs);
        assert_eq!(by_hand(&[], None), RowOutcome::Unmatched);
        assert_eq!(by_hand(&[], Some("Frais de tenue")), RowOutcome::Explained);
    }

    #[test]
    fn the_same_reference_with_another_amount_differs() {
        let movements = [posted(1, 1, 900, "M41")];
        assert_eq!(
            found(&[entry(1, 950, "M-41")], &movements),
            [(RowOutcome::Differs, Some(1))]
        );
    }

    #[test]
    fn without_a_reference_the_closest_day_decides() {
        let movements = [posted(1, 1, 900, ""), posted(2, 5, 900, "")];
        let rows = [entry(4, 900, ""), entry(1, 900, ""), entry(28, 900, "")];
        let expected = [
            (RowOutcome::Matched, Some(2)),
            (RowOutcome::Matched, Some(1)),
            (RowOutcome::Unmatched, None),
        ];
        assert_eq!(found(&rows, &movements), expected);
    }

    #[test]
    fn what_is_not_certain_is_left_to_a_person() {
        let movements = [posted(1, 3, 900, ""), posted(2, 5, 900, "")];
        assert_eq!(found(&[entry(4, 900, "")], &movements), [(RowOutcome::Ambiguous, None)]);
        let twins = [entry(4, 900, ""), entry(4, 900, "")];
        assert_eq!(
            found(&twins, &movements),
            [(RowOutcome::Matched, Some(1)), (RowOutcome::Matched, Some(2))]
        );
    }

    #[test]
    fn another_currency_is_another_amount_unless_it_was_paid_in_it() {
        let riel = Money::new(22_000_000_000, Currency::parse("", "KHR").unwrap());
        let mut movement = posted(1, 3, 4_910_714, "");
        let row = Entry {
            day: day(3),
            amount: riel,
            reference: None,
        };
        assert_eq!(
            found(std::slice::from_ref(&row), std::slice::from_ref(&movement)),
            [(RowOutcome::Unmatched, None)]
        );
        movement.amounts.push(riel);
        assert_eq!(found(&[row], &[movement]), [(RowOutcome::Matched, Some(1))]);
    }

    proptest! {
        #[test]
        fn no_movement_is_given_to_two_rows_and_a_match_has_its_amount(
            rows in prop::collection::vec((1_u32..28, 1_i64..5, "[ab]{0,1}"), 0..30),
            movements in prop::collection::vec((1_u32..28, 1_i64..5, "[ab]{0,1}"), 0..30),
        ) {
            let rows: Vec<_> = rows.iter().map(|(on, minor, reference)| entry(*on, *minor, reference)).collect();
            let movements: Vec<_> = (1..).zip(&movements).map(|(id, (on, minor, r))| posted(id, *on, *minor, r)).collect();
            let findings = reconcile(&rows, &movements);
            prop_assert_eq!(findings.len(), rows.len());
            let mut given: Vec<_> = findings.iter().flat_map(|finding| finding.movements.clone()).collect();
            let number = given.len();
            given.sort_unstable();
            given.dedup();
            prop_assert_eq!(given.len(), number);
            for (row, finding) in rows.iter().zip(&findings) {
                if finding.outcome == RowOutcome::Matched {
                    let of: Vec<_> = movements.iter().filter(|movement| finding.movements.contains(&movement.id)).collect();
                    prop_assert_eq!(of.iter().map(|movement| movement.amounts[0].minor).sum::<i64>(), row.amount.minor);
                }
            }
        }
    }
}
