use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::bodies::{ParityRule, Sex};
use crate::error::Faults;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn college(code: &str, seats: u32, parity: ParityRule) -> DrawCollege {
    DrawCollege {
        code: code.to_owned(),
        seats,
        parity,
    }
}

fn candidate(college: &str, n: usize, sex: Sex) -> Candidate {
    let mut salt = Salt([7; 32]);
    salt.0[..8].copy_from_slice(&(n as u64).to_be_bytes());
    Candidate {
        pseudonym: format!("{college}-{n:04}"),
        college: college.to_owned(),
        sex,
        commitment: commitment(salt, &format!("{college} {n}")),
    }
}

fn list(colleges: Vec<DrawCollege>, candidates: Vec<Candidate>) -> DrawList {
    DrawList {
        draw: Uuid::from_u128(1),
        source: SeedSource {
            name: "Loto, tirage du 11 mars 2015".to_owned(),
            born_on: day("2015-03-11"),
            writing: "Les cinq numéros croissants, puis le numéro chance, séparés par des tirets".to_owned(),
        },
        colleges,
        candidates,
    }
}

/// The citizen council of the seed: inhabitants in parity, associations and local actors without.
fn council(women: usize, men: usize, unstated: usize) -> FixedList {
    let sexes = [(Sex::Female, women), (Sex::Male, men), (Sex::Unstated, unstated)];
    let sexes = sexes.into_iter().flat_map(|(sex, n)| std::iter::repeat_n(sex, n));
    let inhabitants = sexes.enumerate().map(|(n, sex)| candidate("inhabitants", n, sex));
    let actors = (0..7).map(|n| candidate("actors", n, Sex::Unstated));
    let colleges = vec![
        college("inhabitants", 6, ParityRule::Equal),
        college("actors", 4, ParityRule::None),
    ];
    list(colleges, inhabitants.chain(actors).collect()).check().unwrap()
}

fn seated(outcome: &Outcome, code: &str) -> Vec<(String, Sex)> {
    let college = outcome.colleges.iter().find(|college| college.code == code).unwrap();
    let sex = |name: &str| college.order.iter().find(|t| t.pseudonym == name).unwrap().sex;
    let held = college.seats.iter().filter_map(Seat::held_by);
    held.map(|name| (name.to_owned(), sex(name))).collect()
}

fn count(seated: &[(String, Sex)], of: Sex) -> usize {
    seated.iter().filter(|(_, sex)| *sex == of).count()
}

fn codes(result: Result<FixedList, Faults>) -> Vec<(Code, String)> {
    let faults = result.unwrap_err().0.into_iter();
    faults.map(|fault| (fault.code, fault.pointer)).collect()
}

#[test]
fn a_council_is_drawn_in_parity_and_the_same_every_time() {
    let fixed = council(20, 30, 1);
    let outcome = draw(&fixed, "03-12-19-27-44-8", &[]).unwrap();
    assert_eq!(draw(&fixed, "03-12-19-27-44-8", &[]).unwrap(), outcome);
    let inhabitants = seated(&outcome, "inhabitants");
    assert_eq!(inhabitants.len(), 6);
    assert!(count(&inhabitants, Sex::Female).abs_diff(count(&inhabitants, Sex::Male)) <= 1);
    assert_eq!(seated(&outcome, "actors").len(), 4);
    assert_ne!(
        draw(&fixed, "03-12-19-27-44-9", &[]).unwrap().colleges,
        outcome.colleges
    );
}

#[test]
fn whoever_refuses_is_replaced_by_the_next_of_the_stratum() {
    let fixed = council(20, 30, 0);
    let first = draw(&fixed, "seed", &[]).unwrap();
    let (leaving, sex) = seated(&first, "inhabitants")[2].clone();
    let hall = first
        .colleges
        .iter()
        .find(|college| college.code == "inhabitants")
        .unwrap();
    let next = hall
        .reserve()
        .into_iter()
        .find(|ticket| ticket.sex == sex)
        .unwrap()
        .pseudonym
        .clone();
    let after = draw(&fixed, "seed", &[leaving.clone(), next.clone()]).unwrap();
    let seat = &after.colleges.iter().find(|c| c.code == "inhabitants").unwrap().seats[2];
    let calls: Vec<_> = seat.holders.iter().map(|h| (h.pseudonym.as_str(), h.refused)).collect();
    assert_eq!(calls[..2], [(leaving.as_str(), true), (next.as_str(), true)]);
    assert_eq!(calls.len(), 3);
    let now = seated(&after, "inhabitants");
    assert_eq!(count(&now, Sex::Female), 3);
    let gone = draw(&fixed, "seed", &[leaving.clone(), leaving]).unwrap_err();
    assert_eq!(
        (gone.0[0].code, gone.0[0].pointer.as_str()),
        (Code::NotSeated, "/refusals/1")
    );
}

#[test]
fn an_exhausted_stratum_is_told_and_an_exhausted_list_leaves_a_vacancy() {
    let outcome = draw(&council(1, 9, 0), "seed", &[]).unwrap();
    let hall = outcome
        .colleges
        .iter()
        .find(|college| college.code == "inhabitants")
        .unwrap();
    let outside = hall.seats.iter().filter(|seat| seat.holders[0].outside_parity).count();
    // One woman and two men are within parity; three more men are not.
    assert_eq!((hall.seats.len(), outside), (6, 3));
    let few = draw(&council(1, 2, 0), "seed", &[]).unwrap();
    let hall = few
        .colleges
        .iter()
        .find(|college| college.code == "inhabitants")
        .unwrap();
    assert_eq!(hall.seats.iter().filter(|seat| seat.held_by().is_none()).count(), 3);
}

#[test]
fn a_list_says_everything_that_is_wrong() {
    let twice = vec![
        candidate("a", 1, Sex::Female),
        candidate("a", 1, Sex::Female),
        candidate("b", 2, Sex::Male),
    ];
    let wrong = list(
        vec![college("a", 0, ParityRule::None), college("c", 1, ParityRule::None)],
        twice,
    );
    assert_eq!(
        codes(wrong.check()),
        [
            (Code::OutOfRange, "/colleges/0/seats".to_owned()),
            (Code::Duplicate, "/candidates/1/pseudonym".to_owned()),
            (Code::Duplicate, "/candidates/1/commitment".to_owned()),
            (Code::ReferenceUnknown, "/candidates/2/college".to_owned()),
            (Code::Required, "/colleges/1".to_owned()),
        ]
    );
    assert_eq!(
        codes(list(vec![], vec![]).check()),
        [(Code::OutOfRange, "/colleges".to_owned())]
    );
    let mut tab = list(
        vec![college("a", 1, ParityRule::None)],
        vec![candidate("a", 1, Sex::Female)],
    );
    tab.source.name = "Loto\tborn".to_owned();
    assert_eq!(
        codes(tab.check()),
        [(Code::ControlCharacter, "/source/name".to_owned())]
    );
}

#[test]
fn the_published_text_reads_back_and_no_other_does() {
    let fixed = council(3, 3, 1);
    let text = fixed.document();
    assert_eq!(FixedList::parse(&text), Ok(fixed.clone()));
    let mut reordered: Vec<_> = text.lines().collect();
    reordered.swap(7, 8);
    for wrong in [
        String::new(),
        text.trim_end().to_owned(),
        text.replace('\n', "\r\n"),
        text.replace("parvis-draw/1", "parvis-draw/2"),
        text.replacen("\t6\t", "\t06\t", 1),
        format!("{text}\n"),
        reordered.join("\n") + "\n",
    ] {
        assert!(FixedList::parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_list_comes_first_and_the_seed_after_it() {
    let fixed = council(3, 3, 0);
    let empty = Record::default();
    assert_eq!(empty.check_fix(&fixed, day("2015-03-10")), Ok(()));
    assert_eq!(
        empty.check_fix(&fixed, day("2015-03-11")).unwrap_err().code,
        Code::SeedKnown
    );
    assert_eq!(
        empty.check_draw(&fixed, day("2015-03-12")).unwrap_err().code,
        Code::ListNotFixed
    );
    let record = Record {
        fixed: Some((fixed.hash(), day("2015-03-10"))),
        drawn_on: None,
    };
    assert_eq!(
        record.check_fix(&fixed, day("2015-03-10")).unwrap_err().code,
        Code::ListChanged
    );
    assert_eq!(
        record.check_draw(&fixed, day("2015-03-10")).unwrap_err().code,
        Code::SeedNotBorn
    );
    assert_eq!(record.check_draw(&fixed, day("2015-03-11")), Ok(()));
    let changed = council(3, 4, 0);
    assert_eq!(
        record.check_draw(&changed, day("2015-03-11")).unwrap_err().code,
        Code::ListChanged
    );
    let drawn = Record {
        drawn_on: Some(day("2015-03-11")),
        ..record
    };
    assert_eq!(
        drawn.check_draw(&fixed, day("2015-03-12")).unwrap_err().code,
        Code::AlreadyDrawn
    );
    let statuses = [empty, record, drawn].map(|record| record.status());
    assert_eq!(statuses, [DrawStatus::Prepared, DrawStatus::Fixed, DrawStatus::Drawn]);
}

#[test]
fn a_seed_is_what_everybody_would_copy() {
    assert_eq!(check_seed("/seed", " 3 12 19 + 8 ").unwrap(), "3 12 19 + 8");
    for wrong in ["", "  ", "3  12", "3\n12", "№ 3", "3\u{a0}12"] {
        assert!(check_seed("/seed", wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_candidate_checks_the_own_commitment() {
    let (salt, other) = (Salt([1; 32]), Salt([2; 32]));
    let published = commitment(salt, "Amina K., 1980-02-03");
    assert_eq!(commitment(salt, "Amina K., 1980-02-03"), published);
    assert_ne!(commitment(other, "Amina K., 1980-02-03"), published);
    assert_ne!(commitment(salt, "Amina K., 1980-02-04"), published);
    assert_eq!(pseudonym(salt).len(), 9);
    assert_ne!(pseudonym(salt), pseudonym(other));
    assert_eq!(format!("{salt:?}"), "Salt([redacted])");
    assert_eq!(Digest::parse("", &published.to_string()), Ok(published));
    assert!(Digest::parse("", &published.to_string().to_uppercase()).is_err());
}

#[test]
fn everybody_has_about_the_same_chance() {
    // Ten of each sex and two unstated for six seats, over many seeds: each of the 22 expects 6/22 of the draws.
    let fixed = council(10, 10, 2);
    let draws = 4_000_u32;
    let mut seats = std::collections::BTreeMap::<String, u32>::new();
    for seed in 0..draws {
        let outcome = draw(&fixed, &seed.to_string(), &[]).unwrap();
        for (name, _) in seated(&outcome, "inhabitants") {
            *seats.entry(name).or_default() += 1;
        }
    }
    assert_eq!(seats.len(), 22);
    let expected = f64::from(draws) * 6.0 / 22.0;
    for (name, n) in seats {
        let off = (f64::from(n) - expected).abs() / expected;
        assert!(off < 0.12, "{name} was seated {n} times, expected {expected}");
    }
}

proptest! {
    #[test]
    fn an_order_is_a_permutation_and_seats_keep_to_it(
        women in 0_usize..12, men in 0_usize..12, unstated in 0_usize..4, seed in "[a-z0-9]{1,12}",
    ) {
        prop_assume!(women + men + unstated > 0);
        let fixed = council(women, men, unstated);
        let outcome = draw(&fixed, &seed, &[]).unwrap();
        for college in &outcome.colleges {
            let listed = fixed.list().candidates.iter().filter(|c| c.college == college.code);
            let mut listed: Vec<_> = listed.map(|c| c.pseudonym.as_str()).collect();
            let mut ordered: Vec<_> = college.order.iter().map(|t| t.pseudonym.as_str()).collect();
            prop_assert!(college.order.windows(2).all(|pair| pair[0].ticket < pair[1].ticket));
            listed.sort_unstable();
            ordered.sort_unstable();
            prop_assert_eq!(listed, ordered);
        }
        // Within a stratum nobody is seated before somebody with a smaller ticket.
        let hall = outcome.colleges.iter().find(|college| college.code == "inhabitants").unwrap();
        for sex in Sex::ALL {
            let stratum: Vec<_> = hall.order.iter().filter(|t| t.sex == *sex).map(|t| t.pseudonym.as_str()).collect();
            let seated: Vec<_> = hall.seats.iter().filter_map(Seat::held_by).filter(|n| stratum.contains(n)).collect();
            prop_assert_eq!(&stratum[..seated.len()], &seated[..]);
        }
        let now = seated(&outcome, "inhabitants");
        let outside = hall.seats.iter().flat_map(|s| &s.holders).filter(|h| h.outside_parity).count();
        prop_assert!(count(&now, Sex::Female).abs_diff(count(&now, Sex::Male)) <= 1 + outside);
        prop_assert_eq!(now.len(), (women + men + unstated).min(6));
    }

    #[test]
    fn the_order_in_which_a_list_arrives_changes_nothing(shuffle in Just((0..13_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let fixed = council(3, 3, 0);
        let mut arrived = fixed.list().clone();
        arrived.candidates = shuffle.iter().map(|i| fixed.list().candidates[*i].clone()).collect();
        arrived.colleges.reverse();
        prop_assert_eq!(arrived.check().unwrap().hash(), fixed.hash());
    }

    #[test]
    fn refusals_follow_the_reserve_until_it_is_empty(seed in "[a-z]{1,8}", picks in prop::collection::vec(0_usize..6, 0..20)) {
        let fixed = council(8, 8, 1);
        let mut refusals = Vec::new();
        for pick in picks {
            let before = draw(&fixed, &seed, &refusals).unwrap();
            let held = seated(&before, "inhabitants");
            let Some((leaving, sex)) = held.get(pick % held.len().max(1)).cloned() else { break };
            let hall = before.colleges.iter().find(|college| college.code == "inhabitants").unwrap();
            let next = hall.reserve().into_iter().find(|t| t.sex == sex).map(|t| t.pseudonym.clone());
            refusals.push(leaving.clone());
            let after = draw(&fixed, &seed, &refusals).unwrap();
            let now = seated(&after, "inhabitants");
            prop_assert!(now.iter().all(|(name, _)| *name != leaving));
            if let Some(next) = next {
                prop_assert!(now.iter().any(|(name, _)| *name == next));
            }
            // Nobody else's seat changes.
            let kept = held.iter().filter(|(name, _)| *name != leaving).all(|one| now.contains(one));
            prop_assert!(kept);
        }
    }
}
