//! What many operations have in common: answers, headers and parameters that stand once under `components`, where the
//! operations refer to them.

use serde_json::json;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Components, KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Content, HeaderBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema};

pub(super) const EXAMPLE_ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const PROBLEM: &str = "application/problem+json";
const REQUEST_ID: &str = "X-Request-Id";
const RETRY_AFTER: &str = "Retry-After";

/// Status, name among the components, and meaning of the answers that the conventions give.
const ANSWERS: [(&str, &str, &str); 14] = [
    ("304", "NotModified", "Not changed since the tag of If-None-Match."),
    ("400", "BadRequest", "The request cannot be read."),
    (
        "401",
        "Unauthorized",
        "Signing in is required, or the proof is no longer good.",
    ),
    ("403", "Forbidden", "Seen, but not allowed."),
    ("404", "NotFound", "It does not exist, or may not be seen."),
    ("409", "Conflict", "The state of what is there forbids it."),
    ("412", "PreconditionFailed", "Somebody changed it meanwhile."),
    ("413", "ContentTooLarge", "The body is too large."),
    ("415", "UnsupportedMediaType", "The media type is not read here."),
    ("422", "UnprocessableContent", "One or more values break a rule."),
    ("428", "PreconditionRequired", "If-Match is required."),
    ("429", "TooManyRequests", "Too many requests."),
    ("500", "InternalServerError", "A fault on our side."),
    ("503", "ServiceUnavailable", "Not possible for the moment."),
];

/// Name, meaning and example of the headers of answers.
const HEADERS: [(&str, &str, &str); 4] = [
    (
        REQUEST_ID,
        "The id under which the log has the request.",
        "01890a5d-ac96-774b-bcce-b302099a8057",
    ),
    (RETRY_AFTER, "Seconds after which to try again.", "5"),
    ("ETag", "Version and view.", "\"3-member\""),
    (
        "Location",
        "Where the new item is.",
        "/api/v1/programmes/01890a5d-ac96-774b-bcce-b302099a8057",
    ),
];

/// Parameters of lists that stand under `components` where several handlers declare the very same.
const OF_LISTS: [&str; 3] = ["cursor", "limit", "count"];

/// A parameter that the conventions give, by its name among the components.
pub(super) struct Shared {
    /// The name among the components.
    pub key: &'static str,
    /// The parameter's own name.
    pub name: &'static str,
}

/// The id of an item in its address.
pub(super) const ID: Shared = Shared { key: "id", name: "id" };
/// The version that a change demands.
pub(super) const IF_MATCH: Shared = Shared {
    key: "If-Match",
    name: "If-Match",
};
/// The version that a change honours.
pub(super) const IF_MATCH_OPTIONAL: Shared = Shared {
    key: "If-Match-optional",
    name: "If-Match",
};
/// The version that the client has already.
pub(super) const IF_NONE_MATCH: Shared = Shared {
    key: "If-None-Match",
    name: "If-None-Match",
};
/// What makes a request act once.
pub(super) const IDEMPOTENCY_KEY: Shared = Shared {
    key: "Idempotency-Key",
    name: "Idempotency-Key",
};

impl Shared {
    /// Leads to the parameter.
    pub fn reference(&self) -> RefOr<Parameter> {
        reference("parameters", self.key)
    }

    fn parameter(&self) -> Parameter {
        match self.key {
            "If-Match" => if_match(Required::True),
            "If-Match-optional" => if_match(Required::False),
            "If-None-Match" => header_parameter(
                self.name,
                "The ETag of what the client has: 304 where it is still the current one.",
                "\"1-member\"",
                text(),
            ),
            "Idempotency-Key" => header_parameter(
                self.name,
                "A key of the client's choice, kept for a day: the same request under it acts once.",
                "3f0e6b1c-9a0f-4e3d-8a86-5d6f2f3c1a77",
                pattern("^[!-~]{1,200}$"),
            ),
            _ => id(self.name),
        }
    }
}

/// Adds what the operations refer to.
pub(super) fn add(components: &mut Components) {
    for (status, name, description) in ANSWERS {
        let answer = RefOr::T(answer(status, description));
        components.responses.insert(name.to_owned(), answer);
    }
    for (name, description, example) in HEADERS {
        let header = HeaderBuilder::new()
            .schema(Some(Schema::Object(text())))
            .description(Some(description))
            .example(Some(json!(example)))
            .build();
        components.headers.insert(name.to_owned(), RefOr::T(header));
    }
    for shared in [ID, IF_MATCH, IF_MATCH_OPTIONAL, IF_NONE_MATCH, IDEMPOTENCY_KEY] {
        let parameter = RefOr::T(shared.parameter());
        components.parameters.insert(shared.key.to_owned(), parameter);
    }
}

/// Leads to the answer that the conventions give with a status.
pub(super) fn response(status: &str) -> Option<RefOr<Response>> {
    let (_, name, _) = ANSWERS.iter().find(|(of, ..)| *of == status)?;
    Some(reference("responses", name))
}

/// Gives an answer a header of the conventions.
pub(super) fn add_header(response: &mut Response, name: &str) {
    let header: RefOr<Header> = reference("headers", name);
    response.headers.entry(name.to_owned()).or_insert(header);
}

/// The id of an item in an address.
pub(super) fn id(name: &str) -> Parameter {
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
}

/// Moves the parameters of pages from the lists to the components. One that differs stays where it is.
pub(super) fn share_of_lists(operation: &mut Operation, components: &mut Components) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(own) = parameter else { continue };
        let name = own.name.clone();
        if own.parameter_in != ParameterIn::Query || !OF_LISTS.contains(&name.as_str()) {
            continue;
        }
        let common = components.parameters.entry(name.clone());
        if common.or_insert_with(|| parameter.clone()) == parameter {
            *parameter = reference("parameters", &name);
        }
    }
}

fn reference<T>(kind: &str, name: &str) -> RefOr<T> {
    RefOr::Ref(Ref::new(format!("#/components/{kind}/{name}")))
}

fn answer(status: &str, description: &str) -> Response {
    let mut response = ResponseBuilder::new().description(description);
    if !status.starts_with('3') {
        let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
        response = response.content(PROBLEM, Content::new(Some(schema)));
    }
    let mut response = response.build();
    add_header(&mut response, REQUEST_ID);
    if matches!(status, "429" | "503") {
        add_header(&mut response, RETRY_AFTER);
    }
    response
}

fn if_match(required: Required) -> Parameter {
    let mut parameter = header_parameter(
        IF_MATCH.name,
        "The ETag that was read, or *: the change is refused where somebody was faster.",
        "\"1-member\"",
        pattern(r#"^(\*|(W/)?"[0-9]{1,18}(-[a-z0-9-]*)?")$"#),
    );
    parameter.required = required;
    parameter
}

fn header_parameter(name: &str, description: &str, example: &str, schema: Object) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .required(Required::False)
        .schema(Some(Schema::Object(schema)))
        .example(Some(json!(example)))
        .build()
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build()
}

fn pattern(pattern: &str) -> Object {
    let mut schema = text();
    schema.pattern = Some(pattern.to_owned());
    schema
}
