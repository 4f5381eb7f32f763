//! Tranches: parts of a grant in instalments, each released once its conditions are met.
//!
//! Conditions are data. Each is assessed with an explanation and the values behind it, before anybody tries a release
//! and again when somebody does. Thresholds compare exact fractions.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::PaymentMode;
use crate::choices::choices;
use crate::error::{Code, DomainError, Fault, Faults};
use crate::ids::{FunderReportId, LineId, PartnerId};
use crate::localised_text::LocalisedText;
use crate::money::Money;
use crate::percentage::Percentage;

/// The most conditions of one tranche.
pub const CONDITIONS_MAX: usize = 20;
/// The most parts into which a tranche is split.
pub const PARTS_MAX: usize = 10;

choices! {
    /// What a condition asks for.
    ConditionKind {
        /// Works have come so far, on one line or over the lines of the grant weighted by its plan.
        Progress = "progress",
        /// The funder has accepted a report.
        ReportAccepted = "report_accepted",
        /// The measure of progress that counts is countersigned by a partner.
        Countersigned = "countersigned",
    }

    /// Where a tranche stands. It is derived, never stored.
    TrancheState {
        /// A condition is not met.
        Waiting = "waiting",
        /// Every condition is met.
        Ready = "ready",
        /// It has been released.
        Released = "released",
    }
}

/// A condition of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Condition {
    /// Progress is at least so much, on one line, or over the lines of the grant weighted by its plan.
    Progress {
        /// The least that is asked.
        at_least: Percentage,
        /// The line; every line of the grant where none is named.
        line: Option<LineId>,
    },
    /// A report owed to the funder is accepted.
    ReportAccepted {
        /// The report.
        report: FunderReportId,
    },
    /// The measure that counts is countersigned by a partner, on one line or on every line of the grant.
    Countersigned {
        /// The partner.
        partner: PartnerId,
        /// The line; every line of the grant where none is named.
        line: Option<LineId>,
    },
}

impl Condition {
    /// What it asks for.
    #[must_use]
    pub fn kind(&self) -> ConditionKind {
        match self {
            Condition::Progress { .. } => ConditionKind::Progress,
            Condition::ReportAccepted { .. } => ConditionKind::ReportAccepted,
            Condition::Countersigned { .. } => ConditionKind::Countersigned,
        }
    }
}

/// A tranche to be added or its new content, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrancheContent {
    /// Its title.
    pub title: Option<LocalisedText>,
    /// Its place in the order.
    pub position: i32,
    /// How much, in the grant's currency, greater than zero.
    pub amount: Money,
    /// When it is expected.
    pub due_on: Option<NaiveDate>,
    /// Whether its release shows the settlement of the grant.
    pub is_final: bool,
    /// What must be met.
    pub conditions: Vec<Condition>,
}

/// The latest measure of a line of the grant on the day that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The line.
    pub line: LineId,
    /// What the grant plans on it, in minor units: its weight.
    pub weight: i64,
    /// How far it has come; none where nothing was measured.
    pub percent: Option<Percentage>,
    /// When it was measured.
    pub measured_on: Option<NaiveDate>,
    /// Who has countersigned that measure.
    pub countersigned_by: Vec<PartnerId>,
}

/// A report that a condition names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub id: FunderReportId,
    /// Its title.
    pub title: String,
    /// When it was accepted.
    pub accepted_on: Option<NaiveDate>,
}

/// What conditions are assessed on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The lines of the grant with their latest measures.
    pub measures: Vec<Measure>,
    /// The reports that are named.
    pub reports: Vec<Report>,
    /// The names of the partners that countersign.
    pub partners: BTreeMap<PartnerId, String>,
}

/// Where a condition stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Whether it is met.
    pub met: bool,
    /// One English sentence that says why.
    pub explanation: String,
    /// The values behind it, for programs and translations.
    pub values: BTreeMap<&'static str, String>,
}

impl Assessment {
    fn new(met: bool, explanation: String) -> Self {
        Self {
            met,
            explanation,
            values: BTreeMap::new(),
        }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.insert(name, value.to_string());
        self
    }
}

/// Assesses a condition on what is known of a day.
#[must_use]
pub fn assess(condition: &Condition, facts: &Facts, day: NaiveDate) -> Assessment {
    match condition {
        Condition::Progress { at_least, line } => progress(*at_least, &measures(facts, *line)),
        Condition::ReportAccepted { report } => report_accepted(facts.reports.iter().find(|r| r.id == *report), day),
        Condition::Countersigned { partner, line } => {
            let name = facts.partners.get(partner).map_or("the partner", String::as_str);
            countersigned(*partner, name, &measures(facts, *line))
        }
    }
}

/// The measures that a condition is about: those of its line, or of every line on which the grant plans something.
fn measures(facts: &Facts, line: Option<LineId>) -> Vec<&Measure> {
    let wanted = |measure: &&Measure| line.map_or(measure.weight > 0, |line| measure.line == line);
    facts.measures.iter().filter(wanted).collect()
}

/// Compares whole numbers, so that nothing is rounded: the weighted sum against the threshold times the weights. A line
/// without a measure counts as not begun; a single line counts whatever the grant plans on it.
fn progress(at_least: Percentage, measures: &[&Measure]) -> Assessment {
    let weight = |measure: &Measure| i128::from(if measures.len() == 1 { 1 } else { measure.weight });
    let reached = |measure: &Measure| i128::from(measure.percent.unwrap_or_default().millionths());
    let weights: i128 = measures.iter().map(|m| weight(m)).sum();
    let sum: i128 = measures.iter().map(|m| weight(m) * reached(m)).sum();
    let met = weights > 0 && sum >= i128::from(at_least.millionths()) * weights;
    // Cut, never rounded: what falls short of the threshold never reads as if it had reached it.
    let measured = Percentage::of_millionths(
        sum.checked_div(weights)
            .and_then(|q| i64::try_from(q).ok())
            .unwrap_or(0),
    );
    let missing = measured.missing_to(at_least);
    let explanation = match (met, measures.iter().all(|m| m.percent.is_none())) {
        (true, _) => format!("{measured} % is reached; {at_least} % is asked."),
        (false, true) => format!("No progress is measured; {at_least} % is asked."),
        (false, false) => format!("{measured} % is reached of {at_least} % asked: {missing} % is missing."),
    };
    let last = measures.iter().filter_map(|m| m.measured_on).max();
    let assessment = Assessment::new(met, explanation)
        .with("required", at_least)
        .with("measured", measured)
        .with("missing", missing);
    match last {
        Some(day) => assessment.with("measured_on", day),
        None => assessment,
    }
}

fn report_accepted(report: Option<&Report>, day: NaiveDate) -> Assessment {
    let Some(report) = report else {
        return Assessment::new(false, "The report does not exist any more.".to_owned());
    };
    match report.accepted_on {
        Some(accepted) if accepted <= day => {
            let explanation = format!(
                "The report \u{201c}{}\u{201d} was accepted on {accepted}.",
                report.title
            );
            Assessment::new(true, explanation)
                .with("report", &report.title)
                .with("accepted_on", accepted)
        }
        _ => {
            let explanation = format!("The report \u{201c}{}\u{201d} is not accepted.", report.title);
            Assessment::new(false, explanation).with("report", &report.title)
        }
    }
}

fn countersigned(partner: PartnerId, name: &str, measures: &[&Measure]) -> Assessment {
    let signed = |m: &&&Measure| m.percent.is_some() && m.countersigned_by.contains(&partner);
    let count = measures.iter().filter(signed).count();
    let met = count > 0 && count == measures.len();
    let explanation = match (met, measures.iter().any(|m| m.percent.is_some())) {
        (true, _) => format!("The measure is countersigned by {name}."),
        (false, true) => format!(
            "{count} of {} measures that count are countersigned by {name}.",
            measures.len()
        ),
        (false, false) => format!("There is no measure that {name} could have countersigned."),
    };
    Assessment::new(met, explanation)
        .with("partner", name)
        .with("countersigned", count)
        .with("asked", measures.len())
}

/// Where a tranche stands.
#[must_use]
pub fn state(released_on: Option<NaiveDate>, assessments: &[Assessment]) -> TrancheState {
    match released_on {
        Some(_) => TrancheState::Released,
        None if assessments.iter().all(|a| a.met) => TrancheState::Ready,
        None => TrancheState::Waiting,
    }
}

/// Checks that a tranche can be released: every condition is met.
///
/// # Errors
/// `tranche_conditions_unmet`: the detail explains every condition, the faults are those that are not met, each at its
/// pointer with its values.
pub fn check_release(conditions: &[(Condition, Assessment)]) -> Result<(), DomainError> {
    let mut faults = Faults::new();
    for (i, (condition, assessment)) in conditions.iter().enumerate().filter(|(_, (_, a))| !a.met) {
        let pointer = format!("/conditions/{i}");
        let mut fault = Fault::new(Code::TrancheConditionsUnmet, pointer, assessment.explanation.clone());
        fault.params = assessment.values.clone();
        faults.push(fault.with("condition", condition.kind().as_str()));
    }
    if faults.is_empty() {
        return Ok(());
    }
    let all: Vec<_> = conditions
        .iter()
        .enumerate()
        .map(|(i, (_, a))| format!("({}) {}", i + 1, a.explanation))
        .collect();
    let detail = format!(
        "{} of {} conditions of the tranche are not met: {}",
        faults.0.len(),
        conditions.len(),
        all.join(" ")
    );
    Err(DomainError {
        code: Code::TrancheConditionsUnmet,
        detail,
        faults,
    })
}

/// Checks that a grant is paid in tranches.
///
/// # Errors
/// `payment_mode_mismatch`.
pub fn check_mode(mode: PaymentMode) -> Result<(), Fault> {
    if mode == PaymentMode::Instalments {
        return Ok(());
    }
    let detail = format!(
        "The grant is paid in mode {mode}; only one in mode {} has tranches.",
        PaymentMode::Instalments
    );
    Err(Fault::new(Code::PaymentModeMismatch, "", detail).with("allowed", PaymentMode::Instalments.as_str()))
}

/// Checks that the tranches of a grant stay within what is granted; `others` is the sum of the other tranches.
///
/// # Errors
/// `tranches_exceed_granted`, naming what is left.
pub fn check_sum(pointer: &str, amount: Money, others: i64, granted: i64) -> Result<(), Fault> {
    if others + amount.minor <= granted {
        return Ok(());
    }
    let money = |minor| Money::new(minor, amount.currency);
    let detail = format!(
        "{} are granted and {} lie in other tranches: {} are left, {amount} were asked.",
        money(granted),
        money(others),
        money(granted - others)
    );
    Err(Fault::new(Code::TranchesExceedGranted, pointer, detail).with("available", money(granted - others).to_string()))
}

/// Checks that a tranche can still be changed: it has not been released.
///
/// # Errors
/// `transition_refused`.
pub fn require_unreleased(released_on: Option<NaiveDate>) -> Result<(), DomainError> {
    match released_on {
        None => Ok(()),
        Some(day) => {
            let detail = format!("The tranche was released on {day} and stays as it is.");
            Err(DomainError::new(Code::TransitionRefused, detail))
        }
    }
}

/// The amounts of the parts of a tranche: each its share, cut to whole units, and the last one what remains.
///
/// # Errors
/// `out_of_range` where the parts do not make 100 %, are too few or too many, or one of them would be nothing.
pub fn split(amount: i64, parts: &[Percentage]) -> Result<Vec<i64>, Fault> {
    let refuse = |detail: &str| Err(Fault::new(Code::OutOfRange, "/parts", detail));
    if !(2..=PARTS_MAX).contains(&parts.len()) {
        return refuse("A tranche is split into two to ten parts.");
    }
    if parts.iter().map(|part| part.millionths()).sum::<i64>() != Percentage::WHOLE.millionths() {
        return refuse("The parts make 100 % together.");
    }
    let part_of = |part: &Percentage| i64::try_from(part.most_of(amount.into())).unwrap_or(amount);
    let (_, first) = parts.split_last().unwrap_or((&Percentage::WHOLE, &[]));
    let mut amounts: Vec<i64> = first.iter().map(part_of).collect();
    amounts.push(amount - amounts.iter().sum::<i64>());
    if amounts.iter().any(|amount| *amount < 1) {
        return refuse("One of the parts would be nothing.");
    }
    Ok(amounts)
}

#[cfg(test)]
mod tests;
