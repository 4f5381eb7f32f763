//! Cuts the app where its functions are marked `#[lazy]`: what few people open is loaded when it is opened.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use super::bundle;

/// The linker keeps the notes from which the cutter learns what calls what.
pub const LINK_ARGS: [&str; 2] = ["--", "-Clink-arg=--emit-relocs"];

/// What is loaded together when a page is opened.
pub struct Area {
    /// Name of the function that opens it.
    pub name: String,
    /// Stems of the modules that it is made of, its own last; the others serve other areas too.
    pub modules: Vec<String>,
}

impl Area {
    /// Name of the file that holds them all.
    pub fn file(&self) -> String {
        format!("{}.area", self.name)
    }
}

/// Writes the modules that load later into `parts`, and the rest, which wasm-bindgen still has to treat, to `main`.
///
/// # Errors
/// When the module cannot be read or cut.
pub fn run(module: &Path, parts: &Path, main: &Path) -> Result<Vec<Area>> {
    let bytes = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let script = format!("./{}.js", bundle::MODULE);
    let mut options = Options::new(&bytes);
    options.output_dir = parts;
    options.main_out_path = main;
    options.main_module = &script;
    let cut = transform(options).map_err(|error| anyhow!("the app cannot be cut into parts: {error:#}"))?;
    let mut areas: Vec<Area> = cut
        .prefetch_map
        .into_iter()
        .map(|(name, modules)| Area { name, modules })
        .collect();
    areas.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(areas)
}
