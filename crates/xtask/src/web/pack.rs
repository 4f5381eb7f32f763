//! One file for each area. The cutter makes a module for every set of areas that share code: dozens of small ones, of
//! which each area needs many. In one file they compress a quarter better, and a page waits for one answer. What most of
//! the large areas need is in a second file, which who goes from one to the next loads once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::split::Area;

/// What loads an area; the list of areas is written behind it.
const LOADER: &str = include_str!("areas.js");
/// The name under which the app asks for the loader.
const SCRIPT: &str = "__wasm_split.js";
/// An area of more bytes than this is large: about 110 kB in brotli. These are the pages of money, which are built of the
/// same tables, fields and forms.
const LARGE: usize = 550_000;
/// The file of what large areas share.
const SHARED: &str = "shared.area";

/// The areas that load the shared file too, by the names of their own.
pub struct Sharing(BTreeSet<String>);

impl Sharing {
    /// Nothing is shared.
    pub fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// The file that a file of an area needs beside itself.
    pub fn with(&self, file: &str) -> Option<&'static str> {
        self.0.contains(file).then_some(SHARED)
    }
}

/// A module by the number that the loader knows it by when it comes with another area.
struct Numbered {
    number: usize,
    bytes: Vec<u8>,
}

type Modules = BTreeMap<String, Numbered>;

/// Puts the modules of each area into its file and removes them, and replaces the cutter's script by one that loads these
/// files. A module that several areas need is in the file of each, unless most of the large ones need it.
///
/// # Errors
/// When a module cannot be read or a file cannot be written.
pub fn write(parts: &Path, areas: &[Area]) -> Result<Sharing> {
    write_sharing(parts, areas, LARGE)
}

fn write_sharing(parts: &Path, areas: &[Area], large: usize) -> Result<Sharing> {
    let modules = take(parts, areas)?;
    let large: Vec<&Area> = areas.iter().filter(|area| length(area, &modules) > large).collect();
    let shared = most_need(&large);
    let sharing = match shared.is_empty() {
        true => Sharing::none(),
        false => Sharing(large.iter().map(|area| area.file()).collect()),
    };
    if !shared.is_empty() {
        fs::write(parts.join(SHARED), file_of(shared.iter().copied(), &modules)?)?;
    }
    let mut script = LOADER.to_owned();
    for area in areas {
        let beside = sharing.with(&area.file());
        let comes_beside = |name: &str| beside.is_some() && shared.contains(name);
        let own = area
            .modules
            .iter()
            .map(String::as_str)
            .filter(|name| !comes_beside(name));
        fs::write(parts.join(area.file()), file_of(own, &modules)?)?;
        let files: Vec<String> = beside
            .into_iter()
            .map(str::to_owned)
            .chain([area.file()])
            .map(|file| format!("\"./{file}\""))
            .collect();
        let (name, files) = (&area.name, files.join(", "));
        writeln!(script, "export const __wasm_split_load_{name} = area({files});")?;
    }
    fs::write(parts.join(SCRIPT), script)?;
    Ok(sharing)
}

/// Reads all modules of the areas, and removes their files.
fn take(parts: &Path, areas: &[Area]) -> Result<Modules> {
    let names: BTreeSet<&String> = areas.iter().flat_map(|area| &area.modules).collect();
    let read = |(number, name): (usize, &String)| -> Result<(String, Numbered)> {
        let file: PathBuf = parts.join(format!("{name}.wasm"));
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        fs::remove_file(file)?;
        Ok((name.clone(), Numbered { number, bytes }))
    };
    names.into_iter().enumerate().map(read).collect()
}

/// How long an area is before compression.
fn length(area: &Area, modules: &Modules) -> usize {
    let of = |name: &String| modules.get(name).map_or(0, |module| module.bytes.len());
    area.modules.iter().map(of).sum()
}

/// The modules that at least half of several areas need.
fn most_need<'a>(areas: &[&'a Area]) -> BTreeSet<&'a str> {
    let mut needed: BTreeMap<&str, usize> = BTreeMap::new();
    for name in areas.iter().flat_map(|area| &area.modules) {
        *needed.entry(name).or_default() += 1;
    }
    needed.retain(|_, areas_in_need| *areas_in_need > 1 && *areas_in_need * 2 >= areas.len());
    needed.into_keys().collect()
}

/// How many modules there are, the number and the length of each, all as u32 in little endian, and the modules.
fn file_of<'a>(names: impl Iterator<Item = &'a str>, modules: &Modules) -> Result<Vec<u8>> {
    let modules: Vec<&Numbered> = names.filter_map(|name| modules.get(name)).collect();
    let mut file = u32::try_from(modules.len())?.to_le_bytes().to_vec();
    for module in &modules {
        file.extend(u32::try_from(module.number)?.to_le_bytes());
        file.extend(u32::try_from(module.bytes.len())?.to_le_bytes());
    }
    for module in modules {
        file.extend(&module.bytes);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> (tempfile::TempDir, [Area; 2]) {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [("chunk_1", "shared"), ("split_a", "a"), ("split_b", "bb")] {
            fs::write(folder.path().join(format!("{name}.wasm")), bytes).unwrap();
        }
        let area = |name: &str, own: &str| Area {
            name: name.to_owned(),
            modules: vec!["chunk_1".to_owned(), own.to_owned()],
        };
        (folder, [area("a", "split_a"), area("b", "split_b")])
    }

    #[test]
    fn modules_of_an_area_stand_in_one_file() {
        let (folder, areas) = parts();
        let sharing = write(folder.path(), &areas).unwrap();
        let of_b = fs::read(folder.path().join("b.area")).unwrap();
        assert_eq!(of_b, b"\x02\0\0\0\0\0\0\0\x06\0\0\0\x02\0\0\0\x02\0\0\0sharedbb");
        assert!(!folder.path().join("chunk_1.wasm").exists());
        assert_eq!(sharing.with("b.area"), None);
        let script = fs::read_to_string(folder.path().join(SCRIPT)).unwrap();
        assert!(script.contains(r#"__wasm_split_load_b = area("./b.area");"#));
    }

    #[test]
    fn large_areas_share_what_most_of_them_need() {
        let (folder, areas) = parts();
        let sharing = write_sharing(folder.path(), &areas, 5).unwrap();
        let read = |file: &str| fs::read(folder.path().join(file)).unwrap();
        assert_eq!(read(SHARED), b"\x01\0\0\0\0\0\0\0\x06\0\0\0shared");
        assert_eq!(read("b.area"), b"\x01\0\0\0\x02\0\0\0\x02\0\0\0bb");
        assert_eq!(sharing.with("a.area"), Some(SHARED));
        let script = fs::read_to_string(folder.path().join(SCRIPT)).unwrap();
        assert!(script.contains(r#"__wasm_split_load_b = area("./shared.area", "./b.area");"#));
    }
}
