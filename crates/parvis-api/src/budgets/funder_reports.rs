//! Reports owed to funders: due, submitted, accepted or returned.

use actix_web::{delete, get, patch, post};
use chrono::NaiveDate;
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{FunderReportId, GrantId};
use parvis_domain::{DomainError, budgets as rules};
use parvis_store::StoreResult;
use parvis_store::budgets::{self as store, FunderReportSort, Handling, Home};
use parvis_wire::Page;
use parvis_wire::budgets::{
    FunderReport, FunderReportPatch, NewFunderReport, ReportAcceptance, ReportReturn, ReportSubmission,
};

use super::{allow, own_share_only, wire::conditions as wire};
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which reports.
    FunderReportQuery, sort r"^-?(due_on)$" {}
}

const SORTS: &[(&str, FunderReportSort)] = &[("due_on", FunderReportSort::DueOn)];

/// List the reports that are owed to the funder of a grant
#[utoipa::path(tag = "budgets", params(FunderReportQuery), responses((status = 200, description = "A page.", body = Page<FunderReport>)))]
#[get("/api/v1/grants/{id}/funder-reports")]
pub async fn list_funder_reports(context: Context, id: Id<GrantId>, query: Query<FunderReportQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "due_on")?;
    let read = move |hop: &mut Hop<'_>| {
        super::home_of_visible_grant(hop, id.0)?;
        let page = store::list_funder_reports(hop.conn, id.0, &listing.request)?;
        listing.reply(page, wire::funder_report)
    };
    context.read(Operation::ListFunderReports, read).await
}

/// Record a report that is owed to the funder of a grant
#[utoipa::path(tag = "budgets", request_body = NewFunderReport, responses((status = 201, description = "Created.", body = FunderReport)))]
#[post("/api/v1/grants/{id}/funder-reports")]
pub async fn create_funder_report(context: Context, id: Id<GrantId>, body: Body<NewFunderReport>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewFunderReport| {
        let (home, _) = allow(hop, |conn| store::home_of_grant(conn, id.0))?;
        home.programme.require_changeable()?;
        let report = store::create_funder_report(hop.conn, &hop.stamp, &home, id.0, &body.check()?)?;
        let (location, version) = (format!("/api/v1/funder-reports/{}", report.id), report.version);
        Reply::created(location, &wire::funder_report(report), version)
    };
    context.write(Operation::CreateFunderReport, body, write).await
}

/// Read a report that is owed to a funder
#[utoipa::path(tag = "budgets", responses((status = 200, description = "The current state.", body = FunderReport)))]
#[get("/api/v1/funder-reports/{id}")]
pub async fn get_funder_report(context: Context, id: Id<FunderReportId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (_, report, view) = load(hop, id.0)?;
        item(report, view)
    };
    context.read(Operation::GetFunderReport, read).await
}

/// Change title or due date of a report that is not accepted
#[utoipa::path(tag = "budgets", request_body(content = FunderReportPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = FunderReport)))]
#[patch("/api/v1/funder-reports/{id}")]
pub async fn update_funder_report(context: Context, id: Id<FunderReportId>, body: Body<FunderReportPatch>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &FunderReportPatch| {
        let (_, before, view) = load_to_change(hop, id.0)?;
        let content = body.clone().onto(NewFunderReport::from(&before.content()))?.check()?;
        item(
            store::update_funder_report(hop.conn, &hop.stamp, &before, &content)?,
            view,
        )
    };
    context.write(Operation::UpdateFunderReport, body, write).await
}

/// Archive a report that is not owed after all
#[utoipa::path(tag = "budgets", responses((status = 204, description = "It is archived.")))]
#[delete("/api/v1/funder-reports/{id}")]
pub async fn archive_funder_report(context: Context, id: Id<FunderReportId>) -> Answer {
    let write = move |hop: &mut Hop<'_>| {
        let (_, before, _) = load_to_change(hop, id.0)?;
        store::archive_funder_report(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    };
    context.act(Operation::ArchiveFunderReport, write).await
}

/// Hand a report in, for the first time or after it was returned
#[utoipa::path(tag = "budgets", request_body = ReportSubmission, responses((status = 200, description = "The submitted report.", body = FunderReport)))]
#[post("/api/v1/funder-reports/{id}/submit")]
pub async fn submit_funder_report(context: Context, id: Id<FunderReportId>, body: Body<ReportSubmission>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &ReportSubmission| {
        let day = body.check()?;
        handle(hop, id.0, |today| {
            past("/submitted_on", day, today).map(Handling::Submit)
        })
    };
    context.write(Operation::SubmitFunderReport, body, write).await
}

/// Record that the funder accepted a report
#[utoipa::path(tag = "budgets", request_body = ReportAcceptance, responses((status = 200, description = "The accepted report.", body = FunderReport)))]
#[post("/api/v1/funder-reports/{id}/accept")]
pub async fn accept_funder_report(context: Context, id: Id<FunderReportId>, body: Body<ReportAcceptance>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &ReportAcceptance| {
        let day = body.check()?;
        handle(hop, id.0, |today| {
            past("/accepted_on", day, today).map(Handling::Accept)
        })
    };
    context.write(Operation::AcceptFunderReport, body, write).await
}

/// Record that the funder sent a report back, with its reason
#[utoipa::path(tag = "budgets", request_body = ReportReturn, responses((status = 200, description = "The returned report.", body = FunderReport)))]
#[post("/api/v1/funder-reports/{id}/return")]
pub async fn return_funder_report(context: Context, id: Id<FunderReportId>, body: Body<ReportReturn>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &ReportReturn| {
        let (day, reason) = body.check()?;
        handle(hop, id.0, |today| {
            past("/returned_on", day, today).map(|day| Handling::Return(day, reason))
        })
    };
    context.write(Operation::ReturnFunderReport, body, write).await
}

fn handle(
    hop: &mut Hop<'_>,
    id: FunderReportId,
    handling: impl FnOnce(NaiveDate) -> StoreResult<Handling>,
) -> StoreResult<Reply> {
    let (home, before, view) = load_to_change(hop, id)?;
    let handling = handling(home.programme.today(&hop.stamp)?)?;
    item(
        store::handle_funder_report(hop.conn, &hop.stamp, &before, &handling)?,
        view,
    )
}

/// A day that is given, or today; never in the future.
fn past(pointer: &str, day: Option<NaiveDate>, today: NaiveDate) -> StoreResult<NaiveDate> {
    let day = day.unwrap_or(today);
    rules::check_booked_on(pointer, day, None, today)?;
    Ok(day)
}

fn load(hop: &mut Hop<'_>, id: FunderReportId) -> StoreResult<(Home, store::FunderReport, View)> {
    let (home, funder) = store::home_of_funder_report(hop.conn, id)?;
    let view = hop.caller.authorise(hop.operation, home.programme.scope())?;
    if own_share_only(hop, &home).is_some_and(|partner| partner != funder) {
        return Err(DomainError::not_found().into());
    }
    Ok((home, store::get_funder_report(hop.conn, id)?, view))
}

fn load_to_change(hop: &mut Hop<'_>, id: FunderReportId) -> StoreResult<(Home, store::FunderReport, View)> {
    let (home, before, view) = load(hop, id)?;
    home.programme.require_changeable()?;
    hop.expect_version(before.version)?;
    Ok((home, before, view))
}

fn item(report: store::FunderReport, view: View) -> StoreResult<Reply> {
    let version = report.version;
    Reply::item(&wire::funder_report(report), version, view)
}
