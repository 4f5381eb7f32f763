//! Budgets, lines, grants, movements and balances.
//!
//! The rules are those of [`parvis_domain::budgets::ledger`]; this module brings the sums that they run on, under the
//! lock of the grants concerned, and writes what follows from them in the same transaction.

mod alerts;
mod balances;
mod commitments;
mod conversions;
mod differences;
mod flows;
mod funder_reports;
mod grants;
mod home;
mod lines;
mod movements;
pub(crate) mod pending;
pub(crate) mod plans;
mod progress;
pub(crate) mod rates;
mod reconciliations;
mod references;
mod resting;
mod rollups;
mod settlements;
mod shares;
mod statements;
mod texts;
pub(crate) mod tranches;
pub(crate) mod years;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::BudgetContent;
use parvis_domain::budgets::cofinancing::{self, CategoryTarget};
use parvis_domain::ids::{BudgetId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::templates::Category;
use parvis_domain::{Currency, LocalisedText, Period};
use serde::Serialize;
use serde_json::Value;

pub use alerts::list_alerts;
pub use balances::{Balance, BalanceRow, Extent, Series, SeriesPoint, When, balance_series, balances_of, get_balances};
pub use conversions::{Unconverted, UsedRate};
pub use differences::{ExchangeDifference, exchange_differences};
pub use funder_reports::{
    FunderReport, FunderReportSort, Handling, archive_funder_report, create_funder_report, get_funder_report,
    handle_funder_report, home_of_funder_report, list_funder_reports, update_funder_report,
};
pub use grants::{
    Grant, GrantFilter, GrantShare, GrantSort, GrantTerms, create_grant, get_grant, list_grants, update_grant,
};
pub use home::{Home, Setting, get_vocabulary, home_of_budget, home_of_grant, home_of_line, home_of_movement};
pub use lines::{
    Line, LineFilter, LineShareRow, LineSort, Revision, create_budget_line, get_budget_line, list_budget_lines,
    update_budget_line,
};
pub use movements::{
    MissingFilter, Movement, MovementFilter, MovementSort, approve_movement, correct_movement, create_movement,
    get_movement, list_missing_movements, list_movements, movements_by_id, refuse_movement, reverse_movement,
};
pub use progress::{
    NewProgress, Progress, ProgressSort, countersign_progress, get_progress, home_of_progress, list_progress,
    record_progress,
};
pub use tranches::{
    ConditionState, Tranche, TrancheSort, archive_tranche, create_tranche, get_tranche, home_of_tranche, list_tranches,
    next_tranche_position, release_tranche, split_tranche, update_tranche,
};
pub use years::{
    BudgetYear, PendingMovement, ShareRest, YearRecord, close_budget_year, get_budget_year, list_budget_years,
    reopen_budget_year,
};

pub use plans::{
    FrozenRate, PlanEdit, PlanState, PlanVersion, PlanVersionSort, Submission, Withdrawal, YearCopy, copy_plan_year,
    get_plan, list_plan_versions, lock_plan, plan_version, simulate_plan, submit_plan, update_plan, withdraw_grant,
};
pub use rates::{
    RateFilter, RatePolicyRow, RatePolicySort, RateScope, RateSort, RecordedRate, create_rate, create_rate_policy,
    get_rate, get_rate_policy, import_rates, list_rate_policies, list_rates, programme_of_rate, update_rate_policy,
};
pub use reconciliations::{
    NewStatement, Reconciliation, ReconciliationRow, ReconciliationRowSort, ReconciliationSort, StatementEntry,
    all_reconciliation_rows, create_reconciliation, delete_reconciliation, get_reconciliation, get_reconciliation_row,
    home_of_reconciliation, home_of_reconciliation_row, last_statement_mapping, list_reconciliation_rows,
    list_reconciliations, match_statement, update_reconciliation_row,
};
pub use settlements::{GrantSettlement, get_settlement};
pub use statements::{LineName, Names, each_line, each_movement};

pub use rollups::{Converted, Group, Overview, Question, overview};

pub(crate) use commitments::commitments_of;
pub(crate) use plans::amend_plan;
pub(crate) use shares::lock_grants;

use crate::columns::{Instant, IntoDb, Json, json, micros};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::{budgets, programmes};
use crate::stamp::Stamp;

/// A budget: the financing plan of a period.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Serialize)]
#[diesel(table_name = budgets)]
pub struct Budget {
    /// Its identifier.
    pub id: BudgetId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// Its title.
    pub title: LocalisedText,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Reporting currency.
    pub currency: Currency,
    /// Targets and ceilings of categories.
    #[diesel(deserialize_as = Json<Vec<CategoryTarget>>)]
    pub targets: Vec<CategoryTarget>,
    /// Version, raised by every change.
    #[serde(skip)]
    pub version: i64,
    /// When it was added.
    #[serde(skip)]
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(skip)]
    #[diesel(deserialize_as = Instant)]
    pub updated_at: DateTime<Utc>,
}

impl Budget {
    /// Its period.
    #[must_use]
    pub fn period(&self) -> Period {
        Period {
            starts_on: self.starts_on,
            ends_on: self.ends_on,
        }
    }

    /// What it says, as a change is laid over it.
    #[must_use]
    pub fn content(&self) -> BudgetContent {
        BudgetContent {
            title: self.title.clone(),
            period: self.period(),
            currency: self.currency,
            targets: self.targets.clone(),
        }
    }
}

/// How budgets are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetSort {
    /// By the instant of their creation.
    CreatedAt,
    /// By their first day.
    StartsOn,
}

/// The budgets of a programme.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_budgets(
    conn: &mut Conn,
    programme: ProgrammeId,
    request: &PageRequest<BudgetSort>,
) -> StoreResult<Page<Budget>> {
    let query = || {
        budgets::table
            .filter(budgets::programme_id.eq(programme.db()))
            .into_boxed::<crate::connection::MultiBackend>()
    };
    let total = total!(conn, request, query(), budgets::id);
    let select = || query().select(Budget::as_select());
    match request.sort {
        BudgetSort::CreatedAt => {
            let rows = keyset!(select(), request, budgets::created_at, budgets::id, DateTime<Utc>).load(conn)?;
            Ok(paging::page(rows, request, total, |b: &Budget| {
                (b.created_at.text(), b.id.into())
            }))
        }
        BudgetSort::StartsOn => {
            let rows = keyset!(select(), request, budgets::starts_on, budgets::id, NaiveDate).load(conn)?;
            Ok(paging::page(rows, request, total, |b: &Budget| {
                (b.starts_on.text(), b.id.into())
            }))
        }
    }
}

/// One budget.
///
/// # Errors
/// `not_found`.
pub fn get_budget(conn: &mut Conn, budget: BudgetId) -> StoreResult<Budget> {
    Ok(budgets::table
        .find(budget.db())
        .select(Budget::as_select())
        .first(conn)?)
}

/// Adds a budget.
///
/// # Errors
/// Those of the database.
pub fn create_budget(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    content: &BudgetContent,
) -> StoreResult<Budget> {
    require_categories(conn, programme, &content.targets)?;
    let id: BudgetId = stamp.id();
    diesel::insert_into(budgets::table)
        .values((
            budgets::id.eq(id.db()),
            budgets::programme_id.eq(programme.db()),
            budgets::title.eq(json(&content.title)?),
            budgets::starts_on.eq(content.period.starts_on),
            budgets::ends_on.eq(content.period.ends_on),
            budgets::currency.eq(content.currency.code()),
            budgets::targets.eq(json(&content.targets)?),
            budgets::version.eq(1_i64),
            budgets::created_at.eq(micros(stamp.at)),
            budgets::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let budget = get_budget(conn, id)?;
    record(
        conn,
        stamp,
        programme,
        Operation::CreateBudget,
        "budget",
        id,
        Value::Null,
        &budget,
    )?;
    Ok(budget)
}

/// Changes a budget that was read at its version.
///
/// # Errors
/// `version_stale`.
pub fn update_budget(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Budget,
    content: &BudgetContent,
) -> StoreResult<Budget> {
    if content.targets != before.targets {
        require_categories(conn, before.programme_id, &content.targets)?;
    }
    let row = budgets::table
        .find(before.id.db())
        .filter(budgets::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            budgets::title.eq(json(&content.title)?),
            budgets::starts_on.eq(content.period.starts_on),
            budgets::ends_on.eq(content.period.ends_on),
            budgets::currency.eq(content.currency.code()),
            budgets::targets.eq(json(&content.targets)?),
            budgets::version.eq(budgets::version + 1),
            budgets::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    let after = get_budget(conn, before.id)?;
    record(
        conn,
        stamp,
        before.programme_id,
        Operation::UpdateBudget,
        "budget",
        before.id,
        events::value(before)?,
        &after,
    )?;
    Ok(after)
}

/// Targets speak of the categories of the programme.
fn require_categories(conn: &mut Conn, programme: ProgrammeId, targets: &[CategoryTarget]) -> StoreResult<()> {
    let categories: Json<Vec<Category>> = programmes::table
        .find(programme.db())
        .select(programmes::categories)
        .first(conn)?;
    let codes: Vec<&str> = categories.0.iter().map(|category| category.code.as_str()).collect();
    Ok(cofinancing::check_categories("/targets", targets, &codes)?)
}

/// Appends the event of a change to an object of the ledger.
#[expect(
    clippy::too_many_arguments,
    reason = "the parts of an event, named at the only place that joins them"
)]
fn record<T: Serialize>(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    operation: Operation,
    object_type: &str,
    object: impl Into<uuid::Uuid>,
    before: Value,
    after: &T,
) -> StoreResult<()> {
    let after = events::value(after)?;
    let change = Change {
        programme: Some(programme),
        operation: operation.as_str(),
        object_type,
        object_id: object.into(),
        before,
        after,
    };
    events::append(conn, stamp, change)
}
