//! Compresses once at build time what the server would otherwise compress at every request.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

use super::{Mode, bundle, pack::Sharing};
use crate::fingerprint::files_below;

/// Endings of files that shrink; pictures and fonts are compressed already.
const SHRINKING: [&str; 10] = [
    "area",
    "css",
    "html",
    "ico",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
];
/// What every page loads beside the main module.
const LOADED: [&str; 2] = ["css", "js"];

/// Sizes of the files that the app loads.
pub struct Sizes {
    /// Wasm, JavaScript and CSS of every page, by name.
    pub first: Vec<FileSize>,
    /// The areas, which load when one of their pages is opened.
    pub areas: Vec<FileSize>,
}

/// One file in its three forms, in bytes.
pub struct FileSize {
    /// The file's name without its folder.
    pub name: String,
    /// As it is.
    pub plain: usize,
    /// As `.gz`.
    pub gzip: usize,
    /// As `.br`.
    pub brotli: usize,
}

impl Sizes {
    /// Bytes of the first load in brotli.
    pub fn first_load(&self) -> usize {
        self.first.iter().map(|file| file.brotli).sum()
    }

    /// Bytes in brotli that load in all when a page of an area is opened directly.
    pub fn page(&self, area: &FileSize, sharing: &Sharing) -> usize {
        let beside = sharing.with(&area.name);
        let beside = self.areas.iter().filter(|file| beside == Some(file.name.as_str()));
        self.first_load() + area.brotli + beside.map(|file| file.brotli).sum::<usize>()
    }
}

/// Writes `.br` and `.gz` beside every file that shrinks, and measures the first load.
///
/// # Errors
/// When a file cannot be read or written.
pub fn all(folder: &Path, mode: Mode) -> Result<Sizes> {
    println!("      compressing");
    let (mut first, mut areas) = (Vec::new(), Vec::new());
    for file in files_below(folder)?
        .into_iter()
        .filter(|file| has_ending(file, &SHRINKING))
    {
        let size = one(&file, mode)?;
        if has_ending(&file, &["area"]) {
            areas.push(size);
        } else if size.name == bundle::wasm_name() || has_ending(&file, &LOADED) {
            first.push(size);
        }
    }
    Ok(Sizes { first, areas })
}

fn has_ending(file: &Path, endings: &[&str]) -> bool {
    file.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| endings.contains(&ending))
}

fn one(file: &Path, mode: Mode) -> Result<FileSize> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (gzip, brotli) = (gzip(&bytes, mode)?, brotli(&bytes, mode)?);
    fs::write(with_ending(file, "gz"), &gzip)?;
    fs::write(with_ending(file, "br"), &brotli)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(FileSize {
        name,
        plain: bytes.len(),
        gzip: gzip.len(),
        brotli: brotli.len(),
    })
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

fn gzip(bytes: &[u8], mode: Mode) -> Result<Vec<u8>> {
    let level = if mode == Mode::Release {
        Compression::best()
    } else {
        Compression::fast()
    };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn brotli(bytes: &[u8], mode: Mode) -> Result<Vec<u8>> {
    let quality = if mode == Mode::Release { 11 } else { 1 };
    let params = BrotliEncoderParams {
        quality,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compresses_text_beside_the_original() {
        let folder = tempfile::tempdir().unwrap();
        let assets = folder.path().join("assets/1");
        fs::create_dir_all(&assets).unwrap();
        fs::write(assets.join("a.js"), "let a = 1;\n".repeat(100)).unwrap();
        fs::write(assets.join("ledger.area"), [0; 10]).unwrap();
        fs::write(folder.path().join("index.html"), "<p>").unwrap();
        fs::write(folder.path().join("map.png"), [1, 2, 3]).unwrap();
        let sizes = all(folder.path(), Mode::Release).unwrap();
        assert_eq!(sizes.first.len(), 1, "the page itself is not counted");
        assert_eq!(sizes.first[0].plain, 1100);
        assert!(sizes.first_load() < 100);
        assert_eq!(sizes.areas[0].name, "ledger.area");
        assert!(assets.join("a.js.br").is_file() && assets.join("a.js.gz").is_file());
        assert!(!folder.path().join("map.png.gz").exists());
    }
}
