//! The figures of balances as a page shows them: sections that never mix currencies or kinds, and what stands behind a
//! figure.

use parvis_domain::budgets::balances::RollUp;
use parvis_domain::budgets::{GrantKind, MovementKind};
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{Balance, BalanceTotal, Balances, BudgetLine, PendingSums};
use uuid::Uuid;

use crate::ledger::money;

/// A column of balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The plan with its revisions.
    Planned,
    /// What the funders decided.
    Granted,
    /// Announced.
    Pledged,
    /// Bound to a purpose.
    Committed,
    /// Paid out.
    Disbursed,
    /// Spent.
    Spent,
    /// Accepted as justified.
    Justified,
    /// Contributed in kind.
    Contributed,
    /// What can still be bound, or contributed.
    Available,
    /// Spent ahead of payment.
    Prefinanced,
    /// Spent beyond the grants.
    Borne,
}

use Figure::{
    Available, Borne, Committed, Contributed, Disbursed, Granted, Justified, Planned, Pledged, Prefinanced, Spent,
};

macro_rules! of_row {
    ($row:expr, $figure:expr) => {
        match $figure {
            Planned => &$row.planned,
            Granted => &$row.granted,
            Pledged => &$row.pledged,
            Committed => &$row.committed,
            Disbursed => &$row.disbursed,
            Spent => &$row.spent,
            Justified => &$row.justified,
            Contributed => &$row.contributed,
            Available => &$row.available,
            Prefinanced => &$row.prefinanced,
            Borne => &$row.borne_by_partner,
        }
    };
}

impl Figure {
    /// All of them, in the order of their columns.
    pub const ALL: [Self; 11] = [
        Planned,
        Granted,
        Pledged,
        Committed,
        Disbursed,
        Spent,
        Justified,
        Contributed,
        Available,
        Prefinanced,
        Borne,
    ];

    /// Its word in addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Planned => "planned",
            Granted => "granted",
            Pledged => "pledged",
            Committed => "committed",
            Disbursed => "disbursed",
            Spent => "spent",
            Justified => "justified",
            Contributed => "contributed",
            Available => "available",
            Prefinanced => "prefinanced",
            Borne => "borne",
        }
    }

    /// The figure of a word in an address.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.word() == word)
    }

    /// The kinds of the movements that make it up; none for what stands in the plan and not in the ledger.
    #[must_use]
    pub const fn movements(self) -> &'static [MovementKind] {
        use MovementKind as K;
        match self {
            Planned | Granted => &[],
            Pledged => &[K::Pledge],
            Committed | Available => &[K::Commitment, K::Decommitment],
            Disbursed => &[K::Disbursement, K::Repayment],
            Spent | Borne => &[K::Expenditure],
            Justified => &[K::Justification],
            Contributed => &[K::InKind],
            Prefinanced => &[K::Expenditure, K::Disbursement, K::Repayment],
        }
    }

    /// In minor units, of a total.
    #[must_use]
    pub fn of_total(self, total: &BalanceTotal) -> i64 {
        minor(of_row!(total, self))
    }

    /// In minor units, of one share.
    #[must_use]
    pub fn of_share(self, share: &Balance) -> i64 {
        minor(of_row!(share, self))
    }

    /// What waits for a second person, of sums of what waits; nothing for figures that follow from others.
    #[must_use]
    pub fn waiting(self, sums: &PendingSums) -> i64 {
        match self {
            Pledged => minor(&sums.pledged),
            Committed => minor(&sums.committed),
            Disbursed => minor(&sums.disbursed),
            Spent => minor(&sums.spent),
            Justified => minor(&sums.justified),
            Contributed => minor(&sums.contributed),
            Planned | Granted | Available | Prefinanced | Borne => 0,
        }
    }
}

fn minor(amount: &parvis_wire::Money) -> i64 {
    money(amount).map_or(0, |money| money.minor)
}

/// A row of a section: what its shares have in common, and their total.
pub type Row = (Option<String>, BalanceTotal);

/// The rows of one currency and kind, with their total.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The currency of every amount in it.
    pub currency: Currency,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The rows.
    pub rows: Vec<Row>,
    /// Their total.
    pub total: BalanceTotal,
}

impl Section {
    /// The columns that say something: those of its kind, and the rarer ones where an amount stands in them.
    #[must_use]
    pub fn columns(&self) -> Vec<Figure> {
        let all: &[Figure] = match self.kind {
            GrantKind::Cash => &[
                Planned,
                Granted,
                Pledged,
                Committed,
                Disbursed,
                Spent,
                Justified,
                Available,
                Prefinanced,
                Borne,
            ],
            GrantKind::InKind => &[Planned, Granted, Contributed, Available],
        };
        let rare = |figure: &Figure| matches!(figure, Pledged | Prefinanced | Borne);
        let said = |figure: &Figure| {
            figure.of_total(&self.total) != 0
                || self
                    .total
                    .pending
                    .as_ref()
                    .is_some_and(|p| figure.waiting(&p.increases) != 0)
        };
        let shown = all.iter().filter(|figure| !rare(figure) || said(figure));
        shown.copied().collect()
    }

    /// An amount of the section.
    #[must_use]
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// Every amount of its columns, for the decimals that they share.
    #[must_use]
    pub fn amounts(&self) -> Vec<i64> {
        let columns = self.columns();
        let rows = self.rows.iter().map(|(_, total)| total).chain([&self.total]);
        rows.flat_map(|total| columns.iter().map(|figure| figure.of_total(total)))
            .collect()
    }
}

/// One section per currency and kind, cash first.
#[must_use]
pub fn sections(balances: &Balances) -> Vec<Section> {
    let groups = balances.groups.iter();
    lay_out(
        &balances.totals,
        &groups.map(|group| (&group.key, &group.totals[..])).collect::<Vec<_>>(),
    )
}

/// The same in the one currency that was asked for; empty where none was.
#[must_use]
pub fn converted(balances: &Balances) -> Vec<Section> {
    let Some(whole) = &balances.converted else {
        return Vec::new();
    };
    let groups = balances.groups.iter();
    let rows = groups.filter_map(|group| Some((&group.key, &group.converted.as_ref()?.totals[..])));
    lay_out(&whole.totals, &rows.collect::<Vec<_>>())
}

fn lay_out(totals: &[BalanceTotal], groups: &[(&Option<String>, &[BalanceTotal])]) -> Vec<Section> {
    let section = |total: &BalanceTotal| {
        let same = |one: &&BalanceTotal| one.currency == total.currency && one.kind == total.kind;
        let row = |(key, totals): &(&Option<String>, &[BalanceTotal])| {
            let total = totals.iter().find(same)?;
            Some(((*key).clone(), total.clone()))
        };
        Some(Section {
            currency: Currency::parse("", &total.currency).ok()?,
            kind: total.kind,
            rows: groups.iter().filter_map(row).collect(),
            total: total.clone(),
        })
    };
    let mut all: Vec<Section> = totals.iter().filter_map(section).collect();
    all.sort_by_key(|section| section.kind);
    all
}

/// What the shares of a row have in common, as the API names its groups.
#[must_use]
pub fn key(share: &Balance, by: RollUp, programme: Uuid, line: Option<&BudgetLine>) -> Option<String> {
    match by {
        RollUp::Line => Some(share.line_id.to_string()),
        RollUp::Category => line.map(|line| line.category.clone()),
        RollUp::Axis => line.and_then(|line| line.axis.clone()),
        RollUp::Year => line.map(|line| line.year.to_string()),
        RollUp::Funder | RollUp::Partner => Some(share.funder_id.to_string()),
        RollUp::Budget => line.map(|line| line.budget_id.to_string()),
        RollUp::Programme => Some(programme.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn figures(currency: &str, planned: &str, waiting: &str) -> Value {
        let zero = json!({"amount": "0.00", "currency": currency});
        let of = |amount: &str| json!({"amount": amount, "currency": currency});
        let sums = |committed: &str| {
            json!({"pledged": zero, "committed": of(committed), "disbursed": zero, "spent": zero, "justified": zero,
                "contributed": zero})
        };
        json!({"planned": of(planned), "granted": of(planned), "pledged": zero, "committed": zero, "disbursed": zero,
            "spent": zero, "justified": zero, "contributed": zero, "available": of(planned), "prefinanced": of("1.00"),
            "borne_by_partner": zero, "pending": {"increases": sums(waiting), "decreases": sums("0.00")}})
    }

    fn total(currency: &str, kind: &str, planned: &str) -> Value {
        let mut total = figures(currency, planned, "3.00");
        total["currency"] = json!(currency);
        total["kind"] = json!(kind);
        total
    }

    fn balances() -> Balances {
        let converted =
            |planned| json!({"currency": "USD", "totals": [total("USD", "cash", planned)], "rates": [], "missing": []});
        serde_json::from_value(json!({
            "items": [], "as_of": null, "known_at": null, "by": "year", "partners": [],
            "totals": [total("EUR", "in_kind", "5.00"), total("EUR", "cash", "30.00"), total("USD", "cash", "7.00")],
            "groups": [
                {"key": "2025", "totals": [total("EUR", "cash", "10.00")], "converted": converted("11.00")},
                {"key": "2026", "totals": [total("EUR", "cash", "20.00"), total("EUR", "in_kind", "5.00")], "converted": converted("22.00")},
            ],
            "converted": converted("33.00"),
        }))
        .unwrap()
    }

    #[test]
    fn currencies_and_kinds_stand_apart_and_cash_comes_first() {
        let sections = sections(&balances());
        let seen: Vec<_> = sections
            .iter()
            .map(|s| (s.kind, s.currency.code(), s.rows.len()))
            .collect();
        use GrantKind::{Cash, InKind};
        assert_eq!(seen, [(Cash, "EUR", 2), (Cash, "USD", 0), (InKind, "EUR", 1)]);
        assert_eq!(Planned.of_total(&sections[0].total), 3000);
    }

    #[test]
    fn converted_totals_are_a_section_of_their_own() {
        let sections = converted(&balances());
        assert_eq!((sections.len(), sections[0].rows.len()), (1, 2));
        assert_eq!(Planned.of_total(&sections[0].total), 3300);
    }

    #[test]
    fn rare_columns_appear_where_they_say_something() {
        let columns = sections(&balances())[0].columns();
        assert!(columns.contains(&Prefinanced) && !columns.contains(&Borne) && !columns.contains(&Contributed));
    }

    #[test]
    fn what_waits_stands_beside_its_figure() {
        let sections = sections(&balances());
        let pending = sections[0].total.pending.as_ref().unwrap();
        assert_eq!(
            (
                Committed.waiting(&pending.increases),
                Planned.waiting(&pending.increases)
            ),
            (300, 0)
        );
    }

    #[test]
    fn a_figure_is_found_by_its_word_and_names_its_movements() {
        for figure in Figure::ALL {
            assert_eq!(Figure::parse(figure.word()), Some(figure));
        }
        assert!(Planned.movements().is_empty());
        assert_eq!(Committed.movements().len(), 2);
    }
}
