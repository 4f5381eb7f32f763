//! Bodies with their colleges; mandates, persons, draws, meetings and decisions have modules of their own.
//!
//! Whoever changes something in a body holds the lock of its row, under which seats and votes are counted.

mod decisions;
mod draws;
mod mandates;
mod meetings;
mod persons;

pub use decisions::{
    BodyDecision, DecisionFilter, DecisionSort, annul_body_decision, create_body_decision, list_body_decisions,
    lock_decision, programme_of_decision,
};
pub use draws::{
    CandidateContent, Draw, DrawSort, DrawSummary, ListedCandidate, Receipt, Seating, add_draw_candidate, create_draw,
    draw_lots, erase_draw_identity, fix_draw, get_draw, list_draw_candidates, list_draws, lock_draw, programme_of_draw,
    record_draw_refusal, remove_draw_candidate, seat_drawn,
};
pub use mandates::{
    Holder, Mandate, MandateContent, MandateFilter, MandateSort, compositions, create_mandate, list_mandates,
    lock_mandate, programme_of_mandate, update_mandate,
};
pub use meetings::{
    BodyMeeting, MeetingFilter, MeetingSort, cancel_body_meeting, create_body_meeting, get_body_meeting,
    hold_body_meeting, list_body_meetings, lock_meeting, programme_of_meeting, record_body_minutes,
    update_body_meeting,
};
pub use persons::{
    BodyPerson, PersonContent, PersonSort, erase_body_person, get_body_person, list_body_persons, update_body_person,
};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::bodies::{BodyContent, BodyKind, College, DecisionRules, Designation, ParityRule};
use parvis_domain::ids::{BodyId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, DomainError, Fault, LocalisedText};
use serde::Serialize;

use crate::columns::{DbId, Instant, IntoDb, MaybeInstant, Natural, db_ids, json, micros};
use crate::connection::{Conn, MultiBackend, each};
use crate::error::{StoreError, StoreResult, require_current, require_kept};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, patterns, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{bodies, body_colleges as colleges, body_mandates};
use crate::stamp::Stamp;

/// A body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Body {
    /// Its identifier.
    pub id: BodyId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// What kind.
    pub kind: BodyKind,
    /// Its name.
    pub title: LocalisedText,
    /// Reference of the order that created it or names its members.
    pub order_reference: Option<String>,
    /// Day of that order.
    pub order_dated_on: Option<NaiveDate>,
    /// Its colleges, in their order.
    pub colleges: Vec<College>,
    /// The rules of its meetings.
    pub rules: DecisionRules,
    /// Goes up with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

impl Body {
    /// The content as it would be given to make it.
    #[must_use]
    pub fn content(&self) -> BodyContent {
        BodyContent {
            kind: self.kind,
            title: self.title.clone(),
            order: self.order_reference.clone().zip(self.order_dated_on),
            colleges: self.colleges.clone(),
            rules: self.rules.clone(),
        }
    }

    /// Nothing changes in an archived body, nor in one of an archived programme.
    ///
    /// # Errors
    /// `archived`.
    pub(crate) fn require_changeable(&self, programme: &ProgrammeContext) -> StoreResult<()> {
        programme.require_changeable()?;
        require_kept(self.archived_at)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = bodies)]
struct BodyRow {
    id: BodyId,
    programme_id: ProgrammeId,
    kind: BodyKind,
    title: LocalisedText,
    order_reference: Option<String>,
    order_dated_on: Option<NaiveDate>,
    rules: DecisionRules,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = Instant)]
    updated_at: DateTime<Utc>,
    #[diesel(deserialize_as = MaybeInstant)]
    archived_at: Option<DateTime<Utc>>,
}

impl BodyRow {
    fn with(self, colleges: Vec<College>) -> Body {
        Body {
            id: self.id,
            programme_id: self.programme_id,
            kind: self.kind,
            title: self.title,
            order_reference: self.order_reference,
            order_dated_on: self.order_dated_on,
            colleges,
            rules: self.rules,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            archived_at: self.archived_at,
        }
    }
}

/// How bodies are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodySort {
    /// By the instant of their creation.
    CreatedAt,
}

/// What is asked of the list of bodies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BodyFilter {
    /// Words that must all occur in the name or the order.
    pub q: Option<String>,
    /// Only of this kind.
    pub kind: Option<BodyKind>,
    /// Archived ones too.
    pub archived: bool,
}

fn listed<'a>(programme: ProgrammeId, filter: &BodyFilter) -> bodies::BoxedQuery<'a, MultiBackend> {
    let mut query = bodies::table
        .filter(bodies::programme_id.eq(programme.db()))
        .into_boxed();
    if !filter.archived {
        query = query.filter(bodies::archived_at.is_null());
    }
    if let Some(kind) = filter.kind {
        query = query.filter(bodies::kind.eq(kind.as_str()));
    }
    for pattern in patterns(filter.q.as_deref()) {
        query = query.filter(bodies::search.like(pattern).escape('\\'));
    }
    query
}

/// The bodies of a programme.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_bodies(
    conn: &mut Conn,
    programme: ProgrammeId,
    filter: &BodyFilter,
    request: &PageRequest<BodySort>,
) -> StoreResult<Page<Body>> {
    let total = total!(conn, request, listed(programme, filter), bodies::id);
    let query = listed(programme, filter).select(BodyRow::as_select());
    let rows: Vec<BodyRow> = match request.sort {
        BodySort::CreatedAt => keyset!(query, request, bodies::created_at, bodies::id, DateTime<Utc>).load(conn)?,
    };
    let page = paging::page(rows, request, total, |row| (row.created_at.text(), row.id.into()));
    let mut of_body = colleges_of(conn, page.items.iter().map(|row| row.id))?;
    Ok(paging::map(page, |rows| {
        rows.into_iter()
            .map(|row| {
                let colleges = of_body.remove(&row.id).unwrap_or_default();
                row.with(colleges)
            })
            .collect()
    }))
}

/// A body.
///
/// # Errors
/// `NotFound`.
pub fn get_body(conn: &mut Conn, id: BodyId) -> StoreResult<Body> {
    let row: BodyRow = bodies::table.find(id.db()).select(BodyRow::as_select()).first(conn)?;
    let colleges = colleges_of(conn, [id])?.remove(&id).unwrap_or_default();
    Ok(row.with(colleges))
}

/// The programme of a body, in one statement.
///
/// # Errors
/// `NotFound`.
pub fn programme_of_body(conn: &mut Conn, id: BodyId) -> StoreResult<ProgrammeId> {
    Ok(bodies::table.find(id.db()).select(bodies::programme_id).first(conn)?)
}

/// A body whose row stays locked until the end of the transaction. SQLite has one writer.
///
/// # Errors
/// `NotFound`.
pub fn lock_body(conn: &mut Conn, id: BodyId) -> StoreResult<Body> {
    if let Conn::Postgres(c) = conn {
        let row = bodies::table.find(id.db()).select(bodies::version);
        row.for_update().first::<i64>(c)?;
    }
    get_body(conn, id)
}

/// Creates a body. `content` has been checked.
///
/// # Errors
/// `archived` for the programme.
pub fn create_body(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    content: &BodyContent,
) -> StoreResult<Body> {
    programme.require_changeable()?;
    let id: BodyId = stamp.id();
    diesel::insert_into(bodies::table)
        .values((
            bodies::id.eq(id.db()),
            bodies::programme_id.eq(programme.id.db()),
            columns(content)?,
            bodies::version.eq(1_i64),
            bodies::created_at.eq(micros(stamp.at)),
            bodies::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    write_colleges(conn, (id, programme.id), &[], &content.colleges)?;
    let body = get_body(conn, id)?;
    let change = Change::made(Operation::CreateBody, ("body", id.into()), &body)?;
    events::append(conn, stamp, change.in_programme(programme.id))?;
    Ok(body)
}

/// Changes a body that was locked.
///
/// # Errors
/// `version_stale`, `archived`, `in_use` where a college that goes had members, `college_full` where one would have fewer
/// seats than members.
pub fn update_body(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &Body,
    content: &BodyContent,
) -> StoreResult<Body> {
    before.require_changeable(programme)?;
    mandates::require_room(conn, before.id, &content.colleges, programme.today(stamp)?)?;
    let changed = diesel::update(
        bodies::table
            .find(before.id.db())
            .filter(bodies::version.eq(before.version)),
    )
    .set((
        columns(content)?,
        bodies::version.eq(before.version + 1),
        bodies::updated_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    write_colleges(conn, (before.id, programme.id), &before.colleges, &content.colleges)?;
    changed_event(conn, stamp, Operation::UpdateBody, before)
}

/// Archives a body: what it decided stays, and lists leave it out.
///
/// # Errors
/// `version_stale`, `archived`.
pub fn archive_body(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &Body,
) -> StoreResult<Body> {
    before.require_changeable(programme)?;
    let changed = diesel::update(
        bodies::table
            .find(before.id.db())
            .filter(bodies::version.eq(before.version)),
    )
    .set((
        bodies::version.eq(before.version + 1),
        bodies::updated_at.eq(micros(stamp.at)),
        bodies::archived_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    changed_event(conn, stamp, Operation::ArchiveBody, before)
}

fn changed_event(conn: &mut Conn, stamp: &Stamp<'_>, operation: Operation, before: &Body) -> StoreResult<Body> {
    let after = get_body(conn, before.id)?;
    let change = Change::changed(operation, ("body", before.id.into()), before, &after)?;
    events::append(conn, stamp, change.in_programme(before.programme_id))?;
    Ok(after)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = colleges)]
struct CollegeRow {
    body_id: BodyId,
    code: String,
    title: LocalisedText,
    #[diesel(deserialize_as = Natural)]
    seats: u32,
    parity: ParityRule,
    designation: Designation,
}

fn colleges_of(conn: &mut Conn, ids: impl IntoIterator<Item = BodyId>) -> StoreResult<BTreeMap<BodyId, Vec<College>>> {
    let rows: Vec<CollegeRow> = colleges::table
        .filter(colleges::body_id.eq_any(db_ids(ids)))
        .order((colleges::body_id, colleges::position))
        .select(CollegeRow::as_select())
        .load(conn)?;
    let mut of_body: BTreeMap<BodyId, Vec<College>> = BTreeMap::new();
    for row in rows {
        of_body.entry(row.body_id).or_default().push(College {
            code: row.code,
            title: row.title,
            seats: row.seats,
            parity: row.parity,
            designation: row.designation,
        });
    }
    Ok(of_body)
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = colleges)]
struct CollegeColumns {
    body_id: DbId,
    code: String,
    programme_id: DbId,
    position: i32,
    title: String,
    seats: i32,
    parity: &'static str,
    designation: &'static str,
}

/// Writes the colleges of a body: mandates refer to those that stay, so they are changed and not replaced.
fn write_colleges(
    conn: &mut Conn,
    (body, programme): (BodyId, ProgrammeId),
    before: &[College],
    after: &[College],
) -> StoreResult<()> {
    let codes = |of: &[College]| of.iter().map(|college| college.code.clone()).collect::<BTreeSet<_>>();
    let (old, new) = (codes(before), codes(after));
    let gone: Vec<&String> = old.difference(&new).collect();
    if !gone.is_empty() {
        require_unused(conn, body, &gone)?;
        let rows = colleges::table.filter(colleges::body_id.eq(body.db()).and(colleges::code.eq_any(&gone)));
        diesel::delete(rows).execute(conn)?;
    }
    for (position, college) in (0..).zip(after) {
        let row = CollegeColumns {
            body_id: body.db(),
            code: college.code.clone(),
            programme_id: programme.db(),
            position,
            title: json(&college.title)?,
            seats: small(college.seats)?,
            parity: college.parity.as_str(),
            designation: college.designation.as_str(),
        };
        if old.contains(&college.code) {
            let known = colleges::table.find((body.db(), &college.code));
            diesel::update(known).set(row).execute(conn)?;
        } else {
            each!(conn, c => diesel::insert_into(colleges::table).values(row).execute(c))?;
        }
    }
    Ok(())
}

fn require_unused(conn: &mut Conn, body: BodyId, codes: &[&String]) -> StoreResult<()> {
    let used = body_mandates::table
        .filter(
            body_mandates::body_id
                .eq(body.db())
                .and(body_mandates::college.eq_any(codes)),
        )
        .select(body_mandates::college);
    let used: Option<String> = used.first(conn).optional()?;
    match used {
        None => Ok(()),
        Some(code) => {
            let detail = format!("The college {code} has had members; it stays.");
            Err(DomainError::new(Code::InUse, detail).into())
        }
    }
}

/// A count for a column.
fn small(number: u32) -> StoreResult<i32> {
    i32::try_from(number).map_err(|error| StoreError::Internal(error.to_string()))
}

/// Something that a body, its members or its decisions name, and that is not there.
fn unknown(pointer: &str, detail: impl Into<String>) -> Fault {
    Fault::new(Code::ReferenceUnknown, pointer, detail)
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = bodies, treat_none_as_null = true)]
struct BodyColumns {
    kind: &'static str,
    title: String,
    search: String,
    order_reference: Option<String>,
    order_dated_on: Option<NaiveDate>,
    rules: String,
}

fn columns(content: &BodyContent) -> StoreResult<BodyColumns> {
    let (order_reference, order_dated_on) = content.order.clone().unzip();
    let order = order_reference.as_deref().map(parvis_domain::text::fold);
    Ok(BodyColumns {
        kind: content.kind.as_str(),
        title: json(&content.title)?,
        search: [content.title.folded(), order.unwrap_or_default()].join(" "),
        order_reference,
        order_dated_on,
        rules: json(&content.rules)?,
    })
}
