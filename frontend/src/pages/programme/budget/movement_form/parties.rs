//! Who pays and who is paid.

use leptos::prelude::*;
use parvis_domain::budgets::{GrantKind, MovementKind, PaymentMode};
use uuid::Uuid;

use super::fields::MovementFields;
use crate::components::{Form, SelectField};
use crate::i18n::{say, words};
use crate::pages::programme::budget::book::{BookHere, partner_choices};
use crate::pages::programme::budget::desk::DeskHere;

/// Who usually pays a movement of a kind and who is paid, given who carries the work out.
fn usual(
    kind: MovementKind,
    (grant, mode): (GrantKind, PaymentMode),
    funder: Uuid,
    carrier: Option<Uuid>,
) -> (Option<Uuid>, Option<Uuid>) {
    match kind {
        MovementKind::Pledge => (Some(funder), None),
        MovementKind::Commitment
        | MovementKind::Decommitment
        | MovementKind::Disbursement
        | MovementKind::Justification
        | MovementKind::InKind => (Some(funder), carrier),
        MovementKind::Expenditure if mode == PaymentMode::Direct || grant == GrantKind::InKind => (Some(funder), None),
        MovementKind::Expenditure => (carrier.or(Some(funder)), None),
        MovementKind::Repayment => (carrier, Some(funder)),
        MovementKind::Transfer => (carrier, None),
    }
}

/// The two fields. What is usual is chosen when grant or kind change; what was chosen otherwise stays from one movement to
/// the next.
#[component]
pub fn PartyFields(form: Form, desk: DeskHere, book: BookHere, fields: MovementFields) -> impl IntoView {
    let i18n = words();
    let expected = Memo::new(move |_| {
        let (_, grant) = fields.share()?;
        book.with(|book| {
            let grant = book.grant(grant)?;
            let carrier = book.carrier(grant.funder_id);
            Some(usual(
                fields.kind(),
                (grant.kind, grant.payment_mode),
                grant.funder_id,
                carrier,
            ))
        })
    });
    Effect::new(move |_| {
        let Some((payer, payee)) = expected.get() else { return };
        let text = |party: Option<Uuid>| party.map(|id| id.to_string()).unwrap_or_default();
        fields.payer.set(text(payer));
        fields.payee.set(text(payee));
    });
    let choices = partner_choices(desk);
    view! {
        <SelectField form pointer="/payer_id" label=move || say!(i18n, movement.payer) value=fields.payer choices none=move || say!(i18n, form.choose)/>
        <SelectField form pointer="/payee_id" label=move || say!(i18n, movement.payee) value=fields.payee choices none=move || say!(i18n, movement.nobody)/>
    }
}
