//! The plan of a year as a start for another.

use std::collections::BTreeMap;

use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::{GrantContent, LineContent, Share, check_line};
use parvis_domain::ids::{GrantId, LineId};
use parvis_domain::page::{Direction, PageRequest};
use parvis_domain::percentage::Percentage;
use parvis_domain::{Code, DomainError, Fault, Money};
use serde_json::{Value, json};

use super::touch;
use crate::budgets::home::{Setting, get_vocabulary};
use crate::budgets::lines::{LineFilter, LineSort, insert, list_budget_lines};
use crate::budgets::{grants, record, shares};
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::schema::lines;
use crate::stamp::Stamp;

/// The most lines that are copied at once.
const LINES_MAX: u32 = 2_000;

/// What is to be copied, checked on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearCopy {
    /// From this year,
    pub from: i32,
    /// into that one.
    pub to: i32,
    /// By how much every amount changes.
    pub change: Option<Percentage>,
    /// Also where the year has lines already.
    pub beside: bool,
}

/// Copies the lines of a year with what is planned on them. A grant is one decision, so each funder gets a new grant
/// without one: nothing is granted yet.
///
/// # Errors
/// `year_has_lines` where the target has some and they are not to stay beside, `reference_unknown` where there is nothing
/// to copy, `out_of_range` for a year outside the budget's period.
pub fn copy_plan_year(conn: &mut Conn, stamp: &Stamp<'_>, setting: Setting, copy: YearCopy) -> StoreResult<()> {
    touch(conn, setting.budget, None)?;
    let there: i64 = lines::table
        .filter(lines::budget_id.eq(setting.budget.db()).and(lines::year.eq(copy.to)))
        .count()
        .get_result(conn)?;
    if there > 0 && !copy.beside {
        let detail = format!(
            "{} has lines already ({there}); with `beside` the copies stand beside them.",
            copy.to
        );
        return Err(DomainError::new(Code::YearHasLines, detail).into());
    }
    let request = PageRequest {
        limit: LINES_MAX,
        after: None,
        sort: LineSort::Position,
        direction: Direction::Ascending,
        count: false,
    };
    let filter = LineFilter {
        year: Some(copy.from),
        ..LineFilter::default()
    };
    let page = list_budget_lines(conn, setting.budget, &filter, &request)?;
    if page.items.is_empty() {
        let detail = format!("{} has no lines to copy.", copy.from);
        return Err(Fault::new(Code::ReferenceUnknown, "/from_year", detail).into());
    }
    if page.last.is_some() {
        let detail = format!("At most {LINES_MAX} lines are copied at once.");
        return Err(Fault::new(Code::TooMany, "/from_year", detail).into());
    }
    let raise = |minor: i64| copy.change.map_or(minor, |change| change.raise(minor));
    let (period, categories, axes) = get_vocabulary(conn, setting.budget)?;
    let mut copies: BTreeMap<GrantId, GrantId> = BTreeMap::new();
    let mut made: Vec<LineId> = Vec::new();
    for source in &page.items {
        let content = LineContent {
            year: copy.to,
            cost: source.cost.map(|cost| Money::new(raise(cost.minor), cost.currency)),
            ..source.content()
        };
        check_line(&content, &categories, &axes, period).map_err(|mut faults| {
            let renamed = faults.0.iter_mut().filter(|fault| fault.pointer == "/year");
            renamed.for_each(|fault| fault.pointer = "/to_year".to_owned());
            StoreError::from(faults)
        })?;
        let line = insert(conn, stamp, setting, &content)?;
        for share in &source.grants {
            let grant = match copies.get(&share.grant) {
                Some(grant) => *grant,
                None => copied(conn, stamp, setting, share.grant)?,
            };
            copies.insert(share.grant, grant);
            let part = Share {
                planned: raise(share.planned.minor),
                granted: 0,
            };
            let key = (line, grant);
            shares::open(
                conn,
                stamp,
                setting.programme,
                setting.budget,
                key,
                setting.policy,
                part,
            )?;
        }
        made.push(line);
    }
    record(
        conn,
        stamp,
        setting.programme,
        Operation::CopyPlanYear,
        "plan",
        setting.budget,
        Value::Null,
        &json!({"from": copy.from, "to": copy.to, "change": copy.change.map(|change| change.to_string()), "lines": made}),
    )
}

/// A grant of the same funder, kind, currency and payment, without a decision.
fn copied(conn: &mut Conn, stamp: &Stamp<'_>, setting: Setting, of: GrantId) -> StoreResult<GrantId> {
    let source = grants::get_grant(conn, of)?;
    let content = GrantContent {
        reference: None,
        decided_on: None,
        expires_on: None,
        ..source.content()
    };
    grants::insert(conn, stamp, setting, &content, "")
}
