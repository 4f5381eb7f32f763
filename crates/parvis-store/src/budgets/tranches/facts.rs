//! What the conditions of tranches are assessed on, for many grants at once and in a fixed number of statements.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::budgets::tranches::{Assessment, Condition, Facts, Measure, Report, assess};
use parvis_domain::ids::{FunderReportId, GrantId, LineId, PartnerId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::progress;
use crate::columns::{DbId, db_ids};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{balances, funder_reports as reports, partners};

/// Where a condition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionState {
    /// The condition.
    pub condition: Condition,
    /// Whether it is met.
    pub met: bool,
    /// One English sentence that says why.
    pub explanation: String,
    /// The values behind it.
    pub values: BTreeMap<String, String>,
}

/// An assessment as it is kept with a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    met: bool,
    explanation: String,
    values: BTreeMap<String, String>,
}

impl From<Assessment> for Kept {
    fn from(assessment: Assessment) -> Self {
        let values = assessment.values.into_iter();
        Self {
            met: assessment.met,
            explanation: assessment.explanation,
            values: values.map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }
}

/// Assessments as they were kept with a release.
pub(super) fn kept(value: Value) -> Vec<Kept> {
    serde_json::from_value(value).unwrap_or_default()
}

/// Joins conditions and where they stand.
pub(super) fn states(conditions: Vec<Condition>, kept: Vec<Kept>) -> Vec<ConditionState> {
    let state = |(condition, kept): (Condition, Kept)| ConditionState {
        condition,
        met: kept.met,
        explanation: kept.explanation,
        values: kept.values,
    };
    conditions.into_iter().zip(kept).map(state).collect()
}

/// Assesses conditions of a grant.
pub(in crate::budgets) fn assessed(
    conditions: &[Condition],
    facts: &Facts,
    day: NaiveDate,
) -> Vec<(Condition, Assessment)> {
    let of = |condition: &Condition| (condition.clone(), assess(condition, facts, day));
    conditions.iter().map(of).collect()
}

/// What is known of grants on a day. `conditions` are all that will be assessed: they name the partners.
///
/// # Errors
/// Those of the database.
pub(in crate::budgets) fn facts_of<'a>(
    conn: &mut Conn,
    grants: &BTreeSet<GrantId>,
    conditions: impl Iterator<Item = &'a Condition>,
    day: NaiveDate,
) -> StoreResult<BTreeMap<GrantId, Facts>> {
    let names = names(conn, conditions)?;
    let ids = db_ids(grants.iter().copied());
    let mut facts: BTreeMap<GrantId, Facts> = BTreeMap::new();
    for grant in grants {
        facts.entry(*grant).or_default().partners.clone_from(&names);
    }
    for (grant, measure) in measures(conn, &ids, day)? {
        facts.entry(grant).or_default().measures.push(measure);
    }
    let owed: Vec<(GrantId, FunderReportId, LocalisedText, Option<NaiveDate>)> = reports::table
        .filter(reports::grant_id.eq_any(&ids).and(reports::archived_at.is_null()))
        .select((reports::grant_id, reports::id, reports::title, reports::accepted_on))
        .load(conn)?;
    for (grant, id, title, accepted_on) in owed {
        let title = title
            .best(&["en"])
            .map_or_else(String::new, |(_, text)| text.to_owned());
        let report = Report { id, title, accepted_on };
        facts.entry(grant).or_default().reports.push(report);
    }
    Ok(facts)
}

fn names<'a>(
    conn: &mut Conn,
    conditions: impl Iterator<Item = &'a Condition>,
) -> StoreResult<BTreeMap<PartnerId, String>> {
    let named = conditions.filter_map(|condition| match condition {
        Condition::Countersigned { partner, .. } => Some(*partner),
        Condition::Progress { .. } | Condition::ReportAccepted { .. } => None,
    });
    let named: BTreeSet<PartnerId> = named.collect();
    let rows: Vec<(PartnerId, String)> = partners::table
        .filter(partners::id.eq_any(db_ids(named)))
        .select((partners::id, partners::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

fn measures(conn: &mut Conn, grants: &[DbId], day: NaiveDate) -> StoreResult<Vec<(GrantId, Measure)>> {
    let shares: Vec<(GrantId, LineId, i64)> = balances::table
        .filter(balances::grant_id.eq_any(grants))
        .order((balances::grant_id, balances::line_id))
        .select((balances::grant_id, balances::line_id, balances::planned_minor))
        .load(conn)?;
    let lines: BTreeSet<LineId> = shares.iter().map(|(_, line, _)| *line).collect();
    let latest = progress::latest(conn, &db_ids(lines), day)?;
    let measure = |(grant, line, weight): (GrantId, LineId, i64)| {
        let last = latest.get(&line);
        let signed = last.map(|last| last.countersigned.iter().map(|by| by.partner).collect());
        let measure = Measure {
            line,
            weight,
            percent: last.map(|last| last.percent),
            measured_on: last.map(|last| last.measured_on),
            countersigned_by: signed.unwrap_or_default(),
        };
        (grant, measure)
    };
    Ok(shares.into_iter().map(measure).collect())
}
