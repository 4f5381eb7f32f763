//! What the stages of one run share.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;

use super::{
    build::{self, TestProgram},
    tally::{Tally, says_skipped},
};
use crate::{
    command,
    paths::Paths,
    server::{self, Profile, Server, Settings},
};

/// Lines of a server's log that are shown when its stage fails.
const LOG_TAIL: usize = 60;

/// One run of `cargo xtask test`.
pub struct Run<'a> {
    /// Where things are.
    pub paths: &'a Paths,
    /// Whether to look longer.
    pub long: bool,
    programs: Option<Result<Vec<TestProgram>, String>>,
    temporary: TempDir,
}

impl<'a> Run<'a> {
    /// A run that has done nothing yet.
    ///
    /// # Errors
    /// When there is no place for temporary files.
    pub fn new(paths: &'a Paths, long: bool) -> Result<Self> {
        Ok(Self {
            paths,
            long,
            programs: None,
            temporary: tempfile::Builder::new().prefix("parvis-test-").tempdir()?,
        })
    }

    /// The folder for temporary files of the tests: it goes with the run, whatever becomes of them.
    pub fn temporary(&self) -> &Path {
        self.temporary.path()
    }

    /// An error of compiling is the same for every stage, but not where the time of one ran out.
    pub fn retry_compiling(&mut self) {
        self.programs.take_if(|built| built.is_err());
    }

    /// The compiled test programs. Compiled at the first call; later calls get the same, or the same error.
    ///
    /// # Errors
    /// When something does not compile.
    pub fn programs(&mut self) -> Result<&[TestProgram]> {
        let (paths, profile) = (self.paths, self.profile());
        let built = self
            .programs
            .get_or_insert_with(|| build::all(paths, profile).map_err(|error| format!("{error:#}")));
        built.as_deref().map_err(|error| anyhow!("{error}"))
    }

    /// How the server and its tests are compiled: long counts pay for the time that optimisation takes.
    fn profile(&self) -> Profile {
        if self.long { Profile::Long } else { Profile::Dev }
    }

    /// The server's binary as the tests use it.
    ///
    /// # Errors
    /// When something does not compile.
    pub fn server(&mut self) -> Result<PathBuf> {
        self.programs()?;
        Ok(server::binary(self.paths, self.profile()))
    }
}

/// Runs Rust's test harness, directly or through cargo, and counts.
///
/// # Errors
/// When it cannot be started.
pub fn harness(command: &mut Command) -> Result<Tally> {
    let (mut tally, mut skipped) = (Tally::default(), 0);
    let status = command::stream(command, |line| {
        tally += Tally::of_harness(line).unwrap_or_default();
        skipped += usize::from(says_skipped(line));
    })?;
    Ok(tally.of_which_skipped(skipped).unless_it_crashed(status.success()))
}

/// Runs a compiled test program as cargo would, and counts.
///
/// # Errors
/// When it cannot be started.
pub fn program(program: &TestProgram, temporary: &Path, environment: &[(&str, &str)]) -> Result<Tally> {
    println!("-- {}", program.file.file_name().unwrap_or_default().to_string_lossy());
    let mut command = Command::new(&program.file);
    command
        .arg("--show-output")
        .current_dir(&program.package)
        .env("CARGO_MANIFEST_DIR", &program.package)
        .env("TMPDIR", temporary);
    // A snapshot that differs is a failure here, not something to write down for later.
    command.env("INSTA_UPDATE", "no").envs(environment.iter().copied());
    harness(&mut command)
}

/// Runs a runner that ends with `N passed, N failed, N skipped`. That line is shown with a name before it: alone on a
/// line it is the last one of the whole run.
///
/// # Errors
/// When it cannot be started or does not count.
pub fn runner(name: &str, command: &mut Command) -> Result<Tally> {
    let mut counted = None;
    let status = command::read_lines(command, |line| match Tally::of_runner(line) {
        Some(tally) => {
            println!("{name}: {tally}");
            counted = Some(tally);
        }
        None => println!("{line}"),
    })?;
    let tally = counted.with_context(|| format!("it ended without counting ({status})"))?;
    Ok(tally.unless_it_crashed(status.success()))
}

/// A server with demonstration data in a folder that goes with it.
pub struct DemoServer {
    server: Server,
    folder: TempDir,
}

impl DemoServer {
    /// Creates a database, fills it, and serves it on a free port.
    ///
    /// # Errors
    /// When the server does not start; its log is shown.
    pub fn start(binary: &Path, app: Option<PathBuf>, more: &'static [(&'static str, &'static str)]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("parvis-test-").tempdir()?;
        let keys = folder.path().join("keys");
        fs::create_dir(&keys)?;
        let settings = Settings {
            database_url: format!("sqlite://{}", folder.path().join("parvis.db").display()),
            listen: server::free_address()?,
            app,
            keys,
            more,
        };
        settings.migrate(binary)?;
        settings.load_demo(binary)?;
        let log = folder.path().join("server.log");
        let server = Server::start(&settings, binary, Some(&log)).inspect_err(|_| show_tail(&log))?;
        Ok(Self { server, folder })
    }

    /// The server's address, without a slash at the end.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Shows the end of the server's log.
    pub fn show_log(&self) {
        show_tail(&self.folder.path().join("server.log"));
    }
}

fn show_tail(log: &Path) {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    println!("-- end of the server's log");
    for line in lines.iter().skip(lines.len().saturating_sub(LOG_TAIL)) {
        println!("   {line}");
    }
}
