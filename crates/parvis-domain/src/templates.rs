//! Programme templates: what a kind of programme brings with it. They are data; five come with Parvis, users write others.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::budgets::cofinancing::{self, CofinancingRule};
use crate::budgets::{GrantKind, Policy};
use crate::error::{Code, Faults};
use crate::localised_text::{self, LocalisedText};
use crate::money::Currency;
use crate::participation::{ConsultationObject, StepKind};
use crate::partners::PartnerRoleKind;
use crate::period;
use crate::text;

/// The most elements a list of a template may have.
const ELEMENTS_MAX: usize = 100;
/// The longest time from the start of a programme to a step, and the longest step: fifty years in days.
const DAYS_MAX: u32 = 18_300;

/// A pillar or axis of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Axis {
    /// Short code, unique among the axes.
    pub code: String,
    /// Its name.
    pub title: LocalisedText,
}

/// A category of cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Category {
    /// Short code, unique among the categories.
    pub code: String,
    /// Its name.
    pub title: LocalisedText,
    /// Whether it is paid in cash or given in kind; both where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<GrantKind>,
}

/// A role that must be filled before a programme becomes active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequiredRole {
    /// The role.
    pub role: PartnerRoleKind,
    /// How many partners must hold it.
    pub at_least: u32,
    /// Who is meant.
    pub title: LocalisedText,
}

/// A rule of the programme in words; those that a machine checks are in [`Policy`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rule {
    /// Short code, unique among the rules.
    pub code: String,
    /// What it demands.
    pub text: LocalisedText,
}

/// A step that a template plans, counted in days from the start of the programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateStep {
    /// What kind.
    pub kind: StepKind,
    /// Its title.
    pub title: LocalisedText,
    /// What happens in it.
    #[serde(default)]
    pub description: LocalisedText,
    /// Days from the start of the programme to the first day of the step.
    pub offset_days: u32,
    /// How many days it lasts, at least one.
    pub duration_days: u32,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ConsultationObject>,
}

/// A template in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TemplateContent))]
pub struct Template {
    /// Its code, unique on the platform.
    pub code: String,
    /// What it is called.
    pub title: LocalisedText,
    /// What it is for.
    pub summary: LocalisedText,
    /// Time zone of its programmes where none is given.
    pub time_zone: String,
    /// Reporting currency of its programmes where none is given, a code of ISO 4217.
    pub currency: String,
    /// Languages that its programmes usually speak.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Pillars or axes.
    #[serde(default)]
    pub axes: Vec<Axis>,
    /// Categories of cost.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// Roles that must be filled.
    #[serde(default)]
    pub required_roles: Vec<RequiredRole>,
    /// Rules in words.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Rules that the ledger checks.
    #[serde(default)]
    pub policy: Policy,
    /// Co-financing rules that a plan is held against.
    #[serde(default)]
    pub cofinancing: Vec<CofinancingRule>,
    /// Steps in their order.
    #[serde(default)]
    pub steps: Vec<TemplateStep>,
}

/// The templates that come with Parvis, one per case of the field, in the order in which they are shown.
pub const BUILT_IN: &[&str] = &[
    include_str!("../templates/improvement-call.toml"),
    include_str!("../templates/city-contract.toml"),
    include_str!("../templates/decentralised-cooperation.toml"),
    include_str!("../templates/citizen-council.toml"),
    include_str!("../templates/neighbourhood-house.toml"),
];

impl Template {
    /// Checks a whole template, as it arrives.
    ///
    /// # Errors
    /// Every fault, each at its pointer.
    pub fn check(&self) -> Result<Template, Faults> {
        let mut faults = Faults::new();
        let code = faults.keep(text::code("/code", &self.code));
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let summary = faults.keep_all(self.summary.check_paragraph("/summary", text::TEXT_MAX));
        faults.keep(period::time_zone("/time_zone", &self.time_zone));
        faults.keep(Currency::parse("/currency", &self.currency));
        for (i, tag) in self.languages.iter().enumerate() {
            faults.keep(localised_text::language(&format!("/languages/{i}"), tag));
        }
        check_list(
            &mut faults,
            "/axes",
            self.axes.iter().map(|axis| (&axis.code, &axis.title)),
            text::NAME_MAX,
        );
        check_list(
            &mut faults,
            "/categories",
            self.categories.iter().map(|c| (&c.code, &c.title)),
            text::NAME_MAX,
        );
        check_list(
            &mut faults,
            "/rules",
            self.rules.iter().map(|rule| (&rule.code, &rule.text)),
            text::TEXT_MAX,
        );
        let categories: Vec<&str> = self.categories.iter().map(|category| category.code.as_str()).collect();
        faults.keep_all(cofinancing::check_rules("/cofinancing", &self.cofinancing, &categories));
        for (i, role) in self.required_roles.iter().enumerate() {
            faults.keep_all(
                role.title
                    .check_line(&format!("/required_roles/{i}/title"), text::NAME_MAX),
            );
            if !(1..=50).contains(&role.at_least) {
                faults.add(
                    Code::OutOfRange,
                    format!("/required_roles/{i}/at_least"),
                    "A number from 1 to 50.",
                );
            }
        }
        for (i, step) in self.steps.iter().enumerate() {
            step.check(&mut faults, &format!("/steps/{i}"));
        }
        for (list, length) in [
            ("/languages", self.languages.len()),
            ("/required_roles", self.required_roles.len()),
            ("/steps", self.steps.len()),
        ] {
            check_length(&mut faults, list, length);
        }
        let checked = match (code, title, summary) {
            (Some(code), Some(title), Some(summary)) => Some(Template {
                code,
                title,
                summary,
                ..self.clone()
            }),
            _ => None,
        };
        faults.finish(checked)
    }
}

impl TemplateStep {
    fn check(&self, faults: &mut Faults, at: &str) {
        faults.keep_all(self.title.check_line(&format!("{at}/title"), text::NAME_MAX));
        if !self.description.is_empty() {
            faults.keep_all(
                self.description
                    .check_paragraph(&format!("{at}/description"), text::TEXT_MAX),
            );
        }
        if let Some(object) = &self.object {
            faults.keep_all(
                object
                    .question
                    .check_paragraph(&format!("{at}/object/question"), text::TEXT_MAX),
            );
        }
        for (name, days, least) in [
            ("offset_days", self.offset_days, 0),
            ("duration_days", self.duration_days, 1),
        ] {
            if !(least..=DAYS_MAX).contains(&days) {
                faults.add(
                    Code::OutOfRange,
                    format!("{at}/{name}"),
                    format!("A number of days from {least} to {DAYS_MAX}."),
                );
            }
        }
    }
}

fn check_length(faults: &mut Faults, at: &str, length: usize) {
    if length > ELEMENTS_MAX {
        faults.add(
            Code::TooMany,
            at,
            format!("At most {ELEMENTS_MAX} elements are allowed."),
        );
    }
}

/// Checks a list of elements with a code each: codes well formed and unique, titles complete.
fn check_list<'a>(
    faults: &mut Faults,
    at: &str,
    elements: impl Iterator<Item = (&'a String, &'a LocalisedText)> + Clone,
    max: usize,
) {
    check_length(faults, at, elements.clone().count());
    let mut seen = BTreeSet::new();
    for (i, (code, title)) in elements.enumerate() {
        let field = if at == "/rules" { "text" } else { "title" };
        faults.keep(text::code(&format!("{at}/{i}/code"), code));
        faults.keep_all(title.check_paragraph(&format!("{at}/{i}/{field}"), max));
        if !seen.insert(code) {
            faults.add(
                Code::Duplicate,
                format!("{at}/{i}/code"),
                format!("The code {code} stands twice."),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_template_is_valid_and_speaks_three_languages() {
        let mut codes = BTreeSet::new();
        for source in BUILT_IN {
            let template: Template = toml::from_str(source).unwrap();
            let checked = template.check().unwrap();
            assert!(codes.insert(checked.code.clone()));
            let texts = std::iter::once(&checked.title)
                .chain(std::iter::once(&checked.summary))
                .chain(checked.steps.iter().map(|s| &s.title))
                .chain(checked.axes.iter().map(|a| &a.title))
                .chain(checked.categories.iter().map(|c| &c.title))
                .chain(checked.cofinancing.iter().map(|rule| &rule.title));
            for text in texts {
                for language in ["fr", "en", "es"] {
                    assert!(
                        text.texts().contains_key(language),
                        "{} lacks {language}: {text:?}",
                        checked.code
                    );
                }
            }
            assert!(!checked.steps.is_empty() && !checked.categories.is_empty() && !checked.required_roles.is_empty());
        }
        assert_eq!(codes.len(), 5);
    }

    #[test]
    fn every_fault_of_a_template_is_named() {
        let mut template: Template = toml::from_str(BUILT_IN[0]).unwrap();
        template.code = "é".into();
        template.currency = "EURO".into();
        template.time_zone = "Paris".into();
        let again = template.axes[0].clone();
        template.axes.push(again);
        template.steps[0].duration_days = 0;
        template.cofinancing[0].category = Some("none".into());
        let faults = template.check().unwrap_err();
        let codes: Vec<_> = faults.0.iter().map(|f| f.code).collect();
        for code in [
            Code::FormatInvalid,
            Code::CurrencyUnknown,
            Code::TimeZoneUnknown,
            Code::Duplicate,
            Code::OutOfRange,
            Code::ReferenceUnknown,
        ] {
            assert!(codes.contains(&code), "{code:?} is missing in {codes:?}");
        }
    }
}
