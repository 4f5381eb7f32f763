//! Running other programs: cargo above all.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    paths::Paths,
    signals::{self, Registered},
};

/// Names that cargo sets for the program it runs. Build scripts that watch them would run again at every change
/// between `cargo` and `cargo xtask`.
const SET_BY_CARGO_RUN: [&str; 5] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
    "CARGO_PRIMARY_",
];

/// A cargo command in the checkout, with the environment that a person's shell would give it.
pub fn cargo<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(paths: &Paths, args: I) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text == "CARGO" || SET_BY_CARGO_RUN.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
        .current_dir(&paths.root)
        .env("CARGO_TARGET_DIR", &paths.target)
        .args(args);
    command
}

/// Runs a program with the terminal as its own.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let mut child = start(command)?;
    let registered = Registered::new(&child);
    let status = child.wait()?;
    drop(registered);
    ended_well(command, status)
}

/// Runs a program, shows its standard output line by line as it comes, and hands each line to `on_line`.
///
/// # Errors
/// When it cannot be started or read.
pub fn stream(command: &mut Command, mut on_line: impl FnMut(&str)) -> Result<ExitStatus> {
    read_lines(command, |line| {
        let mut out = std::io::stdout().lock();
        // A closed standard output must not stop the checks.
        let _ = writeln!(out, "{line}");
        on_line(line);
    })
}

/// Runs a program and hands each line of its standard output to `on_line` without showing it.
///
/// # Errors
/// When it cannot be started or read.
pub fn read_lines(command: &mut Command, mut on_line: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut child = start(command.stdout(Stdio::piped()))?;
    let _registered = Registered::new(&child);
    if let Some(output) = child.stdout.take() {
        let mut reader = BufReader::new(output);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes)? > 0 {
            on_line(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']));
            bytes.clear();
        }
    }
    let status = child.wait()?;
    signals::check()?;
    Ok(status)
}

/// Runs a program and returns its standard output.
///
/// # Errors
/// When it cannot be started, does not succeed, or answers other than in UTF-8.
pub fn output(command: &mut Command) -> Result<String> {
    let child = start(command.stdout(Stdio::piped()))?;
    let registered = Registered::new(&child);
    let output = child.wait_with_output()?;
    drop(registered);
    ended_well(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("`{}` did not answer in UTF-8", shown(command)))
}

/// Starts a program.
///
/// # Errors
/// When a signal has come, or the program cannot be started.
pub fn start(command: &mut Command) -> Result<Child> {
    signals::check()?;
    command
        .spawn()
        .with_context(|| format!("cannot start `{}`", shown(command)))
}

/// # Errors
/// When the program did not succeed, or was ended by a signal to xtask.
pub fn ended_well(command: &Command, status: ExitStatus) -> Result<()> {
    signals::check()?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// The command as a person would type it, cut where it grows long.
pub fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let mut text = name.to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    if text.chars().count() > 160 {
        text = text.chars().take(159).chain(['…']).collect();
    }
    text
}

/// Where a program is, looked up in `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
