//! Programme templates.

use chrono::{DateTime, Utc};
use parvis_domain::LocalisedText;
use parvis_domain::budgets::Policy;
use parvis_domain::budgets::cofinancing::CofinancingRule;
use parvis_domain::templates::{Axis, Category, RequiredRole, Rule, Template as Content, TemplateStep};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    /// Its id.
    pub id: Uuid,
    /// Comes with Parvis and cannot be changed.
    pub built_in: bool,
    /// What it brings.
    pub content: Content,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was withdrawn.
    pub archived_at: Option<DateTime<Utc>>,
    /// Version, as in the ETag.
    pub version: i64,
}

patch! {
    /// Changes to a template. Lists are replaced as a whole.
    TemplatePatch of Content {
        must {
            code: String, title: LocalisedText, summary: LocalisedText, time_zone: String, currency: String,
            languages: Vec<String>, axes: Vec<Axis>, categories: Vec<Category>, required_roles: Vec<RequiredRole>,
            rules: Vec<Rule>, policy: Policy, cofinancing: Vec<CofinancingRule>,
            steps: Vec<TemplateStep>,
        }
        may {}
    }
}
