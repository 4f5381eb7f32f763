//! Submitting a plan: its version and its rates are frozen.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::cofinancing::{Evaluation, Outcome};
use parvis_domain::budgets::plan::PlanVersionKind;
use parvis_domain::{Code, Currency, DomainError, Fault, Faults};
use serde_json::{Value, json};

use super::read::get_plan;
use super::{FrozenRate, NewVersion, PlanState, begin, finish, touch};
use crate::budgets::home::Setting;
use crate::budgets::record;
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::stamp::Stamp;

/// A submission to be made, checked on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// What is to be said with it.
    pub reason: Option<String>,
    /// Its day.
    pub day: NaiveDate,
    /// The role of whoever submits.
    pub role: Option<String>,
}

/// Submits the plan of a budget: a version with the rates that count for it now, which stay with it.
///
/// # Errors
/// `rule_not_met` with a fault for every rule that the plan breaks or that cannot be determined, unless it only advises.
/// `explain` says each in the reader's language.
pub fn submit_plan(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    submission: &Submission,
    explain: &dyn Fn(&PlanState, &Evaluation) -> [String; 2],
) -> StoreResult<()> {
    touch(conn, setting.budget, None)?;
    let mut state = get_plan(conn, setting.budget, None, submission.day)?;
    let latest = fresh_rates(conn, &state, setting, submission.day)?;
    state.rates = latest;
    require_met(&state, explain)?;
    let number = begin(conn, stamp, setting.programme, setting.budget)?;
    let rates = used(&state);
    let version = NewVersion {
        programme: setting.programme,
        budget: setting.budget,
        number,
        kind: PlanVersionKind::Submission,
        reason: submission.reason.as_deref(),
        booked_on: Some(submission.day),
        role: submission.role.as_deref(),
        rates: &rates,
    };
    finish(conn, stamp, &version)?;
    record(
        conn,
        stamp,
        setting.programme,
        Operation::SubmitPlan,
        "plan",
        setting.budget,
        Value::Null,
        &json!({"version": number, "on": submission.day, "rates": rates}),
    )
}

/// A new submission takes the rates of its own day, not those that an earlier one froze.
fn fresh_rates(conn: &mut Conn, state: &PlanState, setting: Setting, day: NaiveDate) -> StoreResult<Vec<FrozenRate>> {
    super::read::latest(conn, setting.programme, state.plan.currency, &state.rules, day)
}

fn require_met(state: &PlanState, explain: &dyn Fn(&PlanState, &Evaluation) -> [String; 2]) -> StoreResult<()> {
    let evaluations = state.evaluate();
    let broken = evaluations
        .iter()
        .filter(|evaluation| evaluation.outcome != Outcome::Met && !evaluation.advisory);
    let faults: Vec<Fault> = broken
        .map(|evaluation| {
            let [english, own] = explain(state, evaluation);
            Fault::new(Code::RuleNotMet, "", english)
                .with("rule", evaluation.code.as_str())
                .with("explanation", own)
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(StoreError::Domain(DomainError {
        code: Code::RuleNotMet,
        detail: format!("{} rules are not met; nothing was submitted.", faults.len()),
        faults: Faults(faults),
    }))
}

/// The rates between currencies that the plan has, which are those that its figures need.
fn used(state: &PlanState) -> Vec<FrozenRate> {
    let mut currencies: BTreeSet<Currency> = state.plan.grants.iter().map(|grant| grant.currency).collect();
    currencies.extend(
        state
            .plan
            .lines
            .iter()
            .filter_map(|line| line.cost)
            .map(|cost| cost.currency),
    );
    let needed = |rate: &&FrozenRate| currencies.contains(&rate.from) || currencies.contains(&rate.to);
    state.rates.iter().filter(needed).cloned().collect()
}
