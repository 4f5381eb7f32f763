//! `cargo xtask test`: every check of the project, counted.

mod build;
mod limit;
mod run;
mod stages;
mod tally;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::ValueEnum;

use self::{limit::Limit, run::Run, tally::Tally};
use crate::{
    paths::Paths,
    signals,
    tools::{self, Need},
};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Args {
    /// Stages to leave out; each counts as skipped
    #[arg(long, value_delimiter = ',', value_name = "STAGES")]
    skip: Vec<Stage>,
    /// Run these stages alone; the others count as skipped
    #[arg(long, value_delimiter = ',', value_name = "STAGES")]
    only: Vec<Stage>,
    /// Look longer: a thousand generated requests per operation instead of fifty, and more random sequences of movements
    #[arg(long)]
    long: bool,
    /// How long a stage may take, in minutes, instead of the limit that each has
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
}

/// How often longer a stage that looks longer may take.
const LONGER: u32 = 8;

/// A group of checks that succeeds or fails by itself. They run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// rustfmt
    Fmt,
    /// clippy, with warnings denied
    Clippy,
    /// rustdoc, with warnings denied
    Doc,
    /// licences, bans, sources and advisories of the dependencies
    Deny,
    /// unit, property and documentation tests
    Unit,
    /// the shared crates compile for the browser
    Wasm,
    /// the committed API document is the code's
    Openapi,
    /// the integration suite on SQLite
    Sqlite,
    /// the integration suite on PostgreSQL
    Postgres,
    /// the web app builds and keeps its budget
    Web,
    /// the web app in headless Chromium
    Browser,
    /// generated requests against the API document
    Schemathesis,
}

impl Stage {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// How long it may take on a small machine that has nothing compiled yet. Whatever comes first compiles for the
    /// stages after it.
    fn limit(self, args: &Args) -> Duration {
        let minutes = match self {
            Stage::Fmt => 5,
            Stage::Doc | Stage::Deny | Stage::Wasm => 30,
            _ => 60,
        };
        let looks_longer = args.long && matches!(self, Stage::Sqlite | Stage::Postgres | Stage::Schemathesis);
        let usual = Duration::from_secs(minutes * 60) * if looks_longer { LONGER } else { 1 };
        args.limit.map_or(usual, |minutes| Duration::from_secs(minutes * 60))
    }

    /// What it needs of the operating system.
    fn needs(self) -> &'static [Need] {
        match self {
            Stage::Postgres => &[Need::Postgresql],
            Stage::Browser => &[Need::Node, Need::Chromium],
            Stage::Schemathesis => &[Need::Python],
            _ => &[],
        }
    }

    fn run(self, run: &mut Run) -> Result<Tally> {
        match self {
            Stage::Fmt => stages::fmt(run),
            Stage::Clippy => stages::clippy(run),
            Stage::Doc => stages::doc(run),
            Stage::Deny => stages::deny(run),
            Stage::Unit => stages::unit(run),
            Stage::Wasm => stages::wasm(run),
            Stage::Openapi => stages::openapi(run),
            Stage::Sqlite => stages::sqlite(run),
            Stage::Postgres => stages::postgres(run),
            Stage::Web => stages::web(run),
            Stage::Browser => stages::browser(run),
            Stage::Schemathesis => stages::schemathesis(run),
        }
    }
}

/// What came of a stage.
struct Outcome {
    stage: Stage,
    tally: Tally,
    time: Duration,
}

/// Runs the chosen stages; a stage that fails does not keep the others from running.
///
/// # Errors
/// When something that a stage needs is missing and cannot be installed.
pub fn run(paths: &Paths, args: &Args) -> Result<ExitCode> {
    let begun = Instant::now();
    let chosen = |stage: &Stage| !args.skip.contains(stage) && (args.only.is_empty() || args.only.contains(stage));
    let needs: Vec<Need> = Stage::value_variants()
        .iter()
        .filter(|stage| chosen(stage))
        .flat_map(|stage| stage.needs())
        .copied()
        .collect();
    tools::provide(&needs)?;
    let mut run = Run::new(paths, args.long)?;
    let mut outcomes = Vec::new();
    for stage in Stage::value_variants() {
        if signals::interrupted() {
            break;
        }
        outcomes.push(if chosen(stage) {
            run_stage(*stage, &mut run, stage.limit(args))
        } else {
            left_out(*stage)
        });
    }
    Ok(report(&outcomes, begun.elapsed()))
}

fn left_out(stage: Stage) -> Outcome {
    Outcome {
        stage,
        tally: Tally::skipped(1),
        time: Duration::ZERO,
    }
}

fn run_stage(stage: Stage, run: &mut Run, time: Duration) -> Outcome {
    let name = stage.name();
    println!("\n== {name}");
    let begun = Instant::now();
    let limit = Limit::start(time);
    let mut tally = stage.run(run).unwrap_or_else(|error| {
        println!("{name} failed: {error:#}");
        Tally::failed(1)
    });
    if limit.ran_out() {
        println!("{name} ran out of time: it was ended after {}", shown(time));
        tally.failed = tally.failed.max(1);
        run.retry_compiling();
    }
    drop(limit);
    let time = begun.elapsed();
    println!(
        "   {name}: {} in {}",
        if tally.failed == 0 { "well" } else { "FAILED" },
        shown(time)
    );
    Outcome { stage, tally, time }
}

/// The table of stages, the names of those that failed, and the one line that counts everything.
fn report(outcomes: &[Outcome], time: Duration) -> ExitCode {
    println!(
        "\n{:<14} {:>8} {:>8} {:>8} {:>10}",
        "stage", "passed", "failed", "skipped", "time"
    );
    let mut total = Tally::default();
    for Outcome { stage, tally, time } in outcomes {
        let Tally {
            passed,
            failed,
            skipped,
        } = tally;
        println!(
            "{:<14} {passed:>8} {failed:>8} {skipped:>8} {:>10}",
            stage.name(),
            shown(*time)
        );
        total += *tally;
    }
    println!("{:<14} {:>37}", "together", shown(time));
    let failed: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.tally.failed > 0)
        .map(|outcome| outcome.stage.name())
        .collect();
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    if signals::interrupted() {
        println!("interrupted");
    }
    println!("{total}");
    if total.failed == 0 && !signals::interrupted() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} m {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(shown(Duration::from_millis(1540)), "1.5 s");
        assert_eq!(shown(Duration::from_secs(125)), "2 m 05 s");
    }

    #[test]
    fn stages_have_the_names_that_skip_takes() {
        assert_eq!(Stage::Postgres.name(), "postgres");
        assert_eq!(Stage::from_str("schemathesis", false), Ok(Stage::Schemathesis));
    }
}
