//! The ledger: movements are posted, reversed and corrected, never edited.

pub(super) mod query;

use actix_web::http::StatusCode;
use actix_web::{get, post};
use chrono::NaiveDate;
use parvis_domain::DomainError;
use parvis_domain::accounts::{Operation, View};
use parvis_domain::budgets::movements as checks;
use parvis_domain::budgets::{self as rules, NewMovement as Posting};
use parvis_domain::ids::{BudgetId, GrantId, MovementId, PartnerId};
use parvis_store::StoreResult;
use parvis_store::budgets::{self as store, Home};
use parvis_wire::Page;
use parvis_wire::budgets::{CheckedCorrection, Correction, Movement, NewMovement, Refusal, Reversal, Settlement};

use self::query::{MovementQuery, SORTS};
use super::{allow, own_share_only, wire};
use crate::documents::join_evidence;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

/// List the movements of a budget: its ledger
#[utoipa::path(tag = "budgets", params(MovementQuery), responses((status = 200, description = "A page.", body = Page<Movement>)))]
#[get("/api/v1/budgets/{id}/movements")]
pub async fn list_movements(context: Context, id: Id<BudgetId>, query: Query<MovementQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "-booked_on")?;
    query.check(View::Public, None)?;
    let read = move |hop: &mut Hop<'_>| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let filter = query.check(view, own_share_only(hop, &home))?;
        let page = store::list_movements(hop.conn, id.0, &filter, &listing.request)?;
        let mut items: Vec<Movement> = page
            .items
            .into_iter()
            .map(|movement| wire::movement(movement, view))
            .collect();
        join_evidence(hop, &home.programme, view, &mut items)?;
        let page = parvis_domain::page::Page {
            items,
            last: page.last,
            total: page.total,
        };
        listing.reply(page, |movement| movement)
    };
    context.read(Operation::ListMovements, read).await
}

/// Post a movement, of any kind from pledge to repayment
///
/// One that would break a rule of the ledger, on its day or on any later one, is refused with what is available. Where the
/// programme asks for four eyes it waits as `pending` until another person approves it: until then it counts against every
/// ceiling and supports nothing.
#[utoipa::path(tag = "budgets", request_body = NewMovement, responses((status = 201, description = "Created.", body = Movement)))]
#[post("/api/v1/budgets/{id}/movements")]
pub async fn create_movement(context: Context, id: Id<BudgetId>, body: Body<NewMovement>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewMovement| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let new = body.check()?;
        checks::check_days(&new, home.programme.today(&hop.stamp)?)?;
        let bound = hop.caller.bound_partner(home.programme.id);
        let made = store::create_movement(hop.conn, &hop.stamp, id.0, &new, bound)?;
        created(hop, &home, made)
    };
    context.write(Operation::CreateMovement, body, write).await
}

/// Read a movement
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = Movement)))]
#[get("/api/v1/movements/{id}")]
pub async fn get_movement(context: Context, id: Id<MovementId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (home, view) = allow(hop, |conn| store::home_of_movement(conn, id.0))?;
        let movement = store::get_movement(hop.conn, id.0)?;
        if own_share_only(hop, &home).is_some_and(|partner| !concerns(&movement, partner)) {
            return Err(DomainError::not_found().into());
        }
        item(hop, &home, movement, view)
    };
    context.read(Operation::GetMovement, read).await
}

/// Reverse a movement: a new one repeats it and counts negatively
///
/// Refused while something rests on the movement.
#[utoipa::path(tag = "budgets", request_body = Reversal, responses((status = 201, description = "Created.", body = Movement)))]
#[post("/api/v1/movements/{id}/reverse")]
pub async fn reverse_movement(context: Context, id: Id<MovementId>, body: Body<Reversal>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &Reversal| {
        let (home, of) = to_correct(hop, id.0)?;
        let (booked_on, reason) = body.check()?;
        let booked_on = day_of(hop, &home, &of, booked_on)?;
        let made = store::reverse_movement(hop.conn, &hop.stamp, &of, booked_on, &reason)?;
        created(hop, &home, made)
    };
    context.write(Operation::ReverseMovement, body, write).await
}

/// Correct a movement: its reversal and its replacement in one step; the rules are checked after both
///
/// The answer is the replacement.
#[utoipa::path(tag = "budgets", request_body = Correction, responses((status = 201, description = "Created.", body = Movement)))]
#[post("/api/v1/movements/{id}/correct")]
pub async fn correct_movement(context: Context, id: Id<MovementId>, body: Body<Correction>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &Correction| {
        let (home, of) = to_correct(hop, id.0)?;
        let correction = body.check()?;
        let booked_on = day_of(hop, &home, &of, correction.booked_on)?;
        let replacement = replacement(&of, &correction, booked_on);
        let (_, replacement) = store::correct_movement(hop.conn, &hop.stamp, &of, &correction.reason, &replacement)?;
        created(hop, &home, replacement)
    };
    context.write(Operation::CorrectMovement, body, write).await
}

/// Approve a movement that somebody else recorded: from then on it counts
///
/// The rules are checked again, on the day that it was booked on. A correction is approved as a whole.
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = Movement)))]
#[post("/api/v1/movements/{id}/approve")]
pub async fn approve_movement(context: Context, id: Id<MovementId>) -> Answer {
    let write = move |hop: &mut Hop<'_>| {
        let (home, of) = to_correct(hop, id.0)?;
        let decided = store::approve_movement(hop.conn, &hop.stamp, &of)?;
        item(hop, &home, decided, View::Member)
    };
    context.act(Operation::ApproveMovement, write).await
}

/// Refuse a movement that somebody else recorded: it never counts
///
/// A correction is refused as a whole; what it would have reversed can be reversed anew.
#[utoipa::path(tag = "budgets", request_body = Refusal, responses((status = 200, description = "The current state.", body = Movement)))]
#[post("/api/v1/movements/{id}/refuse")]
pub async fn refuse_movement(context: Context, id: Id<MovementId>, body: Body<Refusal>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &Refusal| {
        let (home, of) = to_correct(hop, id.0)?;
        let reason = body.check()?;
        let decided = store::refuse_movement(hop.conn, &hop.stamp, &of, &reason)?;
        item(hop, &home, decided, View::Member)
    };
    context.write(Operation::RefuseMovement, body, write).await
}

/// Read what is still due on a grant
///
/// No more than was granted, and no more than its maximum rate of the cost that was accepted over the whole plan; below
/// zero it is a claim for repayment.
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = Settlement)))]
#[get("/api/v1/grants/{id}/settlement")]
pub async fn get_settlement(context: Context, id: Id<GrantId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_grant(conn, id.0))?;
        let grant = store::get_grant(hop.conn, id.0)?;
        if own_share_only(hop, &home).is_some_and(|partner| partner != grant.funder_id) {
            return Err(DomainError::not_found().into());
        }
        Reply::json(&wire::settlement(store::get_settlement(hop.conn, id.0)?))
    };
    context.read(Operation::GetSettlement, read).await
}

/// What replaces a corrected movement: what the correction does not say stays, except what goes with the amount.
fn replacement(of: &store::Movement, correction: &CheckedCorrection, booked_on: NaiveDate) -> Posting {
    Posting {
        line: of.line_id,
        grant: of.grant_id,
        kind: of.kind,
        amount: Some(correction.amount),
        original: correction.original,
        rate: correction.rate,
        booked_on,
        incurred_on: of.incurred_on,
        paid_on: of.paid_on,
        payer: Some(of.payer_id),
        payee: of.payee_id,
        reference: correction.reference.clone().or_else(|| of.reference.clone()),
        note: correction.note.clone().or_else(|| of.note.clone()),
        evidence: correction.evidence.clone().or_else(|| of.evidence.clone()),
        refused: of.refused.clone(),
        product: None,
    }
}

/// The movement that is to be put right or decided on, once the caller may.
fn to_correct(hop: &mut Hop<'_>, id: MovementId) -> StoreResult<(Home, store::Movement)> {
    let (home, _) = allow(hop, |conn| store::home_of_movement(conn, id))?;
    home.programme.require_changeable()?;
    let of = store::get_movement(hop.conn, id)?;
    hop.expect_version(wire::movement_version(&of))?;
    Ok((home, of))
}

/// The day of a reversal: today where none is given, not before the movement, never later than today.
fn day_of(hop: &Hop<'_>, home: &Home, of: &store::Movement, asked: Option<NaiveDate>) -> StoreResult<NaiveDate> {
    let today = home.programme.today(&hop.stamp)?;
    let day = asked.unwrap_or(today);
    rules::check_booked_on("/booked_on", day, Some(of.booked_on), today)?;
    Ok(day)
}

fn created(hop: &mut Hop<'_>, home: &Home, movement: store::Movement) -> StoreResult<Reply> {
    let location = format!("/api/v1/movements/{}", movement.id);
    let reply = item(hop, home, movement, View::Member)?;
    Ok(Reply {
        status: StatusCode::CREATED,
        location: Some(location),
        ..reply
    })
}

/// A movement with the document that it names. Which one that is changes without the movement, so the tag tells it.
fn item(hop: &mut Hop<'_>, home: &Home, movement: store::Movement, view: View) -> StoreResult<Reply> {
    let version = wire::movement_version(&movement);
    let mut movement = wire::movement(movement, view);
    join_evidence(hop, &home.programme, view, std::slice::from_mut(&mut movement))?;
    let mut reply = Reply::item(&movement, version, view)?;
    if let (Some(etag), Some(document)) = (&mut reply.etag, &movement.evidence_document) {
        etag.view = format!("{}-{}-{}", etag.view, document.id.simple(), document.number);
    }
    Ok(reply)
}

/// Whether a movement is of a partner's grant, paid by it or to it.
fn concerns(movement: &store::Movement, partner: PartnerId) -> bool {
    movement.funder_id == partner || movement.payer_id == partner || movement.payee_id == Some(partner)
}
