//! What no operation answers: 405 with `Allow` where the address exists, else 404.

use actix_web::HttpRequest;
use actix_web::dev::ResourceDef;
use actix_web::http::{Method, header};
use actix_web::web::Data;
use parvis_domain::{Code, DomainError};

use super::error::ApiError;
use crate::app_files::{is_reserved, reads};
use crate::state::AppState;

/// The addresses that the document does not hold: they are only read.
const READ_ONLY: [&str; 7] = [
    "/api/openapi.json",
    "/api/docs",
    "/api/docs/{file:.*}",
    "/api/problems",
    "/.well-known/jwks.json",
    "/health/live",
    "/health/ready",
];

/// The addresses and their methods.
pub struct Table(Vec<(ResourceDef, Vec<Method>)>);

impl Table {
    /// The table of the addresses of a document.
    pub fn new<'a>(paths: impl Iterator<Item = (&'a str, Vec<Method>)>) -> Self {
        let paths = paths.chain(READ_ONLY.map(|path| (path, vec![Method::GET, Method::HEAD])));
        Self(paths.map(|(path, methods)| (ResourceDef::new(path), methods)).collect())
    }

    /// Whether an address is written out: then it is not also one with a parameter in its place.
    #[must_use]
    pub fn is_literal(&self, path: &str) -> bool {
        self.0.iter().any(|(at, _)| at.pattern() == Some(path))
    }

    /// The methods of an address, none where there is no such address.
    #[must_use]
    pub fn methods(&self, path: &str) -> Option<String> {
        let literal = self.is_literal(path);
        let methods = self
            .0
            .iter()
            .filter(|(at, _)| at.is_match(path) && (!literal || at.pattern() == Some(path)))
            .flat_map(|(_, methods)| methods);
        let mut names: Vec<_> = methods.map(Method::as_str).collect();
        names.sort_unstable();
        names.dedup();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// Answers what nothing else answers.
///
/// # Errors
/// Always: `not_found` or `method_not_allowed`.
pub async fn unknown(request: HttpRequest) -> Result<String, ApiError> {
    Err(of(&request))
}

/// The refusal of a request that nothing answers.
#[must_use]
pub fn of(request: &HttpRequest) -> ApiError {
    match request.app_data::<Data<AppState>>() {
        Some(state) if state.config.app_dir.is_some() && !reads(request.method()) && !is_reserved(request.path()) => {
            not_allowed("GET, HEAD")
        }
        Some(state) => refusal(&state.table, request.path()),
        None => DomainError::not_found().into(),
    }
}

/// The refusal of a method by an address that is written out; none for an address with a parameter.
#[must_use]
pub fn literal(request: &HttpRequest) -> Option<ApiError> {
    let state = request.app_data::<Data<AppState>>()?;
    state.table.is_literal(request.path()).then(|| of(request))
}

fn refusal(table: &Table, path: &str) -> ApiError {
    match table.methods(path) {
        Some(allow) => not_allowed(&allow),
        None => DomainError::not_found().into(),
    }
}

fn not_allowed(allow: &str) -> ApiError {
    let detail = format!("This address takes {allow}.");
    ApiError::new(Code::MethodNotAllowed, detail).with_header(header::ALLOW, allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_methods_it_has() {
        let table = Table::new([("/things/{id}", vec![Method::GET, Method::DELETE])].into_iter());
        let error = refusal(&table, "/things/1");
        assert_eq!(error.error.code, Code::MethodNotAllowed);
        assert_eq!(error.headers.first().unwrap().1, "DELETE, GET");
        assert_eq!(refusal(&table, "/others").error.code, Code::NotFound);
    }
}
