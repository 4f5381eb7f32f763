//! Programmes.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::accounts::MemberRole;
use parvis_domain::budgets::Policy;
use parvis_domain::budgets::cofinancing::CofinancingRule;
use parvis_domain::ids::{PlaceId, TemplateId};
use parvis_domain::partners::PartnerRoleKind;
use parvis_domain::programmes::{self as domain, ProgrammeStatus, ProgrammeTransition, Visibility};
use parvis_domain::templates::{Axis, Category, Rule};
use parvis_domain::{Code, Currency, Faults, LocalisedText, Period, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most places of one programme.
const PLACES_MAX: usize = 200;

/// A programme to be set up from a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "template_id": "0190b3a0-0000-7000-8000-000000000002", "code": "CV-2027", "title": {"fr": "Contrat de ville 2027"},
    "starts_on": "2027-01-01", "ends_on": "2030-12-31", "visibility": "private"
})))]
pub struct NewProgramme {
    /// The template that it follows.
    pub template_id: Uuid,
    /// Its code, unique on the platform: letters, digits and `- _ . /`.
    #[cfg_attr(feature = "openapi", schema(max_length = 40))]
    pub code: String,
    /// Its title.
    pub title: LocalisedText,
    /// What it is about; the template's summary where nothing is said.
    #[serde(default)]
    pub summary: Option<LocalisedText>,
    /// First day, `YYYY-MM-DD`.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub starts_on: String,
    /// Last day.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub ends_on: Option<String>,
    /// Time zone; the template's where nothing is said.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Reporting currency; the template's where nothing is said.
    #[serde(default)]
    pub currency: Option<String>,
    /// Who may read it; `private` where nothing is said.
    #[serde(default)]
    pub visibility: Option<Visibility>,
    /// Its places.
    #[serde(default)]
    pub place_ids: Vec<Uuid>,
    /// Its co-financing rules; the template's where nothing is said.
    #[serde(default)]
    pub cofinancing: Option<Vec<CofinancingRule>>,
    /// Whether a second person approves every movement posted from then on; the template's where nothing is said.
    #[serde(default)]
    pub four_eyes: Option<bool>,
}

patch! {
    /// Changes to a programme.
    ProgrammePatch of NewProgramme {
        must { code: String, title: LocalisedText, starts_on: String, place_ids: Vec<Uuid>, }
        may { summary: LocalisedText, ends_on: String, time_zone: String, currency: String, visibility: Visibility,
            cofinancing: Vec<CofinancingRule>, four_eyes: bool, }
    }
}

impl NewProgramme {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::NewProgramme, Faults> {
        let mut faults = Faults::new();
        let code = faults.keep(text::code("/code", &self.code));
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let summary = faults.keep_all(match &self.summary {
            Some(summary) => summary.check_paragraph("/summary", text::TEXT_MAX),
            None => Ok(LocalisedText::default()),
        });
        let period = faults.keep_all(Period::check("", &self.starts_on, self.ends_on.as_deref()));
        if let Some(zone) = &self.time_zone {
            faults.keep(period::time_zone("/time_zone", zone));
        }
        let currency = faults.keep(
            self.currency
                .as_deref()
                .map(|code| Currency::parse("/currency", code))
                .transpose(),
        );
        check_places(&self.place_ids, &mut faults);
        let checked = (|| {
            Some(domain::NewProgramme {
                template: TemplateId(self.template_id),
                code: code?,
                title: title?,
                summary: summary?,
                period: period?,
                time_zone: self.time_zone.clone(),
                currency: currency?,
                visibility: self.visibility.unwrap_or(Visibility::Private),
                places: self.place_ids.iter().copied().map(PlaceId).collect(),
                cofinancing: self.cofinancing.clone(),
                four_eyes: self.four_eyes,
            })
        })();
        faults.finish(checked)
    }
}

fn check_places(places: &[Uuid], faults: &mut Faults) {
    if places.len() > PLACES_MAX {
        faults.add(
            Code::TooMany,
            "/place_ids",
            format!("At most {PLACES_MAX} places are allowed."),
        );
    }
    for (i, place) in places.iter().enumerate() {
        if places.iter().take(i).any(|before| before == place) {
            faults.add(Code::Duplicate, format!("/place_ids/{i}"), "This place stands twice.");
        }
    }
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Programme {
    /// Its id.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: LocalisedText,
    /// What it is about.
    pub summary: LocalisedText,
    /// The template that it follows.
    pub template: TemplateRef,
    /// Where it is in its life.
    pub status: ProgrammeStatus,
    /// What can be done next, whoever may do it.
    pub transitions: Vec<ProgrammeTransition>,
    /// Who may read it.
    pub visibility: Visibility,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Time zone: today is its date there.
    pub time_zone: String,
    /// Reporting currency.
    pub currency: String,
    /// Pillars or axes.
    pub axes: Vec<Axis>,
    /// Categories of cost.
    pub categories: Vec<Category>,
    /// Roles that must be filled before it becomes active, with how many are.
    pub required_roles: Vec<RoleNeed>,
    /// Rules in words.
    pub rules: Vec<Rule>,
    /// Co-financing rules that plans are held against.
    pub cofinancing: Vec<CofinancingRule>,
    /// Rules that the ledger checks.
    pub policy: Policy,
    /// Its places.
    pub places: Vec<PlaceRef>,
    /// The caller's role in it; null for those who have none.
    pub my_role: Option<MemberRole>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// The template of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateRef {
    /// Its id.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: LocalisedText,
}

/// A place of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceRef {
    /// Its id.
    pub id: Uuid,
    /// Its official code.
    pub code: String,
    /// Its name.
    pub name: LocalisedText,
}

/// A role that must be filled, and how many partners hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleNeed {
    /// The role.
    pub role: PartnerRoleKind,
    /// How many partners must hold it.
    pub at_least: u32,
    /// Who is meant.
    pub title: LocalisedText,
    /// How many partners hold the role.
    pub filled: u32,
}

/// A programme in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProgrammeItem {
    /// Its id.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: LocalisedText,
    /// What it is about.
    pub summary: LocalisedText,
    /// The template that it follows.
    pub template: TemplateRef,
    /// Where it is in its life.
    pub status: ProgrammeStatus,
    /// Who may read it.
    pub visibility: Visibility,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Reporting currency.
    pub currency: String,
    /// Its places.
    pub places: Vec<PlaceRef>,
    /// The caller's role in it.
    pub my_role: Option<MemberRole>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag of the programme.
    pub version: i64,
}
