//! Many rates at once.

use parvis_domain::accounts::Operation;
use parvis_domain::budgets::rates::RateContent;
use parvis_domain::ids::ProgrammeId;
use serde_json::json;

use super::{RecordedRate, insert};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::events::{self, Change};
use crate::stamp::Stamp;

/// Records the rates of a file for a programme, all of them in the order of the file, with one event for the whole.
///
/// # Errors
/// Those of the database.
pub fn import_rates(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    contents: &[RateContent],
) -> StoreResult<Vec<RecordedRate>> {
    let recorded = contents
        .iter()
        .map(|content| insert(conn, stamp, Some(programme), content))
        .collect::<StoreResult<Vec<_>>>()?;
    let change = Change {
        programme: Some(programme),
        ..Change::made(
            Operation::ImportRates,
            ("programme", programme.into()),
            &json!({"rates": recorded}),
        )?
    };
    events::append(conn, stamp, change)?;
    Ok(recorded)
}
