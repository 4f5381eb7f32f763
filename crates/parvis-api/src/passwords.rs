//! Passwords: argon2id, on so many threads at once as there are processors, and not with any number waiting.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::http::ApiError;

/// Memory in KiB, passes and lanes: one of OWASP's equivalent settings for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// How many may wait; each would add about 50 ms to the wait of the last.
const WAITING_MAX: usize = 64;

/// Hashes and checks passwords.
pub struct Hasher {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    /// Checked where there is no account, so that its absence takes the same time.
    dummy: String,
}

impl Hasher {
    /// A hasher for this machine.
    ///
    /// # Errors
    /// Where hashing does not work at all.
    pub fn new() -> Result<Self, String> {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            running: Arc::new(Semaphore::new(processors)),
            admitted: Arc::new(Semaphore::new(processors + WAITING_MAX)),
            dummy: hash("no account has this password")?,
        })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// `unavailable` when too many wait.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        self.run(move || hash(&password)).await?.map_err(ApiError::internal)
    }

    /// Whether the password is the one of the hash. Without a hash the answer is no, after the same work.
    ///
    /// # Errors
    /// `unavailable` when too many wait.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, ApiError> {
        let (known, hash) = (hash.is_some(), hash.unwrap_or_else(|| self.dummy.clone()));
        let right = self.run(move || verify(&password, &hash)).await?;
        Ok(right && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let busy = |_| ApiError::unavailable("Too many people sign in at this moment; try again.").retry_after(2);
        let _admitted = self.admitted.clone().try_acquire_owned().map_err(busy)?;
        let permit = self.running.clone().acquire_owned().await.map_err(ApiError::internal)?;
        let work = tokio::task::spawn_blocking(move || {
            let _held_until_done = permit;
            work()
        });
        work.await.map_err(ApiError::internal)
    }
}

/// Hashes a password on this thread, for the command line.
///
/// # Errors
/// Where the machine lacks the memory or randomness.
pub fn hash(password: &str) -> Result<String, String> {
    let hashed = argon().and_then(|argon| {
        argon
            .hash_password(password.as_bytes())
            .map_err(|error| error.to_string())
    })?;
    Ok(hashed.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    let right = |argon: Argon2<'_>| {
        PasswordHash::new(hash).is_ok_and(|hash| argon.verify_password(password.as_bytes(), &hash).is_ok())
    };
    argon().is_ok_and(right)
}

fn argon() -> Result<Argon2<'static>, String> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let kept = hash("Parvis-demo-1").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("Parvis-demo-1", &kept) && !verify("Parvis-demo-2", &kept) && !verify("x", "no hash"));
    }
}
