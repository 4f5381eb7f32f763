//! Shares: the part of a grant that a line gets, with its running sums.
//!
//! Every change of a share passes through [`Locked::change`]: it checks the rules of the ledger on the day of the change
//! and on every later one, and writes the totals, the sums of the day and those of the month together.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::upsert::excluded;
use parvis_domain::budgets::ledger::{self, Sums, Terms};
use parvis_domain::budgets::{GrantKind, PaymentMode, Policy, Share};
use parvis_domain::ids::{BudgetId, GrantId, LineId, PartnerId, ProgrammeId};
use parvis_domain::period::EARLIEST;
use parvis_domain::{Code, Currency, DomainError, Fault};

use crate::columns::{IntoDb, micros};
use crate::connection::{Conn, each};
use crate::error::{StoreError, StoreResult};
use crate::schema::{balance_days, balance_months, balances, grants, plan_revisions};
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
    pub(super) terms: Terms,
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
        PartnerId,
        GrantKind,
        Currency,
        PaymentMode,
    );
    if let Conn::Postgres(c) = conn {
        // The grant is the lock of all its shares: the rules of a grant will sum over them.
        grants::table
            .find(grant.db())
            .select(grants::version)
            .for_update()
            .first::<i64>(c)
            .optional()?;
    }
    let row: Option<Row> = balances::table
        .inner_join(grants::table)
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
            grants::funder_id,
            grants::kind,
            grants::currency,
            grants::payment_mode,
        ))
        .first(conn)
        .optional()?;
    let Some((budget, programme, grant_decision, spent_within_disbursed, totals, funder, kind, currency, mode)) = row
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
        },
    };
    Ok(Locked {
        line,
        grant,
        budget,
        programme,
        funder,
        terms,
        totals: sums(totals),
    })
}

impl Locked {
    /// The sums up to and including a day, and what changed on each day after it.
    pub(super) fn at(&self, conn: &mut Conn, day: NaiveDate) -> StoreResult<(Sums, Vec<(NaiveDate, Sums)>)> {
        let later: Vec<(NaiveDate, SumsRow)> = balance_days::table
            .filter(
                balance_days::line_id
                    .eq(self.line.db())
                    .and(balance_days::grant_id.eq(self.grant.db())),
            )
            .filter(balance_days::day.gt(day))
            .order(balance_days::day)
            .select((balance_days::day, sum_columns!(balance_days)))
            .load(conn)?;
        let later: Vec<_> = later.into_iter().map(|(day, row)| (day, sums(row))).collect();
        let before = later
            .iter()
            .fold(self.totals, |sum, (_, change)| sum.plus(change.negated()));
        Ok((before, later))
    }

    /// Checks a change booked on a day and writes its sums.
    ///
    /// # Errors
    /// The rule of the ledger that it would break.
    pub(super) fn change(&mut self, conn: &mut Conn, day: NaiveDate, change: Sums) -> StoreResult<()> {
        let (before, later) = self.at(conn, day)?;
        self.totals = ledger::post(self.terms, day, before, &later, change)?;
        write_totals(conn, (self.line, self.grant), self.totals)?;
        add_to_day(conn, (self.line, self.grant), day, change)?;
        add_to_month(conn, (self.line, self.grant), day, change)
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
            ))
            .execute(conn)?;
        Ok(())
    }
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
    lock(conn, budget, (line, grant))?.revise(conn, stamp, EARLIEST, share, None)
}

/// A guarded update that found no row was overtaken by another.
pub(super) fn require_changed(rows: usize) -> StoreResult<()> {
    if rows == 1 {
        return Ok(());
    }
    let detail = "Somebody changed it since you read it; read it again, then decide.";
    Err(StoreError::Domain(DomainError::new(Code::VersionStale, detail)))
}

fn write_totals(conn: &mut Conn, (line, grant): ShareKey, totals: Sums) -> StoreResult<()> {
    diesel::update(balances::table.find((line.db(), grant.db())))
        .set((
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
