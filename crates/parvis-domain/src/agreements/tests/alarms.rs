//! Who is told of what, and when.

use super::*;
use crate::agreements::alarms::{AlarmCode, AlarmPolicy, Publication, alarms};
use crate::agreements::obligations::{Obligation, ObligationKind, Schedule};
use crate::budgets::alerts::Severity;
use crate::ids::ObligationId;

fn report() -> Obligation {
    Obligation {
        id: ObligationId(Uuid::from_u128(5)),
        kind: ObligationKind::Report,
        title: LocalisedText::of("fr", "Bilan annuel"),
        owed_by: partner(2),
        owed_to: Some(partner(1)),
        schedule: Schedule {
            first_on: day("2020-06-30"),
            every_months: Some(12),
            until: None,
        },
        met: BTreeSet::new(),
    }
}

fn codes(one: &Agreement, obligations: &[Obligation], publications: &[Publication], today: &str) -> Vec<AlarmCode> {
    let found = alarms(one, obligations, publications, AlarmPolicy::default(), day(today));
    found.into_iter().map(|alarm| alarm.code).collect()
}

#[test]
fn whoever_has_not_signed_is_told() {
    let mut one = agreement(AgreementKind::Convention, two(), period("2020-01-01", "2021-12-31"));
    assert_eq!(codes(&one, &[], &[], "2019-12-01"), []);
    one.open(day("2019-12-01")).unwrap();
    one.sign(partner(1), day("2019-12-05"), day("2019-12-05")).unwrap();
    let found = alarms(&one, &[], &[], AlarmPolicy::default(), day("2020-01-01"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, found[0].partner), (AlarmCode::ToSign, Some(partner(2))));
    assert_eq!(found[0].severity, Severity::Urgent);
    one.sign(partner(2), day("2020-01-02"), day("2020-01-02")).unwrap();
    assert_eq!(codes(&one, &[], &[], "2020-01-02"), []);
    let longer = Changes {
        ends_on: Some(Some(day("2022-12-31"))),
        ..Changes::default()
    };
    one.amendments.push(amendment(1, "2022-01-01", longer));
    one.open_amendment(1, &[], day("2021-10-01")).unwrap();
    use AlarmCode::{AmendmentToSign, Expiring};
    assert_eq!(
        codes(&one, &[], &[], "2021-10-01"),
        [Expiring, AmendmentToSign, AmendmentToSign]
    );
    for n in 1..=2 {
        one.sign_amendment(1, (partner(n), day("2021-10-02")), &[], day("2021-10-02"))
            .unwrap();
    }
    // What is prolonged already does not expire.
    assert_eq!(codes(&one, &[], &[], "2021-12-31"), []);
}

#[test]
fn what_is_owed_is_told_in_time() {
    let mut one = agreement(AgreementKind::Convention, two(), period("2020-01-01", "2021-12-31"));
    one.open(day("2019-12-01")).unwrap();
    signed_by_all(&mut one, "2020-01-01");
    let mut report = report();
    assert_eq!(codes(&one, &[report.clone()], &[], "2020-05-30"), []);
    assert_eq!(
        codes(&one, &[report.clone()], &[], "2020-05-31"),
        [AlarmCode::ObligationDue]
    );
    assert_eq!(
        codes(&one, &[report.clone()], &[], "2020-07-01"),
        [AlarmCode::ObligationOverdue]
    );
    report.meet(day("2020-06-30"), one.content.period).unwrap();
    assert_eq!(codes(&one, &[report], &[], "2020-07-01"), []);
    let duty = Publication {
        funder: partner(1),
        due_on: day("2020-04-01"),
        published_on: None,
    };
    assert_eq!(codes(&one, &[], &[duty], "2020-03-02"), [AlarmCode::PublicationDue]);
    assert_eq!(codes(&one, &[], &[duty], "2020-04-02"), [AlarmCode::PublicationOverdue]);
    let published = Publication {
        published_on: Some(day("2020-03-20")),
        ..duty
    };
    assert_eq!(codes(&one, &[], &[published], "2020-04-02"), []);
}
