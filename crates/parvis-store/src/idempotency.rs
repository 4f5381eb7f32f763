//! Answers that are kept for a day under the key that the client chose, so that the same request twice acts once.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::ids::UserId;

use crate::columns::{json, micros};
use crate::connection::{Conn, each};
use crate::error::{StoreError, StoreResult};
use crate::paging;
use crate::schema::idempotency_keys as keys;
use crate::stamp::Stamp;

/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// What a key belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Who asks: the account's id, or `stranger`.
    pub principal: String,
    /// The operation, with the ids of its address where it has any.
    pub operation: String,
    /// The value of `Idempotency-Key`.
    pub key: String,
}

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to the answer: `Location`, `ETag`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: act, then [`finish`] in the same transaction.
    Fresh,
    /// The same request was answered before.
    Replay(Answer),
    /// The key came with another body.
    Reused,
}

/// Takes the key, first of all in the transaction. A concurrent request with the same key waits here for the end of
/// the other one. An error of the request rolls the key back, and it may be tried again.
///
/// # Errors
/// Those of the database.
pub fn begin(conn: &mut Conn, key: &Key, body_hash: &[u8; 32], stamp: &Stamp<'_>) -> StoreResult<Known> {
    forget(conn, key, stamp.at)?;
    let row = (
        keys::principal.eq(&key.principal),
        keys::operation.eq(&key.operation),
        keys::key.eq(&key.key),
        keys::body_hash.eq(body_hash.to_vec()),
        keys::status.eq(0),
        keys::headers.eq("[]"),
        keys::body.eq(""),
        keys::created_at.eq(micros(stamp.at)),
    );
    let taken = each!(conn, c => diesel::insert_into(keys::table).values(row).on_conflict_do_nothing().execute(c))?;
    if taken == 1 {
        return Ok(Known::Fresh);
    }
    let (hash, status, headers, body): (Vec<u8>, i32, String, String) = keys::table
        .find((&key.principal, &key.operation, &key.key))
        .select((keys::body_hash, keys::status, keys::headers, keys::body))
        .first(conn)?;
    if hash != body_hash {
        return Ok(Known::Reused);
    }
    let headers = serde_json::from_str(&headers).map_err(|error| StoreError::Internal(error.to_string()))?;
    let status = u16::try_from(status).map_err(|error| StoreError::Internal(error.to_string()))?;
    Ok(Known::Replay(Answer { status, headers, body }))
}

/// Keeps the answer.
///
/// # Errors
/// Those of the database.
pub fn finish(conn: &mut Conn, key: &Key, answer: &Answer) -> StoreResult<()> {
    diesel::update(keys::table.find((&key.principal, &key.operation, &key.key)))
        .set((
            keys::status.eq(i32::from(answer.status)),
            keys::headers.eq(json(&answer.headers)?),
            keys::body.eq(&answer.body),
        ))
        .execute(conn)?;
    Ok(())
}

/// An answer that is over its time is no answer, also before the sweep comes by.
fn forget(conn: &mut Conn, key: &Key, now: DateTime<Utc>) -> StoreResult<()> {
    let oldest = micros(now - KEPT);
    let of_key = keys::table.find((&key.principal, &key.operation, &key.key));
    diesel::delete(of_key.filter(keys::created_at.lt(oldest))).execute(conn)?;
    Ok(())
}

/// Removes the answers to an account, and those that repeat its id or address.
///
/// # Errors
/// Those of the database.
pub(crate) fn forget_person(conn: &mut Conn, user: Option<UserId>, email: &str) -> StoreResult<()> {
    let user = user.map_or_else(String::new, |user| user.to_string());
    if !user.is_empty() {
        diesel::delete(keys::table.filter(keys::principal.eq(&user))).execute(conn)?;
        forget_holding(conn, &user)?;
    }
    forget_holding(conn, email)
}

/// Removes the answers whose body holds a text.
///
/// # Errors
/// Those of the database.
pub(crate) fn forget_holding(conn: &mut Conn, text: &str) -> StoreResult<()> {
    // As it stands in JSON, without the quotation marks.
    let written = json(&text)?;
    let pattern = paging::containing(written.trim_matches('"'));
    diesel::delete(keys::table.filter(keys::body.like(pattern).escape('\\'))).execute(conn)?;
    Ok(())
}

/// Removes what is older than [`KEPT`] and says how much it was.
///
/// # Errors
/// Those of the database.
pub fn sweep(conn: &mut Conn, now: DateTime<Utc>) -> StoreResult<usize> {
    Ok(diesel::delete(keys::table.filter(keys::created_at.lt(micros(now - KEPT)))).execute(conn)?)
}
