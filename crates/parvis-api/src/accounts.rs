//! Signing in, one's own account, users, members and invitations.

mod auth;
mod invitations;
mod me;
mod members;
mod personal_data;
mod slowdown;
mod users;
mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .configure(auth::configure)
        .configure(me::configure)
        .configure(users::configure)
        .configure(personal_data::configure)
        .configure(members::configure)
        .configure(invitations::configure);
}
