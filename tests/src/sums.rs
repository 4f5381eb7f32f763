//! Whether the running sums are what the ledger adds up to.

use parvis_store::Store;

use crate::app::count;

/// Checks that every balance, and the sums of its days and months, equal the sum of its movements and revisions.
///
/// # Panics
/// Where one does not.
pub fn assert_sums(store: &Store) {
    for (column, kinds) in [
        ("committed", "'commitment'"),
        ("spent", "'expenditure'"),
        ("contributed", "'in_kind'"),
    ] {
        check(store, column, &format!("m.kind IN ({kinds})"));
    }
    let direct = "(SELECT g.payment_mode FROM grants g WHERE g.id = b.grant_id) = 'direct'";
    check(
        store,
        "disbursed",
        &format!("(m.kind = 'disbursement' OR (m.kind = 'expenditure' AND {direct}))"),
    );
    for column in ["planned", "granted"] {
        let sum = format!(
            "SELECT COALESCE(SUM(r.{column}_minor), 0) FROM plan_revisions r WHERE r.line_id = b.line_id AND r.grant_id = b.grant_id"
        );
        differ(store, column, &sum);
    }
}

fn check(store: &Store, column: &str, which: &str) {
    let sum = format!(
        "SELECT COALESCE(SUM(CASE WHEN m.reverses IS NULL THEN m.amount_minor ELSE -m.amount_minor END), 0) \
         FROM movements m WHERE m.line_id = b.line_id AND m.grant_id = b.grant_id AND {which}"
    );
    differ(store, column, &sum);
}

fn differ(store: &Store, column: &str, sum: &str) {
    let wrong = count(
        store,
        &format!("SELECT count(*) AS n FROM balances b WHERE b.{column}_minor <> ({sum})"),
    );
    assert_eq!(wrong, 0, "{column} is not the sum of what was posted");
    for table in ["balance_days", "balance_months"] {
        let sum = format!(
            "SELECT COALESCE(SUM(d.{column}_minor), 0) FROM {table} d WHERE d.line_id = b.line_id AND d.grant_id = b.grant_id"
        );
        let wrong = count(
            store,
            &format!("SELECT count(*) AS n FROM balances b WHERE b.{column}_minor <> ({sum})"),
        );
        assert_eq!(wrong, 0, "{column} is not the sum of {table}");
    }
}
