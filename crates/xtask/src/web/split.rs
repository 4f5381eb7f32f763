//! Cuts the app where its functions are marked `#[lazy]`: what few people open is loaded when it is opened.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use super::bundle;

/// The linker keeps the notes from which the cutter learns what calls what.
pub const LINK_ARGS: [&str; 2] = ["--", "-Clink-arg=--emit-relocs"];

/// Writes the parts that load later into `parts`, with the script that loads them, and the rest, which wasm-bindgen still
/// has to treat, to `main`. The names of the scripts are compiled in, so it is their folder that carries the hash.
///
/// # Errors
/// When the module cannot be read or cut.
pub fn run(module: &Path, parts: &Path, main: &Path) -> Result<()> {
    let bytes = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let script = format!("./{}.js", bundle::MODULE);
    let mut options = Options::new(&bytes);
    options.output_dir = parts;
    options.main_out_path = main;
    options.main_module = &script;
    transform(options).map_err(|error| anyhow!("the app cannot be cut into parts: {error:#}"))?;
    Ok(())
}

/// The files of WebAssembly among the parts.
///
/// # Errors
/// When the folder cannot be read.
pub fn modules(parts: &Path) -> Result<Vec<PathBuf>> {
    let mut files = crate::fingerprint::files_below(parts)?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "wasm"));
    Ok(files)
}
