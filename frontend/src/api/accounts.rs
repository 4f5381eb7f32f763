//! Accounts, members and invitations.

use parvis_wire::Page;
use parvis_wire::accounts::{
    AcceptInvitation, Invitation, Login, Me, MePatch, Member, MemberPatch, NewProgrammeInvitation, PasswordChange,
    Session as Opened,
};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// Signs in.
pub async fn login(login: Login) -> Answer<Opened> {
    client::post("/auth/login", &login).await
}

/// Takes an invitation up, which signs in as well.
pub async fn accept_invitation(accept: AcceptInvitation) -> Answer<Opened> {
    client::post("/invitations/accept", &accept).await
}

/// All that is known about the reader, as a file.
pub async fn export_my_personal_data() -> Answer<Vec<u8>> {
    client::download("/me/personal-data").await
}

/// Changes what the reader says of himself.
pub async fn update_me(version: i64, patch: MePatch) -> Answer<Me> {
    client::patch("/me", version, &patch).await
}

/// Changes the reader's password; other sessions end.
pub async fn change_password(change: PasswordChange) -> Answer<()> {
    client::post_only("/me/password", Some(&change)).await
}

/// Ends all sessions of the reader.
pub async fn logout_everywhere() -> Answer<()> {
    client::post_only::<()>("/auth/logout-everywhere", None).await
}

/// The members of a programme.
pub async fn list_members(programme: Uuid) -> Answer<Page<Member>> {
    client::get(&query(&format!("/programmes/{programme}/members"), &[("limit", ALL)])).await
}

/// Changes the role of a member.
pub async fn update_member(member: Uuid, version: i64, patch: MemberPatch) -> Answer<Member> {
    client::patch(&format!("/members/{member}"), version, &patch).await
}

/// Ends a membership.
pub async fn archive_member(member: Uuid, version: i64) -> Answer<()> {
    client::delete(&format!("/members/{member}"), version).await
}

/// The invitations into a programme.
pub async fn list_programme_invitations(programme: Uuid) -> Answer<Page<Invitation>> {
    client::get(&query(
        &format!("/programmes/{programme}/invitations"),
        &[("limit", ALL)],
    ))
    .await
}

/// Invites somebody into a programme; the answer holds the link, once.
pub async fn create_programme_invitation(programme: Uuid, new: NewProgrammeInvitation) -> Answer<Invitation> {
    client::post(&format!("/programmes/{programme}/invitations"), &new).await
}

/// Withdraws an invitation into a programme.
pub async fn revoke_programme_invitation(invitation: Uuid, version: i64) -> Answer<()> {
    client::delete(&format!("/programme-invitations/{invitation}"), version).await
}
