//! Reconciliation: statements of the accounts and the bank are read, matched with the ledger and worked through.

mod file;
mod guess;

use std::collections::BTreeMap;

use actix_web::{delete, get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::budgets::reconciliation::{Finding, OutcomeCounts, RowOutcome, StatementSource};
use parvis_domain::ids::{BudgetId, ReconciliationId, ReconciliationRowId};
use parvis_domain::{Code, DomainError, Fault, Faults, Money};
use parvis_store::StoreResult;
use parvis_store::budgets::{self as store, MissingFilter, MovementSort, ReconciliationRowSort, ReconciliationSort};
use parvis_wire::Page;
use parvis_wire::budgets::{
    Movement, NewReconciliation, Reconciliation, ReconciliationReport, ReconciliationRow, ReconciliationRowFields,
    ReconciliationRowPatch, StatementRow,
};

use super::{allow, wire};
use crate::http::query::{list_query, search};
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

list_query! {
    /// Which statements.
    ReconciliationQuery, sort r"^-?(created_at)$" {
        /// Of this source.
        source: StatementSource,
    }
}

list_query! {
    /// Which rows of a statement.
    ReconciliationRowQuery, sort r"^-?(line)$" {
        /// With this outcome.
        outcome: RowOutcome,
    }
}

list_query! {
    /// Which movements that the statement lacks.
    MissingMovementQuery, sort r"^-?(booked_on)$" {
        /// Of this amount, a decimal string; `currency` says in what.
        amount: String,
        /// The currency of the amount, a code of ISO 4217.
        currency: String,
        /// Every word of this occurs in the reference or the note.
        q: String,
        /// Also movements of days outside of the statement's.
        any_day: bool,
    }
}

const SORTS: &[(&str, ReconciliationSort)] = &[("created_at", ReconciliationSort::CreatedAt)];
const ROW_SORTS: &[(&str, ReconciliationRowSort)] = &[("line", ReconciliationRowSort::Line)];
const MISSING_SORTS: &[(&str, MovementSort)] = &[("booked_on", MovementSort::BookedOn)];

impl MissingMovementQuery {
    fn check(&self) -> Result<MissingFilter, Faults> {
        let mut faults = Faults::new();
        let amount = match (&self.amount, &self.currency) {
            (None, None) => Some(None),
            (amount, currency) => {
                let (amount, currency) = (amount.as_deref(), currency.as_deref());
                let money = Money::check("", amount.unwrap_or_default(), currency.unwrap_or_default());
                let fault = |of: Faults| of.0.into_iter().next().map(|fault| fault.detail).unwrap_or_default();
                let money = money.map_err(|of| Fault::new(Code::ParameterInvalid, "amount", fault(of)));
                faults.keep(money).map(Some)
            }
        };
        let q = faults.keep(search(self.q.as_deref()));
        let filter = amount.zip(q).map(|(amount, q)| MissingFilter {
            amount,
            q,
            any_day: self.any_day.unwrap_or(false),
        });
        faults.finish(filter)
    }
}

/// List the statements that were reconciled with a budget
#[utoipa::path(tag = "reconciliation", params(ReconciliationQuery), responses((status = 200, description = "A page.", body = Page<Reconciliation>)))]
#[get("/api/v1/budgets/{id}/reconciliations")]
pub async fn list_reconciliations(context: Context, id: Id<BudgetId>, query: Query<ReconciliationQuery>) -> Answer {
    let listing = context.listing(&*query, SORTS, "-created_at")?;
    let read = move |hop: &mut Hop<'_>| {
        allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let page = store::list_reconciliations(hop.conn, id.0, query.source, &listing.request)?;
        listing.reply(page, statement)
    };
    context.read(Operation::ListReconciliations, read).await
}

/// Reconcile a statement of the accounts or the bank with a budget: all rows are kept, or none
///
/// Each row is matched with movements of the same reference and amount, or of the same amount and a day close by, and
/// what is not certain is left to a person. Movements that wait for a second person or were reversed are left aside, and
/// in the statements of one source a movement stands once. With `dry_run` the report says row by row what would be found
/// and what is wrong; without it a file with a row that cannot be read is refused as a whole, unless such rows are left
/// out.
#[utoipa::path(tag = "reconciliation", request_body = NewReconciliation, responses(
    (status = 200, description = "What would come of the statement.", body = ReconciliationReport),
    (status = 201, description = "Created.", body = ReconciliationReport),
))]
#[post("/api/v1/budgets/{id}/reconciliations")]
pub async fn create_reconciliation(context: Context, id: Id<BudgetId>, body: Body<NewReconciliation>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewReconciliation| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        home.programme.require_changeable()?;
        let file_name = body.check()?;
        let budget = store::get_budget(hop.conn, id.0)?;
        let last = match body.mapping {
            Some(_) => None,
            None => store::last_statement_mapping(hop.conn, id.0, body.source)?,
        };
        let read = file::read(body, file_name, last, budget.currency)?;
        if body.dry_run {
            return report(hop, id.0, read);
        }
        read.require_whole(body.skip_faulty)?;
        let made = store::create_reconciliation(hop.conn, &hop.stamp, &home, &read.statement)?;
        let location = format!("/api/v1/reconciliations/{}", made.id);
        let report = ReconciliationReport {
            counts: made.counts,
            reconciliation: Some(statement(made)),
            ..read.report
        };
        Reply::created(location, &report, 1)
    };
    context.write(Operation::CreateReconciliation, body, write).await
}

/// What would be found for every row.
fn report(hop: &mut Hop<'_>, budget: BudgetId, read: file::Read) -> StoreResult<Reply> {
    let findings = store::match_statement(hop.conn, budget, &read.statement)?;
    let ids: Vec<_> = findings.iter().flat_map(|finding| finding.movements.clone()).collect();
    let found = store::movements_by_id(hop.conn, &ids)?;
    let found: BTreeMap<_, _> = found.into_iter().map(|movement| (movement.id, movement)).collect();
    let mut counts = OutcomeCounts::default();
    let mut report = read.report;
    let readable = report.rows.iter_mut().filter(|row| row.faults.is_empty());
    for (row, Finding { outcome, movements }) in readable.zip(findings) {
        counts.add(outcome, 1);
        row.outcome = Some(outcome);
        let of = movements.iter().filter_map(|id| found.get(id).cloned());
        row.movements = of.map(|movement| wire::movement(movement, View::Member)).collect();
    }
    report.counts = counts;
    Reply::json(&report)
}

/// Read a statement that was reconciled
#[utoipa::path(tag = "reconciliation", responses((status = 200, description = "The current state.", body = Reconciliation)))]
#[get("/api/v1/reconciliations/{id}")]
pub async fn get_reconciliation(context: Context, id: Id<ReconciliationId>) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        allow(hop, |conn| store::home_of_reconciliation(conn, id.0))?;
        let found = store::get_reconciliation(hop.conn, id.0)?;
        Ok(Reply::item(&statement(found), 1, View::Member)?.tagged_by_body())
    };
    context.read(Operation::GetReconciliation, read).await
}

/// Take a statement back, with its rows and what was matched with them
///
/// The movements stay as they are, and the file can be reconciled anew.
#[utoipa::path(tag = "reconciliation", responses((status = 204, description = "It is gone.")))]
#[delete("/api/v1/reconciliations/{id}")]
pub async fn delete_reconciliation(context: Context, id: Id<ReconciliationId>) -> Answer {
    let write = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_reconciliation(conn, id.0))?;
        home.programme.require_changeable()?;
        hop.expect_version(1)?;
        let before = store::get_reconciliation(hop.conn, id.0)?;
        store::delete_reconciliation(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    };
    context.act(Operation::DeleteReconciliation, write).await
}

/// List the rows of a statement, each with its movements
#[utoipa::path(tag = "reconciliation", params(ReconciliationRowQuery), responses((status = 200, description = "A page.", body = Page<ReconciliationRow>)))]
#[get("/api/v1/reconciliations/{id}/rows")]
pub async fn list_reconciliation_rows(
    context: Context,
    id: Id<ReconciliationId>,
    query: Query<ReconciliationRowQuery>,
) -> Answer {
    let listing = context.listing(&*query, ROW_SORTS, "line")?;
    let read = move |hop: &mut Hop<'_>| {
        allow(hop, |conn| store::home_of_reconciliation(conn, id.0))?;
        let page = store::list_reconciliation_rows(hop.conn, id.0, query.outcome, &listing.request)?;
        listing.reply(page, row)
    };
    context.read(Operation::ListReconciliationRows, read).await
}

/// Say which movements a row of a statement stands for, or why it has none
///
/// Movements that another row of a statement of the same source has are refused.
#[utoipa::path(tag = "reconciliation", request_body(content = ReconciliationRowPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The current state.", body = ReconciliationRow)))]
#[patch("/api/v1/reconciliation-rows/{id}")]
pub async fn update_reconciliation_row(
    context: Context,
    id: Id<ReconciliationRowId>,
    body: Body<ReconciliationRowPatch>,
) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &ReconciliationRowPatch| {
        let (home, view) = allow(hop, |conn| store::home_of_reconciliation_row(conn, id.0))?;
        home.programme.require_changeable()?;
        let before = store::get_reconciliation_row(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let fields = ReconciliationRowFields {
            movement_ids: before.movements.iter().map(|movement| movement.id.into()).collect(),
            note: before.note.clone(),
        };
        let (movements, note) = body.clone().onto(fields)?.check()?;
        let after =
            store::update_reconciliation_row(hop.conn, &hop.stamp, &home, &before, &movements, note.as_deref())?;
        let version = after.version;
        Reply::item(&row(after), version, view)
    };
    context.write(Operation::UpdateReconciliationRow, body, write).await
}

/// List the movements that a statement lacks: of its kinds and days, and in no statement of its source
#[utoipa::path(tag = "reconciliation", params(MissingMovementQuery), responses((status = 200, description = "A page.", body = Page<Movement>)))]
#[get("/api/v1/reconciliations/{id}/missing-movements")]
pub async fn list_missing_movements(
    context: Context,
    id: Id<ReconciliationId>,
    query: Query<MissingMovementQuery>,
) -> Answer {
    let listing = context.listing(&*query, MISSING_SORTS, "booked_on")?;
    let filter = query.check()?;
    let read = move |hop: &mut Hop<'_>| {
        allow(hop, |conn| store::home_of_reconciliation(conn, id.0))?;
        let of = store::get_reconciliation(hop.conn, id.0)?;
        let page = store::list_missing_movements(hop.conn, &of, &filter, &listing.request)?;
        listing.reply(page, |movement| wire::movement(movement, View::Member))
    };
    context.read(Operation::ListMissingMovements, read).await
}

fn statement(of: store::Reconciliation) -> Reconciliation {
    Reconciliation {
        id: of.id.into(),
        budget_id: of.budget_id.into(),
        source: of.source,
        file_name: of.file_name,
        file_hash: of.file_hash,
        mapping: of.mapping,
        first_day: of.first_day,
        last_day: of.last_day,
        left_out: of.left_out,
        counts: of.counts,
        created_at: of.created_at,
    }
}

fn row(of: store::ReconciliationRow) -> ReconciliationRow {
    ReconciliationRow {
        id: of.id.into(),
        reconciliation_id: of.reconciliation_id.into(),
        line: of.line,
        day: of.day,
        amount: of.amount.into(),
        reference: of.reference,
        description: of.description,
        outcome: of.outcome,
        movements: of
            .movements
            .into_iter()
            .map(|m| wire::movement(m, View::Member))
            .collect(),
        note: of.note,
        version: of.version,
    }
}

/// The faults of the rows of a file, each at its line and column.
fn refused(rows: &[StatementRow]) -> DomainError {
    let mut faults = Faults::new();
    for row in rows {
        for fault in &row.faults {
            let code = Code::parse(&fault.code).unwrap_or(Code::FormatInvalid);
            let at = format!("/content/{}/{}", row.line, fault.column);
            faults.push(Fault::new(code, at, format!("Line {}: {}", row.line, fault.detail)));
        }
    }
    faults.into()
}
