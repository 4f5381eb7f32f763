//! Where the tests write: one folder per process, which the next process of tests removes.
//!
//! What a test makes goes when the test ends. What all tests of a process share, and what a killed process leaves, has
//! no such end.

use std::fs::{DirBuilder, read_dir, remove_dir_all};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

const PREFIX: &str = "parvis-tests-";

/// The folder of this process.
///
/// # Panics
/// Where it cannot be made.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let all = std::env::temp_dir();
        sweep(&all);
        let own = all.join(format!("{PREFIX}{}", std::process::id()));
        let made = DirBuilder::new().mode(0o700).create(&own);
        made.unwrap_or_else(|error| panic!("{}: {error}", own.display()));
        own
    })
}

/// Removes the folders of processes that are gone.
fn sweep(all: &Path) {
    for entry in read_dir(all).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse().ok());
        if process.is_some_and(|id| kill(Pid::from_raw(id), None) == Err(Errno::ESRCH)) {
            // Another process of tests may be at it too.
            let _ = remove_dir_all(entry.path());
        }
    }
}
