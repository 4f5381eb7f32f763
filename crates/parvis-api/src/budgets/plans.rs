//! The financing plan: reading, changing many cells, trying out, submitting, its versions.

use actix_web::{get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::budgets as rules;
use parvis_domain::budgets::cofinancing::Language;
use parvis_domain::ids::{BudgetId, GrantId, ProgrammeId};
use parvis_store::StoreResult;
use parvis_store::budgets::{
    self as store, Home, PlanEdit, PlanState, PlanVersionSort, Setting, Submission, Withdrawal, YearCopy as Copy,
};
use parvis_wire::Page;
use parvis_wire::budgets::{
    Grant, GrantWithdrawal, Plan, PlanComparison, PlanPatch, PlanSimulation, PlanSubmission, PlanVersion, YearCopy,
};

use super::{allow, own_share_only, wire};
use crate::http::etag::Etag;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};
use crate::tokens;

/// Which plan.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlanQuery {
    /// The lines of this year only; the rules are held against all years.
    year: Option<i32>,
    /// The plan as it stood in the version with this number, 0 for the original; as it stands where nothing is said.
    #[param(minimum = 0)]
    version: Option<i32>,
}

/// Which versions.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComparisonQuery {
    /// The number of the earlier version, 0 for the original.
    #[param(minimum = 0)]
    #[serde(default)]
    from: i32,
    /// The number of the other; the plan as it stands where nothing is said.
    #[param(minimum = 0)]
    to: Option<i32>,
}

list_query! {
    /// Which versions.
    PlanVersionQuery, sort r"^-?(number)$" {}
}

const SORTS: &[(&str, PlanVersionSort)] = &[("number", PlanVersionSort::Number)];

/// Read the financing plan of a budget
///
/// Lines × grants × years with charges, products and the gap, cash and in kind apart, by currency; with what holding it
/// against the co-financing rules gives, explained in the language that `Accept-Language` asks for (French, English or
/// Spanish).
#[utoipa::path(tag = "budgets", params(PlanQuery), responses((status = 200, description = "The current state.", body = Plan)))]
#[get("/api/v1/budgets/{id}/plan")]
pub async fn get_plan(context: Context, id: Id<BudgetId>, query: Query<PlanQuery>) -> Answer {
    let Query(query) = query;
    let read = move |hop: &mut Hop<'_>| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let state = store::get_plan(hop.conn, id.0, query.version, home.programme.today(&hop.stamp)?)?;
        answer(hop, &home, view, state, query.year)
    };
    context.read(Operation::GetPlan, read).await
}

/// Change cells of the plan as one revision: all of them, or none and every fault
#[utoipa::path(tag = "budgets", request_body(content = PlanPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = Plan)))]
#[patch("/api/v1/budgets/{id}/plan")]
pub async fn update_plan(context: Context, id: Id<BudgetId>, body: Body<PlanPatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &PlanPatch| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let expected = store::plan_version(hop.conn, id.0)?;
        hop.expect_version(expected)?;
        let change = body.check()?;
        let today = home.programme.today(&hop.stamp)?;
        let booked_on = change.booked_on.unwrap_or(today);
        rules::check_booked_on("/booked_on", booked_on, None, today)?;
        let edit = PlanEdit {
            cells: change.cells,
            costs: change.costs,
            reason: change.reason,
            booked_on,
            role: role(hop, home.programme.id),
            expected,
        };
        store::update_plan(hop.conn, &hop.stamp, setting(&home), &edit)?;
        let state = store::get_plan(hop.conn, id.0, None, today)?;
        answer(hop, &home, view, state, None)
    };
    context.write(Operation::UpdatePlan, body, write).await
}

/// Try lines, grants and cells out: the plan as it would be, with its rules; nothing is saved
#[utoipa::path(tag = "budgets", request_body = PlanSimulation, responses((status = 200, description = "The plan as it would be.", body = Plan)))]
#[post("/api/v1/budgets/{id}/plan/simulate")]
pub async fn simulate_plan(context: Context, id: Id<BudgetId>, body: Body<PlanSimulation>) -> Answer {
    let body = body.value;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let hypothesis = body.check()?;
        let state = store::get_plan(hop.conn, id.0, None, home.programme.today(&hop.stamp)?)?;
        let state = match own_share_only(hop, &home) {
            Some(partner) => state.only(partner),
            None => state,
        };
        let state = store::simulate_plan(hop.conn, state, hypothesis)?;
        Reply::json(&wire::plans::plan(id.0, &state, None, language(hop)))
    };
    context.read(Operation::SimulatePlan, read).await
}

/// Submit the plan: its version and its exchange rates are frozen
///
/// It is refused with every rule that is not met or cannot be determined, unless the rule only advises.
#[utoipa::path(tag = "budgets", request_body = PlanSubmission, responses((status = 200, description = "The submitted plan.", body = Plan)))]
#[post("/api/v1/budgets/{id}/plan/submit")]
pub async fn submit_plan(context: Context, id: Id<BudgetId>, body: Body<PlanSubmission>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &PlanSubmission| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let version = store::plan_version(hop.conn, id.0)?;
        hop.expect_version(version)?;
        let day = home.programme.today(&hop.stamp)?;
        let submission = Submission {
            reason: body.check()?,
            day,
            role: role(hop, home.programme.id),
        };
        let own = language(hop);
        let explain = |state: &PlanState, evaluation: &_| {
            [Language::English, own].map(|language| wire::plans::explain(state, evaluation, language))
        };
        store::submit_plan(hop.conn, &hop.stamp, setting(&home), &submission, &explain)?;
        let state = store::get_plan(hop.conn, id.0, None, day)?;
        answer(hop, &home, view, state, None)
    };
    context.write(Operation::SubmitPlan, body, write).await
}

/// Copy the lines of a year with what is planned on them into another year
///
/// A grant is one decision: each funder gets a new one, of which nothing is granted yet.
#[utoipa::path(tag = "budgets", request_body = YearCopy, responses((status = 200, description = "The plan of the other year.", body = Plan)))]
#[post("/api/v1/budgets/{id}/copy-year")]
pub async fn copy_plan_year(context: Context, id: Id<BudgetId>, body: Body<YearCopy>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &YearCopy| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let version = store::plan_version(hop.conn, id.0)?;
        hop.expect_version(version)?;
        let checked = body.check()?;
        let copy = Copy {
            from: checked.from,
            to: checked.to,
            change: checked.change,
            beside: checked.beside,
        };
        store::copy_plan_year(hop.conn, &hop.stamp, setting(&home), copy)?;
        let state = store::get_plan(hop.conn, id.0, None, home.programme.today(&hop.stamp)?)?;
        answer(hop, &home, view, state, Some(copy.to))
    };
    context.write(Operation::CopyPlanYear, body, write).await
}

/// List the versions of the plan
///
/// The original, and each revision and submission with its reason, its day and the role of whoever made it. A plan that
/// was never changed has none yet: it is the original.
#[utoipa::path(tag = "budgets", params(PlanVersionQuery), responses((status = 200, description = "A page.", body = Page<PlanVersion>)))]
#[get("/api/v1/budgets/{id}/plan/versions")]
pub async fn list_plan_versions(context: Context, id: Id<BudgetId>, query: Query<PlanVersionQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "number")?;
    let read = move |hop: &mut Hop<'_>| {
        let (_, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let page = store::list_plan_versions(hop.conn, id.0, &listing.request)?;
        listing.reply(page, |version| wire::plans::version(version, view))
    };
    context.read(Operation::ListPlanVersions, read).await
}

/// Compare two versions of the plan, cell by cell
#[utoipa::path(tag = "budgets", params(ComparisonQuery), responses((status = 200, description = "What changed.", body = PlanComparison)))]
#[get("/api/v1/budgets/{id}/plan/comparison")]
pub async fn compare_plan_versions(context: Context, id: Id<BudgetId>, query: Query<ComparisonQuery>) -> Answer {
    let Query(query) = query;
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let today = home.programme.today(&hop.stamp)?;
        let only = own_share_only(hop, &home);
        let mut read = |number| {
            let state = store::get_plan(hop.conn, id.0, number, today)?;
            StoreResult::Ok(match only {
                Some(partner) => state.only(partner).plan,
                None => state.plan,
            })
        };
        let (before, after) = (read(Some(query.from))?, read(query.to)?);
        let comparison = wire::plans::comparison((query.from, query.to), &before, &after);
        Reply::json(&comparison)
    };
    context.read(Operation::ComparePlanVersions, read).await
}

/// Record that a funder withdraws
///
/// What is committed on its grant stays; the rest of its plan and decision becomes zero by a revision, and the gap shows.
#[utoipa::path(tag = "budgets", request_body = GrantWithdrawal, responses((status = 200, description = "The current state.", body = Grant)))]
#[post("/api/v1/grants/{id}/withdraw")]
pub async fn withdraw_grant(context: Context, id: Id<GrantId>, body: Body<GrantWithdrawal>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &GrantWithdrawal| {
        let (home, view) = allow(hop, |conn| store::home_of_grant(conn, id.0))?;
        home.programme.require_changeable()?;
        let before = store::get_grant(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let (reason, day) = body.check()?;
        let today = home.programme.today(&hop.stamp)?;
        let day = day.unwrap_or(today);
        rules::check_booked_on("/booked_on", day, None, today)?;
        let withdrawal = Withdrawal {
            reason,
            day,
            role: role(hop, home.programme.id),
        };
        let after = store::withdraw_grant(hop.conn, &hop.stamp, &before, &withdrawal)?;
        let version = after.version;
        Reply::item(&wire::grant(after), version, view)
    };
    context.write(Operation::WithdrawGrant, body, write).await
}

fn setting(home: &Home) -> Setting {
    Setting {
        programme: home.programme.id,
        budget: home.budget,
        policy: home.programme.policy,
    }
}

/// The role in which the caller acts on a programme.
pub fn role(hop: &Hop<'_>, programme: ProgrammeId) -> Option<String> {
    let membership = hop
        .caller
        .membership(programme)
        .map(|membership| membership.role.as_str());
    let administrator = hop.caller.actor().is_some_and(|actor| actor.administrator);
    membership
        .or(administrator.then_some("administrator"))
        .map(str::to_owned)
}

fn language(hop: &Hop<'_>) -> Language {
    let wanted: Vec<&str> = hop.facts.languages.iter().map(String::as_str).collect();
    Language::best(&wanted)
}

/// A plan as the caller may see it. Its tag covers what is shown and has no version in it: names, rates, the language.
fn answer(hop: &Hop<'_>, home: &Home, view: View, state: PlanState, year: Option<i32>) -> StoreResult<Reply> {
    let state = match own_share_only(hop, home) {
        Some(partner) => state.only(partner),
        None => state,
    };
    let version = state.plan_version;
    let mut reply = Reply::item(
        &wire::plans::plan(home.budget, &state, year, language(hop)),
        version,
        view,
    )?;
    let digest = tokens::hash(&String::from_utf8_lossy(&reply.body));
    let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    reply.etag = Some(Etag {
        version,
        view: format!("{view}-{short}"),
    });
    Ok(reply)
}
