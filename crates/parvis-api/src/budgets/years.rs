//! Years of the accounts: what is open in them, their closing and opening again.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, get, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::BudgetId;
use parvis_store::budgets::{self as store, Home};
use parvis_store::{StoreError, StoreResult};
use parvis_wire::budgets::{BudgetYear, BudgetYears, ReopenYear};

use super::{allow, own_share_only, wire::conditions as wire};
use crate::http::error::ApiError;
use crate::http::{Answer, Body, Context, Hop, Id, Reply};

/// The year in an address; none where it is not a number, which is the year of no budget.
#[derive(Debug, Clone, Copy)]
pub struct Year(Option<i32>);

impl FromRequest for Year {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let year = request.match_info().get("year").filter(|text| text.len() == 4);
        ready(Ok(Self(year.and_then(|text| text.parse().ok()))))
    }
}

impl Year {
    fn known(self) -> StoreResult<i32> {
        self.0.ok_or(StoreError::NotFound)
    }
}

/// List the years of a budget: closed or open, their sums, and what is open in them
#[utoipa::path(tag = "budgets", responses((status = 200, description = "Every year.", body = BudgetYears)))]
#[get("/api/v1/budgets/{id}/years")]
pub async fn list_budget_years(context: Context, id: Id<BudgetId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let (today, only) = (home.programme.today(&hop.stamp)?, own_share_only(hop, &home));
        let years = store::list_budget_years(hop.conn, id.0, today, only)?;
        Reply::json(&BudgetYears {
            items: years.into_iter().map(wire::year).collect(),
        })
    };
    context.read(Operation::ListBudgetYears, read).await
}

/// Close a year of a budget: nothing is booked, approved or reversed with a date in it any more
///
/// Years close in order, once they are over and nothing in them is pending. What was committed on their lines goes on.
#[utoipa::path(tag = "budgets", params(("year" = i32, Path, description = "The year.", minimum = 1900, maximum = 2200, example = 2025)), responses((status = 200, description = "The closed year.", body = BudgetYear)))]
#[post("/api/v1/budgets/{id}/years/{year}/close")]
pub async fn close_budget_year(context: Context, id: Id<BudgetId>, year: Year) -> Answer {
    let write = move |hop: &mut Hop<'_>| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let today = expected(hop, &home, year)?;
        let closed = store::close_budget_year(hop.conn, &hop.stamp, &home, year.known()?, today)?;
        item(closed, view)
    };
    context.act(Operation::CloseBudgetYear, write).await
}

/// Open a closed year again, with a reason that stays on record
#[utoipa::path(tag = "budgets", params(("year" = i32, Path, description = "The year.", minimum = 1900, maximum = 2200, example = 2025)), request_body = ReopenYear, responses((status = 200, description = "The open year.", body = BudgetYear)))]
#[post("/api/v1/budgets/{id}/years/{year}/reopen")]
pub async fn reopen_budget_year(context: Context, id: Id<BudgetId>, year: Year, body: Body<ReopenYear>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &ReopenYear| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let today = expected(hop, &home, year)?;
        let reason = body.check()?;
        let open = store::reopen_budget_year(hop.conn, &hop.stamp, &home, year.known()?, &reason, today)?;
        item(open, view)
    };
    context.write(Operation::ReopenBudgetYear, body, write).await
}

/// Checks that the programme can be changed and that the year is the version that the client read. Returns today.
fn expected(hop: &mut Hop<'_>, home: &Home, year: Year) -> StoreResult<chrono::NaiveDate> {
    home.programme.require_changeable()?;
    let today = home.programme.today(&hop.stamp)?;
    let before = store::get_budget_year(hop.conn, home.budget, year.known()?, today)?;
    hop.expect_version(before.version())?;
    Ok(today)
}

fn item(year: store::BudgetYear, view: View) -> StoreResult<Reply> {
    let version = year.version();
    Reply::item(&wire::year(year), version, view)
}
