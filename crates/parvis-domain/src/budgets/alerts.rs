//! Alerts: what somebody should look at. They are computed when they are read and never stored.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::tranches::TrancheState;
use crate::choices::choices;
use crate::ids::{BudgetId, FunderReportId, GrantId, LineId, TrancheId};
use crate::localised_text::LocalisedText;
use crate::money::Money;

choices! {
    /// What an alert is about.
    AlertCode {
        /// Much of the plan of a line is committed.
        LineNearLimit = "line_near_limit",
        /// A commitment has long waited for its disbursement.
        CommitmentIdle = "commitment_idle",
        /// A grant expires, and money of it is left.
        GrantExpires = "grant_expires",
        /// A report is owed to a funder.
        ReportDue = "report_due",
        /// A tranche is due and not released.
        TrancheDue = "tranche_due",
        /// The conditions of a tranche are met: it can be released.
        TrancheReady = "tranche_ready",
    }

    /// How much an alert presses. The order is that of the list.
    Severity {
        /// It is late, or money is lost.
        Urgent = "urgent",
        /// It will be soon.
        Warning = "warning",
        /// Good to know.
        Notice = "notice",
    }

    /// The kind of object that an alert is about.
    AlertObject {
        /// A line of a budget.
        Line = "line",
        /// A grant.
        Grant = "grant",
        /// A tranche.
        Tranche = "tranche",
        /// A report owed to a funder.
        FunderReport = "funder_report",
    }
}

/// When a programme wants to be told; it comes from the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertPolicy {
    /// From which part of its plan on a line is near its limit, in percent.
    pub line_committed_percent: u16,
    /// After how many days without a disbursement a commitment is idle.
    pub commitment_idle_days: u16,
    /// How many days before a grant expires.
    pub grant_expiry_days: u16,
    /// How many days before a report is due.
    pub report_due_days: u16,
    /// How many days before a tranche is due.
    pub tranche_due_days: u16,
}

impl AlertPolicy {
    /// What counts where a programme says nothing.
    pub const USUAL: AlertPolicy = AlertPolicy {
        line_committed_percent: 90,
        commitment_idle_days: 180,
        grant_expiry_days: 90,
        report_due_days: 30,
        tranche_due_days: 0,
    };
}

impl Default for AlertPolicy {
    fn default() -> Self {
        Self::USUAL
    }
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// How much it presses.
    pub severity: Severity,
    /// What it is about.
    pub code: AlertCode,
    /// The kind of object.
    pub object: AlertObject,
    /// The object.
    pub object_id: Uuid,
    /// The budget.
    pub budget: BudgetId,
    /// The title of the object, where it has one.
    pub title: Option<LocalisedText>,
    /// The day that matters: due, expiry, since when.
    pub date: Option<NaiveDate>,
    /// The amount at stake.
    pub amount: Option<Money>,
    /// The values that a sentence needs.
    pub values: BTreeMap<&'static str, String>,
}

impl Alert {
    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.insert(name, value.to_string());
        self
    }
}

/// The cash of a line in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCash {
    /// The budget.
    pub budget: BudgetId,
    /// The line.
    pub line: LineId,
    /// Its title.
    pub title: Option<LocalisedText>,
    /// What is planned.
    pub planned: Money,
    /// What is committed.
    pub committed: i64,
}

/// Tells of a line of which much is committed. A line that is committed to the last unit is only noted.
#[must_use]
pub fn line_near_limit(policy: AlertPolicy, cash: &LineCash) -> Option<Alert> {
    let (planned, committed) = (i128::from(cash.planned.minor), i128::from(cash.committed));
    if committed <= 0 || committed * 100 < i128::from(policy.line_committed_percent) * planned {
        return None;
    }
    let left = cash.planned.minor - cash.committed;
    let severity = match left {
        ..0 => Severity::Urgent,
        0 => Severity::Notice,
        _ => Severity::Warning,
    };
    let alert = Alert {
        severity,
        code: AlertCode::LineNearLimit,
        object: AlertObject::Line,
        object_id: cash.line.into(),
        budget: cash.budget,
        title: cash.title.clone(),
        date: None,
        amount: Some(Money::new(left, cash.planned.currency)),
        values: BTreeMap::new(),
    };
    let percent = (committed * 100).checked_div(planned);
    let alert = alert
        .with("committed", Money::new(cash.committed, cash.planned.currency))
        .with("planned", cash.planned);
    Some(match percent {
        Some(percent) => alert.with("percent", percent),
        None => alert,
    })
}

/// What was committed on a share of a grant on its days, and what of it is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareCommitments {
    /// The budget.
    pub budget: BudgetId,
    /// The line.
    pub line: LineId,
    /// The title of the line.
    pub title: Option<LocalisedText>,
    /// The grant.
    pub grant: GrantId,
    /// The change of each day on which something was committed or released, in the order of days.
    pub days: Vec<(NaiveDate, i64)>,
    /// What is disbursed, in minor units.
    pub disbursed: Money,
}

/// Tells of commitments that have long waited for their disbursement. What is paid counts for the oldest commitment.
#[must_use]
pub fn commitment_idle(policy: AlertPolicy, share: &ShareCommitments, today: NaiveDate) -> Option<Alert> {
    let limit = today.checked_sub_days(Days::new(policy.commitment_idle_days.into()))?;
    let committed: i64 = share.days.iter().map(|(_, change)| change).sum();
    let mut old = 0;
    let mut since = None;
    for (day, change) in share.days.iter().filter(|(day, _)| *day < limit) {
        old += change;
        match old > share.disbursed.minor {
            true => since = since.or(Some(*day)),
            false => since = None,
        }
    }
    let idle = old.min(committed) - share.disbursed.minor;
    let since = since.filter(|_| idle > 0)?;
    let alert = Alert {
        severity: Severity::Warning,
        code: AlertCode::CommitmentIdle,
        object: AlertObject::Line,
        object_id: share.line.into(),
        budget: share.budget,
        title: share.title.clone(),
        date: Some(since),
        amount: Some(Money::new(idle, share.disbursed.currency)),
        values: BTreeMap::new(),
    };
    Some(
        alert
            .with("days", (today - since).num_days())
            .with("grant_id", share.grant),
    )
}

/// A grant in cash that expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// The budget.
    pub budget: BudgetId,
    /// The grant.
    pub grant: GrantId,
    /// Reference of its decision.
    pub reference: Option<String>,
    /// The last day on which it can be paid.
    pub expires_on: NaiveDate,
    /// What is granted.
    pub granted: Money,
    /// What is disbursed.
    pub disbursed: i64,
}

/// Tells of a grant that expires soon, or has expired, with money left.
#[must_use]
pub fn grant_expires(policy: AlertPolicy, grant: &Expiring, today: NaiveDate) -> Option<Alert> {
    let left = grant.granted.minor - grant.disbursed;
    let days = (grant.expires_on - today).num_days();
    if left <= 0 || days > i64::from(policy.grant_expiry_days) {
        return None;
    }
    let alert = Alert {
        severity: late_or_soon(days),
        code: AlertCode::GrantExpires,
        object: AlertObject::Grant,
        object_id: grant.grant.into(),
        budget: grant.budget,
        title: None,
        date: Some(grant.expires_on),
        amount: Some(Money::new(left, grant.granted.currency)),
        values: BTreeMap::new(),
    };
    let alert = alert.with("days", days);
    Some(match &grant.reference {
        Some(reference) => alert.with("reference", reference),
        None => alert,
    })
}

/// A report that is owed and has not been handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The budget.
    pub budget: BudgetId,
    /// The report.
    pub report: FunderReportId,
    /// Its title.
    pub title: LocalisedText,
    /// The grant.
    pub grant: GrantId,
    /// When it is due.
    pub due_on: NaiveDate,
    /// The next tranche of the grant that is not released.
    pub next: Option<(TrancheId, Money)>,
}

/// Tells of a report that is due soon, or late, and of the instalment that comes after it.
#[must_use]
pub fn report_due(policy: AlertPolicy, report: &Owed, today: NaiveDate) -> Option<Alert> {
    let days = (report.due_on - today).num_days();
    if days > i64::from(policy.report_due_days) {
        return None;
    }
    let alert = Alert {
        severity: late_or_soon(days),
        code: AlertCode::ReportDue,
        object: AlertObject::FunderReport,
        object_id: report.report.into(),
        budget: report.budget,
        title: Some(report.title.clone()),
        date: Some(report.due_on),
        amount: report.next.map(|(_, amount)| amount),
        values: BTreeMap::new(),
    };
    let alert = alert.with("days", days).with("grant_id", report.grant);
    Some(match report.next {
        Some((tranche, _)) => alert.with("tranche_id", tranche),
        None => alert,
    })
}

/// A tranche that is not released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreleased {
    /// The budget.
    pub budget: BudgetId,
    /// The tranche.
    pub tranche: TrancheId,
    /// Its title.
    pub title: Option<LocalisedText>,
    /// The grant.
    pub grant: GrantId,
    /// When it is expected.
    pub due_on: Option<NaiveDate>,
    /// How much.
    pub amount: Money,
    /// Whether its conditions are met.
    pub state: TrancheState,
    /// What is missing, one sentence for each condition that is not met.
    pub missing: Vec<String>,
}

/// Tells of a tranche that can be released, and of one that is due while it waits.
#[must_use]
pub fn tranche(policy: AlertPolicy, tranche: &Unreleased, today: NaiveDate) -> Option<Alert> {
    let days = tranche.due_on.map(|due| (due - today).num_days());
    let due = days.filter(|days| *days <= i64::from(policy.tranche_due_days));
    let (severity, code) = match (tranche.state, due) {
        (TrancheState::Ready, None) => (Severity::Notice, AlertCode::TrancheReady),
        (TrancheState::Ready, Some(_)) => (Severity::Warning, AlertCode::TrancheReady),
        (TrancheState::Waiting, Some(days)) => (late_or_soon(days), AlertCode::TrancheDue),
        _ => return None,
    };
    let alert = Alert {
        severity,
        code,
        object: AlertObject::Tranche,
        object_id: tranche.tranche.into(),
        budget: tranche.budget,
        title: tranche.title.clone(),
        date: tranche.due_on,
        amount: Some(tranche.amount),
        values: BTreeMap::new(),
    };
    let alert = alert.with("grant_id", tranche.grant);
    let alert = match days {
        Some(days) => alert.with("days", days),
        None => alert,
    };
    Some(match tranche.missing.is_empty() {
        true => alert,
        false => alert.with("missing", tranche.missing.join(" ")),
    })
}

/// Orders alerts: what presses most first, then by day, those without one last.
pub fn sort(alerts: &mut [Alert]) {
    alerts.sort_by_key(|alert| {
        (
            alert.severity,
            alert.date.is_none(),
            alert.date,
            alert.code,
            alert.object_id,
            alert.values.get("grant_id").cloned(),
        )
    });
}

fn late_or_soon(days: i64) -> Severity {
    if days < 0 { Severity::Urgent } else { Severity::Warning }
}

#[cfg(test)]
mod tests;
