//! Balances: the sums of the ledger, per share and rolled up.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::balances::RollUp;
use parvis_domain::budgets::rates::RatePolicy;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// Balances: one row per line, grant and kind, and rolled up where that is asked. Amounts of different currencies, and
/// cash and means in kind, are never added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Balances {
    /// The rows.
    pub items: Vec<Balance>,
    /// Totals, one per currency and kind.
    pub totals: Vec<BalanceTotal>,
    /// The day up to which bookings count; null for all.
    pub as_of: Option<NaiveDate>,
    /// The instant up to which records count; null for all.
    pub known_at: Option<DateTime<Utc>>,
    /// What the groups are rolled up by; null where nothing was asked.
    #[serde(default)]
    pub by: Option<RollUp>,
    /// The groups; empty by partner and where nothing was asked.
    #[serde(default)]
    pub groups: Vec<BalanceGroup>,
    /// What partners received, passed on and spent; by partner only. All of them sum to zero.
    #[serde(default)]
    pub partners: Vec<PartnerBalance>,
    /// All together in one currency, where that was asked.
    #[serde(default)]
    pub converted: Option<ConvertedBalances>,
}

/// The sums of one share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Balance {
    /// The line.
    pub line_id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// The funder of the grant.
    pub funder_id: Uuid,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The plan with its revisions.
    pub planned: Money,
    /// The funder's decision with its amendments.
    pub granted: Money,
    /// Announced by the funder.
    pub pledged: Money,
    /// Bound to a purpose.
    pub committed: Money,
    /// Paid out.
    pub disbursed: Money,
    /// Spent by whoever does the work.
    pub spent: Money,
    /// Accepted as justified.
    pub justified: Money,
    /// Contributed in kind.
    pub contributed: Money,
    /// What can still be bound, or contributed; negative where more was.
    pub available: Money,
    /// Spent ahead of payment.
    pub prefinanced: Money,
    /// Spent beyond the grant.
    pub borne_by_partner: Money,
    /// What waits for a second person and is in none of the sums; null where nothing waits.
    pub pending: Option<PendingChanges>,
}

/// What waits for a second person: what would be added and what would be taken away, apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingChanges {
    /// What would be added.
    pub increases: PendingSums,
    /// What would be taken away, as negative amounts.
    pub decreases: PendingSums,
}

/// Sums of what waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingSums {
    /// Announced by the funder.
    pub pledged: Money,
    /// Bound to a purpose.
    pub committed: Money,
    /// Paid out.
    pub disbursed: Money,
    /// Spent.
    pub spent: Money,
    /// Accepted as justified.
    pub justified: Money,
    /// Contributed in kind.
    pub contributed: Money,
}

/// The sum of all rows of one currency and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BalanceTotal {
    /// The currency.
    pub currency: String,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The plan with its revisions.
    pub planned: Money,
    /// The funders' decisions with their amendments.
    pub granted: Money,
    /// Announced by the funders.
    pub pledged: Money,
    /// Bound to a purpose.
    pub committed: Money,
    /// Paid out.
    pub disbursed: Money,
    /// Spent by whoever does the work.
    pub spent: Money,
    /// Accepted as justified.
    pub justified: Money,
    /// Contributed in kind.
    pub contributed: Money,
    /// What can still be bound, or contributed.
    pub available: Money,
    /// Spent ahead of payment, share by share.
    pub prefinanced: Money,
    /// Spent beyond the grants, share by share.
    pub borne_by_partner: Money,
    /// What waits for a second person and is in none of the sums; null where nothing waits.
    pub pending: Option<PendingChanges>,
}

/// The rows that have something in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BalanceGroup {
    /// What they have in common: the code of a category or axis, a year, or the id of a line, funder, budget or programme.
    /// Null for lines without an axis, and for a budget as a whole.
    pub key: Option<String>,
    /// Totals, one per currency and kind.
    pub totals: Vec<BalanceTotal>,
    /// The same in one currency, where that was asked.
    pub converted: Option<ConvertedBalances>,
}

/// Totals in one currency, with everything that was needed to get there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConvertedBalances {
    /// The currency.
    pub currency: String,
    /// One per kind.
    pub totals: Vec<BalanceTotal>,
    /// The rates used. Every amount of a row is converted by itself, rounded half to even, and then added.
    pub rates: Vec<UsedRate>,
    /// What is not in the totals, since there is no rate for it.
    pub missing: Vec<MissingRate>,
}

/// A rate that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsedRate {
    /// One unit of this currency…
    pub from: String,
    /// …is so much of that one.
    pub to: String,
    /// How much: a decimal number, or a fraction such as `1000/3` where it is none.
    pub rate: String,
    /// By what the funder asks.
    pub policy: RatePolicy,
    /// The day that it is for; of a mean or of a grant's own exchanges the last day in it.
    pub on: NaiveDate,
    /// Who published it; null for a grant's own exchanges.
    pub source: Option<String>,
    /// The published rate, where it is one.
    pub rate_id: Option<Uuid>,
    /// The grant whose own exchanges it sums up.
    pub grant_id: Option<Uuid>,
}

/// A rate that would be needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MissingRate {
    /// The grant.
    pub grant_id: Uuid,
    /// Its funder.
    pub funder_id: Uuid,
    /// Its currency.
    pub from: String,
    /// The currency that was asked.
    pub to: String,
    /// By what the funder asks.
    pub policy: RatePolicy,
}

/// What one partner received, passed on, spent and contributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerBalance {
    /// The partner; null for whoever was paid without being named.
    pub partner_id: Option<Uuid>,
    /// Totals, one per currency and kind.
    pub totals: Vec<PartnerTotal>,
    /// The same in one currency, where that was asked.
    pub converted: Option<ConvertedPartner>,
}

/// What a partner did with one currency and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerTotal {
    /// The currency.
    pub currency: String,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// What came from others: disbursements, transfers, repayments.
    pub received: Money,
    /// What went to others: disbursements, transfers, repayments.
    pub passed_on: Money,
    /// Received less passed on; over all partners this is zero.
    pub net: Money,
    /// What it spent.
    pub spent: Money,
    /// What it contributed in kind.
    pub contributed: Money,
}

/// What a partner did, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConvertedPartner {
    /// The currency.
    pub currency: String,
    /// One per kind.
    pub totals: Vec<PartnerTotal>,
    /// The rates used.
    pub rates: Vec<UsedRate>,
    /// What is not in the totals, since there is no rate for it.
    pub missing: Vec<MissingRate>,
}

/// How balances came about, month by month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BalanceSeries {
    /// One per currency and kind.
    pub items: Vec<BalanceCurve>,
    /// The day up to which bookings count; null for all.
    pub as_of: Option<NaiveDate>,
}

/// How the balances of one currency and kind came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BalanceCurve {
    /// The currency.
    pub currency: String,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The end of every month in which something was booked, in the order of time.
    pub points: Vec<BalancePoint>,
}

/// All that was booked up to and with a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BalancePoint {
    /// The last day that counts: of its month, or the day that was asked for.
    pub on: NaiveDate,
    /// The plan with its revisions.
    pub planned: Money,
    /// The funders' decisions with their amendments.
    pub granted: Money,
    /// Bound to a purpose.
    pub committed: Money,
    /// Paid out.
    pub disbursed: Money,
    /// Spent by whoever does the work.
    pub spent: Money,
    /// Accepted as justified.
    pub justified: Money,
    /// Contributed in kind.
    pub contributed: Money,
}

/// What was gained or lost by exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeDifferences {
    /// One per grant with payments that the bank exchanged.
    pub items: Vec<ExchangeDifference>,
    /// The day up to which bookings count; null for all.
    pub as_of: Option<NaiveDate>,
    /// The instant up to which records count; null for all.
    pub known_at: Option<DateTime<Utc>>,
}

/// What was gained or lost by the exchanges of one grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeDifference {
    /// The grant.
    pub grant_id: Uuid,
    /// Its funder.
    pub funder_id: Uuid,
    /// By what the funder asks.
    pub policy: RatePolicy,
    /// How many payments the bank exchanged; what only promises money exchanges nothing.
    pub movements: u32,
    /// What was booked, at the bank's own exchange.
    pub booked: Money,
    /// What would have been booked at the rate that the funder asks for on the day of each.
    pub at_rate: Money,
    /// What was booked less what would have been; of the movements that have a rate.
    pub difference: Money,
    /// How many movements have no such rate and are in none of the three amounts.
    pub without_rate: u32,
    /// The rates used.
    pub rates: Vec<UsedRate>,
}
