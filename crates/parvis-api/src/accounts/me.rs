//! One's own account.

use actix_web::{get, patch, post};
use parvis_domain::accounts::{Actor, Operation, PASSWORD_MAX, View, check_password};
use parvis_domain::{Code, Fault};
use parvis_store::accounts::{self as store, User};
use parvis_store::{StoreError, StoreResult};
use parvis_wire::accounts::{Me, MePatch, MyContent, PasswordChange};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{slowdown, wire};
use crate::http::context::blocking;
use crate::http::{Answer, ApiError, Body, Context, Hop, Reply};
use crate::tokens;

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(get_me).service(update_me).service(change_password);
}

/// Read one's own account and programmes
#[utoipa::path(tag = "accounts", responses((status = 200, description = "The account.", body = Me)))]
#[get("/api/v1/me")]
pub async fn get_me(ctx: Context) -> Answer {
    ctx.read(Operation::GetMe, |hop| {
        hop.platform()?;
        let user = hop.account()?.0;
        reply(hop, &user)
    })
    .await
}

/// Change one's own name and language
#[utoipa::path(tag = "accounts", request_body(content = MePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed account.", body = Me)))]
#[patch("/api/v1/me")]
pub async fn update_me(ctx: Context, body: Body<MePatch>) -> Answer {
    ctx.write(Operation::UpdateMe, body, |hop, patch| {
        hop.platform()?;
        let before = hop.account()?.0;
        hop.expect_version(before.version)?;
        let current = MyContent {
            name: before.name.clone(),
            language: before.language.clone(),
        };
        let (name, language) = patch.clone().onto(current)?.check()?;
        let user = store::update_me(hop.conn, &hop.stamp, &before, &name, &language)?;
        reply(hop, &user)
    })
    .await
}

/// The tag covers the memberships too, which have no part in the version.
fn reply(hop: &Hop<'_>, user: &User) -> StoreResult<Reply> {
    let nobody = Actor {
        user: user.id,
        administrator: false,
        organiser: false,
        memberships: Vec::new(),
    };
    let me = wire::me(user, hop.caller.actor().unwrap_or(&nobody));
    let mut reply = Reply::item(&me, me.version, View::Member)?;
    let digest = tokens::hash(&String::from_utf8_lossy(&reply.body));
    let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    if let Some(etag) = &mut reply.etag {
        etag.view = format!("{}-{short}", etag.view);
    }
    Ok(reply)
}

/// Change one's own password
///
/// All other sessions end. A wrong present password is 422 `current_password_wrong`, and counts as a failure to sign in:
/// after several the next attempt has to wait.
#[utoipa::path(tag = "accounts", request_body = PasswordChange, responses((status = 204, description = "Changed.")))]
#[post("/api/v1/me/password")]
pub async fn change_password(ctx: Context, body: Body<PasswordChange>) -> Answer {
    let state = ctx.state.clone();
    let bearer = ctx
        .facts
        .bearer
        .clone()?
        .ok_or_else(|| ApiError::new(Code::AuthenticationRequired, "Sign in, or send a bearer token."))?;
    let (own, address) = (state.clone(), ctx.facts.address);
    let looked_up = blocking(&state, move || {
        own.store.write(|conn| {
            let found = store::get_caller(conn, bearer.session)?.filter(|found| found.user.id == bearer.user);
            let user = found.ok_or_else(|| StoreError::Domain(tokens::invalid().error))?.user;
            let attempt = slowdown::attempt(&user.email, address);
            let stamp = parvis_store::Stamp::new((own.clock)(), Some(user.id), &*own.ids);
            if let Some(seconds) = slowdown::wait(conn, &attempt, own.config.sign_in_failures, stamp.at)? {
                return Ok(Err(seconds));
            }
            store::record_sign_in(conn, &stamp, &attempt, false)?;
            Ok(Ok((attempt, store::find_credentials(conn, &user.email)?)))
        })
    });
    let (attempt, credentials) = looked_up.await?.map_err(slowdown::refusal)?;
    let credentials = credentials.ok_or_else(tokens::invalid)?;
    let fits = body.current.len() <= PASSWORD_MAX;
    let current = if fits { body.current.clone() } else { String::new() };
    if !(state.hasher.verify(current, Some(credentials.password_hash)).await? && fits) {
        let detail = "This is not the password until now; you stay signed in.";
        return Err(Fault::new(Code::CurrentPasswordWrong, "/current", detail).into());
    }
    check_password("/new", &body.new, &credentials.user.email)?;
    let hash = state.hasher.hash(body.new.clone()).await?;
    ctx.write(Operation::ChangePassword, body, move |hop, _| {
        hop.platform()?;
        let (user, session) = hop.account()?;
        store::record_sign_in(hop.conn, &hop.stamp, &attempt, true)?;
        store::change_password(hop.conn, &hop.stamp, &user, &hash, Some(session))?;
        Ok(Reply::none())
    })
    .await
}
