//! Access tokens (JWT, EdDSA) and the random secrets of cookies and links.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

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
/// How many checked tokens are remembered: some megabytes at most.
const KNOWN_MAX: usize = 10_000;

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

/// Tokens whose signature was checked, by their hash. A client sends the same token for minutes, and checking a signature
/// takes as long as all else that happens to a small request outside of the database.
///
/// What may change meanwhile is never taken from here: each use looks at the clock and at the keys, and whether the
/// session has ended is read from the database with every request.
#[derive(Debug, Default)]
pub struct Checked(RwLock<HashMap<[u8; 32], Remembered>>);

/// What is kept of a token that was good.
#[derive(Debug, Clone)]
struct Remembered {
    kid: String,
    bearer: Bearer,
    exp: i64,
}

impl Checked {
    /// Whose access token it is.
    ///
    /// # Errors
    /// `token_invalid`, without a reason that would help whoever forges one.
    pub fn verify(&self, keys: &Keys, issuer: &str, token: &str, now: DateTime<Utc>) -> Result<Bearer, ApiError> {
        if token.len() > LENGTH_MAX {
            return Err(invalid());
        }
        let hash = Sha256::new_with_prefix(issuer)
            .chain_update([0])
            .chain_update(token)
            .finalize()
            .into();
        let known = self.recall(&hash).filter(|known| keys.knows(&known.kid));
        let good = match known {
            Some(known) => Some(known),
            None => check(keys, issuer, token).inspect(|fresh| self.remember(hash, fresh)),
        };
        good.filter(|token| token.exp > now.timestamp())
            .map(|token| token.bearer)
            .ok_or_else(invalid)
    }

    fn recall(&self, hash: &[u8; 32]) -> Option<Remembered> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// Where there are too many, all are forgotten: each is checked once more when it comes.
    fn remember(&self, hash: [u8; 32], token: &Remembered) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(hash, token.clone());
    }
}

/// The refusal of a token.
#[must_use]
pub fn invalid() -> ApiError {
    ApiError::new(
        Code::TokenInvalid,
        "The access token is not valid or its session has ended; sign in again.",
    )
}

/// Checks the signature, and what a token says but for its time.
fn check(keys: &Keys, issuer: &str, token: &str) -> Option<Remembered> {
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
    let claims = decode::<Claims>(token, ring.verifying(&kid)?, &validation).ok()?.claims;
    Some(Remembered {
        kid,
        bearer: Bearer {
            user: claims.sub,
            session: claims.sid,
        },
        exp: claims.exp,
    })
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
    use std::fs;
    use std::path::PathBuf;
    use uuid::Uuid;

    const HERE: &str = "https://a.example";

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("parvis-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn bearer(n: u128) -> Bearer {
        Bearer {
            user: UserId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(n)),
        }
    }

    fn now() -> DateTime<Utc> {
        "2026-03-14T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_token_is_good_for_its_time_here_only() {
        let folder = folder("tokens");
        let keys = Keys::open(&folder, |bytes| bytes.fill(7)).unwrap();
        let token = issue(&keys, HERE, bearer(2), now()).unwrap();
        let checked = Checked::default();
        let after = |seconds| checked.verify(&keys, HERE, &token, now() + chrono::Duration::seconds(seconds));
        assert!(after(901).is_err(), "the first time");
        assert_eq!(after(899).unwrap(), bearer(2));
        assert_eq!(checked.0.read().unwrap().len(), 1);
        assert!(
            after(900).is_err() && after(901).is_err(),
            "remembered, and yet out of its time"
        );
        assert!(checked.verify(&keys, "https://b.example", &token, now()).is_err());
        let at = token.len() - 10;
        let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut forged = token.clone();
        forged.replace_range(at..=at, other);
        for wrong in [forged.as_str(), "x.y.z", "", &"x".repeat(LENGTH_MAX + 1)] {
            assert!(checked.verify(&keys, HERE, wrong, now()).is_err());
        }
        assert_eq!(checked.0.read().unwrap().len(), 1, "what is refused is not remembered");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_remembered_token_goes_with_its_key() {
        let (first, second) = (folder("key-1"), folder("key-2"));
        let keys = Keys::open(&first, |bytes| bytes.fill(7)).unwrap();
        let without = Keys::open(&second, |bytes| bytes.fill(8)).unwrap();
        let token = issue(&keys, HERE, bearer(2), now()).unwrap();
        let checked = Checked::default();
        assert!(checked.verify(&keys, HERE, &token, now()).is_ok());
        assert!(checked.verify(&without, HERE, &token, now()).is_err());
        assert!(checked.verify(&keys, HERE, &token, now()).is_ok());
        fs::remove_dir_all(first).unwrap();
        fs::remove_dir_all(second).unwrap();
    }

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let checked = Checked::default();
        let token = Remembered {
            kid: String::new(),
            bearer: bearer(2),
            exp: 0,
        };
        for n in 0..=KNOWN_MAX {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_be_bytes());
            checked.remember(hash, &token);
            assert!(checked.0.read().unwrap().len() <= KNOWN_MAX);
        }
        assert_eq!(checked.0.read().unwrap().len(), 1);
    }
}
