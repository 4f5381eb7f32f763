//! Budgets, their lines and grants, the ledger and its balances.

mod alerts;
mod balances;
mod exports;
mod funder_reports;
mod grants;
mod lines;
mod movements;
mod plans;
mod progress;
mod rates;
mod reconciliations;
mod tranches;
mod wire;
mod years;

use actix_web::{get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{BudgetId, GrantId, PartnerId, ProgrammeId};
use parvis_domain::programmes::Visibility;
use parvis_domain::{Code, DomainError, Fault};
use parvis_store::StoreResult;
use parvis_store::budgets::{self as store, BudgetSort, Home};
use parvis_wire::Page;
use parvis_wire::budgets::{Budget, BudgetPatch, NewBudget};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

/// Adds the operations of this module.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_budgets)
        .service(create_budget)
        .service(get_budget)
        .service(update_budget)
        .service(balances::get_balances)
        .service(balances::get_programme_balances)
        .service(balances::get_balance_series)
        .service(balances::get_programme_balance_series)
        .service(balances::get_exchange_differences)
        .service(rates::list_rates)
        .service(rates::create_rate)
        .service(rates::import_rates)
        .service(rates::list_platform_rates)
        .service(rates::create_platform_rate)
        .service(rates::get_rate)
        .service(rates::list_rate_policies)
        .service(rates::create_rate_policy)
        .service(rates::get_rate_policy)
        .service(rates::update_rate_policy)
        .service(alerts::list_alerts)
        .service(years::list_budget_years)
        .service(years::close_budget_year)
        .service(years::reopen_budget_year)
        .service(tranches::list_tranches)
        .service(tranches::create_tranche)
        .service(tranches::get_tranche)
        .service(tranches::update_tranche)
        .service(tranches::archive_tranche)
        .service(tranches::release_tranche)
        .service(tranches::split_tranche)
        .service(progress::list_progress)
        .service(progress::record_progress)
        .service(progress::get_progress)
        .service(progress::countersign_progress)
        .service(funder_reports::list_funder_reports)
        .service(funder_reports::create_funder_report)
        .service(funder_reports::get_funder_report)
        .service(funder_reports::update_funder_report)
        .service(funder_reports::archive_funder_report)
        .service(funder_reports::submit_funder_report)
        .service(funder_reports::accept_funder_report)
        .service(funder_reports::return_funder_report)
        .service(reconciliations::list_reconciliations)
        .service(reconciliations::create_reconciliation)
        .service(reconciliations::get_reconciliation)
        .service(reconciliations::delete_reconciliation)
        .service(reconciliations::list_reconciliation_rows)
        .service(exports::export_reconciliation)
        .service(reconciliations::update_reconciliation_row)
        .service(reconciliations::list_missing_movements)
        .service(exports::export_movements)
        .service(exports::export_budget_lines)
        .service(balances::export_balances)
        .service(balances::export_programme_balances)
        .service(lines::list_budget_lines)
        .service(lines::create_budget_line)
        .service(lines::get_budget_line)
        .service(lines::update_budget_line)
        .service(grants::list_grants)
        .service(grants::create_grant)
        .service(grants::get_grant)
        .service(grants::update_grant)
        .service(plans::withdraw_grant)
        .service(plans::get_plan)
        .service(plans::update_plan)
        .service(plans::simulate_plan)
        .service(plans::submit_plan)
        .service(plans::copy_plan_year)
        .service(plans::list_plan_versions)
        .service(plans::compare_plan_versions)
        .service(movements::list_movements)
        .service(movements::create_movement)
        .service(movements::get_movement)
        .service(movements::reverse_movement)
        .service(movements::correct_movement)
        .service(movements::approve_movement)
        .service(movements::refuse_movement)
        .service(movements::get_settlement);
}

list_query! {
    /// Which budgets.
    BudgetQuery, sort r"^-?(created_at|starts_on)$" {}
}

const SORTS: &[(&str, BudgetSort)] = &[
    ("created_at", BudgetSort::CreatedAt),
    ("starts_on", BudgetSort::StartsOn),
];

/// List the budgets of a programme
#[utoipa::path(tag = "budgets", params(BudgetQuery), responses((status = 200, description = "A page.", body = Page<Budget>)))]
#[get("/api/v1/programmes/{id}/budgets")]
async fn list_budgets(context: Context, id: Id<ProgrammeId>, query: Query<BudgetQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "created_at")?;
    let read = move |hop: &mut Hop<'_>| {
        hop.programme(id.0)?;
        let page = store::list_budgets(hop.conn, id.0, &listing.request)?;
        listing.reply(page, wire::budget)
    };
    context.read(Operation::ListBudgets, read).await
}

/// Add a budget: the financing plan of a period
#[utoipa::path(tag = "budgets", request_body = NewBudget, responses((status = 201, description = "Created.", body = Budget)))]
#[post("/api/v1/programmes/{id}/budgets")]
async fn create_budget(context: Context, id: Id<ProgrammeId>, body: Body<NewBudget>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewBudget| {
        let (programme, _) = hop.programme(id.0)?;
        programme.require_changeable()?;
        let content = body.check(programme.currency)?;
        let budget = store::create_budget(hop.conn, &hop.stamp, id.0, &content)?;
        let (location, version) = (format!("/api/v1/budgets/{}", budget.id), budget.version);
        Reply::created(location, &wire::budget(budget), version)
    };
    context.write(Operation::CreateBudget, body, write).await
}

/// Read a budget
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = Budget)))]
#[get("/api/v1/budgets/{id}")]
async fn get_budget(context: Context, id: Id<BudgetId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (_, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let budget = store::get_budget(hop.conn, id.0)?;
        let version = budget.version;
        Reply::item(&wire::budget(budget), version, view)
    };
    context.read(Operation::GetBudget, read).await
}

/// Change a budget
#[utoipa::path(tag = "budgets", request_body(content = BudgetPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = Budget)))]
#[patch("/api/v1/budgets/{id}")]
async fn update_budget(context: Context, id: Id<BudgetId>, body: Body<BudgetPatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &BudgetPatch| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let before = store::get_budget(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let content = body
            .clone()
            .onto(NewBudget::from(&before.content()))?
            .check(home.programme.currency)?;
        let after = store::update_budget(hop.conn, &hop.stamp, &before, &content)?;
        let version = after.version;
        Reply::item(&wire::budget(after), version, view)
    };
    context.write(Operation::UpdateBudget, body, write).await
}

/// Finds where an object belongs and allows the operation there, or refuses it.
fn allow(hop: &mut Hop<'_>, home: impl Fn(&mut parvis_store::Conn) -> StoreResult<Home>) -> StoreResult<(Home, View)> {
    let home = home(hop.conn)?;
    let view = hop.caller.authorise(hop.operation, home.programme.scope())?;
    Ok((home, view))
}

/// Where a grant belongs, once the caller may read it; of a grant of another than its own a bound partner learns nothing.
fn home_of_visible_grant(hop: &mut Hop<'_>, grant: GrantId) -> StoreResult<(Home, View)> {
    let (home, view) = allow(hop, |conn| store::home_of_grant(conn, grant))?;
    if let Some(partner) = own_share_only(hop, &home)
        && store::get_grant(hop.conn, grant)?.funder_id != partner
    {
        return Err(DomainError::not_found().into());
    }
    Ok((home, view))
}

/// The organisation whose share alone the caller may see: that of a partner in a programme that is not public.
fn own_share_only(hop: &Hop<'_>, home: &Home) -> Option<PartnerId> {
    match home.programme.visibility {
        Visibility::Public => None,
        Visibility::Private => hop.caller.bound_partner(home.programme.id),
    }
}

/// The fault of a value in the query is one of its parameter.
fn parameter<T>(checked: Result<T, Fault>) -> Result<T, Fault> {
    checked.map_err(|fault| Fault {
        code: Code::ParameterInvalid,
        ..fault
    })
}
