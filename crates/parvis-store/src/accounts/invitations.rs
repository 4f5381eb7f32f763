//! Invitations to the platform and into programmes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::{MemberRole, Operation};
use parvis_domain::ids::{InvitationId, PartnerId, ProgrammeId, UserId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, DomainError};
use serde_json::{Value, json};

use super::members::{self, create_member};
use super::users::{NewUser, User, get_user, insert_user};
use crate::columns::{Instant, IntoDb, MaybeInstant, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, keyset, total};
use crate::schema::{invitations, users};
use crate::stamp::Stamp;

/// An invitation.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    /// Its identifier.
    pub id: InvitationId,
    /// Whom: personal data.
    pub email: String,
    /// Into which programme, or none for the platform.
    pub programme_id: Option<ProgrammeId>,
    /// The role there.
    pub role: Option<MemberRole>,
    /// The organisation there.
    pub partner_id: Option<PartnerId>,
    /// Will administer the platform.
    pub administrator: bool,
    /// Will be able to create programmes.
    pub organiser: bool,
    /// Who invites.
    pub invited_by: Option<UserId>,
    /// When it was made.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// Until when it can be taken up.
    #[diesel(deserialize_as = Instant)]
    pub expires_at: DateTime<Utc>,
    /// When it was taken up.
    #[diesel(deserialize_as = MaybeInstant)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    #[diesel(deserialize_as = MaybeInstant)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Goes up with every change.
    pub version: i64,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Invitation({})", self.id)
    }
}

/// An invitation to be made, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// Whom, in lower case.
    pub email: String,
    /// A role in a programme, with the organisation for partners.
    pub membership: Option<(ProgrammeId, MemberRole, Option<PartnerId>)>,
    /// Will administer the platform.
    pub administrator: bool,
    /// Will be able to create programmes.
    pub organiser: bool,
    /// SHA-256 of the secret of the link.
    pub token_hash: [u8; 32],
    /// Until when it can be taken up.
    pub expires_at: DateTime<Utc>,
}

/// Who takes an invitation up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    /// Somebody new; the e-mail address is that of the invitation, and the rights too.
    New {
        /// Name.
        name: String,
        /// Preferred language.
        language: String,
        /// The hash of the password.
        password_hash: String,
    },
    /// Somebody who has an account with this e-mail address and has proved it by the password.
    Existing(UserId),
}

/// How invitations are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationSort {
    /// By the instant in which they were made.
    CreatedAt,
}

/// The invitations into a programme, or to the platform where none is named.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_invitations(
    conn: &mut Conn,
    programme: Option<ProgrammeId>,
    request: &PageRequest<InvitationSort>,
) -> StoreResult<Page<Invitation>> {
    let listed = || {
        let query = invitations::table.into_boxed::<MultiBackend>();
        match programme {
            Some(programme) => query.filter(invitations::programme_id.eq(programme.db())),
            None => query.filter(invitations::programme_id.is_null()),
        }
    };
    let total = total!(conn, request, listed(), invitations::id);
    let query = listed().select(Invitation::as_select());
    let rows: Vec<Invitation> =
        keyset!(query, request, invitations::created_at, invitations::id, DateTime<Utc>).load(conn)?;
    Ok(paging::page(rows, request, total, |row| {
        (paging::SortKey::text(&row.created_at), row.id.into())
    }))
}

/// An invitation.
///
/// # Errors
/// `NotFound`.
pub fn get_invitation(conn: &mut Conn, id: InvitationId) -> StoreResult<Invitation> {
    Ok(invitations::table
        .find(id.db())
        .select(Invitation::as_select())
        .first(conn)?)
}

/// The invitation behind a secret, where it can still be taken up.
///
/// # Errors
/// Those of the database.
pub fn find_open_invitation(
    conn: &mut Conn,
    token_hash: &[u8; 32],
    now: DateTime<Utc>,
) -> StoreResult<Option<Invitation>> {
    let open = invitations::accepted_at
        .is_null()
        .and(invitations::revoked_at.is_null());
    let query = invitations::table
        .filter(invitations::token_hash.eq(token_hash.to_vec()))
        .filter(open.and(invitations::expires_at.gt(micros(now))));
    Ok(query.select(Invitation::as_select()).first(conn).optional()?)
}

/// Makes an invitation.
///
/// # Errors
/// `partner_binding_invalid`, `reference_unknown` for the partner.
pub fn create_invitation(conn: &mut Conn, stamp: &Stamp<'_>, new: &NewInvitation) -> StoreResult<Invitation> {
    let id: InvitationId = stamp.id();
    if let Some((_, role, partner)) = new.membership {
        members::check(conn, role, partner)?;
    }
    let (programme, role, partner) = match new.membership {
        Some((programme, role, partner)) => (Some(programme), Some(role), partner),
        None => (None, None, None),
    };
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(id.db()),
            invitations::email.eq(&new.email),
            invitations::programme_id.eq(programme.map(IntoDb::db)),
            invitations::role.eq(role.map(MemberRole::as_str)),
            invitations::partner_id.eq(partner.map(IntoDb::db)),
            invitations::administrator.eq(new.administrator),
            invitations::organiser.eq(new.organiser),
            invitations::token_hash.eq(new.token_hash.to_vec()),
            invitations::invited_by.eq(stamp.actor.map(IntoDb::db)),
            invitations::created_at.eq(micros(stamp.at)),
            invitations::expires_at.eq(micros(new.expires_at)),
            invitations::version.eq(1_i64),
        ))
        .execute(conn)?;
    let made = get_invitation(conn, id)?;
    let operation = match made.programme_id {
        Some(_) => Operation::CreateProgrammeInvitation,
        None => Operation::CreateInvitation,
    };
    record(conn, stamp, operation, None, &made)?;
    Ok(made)
}

/// Withdraws an invitation.
///
/// # Errors
/// `version_stale`; `invitation_invalid` where it was taken up or withdrawn.
pub fn revoke_invitation(conn: &mut Conn, stamp: &Stamp<'_>, before: &Invitation) -> StoreResult<Invitation> {
    if before.accepted_at.is_some() || before.revoked_at.is_some() {
        return Err(DomainError::new(Code::InvitationInvalid, "It was already taken up or withdrawn.").into());
    }
    let current = invitations::table
        .find(before.id.db())
        .filter(invitations::version.eq(before.version));
    let changed = diesel::update(current)
        .set((
            invitations::revoked_at.eq(micros(stamp.at)),
            invitations::version.eq(before.version + 1),
        ))
        .execute(conn)?;
    require_current(changed)?;
    let after = get_invitation(conn, before.id)?;
    let operation = match after.programme_id {
        Some(_) => Operation::RevokeProgrammeInvitation,
        None => Operation::RevokeInvitation,
    };
    record(conn, stamp, operation, Some(before), &after)?;
    Ok(after)
}

/// Takes an invitation up: makes the account or adds to its rights, and makes it a member. Returns the account.
///
/// # Errors
/// `invitation_invalid` where somebody was faster, a conflict where the account exists or is a member already.
pub fn accept_invitation(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    invitation: &Invitation,
    who: &Acceptance,
) -> StoreResult<User> {
    let current = invitations::table
        .find(invitation.id.db())
        .filter(invitations::version.eq(invitation.version));
    let changed = diesel::update(current.filter(invitations::expires_at.gt(micros(stamp.at))))
        .set((
            invitations::accepted_at.eq(micros(stamp.at)),
            invitations::version.eq(invitation.version + 1),
        ))
        .execute(conn)?;
    if changed == 0 || invitation.accepted_at.is_some() || invitation.revoked_at.is_some() {
        let detail = "The invitation is unknown, used, withdrawn or expired.";
        return Err(DomainError::new(Code::InvitationInvalid, detail).into());
    }
    let user = match who {
        Acceptance::New {
            name,
            language,
            password_hash,
        } => {
            let rights = super::Rights {
                administrator: invitation.administrator,
                organiser: invitation.organiser,
                disabled: false,
            };
            let (email, name, language) = (invitation.email.clone(), name.clone(), language.clone());
            let password_hash = password_hash.clone();
            insert_user(
                conn,
                stamp,
                &NewUser {
                    email,
                    name,
                    language,
                    password_hash,
                    rights,
                },
            )?
        }
        Acceptance::Existing(id) => add_rights(conn, stamp, *id, invitation)?,
    };
    let stamp = stamp.by(user.id);
    if let (Some(programme), Some(role)) = (invitation.programme_id, invitation.role) {
        create_member(conn, &stamp, programme, user.id, role, invitation.partner_id)?;
    }
    let after = get_invitation(conn, invitation.id)?;
    record(conn, &stamp, Operation::AcceptInvitation, Some(invitation), &after)?;
    Ok(user)
}

fn add_rights(conn: &mut Conn, stamp: &Stamp<'_>, id: UserId, invitation: &Invitation) -> StoreResult<User> {
    let before = get_user(conn, id)?;
    let (administrator, organiser) = (
        before.administrator || invitation.administrator,
        before.organiser || invitation.organiser,
    );
    if (administrator, organiser) == (before.administrator, before.organiser) {
        return Ok(before);
    }
    diesel::update(users::table.find(id.db()))
        .set((
            users::administrator.eq(administrator),
            users::organiser.eq(organiser),
            users::version.eq(users::version + 1),
            users::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    get_user(conn, id)
}

fn record(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: Option<&Invitation>,
    after: &Invitation,
) -> StoreResult<()> {
    let change = Change {
        programme: after.programme_id,
        operation: operation.as_str(),
        object_type: "invitation",
        object_id: after.id.into(),
        before: before.map_or(Value::Null, told),
        after: told(after),
    };
    events::append(conn, stamp, change)
}

/// What an event says of an invitation: not whom.
fn told(invitation: &Invitation) -> Value {
    json!({
        "role": invitation.role, "partner_id": invitation.partner_id, "administrator": invitation.administrator,
        "organiser": invitation.organiser, "expires_at": invitation.expires_at,
        "accepted_at": invitation.accepted_at, "revoked_at": invitation.revoked_at, "version": invitation.version,
    })
}
