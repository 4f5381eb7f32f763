//! The server: its addresses, its limits, and how it stops.

use std::net::SocketAddr;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::dev::{Server, ServerHandle};
use actix_web::http::{Method, header};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, PayloadConfig};
use actix_web::{App, HttpServer};
use parvis_store::{StoreResult, accounts as store, idempotency};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::config::Config;
use crate::http::fallback;
use crate::http::guard::guard;
use crate::state::AppState;
use crate::{
    accounts, agreements, app_files, bodies, budgets, docs, documents, health, participation, partners, places,
    programmes, templates,
};

/// How long a client may take to send the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long a connection may stay idle.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long attempts to sign in are kept.
const ATTEMPTS_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How often what has expired is swept.
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);

/// Every operation of the API: the same list serves and is documented.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .configure(accounts::configure)
        .configure(templates::configure)
        .configure(programmes::configure)
        .configure(places::configure)
        .configure(partners::configure)
        .configure(participation::configure)
        .configure(bodies::configure)
        .configure(agreements::configure)
        .configure(budgets::configure)
        .configure(documents::configure);
}

/// Everything that is served: the API, its reference, health, keys, and the app.
pub fn routes(services: &mut web::ServiceConfig, state: &Data<AppState>) {
    services.app_data(state.clone());
    services.app_data(PayloadConfig::new(state.config.body_limit));
    configure(&mut ServiceConfig::new(services));
    services.configure(docs::configure).configure(health::configure);
    if let Some(folder) = &state.config.app_dir {
        services.service(app_files::files(folder));
    }
    services.default_service(web::to(fallback::unknown));
}

/// Starts the server on the configured address; it runs until its handle or a signal stops it.
///
/// # Errors
/// One sentence where the address cannot be used.
pub fn start(state: Data<AppState>) -> Result<(SocketAddr, Server), String> {
    let config = state.config.clone();
    let threads = (config.connections as usize).div_ceil(config.workers).max(1);
    let server = HttpServer::new(move || {
        let own = state.clone();
        App::new()
            .app_data(state.clone())
            .wrap(Compress::default())
            .wrap(from_fn(public_reads))
            .wrap(cors(&state.config))
            .wrap(from_fn(guard))
            .configure(move |services| routes(services, &own))
    });
    let taken = |error: std::io::Error| format!("PARVIS_LISTEN={}: {error}.", config.listen);
    let server = server
        .workers(config.workers)
        .worker_max_blocking_threads(threads)
        .client_request_timeout(HEAD_WITHIN)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(config.shutdown_seconds)
        .bind(config.listen)
        .map_err(taken)?;
    let address = server.addrs().first().copied().unwrap_or(config.listen);
    Ok((address, server.run()))
}

/// Serves until SIGTERM or an interrupt. SQLite is migrated first; PostgreSQL must be migrated already, because several
/// processes may run on it.
///
/// # Errors
/// One sentence that says what to change.
pub async fn serve(config: Config) -> Result<(), String> {
    let state = AppState::open(config)?;
    prepare(&state)?;
    let metrics = state
        .config
        .metrics_listen
        .map(|address| health::serve_metrics(address, state.clone()))
        .transpose()?;
    let (address, server) = start(state.clone())?;
    tracing::info!(%address, "serving");
    let sweeper = actix_web::rt::spawn(sweep(state));
    let ended = server.await.map_err(|error| error.to_string());
    sweeper.abort();
    if let Some(metrics) = metrics {
        stop(metrics).await;
    }
    tracing::info!("stopped");
    ended
}

async fn stop(server: ServerHandle) {
    server.stop(false).await;
}

fn prepare(state: &AppState) -> Result<(), String> {
    if state.store.is_embedded() {
        return state.store.migrate().map(drop).map_err(|error| error.to_string());
    }
    let pending = state.store.pending_migrations().map_err(|error| error.to_string())?;
    if pending.is_empty() {
        return Ok(());
    }
    Err(format!(
        "The database lacks {} migrations ({}): run `parvis migrate` first.",
        pending.len(),
        pending.join(", ")
    ))
}

/// Removes what is over its time: kept answers, attempts to sign in, refresh tokens, files that no document took up.
async fn sweep(state: Data<AppState>) {
    loop {
        actix_web::rt::time::sleep(SWEEP_EVERY).await;
        let own = state.clone();
        if let Ok(Err(error)) = web::block(move || sweep_once(&own)).await {
            tracing::warn!(%error, "what has expired could not be swept");
        }
        let storage = &state.documents.storage;
        if let Err(error) =
            documents::sweep::sweep(&state.store, storage, (state.clock)(), documents::sweep::KEPT).await
        {
            tracing::warn!(%error, "files could not be swept");
        }
    }
}

fn sweep_once(state: &AppState) -> StoreResult<()> {
    let now = (state.clock)();
    state.store.write(|conn| {
        idempotency::sweep(conn, now)?;
        store::sweep_refresh_tokens(conn, now)?;
        store::sweep_sign_in_attempts(conn, now - ATTEMPTS_KEPT).map(drop)
    })
}

/// Other origins: those that are allowed may do everything that a token allows; never with cookies.
fn cors(config: &Config) -> Cors {
    let exposed = [
        "accept-ranges",
        "content-disposition",
        "content-range",
        "etag",
        "link",
        "location",
        "retry-after",
        "ratelimit",
        "ratelimit-policy",
        "x-request-id",
    ];
    let cors = config
        .cors_origins
        .iter()
        .fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    cors.allowed_methods(["GET", "HEAD", "POST", "PATCH", "DELETE"])
        .allowed_headers([
            "accept",
            "accept-language",
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "if-range",
            "range",
        ])
        .expose_headers(exposed)
        .max_age(3600)
        .block_on_origin_mismatch(false)
}

/// Scripts of any origin may read what everybody may read.
async fn public_reads(
    request: actix_web::dev::ServiceRequest,
    next: actix_web::middleware::Next<impl actix_web::body::MessageBody>,
) -> Result<actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    let open = request.method() == Method::GET
        && request.path().starts_with("/api/")
        && request.headers().contains_key(header::ORIGIN)
        && !request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.call(request).await?;
    if open && !response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        let headers = response.headers_mut();
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            header::HeaderValue::from_static("*"),
        );
    }
    Ok(response)
}
