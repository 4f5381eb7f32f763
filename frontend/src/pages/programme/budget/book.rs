//! What a movement is posted on: the grants of the budget, its balances now, and who takes part.

use std::collections::HashMap;

use leptos::prelude::*;
use parvis_domain::budgets::{GrantKind, PaymentMode};
use parvis_domain::partners::PartnerRoleKind;
use parvis_wire::budgets::{Balances, Grant};
use parvis_wire::partners::PartnerRole;
use uuid::Uuid;

use super::desk::DeskHere;
use crate::api::{Answer, budgets, movements, partners};
use crate::components::{Choice, Fetched};
use crate::i18n::{I18n, say};
use crate::pages::programme::frame::Here;

/// What a movement is posted on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Book {
    /// The grants of the budget.
    pub grants: Vec<Grant>,
    /// Its balances now.
    pub balances: Option<Balances>,
    /// The roles of the partners.
    pub roles: Vec<PartnerRole>,
}

impl Book {
    async fn read(programme: Uuid, budget: Uuid) -> Answer<Self> {
        let (grants, balances, roles) = futures::join!(
            movements::list_grants(budget),
            budgets::get_balances(budget, ""),
            partners::list_partner_roles(programme)
        );
        Ok(Self {
            grants: grants?,
            balances: Some(balances?),
            roles: roles?.items,
        })
    }

    /// A grant.
    pub fn grant(&self, id: Uuid) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.id == id)
    }

    /// How each grant is paid.
    pub fn modes(&self) -> HashMap<Uuid, PaymentMode> {
        self.grants.iter().map(|grant| (grant.id, grant.payment_mode)).collect()
    }

    /// The partner that carries the work out, where there is exactly one beside the funder: the one that implements it, or
    /// whom it is for where nobody does.
    pub fn carrier(&self, funder: Uuid) -> Option<Uuid> {
        let held = |wanted: PartnerRoleKind| {
            let roles = self
                .roles
                .iter()
                .filter(move |role| role.role == wanted && role.ended_at.is_none());
            roles
                .map(|role| role.partner.id)
                .filter(|id| *id != funder)
                .collect::<Vec<_>>()
        };
        let mut carriers = held(PartnerRoleKind::Implementing);
        if carriers.is_empty() {
            carriers = held(PartnerRoleKind::Beneficiary);
        }
        match carriers.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }
}

/// The book of the budget at hand, kept on show while it is read again.
#[derive(Clone, Copy)]
pub struct BookHere {
    shown: RwSignal<Book>,
    from: Fetched<Book>,
}

impl BookHere {
    /// Reads the book of the budget of the page.
    pub fn new(desk: DeskHere) -> Self {
        let here = Here::of_page();
        let of = Memo::new(move |_| (here.id(), desk.with(|desk| desk.budget.id)));
        let from: Fetched<Book> = Fetched::new(move || {
            let (programme, budget) = of.get();
            async move {
                match budget.is_nil() {
                    true => Ok(Book::default()),
                    false => Book::read(programme, budget).await,
                }
            }
        });
        let shown = RwSignal::new(Book::default());
        Effect::new(move |_| {
            if let Some(Ok(book)) = from.get() {
                shown.set(book);
            }
        });
        Self { shown, from }
    }

    /// Reads something of it.
    pub fn with<T>(self, read: impl FnOnce(&Book) -> T) -> T {
        self.shown.with(read)
    }

    /// Reads it again.
    pub fn refetch(self) {
        self.from.refetch();
    }
}

/// What a grant is called in a list: its funder, its currency, its reference.
pub fn grant_name(i18n: I18n, funder: &str, grant: &Grant) -> String {
    let kind = (grant.kind == GrantKind::InKind).then(|| say!(i18n, money.in_kind));
    let parts = [
        Some(funder),
        Some(grant.currency.as_str()),
        kind,
        grant.reference.as_deref(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The partners of the programme to choose from, by name.
pub fn partner_choices(desk: DeskHere) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        let mut names: Vec<_> = desk.with(|desk| desk.names.iter().map(|(id, name)| (name.clone(), *id)).collect());
        names.sort();
        names.into_iter().map(|(name, id)| Choice::new(id, name)).collect()
    })
}
