//! Where an object of the ledger belongs: the first question of every operation on it, in one statement, whether the
//! object exists or not.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::Period;
use parvis_domain::budgets::Policy;
use parvis_domain::ids::{BudgetId, GrantId, LineId, MovementId, ProgrammeId};
use parvis_domain::templates::{Axis, Category};

use crate::columns::{IntoDb, Json};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::programmes::ProgrammeContext;
use crate::schema::{budgets, grants, lines, movements, programmes};

/// The programme and the budget of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// What authorisation and rules ask of the programme.
    pub programme: ProgrammeContext,
    /// The budget.
    pub budget: BudgetId,
}

/// Where a line or grant is added: its budget, and what the programme asks of its ledger.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The programme.
    pub programme: ProgrammeId,
    /// The budget.
    pub budget: BudgetId,
    /// What the programme asks.
    pub policy: Policy,
}

macro_rules! home_of {
    ($(#[doc = $doc:literal])+ $name:ident, $table:ident, $id:ty, $budget:expr) => {
        $(#[doc = $doc])+
        ///
        /// # Errors
        /// `not_found`.
        pub fn $name(conn: &mut Conn, id: $id) -> StoreResult<Home> {
            let query = $table::table.inner_join(programmes::table).filter($table::id.eq(id.db()));
            let (programme, budget) = query.select((ProgrammeContext::as_select(), $budget)).first(conn)?;
            Ok(Home { programme, budget })
        }
    };
}

home_of! {
    /// The programme of a budget.
    home_of_budget, budgets, BudgetId, budgets::id
}
home_of! {
    /// The programme and budget of a line.
    home_of_line, lines, LineId, lines::budget_id
}
home_of! {
    /// The programme and budget of a grant.
    home_of_grant, grants, GrantId, grants::budget_id
}
home_of! {
    /// The programme and budget of a movement.
    home_of_movement, movements, MovementId, movements::budget_id
}

/// What a line may say: the period of its budget, and the categories and axes of its programme.
///
/// # Errors
/// `not_found`.
pub fn get_vocabulary(conn: &mut Conn, budget: BudgetId) -> StoreResult<(Period, Vec<Category>, Vec<Axis>)> {
    type Row = (NaiveDate, Option<NaiveDate>, Json<Vec<Category>>, Json<Vec<Axis>>);
    let query = budgets::table
        .inner_join(programmes::table)
        .filter(budgets::id.eq(budget.db()));
    let columns = (
        budgets::starts_on,
        budgets::ends_on,
        programmes::categories,
        programmes::axes,
    );
    let (starts_on, ends_on, categories, axes): Row = query.select(columns).first(conn)?;
    Ok((Period { starts_on, ends_on }, categories.0, axes.0))
}
