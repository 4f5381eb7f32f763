//! Amendments, and what two versions of an agreement say differently.

use chrono::NaiveDate;
use parvis_domain::agreements::amendments::{self as domain, AmendmentDraft, AmendmentStatus, Changes};
use parvis_domain::agreements::consolidation::{Difference, DifferenceKind};
use parvis_domain::agreements::content::ClauseNumber;
use parvis_domain::{Code, Fault, Faults, LocalisedText, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use parvis_domain::agreements::amendments::OriginKind;

use super::content::{
    AgreementClause, AgreementParty, AnnexItem, Eligibility, NewAgreementParty, NewClause, check_annex, check_clauses,
    check_parties,
};
use super::signatures::Signing;
use crate::Patch;

/// How an amendment comes about: `signed`, or `law_or_order` with its reference and day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AmendmentOrigin {
    /// Which of the two.
    pub kind: OriginKind,
    /// The reference of the law or order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Its day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub dated_on: Option<String>,
}

/// What an amendment changes; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewChanges {
    /// Clauses with their new text; new numbers are added.
    #[serde(default)]
    pub clauses: Vec<NewClause>,
    /// Numbers of clauses that are repealed.
    #[serde(default)]
    pub repealed: Vec<String>,
    /// Parties that join.
    #[serde(default)]
    pub joining: Vec<NewAgreementParty>,
    /// Parties that leave.
    #[serde(default)]
    pub leaving: Vec<Uuid>,
    /// The new end; null leaves it open.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub ends_on: Patch<String>,
    /// In which days costs must arise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<Eligibility>,
    /// The new last day on which money moves; null until the programme is closed.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub payable_until: Patch<String>,
    /// New amounts of the annex.
    #[serde(default)]
    pub amounts: Vec<AnnexItem>,
}

/// An amendment to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "origin": {"kind": "law_or_order", "reference": "Loi de finances pour 2022", "dated_on": "2021-12-30"},
    "title": {"fr": "Prolongation jusqu’en 2023"}, "effective_on": "2023-01-01", "changes": {"ends_on": "2023-12-31"}
})))]
pub struct NewAmendment {
    /// How it comes about.
    pub origin: AmendmentOrigin,
    /// What it is called.
    pub title: LocalisedText,
    /// From when on it has effect.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub effective_on: String,
    /// What it changes.
    pub changes: NewChanges,
}

patch! {
    /// Changes to an amendment that is not open for signature.
    AmendmentPatch of NewAmendment {
        must { origin: AmendmentOrigin, title: LocalisedText, effective_on: String, changes: NewChanges, }
        may {}
    }
}

impl AmendmentOrigin {
    fn check(&self) -> Result<domain::Origin, Faults> {
        let (reference, dated_on) = (self.reference.as_deref(), self.dated_on.as_deref());
        match self.kind {
            OriginKind::Signed if reference.is_some() || dated_on.is_some() => {
                let detail = "What the parties sign has no reference or day of a law.";
                Err(Fault::new(Code::KindMismatch, "/origin", detail).into())
            }
            OriginKind::Signed => Ok(domain::Origin::Signed),
            OriginKind::LawOrOrder => {
                let mut faults = Faults::new();
                let reference = text::line("/origin/reference", reference.unwrap_or_default(), text::REFERENCE_MAX);
                let reference = faults.keep(reference);
                let dated_on = faults.keep(period::date("/origin/dated_on", dated_on.unwrap_or_default()));
                let checked = reference.zip(dated_on);
                faults.finish(checked.map(|(reference, dated_on)| domain::Origin::LawOrOrder { reference, dated_on }))
            }
        }
    }
}

impl From<&domain::Origin> for AmendmentOrigin {
    fn from(origin: &domain::Origin) -> Self {
        match origin {
            domain::Origin::Signed => Self {
                kind: OriginKind::Signed,
                reference: None,
                dated_on: None,
            },
            domain::Origin::LawOrOrder { reference, dated_on } => Self {
                kind: OriginKind::LawOrOrder,
                reference: Some(reference.clone()),
                dated_on: Some(dated_on.to_string()),
            },
        }
    }
}

fn day(pointer: &str, patch: &Patch<String>) -> Result<Option<Option<NaiveDate>>, Fault> {
    match patch {
        Patch::Absent => Ok(None),
        Patch::Null => Ok(Some(None)),
        Patch::Value(value) => period::date(pointer, value).map(|day| Some(Some(day))),
    }
}

impl NewChanges {
    fn check(&self) -> Result<Changes, Faults> {
        let mut faults = Faults::new();
        let clauses = faults.keep_all(check_clauses("/changes/clauses", &self.clauses));
        let mut clauses: std::collections::BTreeMap<_, _> = clauses
            .unwrap_or_default()
            .into_iter()
            .map(|(number, clause)| (number, Some(clause)))
            .collect();
        for (i, number) in self.repealed.iter().enumerate() {
            let at = format!("/changes/repealed/{i}");
            if let Some(number) = faults.keep(ClauseNumber::parse(&at, number))
                && clauses.insert(number, None).is_some()
            {
                faults.add(Code::Duplicate, at, "This clause is changed or repealed already.");
            }
        }
        let ends_on = faults.keep(day("/changes/ends_on", &self.ends_on));
        let payable_until = faults.keep(day("/changes/payable_until", &self.payable_until));
        let eligibility = self.eligibility.as_ref().map(|days| days.check("/changes/eligibility"));
        let eligibility = faults.keep_all(eligibility.transpose());
        let amounts = faults.keep_all(check_annex("/changes/amounts", &self.amounts));
        let checked = (|| {
            Some(Changes {
                clauses,
                joining: Vec::new(),
                leaving: self.leaving.iter().copied().map(Into::into).collect(),
                ends_on: ends_on?,
                eligibility: eligibility?,
                payable_until: payable_until?,
                amounts: amounts?,
            })
        })();
        faults.finish(checked)
    }
}

impl NewAmendment {
    /// Checks every part; whether it fits the agreement is checked when it is opened for signature.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<AmendmentDraft, Faults> {
        let mut faults = Faults::new();
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let origin = faults.keep_all(self.origin.check());
        let effective_on = faults.keep(period::date("/effective_on", &self.effective_on));
        let joining = faults.keep_all(check_parties("/changes/joining", &self.changes.joining));
        let changes = faults.keep_all(self.changes.check());
        let checked = (|| {
            Some(AmendmentDraft {
                title: title?,
                origin: origin?,
                effective_on: effective_on?,
                joining: joining?,
                changes: changes?,
            })
        })();
        faults.finish(checked)
    }
}

fn written(day: Option<Option<NaiveDate>>) -> Patch<String> {
    match day {
        None => Patch::Absent,
        Some(None) => Patch::Null,
        Some(Some(day)) => Patch::Value(day.to_string()),
    }
}

impl From<&Changes> for NewChanges {
    fn from(changes: &Changes) -> Self {
        let rewritten = changes.clauses.iter().filter_map(|(number, clause)| {
            clause.as_ref().map(|clause| NewClause {
                number: number.to_string(),
                title: clause.title.clone(),
                text: clause.text.clone(),
            })
        });
        let repealed = changes.clauses.iter().filter(|(_, clause)| clause.is_none());
        Self {
            clauses: rewritten.collect(),
            repealed: repealed.map(|(number, _)| number.to_string()).collect(),
            joining: changes.joining.iter().map(NewAgreementParty::from).collect(),
            leaving: changes.leaving.iter().copied().map(Into::into).collect(),
            ends_on: written(changes.ends_on),
            eligibility: changes.eligibility.map(Into::into),
            payable_until: written(changes.payable_until),
            amounts: changes.amounts.iter().map(Into::into).collect(),
        }
    }
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amendment {
    /// Identifier.
    pub id: Uuid,
    /// Its number, from 1.
    pub number: u32,
    /// Where it is today.
    pub status: AmendmentStatus,
    /// How it comes about.
    pub origin: AmendmentOrigin,
    /// What it is called.
    pub title: LocalisedText,
    /// From when on it has effect.
    pub effective_on: NaiveDate,
    /// The day of the last signature, or of the law or order.
    pub adopted_on: Option<NaiveDate>,
    /// From when on its amounts count.
    pub amounts_from: Option<NaiveDate>,
    /// What it changes.
    pub changes: NewChanges,
    /// When it was opened for signature.
    pub opened_on: Option<NaiveDate>,
    /// When it was given up.
    pub withdrawn_on: Option<NaiveDate>,
    /// Where the signature of each party stands.
    pub signatures: Vec<Signing>,
}

/// One thing that two versions of an agreement say differently. Which of the fields are there follows from its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AgreementChange))]
pub struct Change {
    /// What.
    pub kind: ChangeKind,
    /// Earlier; none where it was not there.
    pub before: Option<ChangeSide>,
    /// Later; none where it is no longer there.
    pub after: Option<ChangeSide>,
}

pub use parvis_domain::agreements::consolidation::DifferenceKind as ChangeKind;

/// One side of a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AgreementChangeSide))]
pub struct ChangeSide {
    /// Of a period or an eligibility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<Eligibility>,
    /// Of the last day on which money moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// Of a party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<AgreementParty>,
    /// Of a clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<AgreementClause>,
    /// Of an amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<AnnexItem>,
}

impl From<Difference> for Change {
    fn from(difference: Difference) -> Self {
        use DifferenceKind as K;
        let days = |days: parvis_domain::Period| ChangeSide {
            days: Some(days.into()),
            ..ChangeSide::default()
        };
        let (kind, before, after) = match difference {
            Difference::Period { before, after } => (K::Period, Some(days(before)), Some(days(after))),
            Difference::Eligibility { before, after } => (K::Eligibility, Some(days(before)), Some(days(after))),
            Difference::PayableUntil { before, after } => {
                let side = |day: Option<NaiveDate>| {
                    day.map(|day| ChangeSide {
                        day: Some(day),
                        ..ChangeSide::default()
                    })
                };
                (K::PayableUntil, side(before), side(after))
            }
            Difference::Party { before, after, .. } => {
                let side = |party: Option<parvis_domain::agreements::Party>| {
                    party.map(|party| ChangeSide {
                        party: Some((&party).into()),
                        ..ChangeSide::default()
                    })
                };
                (K::Party, side(before), side(after))
            }
            Difference::Clause { number, before, after } => {
                let side = |clause: Option<parvis_domain::agreements::Clause>| {
                    clause.map(|clause| ChangeSide {
                        clause: Some((&number, &clause).into()),
                        ..ChangeSide::default()
                    })
                };
                (K::Clause, side(before), side(after))
            }
            Difference::Amount { key, before, after } => {
                let side = |amount: Option<parvis_domain::Money>| {
                    amount.map(|amount| ChangeSide {
                        amount: Some((&key, &amount).into()),
                        ..ChangeSide::default()
                    })
                };
                (K::Amount, side(before), side(after))
            }
        };
        Self { kind, before, after }
    }
}
