//! The key under which a client may repeat a POST: the same key and body give the same answer.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use parvis_domain::accounts::{Caller, Operation};
use parvis_domain::{Code, DomainError, Fault};
use parvis_store::idempotency::{self, Key, Known};
use parvis_store::{Conn, Stamp, StoreError, StoreResult};
use uuid::Uuid;

use super::answer::Reply;
use super::etag::Etag;

/// The name of the header.
pub const HEADER: &str = "idempotency-key";
/// The longest key, in bytes.
pub const MAX: usize = 200;

/// Reads the header, none where it was not sent.
///
/// # Errors
/// `idempotency_key_invalid`.
pub fn read(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(Some(key.to_owned()))
        }
        _ => {
            let detail = format!("Idempotency-Key holds 1 to {MAX} visible ASCII characters.");
            Err(Fault::new(Code::IdempotencyKeyInvalid, "Idempotency-Key", detail))
        }
    }
}

/// Whether answers of this operation are kept. Those of sign-in hold secrets.
#[must_use]
pub fn applies(operation: Operation) -> bool {
    !matches!(
        operation,
        Operation::Login
            | Operation::Refresh
            | Operation::Logout
            | Operation::LogoutEverywhere
            | Operation::ChangePassword
            | Operation::AcceptInvitation
    )
}

/// What the key belongs to. Strangers share one name, so their keys must be UUIDs, which nobody guesses.
///
/// # Errors
/// `idempotency_key_invalid`.
pub fn key_of(caller: &Caller, operation: Operation, path: &str, key: &str) -> Result<Key, Fault> {
    let principal = match caller.user() {
        Some(user) => user.to_string(),
        None if Uuid::try_parse(key).is_ok() => "stranger".to_owned(),
        None => {
            let detail = "Without signing in, an Idempotency-Key is a UUID.";
            return Err(Fault::new(Code::IdempotencyKeyInvalid, "Idempotency-Key", detail));
        }
    };
    Ok(Key {
        principal,
        operation: format!("{operation} {path}"),
        key: key.to_owned(),
    })
}

/// Takes the key, and gives back the kept answer where there is one.
///
/// # Errors
/// `idempotency_key_reused` for another body, `already_done` where the answer held a secret.
pub fn begin(conn: &mut Conn, key: &Key, hash: &[u8; 32], stamp: &Stamp<'_>) -> StoreResult<Option<Reply>> {
    match idempotency::begin(conn, key, hash, stamp)? {
        Known::Fresh => Ok(None),
        Known::Reused => Err(StoreError::Domain(DomainError::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key came before with another body; choose a new one.",
        ))),
        Known::Replay(answer) => replay(answer).map(Some),
    }
}

/// Keeps the answer of a request that was done.
///
/// # Errors
/// Those of the database.
pub fn finish(conn: &mut Conn, key: &Key, reply: &Reply) -> StoreResult<()> {
    let headers = [
        ("location", reply.location.clone()),
        ("etag", reply.etag.as_ref().map(ToString::to_string)),
        ("media", Some(reply.media.to_owned())),
    ];
    let headers = headers
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let (status, body) = match reply.secret {
        true => (StatusCode::CONFLICT, String::new()),
        false => (reply.status, String::from_utf8_lossy(&reply.body).into_owned()),
    };
    let answer = idempotency::Answer {
        status: status.as_u16(),
        headers: headers.collect(),
        body,
    };
    idempotency::finish(conn, key, &answer)
}

fn replay(answer: idempotency::Answer) -> StoreResult<Reply> {
    let header = |name: &str| {
        answer
            .headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.clone())
    };
    let status = StatusCode::from_u16(answer.status).map_err(|error| StoreError::Internal(error.to_string()))?;
    let location = header("location");
    if status == StatusCode::CONFLICT {
        let at = location.unwrap_or_default();
        let fault =
            Fault::new(Code::AlreadyDone, "", format!("This was done before; it is at {at}.")).with("location", at);
        return Err(fault.into());
    }
    let etag = header("etag").and_then(|tag| {
        let (version, view) = tag.trim_matches('"').split_once('-')?;
        Some(Etag {
            version: version.parse().ok()?,
            view: view.to_owned(),
        })
    });
    let reply = Reply::text("application/json", answer.body);
    Ok(Reply {
        status,
        etag,
        location,
        ..reply
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn a_key_is_visible_ascii() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(HEADER), HeaderValue::from_str(value).unwrap());
            super::read(&headers).map_err(|fault| fault.code)
        };
        assert_eq!(read("a-1"), Ok(Some("a-1".to_owned())));
        for wrong in ["", "a b", &"x".repeat(MAX + 1)] {
            assert_eq!(read(wrong), Err(Code::IdempotencyKeyInvalid), "{wrong}");
        }
    }

    #[test]
    fn strangers_need_keys_that_nobody_guesses() {
        let of = |key| key_of(&Caller::Stranger, Operation::CreatePartner, "/p", key).map(|key| key.principal);
        assert!(of("1").is_err());
        assert_eq!(of("01890a5d-ac96-774b-bcce-b302099a8057"), Ok("stranger".to_owned()));
    }

    #[test]
    fn an_answer_with_a_secret_is_not_kept() {
        let answer = idempotency::Answer {
            status: 409,
            headers: vec![("location".into(), "/x".into())],
            body: String::new(),
        };
        assert_eq!(
            replay(answer).unwrap_err().refusal().map(|e| e.code),
            Some(Code::AlreadyDone)
        );
        let answer = idempotency::Answer {
            status: 201,
            headers: vec![("etag".into(), "\"1-member\"".into())],
            body: "{}".into(),
        };
        assert_eq!(replay(answer).unwrap().etag.map(|tag| tag.version), Some(1));
    }
}
