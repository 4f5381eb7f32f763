//! The draw against its test vectors, and against the implementation in Python that shares no code with it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use parvis_domain::bodies::draw::{
    Candidate, DrawCollege, DrawList, FixedList, Outcome, Salt, SeedSource, commitment, draw, pseudonym,
};
use parvis_domain::bodies::{ParityRule, Sex};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Vectors {
    identities: Vec<Identity>,
    draws: Vec<Vector>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Identity {
    salt: String,
    identity: String,
    commitment: String,
    pseudonym: String,
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Vector {
    name: String,
    document: String,
    seed: String,
    refusals: Vec<String>,
    outcome: Outcome,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/draw")
}

fn salt(n: u8) -> Salt {
    Salt(std::array::from_fn(|i| n.wrapping_mul(31).wrapping_add(i as u8)))
}

/// Persons of nobody's acquaintance, in the order of their numbers.
const PEOPLE: [(&str, Sex); 12] = [
    ("Amina Benali, 1981-04-02", Sex::Female),
    ("Bastien Roux, 1975-11-30", Sex::Male),
    ("Chantha Sok, 1990-07-15", Sex::Female),
    ("Daouda Traoré, 1968-01-09", Sex::Male),
    ("Élise Moreau, 1999-12-24", Sex::Female),
    ("Farid Haddad, 1984-06-18", Sex::Male),
    ("Gabriela Núñez, 1972-03-03", Sex::Female),
    ("Hugo Lefèvre, 2001-09-21", Sex::Male),
    ("Inès Diallo, 1995-05-05", Sex::Female),
    ("Camille Petit, 1988-08-08", Sex::Unstated),
    ("Karim Saïdi, 1979-10-10", Sex::Male),
    ("Lina Costa, 1963-02-28", Sex::Female),
];

fn people() -> impl Iterator<Item = (Salt, &'static str, Sex)> {
    PEOPLE
        .iter()
        .zip(1..)
        .map(|((identity, sex), n)| (salt(n), *identity, *sex))
}

fn list(colleges: Vec<DrawCollege>, candidates: Vec<Candidate>) -> FixedList {
    let source = SeedSource {
        name: "Loto, tirage du mercredi 11 mars 2015".to_owned(),
        born_on: "2015-03-11".parse().unwrap(),
        writing: "Cinq numéros croissants à deux chiffres, puis le numéro chance, joints par des tirets".to_owned(),
    };
    let draw = uuid::Uuid::from_u128(0x0191_2015_0311_7000_8000_0000_0000_0001);
    let list = DrawList {
        draw,
        source,
        colleges,
        candidates,
    };
    list.check().unwrap()
}

/// Ten seats in two colleges, as the citizen council of the seed has.
fn council() -> FixedList {
    let inhabitants = people().map(|(salt, identity, sex)| Candidate {
        pseudonym: pseudonym(salt),
        college: "inhabitants".to_owned(),
        sex,
        commitment: commitment(salt, identity),
    });
    let actors = (100..106).map(|n| Candidate {
        pseudonym: pseudonym(salt(n)),
        college: "actors".to_owned(),
        sex: Sex::Unstated,
        commitment: commitment(salt(n), &format!("Association {n}")),
    });
    let college = |code: &str, seats, parity| DrawCollege {
        code: code.to_owned(),
        seats,
        parity,
    };
    let colleges = vec![
        college("inhabitants", 6, ParityRule::Equal),
        college("actors", 4, ParityRule::None),
    ];
    list(colleges, inhabitants.chain(actors).collect())
}

fn vector(name: &str, list: &FixedList, seed: &str, refusals: &[String]) -> Vector {
    Vector {
        name: name.to_owned(),
        document: list.document(),
        seed: seed.to_owned(),
        refusals: refusals.to_vec(),
        outcome: draw(list, seed, refusals).unwrap(),
    }
}

fn vectors() -> Vectors {
    let identities = people().map(|(salt, identity, _)| Identity {
        salt: salt.to_hex(),
        identity: identity.to_owned(),
        commitment: commitment(salt, identity).to_string(),
        pseudonym: pseudonym(salt),
    });
    let fixed = council();
    let seed = "03-12-19-27-44-8";
    let plain = vector("the citizen council", &fixed, seed, &[]);
    let seats = plain.outcome.colleges.iter().flat_map(|college| &college.seats);
    let held: Vec<_> = seats.filter_map(|seat| seat.held_by()).map(str::to_owned).collect();
    let two = vector(
        "one of each college refuses",
        &fixed,
        seed,
        &[held[0].clone(), held[5].clone()],
    );
    let mut everybody = Vec::new();
    // Until a college is empty: whoever is called refuses.
    while let Some(next) = draw(&fixed, seed, &everybody).unwrap().colleges[1].seats[0].held_by() {
        everybody.push(next.to_owned());
    }
    let empty = vector(
        "the first seat is refused until nobody is left",
        &fixed,
        seed,
        &everybody,
    );
    Vectors {
        identities: identities.collect(),
        draws: vec![
            plain,
            two,
            vector("another seed", &fixed, "03 12 19 27 44 + 8", &[]),
            empty,
        ],
    }
}

/// Set PARVIS_BLESS to write them anew, which no version of the algorithm may do to its own.
#[test]
fn the_vectors_are_drawn_again() {
    let path = folder().join("vectors.json");
    if std::env::var_os("PARVIS_BLESS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&vectors()).unwrap() + "\n").unwrap();
    }
    let kept: Vectors = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for vector in &kept.draws {
        let list = FixedList::parse(&vector.document).unwrap();
        assert_eq!(
            draw(&list, &vector.seed, &vector.refusals).unwrap(),
            vector.outcome,
            "{}",
            vector.name
        );
    }
    assert_eq!(kept, vectors());
}

#[test]
fn python_draws_the_vectors_too() {
    let output = Command::new("python3")
        .args(["draw.py", "--vectors", "vectors.json"])
        .current_dir(folder())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "12 identities and 4 draws agree\n"
    );
}

/// Random lists with seats, sexes and refusals of all kinds.
fn any_draw() -> impl Strategy<Value = (FixedList, String, Vec<usize>)> {
    let sex = prop::sample::select(Sex::ALL);
    let parity = prop::sample::select(ParityRule::ALL);
    let hall = (1_u32..9, parity, prop::collection::vec(sex, 1..25));
    let halls = prop::collection::vec(hall, 1..4);
    let list = halls.prop_map(|halls| {
        let (mut colleges, mut candidates) = (Vec::new(), Vec::new());
        for (i, (seats, parity, sexes)) in halls.into_iter().enumerate() {
            let code = format!("c{i}");
            for (n, sex) in sexes.into_iter().enumerate() {
                candidates.push(Candidate {
                    pseudonym: format!("p{i}-{n}"),
                    college: code.clone(),
                    sex,
                    commitment: commitment(salt(n as u8), &format!("{i} {n}")),
                });
            }
            colleges.push(DrawCollege { code, seats, parity });
        }
        list(colleges, candidates)
    });
    (list, "[!-~]{1,20}", prop::collection::vec(0_usize..50, 0..12))
}

/// Refusals by whoever holds the seat of that number at the time, as far as there is one.
fn refusals(list: &FixedList, seed: &str, picks: &[usize]) -> Vec<String> {
    let mut refusals = Vec::new();
    for pick in picks {
        let outcome = draw(list, seed, &refusals).unwrap();
        let seats = outcome.colleges.iter().flat_map(|college| &college.seats);
        let held: Vec<_> = seats.filter_map(|seat| seat.held_by()).collect();
        if let Some(name) = held.get(pick % held.len().max(1)) {
            refusals.push((*name).to_owned());
        }
    }
    refusals
}

#[test]
fn python_agrees_on_random_draws() {
    let mut runner = TestRunner::deterministic();
    let (mut asked, mut expected) = (String::new(), Vec::new());
    for _ in 0..200 {
        let (list, seed, picks) = any_draw().new_tree(&mut runner).unwrap().current();
        let refusals = refusals(&list, &seed, &picks);
        let line = serde_json::json!({ "document": list.document(), "seed": seed, "refusals": refusals });
        asked.push_str(&format!("{line}\n"));
        expected.push(draw(&list, &seed, &refusals).unwrap());
    }
    let mut child = Command::new("python3")
        .args(["draw.py", "--lines"])
        .current_dir(folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeding = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let told: Vec<Outcome> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told, expected);
}
