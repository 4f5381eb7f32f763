//! Members of programmes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::{MemberRole, Operation, check_binding};
use parvis_domain::ids::{MemberId, PartnerId, ProgrammeId, UserId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, DomainError};
use serde_json::{Value, json};

use crate::columns::{Instant, IntoDb, MaybeInstant, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current, require_kept};
use crate::events::{self, Change};
use crate::paging::{self, keyset, total};
use crate::partners::require_partner;
use crate::programmes::lock_programme;
use crate::schema::{memberships as members, users};
use crate::stamp::Stamp;

/// The role of an account in a programme.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = members)]
pub struct Member {
    /// Identifier of the membership.
    pub id: MemberId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The account.
    pub user_id: UserId,
    /// Its name: personal data.
    #[diesel(select_expression = users::name)]
    pub name: String,
    /// Its e-mail address: personal data.
    #[diesel(select_expression = users::email)]
    pub email: String,
    /// The role.
    pub role: MemberRole,
    /// The organisation, where the role is that of a partner.
    pub partner_id: Option<PartnerId>,
    /// Goes up with every change.
    pub version: i64,
    /// Since when.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[diesel(deserialize_as = Instant)]
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    #[diesel(deserialize_as = MaybeInstant)]
    pub archived_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Member({}, {})", self.id, self.role)
    }
}

/// How members are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberSort {
    /// By the instant from which they are members.
    CreatedAt,
}

/// The members of a programme.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_members(
    conn: &mut Conn,
    programme: ProgrammeId,
    role: Option<MemberRole>,
    request: &PageRequest<MemberSort>,
) -> StoreResult<Page<Member>> {
    let listed = || {
        let query = members::table.inner_join(users::table).into_boxed::<MultiBackend>();
        let query = query.filter(
            members::programme_id
                .eq(programme.db())
                .and(members::archived_at.is_null()),
        );
        match role {
            Some(role) => query.filter(members::role.eq(role.as_str())),
            None => query,
        }
    };
    let total = total!(conn, request, listed(), members::id);
    let query = listed().select(Member::as_select());
    let rows: Vec<Member> = keyset!(query, request, members::created_at, members::id, DateTime<Utc>).load(conn)?;
    Ok(paging::page(rows, request, total, |row| {
        (paging::SortKey::text(&row.created_at), row.id.into())
    }))
}

/// A membership, also one that has ended.
///
/// # Errors
/// `NotFound`.
pub fn get_member(conn: &mut Conn, id: MemberId) -> StoreResult<Member> {
    let query = members::table.inner_join(users::table).filter(members::id.eq(id.db()));
    Ok(query.select(Member::as_select()).first(conn)?)
}

/// Makes an account a member of a programme.
///
/// # Errors
/// `partner_binding_invalid`, `reference_unknown` for the partner, a conflict where it is a member already.
pub fn create_member(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    user: UserId,
    role: MemberRole,
    partner: Option<PartnerId>,
) -> StoreResult<Member> {
    check(conn, role, partner)?;
    let id: MemberId = stamp.id();
    diesel::insert_into(members::table)
        .values((
            members::id.eq(id.db()),
            members::programme_id.eq(programme.db()),
            members::user_id.eq(user.db()),
            members::role.eq(role.as_str()),
            members::partner_id.eq(partner.map(IntoDb::db)),
            members::version.eq(1_i64),
            members::created_at.eq(micros(stamp.at)),
            members::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let member = get_member(conn, id)?;
    record(conn, stamp, "create_member", None, &member)?;
    Ok(member)
}

/// Changes the role of a member.
///
/// # Errors
/// `version_stale`, `archived`, `last_coordinator`, and those of [`create_member`].
pub fn update_member(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Member,
    role: MemberRole,
    partner: Option<PartnerId>,
) -> StoreResult<Member> {
    require_kept(before.archived_at)?;
    check(conn, role, partner)?;
    if role != MemberRole::Coordinator {
        require_other_coordinator(conn, before)?;
    }
    let changed = diesel::update(
        members::table
            .find(before.id.db())
            .filter(members::version.eq(before.version)),
    )
    .set((
        members::role.eq(role.as_str()),
        members::partner_id.eq(partner.map(IntoDb::db)),
        members::version.eq(before.version + 1),
        members::updated_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    let member = get_member(conn, before.id)?;
    record(conn, stamp, Operation::UpdateMember.as_str(), Some(before), &member)?;
    Ok(member)
}

/// Ends a membership.
///
/// # Errors
/// `version_stale`, `archived`, `last_coordinator`.
pub fn archive_member(conn: &mut Conn, stamp: &Stamp<'_>, before: &Member) -> StoreResult<Member> {
    require_kept(before.archived_at)?;
    require_other_coordinator(conn, before)?;
    let changed = diesel::update(
        members::table
            .find(before.id.db())
            .filter(members::version.eq(before.version)),
    )
    .set((
        members::archived_at.eq(micros(stamp.at)),
        members::version.eq(before.version + 1),
        members::updated_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    let member = get_member(conn, before.id)?;
    record(conn, stamp, Operation::ArchiveMember.as_str(), Some(before), &member)?;
    Ok(member)
}

/// Ends all memberships of an account.
///
/// # Errors
/// `last_coordinator`.
pub(super) fn archive_memberships(conn: &mut Conn, stamp: &Stamp<'_>, user: UserId) -> StoreResult<()> {
    active_memberships(conn, user)?
        .iter()
        .try_for_each(|member| archive_member(conn, stamp, member).map(drop))
}

/// Checks that every programme which an account coordinates keeps another coordinator who can sign in.
///
/// # Errors
/// `last_coordinator`.
pub(super) fn require_other_coordinators(conn: &mut Conn, user: UserId) -> StoreResult<()> {
    active_memberships(conn, user)?
        .iter()
        .try_for_each(|member| require_other_coordinator(conn, member))
}

/// In the order of programmes, in which they are locked.
fn active_memberships(conn: &mut Conn, user: UserId) -> StoreResult<Vec<Member>> {
    let query = members::table
        .inner_join(users::table)
        .filter(members::user_id.eq(user.db()).and(members::archived_at.is_null()))
        .order((members::programme_id, members::id));
    Ok(query.select(Member::as_select()).load(conn)?)
}

/// Checks that role and organisation fit and that the organisation exists.
pub(super) fn check(conn: &mut Conn, role: MemberRole, partner: Option<PartnerId>) -> StoreResult<()> {
    check_binding(role, partner)?;
    partner.map_or(Ok(()), |partner| require_partner(conn, partner, "/partner_id"))
}

/// A programme keeps a coordinator who can sign in. The programme is locked, so that two who leave at once do not both
/// count on the other.
fn require_other_coordinator(conn: &mut Conn, leaving: &Member) -> StoreResult<()> {
    if leaving.role != MemberRole::Coordinator {
        return Ok(());
    }
    lock_programme(conn, leaving.programme_id)?;
    let others: i64 = members::table
        .inner_join(users::table)
        .filter(
            members::programme_id
                .eq(leaving.programme_id.db())
                .and(members::archived_at.is_null()),
        )
        .filter(
            members::role
                .eq(MemberRole::Coordinator.as_str())
                .and(members::id.ne(leaving.id.db())),
        )
        .filter(users::disabled_at.is_null())
        .count()
        .get_result(conn)?;
    if others > 0 {
        return Ok(());
    }
    let detail = format!(
        "The programme {} keeps at least one coordinator who can sign in; make somebody else coordinator there first.",
        leaving.programme_id
    );
    Err(DomainError::new(Code::LastCoordinator, detail).into())
}

fn record(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: &str,
    before: Option<&Member>,
    after: &Member,
) -> StoreResult<()> {
    let change = Change {
        programme: Some(after.programme_id),
        operation,
        object_type: "member",
        object_id: after.id.into(),
        before: before.map_or(Value::Null, told),
        after: told(after),
    };
    events::append(conn, stamp, change)
}

/// What an event says of a member: the account by its id, not its person.
fn told(member: &Member) -> Value {
    json!({
        "person_id": member.user_id, "role": member.role, "partner_id": member.partner_id,
        "archived_at": member.archived_at, "version": member.version,
    })
}
