//! Places: territories with an official code, a contour and figures.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::PlaceId;
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::places::{Figure, PlaceContent, PlaceKind};
use parvis_domain::{Code, Fault, Faults, LocalisedText, Period, text};
use serde::Serialize;
use serde_json::Value;

use crate::columns::{DbId, Instant, IntoDb, Json, MaybeInstant, db_ids, json, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current, require_kept};
use crate::events::{self, Change};
use crate::paging::{self, keyset, patterns, total};
use crate::schema::places;
use crate::stamp::Stamp;

/// A place without its contour, which may be large: what lists hold.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Serialize)]
#[diesel(table_name = places)]
pub struct PlaceItem {
    /// Its identifier.
    pub id: PlaceId,
    /// Official code.
    pub code: String,
    /// Which list the code belongs to.
    pub generation: String,
    /// Name.
    pub name: LocalisedText,
    /// The name folded, by which lists are ordered.
    #[serde(skip)]
    pub sort_name: String,
    /// Kind.
    pub kind: PlaceKind,
    /// The place that it lies in.
    pub parent_id: Option<PlaceId>,
    /// Country.
    pub country: String,
    /// What is to be known about the contour.
    pub contour_note: Option<String>,
    /// Since when it exists.
    pub starts_on: NaiveDate,
    /// Until when.
    pub ends_on: Option<NaiveDate>,
    /// Figures with their sources.
    #[diesel(deserialize_as = Json<Vec<Figure>>)]
    pub figures: Vec<Figure>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was added.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[diesel(deserialize_as = Instant)]
    pub updated_at: DateTime<Utc>,
    /// When it was archived.
    #[diesel(deserialize_as = MaybeInstant)]
    pub archived_at: Option<DateTime<Utc>>,
}

/// A place with its contour.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Everything else.
    pub item: PlaceItem,
    /// Contour in GeoJSON.
    pub contour: Option<Value>,
}

impl Place {
    /// The content as it would be given to make it.
    #[must_use]
    pub fn content(&self) -> PlaceContent {
        let item = self.item.clone();
        PlaceContent {
            code: item.code,
            generation: item.generation,
            name: item.name,
            kind: item.kind,
            parent: item.parent_id,
            country: item.country,
            contour: self.contour.clone(),
            contour_note: item.contour_note,
            validity: Period {
                starts_on: item.starts_on,
                ends_on: item.ends_on,
            },
            figures: item.figures,
        }
    }
}

/// A place as others refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = places)]
pub struct PlaceRef {
    /// Its identifier.
    pub id: PlaceId,
    /// Official code.
    pub code: String,
    /// Name.
    pub name: LocalisedText,
}

/// How places are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceSort {
    /// By code.
    Code,
    /// By name, folded.
    Name,
    /// By the instant of their adding.
    CreatedAt,
}

/// What is asked of the list of places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceFilter {
    /// Words that must all occur.
    pub q: Option<String>,
    /// Only of this kind.
    pub kind: Option<PlaceKind>,
    /// Only in this country.
    pub country: Option<String>,
    /// Only directly in this place.
    pub parent: Option<PlaceId>,
    /// Only of this generation of codes.
    pub generation: Option<String>,
    /// Archived ones too.
    pub archived: bool,
}

fn listed<'a>(filter: &PlaceFilter) -> places::BoxedQuery<'a, MultiBackend> {
    let mut query = places::table.into_boxed();
    if !filter.archived {
        query = query.filter(places::archived_at.is_null());
    }
    if let Some(kind) = filter.kind {
        query = query.filter(places::kind.eq(kind.as_str()));
    }
    if let Some(country) = &filter.country {
        query = query.filter(places::country.eq(country.clone()));
    }
    if let Some(parent) = filter.parent {
        query = query.filter(places::parent_id.eq(parent.db()));
    }
    if let Some(generation) = &filter.generation {
        query = query.filter(places::generation.eq(generation.clone()));
    }
    for pattern in patterns(filter.q.as_deref()) {
        query = query.filter(places::search.like(pattern).escape('\\'));
    }
    query
}

/// Places, without their contours.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_places(
    conn: &mut Conn,
    filter: &PlaceFilter,
    request: &PageRequest<PlaceSort>,
) -> StoreResult<Page<PlaceItem>> {
    let total = total!(conn, request, listed(filter), places::id);
    let query = listed(filter).select(PlaceItem::as_select());
    let rows: Vec<PlaceItem> = match request.sort {
        PlaceSort::Code => keyset!(query, request, places::code, places::id, String).load(conn)?,
        PlaceSort::Name => keyset!(query, request, places::sort_name, places::id, String).load(conn)?,
        PlaceSort::CreatedAt => keyset!(query, request, places::created_at, places::id, DateTime<Utc>).load(conn)?,
    };
    Ok(paging::page(rows, request, total, |row| {
        let key = match request.sort {
            PlaceSort::Code => row.code.clone(),
            PlaceSort::Name => row.sort_name.clone(),
            PlaceSort::CreatedAt => paging::SortKey::text(&row.created_at),
        };
        (key, row.id.into())
    }))
}

/// A place with its contour.
///
/// # Errors
/// `NotFound`.
pub fn get_place(conn: &mut Conn, id: PlaceId) -> StoreResult<Place> {
    let query = places::table
        .find(id.db())
        .select((PlaceItem::as_select(), places::contour));
    let (item, contour): (PlaceItem, Option<Json<Value>>) = query.first(conn)?;
    Ok(Place {
        item,
        contour: contour.map(|json| json.0),
    })
}

/// Adds a place. `content` has been checked.
///
/// # Errors
/// A conflict where the code is taken in its generation, `reference_unknown` for the place that it lies in.
pub fn create_place(conn: &mut Conn, stamp: &Stamp<'_>, content: &PlaceContent) -> StoreResult<Place> {
    let id: PlaceId = stamp.id();
    require_parent(conn, id, content)?;
    diesel::insert_into(places::table)
        .values((
            places::id.eq(id.db()),
            columns(content)?,
            places::version.eq(1_i64),
            places::created_at.eq(micros(stamp.at)),
            places::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let place = get_place(conn, id)?;
    events::append(
        conn,
        stamp,
        Change::made(Operation::CreatePlace, ("place", id.into()), &told(&place)?)?,
    )?;
    Ok(place)
}

/// Changes a place.
///
/// # Errors
/// `version_stale`, `archived`, and those of [`create_place`].
pub fn update_place(conn: &mut Conn, stamp: &Stamp<'_>, before: &Place, content: &PlaceContent) -> StoreResult<Place> {
    let id = before.item.id;
    require_kept(before.item.archived_at)?;
    require_parent(conn, id, content)?;
    let changed = diesel::update(current(before))
        .set((
            columns(content)?,
            places::version.eq(before.item.version + 1),
            places::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    let place = get_place(conn, id)?;
    let change = Change::changed(
        Operation::UpdatePlace,
        ("place", id.into()),
        &told(before)?,
        &told(&place)?,
    )?;
    events::append(conn, stamp, change)?;
    Ok(place)
}

/// Archives a place: it stays where it is referred to, and lists leave it out.
///
/// # Errors
/// `version_stale`, `archived`.
pub fn archive_place(conn: &mut Conn, stamp: &Stamp<'_>, before: &Place) -> StoreResult<Place> {
    require_kept(before.item.archived_at)?;
    let changed = diesel::update(current(before))
        .set((
            places::version.eq(before.item.version + 1),
            places::updated_at.eq(micros(stamp.at)),
            places::archived_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    let place = get_place(conn, before.item.id)?;
    let object = ("place", before.item.id.into());
    events::append(
        conn,
        stamp,
        Change::changed(Operation::ArchivePlace, object, &told(before)?, &told(&place)?)?,
    )?;
    Ok(place)
}

/// Checks that all places exist and are not archived.
///
/// # Errors
/// `reference_unknown` at each that does not, under `/place_ids`.
pub(crate) fn require_places(conn: &mut Conn, ids: &[PlaceId]) -> StoreResult<()> {
    let known = places::table.filter(places::id.eq_any(db_ids(ids.iter().copied())));
    let known: Vec<DbId> = known
        .filter(places::archived_at.is_null())
        .select(places::id)
        .load(conn)?;
    let mut faults = Faults::new();
    for (i, id) in ids.iter().enumerate().filter(|(_, id)| !known.contains(&id.db())) {
        faults.add(
            Code::ReferenceUnknown,
            format!("/place_ids/{i}"),
            format!("There is no place {id}."),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// The most places that a place may lie in, one in the other.
const DEPTH_MAX: usize = 20;

/// The place that this one lies in must exist, and must not lie in this one.
fn require_parent(conn: &mut Conn, id: PlaceId, content: &PlaceContent) -> StoreResult<()> {
    let mut next = content.parent;
    for _ in 0..DEPTH_MAX {
        let Some(parent) = next else { return Ok(()) };
        if parent == id {
            break;
        }
        let row: Option<Option<PlaceId>> = places::table
            .find(parent.db())
            .select(places::parent_id)
            .first(conn)
            .optional()?;
        let Some(above) = row else {
            let detail = format!("There is no place {parent}.");
            return Err(Fault::new(Code::ReferenceUnknown, "/parent_id", detail).into());
        };
        next = above;
    }
    Err(Fault::new(Code::ReferenceUnknown, "/parent_id", "A place cannot lie in itself.").into())
}

fn current(
    before: &Place,
) -> diesel::dsl::Filter<diesel::dsl::Find<places::table, DbId>, diesel::dsl::Eq<places::version, i64>> {
    places::table
        .find(before.item.id.db())
        .filter(places::version.eq(before.item.version))
}

/// What an event says of a place: of the contour only its size in bytes, since it may be long.
fn told(place: &Place) -> StoreResult<Value> {
    let mut value = events::value(&place.item)?;
    if let (Some(object), Some(contour)) = (value.as_object_mut(), &place.contour) {
        let digest = BTreeMap::from([("bytes", contour.to_string().len())]);
        object.insert("contour".to_owned(), events::value(&digest)?);
    }
    Ok(value)
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = places, treat_none_as_null = true)]
struct PlaceColumns {
    code: String,
    generation: String,
    name: String,
    sort_name: String,
    kind: &'static str,
    parent_id: Option<DbId>,
    country: String,
    contour: Option<String>,
    contour_note: Option<String>,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    figures: String,
    search: String,
}

fn columns(content: &PlaceContent) -> StoreResult<PlaceColumns> {
    let name = content.name.folded();
    Ok(PlaceColumns {
        code: content.code.clone(),
        generation: content.generation.clone(),
        name: json(&content.name)?,
        search: [&text::fold(&content.code), &text::fold(&content.generation), &name]
            .map(String::as_str)
            .join(" "),
        sort_name: name,
        kind: content.kind.as_str(),
        parent_id: content.parent.map(IntoDb::db),
        country: content.country.clone(),
        contour: content.contour.as_ref().map(json).transpose()?,
        contour_note: content.contour_note.clone(),
        starts_on: content.validity.starts_on,
        ends_on: content.validity.ends_on,
        figures: json(&content.figures)?,
    })
}
