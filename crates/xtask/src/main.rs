//! Developer automation of Parvis: `cargo xtask <verb>`.
//!
//! One module per verb. Everything that is built or installed goes below cargo's target folder.

mod bench;
mod command;
mod demo;
mod fingerprint;
mod openapi;
mod paths;
mod postgres;
mod server;
mod signals;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::paths::Paths;

/// Builds, runs, tests and measures Parvis.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build everything and serve the five demonstration programmes
    Demo(demo::Args),
    /// Run every check of the project and count the results
    Test(test::Args),
    /// Build the web app
    Web(web::Args),
    /// Write api-spec/openapi.json from the code
    Openapi,
    /// Measure the API on both databases, beside pgbench
    Bench(bench::Args),
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let cli = Cli::parse();
    let paths = Paths::discover()?;
    signals::listen()?;
    match cli.verb {
        Verb::Demo(args) => demo::run(&paths, &args),
        Verb::Test(args) => test::run(&paths, &args),
        Verb::Web(args) => web::run(&paths, &args).map(|()| ExitCode::SUCCESS),
        Verb::Openapi => openapi::write(&paths).map(|()| ExitCode::SUCCESS),
        Verb::Bench(args) => bench::run(&paths, &args).map(|()| ExitCode::SUCCESS),
    }
}
