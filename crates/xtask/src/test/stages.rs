//! The stages, one function each.

use std::{fs, process::Command};

use anyhow::{Result, bail};

use super::{
    build::SELECTION,
    run::{self, DemoServer, Run},
    tally::Tally,
};
use crate::{
    command, openapi as document,
    paths::Paths,
    postgres::{Cluster, Durability},
    tools,
    web::{self as app, Mode},
};

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
const NOT_FRONTEND: [&str; 3] = ["--workspace", "--exclude", "parvis-frontend"];
const FRONTEND: [&str; 2] = ["--package", "parvis-frontend"];
/// A test sends more from one address than anybody should; of what the server logs, only its trouble matters.
const UNDER_TEST: [(&str, &str); 3] = [
    ("PARVIS_RATE_LIMIT", "0"),
    ("PARVIS_SIGN_IN_FAILURES", "100000"),
    ("PARVIS_LOG", "warn"),
];
/// Generated requests per operation.
const EXAMPLES: &str = "50";
/// The same with `--long`.
const EXAMPLES_LONG: &str = "1000";

/// rustfmt, of every package.
pub fn fmt(run: &mut Run) -> Result<Tally> {
    tools::rust_component(run.paths, "rustfmt", "fmt")?;
    command::run(&mut command::cargo(run.paths, ["fmt", "--all", "--check"]))?;
    Ok(Tally::passed(1))
}

/// clippy: the server and the tools for this machine, the app for the browser.
pub fn clippy(run: &mut Run) -> Result<Tally> {
    tools::rust_component(run.paths, "clippy", "clippy")?;
    app::add_wasm_target(run.paths)?;
    let deny = ["--", "-D", "warnings"];
    let mut server = command::cargo(run.paths, ["clippy", "--all-targets"]);
    let mut frontend = command::cargo(run.paths, ["clippy"]);
    both(
        server.args(NOT_FRONTEND).args(deny),
        frontend.args(FRONTEND).args(WASM).args(deny),
    )
}

/// rustdoc: the same packages as clippy, whose compiled dependencies it shares.
pub fn doc(run: &mut Run) -> Result<Tally> {
    let args = ["doc", "--no-deps"];
    let (mut server, mut frontend) = (command::cargo(run.paths, args), command::cargo(run.paths, args));
    for cargo in [&mut server, &mut frontend] {
        cargo.env("RUSTDOCFLAGS", "-D warnings");
    }
    both(server.args(NOT_FRONTEND), frontend.args(FRONTEND).args(WASM))
}

/// Runs both, so that one run shows the faults of both.
fn both(one: &mut Command, other: &mut Command) -> Result<Tally> {
    let first = command::run(one);
    command::run(other)?;
    first?;
    Ok(Tally::passed(1))
}

/// cargo-deny. The database of advisories is on the network: when it cannot be had, that check is skipped.
pub fn deny(run: &mut Run) -> Result<Tally> {
    let program = tools::cargo_deny(run.paths)?;
    let mut tally = Tally::default();
    for check in ["licenses", "bans", "sources"] {
        let result = command::run(
            Command::new(&program)
                .current_dir(&run.paths.root)
                .args(["check", check]),
        );
        if let Err(error) = &result {
            println!("{error:#}");
        }
        tally += if result.is_ok() {
            Tally::passed(1)
        } else {
            Tally::failed(1)
        };
    }
    let output = Command::new(&program)
        .current_dir(&run.paths.root)
        .args(["check", "advisories"])
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    tally += if output.status.success() {
        Tally::passed(1)
    } else if cannot_fetch(&text) {
        println!("skipped: the database of advisories cannot be reached");
        Tally::skipped(1)
    } else {
        println!("{text}");
        Tally::failed(1)
    };
    Ok(tally)
}

fn cannot_fetch(text: &str) -> bool {
    text.contains("failed to fetch advisory database") || text.contains("failed to load advisory database")
}

/// Unit and property tests of every package, and the examples in the documentation.
pub fn unit(run: &mut Run) -> Result<Tally> {
    let (suite, temporary) = (suite_folder(run.paths), run.temporary().to_owned());
    let mut tally = Tally::default();
    for program in run.programs()?.iter().filter(|program| program.package != suite) {
        tally += run::program(program, &temporary, &[])?;
    }
    let mut examples = command::cargo(run.paths, ["test", "--doc", "--no-fail-fast"]);
    tally += run::harness(examples.args(SELECTION).env("TMPDIR", &temporary))?;
    for package in ["xtask", "parvis-frontend"] {
        let args = ["test", "--package", package, "--", "--show-output"];
        tally += run::harness(command::cargo(run.paths, args).env("TMPDIR", &temporary))?;
    }
    Ok(tally)
}

/// The crates that the browser shares compile for it by themselves.
pub fn wasm(run: &mut Run) -> Result<Tally> {
    app::add_wasm_target(run.paths)?;
    let args = ["check", "--package", "parvis-domain", "--package", "parvis-wire"];
    command::run(command::cargo(run.paths, args).args(WASM))?;
    Ok(Tally::passed(1))
}

/// The committed document is the one that the server makes.
pub fn openapi(run: &mut Run) -> Result<Tally> {
    let server = run.server()?;
    document::compare(run.paths, &server)?;
    Ok(Tally::passed(1))
}

/// The integration suite on SQLite.
pub fn sqlite(run: &mut Run) -> Result<Tally> {
    integration(run, &[("PARVIS_TEST_DATABASE", "sqlite")])
}

/// The integration suite on a PostgreSQL of its own.
pub fn postgres(run: &mut Run) -> Result<Tally> {
    run.programs()?;
    let cluster = Cluster::start(Durability::None)?;
    let url = cluster.url("postgres");
    integration(
        run,
        &[("PARVIS_TEST_DATABASE", "postgres"), ("PARVIS_TEST_POSTGRES_URL", &url)],
    )
}

fn integration(run: &mut Run, environment: &[(&str, &str)]) -> Result<Tally> {
    let (suite, temporary) = (suite_folder(run.paths), run.temporary().to_owned());
    let mut environment = environment.to_vec();
    if run.long {
        environment.push(("PARVIS_TEST_LONG", "1"));
    }
    let mut tally = Tally::default();
    for program in run.programs()?.iter().filter(|program| program.package == suite) {
        tally += run::program(program, &temporary, &environment)?;
    }
    if tally == Tally::default() {
        bail!("the integration suite has no tests");
    }
    Ok(tally)
}

fn suite_folder(paths: &Paths) -> std::path::PathBuf {
    paths.root.join("tests")
}

/// The web app as it is shipped, within its budget.
pub fn web(run: &mut Run) -> Result<Tally> {
    if command::find("npm").is_some() {
        tools::npm_packages(run.paths)?;
    }
    app::build(run.paths, Mode::Release)?;
    app::budget(run.paths)?;
    Ok(Tally::passed(1))
}

/// The shipped app in Chromium, against a server with demonstration data.
pub fn browser(run: &mut Run) -> Result<Tally> {
    let packages = tools::npm_packages(run.paths)?;
    app::build(run.paths, Mode::Release)?;
    let server = DemoServer::start(&run.server()?, Some(run.paths.web()), &UNDER_TEST)?;
    let pictures = run.paths.target.join("screenshots");
    fs::create_dir_all(&pictures)?;
    let mut node = Command::new("node");
    node.current_dir(&run.paths.root)
        .arg("tests/tools/browser.mjs")
        .env("PARVIS_BASE_URL", server.url())
        .env("PARVIS_NPM", packages)
        .env("PARVIS_SCREENSHOTS", &pictures)
        .env("TMPDIR", run.temporary())
        .envs(tools::chromium().map(|program| ("PARVIS_CHROMIUM", program)));
    let tally = run::runner("browser", &mut node).inspect_err(|_| server.show_log())?;
    println!("screenshots: {}", run.paths.shown(&pictures));
    if tally.failed > 0 {
        server.show_log();
    }
    Ok(tally)
}

/// Requests generated from the API document, against a server of their own.
pub fn schemathesis(run: &mut Run) -> Result<Tally> {
    let python = tools::python(run.paths)?;
    let server = DemoServer::start(&run.server()?, None, &UNDER_TEST)?;
    let mut command = Command::new(python);
    command
        .current_dir(&run.paths.root)
        .arg("tests/schemathesis/run.py")
        .args(["--base-url", server.url()])
        .env("TMPDIR", run.temporary());
    command.args(["--max-examples", if run.long { EXAMPLES_LONG } else { EXAMPLES }]);
    let tally = run::runner("schemathesis", &mut command).inspect_err(|_| server.show_log())?;
    if tally.failed > 0 {
        server.show_log();
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreachable_advisories_differ_from_found_ones() {
        assert!(cannot_fetch(
            "[ERROR] failed to fetch advisory database https://example.org/db"
        ));
        assert!(!cannot_fetch("error[vulnerability]: a flaw in a crate"));
    }
}
