//! The outermost layer: request id, limit, panics, problems for every error, headers, log.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse, ResponseError};
use futures_util::FutureExt;
use parvis_domain::Code;

use super::address;
use super::error::{ApiError, PROBLEM, of_status};
use super::rate::Count;
use crate::state::AppState;

/// What answers of the API may do in a browser: nothing.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// What files that somebody sent may do, should a browser show one after all.
const CONTENT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
/// What pages may do: only what comes from here. Style attributes are the widths of bars.
macro_rules! page_policy {
    ($styles:literal) => {
        concat!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'",
            $styles,
            "; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; frame-src blob:; font-src 'self'; connect-src 'self'; ",
            "manifest-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'none'"
        )
    };
}

/// What the app may do.
const PAGE_POLICY: &str = page_policy!("");
/// What the reference may do: its viewer adds one style sheet of its own, which this hash names.
const DOCS_POLICY: &str = page_policy!(" 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of a request before anything is done with it.
struct Seen {
    id: String,
    method: Method,
    path: String,
    begun: Instant,
    count: Option<Count>,
    https: bool,
}

/// A problem that arises outside of every handler, with all that it needs to be rendered.
#[derive(Debug)]
struct Outside {
    error: ApiError,
    path: String,
    id: String,
}

impl std::fmt::Display for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Outside {
    fn status_code(&self) -> StatusCode {
        self.error.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = self.error.render(&self.path, Some(&self.id));
        harden(response.headers_mut(), &self.path, false);
        response
    }
}

/// Wraps every request.
///
/// # Errors
/// Problems that arise outside of every handler.
pub async fn guard<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<Data<AppState>>().cloned() else {
        return Err(ApiError::internal("the application has no state").into());
    };
    let mut seen = look(&request, &state);
    if let Err(error) = admit(&request, &state, &mut seen) {
        let (request, _) = request.into_parts();
        return Ok(finish(
            ServiceResponse::new(request, HttpResponse::from_error(error)),
            &seen,
            &state,
        ));
    }
    // HEAD is answered as GET is; the connection leaves the body out.
    if seen.method == Method::HEAD && is_api(&seen.path) {
        request.head_mut().method = Method::GET;
    }
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => Ok(finish(response.map_into_boxed_body(), &seen, &state)),
        Ok(Err(error)) => Err(outside(known(&error), &seen, &state)),
        Err(_) => {
            state.metrics.panicked();
            Err(outside(ApiError::internal("a handler panicked"), &seen, &state))
        }
    }
}

fn look(request: &ServiceRequest, state: &AppState) -> Seen {
    Seen {
        id: (state.ids)().to_string(),
        method: request.method().clone(),
        path: request.path().to_owned(),
        begun: Instant::now(),
        count: None,
        https: state.config.is_https(),
    }
}

/// Counts the request and refuses what no operation can take.
fn admit(request: &ServiceRequest, state: &AppState, seen: &mut Seen) -> Result<(), ApiError> {
    if !is_api(&seen.path) {
        return Ok(());
    }
    let client = address::client(request.request(), &state.config.trusted_proxies);
    seen.count = state.limiter.count(address::site(client), seen.begun);
    if let Some(seconds) = seen.count.and_then(|count| count.wait) {
        return Err(ApiError::new(Code::TooManyRequests, "Too many requests from this address.").retry_after(seconds));
    }
    if request.uri().path().contains("%00") {
        return Err(ApiError::new(
            Code::ParameterInvalid,
            "The character U+0000 is not allowed in an address.",
        ));
    }
    Ok(())
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/health/") || path.starts_with("/.well-known/")
}

fn known(error: &Error) -> ApiError {
    let own = error.as_error::<ApiError>().cloned();
    own.unwrap_or_else(|| of_status(error.as_response_error().status_code()))
}

fn outside(error: ApiError, seen: &Seen, state: &AppState) -> Error {
    log(seen, error.status(), Some(&error), state);
    Outside {
        error,
        path: seen.path.clone(),
        id: seen.id.clone(),
    }
    .into()
}

/// Turns every error into a problem, sets the headers that every answer has, and logs.
fn finish(response: ServiceResponse<BoxBody>, seen: &Seen, state: &AppState) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let own = response
        .response()
        .error()
        .and_then(|error| error.as_error::<ApiError>())
        .cloned();
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == PROBLEM);
    let bare = own.is_none() && !is_problem && (status.is_client_error() || status.is_server_error());
    let error = own.or_else(|| bare.then(|| of_status(status)));
    let mut response = match &error {
        Some(error) => {
            let kept = cors_headers(response.headers());
            let mut rendered = error.render(&seen.path, Some(&seen.id));
            kept.into_iter()
                .for_each(|(name, value)| rendered.headers_mut().append(name, value));
            response.into_response(rendered)
        }
        None => response,
    };
    log(seen, response.status(), error.as_ref(), state);
    let headers = response.headers_mut();
    harden(headers, &seen.path, seen.https);
    set(headers, REQUEST_ID, &seen.id);
    if let Some(count) = seen.count {
        set(
            headers,
            HeaderName::from_static("ratelimit-policy"),
            &format!("\"default\";q={};w=60", count.limit),
        );
        let left = format!("\"default\";r={};t={}", count.remaining, count.reset);
        set(headers, HeaderName::from_static("ratelimit"), &left);
    }
    response
}

/// What the layer for other origins has set on an answer that becomes a problem.
fn cors_headers(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let cors = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control-") || **name == header::VARY);
    cors.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn harden(headers: &mut HeaderMap, path: &str, https: bool) {
    let policy = match path {
        path if path.starts_with("/api/docs") => DOCS_POLICY,
        path if is_api(path) && path.ends_with("/content") => CONTENT_POLICY,
        path if is_api(path) && path != "/api/problems" => API_POLICY,
        _ => PAGE_POLICY,
    };
    set(headers, header::CONTENT_SECURITY_POLICY, policy);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        headers,
        header::PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
    if https {
        set(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        );
    }
    if path.starts_with("/api/") {
        headers.append(header::VARY, HeaderValue::from_static("Authorization, Accept"));
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// One line per request: no query, no body, no address of a person.
fn log(seen: &Seen, status: StatusCode, error: Option<&ApiError>, state: &AppState) {
    let took = seen.begun.elapsed();
    state.metrics.answered(status.as_u16(), took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let code = error.map_or("", |error| error.error.code.as_str());
    let (method, path, request_id) = (seen.method.as_str(), seen.path.as_str(), seen.id.as_str());
    match error.and_then(|error| error.cause.as_deref()) {
        Some(cause) => {
            tracing::error!(
                request_id,
                method,
                path,
                status = status.as_u16(),
                micros,
                code,
                cause,
                "failed"
            );
        }
        None => tracing::info!(
            request_id,
            method,
            path,
            status = status.as_u16(),
            micros,
            code,
            "answered"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, try_call_service};
    use actix_web::{App, get};

    #[get("/api/panics")]
    async fn panics() -> String {
        panic!("secret");
    }

    fn state(folder: &std::path::Path) -> Data<AppState> {
        std::fs::create_dir_all(folder).unwrap();
        let url = format!("sqlite://{}", folder.join("p.db").display());
        let limited = |name| match name {
            "PARVIS_DATABASE_URL" => Some(url.clone()),
            "PARVIS_RATE_LIMIT" => Some("2".to_owned()),
            _ => None,
        };
        AppState::open(Config::read(limited).unwrap()).unwrap()
    }

    #[actix_web::test]
    async fn a_panic_is_a_problem_and_the_limit_holds() {
        let folder = std::env::temp_dir().join(format!("parvis-guard-{}", std::process::id()));
        let app = App::new().app_data(state(&folder)).service(panics).wrap(from_fn(guard));
        let app = init_service(app).await;
        let call = |path: &str| TestRequest::get().uri(path).to_request();
        let error = try_call_service(&app, call("/api/panics")).await.unwrap_err();
        let response = error.error_response();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers().get("content-security-policy").unwrap(), API_POLICY);
        let body = response.into_body().try_into_bytes().unwrap();
        let problem: parvis_wire::Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.instance.as_str()),
            ("internal", "/api/panics")
        );
        assert!(problem.request_id.is_some() && !problem.detail.contains("secret"));
        let missing = call_service(&app, call("/api/nothing")).await;
        assert_eq!(missing.headers().get("content-type").unwrap(), PROBLEM);
        assert_eq!(missing.headers().get("ratelimit").unwrap(), "\"default\";r=0;t=60");
        let refused = call_service(&app, call("/api/nothing")).await;
        assert_eq!(
            (refused.status().as_u16(), refused.headers().contains_key("retry-after")),
            (429, true)
        );
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn pages_may_run_their_own_scripts_and_answers_none() {
        let policy = |path: &str| {
            let mut headers = HeaderMap::new();
            harden(&mut headers, path, true);
            headers
                .get("content-security-policy")
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(policy("/api/v1/partners"), API_POLICY);
        for page in ["/", "/api/docs/index.html", "/api/problems"] {
            assert!(policy(page).contains("script-src 'self' 'wasm-unsafe-eval';"), "{page}");
        }
        assert!(!PAGE_POLICY.contains("script-src 'self' 'unsafe"));
    }
}
