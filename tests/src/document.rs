//! The OpenAPI document, as far as tests read it.

use std::collections::BTreeMap;

use parvis_domain::accounts::Operation;
use serde_json::Value;
use ureq::http::Method;

use crate::client::Client;

/// An operation of the document.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The method.
    pub method: Method,
    /// The path with its parameters in braces.
    pub path: String,
    /// What the document says of it.
    pub value: Value,
}

impl Entry {
    /// The path with ids in the place of its parameters, in their order.
    ///
    /// # Panics
    /// Where there are more or fewer parameters than ids.
    pub fn at(&self, ids: &[&str]) -> String {
        let mut parts = self.path.split('{');
        let mut path = parts.next().unwrap_or_default().to_owned();
        let mut ids = ids.iter();
        for part in parts {
            let id = ids
                .next()
                .unwrap_or_else(|| panic!("{} has more parameters", self.path));
            path.push_str(id);
            path.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
        }
        assert!(ids.next().is_none(), "{} has fewer parameters", self.path);
        path
    }
}

/// The document as the server serves it.
pub fn served(client: &Client) -> Value {
    client.get("/api/openapi.json").ok()
}

/// The operations of a document by their operationId.
pub fn entries(document: &Value) -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    let paths = document["paths"].as_object().expect("a document has paths");
    for (path, item) in paths {
        for (method, value) in item.as_object().into_iter().flatten() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else {
                continue;
            };
            let Some(id) = value["operationId"].as_str() else {
                continue;
            };
            let entry = Entry {
                method,
                path: path.clone(),
                value: with_parameters(document, value),
            };
            assert!(entries.insert(id.to_owned(), entry).is_none(), "{id} stands twice");
        }
    }
    entries
}

/// An operation whose parameters are written out, also those that it shares with others.
fn with_parameters(document: &Value, operation: &Value) -> Value {
    let mut operation = operation.clone();
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let shared = parameter["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
        if let Some(shared) = shared.and_then(|at| document.pointer(at)) {
            *parameter = shared.clone();
        }
    }
    operation
}

/// The operations of the table of permissions, each with its entry.
///
/// # Panics
/// Where one is not in the document.
pub fn operations(client: &Client) -> BTreeMap<Operation, Entry> {
    let mut entries = entries(&served(client));
    let entry = |operation: &Operation| {
        let entry = entries.remove(operation.as_str());
        (
            *operation,
            entry.unwrap_or_else(|| panic!("{operation} is not in the document")),
        )
    };
    Operation::ALL.iter().map(entry).collect()
}
