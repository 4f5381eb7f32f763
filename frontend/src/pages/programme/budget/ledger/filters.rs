//! What the ledger is narrowed to: it stands in the address, under the names of the API.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use parvis_domain::budgets::{MovementKind, MovementStatus};
use parvis_domain::{Currency, Faults};
use parvis_wire::budgets::Grant;

use crate::api::movements::MovementFilter;
use crate::api::query;
use crate::components::{Choice, DateField, Form, SelectField, TextField, on_submit};
use crate::forms::read::{self, amount_text, date_text};
use crate::forms::texts;
use crate::i18n::{decimals, movement_kind, movement_status, say, tr, words};
use crate::pages::programme::budget::book::{BookHere, grant_name, partner_choices};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// The filter in the address.
pub fn use_filter() -> Memo<MovementFilter> {
    let asked = use_query_map();
    Memo::new(move |_| {
        let asked = asked.read();
        MovementFilter::read(|name| asked.get(name).unwrap_or_default())
    })
}

/// What stands in the fields.
#[derive(Clone, Copy)]
struct Fields {
    q: RwSignal<String>,
    line: RwSignal<String>,
    grant: RwSignal<String>,
    funder: RwSignal<String>,
    kind: RwSignal<String>,
    status: RwSignal<String>,
    payer: RwSignal<String>,
    payee: RwSignal<String>,
    currency: RwSignal<String>,
    least: RwSignal<String>,
    most: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            q: text(),
            line: text(),
            grant: text(),
            funder: text(),
            kind: text(),
            status: text(),
            payer: text(),
            payee: text(),
            currency: text(),
            least: text(),
            most: text(),
            from: text(),
            to: text(),
        }
    }

    /// Shows what the address says, as the language writes it.
    fn show(self, filter: MovementFilter, decimals: read::Decimals) {
        let day = |text: &str| read::date(text).map(date_text).unwrap_or_default();
        self.from.set(day(&filter.booked_from));
        self.to.set(day(&filter.booked_to));
        self.least.set(amount_text(&filter.amount_min, decimals));
        self.most.set(amount_text(&filter.amount_max, decimals));
        self.q.set(filter.q);
        self.line.set(filter.line_id);
        self.grant.set(filter.grant_id);
        self.funder.set(filter.funder_id);
        self.kind.set(filter.kind);
        self.status.set(filter.status);
        self.payer.set(filter.payer_id);
        self.payee.set(filter.payee_id);
        self.currency.set(filter.currency);
    }

    /// Reads the fields; amounts without a currency are in that of the budget.
    fn read(self, decimals: read::Decimals, budget_currency: &str) -> Result<MovementFilter, Faults> {
        let text = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        let (least, most) = (text(self.least), text(self.most));
        let mut currency = text(self.currency).to_ascii_uppercase();
        if currency.is_empty() && !(least.is_empty() && most.is_empty()) {
            budget_currency.clone_into(&mut currency);
        }
        let mut faults = Faults::new();
        let mut day = |pointer: &str, field: RwSignal<String>| {
            let day = texts::optional_date(&text(field));
            faults.keep(parvis_domain::period::optional_date(pointer, day.as_deref()));
            day.unwrap_or_default()
        };
        let (booked_from, booked_to) = (day("/booked_from", self.from), day("/booked_to", self.to));
        if !currency.is_empty() {
            faults.keep(Currency::parse("/currency", &currency));
        }
        let mut amount = |pointer: &str, written: &str| {
            let money = texts::optional_money(written, decimals, &currency)?;
            faults.keep_all(money.check_not_negative(pointer)).map(|_| money.amount)
        };
        let amount_min = amount("/amount_min", &least).unwrap_or_default();
        let amount_max = amount("/amount_max", &most).unwrap_or_default();
        faults.finish(Some(MovementFilter {
            q: text(self.q),
            line_id: text(self.line),
            grant_id: text(self.grant),
            funder_id: text(self.funder),
            kind: text(self.kind),
            status: text(self.status),
            payer_id: text(self.payer),
            payee_id: text(self.payee),
            currency,
            amount_min,
            amount_max,
            booked_from,
            booked_to,
        }))
    }
}

/// The form of the filters.
#[component]
pub fn Filters(desk: DeskHere, book: BookHere) -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let filter = use_filter();
    let asked = use_query_map();
    let path = use_location().pathname;
    let navigate = use_navigate();
    let fields = Fields::new();
    Effect::new(move |_| fields.show(filter.get(), decimals(i18n.get_locale_untracked())));
    let go = move || {
        let currency = desk.with(|desk| desk.budget.currency.clone());
        let read = fields.read(decimals(i18n.get_locale_untracked()), &currency);
        let Some(filter) = form.passes(read) else { return };
        let budget = asked.read_untracked().get("budget").unwrap_or_default();
        let mut parameters = vec![("budget", budget.as_str())];
        parameters.extend(filter.parameters());
        navigate(&query(&path.get_untracked(), &parameters), Default::default());
    };
    let narrowed = move || filter.with(|filter| *filter != MovementFilter::default());
    let all = move || {
        let budget = asked.read().get("budget").unwrap_or_default();
        query(&path.get(), &[("budget", &budget)])
    };
    // The rarer filters are unfolded where one of them narrows the list.
    let rare = move || {
        filter.with(|filter| {
            let rare = [
                &filter.grant_id,
                &filter.payer_id,
                &filter.payee_id,
                &filter.currency,
                &filter.amount_min,
                &filter.amount_max,
            ];
            rare.iter().any(|value| !value.is_empty())
        })
    };
    view! {
        <form class="stack filters-form no-print" role="search" on:submit=on_submit(go) aria-label=move || say!(i18n, form.filter) novalidate>
            <div class="fields filters">
                <Usual desk form fields/>
            </div>
            <details class="disclosure" open=rare>
                <summary>{tr!(i18n, movement.more_filters)}</summary>
                <div class="fields"><Rare desk book form fields/></div>
            </details>
            <div class="row">
                <button type="submit" class="btn">{tr!(i18n, form.filter)}</button>
                <Show when=narrowed><a class="btn quiet" href=all>{tr!(i18n, form.clear)}</a></Show>
            </div>
        </form>
    }
}

#[component]
fn Usual(desk: DeskHere, form: Form, fields: Fields) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let any = move || say!(i18n, form.any);
    let lines = Signal::derive(move || {
        let Some(programme) = here.get() else { return Vec::new() };
        desk.with(|desk| {
            desk.lines
                .iter()
                .map(|one| Choice::new(one.id, desk.line(i18n, one.id, &programme)))
                .collect()
        })
    });
    let funders = Signal::derive(move || {
        desk.with(|desk| {
            let mut named: Vec<_> = desk
                .balances
                .items
                .iter()
                .map(|row| (desk.funder(row.funder_id), row.funder_id))
                .collect();
            named.sort();
            named.dedup();
            named
                .into_iter()
                .map(|(name, id)| Choice::new(id, name))
                .collect::<Vec<_>>()
        })
    });
    let kinds = Signal::derive(move || {
        let kinds = MovementKind::ALL.iter();
        kinds
            .map(|kind| Choice::new(kind, movement_kind(i18n, *kind)))
            .collect::<Vec<_>>()
    });
    let states = Signal::derive(move || {
        let states = MovementStatus::ALL.iter();
        states
            .map(|status| Choice::new(status, movement_status(i18n, *status)))
            .collect::<Vec<_>>()
    });
    view! {
        <TextField form pointer="/q" label=move || say!(i18n, movement.words) value=fields.q kind="search"/>
        <SelectField form pointer="" label=move || say!(i18n, money.line) value=fields.line choices=lines none=any/>
        <SelectField form pointer="" label=move || say!(i18n, money.funder) value=fields.funder choices=funders none=any/>
        <SelectField form pointer="" label=move || say!(i18n, movement.kind) value=fields.kind choices=kinds none=any/>
        <SelectField form pointer="" label=move || say!(i18n, steps.state) value=fields.status choices=states none=any/>
        <DateField form pointer="/booked_from" label=move || say!(i18n, movement.from) value=fields.from hint=false/>
        <DateField form pointer="/booked_to" label=move || say!(i18n, movement.to) value=fields.to hint=false/>
    }
}

#[component]
fn Rare(desk: DeskHere, book: BookHere, form: Form, fields: Fields) -> impl IntoView {
    let i18n = words();
    let any = move || say!(i18n, form.any);
    let grants = Signal::derive(move || {
        desk.with(|desk| {
            book.with(|book| {
                let named =
                    |grant: &Grant| Choice::new(grant.id, grant_name(i18n, &desk.funder(grant.funder_id), grant));
                book.grants.iter().map(named).collect::<Vec<_>>()
            })
        })
    });
    let partners = partner_choices(desk);
    view! {
        <SelectField form pointer="" label=move || say!(i18n, movement.grant) value=fields.grant choices=grants none=any/>
        <SelectField form pointer="" label=move || say!(i18n, movement.payer) value=fields.payer choices=partners none=any/>
        <SelectField form pointer="" label=move || say!(i18n, movement.payee) value=fields.payee choices=partners none=any/>
        <TextField form pointer="/currency" label=move || say!(i18n, budget.currency) value=fields.currency/>
        <TextField form pointer="/amount_min" label=move || say!(i18n, movement.least) value=fields.least figures=true/>
        <TextField form pointer="/amount_max" label=move || say!(i18n, movement.most) value=fields.most figures=true/>
    }
}
