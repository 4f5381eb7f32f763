//! What changed in a programme, when, by whom.

use actix_web::get;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::ProgrammeId;
use parvis_store::events::{self as store, HistorySort};
use parvis_wire::Page;
use parvis_wire::events::Event;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Context, Id, Query};

/// Adds the operation.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(list_programme_history);
}

list_query! {
    /// What the history can be asked for.
    HistoryQuery, sort r"^-?(seq)$" {}
}

const SORTS: &Sorts<HistorySort> = &[("seq", HistorySort::Seq)];

/// Read the history of a programme
///
/// Events are numbered without gaps in the order of commit, and each holds the hash of the one before it. The newest
/// come first.
#[utoipa::path(tag = "events", params(HistoryQuery), responses((status = 200, description = "A page of events.", body = Page<Event>)))]
#[get("/api/v1/programmes/{id}/history")]
pub async fn list_programme_history(ctx: Context, id: Id<ProgrammeId>, query: Query<HistoryQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "-seq")?;
    ctx.read(Operation::ListProgrammeHistory, move |hop| {
        hop.programme(id.0)?;
        listing.reply(store::list_programme_history(hop.conn, id.0, &listing.request)?, wire)
    })
    .await
}

fn wire(event: store::Event) -> Event {
    Event {
        id: event.id.0,
        seq: event.seq,
        at: event.at,
        actor_id: event.actor_id.map(Into::into),
        operation: event.operation,
        object_type: event.object_type,
        object_id: event.object_id,
        before: event.before,
        after: event.after,
        prev_hash: hexadecimal(&event.prev_hash),
        hash: hexadecimal(&event.hash),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
