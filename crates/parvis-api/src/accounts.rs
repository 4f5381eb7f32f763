//! accounts.

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds the operations.
pub fn configure(_services: &mut ServiceConfig<'_>) {}
