//! Alerts of a programme: computed when they are read, in a fixed number of statements.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::budgets::alerts::{self as domain, Alert, AlertPolicy};
use parvis_domain::budgets::reports::{self, ReportState};
use parvis_domain::budgets::tranches as rules;
use parvis_domain::budgets::{GrantKind, PaymentMode};
use parvis_domain::ids::{BudgetId, FunderReportId, GrantId, LineId, PartnerId, ProgrammeId, TrancheId};
use parvis_domain::{Currency, LocalisedText, Money};

use super::shares::ShareKey;
use super::tranches::{TrancheRow, assessed, facts_of};
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{balance_days, balances, budget_years, funder_reports, grants, lines, tranches};

/// What the money of a programme asks somebody to look at, what presses most first. `only` leaves what belongs to the
/// grants of one funder.
///
/// # Errors
/// Those of the database.
pub fn list_alerts(
    conn: &mut Conn,
    programme: ProgrammeId,
    policy: AlertPolicy,
    today: NaiveDate,
    only: Option<PartnerId>,
) -> StoreResult<Vec<Alert>> {
    let books = Books::read(conn, programme, only)?;
    let unreleased = unreleased(conn, &books, today)?;
    let mut alerts = near_limit(&books, policy);
    alerts.extend(idle(conn, &books, policy, today)?);
    alerts.extend(expiring(&books, policy, today));
    alerts.extend(owed(conn, &books, &unreleased, policy, today)?);
    alerts.extend(unreleased.iter().filter_map(|t| domain::tranche(policy, t, today)));
    domain::sort(&mut alerts);
    Ok(alerts)
}

/// A grant, as far as alerts ask.
struct Grant {
    budget: BudgetId,
    kind: GrantKind,
    currency: Currency,
    mode: PaymentMode,
    reference: Option<String>,
    expires_on: Option<NaiveDate>,
}

/// A share of a grant in a line.
struct ShareOf {
    title: Option<LocalisedText>,
    line_closed: bool,
    planned: i64,
    granted: i64,
    committed: i64,
    disbursed: i64,
}

/// The grants of a programme and their shares.
struct Books {
    programme: ProgrammeId,
    grants: BTreeMap<GrantId, Grant>,
    shares: BTreeMap<ShareKey, ShareOf>,
}

impl Books {
    fn read(conn: &mut Conn, programme: ProgrammeId, only: Option<PartnerId>) -> StoreResult<Self> {
        let closed = closed_through(conn, programme)?;
        Ok(Self {
            programme,
            grants: grants_of(conn, programme, only)?,
            shares: shares_of(conn, programme, &closed)?,
        })
    }

    /// The shares in cash, with their grants.
    fn cash(&self) -> impl Iterator<Item = (&ShareKey, &ShareOf, &Grant)> {
        let cash = self
            .shares
            .iter()
            .filter_map(|(key, share)| Some((key, share, self.grants.get(&key.1)?)));
        cash.filter(|(_, _, grant)| grant.kind == GrantKind::Cash)
    }
}

fn grants_of(
    conn: &mut Conn,
    programme: ProgrammeId,
    only: Option<PartnerId>,
) -> StoreResult<BTreeMap<GrantId, Grant>> {
    type Row = (
        GrantId,
        PartnerId,
        BudgetId,
        GrantKind,
        Currency,
        PaymentMode,
        Option<String>,
        Option<NaiveDate>,
    );
    let rows: Vec<Row> = grants::table
        .filter(grants::programme_id.eq(programme.db()))
        .select((
            grants::id,
            grants::funder_id,
            grants::budget_id,
            grants::kind,
            grants::currency,
            grants::payment_mode,
            grants::reference,
            grants::expires_on,
        ))
        .load(conn)?;
    let own = rows.into_iter().filter(|row| only.is_none_or(|funder| funder == row.1));
    let grant = |(id, _, budget, kind, currency, mode, reference, expires_on): Row| {
        let grant = Grant {
            budget,
            kind,
            currency,
            mode,
            reference,
            expires_on,
        };
        (id, grant)
    };
    Ok(own.map(grant).collect())
}

fn shares_of(
    conn: &mut Conn,
    programme: ProgrammeId,
    closed: &BTreeMap<BudgetId, i32>,
) -> StoreResult<BTreeMap<ShareKey, ShareOf>> {
    type Row = (
        LineId,
        GrantId,
        BudgetId,
        Option<LocalisedText>,
        i32,
        (i64, i64, i64, i64),
    );
    let rows: Vec<Row> = balances::table
        .inner_join(lines::table)
        .filter(balances::programme_id.eq(programme.db()))
        .select((
            balances::line_id,
            balances::grant_id,
            balances::budget_id,
            lines::title,
            lines::year,
            (
                balances::planned_minor,
                balances::granted_minor,
                balances::committed_minor,
                balances::disbursed_minor,
            ),
        ))
        .load(conn)?;
    let share = |(line, grant, budget, title, year, (planned, granted, committed, disbursed)): Row| {
        let share = ShareOf {
            title,
            line_closed: closed.get(&budget).is_some_and(|last| year <= *last),
            planned,
            granted,
            committed,
            disbursed,
        };
        ((line, grant), share)
    };
    Ok(rows.into_iter().map(share).collect())
}

fn closed_through(conn: &mut Conn, programme: ProgrammeId) -> StoreResult<BTreeMap<BudgetId, i32>> {
    let rows: Vec<(BudgetId, i32)> = budget_years::table
        .filter(budget_years::programme_id.eq(programme.db()))
        .filter(budget_years::closed_at.is_not_null())
        .order(budget_years::year)
        .select((budget_years::budget_id, budget_years::year))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Lines in cash, per currency: what two grants in one currency leave on a line is one limit.
fn near_limit(books: &Books, policy: AlertPolicy) -> Vec<Alert> {
    let mut of_lines: BTreeMap<(LineId, Currency), domain::LineCash> = BTreeMap::new();
    for ((line, _), share, grant) in books.cash().filter(|(_, share, _)| !share.line_closed) {
        let cash = of_lines
            .entry((*line, grant.currency))
            .or_insert_with(|| domain::LineCash {
                budget: grant.budget,
                line: *line,
                title: share.title.clone(),
                planned: Money::new(0, grant.currency),
                committed: 0,
            });
        cash.planned.minor += share.planned;
        cash.committed += share.committed;
    }
    of_lines
        .values()
        .filter_map(|cash| domain::line_near_limit(policy, cash))
        .collect()
}

/// Shares on which something is committed and not disbursed, with the days on which it was committed.
fn idle(conn: &mut Conn, books: &Books, policy: AlertPolicy, today: NaiveDate) -> StoreResult<Vec<Alert>> {
    let own = grants::table
        .filter(grants::programme_id.eq(books.programme.db()))
        .select(grants::id);
    let rows: Vec<(LineId, GrantId, NaiveDate, i64)> = balance_days::table
        .filter(balance_days::grant_id.eq_any(own))
        .filter(balance_days::committed_minor.ne(0))
        .order(balance_days::day)
        .select((
            balance_days::line_id,
            balance_days::grant_id,
            balance_days::day,
            balance_days::committed_minor,
        ))
        .load(conn)?;
    let mut days: BTreeMap<ShareKey, Vec<(NaiveDate, i64)>> = BTreeMap::new();
    for (line, grant, day, change) in rows {
        days.entry((line, grant)).or_default().push((day, change));
    }
    let open = books.cash().filter(|(_, share, _)| share.committed > share.disbursed);
    let alert = |(key, share, grant): (&ShareKey, &ShareOf, &Grant)| {
        let share = domain::ShareCommitments {
            budget: grant.budget,
            line: key.0,
            title: share.title.clone(),
            grant: key.1,
            days: days.remove(key).unwrap_or_default(),
            disbursed: Money::new(share.disbursed, grant.currency),
        };
        domain::commitment_idle(policy, &share, today)
    };
    Ok(open.filter_map(alert).collect())
}

fn expiring(books: &Books, policy: AlertPolicy, today: NaiveDate) -> Vec<Alert> {
    let mut sums: BTreeMap<GrantId, (i64, i64)> = BTreeMap::new();
    for ((_, grant), share, _) in books.cash() {
        let (granted, disbursed) = sums.entry(*grant).or_default();
        *granted += share.granted;
        *disbursed += share.disbursed;
    }
    let alert = |(id, (granted, disbursed)): (GrantId, (i64, i64))| {
        let grant = books.grants.get(&id)?;
        let expiring = domain::Expiring {
            budget: grant.budget,
            grant: id,
            reference: grant.reference.clone(),
            expires_on: grant.expires_on?,
            granted: Money::new(granted, grant.currency),
            disbursed,
        };
        domain::grant_expires(policy, &expiring, today)
    };
    sums.into_iter().filter_map(alert).collect()
}

/// The tranches that are not released, in their order, with the state of their conditions.
fn unreleased(conn: &mut Conn, books: &Books, today: NaiveDate) -> StoreResult<Vec<domain::Unreleased>> {
    let rows: Vec<TrancheRow> = tranches::table
        .filter(tranches::programme_id.eq(books.programme.db()))
        .filter(tranches::released_on.is_null().and(tranches::archived_at.is_null()))
        .order((tranches::grant_id, tranches::position, tranches::id))
        .select(TrancheRow::as_select())
        .load(conn)?;
    let in_use = |row: &TrancheRow| {
        let grant = books.grants.get(&row.grant_id);
        grant.is_some_and(|grant| grant.mode == PaymentMode::Instalments)
    };
    let rows: Vec<TrancheRow> = rows.into_iter().filter(in_use).collect();
    let of: BTreeSet<GrantId> = rows.iter().map(|row| row.grant_id).collect();
    let known = facts_of(conn, &of, rows.iter().flat_map(TrancheRow::conditions), today)?;
    let nothing = rules::Facts::default();
    let tranche = |row: TrancheRow| {
        let grant = books.grants.get(&row.grant_id)?;
        let known = known.get(&row.grant_id).unwrap_or(&nothing);
        let stand = assessed(row.conditions(), known, today);
        let (all, missing): (Vec<_>, Vec<_>) = stand
            .into_iter()
            .map(|(_, a)| (a.clone(), (!a.met).then_some(a.explanation)))
            .unzip();
        Some(domain::Unreleased {
            budget: grant.budget,
            tranche: row.id,
            title: row.title,
            grant: row.grant_id,
            due_on: row.due_on,
            amount: Money::new(row.amount_minor, grant.currency),
            state: rules::state(None, &all),
            missing: missing.into_iter().flatten().collect(),
        })
    };
    Ok(rows.into_iter().filter_map(tranche).collect())
}

/// Reports that are with nobody: owed, or sent back.
fn owed(
    conn: &mut Conn,
    books: &Books,
    unreleased: &[domain::Unreleased],
    policy: AlertPolicy,
    today: NaiveDate,
) -> StoreResult<Vec<Alert>> {
    type Row = (
        FunderReportId,
        GrantId,
        LocalisedText,
        NaiveDate,
        (Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>),
    );
    let rows: Vec<Row> = funder_reports::table
        .filter(funder_reports::programme_id.eq(books.programme.db()))
        .filter(
            funder_reports::accepted_on
                .is_null()
                .and(funder_reports::archived_at.is_null()),
        )
        .select((
            funder_reports::id,
            funder_reports::grant_id,
            funder_reports::title,
            funder_reports::due_on,
            (
                funder_reports::submitted_on,
                funder_reports::accepted_on,
                funder_reports::returned_on,
            ),
        ))
        .load(conn)?;
    let alert = |(report, grant, title, due_on, (submitted, accepted, returned)): Row| {
        let state = reports::state(submitted, accepted, returned);
        let owed = matches!(state, ReportState::Due | ReportState::Returned);
        let of = books.grants.get(&grant).filter(|_| owed)?;
        let next: Option<(TrancheId, Money)> = unreleased
            .iter()
            .find(|tranche| tranche.grant == grant)
            .map(|tranche| (tranche.tranche, tranche.amount));
        let report = domain::Owed {
            budget: of.budget,
            report,
            title,
            grant,
            due_on,
            next,
        };
        domain::report_due(policy, &report, today)
    };
    Ok(rows.into_iter().filter_map(alert).collect())
}
