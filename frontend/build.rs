//! Generates the typed translations from `locales/*.json`.
//!
//! A key that one of the languages lacks, or has too many, stops the build: a half-translated page is a bug.

use std::{env, error::Error, fs, path::PathBuf};

use leptos_i18n_parser::parse_locales::{
    options::{Config, ParseOptions},
    parse_locales,
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=build.rs");
    let config = Config::new("fr")?
        .add_locale("en")?
        .add_locale("es")?
        .locales_path("locales")
        .parse_options(ParseOptions::new().interpolate_display(true));
    let parsed = parse_locales(None, config)?;
    let mut faults: Vec<String> = parsed.diag.errors().iter().map(ToString::to_string).collect();
    faults.extend(parsed.diag.warnings().iter().map(ToString::to_string));
    if !faults.is_empty() {
        return Err(format!("the locales differ:\n{}", faults.join("\n")).into());
    }
    let code = leptos_i18n_codegen::gen_code(&parsed, None, true, None, false)?;
    let folder = PathBuf::from(env::var("OUT_DIR")?).join("i18n");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("mod.rs"), code.to_string())?;
    Ok(())
}
