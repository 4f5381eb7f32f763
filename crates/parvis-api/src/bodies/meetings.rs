//! Meetings of bodies and their decisions.

use actix_web::{get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::bodies::meetings::{EffectKind, MeetingStatus};
use parvis_domain::ids::{BodyId, DecisionId, MandateId, MeetingId, ProgrammeId};
use parvis_store::StoreResult;
use parvis_store::bodies::{self as store, DecisionFilter, DecisionSort, MeetingFilter, MeetingSort};
use parvis_store::programmes::ProgrammeContext;
use parvis_wire::Page;
use parvis_wire::bodies::{
    Attendance, BodyDecision, BodyMeeting, DecisionAnnulment, MeetingMinutes, MeetingPatch, NewBodyDecision,
    NewBodyMeeting,
};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{allow, wire};
use crate::http::body::Nothing;
use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_body_meetings)
        .service(create_body_meeting)
        .service(get_body_meeting)
        .service(update_body_meeting);
    services
        .service(hold_body_meeting)
        .service(cancel_body_meeting)
        .service(record_body_minutes);
    services
        .service(list_body_decisions)
        .service(create_body_decision)
        .service(annul_body_decision);
}

list_query! {
    /// Filters of the list of meetings.
    MeetingQuery, sort r"^-?(held_on)$" {
        /// Where they are.
        status: MeetingStatus,
    }
}

const SORTS: &Sorts<MeetingSort> = &[("held_on", MeetingSort::HeldOn)];

/// List the meetings of a body with their decisions
///
/// Minutes and who came are told to members of the programme; everybody who may see it is told the rest.
#[utoipa::path(tag = "bodies", params(MeetingQuery), responses((status = 200, description = "A page of meetings.", body = Page<BodyMeeting>)))]
#[get("/api/v1/bodies/{id}/meetings")]
pub async fn list_body_meetings(ctx: Context, id: Id<BodyId>, query: Query<MeetingQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "-held_on")?;
    let filter = MeetingFilter { status: query.status };
    ctx.read(Operation::ListBodyMeetings, move |hop| {
        let (_, view) = allow(hop, id.0)?;
        let page = store::list_body_meetings(hop.conn, id.0, filter, &listing.request)?;
        listing.reply(page, |meeting| wire::meeting(meeting, view))
    })
    .await
}

/// Read a meeting with its decisions
#[utoipa::path(tag = "bodies", responses((status = 200, description = "The meeting.", body = BodyMeeting)))]
#[get("/api/v1/body-meetings/{id}")]
pub async fn get_body_meeting(ctx: Context, id: Id<MeetingId>) -> Answer {
    ctx.read(Operation::GetBodyMeeting, move |hop| {
        let (_, view) = allow_meeting(hop, id.0)?;
        item(store::get_body_meeting(hop.conn, id.0)?, view)
    })
    .await
}

/// Convene a meeting
#[utoipa::path(tag = "bodies", request_body = NewBodyMeeting, responses((status = 201, description = "Created.", body = BodyMeeting)))]
#[post("/api/v1/bodies/{id}/meetings")]
pub async fn create_body_meeting(ctx: Context, id: Id<BodyId>, body: Body<NewBodyMeeting>) -> Answer {
    ctx.write(Operation::CreateBodyMeeting, body, move |hop, new| {
        let (programme, _) = allow(hop, id.0)?;
        let (meeting, location) = new.check()?;
        let body = store::lock_body(hop.conn, id.0)?;
        hop.expect_version(body.version)?;
        let asked = (&meeting, location.as_deref());
        let made = store::create_body_meeting(hop.conn, &hop.stamp, &programme, &body, asked)?;
        let (location, version) = (format!("/api/v1/body-meetings/{}", made.id), made.version);
        Reply::created(location, &wire::meeting(made, View::Member), version)
    })
    .await
}

/// Change a meeting that is convened
#[utoipa::path(tag = "bodies", request_body(content = MeetingPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed meeting.", body = BodyMeeting)))]
#[patch("/api/v1/body-meetings/{id}")]
pub async fn update_body_meeting(ctx: Context, id: Id<MeetingId>, body: Body<MeetingPatch>) -> Answer {
    ctx.write(Operation::UpdateBodyMeeting, body, move |hop, patch| {
        let (programme, body, before) = load_to_change(hop, id.0)?;
        let (meeting, location) = patch.clone().onto(current(&before))?.check()?;
        let (of_body, asked) = ((&body, &before), (&meeting, location.as_deref()));
        let after = store::update_body_meeting(hop.conn, &hop.stamp, &programme, of_body, asked)?;
        item(after, View::Member)
    })
    .await
}

/// Record who came to a meeting, which is thereby held
///
/// The quorum is counted by the rules of that day and kept with the meeting.
#[utoipa::path(tag = "bodies", request_body = Attendance, responses((status = 200, description = "The meeting.", body = BodyMeeting)))]
#[post("/api/v1/body-meetings/{id}/hold")]
pub async fn hold_body_meeting(ctx: Context, id: Id<MeetingId>, body: Body<Attendance>) -> Answer {
    ctx.write(Operation::HoldBodyMeeting, body, move |hop, came| {
        let (programme, body, before) = load_to_change(hop, id.0)?;
        let minutes = came.check()?;
        let attended = came.mandate_ids.iter().copied().map(MandateId).collect();
        let (of_body, minutes) = ((&body, &before), minutes.as_ref());
        let after = store::hold_body_meeting(hop.conn, &hop.stamp, &programme, of_body, &attended, minutes)?;
        item(after, View::Member)
    })
    .await
}

/// Cancel a meeting that is convened
#[utoipa::path(tag = "bodies", request_body = Nothing, responses((status = 200, description = "The meeting.", body = BodyMeeting)))]
#[post("/api/v1/body-meetings/{id}/cancel")]
pub async fn cancel_body_meeting(ctx: Context, id: Id<MeetingId>, body: Body<Nothing>) -> Answer {
    ctx.write(Operation::CancelBodyMeeting, body, move |hop, _| {
        let (programme, body, before) = load_to_change(hop, id.0)?;
        let after = store::cancel_body_meeting(hop.conn, &hop.stamp, &programme, (&body, &before))?;
        item(after, View::Member)
    })
    .await
}

/// Write the minutes of a meeting that was held, or write them anew
#[utoipa::path(tag = "bodies", request_body = MeetingMinutes, responses((status = 200, description = "The meeting.", body = BodyMeeting)))]
#[post("/api/v1/body-meetings/{id}/minutes")]
pub async fn record_body_minutes(ctx: Context, id: Id<MeetingId>, body: Body<MeetingMinutes>) -> Answer {
    ctx.write(Operation::RecordBodyMinutes, body, move |hop, new| {
        let (programme, body, before) = load_to_change(hop, id.0)?;
        let minutes = new.check()?;
        let after = store::record_body_minutes(hop.conn, &hop.stamp, &programme, (&body, &before), &minutes)?;
        item(after, View::Member)
    })
    .await
}

list_query! {
    /// Filters of the list of decisions.
    DecisionQuery, sort r"^-?(decided_on)$" {
        /// Only of this body.
        body_id: Uuid,
        /// Only those that adopt this agreement.
        agreement_id: Uuid,
        /// Only those that release this tranche.
        tranche_id: Uuid,
        /// Only those that do this.
        kind: EffectKind,
    }
}

const DECISION_SORTS: &Sorts<DecisionSort> = &[("decided_on", DecisionSort::DecidedOn)];

/// List the decisions of the bodies of a programme
#[utoipa::path(tag = "bodies", params(DecisionQuery), responses((status = 200, description = "A page of decisions.", body = Page<BodyDecision>)))]
#[get("/api/v1/programmes/{id}/body-decisions")]
pub async fn list_body_decisions(ctx: Context, id: Id<ProgrammeId>, query: Query<DecisionQuery>) -> Answer {
    let listing = ctx.listing(&*query, DECISION_SORTS, "-decided_on")?;
    let filter = DecisionFilter {
        body: query.body_id.map(Into::into),
        agreement: query.agreement_id.map(Into::into),
        tranche: query.tranche_id.map(Into::into),
        kind: query.kind,
    };
    ctx.read(Operation::ListBodyDecisions, move |hop| {
        hop.programme(id.0)?;
        let page = store::list_body_decisions(hop.conn, id.0, filter, &listing.request)?;
        listing.reply(page, wire::decision)
    })
    .await
}

/// Record a decision of a meeting, with its vote
///
/// Refused where the meeting had no quorum, the item was not announced for a decision, or the rules of the body do not give
/// it this decision. An item is decided once.
#[utoipa::path(tag = "bodies", request_body = NewBodyDecision, responses((status = 201, description = "Created.", body = BodyDecision)))]
#[post("/api/v1/body-meetings/{id}/decisions")]
pub async fn create_body_decision(ctx: Context, id: Id<MeetingId>, body: Body<NewBodyDecision>) -> Answer {
    ctx.write(Operation::CreateBodyDecision, body, move |hop, new| {
        let (programme, body, meeting) = load_to_change(hop, id.0)?;
        let decision = new.check()?;
        let of_body = (&body, &meeting);
        let made = store::create_body_decision(hop.conn, &hop.stamp, &programme, of_body, &decision)?;
        let location = format!("/api/v1/body-meetings/{}", meeting.id);
        Reply::created(location, &wire::decision(made), meeting.version + 1)
    })
    .await
}

/// Find a decision void, on record
#[utoipa::path(tag = "bodies", request_body = DecisionAnnulment, responses((status = 200, description = "The decision.", body = BodyDecision)))]
#[post("/api/v1/body-decisions/{id}/annul")]
pub async fn annul_body_decision(ctx: Context, id: Id<DecisionId>, body: Body<DecisionAnnulment>) -> Answer {
    ctx.write(Operation::AnnulBodyDecision, body, move |hop, annulment| {
        let found = store::programme_of_decision(hop.conn, id.0);
        let (_, programme, _) = hop.item(found, |programme| Some(*programme))?;
        let (day, reason) = annulment.check()?;
        let (body, meeting, before) = store::lock_decision(hop.conn, id.0)?;
        hop.expect_version(meeting.version)?;
        let of_body = (&body, &meeting, &before);
        let after = store::annul_body_decision(hop.conn, &hop.stamp, &programme, of_body, (day, &reason))?;
        Reply::item(&wire::decision(after), meeting.version + 1, View::Member)
    })
    .await
}

fn current(meeting: &store::BodyMeeting) -> NewBodyMeeting {
    NewBodyMeeting {
        convened_on: meeting.convened_on.to_string(),
        held_on: meeting.held_on.to_string(),
        again: meeting.again,
        location: meeting.location.clone(),
        agenda: meeting.agenda.clone(),
    }
}

fn allow_meeting(hop: &mut Hop<'_>, id: MeetingId) -> StoreResult<(ProgrammeContext, View)> {
    let found = store::programme_of_meeting(hop.conn, id);
    let (_, programme, view) = hop.item(found, |programme| Some(*programme))?;
    Ok((programme, view))
}

fn load_to_change(
    hop: &mut Hop<'_>,
    id: MeetingId,
) -> StoreResult<(ProgrammeContext, store::Body, store::BodyMeeting)> {
    let (programme, _) = allow_meeting(hop, id)?;
    let (body, meeting) = store::lock_meeting(hop.conn, id)?;
    hop.expect_version(meeting.version)?;
    Ok((programme, body, meeting))
}

fn item(meeting: store::BodyMeeting, view: View) -> StoreResult<Reply> {
    let meeting = wire::meeting(meeting, view);
    Reply::item(&meeting, meeting.version, view)
}
