//! What the derived schemas leave untidy: defaults that say nothing, pages that repeat their items, descriptions that
//! stand where no reader looks for them, and changes whose fields have none.

use serde_json::{Map, Value, json};

/// Puts a document in order.
pub(super) fn tidy(document: &mut Value) {
    each_object(document, &mut |object| {
        without_null_default(object);
        lift_description(object);
    });
    if let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    {
        refer_to_items(schemas);
        describe_changes(schemas);
    }
}

fn each_object(value: &mut Value, act: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            act(fields);
            fields.values_mut().for_each(|value| each_object(value, act));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, act)),
        _ => {}
    }
}

/// A field that may be left out has no default to speak of, and null would often be none of its values.
fn without_null_default(object: &mut Map<String, Value>) {
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
}

/// A description of one of several alternatives that describes them all belongs beside them.
fn lift_description(object: &mut Map<String, Value>) {
    if object.contains_key("description") {
        return;
    }
    let alternatives = object.get_mut("oneOf").and_then(Value::as_array_mut);
    let [one, other] = alternatives.map(Vec::as_mut_slice).unwrap_or_default() else {
        return;
    };
    let null = json!({"type": "null"});
    let alternative = match (*one == null, *other == null) {
        (false, true) => one,
        (true, false) => other,
        _ => return,
    };
    let description = alternative
        .as_object_mut()
        .filter(|alternative| alternative.contains_key("$ref"))
        .and_then(|alternative| alternative.remove("description"));
    if let Some(description) = description {
        object.insert("description".to_owned(), description);
    }
}

/// A page of things leads to what one of them is.
fn refer_to_items(schemas: &mut Map<String, Value>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for page in names {
        let Some(item) = page.strip_prefix("Page_") else {
            continue;
        };
        let known = schemas.get(item).cloned();
        let items = schemas
            .get_mut(&page)
            .and_then(|page| page.pointer_mut("/properties/items/items"));
        if let (Some(known), Some(items)) = (known, items)
            && *items == known
        {
            *items = json!({"$ref": format!("#/components/schemas/{item}")});
        }
    }
}

/// A field of a change means what it means in what is changed.
fn describe_changes(schemas: &mut Map<String, Value>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for change in names {
        let Some(thing) = change.strip_suffix("Patch") else {
            continue;
        };
        let sources = [format!("New{thing}"), thing.to_owned(), format!("{thing}Content")];
        let sources: Vec<Value> = sources.iter().filter_map(|name| schemas.get(name)).cloned().collect();
        let fields = schemas
            .get_mut(&change)
            .and_then(|change| change.get_mut("properties"))
            .and_then(Value::as_object_mut);
        for (name, field) in fields.into_iter().flatten() {
            let Some(field) = field.as_object_mut() else { continue };
            let known = sources.iter().filter_map(|source| source.get("properties")?.get(name));
            for known in known {
                copy(known, field, "description");
                if field.contains_key("type") {
                    copy(known, field, "format");
                }
            }
            let plain = json!({"description": format!("New value of `{name}`.")});
            copy(&plain, field, "description");
        }
    }
}

fn copy(from: &Value, to: &mut Map<String, Value>, name: &str) {
    if let (Some(value), false) = (from.get(name), to.contains_key(name)) {
        to.insert(name.to_owned(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_default_goes_and_another_stays() {
        let mut value = json!({"a": {"default": null, "type": "string"}, "b": {"default": 50}});
        tidy(&mut value);
        assert_eq!(value, json!({"a": {"type": "string"}, "b": {"default": 50}}));
    }

    #[test]
    fn the_description_of_what_may_be_null_stands_outside() {
        let mut value = json!({"oneOf": [{"$ref": "#/x", "description": "What it costs."}, {"type": "null"}]});
        tidy(&mut value);
        let expected = json!({"description": "What it costs.", "oneOf": [{"$ref": "#/x"}, {"type": "null"}]});
        assert_eq!(value, expected);
    }

    #[test]
    fn a_page_leads_to_its_items_and_a_change_to_what_is_changed() {
        let place = json!({"type": "object", "properties": {
            "since": {"type": "string", "format": "date", "description": "First day."}
        }});
        let mut value = json!({"components": {"schemas": {
            "Page_Place": {"properties": {"items": {"type": "array", "items": place.clone()}}},
            "Place": place,
            "PlacePatch": {"properties": {"since": {"type": ["string", "null"]}}},
        }}});
        tidy(&mut value);
        let at = |pointer: &str| value.pointer(pointer).cloned();
        let items = at("/components/schemas/Page_Place/properties/items/items");
        assert_eq!(items, Some(json!({"$ref": "#/components/schemas/Place"})));
        let since = at("/components/schemas/PlacePatch/properties/since");
        let expected = json!({"type": ["string", "null"], "format": "date", "description": "First day."});
        assert_eq!(since, Some(expected));
    }
}
