//! The rules on the sums of a share and of a grant, and the search for the day on which one would be broken.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{ByDay, Pending, Sums, Terms};
use crate::budgets::ratio::Ratio;
use crate::budgets::{GrantKind, PaymentMode};
use crate::error::{Code, DomainError, Fault};
use crate::money::Money;

/// What decides which sums of a grant and of its shares are allowed.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Kind, currency, payment mode and policy.
    pub terms: Terms,
    /// Which part of its own plan a share may exceed without an amendment, as long as the grant holds.
    pub shift: Ratio,
    /// What was released of the grant, by day in order, in minor units; asked in mode instalments only.
    pub releases: &'a [(NaiveDate, i64)],
}

/// The sums of a share or of a grant over time, seen from the day of a change.
#[derive(Debug, Clone, Copy)]
pub struct Course<'a> {
    /// What counts up to and including the day.
    pub before: Sums,
    /// What counts from each later day on, in order.
    pub later: ByDay<'a>,
    /// What waits for a second person, in any order.
    pub pending: ByDay<'a>,
}

/// A change of sums, and whether it waits for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What it does to the sums.
    pub sums: Sums,
    /// Whether it waits.
    pub waits: bool,
}

impl Change {
    /// A change that counts at once.
    #[must_use]
    pub fn counts(sums: Sums) -> Self {
        Self { sums, waits: false }
    }
}

/// Checks a change that is booked on `day` against that day and every later one, for the share and for the whole grant.
///
/// Returns what counts at the end of all days, for both.
///
/// # Errors
/// The rule that leaves the least room, on the day on which it does, with what is available then: so much passes.
pub fn post(
    rules: Rules<'_>,
    day: NaiveDate,
    share: Course<'_>,
    grant: Course<'_>,
    change: Change,
) -> Result<(Sums, Sums), DomainError> {
    let mut tightest = None;
    let share = scan(rules, Level::Share, day, share, Some(change), &mut tightest);
    let grant = scan(rules, Level::Grant, day, grant, Some(change), &mut tightest);
    match tightest {
        None => Ok((share, grant)),
        Some(breach) => Err(breach.refusal(rules.terms, change.sums)),
    }
}

/// Checks that the sums of a share stand under other rules than those under which they were posted, such as another shift.
///
/// # Errors
/// As [`post`].
pub fn verify(rules: Rules<'_>, day: NaiveDate, share: Course<'_>) -> Result<(), DomainError> {
    let mut tightest = None;
    scan(rules, Level::Share, day, share, None, &mut tightest);
    tightest.map_or(Ok(()), |breach| Err(breach.refusal(rules.terms, Sums::default())))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Share,
    Grant,
}

/// What counts on a day, and what waits beside it.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    counts: Sums,
    waits: Pending,
}

impl State {
    fn plus(self, change: Change) -> Self {
        match change.waits {
            true => Self {
                waits: self.waits.plus(Pending::of(change.sums)),
                ..self
            },
            false => Self {
                counts: self.counts.plus(change.sums),
                ..self
            },
        }
    }

    /// The most that a sum can become.
    fn high(self, of: fn(&Sums) -> i64) -> i64 {
        of(&self.counts) + of(&self.waits.rising)
    }

    /// The least that a sum can become.
    fn low(self, of: fn(&Sums) -> i64) -> i64 {
        of(&self.counts) + of(&self.waits.falling)
    }
}

/// Walks over the days, keeps the tightest breach, and returns what counts at the end.
fn scan(
    rules: Rules<'_>,
    level: Level,
    day: NaiveDate,
    course: Course<'_>,
    change: Option<Change>,
    tightest: &mut Option<Breach>,
) -> Sums {
    let mut days: BTreeMap<NaiveDate, Vec<Change>> = BTreeMap::new();
    days.insert(day, vec![Change::counts(course.before)]);
    for (on, sums) in course.later {
        days.entry((*on).max(day)).or_default().push(Change::counts(*sums));
    }
    for (on, sums) in course.pending {
        let waiting = Change {
            sums: *sums,
            waits: true,
        };
        days.entry((*on).max(day)).or_default().push(waiting);
    }
    let mut state = State::default();
    for (on, changes) in days {
        state = changes.into_iter().fold(state, State::plus);
        let found = Rule::ALL
            .iter()
            .filter_map(|rule| broken(rules, level, *rule, on, state, change));
        for breach in found {
            if tightest.as_ref().is_none_or(|other| breach.room < other.room) {
                *tightest = Some(breach);
            }
        }
    }
    change.map_or(state, |change| state.plus(change)).counts
}

/// A rule that a change would break.
struct Breach {
    rule: Rule,
    level: Level,
    on: NaiveDate,
    without: State,
    room: i64,
}

/// Only rules that the change makes worse are asked, so that what was allowed before (a plan that a later rule would
/// refuse) never blocks a change that heals it. Without a change every rule is asked.
fn broken(
    rules: Rules<'_>,
    level: Level,
    rule: Rule,
    on: NaiveDate,
    without: State,
    change: Option<Change>,
) -> Option<Breach> {
    let sums = change.map(|change| change.sums);
    let room = rule.room(rules, level, on, without, sums)?;
    let left = match change {
        Some(change) => rule.room(rules, level, on, without.plus(change), sums)?,
        None => room,
    };
    (left < 0 && (left < room || change.is_none())).then_some(Breach {
        rule,
        level,
        on,
        without,
        room,
    })
}

/// The rules that always hold (rule 3), each of the form that one sum stays within another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    NotNegative,
    CommittedPlanned,
    CommittedGranted,
    DisbursedCommitted,
    DisbursedReleased,
    DisbursedJustified,
    SpentDisbursed,
    JustifiedSpent,
    JustifiedCommitted,
}

impl Rule {
    const ALL: &'static [Rule] = &[
        Rule::NotNegative,
        Rule::CommittedPlanned,
        Rule::CommittedGranted,
        Rule::DisbursedCommitted,
        Rule::DisbursedReleased,
        Rule::DisbursedJustified,
        Rule::SpentDisbursed,
        Rule::JustifiedSpent,
        Rule::JustifiedCommitted,
    ];

    /// What is left under the rule, negative where it is broken; none where it is not asked.
    ///
    /// What waits raises the sum that is bounded and lowers the one that bounds it, never the other way round.
    fn room(self, rules: Rules<'_>, level: Level, on: NaiveDate, state: State, change: Option<Sums>) -> Option<i64> {
        let terms = rules.terms;
        if self != Rule::NotNegative && terms.kind == GrantKind::InKind {
            return None;
        }
        let shift = match level {
            Level::Share => rules.shift.floor_of(state.low(|sums| sums.planned)),
            Level::Grant => 0,
        };
        let room = match self {
            Rule::NotNegative => lowest(state, change)?,
            Rule::CommittedPlanned => state.low(|s| s.planned) + shift - state.high(|s| s.committed),
            Rule::CommittedGranted if terms.policy.grant_decision => {
                state.low(|s| s.granted) + shift - state.high(|s| s.committed)
            }
            Rule::DisbursedCommitted => state.low(|s| s.committed) + shift - state.high(|s| s.disbursed),
            Rule::DisbursedReleased if terms.mode == PaymentMode::Instalments && level == Level::Grant => {
                released(rules.releases, on) - state.high(|s| s.disbursed)
            }
            Rule::DisbursedJustified if terms.mode == PaymentMode::Reimbursement => {
                state.low(|s| s.justified) + shift - state.high(|s| s.disbursed)
            }
            Rule::SpentDisbursed if terms.policy.spent_within_disbursed => {
                state.low(|s| s.disbursed) + shift - state.high(|s| s.spent)
            }
            // A cost is justified where it was spent: no shift moves it to another heading.
            Rule::JustifiedSpent => state.low(|s| s.spent) - state.high(|s| s.justified),
            Rule::JustifiedCommitted => state.low(|s| s.committed) + shift - state.high(|s| s.justified),
            _ => return None,
        };
        Some(room)
    }
}

/// What was released up to a day.
fn released(releases: &[(NaiveDate, i64)], on: NaiveDate) -> i64 {
    releases
        .iter()
        .filter(|(day, _)| *day <= on)
        .map(|(_, minor)| minor)
        .sum()
}

/// The lowest of the sums that a change lowers, of all without one: none falls below zero.
fn lowest(state: State, change: Option<Sums>) -> Option<i64> {
    let sums: [fn(&Sums) -> i64; 8] = [
        |s| s.planned,
        |s| s.granted,
        |s| s.pledged,
        |s| s.committed,
        |s| s.disbursed,
        |s| s.spent,
        |s| s.justified,
        |s| s.contributed,
    ];
    let lowered = sums
        .into_iter()
        .filter(|of| change.is_none_or(|change| of(&change) < 0));
    lowered.map(|of| state.low(of)).min()
}

impl Breach {
    fn refusal(&self, terms: Terms, change: Sums) -> DomainError {
        let money = |minor| Money::new(minor, terms.currency).to_string();
        let (code, sentence) = self.sentence(change, &money);
        let place = match self.level {
            Level::Share => "this share of the line",
            Level::Grant => "this grant as a whole",
        };
        let detail = format!("On {}, for {place}: {sentence}", self.on);
        Fault::new(code, "/amount", detail)
            .with("available", money(self.room))
            .with("on", self.on.to_string())
            .with("level", if self.level == Level::Share { "share" } else { "grant" })
            .into()
    }

    /// The code, and what stands against the change.
    fn sentence(&self, change: Sums, money: &dyn Fn(i64) -> String) -> (Code, String) {
        let (s, room) = (self.without, money(self.room));
        let counts = s.counts;
        let waiting = |of: fn(&Sums) -> i64| match (s.high(of) - of(&counts), of(&counts) - s.low(of)) {
            (0, 0) => String::new(),
            (more, 0) => format!(" (and {} that waits for a second person)", money(more)),
            (_, less) => format!(" (of which {} may go, once a second person agrees)", money(less)),
        };
        let (committed, disbursed) = (waiting(|s| s.committed), waiting(|s| s.disbursed));
        match self.rule {
            Rule::NotNegative => (
                Code::BalanceNegative,
                format!("a sum would fall below zero; {room} can be taken away."),
            ),
            Rule::CommittedPlanned | Rule::CommittedGranted if change.committed > 0 => (
                Code::CommittedExceedsAvailable,
                format!(
                    "{room} is available (planned {}, granted {}, committed {}{committed}); {} was asked.",
                    money(counts.planned),
                    money(counts.granted),
                    money(counts.committed),
                    money(change.committed)
                ),
            ),
            Rule::CommittedPlanned | Rule::CommittedGranted => (
                Code::PlanBelowCommitted,
                format!(
                    "it would fall below what is committed (planned {}, granted {}, committed {}{committed}).",
                    money(counts.planned),
                    money(counts.granted),
                    money(counts.committed)
                ),
            ),
            Rule::DisbursedCommitted => (
                Code::DisbursedExceedsCommitted,
                format!(
                    "{} is committed{committed} and {} disbursed{disbursed}; {room} is left between them.",
                    money(counts.committed),
                    money(counts.disbursed)
                ),
            ),
            Rule::DisbursedReleased => (
                Code::DisbursedExceedsReleased,
                format!(
                    "{} is disbursed{disbursed}; {room} of the released tranches is left, and more waits for the release of the next tranche.",
                    money(counts.disbursed)
                ),
            ),
            Rule::DisbursedJustified => (
                Code::DisbursedExceedsJustified,
                format!(
                    "the grant reimburses justified costs; {} is justified{} and {} disbursed{disbursed}, so {room} is left.",
                    money(counts.justified),
                    waiting(|s| s.justified),
                    money(counts.disbursed)
                ),
            ),
            Rule::SpentDisbursed => (
                Code::SpentExceedsDisbursed,
                format!(
                    "{} is disbursed{disbursed} and {} spent{}; {room} is left between them.",
                    money(counts.disbursed),
                    money(counts.spent),
                    waiting(|s| s.spent)
                ),
            ),
            Rule::JustifiedSpent => (
                Code::JustifiedExceedsSpent,
                format!(
                    "{} is spent{} and {} justified{}; {room} is left between them.",
                    money(counts.spent),
                    waiting(|s| s.spent),
                    money(counts.justified),
                    waiting(|s| s.justified)
                ),
            ),
            Rule::JustifiedCommitted => (
                Code::JustifiedExceedsCommitted,
                format!(
                    "{} is committed{committed} and {} justified{}; {room} is left between them.",
                    money(counts.committed),
                    money(counts.justified),
                    waiting(|s| s.justified)
                ),
            ),
        }
    }
}
