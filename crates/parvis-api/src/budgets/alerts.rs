//! Alerts of a programme.

use actix_web::get;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::ProgrammeId;
use parvis_store::budgets as store;
use parvis_wire::budgets::Alerts;

use super::wire::conditions as wire;
use crate::http::{Answer, Context, Hop, Id, Reply};

/// List what the money of a programme asks somebody to look at
///
/// Lines near their limit, commitments without disbursement, grants that expire with money left, reports that are due,
/// tranches that are due or can be released. They are computed when they are read; the programme's policy has the
/// thresholds. Who acts for a partner sees what concerns its own grants.
#[utoipa::path(tag = "budgets", responses((status = 200, description = "What presses most first.", body = Alerts)))]
#[get("/api/v1/programmes/{id}/alerts")]
pub async fn list_alerts(context: Context, id: Id<ProgrammeId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (programme, _) = hop.programme(id.0)?;
        let only = hop.caller.bound_partner(id.0);
        let today = programme.today(&hop.stamp)?;
        let alerts = store::list_alerts(hop.conn, id.0, programme.policy.alerts, today, only)?;
        Reply::json(&Alerts {
            items: alerts.into_iter().map(wire::alert).collect(),
        })
    };
    context.read(Operation::ListAlerts, read).await
}
