//! Balances: what a budget or programme has planned, granted, committed, paid, spent and has left.

mod answer;
mod export;

use actix_web::get;
use chrono::{DateTime, Utc};
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::balances::RollUp;
use parvis_domain::ids::{BudgetId, PartnerId, ProgrammeId};
use parvis_domain::programmes::Visibility;
use parvis_domain::{Code, Currency, Fault, Faults, period};
use parvis_store::budgets::{self as store, Extent, Question, When};
use parvis_wire::budgets::{BalanceSeries, Balances, ExchangeDifferences};

pub use export::{export_balances, export_programme_balances};

use super::{allow, own_share_only, parameter};
use crate::http::{Answer, Context, Hop, Id, Query, Reply};

/// Up to when bookings and records count, and how they are added up.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BalanceQuery {
    /// The day up to which bookings count, `YYYY-MM-DD`; all where nothing is said.
    #[param(format = Date)]
    as_of: Option<String>,
    /// The instant up to which records count (RFC 3339): what was known then.
    #[param(format = DateTime)]
    known_at: Option<String>,
    /// What they are rolled up by. Transfers count by partner alone.
    #[param(inline)]
    by: Option<RollUp>,
    /// A currency of ISO 4217 into which totals are converted beside, by the rates that each funder asks for.
    #[param(pattern = "^[A-Z]{3}$")]
    #[serde(rename = "in")]
    into: Option<String>,
}

impl BalanceQuery {
    fn check(&self) -> Result<Question, Faults> {
        let mut faults = Faults::new();
        let when = faults.keep_all(when(self.as_of.as_deref(), self.known_at.as_deref()));
        let into = self.into.as_deref().map(|code| parameter(Currency::parse("in", code)));
        let into = faults.keep(into.transpose());
        let question = when.zip(into).map(|(when, into)| Question {
            when,
            by: self.by,
            into,
            only: None,
        });
        faults.finish(question)
    }
}

/// Up to when bookings and records count.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhenQuery {
    /// The day up to which bookings count, `YYYY-MM-DD`; all where nothing is said.
    #[param(format = Date)]
    as_of: Option<String>,
    /// The instant up to which records count (RFC 3339): what was known then.
    #[param(format = DateTime)]
    known_at: Option<String>,
}

impl WhenQuery {
    /// # Errors
    /// `parameter_invalid`.
    pub(super) fn check(&self) -> Result<When, Faults> {
        when(self.as_of.as_deref(), self.known_at.as_deref())
    }
}

fn when(as_of: Option<&str>, known_at: Option<&str>) -> Result<When, Faults> {
    let mut faults = Faults::new();
    let as_of = faults.keep(parameter(period::optional_date("as_of", as_of)));
    let known_at = faults.keep(known_at.map(instant).transpose());
    faults.finish(as_of.zip(known_at).map(|(as_of, known_at)| When { as_of, known_at }))
}

fn instant(value: &str) -> Result<DateTime<Utc>, Fault> {
    let parsed = DateTime::parse_from_rfc3339(value)
        .map(|instant| instant.with_timezone(&Utc))
        .ok();
    let sensible = parsed.filter(|at| (period::EARLIEST..=period::LATEST).contains(&at.date_naive()));
    let detail = "An instant of RFC 3339 between 1900 and 2200, such as 2026-04-12T10:00:00Z.";
    sensible.ok_or_else(|| Fault::new(Code::ParameterInvalid, "known_at", detail))
}

/// Read the balances of a budget: planned, granted, committed, disbursed, spent, justified, contributed and available, per line and grant, with totals per currency and kind
#[utoipa::path(tag = "budgets", params(BalanceQuery), responses((status = 200, description = "The current state.", body = Balances)))]
#[get("/api/v1/budgets/{id}/balances")]
pub async fn get_balances(context: Context, id: Id<BudgetId>, query: Query<BalanceQuery>) -> Answer {
    let question = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let only = own_share_only(hop, &home);
        let today = home.programme.today(&hop.stamp)?;
        let question = Question { only, ..question };
        let overview = store::overview(hop.conn, Extent::Budget(id.0), &question, today)?;
        Reply::json(&answer::balances(&overview, &question))
    };
    context.read(Operation::GetBalances, read).await
}

/// Read the balances of all budgets of a programme together
#[utoipa::path(tag = "budgets", params(BalanceQuery), responses((status = 200, description = "The current state.", body = Balances)))]
#[get("/api/v1/programmes/{id}/balances")]
pub async fn get_programme_balances(context: Context, id: Id<ProgrammeId>, query: Query<BalanceQuery>) -> Answer {
    let question = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        let (programme, _) = hop.programme(id.0)?;
        let only = own_part(hop, id.0, programme.visibility);
        let today = programme.today(&hop.stamp)?;
        let question = Question { only, ..question };
        let overview = store::overview(hop.conn, Extent::Programme(id.0), &question, today)?;
        Reply::json(&answer::balances(&overview, &question))
    };
    context.read(Operation::GetProgrammeBalances, read).await
}

/// Up to which day bookings count.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeriesQuery {
    /// The day up to which bookings count, `YYYY-MM-DD`; all where nothing is said.
    #[param(format = Date)]
    as_of: Option<String>,
}

/// Read how the balances of a budget came about: the sums at the end of every month, per currency and kind
#[utoipa::path(tag = "budgets", params(SeriesQuery), responses((status = 200, description = "The current state.", body = BalanceSeries)))]
#[get("/api/v1/budgets/{id}/balance-series")]
pub async fn get_balance_series(context: Context, id: Id<BudgetId>, query: Query<SeriesQuery>) -> Answer {
    let as_of = when(query.as_of.as_deref(), None)?.as_of;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let only = own_share_only(hop, &home);
        let series = store::balance_series(hop.conn, Extent::Budget(id.0), as_of, only)?;
        Reply::json(&answer::series(&series, as_of))
    };
    context.read(Operation::GetBalanceSeries, read).await
}

/// Read how the balances of all budgets of a programme came about, month by month
#[utoipa::path(tag = "budgets", params(SeriesQuery), responses((status = 200, description = "The current state.", body = BalanceSeries)))]
#[get("/api/v1/programmes/{id}/balance-series")]
pub async fn get_programme_balance_series(context: Context, id: Id<ProgrammeId>, query: Query<SeriesQuery>) -> Answer {
    let as_of = when(query.as_of.as_deref(), None)?.as_of;
    let read = move |hop: &mut Hop<'_>| {
        let (programme, _) = hop.programme(id.0)?;
        let only = own_part(hop, id.0, programme.visibility);
        let series = store::balance_series(hop.conn, Extent::Programme(id.0), as_of, only)?;
        Reply::json(&answer::series(&series, as_of))
    };
    context.read(Operation::GetProgrammeBalanceSeries, read).await
}

/// Read what was gained or lost by exchange, per grant: what was booked at the bank's exchange less what the rate of the day would have given
///
/// Reads the movements that were paid in another currency than the grant's.
#[utoipa::path(tag = "budgets", params(WhenQuery), responses((status = 200, description = "The current state.", body = ExchangeDifferences)))]
#[get("/api/v1/budgets/{id}/exchange-differences")]
pub async fn get_exchange_differences(context: Context, id: Id<BudgetId>, query: Query<WhenQuery>) -> Answer {
    let when = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let only = own_share_only(hop, &home);
        let today = home.programme.today(&hop.stamp)?;
        let found = store::exchange_differences(hop.conn, Extent::Budget(id.0), when, only, today)?;
        Reply::json(&answer::exchange_differences(found, when))
    };
    context.read(Operation::GetExchangeDifferences, read).await
}

/// The organisation whose part alone the caller may see.
pub(super) fn own_part(hop: &Hop<'_>, programme: ProgrammeId, visibility: Visibility) -> Option<PartnerId> {
    match visibility {
        Visibility::Public => None,
        Visibility::Private => hop.caller.bound_partner(programme),
    }
}
