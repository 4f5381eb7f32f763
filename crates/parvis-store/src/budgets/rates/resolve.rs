//! What a movement is booked at: from what was paid, at a published rate or at the bank's own exchange.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::budgets::rates::{self as domain, Rate};
use parvis_domain::ids::{ProgrammeId, RateId};
use parvis_domain::{Code, Currency, Fault, Money};

use super::{RateRow, RateScope, RecordedRate, within};
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::rates;

/// What a movement is booked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The amount in the grant's currency.
    pub amount: Money,
    /// As it was paid, where that was in another currency.
    pub original: Option<Money>,
    /// The rate used; none where the bank's own exchange gave the amount.
    pub rate: Option<RateId>,
}

/// What a movement on a grant is booked at: the amount that was given, or the original at the rate that was named,
/// rounded half to even. Amount and original without a rate are the bank's own exchange. All amounts are positive.
///
/// # Errors
/// `required` where the amount does not follow, `currency_mismatch`, `reference_unknown` for a rate that is not there,
/// was corrected, or is of another pair of currencies, `date_in_future` for one of a later day than the movement's,
/// `amount_mismatch`, `amount_not_positive`, `amount_too_large`; each at `/amount`, `/original` or `/rate_id`.
pub fn resolve(
    conn: &mut Conn,
    programme: ProgrammeId,
    grant_currency: Currency,
    amount: Option<Money>,
    original: Option<Money>,
    rate: Option<RateId>,
    on: NaiveDate,
) -> StoreResult<Resolved> {
    if let Some(amount) = amount {
        parvis_domain::budgets::check_currency("/amount/currency", amount.currency, grant_currency)?;
    }
    match (amount, original, rate) {
        (None, None, _) => Err(Fault::new(
            Code::Required,
            "/amount",
            "Give the amount, or the original and its rate.",
        )
        .into()),
        (Some(_), None, Some(_)) => {
            let detail = "A rate belongs to an original in another currency; give the original too.";
            Err(Fault::new(Code::Required, "/original", detail).into())
        }
        (_, Some(original), _) if original.currency == grant_currency => {
            let detail = format!("The grant is in {grant_currency} already; leave the original out.");
            Err(Fault::new(Code::CurrencyMismatch, "/original/currency", detail).into())
        }
        (None, Some(_), None) => {
            let detail = "Give the rate, or the amount that the bank booked.";
            Err(Fault::new(Code::Required, "/rate_id", detail).into())
        }
        (Some(amount), original, None) => Ok(Resolved {
            amount,
            original,
            rate: None,
        }),
        (given, Some(original), Some(id)) => {
            let rate = usable(conn, programme, id, (original.currency, grant_currency), on)?;
            let amount = domain::booked(original, rate, grant_currency, given)?;
            Ok(Resolved {
                amount,
                original: Some(original),
                rate: Some(id),
            })
        }
    }
}

/// The rate of this identifier between two currencies, where a movement of this day can use it.
fn usable(
    conn: &mut Conn,
    programme: ProgrammeId,
    id: RateId,
    (from, to): (Currency, Currency),
    on: NaiveDate,
) -> StoreResult<Rate> {
    let refuse = |code, detail: String| Err(Fault::new(code, "/rate_id", detail).into());
    let found = within(RateScope::Programme(programme))
        .filter(rates::id.eq(id.db()))
        .select(RateRow::as_select())
        .first::<RateRow>(conn)
        .optional()?;
    let Some(found) = found.map(RateRow::complete).transpose()? else {
        return refuse(Code::ReferenceUnknown, "This programme has no such rate.".to_owned());
    };
    let Some(rate) = found.between(from, to) else {
        let detail = format!(
            "This rate leads from {} to {}, not from {from} to {to}.",
            found.from, found.to
        );
        return refuse(Code::CurrencyMismatch, detail);
    };
    if found.valid_on > on && !domain::same_month(found.valid_on, on) {
        let detail = format!("This rate is of {}, after the movement of {on}.", found.valid_on);
        return refuse(Code::DateInFuture, detail);
    }
    match correction(conn, &found)? {
        Some(by) => refuse(Code::ReferenceUnknown, format!("This rate was corrected; use {by}.")),
        None => Ok(rate),
    }
}

/// The rate that corrects another: of the same programme, day and pair, recorded last.
fn correction(conn: &mut Conn, of: &RecordedRate) -> StoreResult<Option<RateId>> {
    let scope = match of.programme_id {
        Some(programme) => RateScope::Programme(programme),
        None => RateScope::Platform,
    };
    let same = within(scope)
        .filter(rates::from_currency.eq(of.from.code()))
        .filter(rates::to_currency.eq(of.to.code()))
        .filter(rates::valid_on.eq(of.valid_on))
        .filter(rates::programme_id.is_null().eq(of.programme_id.is_none()))
        .order((rates::recorded_at.desc(), rates::id.desc()))
        .select(rates::id);
    let last: RateId = same.first(conn)?;
    Ok((last != of.id).then_some(last))
}
