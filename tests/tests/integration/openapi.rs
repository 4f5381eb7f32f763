//! The document: complete, consistent, and the one that is committed.

use std::collections::BTreeSet;
use std::path::Path;

use parvis_domain::Code;
use parvis_domain::accounts::{Operation, Role};
use parvis_tests::{App, document};
use serde_json::Value;
use ureq::http::Method;

#[test]
fn every_operation_of_the_table_is_documented_and_no_other() {
    let app = App::new();
    let entries = document::entries(&document::served(&app.client()));
    let documented: BTreeSet<&str> = entries.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
    assert_eq!(documented, known);
}

#[test]
fn every_operation_says_all_that_it_must() {
    let app = App::new();
    let mut faults = Vec::new();
    for (operation, entry) in document::operations(&app.client()) {
        let value = &entry.value;
        let mut lacks = |what: &str, has: bool| {
            if !has {
                faults.push(format!("{operation} lacks {what}"));
            }
        };
        let text = |name: &str| !value[name].as_str().unwrap_or_default().trim().is_empty();
        lacks("a summary", text("summary"));
        lacks("one tag", value["tags"].as_array().is_some_and(|tags| tags.len() == 1));
        let whole = value.to_string();
        let roles = operation.roles();
        lacks(
            "its permission",
            roles.contains(&Role::Stranger) || roles.iter().any(|role| whole.contains(role.as_str())),
        );
        let security = &value["security"];
        let optional = security.is_null()
            || security.as_array().is_some_and(|list| {
                list.is_empty()
                    || list
                        .iter()
                        .any(|one| one.as_object().is_some_and(serde_json::Map::is_empty))
            });
        lacks("its security", roles.contains(&Role::Stranger) == optional);
        let responses = value["responses"].as_object().cloned().unwrap_or_default();
        let has = |status: &str| responses.contains_key(status);
        lacks("a success", responses.keys().any(|status| status.starts_with('2')));
        if !roles.contains(&Role::Stranger) {
            lacks("401", has("401"));
            lacks("403", has("403"));
        }
        if entry.path.contains('{') {
            lacks("404", has("404"));
        }
        if [Method::PATCH, Method::DELETE].contains(&entry.method) {
            lacks("412 and 428", has("412") && has("428"));
        }
        if value.get("requestBody").is_some() {
            lacks(
                "400, 413, 415 and 422",
                ["400", "413", "415", "422"].iter().all(|status| has(status)),
            );
        }
        lacks("429 and 503", has("429") && has("503"));
        for (status, response) in &responses {
            let problem = status.starts_with('4') || status.starts_with('5');
            lacks(
                &format!("a description of {status}"),
                has_text(&app_resolved(&app, response)["description"]),
            );
            if problem {
                let content = app_resolved(&app, response)["content"].clone();
                lacks(
                    &format!("the problem of {status}"),
                    content.get("application/problem+json").is_some(),
                );
            }
        }
        for parameter in value["parameters"].as_array().into_iter().flatten() {
            let parameter = app_resolved(&app, parameter);
            lacks(
                &format!("a description of {}", parameter["name"]),
                has_text(&parameter["description"]),
            );
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn has_text(value: &Value) -> bool {
    !value.as_str().unwrap_or_default().trim().is_empty()
}

/// What a reference of the document leads to.
fn app_resolved(app: &App, value: &Value) -> Value {
    match value["$ref"].as_str() {
        Some(reference) => {
            let document = served_once(app);
            let target = document.pointer(reference.trim_start_matches('#')).cloned();
            target.unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => value.clone(),
    }
}

fn served_once(app: &App) -> &'static Value {
    static DOCUMENT: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
    DOCUMENT.get_or_init(|| document::served(&app.client()))
}

#[test]
fn what_operations_have_in_common_stands_once() {
    let document = document::served(&App::new().client());
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (operation, entry) in document::entries(&document) {
        let responses = entry.value["responses"].as_object().expect("answers");
        for (status, response) in responses {
            let own = response.get("$ref").is_none();
            let problem = status.starts_with(['4', '5']);
            if own && problem && !seen.insert((status.clone(), response.to_string())) {
                faults.push(format!("{operation} repeats its {status}"));
            }
            for (name, header) in response["headers"].as_object().into_iter().flatten() {
                if header.get("$ref").is_none() && !seen.insert((name.clone(), header.to_string())) {
                    faults.push(format!("{operation} repeats the header {name} of {status}"));
                }
            }
        }
    }
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (page, schema) in schemas.iter().filter(|(name, _)| name.starts_with("Page_")) {
        if schema["properties"]["items"]["items"].get("$ref").is_none() {
            faults.push(format!("{page} repeats what one of its items is"));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_schema_and_field_is_described() {
    let document = document::served(&App::new().client());
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let mut faults = Vec::new();
    for (name, schema) in schemas {
        let fields = schema["properties"].as_object().into_iter().flatten();
        let fields = fields.map(|(field, value)| (format!("{name}.{field}"), value));
        for (place, value) in fields.chain([(name.clone(), schema)]) {
            if !has_text(&value["description"]) {
                faults.push(place);
            }
        }
    }
    assert!(faults.is_empty(), "not described: {}", faults.join(", "));
}

#[test]
fn every_body_has_an_example() {
    let app = App::new();
    let document = document::served(&app.client());
    let mut faults = Vec::new();
    for (operation, entry) in document::entries(&document) {
        let content = &entry.value["requestBody"]["content"];
        for (media, body) in content.as_object().into_iter().flatten() {
            let schema = app_resolved(&app, &body["schema"]);
            let empty = schema["properties"].as_object().is_none_or(serde_json::Map::is_empty);
            let has = |value: &Value| value.get("example").is_some() || value.get("examples").is_some();
            if !empty && !has(body) && !has(&schema) {
                faults.push(format!("{operation} ({media})"));
            }
        }
    }
    assert!(faults.is_empty(), "no example: {}", faults.join(", "));
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(fields) => {
                fields
                    .get("$ref")
                    .and_then(Value::as_str)
                    .into_iter()
                    .for_each(|reference| {
                        found.insert(reference);
                    });
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document::served(&App::new().client());
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference} leads nowhere");
    }
    assert!(document["openapi"].as_str().unwrap_or_default().starts_with("3.1"));
}

#[test]
fn every_code_is_documented_where_its_type_leads() {
    let page = App::new().client().get("/api/problems").text;
    for code in Code::ALL {
        assert!(
            page.contains(&format!("id=\"{}\"", code.as_str())),
            "{} is not explained",
            code.as_str()
        );
    }
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api-spec/openapi.json");
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("skipped: api-spec/openapi.json is not there");
        return;
    };
    let committed: Value = serde_json::from_str(&text).expect("the committed document is JSON");
    let served = document::served(&App::new().client());
    assert!(committed == served, "the document has changed: cargo xtask openapi");
}
