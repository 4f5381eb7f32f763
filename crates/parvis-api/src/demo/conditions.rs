//! How far lines of the demonstration have come, and the tranches of its grants.

use parvis_domain::ids::{BudgetId, GrantId, LineId};
use parvis_store::budgets::{self, Home};
use parvis_store::programmes::ProgrammeContext;
use parvis_store::{Conn, Stamp, StoreResult};
use parvis_wire::budgets::{NewProgress, NewTranche};

use super::data::{self, Keys};
use super::load::at;

/// Records measures and tranches with their releases. The coordinator countersigns: whoever records a measure cannot.
pub(super) fn write(
    conn: &mut Conn,
    officer: Stamp<'_>,
    keys: &Keys,
    programme: &ProgrammeContext,
    budget: BudgetId,
    entry: &data::Budget,
) -> StoreResult<()> {
    let coordinator = officer.by(keys.id("@account/coordinator")?);
    let home = Home {
        programme: programme.clone(),
        budget,
    };
    for measured in &entry.progress {
        let checked = keys.body::<NewProgress>(&measured.body)?.check()?;
        let new = budgets::NewProgress {
            measured_on: checked.measured_on,
            percent: checked.percent,
            source: checked.source,
            note: checked.note,
        };
        let line: LineId = keys.id(&measured.line)?;
        let made = budgets::record_progress(conn, &officer, &home, line, &new).map_err(at(&measured.line))?;
        if let Some(partner) = &measured.countersigned_by {
            budgets::countersign_progress(conn, &coordinator, &made, keys.id(partner)?).map_err(at(partner))?;
        }
    }
    for part in &entry.tranches {
        let grant: GrantId = keys.id(&part.grant)?;
        let position = budgets::next_tranche_position(conn, grant)?;
        let content = keys.body::<NewTranche>(&part.body)?.check(position)?;
        let made = budgets::create_tranche(conn, &officer, &home, grant, &content).map_err(at(&part.grant))?;
        if let Some(day) = part.released_on {
            budgets::release_tranche(conn, &officer, &home, &made, day).map_err(at(&part.grant))?;
        }
    }
    Ok(())
}
