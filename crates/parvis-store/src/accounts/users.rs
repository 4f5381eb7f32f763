//! Accounts.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::{Operation, check_administrators};
use parvis_domain::ids::{SessionId, UserId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, DomainError, text};
use serde_json::{Value, json};

use super::end_sessions;
use super::members::{archive_memberships, require_other_coordinators};
use crate::columns::{DbId, Instant, IntoDb, MaybeInstant, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, keyset, patterns, total};
use crate::personal_data::{self, Person, Pseudonym};
use crate::schema::users;
use crate::stamp::Stamp;

/// An account.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    /// Its identifier.
    pub id: UserId,
    /// E-mail address, in lower case.
    pub email: String,
    /// Name.
    pub name: String,
    /// Preferred language.
    pub language: String,
    /// Administers the platform.
    pub administrator: bool,
    /// May create programmes.
    pub organiser: bool,
    /// Since when it may not sign in.
    #[diesel(deserialize_as = MaybeInstant)]
    pub disabled_at: Option<DateTime<Utc>>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was made.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[diesel(deserialize_as = Instant)]
    pub updated_at: DateTime<Utc>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({})", self.id)
    }
}

/// An account and the hash of its password.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Credentials {
    /// The account.
    #[diesel(embed)]
    pub user: User,
    /// The hash, in the form of the PHC.
    pub password_hash: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.user.id)
    }
}

/// An account to be made, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    /// E-mail address, in lower case.
    pub email: String,
    /// Name.
    pub name: String,
    /// Preferred language.
    pub language: String,
    /// The hash of the password, in the form of the PHC.
    pub password_hash: String,
    /// What it may do on the platform.
    pub rights: Rights,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewUser([redacted])")
    }
}

/// What an account may do on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights {
    /// Administers the platform.
    pub administrator: bool,
    /// May create programmes.
    pub organiser: bool,
    /// May not sign in.
    pub disabled: bool,
}

impl Rights {
    /// Whether it administers the platform and can sign in to do so.
    fn administers(self) -> bool {
        self.administrator && !self.disabled
    }
}

impl User {
    /// The person behind it, for what is known about them. `account` is the hash of the address, under which attempts to
    /// sign in are kept.
    #[must_use]
    pub fn person(&self, account: [u8; 32]) -> Person {
        Person {
            user: Some(self.id),
            email: self.email.clone(),
            account,
        }
    }

    /// Whether its person was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.email == Pseudonym::of(self.id).email
    }

    /// What it may do on the platform.
    #[must_use]
    pub fn rights(&self) -> Rights {
        let Self {
            administrator,
            organiser,
            ..
        } = *self;
        Rights {
            administrator,
            organiser,
            disabled: self.disabled_at.is_some(),
        }
    }
}

/// How accounts are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserSort {
    /// By e-mail address.
    Email,
    /// By the instant in which they were made.
    CreatedAt,
}

/// What is asked of the list of accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Words that must all occur in name or e-mail address.
    pub q: Option<String>,
    /// Only those that may not sign in, or only the others.
    pub disabled: Option<bool>,
}

fn listed<'a>(filter: &UserFilter) -> users::BoxedQuery<'a, MultiBackend> {
    let mut query = users::table.into_boxed();
    query = match filter.disabled {
        Some(true) => query.filter(users::disabled_at.is_not_null()),
        Some(false) => query.filter(users::disabled_at.is_null()),
        None => query,
    };
    for pattern in patterns(filter.q.as_deref()) {
        query = query.filter(users::search.like(pattern).escape('\\'));
    }
    query
}

/// The accounts of the platform.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_users(conn: &mut Conn, filter: &UserFilter, request: &PageRequest<UserSort>) -> StoreResult<Page<User>> {
    let total = total!(conn, request, listed(filter), users::id);
    let query = listed(filter).select(User::as_select());
    let rows: Vec<User> = match request.sort {
        UserSort::Email => keyset!(query, request, users::email, users::id, String).load(conn)?,
        UserSort::CreatedAt => keyset!(query, request, users::created_at, users::id, DateTime<Utc>).load(conn)?,
    };
    Ok(paging::page(rows, request, total, |row| {
        let key = match request.sort {
            UserSort::Email => row.email.clone(),
            UserSort::CreatedAt => paging::SortKey::text(&row.created_at),
        };
        (key, row.id.into())
    }))
}

/// An account.
///
/// # Errors
/// `NotFound`.
pub fn get_user(conn: &mut Conn, id: UserId) -> StoreResult<User> {
    Ok(users::table.find(id.db()).select(User::as_select()).first(conn)?)
}

/// The account with this e-mail address, in lower case, and the hash of its password; also one that is disabled.
///
/// # Errors
/// Those of the database.
pub fn find_credentials(conn: &mut Conn, email: &str) -> StoreResult<Option<Credentials>> {
    let query = users::table
        .filter(users::email.eq(email))
        .select(Credentials::as_select());
    Ok(query.first(conn).optional()?)
}

/// Makes an account.
///
/// # Errors
/// A conflict where one with this e-mail address exists.
pub fn create_user(conn: &mut Conn, stamp: &Stamp<'_>, new: &NewUser) -> StoreResult<User> {
    let user = insert_user(conn, stamp, new)?;
    let change = Change {
        programme: None,
        operation: "create_user",
        object_type: "user",
        object_id: user.id.into(),
        before: Value::Null,
        after: told(&user),
    };
    events::append(conn, stamp, change)?;
    Ok(user)
}

/// Makes an account without an event; what makes it tells of it.
pub(super) fn insert_user(conn: &mut Conn, stamp: &Stamp<'_>, new: &NewUser) -> StoreResult<User> {
    let id: UserId = stamp.id();
    diesel::insert_into(users::table)
        .values((
            users::id.eq(id.db()),
            users::email.eq(&new.email),
            users::name.eq(&new.name),
            users::language.eq(&new.language),
            users::password_hash.eq(&new.password_hash),
            users::administrator.eq(new.rights.administrator),
            users::organiser.eq(new.rights.organiser),
            users::disabled_at.eq(new.rights.disabled.then(|| micros(stamp.at))),
            users::search.eq(search(&new.name, &new.email)),
            users::version.eq(1_i64),
            users::created_at.eq(micros(stamp.at)),
            users::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    get_user(conn, id)
}

fn search(name: &str, email: &str) -> String {
    format!("{} {}", text::fold(name), text::fold(email))
}

/// Changes one's own name and language.
///
/// # Errors
/// `version_stale`.
pub fn update_me(conn: &mut Conn, stamp: &Stamp<'_>, before: &User, name: &str, language: &str) -> StoreResult<User> {
    let changed = diesel::update(
        users::table
            .find(before.id.db())
            .filter(users::version.eq(before.version)),
    )
    .set((
        users::name.eq(name),
        users::language.eq(language),
        users::search.eq(search(name, &before.email)),
        users::version.eq(before.version + 1),
        users::updated_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    finish(conn, stamp, Operation::UpdateMe, before)
}

/// Changes the rights of an account on the platform. One that is disabled loses its sessions at once.
///
/// # Errors
/// `version_stale`, `last_administrator`, `last_coordinator` where a programme would be left with nobody who can sign in,
/// `archived` for an account that was erased.
pub fn update_user(conn: &mut Conn, stamp: &Stamp<'_>, before: &User, rights: Rights) -> StoreResult<User> {
    if before.is_erased() {
        return Err(DomainError::new(Code::Archived, "The account was erased and takes no more changes.").into());
    }
    set_rights(conn, stamp, before, rights)?;
    finish(conn, stamp, Operation::UpdateUser, before)
}

fn set_rights(conn: &mut Conn, stamp: &Stamp<'_>, before: &User, rights: Rights) -> StoreResult<()> {
    if !rights.administers() {
        require_other_administrator(conn, before)?;
    }
    if rights.disabled && before.disabled_at.is_none() {
        require_other_coordinators(conn, before.id)?;
    }
    let disabled_at = rights.disabled.then(|| micros(before.disabled_at.unwrap_or(stamp.at)));
    let changed = diesel::update(
        users::table
            .find(before.id.db())
            .filter(users::version.eq(before.version)),
    )
    .set((
        users::administrator.eq(rights.administrator),
        users::organiser.eq(rights.organiser),
        users::disabled_at.eq(disabled_at),
        users::version.eq(before.version + 1),
        users::updated_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    if rights.disabled {
        end_sessions(conn, stamp, before.id, None)?;
    }
    Ok(())
}

/// Erases the person of an account: a pseudonym stays, which may not sign in and has no rights and no roles. `account`
/// is the hash under which attempts to sign in are kept. Erasing it again changes nothing.
///
/// # Errors
/// `version_stale`, `last_administrator`, `last_coordinator`.
pub fn erase_user(conn: &mut Conn, stamp: &Stamp<'_>, before: &User, account: &[u8; 32]) -> StoreResult<User> {
    if before.is_erased() {
        return Ok(before.clone());
    }
    let rights = Rights {
        disabled: true,
        ..Rights::default()
    };
    set_rights(conn, stamp, before, rights)?;
    archive_memberships(conn, stamp, before.id)?;
    personal_data::erase(conn, &before.person(*account))?;
    finish(conn, stamp, Operation::EraseUser, before)
}

/// Sets a new password and ends all sessions but the one that is kept.
///
/// # Errors
/// `version_stale`.
pub fn change_password(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &User,
    password_hash: &str,
    kept: Option<SessionId>,
) -> StoreResult<User> {
    let changed = diesel::update(
        users::table
            .find(before.id.db())
            .filter(users::version.eq(before.version)),
    )
    .set((
        users::password_hash.eq(password_hash),
        users::version.eq(before.version + 1),
        users::updated_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    end_sessions(conn, stamp, before.id, kept)?;
    finish(conn, stamp, Operation::ChangePassword, before)
}

/// The platform keeps an administrator who can sign in. All of them are locked, in the order of their ids, so that two
/// who put each other out at once do not both count on the other.
fn require_other_administrator(conn: &mut Conn, leaving: &User) -> StoreResult<()> {
    if !leaving.rights().administers() {
        return Ok(());
    }
    let active = users::table
        .filter(users::administrator.eq(true).and(users::disabled_at.is_null()))
        .order(users::id)
        .select(users::id);
    let active: Vec<DbId> = match conn {
        Conn::Sqlite(c) => active.load(c)?,
        Conn::Postgres(c) => active.for_update().load(c)?,
    };
    let others = active.iter().filter(|id| id.0 != leaving.id.0).count();
    Ok(check_administrators(others)?)
}

fn finish(conn: &mut Conn, stamp: &Stamp<'_>, operation: Operation, before: &User) -> StoreResult<User> {
    let user = get_user(conn, before.id)?;
    let change = Change {
        programme: None,
        operation: operation.as_str(),
        object_type: "user",
        object_id: before.id.into(),
        before: told(before),
        after: told(&user),
    };
    events::append(conn, stamp, change)?;
    Ok(user)
}

/// What an event says of an account: its rights, not its person.
pub(super) fn told(user: &User) -> Value {
    let Rights {
        administrator,
        organiser,
        disabled,
    } = user.rights();
    json!({
        "person_id": user.id, "version": user.version, "administrator": administrator, "organiser": organiser,
        "disabled": disabled,
    })
}
