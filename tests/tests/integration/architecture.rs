//! The arrows between the crates, read from cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What the packages of the workspace name directly, by package: (name, kind of dependency).
fn dependencies() -> BTreeMap<String, BTreeSet<(String, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
            "--locked",
        ])
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    packages
        .iter()
        .map(|package| {
            let named = package["dependencies"].as_array().into_iter().flatten();
            let named = named.map(|dependency| (text(&dependency["name"]), text(&dependency["kind"])));
            (text(&package["name"]), named.collect())
        })
        .collect()
}

fn own(named: &BTreeSet<(String, String)>) -> BTreeSet<&str> {
    let normal = named.iter().filter(|(_, kind)| kind.is_empty());
    normal
        .map(|(name, _)| name.as_str())
        .filter(|name| name.starts_with("parvis-"))
        .collect()
}

#[test]
fn arrows_point_where_the_architecture_says() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("parvis-domain", &[][..]),
        ("parvis-wire", &["parvis-domain"]),
        ("parvis-store", &["parvis-domain"]),
        ("parvis-api", &["parvis-domain", "parvis-store", "parvis-wire"]),
        ("parvis-frontend", &["parvis-domain", "parvis-wire"]),
        ("xtask", &[]),
    ]);
    for (package, named) in dependencies() {
        if package == "parvis-tests" {
            continue;
        }
        let allowed = allowed
            .get(package.as_str())
            .unwrap_or_else(|| panic!("{package} has no place in the architecture"));
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert!(own(&named).is_subset(&allowed), "{package} names {:?}", own(&named));
    }
}

#[test]
fn one_crate_speaks_to_databases_and_one_to_the_network() {
    for (package, named) in dependencies() {
        let names = |prefixes: &[&str]| {
            let is = |name: &String| prefixes.iter().any(|prefix| name.starts_with(prefix));
            named
                .iter()
                .map(|(name, _)| name)
                .filter(|name| is(name))
                .cloned()
                .collect::<Vec<_>>()
        };
        let database = names(&["diesel", "libsqlite3", "pq-sys", "rusqlite", "postgres", "sqlx"]);
        let network = names(&["actix", "utoipa-actix", "utoipa-swagger"]);
        assert!(
            ["parvis-store", "parvis-tests"].contains(&package.as_str()) || database.is_empty(),
            "{package}: {database:?}"
        );
        assert!(package == "parvis-api" || network.is_empty(), "{package}: {network:?}");
    }
}

#[test]
fn the_domain_is_pure() {
    let pure = [
        "chrono",
        "chrono-tz",
        "geojson",
        "iso_currency",
        "oxilangtag",
        "serde",
        "serde_json",
        "sha2",
        "thiserror",
        "toml",
        "utoipa",
        "uuid",
    ];
    let packages = dependencies();
    for package in ["parvis-domain", "parvis-wire"] {
        let normal = packages[package].iter().filter(|(_, kind)| kind.is_empty());
        let others: Vec<_> = normal
            .filter(|(name, _)| !pure.contains(&name.as_str()) && name != "parvis-domain")
            .collect();
        assert!(others.is_empty(), "{package} names {others:?}");
    }
}

/// Clock and randomness are values that are handed down; the sources say neither `now` nor `random`.
#[test]
fn nothing_below_the_server_reads_the_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    for package in ["parvis-domain", "parvis-wire", "parvis-store"] {
        for file in sources(&root.join(package).join("src")) {
            let text = std::fs::read_to_string(&file).expect("a source can be read");
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for forbidden in [
                "Utc::now",
                "SystemTime::now",
                "Uuid::new_v4",
                "Uuid::now_v7",
                "getrandom",
                "rand::",
            ] {
                assert!(!code.contains(forbidden), "{} says {forbidden}", file.display());
            }
        }
    }
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
