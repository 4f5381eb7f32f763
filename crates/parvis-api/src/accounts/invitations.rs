//! Invitations to the platform and into programmes. The link is shown once, in the answer to its creation.

use actix_web::{delete, get, post};
use chrono::Duration;
use parvis_domain::accounts::{Operation, PASSWORD_MAX, check_password};
use parvis_domain::ids::{InvitationId, ProgrammeId};
use parvis_domain::{Code, DomainError, Fault, Faults, localised_text, text};
use parvis_store::accounts::{self as store, Acceptance, Credentials, InvitationSort};
use parvis_store::{Stamp, StoreError, StoreResult};
use parvis_wire::Page;
use parvis_wire::accounts::{AcceptInvitation, Invitation, NewInvitation, NewProgrammeInvitation, Offer, Session};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{auth, slowdown, wire};
use crate::http::context::blocking;
use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};
use crate::state::AppState;
use crate::tokens;

/// How long an invitation can be taken up.
const GOOD_FOR: Duration = Duration::days(14);

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_invitations)
        .service(create_invitation)
        .service(accept_invitation);
    services.service(revoke_invitation).service(revoke_programme_invitation);
    services
        .service(list_programme_invitations)
        .service(create_programme_invitation);
}

list_query! {
    /// What the list of invitations can be asked for.
    InvitationQuery, sort r"^-?(created_at)$" {}
}

const SORTS: &Sorts<InvitationSort> = &[("created_at", InvitationSort::CreatedAt)];

/// List invitations to the platform
#[utoipa::path(tag = "accounts", params(InvitationQuery), responses((status = 200, description = "A page of invitations.", body = Page<Invitation>)))]
#[get("/api/v1/invitations")]
pub async fn list_invitations(ctx: Context, query: Query<InvitationQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "-created_at")?;
    ctx.read(Operation::ListInvitations, move |hop| {
        hop.platform()?;
        listing.reply(
            store::list_invitations(hop.conn, None, &listing.request)?,
            wire::invitation,
        )
    })
    .await
}

/// Invite somebody to the platform
///
/// The answer holds the link, once: a repeated request with the same Idempotency-Key gets 409 `already_done`.
#[utoipa::path(tag = "accounts", request_body = NewInvitation, responses((status = 201, description = "Created.", body = Invitation)))]
#[post("/api/v1/invitations")]
pub async fn create_invitation(ctx: Context, body: Body<NewInvitation>) -> Answer {
    ctx.write(Operation::CreateInvitation, body, |hop, new| {
        hop.platform()?;
        create(hop, new.check()?, "/api/v1/invitations")
    })
    .await
}

/// Withdraw an invitation to the platform
#[utoipa::path(tag = "accounts", responses((status = 204, description = "It is withdrawn.")))]
#[delete("/api/v1/invitations/{id}")]
pub async fn revoke_invitation(ctx: Context, id: Id<InvitationId>) -> Answer {
    ctx.act(Operation::RevokeInvitation, move |hop| {
        hop.platform()?;
        let before = store::get_invitation(hop.conn, id.0)?;
        if before.programme_id.is_some() {
            return Err(StoreError::NotFound);
        }
        revoke(hop, &before)
    })
    .await
}

/// List the invitations into a programme
#[utoipa::path(tag = "accounts", params(InvitationQuery), responses((status = 200, description = "A page of invitations.", body = Page<Invitation>)))]
#[get("/api/v1/programmes/{id}/invitations")]
pub async fn list_programme_invitations(ctx: Context, id: Id<ProgrammeId>, query: Query<InvitationQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "-created_at")?;
    ctx.read(Operation::ListProgrammeInvitations, move |hop| {
        hop.programme(id.0)?;
        listing.reply(
            store::list_invitations(hop.conn, Some(id.0), &listing.request)?,
            wire::invitation,
        )
    })
    .await
}

/// Invite somebody into a programme
///
/// The answer holds the link, once: a repeated request with the same Idempotency-Key gets 409 `already_done`.
#[utoipa::path(tag = "accounts", request_body = NewProgrammeInvitation, responses((status = 201, description = "Created.", body = Invitation)))]
#[post("/api/v1/programmes/{id}/invitations")]
pub async fn create_programme_invitation(
    ctx: Context,
    id: Id<ProgrammeId>,
    body: Body<NewProgrammeInvitation>,
) -> Answer {
    ctx.write(Operation::CreateProgrammeInvitation, body, move |hop, new| {
        let (programme, _) = hop.programme(id.0)?;
        programme.require_changeable()?;
        create(hop, new.check(id.0)?, "/api/v1/programme-invitations")
    })
    .await
}

/// Withdraw an invitation into a programme
#[utoipa::path(tag = "accounts", responses((status = 204, description = "It is withdrawn.")))]
#[delete("/api/v1/programme-invitations/{id}")]
pub async fn revoke_programme_invitation(ctx: Context, id: Id<InvitationId>) -> Answer {
    ctx.act(Operation::RevokeProgrammeInvitation, move |hop| {
        let found = store::get_invitation(hop.conn, id.0);
        let (before, ..) = hop.item(found, |invitation| invitation.programme_id)?;
        revoke(hop, &before)
    })
    .await
}

fn create(hop: &mut Hop<'_>, offer: Offer, collection: &str) -> StoreResult<Reply> {
    let secret = tokens::secret(&*hop.state.random);
    let new = store::NewInvitation {
        email: offer.email,
        membership: offer.membership,
        administrator: offer.administrator,
        organiser: offer.organiser,
        token_hash: tokens::hash(&secret),
        expires_at: hop.stamp.at + GOOD_FOR,
    };
    let invitation = wire::invitation(store::create_invitation(hop.conn, &hop.stamp, &new)?);
    // After the # it stays in the browser: no server's log and no Referer ever holds it.
    let link = format!("{}/invitation#{secret}", hop.state.config.public_url);
    let invitation = Invitation {
        token: Some(secret),
        link: Some(link),
        ..invitation
    };
    let location = format!("{collection}/{}", invitation.id);
    Ok(Reply::created(location, &invitation, invitation.version)?.secret())
}

fn revoke(hop: &mut Hop<'_>, before: &store::Invitation) -> StoreResult<Reply> {
    hop.expect_version(before.version)?;
    store::revoke_invitation(hop.conn, &hop.stamp, before)?;
    Ok(Reply::none())
}

/// Take an invitation up
///
/// Makes the account and signs in. Where the address has an account already, its password is asked for, and the
/// membership is added to it.
#[utoipa::path(tag = "accounts", request_body = AcceptInvitation, responses((status = 200, description = "Taken up, and signed in.", body = Session)))]
#[post("/api/v1/invitations/accept")]
pub async fn accept_invitation(ctx: Context, body: Body<AcceptInvitation>) -> Answer {
    let state = ctx.state.clone();
    let (own, hash, address) = (state.clone(), tokens::hash(&body.token), ctx.facts.address);
    let looked_up = blocking(&state, move || look_up(&own, &hash, address));
    let (invitation, credentials) = looked_up.await?.map_err(slowdown::refusal)?;
    let who = match &credentials {
        Some(known) => {
            let fits = body.password.len() <= PASSWORD_MAX;
            let password = if fits { body.password.clone() } else { String::new() };
            if !(state.hasher.verify(password, Some(known.password_hash.clone())).await? && fits) {
                let detail = "The address has an account already, and this is not its password.";
                return Err(Fault::new(Code::CredentialsInvalid, "/password", detail).into());
            }
            Acceptance::Existing(known.user.id)
        }
        None => {
            let (name, language) = check(&body, &invitation.email)?;
            Acceptance::New {
                name,
                language,
                password_hash: state.hasher.hash(body.password.clone()).await?,
            }
        }
    };
    let (own, agent) = (state.clone(), ctx.facts.user_agent.clone());
    let attempt = slowdown::attempt(&invitation.email, address);
    let opened = blocking(&state, move || {
        own.store.write(|conn| {
            let stamp = Stamp::new((own.clock)(), None, &*own.ids);
            let user = store::accept_invitation(conn, &stamp, &invitation, &who)?;
            let stamp = stamp.by(user.id);
            store::record_sign_in(conn, &stamp, &attempt, true)?;
            auth::open(conn, &stamp, &own, user.id, agent.as_deref())
        })
    });
    auth::session(&state, opened.await?)
}

type LookedUp = Result<(store::Invitation, Option<Credentials>), u64>;

/// The invitation behind a secret and the account of its address; for that account this is an attempt to sign in.
fn look_up(state: &AppState, hash: &[u8; 32], address: std::net::IpAddr) -> StoreResult<LookedUp> {
    state.store.write(|conn| {
        let stamp = Stamp::new((state.clock)(), None, &*state.ids);
        let invitation = store::find_open_invitation(conn, hash, stamp.at)?.ok_or_else(unknown)?;
        let credentials = store::find_credentials(conn, &invitation.email)?;
        let attempt = slowdown::attempt(&invitation.email, address);
        if let Some(seconds) = slowdown::wait(conn, &attempt, state.config.sign_in_failures, stamp.at)? {
            return Ok(Err(seconds));
        }
        match &credentials {
            Some(known) if known.user.disabled_at.is_some() => return Err(unknown()),
            Some(_) => store::record_sign_in(conn, &stamp, &attempt, false)?,
            None => {}
        }
        Ok(Ok((invitation, credentials)))
    })
}

fn unknown() -> StoreError {
    StoreError::Domain(DomainError::new(
        Code::InvitationInvalid,
        "The invitation is unknown, used, withdrawn or expired.",
    ))
}

fn check(body: &AcceptInvitation, email: &str) -> Result<(String, String), Faults> {
    let mut faults = Faults::new();
    let name = faults.keep(text::line("/name", &body.name, text::NAME_MAX));
    let language = faults.keep(localised_text::language("/language", &body.language));
    faults.keep(check_password("/password", &body.password, email));
    faults.finish(name.zip(language))
}
