//! Reports that are owed to the funder of a grant: due, submitted, accepted or returned.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::reports::{self as domain, ReportContent, ReportState};
use parvis_domain::ids::{BudgetId, FunderReportId, GrantId, PartnerId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use serde::Serialize;
use serde_json::Value;

use super::home::Home;
use super::{record, shares};
use crate::columns::{Instant, IntoDb, MaybeInstant, json, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_kept};
use crate::events;
use crate::paging::{self, SortKey, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{funder_reports as reports, grants, programmes};
use crate::stamp::Stamp;

/// A report owed to the funder of a grant.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Serialize)]
#[diesel(table_name = reports)]
pub struct FunderReport {
    /// Its identifier.
    pub id: FunderReportId,
    /// The grant.
    pub grant_id: GrantId,
    /// The budget.
    pub budget_id: BudgetId,
    /// The programme.
    #[serde(skip)]
    pub programme_id: ProgrammeId,
    /// Its title.
    pub title: LocalisedText,
    /// When it is due.
    pub due_on: NaiveDate,
    /// When it was handed in, the last time.
    pub submitted_on: Option<NaiveDate>,
    /// When the funder accepted it.
    pub accepted_on: Option<NaiveDate>,
    /// When the funder sent it back, while it has not been handed in again.
    pub returned_on: Option<NaiveDate>,
    /// Why it was sent back.
    #[serde(skip)]
    pub return_reason: Option<String>,
    /// Version, raised by every change.
    #[serde(skip)]
    pub version: i64,
    /// When it was recorded.
    #[serde(skip)]
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was archived.
    #[diesel(deserialize_as = MaybeInstant)]
    pub archived_at: Option<DateTime<Utc>>,
}

impl FunderReport {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ReportState {
        domain::state(self.submitted_on, self.accepted_on, self.returned_on)
    }

    /// What it says, as a change is laid over it.
    #[must_use]
    pub fn content(&self) -> ReportContent {
        ReportContent {
            title: self.title.clone(),
            due_on: self.due_on,
        }
    }
}

/// How reports are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunderReportSort {
    /// By the day on which they are due.
    DueOn,
}

/// What is done with a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handling {
    /// It is handed in on a day.
    Submit(NaiveDate),
    /// The funder accepts it on a day.
    Accept(NaiveDate),
    /// The funder sends it back on a day, with a reason.
    Return(NaiveDate, String),
}

/// The programme and budget of a report, and the funder of its grant.
///
/// # Errors
/// `not_found`.
pub fn home_of_funder_report(conn: &mut Conn, id: FunderReportId) -> StoreResult<(Home, PartnerId)> {
    let query = reports::table
        .inner_join(programmes::table)
        .inner_join(grants::table)
        .filter(reports::id.eq(id.db()));
    let columns = (ProgrammeContext::as_select(), reports::budget_id, grants::funder_id);
    let (programme, budget, funder) = query.select(columns).first(conn)?;
    Ok((Home { programme, budget }, funder))
}

/// The reports of a grant that are not archived.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_funder_reports(
    conn: &mut Conn,
    grant: GrantId,
    request: &PageRequest<FunderReportSort>,
) -> StoreResult<Page<FunderReport>> {
    let query = || {
        reports::table
            .filter(reports::grant_id.eq(grant.db()).and(reports::archived_at.is_null()))
            .into_boxed::<MultiBackend>()
    };
    let total = total!(conn, request, query(), reports::id);
    let select = query().select(FunderReport::as_select());
    let rows = keyset!(select, request, reports::due_on, reports::id, NaiveDate).load(conn)?;
    Ok(paging::page(rows, request, total, |report: &FunderReport| {
        (report.due_on.text(), report.id.into())
    }))
}

/// One report.
///
/// # Errors
/// `not_found`.
pub fn get_funder_report(conn: &mut Conn, id: FunderReportId) -> StoreResult<FunderReport> {
    Ok(reports::table
        .find(id.db())
        .select(FunderReport::as_select())
        .first(conn)?)
}

/// Records a report that is owed.
///
/// # Errors
/// Those of the database.
pub fn create_funder_report(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    grant: GrantId,
    content: &ReportContent,
) -> StoreResult<FunderReport> {
    let id: FunderReportId = stamp.id();
    diesel::insert_into(reports::table)
        .values((
            reports::id.eq(id.db()),
            reports::grant_id.eq(grant.db()),
            reports::budget_id.eq(home.budget.db()),
            reports::programme_id.eq(home.programme.id.db()),
            reports::title.eq(json(&content.title)?),
            reports::due_on.eq(content.due_on),
            reports::version.eq(1_i64),
            reports::created_at.eq(micros(stamp.at)),
            reports::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let made = get_funder_report(conn, id)?;
    record(
        conn,
        stamp,
        home.programme.id,
        Operation::CreateFunderReport,
        "funder_report",
        id,
        Value::Null,
        &made,
    )?;
    Ok(made)
}

/// Changes title and due date of a report that was read at its version.
///
/// # Errors
/// `version_stale`, `archived`, or `transition_refused` for an accepted one.
pub fn update_funder_report(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &FunderReport,
    content: &ReportContent,
) -> StoreResult<FunderReport> {
    domain::require_open(before.state())?;
    let set = (
        reports::title.eq(json(&content.title)?),
        reports::due_on.eq(content.due_on),
    );
    change(conn, stamp, Operation::UpdateFunderReport, before, set)
}

/// Archives a report that is not owed after all.
///
/// # Errors
/// As [`update_funder_report`].
pub fn archive_funder_report(conn: &mut Conn, stamp: &Stamp<'_>, before: &FunderReport) -> StoreResult<FunderReport> {
    domain::require_open(before.state())?;
    let set = reports::archived_at.eq(micros(stamp.at));
    change(conn, stamp, Operation::ArchiveFunderReport, before, set)
}

/// Hands a report in, accepts it or sends it back.
///
/// # Errors
/// `transition_refused` where its state does not allow it, `date_too_early` before it was handed in.
pub fn handle_funder_report(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &FunderReport,
    handling: &Handling,
) -> StoreResult<FunderReport> {
    let nothing = None::<NaiveDate>;
    match handling {
        Handling::Submit(day) => {
            domain::check_submit(before.state())?;
            let set = (
                reports::submitted_on.eq(Some(*day)),
                reports::returned_on.eq(nothing),
                reports::return_reason.eq(None::<String>),
            );
            change(conn, stamp, Operation::SubmitFunderReport, before, set)
        }
        Handling::Accept(day) => {
            domain::check_decide(before.state(), "/accepted_on", *day, before.submitted_on)?;
            let set = reports::accepted_on.eq(Some(*day));
            change(conn, stamp, Operation::AcceptFunderReport, before, set)
        }
        Handling::Return(day, reason) => {
            domain::check_decide(before.state(), "/returned_on", *day, before.submitted_on)?;
            let set = (
                reports::returned_on.eq(Some(*day)),
                reports::return_reason.eq(Some(reason.clone())),
            );
            change(conn, stamp, Operation::ReturnFunderReport, before, set)
        }
    }
}

fn change<S>(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: &FunderReport,
    set: S,
) -> StoreResult<FunderReport>
where
    S: AsChangeset<Target = reports::table>,
    S::Changeset: diesel::query_builder::QueryFragment<MultiBackend>,
{
    require_kept(before.archived_at)?;
    let row = reports::table
        .find(before.id.db())
        .filter(reports::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            reports::version.eq(before.version + 1),
            reports::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    diesel::update(reports::table.find(before.id.db()))
        .set(set)
        .execute(conn)?;
    let after = get_funder_report(conn, before.id)?;
    record(
        conn,
        stamp,
        before.programme_id,
        operation,
        "funder_report",
        before.id,
        events::value(before)?,
        &after,
    )?;
    Ok(after)
}
