//! A programme that is being set up in the wizard. It is kept on the device until the programme exists.

use parvis_domain::partners::{PartnerKind, PartnerRoleKind};
use parvis_domain::programmes::Visibility;
use parvis_domain::{Faults, Period, text};
use parvis_wire::partners::NewPartner;
use parvis_wire::programmes::NewProgramme;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::texts;

/// What has been typed so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The template, as an id.
    pub template: String,
    /// Its code.
    pub code: String,
    /// Its title, in the language of the app.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// First day, as typed.
    pub starts_on: String,
    /// Last day, as typed.
    pub ends_on: String,
    /// Everybody may read it.
    pub public: bool,
    /// Who takes part.
    pub roles: Vec<DraftRole>,
    /// The programme, once it exists: a retry then goes on with its partners.
    pub created: Option<Uuid>,
}

/// A role and who is to hold it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftRole {
    /// The role.
    pub role: PartnerRoleKind,
    /// Id of an organisation that is known, [`NEW`] for one to be added, or empty for nobody yet.
    pub partner: String,
    /// Name of the one to be added.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Whether it has been given; a retry leaves it alone.
    pub done: bool,
}

/// Stands for an organisation that is added together with the programme.
pub const NEW: &str = "new";

impl DraftRole {
    /// A role that nobody holds yet.
    #[must_use]
    pub fn open(role: PartnerRoleKind) -> Self {
        let kind = PartnerKind::Association.to_string();
        Self {
            role,
            partner: String::new(),
            name: String::new(),
            kind,
            done: false,
        }
    }

    /// Whether somebody is to hold it who does not yet.
    #[must_use]
    pub fn is_due(&self) -> bool {
        !self.done && !self.partner.is_empty() && (self.partner != NEW || !self.name.trim().is_empty())
    }

    /// Whether both give the same role to the same organisation, which the server refuses when the programme is there
    /// already.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        let known = !self.partner.is_empty() && self.partner != NEW;
        known && self.role == other.role && self.partner == other.partner
    }

    /// The organisation to be added, if it is not one that is known.
    #[must_use]
    pub fn new_partner(&self, country: &str) -> Option<NewPartner> {
        (self.partner == NEW).then(|| NewPartner {
            name: self.name.trim().to_owned(),
            acronym: None,
            kind: PartnerKind::parse(&self.kind).unwrap_or(PartnerKind::Association),
            country: country.to_owned(),
            description: None,
            website: None,
            identifiers: Vec::new(),
        })
    }
}

impl Draft {
    /// What is sent to create the programme.
    #[must_use]
    pub fn request(&self, language: &str) -> NewProgramme {
        NewProgramme {
            template_id: self.template.parse().unwrap_or_default(),
            code: self.code.trim().to_owned(),
            title: texts::localised(language, &self.title).unwrap_or_default(),
            summary: texts::localised(language, &self.summary),
            starts_on: texts::date(&self.starts_on),
            ends_on: texts::optional_date(&self.ends_on),
            time_zone: None,
            currency: None,
            visibility: Some(if self.public {
                Visibility::Public
            } else {
                Visibility::Private
            }),
            place_ids: Vec::new(),
            cofinancing: None,
            four_eyes: None,
        }
    }
}

/// What the rules of the domain say about a draft, as far as they need no tables: the server knows the rest.
///
/// # Errors
/// Every fault, at the pointer of its field.
pub fn check(request: &NewProgramme) -> Result<(), Faults> {
    let mut faults = Faults::new();
    faults.keep(text::code("/code", &request.code));
    faults.keep_all(request.title.check_line("/title", text::NAME_MAX));
    if let Some(summary) = &request.summary {
        faults.keep_all(summary.check_paragraph("/summary", text::TEXT_MAX));
    }
    faults.keep_all(Period::check("", &request.starts_on, request.ends_on.as_deref()));
    faults.finish(Some(()))
}

/// The country of a time zone, for organisations that are added on the way; it can be changed later.
#[must_use]
pub fn country_of(time_zone: &str) -> &'static str {
    match time_zone {
        "America/Mexico_City" => "MX",
        "Asia/Phnom_Penh" => "KH",
        _ => "FR",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis_domain::Code;

    fn draft() -> Draft {
        Draft {
            template: Uuid::from_u128(7).to_string(),
            code: "CV-2027".to_owned(),
            title: "Contrat de ville".to_owned(),
            starts_on: "01/01/2027".to_owned(),
            ends_on: "31/12/2030".to_owned(),
            ..Draft::default()
        }
    }

    #[test]
    fn a_complete_draft_passes_the_rules_of_the_domain() {
        let request = draft().request("fr");
        assert!(request.check().is_ok() && check(&request).is_ok());
        assert_eq!(request.starts_on, "2027-01-01");
        assert_eq!(request.visibility, Some(Visibility::Private));
    }

    #[test]
    fn every_fault_is_found_at_its_field() {
        let wrong = Draft {
            title: String::new(),
            ends_on: "31/12/2020".to_owned(),
            ..draft()
        };
        let faults = check(&wrong.request("fr")).unwrap_err().0;
        let seen: Vec<_> = faults
            .iter()
            .map(|fault| (fault.pointer.as_str(), fault.code))
            .collect();
        assert_eq!(seen, [("/title", Code::Required), ("/ends_on", Code::PeriodInverted)]);
    }

    #[test]
    fn roles_without_anybody_are_left_for_later() {
        let open = DraftRole::open(PartnerRoleKind::Funding);
        assert!(!open.is_due());
        assert!(
            !DraftRole {
                partner: NEW.to_owned(),
                ..open.clone()
            }
            .is_due()
        );
        let named = DraftRole {
            partner: NEW.to_owned(),
            name: "Ville de Paris".to_owned(),
            ..open
        };
        assert!(named.is_due() && named.new_partner("FR").is_some_and(|new| new.check().is_ok()));
        assert!(!DraftRole { done: true, ..named }.is_due());
    }

    #[test]
    fn a_role_is_given_once_to_an_organisation() {
        let held = |role, partner: &str| DraftRole {
            partner: partner.to_owned(),
            ..DraftRole::open(role)
        };
        let funds = held(PartnerRoleKind::Funding, "a");
        assert!(funds.repeats(&funds.clone()));
        assert!(!funds.repeats(&held(PartnerRoleKind::Funding, "b")));
        assert!(!funds.repeats(&held(PartnerRoleKind::Accountable, "a")));
        for nobody in ["", NEW] {
            let nobody = held(PartnerRoleKind::Funding, nobody);
            assert!(!nobody.repeats(&nobody.clone()));
        }
    }

    #[test]
    fn a_draft_that_an_older_app_kept_can_still_be_read() {
        let kept: Draft = serde_json::from_str(r#"{"code": "X"}"#).unwrap();
        assert_eq!(
            kept,
            Draft {
                code: "X".to_owned(),
                ..Draft::default()
            }
        );
    }
}
