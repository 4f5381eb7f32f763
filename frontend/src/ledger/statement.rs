//! What a financial report to a funder says in figures: its share of each line, apart by currency and kind, and what is due
//! on each of its grants.

use std::collections::BTreeMap;

use parvis_domain::Currency;
use parvis_domain::budgets::ledger::Sums;
use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::budgets::settlement::Settlement;
use parvis_domain::budgets::{GrantKind, MovementKind, MovementStatus};
use parvis_wire::budgets::{Balance, Grant, Movement};
use uuid::Uuid;

use super::room::counted;
use super::{minor, money};

/// A row of the statement: a line, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// The chain of money.
    pub sums: Sums,
    /// What of claimed costs was not accepted.
    pub refused: i64,
}

impl Row {
    /// What is committed and not yet paid.
    #[must_use]
    pub fn to_pay(&self) -> i64 {
        self.sums.committed - self.sums.disbursed
    }

    fn plus(self, other: Self) -> Self {
        Self {
            sums: self.sums.plus(other.sums),
            refused: self.refused + other.refused,
        }
    }
}

/// The statement in one currency and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The currency of every amount in it.
    pub currency: Currency,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The lines, in the order of the balances.
    pub lines: Vec<(Uuid, Row)>,
    /// All of them.
    pub total: Row,
}

/// The statement of a funder's shares; `movements` are those of its grants up to the same day. Cash before in kind.
#[must_use]
pub fn statement<'a>(shares: impl Iterator<Item = &'a Balance>, movements: &[Movement]) -> Vec<Part> {
    let mut parts: BTreeMap<(GrantKind, Currency), Part> = BTreeMap::new();
    for share in shares {
        let Some(planned) = money(&share.planned) else { continue };
        let (kind, currency) = (share.kind, planned.currency);
        let part = parts.entry((kind, currency)).or_insert_with(|| Part {
            currency,
            kind,
            lines: Vec::new(),
            total: Row::default(),
        });
        let row = Row {
            sums: counted(share),
            refused: refused(movements, share),
        };
        part.total = part.total.plus(row);
        match part.lines.iter_mut().find(|(line, _)| *line == share.line_id) {
            Some((_, so_far)) => *so_far = so_far.plus(row),
            None => part.lines.push((share.line_id, row)),
        }
    }
    parts.into_values().collect()
}

/// What was refused on a share; the reversal of a justification takes its refusal back.
fn refused(movements: &[Movement], share: &Balance) -> i64 {
    let own = movements.iter().filter(|movement| {
        movement.kind == MovementKind::Justification
            && movement.status == MovementStatus::Approved
            && (movement.line_id, movement.grant_id) == (share.line_id, share.grant_id)
    });
    own.filter_map(|movement| {
        let amount = minor(&movement.refused.as_ref()?.amount);
        Some(if movement.reverses.is_some() { -amount } else { amount })
    })
    .sum()
}

/// What is due on a grant in cash, from all balances of its budget: the cost accepted over the whole plan counts, whoever
/// pays for it.
#[must_use]
pub fn due(grant: &Grant, balances: &[Balance]) -> Option<Settlement> {
    if grant.kind != GrantKind::Cash {
        return None;
    }
    let cash = || {
        balances
            .iter()
            .filter(|row| row.kind == GrantKind::Cash && row.planned.currency == grant.currency)
    };
    let own = || cash().filter(|row| row.grant_id == grant.id);
    let rate = grant.rate_percent.as_deref();
    Some(Settlement {
        granted: own().map(|row| minor(&row.granted)).sum(),
        accepted: cash().map(|row| minor(&row.justified)).sum(),
        rate: rate.map_or(Some(None), |percent| Ratio::parse_percent("", percent).ok().map(Some))?,
        disbursed: own().map(|row| minor(&row.disbursed)).sum(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn euro(units: i64) -> Value {
        json!({"amount": format!("{units}.00"), "currency": "EUR"})
    }

    fn balance(line: u128, grant: u128, kind: &str, justified: i64) -> Balance {
        serde_json::from_value(json!({
            "line_id": Uuid::from_u128(line), "grant_id": Uuid::from_u128(grant), "funder_id": Uuid::from_u128(3),
            "kind": kind, "planned": euro(100), "granted": euro(75), "pledged": euro(0), "committed": euro(60),
            "disbursed": euro(40), "spent": euro(50), "justified": euro(justified), "contributed": euro(0),
            "available": euro(40), "prefinanced": euro(0), "borne_by_partner": euro(0), "pending": null
        }))
        .unwrap()
    }

    fn justification(line: u128, refused: i64, status: &str, reverses: bool) -> Movement {
        let id = Uuid::from_u128(9);
        serde_json::from_value(json!({
            "id": id, "budget_id": id, "line_id": Uuid::from_u128(line), "grant_id": Uuid::from_u128(1), "funder_id": id,
            "kind": "justification", "amount": euro(10), "original": null, "rate_id": null, "payer_id": null,
            "payee_id": null, "booked_on": "2026-03-14", "incurred_on": null, "paid_on": null,
            "recorded_at": "2026-03-14T00:00:00Z", "recorded_by": null, "reference": null, "note": null,
            "evidence": null, "refused": {"amount": euro(refused), "reason": "Not eligible"}, "unit": null,
            "quantity": null, "unit_value": null, "base": null, "base_rate": null, "reverses": reverses.then_some(id),
            "reversed_by": null, "corrects": null, "status": status, "decided_at": null, "refusal": null
        }))
        .unwrap()
    }

    #[test]
    fn lines_are_told_apart_and_added_by_currency_and_kind() {
        let shares = [
            balance(1, 1, "cash", 30),
            balance(2, 1, "cash", 10),
            balance(1, 2, "in_kind", 0),
        ];
        let movements = [
            justification(1, 7, "approved", false),
            justification(1, 2, "approved", true),
            justification(2, 4, "pending", false),
        ];
        let parts = statement(shares.iter(), &movements);
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].kind, parts[0].lines.len()), (GrantKind::Cash, 2));
        assert_eq!(parts[0].lines[0].1.refused, 500, "a reversal takes the refusal back");
        assert_eq!(parts[0].total.refused, 500, "what waits does not count");
        assert_eq!((parts[0].total.sums.justified, parts[0].total.to_pay()), (4_000, 4_000));
        assert_eq!(parts[1].kind, GrantKind::InKind);
    }

    #[test]
    fn the_rate_counts_the_cost_that_was_accepted_for_all() {
        let grant: Grant = serde_json::from_value(json!({
            "id": Uuid::from_u128(1), "budget_id": Uuid::from_u128(2), "funder_id": Uuid::from_u128(3), "kind": "cash",
            "currency": "EUR", "payment_mode": "advance", "planned": euro(100), "granted": euro(75), "reference": null,
            "decided_on": null, "expires_on": null, "shift_percent": null, "rate_percent": "75", "withdrawn_on": null,
            "shares": [], "created_at": "2026-01-01T00:00:00Z", "version": 1
        }))
        .unwrap();
        let balances = [balance(1, 1, "cash", 50), balance(1, 2, "cash", 30)];
        let due = due(&grant, &balances).unwrap();
        assert_eq!((due.accepted, due.payable(), due.due()), (8_000, 6_000, 2_000));
        let whole = Grant {
            rate_percent: None,
            ..grant
        };
        let due = super::due(&whole, &balances).unwrap();
        assert_eq!(
            (due.payable(), due.due()),
            (7_500, 3_500),
            "without a rate the grant pays the whole"
        );
    }
}
