//! Bodies: read once, within limits, and refused with the pointer of the first thing that does not parse.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use parvis_domain::{Code, Fault};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use sha2::{Digest, Sha256};

use super::error::{ApiError, of_status};
use super::strict::Strict;

/// How long a client may take to send a body.
const ARRIVES_WITHIN: Duration = Duration::from_secs(20);

/// A body and the hash of its bytes, by which a repeated request is recognised. No body at all counts as `{}`.
#[derive(Debug)]
pub struct Body<T> {
    /// What was sent.
    pub value: T,
    /// SHA-256 of the raw bytes.
    pub hash: [u8; 32],
}

impl<T> std::ops::Deref for Body<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// The body of an operation that takes none, or `{}`.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = check_media(request);
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let late = |_| ApiError::new(Code::BodyMalformed, "The body did not arrive in time.");
            let bytes = actix_web::rt::time::timeout(ARRIVES_WITHIN, bytes)
                .await
                .map_err(late)?;
            let bytes = bytes.map_err(|error| unread(&error))?;
            if !bytes.is_empty() {
                media?;
            }
            let hash = Sha256::digest(&bytes).into();
            Ok(Self {
                value: parse(&bytes)?,
                hash,
            })
        })
    }
}

fn unread(error: &actix_web::Error) -> ApiError {
    let status = error.as_response_error().status_code();
    if status.as_u16() == 413 {
        return of_status(status);
    }
    ApiError::new(Code::BodyMalformed, "The body ends too early or cannot be unpacked.")
}

fn check_media(request: &HttpRequest) -> Result<(), ApiError> {
    let sent = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let merge = request.method() == Method::PATCH && essence == "application/merge-patch+json";
    if merge || essence == "application/json" {
        return Ok(());
    }
    let detail = "Send application/json, or application/merge-patch+json for PATCH.";
    Err(ApiError::new(Code::MediaTypeUnsupported, detail))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    if holds_nul(bytes) {
        return Err(Fault::new(
            Code::BodyMalformed,
            "",
            "The character U+0000 is not allowed anywhere.",
        ));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Strict(&mut deserializer)).map_err(|error| fault(&error, bytes))?;
    deserializer
        .end()
        .map_err(|_| Fault::new(Code::BodyMalformed, "", "Something follows the end of the JSON value."))?;
    Ok(value)
}

/// Whether a string holds the escape of U+0000, which one of the databases cannot keep.
fn holds_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if rest.starts_with(b"u0000") {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

fn fault(error: &serde_path_to_error::Error<serde_json::Error>, bytes: &[u8]) -> Fault {
    let inner = error.inner();
    // For an enumeration serde_json calls a number or a list a fault of syntax, which it is not.
    let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    if !inner.is_data() && !is_json() {
        let detail = format!("Not JSON: line {}, column {}.", inner.line(), inner.column());
        return Fault::new(Code::BodyMalformed, "", detail);
    }
    let message = inner.to_string();
    let named = message.split('`').nth(1).unwrap_or_default();
    let pointer = pointer(error.path());
    if message.starts_with("missing field") {
        return Fault::new(
            Code::FieldMissing,
            format!("{pointer}/{}", escape(named)),
            format!("The field {named} is missing."),
        );
    }
    if message.starts_with("unknown field") {
        let at = format!("/{}", escape(named));
        let pointer = if pointer.ends_with(&at) {
            pointer
        } else {
            format!("{pointer}{at}")
        };
        return Fault::new(Code::FieldUnknown, pointer, format!("There is no field {named} here."));
    }
    Fault::new(Code::TypeMismatch, pointer, mismatch(&message))
}

/// serde's sentence without the place in the text, which the pointer says better, and without the value.
fn mismatch(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or_default();
    match message.rsplit_once("expected ") {
        Some((_, expected)) => format!(
            "The value has another type than allowed; expected: {}.",
            plain(expected)
        ),
        None => "The value is none of those allowed.".to_owned(),
    }
}

/// The words of serde for a type, in those of JSON.
fn plain(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        other if other.starts_with("struct ") || other == "a map" => "an object",
        "a sequence" => "a list",
        other => other,
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", escape(key))),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    segments.collect()
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis_wire::partners::NewPartner;

    fn refused(body: &str) -> (Code, String) {
        let fault = parse::<NewPartner>(body.as_bytes()).unwrap_err();
        (fault.code, fault.pointer)
    }

    #[test]
    fn the_first_fault_has_its_code_and_pointer() {
        let at = |code, pointer: &str| (code, pointer.to_owned());
        assert_eq!(refused("{"), at(Code::BodyMalformed, ""));
        assert_eq!(refused("{} x"), at(Code::FieldMissing, "/name"));
        assert_eq!(refused(""), at(Code::FieldMissing, "/name"));
        assert_eq!(refused(r#"{"name": 1}"#), at(Code::TypeMismatch, "/name"));
        assert_eq!(refused(r#"{"kind": "club"}"#), at(Code::TypeMismatch, "/kind"));
        assert_eq!(refused(r#"{"a/b": 1}"#), at(Code::FieldUnknown, "/a~1b"));
        let inner =
            r#"{"name": "a", "kind": "state", "country": "FR", "identifiers": [{"scheme": "other", "value": 1}]}"#;
        assert_eq!(refused(inner), at(Code::TypeMismatch, "/identifiers/0/value"));
        assert_eq!(refused("[1]").0, Code::TypeMismatch);
        assert_eq!(refused("\"\u{1}\"").0, Code::BodyMalformed);
    }

    #[test]
    fn what_follows_is_not_ignored() {
        assert_eq!(parse::<Nothing>(b"{} {}").unwrap_err().code, Code::BodyMalformed);
        assert!(parse::<Nothing>(b" {} ").is_ok() && parse::<Nothing>(b"").is_ok());
    }

    #[test]
    fn the_nul_character_is_found_and_nothing_else() {
        assert!(holds_nul(br#"{"a": "x\u0000"}"#));
        assert!(holds_nul(br#""\\\u0000""#));
        assert!(!holds_nul(br#""\\u0000 \u0001""#));
    }
}
