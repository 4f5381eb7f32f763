//! Parties, clauses and amounts, as they arrive and as they leave.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use parvis_domain::agreements::PartyCapacity;
use parvis_domain::agreements::content::{self as domain, AnnexKey, Clause, ClauseNumber, PartyDraft};
use parvis_domain::{Code, Fault, Faults, LocalisedText, Period, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// A party to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAgreementParty {
    /// Who.
    pub partner_id: Uuid,
    /// In which capacities.
    pub capacities: BTreeSet<PartyCapacity>,
    /// Whether the agreement waits for its signature; by its capacities where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs: Option<bool>,
    /// Whether it signs only on a decision of its own; by the kinds of agreement and organisation where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_authorisation: Option<bool>,
}

/// A clause with its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewClause {
    /// Its number: `1`, `2.3`, `4 bis`.
    pub number: String,
    /// Its heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<LocalisedText>,
    /// Its text.
    pub text: LocalisedText,
}

/// An amount of the financial annex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnnexItem {
    /// The grant.
    pub grant_id: Uuid,
    /// The line; all of them together where none is named.
    #[serde(default)]
    pub line_id: Option<Uuid>,
    /// How much, in the grant's currency.
    pub amount: Money,
}

/// Award and value of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContractTerms {
    /// The day of the award.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub awarded_on: String,
    /// The reference of the award.
    pub award_reference: String,
    /// What it is worth.
    pub value: Money,
}

/// In which days costs must arise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Eligibility {
    /// First day.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub starts_on: String,
    /// Last day.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub ends_on: Option<String>,
}

impl Eligibility {
    pub(super) fn check(&self, pointer: &str) -> Result<Period, Faults> {
        Period::check(pointer, &self.starts_on, self.ends_on.as_deref())
    }
}

impl From<Period> for Eligibility {
    fn from(days: Period) -> Self {
        Self {
            starts_on: days.starts_on.to_string(),
            ends_on: days.ends_on.map(|day| day.to_string()),
        }
    }
}

impl ContractTerms {
    pub(super) fn check(&self, pointer: &str) -> Result<domain::ContractTerms, Faults> {
        let mut faults = Faults::new();
        let awarded_on = faults.keep(period::date(&format!("{pointer}/awarded_on"), &self.awarded_on));
        let reference = text::line(
            &format!("{pointer}/award_reference"),
            &self.award_reference,
            text::REFERENCE_MAX,
        );
        let reference = faults.keep(reference);
        let value = faults.keep_all(self.value.check_positive(&format!("{pointer}/value")));
        let checked = (|| {
            Some(domain::ContractTerms {
                awarded_on: awarded_on?,
                award_reference: reference?,
                value: value?,
            })
        })();
        faults.finish(checked)
    }
}

impl From<&domain::ContractTerms> for ContractTerms {
    fn from(terms: &domain::ContractTerms) -> Self {
        Self {
            awarded_on: terms.awarded_on.to_string(),
            award_reference: terms.award_reference.clone(),
            value: terms.value.into(),
        }
    }
}

/// Checks parties on their own; which kinds of organisation they are is known later.
pub(super) fn check_parties(pointer: &str, parties: &[NewAgreementParty]) -> Result<Vec<PartyDraft>, Faults> {
    let mut faults = Faults::new();
    for (i, party) in parties.iter().enumerate() {
        if party.capacities.is_empty() {
            faults.add(
                Code::Required,
                format!("{pointer}/{i}/capacities"),
                "A party has at least one capacity.",
            );
        }
        if parties
            .iter()
            .take(i)
            .any(|earlier| earlier.partner_id == party.partner_id)
        {
            let detail = "This organisation is a party already.";
            faults.add(Code::Duplicate, format!("{pointer}/{i}/partner_id"), detail);
        }
    }
    let draft = |party: &NewAgreementParty| PartyDraft {
        partner: party.partner_id.into(),
        capacities: party.capacities.clone(),
        signs: party.signs,
        needs_authorisation: party.needs_authorisation,
    };
    faults.finish(Some(parties.iter().map(draft).collect()))
}

/// Checks clauses and that no number stands twice.
pub(super) fn check_clauses(pointer: &str, clauses: &[NewClause]) -> Result<BTreeMap<ClauseNumber, Clause>, Faults> {
    let mut faults = Faults::new();
    let mut checked = BTreeMap::new();
    for (i, new) in clauses.iter().enumerate() {
        let at = format!("{pointer}/{i}");
        let number = faults.keep(ClauseNumber::parse(&format!("{at}/number"), &new.number));
        let clause = Clause {
            title: new.title.clone(),
            text: new.text.clone(),
        };
        let clause = faults.keep_all(clause.check(&at));
        if let Some((number, clause)) = number.zip(clause)
            && checked.insert(number, clause).is_some()
        {
            faults.add(
                Code::Duplicate,
                format!("{at}/number"),
                "Another clause has this number.",
            );
        }
    }
    faults.finish(Some(checked))
}

/// Checks amounts and that nothing stands twice.
pub(super) fn check_annex(
    pointer: &str,
    items: &[AnnexItem],
) -> Result<BTreeMap<AnnexKey, parvis_domain::Money>, Faults> {
    let mut faults = Faults::new();
    let mut checked = BTreeMap::new();
    for (i, item) in items.iter().enumerate() {
        let at = format!("{pointer}/{i}");
        let Some(amount) = faults.keep_all(item.amount.check_not_negative(&format!("{at}/amount"))) else {
            continue;
        };
        let key = AnnexKey {
            grant: item.grant_id.into(),
            line: item.line_id.map(Into::into),
        };
        if checked.insert(key, amount).is_some() {
            faults.push(Fault::new(Code::Duplicate, at, "The same grant and line stand twice."));
        }
    }
    faults.finish(Some(checked))
}

/// A party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementParty {
    /// Who.
    pub partner_id: Uuid,
    /// In which capacities.
    pub capacities: BTreeSet<PartyCapacity>,
    /// Whether the agreement waits for its signature.
    pub signs: bool,
    /// Whether it signs only on a decision of its own.
    pub needs_authorisation: bool,
}

/// A clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementClause {
    /// Its number.
    pub number: String,
    /// Its heading.
    pub title: Option<LocalisedText>,
    /// Its text.
    pub text: LocalisedText,
}

/// What an agreement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementContent {
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// In which days costs must arise, where that is not the agreement's own time.
    pub eligibility: Option<Eligibility>,
    /// The last day on which its money moves.
    pub payable_until: Option<NaiveDate>,
    /// The parties, in the order of the text.
    pub parties: Vec<AgreementParty>,
    /// The clauses, in the order of their numbers.
    pub clauses: Vec<AgreementClause>,
    /// The financial annex.
    pub annex: Vec<AnnexItem>,
    /// Award and value of a contract.
    pub contract: Option<ContractTerms>,
}

impl From<&domain::Party> for AgreementParty {
    fn from(party: &domain::Party) -> Self {
        Self {
            partner_id: party.partner.into(),
            capacities: party.capacities.clone(),
            signs: party.signs,
            needs_authorisation: party.needs_authorisation,
        }
    }
}

impl From<&domain::Party> for NewAgreementParty {
    fn from(party: &domain::Party) -> Self {
        Self {
            partner_id: party.partner.into(),
            capacities: party.capacities.clone(),
            signs: Some(party.signs),
            needs_authorisation: Some(party.needs_authorisation),
        }
    }
}

impl From<(&ClauseNumber, &Clause)> for AgreementClause {
    fn from((number, clause): (&ClauseNumber, &Clause)) -> Self {
        Self {
            number: number.to_string(),
            title: clause.title.clone(),
            text: clause.text.clone(),
        }
    }
}

impl From<(&AnnexKey, &parvis_domain::Money)> for AnnexItem {
    fn from((key, amount): (&AnnexKey, &parvis_domain::Money)) -> Self {
        Self {
            grant_id: key.grant.into(),
            line_id: key.line.map(Into::into),
            amount: (*amount).into(),
        }
    }
}

impl From<&domain::Content> for AgreementContent {
    fn from(content: &domain::Content) -> Self {
        Self {
            starts_on: content.period.starts_on,
            ends_on: content.period.ends_on,
            eligibility: content.eligibility.map(Into::into),
            payable_until: content.payable_until,
            parties: content.parties.iter().map(Into::into).collect(),
            clauses: content.clauses.iter().map(Into::into).collect(),
            annex: content.annex.iter().map(Into::into).collect(),
            contract: content.contract.as_ref().map(Into::into),
        }
    }
}
