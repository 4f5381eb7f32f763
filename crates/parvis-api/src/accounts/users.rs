//! Accounts, for administrators.

use actix_web::{get, patch};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::UserId;
use parvis_store::accounts::{self as store, Rights, UserFilter, UserSort};
use parvis_wire::Page;
use parvis_wire::accounts::{User, UserPatch, UserRights};
use utoipa_actix_web::service_config::ServiceConfig;

use super::wire;
use crate::http::page::Sorts;
use crate::http::query::{list_query, search};
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(list_users).service(update_user);
}

list_query! {
    /// Filters of the list of accounts.
    UserQuery, sort r"^-?(email|created_at)$" {
        /// Words that the name or e-mail address holds.
        q: String,
        /// Those that may not sign in, or only the others.
        disabled: bool,
    }
}

const SORTS: &Sorts<UserSort> = &[("email", UserSort::Email), ("created_at", UserSort::CreatedAt)];

/// List the accounts
#[utoipa::path(tag = "accounts", params(UserQuery), responses((status = 200, description = "A page of accounts.", body = Page<User>)))]
#[get("/api/v1/users")]
pub async fn list_users(ctx: Context, query: Query<UserQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "email")?;
    let filter = UserFilter {
        q: search(query.q.as_deref())?,
        disabled: query.disabled,
    };
    ctx.read(Operation::ListUsers, move |hop| {
        hop.platform()?;
        listing.reply(store::list_users(hop.conn, &filter, &listing.request)?, wire::user)
    })
    .await
}

/// Disable or enable an account, or change its platform rights
///
/// Disabling an account ends its sessions. The last administrator who can sign in stays one.
#[utoipa::path(tag = "accounts", request_body(content = UserPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed account.", body = User)))]
#[patch("/api/v1/users/{id}")]
pub async fn update_user(ctx: Context, id: Id<UserId>, body: Body<UserPatch>) -> Answer {
    ctx.write(Operation::UpdateUser, body, move |hop, patch| {
        hop.platform()?;
        let before = store::get_user(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let Rights {
            administrator,
            organiser,
            disabled,
        } = before.rights();
        let rights = patch.clone().onto(UserRights {
            administrator,
            organiser,
            disabled,
        })?;
        let UserRights {
            administrator,
            organiser,
            disabled,
        } = rights;
        let user = store::update_user(
            hop.conn,
            &hop.stamp,
            &before,
            Rights {
                administrator,
                organiser,
                disabled,
            },
        )?;
        Reply::item(&wire::user(user.clone()), user.version, View::Member)
    })
    .await
}
