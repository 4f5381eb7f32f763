//! Cuts the app where its functions are marked `#[lazy]`: what few people open is loaded when it is opened.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use wasm_encoder::{Module, RawSection};
use wasm_split_cli_support::{Options, transform};
use wasmparser::{Parser, Payload};

use super::bundle;

/// The linker keeps the notes from which the cutter learns what calls what.
pub const LINK_ARGS: [&str; 2] = ["--", "-Clink-arg=--emit-relocs"];

/// What is loaded together when a page is opened.
pub struct Area {
    /// Name of the function that opens it.
    pub name: String,
    /// Names of its files; some serve other areas too.
    pub files: Vec<String>,
}

/// Writes the parts that load later into `parts`, with the script that loads them, and the rest, which wasm-bindgen still
/// has to treat, to `main`. The names of the scripts are compiled in, so it is their folder that carries the hash.
///
/// # Errors
/// When the module cannot be read or cut.
pub fn run(module: &Path, parts: &Path, main: &Path) -> Result<Vec<Area>> {
    let bytes = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let script = format!("./{}.js", bundle::MODULE);
    let mut options = Options::new(&bytes);
    options.output_dir = parts;
    options.main_out_path = main;
    options.main_module = &script;
    let cut = transform(options).map_err(|error| anyhow!("the app cannot be cut into parts: {error:#}"))?;
    let mut areas: Vec<Area> = cut
        .prefetch_map
        .into_iter()
        .map(|(name, stems)| area(&name, &stems))
        .collect();
    areas.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(areas)
}

/// The names of functions end in a number that tells those of one name apart.
fn area(name: &str, stems: &[String]) -> Area {
    let name = name
        .trim_end_matches(|last: char| last.is_ascii_digit())
        .trim_end_matches('_');
    Area {
        name: name.to_owned(),
        files: stems.iter().map(|stem| format!("{stem}.wasm")).collect(),
    }
}

/// Takes the names of functions out of the parts; wasm-bindgen does it for the main module.
///
/// # Errors
/// When a part cannot be read or written.
pub fn strip_names(parts: &Path) -> Result<()> {
    for file in modules(parts)? {
        let stripped = without_names(&fs::read(&file)?)?;
        fs::write(file, stripped)?;
    }
    Ok(())
}

fn without_names(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        let is_name = matches!(&payload, Payload::CustomSection(section) if section.name() == "name");
        if let (Some((id, range)), false) = (payload.as_section(), is_name) {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            let data = bytes.get(range).context("a section lies outside of the module")?;
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}

/// The files of WebAssembly among the parts.
///
/// # Errors
/// When the folder cannot be read.
pub fn modules(parts: &Path) -> Result<Vec<PathBuf>> {
    let mut files = crate::fingerprint::files_below(parts)?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "wasm"));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::CustomSection;

    use super::*;

    #[test]
    fn areas_have_short_names() {
        let area = area("money_area_18336135460065519763", &["chunk_8".to_owned()]);
        assert_eq!(
            (area.name.as_str(), area.files),
            ("money_area", vec!["chunk_8.wasm".to_owned()])
        );
    }

    #[test]
    fn names_go_and_the_rest_stays() {
        let custom = |name: &'static str| CustomSection {
            name: name.into(),
            data: (&[1, 2, 3]).into(),
        };
        let mut with = Module::new();
        with.section(&custom("name")).section(&custom("target_features"));
        let mut without = Module::new();
        without.section(&custom("target_features"));
        assert_eq!(without_names(&with.finish()).unwrap(), without.finish());
        assert!(without_names(b"no module").is_err());
    }
}
