//! Signing in, renewing, signing out.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post};
use chrono::{DateTime, Duration, Utc};
use parvis_domain::accounts::{Operation, PASSWORD_MAX};
use parvis_domain::ids::{SessionId, UserId};
use parvis_domain::{Code, DomainError, accounts as rules};
use parvis_store::accounts::{self as store, NewToken, Refreshed};
use parvis_store::{Conn, Stamp, StoreError, StoreResult};
use parvis_wire::accounts::{Login, Session};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{slowdown, wire};
use crate::http::body::Nothing;
use crate::http::context::blocking;
use crate::http::{Answer, ApiError, Body, Context, Reply, cookie};
use crate::state::AppState;
use crate::tokens::{self, ACCESS_SECONDS, Bearer, REFRESH_SECONDS};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(login)
        .service(refresh)
        .service(logout)
        .service(logout_everywhere);
}

/// A session that was just opened or renewed, before its access token.
pub struct Opened {
    /// The session.
    pub session: SessionId,
    /// Its account.
    pub user: UserId,
    /// The account as it travels.
    pub me: parvis_wire::accounts::Me,
    /// The refresh token for the cookie; none where the client has its successor already.
    pub refresh: Option<String>,
}

/// Sign in with e-mail and password
///
/// The answer holds an access token for the header `Authorization`, and sets the refresh token as a cookie that scripts
/// cannot read. An unknown account gets the same answer as a wrong password, after the same work. After repeated
/// failures the next attempt has to wait.
#[utoipa::path(tag = "accounts", request_body = Login, responses((status = 200, description = "Signed in.", body = Session)))]
#[post("/api/v1/auth/login")]
pub async fn login(ctx: Context, body: Body<Login>) -> Answer {
    let email = rules::email("/email", &body.email).unwrap_or_default();
    let attempt = slowdown::attempt(&email, ctx.facts.address);
    let state = ctx.state.clone();
    let (own, of_attempt, asked) = (state.clone(), attempt.clone(), email.clone());
    // The failure is written down before the password is looked at, so that many attempts at once count as many.
    let looked_up = blocking(&state, move || {
        own.store.write(|conn| {
            let stamp = Stamp::new((own.clock)(), None, &*own.ids);
            if let Some(seconds) = slowdown::wait(conn, &of_attempt, own.config.sign_in_failures, stamp.at)? {
                return Ok(Err(seconds));
            }
            store::record_sign_in(conn, &stamp, &of_attempt, false)?;
            store::find_credentials(conn, &asked).map(Ok)
        })
    });
    let found = looked_up.await?.map_err(slowdown::refusal)?;
    let found = found.filter(|credentials| credentials.user.disabled_at.is_none());
    let fits = body.password.len() <= PASSWORD_MAX;
    let password = if fits { body.password.clone() } else { String::new() };
    let hash = found.as_ref().map(|credentials| credentials.password_hash.clone());
    let right = state.hasher.verify(password, hash).await? && fits;
    let Some(credentials) = found.filter(|_| right) else {
        return Err(refused());
    };
    let (own, agent) = (state.clone(), ctx.facts.user_agent.clone());
    let opened = blocking(&state, move || {
        own.store.write(|conn| {
            let stamp = Stamp::new((own.clock)(), Some(credentials.user.id), &*own.ids);
            store::record_sign_in(conn, &stamp, &attempt, true)?;
            open(conn, &stamp, &own, credentials.user.id, agent.as_deref())
        })
    });
    session(&state, opened.await?)
}

fn refused() -> ApiError {
    ApiError::new(
        Code::CredentialsInvalid,
        "E-mail address or password is not right, or the account is disabled.",
    )
}

/// Opens a session for an account that has proved to be who it is.
///
/// # Errors
/// Those of the database.
pub fn open(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    state: &AppState,
    user: UserId,
    agent: Option<&str>,
) -> StoreResult<Opened> {
    let (secret, token) = new_token(state, stamp.at);
    let session = store::create_session(conn, stamp, user, agent, &token)?;
    opened(conn, session, Some(secret))
}

fn opened(conn: &mut Conn, session: SessionId, secret: Option<String>) -> StoreResult<Opened> {
    let found = store::get_caller(conn, session)?.ok_or(StoreError::NotFound)?;
    Ok(Opened {
        session,
        user: found.user.id,
        me: wire::me(&found.user, &found.actor),
        refresh: secret,
    })
}

fn new_token(state: &AppState, now: DateTime<Utc>) -> (String, NewToken) {
    let secret = tokens::secret(&*state.random);
    let token = NewToken {
        hash: tokens::hash(&secret),
        expires_at: now + Duration::seconds(REFRESH_SECONDS),
    };
    (secret, token)
}

/// The answer that holds the access token and sets the cookie.
///
/// # Errors
/// `internal` where the key does not sign.
pub fn session(state: &AppState, opened: Opened) -> Answer {
    let bearer = Bearer {
        user: opened.user,
        session: opened.session,
    };
    let access_token = tokens::issue(&state.keys, &state.config.public_url, bearer, (state.clock)())?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(secret) = opened.refresh {
        response.cookie(cookie::set(secret, REFRESH_SECONDS, state.secure_cookies()));
    }
    let token_type = "Bearer".to_owned();
    Ok(response.json(Session {
        access_token,
        token_type,
        expires_in: ACCESS_SECONDS,
        user: opened.me,
    }))
}

/// Renew the access token with the refresh cookie
///
/// The refresh token is used once: the answer sets its successor. Within 30 seconds of that the old one still yields an
/// access token, so that two tabs do not sign each other out; later it ends the session, for then somebody holds a copy.
#[utoipa::path(tag = "accounts", responses((status = 200, description = "Renewed.", body = Session)))]
#[post("/api/v1/auth/refresh")]
pub async fn refresh(ctx: Context, request: HttpRequest, _body: Body<Nothing>) -> Answer {
    let state = ctx.state;
    let presented = tokens::hash(&cookie::read(&request).ok_or_else(|| not_renewed(&state))?);
    let own = state.clone();
    let renewed = blocking(&state, move || {
        own.store.write(|conn| {
            let stamp = Stamp::new((own.clock)(), None, &*own.ids);
            let (secret, next) = new_token(&own, stamp.at);
            match store::refresh_session(conn, &stamp, &presented, &next)? {
                Refreshed::Rotated { session, .. } => opened(conn, session, Some(secret)).map(Some),
                Refreshed::Grace { session, .. } => opened(conn, session, None).map(Some),
                Refreshed::Reused { session } => {
                    tracing::warn!(%session, "a refresh token was used again; its session has ended");
                    Ok(None)
                }
                Refreshed::Invalid => Ok(None),
            }
        })
    });
    let opened = renewed.await?.ok_or_else(|| not_renewed(&state))?;
    session(&state, opened)
}

fn not_renewed(state: &AppState) -> ApiError {
    let cleared = cookie::clear(state.secure_cookies()).to_string();
    ApiError::new(
        Code::RefreshInvalid,
        "The session has ended or cannot be renewed; sign in again.",
    )
    .with_header(header::SET_COOKIE, &cleared)
}

/// End this session
///
/// The session of the access token, or else of the refresh cookie. Without either nothing happens.
#[utoipa::path(tag = "accounts", responses((status = 204, description = "Signed out.")))]
#[post("/api/v1/auth/logout")]
pub async fn logout(ctx: Context, request: HttpRequest, _body: Body<Nothing>) -> Answer {
    let bearer = ctx.facts.bearer.ok().flatten();
    let presented = cookie::read(&request).map(|token| tokens::hash(&token));
    let state = ctx.state;
    let own = state.clone();
    let ended = blocking(&state, move || {
        own.store.write(|conn| {
            let stamp = Stamp::new((own.clock)(), bearer.map(|bearer| bearer.user), &*own.ids);
            if let Some(bearer) = bearer {
                store::end_session(conn, &stamp, bearer.session)?;
            }
            end_session_of(conn, &stamp, &own, presented.as_ref())
        })
    });
    ended.await?;
    Ok(HttpResponse::NoContent()
        .cookie(cookie::clear(state.secure_cookies()))
        .finish())
}

/// Ends the session of a refresh token by using it up and ending what comes of it.
fn end_session_of(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    state: &AppState,
    presented: Option<&[u8; 32]>,
) -> StoreResult<()> {
    let Some(presented) = presented else { return Ok(()) };
    let (_, next) = new_token(state, stamp.at);
    match store::refresh_session(conn, stamp, presented, &next)? {
        Refreshed::Rotated { session, .. } | Refreshed::Grace { session, .. } => {
            store::end_session(conn, stamp, session)
        }
        Refreshed::Reused { .. } | Refreshed::Invalid => Ok(()),
    }
}

/// End all sessions of the account
#[utoipa::path(tag = "accounts", responses((status = 204, description = "Signed out everywhere.")))]
#[post("/api/v1/auth/logout-everywhere")]
pub async fn logout_everywhere(ctx: Context, body: Body<Nothing>) -> Answer {
    let cleared = cookie::clear(ctx.state.secure_cookies());
    let answer = ctx.write(Operation::LogoutEverywhere, body, |hop, _| {
        hop.platform()?;
        let user = hop.account()?.0.id;
        store::end_sessions(hop.conn, &hop.stamp, user, None)?;
        Ok(Reply::none())
    });
    let mut response = answer.await?;
    response
        .add_cookie(&cleared)
        .map_err(|error| ApiError::internal(DomainError::new(Code::Internal, error.to_string())))?;
    Ok(response)
}
