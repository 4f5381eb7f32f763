//! The citizen council of the seed, and a steering committee in which its inhabitants sit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::prelude::*;
use uuid::Uuid;

use super::composition::{Delegates, Member};
use super::meetings::*;
use super::quorum::*;
use super::*;
use crate::error::DomainError;
use crate::ids::{BodyId, MandateId, PersonId};
use crate::period::Period;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(n: u128) -> MandateId {
    MandateId(Uuid::from_u128(n))
}

fn person(n: u128) -> Member {
    Member::Person(PersonId(Uuid::from_u128(n)))
}

fn college(code: &str, seats: u32, parity: ParityRule, designation: Designation) -> College {
    College {
        code: code.to_owned(),
        title: LocalisedText::of("fr", code),
        seats,
        parity,
        designation,
    }
}

/// Ten seats: six inhabitants in parity, drawn by lot, and four associations and local actors.
fn council() -> Vec<College> {
    vec![
        college("inhabitants", 6, ParityRule::Equal, Designation::DrawnByLot),
        college("actors", 4, ParityRule::None, Designation::Appointed),
    ]
}

fn mandate(n: u128, college: &str, sex: Sex) -> Mandate {
    Mandate {
        id: id(n),
        college: college.to_owned(),
        member: person(n),
        sex,
        period: Period {
            starts_on: day("2015-04-01"),
            ends_on: Some(day("2020-12-31")),
        },
        substitute_of: None,
        delegated_by: None,
    }
}

fn seated() -> Vec<Mandate> {
    let sexes = [Sex::Female, Sex::Male, Sex::Female, Sex::Male, Sex::Female, Sex::Male];
    let inhabitants = sexes
        .into_iter()
        .zip(1..)
        .map(|(sex, n)| mandate(n, "inhabitants", sex));
    inhabitants
        .chain((7..=10).map(|n| mandate(n, "actors", Sex::Unstated)))
        .collect()
}

fn composed(on: &str) -> Composition {
    composition(&council(), &seated(), &Delegates::new(), day(on))
}

fn half() -> QuorumRule {
    let half = Quorum::Share {
        part: 1,
        of: 2,
        more_than: false,
    };
    QuorumRule {
        body: Some(half),
        colleges: BTreeMap::new(),
        basis: QuorumBasis::Seats,
        waived_when_convened_again: true,
    }
}

fn rules() -> DecisionRules {
    DecisionRules {
        quorum: half(),
        majority: Majority::Simple,
        casting_vote: true,
        notice_days: 5,
        competences: BTreeSet::from([EffectKind::WaiveGate]),
    }
}

fn meeting(attended: impl IntoIterator<Item = u128>) -> Meeting {
    let item = |kind| AgendaItem {
        title: LocalisedText::of("fr", "Point"),
        kind,
    };
    Meeting {
        status: MeetingStatus::Held,
        convened_on: day("2016-02-01"),
        held_on: day("2016-02-10"),
        again: false,
        agenda: vec![item(ItemKind::Information), item(ItemKind::Decision)],
        attended: attended.into_iter().map(id).collect(),
    }
}

fn decision(yes: u32, no: u32) -> Decision {
    Decision {
        item: 2,
        text: LocalisedText::of("fr", "Le conseil approuve."),
        reason: None,
        effect: Effect::Resolve,
        vote: Vote {
            yes,
            no,
            abstained: 0,
            chair_for: None,
        },
    }
}

fn codes(result: Result<impl std::fmt::Debug, DomainError>) -> Vec<Code> {
    result.unwrap_err().faults.0.iter().map(|fault| fault.code).collect()
}

#[test]
fn four_of_ten_decide_nothing_and_five_do() {
    let composition = composed("2016-02-10");
    assert_eq!((composition.seats(), composition.filled()), (10, 10));
    let four = decide(&decision(4, 0), &meeting(1..=4), &rules(), &composition).unwrap_err();
    assert_eq!(four.code, Code::QuorumNotReached);
    assert_eq!(four.detail, "4 of 10 of the body are present; 5 are needed.");
    assert_eq!(
        decide(&decision(3, 2), &meeting(1..=5), &rules(), &composition),
        Ok(true)
    );
    assert_eq!(
        decide(&decision(2, 3), &meeting(1..=5), &rules(), &composition),
        Ok(false)
    );
    let again = Meeting {
        again: true,
        ..meeting(1..=4)
    };
    assert_eq!(decide(&decision(4, 0), &again, &rules(), &composition), Ok(true));
}

#[test]
fn a_college_has_a_quorum_of_its_own() {
    let mut rules = rules();
    rules
        .quorum
        .colleges
        .insert("actors".to_owned(), Quorum::AtLeast { members: 2 });
    let composition = composed("2016-02-10");
    let error = decide(&decision(6, 0), &meeting(1..=7), &rules, &composition).unwrap_err();
    assert_eq!(error.detail, "1 of 4 of the college actors are present; 2 are needed.");
    assert_eq!(decide(&decision(6, 0), &meeting(1..=8), &rules, &composition), Ok(true));
}

#[test]
fn a_substitute_counts_for_one_seat_and_only_for_who_is_absent() {
    let mut mandates = seated();
    mandates.push(Mandate {
        substitute_of: Some(id(5)),
        ..mandate(11, "inhabitants", Sex::Female)
    });
    assert_eq!(
        check_mandate(&mandates[10], &council(), &seated(), &Delegates::new()),
        Ok(())
    );
    let composition = composition(&council(), &mandates, &Delegates::new(), day("2016-02-10"));
    let present = |ids: &[u128]| {
        let attended = ids.iter().map(|n| id(*n)).collect();
        assess(&half(), &composition, &attended, false).counts[0].present
    };
    assert_eq!(present(&[1, 2, 3, 4, 11]), 5);
    assert_eq!(present(&[1, 2, 3, 4, 5, 11]), 5);
    let came = BTreeSet::from([id(11), id(99)]);
    let faults = check_attendance(&came, day("2016-02-10"), &composition, day("2016-02-09")).unwrap_err();
    let faults: Vec<_> = faults
        .0
        .iter()
        .map(|fault| (fault.code, fault.pointer.as_str()))
        .collect();
    assert_eq!(
        faults,
        [
            (Code::DateInFuture, "/held_on"),
            (Code::ReferenceUnknown, "/attendance/1")
        ]
    );
}

#[test]
fn seats_fall_vacant_with_their_mandates() {
    let later = composed("2021-01-01");
    assert_eq!((later.filled(), later.colleges[0].vacant), (0, 6));
    let mut left = seated();
    left[0].period.ends_on = Some(day("2016-01-31"));
    let now = composition(&council(), &left, &Delegates::new(), day("2016-02-10"));
    assert_eq!(
        (now.colleges[0].vacant, now.colleges[0].women, now.colleges[0].men),
        (1, 2, 3)
    );
    assert!(now.colleges[0].parity_kept);
    left[2].period.ends_on = Some(day("2016-01-31"));
    assert!(!composition(&council(), &left, &Delegates::new(), day("2016-02-10")).colleges[0].parity_kept);
}

#[test]
fn a_mandate_that_does_not_fit_says_why() {
    let check = |new: &Mandate, mandates: &[Mandate]| {
        let checked = check_mandate(new, &council(), mandates, &Delegates::new());
        checked.map_or_else(
            |faults| faults.0.iter().map(|fault| fault.code).collect(),
            |()| Vec::new(),
        )
    };
    assert_eq!(
        check(&mandate(20, "actors", Sex::Unstated), &seated()),
        [Code::CollegeFull]
    );
    assert_eq!(
        check(&mandate(20, "elders", Sex::Unstated), &seated()),
        [Code::ReferenceUnknown]
    );
    let mut few = seated();
    few.remove(1);
    assert_eq!(
        check(&mandate(20, "inhabitants", Sex::Female), &few),
        [Code::ParityBroken]
    );
    assert_eq!(check(&mandate(20, "inhabitants", Sex::Male), &few), []);
    assert_eq!(check(&mandate(20, "inhabitants", Sex::Unstated), &few), []);
    assert_eq!(
        check(&mandate(1, "inhabitants", Sex::Male), &few),
        [Code::AlreadySeated]
    );
    let after = Mandate {
        period: Period {
            starts_on: day("2021-01-01"),
            ends_on: None,
        },
        ..mandate(1, "inhabitants", Sex::Female)
    };
    assert_eq!(check(&after, &seated()), []);
    let of_nobody = Mandate {
        substitute_of: Some(id(7)),
        ..mandate(20, "inhabitants", Sex::Male)
    };
    assert_eq!(check(&of_nobody, &seated()), [Code::ReferenceUnknown]);
}

#[test]
fn inhabitants_sit_in_the_steering_committee_as_long_as_in_their_council() {
    let body = BodyId(Uuid::from_u128(1));
    let steering = vec![
        college("institutions", 4, ParityRule::None, Designation::Delegated),
        college("inhabitants", 2, ParityRule::None, Designation::ByBody),
    ];
    let council: Delegates = BTreeMap::from([(
        body,
        seated()
            .iter()
            .map(|mandate| (mandate.member, mandate.period))
            .collect(),
    )]);
    let seat = Mandate {
        delegated_by: Some(body),
        period: Period {
            starts_on: day("2016-01-01"),
            ends_on: None,
        },
        ..mandate(1, "inhabitants", Sex::Unstated)
    };
    assert_eq!(check_mandate(&seat, &steering, &[], &council), Ok(()));
    let check = |new: Mandate| check_mandate(&new, &steering, &[], &council).unwrap_err().0[0].code;
    assert_eq!(
        check(Mandate {
            member: person(99),
            ..seat.clone()
        }),
        Code::NotDelegated
    );
    assert_eq!(
        check(Mandate {
            delegated_by: None,
            ..seat.clone()
        }),
        Code::NotDelegated
    );
    assert_eq!(
        check(Mandate {
            college: "institutions".to_owned(),
            ..seat.clone()
        }),
        Code::NotDelegated
    );
    let vacant = |on| composition(&steering, std::slice::from_ref(&seat), &council, day(on)).colleges[1].vacant;
    assert_eq!(vacant("2020-12-31"), 1);
    assert_eq!(vacant("2021-01-01"), 2);
}

#[test]
fn a_decision_keeps_to_agenda_competence_and_votes() {
    let composition = composed("2016-02-10");
    let waive = |reason| Decision {
        effect: Effect::WaiveGate {
            gate: "assembly-before-works".to_owned(),
            object: Uuid::from_u128(1),
        },
        reason,
        ..decision(5, 0)
    };
    let decide = |decision: &Decision| decide(decision, &meeting(1..=6), &rules(), &composition);
    assert_eq!(codes(decide(&waive(None))), [Code::Required]);
    assert_eq!(decide(&waive(Some(LocalisedText::of("fr", "Urgence")))), Ok(true));
    let release = Decision {
        effect: Effect::AdoptAgreement {
            agreement: crate::ids::AgreementId(Uuid::nil()),
        },
        item: 1,
        ..decision(6, 1)
    };
    assert_eq!(
        codes(decide(&release)),
        [Code::NotOnAgenda, Code::NotCompetent, Code::TooManyVotes]
    );
    let early = Meeting {
        status: MeetingStatus::Convened,
        ..meeting(1..=6)
    };
    let refused = super::meetings::decide(&decision(1, 0), &early, &rules(), &composition).unwrap_err();
    assert_eq!(refused.code, Code::TransitionRefused);
}

#[test]
fn majorities_are_counted_as_they_are_named() {
    let vote = |yes, no, abstained, chair_for| Vote {
        yes,
        no,
        abstained,
        chair_for,
    };
    let carries = |vote: Vote, majority| vote.carries(majority, true, 10);
    assert!(carries(vote(2, 1, 7, None), Majority::Simple));
    assert!(!carries(vote(2, 1, 7, None), Majority::Absolute));
    assert!(carries(vote(6, 4, 0, None), Majority::Absolute));
    assert!(carries(vote(4, 2, 4, None), Majority::TwoThirds));
    assert!(!carries(vote(5, 3, 2, None), Majority::TwoThirds));
    assert!(carries(vote(1, 0, 9, None), Majority::Consensus));
    assert!(!carries(vote(0, 0, 10, None), Majority::Consensus));
    assert!(carries(vote(5, 5, 0, Some(true)), Majority::Simple));
    assert!(carries(vote(5, 5, 0, Some(true)), Majority::Absolute));
    assert!(!carries(vote(4, 4, 2, Some(true)), Majority::Absolute));
    assert!(!carries(vote(5, 5, 0, Some(false)), Majority::Simple));
    assert!(!vote(5, 5, 0, Some(true)).carries(Majority::Simple, false, 10));
}

#[test]
fn a_decision_has_its_effect_until_it_is_annulled() {
    let decided = Decided {
        effect: Effect::Resolve,
        decided_on: day("2016-02-10"),
        carried: true,
        annulled_on: Some(day("2016-06-01")),
    };
    assert_eq!(decided.effect_on(day("2016-02-09")), None);
    assert_eq!(decided.effect_on(day("2016-05-31")), Some(&Effect::Resolve));
    assert_eq!(decided.effect_on(day("2016-06-01")), None);
    let lost = Decided {
        carried: false,
        ..decided
    };
    assert_eq!(lost.effect_on(day("2016-02-10")), None);
}

#[test]
fn a_convocation_comes_in_time() {
    let convened = |on: &str| {
        let meeting = Meeting {
            convened_on: day(on),
            ..meeting([])
        };
        check_convocation(&meeting, &rules()).map_err(|faults| faults.0[0].code)
    };
    assert_eq!(convened("2016-02-05"), Ok(()));
    assert_eq!(convened("2016-02-06"), Err(Code::NoticeTooShort));
    assert_eq!(convened("2016-02-11"), Err(Code::DateTooEarly));
    assert_eq!(
        transition(MeetingStatus::Convened, MeetingTransition::Hold),
        Ok(MeetingStatus::Held)
    );
    assert!(transition(MeetingStatus::Held, MeetingTransition::Cancel).is_err());
}

#[test]
fn colleges_are_checked() {
    let wrong = [
        college("a", 0, ParityRule::None, Designation::Elected),
        college("a", 1, ParityRule::None, Designation::Elected),
    ];
    let faults = check_colleges("/colleges", &wrong).unwrap_err();
    let faults: Vec<_> = faults
        .0
        .iter()
        .map(|fault| (fault.code, fault.pointer.as_str()))
        .collect();
    assert_eq!(
        faults,
        [
            (Code::OutOfRange, "/colleges/0/seats"),
            (Code::Duplicate, "/colleges/1/code")
        ]
    );
    assert_eq!(check_colleges("/colleges", &council()), Ok(council()));
    assert!(check_colleges("/colleges", &[]).is_err());
    let impossible = Quorum::Share {
        part: 1,
        of: 1,
        more_than: true,
    };
    assert!(impossible.check("/quorum").is_err());
}

proptest! {
    /// A share is the least number that is not below it, or the least above it.
    #[test]
    fn needed_is_the_least_that_suffices(part in 1_u32..10, more in 0_u32..10, members in 0_u32..500, more_than: bool) {
        let of = part + more;
        prop_assume!(!more_than || more > 0);
        let needed = Quorum::Share { part, of, more_than }.check("").unwrap().needed(members);
        let suffices = |n: u32| {
            let (have, want) = (u64::from(n) * u64::from(of), u64::from(part) * u64::from(members));
            if more_than { have > want } else { have >= want }
        };
        prop_assert!(suffices(needed));
        prop_assert!(needed == 0 || !suffices(needed - 1));
    }

    /// Who comes besides never takes a quorum away.
    #[test]
    fn more_members_never_break_a_quorum(came in prop::collection::btree_set(1_u128..=10, 0..10), further in 1_u128..=10) {
        let composition = composed("2016-02-10");
        let reached = |ids: &BTreeSet<u128>| {
            let attended = ids.iter().map(|n| id(*n)).collect();
            assess(&half(), &composition, &attended, false).is_reached()
        };
        let more = came.iter().copied().chain([further]).collect();
        prop_assert!(!reached(&came) || reached(&more));
        prop_assert_eq!(reached(&came), came.len() >= 5);
    }

    /// Whatever mandates are accepted, no college has more members than seats on any day, nor more than half of one sex.
    #[test]
    fn accepted_mandates_never_overfill(tries in prop::collection::vec((0_u64..400, 0_u64..400, 0_usize..3), 1..60)) {
        let mut mandates: Vec<Mandate> = Vec::new();
        let first = day("2015-04-01");
        for ((start, length, sex), n) in tries.into_iter().zip(1..) {
            let starts_on = first + chrono::Days::new(start);
            let new = Mandate {
                sex: Sex::ALL[sex],
                period: Period { starts_on, ends_on: Some(starts_on + chrono::Days::new(length)) },
                ..mandate(n, "inhabitants", Sex::Unstated)
            };
            if check_mandate(&new, &council(), &mandates, &Delegates::new()).is_ok() {
                mandates.push(new);
            }
        }
        for ahead in (0..800).step_by(7) {
            let on = first + chrono::Days::new(ahead);
            let composed = composition(&council(), &mandates, &Delegates::new(), on);
            let inhabitants = &composed.colleges[0];
            prop_assert!(inhabitants.members.len() <= 6);
            prop_assert!(inhabitants.women <= 3 && inhabitants.men <= 3);
        }
    }
}
