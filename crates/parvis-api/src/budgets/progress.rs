//! Progress: measures of how far lines have come, countersigned by partners.

use actix_web::{get, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{LineId, PartnerId, ProgressId};
use parvis_domain::{Code, DomainError, Fault, budgets as rules};
use parvis_store::StoreResult;
use parvis_store::budgets::{self as store, Home, ProgressSort};
use parvis_wire::Page;
use parvis_wire::budgets::{NewCountersignature, NewProgress, Progress};

use super::{allow, wire::conditions as wire};
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which measures.
    ProgressQuery, sort r"^-?(measured_on|recorded_at)$" {}
}

const SORTS: &[(&str, ProgressSort)] = &[
    ("measured_on", ProgressSort::MeasuredOn),
    ("recorded_at", ProgressSort::RecordedAt),
];

/// List the measures of progress of a line; the latest counts
#[utoipa::path(tag = "budgets", params(ProgressQuery), responses((status = 200, description = "A page.", body = Page<Progress>)))]
#[get("/api/v1/lines/{id}/progress")]
pub async fn list_progress(context: Context, id: Id<LineId>, query: Query<ProgressQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "-measured_on")?;
    let read = move |hop: &mut Hop<'_>| {
        let (_, view) = allow(hop, |conn| store::home_of_line(conn, id.0))?;
        let page = store::list_progress(hop.conn, id.0, &listing.request)?;
        listing.reply(page, |progress| wire::progress(progress, view))
    };
    context.read(Operation::ListProgress, read).await
}

/// Record how far a line has come
///
/// Nothing is overwritten: a later measure counts instead, and needs its own countersignatures.
#[utoipa::path(tag = "budgets", request_body = NewProgress, responses((status = 201, description = "Created.", body = Progress)))]
#[post("/api/v1/lines/{id}/progress")]
pub async fn record_progress(context: Context, id: Id<LineId>, body: Body<NewProgress>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewProgress| {
        let (home, _) = allow(hop, |conn| store::home_of_line(conn, id.0))?;
        home.programme.require_changeable()?;
        let checked = body.check()?;
        let today = home.programme.today(&hop.stamp)?;
        rules::check_booked_on("/measured_on", checked.measured_on, None, today)?;
        let new = store::NewProgress {
            measured_on: checked.measured_on,
            percent: checked.percent,
            source: checked.source,
            note: checked.note,
        };
        let made = store::record_progress(hop.conn, &hop.stamp, &home, id.0, &new)?;
        let (location, version) = (format!("/api/v1/progress/{}", made.id), made.version());
        Reply::created(location, &wire::progress(made, View::Member), version)
    };
    context.write(Operation::RecordProgress, body, write).await
}

/// Read a measure of progress
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = Progress)))]
#[get("/api/v1/progress/{id}")]
pub async fn get_progress(context: Context, id: Id<ProgressId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (_, view) = allow(hop, |conn| store::home_of_progress(conn, id.0))?;
        item(store::get_progress(hop.conn, id.0)?, view)
    };
    context.read(Operation::GetProgress, read).await
}

/// Countersign a measure of progress for a partner: a second person vouches for it
#[utoipa::path(tag = "budgets", request_body = NewCountersignature, responses((status = 200, description = "The countersigned measure.", body = Progress)))]
#[post("/api/v1/progress/{id}/countersign")]
pub async fn countersign_progress(context: Context, id: Id<ProgressId>, body: Body<NewCountersignature>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewCountersignature| {
        let (home, view) = allow(hop, |conn| store::home_of_progress(conn, id.0))?;
        home.programme.require_changeable()?;
        let before = store::get_progress(hop.conn, id.0)?;
        hop.expect_version(before.version())?;
        let partner = signing_for(hop, &home, body.partner_id.map(PartnerId))?;
        item(
            store::countersign_progress(hop.conn, &hop.stamp, &before, partner)?,
            view,
        )
    };
    context.write(Operation::CountersignProgress, body, write).await
}

/// For whom the caller signs: whoever acts for a partner for that one, everybody else for the one that is named.
fn signing_for(hop: &Hop<'_>, home: &Home, named: Option<PartnerId>) -> StoreResult<PartnerId> {
    match (hop.caller.bound_partner(home.programme.id), named) {
        (Some(own), Some(named)) if own != named => {
            let detail = "Who acts for a partner countersigns for that partner alone.";
            Err(DomainError::new(Code::PermissionDenied, detail).into())
        }
        (Some(own), _) => Ok(own),
        (None, Some(named)) => Ok(named),
        (None, None) => Err(Fault::new(Code::Required, "/partner_id", "Name the partner that vouches.").into()),
    }
}

fn item(progress: store::Progress, view: View) -> StoreResult<Reply> {
    let version = progress.version();
    Reply::item(&wire::progress(progress, view), version, view)
}
