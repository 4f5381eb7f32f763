//! Where things are: the checkout, and the folders below cargo's target folder.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The folders that the verbs read and write. All paths are absolute.
pub struct Paths {
    /// The checkout: the folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, which `CARGO_TARGET_DIR` may place outside the checkout.
    pub target: PathBuf,
}

impl Paths {
    /// Finds the checkout from what cargo says when it runs this program, or else from the current folder.
    ///
    /// # Errors
    /// When no folder above holds a `Cargo.lock`.
    pub fn discover() -> Result<Self> {
        let current = env::current_dir().context("the current folder cannot be read")?;
        let start = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| current.clone(), PathBuf::from);
        let root = start
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file())
            .context("no Cargo.lock in this folder or above: start it inside the checkout")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => current.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The built web app, as the server serves it.
    pub fn web(&self) -> PathBuf {
        self.target.join("web")
    }

    /// Tools that xtask installs: npm packages, a Python environment, cargo-deny.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// Fingerprints of what was built from which inputs.
    pub fn stamps(&self) -> PathBuf {
        self.target.join("xtask-stamps")
    }

    /// A path of this project in short: relative to the checkout where it lies inside.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}
