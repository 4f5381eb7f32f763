//! The ledger and the plan of a budget as tables; balances have theirs beside them.

use actix_web::get;
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{BudgetId, ReconciliationId};
use parvis_domain::{LocalisedText, Money};
use parvis_store::budgets::{self as store, LineName, Names};
use parvis_store::{StoreResult, snapshot};
use uuid::Uuid;

use super::movements::query::{MovementQuery, StatementQuery};
use super::{allow, own_share_only};
use crate::exchange::headings;
use crate::exchange::sheet::{Cell, Format, Sheet};
use crate::http::{Answer, Context, Export, Hop, Id, Query};

const STATEMENT: &[&str] = &[
    "booked_on",
    "kind",
    "amount",
    "signed_amount",
    "currency",
    "line",
    "category",
    "axis",
    "year",
    "funder",
    "payer",
    "payee",
    "incurred_on",
    "paid_on",
    "original",
    "original_currency",
    "reference",
    "note",
    "recorded_at",
    "id",
    "reverses",
    "line_id",
    "grant_id",
    "rate_id",
    "status",
    "refused",
    "payer_id",
    "payee_id",
];

/// Take the ledger of a budget away as a table: CSV for machines, a workbook for people
///
/// Rows are in the order of their booking, those of the list with the same parameters. `signed_amount` is negative for a
/// reversal; a row counts where `status` is `approved`. A text that a spreadsheet would take for a formula begins with an
/// apostrophe in CSV.
#[utoipa::path(tag = "budgets", params(("format" = inline(Format), Path, description = "The format."), StatementQuery), responses((status = 200, description = "The table.", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/api/v1/budgets/{id}/movements.{format}")]
pub async fn export_movements(
    context: Context,
    id: Id<BudgetId>,
    format: Format,
    query: Query<StatementQuery>,
) -> Answer {
    let query = MovementQuery::from(query.0);
    query.check(View::Public, None)?;
    let read = move |hop: &mut Hop<'_>| {
        let (home, view) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let filter = query.check(view, own_share_only(hop, &home))?;
        let wanted = languages(hop);
        let mut table = begin(format, STATEMENT, &wanted)?;
        snapshot(hop.conn, |conn| {
            store::each_movement(conn, id.0, &filter, |names, movements| {
                let mut rows = movements
                    .iter()
                    .map(|movement| statement_row(movement, names, view, &wanted));
                rows.try_for_each(|row| table.row(&row))
            })
        })?;
        finish(table, "ledger", format)
    };
    context.export(Operation::ExportMovements, read).await
}

fn statement_row(movement: &store::Movement, names: &Names, view: View, wanted: &[String]) -> Vec<Cell> {
    let partner = |id| names.partner(id).into();
    let mut row: Vec<Cell> = vec![
        movement.booked_on.into(),
        movement.kind.as_str().into(),
        movement.amount.into(),
        movement.signed_amount().into(),
        movement.amount.currency.code().into(),
    ];
    row.extend(line_cells(names.line(movement.line_id), wanted));
    row.extend([
        partner(movement.funder_id),
        partner(movement.payer_id),
        movement.payee_id.map_or(Cell::Empty, partner),
        movement.incurred_on.into(),
        movement.paid_on.into(),
        movement.original.into(),
        movement.original.map(|money| money.currency.code()).into(),
        movement.reference.clone().into(),
        movement.note.clone().filter(|_| view == View::Member).into(),
        movement.recorded_at.into(),
        Cell::Id(movement.id.into()),
        movement.reverses.map(Uuid::from).into(),
        Cell::Id(movement.line_id.into()),
        Cell::Id(movement.grant_id.into()),
        movement.rate_id.map(Uuid::from).into(),
        movement.status.as_str().into(),
        movement
            .refused
            .as_ref()
            .filter(|_| view == View::Member)
            .map(|refused| refused.amount)
            .into(),
        Cell::Id(movement.payer_id.into()),
        movement.payee_id.map(Uuid::from).into(),
    ]);
    row
}

/// Title, category, axis and year.
pub(super) fn line_cells(name: Option<&LineName>, wanted: &[String]) -> [Cell; 4] {
    [
        name.and_then(|name| name.title.as_ref().map(|title| best(title, wanted)))
            .into(),
        name.map(|name| name.category.as_str()).into(),
        name.and_then(|name| name.axis.as_deref()).into(),
        name.map(|name| name.year).into(),
    ]
}

const PLAN: &[&str] = &[
    "line",
    "category",
    "axis",
    "year",
    "cost",
    "cost_currency",
    "funder",
    "kind",
    "planned",
    "granted",
    "currency",
    "line_id",
    "grant_id",
    "funder_id",
];

/// Take the plan of a budget away as a table: one row per line and grant
#[utoipa::path(tag = "budgets", params(("format" = inline(Format), Path, description = "The format.")), responses((status = 200, description = "The table.", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/api/v1/budgets/{id}/lines.{format}")]
pub async fn export_budget_lines(context: Context, id: Id<BudgetId>, format: Format) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        let (home, _) = allow(hop, |conn| store::home_of_budget(conn, id.0))?;
        let (only, wanted) = (own_share_only(hop, &home), languages(hop));
        let mut table = begin(format, PLAN, &wanted)?;
        snapshot(hop.conn, |conn| {
            store::each_line(conn, id.0, only, |names, lines| {
                let mut rows = lines.iter().flat_map(|line| plan_rows(line, names, &wanted));
                rows.try_for_each(|row| table.row(&row))
            })
        })?;
        finish(table, "plan", format)
    };
    context.export(Operation::ExportBudgetLines, read).await
}

/// A row per grant of the line; one without a grant where nobody pays for it yet.
fn plan_rows(line: &store::Line, names: &Names, wanted: &[String]) -> Vec<Vec<Cell>> {
    let start: Vec<Cell> = vec![
        line.title.as_ref().map(|title| best(title, wanted)).into(),
        line.category.as_str().into(),
        line.axis.as_deref().into(),
        line.year.into(),
        line.cost.into(),
        line.cost.map(|cost| cost.currency.code()).into(),
    ];
    let row = |end: [Cell; 8]| start.iter().cloned().chain(end).collect();
    let id = Cell::Id(line.id.into());
    if line.grants.is_empty() {
        let empty = || Cell::Empty;
        return vec![row([empty(), empty(), empty(), empty(), empty(), id, empty(), empty()])];
    }
    let of_share = |share: &store::LineShareRow| {
        row([
            names.partner(share.funder).into(),
            share.kind.as_str().into(),
            share.planned.into(),
            share.granted.into(),
            share.planned.currency.code().into(),
            id.clone(),
            Cell::Id(share.grant.into()),
            Cell::Id(share.funder.into()),
        ])
    };
    line.grants.iter().map(of_share).collect()
}

const STATEMENT_ROWS: &[&str] = &[
    "statement_line",
    "day",
    "amount",
    "currency",
    "reference",
    "description",
    "outcome",
    "note",
    "movements",
    "movements_amount",
    "movement_ids",
];

/// Take the rows of a statement away as a table, each with what became of it and its movements
#[utoipa::path(tag = "reconciliation", params(("format" = inline(Format), Path, description = "The format.")), responses((status = 200, description = "The table.", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/api/v1/reconciliations/{id}/rows.{format}")]
pub async fn export_reconciliation(context: Context, id: Id<ReconciliationId>, format: Format) -> Answer {
    let read = move |hop: &mut Hop<'_>| {
        allow(hop, |conn| store::home_of_reconciliation(conn, id.0))?;
        let mut table = begin(format, STATEMENT_ROWS, &languages(hop))?;
        let rows = store::all_reconciliation_rows(hop.conn, id.0)?;
        rows.iter().try_for_each(|row| table.row(&reconciled_row(row)))?;
        finish(table, "reconciliation", format)
    };
    context.export(Operation::ExportReconciliation, read).await
}

fn reconciled_row(row: &store::ReconciliationRow) -> Vec<Cell> {
    let each = |of: &dyn Fn(&store::Movement) -> String| {
        let texts: Vec<String> = row.movements.iter().map(of).collect();
        texts.join(" ")
    };
    let currency = row.amount.currency;
    let amounts = row.movements.iter().map(|movement| {
        let known = [Some(movement.amount), movement.original].into_iter().flatten();
        known
            .into_iter()
            .find(|amount| amount.currency == currency)
            .map(|amount| amount.minor)
    });
    // A sum only where every movement has an amount in the currency of the row.
    let sum: Option<i64> = amounts.sum();
    let sum = sum
        .filter(|_| !row.movements.is_empty())
        .map(|minor| Money::new(minor, currency));
    vec![
        i32::try_from(row.line).unwrap_or(i32::MAX).into(),
        row.day.into(),
        row.amount.into(),
        currency.code().into(),
        row.reference.clone().into(),
        row.description.clone().into(),
        row.outcome.as_str().into(),
        row.note.clone().into(),
        each(&|movement| {
            movement
                .reference
                .clone()
                .unwrap_or_else(|| movement.booked_on.to_string())
        })
        .into(),
        sum.into(),
        each(&|movement| movement.id.to_string()).into(),
    ]
}

pub(super) fn languages(hop: &Hop<'_>) -> Vec<String> {
    hop.facts.languages.clone()
}

pub(super) fn best(text: &LocalisedText, wanted: &[String]) -> String {
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    text.best(&wanted).map_or("", |(_, text)| text).to_owned()
}

pub(super) fn begin(format: Format, columns: &[&'static str], wanted: &[String]) -> StoreResult<Sheet> {
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let columns: Vec<_> = columns
        .iter()
        .map(|name| (*name, headings::title(name, &wanted)))
        .collect();
    Sheet::begin(format, &columns)
}

pub(super) fn finish(table: Sheet, name: &str, format: Format) -> StoreResult<Export> {
    Ok(Export {
        name: format!("{name}.{}", format.suffix()),
        media: format.media(),
        file: table.finish()?,
    })
}
