//! Partners, with their identifiers; their contacts and their roles in programmes have modules of their own.

mod contacts;
mod roles;

pub use contacts::{Contact, create_contact, delete_contact, get_contact, list_contacts, update_contact};
pub use roles::{
    PartnerRole, PartnerRoleSort, archive_partner_role, create_partner_role, get_partner_role, list_partner_roles,
};

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::{PartnerId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::partners::{Identifier, IdentifierScheme, PartnerContent, PartnerKind};
use parvis_domain::{Code, Fault, LocalisedText, text};
use serde::Serialize;

use crate::columns::{DbId, Instant, IntoDb, MaybeInstant, db_ids, json, micros};
use crate::connection::{Conn, MultiBackend, each};
use crate::error::{StoreResult, require_current, require_kept};
use crate::events::{self, Change};
use crate::paging::{self, keyset, patterns, total};
use crate::schema::{partner_identifiers as identifiers, partner_roles, partners};
use crate::stamp::Stamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = partners)]
struct PartnerRow {
    id: PartnerId,
    name: String,
    sort_name: String,
    acronym: Option<String>,
    kind: PartnerKind,
    country: String,
    description: LocalisedText,
    website: Option<String>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = Instant)]
    updated_at: DateTime<Utc>,
    #[diesel(deserialize_as = MaybeInstant)]
    archived_at: Option<DateTime<Utc>>,
}

/// A partner: an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Partner {
    /// Its identifier.
    pub id: PartnerId,
    /// Name in its own language.
    pub name: String,
    /// Short name.
    pub acronym: Option<String>,
    /// Kind.
    pub kind: PartnerKind,
    /// Country.
    pub country: String,
    /// What it does.
    pub description: LocalisedText,
    /// Web address.
    pub website: Option<String>,
    /// Identifiers in registers, in the order in which they were given.
    pub identifiers: Vec<Identifier>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

impl Partner {
    /// The content as it would be given to make it.
    #[must_use]
    pub fn content(&self) -> PartnerContent {
        PartnerContent {
            name: self.name.clone(),
            acronym: self.acronym.clone(),
            kind: self.kind,
            country: self.country.clone(),
            description: self.description.clone(),
            website: self.website.clone(),
            identifiers: self.identifiers.clone(),
        }
    }
}

/// A partner as others refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = partners)]
pub struct PartnerRef {
    /// Its identifier.
    pub id: PartnerId,
    /// Name.
    pub name: String,
    /// Short name.
    pub acronym: Option<String>,
    /// Kind.
    pub kind: PartnerKind,
}

/// How partners are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerSort {
    /// By name, folded.
    Name,
    /// By the instant of their adding.
    CreatedAt,
}

/// What is asked of the list of partners.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartnerFilter {
    /// Words that must all occur in name, short name, description or identifiers.
    pub q: Option<String>,
    /// Only of this kind.
    pub kind: Option<PartnerKind>,
    /// Only in this country.
    pub country: Option<String>,
    /// Only those with a role in this programme. Whether the caller may see the programme is checked before.
    pub programme: Option<ProgrammeId>,
    /// Archived ones too.
    pub archived: bool,
}

fn listed<'a>(filter: &PartnerFilter) -> partners::BoxedQuery<'a, MultiBackend> {
    let mut query = partners::table.into_boxed();
    if !filter.archived {
        query = query.filter(partners::archived_at.is_null());
    }
    if let Some(kind) = filter.kind {
        query = query.filter(partners::kind.eq(kind.as_str()));
    }
    if let Some(country) = &filter.country {
        query = query.filter(partners::country.eq(country.clone()));
    }
    if let Some(programme) = filter.programme {
        let in_programme = partner_roles::table
            .filter(
                partner_roles::programme_id
                    .eq(programme.db())
                    .and(partner_roles::ended_at.is_null()),
            )
            .select(partner_roles::partner_id);
        query = query.filter(partners::id.eq_any(in_programme));
    }
    for pattern in patterns(filter.q.as_deref()) {
        query = query.filter(partners::search.like(pattern).escape('\\'));
    }
    query
}

/// Partners.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_partners(
    conn: &mut Conn,
    filter: &PartnerFilter,
    request: &PageRequest<PartnerSort>,
) -> StoreResult<Page<Partner>> {
    let total = total!(conn, request, listed(filter), partners::id);
    let query = listed(filter).select(PartnerRow::as_select());
    let rows: Vec<PartnerRow> = match request.sort {
        PartnerSort::Name => keyset!(query, request, partners::sort_name, partners::id, String).load(conn)?,
        PartnerSort::CreatedAt => {
            keyset!(query, request, partners::created_at, partners::id, DateTime<Utc>).load(conn)?
        }
    };
    let page = paging::page(rows, request, total, |row| {
        let key = match request.sort {
            PartnerSort::Name => row.sort_name.clone(),
            PartnerSort::CreatedAt => paging::SortKey::text(&row.created_at),
        };
        (key, row.id.into())
    });
    let mut of_partner = identifiers_of(conn, page.items.iter().map(|row| row.id))?;
    Ok(paging::map(page, |rows| {
        rows.into_iter()
            .map(|row| {
                let identifiers = of_partner.remove(&row.id).unwrap_or_default();
                partner(row, identifiers)
            })
            .collect()
    }))
}

/// A partner.
///
/// # Errors
/// `NotFound`.
pub fn get_partner(conn: &mut Conn, id: PartnerId) -> StoreResult<Partner> {
    let row: PartnerRow = partners::table
        .find(id.db())
        .select(PartnerRow::as_select())
        .first(conn)?;
    let identifiers = identifiers_of(conn, [id])?.remove(&id).unwrap_or_default();
    Ok(partner(row, identifiers))
}

/// Partners as others refer to them, by their identifiers.
///
/// # Errors
/// Those of the database.
pub fn partner_refs(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = PartnerId>,
) -> StoreResult<BTreeMap<PartnerId, PartnerRef>> {
    let query = partners::table
        .filter(partners::id.eq_any(db_ids(ids)))
        .select(PartnerRef::as_select());
    let rows: Vec<PartnerRef> = query.load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Adds a partner. `content` has been checked.
///
/// # Errors
/// A conflict where another partner has one of the identifiers.
pub fn create_partner(conn: &mut Conn, stamp: &Stamp<'_>, content: &PartnerContent) -> StoreResult<Partner> {
    let id: PartnerId = stamp.id();
    diesel::insert_into(partners::table)
        .values((
            partners::id.eq(id.db()),
            columns(content)?,
            partners::version.eq(1_i64),
            partners::created_at.eq(micros(stamp.at)),
            partners::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    write_identifiers(conn, id, &content.identifiers)?;
    let partner = get_partner(conn, id)?;
    events::append(
        conn,
        stamp,
        Change::made(Operation::CreatePartner, ("partner", id.into()), &partner)?,
    )?;
    Ok(partner)
}

/// Changes a partner; its identifiers are replaced as a whole.
///
/// # Errors
/// `version_stale`, `archived`, and a conflict as in [`create_partner`].
pub fn update_partner(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Partner,
    content: &PartnerContent,
) -> StoreResult<Partner> {
    require_kept(before.archived_at)?;
    let changed = diesel::update(
        partners::table
            .find(before.id.db())
            .filter(partners::version.eq(before.version)),
    )
    .set((
        columns(content)?,
        partners::version.eq(before.version + 1),
        partners::updated_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    diesel::delete(identifiers::table.filter(identifiers::partner_id.eq(before.id.db()))).execute(conn)?;
    write_identifiers(conn, before.id, &content.identifiers)?;
    let partner = get_partner(conn, before.id)?;
    let change = Change::changed(
        Operation::UpdatePartner,
        ("partner", before.id.into()),
        before,
        &partner,
    )?;
    events::append(conn, stamp, change)?;
    Ok(partner)
}

/// Archives a partner: it stays where it is referred to, and lists leave it out.
///
/// # Errors
/// `version_stale`, `archived`.
pub fn archive_partner(conn: &mut Conn, stamp: &Stamp<'_>, before: &Partner) -> StoreResult<Partner> {
    require_kept(before.archived_at)?;
    let changed = diesel::update(
        partners::table
            .find(before.id.db())
            .filter(partners::version.eq(before.version)),
    )
    .set((
        partners::version.eq(before.version + 1),
        partners::updated_at.eq(micros(stamp.at)),
        partners::archived_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    let partner = get_partner(conn, before.id)?;
    let change = Change::changed(
        Operation::ArchivePartner,
        ("partner", before.id.into()),
        before,
        &partner,
    )?;
    events::append(conn, stamp, change)?;
    Ok(partner)
}

/// Checks that a partner exists and is not archived.
///
/// # Errors
/// `reference_unknown` at the pointer.
pub fn require_partner(conn: &mut Conn, id: PartnerId, pointer: &str) -> StoreResult<()> {
    let kept = partners::table
        .find(id.db())
        .filter(partners::archived_at.is_null())
        .select(partners::id);
    let row: Option<DbId> = kept.first(conn).optional()?;
    match row {
        Some(_) => Ok(()),
        None => Err(Fault::new(Code::ReferenceUnknown, pointer, format!("There is no partner {id}.")).into()),
    }
}

fn partner(row: PartnerRow, identifiers: Vec<Identifier>) -> Partner {
    Partner {
        id: row.id,
        name: row.name,
        acronym: row.acronym,
        kind: row.kind,
        country: row.country,
        description: row.description,
        website: row.website,
        identifiers,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        archived_at: row.archived_at,
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = identifiers)]
struct IdentifierRow {
    partner_id: PartnerId,
    scheme: IdentifierScheme,
    value: String,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
}

fn identifiers_of(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = PartnerId>,
) -> StoreResult<BTreeMap<PartnerId, Vec<Identifier>>> {
    let rows: Vec<IdentifierRow> = identifiers::table
        .filter(identifiers::partner_id.eq_any(db_ids(ids)))
        .order((identifiers::partner_id, identifiers::position))
        .select(IdentifierRow::as_select())
        .load(conn)?;
    let mut of_partner: BTreeMap<PartnerId, Vec<Identifier>> = BTreeMap::new();
    for row in rows {
        let IdentifierRow {
            partner_id,
            scheme,
            value,
            valid_from,
            valid_to,
        } = row;
        of_partner.entry(partner_id).or_default().push(Identifier {
            scheme,
            value,
            valid_from,
            valid_to,
        });
    }
    Ok(of_partner)
}

#[derive(Insertable)]
#[diesel(table_name = identifiers, treat_none_as_default_value = false)]
struct IdentifierColumns<'a> {
    partner_id: DbId,
    scheme: &'static str,
    value: &'a str,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    position: i32,
}

fn write_identifiers<'a>(conn: &mut Conn, id: PartnerId, all: &'a [Identifier]) -> StoreResult<()> {
    let columns = |(position, identifier): (i32, &'a Identifier)| IdentifierColumns {
        partner_id: id.db(),
        scheme: identifier.scheme.as_str(),
        value: &identifier.value,
        valid_from: identifier.valid_from,
        valid_to: identifier.valid_to,
        position,
    };
    let rows: Vec<_> = (0..).zip(all).map(columns).collect();
    if !rows.is_empty() {
        each!(conn, c => diesel::insert_into(identifiers::table).values(&rows).execute(c))?;
    }
    Ok(())
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = partners, treat_none_as_null = true)]
struct PartnerColumns {
    name: String,
    sort_name: String,
    acronym: Option<String>,
    kind: &'static str,
    country: String,
    description: String,
    website: Option<String>,
    search: String,
}

fn columns(content: &PartnerContent) -> StoreResult<PartnerColumns> {
    let sort_name = text::fold(&content.name);
    let acronym = content.acronym.as_deref().map(text::fold).unwrap_or_default();
    let values: Vec<_> = content
        .identifiers
        .iter()
        .map(|identifier| text::fold(&identifier.value))
        .collect();
    Ok(PartnerColumns {
        name: content.name.clone(),
        acronym: content.acronym.clone(),
        kind: content.kind.as_str(),
        country: content.country.clone(),
        description: json(&content.description)?,
        website: content.website.clone(),
        search: [
            sort_name.as_str(),
            &acronym,
            &content.description.folded(),
            &values.join(" "),
        ]
        .join(" "),
        sort_name,
    })
}
