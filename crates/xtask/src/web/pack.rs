//! One file for each area. The cutter makes a module for every set of areas that share code: dozens of small ones, of
//! which each area needs many. In one file they compress a quarter better, and a page waits for one answer.

use std::{
    collections::BTreeMap,
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

/// Puts the modules of each area into its file and removes them, and replaces the cutter's script by one that loads these
/// files. A module that several areas need is in the file of each.
///
/// # Errors
/// When a module cannot be read or a file cannot be written.
pub fn write(parts: &Path, areas: &[Area]) -> Result<()> {
    let mut script = LOADER.to_owned();
    let mut numbers = BTreeMap::new();
    for area in areas {
        fs::write(parts.join(area.file()), file_of(parts, area, &mut numbers)?)?;
        writeln!(
            script,
            "export const __wasm_split_load_{} = area(\"./{}\");",
            area.name,
            area.file()
        )?;
    }
    for module in numbers.into_keys() {
        fs::remove_file(module)?;
    }
    Ok(fs::write(parts.join(SCRIPT), script)?)
}

/// How many modules there are, the number and the length of each, all as u32 in little endian, and the modules. By its
/// number the loader knows a module that came with another area.
fn file_of(parts: &Path, area: &Area, numbers: &mut BTreeMap<PathBuf, usize>) -> Result<Vec<u8>> {
    let mut head = u32::try_from(area.modules.len())?.to_le_bytes().to_vec();
    let mut modules = Vec::new();
    for name in &area.modules {
        let file = parts.join(format!("{name}.wasm"));
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let next = numbers.len();
        let number = *numbers.entry(file).or_insert(next);
        head.extend(u32::try_from(number)?.to_le_bytes());
        head.extend(u32::try_from(bytes.len())?.to_le_bytes());
        modules.extend(bytes);
    }
    head.extend(modules);
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_an_area_stand_in_one_file() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [("chunk_1", "shared"), ("split_a", "a"), ("split_b", "bb")] {
            fs::write(folder.path().join(format!("{name}.wasm")), bytes).unwrap();
        }
        let area = |name: &str, own: &str| Area {
            name: name.to_owned(),
            modules: vec!["chunk_1".to_owned(), own.to_owned()],
        };
        write(folder.path(), &[area("a", "split_a"), area("b", "split_b")]).unwrap();
        let of_b = fs::read(folder.path().join("b.area")).unwrap();
        assert_eq!(of_b, b"\x02\0\0\0\0\0\0\0\x06\0\0\0\x02\0\0\0\x02\0\0\0sharedbb");
        assert!(!folder.path().join("chunk_1.wasm").exists());
        let script = fs::read_to_string(folder.path().join(SCRIPT)).unwrap();
        assert!(script.contains(r#"__wasm_split_load_b = area("./b.area");"#));
    }
}
