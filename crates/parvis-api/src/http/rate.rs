//! The limit of requests per address: a bucket of tokens each, in this process.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Instant;

/// When so many addresses are known, those whose bucket is full again are forgotten.
const KNOWN_MAX: usize = 50_000;
/// Seconds of the window that the limit counts.
const WINDOW: u64 = 60;

/// Buckets by address.
#[derive(Debug)]
pub struct Limiter {
    limit: u32,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Thousandths of requests that are left.
    left: u64,
    at: Instant,
}

/// What is left after a request was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Requests per window.
    pub limit: u32,
    /// Requests that are left now.
    pub remaining: u64,
    /// Seconds until the bucket is full.
    pub reset: u64,
    /// Seconds until the next request is taken, where this one is not.
    pub wait: Option<u64>,
}

impl Limiter {
    /// A limiter; 0 is no limit.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Counts a request. None where there is no limit.
    pub fn count(&self, site: IpAddr, now: Instant) -> Option<Count> {
        if self.limit == 0 {
            return None;
        }
        let full = u64::from(self.limit) * 1000;
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if buckets.len() >= KNOWN_MAX {
            buckets.retain(|_, bucket| self.filled(bucket, now) < full);
        }
        let bucket = buckets.entry(site).or_insert(Bucket { left: full, at: now });
        let left = self.filled(bucket, now);
        let taken = left >= 1000;
        *bucket = Bucket {
            left: if taken { left - 1000 } else { left },
            at: now,
        };
        let seconds = |missing: u64| (missing * WINDOW).div_ceil(full).max(1);
        Some(Count {
            limit: self.limit,
            remaining: bucket.left / 1000,
            reset: seconds(full - bucket.left),
            wait: (!taken).then(|| seconds(1000 - left)),
        })
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> u64 {
        let full = u64::from(self.limit) * 1000;
        let elapsed = u64::try_from(now.saturating_duration_since(bucket.at).as_micros()).unwrap_or(u64::MAX);
        let gained = u128::from(elapsed) * u128::from(full) / u128::from(WINDOW * 1_000_000);
        full.min(bucket.left.saturating_add(u64::try_from(gained).unwrap_or(u64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limiter = Limiter::new(2);
        let (site, start) = (IpAddr::from([192, 0, 2, 1]), Instant::now());
        assert_eq!(limiter.count(site, start).unwrap().remaining, 1);
        assert_eq!(limiter.count(site, start).unwrap().wait, None);
        assert_eq!(limiter.count(site, start).unwrap().wait, Some(30));
        assert_eq!(limiter.count(IpAddr::from([192, 0, 2, 2]), start).unwrap().wait, None);
        assert_eq!(limiter.count(site, start + Duration::from_secs(31)).unwrap().wait, None);
    }

    #[test]
    fn zero_is_no_limit() {
        assert_eq!(Limiter::new(0).count(IpAddr::from([0, 0, 0, 0]), Instant::now()), None);
    }
}
