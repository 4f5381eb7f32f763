//! Fingerprints of inputs: what has not changed is not built again, and cargo is not even asked.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::paths::Paths;

/// SHA-256 over names and contents of the files below `inputs` (relative to the checkout) and over `settings`.
/// Contents rather than times: a change of branch and back costs nothing.
///
/// # Errors
/// When a file cannot be read. An input that does not exist counts as empty.
pub fn of(paths: &Paths, inputs: &[&str], settings: &[&str]) -> Result<String> {
    let mut hasher = Sha256::new();
    for setting in settings {
        hasher.update(setting);
        hasher.update([0]);
    }
    for input in inputs {
        for file in files_below(&paths.root.join(input))? {
            let name = file.strip_prefix(&paths.root).unwrap_or(&file);
            let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            hasher.update(name.to_string_lossy().as_bytes());
            hasher.update(bytes.len().to_le_bytes());
            hasher.update(&bytes);
        }
    }
    Ok(hex(&hasher.finalize()))
}

/// All files below a folder (or the file itself), sorted by path.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fingerprint that was noted when something was last built.
pub struct Stamp(PathBuf);

impl Stamp {
    /// The stamp of one artefact.
    pub fn new(paths: &Paths, name: &str) -> Self {
        Self(paths.stamps().join(name))
    }

    /// Whether the artefact was built from exactly this.
    pub fn is(&self, fingerprint: &str) -> bool {
        self.read().is_some_and(|noted| noted == fingerprint)
    }

    /// What was noted.
    pub fn read(&self) -> Option<String> {
        fs::read_to_string(&self.0).ok()
    }

    /// # Errors
    /// When the stamp cannot be written.
    pub fn set(&self, fingerprint: &str) -> Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.0, fingerprint).with_context(|| format!("cannot write {}", self.0.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout(file: &str, text: &str) -> (tempfile::TempDir, Paths) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src").join(file), text).unwrap();
        let paths = Paths {
            root: folder.path().to_path_buf(),
            target: folder.path().join("target"),
        };
        (folder, paths)
    }

    #[test]
    fn depends_on_names_contents_and_settings_only() {
        let (_a, first) = checkout("a.rs", "one");
        let (_b, same) = checkout("a.rs", "one");
        let (_c, renamed) = checkout("b.rs", "one");
        let (_d, edited) = checkout("a.rs", "two");
        let base = of(&first, &["src"], &["wasm"]).unwrap();
        assert_eq!(base, of(&same, &["src", "missing"], &["wasm"]).unwrap());
        assert_ne!(base, of(&renamed, &["src"], &["wasm"]).unwrap());
        assert_ne!(base, of(&edited, &["src"], &["wasm"]).unwrap());
        assert_ne!(base, of(&first, &["src"], &["dev"]).unwrap());
    }

    #[test]
    fn stamp_remembers() {
        let (_folder, paths) = checkout("a.rs", "one");
        let stamp = Stamp::new(&paths, "web");
        assert!(!stamp.is("x"));
        stamp.set("x").unwrap();
        assert!(stamp.is("x") && !stamp.is("y"));
    }
}
