//! What the release of money waits for: grants with their tranches, reports to funders, progress, settlements.

use parvis_wire::Page;
use parvis_wire::budgets::{
    FunderReport, FunderReportPatch, Grant, GrantPatch, NewCountersignature, NewFunderReport, NewProgress, NewTranche,
    Progress, ReportAcceptance, ReportReturn, ReportSubmission, Settlement, Tranche, TrancheParts, TranchePatch,
    TrancheRelease, TrancheSplit,
};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// All the grants of a budget with their shares.
pub async fn list_grants(budget: Uuid) -> Answer<Vec<Grant>> {
    let mut grants = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = query(
            &format!("/budgets/{budget}/grants"),
            &[("limit", ALL), ("cursor", &cursor)],
        );
        let page: Page<Grant> = client::get(&path).await?;
        grants.extend(page.items);
        match page.next {
            Some(next) => cursor = next,
            None => return Ok(grants),
        }
    }
}

/// Changes what a grant says of itself.
pub async fn update_grant(grant: Uuid, version: i64, patch: GrantPatch) -> Answer<Grant> {
    client::patch(&format!("/grants/{grant}"), version, &patch).await
}

/// The tranches of a grant in their order, with the state of their conditions.
pub async fn list_tranches(grant: Uuid) -> Answer<Page<Tranche>> {
    client::get(&query(&format!("/grants/{grant}/tranches"), &[("limit", ALL)])).await
}

/// Adds a tranche.
pub async fn create_tranche(grant: Uuid, new: NewTranche) -> Answer<Tranche> {
    client::post(&format!("/grants/{grant}/tranches"), &new).await
}

/// Changes a tranche that is not released.
pub async fn update_tranche(tranche: Uuid, version: i64, patch: TranchePatch) -> Answer<Tranche> {
    client::patch(&format!("/tranches/{tranche}"), version, &patch).await
}

/// Takes away a tranche that is not released.
pub async fn archive_tranche(tranche: Uuid, version: i64) -> Answer<()> {
    client::delete(&format!("/tranches/{tranche}"), version).await
}

/// Releases a tranche whose conditions are met.
pub async fn release_tranche(tranche: Uuid, version: i64, release: TrancheRelease) -> Answer<Tranche> {
    client::post_to(&format!("/tranches/{tranche}/release"), version, &release).await
}

/// Splits a tranche into parts.
pub async fn split_tranche(tranche: Uuid, version: i64, split: TrancheSplit) -> Answer<TrancheParts> {
    client::post_to(&format!("/tranches/{tranche}/split"), version, &split).await
}

/// What is still due on a grant.
pub async fn get_settlement(grant: Uuid) -> Answer<Settlement> {
    client::get(&format!("/grants/{grant}/settlement")).await
}

/// The measures of a line, the one that counts first.
pub async fn list_progress(line: Uuid) -> Answer<Page<Progress>> {
    client::get(&query(&format!("/lines/{line}/progress"), &[("limit", ALL)])).await
}

/// Records how far a line has come.
pub async fn record_progress(line: Uuid, new: NewProgress) -> Answer<Progress> {
    client::post(&format!("/lines/{line}/progress"), &new).await
}

/// Countersigns a measure for a partner.
pub async fn countersign_progress(progress: Uuid, version: i64, new: NewCountersignature) -> Answer<Progress> {
    client::post_to(&format!("/progress/{progress}/countersign"), version, &new).await
}

/// The reports that are owed to the funder of a grant, by their due date.
pub async fn list_funder_reports(grant: Uuid) -> Answer<Page<FunderReport>> {
    client::get(&query(&format!("/grants/{grant}/funder-reports"), &[("limit", ALL)])).await
}

/// Records a report that is owed.
pub async fn create_funder_report(grant: Uuid, new: NewFunderReport) -> Answer<FunderReport> {
    client::post(&format!("/grants/{grant}/funder-reports"), &new).await
}

/// Changes a report that is not accepted.
pub async fn update_funder_report(report: Uuid, version: i64, patch: FunderReportPatch) -> Answer<FunderReport> {
    client::patch(&format!("/funder-reports/{report}"), version, &patch).await
}

/// Takes away a report that is not owed after all.
pub async fn archive_funder_report(report: Uuid, version: i64) -> Answer<()> {
    client::delete(&format!("/funder-reports/{report}"), version).await
}

/// Hands a report in.
pub async fn submit_funder_report(report: Uuid, version: i64, new: ReportSubmission) -> Answer<FunderReport> {
    client::post_to(&format!("/funder-reports/{report}/submit"), version, &new).await
}

/// Records that the funder accepted a report.
pub async fn accept_funder_report(report: Uuid, version: i64, new: ReportAcceptance) -> Answer<FunderReport> {
    client::post_to(&format!("/funder-reports/{report}/accept"), version, &new).await
}

/// Records that the funder sent a report back.
pub async fn return_funder_report(report: Uuid, version: i64, new: ReportReturn) -> Answer<FunderReport> {
    client::post_to(&format!("/funder-reports/{report}/return"), version, &new).await
}
