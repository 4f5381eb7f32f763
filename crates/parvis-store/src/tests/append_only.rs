//! What is append-only stays as it is, even where somebody writes SQL by hand.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::harness::{on_both, partner_content, programme, stamp};
use crate::columns::{IntoDb, micros};
use crate::partners::create_partner;
use crate::schema::*;
use crate::{Conn, Store, StoreResult};

/// One row in every table that is append-only.
fn ledger(conn: &mut Conn) -> StoreResult<()> {
    let (programme, user) = programme(conn)?;
    let funder = create_partner(conn, &stamp(None), &partner_content("Ville"))?.id.db();
    let stamp = stamp(Some(user.id));
    let (programme, at) = (programme.id.db(), micros(stamp.at));
    let (budget, line, grant, movement) = (
        super::harness::fresh(),
        super::harness::fresh(),
        super::harness::fresh(),
        super::harness::fresh(),
    );
    let (budget, line, grant, movement) = (budget.db(), line.db(), grant.db(), movement.db());
    let day: chrono::NaiveDate = "2026-02-01".parse().unwrap();
    diesel::insert_into(budgets::table)
        .values((
            budgets::id.eq(budget),
            budgets::programme_id.eq(programme),
            budgets::title.eq("{}"),
            budgets::starts_on.eq(day),
            budgets::currency.eq("EUR"),
            budgets::created_at.eq(at),
            budgets::updated_at.eq(at),
            budgets::version.eq(1_i64),
        ))
        .execute(conn)?;
    diesel::insert_into(lines::table)
        .values((
            lines::id.eq(line),
            lines::budget_id.eq(budget),
            lines::programme_id.eq(programme),
            lines::category.eq("works"),
            lines::year.eq(2026),
            lines::position.eq(1),
            lines::created_at.eq(at),
            lines::updated_at.eq(at),
        ))
        .execute(conn)?;
    diesel::insert_into(grants::table)
        .values((
            grants::id.eq(grant),
            grants::budget_id.eq(budget),
            grants::programme_id.eq(programme),
            grants::funder_id.eq(funder),
            grants::kind.eq("cash"),
            grants::currency.eq("EUR"),
            grants::payment_mode.eq("advance"),
            grants::created_at.eq(at),
            grants::updated_at.eq(at),
        ))
        .execute(conn)?;
    diesel::insert_into(balances::table)
        .values((
            balances::line_id.eq(line),
            balances::grant_id.eq(grant),
            balances::budget_id.eq(budget),
            balances::programme_id.eq(programme),
            balances::decision_required.eq(true),
            balances::strict_spending.eq(false),
            balances::planned_minor.eq(100_i64),
            balances::granted_minor.eq(100_i64),
        ))
        .execute(conn)?;
    diesel::insert_into(plan_revisions::table)
        .values((
            plan_revisions::id.eq(super::harness::fresh().db()),
            plan_revisions::line_id.eq(line),
            plan_revisions::grant_id.eq(grant),
            plan_revisions::budget_id.eq(budget),
            plan_revisions::programme_id.eq(programme),
            plan_revisions::booked_on.eq(day),
            plan_revisions::planned_minor.eq(100_i64),
            plan_revisions::granted_minor.eq(100_i64),
            plan_revisions::recorded_at.eq(at),
        ))
        .execute(conn)?;
    diesel::insert_into(movements::table)
        .values((
            movements::id.eq(movement),
            movements::programme_id.eq(programme),
            movements::budget_id.eq(budget),
            movements::line_id.eq(line),
            movements::grant_id.eq(grant),
            movements::kind.eq("commitment"),
            movements::amount_minor.eq(10_i64),
            movements::currency.eq("EUR"),
            movements::payer_id.eq(funder),
            movements::booked_on.eq(day),
            movements::recorded_at.eq(at),
        ))
        .execute(conn)?;
    diesel::insert_into(movement_decisions::table)
        .values((
            movement_decisions::id.eq(super::harness::fresh().db()),
            movement_decisions::movement_id.eq(movement),
            movement_decisions::programme_id.eq(programme),
            movement_decisions::decision.eq("approved"),
            movement_decisions::decided_at.eq(at),
            movement_decisions::decided_by.eq(user.id.db()),
        ))
        .execute(conn)?;
    Ok(())
}

fn refused(store: &Store, sql: &str) -> String {
    store
        .write(|conn| Ok(conn.batch_execute(sql)?))
        .expect_err(sql)
        .to_string()
}

#[test]
fn update_delete_replace_and_truncate_are_refused() {
    on_both(|store| {
        store.write(ledger).unwrap();
        for table in ["events", "movements", "plan_revisions", "movement_decisions"] {
            let mut statements = vec![format!("UPDATE {table} SET id = id"), format!("DELETE FROM {table}")];
            match store.is_embedded() {
                true => statements.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")),
                false => statements.push(format!("TRUNCATE {table} CASCADE")),
            }
            for sql in statements {
                let message = refused(store, &sql);
                assert!(message.contains("append-only"), "{sql}: {message}");
            }
        }
    });
}

#[test]
fn the_balances_hold_the_rules_even_against_sql() {
    use parvis_domain::Code;
    on_both(|store| {
        store.write(ledger).unwrap();
        let cases = [
            (
                "planned_minor = 200, committed_minor = 101",
                Code::CommittedExceedsAvailable,
            ),
            (
                "committed_minor = 101, granted_minor = 200",
                Code::CommittedExceedsAvailable,
            ),
            ("disbursed_minor = 1", Code::DisbursedExceedsCommitted),
            (
                "spent_minor = 1, strict_spending = (1 = 1)",
                Code::SpentExceedsDisbursed,
            ),
            ("pledged_minor = -1", Code::BalanceNegative),
            ("pledged_minor = 100000000000000001", Code::AmountTooLarge),
        ];
        for (set, code) in cases {
            let sql = format!("UPDATE balances SET {set}");
            let error = store.write(|conn| Ok(conn.batch_execute(&sql)?)).expect_err(&sql);
            assert_eq!(error.refusal().map(|e| e.code), Some(code), "{sql}: {error}");
        }
    });
}
