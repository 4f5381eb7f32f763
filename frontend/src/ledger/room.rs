//! What the rules leave for a movement. The rules of the ledger work it out themselves: they are asked for more than any
//! amount can be, and say how much would have passed.

use chrono::NaiveDate;
use parvis_domain::budgets::ledger::{self as rules, Change, Course, Rules, Terms, effect};
use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::budgets::{GrantKind, MovementKind, Policy};
use parvis_domain::money::AMOUNT_MAX;
use parvis_domain::{Code, Currency};
use parvis_wire::budgets::{Balance, Grant, PendingSums};

use super::minor;

/// What a movement of a kind can take at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// How much, in minor units of the grant's currency; below zero where less than nothing is left.
    pub minor: i64,
    /// The rule that sets the bound; none where it is the plan, which a contribution in kind may exceed.
    pub rule: Option<Code>,
}

/// What a movement on a share can take at most, and by which rule; none where no rule sets a bound.
///
/// `balances` are those of the budget now. What was released of the grant is asked in mode instalments only.
#[must_use]
pub fn room(
    kind: MovementKind,
    day: NaiveDate,
    policy: Policy,
    grant: &Grant,
    share: &Balance,
    balances: &[Balance],
    releases: &[(NaiveDate, i64)],
) -> Option<Room> {
    let terms = Terms {
        kind: grant.kind,
        currency: Currency::parse("", &grant.currency).ok()?,
        mode: grant.payment_mode,
        policy,
    };
    if kind == MovementKind::InKind {
        let minor = minor(&share.available);
        return Some(Room { minor, rule: None });
    }
    let shift = grant.shift_percent.as_deref();
    let rules = Rules {
        terms,
        shift: shift.map_or(Some(Ratio::ZERO), |percent| Ratio::parse_percent("", percent).ok())?,
        releases,
    };
    let whole = balances.iter().filter(|row| row.grant_id == grant.id);
    let (own, whole) = (Held::of(std::iter::once(share), day), Held::of(whole, day));
    let change = Change {
        sums: effect(kind, terms.mode, AMOUNT_MAX),
        waits: policy.four_eyes,
    };
    let refusal = rules::post(rules, day, own.course(), whole.course(), change).err()?;
    let available = refusal
        .faults
        .0
        .iter()
        .find_map(|fault| fault.params.get("available"))?;
    let (amount, code) = available.split_once(' ')?;
    let money = parvis_domain::Money::check("", amount, code).ok()?;
    let (minor, rule) = (money.minor, Some(refusal.code));
    (terms.kind == GrantKind::Cash).then_some(Room { minor, rule })
}

/// The sums of some shares, and what waits on them.
struct Held {
    counts: rules::Sums,
    waits: [(NaiveDate, rules::Sums); 2],
}

impl Held {
    fn of<'a>(rows: impl Iterator<Item = &'a Balance>, day: NaiveDate) -> Self {
        let none = rules::Sums::default();
        let mut held = Self {
            counts: none,
            waits: [(day, none), (day, none)],
        };
        let [(_, rising), (_, falling)] = &mut held.waits;
        for row in rows {
            held.counts = held.counts.plus(counted(row));
            if let Some(pending) = &row.pending {
                *rising = rising.plus(waiting(&pending.increases));
                *falling = falling.plus(waiting(&pending.decreases));
            }
        }
        held
    }

    fn course(&self) -> Course<'_> {
        Course {
            before: self.counts,
            later: &[],
            pending: &self.waits,
        }
    }
}

/// The sums of a balance.
#[must_use]
pub fn counted(row: &Balance) -> rules::Sums {
    rules::Sums {
        planned: minor(&row.planned),
        granted: minor(&row.granted),
        pledged: minor(&row.pledged),
        committed: minor(&row.committed),
        disbursed: minor(&row.disbursed),
        spent: minor(&row.spent),
        justified: minor(&row.justified),
        contributed: minor(&row.contributed),
    }
}

fn waiting(sums: &PendingSums) -> rules::Sums {
    rules::Sums {
        pledged: minor(&sums.pledged),
        committed: minor(&sums.committed),
        disbursed: minor(&sums.disbursed),
        spent: minor(&sums.spent),
        justified: minor(&sums.justified),
        contributed: minor(&sums.contributed),
        ..rules::Sums::default()
    }
}

#[cfg(test)]
mod tests {
    use parvis_domain::budgets::MovementKind::{Commitment, Decommitment, Disbursement, Expenditure, Pledge, Transfer};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 14).unwrap()
    }

    fn grant(mode: &str, shift: Option<&str>) -> Grant {
        let euro = json!({"amount": "1000.00", "currency": "EUR"});
        serde_json::from_value(json!({
            "id": Uuid::from_u128(1), "budget_id": Uuid::from_u128(2), "funder_id": Uuid::from_u128(3), "kind": "cash",
            "currency": "EUR", "payment_mode": mode, "planned": euro, "granted": euro, "reference": null,
            "decided_on": null, "expires_on": null, "shift_percent": shift, "rate_percent": null, "withdrawn_on": null,
            "shares": [], "created_at": "2026-01-01T00:00:00Z", "version": 1
        }))
        .unwrap()
    }

    fn balance(line: u128, planned: i64, committed: i64, disbursed: i64, waits: i64) -> Balance {
        let euro = |units: i64| json!({"amount": format!("{units}.00"), "currency": "EUR"});
        let sums = |committed: i64| {
            json!({"pledged": euro(0), "committed": euro(committed), "disbursed": euro(0), "spent": euro(0),
                "justified": euro(0), "contributed": euro(0)})
        };
        serde_json::from_value(json!({
            "line_id": Uuid::from_u128(line), "grant_id": Uuid::from_u128(1), "funder_id": Uuid::from_u128(3),
            "kind": "cash", "planned": euro(planned), "granted": euro(planned), "pledged": euro(0),
            "committed": euro(committed), "disbursed": euro(disbursed), "spent": euro(0), "justified": euro(0),
            "contributed": euro(0), "available": euro(planned - committed), "prefinanced": euro(0),
            "borne_by_partner": euro(0), "pending": {"increases": sums(waits), "decreases": sums(0)}
        }))
        .unwrap()
    }

    fn units(kind: MovementKind, grant: &Grant, balances: &[Balance], releases: &[(NaiveDate, i64)]) -> Option<i64> {
        let found = room(kind, day(), Policy::default(), grant, &balances[0], balances, releases);
        found.map(|room| room.minor / 100)
    }

    #[test]
    fn the_rules_say_what_they_leave() {
        let balances = [balance(1, 100, 60, 20, 0)];
        let grant = grant("advance", None);
        let left = |kind| units(kind, &grant, &balances, &[]);
        assert_eq!(left(Commitment), Some(40));
        assert_eq!(left(Disbursement), Some(40));
        assert_eq!(left(Decommitment), Some(40));
        assert_eq!(left(Expenditure), None, "spending ahead of payment is not refused");
        assert_eq!((left(Pledge), left(Transfer)), (None, None));
    }

    #[test]
    fn what_waits_leaves_less() {
        let balances = [balance(1, 100, 60, 20, 15)];
        assert_eq!(units(Commitment, &grant("advance", None), &balances, &[]), Some(25));
        assert_eq!(units(Disbursement, &grant("advance", None), &balances, &[]), Some(40));
    }

    #[test]
    fn a_shift_widens_the_line_and_the_grant_bounds_it() {
        let lines = [balance(1, 100, 60, 0, 0), balance(2, 100, 95, 0, 0)];
        assert_eq!(units(Commitment, &grant("advance", Some("25")), &lines, &[]), Some(45));
    }

    #[test]
    fn no_more_than_the_released_tranches() {
        let balances = [balance(1, 100, 100, 20, 0)];
        let grant = grant("instalments", None);
        assert_eq!(units(Disbursement, &grant, &balances, &[(day(), 3_000)]), Some(10));
        let found = room(
            Disbursement,
            day(),
            Policy::default(),
            &grant,
            &balances[0],
            &balances,
            &[],
        );
        assert_eq!(found.unwrap().rule, Some(Code::DisbursedExceedsReleased));
    }
}
