//! Whether the running sums are what the ledger adds up to.

use parvis_store::Store;

use crate::app::count;

/// What counts: what never waited for a second person, and what was approved.
const COUNTS: &str = "(m.needs_approval = false OR EXISTS (SELECT 1 FROM movement_decisions d WHERE d.movement_id = m.id AND d.decision = 'approved'))";

/// Checks that every balance, and the sums of its days and months, equal the sum of its movements and revisions; that
/// every grant is the sum of its shares; and that what waits is what nobody decided on.
///
/// # Panics
/// Where one does not.
pub fn assert_sums(store: &Store) {
    for (column, plus, minus) in [
        ("pledged", "'pledge'", "''"),
        ("committed", "'commitment'", "'decommitment'"),
        ("spent", "'expenditure'", "''"),
        ("justified", "'justification'", "''"),
        ("contributed", "'in_kind'", "''"),
    ] {
        check(
            store,
            column,
            &format!("m.kind IN ({plus})"),
            &format!("m.kind IN ({minus})"),
        );
    }
    let direct = "(SELECT g.payment_mode FROM grants g WHERE g.id = b.grant_id) = 'direct'";
    let paid = format!("(m.kind = 'disbursement' OR (m.kind = 'expenditure' AND {direct}))");
    check(store, "disbursed", &paid, "m.kind = 'repayment'");
    for column in ["planned", "granted"] {
        let sum = format!(
            "SELECT COALESCE(SUM(r.{column}_minor), 0) FROM plan_revisions r WHERE r.line_id = b.line_id AND r.grant_id = b.grant_id"
        );
        differ(store, column, &sum);
    }
    none(
        store,
        "SELECT count(*) AS n FROM movements m WHERE m.needs_approval = true \
         AND (EXISTS (SELECT 1 FROM movement_decisions d WHERE d.movement_id = m.id) \
            = EXISTS (SELECT 1 FROM pending_movements p WHERE p.movement_id = m.id))",
        "what waits is not what nobody decided on",
    );
    none(
        store,
        "SELECT count(*) AS n FROM pending_movements p, movements m WHERE p.movement_id = m.id AND m.needs_approval = false",
        "what counts does not wait",
    );
    none(
        store,
        "SELECT count(*) AS n FROM movements m WHERE m.reverses IS NOT NULL \
         AND (EXISTS (SELECT 1 FROM movement_decisions d WHERE d.movement_id = m.id AND d.decision = 'refused') \
            = EXISTS (SELECT 1 FROM reversals r WHERE r.reversal_id = m.id))",
        "what is reversed is not what was not refused",
    );
    none(
        store,
        "SELECT count(*) AS n FROM balances b, grants g WHERE g.id = b.grant_id AND b.shift_minor <> \
         COALESCE(b.planned_minor * g.shift_numerator / g.shift_denominator, 0)",
        "the shift does not follow the plan",
    );
}

fn check(store: &Store, column: &str, plus: &str, minus: &str) {
    let sum = format!(
        "SELECT COALESCE(SUM(CASE WHEN {plus} THEN 1 ELSE -1 END * CASE WHEN m.reverses IS NULL THEN m.amount_minor ELSE -m.amount_minor END), 0) \
         FROM movements m WHERE m.line_id = b.line_id AND m.grant_id = b.grant_id AND ({plus} OR {minus}) AND {COUNTS}"
    );
    differ(store, column, &sum);
}

fn differ(store: &Store, column: &str, sum: &str) {
    none(
        store,
        &format!("SELECT count(*) AS n FROM balances b WHERE b.{column}_minor <> ({sum})"),
        &format!("{column} is not the sum of what was posted"),
    );
    for table in ["balance_days", "balance_months"] {
        let sum = format!(
            "SELECT COALESCE(SUM(d.{column}_minor), 0) FROM {table} d WHERE d.line_id = b.line_id AND d.grant_id = b.grant_id"
        );
        none(
            store,
            &format!("SELECT count(*) AS n FROM balances b WHERE b.{column}_minor <> ({sum})"),
            &format!("{column} is not the sum of {table}"),
        );
    }
    none(
        store,
        &format!(
            "SELECT count(*) AS n FROM grant_balances g WHERE g.{column}_minor <> \
             (SELECT COALESCE(SUM(b.{column}_minor), 0) FROM balances b WHERE b.grant_id = g.grant_id)"
        ),
        &format!("{column} of a grant is not the sum of its shares"),
    );
}

fn none(store: &Store, sql: &str, what: &str) {
    assert_eq!(count(store, sql), 0, "{what}");
}
