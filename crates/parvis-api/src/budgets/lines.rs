//! Lines of a budget.

use actix_web::{get, patch, post};
use chrono::NaiveDate;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets as rules;
use parvis_domain::ids::{BudgetId, LineId};
use parvis_store::StoreResult;
use parvis_store::budgets::{self as store, LineFilter, LineSort, Revision, Setting};
use parvis_wire::Page;
use parvis_wire::budgets::{BudgetLine, BudgetLinePatch, CheckedRevision, LineFields, NewBudgetLine};

use super::plans::role;
use super::{allow, own_share_only, wire};
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which lines.
    LineQuery, sort r"^-?(position|year)$" {
        /// Of the category with this code.
        category: String,
        /// Of the axis with this code.
        axis: String,
        /// Of this year.
        year: i32,
    }
}

const SORTS: &[(&str, LineSort)] = &[("position", LineSort::Position), ("year", LineSort::Year)];

/// List the lines of a budget with the grants on them
#[utoipa::path(tag = "budgets", params(LineQuery), responses((status = 200, description = "A page.", body = Page<BudgetLine>)))]
#[get("/api/v1/budgets/{id}/lines")]
pub async fn list_budget_lines(context: Context, id: Id<BudgetId>, query: Query<LineQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "position")?;
    let Query(query) = query;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let only = own_share_only(hop, &home);
        let filter = LineFilter {
            category: query.category,
            axis: query.axis,
            year: query.year,
            only,
        };
        let page = store::list_budget_lines(hop.conn, id.0, &filter, &listing.request)?;
        listing.reply(page, wire::line)
    };
    context.read(Operation::ListBudgetLines, read).await
}

/// Add a line with the grants that pay for it
#[utoipa::path(tag = "budgets", request_body = NewBudgetLine, responses((status = 201, description = "Created.", body = BudgetLine)))]
#[post("/api/v1/budgets/{id}/lines")]
pub async fn create_budget_line(context: Context, id: Id<BudgetId>, body: Body<NewBudgetLine>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewBudgetLine| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let (content, shares) = body.check()?;
        let (period, categories, axes) = store::get_vocabulary(hop.conn, id.0)?;
        rules::check_line(&content, &categories, &axes, period)?;
        let setting = Setting {
            programme: home.programme.id,
            budget: id.0,
            policy: home.programme.policy,
        };
        let line = store::create_budget_line(hop.conn, &hop.stamp, setting, &content, &shares)?;
        let (location, version) = (format!("/api/v1/lines/{}", line.id), line.version);
        Reply::created(location, &wire::line(line), version)
    };
    context.write(Operation::CreateBudgetLine, body, write).await
}

/// Read a line
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = BudgetLine)))]
#[get("/api/v1/lines/{id}")]
pub async fn get_budget_line(context: Context, id: Id<LineId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (home, view) = allow(hop, |conn| store::home_of_line(conn, id.0))?;
        let line = store::get_budget_line(hop.conn, id.0, own_share_only(hop, &home))?;
        let version = line.version;
        Reply::item(&wire::line(line), version, view)
    };
    context.read(Operation::GetBudgetLine, read).await
}

/// Change a line, or revise the plan of its grants
///
/// A revision has a day and a reason, and is refused where it would fall below what is committed.
#[utoipa::path(tag = "budgets", request_body(content = BudgetLinePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = BudgetLine)))]
#[patch("/api/v1/lines/{id}")]
pub async fn update_budget_line(context: Context, id: Id<LineId>, body: Body<BudgetLinePatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &BudgetLinePatch| {
        let (home, view) = allow(hop, |conn| store::home_of_line(conn, id.0))?;
        home.programme.require_changeable()?;
        store::lock_plan(hop.conn, home.budget)?;
        let before = store::get_budget_line(hop.conn, id.0, None)?;
        hop.expect_version(before.version)?;
        let (content, revisions) = body.clone().onto(LineFields::from(&before.content()))?.check()?;
        let (period, categories, axes) = store::get_vocabulary(hop.conn, home.budget)?;
        rules::check_line(&content, &categories, &axes, period)?;
        let role = role(hop, home.programme.id);
        let revisions = dated(revisions, home.programme.today(&hop.stamp)?)?;
        let after = store::update_budget_line(hop.conn, &hop.stamp, &before, &content, &revisions, role.as_deref())?;
        let version = after.version;
        Reply::item(&wire::line(after), version, view)
    };
    context.write(Operation::UpdateBudgetLine, body, write).await
}

/// Revisions with their day: today where none is given, never later.
fn dated(revisions: Vec<CheckedRevision>, today: NaiveDate) -> StoreResult<Vec<Revision>> {
    let revision = |(i, revision): (usize, CheckedRevision)| {
        let booked_on = revision.booked_on.unwrap_or(today);
        rules::check_booked_on(&format!("/revisions/{i}/booked_on"), booked_on, None, today)?;
        let CheckedRevision {
            grant,
            planned,
            granted,
            reason,
            ..
        } = revision;
        Ok(Revision {
            grant,
            planned,
            granted,
            booked_on,
            reason,
        })
    };
    revisions.into_iter().enumerate().map(revision).collect()
}
