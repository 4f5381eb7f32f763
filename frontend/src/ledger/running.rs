//! The running sum beside each movement of a list: what the step that it changes came to with it.

use std::collections::HashMap;

use parvis_domain::Currency;
use parvis_domain::budgets::ledger::{Sums, effect};
use parvis_domain::budgets::{GrantKind, MovementKind, MovementStatus, PaymentMode};
use parvis_wire::budgets::{Balance, Movement};
use uuid::Uuid;

use super::money;
use super::room::counted;

/// Whether a running sum can be told at all: where the shares are of one currency and kind, since two are never added.
///
/// Returns that currency with the sums after the newest movement.
#[must_use]
pub fn start<'a>(shares: impl Iterator<Item = &'a Balance>) -> Option<(Currency, Sums)> {
    let mut found: Option<((GrantKind, Currency), Sums)> = None;
    for share in shares {
        let of = (share.kind, money(&share.planned)?.currency);
        found = match found {
            None => Some((of, counted(share))),
            Some((other, sums)) if other == of => Some((of, sums.plus(counted(share)))),
            Some(_) => return None,
        };
    }
    found.map(|((_, currency), sums)| (currency, sums))
}

/// The running sum beside each movement, newest first, given the sums after the first of them. A movement that does not
/// count, or that changes no sum, has none.
#[must_use]
pub fn running(movements: &[Movement], after: Sums, modes: &HashMap<Uuid, PaymentMode>) -> Vec<Option<i64>> {
    let mut now = after;
    let step = |movement: &Movement| {
        let change = changed(movement, modes)?;
        let shown = sum_of(movement.kind, &now);
        now = now.plus(change.negated());
        shown
    };
    movements.iter().map(step).collect()
}

/// What a movement that counts did to the sums.
fn changed(movement: &Movement, modes: &HashMap<Uuid, PaymentMode>) -> Option<Sums> {
    if movement.status != MovementStatus::Approved {
        return None;
    }
    let mode = modes.get(&movement.grant_id).copied().unwrap_or(PaymentMode::Advance);
    let change = effect(movement.kind, mode, money(&movement.amount)?.minor);
    Some(if movement.reverses.is_some() {
        change.negated()
    } else {
        change
    })
}

/// The sum that a kind of movement changes.
fn sum_of(kind: MovementKind, sums: &Sums) -> Option<i64> {
    match kind {
        MovementKind::Pledge => Some(sums.pledged),
        MovementKind::Commitment | MovementKind::Decommitment => Some(sums.committed),
        MovementKind::Disbursement | MovementKind::Repayment => Some(sums.disbursed),
        MovementKind::Expenditure => Some(sums.spent),
        MovementKind::Justification => Some(sums.justified),
        MovementKind::InKind => Some(sums.contributed),
        MovementKind::Transfer => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn movement(kind: &str, amount: &str, status: &str, reverses: bool) -> Movement {
        let id = Uuid::from_u128(1);
        serde_json::from_value(json!({
            "id": id, "budget_id": id, "line_id": id, "grant_id": id, "funder_id": id, "kind": kind,
            "amount": {"amount": amount, "currency": "EUR"}, "original": null, "rate_id": null, "payer_id": null,
            "payee_id": null, "booked_on": "2026-03-14", "incurred_on": null, "paid_on": null,
            "recorded_at": "2026-03-14T00:00:00Z", "recorded_by": null, "reference": null, "note": null,
            "evidence": null, "refused": null, "unit": null, "quantity": null, "unit_value": null, "base": null,
            "base_rate": null, "reverses": reverses.then_some(id), "reversed_by": null, "corrects": null,
            "status": status, "decided_at": null, "refusal": null
        }))
        .unwrap()
    }

    #[test]
    fn sums_run_backwards_from_what_stands_now() {
        let movements = [
            movement("disbursement", "5.00", "approved", false),
            movement("commitment", "7.00", "pending", false),
            movement("commitment", "2.00", "approved", true),
            movement("transfer", "9.00", "approved", false),
            movement("decommitment", "1.00", "approved", false),
            movement("commitment", "10.00", "approved", false),
        ];
        let after = Sums {
            committed: 700,
            disbursed: 500,
            ..Sums::default()
        };
        let sums = running(&movements, after, &HashMap::new());
        assert_eq!(sums, [Some(500), None, Some(700), None, Some(900), Some(1000)]);
    }

    #[test]
    fn a_cost_that_the_funder_pays_itself_is_disbursed_too() {
        let movements = [
            movement("expenditure", "4.00", "approved", false),
            movement("disbursement", "1.00", "approved", false),
        ];
        let after = Sums {
            disbursed: 500,
            spent: 400,
            ..Sums::default()
        };
        let modes = HashMap::from([(Uuid::from_u128(1), PaymentMode::Direct)]);
        assert_eq!(running(&movements, after, &modes), [Some(400), Some(100)]);
    }
}
