//! The members of a programme.

use actix_web::{delete, get, patch};
use parvis_domain::accounts::{MemberRole, Operation, Scope, View};
use parvis_domain::ids::{MemberId, ProgrammeId};
use parvis_store::accounts::{self as store, MemberSort};
use parvis_wire::Page;
use parvis_wire::accounts::{Member, MemberContent, MemberPatch};
use utoipa_actix_web::service_config::ServiceConfig;

use super::wire;
use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_members)
        .service(update_member)
        .service(archive_member);
}

list_query! {
    /// Filters of the list of members.
    MemberQuery, sort r"^-?(created_at)$" {
        /// The role.
        role: MemberRole,
    }
}

const SORTS: &Sorts<MemberSort> = &[("created_at", MemberSort::CreatedAt)];

/// List the members of a programme
///
/// E-mail addresses are shown to those who may change members.
#[utoipa::path(tag = "accounts", params(MemberQuery), responses((status = 200, description = "A page of members.", body = Page<Member>)))]
#[get("/api/v1/programmes/{id}/members")]
pub async fn list_members(ctx: Context, id: Id<ProgrammeId>, query: Query<MemberQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "created_at")?;
    let role = query.role;
    ctx.read(Operation::ListMembers, move |hop| {
        let (programme, _) = hop.programme(id.0)?;
        let leads = leads(&hop.caller, programme.scope());
        let page = store::list_members(hop.conn, id.0, role, &listing.request)?;
        listing.reply(page, |member| wire::member(member, leads))
    })
    .await
}

fn leads(caller: &parvis_domain::accounts::Caller, scope: Scope) -> bool {
    caller.authorise(Operation::UpdateMember, scope).is_ok()
}

/// Change the role of a member
///
/// A programme keeps at least one coordinator.
#[utoipa::path(tag = "accounts", request_body(content = MemberPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed member.", body = Member)))]
#[patch("/api/v1/members/{id}")]
pub async fn update_member(ctx: Context, id: Id<MemberId>, body: Body<MemberPatch>) -> Answer {
    ctx.write(Operation::UpdateMember, body, move |hop, patch| {
        let found = store::get_member(hop.conn, id.0);
        let (before, ..) = hop.item(found, |member| Some(member.programme_id))?;
        hop.expect_version(before.version)?;
        let current = MemberContent {
            role: before.role,
            partner_id: before.partner_id.map(Into::into),
        };
        let (role, partner) = patch.clone().onto(current)?.check()?;
        let member = store::update_member(hop.conn, &hop.stamp, &before, role, partner)?;
        Reply::item(&wire::member(member.clone(), true), member.version, View::Member)
    })
    .await
}

/// End a membership
///
/// A programme keeps at least one coordinator.
#[utoipa::path(tag = "accounts", responses((status = 204, description = "It has ended.")))]
#[delete("/api/v1/members/{id}")]
pub async fn archive_member(ctx: Context, id: Id<MemberId>) -> Answer {
    ctx.act(Operation::ArchiveMember, move |hop| {
        let found = store::get_member(hop.conn, id.0);
        let (before, ..) = hop.item(found, |member| Some(member.programme_id))?;
        hop.expect_version(before.version)?;
        store::archive_member(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    })
    .await
}
