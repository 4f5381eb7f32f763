//! Reading a plan: the same number of statements whatever its size.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::cofinancing::{
    self, Bound, CategoryTarget, CheckedRule, CofinancingRule, Demand, Evaluation, Rates,
};
use parvis_domain::budgets::plan::{Cell, CellKey, Funder, Hypothesis, Plan, PlanGrant, PlanLine, PlanVersionKind};
use parvis_domain::ids::{BudgetId, GrantId, LineId, PartnerId, ProgrammeId};
use parvis_domain::partners::PartnerKind;
use parvis_domain::templates::Category;
use parvis_domain::{Code, Currency, Fault, Faults, LocalisedText, Money};

use super::versions::{FrozenRate, LineCost, PlanVersion};
use crate::budgets::rates;
use crate::columns::{IntoDb, Json, db_ids};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::schema::{balances, budgets, grants, lines, partners, plan_revisions, plan_versions, programmes};

/// A plan with everything that it is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanState {
    /// The plan.
    pub plan: Plan,
    /// The version of the budget's plan as it stands, raised by every change.
    pub plan_version: i64,
    /// The version that was read, where one was asked for.
    pub version: Option<i32>,
    /// The last submission up to it.
    pub submission: Option<PlanVersion>,
    /// The plan of that submission.
    pub submitted: Option<Plan>,
    /// Categories of the programme.
    pub categories: Vec<Category>,
    /// Targets and ceilings of the budget.
    pub targets: Vec<CategoryTarget>,
    /// The rules of the programme, then those that follow from targets.
    pub rules: Vec<CheckedRule>,
    /// The rates that count: those of the submission, and the latest where it has none.
    pub rates: Vec<FrozenRate>,
}

impl PlanState {
    /// The rates for conversions.
    #[must_use]
    pub fn conversion(&self) -> Rates {
        let pairs = self
            .rates
            .iter()
            .filter_map(|rate| Some(((rate.from, rate.to), rate.rate()?)));
        Rates(pairs.collect())
    }

    /// Holds the plan against the rules.
    #[must_use]
    pub fn evaluate(&self) -> Vec<Evaluation> {
        cofinancing::evaluate(&self.plan, &self.rules, &self.conversion(), self.submitted.as_ref())
    }

    /// What one funder sees of it: its own share, and no cost, so that the shares of others cannot be worked out.
    #[must_use]
    pub fn only(mut self, funder: PartnerId) -> Self {
        self.plan.grants.retain(|grant| grant.funder == funder);
        self.plan.funders.retain(|have| have.id == funder);
        let grants: BTreeSet<GrantId> = self.plan.grants.iter().map(|grant| grant.id).collect();
        self.plan.cells.retain(|(_, grant), _| grants.contains(grant));
        self.plan.lines.iter_mut().for_each(|line| line.cost = None);
        self.rules.clear();
        self
    }
}

/// The version of the plan of a budget, for comparing it with the one that a client has.
///
/// # Errors
/// `not_found`.
pub fn plan_version(conn: &mut Conn, budget: BudgetId) -> StoreResult<i64> {
    Ok(budgets::table
        .find(budget.db())
        .select(budgets::plan_version)
        .first(conn)?)
}

/// The plan of a budget, as it stands or as it stood in a version.
///
/// # Errors
/// `reference_unknown` for a version that there is not.
pub fn get_plan(conn: &mut Conn, budget: BudgetId, version: Option<i32>, today: NaiveDate) -> StoreResult<PlanState> {
    type Head = (
        ProgrammeId,
        Currency,
        i64,
        Json<Vec<CategoryTarget>>,
        Json<Vec<Category>>,
        Json<Vec<CofinancingRule>>,
    );
    let head = budgets::table
        .inner_join(programmes::table)
        .filter(budgets::id.eq(budget.db()));
    let (programme, currency, plan_version, targets, categories, rules): Head = head
        .select((
            budgets::programme_id,
            budgets::currency,
            budgets::plan_version,
            budgets::targets,
            programmes::categories,
            programmes::cofinancing,
        ))
        .first(conn)?;
    let (targets, categories) = (targets.0, categories.0);
    let rules = checked_rules(&rules.0, &targets, &categories)?;
    let now = whole(conn, budget, currency, &categories)?;
    let plan = match version {
        Some(number) => {
            let costs = costs_of(conn, budget, number)?;
            as_it_stood(&now, cells_of(conn, budget, number)?, costs.as_deref(), &categories)
        }
        None => now.clone(),
    };
    let submission = submission_of(conn, budget, version)?;
    let submitted = match &submission {
        Some((submission, costs)) => {
            let cells = cells_of(conn, budget, submission.number)?;
            Some(as_it_stood(&now, cells, Some(costs), &categories))
        }
        None => None,
    };
    let submission = submission.map(|(submission, _)| submission);
    let frozen = submission
        .as_ref()
        .map(|submission| submission.rates.clone())
        .unwrap_or_default();
    let rates = counting(frozen, latest(conn, programme, currency, &rules, today)?);
    Ok(PlanState {
        plan,
        plan_version,
        version,
        submission,
        submitted,
        categories,
        targets,
        rules,
        rates,
    })
}

/// The plan as it would be with some lines, grants and cells. Nothing is written.
///
/// # Errors
/// Those of [`Plan::assuming`]; `reference_unknown` for a funder that does not exist.
pub fn simulate_plan(conn: &mut Conn, mut state: PlanState, mut hypothesis: Hypothesis) -> StoreResult<PlanState> {
    let ids = db_ids(hypothesis.grants.iter().map(|grant| grant.funder));
    let found: Vec<(PartnerId, String, PartnerKind)> = partners::table
        .filter(partners::id.eq_any(ids))
        .select((partners::id, partners::name, partners::kind))
        .load(conn)?;
    hypothesis.funders = found
        .into_iter()
        .map(|(id, name, kind)| Funder { id, name, kind })
        .collect();
    let mut faults = Faults::new();
    for (i, grant) in hypothesis.grants.iter().enumerate() {
        if !hypothesis.funders.iter().any(|funder| funder.id == grant.funder) {
            let pointer = format!("/grants/{i}/funder_id");
            faults.add(Code::ReferenceUnknown, pointer, "There is no such partner.");
        }
    }
    for (i, line) in hypothesis.lines.iter_mut().enumerate() {
        match state.categories.iter().find(|category| category.code == line.category) {
            Some(category) => line.kind = category.kind.unwrap_or(GrantKind::Cash),
            None => faults.add(
                Code::ReferenceUnknown,
                format!("/lines/{i}/category"),
                format!("The programme has no category {}.", line.category),
            ),
        }
    }
    let plan = faults.keep_all(state.plan.clone().assuming(hypothesis));
    state.plan = faults.finish(plan)?;
    Ok(state)
}

/// The rules of a programme and what follows from the targets of a budget. They were checked on their way in.
fn checked_rules(
    rules: &[CofinancingRule],
    targets: &[CategoryTarget],
    categories: &[Category],
) -> StoreResult<Vec<CheckedRule>> {
    let codes: Vec<&str> = categories.iter().map(|category| category.code.as_str()).collect();
    let broken = |faults: Faults| StoreError::Internal(format!("a stored rule is broken: {:?}", faults.0));
    let mut checked = cofinancing::check_rules("", rules, &codes).map_err(broken)?;
    checked.extend(cofinancing::check_targets("", targets).map_err(broken)?);
    Ok(checked)
}

/// Lines, grants, funders and cells as they are now.
fn whole(conn: &mut Conn, budget: BudgetId, currency: Currency, categories: &[Category]) -> StoreResult<Plan> {
    type LineRow = (
        LineId,
        Option<LocalisedText>,
        String,
        Option<String>,
        i32,
        Option<i64>,
        Option<Currency>,
    );
    type GrantRow = (
        GrantId,
        GrantKind,
        Currency,
        Option<String>,
        Option<NaiveDate>,
        PartnerId,
        String,
        PartnerKind,
    );
    let kinds: BTreeMap<&str, GrantKind> = categories
        .iter()
        .filter_map(|category| Some((category.code.as_str(), category.kind?)))
        .collect();
    let rows: Vec<LineRow> = lines::table
        .filter(lines::budget_id.eq(budget.db()))
        .order((lines::position, lines::id))
        .select((
            lines::id,
            lines::title,
            lines::category,
            lines::axis,
            lines::year,
            lines::cost_minor,
            lines::cost_currency,
        ))
        .load(conn)?;
    let line = |(id, title, category, axis, year, minor, currency): LineRow| PlanLine {
        kind: kinds.get(category.as_str()).copied().unwrap_or(GrantKind::Cash),
        id,
        title,
        category,
        axis,
        year,
        cost: minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
    };
    let given: Vec<GrantRow> = grants::table
        .inner_join(partners::table)
        .filter(grants::budget_id.eq(budget.db()))
        .order((grants::created_at, grants::id))
        .select((
            grants::id,
            grants::kind,
            grants::currency,
            grants::reference,
            grants::withdrawn_on,
            partners::id,
            partners::name,
            partners::kind,
        ))
        .load(conn)?;
    let mut plan = Plan {
        currency,
        lines: rows.into_iter().map(line).collect(),
        grants: Vec::new(),
        funders: Vec::new(),
        cells: current_cells(conn, budget)?,
    };
    for (id, kind, currency, reference, withdrawn_on, funder, name, funder_kind) in given {
        if plan.funder(funder).is_none() {
            plan.funders.push(Funder {
                id: funder,
                name,
                kind: funder_kind,
            });
        }
        plan.grants.push(PlanGrant {
            id,
            funder,
            kind,
            currency,
            reference,
            withdrawn_on,
        });
    }
    Ok(plan)
}

fn current_cells(conn: &mut Conn, budget: BudgetId) -> StoreResult<BTreeMap<CellKey, Cell>> {
    let rows: Vec<(LineId, GrantId, i64, i64)> = balances::table
        .filter(balances::budget_id.eq(budget.db()))
        .select((
            balances::line_id,
            balances::grant_id,
            balances::planned_minor,
            balances::granted_minor,
        ))
        .load(conn)?;
    Ok(cells(rows))
}

/// The cells as the changes up to a version make them.
fn cells_of(conn: &mut Conn, budget: BudgetId, number: i32) -> StoreResult<BTreeMap<CellKey, Cell>> {
    // A sum of BIGINT is NUMERIC, which SQLite would read as a float: it is cast back to whole units.
    let planned = sql::<BigInt>("CAST(SUM(planned_minor) AS BIGINT)");
    let granted = sql::<BigInt>("CAST(SUM(granted_minor) AS BIGINT)");
    let rows: Vec<(LineId, GrantId, i64, i64)> = plan_revisions::table
        .filter(plan_revisions::budget_id.eq(budget.db()))
        .filter(plan_revisions::version_number.le(number))
        .group_by((plan_revisions::line_id, plan_revisions::grant_id))
        .select((plan_revisions::line_id, plan_revisions::grant_id, planned, granted))
        .load(conn)?;
    Ok(cells(rows))
}

fn cells(rows: Vec<(LineId, GrantId, i64, i64)>) -> BTreeMap<CellKey, Cell> {
    let cell = |(line, grant, planned, granted)| ((line, grant), Cell { planned, granted });
    rows.into_iter().map(cell).collect()
}

/// The costs of the lines in a version; none for the original of a plan that was never changed.
fn costs_of(conn: &mut Conn, budget: BudgetId, number: i32) -> StoreResult<Option<Vec<LineCost>>> {
    let version = plan_versions::table
        .filter(
            plan_versions::budget_id
                .eq(budget.db())
                .and(plan_versions::number.eq(number)),
        )
        .select(plan_versions::costs);
    let costs: Option<Json<Vec<LineCost>>> = version.first(conn).optional()?;
    if costs.is_none() && number != 0 {
        let detail = format!("The plan has no version {number}; list its versions to see which it has.");
        return Err(Fault::new(Code::ReferenceUnknown, "version", detail).into());
    }
    Ok(costs.map(|costs| costs.0))
}

/// The last submission, up to a version where one is asked for, with the costs of the lines in it.
fn submission_of(
    conn: &mut Conn,
    budget: BudgetId,
    up_to: Option<i32>,
) -> StoreResult<Option<(PlanVersion, Vec<LineCost>)>> {
    let query = plan_versions::table
        .filter(plan_versions::budget_id.eq(budget.db()))
        .filter(plan_versions::kind.eq(PlanVersionKind::Submission.as_str()))
        .filter(plan_versions::number.le(up_to.unwrap_or(i32::MAX)))
        .order(plan_versions::number.desc())
        .select((PlanVersion::as_select(), plan_versions::costs));
    let found: Option<(PlanVersion, Json<Vec<LineCost>>)> = query.first(conn).optional()?;
    Ok(found.map(|(version, costs)| (version, costs.0)))
}

/// A plan with the cells and lines of a version: lines and grants that came later are not in it.
fn as_it_stood(now: &Plan, cells: BTreeMap<CellKey, Cell>, kept: Option<&[LineCost]>, categories: &[Category]) -> Plan {
    let mut plan = Plan { cells, ..now.clone() };
    if let Some(kept) = kept {
        let kept: BTreeMap<LineId, &LineCost> = kept.iter().map(|line| (line.line, line)).collect();
        plan.lines.retain(|line| kept.contains_key(&line.id));
        for line in &mut plan.lines {
            if let Some(kept) = kept.get(&line.id) {
                put_back(line, kept, categories);
            }
        }
    }
    let granted: BTreeSet<GrantId> = plan.cells.keys().map(|(_, grant)| *grant).collect();
    plan.grants.retain(|grant| granted.contains(&grant.id));
    let funders: BTreeSet<PartnerId> = plan.grants.iter().map(|grant| grant.funder).collect();
    plan.funders.retain(|funder| funders.contains(&funder.id));
    plan
}

/// Sets a line to what it cost and said of itself in a version.
fn put_back(line: &mut PlanLine, kept: &LineCost, categories: &[Category]) {
    line.cost = kept.money();
    let Some(words) = &kept.words else { return };
    let category = categories.iter().find(|category| category.code == words.category);
    line.kind = category.and_then(|category| category.kind).unwrap_or(GrantKind::Cash);
    line.title.clone_from(&words.title);
    line.category.clone_from(&words.category);
    line.axis.clone_from(&words.axis);
    line.year = words.year;
}

/// The latest published rates from and to the currencies in which rules are held: that of the budget and those of bounds.
pub(super) fn latest(
    conn: &mut Conn,
    programme: ProgrammeId,
    reporting: Currency,
    rules: &[CheckedRule],
    today: NaiveDate,
) -> StoreResult<Vec<FrozenRate>> {
    let mut currencies = BTreeSet::from([reporting]);
    currencies.extend(rules.iter().flat_map(bounds).map(|money| money.currency));
    let mut best: BTreeMap<(Currency, Currency), (NaiveDate, bool, FrozenRate)> = BTreeMap::new();
    for currency in currencies {
        for recorded in rates::published(conn, programme, currency, today, None)? {
            let rank = (recorded.valid_on, recorded.programme_id.is_some());
            let rate = FrozenRate {
                id: recorded.id,
                from: recorded.from,
                to: recorded.to,
                numerator: recorded.rate.numerator(),
                denominator: recorded.rate.denominator(),
                valid_on: recorded.valid_on,
                source: recorded.source,
            };
            let known = best.get(&(rate.from, rate.to));
            if known.is_none_or(|(day, own, _)| (*day, *own) < rank) {
                best.insert((rate.from, rate.to), (rank.0, rank.1, rate));
            }
        }
    }
    Ok(best.into_values().map(|(_, _, rate)| rate).collect())
}

fn bounds(rule: &CheckedRule) -> Vec<Money> {
    match &rule.demand {
        Demand::LineCeiling(most) => vec![*most],
        Demand::TotalCost(least, most) => least.iter().chain(most).copied().collect(),
        Demand::CategoryCeiling(_, Bound::Amount(amount)) | Demand::CategoryTarget(_, Bound::Amount(amount)) => {
            vec![*amount]
        }
        _ => Vec::new(),
    }
}

/// Frozen rates, and the latest of the pairs for which none was frozen, whichever way round.
fn counting(frozen: Vec<FrozenRate>, latest: Vec<FrozenRate>) -> Vec<FrozenRate> {
    let covered = |rate: &FrozenRate| {
        let pairs = [(rate.from, rate.to), (rate.to, rate.from)];
        frozen.iter().any(|have| pairs.contains(&(have.from, have.to)))
    };
    let others: Vec<FrozenRate> = latest.into_iter().filter(|rate| !covered(rate)).collect();
    frozen.into_iter().chain(others).collect()
}
