//! The ledger and the plan of a budget in full, for those who take them away: page after page, with names.

use std::collections::BTreeMap;

use diesel::prelude::*;
use parvis_domain::ids::{BudgetId, LineId, PartnerId};
use parvis_domain::page::{Direction, PageRequest};
use parvis_domain::{LocalisedText, Money};

use super::balances::Extent;
use super::lines::{Line, LineFilter, LineSort, list_budget_lines};
use super::movements::{Movement, MovementFilter, MovementSort, list_movements};
use crate::columns::{IntoDb, db_ids};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::schema::{budgets, lines, partners};

/// How many rows are read at once.
const PAGE: u32 = 1000;

/// What a line is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineName {
    /// Its own title, where it has one.
    pub title: Option<LocalisedText>,
    /// Code of its category.
    pub category: String,
    /// Code of its axis.
    pub axis: Option<String>,
    /// The year of its plan.
    pub year: i32,
}

/// The names behind the identifiers of a ledger.
#[derive(Debug, Default)]
pub struct Names {
    lines: BTreeMap<LineId, LineName>,
    partners: BTreeMap<PartnerId, String>,
}

impl Names {
    /// Those of the lines of a budget.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of_budget(conn: &mut Conn, budget: BudgetId) -> StoreResult<Self> {
        Self::of(conn, Extent::Budget(budget))
    }

    /// Those of the lines of a budget or programme.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(conn: &mut Conn, extent: Extent) -> StoreResult<Self> {
        type Row = (LineId, Option<LocalisedText>, String, Option<String>, i32);
        let columns = (lines::id, lines::title, lines::category, lines::axis, lines::year);
        let mut query = lines::table.select(columns).into_boxed::<MultiBackend>();
        query = match extent {
            Extent::Budget(budget) => query.filter(lines::budget_id.eq(budget.db())),
            Extent::Programme(programme) => {
                let budgets = budgets::table
                    .filter(budgets::programme_id.eq(programme.db()))
                    .select(budgets::id);
                query.filter(lines::budget_id.eq_any(budgets))
            }
        };
        let rows: Vec<Row> = query.load(conn)?;
        let name = |(id, title, category, axis, year)| {
            let name = LineName {
                title,
                category,
                axis,
                year,
            };
            (id, name)
        };
        Ok(Self {
            lines: rows.into_iter().map(name).collect(),
            partners: BTreeMap::new(),
        })
    }

    /// Looks up the partners that are not known yet, in one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub fn learn(&mut self, conn: &mut Conn, ids: impl Iterator<Item = PartnerId>) -> StoreResult<()> {
        let mut unknown: Vec<PartnerId> = ids.filter(|id| !self.partners.contains_key(id)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let query = partners::table.filter(partners::id.eq_any(db_ids(unknown)));
        let found: Vec<(PartnerId, String)> = query.select((partners::id, partners::name)).load(conn)?;
        self.partners.extend(found);
        Ok(())
    }

    /// What a line is called.
    #[must_use]
    pub fn line(&self, line: LineId) -> Option<&LineName> {
        self.lines.get(&line)
    }

    /// What a partner is called, once it was looked up.
    #[must_use]
    pub fn partner(&self, partner: PartnerId) -> Option<&str> {
        self.partners.get(&partner).map(String::as_str)
    }
}

/// Hands the movements of a budget to `take` in the order of their booking, many at a time, with the names that they
/// need.
///
/// # Errors
/// Those of `take` and of the database.
pub fn each_movement(
    conn: &mut Conn,
    budget: BudgetId,
    filter: &MovementFilter,
    mut take: impl FnMut(&Names, &[Movement]) -> StoreResult<()>,
) -> StoreResult<()> {
    let mut names = Names::of_budget(conn, budget)?;
    let mut request = whole(MovementSort::BookedOn);
    loop {
        let page = list_movements(conn, budget, filter, &request)?;
        let partners = |m: &Movement| [Some(m.funder_id), Some(m.payer_id), m.payee_id];
        names.learn(conn, page.items.iter().flat_map(partners).flatten())?;
        take(&names, &page.items)?;
        if page.last.is_none() {
            return Ok(());
        }
        request.after = page.last;
    }
}

/// Hands the lines of a budget to `take` in the order of the plan, many at a time, with the names of their funders.
///
/// # Errors
/// Those of `take` and of the database.
pub fn each_line(
    conn: &mut Conn,
    budget: BudgetId,
    only: Option<PartnerId>,
    mut take: impl FnMut(&Names, &[Line]) -> StoreResult<()>,
) -> StoreResult<()> {
    let mut names = Names::default();
    let mut request = whole(LineSort::Position);
    let filter = LineFilter {
        only,
        ..LineFilter::default()
    };
    loop {
        let page = list_budget_lines(conn, budget, &filter, &request)?;
        let funders = |line: &Line| line.grants.iter().map(|share| share.funder).collect::<Vec<_>>();
        names.learn(conn, page.items.iter().flat_map(funders))?;
        take(&names, &page.items)?;
        if page.last.is_none() {
            return Ok(());
        }
        request.after = page.last;
    }
}

fn whole<S>(sort: S) -> PageRequest<S> {
    PageRequest {
        limit: PAGE,
        after: None,
        sort,
        direction: Direction::Ascending,
        count: false,
    }
}

impl Movement {
    /// The amount as it counts: negative for a reversal.
    #[must_use]
    pub fn signed_amount(&self) -> Money {
        match self.reverses {
            Some(_) => Money::new(-self.amount.minor, self.amount.currency),
            None => self.amount,
        }
    }
}
