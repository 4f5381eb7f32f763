//! What funders ask of conversions.

use actix_web::{get, patch, post};
use parvis_domain::DomainError;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::{PartnerId, ProgrammeId, RatePolicyId};
use parvis_store::budgets::{self as store, RatePolicySort};
use parvis_wire::Page;
use parvis_wire::budgets::{FunderRatePolicy, NewRatePolicy, RatePolicyFields, RatePolicyPatch};

use crate::budgets::balances::own_part;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which rate policies.
    RatePolicyQuery, sort r"^-?(created_at)$" {}
}

const SORTS: &[(&str, RatePolicySort)] = &[("created_at", RatePolicySort::CreatedAt)];

/// List what the funders of a programme ask of conversions
///
/// Of a funder that is not listed, the monthly rates are asked.
#[utoipa::path(tag = "rates", params(RatePolicyQuery), responses((status = 200, description = "A page.", body = Page<FunderRatePolicy>)))]
#[get("/api/v1/programmes/{id}/rate-policies")]
pub async fn list_rate_policies(context: Context, id: Id<ProgrammeId>, query: Query<RatePolicyQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "created_at")?;
    let read = move |hop: &mut Hop<'_>| {
        let (programme, _) = hop.programme(id.0)?;
        let only = own_part(hop, id.0, programme.visibility);
        let page = store::list_rate_policies(hop.conn, id.0, only, &listing.request)?;
        listing.reply(page, wire)
    };
    context.read(Operation::ListRatePolicies, read).await
}

/// Read what a funder asks of conversions
#[utoipa::path(tag = "rates", responses((status = 200, description = "The current state.", body = FunderRatePolicy)))]
#[get("/api/v1/rate-policies/{id}")]
pub async fn get_rate_policy(context: Context, id: Id<RatePolicyId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let found = store::get_rate_policy(hop.conn, id.0);
        let (row, programme, view) = hop.item(found, |row| Some(row.programme_id))?;
        if own_part(hop, row.programme_id, programme.visibility).is_some_and(|only| only != row.funder_id) {
            return Err(DomainError::not_found().into());
        }
        let version = row.version;
        Reply::item(&wire(row), version, view)
    };
    context.read(Operation::GetRatePolicy, read).await
}

/// Record in which currency a funder wants its reports, and at which rates
#[utoipa::path(tag = "rates", request_body = NewRatePolicy, responses((status = 201, description = "Created.", body = FunderRatePolicy)))]
#[post("/api/v1/programmes/{id}/rate-policies")]
pub async fn create_rate_policy(context: Context, id: Id<ProgrammeId>, body: Body<NewRatePolicy>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewRatePolicy| {
        let (programme, _) = hop.programme(id.0)?;
        programme.require_changeable()?;
        let (funder, content) = (PartnerId(body.funder_id), body.check()?);
        let row = store::create_rate_policy(hop.conn, &hop.stamp, id.0, funder, content)?;
        let (location, version) = (format!("/api/v1/rate-policies/{}", row.id), row.version);
        Reply::created(location, &wire(row), version)
    };
    context.write(Operation::CreateRatePolicy, body, write).await
}

/// Change in which currency a funder wants its reports, and at which rates
#[utoipa::path(tag = "rates", request_body(content = RatePolicyPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = FunderRatePolicy)))]
#[patch("/api/v1/rate-policies/{id}")]
pub async fn update_rate_policy(context: Context, id: Id<RatePolicyId>, body: Body<RatePolicyPatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &RatePolicyPatch| {
        let found = store::get_rate_policy(hop.conn, id.0);
        let (before, programme, view) = hop.item(found, |row| Some(row.programme_id))?;
        programme.require_changeable()?;
        hop.expect_version(before.version)?;
        let current = RatePolicyFields {
            currency: before.currency.code().to_owned(),
            policy: before.policy,
        };
        let content = body.clone().onto(current)?.check()?;
        let after = store::update_rate_policy(hop.conn, &hop.stamp, &before, content)?;
        let version = after.version;
        Reply::item(&wire(after), version, view)
    };
    context.write(Operation::UpdateRatePolicy, body, write).await
}

fn wire(row: store::RatePolicyRow) -> FunderRatePolicy {
    FunderRatePolicy {
        id: row.id.into(),
        programme_id: row.programme_id.into(),
        funder_id: row.funder_id.into(),
        currency: row.currency.code().to_owned(),
        policy: row.policy,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    }
}
