//! Drawing of lots: what is announced, fixed, born and drawn, for everybody to draw the same.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, delete, get, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::bodies::draw::Salt;
use parvis_domain::ids::{BodyId, DrawId};
use parvis_domain::{Code, DomainError};
use parvis_store::StoreResult;
use parvis_store::bodies::{self as store, CandidateContent, DrawSort};
use parvis_store::programmes::ProgrammeContext;
use parvis_wire::Page;
use parvis_wire::bodies::{
    CandidateReceipt, Draw, DrawSeed, DrawSummary, ListedCandidates, NewDraw, NewDrawCandidate, NewRefusal,
    SeatedMandates, Seating,
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{allow, wire};
use crate::http::body::Nothing;
use crate::http::error::ApiError;
use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

/// How many salts are made for a candidate, in case a pseudonym is taken.
const SALTS: usize = 4;

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_draws)
        .service(create_draw)
        .service(get_draw)
        .service(get_draw_list);
    services
        .service(list_draw_candidates)
        .service(add_draw_candidate)
        .service(remove_draw_candidate)
        .service(erase_draw_identity);
    services
        .service(fix_draw)
        .service(draw_lots)
        .service(record_draw_refusal)
        .service(seat_drawn);
}

/// The pseudonym in an address.
#[derive(Debug, Clone)]
pub struct Pseudonym(String);

impl FromRequest for Pseudonym {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get("pseudonym").unwrap_or_default();
        ready(Ok(Self(text.to_owned())))
    }
}

list_query! {
    /// What the list of draws can be asked for.
    DrawQuery, sort r"^-?(created_at)$" {}
}

const SORTS: &Sorts<DrawSort> = &[("created_at", DrawSort::CreatedAt)];

/// List the draws for the seats of a body
#[utoipa::path(tag = "bodies", params(DrawQuery), responses((status = 200, description = "A page of draws.", body = Page<DrawSummary>)))]
#[get("/api/v1/bodies/{id}/draws")]
pub async fn list_draws(ctx: Context, id: Id<BodyId>, query: Query<DrawQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "-created_at")?;
    ctx.read(Operation::ListDraws, move |hop| {
        allow(hop, id.0)?;
        listing.reply(store::list_draws(hop.conn, id.0, &listing.request)?, wire::summary)
    })
    .await
}

/// Prepare a draw and announce the source of its seed
///
/// The source is a public draw to come: its value is born on a later day than the one on which the list is fixed.
#[utoipa::path(tag = "bodies", request_body = NewDraw, responses((status = 201, description = "Created.", body = Draw)))]
#[post("/api/v1/bodies/{id}/draws")]
pub async fn create_draw(ctx: Context, id: Id<BodyId>, body: Body<NewDraw>) -> Answer {
    ctx.write(Operation::CreateDraw, body, move |hop, new| {
        let (programme, _) = allow(hop, id.0)?;
        let (source, colleges) = new.check()?;
        let body = store::lock_body(hop.conn, id.0)?;
        hop.expect_version(body.version)?;
        let made = store::create_draw(hop.conn, &hop.stamp, &programme, &body, &source, &colleges)?;
        let draw = wire::draw(made)?;
        Reply::created(format!("/api/v1/draws/{}", draw.id), &draw, draw.version)
    })
    .await
}

/// Read a draw, with everything that a stranger needs to draw the same
///
/// The text of the list and its hash are told from the day on which it was fixed; seed and seats once lots are drawn.
#[utoipa::path(tag = "bodies", responses((status = 200, description = "The draw.", body = Draw)))]
#[get("/api/v1/draws/{id}")]
pub async fn get_draw(ctx: Context, id: Id<DrawId>) -> Answer {
    ctx.read(Operation::GetDraw, move |hop| {
        let (_, view) = allow_draw(hop, id.0)?;
        item(store::get_draw(hop.conn, id.0)?, view)
    })
    .await
}

/// Read the published list of a draw, byte by byte
///
/// Its SHA-256 is the published hash. Refused as long as the list is not fixed.
#[utoipa::path(tag = "bodies", responses((status = 200, description = "The list.", body = String, content_type = "text/plain")))]
#[get("/api/v1/draws/{id}/list.txt")]
pub async fn get_draw_list(ctx: Context, id: Id<DrawId>) -> Answer {
    ctx.read(Operation::GetDrawList, move |hop| {
        allow_draw(hop, id.0)?;
        let draw = store::get_draw(hop.conn, id.0)?;
        let document = draw.document.ok_or_else(|| {
            let detail = "The list is not fixed yet; it is published when it is.";
            DomainError::new(Code::ListNotFixed, detail)
        })?;
        Ok(Reply::text("text/plain; charset=utf-8", document))
    })
    .await
}

/// List the candidates of a draw with their identities
#[utoipa::path(tag = "bodies", responses((status = 200, description = "The candidates.", body = ListedCandidates)))]
#[get("/api/v1/draws/{id}/candidates")]
pub async fn list_draw_candidates(ctx: Context, id: Id<DrawId>) -> Answer {
    ctx.read(Operation::ListDrawCandidates, move |hop| {
        allow_draw(hop, id.0)?;
        let listed = store::list_draw_candidates(hop.conn, id.0)?;
        Reply::json(&ListedCandidates {
            items: listed.into_iter().map(wire::candidate).collect(),
        })
    })
    .await
}

/// Put a candidate on the list of a draw
///
/// The answer tells the salt, once, to be handed to this candidate alone: with it the person can check that the published
/// list means them. The sex is kept where the college keeps parity, and nowhere else.
#[utoipa::path(tag = "bodies", request_body = NewDrawCandidate, responses((status = 201, description = "Created.", body = CandidateReceipt)))]
#[post("/api/v1/draws/{id}/candidates")]
pub async fn add_draw_candidate(ctx: Context, id: Id<DrawId>, body: Body<NewDrawCandidate>) -> Answer {
    ctx.write(Operation::AddDrawCandidate, body, move |hop, new| {
        let identity = new.check();
        let (programme, body, draw) = load_to_change(hop, id.0)?;
        let content = CandidateContent {
            college: new.college.clone(),
            sex: new.sex,
            identity: identity?,
        };
        let of_draw = (&body, &draw);
        let salts = salts(hop);
        let made = store::add_draw_candidate(hop.conn, &hop.stamp, &programme, of_draw, &content, &salts)?;
        let receipt = wire::receipt(draw.id.0, content.identity, made);
        let location = format!("/api/v1/draws/{}/candidates/{}", draw.id, receipt.pseudonym);
        Ok(Reply::created(location, &receipt, receipt.version)?.secret())
    })
    .await
}

fn salts(hop: &Hop<'_>) -> [Salt; SALTS] {
    let mut salts = [Salt([0; 32]); SALTS];
    salts.iter_mut().for_each(|salt| (hop.state.random)(&mut salt.0));
    salts
}

/// Take a candidate off a list that is not fixed
///
/// Nothing of the person stays. If-Match names the version of the draw.
#[utoipa::path(tag = "bodies", params(("pseudonym" = String, Path, description = "The pseudonym.", example = "1a2b-3c4d")), responses((status = 204, description = "The candidate is off the list.")))]
#[delete("/api/v1/draws/{id}/candidates/{pseudonym}")]
pub async fn remove_draw_candidate(ctx: Context, id: Id<DrawId>, pseudonym: Pseudonym) -> Answer {
    ctx.act(Operation::RemoveDrawCandidate, move |hop| {
        let (programme, body, draw) = load_to_change(hop, id.0)?;
        store::remove_draw_candidate(hop.conn, &hop.stamp, &programme, (&body, &draw), &pseudonym.0)?;
        Ok(Reply::none())
    })
    .await
}

/// Erase who a candidate is
///
/// Identity and salt go; the public list stays as it is, and nobody but the person can open this commitment any more.
#[utoipa::path(tag = "bodies", params(("pseudonym" = String, Path, description = "The pseudonym.", example = "1a2b-3c4d")), responses((status = 204, description = "The identity is erased.")))]
#[post("/api/v1/draws/{id}/candidates/{pseudonym}/erase")]
pub async fn erase_draw_identity(ctx: Context, id: Id<DrawId>, pseudonym: Pseudonym) -> Answer {
    ctx.act(Operation::EraseDrawIdentity, move |hop| {
        let (_, _, draw) = load_to_change(hop, id.0)?;
        store::erase_draw_identity(hop.conn, &hop.stamp, &draw, &pseudonym.0)?;
        Ok(Reply::none())
    })
    .await
}

/// Fix the list of a draw and publish its hash
///
/// From now on nothing in the list changes. It must happen before the day on which the seed is born.
#[utoipa::path(tag = "bodies", request_body = Nothing, responses((status = 200, description = "The fixed draw.", body = Draw)))]
#[post("/api/v1/draws/{id}/fix")]
pub async fn fix_draw(ctx: Context, id: Id<DrawId>, body: Body<Nothing>) -> Answer {
    ctx.write(Operation::FixDraw, body, move |hop, _| {
        let (programme, body, draw) = load_to_change(hop, id.0)?;
        let fixed = store::fix_draw(hop.conn, &hop.stamp, &programme, (&body, &draw))?;
        item(fixed, View::Member)
    })
    .await
}

/// Record the seed once it is born, and draw the lots
#[utoipa::path(tag = "bodies", request_body = DrawSeed, responses((status = 200, description = "The draw with its seats.", body = Draw)))]
#[post("/api/v1/draws/{id}/draw")]
pub async fn draw_lots(ctx: Context, id: Id<DrawId>, body: Body<DrawSeed>) -> Answer {
    ctx.write(Operation::DrawLots, body, move |hop, seed| {
        let (programme, body, draw) = load_to_change(hop, id.0)?;
        let drawn = store::draw_lots(hop.conn, &hop.stamp, &programme, (&body, &draw), &seed.seed)?;
        item(drawn, View::Member)
    })
    .await
}

/// Record that somebody refuses a seat, or gives it up
///
/// Whoever comes next of the same stratum is called to it.
#[utoipa::path(tag = "bodies", request_body = NewRefusal, responses((status = 200, description = "The draw with its seats.", body = Draw)))]
#[post("/api/v1/draws/{id}/refusals")]
pub async fn record_draw_refusal(ctx: Context, id: Id<DrawId>, body: Body<NewRefusal>) -> Answer {
    ctx.write(Operation::RecordDrawRefusal, body, move |hop, refusal| {
        let checked = refusal.check();
        let (programme, body, draw) = load_to_change(hop, id.0)?;
        let (pseudonym, day) = checked?;
        let of_draw = (&body, &draw);
        let after = store::record_draw_refusal(hop.conn, &hop.stamp, &programme, of_draw, (&pseudonym, day))?;
        item(after, View::Member)
    })
    .await
}

/// Give those who were drawn their mandates, where they have none yet
#[utoipa::path(tag = "bodies", request_body = Seating, responses((status = 200, description = "The mandates that were given.", body = SeatedMandates)))]
#[post("/api/v1/draws/{id}/mandates")]
pub async fn seat_drawn(ctx: Context, id: Id<DrawId>, body: Body<Seating>) -> Answer {
    ctx.write(Operation::SeatDrawn, body, move |hop, seating| {
        let period = seating.check();
        let (programme, body, draw) = load_to_change(hop, id.0)?;
        let asked = store::Seating {
            period: period?,
            published: seating.published,
        };
        let given = store::seat_drawn(hop.conn, &hop.stamp, &programme, (&body, &draw), asked)?;
        Reply::json(&SeatedMandates {
            items: given
                .into_iter()
                .map(|mandate| wire::mandate(mandate, View::Member))
                .collect(),
        })
    })
    .await
}

fn allow_draw(hop: &mut Hop<'_>, id: DrawId) -> StoreResult<(ProgrammeContext, View)> {
    let found = store::programme_of_draw(hop.conn, id);
    let (_, programme, view) = hop.item(found, |programme| Some(*programme))?;
    Ok((programme, view))
}

fn load_to_change(hop: &mut Hop<'_>, id: DrawId) -> StoreResult<(ProgrammeContext, store::Body, store::Draw)> {
    let (programme, _) = allow_draw(hop, id)?;
    let (body, draw) = store::lock_draw(hop.conn, id)?;
    hop.expect_version(draw.version)?;
    Ok((programme, body, draw))
}

fn item(draw: store::Draw, view: View) -> StoreResult<Reply> {
    let draw = wire::draw(draw)?;
    Reply::item(&draw, draw.version, view)
}
