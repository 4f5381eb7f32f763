//! What is added to the plan beside the sheet: a line, a funder's grant. What is typed in the sheet stays.

use leptos::prelude::*;
use parvis_domain::budgets::{GrantKind, PaymentMode};
use parvis_wire::budgets::{NewGrant, NewShare};

use super::sheet::Sheet;
use super::table::line_title;
use crate::api::{budgets, plans};
use crate::components::{
    ButtonKind, Choice, DateField, Form, FormFailure, SelectField, SubmitButton, TextField, Toasts, on_submit,
};
use crate::forms::texts;
use crate::i18n::{I18n, decimals, say, tr, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::budget::line_fields::{LineDraft, LineFields};
use crate::pages::programme::frame::Here;

/// A line without funders yet: they are typed into its row.
#[component]
pub fn NewLine(sheet: Sheet) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let last = sheet
        .layout
        .with_untracked(|layout| layout.years.last().map(|year| year.year));
    let draft = LineDraft::new(DeskHere::of_page(), Here::of_page(), last);
    let submit = move || {
        let request = draft.request(i18n, Vec::new());
        if form.passes(request.check()).is_none() {
            return;
        }
        form.send(budgets::create_budget_line(sheet.budget(), request), move |_| {
            toasts.tell(say!(i18n, sheet.line_added));
            draft.clear();
            sheet.read_again();
        });
    };
    view! {
        <form class="stack gap-top" on:submit=on_submit(submit) novalidate>
            <LineFields form draft/>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, sheet.add_line)}</SubmitButton></div>
        </form>
    }
}

/// A grant with its first share. Without a day of decision nothing is granted yet.
#[component]
pub fn NewFunder(sheet: Sheet) -> impl IntoView {
    let i18n = words();
    let desk = DeskHere::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let text = || RwSignal::new(String::new());
    let (funder, line, planned, reference, decided_on) = (text(), text(), text(), text(), text());
    let kind = RwSignal::new(GrantKind::Cash.to_string());
    let mode = RwSignal::new(PaymentMode::Advance.to_string());
    let currency = RwSignal::new(desk.with(|desk| desk.budget.currency.clone()));
    let submit = move || {
        let decimals = decimals(i18n.get_locale_untracked());
        let code = currency.get_untracked().trim().to_ascii_uppercase();
        let decided_on = texts::optional_date(&decided_on.get_untracked());
        let share = line.get_untracked().parse().ok().map(|line_id| NewShare {
            line_id,
            planned: texts::money(&planned.get_untracked(), decimals, &code),
            granted: decided_on.is_none().then(|| texts::money("0", decimals, &code)),
        });
        let kind = GrantKind::parse(&kind.get_untracked()).unwrap_or(GrantKind::Cash);
        let request = NewGrant {
            funder_id: funder.get_untracked().parse().unwrap_or_default(),
            kind,
            currency: code,
            payment_mode: PaymentMode::parse(&mode.get_untracked()).filter(|_| kind == GrantKind::Cash),
            reference: texts::optional(&reference.get_untracked()),
            decided_on,
            expires_on: None,
            shift_percent: None,
            rate_percent: None,
            shares: share.into_iter().collect(),
        };
        if form.passes(request.check()).is_none() {
            return;
        }
        form.send(plans::create_grant(sheet.budget(), request), move |_| {
            toasts.tell(say!(i18n, sheet.funder_added));
            for field in [funder, planned, reference] {
                field.set(String::new());
            }
            sheet.read_again();
        });
    };
    let funders = Signal::derive(move || {
        let mut names: Vec<_> = desk.with(|desk| desk.names.iter().map(|(id, name)| (name.clone(), *id)).collect());
        names.sort();
        names
            .into_iter()
            .map(|(name, id)| Choice::new(id, name))
            .collect::<Vec<_>>()
    });
    let lines = Signal::derive(move || {
        sheet.layout.with(|layout| {
            let years = layout.years.iter();
            let all = years.flat_map(|year| year.rows.iter().map(move |row| (year.year, row)));
            let choice = |(year, row): (i32, &crate::sheet::Row)| {
                Choice::new(row.line, format!("{} ({year})", line_title(i18n, row)))
            };
            all.map(choice).collect::<Vec<_>>()
        })
    });
    let kinds = Signal::derive(move || {
        vec![
            Choice::new(GrantKind::Cash, say!(i18n, money.cash)),
            Choice::new(GrantKind::InKind, say!(i18n, money.in_kind)),
        ]
    });
    let modes = Signal::derive(move || {
        let all = PaymentMode::ALL.iter();
        all.map(|mode| Choice::new(mode, payment_mode(i18n, *mode)))
            .collect::<Vec<_>>()
    });
    view! {
        <form class="stack gap-top" on:submit=on_submit(submit) novalidate>
            <div class="fields">
                <SelectField form pointer="/funder_id" label=move || say!(i18n, money.funder) value=funder choices=funders none=move || say!(i18n, form.choose) wide=true/>
                <SelectField form pointer="/kind" label=move || say!(i18n, movement.kind) value=kind choices=kinds/>
                <TextField form pointer="/currency" label=move || say!(i18n, budget.currency) value=currency/>
                <SelectField form pointer="/payment_mode" label=move || say!(i18n, sheet.payment_mode) value=mode choices=modes/>
                <TextField form pointer="/reference" label=move || say!(i18n, sheet.decision_reference) value=reference/>
                <DateField form pointer="/decided_on" label=move || say!(i18n, sheet.decided_on) value=decided_on hint=false/>
                <SelectField form pointer="/shares" label=move || say!(i18n, sheet.first_line) value=line choices=lines none=move || say!(i18n, form.choose)/>
                <TextField form pointer="/shares/0/planned" label=move || say!(i18n, money.planned) value=planned figures=true/>
            </div>
            <p class="hint">{tr!(i18n, sheet.undecided)}</p>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, sheet.add_funder)}</SubmitButton></div>
        </form>
    }
}

/// The name of a way of paying.
fn payment_mode(i18n: I18n, mode: PaymentMode) -> &'static str {
    match mode {
        PaymentMode::Advance => say!(i18n, sheet.mode_advance),
        PaymentMode::Instalments => say!(i18n, sheet.mode_instalments),
        PaymentMode::Reimbursement => say!(i18n, sheet.mode_reimbursement),
        PaymentMode::Direct => say!(i18n, sheet.mode_direct),
    }
}
