//! What the conventions say of every operation: permission, security, headers, problems, path parameters.

use parvis_domain::accounts::{Operation as Permitted, Role};
use serde_json::json;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, HeaderBuilder, OpenApi, RefOr, Required, Response, ResponseBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::examples;
use crate::http::idempotency;

pub(super) const EXAMPLE_ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// What is to be known of an operation beside what its handler says.
struct Place<'a> {
    path: &'a str,
    method: &'a str,
    permitted: Permitted,
    has_query: bool,
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
    }
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let permitted = operation.operation_id.as_deref().and_then(Permitted::parse);
            if let Some(permitted) = permitted {
                let has_query = operation.parameters.iter().flatten().any(is_query);
                complete_operation(
                    operation,
                    &Place {
                        path,
                        method,
                        permitted,
                        has_query,
                    },
                );
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

fn complete_operation(operation: &mut Operation, place: &Place<'_>) {
    describe(operation, place);
    exemplify(operation, place);
    let parameters = operation.parameters.get_or_insert_with(Vec::new);
    for parameter in path_parameters(place.path).chain(header_parameters(place)) {
        let known = |other: &RefOr<Parameter>| matches!(other, RefOr::T(other) if other.name == parameter.name);
        if !parameters.iter().any(known) {
            parameters.push(RefOr::T(parameter));
        }
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            let etag = place.has_etag();
            if place.method == "POST" && response_is_created(response) {
                add_header(response, "Location", "Where the new item is.");
            }
            if etag && !response.content.is_empty() {
                add_header(response, "ETag", "Version and view, such as \"3-member\".");
            }
            add_header(response, "X-Request-Id", "The id under which the log has the request.");
        }
    }
    if place.method == "GET" && place.has_etag() {
        let unchanged = ResponseBuilder::new()
            .description("Not changed since the tag of If-None-Match.")
            .build();
        operation
            .responses
            .responses
            .insert("304".to_owned(), RefOr::T(unchanged));
    }
    for (status, description) in place.problems(operation.request_body.is_some()) {
        let responses = &mut operation.responses.responses;
        responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem(status, description)));
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

    /// Whether the answer is one item with a version.
    fn has_etag(&self) -> bool {
        let name = self.permitted.as_str();
        let single = !name.starts_with("list_") && !name.starts_with("export_") && !self.is_auth();
        let exported = name.ends_with("_personal_data");
        single && !exported && !matches!(self.permitted, Permitted::GetBalances | Permitted::GetProgrammeCalendar)
    }

    fn problems(&self, has_body: bool) -> Vec<(&'static str, &'static str)> {
        let writes = self.method != "GET";
        let public = self.permitted.roles().contains(&Role::Stranger);
        let all = [
            (true, "400", "The request cannot be read."),
            (true, "401", "Signing in is required, or the proof is no longer good."),
            (!public || self.has_id(), "403", "Seen, but not allowed."),
            (true, "404", "It does not exist, or may not be seen."),
            (writes, "409", "The state of what is there forbids it."),
            (writes, "412", "Somebody changed it meanwhile."),
            (has_body, "413", "The body is too large."),
            (has_body, "415", "The media type is not read here."),
            (writes || self.has_query, "422", "One or more values break a rule."),
            (
                matches!(self.method, "PATCH" | "DELETE"),
                "428",
                "If-Match is required.",
            ),
            (true, "429", "Too many requests."),
            (true, "500", "A fault on our side."),
            (true, "503", "Not possible for the moment."),
        ];
        all.into_iter()
            .filter(|(applies, ..)| *applies)
            .map(|(_, status, text)| (status, text))
            .collect()
    }
}

fn is_query(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)
}

fn response_is_created(response: &Response) -> bool {
    response.headers.contains_key("Location") || response.description.starts_with("Created")
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build()
}

fn path_parameters(path: &str) -> impl Iterator<Item = Parameter> + '_ {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.map(|name| {
        let mut schema = text();
        schema.format = Some(SchemaFormat::KnownFormat(KnownFormat::Uuid));
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("The identifier."))
            .schema(Some(Schema::Object(schema)))
            .example(Some(json!(EXAMPLE_ID)))
            .build()
    })
}

fn header_parameters(place: &Place<'_>) -> impl Iterator<Item = Parameter> {
    let demanded = matches!(place.method, "PATCH" | "DELETE");
    let honoured = place.method == "POST" && place.has_id();
    let keyed = place.method == "POST" && !place.is_auth();
    let all = [
        (
            demanded || honoured,
            "If-Match",
            "The ETag that was read, or *: the change is refused where somebody was faster.",
            demanded,
            "\"1-member\"",
            r#"^(\*|(W/)?"[0-9]{1,18}(-[a-z0-9-]*)?")$"#,
        ),
        (
            place.method == "GET" && place.has_etag(),
            "If-None-Match",
            "The ETag of what the client has: 304 where it is still the current one.",
            false,
            "\"1-member\"",
            "",
        ),
        (
            keyed,
            "Idempotency-Key",
            "A key of the client's choice, kept for a day: the same request under it acts once.",
            false,
            "3f0e6b1c-9a0f-4e3d-8a86-5d6f2f3c1a77",
            "^[!-~]{1,200}$",
        ),
    ];
    all.into_iter()
        .filter(|(applies, ..)| *applies)
        .map(|(_, name, description, required, example, pattern)| {
            let mut schema = text();
            schema.pattern = (!pattern.is_empty()).then(|| pattern.to_owned());
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .description(Some(description))
                .required(if required { Required::True } else { Required::False })
                .schema(Some(Schema::Object(schema)))
                .example(Some(json!(example)))
                .build()
        })
}

fn add_header(response: &mut Response, name: &str, description: &str) {
    let header = HeaderBuilder::new()
        .schema(Some(Schema::Object(text())))
        .description(Some(description))
        .build();
    response.headers.entry(name.to_owned()).or_insert(RefOr::T(header));
}

fn problem(status: &str, description: &str) -> Response {
    let schema = RefOr::Ref(utoipa::openapi::Ref::from_schema_name("Problem"));
    let mut response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", Content::new(Some(schema)))
        .build();
    add_header(
        &mut response,
        "X-Request-Id",
        "The id under which the log has the request.",
    );
    if matches!(status, "429" | "503") {
        add_header(&mut response, "Retry-After", "Seconds after which to try again.");
    }
    response
}
