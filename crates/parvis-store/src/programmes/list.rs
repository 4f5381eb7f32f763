//! The list of programmes: only those that the caller may see, decided in the query itself.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Caller;
use parvis_domain::ids::{PlaceId, ProgrammeId, TemplateId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::programmes::{ProgrammeStatus, Visibility};
use parvis_domain::{Currency, LocalisedText};

use super::{TemplateRef, places_of};
use crate::columns::{Instant, IntoDb, db_ids};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::paging::{self, keyset, patterns, total};
use crate::places::PlaceRef;
use crate::schema::{programme_places, programmes, templates};

/// A programme in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeItem {
    /// Its identifier.
    pub id: ProgrammeId,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: LocalisedText,
    /// What it is about.
    pub summary: LocalisedText,
    /// The template that it was made from.
    pub template: TemplateRef,
    /// Where it is in its life.
    pub status: ProgrammeStatus,
    /// Who may read it.
    pub visibility: Visibility,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Reporting currency.
    pub currency: Currency,
    /// Its places, by their codes.
    pub places: Vec<PlaceRef>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = programmes)]
struct ItemRow {
    id: ProgrammeId,
    code: String,
    title: LocalisedText,
    summary: LocalisedText,
    #[diesel(embed)]
    template: TemplateRef,
    status: ProgrammeStatus,
    visibility: Visibility,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    currency: Currency,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = Instant)]
    updated_at: DateTime<Utc>,
}

/// How programmes are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgrammeSort {
    /// By code.
    Code,
    /// By first day.
    StartsOn,
    /// By the instant in which they were set up.
    CreatedAt,
    /// By the instant of their last change.
    UpdatedAt,
}

/// What is asked of the list of programmes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgrammeFilter {
    /// Words that must all occur in code, title or summary.
    pub q: Option<String>,
    /// Only in this status. Archived ones are listed only when they are asked for.
    pub status: Option<ProgrammeStatus>,
    /// Only with this visibility.
    pub visibility: Option<Visibility>,
    /// Only made from this template.
    pub template: Option<TemplateId>,
    /// Only at this place.
    pub place: Option<PlaceId>,
    /// Only those in which the caller has a role.
    pub mine: bool,
}

macro_rules! listed {
    ($caller:expr, $filter:expr) => {{
        let mut query = programmes::table
            .inner_join(templates::table)
            .into_boxed::<MultiBackend>();
        let mine = db_ids(
            $caller
                .actor()
                .iter()
                .flat_map(|actor| &actor.memberships)
                .map(|m| m.programme),
        );
        if $filter.mine {
            query = query.filter(programmes::id.eq_any(mine));
        } else if !$caller.actor().is_some_and(|actor| actor.administrator) {
            let public = programmes::visibility.eq(Visibility::Public.as_str());
            query = match mine.is_empty() {
                true => query.filter(public),
                false => query.filter(public.or(programmes::id.eq_any(mine))),
            };
        }
        query = match $filter.status {
            Some(status) => query.filter(programmes::status.eq(status.as_str())),
            None => query.filter(programmes::status.ne(ProgrammeStatus::Archived.as_str())),
        };
        if let Some(visibility) = $filter.visibility {
            query = query.filter(programmes::visibility.eq(visibility.as_str()));
        }
        if let Some(template) = $filter.template {
            query = query.filter(programmes::template_id.eq(template.db()));
        }
        if let Some(place) = $filter.place {
            let there = programme_places::table.filter(programme_places::place_id.eq(place.db()));
            query = query.filter(programmes::id.eq_any(there.select(programme_places::programme_id)));
        }
        for pattern in patterns($filter.q.as_deref()) {
            query = query.filter(programmes::search.like(pattern).escape('\\'));
        }
        query
    }};
}

/// The programmes that the caller may see.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_programmes(
    conn: &mut Conn,
    caller: &Caller,
    filter: &ProgrammeFilter,
    request: &PageRequest<ProgrammeSort>,
) -> StoreResult<Page<ProgrammeItem>> {
    let total = total!(conn, request, listed!(caller, filter), programmes::id);
    let query = listed!(caller, filter).select(ItemRow::as_select());
    let rows: Vec<ItemRow> = match request.sort {
        ProgrammeSort::Code => keyset!(query, request, programmes::code, programmes::id, String).load(conn)?,
        ProgrammeSort::StartsOn => {
            keyset!(query, request, programmes::starts_on, programmes::id, NaiveDate).load(conn)?
        }
        ProgrammeSort::CreatedAt => {
            keyset!(query, request, programmes::created_at, programmes::id, DateTime<Utc>).load(conn)?
        }
        ProgrammeSort::UpdatedAt => {
            keyset!(query, request, programmes::updated_at, programmes::id, DateTime<Utc>).load(conn)?
        }
    };
    let page = paging::page(rows, request, total, |row| {
        let key = match request.sort {
            ProgrammeSort::Code => row.code.clone(),
            ProgrammeSort::StartsOn => row.starts_on.to_string(),
            ProgrammeSort::CreatedAt => paging::SortKey::text(&row.created_at),
            ProgrammeSort::UpdatedAt => paging::SortKey::text(&row.updated_at),
        };
        (key, row.id.into())
    });
    let mut places = places_of(conn, page.items.iter().map(|row| row.id))?;
    Ok(paging::map(page, |rows| {
        rows.into_iter()
            .map(|row| {
                let places = places.remove(&row.id).unwrap_or_default();
                item(row, places)
            })
            .collect()
    }))
}

fn item(row: ItemRow, places: Vec<PlaceRef>) -> ProgrammeItem {
    ProgrammeItem {
        id: row.id,
        code: row.code,
        title: row.title,
        summary: row.summary,
        template: row.template,
        status: row.status,
        visibility: row.visibility,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        currency: row.currency,
        places,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
