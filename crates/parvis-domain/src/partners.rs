//! Partners: organisations, their identifiers, and the roles they take in programmes.

mod identifiers;

pub use identifiers::{Identifier, IdentifierScheme, check_identifier};

use crate::choices::choices;
use crate::localised_text::LocalisedText;

choices! {
    /// What kind of organisation a partner is.
    PartnerKind {
        /// The State and its services.
        State = "state",
        /// A municipality.
        Municipality = "municipality",
        /// A group of municipalities.
        Intercommunality = "intercommunality",
        /// A department or province.
        Department = "department",
        /// A region.
        Region = "region",
        /// A public body with a task of its own.
        PublicBody = "public_body",
        /// A landlord of social housing.
        SocialLandlord = "social_landlord",
        /// An association.
        Association = "association",
        /// A group of inhabitants, with or without a legal form.
        InhabitantsGroup = "inhabitants_group",
        /// A non-governmental organisation.
        Ngo = "ngo",
        /// A university or school.
        University = "university",
        /// A foundation or fund.
        Funder = "funder",
        /// An international organisation.
        InternationalOrganisation = "international_organisation",
        /// A company.
        Company = "company",
    }

    /// The role that a partner takes in a programme; the first four are those of IATI (OrganisationRole 1 to 4).
    PartnerRoleKind {
        /// Gives money or means (IATI 1).
        Funding = "funding",
        /// Answers for the programme (IATI 2).
        Accountable = "accountable",
        /// Manages the money on behalf of the funders (IATI 3).
        Extending = "extending",
        /// Does the work (IATI 4).
        Implementing = "implementing",
        /// Signs the agreement.
        Signatory = "signatory",
        /// Benefits.
        Beneficiary = "beneficiary",
        /// Looks on.
        Observer = "observer",
    }
}

/// A partner to be created or its new content, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerContent {
    /// Name in its own language.
    pub name: String,
    /// Short name, where it has one.
    pub acronym: Option<String>,
    /// Kind.
    pub kind: PartnerKind,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// What it does.
    pub description: LocalisedText,
    /// Web address, `https://…` or `http://…`.
    pub website: Option<String>,
    /// Identifiers in registers.
    pub identifiers: Vec<Identifier>,
}

/// A contact of a partner: personal data, never public, erased on demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactContent {
    /// Name of the person.
    pub name: String,
    /// What the person does there.
    pub position: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number as it is written.
    pub phone: Option<String>,
}
