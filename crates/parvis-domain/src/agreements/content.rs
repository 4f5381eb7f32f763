//! What an agreement says: parties, periods, clauses, amounts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AgreementKind, PartyCapacity};
use crate::error::{Code, Fault, Faults};
use crate::ids::{GrantId, LineId, PartnerId, PlaceId};
use crate::localised_text::LocalisedText;
use crate::money::Money;
use crate::partners::PartnerKind;
use crate::period::Period;
use crate::text;

/// The most parties, clauses or items of the annex.
const ELEMENTS_MAX: usize = 500;

/// A party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub partner: PartnerId,
    /// In which capacities, at least one.
    pub capacities: BTreeSet<PartyCapacity>,
    /// Whether the agreement waits for its signature.
    pub signs: bool,
    /// Whether it signs only on a decision of its own.
    pub needs_authorisation: bool,
}

/// A party as it was written: what is not said follows from the kinds of agreement and organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyDraft {
    /// Who.
    pub partner: PartnerId,
    /// In which capacities, at least one.
    pub capacities: BTreeSet<PartyCapacity>,
    /// Whether the agreement waits for its signature.
    pub signs: Option<bool>,
    /// Whether it signs only on a decision of its own.
    pub needs_authorisation: Option<bool>,
}

impl PartyDraft {
    /// The party, once it is known what kind of organisation it is.
    #[must_use]
    pub fn settle(self, agreement: AgreementKind, organisation: PartnerKind) -> Party {
        let signs = self.signs.unwrap_or_else(|| agreement.waits_for(&self.capacities));
        let needs = || signs && agreement.needs_authorisation(organisation);
        Party {
            partner: self.partner,
            needs_authorisation: self.needs_authorisation.unwrap_or_else(needs),
            capacities: self.capacities,
            signs,
        }
    }
}

/// An agreement as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementDraft {
    /// Its kind.
    pub kind: AgreementKind,
    /// Its reference.
    pub reference: Option<String>,
    /// Its title.
    pub title: LocalisedText,
    /// The places that it is about.
    pub places: BTreeSet<PlaceId>,
    /// The parties.
    pub parties: Vec<PartyDraft>,
    /// From when to when it runs.
    pub period: Period,
    /// In which days costs must arise.
    pub eligibility: Option<Period>,
    /// The last day on which its money moves.
    pub payable_until: Option<NaiveDate>,
    /// The clauses.
    pub clauses: BTreeMap<ClauseNumber, Clause>,
    /// The financial annex.
    pub annex: BTreeMap<AnnexKey, Money>,
    /// Of a works or service contract.
    pub contract: Option<ContractTerms>,
}

impl AgreementDraft {
    /// What the agreement says, once it is known what kinds of organisation its parties are.
    #[must_use]
    pub fn settle(self, organisation: impl Fn(PartnerId) -> PartnerKind) -> Content {
        let settle = |party: PartyDraft| {
            let organisation = organisation(party.partner);
            party.settle(self.kind, organisation)
        };
        Content {
            parties: self.parties.into_iter().map(settle).collect(),
            period: self.period,
            eligibility: self.eligibility,
            payable_until: self.payable_until,
            clauses: self.clauses,
            annex: self.annex,
            contract: self.contract,
        }
    }
}

/// The latin suffixes of articles that were put in between, in their order.
const SUFFIXES: [&str; 6] = ["", "bis", "ter", "quater", "quinquies", "sexies"];

/// The number of a clause: `1`, `2.3`, `4 bis`. Numbers order as a reader expects: 2 before 10, 4 before 4 bis before 5.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseNumber(Vec<(u16, usize)>);

impl ClauseNumber {
    /// Reads a number: up to five parts joined by points, each from 1 to 999 and perhaps followed by a blank and bis, ter,
    /// quater, quinquies or sexies.
    ///
    /// # Errors
    /// `format_invalid`.
    pub fn parse(pointer: &str, value: &str) -> Result<Self, Fault> {
        let parts: Option<Vec<_>> = value.split('.').map(part).collect();
        match parts {
            Some(parts) if parts.len() <= 5 => Ok(Self(parts)),
            _ => {
                let detail = "The number of a clause is written as 1, 2.3 or 4 bis.";
                Err(Fault::new(Code::FormatInvalid, pointer, detail))
            }
        }
    }
}

fn part(text: &str) -> Option<(u16, usize)> {
    let (digits, suffix) = text.split_once(' ').unwrap_or((text, ""));
    let suffix = SUFFIXES.iter().position(|known| *known == suffix)?;
    let plain = digits.len() <= 3 && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    let spaced = text.contains(' ') == (suffix > 0);
    digits
        .parse()
        .ok()
        .filter(|_| plain && spaced)
        .map(|number| (number, suffix))
}

impl std::fmt::Display for ClauseNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (number, suffix)) in self.0.iter().enumerate() {
            let point = if i > 0 { "." } else { "" };
            let suffix = SUFFIXES.get(*suffix).copied().unwrap_or_default();
            let blank = if suffix.is_empty() { "" } else { " " };
            write!(f, "{point}{number}{blank}{suffix}")?;
        }
        Ok(())
    }
}

impl Serialize for ClauseNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClauseNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse("", &text).map_err(|fault| serde::de::Error::custom(fault.detail))
    }
}

/// A clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Its heading, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<LocalisedText>,
    /// Its text.
    pub text: LocalisedText,
}

impl Clause {
    /// Checks heading and text.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, pointer: &str) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let title = match &self.title {
            Some(title) => faults.keep_all(title.check_line(&format!("{pointer}/title"), text::NAME_MAX)),
            None => None,
        };
        let text = faults.keep_all(self.text.check_paragraph(&format!("{pointer}/text"), text::TEXT_MAX));
        faults.finish(text.map(|text| Self { title, text }))
    }
}

/// What an amount of the financial annex is about: a grant, on one line or on all of them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AnnexKey {
    /// The grant that rests on the agreement.
    pub grant: GrantId,
    /// The line of the budget, where the agreement goes that far.
    pub line: Option<LineId>,
}

/// What a works or service contract says besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractTerms {
    /// The day of the award.
    pub awarded_on: NaiveDate,
    /// The reference of the award.
    pub award_reference: String,
    /// What it is worth.
    pub value: Money,
}

/// What an agreement says: as first signed, or with amendments, as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The parties.
    pub parties: Vec<Party>,
    /// From when to when it runs.
    pub period: Period,
    /// In which days costs must arise; the agreement's own period where nothing is said.
    pub eligibility: Option<Period>,
    /// The last day on which its money moves; until the programme is closed where nothing is said.
    pub payable_until: Option<NaiveDate>,
    /// The clauses.
    pub clauses: BTreeMap<ClauseNumber, Clause>,
    /// The financial annex.
    pub annex: BTreeMap<AnnexKey, Money>,
    /// Of a works or service contract.
    pub contract: Option<ContractTerms>,
}

impl Content {
    /// Checks what the content says as a whole for its kind of agreement.
    ///
    /// # Errors
    /// Every fault: a party twice or without capacity, too few parties or signatures, contract terms where there are none
    /// or missing where there must be some, days out of order, currencies of one grant that differ.
    pub fn check(&self, kind: AgreementKind) -> Result<(), Faults> {
        let mut faults = Faults::new();
        self.check_parties(kind, &mut faults);
        self.check_days(&mut faults);
        self.check_annex(&mut faults);
        for (list, length) in [("/clauses", self.clauses.len()), ("/annex", self.annex.len())] {
            if length > ELEMENTS_MAX {
                faults.add(Code::TooMany, list, format!("At most {ELEMENTS_MAX} are allowed."));
            }
        }
        match (&self.contract, kind.is_contract()) {
            (None, true) => faults.add(Code::Required, "/contract", "A contract names its award and its value."),
            (Some(_), false) => faults.add(
                Code::KindMismatch,
                "/contract",
                "Only a contract has an award and a value.",
            ),
            _ => {}
        }
        faults.finish(Some(()))
    }

    /// Whom the agreement waits for.
    pub fn signers(&self) -> impl Iterator<Item = &Party> {
        self.parties.iter().filter(|party| party.signs)
    }

    /// In which days costs must arise.
    #[must_use]
    pub fn eligible(&self) -> Period {
        self.eligibility.unwrap_or(self.period)
    }

    fn check_parties(&self, kind: AgreementKind, faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        for (i, party) in self.parties.iter().enumerate() {
            if !seen.insert(party.partner) {
                faults.add(
                    Code::Duplicate,
                    format!("/parties/{i}/partner_id"),
                    "This organisation is a party already.",
                );
            }
            if party.capacities.is_empty() {
                faults.add(
                    Code::Required,
                    format!("/parties/{i}/capacities"),
                    "A party has at least one capacity.",
                );
            }
        }
        let (parties, signers) = (self.parties.len(), self.signers().count());
        let least = if kind.is_unilateral() { 1 } else { 2 };
        if signers < least || (kind.is_unilateral() && signers > 1) {
            let detail = match kind.is_unilateral() {
                true => format!("An agreement of kind {kind} is signed by exactly one party."),
                false => format!("An agreement of kind {kind} is signed by two parties at least."),
            };
            faults.add(Code::OutOfRange, "/parties", detail);
        }
        if parties > ELEMENTS_MAX {
            faults.add(
                Code::TooMany,
                "/parties",
                format!("At most {ELEMENTS_MAX} are allowed."),
            );
        }
        if kind.is_contract() {
            for capacity in [PartyCapacity::Buyer, PartyCapacity::Supplier] {
                if !self.parties.iter().any(|party| party.capacities.contains(&capacity)) {
                    faults.add(Code::Required, "/parties", format!("A contract has a {capacity}."));
                }
            }
        }
    }

    fn check_days(&self, faults: &mut Faults) {
        if let (Some(until), Some(end)) = (self.payable_until, self.period.ends_on)
            && until < end
        {
            let detail = format!("Money moves until the end, {end}, at least.");
            faults.add(Code::DateTooEarly, "/payable_until", detail);
        }
    }

    fn check_annex(&self, faults: &mut Faults) {
        let mut currencies = BTreeMap::new();
        for (key, amount) in &self.annex {
            let currency = *currencies.entry(key.grant).or_insert(amount.currency);
            if currency != amount.currency {
                let detail = format!("The other amounts of this grant are in {currency}.");
                faults.add(Code::CurrencyMismatch, "/annex", detail);
            }
            if amount.minor < 0 {
                let detail = "An agreed amount is not below zero.";
                faults.add(Code::AmountNotPositive, "/annex", detail);
            }
        }
    }
}

/// What is agreed for a grant altogether; none where the annex does not name it.
#[must_use]
pub fn agreed(annex: &BTreeMap<AnnexKey, Money>, grant: GrantId) -> Option<Money> {
    let amounts = annex
        .iter()
        .filter(|(key, _)| key.grant == grant)
        .map(|(_, amount)| *amount);
    amounts.reduce(|sum, amount| Money::new(sum.minor.saturating_add(amount.minor), sum.currency))
}
