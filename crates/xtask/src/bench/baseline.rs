//! What the database alone can do: the statements of the server, run by pgbench.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};

use super::{cpu::Spent, load::Figures};
use crate::{command, fingerprint::files_below};

/// Runs one script on as many connections as the load generator opens.
///
/// # Errors
/// When pgbench is missing or a statement fails.
pub fn run(programs: &Path, url: &str, script: &str, connections: usize, time: Duration) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("script.sql");
    fs::write(&file, script)?;
    let (clients, seconds) = (connections.to_string(), time.as_secs().max(1).to_string());
    let mut pgbench = Command::new(programs.join("pgbench"));
    pgbench
        .current_dir(folder.path())
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--log"]);
    pgbench
        .args(["--client", &clients, "--time", &seconds, "--file"])
        .arg(&file)
        .arg(url);
    command::output(&mut pgbench).context("pgbench (of the package postgresql)")?;
    let mut times = Vec::new();
    for log in files_below(folder.path())?.iter().filter(|path| is_log(path)) {
        times.extend(fs::read_to_string(log)?.lines().filter_map(time_of));
    }
    Figures::new(times, time, Spent::default())
}

fn is_log(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log."))
}

/// The third field of a line of the log: microseconds of one transaction.
fn time_of(line: &str) -> Option<Duration> {
    line.split(' ').nth(2)?.parse().ok().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_from_the_log() {
        assert_eq!(
            time_of("0 199 2241 0 1175850568 995598"),
            Some(Duration::from_micros(2241))
        );
        assert_eq!(time_of("0 199 failed 0 1175850568 995598"), None);
        assert!(is_log(Path::new("/tmp/pgbench_log.4711.1")) && !is_log(Path::new("/tmp/script.sql")));
    }
}
