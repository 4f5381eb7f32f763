//! Which column says what: fields over the headings of the file.

use leptos::prelude::*;
use parvis_domain::budgets::MovementKind;
use parvis_domain::budgets::reconciliation::{MAPPING_KINDS, StatementMapping};
use parvis_domain::exchange::DayOrder;

use crate::components::{CheckField, Choice, Form, SelectField};
use crate::i18n::{movement_kind, say, tr, words};

/// The kinds of movements that a statement can show.
const KINDS: [MovementKind; 7] = [
    MovementKind::Commitment,
    MovementKind::Decommitment,
    MovementKind::Disbursement,
    MovementKind::Expenditure,
    MovementKind::Repayment,
    MovementKind::Transfer,
    MovementKind::Justification,
];

/// The columns as they are chosen.
#[derive(Clone, Copy)]
pub struct MappingFields {
    day: RwSignal<String>,
    amount: RwSignal<String>,
    debit: RwSignal<String>,
    credit: RwSignal<String>,
    reference: RwSignal<String>,
    description: RwSignal<String>,
    currency: RwSignal<String>,
    day_order: RwSignal<String>,
    currency_code: RwSignal<Option<String>>,
    kinds: [(MovementKind, RwSignal<bool>); 7],
}

impl MappingFields {
    /// Nothing chosen.
    pub fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            day: text(),
            amount: text(),
            debit: text(),
            credit: text(),
            reference: text(),
            description: text(),
            currency: text(),
            day_order: text(),
            currency_code: RwSignal::new(None),
            kinds: KINDS.map(|kind| (kind, RwSignal::new(MAPPING_KINDS.contains(&kind)))),
        }
    }

    /// Shows a mapping.
    pub fn show(self, mapping: &StatementMapping) {
        let optional =
            |field: RwSignal<String>, heading: &Option<String>| field.set(heading.clone().unwrap_or_default());
        self.day.set(mapping.day.clone());
        optional(self.amount, &mapping.amount);
        optional(self.debit, &mapping.debit);
        optional(self.credit, &mapping.credit);
        optional(self.reference, &mapping.reference);
        optional(self.description, &mapping.description);
        optional(self.currency, &mapping.currency);
        self.currency_code.set(mapping.currency_code.clone());
        let order = match mapping.day_order {
            DayOrder::Dmy => "dmy",
            DayOrder::Mdy => "mdy",
        };
        self.day_order.set(order.to_owned());
        for (kind, wanted) in self.kinds {
            wanted.set(mapping.shown().contains(&kind));
        }
    }

    /// The mapping that is chosen.
    pub fn mapping(self) -> StatementMapping {
        let optional = |field: RwSignal<String>| Some(field.get_untracked()).filter(|heading| !heading.is_empty());
        let kinds = self.kinds.into_iter().filter(|(_, wanted)| wanted.get_untracked());
        StatementMapping {
            day: self.day.get_untracked(),
            amount: optional(self.amount),
            debit: optional(self.debit),
            credit: optional(self.credit),
            reference: optional(self.reference),
            description: optional(self.description),
            currency: optional(self.currency),
            currency_code: self.currency_code.get_untracked(),
            day_order: match self.day_order.get_untracked().as_str() {
                "mdy" => DayOrder::Mdy,
                _ => DayOrder::Dmy,
            },
            kinds: kinds.map(|(kind, _)| kind).collect(),
        }
    }
}

/// The fields.
#[component]
pub fn Columns(form: Form, fields: MappingFields, #[prop(into)] headings: Signal<Vec<String>>) -> impl IntoView {
    let i18n = words();
    let choices = Signal::derive(move || {
        let all = headings.get();
        all.iter()
            .filter(|heading| !heading.is_empty())
            .map(|heading| Choice::new(heading, heading))
            .collect::<Vec<_>>()
    });
    let orders = Signal::derive(move || {
        vec![
            Choice::new("dmy", say!(i18n, recon.dmy)),
            Choice::new("mdy", say!(i18n, recon.mdy)),
        ]
    });
    let none = move || say!(i18n, recon.no_column);
    let kinds = fields.kinds.into_iter().map(|(kind, wanted)| {
        view! { <CheckField label=move || movement_kind(i18n, kind) value=wanted/> }
    });
    view! {
        <div class="fields">
            <SelectField form pointer="/mapping/day" label=move || say!(i18n, recon.col_day) value=fields.day choices none/>
            <SelectField form pointer="/mapping/day_order" label=move || say!(i18n, recon.day_order) value=fields.day_order choices=orders/>
            <SelectField form pointer="/mapping/amount" label=move || say!(i18n, recon.col_amount) value=fields.amount choices none/>
            <SelectField form pointer="/mapping/debit" label=move || say!(i18n, recon.col_debit) value=fields.debit choices none/>
            <SelectField form pointer="/mapping/credit" label=move || say!(i18n, recon.col_credit) value=fields.credit choices none/>
            <SelectField form pointer="/mapping/reference" label=move || say!(i18n, recon.col_reference) value=fields.reference choices none/>
            <SelectField form pointer="/mapping/description" label=move || say!(i18n, recon.col_description) value=fields.description choices none/>
            <SelectField form pointer="/mapping/currency" label=move || say!(i18n, recon.col_currency) value=fields.currency choices none/>
        </div>
        <fieldset class="kinds">
            <legend>{tr!(i18n, recon.kinds)}</legend>
            <div class="row">{kinds.collect_view()}</div>
        </fieldset>
    }
}
