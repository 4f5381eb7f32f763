//! The OpenAPI document: collected from the handlers, then completed with what the conventions say of every operation.

mod complete;
mod examples;
mod shared;
mod tidy;

use actix_web::App;
use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_actix_web::AppExt;

use crate::server::configure;

/// The subjects of the API, in the order of the reference.
const TAGS: [(&str, &str); 13] = [
    (
        "accounts",
        "Signing in, one's own account, users, members and invitations.",
    ),
    ("templates", "What a kind of programme brings with it."),
    ("programmes", "What is undertaken, where, with whom, from when to when."),
    ("places", "Territories with code, contour and figures."),
    (
        "partners",
        "Organisations, their contacts, and their roles in programmes.",
    ),
    (
        "participation",
        "Participation steps: what was asked of whom, and what came of it.",
    ),
    (
        "bodies",
        "Committees and councils: seats, lots that a stranger can draw again, meetings and decisions.",
    ),
    (
        "agreements",
        "Agreements and their amendments: who signs, what holds on a day, what is owed by when.",
    ),
    (
        "budgets",
        "Budgets, lines, grants, the append-only ledger and its balances.",
    ),
    (
        "reconciliation",
        "Statements of the accounts and the bank, row by row beside the ledger.",
    ),
    (
        "rates",
        "Exchange rates with their source, and what funders ask of conversions.",
    ),
    (
        "documents",
        "Files that are sent, and documents with their versions that take them up.",
    ),
    ("events", "What changed, when, by whom."),
];

/// The document. It needs neither database nor socket.
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(frame())
        .configure(configure)
        .split_for_parts();
    complete::complete(&mut document);
    document
}

/// The document as JSON, in order.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn document() -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(openapi())?;
    tidy::tidy(&mut value);
    Ok(value)
}

/// The document as it is committed: keys sorted, indented.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn pretty() -> Result<String, serde_json::Error> {
    let mut value = document()?;
    value.sort_all_objects();
    serde_json::to_string_pretty(&value)
}

fn frame() -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let bearer = bearer
        .description(Some("The access token of `login` or `refresh`, good for 15 minutes."))
        .build();
    let tags = TAGS
        .iter()
        .map(|(name, description)| TagBuilder::new().name(*name).description(Some(*description)).build());
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Parvis")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(include_str!("openapi/description.md")))
                .license(Some(
                    utoipa::openapi::LicenseBuilder::new()
                        .name("EUPL-1.2")
                        .identifier(Some("EUPL-1.2"))
                        .build(),
                ))
                .build(),
        )
        .tags(Some(tags.collect::<Vec<_>>()))
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme("bearer", SecurityScheme::Http(bearer))
                .build(),
        ))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis_domain::accounts::Operation;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_is_described() {
        let document = openapi();
        let mut ids = BTreeSet::new();
        for (path, item) in &document.paths.paths {
            for operation in complete::operations_of(item) {
                let id = operation.operation_id.clone().unwrap();
                assert!(
                    Operation::parse(&id).is_some(),
                    "{id} at {path} is not in the table of permissions"
                );
                assert!(operation.summary.is_some(), "{id} has no summary");
                assert!(
                    operation.tags.as_ref().is_some_and(|tags| tags.len() == 1),
                    "{id} has no tag"
                );
                assert!(
                    operation
                        .description
                        .as_ref()
                        .is_some_and(|text| text.contains("Permission")),
                    "{id}"
                );
                assert!(
                    operation.responses.responses.contains_key("429"),
                    "{id} has no problems"
                );
                assert!(ids.insert(id.clone()), "{id} stands twice");
            }
        }
        let missing: Vec<_> = Operation::ALL
            .iter()
            .filter(|operation| !ids.contains(operation.as_str()))
            .collect();
        assert!(missing.is_empty(), "these operations have no address: {missing:?}");
    }

    #[test]
    fn the_document_is_the_same_each_time() {
        assert_eq!(pretty().unwrap(), pretty().unwrap());
    }
}
