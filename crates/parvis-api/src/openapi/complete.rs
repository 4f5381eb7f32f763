//! What the conventions say of every operation: permission, security, headers, problems, path parameters.

use std::collections::BTreeSet;

use parvis_domain::accounts::{Operation as Permitted, Role};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, Response, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{examples, shared};
use crate::http::idempotency;

/// What is to be known of an operation beside what its handler says.
struct Place<'a> {
    path: &'a str,
    method: &'a str,
    permitted: Permitted,
    has_query: bool,
    /// Whether the answer is one item, which has a version.
    gives_item: bool,
}

/// Completes the document.
pub fn complete(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        let mut schemas = Vec::new();
        parvis_wire::Problem::schemas(&mut schemas);
        components.schemas.extend(schemas);
        components
            .schemas
            .insert("Problem".to_owned(), parvis_wire::Problem::schema());
        shared::add(components);
    }
    let items = document.components.as_ref().map(items).unwrap_or_default();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let permitted = operation.operation_id.as_deref().and_then(Permitted::parse);
            if let Some(permitted) = permitted {
                let has_query = operation.parameters.iter().flatten().any(is_query);
                let place = Place {
                    path,
                    method,
                    permitted,
                    has_query,
                    gives_item: gives_item(operation, &items),
                };
                complete_operation(operation, &place);
            }
            if let Some(components) = &mut document.components {
                shared::share_of_lists(operation, components);
            }
        }
    }
}

/// The operations of an address.
#[cfg(test)]
pub fn operations_of(item: &PathItem) -> impl Iterator<Item = &Operation> {
    [&item.get, &item.post, &item.patch, &item.delete]
        .into_iter()
        .filter_map(Option::as_ref)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// References to the schemas of items: of what has an id or a version.
fn items(components: &Components) -> BTreeSet<String> {
    let is_item = |schema: &RefOr<Schema>| {
        matches!(schema, RefOr::T(Schema::Object(object))
            if object.properties.contains_key("id") || object.properties.contains_key("version"))
    };
    let items = components.schemas.iter().filter(|(_, schema)| is_item(schema));
    items
        .map(|(name, _)| Ref::from_schema_name(name).ref_location)
        .collect()
}

fn gives_item(operation: &Operation, items: &BTreeSet<String>) -> bool {
    let answers = operation.responses.responses.iter();
    let good = answers.filter_map(|(status, answer)| match answer {
        RefOr::T(answer) if status.starts_with('2') => Some(answer),
        _ => None,
    });
    good.flat_map(|answer| answer.content.values()).any(|content| {
        matches!(content, RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) if items.contains(&schema.ref_location))
    })
}

fn complete_operation(operation: &mut Operation, place: &Place<'_>) {
    describe(operation, place);
    exemplify(operation, place);
    let parameters = operation.parameters.get_or_insert_with(Vec::new);
    for (name, parameter) in path_parameters(place.path).chain(header_parameters(place)) {
        let known = |other: &RefOr<Parameter>| matches!(other, RefOr::T(other) if other.name == name);
        if !parameters.iter().any(known) {
            parameters.push(parameter);
        }
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            if place.method == "POST" && response_is_created(response) {
                shared::add_header(response, "Location");
            }
            if place.gives_item && !response.content.is_empty() {
                shared::add_header(response, "ETag");
            }
            shared::add_header(response, "X-Request-Id");
        }
    }
    for status in place.answers(operation.request_body.is_some()) {
        if let Some(answer) = shared::response(status) {
            let responses = &mut operation.responses.responses;
            responses.entry(status.to_owned()).or_insert(answer);
        }
    }
}

fn describe(operation: &mut Operation, place: &Place<'_>) {
    let roles = place.permitted.roles();
    let names: Vec<_> = roles.iter().map(|role| format!("`{role}`")).collect();
    let who = if roles.contains(&Role::Stranger) {
        "everybody who may see it".to_owned()
    } else {
        names.join(", ")
    };
    let text = operation.description.take().unwrap_or_default();
    operation.description = Some(
        format!("{text}\n\nPermission `{}`: {who}.", place.permitted)
            .trim()
            .to_owned(),
    );
    let bearer = SecurityRequirement::new("bearer", Vec::<String>::new());
    operation.security = Some(match roles.contains(&Role::Stranger) {
        true => vec![SecurityRequirement::default(), bearer],
        false => vec![bearer],
    });
}

/// Gives the body its example, where its type brings none.
fn exemplify(operation: &mut Operation, place: &Place<'_>) {
    let Some(RefOr::T(body)) = &mut operation.request_body else {
        return;
    };
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content {
            content.example = examples::of(place.permitted);
        }
    }
}

impl Place<'_> {
    fn is_auth(&self) -> bool {
        !idempotency::applies(self.permitted)
    }

    fn has_id(&self) -> bool {
        self.path.contains('{')
    }

    /// Whether a client that has the item already need not get it again.
    fn is_conditional(&self) -> bool {
        self.method == "GET" && self.gives_item
    }

    /// The statuses that the conventions add to those of the handler.
    fn answers(&self, has_body: bool) -> impl Iterator<Item = &'static str> {
        let writes = self.method != "GET";
        let public = self.permitted.roles().contains(&Role::Stranger);
        let all = [
            (self.is_conditional(), "304"),
            (true, "400"),
            (true, "401"),
            (!public || self.has_id(), "403"),
            (true, "404"),
            (writes, "409"),
            (writes, "412"),
            (has_body, "413"),
            (has_body, "415"),
            (writes || self.has_query, "422"),
            (matches!(self.method, "PATCH" | "DELETE"), "428"),
            (true, "429"),
            (true, "500"),
            (true, "503"),
        ];
        all.into_iter()
            .filter(|(applies, _)| *applies)
            .map(|(_, status)| status)
    }
}

fn is_query(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)
}

fn response_is_created(response: &Response) -> bool {
    response.headers.contains_key("Location") || response.description.starts_with("Created")
}

/// The ids of the address.
fn path_parameters(path: &str) -> impl Iterator<Item = (&str, RefOr<Parameter>)> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.map(|name| match name == shared::ID.name {
        true => (name, shared::ID.reference()),
        false => (name, RefOr::T(shared::id(name))),
    })
}

/// The headers that the method brings with it.
fn header_parameters<'a>(place: &Place<'a>) -> impl Iterator<Item = (&'a str, RefOr<Parameter>)> {
    let demanded = matches!(place.method, "PATCH" | "DELETE");
    let honoured = place.method == "POST" && place.has_id();
    let keyed = place.method == "POST" && !place.is_auth();
    let all = [
        (demanded, shared::IF_MATCH),
        (honoured, shared::IF_MATCH_OPTIONAL),
        (place.is_conditional(), shared::IF_NONE_MATCH),
        (keyed, shared::IDEMPOTENCY_KEY),
    ];
    let given = all.into_iter().filter(|(applies, _)| *applies);
    given.map(|(_, shared)| (shared.name, shared.reference()))
}
