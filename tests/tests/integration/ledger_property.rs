//! Random sequences of all that can be done to a grant over two lines, beside a replay over the list of what was done.
//!
//! Days are numbered: the first ones lie in December 2025, a year that is over and can be closed, the others in June 2026.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use parvis_tests::sums::assert_sums;
use parvis_tests::{Answer, Client, Share, Who, World, eur};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::reimport::assert_reimport;

/// The plans of the two shares, in euros.
const PLANS: [i64; 2] = [60, 40];
/// The day of June 2026 on which the tests happen.
const TODAY: u32 = 15;
/// The last of the days in December 2025.
const LAST_OF_2025: u32 = 7;
/// The share of the line of 2025.
const SHARE_OF_2025: usize = 0;
const KINDS: [&str; 7] = [
    "commitment",
    "disbursement",
    "expenditure",
    "justification",
    "decommitment",
    "repayment",
    "pledge",
];
const MODES: [&str; 4] = ["advance", "direct", "reimbursement", "instalments"];
/// The tranches of a grant in instalments, in euros.
const TRANCHES: [i64; 2] = [50, 30];

#[derive(Clone, Debug)]
enum Act {
    Post {
        share: usize,
        kind: usize,
        euros: i64,
        day: u32,
    },
    Reverse {
        which: Index,
        day: u32,
    },
    Correct {
        which: Index,
        euros: i64,
        day: u32,
    },
    Revise {
        share: usize,
        euros: i64,
    },
    Decide {
        which: Index,
        approve: bool,
    },
    FourEyes {
        wanted: bool,
    },
    Release {
        which: usize,
        day: u32,
    },
    Year {
        close: bool,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let day = 1_u32..=14;
    let kind = prop_oneof![3 => 0..KINDS.len(), 2 => Just(0_usize)];
    prop_oneof![
        9 => (0..2_usize, kind, 1_i64..50, day.clone())
            .prop_map(|(share, kind, euros, day)| Act::Post { share, kind, euros, day }),
        2 => (any::<Index>(), day.clone()).prop_map(|(which, day)| Act::Reverse { which, day }),
        2 => (any::<Index>(), 1_i64..50, day.clone()).prop_map(|(which, euros, day)| Act::Correct { which, euros, day }),
        1 => (0..2_usize, 0_i64..90).prop_map(|(share, euros)| Act::Revise { share, euros }),
        3 => (any::<Index>(), any::<bool>()).prop_map(|(which, approve)| Act::Decide { which, approve }),
        1 => any::<bool>().prop_map(|wanted| Act::FourEyes { wanted }),
        1 => (0..2_usize, day).prop_map(|(which, day)| Act::Release { which, day }),
        1 => any::<bool>().prop_map(|close| Act::Year { close }),
    ]
}

/// Planned, pledged, committed, disbursed, spent, justified.
type Sums = [i64; 6];

fn plus(a: Sums, b: Sums) -> Sums {
    std::array::from_fn(|i| a[i] + b[i])
}

/// A change of a share on a day.
#[derive(Clone, Copy, Debug)]
struct Change {
    share: usize,
    day: u32,
    sums: Sums,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Pending,
    Counts(DateTime<Utc>),
    Refused,
}

/// What is decided on together.
#[derive(Clone, Debug)]
struct Group {
    id: String,
    change: Change,
    state: State,
    /// Whether it commits anew, which the line of a closed year does not take.
    commits: bool,
}

#[derive(Clone, Debug)]
struct Posted {
    id: String,
    share: usize,
    kind: usize,
    euros: i64,
    day: u32,
    group: usize,
    reversed_by: Option<usize>,
}

struct Replay {
    mode: &'static str,
    shift: bool,
    groups: Vec<Group>,
    posted: Vec<Posted>,
    releases: Vec<(u32, i64)>,
    closed: bool,
}

impl Replay {
    /// Whether something can still be booked on a day.
    fn open(&self, day: u32) -> bool {
        !(self.closed && day <= LAST_OF_2025)
    }

    /// Whether a share takes a new commitment.
    fn commits(&self, share: usize) -> bool {
        !(self.closed && share == SHARE_OF_2025)
    }

    /// Whether something booked in 2025 waits.
    fn waits_in_2025(&self) -> bool {
        let mut groups = self.groups.iter();
        groups.any(|group| group.state == State::Pending && group.change.day <= LAST_OF_2025)
    }

    fn effect(&self, kind: usize, euros: i64) -> Sums {
        match KINDS[kind] {
            "pledge" => [0, euros, 0, 0, 0, 0],
            "commitment" => [0, 0, euros, 0, 0, 0],
            "decommitment" => [0, 0, -euros, 0, 0, 0],
            "disbursement" => [0, 0, 0, euros, 0, 0],
            "repayment" => [0, 0, 0, -euros, 0, 0],
            "justification" => [0, 0, 0, 0, 0, euros],
            _ if self.mode == "direct" => [0, 0, 0, euros, euros, 0],
            _ => [0, 0, 0, 0, euros, 0],
        }
    }

    /// What counts of a share up to a day, as it was known at an instant.
    fn sums(&self, share: usize, day: u32, known: DateTime<Utc>) -> Sums {
        let counted = self.groups.iter().filter(|group| match group.state {
            State::Counts(since) => since <= known && group.change.share == share && group.change.day <= day,
            _ => false,
        });
        let plan = [PLANS[share], 0, 0, 0, 0, 0];
        counted.fold(plan, |sum, group| plus(sum, group.change.sums))
    }

    /// Whether the rules hold on every day with one more change, whatever becomes of what waits.
    fn holds(&self, more: Option<(Change, bool)>, without: Option<usize>) -> bool {
        (1..=TODAY).all(|day| {
            let [first, second] = [0, 1].map(|share| self.bounds(share, day, more, without));
            let whole = (plus(first.0, second.0), plus(first.1, second.1));
            let released = self
                .releases
                .iter()
                .filter(|(on, _)| *on <= day)
                .map(|(_, euros)| euros)
                .sum();
            self.allowed(first, self.shift, None)
                && self.allowed(second, self.shift, None)
                && self.allowed(whole, false, Some(released))
        })
    }

    /// The lowest and the highest that the sums of a share can become.
    fn bounds(&self, share: usize, day: u32, more: Option<(Change, bool)>, without: Option<usize>) -> (Sums, Sums) {
        let groups = self.groups.iter().enumerate().filter(|(i, _)| Some(*i) != without);
        let known = groups.filter(|(_, group)| group.state != State::Refused);
        let known = known.map(|(_, group)| (group.change, group.state == State::Pending));
        let plan = [PLANS[share], 0, 0, 0, 0, 0];
        known
            .chain(more)
            .filter(|(change, _)| change.share == share && change.day <= day)
            .fold((plan, plan), |(low, high), (change, waits)| match waits {
                false => (plus(low, change.sums), plus(high, change.sums)),
                true => (
                    plus(low, change.sums.map(|sum| sum.min(0))),
                    plus(high, change.sums.map(|sum| sum.max(0))),
                ),
            })
    }

    fn allowed(&self, (low, high): (Sums, Sums), shifts: bool, released: Option<i64>) -> bool {
        // A quarter of the plan may shift: compared in quarters, so that nothing is rounded.
        let within = |sum: i64, bound: i64| 4 * sum <= 4 * bound + if shifts { low[0] } else { 0 };
        low.iter().all(|sum| *sum >= 0)
            && within(high[2], low[0])
            && within(high[3], low[2])
            && high[5] <= low[4]
            && within(high[5], low[2])
            && (self.mode != "reimbursement" || within(high[3], low[5]))
            && (self.mode != "instalments" || released.is_none_or(|released| high[3] <= released))
    }
}

fn day_text(day: u32) -> String {
    let date = match day <= LAST_OF_2025 {
        true => NaiveDate::from_ymd_opt(2025, 12, 10 + day),
        false => NaiveDate::from_ymd_opt(2026, 6, day),
    };
    date.expect("the day exists").to_string()
}

struct Ledger<'a> {
    world: &'a World,
    client: Client,
    officer: Client,
    shares: [Share; 2],
    tranches: Vec<String>,
    waits: bool,
    replay: Replay,
}

impl<'a> Ledger<'a> {
    fn new(world: &'a World, budget: &str, mode: usize, shift: bool) -> Self {
        let client = world.coordinator();
        let lines = [2025, 2026].map(|year| {
            let line = json!({"category": "investment", "year": year});
            client.post(&format!("/budgets/{budget}/lines"), &line).id()
        });
        let grant = json!({
            "funder_id": world.seed().funder, "kind": "cash", "currency": "EUR", "payment_mode": MODES[mode],
            "shift_percent": if shift { "25" } else { "0" },
            "shares": [{"line_id": lines[0], "planned": eur(60)}, {"line_id": lines[1], "planned": eur(40)}]
        });
        let grant = client.post(&format!("/budgets/{budget}/grants"), &grant).id();
        let tranche = |euros: i64| {
            let new = json!({"amount": eur(u32::try_from(euros).unwrap_or_default())});
            client.post(&format!("/grants/{grant}/tranches"), &new).id()
        };
        let tranches = match MODES[mode] {
            "instalments" => TRANCHES.into_iter().map(tranche).collect(),
            _ => Vec::new(),
        };
        let shares = lines.map(|line| Share {
            budget: budget.to_owned(),
            line,
            grant: grant.clone(),
        });
        let replay = Replay {
            mode: MODES[mode],
            shift,
            groups: Vec::new(),
            posted: Vec::new(),
            releases: Vec::new(),
            closed: false,
        };
        let mut ledger = Self {
            world,
            client,
            officer: world.of(Who::Officer),
            shares,
            tranches,
            waits: true,
            replay,
        };
        ledger.four_eyes(false);
        ledger
    }

    /// Does it, and checks that the server decides as the replay does.
    fn act(&mut self, act: &Act) {
        // A short while, so that the tokens last for all sequences.
        self.world.clock.forward(Duration::milliseconds(1));
        match act {
            Act::Post {
                share,
                kind,
                euros,
                day,
            } => self.post(*share, *kind, *euros, *day),
            Act::Reverse { which, day } => self.undo(which, None, *day),
            Act::Correct { which, euros, day } => self.undo(which, Some(*euros), *day),
            Act::Revise { share, euros } => self.revise(*share, *euros),
            Act::Decide { which, approve } => self.decide(which, *approve),
            Act::FourEyes { wanted } => self.four_eyes(*wanted),
            Act::Release { which, day } => self.release(*which, *day),
            Act::Year { close } => self.year(*close),
        }
    }

    fn settle(&self, act: &str, expected: bool, answer: &Answer) -> Option<Value> {
        assert_eq!(
            answer.status < 300,
            expected,
            "{act} in mode {} after {:?} → {} {}",
            self.replay.mode,
            self.replay.groups,
            answer.status,
            answer.text
        );
        if !expected {
            let refused = [403, 409, 422].contains(&answer.status);
            assert!(refused, "{} {}", answer.status, answer.text);
            return None;
        }
        Some(answer.json())
    }

    fn group(&mut self, made: &Value, change: Change, waits: bool, commits: bool) -> usize {
        let state = match waits {
            true => State::Pending,
            false => State::Counts(self.world.clock.now()),
        };
        let id = made["id"].as_str().unwrap_or_default().to_owned();
        self.replay.groups.push(Group {
            id,
            change,
            state,
            commits,
        });
        self.replay.groups.len() - 1
    }

    fn remember(&mut self, made: &Value, of: (usize, usize, i64, u32), group: usize) {
        let (share, kind, euros, day) = of;
        self.replay.posted.push(Posted {
            id: made["id"].as_str().unwrap_or_default().to_owned(),
            share,
            kind,
            euros,
            day,
            group,
            reversed_by: None,
        });
    }

    fn post(&mut self, share: usize, kind: usize, euros: i64, day: u32) {
        let amount = u32::try_from(euros).unwrap_or_default();
        let body = self.shares[share].booked(KINDS[kind], amount, &day_text(day));
        let change = Change {
            share,
            day,
            sums: self.replay.effect(kind, euros),
        };
        // Where the funder pays the works itself, an expenditure is its own disbursement.
        let twice = self.replay.mode == "direct" && KINDS[kind] == "disbursement";
        let commits = KINDS[kind] == "commitment";
        let open = self.replay.open(day) && (!commits || self.replay.commits(share));
        let expected = open && !twice && self.replay.holds(Some((change, self.waits)), None);
        let answer = self.client.post(&self.shares[share].movements(), &body);
        if let Some(made) = self.settle(&format!("post {change:?}"), expected, &answer) {
            let group = self.group(&made, change, self.waits, commits);
            self.remember(&made, (share, kind, euros, day), group);
        }
    }

    /// Reverses a movement, or corrects it to another amount.
    fn undo(&mut self, which: &Index, euros: Option<i64>, day: u32) {
        if self.replay.posted.is_empty() {
            return;
        }
        let at = which.index(self.replay.posted.len());
        let of = self.replay.posted[at].clone();
        let taken = self.replay.effect(of.kind, -of.euros);
        let given = euros.map_or([0; 6], |euros| self.replay.effect(of.kind, euros));
        let change = Change {
            share: of.share,
            day,
            sums: plus(taken, given),
        };
        let counts = matches!(self.replay.groups[of.group].state, State::Counts(_));
        let commits = KINDS[of.kind] == "commitment" && euros.is_some_and(|euros| euros > of.euros);
        let open = self.replay.open(day) && (!commits || self.replay.commits(of.share));
        let free = of.reversed_by.is_none() && counts && day >= of.day && open;
        let expected = free && self.replay.holds(Some((change, self.waits)), None);
        let (verb, body) = match euros {
            None => ("reverse", json!({"reason": "Essai", "booked_on": day_text(day)})),
            Some(euros) => {
                let amount = eur(u32::try_from(euros).unwrap_or_default());
                let replacement = json!({"amount": amount});
                (
                    "correct",
                    json!({"reason": "Essai", "booked_on": day_text(day), "replacement": replacement}),
                )
            }
        };
        let answer = self.client.post(&format!("/movements/{}/{verb}", of.id), &body);
        if let Some(made) = self.settle(&format!("{verb} {of:?} {change:?}"), expected, &answer) {
            let group = self.group(&made, change, self.waits, commits);
            self.replay.posted[at].reversed_by = Some(group);
            if let Some(euros) = euros {
                self.remember(&made, (of.share, of.kind, euros, day), group);
            }
        }
    }

    fn decide(&mut self, which: &Index, approve: bool) {
        let pending: Vec<usize> = (0..self.replay.groups.len())
            .filter(|i| self.replay.groups[*i].state == State::Pending)
            .collect();
        if pending.is_empty() {
            return;
        }
        let at = pending[which.index(pending.len())];
        let group = self.replay.groups[at].clone();
        let verb = if approve { "approve" } else { "refuse" };
        let (path, body) = (format!("/movements/{}/{verb}", group.id), json!({"reason": "Essai"}));
        let body = if approve { json!({}) } else { body };
        self.settle("the same person decides", false, &self.client.post(&path, &body));
        // What held while it waited holds when it counts.
        assert!(!approve || self.replay.holds(Some((group.change, false)), Some(at)));
        let expected = !approve || !group.commits || self.replay.commits(group.change.share);
        if self.settle(verb, expected, &self.officer.post(&path, &body)).is_none() {
            return;
        }
        self.replay.groups[at].state = match approve {
            true => State::Counts(self.world.clock.now()),
            false => State::Refused,
        };
        if !approve {
            let freed = self
                .replay
                .posted
                .iter_mut()
                .filter(|posted| posted.reversed_by == Some(at));
            freed.for_each(|posted| posted.reversed_by = None);
        }
    }

    fn revise(&mut self, share: usize, euros: i64) {
        let [planned, ..] = self.replay.sums(share, TODAY, DateTime::<Utc>::MAX_UTC);
        if planned == euros {
            return;
        }
        let change = Change {
            share,
            day: TODAY,
            sums: [euros - planned, 0, 0, 0, 0, 0],
        };
        let expected = self.replay.holds(Some((change, false)), None);
        let (amount, of) = (eur(u32::try_from(euros).unwrap_or_default()), &self.shares[share]);
        let revision = json!({"grant_id": of.grant, "planned": amount, "granted": amount, "reason": "Essai"});
        let answer = self
            .client
            .patch(&format!("/lines/{}", of.line), "*", &json!({"revisions": [revision]}));
        if let Some(made) = self.settle(&format!("revise {change:?}"), expected, &answer) {
            self.group(&made, change, false, false);
        }
    }

    /// Closes the year 2025, or opens it again.
    fn year(&mut self, close: bool) {
        let path = format!("/budgets/{}/years/2025", self.shares[0].budget);
        let (expected, answer) = match close {
            true => {
                let expected = !self.replay.closed && !self.replay.waits_in_2025();
                (expected, self.client.post(&format!("{path}/close"), &json!({})))
            }
            false => {
                let reason = json!({"reason": "Essai"});
                (
                    self.replay.closed,
                    self.world.admin().post(&format!("{path}/reopen"), &reason),
                )
            }
        };
        if self
            .settle(&format!("close the year: {close}"), expected, &answer)
            .is_some()
        {
            self.replay.closed = close;
        }
    }

    fn four_eyes(&mut self, wanted: bool) {
        if self.waits == wanted {
            return;
        }
        let path = format!("/programmes/{}", self.world.seed().private);
        self.client.patch(&path, "*", &json!({"four_eyes": wanted})).ok();
        self.waits = wanted;
    }

    fn release(&mut self, which: usize, day: u32) {
        if self.tranches.len() <= which || self.replay.releases.iter().any(|(_, euros)| *euros == TRANCHES[which]) {
            return;
        }
        let path = format!("/tranches/{}/release", self.tranches[which]);
        let answer = self.client.post(&path, &json!({"released_on": day_text(day)}));
        if answer.status < 300 {
            self.replay.releases.push((day, TRANCHES[which]));
        }
    }

    /// Compares the balances with the replay: now, on every day, and as they were known after every change.
    fn compare(&self) {
        self.compare_at("", TODAY, DateTime::<Utc>::MAX_UTC);
        for day in 1..=TODAY {
            self.compare_at(&format!("?as_of={}", day_text(day)), day, DateTime::<Utc>::MAX_UTC);
        }
        for group in &self.replay.groups {
            if let State::Counts(since) = group.state {
                let known = since.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
                self.compare_at(&format!("?known_at={known}"), TODAY, since);
                self.compare_at(&format!("?known_at={known}&as_of={}", day_text(7)), 7, since);
            }
        }
    }

    fn compare_at(&self, query: &str, day: u32, known: DateTime<Utc>) {
        let balances = self.client.get(&format!("{}{query}", self.shares[0].balances())).ok();
        let rows = balances["items"].as_array().expect("balances have rows");
        for (i, share) in self.shares.iter().enumerate() {
            let row = rows.iter().find(|row| row["line_id"] == share.line.as_str());
            let row = row.expect("the share has a balance");
            let [planned, pledged, committed, disbursed, spent, justified] = self.replay.sums(i, day, known);
            let expected = [
                planned,
                pledged,
                committed,
                disbursed,
                spent,
                justified,
                planned - committed,
            ];
            let seen = [
                "planned",
                "pledged",
                "committed",
                "disbursed",
                "spent",
                "justified",
                "available",
            ]
            .map(|name| row[name]["amount"].clone());
            assert_eq!(
                seen,
                expected.map(|euros| Value::from(format!("{euros}.00"))),
                "{query} after {:?}",
                self.replay.groups
            );
        }
    }
}

fn cases() -> u32 {
    match std::env::var_os("PARVIS_TEST_LONG") {
        Some(_) => 10_000,
        None => 200,
    }
}

/// A budget whose first year is over.
fn budget_since_2025(world: &World) -> String {
    let budget = json!({"title": {"fr": "Programmation"}, "starts_on": "2025-01-01", "ends_on": "2028-12-31"});
    let path = format!("/programmes/{}/budgets", world.seed().private);
    world.coordinator().post(&path, &budget).id()
}

#[test]
fn whatever_is_done_balances_equal_the_replay() {
    let world = World::new();
    let number = std::cell::Cell::new(0_u32);
    let config = Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let strategy = (prop::collection::vec(act(), 1..16), 0..MODES.len(), any::<bool>());
    let outcome = TestRunner::new(config).run(&strategy, |(acts, mode, shift)| {
        number.set(number.get() + 1);
        let budget = budget_since_2025(&world);
        let mut ledger = Ledger::new(&world, &budget, mode, shift);
        acts.iter().for_each(|act| ledger.act(act));
        ledger.compare();
        if number.get().is_multiple_of(4) {
            ledger.four_eyes(false);
            let days: Vec<String> = (1..=TODAY).step_by(2).map(day_text).collect();
            assert_reimport(&ledger.client, &world.seed().private, &budget, &days);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_sums(&world.store);
}
