//! Templates: those that come with Parvis, and those of its users.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::TemplateId;
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::templates::{BUILT_IN, Template as Content};
use parvis_domain::{Code, DomainError, text};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::columns::{Instant, IntoDb, json, micros};
use crate::connection::{Conn, MultiBackend, each};
use crate::error::{StoreError, StoreResult};
use crate::events::{self, Change};
use crate::paging::{self, keyset, patterns, total};
use crate::schema::templates;
use crate::stamp::Stamp;

/// A template as it is kept.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Serialize)]
#[diesel(table_name = templates)]
pub struct Template {
    /// Its identifier.
    pub id: TemplateId,
    /// Its content.
    pub content: Content,
    /// Whether it came with Parvis; such a template is never changed.
    pub built_in: bool,
    /// Goes up with every change.
    pub version: i64,
    /// When it was made; for one that came with Parvis the beginning of 1970.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[diesel(deserialize_as = Instant)]
    pub updated_at: DateTime<Utc>,
    /// When it was withdrawn.
    #[diesel(deserialize_as = crate::columns::MaybeInstant)]
    pub archived_at: Option<DateTime<Utc>>,
}

/// How templates are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateSort {
    /// By code.
    Code,
}

/// What is asked of the list of templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateFilter {
    /// Words that must all occur.
    pub q: Option<String>,
    /// Only those that came with Parvis, or only the others.
    pub built_in: Option<bool>,
}

/// The identifier of a built-in template: the same on every installation, made out of the code (UUID version 8).
#[must_use]
pub fn built_in_id(code: &str) -> TemplateId {
    let digest: [u8; 32] = Sha256::digest(format!("parvis built-in template {code}")).into();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    TemplateId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Writes the built-in templates as they are in this version of Parvis.
pub(crate) fn write_built_in(conn: &mut Conn) -> StoreResult<()> {
    for source in BUILT_IN {
        let content: Content = toml::from_str(source).map_err(|error| StoreError::Internal(error.to_string()))?;
        let row = (
            templates::id.eq(built_in_id(&content.code).db()),
            templates::code.eq(&content.code),
            templates::title.eq(json(&content.title)?),
            templates::content.eq(json(&content)?),
            templates::built_in.eq(true),
            templates::search.eq(search(&content)),
            templates::version.eq(1_i64),
            templates::created_at.eq(0_i64),
            templates::updated_at.eq(0_i64),
        );
        let update = (
            templates::title.eq(json(&content.title)?),
            templates::content.eq(json(&content)?),
            templates::search.eq(search(&content)),
        );
        each!(conn, c => diesel::insert_into(templates::table)
            .values(row)
            .on_conflict(templates::id)
            .do_update()
            .set(update)
            .execute(c))?;
    }
    Ok(())
}

fn search(content: &Content) -> String {
    [
        text::fold(&content.code),
        content.title.folded(),
        content.summary.folded(),
    ]
    .join(" ")
}

fn listed<'a>(filter: &TemplateFilter) -> templates::BoxedQuery<'a, MultiBackend> {
    let mut query = templates::table.filter(templates::archived_at.is_null()).into_boxed();
    if let Some(built_in) = filter.built_in {
        query = query.filter(templates::built_in.eq(built_in));
    }
    for pattern in patterns(filter.q.as_deref()) {
        query = query.filter(templates::search.like(pattern).escape('\\'));
    }
    query
}

/// The templates that are not withdrawn.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_templates(
    conn: &mut Conn,
    filter: &TemplateFilter,
    request: &PageRequest<TemplateSort>,
) -> StoreResult<Page<Template>> {
    let total = total!(conn, request, listed(filter), templates::id);
    let query = listed(filter).select(Template::as_select());
    let rows: Vec<Template> = keyset!(query, request, templates::code, templates::id, String).load(conn)?;
    Ok(paging::page(rows, request, total, |row| {
        (row.content.code.clone(), row.id.into())
    }))
}

/// A template, also one that was withdrawn.
///
/// # Errors
/// `NotFound`.
pub fn get_template(conn: &mut Conn, id: TemplateId) -> StoreResult<Template> {
    Ok(templates::table
        .find(id.db())
        .select(Template::as_select())
        .first(conn)?)
}

/// Adds a template of one's own. `content` has been checked.
///
/// # Errors
/// A conflict where the code is taken.
pub fn create_template(conn: &mut Conn, stamp: &Stamp<'_>, content: &Content) -> StoreResult<Template> {
    let id: TemplateId = stamp.id();
    diesel::insert_into(templates::table)
        .values((
            templates::id.eq(id.db()),
            templates::code.eq(&content.code),
            templates::title.eq(json(&content.title)?),
            templates::content.eq(json(content)?),
            templates::built_in.eq(false),
            templates::search.eq(search(content)),
            templates::version.eq(1_i64),
            templates::created_at.eq(micros(stamp.at)),
            templates::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let template = get_template(conn, id)?;
    let change = Change::made(Operation::CreateTemplate, ("template", id.into()), &template)?;
    events::append(conn, stamp, change)?;
    Ok(template)
}

/// Changes a template of one's own. Programmes that were made from it keep what they took.
///
/// # Errors
/// `version_stale`, `archived`, `permission_denied` for a built-in one, a conflict where the code is taken.
pub fn update_template(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Template,
    content: &Content,
) -> StoreResult<Template> {
    require_own(before)?;
    let current = templates::table
        .find(before.id.db())
        .filter(templates::version.eq(before.version));
    let changed = diesel::update(current)
        .set((
            templates::code.eq(&content.code),
            templates::title.eq(json(&content.title)?),
            templates::content.eq(json(content)?),
            templates::search.eq(search(content)),
            templates::version.eq(before.version + 1),
            templates::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    crate::error::require_current(changed)?;
    let template = get_template(conn, before.id)?;
    let change = Change::changed(
        Operation::UpdateTemplate,
        ("template", before.id.into()),
        before,
        &template,
    )?;
    events::append(conn, stamp, change)?;
    Ok(template)
}

/// Withdraws a template of one's own.
///
/// # Errors
/// `version_stale`, `archived`, `permission_denied` for a built-in one.
pub fn archive_template(conn: &mut Conn, stamp: &Stamp<'_>, before: &Template) -> StoreResult<Template> {
    require_own(before)?;
    let current = templates::table
        .find(before.id.db())
        .filter(templates::version.eq(before.version));
    let changed = diesel::update(current)
        .set((
            templates::version.eq(before.version + 1),
            templates::updated_at.eq(micros(stamp.at)),
            templates::archived_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    crate::error::require_current(changed)?;
    let template = get_template(conn, before.id)?;
    let change = Change::changed(
        Operation::ArchiveTemplate,
        ("template", before.id.into()),
        before,
        &template,
    )?;
    events::append(conn, stamp, change)?;
    Ok(template)
}

fn require_own(template: &Template) -> StoreResult<()> {
    if template.built_in {
        return Err(DomainError::new(
            Code::PermissionDenied,
            "A template that comes with Parvis is never changed.",
        )
        .into());
    }
    crate::error::require_kept(template.archived_at)
}
