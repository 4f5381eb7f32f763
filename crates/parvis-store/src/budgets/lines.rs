//! Lines of a budget, each with the shares of the grants that pay for it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::plan::PlanVersionKind;
use parvis_domain::budgets::years::require_line_open;
use parvis_domain::budgets::{self as domain, GrantKind, LineContent, LineShare, Share};
use parvis_domain::ids::{BudgetId, GrantId, LineId, PartnerId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Currency, Fault, LocalisedText, Money};
use serde::Serialize;
use serde_json::Value;

use super::balances::{Balance, Of, planned_and_granted};
use super::home::Setting;
use super::{grants, plans, record, references, shares, texts, years};
use crate::columns::{Instant, IntoDb, db_ids, json, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreError, StoreResult};
use crate::events;
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::lines;
use crate::stamp::Stamp;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = lines)]
struct LineRow {
    id: LineId,
    budget_id: BudgetId,
    programme_id: ProgrammeId,
    title: Option<LocalisedText>,
    category: String,
    axis: Option<String>,
    year: i32,
    cost_minor: Option<i64>,
    cost_currency: Option<Currency>,
    position: i32,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
}

/// A line with the shares of its grants.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Its identifier.
    pub id: LineId,
    /// The budget.
    pub budget_id: BudgetId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// What it pays for.
    pub title: Option<LocalisedText>,
    /// Code of a category of the programme.
    pub category: String,
    /// Code of an axis of the programme.
    pub axis: Option<String>,
    /// The year of its plan.
    pub year: i32,
    /// What it costs, as text with its currency in the history.
    #[serde(serialize_with = "texts::optional_amount")]
    pub cost: Option<Money>,
    /// Its place in the order.
    pub position: i32,
    /// Version, raised by every change.
    #[serde(skip)]
    pub version: i64,
    /// When it was added.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// The shares of the grants on it.
    pub grants: Vec<LineShareRow>,
}

/// A grant's share of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineShareRow {
    /// The grant.
    pub grant: GrantId,
    /// Its funder.
    pub funder: PartnerId,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The plan with its revisions.
    #[serde(serialize_with = "texts::amount")]
    pub planned: Money,
    /// The decision with its amendments.
    #[serde(serialize_with = "texts::amount")]
    pub granted: Money,
}

impl Line {
    /// What it says, as a change is laid over it.
    #[must_use]
    pub fn content(&self) -> LineContent {
        LineContent {
            title: self.title.clone(),
            category: self.category.clone(),
            axis: self.axis.clone(),
            year: self.year,
            cost: self.cost,
        }
    }
}

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub struct LineFilter {
    /// Of this category.
    pub category: Option<String>,
    /// Of this axis.
    pub axis: Option<String>,
    /// Of this year.
    pub year: Option<i32>,
    /// With the shares of this funder only.
    pub only: Option<PartnerId>,
}

/// How lines are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSort {
    /// By their place in the plan.
    Position,
    /// By the year of their plan.
    Year,
}

/// The lines of a budget.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_budget_lines(
    conn: &mut Conn,
    budget: BudgetId,
    filter: &LineFilter,
    request: &PageRequest<LineSort>,
) -> StoreResult<Page<Line>> {
    let query = || {
        let mut query = lines::table
            .filter(lines::budget_id.eq(budget.db()))
            .into_boxed::<MultiBackend>();
        if let Some(category) = filter.category.clone() {
            query = query.filter(lines::category.eq(category));
        }
        if let Some(axis) = filter.axis.clone() {
            query = query.filter(lines::axis.eq(axis));
        }
        if let Some(year) = filter.year {
            query = query.filter(lines::year.eq(year));
        }
        query
    };
    let total = total!(conn, request, query(), lines::id);
    let select = || query().select(LineRow::as_select());
    let page = match request.sort {
        LineSort::Position => {
            let rows = keyset!(select(), request, lines::position, lines::id, i32).load(conn)?;
            paging::page(rows, request, total, |line: &LineRow| {
                (line.position.text(), line.id.into())
            })
        }
        LineSort::Year => {
            let rows = keyset!(select(), request, lines::year, lines::id, i32).load(conn)?;
            paging::page(rows, request, total, |line: &LineRow| {
                (line.year.text(), line.id.into())
            })
        }
    };
    let ids = db_ids(page.items.iter().map(|line| line.id));
    let shares = planned_and_granted(conn, Of::Lines(&ids), filter.only)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter()
            .map(|row| with_shares(row, &shares, filter.only))
            .collect()
    }))
}

/// One line.
///
/// # Errors
/// `not_found`.
pub fn get_budget_line(conn: &mut Conn, line: LineId, only: Option<PartnerId>) -> StoreResult<Line> {
    let row: LineRow = lines::table.find(line.db()).select(LineRow::as_select()).first(conn)?;
    let shares = planned_and_granted(conn, Of::Lines(&[line.db()]), only)?;
    Ok(with_shares(row, &shares, only))
}

/// A line with its shares. Whoever sees the shares of one funder alone sees no cost, from which the others follow.
fn with_shares(row: LineRow, shares: &[Balance], only: Option<PartnerId>) -> Line {
    let of_line = shares.iter().filter(|share| share.line == row.id);
    let cost = row.cost_minor.zip(row.cost_currency);
    let cost = cost.map(|(minor, currency)| Money::new(minor, currency));
    let share = |b: &Balance| LineShareRow {
        grant: b.grant,
        funder: b.funder,
        kind: b.terms.kind,
        planned: b.money(b.sums.planned),
        granted: b.money(b.sums.granted),
    };
    Line {
        id: row.id,
        budget_id: row.budget_id,
        programme_id: row.programme_id,
        title: row.title,
        category: row.category,
        axis: row.axis,
        year: row.year,
        cost: cost.filter(|_| only.is_none()),
        position: row.position,
        version: row.version,
        created_at: row.created_at,
        grants: of_line.map(share).collect(),
    }
}

/// Adds a line with the shares of its grants, recording those that are new.
///
/// # Errors
/// `reference_unknown` for a grant of another budget, `currency_mismatch`, `already_exists`.
pub fn create_budget_line(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    content: &LineContent,
    grants: &[LineShare],
) -> StoreResult<Line> {
    plans::touch(conn, setting.budget, None)?;
    let id = insert(conn, stamp, setting, content)?;
    for (i, grant) in grants.iter().enumerate() {
        let (grant, share) = grant_of(conn, stamp, setting, grant, i)?;
        shares::open(
            conn,
            stamp,
            setting.programme,
            setting.budget,
            (id, grant),
            setting.policy,
            share,
        )?;
    }
    let line = get_budget_line(conn, id, None)?;
    record(
        conn,
        stamp,
        setting.programme,
        Operation::CreateBudgetLine,
        "budget_line",
        id,
        Value::Null,
        &line,
    )?;
    Ok(line)
}

/// Inserts a line without shares, at the end; the caller opens them and records the event.
pub(super) fn insert(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    content: &LineContent,
) -> StoreResult<LineId> {
    let id: LineId = stamp.id();
    let last: Option<i32> = lines::table
        .filter(lines::budget_id.eq(setting.budget.db()))
        .order(lines::position.desc())
        .select(lines::position)
        .first(conn)
        .optional()?;
    diesel::insert_into(lines::table)
        .values((
            lines::id.eq(id.db()),
            lines::budget_id.eq(setting.budget.db()),
            lines::programme_id.eq(setting.programme.db()),
            lines::title.eq(content.title.as_ref().map(json).transpose()?),
            lines::category.eq(&content.category),
            lines::axis.eq(&content.axis),
            lines::year.eq(content.year),
            lines::cost_minor.eq(content.cost.map(|cost| cost.minor)),
            lines::cost_currency.eq(content.cost.map(|cost| cost.currency.code())),
            lines::position.eq(last.unwrap_or(0).saturating_add(1)),
            lines::version.eq(1_i64),
            lines::created_at.eq(micros(stamp.at)),
            lines::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    Ok(id)
}

/// The grant of a share: one that exists in the budget, or one recorded now.
fn grant_of(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    share: &LineShare,
    i: usize,
) -> StoreResult<(GrantId, Share)> {
    match share {
        LineShare::New { content, share } => {
            let grant = grants::insert(conn, stamp, setting, content, &format!("/grants/{i}"))?;
            Ok((grant, *share))
        }
        LineShare::Existing { grant, currency, share } => {
            let have = references::currency_in(conn, setting.budget, *grant, &format!("/grants/{i}/grant_id"))?;
            domain::check_currency(&format!("/grants/{i}/planned/currency"), *currency, have)?;
            references::require_giving(conn, *grant, &format!("/grants/{i}/grant_id"))?;
            Ok((*grant, *share))
        }
    }
}

/// A revision of the plan of one grant on a line, with its day.
#[derive(Debug, Clone)]
pub struct Revision {
    /// The grant.
    pub grant: GrantId,
    /// The new plan from that day on.
    pub planned: Option<Money>,
    /// The new decision from that day on.
    pub granted: Option<Money>,
    /// The day.
    pub booked_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// Changes a line that was read at its version, and revises the plan of its grants. Either makes a version of the plan.
///
/// # Errors
/// `version_stale`; `plan_below_committed` where a revision would fall below what is committed on some day, `year_closed`
/// for one with a day in a closed year, `grant_withdrawn` for an increase, `line_year_closed` where the line would move out
/// of a closed year or into one.
pub fn update_budget_line(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Line,
    content: &LineContent,
    revisions: &[Revision],
    role: Option<&str>,
) -> StoreResult<Line> {
    plans::touch(conn, before.budget_id, None)?;
    if content.year != before.year {
        let closed = years::closed_through(conn, before.budget_id)?;
        for year in [before.year, content.year] {
            require_line_open(year, closed).map_err(|fault| Fault {
                pointer: "/year".to_owned(),
                ..fault
            })?;
        }
    }
    let number = match revisions.is_empty() && *content == before.content() {
        false => Some(plans::begin(conn, stamp, before.programme_id, before.budget_id)?),
        true => None,
    };
    let row = lines::table
        .find(before.id.db())
        .filter(lines::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            lines::title.eq(content.title.as_ref().map(json).transpose()?),
            lines::category.eq(&content.category),
            lines::axis.eq(&content.axis),
            lines::year.eq(content.year),
            lines::cost_minor.eq(content.cost.map(|cost| cost.minor)),
            lines::cost_currency.eq(content.cost.map(|cost| cost.currency.code())),
            lines::version.eq(lines::version + 1),
            lines::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    // Locks are taken in the order of grants, whatever the order of the request, so that two requests never wait for
    // each other.
    let mut ordered: Vec<(usize, &Revision)> = revisions.iter().enumerate().collect();
    ordered.sort_by_key(|(_, revision)| revision.grant);
    for (i, revision) in ordered {
        revise(conn, stamp, before, i, revision)?;
    }
    if let Some(number) = number {
        let first = revisions.first();
        let version = plans::NewVersion {
            programme: before.programme_id,
            budget: before.budget_id,
            number,
            kind: PlanVersionKind::Revision,
            reason: first.map(|first| first.reason.as_str()),
            booked_on: first.map(|first| first.booked_on),
            role,
            rates: &[],
        };
        plans::finish(conn, stamp, &version)?;
    }
    let after = get_budget_line(conn, before.id, None)?;
    record(
        conn,
        stamp,
        before.programme_id,
        Operation::UpdateBudgetLine,
        "budget_line",
        before.id,
        events::value(before)?,
        &after,
    )?;
    Ok(after)
}

fn revise(conn: &mut Conn, stamp: &Stamp<'_>, line: &Line, i: usize, revision: &Revision) -> StoreResult<()> {
    let at = |name: &str| format!("/revisions/{i}/{name}");
    years::require_open(conn, line.budget_id, revision.booked_on, &at("booked_on"))?;
    let mut share = shares::lock(conn, line.budget_id, (line.id, revision.grant))
        .map_err(|error| relocate(error, &at("grant_id")))?;
    for (name, money) in [("planned", revision.planned), ("granted", revision.granted)] {
        if let Some(money) = money {
            domain::check_currency(&at(&format!("{name}/currency")), money.currency, share.terms.currency)?;
        }
    }
    let (then, _) = share.at(conn, revision.booked_on)?;
    let delta = |new: Option<Money>, old: i64| new.map_or(0, |new| new.minor - old);
    let change = Share {
        planned: delta(revision.planned, then.planned),
        granted: delta(revision.granted, then.granted),
    };
    if change.planned > 0 || change.granted > 0 {
        references::require_giving(conn, revision.grant, &at("planned"))?;
    }
    let revised = share.revise(conn, stamp, revision.booked_on, change, Some(&revision.reason));
    revised.map_err(|error| relocate(error, &at("planned")))
}

/// Points the faults of a refusal to where the request has the value.
fn relocate(error: StoreError, pointer: &str) -> StoreError {
    match error {
        StoreError::Domain(mut refusal) => {
            refusal
                .faults
                .0
                .iter_mut()
                .for_each(|fault| fault.pointer = pointer.to_owned());
            StoreError::Domain(refusal)
        }
        other => other,
    }
}
