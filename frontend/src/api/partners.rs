//! Partners and the roles they take in programmes.

use parvis_wire::Page;
use parvis_wire::partners::{NewPartner, NewPartnerRole, Partner, PartnerRole};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// The partners whose name holds these words.
pub async fn list_partners(q: &str) -> Answer<Page<Partner>> {
    client::get(&query("/partners", &[("q", q), ("limit", ALL)])).await
}

/// Adds a partner.
pub async fn create_partner(new: NewPartner) -> Answer<Partner> {
    client::post("/partners", &new).await
}

/// The roles of partners in a programme.
pub async fn list_partner_roles(programme: Uuid) -> Answer<Page<PartnerRole>> {
    client::get(&query(
        &format!("/programmes/{programme}/partner-roles"),
        &[("limit", ALL)],
    ))
    .await
}

/// Gives a partner a role in a programme.
pub async fn create_partner_role(programme: Uuid, new: NewPartnerRole) -> Answer<PartnerRole> {
    client::post(&format!("/programmes/{programme}/partner-roles"), &new).await
}

/// Ends the role of a partner in a programme.
pub async fn archive_partner_role(role: Uuid, version: i64) -> Answer<()> {
    client::delete(&format!("/partner-roles/{role}"), version).await
}
