//! The history: every change appends one event to the chain of its programme, or of the platform.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::events::{self as domain, GENESIS, NewEvent};
use parvis_domain::ids::{EventId, ProgrammeId, UserId};
use parvis_domain::page::{Page, PageRequest};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::columns::{Instant, IntoDb, Json, json, micros};
use crate::connection::{Conn, each};
use crate::error::{StoreError, StoreResult};
use crate::paging::{self, keyset, total};
use crate::schema::{event_heads, events};
use crate::stamp::Stamp;

/// An event of the history.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Serialize)]
#[diesel(table_name = events)]
pub struct Event {
    /// Its identifier.
    pub id: EventId,
    /// The programme, or none for the platform.
    pub programme_id: Option<ProgrammeId>,
    /// Its number in the chain, from 1 without gaps.
    pub seq: i64,
    /// The hash of the event before it.
    #[serde(skip)]
    pub prev_hash: Vec<u8>,
    /// Its own hash.
    #[serde(skip)]
    pub hash: Vec<u8>,
    /// When.
    #[diesel(deserialize_as = Instant)]
    pub at: DateTime<Utc>,
    /// Who; none for the system.
    pub actor_id: Option<UserId>,
    /// What.
    pub operation: String,
    /// The kind of object.
    pub object_type: String,
    /// The object.
    pub object_id: Uuid,
    /// Before.
    #[diesel(deserialize_as = Json<Value>)]
    pub before: Value,
    /// After.
    #[diesel(deserialize_as = Json<Value>)]
    pub after: Value,
}

/// What happened, before it has its time, author and place in the chain.
#[derive(Debug)]
pub struct Change<'a> {
    /// The programme, or none for the platform.
    pub programme: Option<ProgrammeId>,
    /// What was done: the name of the operation.
    pub operation: &'a str,
    /// The kind of object, such as `participation_step`.
    pub object_type: &'a str,
    /// The object.
    pub object_id: Uuid,
    /// The object before, without personal data; null for what is new.
    pub before: Value,
    /// The object after, without personal data; null for what is gone.
    pub after: Value,
}

/// How the history is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistorySort {
    /// By the number in the chain: the order of commit.
    Seq,
}

impl<'a> Change<'a> {
    /// Something new.
    ///
    /// # Errors
    /// `Internal` for what JSON cannot hold.
    pub fn made<T: Serialize>(operation: Operation, of: (&'a str, Uuid), after: &T) -> StoreResult<Self> {
        Ok(Self {
            programme: None,
            operation: operation.as_str(),
            object_type: of.0,
            object_id: of.1,
            before: Value::Null,
            after: value(after)?,
        })
    }

    /// Something that was otherwise.
    ///
    /// # Errors
    /// `Internal` for what JSON cannot hold.
    pub fn changed<T: Serialize>(
        operation: Operation,
        of: (&'a str, Uuid),
        before: &T,
        after: &T,
    ) -> StoreResult<Self> {
        Ok(Self {
            before: value(before)?,
            ..Self::made(operation, of, after)?
        })
    }

    /// The same change as part of a programme's history.
    #[must_use]
    pub fn in_programme(self, programme: ProgrammeId) -> Self {
        Self {
            programme: Some(programme),
            ..self
        }
    }
}

/// A value as JSON for an event.
///
/// # Errors
/// `Internal` for what JSON cannot hold.
pub fn value<T: Serialize>(of: &T) -> StoreResult<Value> {
    serde_json::to_value(of).map_err(|error| StoreError::Internal(error.to_string()))
}

/// Appends an event to its chain. It locks the head of the chain until the end of the transaction, so it comes last.
///
/// # Errors
/// Those of the database.
pub fn append(conn: &mut Conn, stamp: &Stamp<'_>, change: Change<'_>) -> StoreResult<()> {
    let event = NewEvent {
        id: stamp.id(),
        programme: change.programme,
        at: stamp.at,
        actor: stamp.actor,
        operation: change.operation.to_owned(),
        object_type: change.object_type.to_owned(),
        object_id: change.object_id,
        before: change.before,
        after: change.after,
    };
    let head = event.programme.map_or(Uuid::nil(), Uuid::from);
    let (seq, previous) = next(conn, head)?;
    let hash = domain::hash(&previous, seq, &event);
    diesel::insert_into(events::table)
        .values((
            events::id.eq(event.id.db()),
            events::programme_id.eq(event.programme.map(IntoDb::db)),
            events::seq.eq(seq),
            events::prev_hash.eq(previous),
            events::hash.eq(hash.to_vec()),
            events::at.eq(micros(event.at)),
            events::actor_id.eq(event.actor.map(IntoDb::db)),
            events::operation.eq(event.operation),
            events::object_type.eq(event.object_type),
            events::object_id.eq(event.object_id.db()),
            events::before.eq(json(&event.before)?),
            events::after.eq(json(&event.after)?),
        ))
        .execute(conn)?;
    diesel::update(event_heads::table.find(head.db()))
        .set(event_heads::hash.eq(hash.to_vec()))
        .execute(conn)?;
    Ok(())
}

/// The next number of a chain and the hash before it; the row stays locked.
fn next(conn: &mut Conn, head: Uuid) -> StoreResult<(i64, Vec<u8>)> {
    if let Some(next) = advance(conn, head)? {
        return Ok(next);
    }
    // The first event of a chain. Where two transactions come first, the second waits here and then advances.
    let row = (
        event_heads::programme_id.eq(head.db()),
        event_heads::seq.eq(0_i64),
        event_heads::hash.eq(GENESIS.to_vec()),
    );
    each!(conn, c => diesel::insert_into(event_heads::table).values(row).on_conflict_do_nothing().execute(c))?;
    advance(conn, head)?.ok_or_else(|| StoreError::Internal("a chain of events has no head".to_owned()))
}

fn advance(conn: &mut Conn, head: Uuid) -> StoreResult<Option<(i64, Vec<u8>)>> {
    let row = diesel::update(event_heads::table.find(head.db()))
        .set(event_heads::seq.eq(event_heads::seq + 1))
        .returning((event_heads::seq, event_heads::hash))
        .get_result(conn);
    Ok(row.optional()?)
}

/// The events of a programme, in the order of their numbers or against it.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_programme_history(
    conn: &mut Conn,
    programme: ProgrammeId,
    request: &PageRequest<HistorySort>,
) -> StoreResult<Page<Event>> {
    let query = || {
        events::table
            .filter(events::programme_id.eq(Some(programme.db())))
            .into_boxed::<crate::connection::MultiBackend>()
    };
    let total = total!(conn, request, query(), events::id);
    let rows: Vec<Event> = keyset!(
        query().select(Event::as_select()),
        request,
        events::seq,
        events::id,
        i64
    )
    .load(conn)?;
    Ok(paging::page(rows, request, total, |event| {
        (event.seq.to_string(), event.id.into())
    }))
}

/// The number and hash of the last event of a chain, none for an empty one.
///
/// # Errors
/// Those of the database.
pub fn head(conn: &mut Conn, programme: Option<ProgrammeId>) -> StoreResult<Option<(i64, Vec<u8>)>> {
    let head = programme.map_or(Uuid::nil(), Uuid::from);
    let row = event_heads::table
        .find(head.db())
        .select((event_heads::seq, event_heads::hash))
        .first(conn);
    Ok(row.optional()?)
}
