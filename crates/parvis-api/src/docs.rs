//! The document of the API, its browsable reference, the list of problems, and the public keys.

use std::fmt::Write;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpResponse, get};
use parvis_domain::{Code, DomainError};
use utoipa_swagger_ui::Config;

use crate::http::ApiError;
use crate::http::context::Answer;
use crate::http::error::status_of;
use crate::state::AppState;

/// Adds the addresses.
pub fn configure(services: &mut ServiceConfig) {
    let reference = Config::new(["/api/openapi.json"])
        .display_operation_id(true)
        .filter(true)
        .validator_url("none");
    services.app_data(Data::new(reference));
    services
        .service(document)
        .service(docs)
        .service(docs_file)
        .service(problems)
        .service(jwks);
}

#[get("/api/openapi.json")]
async fn document(state: Data<AppState>) -> HttpResponse {
    let cache = (header::CACHE_CONTROL, "no-cache");
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(cache)
        .body(state.document.clone())
}

#[get("/api/docs")]
async fn docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/api/docs/"))
        .finish()
}

#[get("/api/docs/{file:.*}")]
async fn docs_file(file: Path<String>, reference: Data<Config<'static>>) -> Answer {
    let reference: Arc<Config<'static>> = reference.into_inner();
    let found = utoipa_swagger_ui::serve(&file, reference).map_err(ApiError::internal)?;
    let file = found.ok_or_else(DomainError::not_found)?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(file.content_type.as_str())
        .insert_header((header::CACHE_CONTROL, "no-cache"));
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(response.body(file.bytes.into_owned()))
}

/// What every code means, for people: each `type` of a problem leads to its row.
#[get("/api/problems")]
async fn problems() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(problems_page())
}

fn problems_page() -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Problems of the Parvis API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head><body><main>\n\
         <h1>Problems of the Parvis API</h1>\n<p>Every error is an <code>application/problem+json</code> (RFC 9457). \
         Its <code>code</code> is one of these and never changes its meaning.</p>\n",
    );
    for code in Code::ALL {
        let _ = writeln!(
            page,
            "<section id=\"{0}\"><h2><code>{0}</code></h2><p>HTTP {1}. {2}.</p><p>{3}</p></section>",
            code.as_str(),
            status_of(*code).as_u16(),
            escape(code.title()),
            escape(code.explanation().trim()),
        );
    }
    page.push_str("</main></body></html>\n");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[get("/.well-known/jwks.json")]
async fn jwks(state: Data<AppState>) -> HttpResponse {
    let cache = (header::CACHE_CONTROL, "public, max-age=60");
    HttpResponse::Ok().insert_header(cache).json(state.keys.ring().public())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_anchor() {
        let page = problems_page();
        for code in Code::ALL {
            assert!(
                page.contains(&format!("<section id=\"{}\">", code.as_str())),
                "{}",
                code.as_str()
            );
        }
    }
}
