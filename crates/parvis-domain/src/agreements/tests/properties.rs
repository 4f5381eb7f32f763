//! What holds for every agreement.

use chrono::Days;
use proptest::prelude::*;

use super::*;

const START: &str = "2020-01-01";

fn after(days: u64) -> NaiveDate {
    day(START).checked_add_days(Days::new(days)).unwrap()
}

/// An agreement of a year with amendments of text and money, effective and signed on any days of two years.
fn any_agreement() -> impl Strategy<Value = Agreement> {
    let change = (
        0_u64..365,
        0_u64..730,
        1_u8..6,
        prop::option::of(0_i64..500_000),
        any::<bool>(),
    );
    prop::collection::vec(change, 0..8).prop_map(|changes| {
        let mut one = agreement(AgreementKind::Convention, two(), period(START, "2020-12-31"));
        one.content.payable_until = Some(day("2030-12-31"));
        one.open(day(START)).unwrap();
        signed_by_all(&mut one, START);
        for (number, (effective, signed, article, amount, repeal)) in (1..).zip(changes) {
            let (name, text) = clause(&article.to_string(), &format!("version {number}"));
            let changes = Changes {
                clauses: BTreeMap::from([(name, (!repeal).then_some(text))]),
                amounts: amount.map(|minor| (key(1), eur(minor))).into_iter().collect(),
                ..Changes::default()
            };
            let mut change = amendment(number, START, changes);
            change.effective_on = after(effective);
            change.opened_on = Some(after(signed));
            change.book = SignatureBook::of(&one.content.parties);
            change
                .book
                .0
                .iter_mut()
                .for_each(|page| page.signed_on = Some(after(signed)));
            one.amendments.push(change);
        }
        one
    })
}

proptest! {
    /// Going from one day to a later one needs only the steps in between.
    #[test]
    fn versions_compose(one in any_agreement(), first in 0_u64..800, further in 0_u64..800) {
        let known = after(2_000);
        let (early, late) = (after(first), after(first + further));
        let mut between = one.clone();
        between.content = one.consolidated(early, known);
        // What took effect by the early day is in the text already: its text, its amounts, or both.
        between.amendments.retain_mut(|amendment| {
            let amounts_from = amendment.amounts_from(known).unwrap();
            if amendment.effective_on <= early {
                amendment.changes.clauses.clear();
                amendment.effective_on = amounts_from;
            }
            amounts_from > early
        });
        prop_assert_eq!(between.consolidated(late, known), one.consolidated(late, known));
    }

    /// The order in which amendments are kept plays no part, and none counts before it is known.
    #[test]
    fn versions_follow_from_days_and_numbers_alone(one in any_agreement(), on in 0_u64..800, known in 0_u64..800) {
        let (on, known) = (after(on), after(known));
        let mut turned = one.clone();
        turned.amendments.reverse();
        prop_assert_eq!(turned.consolidated(on, known), one.consolidated(on, known));
        let mut known_only = one.clone();
        known_only.amendments.retain(|amendment| amendment.adopted_on(known).is_some());
        prop_assert_eq!(known_only.consolidated(on, known), one.consolidated(on, known));
    }

    /// What can be bound on a day is agreed on it, and on every later one.
    #[test]
    fn what_can_be_bound_is_agreed_for_ever(one in any_agreement(), on in 0_u64..800, later in 0_u64..800) {
        let known = after(2_000);
        let bound = one.agreed_from(grant(1), after(on), known).unwrap();
        prop_assert!(bound.minor <= one.consolidated(after(on + later), known).annex[&key(1)].minor);
    }

    /// Signatures in any order bring it into force on the last of their days, and not before.
    #[test]
    fn the_last_signature_decides(days in prop::collection::vec(0_u64..300, 2..8)) {
        let parties = (1..).zip(&days).map(|(n, _)| party(n, PartyCapacity::Signatory)).collect();
        let mut one = agreement(AgreementKind::Convention, parties, period(START, "2020-12-31"));
        one.open(day(START)).unwrap();
        let last = after(*days.iter().max().unwrap());
        for (n, signed) in (1..).zip(&days) {
            prop_assert!(one.in_force_from(after(800)).is_none());
            one.sign(partner(n), after(*signed), after(300)).unwrap();
        }
        prop_assert_eq!(one.in_force_from(after(800)), Some(last));
        for ahead in 0..310 {
            let status = one.status(after(ahead), after(800));
            prop_assert_eq!(status == AgreementStatus::InForce, after(ahead) >= last);
        }
    }

    /// The state only moves along the ways that exist, whatever is tried.
    #[test]
    fn the_state_goes_its_way(tries in prop::collection::vec((0_u8..5, 0_u64..500), 1..30)) {
        use AgreementStatus as S;
        let mut one = agreement(AgreementKind::Convention, two(), period(START, "2020-12-31"));
        let mut today = day(START);
        let mut status = one.status(today, today);
        for (what, ahead) in tries {
            let tried = match what {
                0 => one.open(today),
                1 => one.withdraw(today),
                2 | 3 => one.sign(partner(u128::from(what) - 1), today, today),
                _ => one.terminate(today, today),
            };
            let _ = tried;
            let now = one.status(today, today);
            let ways = [
                (S::Draft, S::OpenForSignature), (S::OpenForSignature, S::Draft),
                (S::OpenForSignature, S::PartlySigned), (S::PartlySigned, S::InForce), (S::PartlySigned, S::Expired),
                (S::Signed, S::Terminated), (S::InForce, S::Terminated),
            ];
            prop_assert!(now == status || ways.contains(&(status, now)), "{} → {}", status, now);
            today = today.checked_add_days(Days::new(ahead / 20)).unwrap();
            let later = one.status(today, today);
            let by_time = [(S::Signed, S::InForce), (S::InForce, S::Expired)];
            prop_assert!(later == now || by_time.contains(&(now, later)), "{} → {} by time", now, later);
            status = later;
        }
    }
}
