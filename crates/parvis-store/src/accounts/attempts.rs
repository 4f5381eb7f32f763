//! Attempts to sign in, by which repeated failures are slowed down. They are kept apart from events and swept.

use std::ops::Range;

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use crate::columns::{IntoDb, micros};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::sign_in_attempts as attempts;
use crate::stamp::Stamp;

/// Whom an attempt concerned and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// A hash of the e-mail address: an address without an account leaves no trace of itself.
    pub account: [u8; 32],
    /// The network address.
    pub address: String,
}

/// Failures since some instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// For the account, after its last success.
    pub account: i64,
    /// When the last of them was.
    pub account_last: Option<DateTime<Utc>>,
    /// From the network address, whatever the account.
    pub address: i64,
    /// When the last of them was.
    pub address_last: Option<DateTime<Utc>>,
}

/// Keeps an attempt.
///
/// # Errors
/// Those of the database.
pub fn record_sign_in(conn: &mut Conn, stamp: &Stamp<'_>, attempt: &Attempt, success: bool) -> StoreResult<()> {
    let id: uuid::Uuid = stamp.id();
    diesel::insert_into(attempts::table)
        .values((
            attempts::id.eq(id.db()),
            attempts::account.eq(attempt.account.to_vec()),
            attempts::address.eq(&attempt.address),
            attempts::at.eq(micros(stamp.at)),
            attempts::success.eq(success),
        ))
        .execute(conn)?;
    Ok(())
}

/// The failures within a span of time, for the account and for the address. What lies after its end was written before
/// the clock stepped back, or by a server whose clock is ahead, and does not count.
///
/// # Errors
/// Those of the database.
pub fn recent_failures(conn: &mut Conn, attempt: &Attempt, within: Range<DateTime<Utc>>) -> StoreResult<Failures> {
    let instant = |micros: Option<i64>| micros.and_then(DateTime::from_timestamp_micros);
    let (since, until) = (micros(within.start), micros(within.end));
    let of_account = attempts::table.filter(
        attempts::account
            .eq(attempt.account.to_vec())
            .and(attempts::at.lt(until)),
    );
    let succeeded: Option<i64> = of_account
        .clone()
        .filter(attempts::success.eq(true))
        .select(max(attempts::at))
        .first(conn)?;
    let after = succeeded.unwrap_or(since).max(since);
    let counted = (count_star(), max(attempts::at));
    let failed = of_account
        .filter(attempts::success.eq(false))
        .filter(attempts::at.gt(after));
    let (account, account_last): (i64, Option<i64>) = failed.select(counted).first(conn)?;
    let from_address = attempts::table.filter(attempts::address.eq(&attempt.address).and(attempts::at.lt(until)));
    let failed = from_address
        .filter(attempts::success.eq(false))
        .filter(attempts::at.gt(since));
    let (address, address_last): (i64, Option<i64>) = failed.select(counted).first(conn)?;
    let (account_last, address_last) = (instant(account_last), instant(address_last));
    Ok(Failures {
        account,
        account_last,
        address,
        address_last,
    })
}

/// Removes attempts from before an instant, and says how many.
///
/// # Errors
/// Those of the database.
pub fn sweep_sign_in_attempts(conn: &mut Conn, before: DateTime<Utc>) -> StoreResult<usize> {
    Ok(diesel::delete(attempts::table.filter(attempts::at.lt(micros(before)))).execute(conn)?)
}
