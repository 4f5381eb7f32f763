//! Access tokens (JWT, EdDSA) and the random secrets of cookies and links.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use parvis_domain::Code;
use parvis_domain::ids::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::http::ApiError;
use crate::keys::Keys;

/// How long an access token is good, in seconds.
pub const ACCESS_SECONDS: u32 = 15 * 60;
/// How long a refresh token is good after its last use, in seconds.
pub const REFRESH_SECONDS: i64 = 30 * 24 * 60 * 60;
/// The longest token that is looked at.
const LENGTH_MAX: usize = 2000;

/// What an access token says: who, and in which session. Rights are read from the database at every request.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// The account.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

/// Signs an access token.
///
/// # Errors
/// `internal` where the key does not sign.
pub fn issue(keys: &Keys, issuer: &str, bearer: Bearer, now: DateTime<Utc>) -> Result<String, ApiError> {
    let ring = keys.ring();
    let header = Header {
        kid: Some(ring.kid().to_owned()),
        ..Header::new(Algorithm::EdDSA)
    };
    let iat = now.timestamp();
    let exp = iat + i64::from(ACCESS_SECONDS);
    let claims = Claims {
        iss: issuer.to_owned(),
        sub: bearer.user,
        sid: bearer.session,
        iat,
        exp,
    };
    encode(&header, &claims, ring.signing()).map_err(ApiError::internal)
}

/// Checks an access token.
///
/// # Errors
/// `token_invalid`, without a reason that would help whoever forges one.
pub fn verify(keys: &Keys, issuer: &str, token: &str, now: DateTime<Utc>) -> Result<Bearer, ApiError> {
    claims(keys, issuer, token)
        .filter(|claims| claims.exp > now.timestamp())
        .map(|claims| Bearer {
            user: claims.sub,
            session: claims.sid,
        })
        .ok_or_else(invalid)
}

/// The refusal of a token.
#[must_use]
pub fn invalid() -> ApiError {
    ApiError::new(
        Code::TokenInvalid,
        "The access token is not valid or its session has ended; sign in again.",
    )
}

fn claims(keys: &Keys, issuer: &str, token: &str) -> Option<Claims> {
    if token.len() > LENGTH_MAX {
        return None;
    }
    let kid = decode_header(token).ok()?.kid?;
    let mut ring = keys.ring();
    if ring.verifying(&kid).is_none() {
        ring = keys.ring_for_unknown();
    }
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "sub", "exp"]);
    // The clock of the application state decides, so that tests can turn it.
    validation.validate_exp = false;
    Some(decode::<Claims>(token, ring.verifying(&kid)?, &validation).ok()?.claims)
}

/// A secret for a cookie or a link: 256 random bits.
#[must_use]
pub fn secret(random: &dyn Fn(&mut [u8])) -> String {
    let mut bytes = [0_u8; 32];
    random(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a secret.
#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_token_is_good_for_its_time_here_only() {
        let folder = std::env::temp_dir().join(format!("parvis-tokens-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let keys = Keys::open(&folder, |bytes| bytes.fill(7)).unwrap();
        let bearer = Bearer {
            user: UserId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(2)),
        };
        let now: DateTime<Utc> = "2026-03-14T10:00:00Z".parse().unwrap();
        let token = issue(&keys, "https://a.example", bearer, now).unwrap();
        let later = |seconds| now + chrono::Duration::seconds(seconds);
        assert_eq!(verify(&keys, "https://a.example", &token, later(899)).unwrap(), bearer);
        assert!(verify(&keys, "https://a.example", &token, later(901)).is_err());
        assert!(verify(&keys, "https://b.example", &token, now).is_err());
        let mut forged = token.clone();
        forged.replace_range(
            forged.len() - 10..forged.len() - 9,
            if token.as_bytes()[token.len() - 10] == b'A' {
                "B"
            } else {
                "A"
            },
        );
        assert!(verify(&keys, "https://a.example", &forged, now).is_err());
        assert!(verify(&keys, "https://a.example", "x.y.z", now).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
