//! Versions of a plan: append-only, numbered from 0, the original.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::budgets::plan::PlanVersionKind;
use parvis_domain::budgets::rates::Rate;
use parvis_domain::ids::{BudgetId, LineId, PlanVersionId, ProgrammeId, RateId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, Currency, DomainError, LocalisedText, Money};
use serde::{Deserialize, Serialize};

use crate::columns::{Instant, IntoDb, Json, json, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreError, StoreResult};
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::{budgets, lines, plan_versions};
use crate::stamp::Stamp;

/// A version of a plan.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = plan_versions)]
pub struct PlanVersion {
    /// Its identifier.
    pub id: PlanVersionId,
    /// Its number, 0 for the original.
    pub number: i32,
    /// How it came about.
    pub kind: PlanVersionKind,
    /// Why.
    pub reason: Option<String>,
    /// From which day on.
    pub booked_on: Option<NaiveDate>,
    /// The role of whoever made it.
    pub role: Option<String>,
    /// The exchange rates that were frozen with it.
    #[diesel(deserialize_as = Json<Vec<FrozenRate>>)]
    pub rates: Vec<FrozenRate>,
    /// When it was recorded.
    #[diesel(deserialize_as = Instant)]
    pub recorded_at: DateTime<Utc>,
}

/// An exchange rate as it was when a plan was submitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenRate {
    /// The rate that it was.
    pub id: RateId,
    /// One unit of this currency…
    pub from: Currency,
    /// …is so much of that one:
    pub to: Currency,
    /// above the line,
    pub numerator: i64,
    /// below the line.
    pub denominator: i64,
    /// The day that it was published for.
    pub valid_on: NaiveDate,
    /// Who published it.
    pub source: String,
}

impl FrozenRate {
    /// The rate itself, none where it is not above zero, which the checks on its way in prevent.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        Rate::new(self.numerator, self.denominator)
    }
}

/// What a line cost in a version, and what it said of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LineCost {
    pub line: LineId,
    pub minor: Option<i64>,
    pub currency: Option<Currency>,
    /// None in versions that were recorded before these words were kept with them.
    #[serde(default)]
    pub words: Option<KeptWords>,
}

/// The words of a line in a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptWords {
    pub title: Option<LocalisedText>,
    pub category: String,
    pub axis: Option<String>,
    pub year: i32,
}

impl LineCost {
    pub fn money(&self) -> Option<Money> {
        let (minor, currency) = self.minor.zip(self.currency)?;
        Some(Money::new(minor, currency))
    }
}

/// A version that is to be recorded.
#[derive(Debug)]
pub(in crate::budgets) struct NewVersion<'a> {
    pub programme: ProgrammeId,
    pub budget: BudgetId,
    pub number: i32,
    pub kind: PlanVersionKind,
    pub reason: Option<&'a str>,
    pub booked_on: Option<NaiveDate>,
    pub role: Option<&'a str>,
    pub rates: &'a [FrozenRate],
}

/// How versions are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanVersionSort {
    /// By their number.
    Number,
}

/// The versions of a plan. There are none until it is first changed: until then it is the original.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_plan_versions(
    conn: &mut Conn,
    budget: BudgetId,
    request: &PageRequest<PlanVersionSort>,
) -> StoreResult<Page<PlanVersion>> {
    let query = || {
        plan_versions::table
            .filter(plan_versions::budget_id.eq(budget.db()))
            .into_boxed::<MultiBackend>()
    };
    let total = total!(conn, request, query(), plan_versions::id);
    let select = query().select(PlanVersion::as_select());
    let rows = keyset!(select, request, plan_versions::number, plan_versions::id, i32).load(conn)?;
    Ok(paging::page(rows, request, total, |version: &PlanVersion| {
        (version.number.text(), version.id.into())
    }))
}

/// Locks the plan of a budget until the end of the transaction: what is read of it afterwards is what is changed, so that
/// whoever names no version is not told of somebody faster.
///
/// # Errors
/// Those of the database.
pub fn lock_plan(conn: &mut Conn, budget: BudgetId) -> StoreResult<()> {
    if let Conn::Postgres(c) = conn {
        let row = budgets::table.find(budget.db()).select(budgets::version);
        row.for_no_key_update().first::<i64>(c).optional()?;
    }
    Ok(())
}

/// Raises the version of the plan of a budget, which locks it until the end of the transaction. It comes before any other
/// lock.
///
/// # Errors
/// `version_stale` where it is no longer the one that was expected.
pub(in crate::budgets) fn touch(conn: &mut Conn, budget: BudgetId, expected: Option<i64>) -> StoreResult<i64> {
    let raised = diesel::update(budgets::table.find(budget.db()))
        .set(budgets::plan_version.eq(budgets::plan_version + 1))
        .returning(budgets::plan_version)
        .get_result::<i64>(conn)?;
    match expected {
        Some(expected) if raised != expected + 1 => {
            let detail = "Somebody changed the plan since you read it; read it again, then decide.";
            Err(StoreError::Domain(DomainError::new(Code::VersionStale, detail)))
        }
        _ => Ok(raised),
    }
}

fn last_number(conn: &mut Conn, budget: BudgetId) -> StoreResult<Option<i32>> {
    let numbers = plan_versions::table.filter(plan_versions::budget_id.eq(budget.db()));
    let last = numbers
        .order(plan_versions::number.desc())
        .select(plan_versions::number);
    Ok(last.first(conn).optional()?)
}

/// The number of the version to which a change of a cell belongs: what is opened before the first revision is original.
pub(in crate::budgets) fn number_for(conn: &mut Conn, budget: BudgetId, revised: bool) -> StoreResult<i32> {
    Ok(match last_number(conn, budget)? {
        Some(last) => last + 1,
        None => i32::from(revised),
    })
}

/// Begins a version of a plan that is locked: keeps the original where this is the first, and gives the number.
pub(in crate::budgets) fn begin(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    budget: BudgetId,
) -> StoreResult<i32> {
    if let Some(last) = last_number(conn, budget)? {
        return Ok(last + 1);
    }
    let original = NewVersion {
        programme,
        budget,
        number: 0,
        kind: PlanVersionKind::Original,
        reason: None,
        booked_on: None,
        role: None,
        rates: &[],
    };
    finish(conn, stamp, &original)?;
    Ok(1)
}

/// Records a version, with the lines as they stand now.
pub(in crate::budgets) fn finish(conn: &mut Conn, stamp: &Stamp<'_>, version: &NewVersion<'_>) -> StoreResult<()> {
    let costs = lines_now(conn, version.budget)?;
    let id: PlanVersionId = stamp.id();
    diesel::insert_into(plan_versions::table)
        .values((
            plan_versions::id.eq(id.db()),
            plan_versions::budget_id.eq(version.budget.db()),
            plan_versions::programme_id.eq(version.programme.db()),
            plan_versions::number.eq(version.number),
            plan_versions::kind.eq(version.kind.as_str()),
            plan_versions::reason.eq(version.reason),
            plan_versions::booked_on.eq(version.booked_on),
            plan_versions::costs.eq(json(&costs)?),
            plan_versions::rates.eq(json(&version.rates)?),
            plan_versions::role.eq(version.role),
            plan_versions::recorded_at.eq(micros(stamp.at)),
            plan_versions::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The costs and words of the lines of a budget.
fn lines_now(conn: &mut Conn, budget: BudgetId) -> StoreResult<Vec<LineCost>> {
    type Row = (
        LineId,
        Option<i64>,
        Option<Currency>,
        Option<LocalisedText>,
        String,
        Option<String>,
        i32,
    );
    let rows: Vec<Row> = lines::table
        .filter(lines::budget_id.eq(budget.db()))
        .order((lines::position, lines::id))
        .select((
            lines::id,
            lines::cost_minor,
            lines::cost_currency,
            lines::title,
            lines::category,
            lines::axis,
            lines::year,
        ))
        .load(conn)?;
    let line = |(line, minor, currency, title, category, axis, year): Row| LineCost {
        line,
        minor,
        currency,
        words: Some(KeptWords {
            title,
            category,
            axis,
            year,
        }),
    };
    Ok(rows.into_iter().map(line).collect())
}
