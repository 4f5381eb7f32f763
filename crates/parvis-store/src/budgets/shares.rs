//! Shares: the part of a grant that a line gets, with its running sums.
//!
//! Every change of a share passes through [`Locked::change`]: it checks the rules of the ledger on the day of the change
//! and on every later one, and writes the totals, the sums of the day and those of the month together.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::upsert::excluded;
use parvis_domain::budgets::ledger::{self, Change, Course, Rules, Sums, Terms};
use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::budgets::{GrantKind, PaymentMode, Policy, Share};
use parvis_domain::ids::{AgreementId, BudgetId, GrantId, LineId, PartnerId, ProgrammeId};
use parvis_domain::period::EARLIEST;
use parvis_domain::{Code, Currency, DomainError, Fault};

use super::{pending, plans, tranches};
use crate::columns::{IntoDb, micros};
use crate::connection::{Conn, each};
use crate::error::{StoreError, StoreResult};
use crate::schema::{balance_days, balance_months, balances, grant_balances, grants, plan_revisions, programmes};
use crate::stamp::Stamp;

/// The eight sums of a table, in the order of [`SumsRow`].
macro_rules! sum_columns {
    ($table:ident) => {
        (
            $table::planned_minor,
            $table::granted_minor,
            $table::pledged_minor,
            $table::committed_minor,
            $table::disbursed_minor,
            $table::spent_minor,
            $table::justified_minor,
            $table::contributed_minor,
        )
    };
}
pub(super) use sum_columns;

/// The eight sums as they lie in a row.
pub(super) type SumsRow = (i64, i64, i64, i64, i64, i64, i64, i64);

/// The sums of a row.
pub(super) fn sums((planned, granted, pledged, committed, disbursed, spent, justified, contributed): SumsRow) -> Sums {
    Sums {
        planned,
        granted,
        pledged,
        committed,
        disbursed,
        spent,
        justified,
        contributed,
    }
}

/// The key of a share.
pub(super) type ShareKey = (LineId, GrantId);

/// A share whose grant is locked until the end of the transaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Locked {
    pub(super) line: LineId,
    pub(super) grant: GrantId,
    pub(super) budget: BudgetId,
    pub(super) programme: ProgrammeId,
    pub(super) funder: PartnerId,
    /// The agreement that the grant rests on.
    pub(super) agreement: Option<AgreementId>,
    pub(super) terms: Terms,
    shift: Ratio,
    totals: Sums,
}

/// Locks a share and reads it. Concurrent changes of the same share wait here.
///
/// # Errors
/// `reference_unknown` where the grant has no share of the line in this budget.
pub(super) fn lock(conn: &mut Conn, budget: BudgetId, (line, grant): ShareKey) -> StoreResult<Locked> {
    type Row = (
        BudgetId,
        ProgrammeId,
        bool,
        bool,
        SumsRow,
        (PartnerId, Option<AgreementId>),
        GrantKind,
        Currency,
        PaymentMode,
        (Option<i64>, Option<i64>),
        Policy,
    );
    lock_grant(conn, grant)?;
    let row: Option<Row> = balances::table
        .inner_join(grants::table)
        .inner_join(programmes::table)
        .filter(
            balances::line_id
                .eq(line.db())
                .and(balances::grant_id.eq(grant.db()))
                .and(balances::budget_id.eq(budget.db())),
        )
        .select((
            balances::budget_id,
            balances::programme_id,
            balances::decision_required,
            balances::strict_spending,
            sum_columns!(balances),
            (grants::funder_id, grants::agreement_id),
            grants::kind,
            grants::currency,
            grants::payment_mode,
            (grants::shift_numerator, grants::shift_denominator),
            programmes::policy,
        ))
        .first(conn)
        .optional()?;
    let Some((
        budget,
        programme,
        grant_decision,
        spent_within_disbursed,
        totals,
        (funder, agreement),
        kind,
        currency,
        mode,
        shift,
        policy,
    )) = row
    else {
        let detail =
            "The grant has no share of this line in this budget; list the lines to see which grants they have.";
        return Err(Fault::new(Code::ReferenceUnknown, "/grant_id", detail).into());
    };
    let terms = Terms {
        kind,
        currency,
        mode,
        policy: Policy {
            grant_decision,
            spent_within_disbursed,
            ..policy
        },
    };
    Ok(Locked {
        line,
        grant,
        budget,
        programme,
        funder,
        agreement,
        terms,
        shift: ratio(shift).unwrap_or_default(),
        totals: sums(totals),
    })
}

/// Locks grants in the order of their identifiers, until the end of the transaction.
///
/// # Errors
/// Those of the database.
pub(crate) fn lock_grants(conn: &mut Conn, grants: BTreeSet<GrantId>) -> StoreResult<()> {
    grants.into_iter().try_for_each(|grant| lock_grant(conn, grant))
}

/// Locks a grant with all its shares until the end of the transaction: its rules sum over them. SQLite has one writer.
pub(super) fn lock_grant(conn: &mut Conn, grant: GrantId) -> StoreResult<()> {
    if let Conn::Postgres(c) = conn {
        let row = grants::table.find(grant.db()).select(grants::version);
        row.for_update().first::<i64>(c).optional()?;
    }
    Ok(())
}

/// A ratio out of two columns.
pub(super) fn ratio((numerator, denominator): (Option<i64>, Option<i64>)) -> Option<Ratio> {
    numerator
        .zip(denominator)
        .and_then(|(numerator, denominator)| Ratio::new(numerator, denominator))
}

impl Locked {
    /// How much more than so much planned the share may take, in minor units.
    pub(super) fn shift_of(&self, planned: i64) -> i64 {
        self.shift.floor_of(planned)
    }

    /// The sums up to and including a day, and what changed on each day after it.
    pub(super) fn at(&self, conn: &mut Conn, day: NaiveDate) -> StoreResult<(Sums, Vec<(NaiveDate, Sums)>)> {
        let later = days_after(conn, self.grant, day)?;
        let own = later.into_iter().filter(|(line, ..)| *line == self.line);
        let later: Vec<_> = own.map(|(_, day, sums)| (day, sums)).collect();
        Ok((without(self.totals, &later), later))
    }

    /// What the whole grant would have committed on a day and on each later one on which something changes, with what
    /// waits for a second person, after a change on that day.
    pub(super) fn bound(&self, conn: &mut Conn, day: NaiveDate, change: i64) -> StoreResult<Vec<(NaiveDate, i64)>> {
        let (later, waiting) = (days_after(conn, self.grant, day)?, pending::of_grant(conn, self.grant)?);
        let waiting: i64 = waiting.iter().map(|(.., sums)| sums.committed.max(0)).sum();
        let on_day =
            grant_totals(conn, self.grant)?.committed - later.iter().map(|(.., sums)| sums.committed).sum::<i64>();
        let mut bound = vec![(day, on_day.saturating_add(waiting).saturating_add(change))];
        for (_, on, sums) in later {
            let so_far = bound.last().map_or(0, |(_, minor)| *minor);
            bound.push((on, so_far.saturating_add(sums.committed)));
        }
        Ok(bound)
    }

    /// Checks a change booked on a day and writes its sums.
    ///
    /// # Errors
    /// The rule of the ledger that it would break.
    pub(super) fn change(&mut self, conn: &mut Conn, day: NaiveDate, change: Sums) -> StoreResult<()> {
        let (share, grant, released) = self.check(conn, day, Change::counts(change))?;
        self.totals = share;
        let key = (self.line, self.grant);
        write_totals(conn, key, share, self.shift_of(share.planned))?;
        write_grant_totals(conn, self.grant, grant, released)?;
        add_to_day(conn, key, day, change)?;
        add_to_month(conn, key, day, change)
    }

    /// Checks a change booked on a day against the rules of the share and of the whole grant, together with what waits
    /// for a second person. Gives what would count at the end of all days, for both, and what is released of the grant.
    ///
    /// # Errors
    /// The rule of the ledger that it would break.
    pub(super) fn check(&self, conn: &mut Conn, day: NaiveDate, change: Change) -> StoreResult<(Sums, Sums, i64)> {
        let releases = match self.terms.mode {
            PaymentMode::Instalments => tranches::releases(conn, self.grant)?,
            _ => Vec::new(),
        };
        let rules = Rules {
            terms: self.terms,
            shift: self.shift,
            releases: &releases,
        };
        let (later, waiting) = (days_after(conn, self.grant, day)?, pending::of_grant(conn, self.grant)?);
        let whole =
            |all: &[(LineId, NaiveDate, Sums)]| all.iter().map(|(_, on, sums)| (*on, *sums)).collect::<Vec<_>>();
        let own = |all: &[(LineId, NaiveDate, Sums)]| {
            let own = all.iter().filter(|(line, ..)| *line == self.line);
            own.map(|(_, on, sums)| (*on, *sums)).collect::<Vec<_>>()
        };
        let (share_later, share_waiting) = (own(&later), own(&waiting));
        let (grant_later, grant_waiting) = (whole(&later), whole(&waiting));
        let course = |totals: Sums, later, pending| Course {
            before: without(totals, later),
            later,
            pending,
        };
        let share = course(self.totals, &share_later, &share_waiting);
        let grant = course(grant_totals(conn, self.grant)?, &grant_later, &grant_waiting);
        let (share, grant) = ledger::post(rules, day, share, grant, change)?;
        Ok((share, grant, releases.iter().map(|(_, minor)| minor).sum()))
    }

    /// Records a change of plan and decision, with its reason.
    pub(super) fn revise(
        &mut self,
        conn: &mut Conn,
        stamp: &Stamp<'_>,
        day: NaiveDate,
        share: Share,
        reason: Option<&str>,
    ) -> StoreResult<()> {
        self.change(
            conn,
            day,
            Sums {
                planned: share.planned,
                granted: share.granted,
                ..Sums::default()
            },
        )?;
        let number = plans::number_for(conn, self.budget, reason.is_some())?;
        let id: uuid::Uuid = stamp.id();
        diesel::insert_into(plan_revisions::table)
            .values((
                plan_revisions::id.eq(id.db()),
                plan_revisions::line_id.eq(self.line.db()),
                plan_revisions::grant_id.eq(self.grant.db()),
                plan_revisions::budget_id.eq(self.budget.db()),
                plan_revisions::programme_id.eq(self.programme.db()),
                plan_revisions::booked_on.eq(day),
                plan_revisions::planned_minor.eq(share.planned),
                plan_revisions::granted_minor.eq(share.granted),
                plan_revisions::reason.eq(reason),
                plan_revisions::recorded_at.eq(micros(stamp.at)),
                plan_revisions::recorded_by.eq(stamp.actor.map(IntoDb::db)),
                plan_revisions::version_number.eq(number),
            ))
            .execute(conn)?;
        Ok(())
    }
}

/// What each day after a day changed of the shares of a grant, in the order of days.
fn days_after(conn: &mut Conn, grant: GrantId, day: NaiveDate) -> StoreResult<Vec<(LineId, NaiveDate, Sums)>> {
    let rows: Vec<(LineId, NaiveDate, SumsRow)> = balance_days::table
        .filter(balance_days::grant_id.eq(grant.db()).and(balance_days::day.gt(day)))
        .order((balance_days::day, balance_days::line_id))
        .select((balance_days::line_id, balance_days::day, sum_columns!(balance_days)))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(line, day, row)| (line, day, sums(row)))
        .collect())
}

/// Totals without what later days changed.
fn without(totals: Sums, later: &[(NaiveDate, Sums)]) -> Sums {
    later.iter().fold(totals, |sum, (_, change)| sum.plus(change.negated()))
}

fn grant_totals(conn: &mut Conn, grant: GrantId) -> StoreResult<Sums> {
    let row: SumsRow = grant_balances::table
        .find(grant.db())
        .select(sum_columns!(grant_balances))
        .first(conn)?;
    Ok(sums(row))
}

/// Sets which part of its plan each share of a grant may exceed, where every day of every share stands it. The caller
/// checks the version of the grant and appends the event.
///
/// # Errors
/// The rule that a share would break with the narrower shift.
pub(super) fn set_shift(conn: &mut Conn, budget: BudgetId, grant: GrantId, shift: Option<Ratio>) -> StoreResult<()> {
    lock_grant(conn, grant)?;
    diesel::update(grants::table.find(grant.db()))
        .set((
            grants::shift_numerator.eq(shift.map(Ratio::numerator)),
            grants::shift_denominator.eq(shift.map(Ratio::denominator)),
        ))
        .execute(conn)?;
    let lines: Vec<LineId> = balances::table
        .filter(balances::grant_id.eq(grant.db()))
        .order(balances::line_id)
        .select(balances::line_id)
        .load(conn)?;
    for line in lines {
        let share = lock(conn, budget, (line, grant))?;
        let (before, later) = share.at(conn, EARLIEST)?;
        let waiting = pending::of_grant(conn, grant)?.into_iter();
        let waiting = waiting.filter(|(at, ..)| *at == line).map(|(_, on, sums)| (on, sums));
        let rules = Rules {
            terms: share.terms,
            shift: share.shift,
            releases: &[],
        };
        let course = Course {
            before,
            later: &later,
            pending: &waiting.collect::<Vec<_>>(),
        };
        ledger::verify(rules, EARLIEST, course)?;
        write_totals(conn, (line, grant), share.totals, share.shift_of(share.totals.planned))?;
    }
    Ok(())
}

/// Opens a share with its original plan, which counts from the beginning of all dates.
pub(super) fn open(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    budget: BudgetId,
    (line, grant): ShareKey,
    policy: Policy,
    share: Share,
) -> StoreResult<()> {
    diesel::insert_into(balances::table)
        .values((
            balances::line_id.eq(line.db()),
            balances::grant_id.eq(grant.db()),
            balances::budget_id.eq(budget.db()),
            balances::programme_id.eq(programme.db()),
            balances::decision_required.eq(policy.grant_decision),
            balances::strict_spending.eq(policy.spent_within_disbursed),
        ))
        .execute(conn)?;
    open_grant(conn, programme, budget, grant, policy)?;
    lock(conn, budget, (line, grant))?.revise(conn, stamp, EARLIEST, share, None)
}

/// The row of the sums of a grant, made with its first share.
fn open_grant(
    conn: &mut Conn,
    programme: ProgrammeId,
    budget: BudgetId,
    grant: GrantId,
    policy: Policy,
) -> StoreResult<()> {
    let mode: PaymentMode = grants::table
        .find(grant.db())
        .select(grants::payment_mode)
        .first(conn)?;
    let row = (
        grant_balances::grant_id.eq(grant.db()),
        grant_balances::budget_id.eq(budget.db()),
        grant_balances::programme_id.eq(programme.db()),
        grant_balances::payment_mode.eq(mode.as_str()),
        grant_balances::decision_required.eq(policy.grant_decision),
        grant_balances::strict_spending.eq(policy.spent_within_disbursed),
    );
    each!(conn, c => diesel::insert_into(grant_balances::table)
        .values(row)
        .on_conflict(grant_balances::grant_id)
        .do_nothing()
        .execute(c))?;
    Ok(())
}

/// A guarded update that found no row was overtaken by another.
pub(super) fn require_changed(rows: usize) -> StoreResult<()> {
    if rows == 1 {
        return Ok(());
    }
    let detail = "Somebody changed it since you read it; read it again, then decide.";
    Err(StoreError::Domain(DomainError::new(Code::VersionStale, detail)))
}

fn write_totals(conn: &mut Conn, (line, grant): ShareKey, totals: Sums, shift: i64) -> StoreResult<()> {
    diesel::update(balances::table.find((line.db(), grant.db())))
        .set((
            balances::shift_minor.eq(shift),
            balances::planned_minor.eq(totals.planned),
            balances::granted_minor.eq(totals.granted),
            balances::pledged_minor.eq(totals.pledged),
            balances::committed_minor.eq(totals.committed),
            balances::disbursed_minor.eq(totals.disbursed),
            balances::spent_minor.eq(totals.spent),
            balances::justified_minor.eq(totals.justified),
            balances::contributed_minor.eq(totals.contributed),
        ))
        .execute(conn)?;
    Ok(())
}

fn write_grant_totals(conn: &mut Conn, grant: GrantId, totals: Sums, released: i64) -> StoreResult<()> {
    diesel::update(grant_balances::table.find(grant.db()))
        .set((
            grant_balances::released_minor.eq(released),
            grant_balances::planned_minor.eq(totals.planned),
            grant_balances::granted_minor.eq(totals.granted),
            grant_balances::pledged_minor.eq(totals.pledged),
            grant_balances::committed_minor.eq(totals.committed),
            grant_balances::disbursed_minor.eq(totals.disbursed),
            grant_balances::spent_minor.eq(totals.spent),
            grant_balances::justified_minor.eq(totals.justified),
            grant_balances::contributed_minor.eq(totals.contributed),
        ))
        .execute(conn)?;
    Ok(())
}

/// Adds a change to the row of its day or month, which is made where there is none.
macro_rules! add {
    ($conn:expr, $key:expr, $table:ident, $date:ident, $on:expr, $change:expr) => {{
        let (line, grant) = $key;
        let row = (
            $table::line_id.eq(line.db()),
            $table::grant_id.eq(grant.db()),
            $table::$date.eq($on),
            $table::planned_minor.eq($change.planned),
            $table::granted_minor.eq($change.granted),
            $table::pledged_minor.eq($change.pledged),
            $table::committed_minor.eq($change.committed),
            $table::disbursed_minor.eq($change.disbursed),
            $table::spent_minor.eq($change.spent),
            $table::justified_minor.eq($change.justified),
            $table::contributed_minor.eq($change.contributed),
        );
        each!($conn, c => diesel::insert_into($table::table)
            .values(row)
            .on_conflict(($table::line_id, $table::grant_id, $table::$date))
            .do_update()
            .set((
                $table::planned_minor.eq($table::planned_minor + excluded($table::planned_minor)),
                $table::granted_minor.eq($table::granted_minor + excluded($table::granted_minor)),
                $table::pledged_minor.eq($table::pledged_minor + excluded($table::pledged_minor)),
                $table::committed_minor.eq($table::committed_minor + excluded($table::committed_minor)),
                $table::disbursed_minor.eq($table::disbursed_minor + excluded($table::disbursed_minor)),
                $table::spent_minor.eq($table::spent_minor + excluded($table::spent_minor)),
                $table::justified_minor.eq($table::justified_minor + excluded($table::justified_minor)),
                $table::contributed_minor.eq($table::contributed_minor + excluded($table::contributed_minor)),
            ))
            .execute(c))?;
        Ok(())
    }};
}

fn add_to_day(conn: &mut Conn, key: ShareKey, day: NaiveDate, change: Sums) -> StoreResult<()> {
    add!(conn, key, balance_days, day, day, change)
}

fn add_to_month(conn: &mut Conn, key: ShareKey, day: NaiveDate, change: Sums) -> StoreResult<()> {
    add!(conn, key, balance_months, month, first_of_month(day), change)
}

/// The first day of the month of a day.
pub(super) fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}
