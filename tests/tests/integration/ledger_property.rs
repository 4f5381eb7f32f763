//! Random sequences of what can be done to a share, beside a replay over the list of what was done.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use parvis_tests::sums::assert_sums;
use parvis_tests::world::create_budget;
use parvis_tests::{Client, Share, World, eur};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

/// The plan of the share, in euros.
const PLAN: i64 = 100;

#[derive(Clone, Debug)]
enum Act {
    Post {
        kind: usize,
        euros: i64,
        day: u32,
    },
    Reverse {
        which: prop::sample::Index,
        day: u32,
    },
    Correct {
        which: prop::sample::Index,
        euros: i64,
        day: u32,
    },
    Revise {
        euros: i64,
    },
}

const KINDS: [&str; 3] = ["commitment", "disbursement", "expenditure"];

fn act() -> impl Strategy<Value = Act> {
    let day = 1_u32..=14;
    prop_oneof![
        6 => (0..KINDS.len(), 1_i64..60, day.clone()).prop_map(|(kind, euros, day)| Act::Post { kind, euros, day }),
        2 => (any::<prop::sample::Index>(), day.clone()).prop_map(|(which, day)| Act::Reverse { which, day }),
        1 => (any::<prop::sample::Index>(), 1_i64..60, day).prop_map(|(which, euros, day)| Act::Correct { which, euros, day }),
        1 => (0_i64..150).prop_map(|euros| Act::Revise { euros }),
    ]
}

/// A change of the share: on a day, known from an instant on.
#[derive(Clone, Debug)]
struct Change {
    day: u32,
    known: DateTime<Utc>,
    /// Planned, committed, disbursed, spent.
    sums: [i64; 4],
}

#[derive(Clone, Debug)]
struct Posted {
    id: String,
    kind: usize,
    euros: i64,
    day: u32,
    settled: bool,
}

/// The day of June 2026 on which the tests happen.
const TODAY: u32 = 15;

struct Replay {
    direct: bool,
    changes: Vec<Change>,
    posted: Vec<Posted>,
}

impl Replay {
    fn effect(&self, kind: usize, euros: i64) -> [i64; 4] {
        match KINDS[kind] {
            "commitment" => [0, euros, 0, 0],
            "disbursement" => [0, 0, euros, 0],
            _ if self.direct => [0, 0, euros, euros],
            _ => [0, 0, 0, euros],
        }
    }

    fn sums(&self, day: u32, known: DateTime<Utc>, more: &[Change]) -> [i64; 4] {
        let counted = self
            .changes
            .iter()
            .chain(more)
            .filter(|change| change.day <= day && change.known <= known);
        counted.fold([PLAN, 0, 0, 0], |sum, change| {
            std::array::from_fn(|i| sum[i] + change.sums[i])
        })
    }

    /// Whether the rules hold on every day with these changes.
    fn holds(&self, more: &[Change]) -> bool {
        (1..=TODAY).all(|day| {
            let [planned, committed, disbursed, spent] = self.sums(day, DateTime::<Utc>::MAX_UTC, more);
            planned >= committed && committed >= disbursed && disbursed >= 0 && spent >= 0
        })
    }
}

fn day_text(day: u32) -> String {
    NaiveDate::from_ymd_opt(2026, 6, day)
        .expect("a day of June")
        .to_string()
}

struct Ledger<'a> {
    world: &'a World,
    client: Client,
    share: Share,
    replay: Replay,
}

impl<'a> Ledger<'a> {
    fn new(world: &'a World, budget: &str, direct: bool) -> Self {
        let client = world.coordinator();
        let mode = if direct { "direct" } else { "advance" };
        let line = json!({
            "category": "investment", "year": 2026,
            "grants": [{"funder_id": world.seed().funder, "planned": eur(100), "payment_mode": mode}]
        });
        let line = client.post(&format!("/budgets/{budget}/lines"), &line).ok();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (grant, line) = (text(&line["grants"][0]["grant_id"]), text(&line["id"]));
        let replay = Replay {
            direct,
            changes: Vec::new(),
            posted: Vec::new(),
        };
        Self {
            world,
            client,
            share: Share {
                budget: budget.to_owned(),
                line,
                grant,
            },
            replay,
        }
    }

    /// Does it, and checks that the server decides as the replay does.
    fn act(&mut self, act: &Act) {
        self.world.clock.forward(Duration::seconds(1));
        match act {
            Act::Post { kind, euros, day } => self.post(*kind, *euros, *day),
            Act::Reverse { which, day } => self.reverse(which, *day),
            Act::Correct { which, euros, day } => self.correct(which, *euros, *day),
            Act::Revise { euros } => self.revise(*euros),
        }
    }

    fn change(&self, day: u32, sums: [i64; 4]) -> Change {
        Change {
            day,
            known: self.world.clock.now(),
            sums,
        }
    }

    fn settle(
        &mut self,
        act: &str,
        expected: bool,
        answer: parvis_tests::Answer,
        changes: Vec<Change>,
    ) -> Option<Value> {
        assert_eq!(
            answer.status < 300,
            expected,
            "{act} {changes:?} on {:?} → {} {}",
            self.replay.changes,
            answer.status,
            answer.text
        );
        if !expected {
            assert!(
                answer.status == 422 || answer.status == 409,
                "{} {}",
                answer.status,
                answer.text
            );
            return None;
        }
        self.replay.changes.extend(changes);
        Some(answer.json())
    }

    fn remember(&mut self, made: &Value, kind: usize, euros: i64, day: u32) {
        let id = made["id"].as_str().unwrap_or_default().to_owned();
        self.replay.posted.push(Posted {
            id,
            kind,
            euros,
            day,
            settled: false,
        });
    }

    fn post(&mut self, kind: usize, euros: i64, day: u32) {
        let body = self
            .share
            .booked(KINDS[kind], u32::try_from(euros).unwrap_or_default(), &day_text(day));
        let changes = vec![self.change(day, self.replay.effect(kind, euros))];
        let expected = self.replay.holds(&changes);
        let answer = self.client.post(&self.share.movements(), &body);
        if let Some(made) = self.settle("post", expected, answer, changes) {
            self.remember(&made, kind, euros, day);
        }
    }

    fn reverse(&mut self, which: &prop::sample::Index, day: u32) {
        if self.replay.posted.is_empty() {
            return;
        }
        let at = which.index(self.replay.posted.len());
        let of = self.replay.posted[at].clone();
        let changes = vec![self.change(day, self.replay.effect(of.kind, -of.euros))];
        let expected = !of.settled && day >= of.day && self.replay.holds(&changes);
        let body = json!({"reason": "Essai", "booked_on": day_text(day)});
        let answer = self.client.post(&format!("/movements/{}/reverse", of.id), &body);
        if self.settle("reverse", expected, answer, changes).is_some() {
            self.replay.posted[at].settled = true;
        }
    }

    fn correct(&mut self, which: &prop::sample::Index, euros: i64, day: u32) {
        if self.replay.posted.is_empty() {
            return;
        }
        let at = which.index(self.replay.posted.len());
        let of = self.replay.posted[at].clone();
        let changes = vec![
            self.change(day, self.replay.effect(of.kind, -of.euros)),
            self.change(day, self.replay.effect(of.kind, euros)),
        ];
        let expected = !of.settled && day >= of.day && self.replay.holds(&changes);
        let amount = eur(u32::try_from(euros).unwrap_or_default());
        let body = json!({"reason": "Essai", "booked_on": day_text(day), "replacement": {"amount": amount}});
        let answer = self.client.post(&format!("/movements/{}/correct", of.id), &body);
        if let Some(made) = self.settle("correct", expected, answer, changes) {
            self.replay.posted[at].settled = true;
            self.remember(&made, of.kind, euros, day);
        }
    }

    fn revise(&mut self, euros: i64) {
        let [planned, ..] = self.replay.sums(TODAY, DateTime::<Utc>::MAX_UTC, &[]);
        if planned == euros {
            return;
        }
        let changes = vec![self.change(TODAY, [euros - planned, 0, 0, 0])];
        let expected = self.replay.holds(&changes);
        let amount = eur(u32::try_from(euros).unwrap_or_default());
        let revision = json!({"grant_id": self.share.grant, "planned": amount, "granted": amount, "reason": "Essai"});
        let line = format!("/lines/{}", self.share.line);
        let answer = self.client.patch(&line, "*", &json!({"revisions": [revision]}));
        self.settle("revise", expected, answer, changes);
    }

    /// Compares the balances with the replay: now, on every day, and as they were known after every change.
    fn compare(&self) {
        self.compare_at("", TODAY, DateTime::<Utc>::MAX_UTC);
        for day in 1..=TODAY {
            self.compare_at(&format!("?as_of={}", day_text(day)), day, DateTime::<Utc>::MAX_UTC);
        }
        for change in &self.replay.changes {
            let known = change.known.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            self.compare_at(&format!("?known_at={known}"), TODAY, change.known);
            self.compare_at(&format!("?known_at={known}&as_of={}", day_text(7)), 7, change.known);
        }
    }

    fn compare_at(&self, query: &str, day: u32, known: DateTime<Utc>) {
        let balances = self.client.get(&format!("{}{query}", self.share.balances())).ok();
        let rows = balances["items"].as_array().expect("balances have rows");
        let row = rows
            .iter()
            .find(|row| row["line_id"] == self.share.line.as_str())
            .expect("the share has a balance");
        let [planned, committed, disbursed, spent] = self.replay.sums(day, known, &[]);
        let expected = [planned, committed, disbursed, spent, planned - committed].map(|euros| format!("{euros}.00"));
        let seen = ["planned", "committed", "disbursed", "spent", "available"].map(|name| row[name]["amount"].clone());
        assert_eq!(
            seen,
            expected.map(Value::from),
            "{query} after {:?}",
            self.replay.changes
        );
    }
}

fn cases() -> u32 {
    if std::env::var_os("PARVIS_TEST_LONG").is_some() {
        3000
    } else {
        120
    }
}

#[test]
fn whatever_is_done_balances_equal_the_replay() {
    let world = World::new();
    let budget = create_budget(&world.coordinator(), &world.seed().private);
    let number = std::cell::Cell::new(0_u32);
    let fresh_budget = std::cell::RefCell::new(budget);
    let config = Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let strategy = (prop::collection::vec(act(), 1..12), any::<bool>());
    let outcome = TestRunner::new(config).run(&strategy, |(acts, direct)| {
        number.set(number.get() + 1);
        if number.get().is_multiple_of(10) {
            *fresh_budget.borrow_mut() = create_budget(&world.coordinator(), &world.seed().private);
        }
        let mut ledger = Ledger::new(&world, &fresh_budget.borrow(), direct);
        acts.iter().for_each(|act| ledger.act(act));
        ledger.compare();
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_sums(&world.store);
}
