//! What agreements oblige to by when.

use actix_web::{delete, get, patch, post};
use chrono::NaiveDate;
use parvis_domain::accounts::{Operation, View};
use parvis_domain::agreements::obligations::ObligationKind;
use parvis_domain::agreements::signatures::check_represents;
use parvis_domain::ids::{AgreementId, ObligationId, ProgrammeId};
use parvis_store::StoreResult;
use parvis_store::agreements::{self as store, Met, ObligationFilter, ObligationSort};
use parvis_wire::Page;
use parvis_wire::agreements::{NewObligation, Obligation, ObligationMet, ObligationPatch};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{load_to_change, wire};
use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

/// How many days before it is due an obligation counts as due soon.
const WARNING: u16 = 30;

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_obligations)
        .service(create_obligation)
        .service(get_obligation)
        .service(update_obligation)
        .service(archive_obligation)
        .service(meet_obligation);
}

list_query! {
    /// Which obligations.
    ObligationQuery, sort r"^-?(first_on)$" {
        /// Of this agreement.
        agreement: Uuid,
        /// Of this kind.
        kind: ObligationKind,
        /// Owed by this organisation.
        owed_by: Uuid,
    }
}

const SORTS: &Sorts<ObligationSort> = &[("first_on", ObligationSort::FirstOn)];

/// List what the agreements of a programme oblige to by when
///
/// Each with its days while the agreement runs, as it stands today, and where each day stands.
#[utoipa::path(tag = "agreements", params(ObligationQuery), responses((status = 200, description = "A page.", body = Page<Obligation>)))]
#[get("/api/v1/programmes/{id}/obligations")]
pub async fn list_obligations(context: Context, id: Id<ProgrammeId>, query: Query<ObligationQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "first_on")?;
    let filter = ObligationFilter {
        agreement: query.agreement.map(Into::into),
        kind: query.kind,
        owed_by: query.owed_by.map(Into::into),
    };
    let read = move |hop: &mut Hop<'_>| {
        let (programme, _) = hop.programme(id.0)?;
        let today = programme.today(&hop.stamp)?;
        let page = store::list_obligations(hop.conn, id.0, &filter, &listing.request, today)?;
        listing.reply(page, |obligation| wire::obligation(&obligation, WARNING, today))
    };
    context.read(Operation::ListObligations, read).await
}

/// Record what an agreement obliges one of its parties to
#[utoipa::path(tag = "agreements", request_body = NewObligation, responses((status = 201, description = "Created.", body = Obligation)))]
#[post("/api/v1/agreements/{id}/obligations")]
pub async fn create_obligation(context: Context, id: Id<AgreementId>, body: Body<NewObligation>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewObligation| {
        let (programme, agreement, _) = load_to_change(hop, id.0, None)?;
        let today = programme.today(&hop.stamp)?;
        let new = body.check(hop.stamp.id())?;
        let made = store::create_obligation(hop.conn, &hop.stamp, &agreement, &new, today)?;
        let location = format!("/api/v1/obligations/{}", made.rules.id);
        let reply = Reply::created(location, &wire::obligation(&made, WARNING, today), made.version)?;
        Ok(reply.tagged_by_body())
    };
    context.write(Operation::CreateObligation, body, write).await
}

/// Read an obligation
#[utoipa::path(tag = "agreements", responses((status = 200, description = "The current state.", body = Obligation)))]
#[get("/api/v1/obligations/{id}")]
pub async fn get_obligation(context: Context, id: Id<ObligationId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (obligation, view, today) = load(hop, id.0)?;
        item(&obligation, view, today)
    };
    context.read(Operation::GetObligation, read).await
}

/// Change an obligation
#[utoipa::path(tag = "agreements", request_body(content = ObligationPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = Obligation)))]
#[patch("/api/v1/obligations/{id}")]
pub async fn update_obligation(context: Context, id: Id<ObligationId>, body: Body<ObligationPatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &ObligationPatch| {
        let (before, view, today) = load_to_change_one(hop, id.0)?;
        let new = body.clone().onto(wire::as_new_obligation(&before))?;
        let content = new.check(before.rules.id.into())?;
        let after = store::update_obligation(hop.conn, &hop.stamp, &before, &content, today)?;
        item(&after, view, today)
    };
    context.write(Operation::UpdateObligation, body, write).await
}

/// Archive an obligation that is not owed after all
#[utoipa::path(tag = "agreements", responses((status = 204, description = "It is archived.")))]
#[delete("/api/v1/obligations/{id}")]
pub async fn archive_obligation(context: Context, id: Id<ObligationId>) -> Answer {
    let write = move |hop: &mut Hop<'_>| {
        let (before, _, today) = load_to_change_one(hop, id.0)?;
        store::archive_obligation(hop.conn, &hop.stamp, &before, today)?;
        Ok(Reply::none())
    };
    context.act(Operation::ArchiveObligation, write).await
}

/// Record that an obligation was met for one of its days
///
/// Who acts for a partner records what its own organisation owes.
#[utoipa::path(tag = "agreements", request_body = ObligationMet, responses((status = 200, description = "The current state.", body = Obligation)))]
#[post("/api/v1/obligations/{id}/meet")]
pub async fn meet_obligation(context: Context, id: Id<ObligationId>, body: Body<ObligationMet>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &ObligationMet| {
        let (before, view, today) = load_to_change_one(hop, id.0)?;
        check_represents(
            hop.caller.bound_partner(before.programme_id),
            before.rules.owed_by,
            true,
        )?;
        let (due_on, met_on, evidence) = body.check()?;
        let met = Met {
            due_on,
            met_on,
            evidence,
        };
        let after = store::meet_obligation(hop.conn, &hop.stamp, &before, &met, today)?;
        item(&after, view, today)
    };
    context.write(Operation::MeetObligation, body, write).await
}

fn load(hop: &mut Hop<'_>, id: ObligationId) -> StoreResult<(store::Obligation, View, NaiveDate)> {
    let programme = store::home_of_obligation(hop.conn, id)?;
    let view = hop.caller.authorise(hop.operation, programme.scope())?;
    let today = programme.today(&hop.stamp)?;
    Ok((store::get_obligation(hop.conn, id, today)?, view, today))
}

fn load_to_change_one(hop: &mut Hop<'_>, id: ObligationId) -> StoreResult<(store::Obligation, View, NaiveDate)> {
    let programme = store::home_of_obligation(hop.conn, id)?;
    let view = hop.caller.authorise(hop.operation, programme.scope())?;
    programme.require_changeable()?;
    let today = programme.today(&hop.stamp)?;
    let before = store::get_obligation(hop.conn, id, today)?;
    hop.expect_version(before.version)?;
    Ok((before, view, today))
}

fn item(obligation: &store::Obligation, view: View, today: NaiveDate) -> StoreResult<Reply> {
    let wire = wire::obligation(obligation, WARNING, today);
    Ok(Reply::item(&wire, obligation.version, view)?.tagged_by_body())
}
