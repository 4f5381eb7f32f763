//! Compiles the server and all its tests once.
//!
//! cargo unites the features of the packages that one command names, so two commands that name different packages
//! compile their dependencies twice. One command builds everything here, and the stages run what it made.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::{command, paths::Paths, server::Profile};

/// Everything but the browser app, which is built for wasm32 alone, and xtask, which is running.
pub const SELECTION: [&str; 5] = ["--workspace", "--exclude", "parvis-frontend", "--exclude", "xtask"];

/// A compiled test program.
#[derive(Debug, PartialEq, Eq)]
pub struct TestProgram {
    /// The program.
    pub file: PathBuf,
    /// Folder of its package, where cargo would start it.
    pub package: PathBuf,
}

/// Builds libraries, binaries and tests.
///
/// # Errors
/// When something does not compile.
pub fn all(paths: &Paths, profile: Profile) -> Result<Vec<TestProgram>> {
    let mut cargo = command::cargo(paths, ["build"]);
    cargo.args(SELECTION).args(["--profile", profile.name()]).args([
        "--lib",
        "--bins",
        "--tests",
        "--message-format=json-render-diagnostics",
    ]);
    let mut programs = Vec::new();
    let status = command::read_lines(&mut cargo, |line| programs.extend(test_program(line)))?;
    if !status.success() {
        bail!("the server or its tests do not compile");
    }
    programs.sort_by(|one, other| one.package.cmp(&other.package));
    Ok(programs)
}

/// The test program that a line of cargo's messages announces.
fn test_program(line: &str) -> Option<TestProgram> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_test = message.pointer("/profile/test")?.as_bool()?;
    let file = message.get("executable")?.as_str()?.into();
    let package = Path::new(message.get("manifest_path")?.as_str()?)
        .parent()?
        .to_path_buf();
    is_test.then_some(TestProgram { file, package })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_test_programs_among_the_messages() {
        let message = |test: bool, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","manifest_path":"/p/tests/Cargo.toml","profile":{{"test":{test}}},"executable":{executable}}}"#
            )
        };
        let expected = TestProgram {
            file: "/t/it".into(),
            package: "/p/tests".into(),
        };
        assert_eq!(test_program(&message(true, "\"/t/it\"")), Some(expected));
        assert_eq!(test_program(&message(false, "\"/t/parvis\"")), None);
        assert_eq!(test_program(&message(true, "null")), None);
        assert_eq!(test_program(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(test_program("running 3 tests"), None);
    }
}
