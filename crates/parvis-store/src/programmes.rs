//! Programmes.

mod context;
mod list;
mod write;

pub(crate) use context::lock_programme;
pub use context::{ProgrammeContext, get_programme_context};
pub use list::{ProgrammeFilter, ProgrammeItem, ProgrammeSort, list_programmes};
pub use write::{
    activate_programme, archive_programme, close_programme, create_programme, open_programme, update_programme,
};

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::budgets::Policy;
use parvis_domain::budgets::cofinancing::CofinancingRule;
use parvis_domain::ids::{PlaceId, ProgrammeId, TemplateId};
use parvis_domain::partners::PartnerRoleKind;
use parvis_domain::programmes::{NewProgramme, ProgrammeStatus, Visibility};
use parvis_domain::templates::{Axis, Category, RequiredRole, Rule};
use parvis_domain::{Currency, LocalisedText, Period};
use serde::Serialize;

use crate::columns::{DbId, Instant, IntoDb, Json, Read, db_ids};
use crate::connection::{Conn, each};
use crate::error::StoreResult;
use crate::places::PlaceRef;
use crate::schema::{partner_roles, places, programme_places, programmes, templates};

/// The template of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = templates)]
pub struct TemplateRef {
    /// Its identifier.
    pub id: TemplateId,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: LocalisedText,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = programmes)]
struct ProgrammeRow {
    id: ProgrammeId,
    code: String,
    title: LocalisedText,
    summary: LocalisedText,
    status: ProgrammeStatus,
    visibility: Visibility,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    time_zone: String,
    currency: Currency,
    #[diesel(deserialize_as = Json<Vec<Axis>>)]
    axes: Vec<Axis>,
    #[diesel(deserialize_as = Json<Vec<Category>>)]
    categories: Vec<Category>,
    #[diesel(deserialize_as = Json<Vec<RequiredRole>>)]
    required_roles: Vec<RequiredRole>,
    #[diesel(deserialize_as = Json<Vec<Rule>>)]
    rules: Vec<Rule>,
    #[diesel(deserialize_as = Json<Vec<CofinancingRule>>)]
    cofinancing: Vec<CofinancingRule>,
    policy: Policy,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = Instant)]
    updated_at: DateTime<Utc>,
}

/// A programme in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Programme {
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
    /// Time zone.
    pub time_zone: String,
    /// Reporting currency.
    pub currency: Currency,
    /// Pillars or axes.
    pub axes: Vec<Axis>,
    /// Categories of cost.
    pub categories: Vec<Category>,
    /// Roles that must be filled before it becomes active.
    pub required_roles: Vec<RequiredRole>,
    /// Rules in words.
    pub rules: Vec<Rule>,
    /// Co-financing rules that plans are held against.
    pub cofinancing: Vec<CofinancingRule>,
    /// Rules that the ledger checks.
    pub policy: Policy,
    /// Its places, by their codes.
    pub places: Vec<PlaceRef>,
    /// The roles that partners hold in it, one entry per partner and role.
    #[serde(skip)]
    pub held: Vec<PartnerRoleKind>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl Programme {
    /// The content as it would be given to make it.
    #[must_use]
    pub fn content(&self) -> NewProgramme {
        NewProgramme {
            template: self.template.id,
            code: self.code.clone(),
            title: self.title.clone(),
            summary: self.summary.clone(),
            period: Period {
                starts_on: self.starts_on,
                ends_on: self.ends_on,
            },
            time_zone: Some(self.time_zone.clone()),
            currency: Some(self.currency),
            visibility: self.visibility,
            places: self.places.iter().map(|place| place.id).collect(),
            cofinancing: Some(self.cofinancing.clone()),
            four_eyes: Some(self.policy.four_eyes),
        }
    }

    /// What authorisation and the rules of its parts ask of it.
    #[must_use]
    pub fn context(&self) -> ProgrammeContext {
        ProgrammeContext {
            id: self.id,
            status: self.status,
            visibility: self.visibility,
            time_zone: self.time_zone.clone(),
            currency: self.currency,
            policy: self.policy,
        }
    }
}

/// A programme.
///
/// # Errors
/// `NotFound`.
pub fn get_programme(conn: &mut Conn, id: ProgrammeId) -> StoreResult<Programme> {
    let query = programmes::table
        .inner_join(templates::table)
        .filter(programmes::id.eq(id.db()));
    let (row, template): (ProgrammeRow, TemplateRef) = query
        .select((ProgrammeRow::as_select(), TemplateRef::as_select()))
        .first(conn)?;
    let places = places_of(conn, [id])?.remove(&id).unwrap_or_default();
    let held = partner_roles::table
        .filter(
            partner_roles::programme_id
                .eq(id.db())
                .and(partner_roles::ended_at.is_null()),
        )
        .select(partner_roles::role)
        .load(conn)?;
    Ok(Programme {
        id: row.id,
        code: row.code,
        title: row.title,
        summary: row.summary,
        template,
        status: row.status,
        visibility: row.visibility,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        time_zone: row.time_zone,
        currency: row.currency,
        axes: row.axes,
        categories: row.categories,
        required_roles: row.required_roles,
        rules: row.rules,
        cofinancing: row.cofinancing,
        policy: row.policy,
        places,
        held,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// The places of programmes, by their codes.
fn places_of(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = ProgrammeId>,
) -> StoreResult<BTreeMap<ProgrammeId, Vec<PlaceRef>>> {
    let query = programme_places::table
        .inner_join(places::table)
        .filter(programme_places::programme_id.eq_any(db_ids(ids)))
        .order((places::code, places::id))
        .select((programme_places::programme_id, places::id, places::code, places::name));
    // On PostgreSQL the identifiers are one array then, and not a parameter each.
    let rows: Vec<(DbId, DbId, String, Read<LocalisedText>)> = each!(conn, c => query.load(c)?);
    let mut of_programme: BTreeMap<ProgrammeId, Vec<PlaceRef>> = BTreeMap::new();
    for (programme, id, code, name) in rows {
        let place = PlaceRef {
            id: PlaceId(id.0),
            code,
            name: name.0,
        };
        of_programme.entry(ProgrammeId(programme.0)).or_default().push(place);
    }
    Ok(of_programme)
}
