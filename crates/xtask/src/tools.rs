//! Tools that are not part of the workspace: pinned in `tests/tools`, installed below the target folder, and the few
//! that only the system's package manager has.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use nix::unistd::Uid;

use crate::{command, paths::Paths, postgres};

const CARGO_DENY: &str = "0.20.2";

/// The npm packages of `tests/tools/package-lock.json`; returns the folder that holds `node_modules`.
///
/// # Errors
/// When npm fails.
pub fn npm_packages(paths: &Paths) -> Result<PathBuf> {
    let (pinned, folder) = (paths.root.join("tests/tools"), paths.tools().join("npm"));
    let done = folder.join("installed.json");
    let lock = fs::read(pinned.join("package-lock.json")).context("cannot read tests/tools/package-lock.json")?;
    if fs::read(&done).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    println!("      installing npm packages");
    fs::create_dir_all(&folder)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(pinned.join(name), folder.join(name))?;
    }
    let args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    command::run(Command::new("npm").current_dir(&folder).args(args))?;
    fs::write(done, lock)?;
    Ok(folder)
}

/// The script of wasm-opt, when node and the npm packages are there.
pub fn wasm_opt(paths: &Paths) -> Option<PathBuf> {
    command::find("node")?;
    let script = paths.tools().join("npm/node_modules/binaryen/bin/wasm-opt");
    script.is_file().then_some(script)
}

/// A script for node.
pub fn node(script: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(script);
    command
}

/// The Python environment with `tests/tools/requirements.txt`; returns its interpreter.
///
/// # Errors
/// When python3 or pip fails.
pub fn python(paths: &Paths) -> Result<PathBuf> {
    let folder = paths.tools().join("venv");
    let (interpreter, done) = (folder.join("bin/python"), folder.join("installed.txt"));
    let pinned = paths.root.join("tests/tools/requirements.txt");
    let requirements = fs::read(&pinned).context("cannot read tests/tools/requirements.txt")?;
    if fs::read(&done).is_ok_and(|installed| installed == requirements) {
        return Ok(interpreter);
    }
    println!("      installing Python packages");
    command::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let args = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ];
    command::run(Command::new(&interpreter).args(args).arg(&pinned))?;
    fs::write(done, requirements)?;
    Ok(interpreter)
}

/// cargo-deny at the pinned version; the build takes some minutes, once.
///
/// # Errors
/// When it cannot be built.
pub fn cargo_deny(paths: &Paths) -> Result<PathBuf> {
    let program = paths.tools().join("bin/cargo-deny");
    let version = Command::new(&program).arg("--version").stderr(Stdio::null()).output();
    if version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().ends_with(CARGO_DENY)) {
        return Ok(program);
    }
    println!("      building cargo-deny {CARGO_DENY}");
    let scratch = paths.tools().join("cargo-deny-build");
    let args = [
        "install",
        "cargo-deny",
        "--version",
        CARGO_DENY,
        "--locked",
        "--force",
        "--root",
    ];
    let mut cargo = command::cargo(paths, args);
    command::run(cargo.arg(paths.tools()).env("CARGO_TARGET_DIR", &scratch))?;
    fs::remove_dir_all(&scratch)?;
    Ok(program)
}

/// A part of the Rust toolchain that rustup's minimal profile leaves out.
///
/// # Errors
/// When it is missing and rustup cannot add it.
pub fn rust_component(paths: &Paths, component: &str, program: &str) -> Result<()> {
    let mut version = command::cargo(paths, [program, "--version"]);
    if version
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        return Ok(());
    }
    println!("      adding {component} to the toolchain");
    command::run(
        Command::new("rustup")
            .current_dir(&paths.root)
            .args(["component", "add", component]),
    )
    .with_context(|| format!("{component} is missing: `rustup component add {component}`"))
}

/// Something of the operating system that a check needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// initdb and postgres
    Postgresql,
    /// Debian's Chromium
    Chromium,
    /// node and npm
    Node,
    /// python3 with venv
    Python,
}

impl Need {
    fn packages(self) -> &'static [&'static str] {
        match self {
            Need::Postgresql => &["postgresql"],
            Need::Chromium => &["chromium"],
            Need::Node => &["nodejs", "npm"],
            Need::Python => &["python3", "python3-venv"],
        }
    }

    fn is_met(self) -> bool {
        match self {
            Need::Postgresql => postgres::programs().is_some(),
            Need::Chromium => chromium().is_some(),
            Need::Node => command::find("node").is_some() && command::find("npm").is_some(),
            Need::Python => has_venv(),
        }
    }
}

/// Chromium's program.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| command::find(name))
}

/// Debian splits `venv` off: the module is there without what it needs to work.
fn has_venv() -> bool {
    let mut python = Command::new("python3");
    python
        .args(["-c", "import venv, ensurepip"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}

/// Installs what is missing where that may be done: as root on Debian or Ubuntu.
///
/// # Errors
/// When something is missing and may not or cannot be installed; the message says what to install.
pub fn provide(needs: &[Need]) -> Result<()> {
    let missing: Vec<Need> = needs.iter().copied().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages()).copied().collect();
    if !may_install() {
        bail!(
            "missing: install {} (on Debian or Ubuntu: apt-get install {})",
            packages.join(", "),
            packages.join(" ")
        );
    }
    install(&packages)?;
    match missing.iter().find(|need| !need.is_met()) {
        Some(need) => bail!("{} is installed and still not found", need.packages().join(" ")),
        None => Ok(()),
    }
}

fn may_install() -> bool {
    Uid::effective().is_root() && Path::new("/etc/debian_version").exists() && command::find("apt-get").is_some()
}

fn install(packages: &[&str]) -> Result<()> {
    println!("      installing {}", packages.join(" "));
    command::run(&mut apt_get(&["update", "--quiet"]))?;
    command::run(apt_get(&["install", "--quiet", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt_get(args: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(args)
        .stdout(Stdio::null());
    command
}
