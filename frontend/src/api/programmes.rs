//! Programmes, their templates and their history.

use parvis_domain::programmes::ProgrammeTransition;
use parvis_wire::Page;
use parvis_wire::events::Event;
use parvis_wire::programmes::{NewProgramme, Programme, ProgrammeItem, ProgrammePatch};
use parvis_wire::templates::Template;
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// What a list of programmes is narrowed to; empty fields narrow nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProgrammeFilter {
    /// Words to find.
    pub q: String,
    /// A status.
    pub status: String,
    /// `true` for those in which the reader has a role.
    pub mine: String,
}

/// The programmes that the reader may see.
pub async fn list_programmes(filter: ProgrammeFilter, cursor: Option<String>) -> Answer<Page<ProgrammeItem>> {
    let parameters = [
        ("q", filter.q.as_str()),
        ("status", filter.status.as_str()),
        ("mine", filter.mine.as_str()),
        ("limit", "24"),
        ("cursor", cursor.as_deref().unwrap_or_default()),
    ];
    client::get(&query("/programmes", &parameters)).await
}

/// One programme.
pub async fn get_programme(id: Uuid) -> Answer<Programme> {
    client::get(&format!("/programmes/{id}")).await
}

/// Sets a programme up from a template.
pub async fn create_programme(new: NewProgramme) -> Answer<Programme> {
    client::post("/programmes", &new).await
}

/// Changes a programme.
pub async fn update_programme(id: Uuid, version: i64, patch: ProgrammePatch) -> Answer<Programme> {
    client::patch(&format!("/programmes/{id}"), version, &patch).await
}

/// Moves a programme on in its life. Archiving is the deletion of HTTP: it keeps what has a history.
pub async fn move_programme(id: Uuid, version: i64, transition: ProgrammeTransition) -> Answer<()> {
    if transition == ProgrammeTransition::Archive {
        return client::delete(&format!("/programmes/{id}"), version).await;
    }
    client::post_to::<_, Programme>(
        &format!("/programmes/{id}/{transition}"),
        version,
        &serde_json::json!({}),
    )
    .await
    .map(drop)
}

/// What changed in a programme, newest first.
pub async fn list_programme_history(id: Uuid, cursor: Option<String>) -> Answer<Page<Event>> {
    let parameters = [
        ("sort", "-seq"),
        ("limit", "50"),
        ("cursor", cursor.as_deref().unwrap_or_default()),
    ];
    client::get(&query(&format!("/programmes/{id}/history"), &parameters)).await
}

/// The templates.
pub async fn list_templates() -> Answer<Page<Template>> {
    client::get(&query("/templates", &[("limit", ALL)])).await
}

/// Where the calendar of a programme is subscribed to.
pub fn calendar_href(id: Uuid) -> String {
    format!("/api/v1/programmes/{id}/calendar.ics")
}
