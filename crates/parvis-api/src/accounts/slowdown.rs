//! How repeated failures to sign in slow down: by account, and more patiently by address, behind which many may sit.

use chrono::{DateTime, Duration, Utc};
use parvis_domain::{Code, DomainError};
use parvis_store::accounts::{Attempt, Failures, recent_failures};
use parvis_store::{Conn, StoreResult};

use crate::http::ApiError;
use crate::tokens;

/// Failures that are older do not count.
const WINDOW: Duration = Duration::hours(1);
/// How far the clocks of several servers may lie apart.
const SKEW: Duration = Duration::minutes(1);
/// The longest wait, in seconds.
const WAIT_MAX: i64 = 15 * 60;
/// An address may fail so many times more often than an account.
const ADDRESS_FACTOR: i64 = 10;

/// Whom an attempt concerns, without naming anybody.
pub fn attempt(email: &str, address: std::net::IpAddr) -> Attempt {
    Attempt {
        account: tokens::hash(email),
        address: crate::http::address::site(address).to_string(),
    }
}

/// How long the next attempt has to wait, in seconds; none where it need not.
///
/// # Errors
/// Those of the database.
pub fn wait(conn: &mut Conn, attempt: &Attempt, allowed: u32, now: DateTime<Utc>) -> StoreResult<Option<u64>> {
    let failures = recent_failures(conn, attempt, now - WINDOW..now + SKEW)?;
    Ok(of(&failures, i64::from(allowed), now))
}

/// The answer to an attempt that has to wait.
pub fn refusal(seconds: u64) -> ApiError {
    let detail = format!("Repeated attempts to sign in have failed; the next one is read in {seconds} seconds.");
    ApiError::from(DomainError::new(Code::SignInSlowedDown, detail)).retry_after(seconds)
}

fn of(failures: &Failures, allowed: i64, now: DateTime<Utc>) -> Option<u64> {
    let account = left(failures.account, failures.account_last, allowed, now);
    let address = left(failures.address, failures.address_last, allowed * ADDRESS_FACTOR, now);
    account.max(address)
}

/// After the failures that are allowed the wait doubles with each, from one second on.
fn left(failures: i64, last: Option<DateTime<Utc>>, allowed: i64, now: DateTime<Utc>) -> Option<u64> {
    let over = failures - allowed;
    let wait = if over < 0 {
        return None;
    } else {
        1_i64.checked_shl(u32::try_from(over.min(20)).ok()?)?
    };
    let until = last? + Duration::seconds(wait.min(WAIT_MAX));
    let millis = (until - now).num_milliseconds();
    u64::try_from(millis)
        .ok()
        .filter(|millis| *millis > 0)
        .map(|millis| millis.div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_ends() {
        let now: DateTime<Utc> = "2026-03-14T10:00:00Z".parse().unwrap();
        let wait = |failures| left(failures, Some(now), 5, now);
        assert_eq!(
            (wait(0), wait(4), wait(5), wait(6), wait(9)),
            (None, None, Some(1), Some(2), Some(16))
        );
        assert_eq!(wait(1000), Some(900));
        assert_eq!(left(6, Some(now - Duration::seconds(3)), 5, now), None);
    }

    #[test]
    fn an_address_has_more_patience() {
        let now: DateTime<Utc> = "2026-03-14T10:00:00Z".parse().unwrap();
        let failures = Failures {
            account: 0,
            account_last: None,
            address: 49,
            address_last: Some(now),
        };
        assert_eq!(of(&failures, 5, now), None);
        assert_eq!(
            of(
                &Failures {
                    address: 50,
                    ..failures
                },
                5,
                now
            ),
            Some(1)
        );
    }
}
