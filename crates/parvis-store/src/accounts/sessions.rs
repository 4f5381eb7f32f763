//! Sessions and their refresh tokens. A token is used once; using it again later ends the session, since then either
//! its owner or a thief holds a copy.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::ids::{SessionId, UserId};

use super::{User, get_caller};
use crate::columns::{Instant, IntoDb, MaybeInstant, micros};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{refresh_tokens as tokens, sessions};
use crate::stamp::Stamp;

/// For so long a replaced token still yields an access token: two tabs or a reload do not sign the user out.
const GRACE: Duration = Duration::from_secs(30);

/// A refresh token to be kept: its hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
}

/// What a refresh token led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// It was replaced by the new token.
    Rotated {
        /// The session.
        session: SessionId,
        /// The account.
        user: User,
    },
    /// It was replaced a moment ago, and its successor lives: an access token, and no new refresh token.
    Grace {
        /// The session.
        session: SessionId,
        /// The account.
        user: User,
    },
    /// It was used before: the session has ended now.
    Reused {
        /// The session that was ended.
        session: SessionId,
    },
    /// It is unknown or expired, or its session has ended, or its account is disabled.
    Invalid,
}

/// Starts a session with its first refresh token. The browser's name for itself is cut to 200 characters.
///
/// # Errors
/// Those of the database.
pub fn create_session(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    user: UserId,
    user_agent: Option<&str>,
    token: &NewToken,
) -> StoreResult<SessionId> {
    let id: SessionId = stamp.id();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id.db()),
            sessions::user_id.eq(user.db()),
            sessions::created_at.eq(micros(stamp.at)),
            sessions::last_used_at.eq(micros(stamp.at)),
            sessions::user_agent.eq(user_agent.map(|name| name.chars().take(200).collect::<String>())),
        ))
        .execute(conn)?;
    insert(conn, stamp, id, token)?;
    Ok(id)
}

fn insert(conn: &mut Conn, stamp: &Stamp<'_>, session: SessionId, token: &NewToken) -> StoreResult<()> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::hash.eq(token.hash.to_vec()),
            tokens::session_id.eq(session.db()),
            tokens::issued_at.eq(micros(stamp.at)),
            tokens::expires_at.eq(micros(token.expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces a refresh token by a new one, or says why not. Its answer is a value and no error, so that the end of a
/// session whose token was reused is committed.
///
/// # Errors
/// Those of the database.
pub fn refresh_session(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    presented: &[u8; 32],
    next: &NewToken,
) -> StoreResult<Refreshed> {
    // One statement decides between two that come at once: the second waits for the first and finds the token used.
    let unused = tokens::table
        .filter(tokens::hash.eq(presented.to_vec()))
        .filter(tokens::used_at.is_null().and(tokens::expires_at.gt(micros(stamp.at))));
    let used: Option<SessionId> = diesel::update(unused)
        .set((
            tokens::used_at.eq(micros(stamp.at)),
            tokens::successor.eq(next.hash.to_vec()),
        ))
        .returning(tokens::session_id)
        .get_result(conn)
        .optional()?;
    let Some(session) = used else {
        return replaced(conn, stamp, presented);
    };
    let Some(caller) = get_caller(conn, session)? else {
        return Ok(Refreshed::Invalid);
    };
    insert(conn, stamp, session, next)?;
    diesel::update(sessions::table.find(session.db()))
        .set(sessions::last_used_at.eq(micros(stamp.at)))
        .execute(conn)?;
    Ok(Refreshed::Rotated {
        session,
        user: caller.user,
    })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct TokenRow {
    session_id: SessionId,
    #[diesel(deserialize_as = Instant)]
    expires_at: DateTime<Utc>,
    #[diesel(deserialize_as = MaybeInstant)]
    used_at: Option<DateTime<Utc>>,
    successor: Option<Vec<u8>>,
}

/// What a token means that can no longer be replaced.
fn replaced(conn: &mut Conn, stamp: &Stamp<'_>, presented: &[u8; 32]) -> StoreResult<Refreshed> {
    let row: Option<TokenRow> = tokens::table
        .filter(tokens::hash.eq(presented.to_vec()))
        .select(TokenRow::as_select())
        .first(conn)
        .optional()?;
    let Some(TokenRow {
        session_id: session,
        expires_at,
        used_at: Some(used_at),
        successor: Some(successor),
    }) = row
    else {
        return Ok(Refreshed::Invalid);
    };
    let Some(caller) = get_caller(conn, session)? else {
        return Ok(Refreshed::Invalid);
    };
    let live = tokens::table
        .filter(tokens::hash.eq(successor))
        .filter(tokens::used_at.is_null());
    let live: i64 = live.count().get_result(conn)?;
    if live > 0 && stamp.at <= used_at + GRACE && stamp.at < expires_at {
        return Ok(Refreshed::Grace {
            session,
            user: caller.user,
        });
    }
    end_session(conn, stamp, session)?;
    Ok(Refreshed::Reused { session })
}

/// Ends a session. Ending one that has ended changes nothing.
///
/// # Errors
/// Those of the database.
pub fn end_session(conn: &mut Conn, stamp: &Stamp<'_>, session: SessionId) -> StoreResult<()> {
    diesel::update(sessions::table.find(session.db()).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(micros(stamp.at)))
        .execute(conn)?;
    Ok(())
}

/// Ends all sessions of an account but the one that is kept, and says how many.
///
/// # Errors
/// Those of the database.
pub fn end_sessions(conn: &mut Conn, stamp: &Stamp<'_>, user: UserId, kept: Option<SessionId>) -> StoreResult<usize> {
    // No session has the nil id.
    let kept = kept.map_or(uuid::Uuid::nil(), Into::into);
    let others = sessions::table
        .filter(sessions::user_id.eq(user.db()))
        .filter(sessions::id.ne(kept.db()));
    Ok(diesel::update(others.filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(micros(stamp.at)))
        .execute(conn)?)
}

/// Removes refresh tokens that expired before an instant, and says how many.
///
/// # Errors
/// Those of the database.
pub fn sweep_refresh_tokens(conn: &mut Conn, before: DateTime<Utc>) -> StoreResult<usize> {
    Ok(diesel::delete(tokens::table.filter(tokens::expires_at.lt(micros(before)))).execute(conn)?)
}
