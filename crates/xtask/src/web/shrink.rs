//! Takes out of the modules what only tools read: the names of functions, the room that the linker leaves in every number,
//! and the long names under which the glue and the main module know each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fs,
    path::Path,
};

use anyhow::{Context, Result, anyhow};
use wasm_encoder::{
    ExportSection, ImportSection, Module,
    reencode::{Error, Reencode, utils},
};
use wasmparser::{CustomSectionReader, Export, ImportSectionReader, Parser, Payload};

/// A hash of so many hexadecimal digits ends the names that wasm-bindgen makes.
const HASH: usize = 16;

/// Shrinks the modules that load later; wasm-bindgen does it for the main module.
///
/// # Errors
/// When a module cannot be read or written.
pub fn modules(parts: &Path) -> Result<()> {
    for file in crate::fingerprint::files_below(parts)? {
        if file.extension().is_some_and(|ending| ending == "wasm") {
            let smaller = rewritten(&fs::read(&file)?, &BTreeMap::new())?;
            fs::write(file, smaller)?;
        }
    }
    Ok(())
}

/// Gives what the glue and the main module call each other by short names: hashes do not compress.
///
/// # Errors
/// When one of the two cannot be read or written.
pub fn names(glue: &Path, main: &Path) -> Result<()> {
    let (script, module) = (fs::read_to_string(glue)?, fs::read(main)?);
    let short: BTreeMap<String, String> = hashed_names(&module)?
        .into_iter()
        .enumerate()
        .map(|(index, name)| (name, format!("${index}")))
        .collect();
    fs::write(main, rewritten(&module, &short)?)?;
    Ok(fs::write(glue, renamed(&script, &short))?)
}

fn hashed_names(module: &[u8]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    names.insert(import?.name.to_owned());
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    names.insert(export?.name.to_owned());
                }
            }
            _ => {}
        }
    }
    names.retain(|name| has_hash(name));
    Ok(names)
}

fn has_hash(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or_default();
    let hash = last.strip_prefix('h').unwrap_or(last);
    hash.len() == HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The script with other words for some of its words.
fn renamed(script: &str, names: &BTreeMap<String, String>) -> String {
    let in_word = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
    script
        .split_inclusive(|character| !in_word(character))
        .map(|piece| {
            let word = piece.trim_end_matches(|character| !in_word(character));
            match names.get(word) {
                Some(name) => piece.replacen(word, name, 1),
                None => piece.to_owned(),
            }
        })
        .collect()
}

fn rewritten(module: &[u8], names: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut smaller = Module::new();
    Shrink { names }
        .parse_core_module(&mut smaller, Parser::new(0), module)
        .map_err(|error| anyhow!("{error}"))
        .context("a module cannot be read")?;
    Ok(smaller.finish())
}

struct Shrink<'a> {
    names: &'a BTreeMap<String, String>,
}

impl Shrink<'_> {
    fn short<'a>(&'a self, name: &'a str) -> &'a str {
        self.names.get(name).map_or(name, String::as_str)
    }
}

impl Reencode for Shrink<'_> {
    type Error = Infallible;

    fn parse_custom_section(
        &mut self,
        module: &mut Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        if section.name() == "name" {
            return Ok(());
        }
        utils::parse_custom_section(self, module, section)
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        for import in section.into_imports() {
            let import = import?;
            let kind = self.entity_type(import.ty)?;
            imports.import(import.module, self.short(import.name), kind);
        }
        Ok(())
    }

    fn parse_export(&mut self, exports: &mut ExportSection, export: Export<'_>) -> Result<(), Error<Infallible>> {
        let (kind, index) = (
            self.export_kind(export.kind)?,
            self.external_index(export.kind, export.index)?,
        );
        exports.export(self.short(export.name), kind, index);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CustomSection, EntityType, MemoryType};

    use super::*;

    fn module(import: &str, custom: &[&str]) -> Vec<u8> {
        let memory = MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        };
        let mut imports = ImportSection::new();
        imports.import("./glue.js", import, EntityType::Memory(memory));
        let mut module = Module::new();
        module.section(&imports);
        for name in custom {
            module.section(&CustomSection {
                name: (*name).into(),
                data: (&[1, 2, 3]).into(),
            });
        }
        module.finish()
    }

    #[test]
    fn names_of_functions_go_and_the_rest_stays() {
        let kept = rewritten(&module("memory", &["target_features", "name"]), &BTreeMap::new()).unwrap();
        assert_eq!(kept, module("memory", &["target_features"]));
        assert!(rewritten(b"no module", &BTreeMap::new()).is_err());
    }

    #[test]
    fn glue_and_module_get_the_same_short_names() {
        let folder = tempfile::tempdir().unwrap();
        let (glue, main) = (folder.path().join("glue.js"), folder.path().join("main.wasm"));
        fs::write(&glue, "a = {__wbg_set_0123456789abcdef: 1, set_hash: wasm.memory}").unwrap();
        fs::write(&main, module("__wbg_set_0123456789abcdef", &[])).unwrap();
        names(&glue, &main).unwrap();
        assert_eq!(fs::read_to_string(&glue).unwrap(), "a = {$0: 1, set_hash: wasm.memory}");
        assert_eq!(fs::read(&main).unwrap(), module("$0", &[]));
    }

    #[test]
    fn hashes_end_names() {
        assert!(has_hash("__wbg_set_0123456789abcdef") && has_hash("invoke__h0123456789abcdef"));
        assert!(!has_hash("__indirect_function_table") && !has_hash("__wbindgen_malloc"));
    }
}
