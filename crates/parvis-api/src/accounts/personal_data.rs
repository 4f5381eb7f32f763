//! What is known about a person, and its erasure (GDPR, articles 15 and 17).

use actix_web::{get, post};
use parvis_domain::accounts::{self as rules, Operation, View};
use parvis_domain::ids::UserId;
use parvis_store::accounts as store;
use parvis_store::personal_data::{self, Person};
use parvis_store::{StoreError, StoreResult};
use parvis_wire::accounts::User;
use parvis_wire::personal_data::{ErasedData, PersonOfAddress, PersonalData, PersonalMembership, PersonalRecord};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::wire;
use crate::http::body::Nothing;
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};
use crate::tokens;

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(export_my_personal_data)
        .service(export_personal_data)
        .service(find_personal_data)
        .service(erase_personal_data)
        .service(erase_user);
}

/// Whom to look for.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PersonQuery {
    /// E-mail address.
    #[param(max_length = 254, example = "ana@example.org")]
    email: String,
}

/// Read everything that is known about oneself
///
/// The account, its sessions and attempts to sign in, invitations to its address, and contacts of partners with the
/// same address. The hash of the password is left out.
#[utoipa::path(tag = "accounts", responses((status = 200, description = "What is known.", body = PersonalData)))]
#[get("/api/v1/me/personal-data")]
pub async fn export_my_personal_data(ctx: Context) -> Answer {
    ctx.read(Operation::ExportMyPersonalData, |hop| {
        hop.platform()?;
        let person = person_of(&hop.account()?.0);
        export(hop, &person)
    })
    .await
}

/// Read everything that is known about the person of an account
#[utoipa::path(tag = "accounts", responses((status = 200, description = "What is known.", body = PersonalData)))]
#[get("/api/v1/users/{id}/personal-data")]
pub async fn export_personal_data(ctx: Context, id: Id<UserId>) -> Answer {
    ctx.read(Operation::ExportPersonalData, move |hop| {
        hop.platform()?;
        let person = person_of(&store::get_user(hop.conn, id.0)?);
        export(hop, &person)
    })
    .await
}

/// Read everything that is known under an e-mail address
///
/// For somebody without an account too: a contact of a partner, or somebody who was invited.
#[utoipa::path(tag = "accounts", params(PersonQuery), responses((status = 200, description = "What is known.", body = PersonalData)))]
#[get("/api/v1/personal-data")]
pub async fn find_personal_data(ctx: Context, query: Query<PersonQuery>) -> Answer {
    ctx.read(Operation::FindPersonalData, move |hop| {
        hop.platform()?;
        let email = rules::email("email", &query.email).map_err(StoreError::from)?;
        let user = store::find_credentials(hop.conn, &email)?.map(|found| found.user.id);
        let account = tokens::hash(&email);
        export(hop, &Person { user, email, account })
    })
    .await
}

/// Erase what is known under an e-mail address that no account has
///
/// For somebody who was only invited: invitations to the address and attempts to sign in with it are removed. A person
/// with an account is erased with it. Contacts of partners with the same address stay until each is erased by itself;
/// `remaining` counts them, and the export lists them.
#[utoipa::path(tag = "accounts", request_body = PersonOfAddress, responses((status = 200, description = "What was erased.", body = ErasedData)))]
#[post("/api/v1/personal-data/erase")]
pub async fn erase_personal_data(ctx: Context, body: Body<PersonOfAddress>) -> Answer {
    ctx.write(Operation::ErasePersonalData, body, |hop, body: &PersonOfAddress| {
        hop.platform()?;
        let email = rules::email("/email", &body.email).map_err(StoreError::from)?;
        let user = store::find_credentials(hop.conn, &email)?.map(|found| found.user.id);
        let account = tokens::hash(&email);
        let done = personal_data::erase_personal_data(hop.conn, &hop.stamp, &Person { user, email, account })?;
        Reply::json(&ErasedData {
            erased: done.erased as u64,
            remaining: done.remaining as u64,
        })
    })
    .await
}

/// Erase the person of an account
///
/// Name, address, language and password are replaced by a pseudonym that stays the same; sessions end, roles end, the
/// account is disabled for good; attempts to sign in and invitations with the address are removed. The history keeps
/// the id of the account and never held more. Contacts of partners with the same address are rows of their own: the
/// export lists them, and each is erased by itself.
#[utoipa::path(tag = "accounts", responses((status = 200, description = "The pseudonym.", body = User)))]
#[post("/api/v1/users/{id}/erase")]
pub async fn erase_user(ctx: Context, id: Id<UserId>, body: Body<Nothing>) -> Answer {
    ctx.write(Operation::EraseUser, body, move |hop, _| {
        hop.platform()?;
        let before = store::get_user(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let erased = store::erase_user(hop.conn, &hop.stamp, &before, &tokens::hash(&before.email))?;
        Reply::item(&wire::user(erased.clone()), erased.version, View::Member)
    })
    .await
}

fn person_of(user: &store::User) -> Person {
    user.person(tokens::hash(&user.email))
}

fn export(hop: &mut Hop<'_>, person: &Person) -> StoreResult<Reply> {
    let known = personal_data::export_personal_data(hop.conn, person)?;
    let record = |record: personal_data::Record| PersonalRecord {
        kind: record.table.to_owned(),
        id: record.id,
        recorded_at: record.recorded_at,
        fields: record
            .fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    };
    let membership = |membership: personal_data::Membership| PersonalMembership {
        programme_id: membership.programme_id.0,
        role: membership.role,
        partner_id: membership.partner_id.map(Into::into),
        created_at: membership.created_at,
        archived_at: membership.archived_at,
    };
    Reply::json(&PersonalData {
        email: person.email.clone(),
        user_id: person.user.map(|user| user.0),
        exported_at: hop.stamp.at,
        records: known.records.into_iter().map(record).collect(),
        memberships: known.memberships.into_iter().map(membership).collect(),
        events: known.events,
    })
}
