//! Roles of partners in programmes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::{PartnerId, PartnerRoleId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::partners::PartnerRoleKind;
use parvis_domain::{Code, DomainError};
use serde::Serialize;

use super::{PartnerRef, require_partner};
use crate::columns::{Instant, IntoDb, MaybeInstant, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, keyset, total};
use crate::schema::{partner_roles as roles, partners};
use crate::stamp::Stamp;

/// A role of a partner in a programme.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = roles)]
pub struct PartnerRole {
    /// Its identifier.
    pub id: PartnerRoleId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The partner.
    #[diesel(embed)]
    pub partner: PartnerRef,
    /// The role.
    pub role: PartnerRoleKind,
    /// Since when.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it ended.
    #[diesel(deserialize_as = MaybeInstant)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Goes up with every change.
    pub version: i64,
}

/// How roles are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerRoleSort {
    /// By the instant from which they hold.
    CreatedAt,
}

/// The roles that are held in a programme, with their partners.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_partner_roles(
    conn: &mut Conn,
    programme: ProgrammeId,
    role: Option<PartnerRoleKind>,
    request: &PageRequest<PartnerRoleSort>,
) -> StoreResult<Page<PartnerRole>> {
    let held = || {
        let query = roles::table.inner_join(partners::table).into_boxed::<MultiBackend>();
        let query = query.filter(roles::programme_id.eq(programme.db()).and(roles::ended_at.is_null()));
        match role {
            Some(role) => query.filter(roles::role.eq(role.as_str())),
            None => query,
        }
    };
    let total = total!(conn, request, held(), roles::id);
    let query = held().select(PartnerRole::as_select());
    let rows: Vec<PartnerRole> = keyset!(query, request, roles::created_at, roles::id, DateTime<Utc>).load(conn)?;
    Ok(paging::page(rows, request, total, |row| {
        (paging::SortKey::text(&row.created_at), row.id.into())
    }))
}

/// The role of a partner in a programme.
///
/// # Errors
/// `NotFound`.
pub fn get_partner_role(conn: &mut Conn, id: PartnerRoleId) -> StoreResult<PartnerRole> {
    let query = roles::table.inner_join(partners::table).filter(roles::id.eq(id.db()));
    Ok(query.select(PartnerRole::as_select()).first(conn)?)
}

/// Gives a partner a role in a programme.
///
/// # Errors
/// `reference_unknown` for the partner, a conflict where it has the role already.
pub fn create_partner_role(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    partner: PartnerId,
    role: PartnerRoleKind,
) -> StoreResult<PartnerRole> {
    require_partner(conn, partner, "/partner_id")?;
    let id: PartnerRoleId = stamp.id();
    diesel::insert_into(roles::table)
        .values((
            roles::id.eq(id.db()),
            roles::programme_id.eq(programme.db()),
            roles::partner_id.eq(partner.db()),
            roles::role.eq(role.as_str()),
            roles::created_at.eq(micros(stamp.at)),
            roles::version.eq(1_i64),
        ))
        .execute(conn)?;
    let made = get_partner_role(conn, id)?;
    let change = Change::made(Operation::CreatePartnerRole, ("partner_role", id.into()), &made)?;
    events::append(conn, stamp, change.in_programme(programme))?;
    Ok(made)
}

/// Ends the role of a partner in a programme.
///
/// # Errors
/// `version_stale`; `archived` where it has ended.
pub fn archive_partner_role(conn: &mut Conn, stamp: &Stamp<'_>, before: &PartnerRole) -> StoreResult<PartnerRole> {
    if before.ended_at.is_some() {
        return Err(DomainError::new(Code::Archived, "The role has ended.").into());
    }
    let changed = diesel::update(
        roles::table
            .find(before.id.db())
            .filter(roles::version.eq(before.version)),
    )
    .set((
        roles::ended_at.eq(micros(stamp.at)),
        roles::version.eq(before.version + 1),
    ))
    .execute(conn)?;
    require_current(changed)?;
    let ended = get_partner_role(conn, before.id)?;
    let change = Change::changed(
        Operation::ArchivePartnerRole,
        ("partner_role", before.id.into()),
        before,
        &ended,
    )?;
    events::append(conn, stamp, change.in_programme(before.programme_id))?;
    Ok(ended)
}
