//! `cargo xtask bench --movements 10000,1000000`: whether a long ledger costs more than a short one.
//!
//! Each size gets a database of its own on one PostgreSQL. The movements are written by SQL, together with the sums that
//! the server would have kept; the sizes are then measured in turns, so that whatever else the machine does meets all.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};

use super::{
    Bench,
    connection::{Connection, Request},
    cpu::Spent,
    load,
};
use crate::{command, postgres::Cluster};

/// How often each size has its turn.
const ROUNDS: usize = 3;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Balances,
    AsOf,
    RolledUp,
    Page,
    Post,
}

impl Case {
    const ALL: [Case; 5] = [Case::Balances, Case::AsOf, Case::RolledUp, Case::Page, Case::Post];

    fn name(self) -> &'static str {
        match self {
            Case::Balances => "balances",
            Case::AsOf => "balances as of a day",
            Case::RolledUp => "balances by partner",
            Case::Page => "page of the statement",
            Case::Post => "post of one movement",
        }
    }
}

/// Measures the sizes, the smallest first, and prints the medians with their ratio to it.
///
/// # Errors
/// When something does not start, load or answer.
pub(super) fn run(
    sizes: &[u32],
    time: Duration,
    start: impl Fn(&Cluster, &str) -> Result<Bench>,
    cluster: &Cluster,
) -> Result<()> {
    let mut benches = Vec::new();
    for size in sizes {
        println!("loading {size} movements");
        let url = cluster.create_database(&format!("ledger_{size}"))?;
        let bench = start(cluster, &url)?;
        load_movements(cluster.programs(), &url, &bench.data.budget, *size)?;
        benches.push(bench);
    }
    println!(
        "\nmedian of a request in ms, one connection, {ROUNDS} rounds of {} s",
        time.as_secs()
    );
    println!(
        "{:<26}{}",
        "movements",
        sizes.iter().map(|size| format!("{size:>14}")).collect::<String>()
    );
    for case in Case::ALL {
        let mut medians = vec![Duration::MAX; benches.len()];
        for _ in 0..ROUNDS {
            for (bench, median) in benches.iter().zip(&mut medians) {
                *median = measure(bench, case, time).with_context(|| case.name())?.min(*median);
            }
        }
        report(case, &medians);
    }
    Ok(())
}

/// One row: the medians, and how many times the first one each is.
fn report(case: Case, medians: &[Duration]) {
    let first = medians.first().copied().unwrap_or(Duration::MAX).as_secs_f64();
    let cell = |median: &Duration| {
        format!(
            "{:>7.2} x{:<5.2}",
            median.as_secs_f64() * 1000.0,
            median.as_secs_f64() / first
        )
    };
    println!(
        "{:<26}{}",
        case.name(),
        medians.iter().map(cell).collect::<Vec<_>>().join(" ")
    );
}

fn measure(bench: &Bench, case: Case, time: Duration) -> Result<Duration> {
    let request = request(bench, case)?;
    let open = |_| Connection::open(&bench.host, request.clone());
    Ok(load::measure(1, time, Spent::default, open, Connection::send)?.p50)
}

fn request(bench: &Bench, case: Case) -> Result<Request> {
    let budget = format!("/api/v1/budgets/{}", bench.data.budget);
    let (path, body) = match case {
        Case::Balances => (format!("{budget}/balances"), None),
        Case::AsOf => (format!("{budget}/balances?as_of=2026-06-17"), None),
        Case::RolledUp => (format!("{budget}/balances?by=partner"), None),
        Case::Page => (format!("{budget}/movements?limit=50"), None),
        Case::Post => {
            let share = bench.data.long.first().context("the long ledger has no share")?;
            (format!("{budget}/movements"), Some(share.commitment()))
        }
    };
    Ok(Request::new(&bench.host, &path, bench.client.bearer(), body.as_ref()))
}

/// Writes expenditures to the shares of a budget, spread over the days of 2026, and adds them to every sum that the
/// server keeps.
fn load_movements(programs: &Path, url: &str, budget: &str, size: u32) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("ledger.sql");
    fs::write(&file, statements(budget, size))?;
    let mut psql = Command::new(programs.join("psql"));
    psql.args([
        "--quiet",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        "--single-transaction",
        "--file",
    ]);
    psql.arg(&file).arg(url);
    command::output(&mut psql).context("psql (of the package postgresql-client)")?;
    let mut analyse = Command::new(programs.join("psql"));
    analyse
        .args(["--quiet", "--no-psqlrc", "--command=VACUUM ANALYZE"])
        .arg(url);
    command::output(&mut analyse).map(drop)
}

fn statements(budget: &str, size: u32) -> String {
    let kept = |table: &str, date: &str, day: &str| {
        format!(
            "INSERT INTO {table} (line_id, grant_id, {date}, spent_minor) \
             SELECT line_id, grant_id, {day}, CAST(SUM(minor) AS BIGINT) FROM posted GROUP BY 1, 2, 3 \
             ON CONFLICT (line_id, grant_id, {date}) DO UPDATE SET spent_minor = {table}.spent_minor + excluded.spent_minor;\n"
        )
    };
    let partners = |table: &str, date: &str, day: &str| {
        format!(
            "INSERT INTO {table} (grant_id, partner_id, {date}, spent_minor) \
             SELECT grant_id, funder_id, {day}, CAST(SUM(minor) AS BIGINT) FROM posted GROUP BY 1, 2, 3 \
             ON CONFLICT (grant_id, partner_id, {date}) DO UPDATE SET spent_minor = {table}.spent_minor + excluded.spent_minor;\n"
        )
    };
    let month = "CAST(date_trunc('month', day) AS DATE)";
    let sums = [
        kept("balance_days", "day", "day"),
        kept("balance_months", "month", month),
        partners("partner_days", "day", "day"),
        partners("partner_months", "month", month),
    ];
    format!(
        "CREATE TEMP TABLE shares AS SELECT row_number() OVER (ORDER BY b.line_id) - 1 AS n, b.line_id, b.grant_id, b.budget_id,
             b.programme_id, g.funder_id, g.currency FROM balances b JOIN grants g ON g.id = b.grant_id WHERE b.budget_id = '{budget}';
         CREATE TEMP TABLE posted AS SELECT s.*, DATE '2026-01-02' + (i / 7 % 290) AS day, 100 + i % 900 AS minor
             FROM generate_series(0, {size} - 1) AS i JOIN shares s ON s.n = i % (SELECT COUNT(*) FROM shares);
         INSERT INTO movements (id, programme_id, budget_id, line_id, grant_id, kind, amount_minor, currency, payer_id, booked_on, recorded_at)
             SELECT gen_random_uuid(), programme_id, budget_id, line_id, grant_id, 'expenditure', minor, currency, funder_id, day,
                 CAST(extract(epoch FROM day) AS BIGINT) * 1000000 FROM posted;
         {}
         UPDATE balances b SET spent_minor = spent_minor + p.minor
             FROM (SELECT line_id, grant_id, CAST(SUM(minor) AS BIGINT) AS minor FROM posted GROUP BY 1, 2) p
             WHERE p.line_id = b.line_id AND p.grant_id = b.grant_id;
         UPDATE grant_balances b SET spent_minor = spent_minor + p.minor
             FROM (SELECT grant_id, CAST(SUM(minor) AS BIGINT) AS minor FROM posted GROUP BY 1) p WHERE p.grant_id = b.grant_id;\n",
        sums.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sum_that_the_server_keeps_is_written() {
        let sql = statements("b", 10);
        for table in [
            "movements",
            "balances",
            "balance_days",
            "balance_months",
            "grant_balances",
            "partner_days",
            "partner_months",
        ] {
            assert!(sql.contains(&format!(" {table} ")), "{table}");
        }
    }
}
