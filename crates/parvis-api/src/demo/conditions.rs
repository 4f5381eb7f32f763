//! How far lines of the demonstration have come, the reports owed for its grants, and their tranches.

use parvis_domain::ids::{BudgetId, FunderReportId, GrantId, LineId};
use parvis_store::budgets::{self, Handling, Home};
use parvis_store::programmes::ProgrammeContext;
use parvis_store::{Conn, Stamp, StoreResult};
use parvis_wire::budgets::{NewFunderReport, NewProgress, NewTranche};

use super::data::{self, Keys};
use super::load::at;

/// Records measures, reports, and tranches with their releases. The coordinator countersigns: whoever records a measure cannot.
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
    let keys = reports(conn, officer, keys, &home, &entry.reports)?;
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

/// Records the reports that are owed, with what their funders made of them; what their keys became is remembered.
fn reports(conn: &mut Conn, officer: Stamp<'_>, keys: &Keys, home: &Home, entries: &[data::Owed]) -> StoreResult<Keys> {
    let mut keys = keys.clone();
    for owed in entries {
        let grant: GrantId = keys.id(&owed.grant)?;
        let content = keys.body::<NewFunderReport>(&owed.body)?.check()?;
        let mut report = budgets::create_funder_report(conn, &officer, home, grant, &content).map_err(at(&owed.key))?;
        let submitted = owed.submitted_on.map(Handling::Submit);
        let accepted = owed.accepted_on.map(Handling::Accept);
        for handling in [submitted, accepted].into_iter().flatten() {
            report = budgets::handle_funder_report(conn, &officer, &report, &handling).map_err(at(&owed.key))?;
        }
        keys.insert::<FunderReportId>("report", &owed.key, report.id);
    }
    Ok(keys)
}
