//! What stands in the fields of a movement, and what is sent of it.

use leptos::prelude::*;
use parvis_domain::budgets::MovementKind;
use parvis_domain::{Code, Faults};
use parvis_wire::budgets::{Movement, NewMovement, RefusedCost};
use uuid::Uuid;

use crate::forms::read::{Decimals, date_text};
use crate::forms::texts;
use crate::pages::programme::frame::Here;

/// How the amount of a movement is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is said in the grant's currency.
    Stated,
    /// So many units, each of a value: contributions in kind.
    Units,
    /// A part of a base: flat-rate costs.
    Flat,
    /// It was paid in another currency, and follows by a recorded rate.
    Rate,
    /// It was paid in another currency, and the bank has exchanged it.
    Bank,
}

impl Way {
    const ALL: [Self; 5] = [Self::Stated, Self::Units, Self::Flat, Self::Rate, Self::Bank];

    /// Its name in a select.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Units => "units",
            Self::Flat => "flat",
            Self::Rate => "rate",
            Self::Bank => "bank",
        }
    }

    /// The ways that a kind of movement knows, the usual one first.
    pub fn of(kind: MovementKind) -> &'static [Self] {
        match kind {
            MovementKind::InKind => &[Self::Units, Self::Stated, Self::Rate],
            MovementKind::Expenditure => &[Self::Stated, Self::Flat, Self::Rate, Self::Bank],
            MovementKind::Pledge
            | MovementKind::Commitment
            | MovementKind::Decommitment
            | MovementKind::Justification => &[Self::Stated, Self::Rate],
            MovementKind::Disbursement | MovementKind::Repayment | MovementKind::Transfer => {
                &[Self::Stated, Self::Rate, Self::Bank]
            }
        }
    }

    fn parse(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|way| way.name() == name);
        found.unwrap_or(Self::Stated)
    }
}

/// A document that stands behind a movement: it stays where it is, the ledger keeps its digest.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What the file is called.
    pub name: String,
    /// Its SHA-256 in hexadecimal.
    pub digest: String,
}

/// What stands in the fields. It outlives what is read again around it.
#[derive(Clone, Copy)]
pub struct MovementFields {
    pub(super) line: RwSignal<String>,
    pub(super) grant: RwSignal<String>,
    pub(super) kind: RwSignal<String>,
    pub(super) way: RwSignal<String>,
    pub(super) amount: RwSignal<String>,
    pub(super) original: RwSignal<String>,
    pub(super) original_currency: RwSignal<String>,
    pub(super) rate: RwSignal<String>,
    pub(super) unit: RwSignal<String>,
    pub(super) quantity: RwSignal<String>,
    pub(super) unit_value: RwSignal<String>,
    pub(super) base: RwSignal<String>,
    pub(super) base_rate: RwSignal<String>,
    pub(super) booked_on: RwSignal<String>,
    pub(super) incurred_on: RwSignal<String>,
    pub(super) paid_on: RwSignal<String>,
    pub(super) payer: RwSignal<String>,
    pub(super) payee: RwSignal<String>,
    pub(super) refused: RwSignal<String>,
    pub(super) refused_reason: RwSignal<String>,
    pub(super) reference: RwSignal<String>,
    pub(super) note: RwSignal<String>,
    pub(super) evidence: RwSignal<Option<Evidence>>,
    /// What was posted here, the last first.
    pub recent: RwSignal<Vec<Movement>>,
}

impl MovementFields {
    /// Empty fields, today.
    pub fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            line: empty(),
            grant: empty(),
            kind: RwSignal::new(MovementKind::Commitment.to_string()),
            way: RwSignal::new(Way::Stated.name().to_owned()),
            amount: empty(),
            original: empty(),
            original_currency: empty(),
            rate: empty(),
            unit: empty(),
            quantity: empty(),
            unit_value: empty(),
            base: empty(),
            base_rate: empty(),
            booked_on: RwSignal::new(date_text(Here::of_page().today())),
            incurred_on: empty(),
            paid_on: empty(),
            payer: empty(),
            payee: empty(),
            refused: empty(),
            refused_reason: empty(),
            reference: empty(),
            note: empty(),
            evidence: RwSignal::new(None),
            recent: RwSignal::new(Vec::new()),
        }
    }

    /// Those of the page around.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Chooses a share.
    pub fn choose(self, line: String, grant: String) {
        self.line.set(line);
        self.grant.set(grant);
    }

    /// The share that is chosen.
    pub fn share(self) -> Option<(Uuid, Uuid)> {
        let (line, grant) = (self.line.get(), self.grant.get());
        line.parse().ok().zip(grant.parse().ok())
    }

    /// The kind that is chosen.
    pub fn kind(self) -> MovementKind {
        MovementKind::parse(&self.kind.get()).unwrap_or(MovementKind::Commitment)
    }

    /// How the amount is known; the usual way where the chosen one does not fit the kind.
    pub fn way(self) -> Way {
        let (way, fitting) = (Way::parse(&self.way.get()), Way::of(self.kind()));
        match fitting.contains(&way) {
            true => way,
            false => fitting.first().copied().unwrap_or(Way::Stated),
        }
    }

    /// The other currency, as it is written.
    pub fn other_currency(self) -> String {
        self.original_currency.get().trim().to_ascii_uppercase()
    }

    /// What is sent: what belongs to the kind and to the way of its amount, and nothing that was typed for another.
    pub fn request(self, currency: &str, decimals: Decimals) -> NewMovement {
        let (kind, way) = (untrack(|| self.kind()), untrack(|| self.way()));
        let text = |field: RwSignal<String>| field.get_untracked();
        let money = |field: RwSignal<String>| texts::money(&text(field), decimals, currency);
        let refused =
            (kind == MovementKind::Justification && !text(self.refused).trim().is_empty()).then(|| RefusedCost {
                amount: money(self.refused),
                reason: text(self.refused_reason),
            });
        let (units, flat, rate) = (way == Way::Units, way == Way::Flat, way == Way::Rate);
        NewMovement {
            line_id: text(self.line).parse().unwrap_or_default(),
            grant_id: text(self.grant).parse().unwrap_or_default(),
            kind,
            amount: matches!(way, Way::Stated | Way::Bank).then(|| money(self.amount)),
            original: matches!(way, Way::Rate | Way::Bank).then(|| {
                let other = untrack(|| self.other_currency());
                texts::money(&text(self.original), decimals, &other)
            }),
            rate_id: text(self.rate).parse().ok().filter(|_| rate),
            booked_on: texts::date(&text(self.booked_on)),
            incurred_on: texts::optional_date(&text(self.incurred_on)).filter(|_| kind == MovementKind::Expenditure),
            paid_on: texts::optional_date(&text(self.paid_on)).filter(|_| is_paid(kind)),
            payer_id: text(self.payer).parse().ok(),
            payee_id: text(self.payee).parse().ok(),
            reference: texts::optional(&text(self.reference)),
            note: texts::optional(&text(self.note)),
            evidence: self.evidence.get_untracked().map(|evidence| evidence.digest),
            refused,
            unit: units.then(|| text(self.unit)),
            quantity: units.then(|| texts::number(&text(self.quantity), decimals)),
            unit_value: units.then(|| money(self.unit_value)),
            base: flat.then(|| money(self.base)),
            base_rate: flat.then(|| texts::ratio(&text(self.base_rate), decimals)),
        }
    }

    /// Checks what is sent by the rules of the domain, and that a rate is chosen where one is used.
    pub fn check(self, request: &NewMovement, today: chrono::NaiveDate) -> Result<(), Faults> {
        let mut faults = Faults::new();
        if let Some(new) = faults.keep_all(request.check()) {
            faults.keep_all(parvis_domain::budgets::movements::check_days(&new, today));
        }
        if untrack(|| self.way()) == Way::Rate && request.rate_id.is_none() {
            faults.add(Code::Required, "/rate_id", "Choose the rate that was used.");
        }
        faults.finish(Some(()))
    }

    /// Makes room for the next movement: what changes from one to the next is emptied, day and partners stay.
    pub fn next(self) {
        for field in [
            self.amount,
            self.original,
            self.quantity,
            self.base,
            self.refused,
            self.refused_reason,
            self.reference,
            self.note,
        ] {
            field.set(String::new());
        }
        self.evidence.set(None);
    }
}

/// Whether a kind of movement passes through a bank.
pub fn is_paid(kind: MovementKind) -> bool {
    matches!(
        kind,
        MovementKind::Disbursement | MovementKind::Expenditure | MovementKind::Repayment | MovementKind::Transfer
    )
}
