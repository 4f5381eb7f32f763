//! Balances: what a budget has planned, granted, committed, paid, spent and has left.

use std::collections::BTreeMap;

use actix_web::get;
use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::GrantKind;
use parvis_domain::ids::BudgetId;
use parvis_domain::{Code, Currency, Fault, Faults, Money, period};
use parvis_store::budgets as store;
use parvis_wire::budgets::{self as wire, Balances};

use super::{allow, own_share_only, parameter};
use crate::http::{Answer, Context, Hop, Id, Query, Reply};

/// Up to when bookings and records count.
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
}

impl BalanceQuery {
    fn check(&self) -> Result<(Option<NaiveDate>, Option<DateTime<Utc>>), Faults> {
        let mut faults = Faults::new();
        let as_of = faults.keep(parameter(period::optional_date("as_of", self.as_of.as_deref())));
        let known_at = faults.keep(self.known_at.as_deref().map(instant).transpose());
        faults.finish(as_of.zip(known_at))
    }
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
    let (as_of, known_at) = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let only = own_share_only(hop, &home);
        let rows = store::get_balances(hop.conn, id.0, as_of, known_at, only)?;
        Reply::json(&balances(&rows, as_of, known_at))
    };
    context.read(Operation::GetBalances, read).await
}

fn balances(rows: &[store::Balance], as_of: Option<NaiveDate>, known_at: Option<DateTime<Utc>>) -> wire::Balances {
    wire::Balances {
        items: rows.iter().map(balance).collect(),
        totals: totals(rows),
        as_of,
        known_at,
    }
}

fn balance(row: &store::Balance) -> wire::Balance {
    let money = |minor| row.money(minor).into();
    wire::Balance {
        line_id: row.line.into(),
        grant_id: row.grant.into(),
        funder_id: row.funder.into(),
        kind: row.terms.kind,
        planned: money(row.sums.planned),
        granted: money(row.sums.granted),
        committed: money(row.sums.committed),
        disbursed: money(row.sums.disbursed),
        spent: money(row.sums.spent),
        justified: money(row.sums.justified),
        contributed: money(row.sums.contributed),
        available: money(row.available()),
    }
}

/// One total per currency and kind: two currencies are never added, and what is given in kind stands apart (rule 2).
fn totals(rows: &[store::Balance]) -> Vec<wire::BalanceTotal> {
    let mut groups: BTreeMap<(Currency, GrantKind), Vec<&store::Balance>> = BTreeMap::new();
    for row in rows {
        groups
            .entry((row.terms.currency, row.terms.kind))
            .or_default()
            .push(row);
    }
    groups
        .into_iter()
        .map(|((currency, kind), rows)| total(currency, kind, &rows))
        .collect()
}

fn total(currency: Currency, kind: GrantKind, rows: &[&store::Balance]) -> wire::BalanceTotal {
    let sum = |of: fn(&store::Balance) -> i64| Money::new(rows.iter().map(|row| of(row)).sum(), currency).into();
    wire::BalanceTotal {
        currency: currency.code().to_owned(),
        kind,
        planned: sum(|row| row.sums.planned),
        granted: sum(|row| row.sums.granted),
        committed: sum(|row| row.sums.committed),
        disbursed: sum(|row| row.sums.disbursed),
        spent: sum(|row| row.sums.spent),
        justified: sum(|row| row.sums.justified),
        contributed: sum(|row| row.sums.contributed),
        available: sum(store::Balance::available),
    }
}
