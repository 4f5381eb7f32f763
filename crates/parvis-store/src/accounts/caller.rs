//! Who calls, as the database knows it at this moment.

use diesel::prelude::*;
use parvis_domain::accounts::{Actor, Membership};
use parvis_domain::ids::SessionId;

use super::User;
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

/// The caller behind a session, in one statement; none where the session has ended or the account is disabled.
///
/// # Errors
/// Those of the database.
pub fn get_caller(conn: &mut Conn, session: SessionId) -> StoreResult<Option<SignedIn>> {
    let active = memberships::user_id
        .eq(users::id)
        .and(memberships::archived_at.is_null());
    let membership = (memberships::programme_id, memberships::role, memberships::partner_id);
    let rows: Vec<(User, Option<_>)> = sessions::table
        .inner_join(users::table)
        .left_join(memberships::table.on(active))
        .filter(sessions::id.eq(session.db()))
        .filter(sessions::ended_at.is_null().and(users::disabled_at.is_null()))
        .order((memberships::created_at, memberships::id))
        .select((User::as_select(), membership.nullable()))
        .load(conn)?;
    let mut memberships = Vec::with_capacity(rows.len());
    let mut signed_in = None;
    for (user, membership) in rows {
        memberships.extend(membership.map(|(programme, role, partner)| Membership {
            programme,
            role,
            partner,
        }));
        signed_in.get_or_insert(user);
    }
    Ok(signed_in.map(|user| {
        let (administrator, organiser) = (user.administrator, user.organiser);
        let actor = Actor {
            user: user.id,
            administrator,
            organiser,
            memberships,
        };
        SignedIn { session, user, actor }
    }))
}
