//! Tranches: parts of a grant in instalments, released on conditions.

use actix_web::{delete, get, patch, post};
use parvis_domain::DomainError;
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{GrantId, TrancheId};
use parvis_store::StoreResult;
use parvis_store::budgets::{self as store, Home, TrancheSort};
use parvis_wire::Page;
use parvis_wire::budgets::{
    NewTranche, Tranche, TrancheFields, TrancheParts, TranchePatch, TrancheRelease, TrancheSplit,
};

use super::{allow, own_share_only, wire::conditions as wire};
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which tranches.
    TrancheQuery, sort r"^-?(position)$" {}
}

const SORTS: &[(&str, TrancheSort)] = &[("position", TrancheSort::Position)];

/// List the tranches of a grant, each with the state of its conditions
#[utoipa::path(tag = "budgets", params(TrancheQuery), responses((status = 200, description = "A page.", body = Page<Tranche>)))]
#[get("/api/v1/grants/{id}/tranches")]
pub async fn list_tranches(context: Context, id: Id<GrantId>, query: Query<TrancheQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "position")?;
    let read = move |hop: &mut Hop<'_>| {
        let home = super::home_of_visible_grant(hop, id.0)?.0;
        let today = home.programme.today(&hop.stamp)?;
        let page = store::list_tranches(hop.conn, id.0, &listing.request, today)?;
        listing.reply(page, wire::tranche)
    };
    context.read(Operation::ListTranches, read).await
}

/// Add a tranche to a grant in instalments
#[utoipa::path(tag = "budgets", request_body = NewTranche, responses((status = 201, description = "Created.", body = Tranche)))]
#[post("/api/v1/grants/{id}/tranches")]
pub async fn create_tranche(context: Context, id: Id<GrantId>, body: Body<NewTranche>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewTranche| {
        let (home, _) = allow(hop, |conn| store::home_of_grant(conn, id.0))?;
        home.programme.require_changeable()?;
        let content = body.check(store::next_tranche_position(hop.conn, id.0)?)?;
        let tranche = store::create_tranche(hop.conn, &hop.stamp, &home, id.0, &content)?;
        let (location, version) = (format!("/api/v1/tranches/{}", tranche.id), tranche.version);
        Reply::created(location, &wire::tranche(tranche), version)
    };
    context.write(Operation::CreateTranche, body, write).await
}

/// Read a tranche with the state of its conditions: what is met, what is missing, and why
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = Tranche)))]
#[get("/api/v1/tranches/{id}")]
pub async fn get_tranche(context: Context, id: Id<TrancheId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (_, tranche, view) = load(hop, id.0)?;
        item(hop, tranche, view)
    };
    context.read(Operation::GetTranche, read).await
}

/// Change a tranche that is not released
#[utoipa::path(tag = "budgets", request_body(content = TranchePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = Tranche)))]
#[patch("/api/v1/tranches/{id}")]
pub async fn update_tranche(context: Context, id: Id<TrancheId>, body: Body<TranchePatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &TranchePatch| {
        let (home, before, view) = load_to_change(hop, id.0)?;
        let content = body.clone().onto(TrancheFields::from(&before.content()))?.check()?;
        let after = store::update_tranche(hop.conn, &hop.stamp, &home, &before, &content)?;
        item(hop, after, view)
    };
    context.write(Operation::UpdateTranche, body, write).await
}

/// Archive a tranche that is not released
#[utoipa::path(tag = "budgets", responses((status = 204, description = "It is archived.")))]
#[delete("/api/v1/tranches/{id}")]
pub async fn archive_tranche(context: Context, id: Id<TrancheId>) -> Answer {
    let write = move |hop: &mut Hop<'_>| {
        let (home, before, _) = load_to_change(hop, id.0)?;
        store::archive_tranche(hop.conn, &hop.stamp, &home, &before)?;
        Ok(Reply::none())
    };
    context.act(Operation::ArchiveTranche, write).await
}

/// Release a tranche whose conditions are met on the day
///
/// Otherwise it is refused with every condition and what is missing.
#[utoipa::path(tag = "budgets", request_body = TrancheRelease, responses((status = 200, description = "The released tranche.", body = Tranche)))]
#[post("/api/v1/tranches/{id}/release")]
pub async fn release_tranche(context: Context, id: Id<TrancheId>, body: Body<TrancheRelease>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &TrancheRelease| {
        let (home, before, view) = load_to_change(hop, id.0)?;
        let day = match body.check()? {
            Some(day) => day,
            None => home.programme.today(&hop.stamp)?,
        };
        let released = store::release_tranche(hop.conn, &hop.stamp, &home, &before, day)?;
        item(hop, released, view)
    };
    context.write(Operation::ReleaseTranche, body, write).await
}

/// Split a tranche that is not released into parts, such as the last instalment into 80 % and 20 %
///
/// Each part keeps title, day and conditions; the last one alone is final.
#[utoipa::path(tag = "budgets", request_body = TrancheSplit, responses((status = 200, description = "The parts.", body = TrancheParts)))]
#[post("/api/v1/tranches/{id}/split")]
pub async fn split_tranche(context: Context, id: Id<TrancheId>, body: Body<TrancheSplit>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &TrancheSplit| {
        let (home, before, view) = load_to_change(hop, id.0)?;
        let parts = store::split_tranche(hop.conn, &hop.stamp, &home, &before, &body.check()?)?;
        let version = parts.first().map_or(before.version, |first| first.version);
        let parts = TrancheParts {
            items: parts.into_iter().map(wire::tranche).collect(),
        };
        Reply::item(&parts, version, view)
    };
    context.write(Operation::SplitTranche, body, write).await
}

/// A tranche, once the caller may; an archived one is still read.
fn load(hop: &mut Hop<'_>, id: TrancheId) -> StoreResult<(Home, store::Tranche, View)> {
    let (home, funder) = store::home_of_tranche(hop.conn, id)?;
    let view = hop.caller.authorise(hop.operation, home.programme.scope())?;
    if own_share_only(hop, &home).is_some_and(|partner| partner != funder) {
        return Err(DomainError::not_found().into());
    }
    let tranche = store::get_tranche(hop.conn, id, home.programme.today(&hop.stamp)?)?;
    Ok((home, tranche, view))
}

fn load_to_change(hop: &mut Hop<'_>, id: TrancheId) -> StoreResult<(Home, store::Tranche, View)> {
    let (home, before, view) = load(hop, id)?;
    home.programme.require_changeable()?;
    hop.expect_version(before.version)?;
    Ok((home, before, view))
}

/// A tranche with its tag. What its conditions rest on changes without it, so the tag follows the body as well; to change
/// it, the version alone counts.
fn item(hop: &mut Hop<'_>, tranche: store::Tranche, view: View) -> StoreResult<Reply> {
    let (version, grant) = (tranche.version, tranche.grant_id);
    let mut wire = wire::tranche(tranche);
    if wire.is_final {
        wire.settlement = Some(super::wire::settlement(store::get_settlement(hop.conn, grant)?));
    }
    Ok(Reply::item(&wire, version, view)?.tagged_by_body())
}
