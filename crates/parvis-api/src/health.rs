//! Whether the process lives, whether it can serve, and what it has counted.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, get};

use crate::http::ApiError;
use crate::http::context::{Answer, blocking};
use crate::state::AppState;

/// Adds the addresses.
pub fn configure(services: &mut ServiceConfig) {
    services.service(live).service(ready);
}

/// The process answers.
#[get("/health/live")]
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({"status": "live"}))
}

/// The database answers and has the schema of this version.
#[get("/health/ready")]
async fn ready(state: Data<AppState>) -> Answer {
    let own = state.clone();
    let pending = blocking(&state, move || {
        own.store.ping()?;
        own.store.pending_migrations()
    });
    if pending.await?.is_empty() {
        return Ok(HttpResponse::Ok().json(serde_json::json!({"status": "ready"})));
    }
    Err(ApiError::unavailable("Migrations are pending.").retry_after(5))
}

#[get("/metrics")]
async fn metrics(state: Data<AppState>) -> HttpResponse {
    let waiting = state.config.queue.saturating_sub(state.queue.available_permits());
    let text = state.metrics.render(state.store.statements(), waiting);
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text)
}

/// Serves the metrics on an address of their own.
///
/// # Errors
/// One sentence where the address cannot be used.
pub fn serve_metrics(address: SocketAddr, state: Data<AppState>) -> Result<ServerHandle, String> {
    let server = HttpServer::new(move || App::new().app_data(state.clone()).service(metrics));
    let server = server.workers(1).disable_signals().bind(address);
    let server = server
        .map_err(|error| format!("PARVIS_METRICS_LISTEN={address}: {error}."))?
        .run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(handle)
}
