//! What an amendment changes, and who signs it, as they lie in their columns.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use parvis_domain::agreements::{
    AnnexKey, Changes, Clause, ClauseNumber, Party, PartyCapacity, SignatureBook, Signing,
};
use parvis_domain::ids::PartnerId;
use parvis_domain::{Currency, Money, Period};
use serde::{Deserialize, Serialize};

use crate::columns::json;
use crate::error::{StoreError, StoreResult};

/// A party.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptParty {
    partner: PartnerId,
    capacities: BTreeSet<PartyCapacity>,
    signs: bool,
    needs_authorisation: bool,
}

#[derive(Serialize, Deserialize)]
struct KeptPeriod {
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
}

/// A day that is set, or taken away where it is none.
#[derive(Serialize, Deserialize)]
struct KeptDay {
    on: Option<NaiveDate>,
}

#[derive(Serialize, Deserialize)]
struct KeptAmount {
    key: AnnexKey,
    minor: i64,
    currency: String,
}

#[derive(Default, Serialize, Deserialize)]
struct KeptChanges {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    clauses: Vec<(ClauseNumber, Option<Clause>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    joining: Vec<KeptParty>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    leaving: Vec<PartnerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<KeptDay>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    eligibility: Option<KeptPeriod>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payable: Option<KeptDay>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    amounts: Vec<KeptAmount>,
}

/// Who signs an amendment.
#[derive(Serialize, Deserialize)]
struct KeptSigner {
    partner: PartnerId,
    required: bool,
    needs_authorisation: bool,
}

impl From<&Party> for KeptParty {
    fn from(party: &Party) -> Self {
        Self {
            partner: party.partner,
            capacities: party.capacities.clone(),
            signs: party.signs,
            needs_authorisation: party.needs_authorisation,
        }
    }
}

impl From<KeptParty> for Party {
    fn from(kept: KeptParty) -> Self {
        Self {
            partner: kept.partner,
            capacities: kept.capacities,
            signs: kept.signs,
            needs_authorisation: kept.needs_authorisation,
        }
    }
}

/// Reads JSON that this module wrote.
pub(super) fn read<T: serde::de::DeserializeOwned>(text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Internal(error.to_string()))
}

/// Writes what an amendment changes.
pub(super) fn write_changes(changes: &Changes) -> StoreResult<String> {
    let clauses = changes.clauses.iter();
    let amount = |(key, amount): (&AnnexKey, &Money)| KeptAmount {
        key: *key,
        minor: amount.minor,
        currency: amount.currency.code().to_owned(),
    };
    json(&KeptChanges {
        clauses: clauses
            .map(|(number, clause)| (number.clone(), clause.clone()))
            .collect(),
        joining: changes.joining.iter().map(KeptParty::from).collect(),
        leaving: changes.leaving.clone(),
        ends: changes.ends_on.map(|on| KeptDay { on }),
        eligibility: changes.eligibility.map(|days| KeptPeriod {
            starts_on: days.starts_on,
            ends_on: days.ends_on,
        }),
        payable: changes.payable_until.map(|on| KeptDay { on }),
        amounts: changes.amounts.iter().map(amount).collect(),
    })
}

/// Reads what an amendment changes.
pub(super) fn read_changes(text: &str) -> StoreResult<Changes> {
    let kept: KeptChanges = read(text)?;
    let amount = |kept: KeptAmount| {
        let currency = Currency::parse("", &kept.currency).map_err(|fault| StoreError::Internal(fault.detail))?;
        Ok((kept.key, Money::new(kept.minor, currency)))
    };
    Ok(Changes {
        clauses: kept.clauses.into_iter().collect(),
        joining: kept.joining.into_iter().map(Party::from).collect(),
        leaving: kept.leaving,
        ends_on: kept.ends.map(|day| day.on),
        eligibility: kept.eligibility.map(|days| Period {
            starts_on: days.starts_on,
            ends_on: days.ends_on,
        }),
        payable_until: kept.payable.map(|day| day.on),
        amounts: kept.amounts.into_iter().map(amount).collect::<StoreResult<_>>()?,
    })
}

/// Writes who signs an amendment.
pub(super) fn write_signers(book: &SignatureBook) -> StoreResult<String> {
    let signer = |page: &Signing| KeptSigner {
        partner: page.partner,
        required: page.required,
        needs_authorisation: page.needs_authorisation,
    };
    json(&book.0.iter().map(signer).collect::<Vec<_>>())
}

/// Reads who signs an amendment, as empty pages.
pub(super) fn read_signers(text: &str) -> StoreResult<SignatureBook> {
    let kept: Vec<KeptSigner> = read(text)?;
    let page = |signer: KeptSigner| Signing {
        partner: signer.partner,
        required: signer.required,
        needs_authorisation: signer.needs_authorisation,
        authorisation: None,
        signed_on: None,
    };
    Ok(SignatureBook(kept.into_iter().map(page).collect()))
}
