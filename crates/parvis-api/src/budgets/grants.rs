//! Grants: decisions of funders, spread over lines.

use actix_web::{get, patch, post};
use parvis_domain::DomainError;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::GrantKind;
use parvis_domain::ids::{BudgetId, GrantId, PartnerId};
use parvis_store::budgets::{self as store, GrantFilter, GrantSort, GrantTerms, Setting};
use parvis_wire::Page;
use parvis_wire::budgets::{Grant, GrantFields, GrantPatch, NewGrant};
use uuid::Uuid;

use super::{allow, own_share_only, wire};
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which grants.
    GrantQuery, sort r"^-?(created_at)$" {
        /// Of this funder.
        funder_id: Uuid,
        /// Cash or in kind.
        kind: GrantKind,
    }
}

const SORTS: &[(&str, GrantSort)] = &[("created_at", GrantSort::CreatedAt)];

/// List the grants of a budget
#[utoipa::path(tag = "budgets", params(GrantQuery), responses((status = 200, description = "A page.", body = Page<Grant>)))]
#[get("/api/v1/budgets/{id}/grants")]
pub async fn list_grants(context: Context, id: Id<BudgetId>, query: Query<GrantQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "created_at")?;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let filter = GrantFilter {
            funder: query.funder_id.map(PartnerId),
            kind: query.kind,
            only: own_share_only(hop, &home),
        };
        let page = store::list_grants(hop.conn, id.0, &filter, &listing.request)?;
        listing.reply(page, wire::grant)
    };
    context.read(Operation::ListGrants, read).await
}

/// Record a grant over one or more lines
#[utoipa::path(tag = "budgets", request_body = NewGrant, responses((status = 201, description = "Created.", body = Grant)))]
#[post("/api/v1/budgets/{id}/grants")]
pub async fn create_grant(context: Context, id: Id<BudgetId>, body: Body<NewGrant>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewGrant| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let (content, shares) = body.check()?;
        let setting = Setting {
            programme: home.programme.id,
            budget: id.0,
            policy: home.programme.policy,
        };
        let grant = store::create_grant(hop.conn, &hop.stamp, setting, &content, &shares)?;
        let (location, version) = (format!("/api/v1/grants/{}", grant.id), grant.version);
        Reply::created(location, &wire::grant(grant), version)
    };
    context.write(Operation::CreateGrant, body, write).await
}

/// Read a grant
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = Grant)))]
#[get("/api/v1/grants/{id}")]
pub async fn get_grant(context: Context, id: Id<GrantId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (home, view) = allow(hop, |conn| store::home_of_grant(conn, id.0))?;
        let grant = store::get_grant(hop.conn, id.0)?;
        if own_share_only(hop, &home).is_some_and(|partner| partner != grant.funder_id) {
            return Err(DomainError::not_found().into());
        }
        let version = grant.version;
        Reply::item(&wire::grant(grant), version, view)
    };
    context.read(Operation::GetGrant, read).await
}

/// Change what a grant says of itself
///
/// Its amounts change by a revision of the plan of a line.
#[utoipa::path(tag = "budgets", request_body(content = GrantPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = Grant)))]
#[patch("/api/v1/grants/{id}")]
pub async fn update_grant(context: Context, id: Id<GrantId>, body: Body<GrantPatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &GrantPatch| {
        let (home, view) = allow(hop, |conn| store::home_of_grant(conn, id.0))?;
        home.programme.require_changeable()?;
        let before = store::get_grant(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let current = GrantFields {
            reference: before.reference.clone(),
            decided_on: before.decided_on.map(|day| day.to_string()),
            expires_on: before.expires_on.map(|day| day.to_string()),
            shift_percent: before.shift.map(|shift| shift.percent()),
            rate_percent: before.rate.map(|rate| rate.percent()),
        };
        let checked = body.clone().onto(current)?.check()?;
        let terms = GrantTerms {
            reference: checked.reference,
            decided_on: checked.decided_on,
            expires_on: checked.expires_on,
            shift: checked.shift,
            rate: checked.rate,
        };
        let after = store::update_grant(hop.conn, &hop.stamp, &before, &terms)?;
        let version = after.version;
        Reply::item(&wire::grant(after), version, view)
    };
    context.write(Operation::UpdateGrant, body, write).await
}
