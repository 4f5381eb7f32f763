//! Draws: the list is gathered, fixed and published; the seed is born; lots are drawn; seats are taken or refused.
//!
//! Whoever changes a draw holds the lock of its row. Its outcome is not stored: it follows from the published text.

mod candidates;
mod lots;

pub use candidates::{
    CandidateContent, ListedCandidate, Receipt, add_draw_candidate, erase_draw_identity, list_draw_candidates,
    remove_draw_candidate,
};
pub use lots::{Seating, draw_lots, fix_draw, record_draw_refusal, seat_drawn};

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::bodies::draw::{self as domain, Digest, DrawCollege, DrawStatus, FixedList, Outcome, SeedSource};
use parvis_domain::bodies::{Designation, ParityRule};
use parvis_domain::ids::{BodyId, DrawId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, Fault, Faults};
use serde::Serialize;

use super::{Body, small, unknown};
use crate::columns::{DbId, Instant, IntoDb, Natural, micros};
use crate::connection::{Conn, MultiBackend, each};
use crate::error::{StoreError, StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{draw_colleges, draw_refusals, draws};
use crate::stamp::Stamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = draws)]
struct DrawRow {
    id: DrawId,
    body_id: BodyId,
    programme_id: ProgrammeId,
    source_name: String,
    source_born_on: NaiveDate,
    source_writing: String,
    document: Option<String>,
    list_hash: Option<String>,
    fixed_on: Option<NaiveDate>,
    seed: Option<String>,
    drawn_on: Option<NaiveDate>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
}

/// A draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draw {
    /// Identifier.
    pub id: DrawId,
    /// The body.
    pub body_id: BodyId,
    /// The programme.
    #[serde(skip)]
    pub programme_id: ProgrammeId,
    /// Where the seed comes from.
    pub source: SeedSource,
    /// The colleges whose seats are drawn, by their codes.
    pub colleges: Vec<DrawCollege>,
    /// The published text; an event has its hash.
    #[serde(skip)]
    pub document: Option<String>,
    /// The hash of that text.
    pub list_hash: Option<Digest>,
    /// When it was fixed.
    pub fixed_on: Option<NaiveDate>,
    /// The seed.
    pub seed: Option<String>,
    /// When lots were drawn.
    pub drawn_on: Option<NaiveDate>,
    /// Who refused a seat or gave it up, in the order in which that was recorded.
    pub refusals: Vec<String>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was prepared.
    pub created_at: DateTime<Utc>,
}

impl Draw {
    /// What is on record about it.
    #[must_use]
    pub fn record(&self) -> domain::Record {
        domain::Record {
            fixed: self.list_hash.zip(self.fixed_on),
            drawn_on: self.drawn_on,
        }
    }

    /// What it gave, worked out from the published text; none before lots were drawn.
    ///
    /// # Errors
    /// `Internal` where the kept text is none, which triggers of the database prevent.
    pub fn outcome(&self) -> StoreResult<Option<Outcome>> {
        let (Some(document), Some(seed)) = (&self.document, &self.seed) else {
            return Ok(None);
        };
        let broken = |faults| StoreError::Internal(format!("the draw {}: {faults:?}", self.id));
        let list = FixedList::parse(document).map_err(broken)?;
        domain::draw(&list, seed, &self.refusals).map(Some).map_err(broken)
    }
}

/// A draw in a list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = draws)]
pub struct DrawSummary {
    /// Identifier.
    pub id: DrawId,
    /// The body.
    pub body_id: BodyId,
    /// Where the seed comes from.
    pub source_name: String,
    /// When it is born.
    pub source_born_on: NaiveDate,
    /// When the list was fixed.
    pub fixed_on: Option<NaiveDate>,
    /// When lots were drawn.
    pub drawn_on: Option<NaiveDate>,
    /// When it was prepared.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
}

impl DrawSummary {
    /// Where it is.
    #[must_use]
    pub fn status(&self) -> DrawStatus {
        match (self.fixed_on, self.drawn_on) {
            (_, Some(_)) => DrawStatus::Drawn,
            (Some(_), None) => DrawStatus::Fixed,
            (None, None) => DrawStatus::Prepared,
        }
    }
}

/// How draws are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawSort {
    /// By the instant at which they were prepared.
    CreatedAt,
}

/// The draws for the seats of a body.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_draws(conn: &mut Conn, body: BodyId, request: &PageRequest<DrawSort>) -> StoreResult<Page<DrawSummary>> {
    let listed = || {
        draws::table
            .filter(draws::body_id.eq(body.db()))
            .into_boxed::<MultiBackend>()
    };
    let total = total!(conn, request, listed(), draws::id);
    let query = listed().select(DrawSummary::as_select());
    let rows: Vec<DrawSummary> = match request.sort {
        DrawSort::CreatedAt => keyset!(query, request, draws::created_at, draws::id, DateTime<Utc>).load(conn)?,
    };
    Ok(paging::page(rows, request, total, |row| {
        (row.created_at.text(), row.id.into())
    }))
}

/// A draw.
///
/// # Errors
/// `NotFound`.
pub fn get_draw(conn: &mut Conn, id: DrawId) -> StoreResult<Draw> {
    let row: DrawRow = draws::table.find(id.db()).select(DrawRow::as_select()).first(conn)?;
    let list_hash = row.list_hash.as_deref().map(|hash| Digest::parse("", hash));
    let list_hash = list_hash
        .transpose()
        .map_err(|fault| StoreError::Internal(fault.detail))?;
    let refusals = draw_refusals::table
        .filter(draw_refusals::draw_id.eq(id.db()))
        .order(draw_refusals::position)
        .select(draw_refusals::pseudonym);
    Ok(Draw {
        id: row.id,
        body_id: row.body_id,
        programme_id: row.programme_id,
        source: SeedSource {
            name: row.source_name,
            born_on: row.source_born_on,
            writing: row.source_writing,
        },
        colleges: colleges(conn, id)?,
        document: row.document,
        list_hash,
        fixed_on: row.fixed_on,
        seed: row.seed,
        drawn_on: row.drawn_on,
        refusals: refusals.load(conn)?,
        version: row.version,
        created_at: row.created_at,
    })
}

/// The programme of a draw, in one statement.
///
/// # Errors
/// `NotFound`.
pub fn programme_of_draw(conn: &mut Conn, id: DrawId) -> StoreResult<ProgrammeId> {
    Ok(draws::table.find(id.db()).select(draws::programme_id).first(conn)?)
}

/// A draw whose row stays locked until the end of the transaction, and its body, which is locked first.
///
/// # Errors
/// `NotFound`.
pub fn lock_draw(conn: &mut Conn, id: DrawId) -> StoreResult<(Body, Draw)> {
    let body: BodyId = draws::table.find(id.db()).select(draws::body_id).first(conn)?;
    let body = super::lock_body(conn, body)?;
    if let Conn::Postgres(c) = conn {
        draws::table
            .find(id.db())
            .select(draws::version)
            .for_update()
            .first::<i64>(c)?;
    }
    let draw = get_draw(conn, id)?;
    Ok((body, draw))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = draw_colleges)]
struct CollegeRow {
    code: String,
    #[diesel(deserialize_as = Natural)]
    seats: u32,
    parity: ParityRule,
}

fn colleges(conn: &mut Conn, id: DrawId) -> StoreResult<Vec<DrawCollege>> {
    let rows: Vec<CollegeRow> = draw_colleges::table
        .filter(draw_colleges::draw_id.eq(id.db()))
        .order(draw_colleges::code)
        .select(CollegeRow::as_select())
        .load(conn)?;
    let college = |row: CollegeRow| DrawCollege {
        code: row.code,
        seats: row.seats,
        parity: row.parity,
    };
    Ok(rows.into_iter().map(college).collect())
}

#[derive(Insertable)]
#[diesel(table_name = draw_colleges)]
struct CollegeColumns<'a> {
    draw_id: DbId,
    code: &'a str,
    programme_id: DbId,
    seats: i32,
    parity: &'static str,
}

impl<'a> CollegeColumns<'a> {
    fn new(draw: DrawId, programme: ProgrammeId, college: &'a DrawCollege) -> StoreResult<Self> {
        Ok(Self {
            draw_id: draw.db(),
            code: &college.code,
            programme_id: programme.db(),
            seats: small(college.seats)?,
            parity: college.parity.as_str(),
        })
    }
}

/// Prepares a draw for seats of a body that was locked, and announces where its seed will come from.
///
/// # Errors
/// `archived`, `seed_known` for a source whose value is born already; for a college that the body does not have, or whose
/// seats nobody draws: `reference_unknown`, `kind_mismatch`, `out_of_range`, `duplicate`.
pub fn create_draw(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    body: &Body,
    source: &SeedSource,
    colleges: &[DrawCollege],
) -> StoreResult<Draw> {
    body.require_changeable(programme)?;
    check_source(source, programme.today(stamp)?)?;
    check_colleges(body, colleges)?;
    let id: DrawId = stamp.id();
    diesel::insert_into(draws::table)
        .values((
            draws::id.eq(id.db()),
            draws::body_id.eq(body.id.db()),
            draws::programme_id.eq(programme.id.db()),
            draws::source_name.eq(&source.name),
            draws::source_born_on.eq(source.born_on),
            draws::source_writing.eq(&source.writing),
            draws::version.eq(1_i64),
            draws::created_at.eq(micros(stamp.at)),
            draws::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let rows = colleges
        .iter()
        .map(|college| CollegeColumns::new(id, programme.id, college))
        .collect::<StoreResult<Vec<_>>>()?;
    each!(conn, c => diesel::insert_into(draw_colleges::table).values(&rows).execute(c))?;
    let draw = get_draw(conn, id)?;
    let change = Change::made(Operation::CreateDraw, ("draw", id.into()), &draw)?;
    events::append(conn, stamp, change.in_programme(programme.id))?;
    Ok(draw)
}

/// A value that is born today or was born before could be known to whoever fixes the list.
fn check_source(source: &SeedSource, today: NaiveDate) -> Result<(), Fault> {
    if source.born_on > today {
        return Ok(());
    }
    let detail = format!(
        "The value is born on {}; announce one of a later day than {today}.",
        source.born_on
    );
    Err(Fault::new(Code::SeedKnown, "/source/born_on", detail).with("today", today.to_string()))
}

fn check_colleges(body: &Body, colleges: &[DrawCollege]) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let mut codes = BTreeSet::new();
    if colleges.is_empty() {
        faults.add(
            Code::Required,
            "/colleges",
            "A draw fills seats of one college at least.",
        );
    }
    for (i, drawn) in colleges.iter().enumerate() {
        let at = |field| format!("/colleges/{i}/{field}");
        if !codes.insert(drawn.code.as_str()) {
            faults.add(Code::Duplicate, at("code"), "The college stands twice.");
        }
        let Some(college) = body.colleges.iter().find(|college| college.code == drawn.code) else {
            faults.push(unknown(&at("code"), "The body has no such college."));
            continue;
        };
        if college.designation != Designation::DrawnByLot {
            faults.add(
                Code::KindMismatch,
                at("code"),
                "The seats of this college are not drawn by lot.",
            );
        }
        if college.parity != drawn.parity {
            let detail = format!("The rule of parity of this college is {}.", college.parity);
            faults.add(Code::KindMismatch, at("parity"), detail);
        }
        if !(1..=college.seats).contains(&drawn.seats) {
            let detail = format!("From 1 to {} seats.", college.seats);
            faults.push(Fault::new(Code::OutOfRange, at("seats"), detail).with("max", college.seats.to_string()));
        }
    }
    faults.finish(Some(()))
}

/// What changes with a step of a draw, besides its version.
#[derive(AsChangeset, Default)]
#[diesel(table_name = draws)]
struct StepColumns {
    document: Option<String>,
    list_hash: Option<String>,
    fixed_on: Option<NaiveDate>,
    seed: Option<String>,
    drawn_on: Option<NaiveDate>,
}

/// Writes a step of a draw with its next version, reads it anew and appends the event.
fn step(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: &Draw,
    columns: StepColumns,
) -> StoreResult<Draw> {
    let after = touch(conn, stamp, before, columns)?;
    let change = Change::changed(operation, ("draw", before.id.into()), before, &after)?;
    events::append(conn, stamp, change.in_programme(before.programme_id))?;
    Ok(after)
}

fn touch(conn: &mut Conn, stamp: &Stamp<'_>, before: &Draw, columns: StepColumns) -> StoreResult<Draw> {
    let current = draws::table
        .find(before.id.db())
        .filter(draws::version.eq(before.version));
    let set = (
        columns,
        draws::version.eq(before.version + 1),
        draws::updated_at.eq(micros(stamp.at)),
    );
    require_current(diesel::update(current).set(set).execute(conn)?)?;
    get_draw(conn, before.id)
}
