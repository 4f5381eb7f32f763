//! Meetings of bodies: convened with an agenda, held with who came, or cancelled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::bodies::QuorumReport;
use parvis_domain::bodies::meetings::{self as domain, AgendaItem, Meeting, MeetingStatus, MeetingTransition};
use parvis_domain::ids::{BodyId, MandateId, MeetingId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, DomainError, Fault, LocalisedText};
use serde::Serialize;

use super::decisions::{self, BodyDecision};
use super::{Body, mandates, unknown};
use crate::columns::{DbId, Instant, IntoDb, Json, db_ids, json, micros};
use crate::connection::{Conn, MultiBackend, each};
use crate::error::{StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{body_attendances as attendances, body_meetings as meetings};
use crate::stamp::Stamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = meetings)]
struct MeetingRow {
    id: MeetingId,
    body_id: BodyId,
    programme_id: ProgrammeId,
    status: MeetingStatus,
    convened_on: NaiveDate,
    held_on: NaiveDate,
    again: bool,
    location: Option<String>,
    #[diesel(deserialize_as = Json<Vec<AgendaItem>>)]
    agenda: Vec<AgendaItem>,
    minutes: Option<LocalisedText>,
    quorum: Option<QuorumReport>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
}

/// A meeting with its decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BodyMeeting {
    /// Identifier.
    pub id: MeetingId,
    /// The body.
    pub body_id: BodyId,
    /// The programme.
    #[serde(skip)]
    pub programme_id: ProgrammeId,
    /// Where it is.
    pub status: MeetingStatus,
    /// When the convocation was sent.
    pub convened_on: NaiveDate,
    /// When it takes place.
    pub held_on: NaiveDate,
    /// Whether it is convened again because the one before had no quorum.
    pub again: bool,
    /// Where it is held.
    pub location: Option<String>,
    /// What it is about.
    pub agenda: Vec<AgendaItem>,
    /// The minutes, in which persons may be named: no event holds them.
    #[serde(skip)]
    pub minutes: Option<LocalisedText>,
    /// What the count of those present gave, by the rules of that day; none before it was held.
    pub quorum: Option<QuorumReport>,
    /// The mandates whose holders came.
    pub attended: BTreeSet<MandateId>,
    /// Its decisions, by the items of the agenda.
    #[serde(skip)]
    pub decisions: Vec<BodyDecision>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was convened here.
    pub created_at: DateTime<Utc>,
}

impl BodyMeeting {
    /// The meeting as the rules see it.
    #[must_use]
    pub fn domain(&self) -> Meeting {
        Meeting {
            status: self.status,
            convened_on: self.convened_on,
            held_on: self.held_on,
            again: self.again,
            agenda: self.agenda.clone(),
            attended: self.attended.clone(),
        }
    }
}

/// How meetings are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeetingSort {
    /// By the day on which they are held.
    HeldOn,
}

/// What is asked of the list of meetings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeetingFilter {
    /// Only in this status.
    pub status: Option<MeetingStatus>,
}

fn listed<'a>(body: BodyId, filter: MeetingFilter) -> meetings::BoxedQuery<'a, MultiBackend> {
    let query = meetings::table.filter(meetings::body_id.eq(body.db())).into_boxed();
    match filter.status {
        Some(status) => query.filter(meetings::status.eq(status.as_str())),
        None => query,
    }
}

/// The meetings of a body with their decisions, in a fixed number of statements.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_body_meetings(
    conn: &mut Conn,
    body: BodyId,
    filter: MeetingFilter,
    request: &PageRequest<MeetingSort>,
) -> StoreResult<Page<BodyMeeting>> {
    let total = total!(conn, request, listed(body, filter), meetings::id);
    let query = listed(body, filter).select(MeetingRow::as_select());
    let rows: Vec<MeetingRow> = match request.sort {
        MeetingSort::HeldOn => keyset!(query, request, meetings::held_on, meetings::id, NaiveDate).load(conn)?,
    };
    let page = paging::page(rows, request, total, |row| (row.held_on.text(), row.id.into()));
    let ids: Vec<MeetingId> = page.items.iter().map(|row| row.id).collect();
    let mut parts = Parts::load(conn, &ids)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| parts.with(row)).collect()
    }))
}

/// What belongs to meetings besides their own rows.
struct Parts {
    attended: BTreeMap<MeetingId, BTreeSet<MandateId>>,
    decisions: BTreeMap<MeetingId, Vec<BodyDecision>>,
}

impl Parts {
    fn load(conn: &mut Conn, ids: &[MeetingId]) -> StoreResult<Self> {
        let rows: Vec<(MeetingId, MandateId)> = attendances::table
            .filter(attendances::meeting_id.eq_any(db_ids(ids.iter().copied())))
            .select((attendances::meeting_id, attendances::mandate_id))
            .load(conn)?;
        let mut attended: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (meeting, mandate) in rows {
            attended.entry(meeting).or_default().insert(mandate);
        }
        Ok(Self {
            attended,
            decisions: decisions::of_meetings(conn, ids)?,
        })
    }

    fn with(&mut self, row: MeetingRow) -> BodyMeeting {
        BodyMeeting {
            attended: self.attended.remove(&row.id).unwrap_or_default(),
            decisions: self.decisions.remove(&row.id).unwrap_or_default(),
            id: row.id,
            body_id: row.body_id,
            programme_id: row.programme_id,
            status: row.status,
            convened_on: row.convened_on,
            held_on: row.held_on,
            again: row.again,
            location: row.location,
            agenda: row.agenda,
            minutes: row.minutes,
            quorum: row.quorum,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// A meeting with its decisions.
///
/// # Errors
/// `NotFound`.
pub fn get_body_meeting(conn: &mut Conn, id: MeetingId) -> StoreResult<BodyMeeting> {
    let query = meetings::table.find(id.db()).select(MeetingRow::as_select());
    let row: MeetingRow = query.first(conn)?;
    Ok(Parts::load(conn, &[id])?.with(row))
}

/// The programme of a meeting, in one statement.
///
/// # Errors
/// `NotFound`.
pub fn programme_of_meeting(conn: &mut Conn, id: MeetingId) -> StoreResult<ProgrammeId> {
    let query = meetings::table.find(id.db()).select(meetings::programme_id);
    Ok(query.first(conn)?)
}

/// A meeting and its body, whose row stays locked until the end of the transaction.
///
/// # Errors
/// `NotFound`.
pub fn lock_meeting(conn: &mut Conn, id: MeetingId) -> StoreResult<(Body, BodyMeeting)> {
    let body: BodyId = meetings::table.find(id.db()).select(meetings::body_id).first(conn)?;
    let body = super::lock_body(conn, body)?;
    let meeting = get_body_meeting(conn, id)?;
    Ok((body, meeting))
}

/// Convenes a meeting of a body that was locked.
///
/// # Errors
/// `archived`, those of [`domain::check_convocation`], `date_in_future` for a convocation that was not sent yet,
/// `reference_unknown` where it is convened again although the one before had its quorum.
pub fn create_body_meeting(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    body: &Body,
    (meeting, location): (&Meeting, Option<&str>),
) -> StoreResult<BodyMeeting> {
    body.require_changeable(programme)?;
    check(conn, body, None, meeting, programme.today(stamp)?)?;
    let id: MeetingId = stamp.id();
    diesel::insert_into(meetings::table)
        .values((
            meetings::id.eq(id.db()),
            meetings::body_id.eq(body.id.db()),
            meetings::programme_id.eq(programme.id.db()),
            meetings::status.eq(MeetingStatus::Convened.as_str()),
            columns(meeting, location)?,
            meetings::version.eq(1_i64),
            meetings::created_at.eq(micros(stamp.at)),
            meetings::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let made = get_body_meeting(conn, id)?;
    let change = Change::made(Operation::CreateBodyMeeting, ("body_meeting", id.into()), &made)?;
    events::append(conn, stamp, change.in_programme(programme.id))?;
    Ok(made)
}

fn check(conn: &mut Conn, body: &Body, own: Option<MeetingId>, meeting: &Meeting, today: NaiveDate) -> StoreResult<()> {
    domain::check_convocation(meeting, &body.rules)?;
    if meeting.convened_on > today {
        let detail = format!(
            "A convocation of {} is not sent yet; today is {today}.",
            meeting.convened_on
        );
        return Err(Fault::new(Code::DateInFuture, "/convened_on", detail).into());
    }
    if meeting.again && !failed_before(conn, body.id, own, meeting.held_on)? {
        let detail = "The last meeting before this one did not fail for want of a quorum.";
        return Err(unknown("/again", detail).into());
    }
    Ok(())
}

/// Whether the last meeting that was held before a day lacked its quorum.
fn failed_before(conn: &mut Conn, body: BodyId, own: Option<MeetingId>, day: NaiveDate) -> StoreResult<bool> {
    let own = own.map_or(uuid::Uuid::nil(), Into::into);
    let before = meetings::table
        .filter(meetings::body_id.eq(body.db()).and(meetings::id.ne(own.db())))
        .filter(
            meetings::status
                .eq(MeetingStatus::Held.as_str())
                .and(meetings::held_on.le(day)),
        )
        .order((meetings::held_on.desc(), meetings::id.desc()))
        .select(meetings::quorum);
    let quorum: Option<Option<QuorumReport>> = before.first(conn).optional()?;
    Ok(quorum.flatten().is_some_and(|quorum| !quorum.is_reached()))
}

/// Changes a meeting that is convened, of a body that was locked.
///
/// # Errors
/// As [`create_body_meeting`], `version_stale`, `transition_refused` for one that was held or cancelled.
pub fn update_body_meeting(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, before): (&Body, &BodyMeeting),
    (meeting, location): (&Meeting, Option<&str>),
) -> StoreResult<BodyMeeting> {
    body.require_changeable(programme)?;
    if before.status != MeetingStatus::Convened {
        let detail = format!("The meeting is {}: what was convened stays as it was.", before.status);
        return Err(DomainError::new(Code::TransitionRefused, detail).into());
    }
    check(conn, body, Some(before.id), meeting, programme.today(stamp)?)?;
    let state = StateColumns::default();
    save(
        conn,
        stamp,
        Operation::UpdateBodyMeeting,
        before,
        (Some(columns(meeting, location)?), state),
    )
}

/// Records who came to a meeting of a body that was locked; it is thereby held, with or without its quorum.
///
/// # Errors
/// `version_stale`, `archived`, `transition_refused`, those of [`domain::check_attendance`].
pub fn hold_body_meeting(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, before): (&Body, &BodyMeeting),
    attended: &BTreeSet<MandateId>,
    minutes: Option<&LocalisedText>,
) -> StoreResult<BodyMeeting> {
    body.require_changeable(programme)?;
    let status = domain::transition(before.status, MeetingTransition::Hold)?;
    let composition = mandates::composed(conn, body, before.held_on)?;
    domain::check_attendance(attended, before.held_on, &composition, programme.today(stamp)?)?;
    let meeting = Meeting {
        attended: attended.clone(),
        ..before.domain()
    };
    let quorum = domain::quorum(&meeting, &body.rules, &composition);
    let rows: Vec<AttendanceColumns> = attended
        .iter()
        .map(|mandate| AttendanceColumns {
            meeting_id: before.id.db(),
            mandate_id: mandate.db(),
            programme_id: before.programme_id.db(),
        })
        .collect();
    if !rows.is_empty() {
        each!(conn, c => diesel::insert_into(attendances::table).values(&rows).execute(c))?;
    }
    let state = StateColumns {
        status: Some(status.as_str()),
        minutes: minutes.map(json).transpose()?,
        quorum: Some(json(&quorum)?),
    };
    save(conn, stamp, Operation::HoldBodyMeeting, before, (None, state))
}

/// Cancels a meeting that is convened, of a body that was locked.
///
/// # Errors
/// `version_stale`, `archived`, `transition_refused`.
pub fn cancel_body_meeting(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, before): (&Body, &BodyMeeting),
) -> StoreResult<BodyMeeting> {
    body.require_changeable(programme)?;
    let status = domain::transition(before.status, MeetingTransition::Cancel)?;
    let state = StateColumns {
        status: Some(status.as_str()),
        ..StateColumns::default()
    };
    save(conn, stamp, Operation::CancelBodyMeeting, before, (None, state))
}

/// Writes the minutes of a meeting that was held, or writes them anew.
///
/// # Errors
/// `version_stale`, `archived`, `transition_refused` for one that was not held.
pub fn record_body_minutes(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, before): (&Body, &BodyMeeting),
    minutes: &LocalisedText,
) -> StoreResult<BodyMeeting> {
    body.require_changeable(programme)?;
    if before.status != MeetingStatus::Held {
        let detail = format!(
            "The meeting is {}: minutes tell of a meeting that was held.",
            before.status
        );
        return Err(DomainError::new(Code::TransitionRefused, detail).into());
    }
    let state = StateColumns {
        minutes: Some(json(minutes)?),
        ..StateColumns::default()
    };
    save(conn, stamp, Operation::RecordBodyMinutes, before, (None, state))
}

/// Writes a change of a meeting with its version and event.
fn save(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: &BodyMeeting,
    change: (Option<MeetingColumns>, StateColumns),
) -> StoreResult<BodyMeeting> {
    touch(conn, stamp, before, change)?;
    let after = get_body_meeting(conn, before.id)?;
    let change = Change::changed(operation, ("body_meeting", before.id.into()), before, &after)?;
    events::append(conn, stamp, change.in_programme(before.programme_id))?;
    Ok(after)
}

/// Raises the version of a meeting whose decisions change.
pub(super) fn raise(conn: &mut Conn, stamp: &Stamp<'_>, meeting: &BodyMeeting) -> StoreResult<()> {
    touch(conn, stamp, meeting, (None, StateColumns::default()))
}

fn touch(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &BodyMeeting,
    change: (Option<MeetingColumns>, StateColumns),
) -> StoreResult<()> {
    let current = meetings::table
        .find(before.id.db())
        .filter(meetings::version.eq(before.version));
    let set = (
        change.0,
        change.1,
        meetings::version.eq(before.version + 1),
        meetings::updated_at.eq(micros(stamp.at)),
    );
    require_current(diesel::update(current).set(set).execute(conn)?)
}

#[derive(Insertable)]
#[diesel(table_name = attendances)]
struct AttendanceColumns {
    meeting_id: DbId,
    mandate_id: DbId,
    programme_id: DbId,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = meetings, treat_none_as_null = true)]
struct MeetingColumns {
    convened_on: NaiveDate,
    held_on: NaiveDate,
    again: bool,
    location: Option<String>,
    agenda: String,
}

fn columns(meeting: &Meeting, location: Option<&str>) -> StoreResult<MeetingColumns> {
    Ok(MeetingColumns {
        convened_on: meeting.convened_on,
        held_on: meeting.held_on,
        again: meeting.again,
        location: location.map(str::to_owned),
        agenda: json(&meeting.agenda)?,
    })
}

/// What a transition changes; what is none stays as it is.
#[derive(AsChangeset, Default)]
#[diesel(table_name = meetings)]
struct StateColumns {
    status: Option<&'static str>,
    minutes: Option<String>,
    quorum: Option<String>,
}
