//! Puts the parts of the app together: `index.html`, the public files, and `assets/<hash>/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::page;
use crate::fingerprint::{files_below, hex};

/// Stem of the files that wasm-bindgen writes.
pub const MODULE: &str = "parvis";
const BOOT: &str = include_str!("boot.js");
/// Order of the style sheets: later ones override earlier ones. Others come between the pages and the print sheet.
const FIRST_STYLES: [&str; 4] = ["tokens.css", "base.css", "components.css", "pages.css"];
const LAST_STYLE: &str = "print.css";

/// Name of the file of WebAssembly.
pub fn wasm_name() -> String {
    format!("{MODULE}_bg.wasm")
}

/// Name of the JavaScript glue.
pub fn script_name() -> String {
    format!("{MODULE}.js")
}

/// Writes the served folder from the sources of the app and from what wasm-bindgen made of it.
///
/// # Errors
/// When a file is missing or cannot be written.
pub fn write(frontend: &Path, parts: &Path, out: &Path) -> Result<()> {
    fs::write(parts.join("boot.js"), BOOT)?;
    fs::write(parts.join("styles.css"), styles(&frontend.join("styles"))?)?;
    let hash = hash_of(parts)?;
    copy_below(parts, &out.join("assets").join(&hash))?;
    copy_below(&frontend.join("public"), out)?;
    let template = frontend.join("index.html");
    let html = fs::read_to_string(&template).with_context(|| format!("cannot read {}", template.display()))?;
    let page = page::with_assets(&html, &format!("/assets/{hash}"), &wasm_name())?;
    Ok(fs::write(out.join("index.html"), page)?)
}

/// All style sheets as one file, in their order.
fn styles(folder: &Path) -> Result<String> {
    let mut files: Vec<PathBuf> = files_below(folder)?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "css"))
        .collect();
    files.sort_by_key(|file| rank(file));
    let mut all = String::new();
    for file in &files {
        all.push_str(&without_comments(&fs::read_to_string(file)?));
        all.push('\n');
    }
    Ok(all)
}

/// Without what only authors read: comments, and the white space at both ends of lines.
fn without_comments(css: &str) -> String {
    let code: String = css
        .split("/*")
        .enumerate()
        .map(|(index, part)| match index {
            0 => part,
            _ => part.split_once("*/").map_or("", |(_, code)| code),
        })
        .collect();
    let lines: Vec<&str> = code.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn rank(file: &Path) -> (usize, PathBuf) {
    let name = file.file_name().unwrap_or_default();
    let place = match FIRST_STYLES.iter().position(|first| name == *first) {
        Some(place) => place,
        None if name == LAST_STYLE => FIRST_STYLES.len() + 1,
        None => FIRST_STYLES.len(),
    };
    (place, file.to_path_buf())
}

/// The first 64 bits of a SHA-256 over all files: enough to tell two builds apart.
fn hash_of(folder: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    for file in files_below(folder)? {
        hasher.update(file.strip_prefix(folder)?.to_string_lossy().as_bytes());
        hasher.update(fs::read(&file)?);
    }
    Ok(hex(&hasher.finalize()).chars().take(16).collect())
}

fn copy_below(from: &Path, to: &Path) -> Result<()> {
    for file in files_below(from)? {
        let copy = to.join(file.strip_prefix(from)?);
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&file, &copy).with_context(|| format!("cannot write {}", copy.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_keep_their_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "print.css",
            "extra.css",
            "pages.css",
            "tokens.css",
            "base.css",
            "notes.txt",
        ] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        assert_eq!(
            styles(folder.path()).unwrap(),
            "tokens.css\nbase.css\npages.css\nextra.css\nprint.css\n"
        );
    }

    #[test]
    fn styles_lose_what_only_authors_read() {
        let css = "/* A\n note */\na { b: c; }\n\n  d { e: f; } /* Another */\n";
        assert_eq!(without_comments(css), "a { b: c; }\nd { e: f; }");
    }

    #[test]
    fn bundle_names_the_folder_after_its_contents() {
        let folder = tempfile::tempdir().unwrap();
        let (frontend, out) = (folder.path().join("frontend"), folder.path().join("out"));
        fs::create_dir_all(frontend.join("public")).unwrap();
        fs::create_dir_all(&out).unwrap();
        fs::write(frontend.join("index.html"), "<head><!-- parvis:assets --></head>").unwrap();
        fs::write(frontend.join("public/favicon.svg"), "<svg/>").unwrap();
        let mut hashes = Vec::new();
        for glue in ["one", "two", "one"] {
            let parts = folder.path().join("parts");
            fs::create_dir_all(&parts).unwrap();
            fs::write(parts.join("parvis.js"), glue).unwrap();
            hashes.push(hash_of(&parts).unwrap());
            write(&frontend, &parts, &out).unwrap();
            fs::remove_dir_all(&parts).unwrap();
        }
        assert!(hashes[0] == hashes[2] && hashes[0] != hashes[1]);
        assert!(out.join("favicon.svg").is_file());
        assert_eq!(fs::read_dir(out.join("assets")).unwrap().count(), 2);
    }
}
