//! What the agreements of a programme ask somebody to look at.

use actix_web::get;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::ProgrammeId;
use parvis_store::agreements as store;
use parvis_wire::agreements::{AgreementAlarm, AgreementAlarms};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{Answer, Context, Hop, Id, Reply};

/// Adds the operation.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(list_agreement_alarms);
}

/// List what the agreements of a programme ask somebody to look at
///
/// Parties that have not signed, agreements that end soon, obligations that are due or overdue, and grants that are to be
/// published within three months of the signature. It is worked out when it is read. Who acts for a partner sees what
/// concerns its own organisation, and what concerns everybody.
#[utoipa::path(tag = "agreements", responses((status = 200, description = "What presses most first.", body = AgreementAlarms)))]
#[get("/api/v1/programmes/{id}/agreement-alarms")]
pub async fn list_agreement_alarms(context: Context, id: Id<ProgrammeId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (programme, _) = hop.programme(id.0)?;
        let today = programme.today(&hop.stamp)?;
        let only = hop.caller.bound_partner(id.0);
        let alarms = store::list_agreement_alarms(hop.conn, &programme, today, only)?;
        Reply::json(&AgreementAlarms {
            items: alarms.into_iter().map(wire).collect(),
        })
    };
    context.read(Operation::ListAgreementAlarms, read).await
}

fn wire(found: store::AgreementAlarm) -> AgreementAlarm {
    AgreementAlarm {
        code: found.alarm.code,
        severity: found.alarm.severity,
        agreement_id: found.agreement.into(),
        title: found.title,
        partner_id: found.alarm.partner.map(Into::into),
        date: found.alarm.date,
        amendment: found.alarm.amendment,
        obligation_id: found.alarm.obligation.map(Into::into),
    }
}
