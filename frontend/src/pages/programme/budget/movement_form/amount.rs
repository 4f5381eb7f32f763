//! The amount of a movement: said, worked out, or paid in another currency.

use leptos::prelude::*;
use parvis_domain::budgets::movements::{Product, Quantity};
use parvis_domain::budgets::rates;
use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::Rate;

use super::fields::{MovementFields, Way};
use crate::api::movements::list_rates_between;
use crate::components::{Choice, Fetched, Form, SelectField, TextField};
use crate::format::formats;
use crate::forms::read;
use crate::forms::texts;
use crate::i18n::{I18n, decimals, say, tr, words};
use crate::ledger::money;
use crate::pages::programme::frame::Here;

/// The rates between the other currency and the grant's.
pub type Rates = Fetched<Vec<Rate>>;

/// Reads the rates that the currencies of the form ask for.
pub fn rates_asked(fields: MovementFields, currency: Signal<Option<Currency>>) -> Rates {
    let here = Here::of_page();
    let pair = Memo::new(move |_| {
        let other = Currency::parse("", &fields.other_currency()).ok()?;
        let own = currency.get().filter(|own| *own != other)?;
        (fields.way() == Way::Rate).then_some((here.id(), other, own))
    });
    Fetched::new(move || {
        let pair = pair.get();
        async move {
            match pair {
                Some((programme, other, own)) => list_rates_between(programme, other.code(), own.code()).await,
                None => Ok(Vec::new()),
            }
        }
    })
}

/// The amount in the grant's currency, as far as it can be told: in minor units.
pub fn worked_out(fields: MovementFields, currency: Currency, rates: Rates, i18n: I18n) -> Option<i64> {
    let decimals = decimals(i18n.get_locale());
    let own = |field: RwSignal<String>| money(&texts::money(&field.get(), decimals, currency.code()));
    let original = || {
        money(&texts::money(
            &fields.original.get(),
            decimals,
            &fields.other_currency(),
        ))
    };
    match fields.way() {
        Way::Stated | Way::Bank => own(fields.amount).map(|money| money.minor),
        Way::Units => {
            let quantity = Quantity::parse("", &texts::number(&fields.quantity.get(), decimals)).ok()?;
            let unit_value = own(fields.unit_value)?;
            let unit = String::new();
            Some(
                Product::Valued {
                    unit,
                    quantity,
                    unit_value,
                }
                .minor(),
            )
        }
        Way::Flat => {
            let rate = Ratio::parse("", &texts::ratio(&fields.base_rate.get(), decimals)).ok()?;
            Some(
                Product::FlatRate {
                    base: own(fields.base)?,
                    rate,
                }
                .minor(),
            )
        }
        Way::Rate => {
            let all = rates.get()?.ok()?;
            let chosen = fields.rate.get();
            let rate = all.iter().find(|rate| rate.id.to_string() == chosen)?;
            let value = rates::Rate::parse("", &rate.rate).ok()?;
            let original = original()?;
            let value = if rate.from == original.currency.code() {
                value
            } else {
                value.inverse()
            };
            rates::booked(original, value, currency, None)
                .ok()
                .map(|money| money.minor)
        }
    }
}

/// The fields of the amount.
#[component]
pub fn AmountFields(
    form: Form,
    fields: MovementFields,
    currency: Signal<Option<Currency>>,
    rates: Rates,
) -> impl IntoView {
    let i18n = words();
    let ways = Signal::derive(move || {
        let ways = Way::of(fields.kind()).iter();
        ways.map(|way| Choice::new(way.name(), way_name(i18n, *way)))
            .collect::<Vec<_>>()
    });
    // The way that is shown is the one that counts.
    Effect::new(move |_| {
        let way = fields.way().name();
        if fields.way.with_untracked(|chosen| chosen != way) {
            fields.way.set(way.to_owned());
        }
    });
    let code = move || currency.get().map(Currency::code).unwrap_or_default();
    let in_currency = move |text: &str| format!("{text} ({})", code());
    let amount = move || {
        view! {
            <TextField form pointer="/amount" label=move || in_currency(say!(i18n, money.amount)) value=fields.amount figures=true required=true/>
        }
    };
    let shown = move || {
        match fields.way() {
        Way::Stated => amount().into_any(),
        Way::Units => view! {
            <TextField form pointer="/unit" label=move || say!(i18n, movement.unit) hint=move || say!(i18n, movement.unit_hint) value=fields.unit required=true/>
            <TextField form pointer="/quantity" label=move || say!(i18n, movement.quantity) value=fields.quantity figures=true required=true/>
            <TextField form pointer="/unit_value" label=move || in_currency(say!(i18n, movement.unit_value)) value=fields.unit_value figures=true required=true/>
        }
        .into_any(),
        Way::Flat => view! {
            <TextField form pointer="/base" label=move || in_currency(say!(i18n, movement.base)) value=fields.base figures=true required=true/>
            <TextField form pointer="/base_rate" label=move || say!(i18n, movement.base_rate) hint=move || say!(i18n, movement.base_rate_hint) value=fields.base_rate figures=true required=true/>
        }
        .into_any(),
        Way::Rate => view! {
            <Original form fields/>
            <RateField form fields rates/>
        }
        .into_any(),
        Way::Bank => view! {
            <Original form fields/>
            {amount()}
            <Exchange fields currency/>
        }
        .into_any(),
    }
    };
    view! {
        <SelectField form pointer="" label=move || say!(i18n, movement.way) value=fields.way choices=ways/>
        {shown}
    }
}

fn way_name(i18n: I18n, way: Way) -> &'static str {
    match way {
        Way::Stated => say!(i18n, movement.way_stated),
        Way::Units => say!(i18n, movement.way_units),
        Way::Flat => say!(i18n, movement.way_flat),
        Way::Rate => say!(i18n, movement.way_rate),
        Way::Bank => say!(i18n, movement.way_bank),
    }
}

#[component]
fn Original(form: Form, fields: MovementFields) -> impl IntoView {
    let i18n = words();
    view! {
        <TextField form pointer="/original/amount" label=move || say!(i18n, movement.original) value=fields.original figures=true required=true/>
        <TextField form pointer="/original/currency" label=move || say!(i18n, budget.currency) value=fields.original_currency required=true/>
    }
}

/// The recorded rates of the pair, the latest that the day may use chosen at first.
#[component]
fn RateField(form: Form, fields: MovementFields, rates: Rates) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let usable = Memo::new(move |_| {
        let day = read::date(&fields.booked_on.get());
        let all = rates.get().and_then(Result::ok).unwrap_or_default();
        all.into_iter()
            .filter(|rate| day.is_none_or(|day| rate.valid_on <= day))
            .collect::<Vec<_>>()
    });
    let choices = Signal::derive(move || {
        let named = |rate: &Rate| {
            let exchange = format!("1 {} = {} {}", rate.from, rate.rate, rate.to);
            Choice::new(
                rate.id,
                format!("{} · {exchange} · {}", format.day_short(rate.valid_on), rate.source),
            )
        };
        usable.with(|rates| rates.iter().map(named).collect::<Vec<_>>())
    });
    Effect::new(move |_| super::keep_choice(fields.rate, &choices.get()));
    let none = move || rates.get().is_some() && usable.with(Vec::is_empty);
    view! {
        <SelectField form pointer="/rate_id" label=move || say!(i18n, movement.rate) value=fields.rate choices wide=true/>
        <Show when=none><p class="source full">{tr!(i18n, movement.no_rates)}</p></Show>
    }
}

/// The exchange that follows from both amounts, to be compared with the slip of the bank.
#[component]
fn Exchange(fields: MovementFields, currency: Signal<Option<Currency>>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let shown = move || {
        let decimals = decimals(i18n.get_locale());
        let own = currency.get()?;
        let booked = money(&texts::money(&fields.amount.get(), decimals, own.code()))?;
        let original = money(&texts::money(
            &fields.original.get(),
            decimals,
            &fields.other_currency(),
        ))?;
        let rate = rates::Rate::between(booked, original)?;
        let one = Money::new(10_i64.pow(own.digits()), own);
        let other = rate.convert(one, original.currency)?;
        Some(format!("{} ≈ {}", format.money_short(one), format.money(other)))
    };
    move || shown().map(|text| view! { <p class="source full">{tr!(i18n, movement.exchange)} " " {text}</p> })
}
