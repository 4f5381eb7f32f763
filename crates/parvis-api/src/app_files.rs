//! The files of the web app: precompressed where that was done, kept for ever where their name holds a hash, and the
//! page itself for every address of the app.

use std::path::{Path, PathBuf};

use actix_files::{Files, NamedFile};
use actix_web::body::MessageBody;
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse, fn_service};
use actix_web::guard::fn_guard;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::web;
use actix_web::{Error, HttpRequest};
use parvis_domain::DomainError;

use crate::http::ApiError;

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The files of a folder, at the root of the server.
pub fn files(folder: &Path) -> impl HttpServiceFactory + 'static {
    let page = folder.join("index.html");
    let fallback = fn_service(move |request: ServiceRequest| {
        let page = page.clone();
        async move {
            let (request, _) = request.into_parts();
            let response = match open_page(&request, page) {
                Ok(file) => file.into_response(&request),
                Err(error) => actix_web::HttpResponse::from_error(error),
            };
            Ok(ServiceResponse::new(request, response))
        }
    });
    let files = Files::new("/", folder)
        .index_file("index.html")
        .try_compressed()
        .guard(fn_guard(|ctx| {
            reads(&ctx.head().method) && !is_reserved(ctx.head().uri.path())
        }))
        .default_handler(fallback);
    web::scope("").wrap(from_fn(cached)).service(files)
}

/// An address of the app is no file: the page finds out what it shows. What is no page is not found.
fn open_page(request: &HttpRequest, page: PathBuf) -> Result<NamedFile, ApiError> {
    if !is_page(request.path()) {
        return Err(DomainError::not_found().into());
    }
    NamedFile::open(page).map_err(|_| DomainError::not_found().into())
}

fn is_page(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    !is_reserved(path) && !last.contains('.')
}

/// Whether an address is one of the server's own, not of the app.
#[must_use]
pub fn is_reserved(path: &str) -> bool {
    let own = ["/api/", "/health/", "/.well-known/"];
    path == "/api" || own.iter().any(|prefix| path.starts_with(prefix))
}

/// Whether a method only reads, which is all that files are there for.
#[must_use]
pub fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

async fn cached(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let hashed = is_hashed(request.path());
    let mut response = next.call(request).await?;
    let found = matches!(
        response.status(),
        StatusCode::OK | StatusCode::NOT_MODIFIED | StatusCode::PARTIAL_CONTENT
    );
    if found {
        let kept = if hashed { FOR_EVER } else { "no-cache" };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.remove(header::CONTENT_DISPOSITION);
    }
    Ok(response)
}

/// Whether a path of the assets holds a hash of at least eight hexadecimal digits, set off by `-`, `.` or `/`.
fn is_hashed(path: &str) -> bool {
    let name = path.strip_prefix("/assets/").unwrap_or_default();
    name.split(['/', '-', '.'])
        .any(|part| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_kept_for_ever() {
        for hashed in [
            "/assets/app-0123abcd.wasm",
            "/assets/0123456789abcdef/web.js",
            "/assets/style.deadbeef.css",
        ] {
            assert!(is_hashed(hashed), "{hashed}");
        }
        for plain in [
            "/",
            "/index.html",
            "/theme.js",
            "/programmes/01890a5d-ac96-774b-bcce-b302099a8057",
        ] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }

    #[test]
    fn addresses_of_the_app_are_pages_and_the_rest_is_not() {
        assert!(is_page("/") && is_page("/programmes/01890a5d-ac96-774b-bcce-b302099a8057/budget"));
        for other in ["/api/v1/nothing", "/health/x", "/api", "/missing.js", "/.well-known/x"] {
            assert!(!is_page(other), "{other}");
        }
    }
}
