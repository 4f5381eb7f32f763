//! Progress: how far lines have come. Measures are append-only and the latest counts; partners countersign them.
//!
//! The interface is narrow, so that measures may come from anywhere: [`record_progress`] takes one, [`latest`] gives those
//! that count.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::{BudgetId, LineId, PartnerId, ProgrammeId, ProgressId, UserId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::percentage::Percentage;
use parvis_domain::{Code, DomainError};
use serde::Serialize;
use serde_json::Value;

use super::home::Home;
use super::{record, references};
use crate::columns::{DbId, Instant, IntoDb, db_ids, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::events;
use crate::paging::{self, SortKey, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{programmes, progress_countersignatures as signatures, progress_records as records};
use crate::stamp::Stamp;

/// A measure to be recorded, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProgress {
    /// When it was measured.
    pub measured_on: NaiveDate,
    /// How far.
    pub percent: Percentage,
    /// Where the measure comes from: a visit, a report, a system.
    pub source: String,
    /// An internal note.
    pub note: Option<String>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = records)]
struct ProgressRow {
    id: ProgressId,
    line_id: LineId,
    budget_id: BudgetId,
    programme_id: ProgrammeId,
    measured_on: NaiveDate,
    percent_millionths: i64,
    source: String,
    note: Option<String>,
    #[diesel(deserialize_as = Instant)]
    recorded_at: DateTime<Utc>,
    recorded_by: Option<UserId>,
}

/// A measure of a line. Its note stays out of the history: it may hold names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// Its identifier.
    pub id: ProgressId,
    /// The line.
    pub line_id: LineId,
    /// The budget.
    pub budget_id: BudgetId,
    /// The programme.
    #[serde(skip)]
    pub programme_id: ProgrammeId,
    /// When it was measured.
    pub measured_on: NaiveDate,
    /// How far.
    pub percent: Percentage,
    /// Where the measure comes from.
    pub source: String,
    /// Internal note.
    #[serde(skip)]
    pub note: Option<String>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// By which account.
    #[serde(skip)]
    pub recorded_by: Option<UserId>,
    /// Who has countersigned it.
    pub countersigned: Vec<Countersignature>,
}

/// The countersignature of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Countersignature {
    /// The partner.
    pub partner: PartnerId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Progress {
    /// Its version, which only countersignatures raise.
    #[must_use]
    pub fn version(&self) -> i64 {
        1 + i64::try_from(self.countersigned.len()).unwrap_or(0)
    }
}

/// How measures are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressSort {
    /// By the day of the measure.
    MeasuredOn,
    /// By the instant of the record.
    RecordedAt,
}

/// The programme and budget of a measure.
///
/// # Errors
/// `not_found`.
pub fn home_of_progress(conn: &mut Conn, id: ProgressId) -> StoreResult<Home> {
    let query = records::table
        .inner_join(programmes::table)
        .filter(records::id.eq(id.db()));
    let (programme, budget) = query
        .select((ProgrammeContext::as_select(), records::budget_id))
        .first(conn)?;
    Ok(Home { programme, budget })
}

/// The measures of a line.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_progress(
    conn: &mut Conn,
    line: LineId,
    request: &PageRequest<ProgressSort>,
) -> StoreResult<Page<Progress>> {
    let query = || {
        records::table
            .filter(records::line_id.eq(line.db()))
            .into_boxed::<MultiBackend>()
    };
    let total = total!(conn, request, query(), records::id);
    let select = || query().select(ProgressRow::as_select());
    let page = match request.sort {
        ProgressSort::MeasuredOn => {
            let rows = keyset!(select(), request, records::measured_on, records::id, NaiveDate).load(conn)?;
            paging::page(rows, request, total, |row: &ProgressRow| {
                (row.measured_on.text(), row.id.into())
            })
        }
        ProgressSort::RecordedAt => {
            let rows = keyset!(select(), request, records::recorded_at, records::id, DateTime<Utc>).load(conn)?;
            paging::page(rows, request, total, |row: &ProgressRow| {
                (row.recorded_at.text(), row.id.into())
            })
        }
    };
    let ids = db_ids(page.items.iter().map(|row| row.id));
    let mut signed = signatures_of(conn, &ids)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| complete(row, &mut signed)).collect()
    }))
}

/// One measure.
///
/// # Errors
/// `not_found`.
pub fn get_progress(conn: &mut Conn, id: ProgressId) -> StoreResult<Progress> {
    let row: ProgressRow = records::table
        .find(id.db())
        .select(ProgressRow::as_select())
        .first(conn)?;
    let mut signed = signatures_of(conn, &[row.id.db()])?;
    Ok(complete(row, &mut signed))
}

type Signed = BTreeMap<ProgressId, Vec<Countersignature>>;

fn signatures_of(conn: &mut Conn, ids: &[DbId]) -> StoreResult<Signed> {
    let rows: Vec<(ProgressId, PartnerId, Instant)> = signatures::table
        .filter(signatures::progress_id.eq_any(ids))
        .order((signatures::signed_at, signatures::id))
        .select((signatures::progress_id, signatures::partner_id, signatures::signed_at))
        .load(conn)?;
    let mut signed = Signed::new();
    for (progress, partner, at) in rows {
        let signature = Countersignature { partner, at: at.into() };
        signed.entry(progress).or_default().push(signature);
    }
    Ok(signed)
}

fn complete(row: ProgressRow, signed: &mut Signed) -> Progress {
    Progress {
        countersigned: signed.remove(&row.id).unwrap_or_default(),
        id: row.id,
        line_id: row.line_id,
        budget_id: row.budget_id,
        programme_id: row.programme_id,
        measured_on: row.measured_on,
        percent: Percentage::of_millionths(row.percent_millionths),
        source: row.source,
        note: row.note,
        recorded_at: row.recorded_at,
        recorded_by: row.recorded_by,
    }
}

/// The measures of lines that count on a day: of each line the last one measured up to it, and of several of the same day
/// the last one recorded.
///
/// # Errors
/// Those of the database.
pub(super) fn latest(conn: &mut Conn, lines: &[DbId], day: NaiveDate) -> StoreResult<BTreeMap<LineId, Progress>> {
    // What a later measure follows does not count, which the database decides: histories may be long.
    let after = diesel::alias!(records as after);
    let (a, r) = (&after, records::table);
    let later = a
        .filter(a.field(records::line_id).eq(records::line_id))
        .filter(a.field(records::measured_on).le(day))
        .filter(
            a.field(records::measured_on).gt(records::measured_on).or(a
                .field(records::measured_on)
                .eq(records::measured_on)
                .and(
                    a.field(records::recorded_at).gt(records::recorded_at).or(a
                        .field(records::recorded_at)
                        .eq(records::recorded_at)
                        .and(a.field(records::id).gt(records::id))),
                )),
        );
    let rows: Vec<ProgressRow> = r
        .filter(records::line_id.eq_any(lines))
        .filter(records::measured_on.le(day))
        .filter(diesel::dsl::not(diesel::dsl::exists(later)))
        .select(ProgressRow::as_select())
        .load(conn)?;
    let mut signed = signatures_of(conn, &db_ids(rows.iter().map(|row| row.id)))?;
    let measures = rows.into_iter().map(|row| (row.line_id, complete(row, &mut signed)));
    Ok(measures.collect())
}

/// Records how far a line has come.
///
/// # Errors
/// Those of the database.
pub fn record_progress(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    line: LineId,
    new: &NewProgress,
) -> StoreResult<Progress> {
    let id: ProgressId = stamp.id();
    diesel::insert_into(records::table)
        .values((
            records::id.eq(id.db()),
            records::line_id.eq(line.db()),
            records::budget_id.eq(home.budget.db()),
            records::programme_id.eq(home.programme.id.db()),
            records::measured_on.eq(new.measured_on),
            records::percent_millionths.eq(new.percent.millionths()),
            records::source.eq(&new.source),
            records::note.eq(&new.note),
            records::recorded_at.eq(micros(stamp.at)),
            records::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    let made = get_progress(conn, id)?;
    record(
        conn,
        stamp,
        home.programme.id,
        Operation::RecordProgress,
        "progress",
        id,
        Value::Null,
        &made,
    )?;
    Ok(made)
}

/// Countersigns a measure for a partner. Whoever recorded it cannot: a second person vouches for it.
///
/// # Errors
/// `second_person_required`, `already_exists` where the partner has signed, `reference_unknown` for the partner.
pub fn countersign_progress(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    of: &Progress,
    partner: PartnerId,
) -> StoreResult<Progress> {
    if stamp.actor.is_some() && stamp.actor == of.recorded_by {
        let detail = "Whoever recorded the measure cannot countersign it; somebody else of the partner does.";
        return Err(DomainError::new(Code::SecondPersonRequired, detail).into());
    }
    if of.countersigned.iter().any(|signature| signature.partner == partner) {
        let detail = "The partner has countersigned this measure already.";
        return Err(DomainError::new(Code::AlreadyExists, detail).into());
    }
    references::require_partner(conn, partner, "/partner_id")?;
    let id: uuid::Uuid = stamp.id();
    diesel::insert_into(signatures::table)
        .values((
            signatures::id.eq(id.db()),
            signatures::progress_id.eq(of.id.db()),
            signatures::partner_id.eq(partner.db()),
            signatures::programme_id.eq(of.programme_id.db()),
            signatures::signed_at.eq(micros(stamp.at)),
            signatures::signed_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    let signed = get_progress(conn, of.id)?;
    record(
        conn,
        stamp,
        of.programme_id,
        Operation::CountersignProgress,
        "progress",
        of.id,
        events::value(of)?,
        &signed,
    )?;
    Ok(signed)
}
