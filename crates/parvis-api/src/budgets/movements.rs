//! The ledger: movements are posted, reversed and corrected, never edited.

use actix_web::{get, post};
use chrono::NaiveDate;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::{self as rules, MovementKind, NewMovement as Posting};
use parvis_domain::ids::{BudgetId, GrantId, LineId, MovementId, PartnerId};
use parvis_domain::{DomainError, Faults, period};
use parvis_store::StoreResult;
use parvis_store::budgets::{self as store, Home, MovementFilter, MovementSort};
use parvis_wire::Page;
use parvis_wire::budgets::{Correction, Movement, NewMovement, Reversal};
use uuid::Uuid;

use super::{allow, own_share_only, parameter, wire};
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which movements.
    MovementQuery, sort r"^-?(booked_on|recorded_at)$" {
        /// On this line.
        line_id: Uuid,
        /// On this grant.
        grant_id: Uuid,
        /// Of a grant of this funder.
        funder_id: Uuid,
        /// Of this kind.
        kind: MovementKind,
        /// Booked on or after this day, `YYYY-MM-DD`.
        booked_from: String,
        /// Booked on or before this day, `YYYY-MM-DD`.
        booked_to: String,
    }
}

const SORTS: &[(&str, MovementSort)] = &[
    ("booked_on", MovementSort::BookedOn),
    ("recorded_at", MovementSort::RecordedAt),
];

impl MovementQuery {
    fn check(&self, only: Option<PartnerId>) -> Result<MovementFilter, Faults> {
        let mut faults = Faults::new();
        let from = faults.keep(parameter(period::optional_date(
            "booked_from",
            self.booked_from.as_deref(),
        )));
        let to = faults.keep(parameter(period::optional_date("booked_to", self.booked_to.as_deref())));
        let filter = from.zip(to).map(|(booked_from, booked_to)| MovementFilter {
            line: self.line_id.map(LineId),
            grant: self.grant_id.map(GrantId),
            funder: self.funder_id.map(PartnerId),
            kind: self.kind,
            booked_from,
            booked_to,
            only,
        });
        faults.finish(filter)
    }
}

/// List the movements of a budget: its ledger
#[utoipa::path(tag = "budgets", params(MovementQuery), responses((status = 200, description = "A page.", body = Page<Movement>)))]
#[get("/api/v1/budgets/{id}/movements")]
pub async fn list_movements(context: Context, id: Id<BudgetId>, query: Query<MovementQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "-booked_on")?;
    query.check(None)?;
    let read = move |hop: &mut Hop<'_>| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let filter = query.check(own_share_only(hop, &home))?;
        let page = store::list_movements(hop.conn, id.0, &filter, &listing.request)?;
        listing.reply(page, |movement| wire::movement(movement, view))
    };
    context.read(Operation::ListMovements, read).await
}

/// Post a movement: commitment, disbursement, expenditure or contribution in kind
///
/// One that would break a rule of the ledger, on its day or on any later one, is refused with what is available.
#[utoipa::path(tag = "budgets", request_body = NewMovement, responses((status = 201, description = "Created.", body = Movement)))]
#[post("/api/v1/budgets/{id}/movements")]
pub async fn create_movement(context: Context, id: Id<BudgetId>, body: Body<NewMovement>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewMovement| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let new = body.check()?;
        check_days(&new, home.programme.today(&hop.stamp)?)?;
        let bound = hop.caller.bound_partner(home.programme.id);
        created(store::create_movement(hop.conn, &hop.stamp, id.0, &new, bound)?)
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
        let version = wire::movement_version(&movement);
        Reply::item(&wire::movement(movement, view), version, view)
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
        created(store::reverse_movement(hop.conn, &hop.stamp, &of, booked_on, &reason)?)
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
        let replacement = Posting {
            line: of.line_id,
            grant: of.grant_id,
            kind: of.kind,
            amount: correction.amount,
            booked_on: day_of(hop, &home, &of, correction.booked_on)?,
            incurred_on: of.incurred_on,
            paid_on: of.paid_on,
            payer: Some(of.payer_id),
            payee: of.payee_id,
            reference: correction.reference.or_else(|| of.reference.clone()),
            note: correction.note.or_else(|| of.note.clone()),
        };
        let (_, replacement) = store::correct_movement(hop.conn, &hop.stamp, &of, &correction.reason, &replacement)?;
        created(replacement)
    };
    context.write(Operation::CorrectMovement, body, write).await
}

/// The movement that is to be put right, once the caller may.
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

/// Nothing of a movement lies in the future.
fn check_days(new: &Posting, today: NaiveDate) -> Result<(), Faults> {
    let mut faults = Faults::new();
    faults.keep(rules::check_booked_on("/booked_on", new.booked_on, None, today));
    for (pointer, day) in [("/incurred_on", new.incurred_on), ("/paid_on", new.paid_on)] {
        faults.keep(day.map_or(Ok(()), |day| rules::check_booked_on(pointer, day, None, today)));
    }
    faults.finish(Some(()))
}

fn created(movement: store::Movement) -> StoreResult<Reply> {
    let (location, version) = (
        format!("/api/v1/movements/{}", movement.id),
        wire::movement_version(&movement),
    );
    Reply::created(
        location,
        &wire::movement(movement, parvis_domain::accounts::View::Member),
        version,
    )
}

/// Whether a movement is of a partner's grant, paid by it or to it.
fn concerns(movement: &store::Movement, partner: PartnerId) -> bool {
    movement.funder_id == partner || movement.payer_id == partner || movement.payee_id == Some(partner)
}
