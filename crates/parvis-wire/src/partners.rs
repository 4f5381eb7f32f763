//! Partners, their contacts and their roles in programmes.

use chrono::{DateTime, Utc};
use parvis_domain::partners::{self as domain, Identifier, IdentifierScheme, PartnerKind, PartnerRoleKind};
use parvis_domain::{Code, Fault, Faults, LocalisedText, accounts, period, places, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most identifiers of one partner.
const IDENTIFIERS_MAX: usize = 30;

/// A partner to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "name": "Association TO 7", "kind": "association", "country": "FR",
    "identifiers": [{"scheme": "FR-SIRET", "value": "732 829 320 00074"}]
})))]
pub struct NewPartner {
    /// Name in its own language.
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub name: String,
    /// Short name.
    #[serde(default)]
    pub acronym: Option<String>,
    /// Kind of organisation.
    pub kind: PartnerKind,
    /// Country, ISO 3166-1 alpha-2.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$"))]
    pub country: String,
    /// What it does.
    #[serde(default)]
    pub description: Option<LocalisedText>,
    /// Web address.
    #[serde(default)]
    pub website: Option<String>,
    /// Identifiers in registers; an identifier belongs to one partner only.
    #[serde(default)]
    pub identifiers: Vec<NewIdentifier>,
}

/// An identifier in a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewIdentifier {
    /// The register.
    pub scheme: IdentifierScheme,
    /// The value.
    pub value: String,
    /// First day of its validity.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub valid_from: Option<String>,
    /// Last day of its validity.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub valid_to: Option<String>,
}

patch! {
    /// Changes to a partner. `identifiers` is replaced as a whole.
    PartnerPatch of NewPartner {
        must { name: String, kind: PartnerKind, country: String, identifiers: Vec<NewIdentifier>, }
        may { acronym: String, description: LocalisedText, website: String, }
    }
}

impl NewPartner {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::PartnerContent, Faults> {
        let mut faults = Faults::new();
        let name = faults.keep(text::line("/name", &self.name, text::NAME_MAX));
        let acronym = faults.keep(text::optional_line("/acronym", self.acronym.as_deref(), 40));
        let country = faults.keep(places::country("/country", &self.country));
        let description = faults.keep_all(match &self.description {
            Some(description) => description.check_paragraph("/description", text::TEXT_MAX),
            None => Ok(LocalisedText::default()),
        });
        let website = faults.keep(website(self.website.as_deref()));
        let identifiers = faults.keep_all(check_identifiers(&self.identifiers));
        let checked = (|| {
            Some(domain::PartnerContent {
                name: name?,
                acronym: acronym?,
                kind: self.kind,
                country: country?,
                description: description?,
                website: website?,
                identifiers: identifiers?,
            })
        })();
        faults.finish(checked)
    }
}

fn website(value: Option<&str>) -> Result<Option<String>, Fault> {
    let value = text::optional_line("/website", value, text::NAME_MAX)?;
    match &value {
        Some(url)
            if !(url.starts_with("https://") || url.starts_with("http://")) || url.contains(char::is_whitespace) =>
        {
            Err(Fault::new(
                Code::FormatInvalid,
                "/website",
                "A web address starts with https:// or http://.",
            ))
        }
        _ => Ok(value),
    }
}

fn check_identifiers(identifiers: &[NewIdentifier]) -> Result<Vec<Identifier>, Faults> {
    let mut faults = Faults::new();
    if identifiers.len() > IDENTIFIERS_MAX {
        faults.add(
            Code::TooMany,
            "/identifiers",
            format!("At most {IDENTIFIERS_MAX} identifiers are allowed."),
        );
    }
    let checked = identifiers
        .iter()
        .enumerate()
        .map(|(i, id)| faults.keep_all(id.check(&format!("/identifiers/{i}"))));
    let checked: Vec<Option<Identifier>> = checked.collect();
    let checked: Option<Vec<Identifier>> = checked.into_iter().collect();
    for (i, id) in checked.iter().flatten().enumerate() {
        if checked
            .iter()
            .flatten()
            .take(i)
            .any(|before| (before.scheme, &before.value) == (id.scheme, &id.value))
        {
            faults.add(
                Code::Duplicate,
                format!("/identifiers/{i}"),
                "This identifier stands twice.",
            );
        }
    }
    faults.finish(checked)
}

impl NewIdentifier {
    fn check(&self, at: &str) -> Result<Identifier, Faults> {
        let mut faults = Faults::new();
        let value = faults.keep(domain::check_identifier(
            &format!("{at}/value"),
            self.scheme,
            &self.value,
        ));
        let from = faults.keep(period::optional_date(
            &format!("{at}/valid_from"),
            self.valid_from.as_deref(),
        ));
        let to = faults.keep(period::optional_date(
            &format!("{at}/valid_to"),
            self.valid_to.as_deref(),
        ));
        if let (Some(Some(from)), Some(Some(to))) = (from, to)
            && to < from
        {
            faults.add(
                Code::PeriodInverted,
                format!("{at}/valid_to"),
                format!("The end {to} lies before the start {from}."),
            );
        }
        let checked = (|| {
            Some(Identifier {
                scheme: self.scheme,
                value: value?,
                valid_from: from?,
                valid_to: to?,
            })
        })();
        faults.finish(checked)
    }
}

impl From<&Identifier> for NewIdentifier {
    fn from(identifier: &Identifier) -> Self {
        Self {
            scheme: identifier.scheme,
            value: identifier.value.clone(),
            valid_from: identifier.valid_from.map(|day| day.to_string()),
            valid_to: identifier.valid_to.map(|day| day.to_string()),
        }
    }
}

impl From<&domain::PartnerContent> for NewPartner {
    /// The content as it would arrive, to lay a patch over.
    fn from(content: &domain::PartnerContent) -> Self {
        Self {
            name: content.name.clone(),
            acronym: content.acronym.clone(),
            kind: content.kind,
            country: content.country.clone(),
            description: (!content.description.is_empty()).then(|| content.description.clone()),
            website: content.website.clone(),
            identifiers: content.identifiers.iter().map(NewIdentifier::from).collect(),
        }
    }
}

/// A partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Partner {
    /// Its id.
    pub id: Uuid,
    /// Name in its own language.
    pub name: String,
    /// Short name.
    pub acronym: Option<String>,
    /// Kind of organisation.
    pub kind: PartnerKind,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// What it does.
    pub description: LocalisedText,
    /// Web address.
    pub website: Option<String>,
    /// Identifiers in registers.
    pub identifiers: Vec<Identifier>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// A contact to be added: personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"name": "Ana Pérez", "position": "Directrice", "email": "ana@example.org"})))]
pub struct NewContact {
    /// Name of the person.
    pub name: String,
    /// What the person does there.
    #[serde(default)]
    pub position: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    pub phone: Option<String>,
}

impl std::fmt::Debug for NewContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewContact([redacted])")
    }
}

patch! {
    /// Changes to a contact.
    ContactPatch of NewContact { must { name: String, } may { position: String, email: String, phone: String, } }
}

impl NewContact {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::ContactContent, Faults> {
        let mut faults = Faults::new();
        let name = faults.keep(text::line("/name", &self.name, text::NAME_MAX));
        let position = faults.keep(text::optional_line(
            "/position",
            self.position.as_deref(),
            text::NAME_MAX,
        ));
        let email = self.email.as_deref().filter(|email| !email.trim().is_empty());
        let email = faults.keep(email.map(|email| accounts::email("/email", email)).transpose());
        let phone = faults.keep(text::optional_line("/phone", self.phone.as_deref(), 40));
        let checked = (|| {
            Some(domain::ContactContent {
                name: name?,
                position: position?,
                email: email?,
                phone: phone?,
            })
        })();
        faults.finish(checked)
    }
}

impl From<&domain::ContactContent> for NewContact {
    fn from(content: &domain::ContactContent) -> Self {
        Self {
            name: content.name.clone(),
            position: content.position.clone(),
            email: content.email.clone(),
            phone: content.phone.clone(),
        }
    }
}

/// A contact of a partner: personal data, never public.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Its id.
    pub id: Uuid,
    /// The partner.
    pub partner_id: Uuid,
    /// Name of the person.
    pub name: String,
    /// What the person does there.
    pub position: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contact({})", self.id)
    }
}

/// A role to be given to a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPartnerRole {
    /// The partner.
    pub partner_id: Uuid,
    /// The role.
    pub role: PartnerRoleKind,
}

/// A role of a partner in a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerRole {
    /// Its id.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// The partner.
    pub partner: PartnerRef,
    /// The role.
    pub role: PartnerRoleKind,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// A partner as others refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerRef {
    /// Its id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Short name.
    pub acronym: Option<String>,
    /// Kind of organisation.
    pub kind: PartnerKind,
}
