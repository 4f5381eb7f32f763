//! The CHECK constraints hold the rules of the ledger even where somebody writes SQL by hand.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::harness::{fresh, on_both, partner_content, programme, stamp};
use crate::columns::{IntoDb, micros};
use crate::partners::create_partner;
use crate::schema::*;
use crate::{Conn, StoreResult};

/// A share of 100 planned and granted.
fn share(conn: &mut Conn) -> StoreResult<()> {
    let (programme, _) = programme(conn)?;
    let funder = create_partner(conn, &stamp(None), &partner_content("Ville"))?.id.db();
    let (programme, at) = (programme.id.db(), micros(stamp(None).at));
    let (budget, line, grant) = (fresh().db(), fresh().db(), fresh().db());
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
    Ok(())
}

#[test]
fn the_balances_hold_the_rules_even_against_sql() {
    use parvis_domain::Code;
    on_both(|store| {
        store.write(share).unwrap();
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
