//! Budgets, lines, grants, movements and balances.
//!
//! The rules are those of [`parvis_domain::budgets::ledger`]; this module brings the sums that they run on, under the
//! lock of the grants concerned, and writes what follows from them in the same transaction.

mod balances;
mod grants;
mod home;
mod lines;
mod movements;
mod references;
mod shares;
mod statements;
mod texts;
pub(crate) mod tranches;
pub(crate) mod years;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::BudgetContent;
use parvis_domain::ids::{BudgetId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Currency, LocalisedText, Period};
use serde::Serialize;
use serde_json::Value;

pub use balances::{Balance, get_balances};
pub use grants::{Grant, GrantFilter, GrantShare, GrantSort, create_grant, get_grant, list_grants, update_grant};
pub use home::{Home, Setting, get_vocabulary, home_of_budget, home_of_grant, home_of_line, home_of_movement};
pub use lines::{
    Line, LineFilter, LineShareRow, LineSort, Revision, create_budget_line, get_budget_line, list_budget_lines,
    update_budget_line,
};
pub use movements::{
    Movement, MovementFilter, MovementSort, correct_movement, create_movement, get_movement, list_movements,
    reverse_movement,
};

pub use statements::{LineName, Names, each_line, each_movement};

use crate::columns::{Instant, IntoDb, json, micros};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::budgets;
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
    let id: BudgetId = stamp.id();
    diesel::insert_into(budgets::table)
        .values((
            budgets::id.eq(id.db()),
            budgets::programme_id.eq(programme.db()),
            budgets::title.eq(json(&content.title)?),
            budgets::starts_on.eq(content.period.starts_on),
            budgets::ends_on.eq(content.period.ends_on),
            budgets::currency.eq(content.currency.code()),
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
    let row = budgets::table
        .find(before.id.db())
        .filter(budgets::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            budgets::title.eq(json(&content.title)?),
            budgets::starts_on.eq(content.period.starts_on),
            budgets::ends_on.eq(content.period.ends_on),
            budgets::currency.eq(content.currency.code()),
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
