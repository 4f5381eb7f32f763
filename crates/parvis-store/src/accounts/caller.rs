//! Who calls, as the database knows it at this moment.

use diesel::prelude::*;
use parvis_domain::accounts::{Actor, Membership};
use parvis_domain::ids::{SessionId, UserId};

use super::{User, get_user};
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{memberships, sessions, users};

/// Whoever is signed in: the account, and what it may do where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// The account.
    pub user: User,
    /// Its rights and memberships, for the table of permissions.
    pub actor: Actor,
}

/// The caller behind a session with the account; none where the session has ended or the account is disabled.
///
/// # Errors
/// Those of the database.
pub fn get_caller(conn: &mut Conn, session: SessionId) -> StoreResult<Option<SignedIn>> {
    let Some(actor) = get_actor(conn, session)? else {
        return Ok(None);
    };
    let user = get_user(conn, actor.user)?;
    Ok(Some(SignedIn { session, user, actor }))
}

/// The rights behind a session, which every request asks for: one statement of narrow rows, since there is one for each
/// membership. None where the session has ended or the account is disabled.
///
/// # Errors
/// Those of the database.
pub fn get_actor(conn: &mut Conn, session: SessionId) -> StoreResult<Option<Actor>> {
    let active = memberships::user_id
        .eq(users::id)
        .and(memberships::archived_at.is_null());
    let account = (users::id, users::administrator, users::organiser);
    let membership = (memberships::programme_id, memberships::role, memberships::partner_id);
    let rows: Vec<((UserId, bool, bool), Option<_>)> = sessions::table
        .inner_join(users::table)
        .left_join(memberships::table.on(active))
        .filter(sessions::id.eq(session.db()))
        .filter(sessions::ended_at.is_null().and(users::disabled_at.is_null()))
        .order((memberships::created_at, memberships::id))
        .select((account, membership.nullable()))
        .load(conn)?;
    let account = rows.first().map(|(account, _)| *account);
    let memberships = rows.into_iter().filter_map(|(_, membership)| membership);
    let memberships = memberships.map(|(programme, role, partner)| Membership {
        programme,
        role,
        partner,
    });
    Ok(account.map(|(user, administrator, organiser)| Actor {
        user,
        administrator,
        organiser,
        memberships: memberships.collect(),
    }))
}
