//! Where personal data lies: the one list by which it is exported and erased. A test holds it against the tables.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::{MemberRole, Operation};
use parvis_domain::bodies::Sex;
use parvis_domain::ids::{PartnerId, ProgrammeId, UserId};
use parvis_domain::{Code, DomainError};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::columns::{DbId, Instant, IntoDb, MaybeInstant};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::events::{self, Change};
use crate::idempotency;
use crate::paging;
use crate::schema::{
    agreement_signatories, body_persons, contacts, draw_identities, draws, events as history, files, invitations,
    memberships, sessions, sign_in_attempts, users,
};
use crate::stamp::Stamp;

/// What the export says of a secret that is kept as a hash.
const WITHHELD: &str = "[withheld]";
/// What stands where the hash of a password was: no password has it.
const NO_PASSWORD: &str = "!";
/// What a file of an erased person is called.
pub(crate) const ERASED_FILE: &str = "erased";
/// Where a name lies that is answered without the address beside it.
const NAMES_WITHOUT_ADDRESS: [(&str, &str); 3] = [
    ("agreement_signatories", "name"),
    ("body_persons", "name"),
    ("draw_identities", "identity"),
];
/// BCP 47 for a language that is not known.
const NO_LANGUAGE: &str = "und";

/// A person, by what they are known under.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The account, where there is one.
    pub user: Option<UserId>,
    /// E-mail address, in lower case.
    pub email: String,
    /// The hash of the address, under which attempts to sign in are kept.
    pub account: [u8; 32],
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({:?})", self.user)
    }
}

impl Person {
    fn user(&self) -> Option<DbId> {
        self.user.map(IntoDb::db)
    }

    /// Finds the address within the line that identifies a candidate of a draw.
    fn pattern(&self) -> String {
        paging::containing(&self.email)
    }

    fn pseudonym(&self) -> Pseudonym {
        Pseudonym::of(self.user.unwrap_or(UserId(Uuid::nil())))
    }
}

/// What an account is called after its erasure: always the same for one account, and nothing of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pseudonym {
    /// In place of the name.
    pub(crate) name: String,
    /// In place of the address: no mail can ever reach it (RFC 2606).
    pub(crate) email: String,
}

impl Pseudonym {
    /// The pseudonym of an account.
    pub(crate) fn of(user: UserId) -> Self {
        let digits = user.0.simple().to_string();
        // The end of the identifier is random, its beginning is a date.
        let name = format!("erased-{}", digits.get(20..).unwrap_or_default());
        let email = format!("erased-{digits}@parvis.invalid");
        Self { name, email }
    }

    fn search(&self) -> String {
        format!("{} {}", self.name, self.email)
    }
}

/// A row that says something about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Its table.
    pub table: &'static str,
    /// Its identifier.
    pub id: Uuid,
    /// When it was made.
    pub recorded_at: DateTime<Utc>,
    /// What it says, by column.
    pub fields: BTreeMap<&'static str, Option<String>>,
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Record({}, {})", self.table, self.id)
    }
}

/// A role of an account in a programme, also one that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct Membership {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The role.
    pub role: MemberRole,
    /// The organisation, where the role is that of a partner.
    pub partner_id: Option<PartnerId>,
    /// Since when.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// Until when.
    #[diesel(deserialize_as = MaybeInstant)]
    pub archived_at: Option<DateTime<Utc>>,
}

/// Everything that is known about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalData {
    /// Rows that say something about them.
    pub records: Vec<Record>,
    /// The roles of the account.
    pub memberships: Vec<Membership>,
    /// How many events have the account as their author.
    pub events: i64,
}

/// The list. For each table: which rows are a person's, what erasing the account does to them, and the columns that say
/// something about the person. `replaced` columns get the value after `=`; rows that are `deleted` go; rows that are
/// `kept` belong to a partner and are erased with the contact itself.
macro_rules! personal {
    (|$person:ident| $($table:ident($id:ident, $at:expr) where $own:expr => $how:ident {
        $($column:ident: $shown:ident $(= $new:expr)?),+ $(,)?
    })+) => {
        /// Tables and columns that hold something about a person.
        pub const PERSONAL: &[(&str, &str)] = &[$($((stringify!($table), stringify!($column)),)+)+];

        fn records(conn: &mut Conn, $person: &Person) -> StoreResult<Vec<Record>> {
            let mut records = Vec::new();
            $({
                let query = $table::table.filter($own).order(($at, $table::$id));
                let query = query.select(($table::$id, $at, ($($table::$column.nullable(),)+)));
                let rows: Vec<(DbId, Instant, personal!(@row $($column)+))> = query.load(conn)?;
                for (id, at, ($($column,)+)) in rows {
                    let fields = [$((stringify!($column), personal!(@shown $shown $column)),)+];
                    records.push(Record {
                        table: stringify!($table),
                        id: id.0,
                        recorded_at: at.into(),
                        fields: BTreeMap::from(fields),
                    });
                }
            })+
            Ok(records)
        }

        /// Erases what is known about the person of an account: replaces it by the pseudonym, or removes the rows.
        /// Contacts of partners stay, for they speak for an organisation: each is erased by itself.
        ///
        /// # Errors
        /// Those of the database.
        pub(crate) fn erase(conn: &mut Conn, $person: &Person) -> StoreResult<()> {
            for record in records(conn, $person)? {
                forget_answers(conn, &record)?;
            }
            $(personal!(@erase $how, conn, $table, $own, $($column $(= $new)?),+);)+
            idempotency::forget_person(conn, $person.user, &$person.email)
        }
    };
    (@row $($column:ident)+) => { ($(personal!(@text $column),)+) };
    (@text $column:ident) => { Option<String> };
    (@shown shown $value:ident) => { $value };
    (@shown withheld $value:ident) => { $value.map(|_| WITHHELD.to_owned()) };
    (@erase replaced, $conn:ident, $table:ident, $own:expr, $($column:ident = $new:expr),+) => {
        diesel::update($table::table.filter($own)).set(($($table::$column.eq($new),)+)).execute($conn)?;
    };
    (@erase deleted, $conn:ident, $table:ident, $own:expr, $($column:ident),+) => {
        diesel::delete($table::table.filter($own)).execute($conn)?;
    };
    (@erase kept, $conn:ident, $table:ident, $own:expr, $($column:ident),+) => {};
}

/// When the list was begun on which a candidate stands: candidates have no instant of their own.
macro_rules! listed_at {
    () => {
        draws::table
            .filter(draws::id.eq(draw_identities::draw_id))
            .select(draws::created_at)
            .single_value()
            .assume_not_null()
    };
}

personal! {
    |person|
    users(id, users::created_at) where users::id.nullable().eq(person.user()) => replaced {
        email: shown = person.pseudonym().email,
        name: shown = person.pseudonym().name,
        language: shown = NO_LANGUAGE,
        password_hash: withheld = NO_PASSWORD,
        search: shown = person.pseudonym().search(),
    }
    sessions(id, sessions::created_at) where sessions::user_id.nullable().eq(person.user()) => replaced {
        user_agent: shown = None::<String>,
    }
    sign_in_attempts(id, sign_in_attempts::at) where sign_in_attempts::account.eq(person.account.to_vec()) => deleted {
        address: shown,
    }
    invitations(id, invitations::created_at) where invitations::email.eq(&person.email) => deleted {
        email: shown,
    }
    files(id, files::created_at) where files::created_by.eq(person.user()) => replaced {
        file_name: shown = ERASED_FILE,
    }
    contacts(id, contacts::created_at) where contacts::email.eq(&person.email) => kept {
        name: shown,
        position: shown,
        email: shown,
        phone: shown,
    }
    agreement_signatories(signature_id, agreement_signatories::created_at)
        where agreement_signatories::email.eq(&person.email) => deleted
    {
        name: shown,
        quality: shown,
        email: shown,
    }
    body_persons(id, body_persons::created_at) where body_persons::email.eq(&person.email) => replaced {
        name: shown = person.pseudonym().name,
        sex: shown = Sex::Unstated.as_str(),
        email: shown = None::<String>,
        phone: shown = None::<String>,
    }
    draw_identities(draw_id, listed_at!()) where draw_identities::identity.like(person.pattern()).escape('\\') => deleted {
        identity: shown,
        salt: shown,
    }
}

/// Removes the answers that are kept for repeated requests and name a person without the address.
fn forget_answers(conn: &mut Conn, record: &Record) -> StoreResult<()> {
    let names = NAMES_WITHOUT_ADDRESS.iter().filter(|(table, _)| *table == record.table);
    for name in names.filter_map(|(_, column)| record.fields.get(column)?.as_deref()) {
        idempotency::forget_holding(conn, name)?;
    }
    Ok(())
}

/// What an erasure did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Rows that were removed.
    pub erased: usize,
    /// Rows that stay, for they speak for an organisation.
    pub remaining: usize,
}

/// Erases what is known about somebody without an account, such as a person who was only invited.
///
/// # Errors
/// `in_use` where an account has the address: the person is erased with it.
pub fn erase_personal_data(conn: &mut Conn, stamp: &Stamp<'_>, person: &Person) -> StoreResult<Erased> {
    if let Some(user) = person.user {
        let detail = format!("The account {user} has this address; erase the person of the account instead.");
        return Err(DomainError::new(Code::InUse, detail).into());
    }
    let before = records(conn, person)?.len();
    erase(conn, person)?;
    let remaining = records(conn, person)?.len();
    let done = Erased {
        erased: before - remaining,
        remaining,
    };
    if done.erased > 0 {
        let change = Change {
            programme: None,
            operation: Operation::ErasePersonalData.as_str(),
            object_type: "person",
            object_id: stamp.id(),
            before: Value::Null,
            after: events::value(&done)?,
        };
        events::append(conn, stamp, change)?;
    }
    Ok(done)
}

/// Everything that is known about a person.
///
/// # Errors
/// Those of the database.
pub fn export_personal_data(conn: &mut Conn, person: &Person) -> StoreResult<PersonalData> {
    let roles = memberships::table
        .filter(memberships::user_id.nullable().eq(person.user()))
        .order((memberships::created_at, memberships::id))
        .select(Membership::as_select());
    let acted = history::table.filter(history::actor_id.eq(person.user()));
    Ok(PersonalData {
        records: records(conn, person)?,
        memberships: roles.load(conn)?,
        events: acted.count().get_result(conn)?,
    })
}
