//! The charter under which a city and associations run a neighbourhood house together, and its second version.

use super::*;
use crate::agreements::consolidation::{Difference, compare};

const CITY: u128 = 1;

fn charter() -> Agreement {
    let signatory = |n| party(n, PartyCapacity::Signatory);
    let parties = vec![signatory(CITY), signatory(2), signatory(3)];
    let mut charter = agreement(AgreementKind::Charter, parties, period("2021-09-01", "2026-08-31"));
    charter.content.annex.clear();
    charter.content.clauses = BTreeMap::from([
        clause("1", "La maison est cogérée par la ville et les associations."),
        clause("2", "Les locaux sont prêtés aux associations pour leurs réunions."),
    ]);
    charter.open(day("2021-06-01")).unwrap();
    signed_by_all(&mut charter, "2021-06-15");
    charter
}

fn second_version() -> Changes {
    let replaced = clause(
        "2",
        "Les locaux sont prêtés pour des rencontres, des animations et des réunions.",
    );
    let added = clause(
        "3",
        "La maison accueille le conseil de quartier et des permanences sociales.",
    );
    Changes {
        clauses: BTreeMap::from([replaced, added].map(|(number, clause)| (number, Some(clause)))),
        joining: vec![party(4, PartyCapacity::Signatory)],
        leaving: vec![partner(3)],
        ..Changes::default()
    }
}

#[test]
fn each_version_holds_on_its_days() {
    let mut charter = charter();
    assert_eq!(
        charter.status(day("2021-06-15"), day("2021-06-15")),
        AgreementStatus::Signed
    );
    assert_eq!(
        charter.status(day("2021-09-01"), day("2021-09-01")),
        AgreementStatus::InForce
    );
    adopt(&mut charter, amendment(1, "2024-01-01", second_version()), "2023-12-04").unwrap();
    let known = day("2024-06-01");
    let (first, second) = (
        charter.consolidated(day("2023-12-31"), known),
        charter.consolidated(day("2024-01-01"), known),
    );
    assert_eq!(first, charter.content);
    let changed: Vec<_> = compare(&first, &second)
        .into_iter()
        .map(|difference| match difference {
            Difference::Party { partner, before, .. } => (partner.to_string(), before.is_some()),
            Difference::Clause { number, before, .. } => (number.to_string(), before.is_some()),
            other => panic!("{other:?}"),
        })
        .collect();
    let (left, joined) = (partner(3).to_string(), partner(4).to_string());
    assert_eq!(
        changed,
        [
            (left, true),
            (joined, false),
            ("2".to_owned(), true),
            ("3".to_owned(), false)
        ]
    );
}

#[test]
fn whoever_joins_and_whoever_leaves_signs_too() {
    let mut charter = charter();
    charter.amendments.push(amendment(1, "2024-01-01", second_version()));
    let today = day("2023-12-04");
    charter.open_amendment(1, &[], today).unwrap();
    for n in [CITY, 2, 3] {
        charter.sign_amendment(1, (partner(n), today), &[], today).unwrap();
        assert_eq!(
            charter.amendment(1).unwrap().status(today),
            AmendmentStatus::PartlySigned
        );
    }
    charter.sign_amendment(1, (partner(4), today), &[], today).unwrap();
    assert_eq!(charter.amendment(1).unwrap().status(today), AmendmentStatus::Adopted);
    assert_eq!(
        charter.amendment(1).unwrap().status(day("2024-01-01")),
        AmendmentStatus::Effective
    );
    let twice = charter.sign_amendment(1, (partner(4), today), &[], today).unwrap_err();
    assert_eq!(twice.code, Code::AlreadySigned);
}
