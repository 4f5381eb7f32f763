//! `cargo xtask web`: the browser app, from Rust to files that any server can hand out.
//!
//! cargo compiles, the result is cut into what loads at once and areas that load later, wasm-bindgen (as a library) writes
//! the JavaScript glue, wasm-opt shrinks where node is at hand, and everything that a page loads goes into one folder named
//! after its contents, so that it may be cached for ever.

mod bundle;
mod compress;
mod pack;
mod page;
mod shrink;
mod split;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use self::{compress::Sizes, pack::Sharing};
use crate::{
    command,
    fingerprint::{self, Stamp},
    paths::Paths,
    tools,
};

const PACKAGE: &str = "parvis-frontend";
const TARGET: &str = "wasm32-unknown-unknown";
const INPUTS: [&str; 7] = [
    "frontend",
    "crates/parvis-domain",
    "crates/parvis-wire",
    "crates/xtask/src/web",
    "crates/xtask/src/web.rs",
    "Cargo.toml",
    "Cargo.lock",
];
/// The areas of the pages that people without an account come in by.
const ENTRANCES: [&str; 5] = ["entrance", "programmes", "public", "step", "steps"];
/// What may load in all when one of their pages is opened directly (wasm, JavaScript and CSS, in brotli), in bytes.
const ENTRANCE_BUDGET: usize = 310_000;
/// The same for every other page: who opens one has come for work, and finds the next pages loaded.
const PAGE_BUDGET: usize = 410_000;
/// What a file of an area may weigh in brotli, in bytes.
const AREA_BUDGET: usize = 120_000;

/// Options of `cargo xtask web`.
#[derive(clap::Args)]
pub struct Args {
    /// Build quickly instead of small: no budget, no wasm-opt
    #[arg(long)]
    dev: bool,
}

/// How the app is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// cargo's dev profile: quick to build, large.
    Dev,
    /// The profile `wasm`: small, held to the budget.
    Release,
}

impl Mode {
    fn profile(self) -> &'static str {
        match self {
            Mode::Dev => "dev",
            Mode::Release => "wasm",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Mode::Dev => "debug",
            Mode::Release => "wasm",
        }
    }
}

/// # Errors
/// When the app does not build or is over its budget.
pub fn run(paths: &Paths, args: &Args) -> Result<()> {
    if !args.dev && command::find("npm").is_some() {
        // Only wasm-opt needs them, and the app is whole without it.
        tools::npm_packages(paths)
            .inspect_err(|error| println!("      no npm packages: {error:#}"))
            .ok();
    }
    let mode = if args.dev { Mode::Dev } else { Mode::Release };
    if !build(paths, mode)? {
        println!("      unchanged: {}", paths.shown(&paths.web()));
    }
    budget(paths)
}

/// Holds the built app to its budgets. An app that is too large works: only who asks is refused.
///
/// # Errors
/// When a budget is not kept.
pub fn budget(paths: &Paths) -> Result<()> {
    match verdict(paths).read() {
        Some(fault) if !fault.is_empty() => bail!("{fault}"),
        _ => Ok(()),
    }
}

/// What was found when the app was built, empty where nothing is wrong.
fn verdict(paths: &Paths) -> Stamp {
    Stamp::new(paths, "web-budget")
}

/// Builds the app unless it is there already, and says whether it had to.
///
/// # Errors
/// When the app does not build.
pub fn build(paths: &Paths, mode: Mode) -> Result<bool> {
    // Two builds at once would write to the same folders; the second finds the work done.
    let lock = File::create(paths.target.join("web.lock"))?;
    if lock.try_lock().is_err() {
        println!("      waiting for another build of the app");
        lock.lock()?;
    }
    let wasm_opt = (mode == Mode::Release).then(|| tools::wasm_opt(paths)).flatten();
    let settings = [mode.profile(), if wasm_opt.is_some() { "wasm-opt" } else { "" }];
    let fingerprint = fingerprint::of(paths, &INPUTS, &settings)?;
    let stamp = Stamp::new(paths, "web");
    if stamp.is(&fingerprint) && paths.web().join("index.html").is_file() {
        return Ok(false);
    }
    add_wasm_target(paths)?;
    compile(paths, mode)?;
    assemble(paths, mode, wasm_opt)?;
    stamp.set(&fingerprint)?;
    Ok(true)
}

/// Installs the compiler's wasm32 library where it is missing.
///
/// # Errors
/// When rustup is missing or fails.
pub fn add_wasm_target(paths: &Paths) -> Result<()> {
    let sysroot = command::output(
        Command::new("rustc")
            .current_dir(&paths.root)
            .args(["--print", "sysroot"]),
    )?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    println!("      adding the target {TARGET}");
    command::run(
        Command::new("rustup")
            .current_dir(&paths.root)
            .args(["target", "add", TARGET]),
    )
    .context("the compiler cannot build for the browser: `rustup target add wasm32-unknown-unknown`")
}

fn compile(paths: &Paths, mode: Mode) -> Result<()> {
    println!("      compiling the app (profile {})", mode.profile());
    let args = [
        "rustc",
        "--package",
        PACKAGE,
        "--bin",
        PACKAGE,
        "--target",
        TARGET,
        "--profile",
        mode.profile(),
    ];
    command::run(command::cargo(paths, args).args(split::LINK_ARGS))
}

/// From cargo's wasm to the folder that is served; the old folder is replaced only when all went well.
fn assemble(paths: &Paths, mode: Mode, wasm_opt: Option<PathBuf>) -> Result<()> {
    let parts = paths.target.join("web-parts");
    let staged = paths.target.join("web-next");
    for folder in [&parts, &staged] {
        empty(folder)?;
    }
    let sharing = generate_glue(paths, mode, &parts)?;
    match wasm_opt {
        Some(script) => optimise(&script, &parts)?,
        None if mode == Mode::Release => println!("      wasm-opt is not installed: left out"),
        None => {}
    }
    bundle::write(&paths.root.join("frontend"), &parts, &staged)?;
    let sizes = compress::all(&staged, mode)?;
    report(&sizes, &sharing);
    let kept = if mode == Mode::Release {
        keep_budgets(&sizes, &sharing)
    } else {
        Ok(())
    };
    verdict(paths).set(&kept.err().map(|fault| fault.to_string()).unwrap_or_default())?;
    replace(&staged, &paths.web())?;
    Ok(fs::remove_dir_all(&parts)?)
}

fn generate_glue(paths: &Paths, mode: Mode, parts: &Path) -> Result<Sharing> {
    println!("      cutting, and writing the JavaScript glue");
    let wasm = paths
        .target
        .join(TARGET)
        .join(mode.folder())
        .join(format!("{PACKAGE}.wasm"));
    let main = paths.target.join("web-main.wasm");
    let areas = split::run(&wasm, parts, &main)?;
    let sharing = match mode {
        Mode::Dev => Sharing::none(),
        Mode::Release => {
            shrink::modules(parts)?;
            pack::write(parts, &areas)?
        }
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(&main)
        .out_name(bundle::MODULE)
        .typescript(false)
        .omit_default_module_path(true);
    // The parts link against what the linker exports from the main module, by its own names.
    bindgen.keep_lld_exports(true).demangle(false);
    bindgen
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(true);
    bindgen.web(true)?.generate(parts)?;
    if mode == Mode::Release {
        shrink::names(&parts.join(bundle::script_name()), &parts.join(bundle::wasm_name()))?;
    }
    fs::remove_file(main)?;
    Ok(sharing)
}

/// The main module only: the areas gain less than the time costs. No feature flags: wasm-bindgen leaves the section
/// `target_features`, and naming more than the browsers know (`--all-features`) makes a module that they refuse.
fn optimise(script: &Path, parts: &Path) -> Result<()> {
    println!("      optimising with wasm-opt");
    let main = parts.join(bundle::wasm_name());
    let smaller = parts.join("smaller");
    command::run(
        tools::node(script)
            .arg("--quiet")
            .arg("-Oz")
            .arg(&main)
            .arg("-o")
            .arg(&smaller),
    )?;
    Ok(fs::rename(smaller, main)?)
}

fn report(sizes: &Sizes, sharing: &Sharing) {
    println!(
        "      {:<28} {:>12} {:>12} {:>12}",
        "first load, bytes", "plain", "gzip", "brotli"
    );
    for file in &sizes.first {
        println!(
            "      {:<28} {:>12} {:>12} {:>12}",
            file.name, file.plain, file.gzip, file.brotli
        );
    }
    let first = sizes.first_load();
    println!("      {:<28} {first:>38}", "together");
    println!("      {:<28} {:>38} {:>12}", "areas", "brotli", "page in all");
    for area in &sizes.areas {
        println!(
            "      {:<28} {:>38} {:>12}",
            area.name,
            area.brotli,
            sizes.page(area, sharing)
        );
    }
    println!("      {:<28} {AREA_BUDGET:>38} {PAGE_BUDGET:>12}", "budgets");
    println!("      {:<28} {ENTRANCE_BUDGET:>51}", "budget of entrances");
}

fn keep_budgets(sizes: &Sizes, sharing: &Sharing) -> Result<()> {
    for area in &sizes.areas {
        if area.brotli > AREA_BUDGET {
            bail!("{} is over its budget of {} kB", area.name, AREA_BUDGET / 1000);
        }
        let name = area.name.trim_end_matches(".area");
        let budget = if ENTRANCES.contains(&name) {
            ENTRANCE_BUDGET
        } else {
            PAGE_BUDGET
        };
        if sizes.page(area, sharing) > budget {
            bail!("a page of {} loads more than {} kB", area.name, budget / 1000);
        }
    }
    Ok(())
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

fn replace(new: &Path, old: &Path) -> Result<()> {
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    fs::rename(new, old).with_context(|| format!("cannot write {}", old.display()))
}
