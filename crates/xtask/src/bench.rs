//! `cargo xtask bench`.
use anyhow::{Result, bail};

use crate::paths::Paths;

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Args {}

/// # Errors
/// Always.
pub fn run(_paths: &Paths, _args: &Args) -> Result<()> {
    bail!("not measured yet")
}
