//! Participation steps.

use parvis_wire::Page;
use parvis_wire::participation::{
    CloseStep, EndStep, NewParticipationStep, OpenStep, ParticipationStep, ParticipationStepPatch,
};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// The steps of a programme, in their order.
pub async fn list_participation_steps(programme: Uuid) -> Answer<Page<ParticipationStep>> {
    client::get(&query(
        &format!("/programmes/{programme}/participation-steps"),
        &[("limit", ALL)],
    ))
    .await
}

/// One step.
pub async fn get_participation_step(id: Uuid) -> Answer<ParticipationStep> {
    client::get(&format!("/participation-steps/{id}")).await
}

/// Plans a step.
pub async fn create_participation_step(programme: Uuid, new: NewParticipationStep) -> Answer<ParticipationStep> {
    client::post(&format!("/programmes/{programme}/participation-steps"), &new).await
}

/// Changes a step that is not over.
pub async fn update_participation_step(
    id: Uuid,
    version: i64,
    patch: ParticipationStepPatch,
) -> Answer<ParticipationStep> {
    client::patch(&format!("/participation-steps/{id}"), version, &patch).await
}

/// Opens a planned step.
pub async fn open_participation_step(id: Uuid, version: i64) -> Answer<ParticipationStep> {
    client::post_to(
        &format!("/participation-steps/{id}/open"),
        version,
        &OpenStep::default(),
    )
    .await
}

/// Closes an open step with its outcome.
pub async fn close_participation_step(id: Uuid, version: i64, close: CloseStep) -> Answer<ParticipationStep> {
    client::post_to(&format!("/participation-steps/{id}/close"), version, &close).await
}

/// Cancels a step that is planned or open.
pub async fn cancel_participation_step(id: Uuid, version: i64, end: EndStep) -> Answer<ParticipationStep> {
    client::post_to(&format!("/participation-steps/{id}/cancel"), version, &end).await
}

/// Annuls a closed step, on record.
pub async fn annul_participation_step(id: Uuid, version: i64, end: EndStep) -> Answer<ParticipationStep> {
    client::post_to(&format!("/participation-steps/{id}/annul"), version, &end).await
}
