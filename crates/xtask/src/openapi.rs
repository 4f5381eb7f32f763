//! `cargo xtask openapi`: the API's contract, generated from the code and committed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    command,
    paths::Paths,
    server::{self, Profile},
};

/// Writes `api-spec/openapi.json`.
///
/// # Errors
/// When the server does not build or the file cannot be written.
pub fn write(paths: &Paths) -> Result<()> {
    server::build(paths, Profile::Dev)?;
    let document = generate(&server::binary(paths, Profile::Dev))?;
    let file = file(paths);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, document).with_context(|| format!("cannot write {}", file.display()))?;
    println!("written: {}", paths.shown(&file));
    Ok(())
}

/// Compares the committed document with that of a server.
///
/// # Errors
/// When they differ.
pub fn compare(paths: &Paths, server: &Path) -> Result<()> {
    let file = file(paths);
    let committed = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let generated = generate(server)?;
    if let Some(difference) = first_difference(&committed, &generated) {
        bail!(
            "{} is not what the code says ({difference}): run `cargo xtask openapi`",
            paths.shown(&file)
        );
    }
    Ok(())
}

fn file(paths: &Paths) -> PathBuf {
    paths.root.join("api-spec/openapi.json")
}

fn generate(server: &Path) -> Result<String> {
    let document = command::output(Command::new(server).arg("openapi"))?;
    Ok(format!("{}\n", document.trim_end()))
}

fn first_difference(committed: &str, generated: &str) -> Option<String> {
    if committed == generated {
        return None;
    }
    let mut lines = committed.lines().zip(generated.lines()).enumerate();
    let different = lines.find(|(_, (old, new))| old != new);
    Some(match different {
        Some((index, (old, new))) => format!("line {}: `{}` became `{}`", index + 1, old.trim(), new.trim()),
        None => "one is longer than the other".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_first_line_that_differs() {
        assert_eq!(first_difference("{\n}\n", "{\n}\n"), None);
        assert_eq!(
            first_difference("{\n a\n}", "{\n b\n}").unwrap(),
            "line 2: `a` became `b`"
        );
        assert!(first_difference("{", "{\n}").unwrap().contains("longer"));
    }
}
