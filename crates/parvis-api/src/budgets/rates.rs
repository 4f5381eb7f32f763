//! Exchange rates: by hand, from a file, for a programme or for all of them; and what funders ask of conversions.

mod file;
mod policies;

use actix_web::{get, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{ProgrammeId, RateId};
use parvis_domain::{Code, Currency, DomainError, Fault, Faults, period};
use parvis_store::budgets::{self as store, RateFilter, RateScope, RateSort};
use parvis_wire::Page;
use parvis_wire::budgets::{NewRate, Rate, RateFile, RateImport};

pub use policies::{create_rate_policy, get_rate_policy, list_rate_policies, update_rate_policy};

use super::parameter;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which rates.
    RateQuery, sort r"^-?(valid_on|recorded_at)$" {
        /// From this currency.
        from: String,
        /// To this currency.
        to: String,
        /// For this day or a later one, `YYYY-MM-DD`.
        valid_from: String,
        /// For this day or an earlier one, `YYYY-MM-DD`.
        valid_to: String,
    }
}

const SORTS: &[(&str, RateSort)] = &[("valid_on", RateSort::ValidOn), ("recorded_at", RateSort::RecordedAt)];

impl RateQuery {
    fn check(&self) -> Result<RateFilter, Faults> {
        let mut faults = Faults::new();
        let currency = |name, code: Option<&str>| code.map(|code| parameter(Currency::parse(name, code))).transpose();
        let from = faults.keep(currency("from", self.from.as_deref()));
        let to = faults.keep(currency("to", self.to.as_deref()));
        let day = |name, day: Option<&str>| parameter(period::optional_date(name, day));
        let valid_from = faults.keep(day("valid_from", self.valid_from.as_deref()));
        let valid_to = faults.keep(day("valid_to", self.valid_to.as_deref()));
        let filter = (|| {
            Some(RateFilter {
                from: from?,
                to: to?,
                valid_from: valid_from?,
                valid_to: valid_to?,
            })
        })();
        faults.finish(filter)
    }
}

/// List the exchange rates that hold in a programme: its own, and those of the platform
#[utoipa::path(tag = "rates", params(RateQuery), responses((status = 200, description = "A page.", body = Page<Rate>)))]
#[get("/api/v1/programmes/{id}/rates")]
pub async fn list_rates(context: Context, id: Id<ProgrammeId>, query: Query<RateQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "-valid_on")?;
    let filter = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        let (_, view) = hop.programme(id.0)?;
        let page = store::list_rates(hop.conn, RateScope::Programme(id.0), &filter, &listing.request)?;
        listing.reply(page, |rate| wire(rate, view))
    };
    context.read(Operation::ListRates, read).await
}

/// List the exchange rates of the platform
#[utoipa::path(tag = "rates", params(RateQuery), responses((status = 200, description = "A page.", body = Page<Rate>)))]
#[get("/api/v1/rates")]
pub async fn list_platform_rates(context: Context, query: Query<RateQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "-valid_on")?;
    let filter = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        let view = hop.platform()?;
        let page = store::list_rates(hop.conn, RateScope::Platform, &filter, &listing.request)?;
        listing.reply(page, |rate| wire(rate, view))
    };
    context.read(Operation::ListPlatformRates, read).await
}

/// Record an exchange rate for a programme
///
/// A rate is never changed: recording its day and pair again corrects it.
#[utoipa::path(tag = "rates", request_body = NewRate, responses((status = 201, description = "Created.", body = Rate)))]
#[post("/api/v1/programmes/{id}/rates")]
pub async fn create_rate(context: Context, id: Id<ProgrammeId>, body: Body<NewRate>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewRate| {
        let (programme, _) = hop.programme(id.0)?;
        programme.require_changeable()?;
        let content = body.check(programme.today(&hop.stamp)?)?;
        created(store::create_rate(hop.conn, &hop.stamp, Some(id.0), &content)?)
    };
    context.write(Operation::CreateRate, body, write).await
}

/// Record an exchange rate for all programmes
#[utoipa::path(tag = "rates", request_body = NewRate, responses((status = 201, description = "Created.", body = Rate)))]
#[post("/api/v1/rates")]
pub async fn create_platform_rate(context: Context, body: Body<NewRate>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewRate| {
        hop.platform()?;
        let content = body.check(hop.stamp.at.date_naive())?;
        created(store::create_rate(hop.conn, &hop.stamp, None, &content)?)
    };
    context.write(Operation::CreatePlatformRate, body, write).await
}

fn created(rate: store::RecordedRate) -> parvis_store::StoreResult<Reply> {
    Reply::created(format!("/api/v1/rates/{}", rate.id), &wire(rate, View::Member), 1)
}

/// Read an exchange rate
#[utoipa::path(tag = "rates", responses((status = 200, description = "The current state.", body = Rate)))]
#[get("/api/v1/rates/{id}")]
pub async fn get_rate(context: Context, id: Id<RateId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let view = match store::programme_of_rate(hop.conn, id.0) {
            Ok(None) => hop.platform()?,
            found => hop.item(found, |programme| *programme)?.2,
        };
        let rate = store::get_rate(hop.conn, id.0)?;
        let version = if rate.corrected_by.is_some() { 2 } else { 1 };
        Reply::item(&wire(rate, view), version, view)
    };
    context.read(Operation::GetRate, read).await
}

/// Record the exchange rates of a file for a programme: all rows, or none
///
/// With `dry_run` the report says row by row what would be recorded and what is wrong; without it a file with a fault is
/// refused as a whole.
#[utoipa::path(tag = "rates", request_body = RateFile, responses((status = 200, description = "What came of the file.", body = RateImport)))]
#[post("/api/v1/programmes/{id}/rates/import")]
pub async fn import_rates(context: Context, id: Id<ProgrammeId>, body: Body<RateFile>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &RateFile| {
        let (programme, _) = hop.programme(id.0)?;
        programme.require_changeable()?;
        let mut read = file::read(body, programme.today(&hop.stamp)?)?;
        if !body.dry_run {
            if read.report.refused > 0 {
                return Err(refused(&read.report).into());
            }
            let recorded = store::import_rates(hop.conn, &hop.stamp, id.0, &read.contents)?;
            for (row, rate) in read.report.rows.iter_mut().zip(recorded) {
                row.rate_id = Some(rate.id.into());
            }
        }
        Reply::json(&read.report)
    };
    context.write(Operation::ImportRates, body, write).await
}

/// All faults of a file, each at its line and column.
fn refused(report: &RateImport) -> DomainError {
    let mut faults = Faults::new();
    for row in &report.rows {
        for fault in &row.faults {
            let code = Code::parse(&fault.code).unwrap_or(Code::FormatInvalid);
            let at = format!("/content/{}/{}", row.line, fault.column);
            faults.push(Fault::new(code, at, format!("Line {}: {}", row.line, fault.detail)));
        }
    }
    faults.into()
}

fn wire(rate: store::RecordedRate, view: View) -> Rate {
    Rate {
        id: rate.id.into(),
        programme_id: rate.programme_id.map(Into::into),
        from: rate.from.code().to_owned(),
        to: rate.to.code().to_owned(),
        rate: rate.rate.decimal(),
        valid_on: rate.valid_on,
        source: rate.source,
        recorded_at: rate.recorded_at,
        recorded_by: rate.recorded_by.filter(|_| view == View::Member).map(Into::into),
        corrected_by: rate.corrected_by.map(Into::into),
    }
}
