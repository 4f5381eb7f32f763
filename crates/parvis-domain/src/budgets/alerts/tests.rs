use super::*;
use crate::money::Currency;

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::parse("", "EUR").unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
const BUDGET: BudgetId = BudgetId(Uuid::nil());

fn cash(planned: i64, committed: i64) -> LineCash {
    LineCash {
        budget: BUDGET,
        line: LineId(Uuid::nil()),
        title: None,
        planned: euros(planned),
        committed,
    }
}

#[test]
fn a_line_is_near_its_limit_from_ninety_percent_on() {
    let severity = |cash| line_near_limit(AlertPolicy::default(), &cash).map(|alert| alert.severity);
    assert_eq!(severity(cash(1000, 899)), None);
    assert_eq!(severity(cash(1000, 900)), Some(Severity::Warning));
    assert_eq!(severity(cash(1000, 1000)), Some(Severity::Notice));
    assert_eq!(severity(cash(1000, 1001)), Some(Severity::Urgent));
    assert_eq!(severity(cash(0, 0)), None);
    let alert = line_near_limit(AlertPolicy::default(), &cash(0, 1)).unwrap();
    assert_eq!((alert.amount, alert.values.get("percent")), (Some(euros(-1)), None));
}

#[test]
fn what_is_paid_counts_for_the_oldest_commitment() {
    let idle = |days: &[(&str, i64)], disbursed| {
        let share = ShareCommitments {
            budget: BUDGET,
            line: LineId(Uuid::nil()),
            title: None,
            grant: GrantId(Uuid::nil()),
            days: days.iter().map(|(on, change)| (day(on), *change)).collect(),
            disbursed: euros(disbursed),
        };
        commitment_idle(AlertPolicy::default(), &share, TODAY)
            .map(|alert| (alert.amount.unwrap().minor, alert.date.unwrap().to_string()))
    };
    let old = [("2025-10-01", 100), ("2025-11-01", 50), ("2026-05-01", 70)];
    assert_eq!(idle(&old, 0), Some((150, "2025-10-01".to_owned())));
    assert_eq!(idle(&old, 100), Some((50, "2025-11-01".to_owned())));
    assert_eq!(idle(&old, 150), None);
    assert_eq!(idle(&[("2025-10-01", 100), ("2026-05-01", -100)], 0), None);
    // Exactly 180 days are not more than 180 days.
    assert_eq!(idle(&[("2025-12-17", 1)], 0), None);
    assert!(idle(&[("2025-12-16", 1)], 0).is_some());
}

#[test]
fn a_grant_that_expires_with_money_left_is_told() {
    let told = |on: &str, disbursed| {
        let grant = Expiring {
            budget: BUDGET,
            grant: GrantId(Uuid::nil()),
            reference: Some("CP-1".to_owned()),
            expires_on: day(on),
            granted: euros(1000),
            disbursed,
        };
        grant_expires(AlertPolicy::default(), &grant, TODAY).map(|alert| (alert.severity, alert.amount.unwrap().minor))
    };
    assert_eq!(told("2026-09-13", 400), Some((Severity::Warning, 600)));
    assert_eq!(told("2026-09-14", 400), None);
    assert_eq!(told("2026-06-14", 400), Some((Severity::Urgent, 600)));
    assert_eq!(told("2026-06-14", 1000), None);
}

#[test]
fn a_tranche_is_told_when_it_can_be_released_or_is_late() {
    let told = |due: Option<&str>, state| {
        let unreleased = Unreleased {
            budget: BUDGET,
            tranche: TrancheId(Uuid::nil()),
            title: None,
            grant: GrantId(Uuid::nil()),
            due_on: due.map(day),
            amount: euros(1),
            state,
            missing: vec![],
        };
        tranche(AlertPolicy::default(), &unreleased, TODAY).map(|alert| (alert.code, alert.severity))
    };
    use TrancheState::{Ready, Waiting};
    assert_eq!(told(None, Ready), Some((AlertCode::TrancheReady, Severity::Notice)));
    assert_eq!(
        told(Some("2026-06-15"), Ready),
        Some((AlertCode::TrancheReady, Severity::Warning))
    );
    assert_eq!(
        told(Some("2026-06-15"), Waiting),
        Some((AlertCode::TrancheDue, Severity::Warning))
    );
    assert_eq!(
        told(Some("2026-06-14"), Waiting),
        Some((AlertCode::TrancheDue, Severity::Urgent))
    );
    assert_eq!(told(Some("2026-06-16"), Waiting), None);
    assert_eq!(told(None, Waiting), None);
}

#[test]
fn what_presses_most_comes_first() {
    let alert = |severity, date: Option<&str>| Alert {
        severity,
        date: date.map(day),
        ..line_near_limit(AlertPolicy::default(), &cash(1, 1)).unwrap()
    };
    let mut alerts = vec![
        alert(Severity::Notice, Some("2026-01-01")),
        alert(Severity::Urgent, None),
        alert(Severity::Urgent, Some("2026-03-01")),
        alert(Severity::Urgent, Some("2026-02-01")),
    ];
    sort(&mut alerts);
    let order: Vec<_> = alerts.iter().map(|a| (a.severity, a.date)).collect();
    assert_eq!(
        order,
        [
            (Severity::Urgent, Some(day("2026-02-01"))),
            (Severity::Urgent, Some(day("2026-03-01"))),
            (Severity::Urgent, None),
            (Severity::Notice, Some(day("2026-01-01"))),
        ]
    );
}
