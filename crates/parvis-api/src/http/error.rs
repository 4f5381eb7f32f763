//! Refusals and faults, and how they become problems (RFC 9457).

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use parvis_domain::error::Family;
use parvis_domain::{Code, DomainError, Fault, Faults};
use parvis_store::StoreError;
use parvis_wire::Problem;

/// The media type of problems.
pub const PROBLEM: &str = "application/problem+json";

/// Why a request is not answered. It is rendered by the outermost layer, which knows address and request id.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// What the client may know.
    pub error: DomainError,
    /// In how many seconds it makes sense to try again.
    pub retry_after: Option<u64>,
    /// Further headers: `Location`, `Allow`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What only the log may know.
    pub cause: Option<String>,
}

impl ApiError {
    /// A refusal by its code and one sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        DomainError::new(code, detail).into()
    }

    /// A fault of ours: the client learns nothing, the log everything.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let error = Self::new(
            Code::Internal,
            "Something went wrong here; the log has it under the request id.",
        );
        Self {
            cause: Some(cause.to_string()),
            ..error
        }
    }

    /// Not possible for the moment.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, detail)
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// Says to the log, and to nobody else, why.
    #[must_use]
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Adds a header; a value that no header can hold is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers
            .extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// The HTTP status that belongs to the code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        status_of(self.error.code)
    }

    /// The whole answer.
    #[must_use]
    pub fn render(&self, instance: &str, request_id: Option<&str>) -> HttpResponse {
        let status = self.status();
        let mut problem = Problem::of(&self.error, status.as_u16(), instance);
        problem.request_id = request_id.map(str::to_owned);
        let mut response = HttpResponse::build(status);
        response
            .content_type(PROBLEM)
            .insert_header((header::CACHE_CONTROL, "no-store"));
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"parvis\""));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.body(serde_json::to_vec(&problem).unwrap_or_default())
    }
}

/// The HTTP status of a code.
#[must_use]
pub fn status_of(code: Code) -> StatusCode {
    match code.family() {
        Family::Malformed => StatusCode::BAD_REQUEST,
        Family::Unauthenticated => StatusCode::UNAUTHORIZED,
        Family::Forbidden => StatusCode::FORBIDDEN,
        Family::NotFound => StatusCode::NOT_FOUND,
        Family::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Family::Conflict => StatusCode::CONFLICT,
        Family::Stale => StatusCode::PRECONDITION_FAILED,
        Family::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Family::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Family::RangeMissed => StatusCode::RANGE_NOT_SATISFIABLE,
        Family::Refused => StatusCode::UNPROCESSABLE_ENTITY,
        Family::ConditionMissing => StatusCode::PRECONDITION_REQUIRED,
        Family::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Family::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Family::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What stands for an error of the framework that has no code of its own.
#[must_use]
pub fn of_status(status: StatusCode) -> ApiError {
    match status {
        StatusCode::NOT_FOUND => DomainError::not_found().into(),
        StatusCode::METHOD_NOT_ALLOWED => ApiError::new(Code::MethodNotAllowed, "This address has no such method."),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(Code::BodyTooLarge, "The body is larger than allowed."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::new(
            Code::MediaTypeUnsupported,
            "The body is of a type that is not read here.",
        ),
        StatusCode::UNAUTHORIZED => ApiError::new(Code::AuthenticationRequired, "Sign in, or send a bearer token."),
        StatusCode::FORBIDDEN => ApiError::new(Code::PermissionDenied, "This is not allowed."),
        StatusCode::TOO_MANY_REQUESTS => ApiError::new(Code::TooManyRequests, "Too many requests.").retry_after(1),
        StatusCode::SERVICE_UNAVAILABLE => ApiError::unavailable("Try again in a moment.").retry_after(1),
        status if status.is_client_error() => ApiError::new(Code::ParameterInvalid, "The request cannot be read."),
        status => ApiError::internal(format!("the framework answered {status}")),
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.render("", None)
    }
}

impl From<DomainError> for ApiError {
    fn from(error: DomainError) -> Self {
        let retry_after = (error.code == Code::Unavailable).then_some(1);
        Self {
            error,
            retry_after,
            headers: Vec::new(),
            cause: None,
        }
    }
}

impl From<Faults> for ApiError {
    fn from(faults: Faults) -> Self {
        DomainError::from(faults).into()
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        DomainError::from(fault).into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error.refusal() {
            Some(refusal) if refusal.code == Code::Unavailable => Self {
                cause: Some(error.to_string()),
                ..Self::from(refusal)
            },
            Some(refusal) if refusal.code == Code::AlreadyDone => {
                let at = refusal
                    .faults
                    .0
                    .first()
                    .and_then(|fault| fault.params.get("location"))
                    .cloned();
                Self::from(refusal).with_header(header::LOCATION, &at.unwrap_or_default())
            }
            Some(refusal) => refusal.into(),
            None => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_ours_says_nothing_to_the_client() {
        let error = ApiError::from(StoreError::Internal("secret column".into()));
        assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!error.to_string().contains("secret"));
        assert_eq!(error.cause.as_deref(), Some("internal: secret column"));
    }

    #[test]
    fn unavailable_says_when_to_come_back() {
        let error = ApiError::from(StoreError::Unavailable("gone".into()));
        assert_eq!((error.status().as_u16(), error.retry_after), (503, Some(1)));
        let response = error.render("/x", None);
        assert_eq!(response.headers().get("retry-after").unwrap(), "1");
    }
}
