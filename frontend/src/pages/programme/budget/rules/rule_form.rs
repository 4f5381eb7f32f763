//! Co-financing rules of the programme: added, changed, removed. Which fields a rule has follows from its kind.

use leptos::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::budgets::cofinancing::{CofinancingKind as K, CofinancingRule, StatedAmount, check_rules};
use parvis_domain::partners::PartnerKind;
use parvis_wire::Patch;
use parvis_wire::programmes::ProgrammePatch;

use super::RulesHere;
use crate::api::programmes;
use crate::components::{Button, ButtonKind, Choice, Form, FormFailure, SelectField, SubmitButton, Toasts, on_submit};
use crate::forms::{read, texts};
use crate::i18n::{I18n, decimals, partner_kind, plain, say, tag, tr, words};
use crate::pages::programme::frame::Here;

/// A rule that is being typed.
#[derive(Clone, Copy, PartialEq)]
struct Typed {
    key: u32,
    code: RwSignal<String>,
    /// Other languages than that of the app are kept.
    names: RwSignal<LocalisedText>,
    title: RwSignal<String>,
    kind: RwSignal<String>,
    advisory: RwSignal<bool>,
    funders: RwSignal<Vec<PartnerKind>>,
    category: RwSignal<String>,
    percent: RwSignal<String>,
    at_least: RwSignal<String>,
    at_most: RwSignal<String>,
    currency: RwSignal<String>,
}

impl Typed {
    fn new(i18n: I18n, key: u32, rule: CofinancingRule, currency: &str) -> Self {
        let decimals = decimals(i18n.get_locale_untracked());
        let stated = rule.at_least.as_ref().or(rule.at_most.as_ref());
        let currency = stated.map_or(currency, |amount| &amount.currency).to_owned();
        let amount = |stated: &Option<StatedAmount>| {
            let written = stated
                .as_ref()
                .map(|amount| read::amount_text(&amount.amount, decimals));
            RwSignal::new(written.unwrap_or_default())
        };
        Self {
            key,
            title: RwSignal::new(plain(i18n, &rule.title)),
            names: RwSignal::new(rule.title),
            code: RwSignal::new(rule.code),
            kind: RwSignal::new(rule.kind.to_string()),
            advisory: RwSignal::new(rule.advisory),
            funders: RwSignal::new(rule.funder_kinds),
            category: RwSignal::new(rule.category.unwrap_or_default()),
            percent: RwSignal::new(rule.percent.unwrap_or_default()),
            at_least: amount(&rule.at_least),
            at_most: amount(&rule.at_most),
            currency: RwSignal::new(currency),
        }
    }

    fn kind(self) -> K {
        K::parse(&self.kind.get()).unwrap_or(K::FunderShare)
    }

    /// The rule as it is sent: with the fields that its kind has.
    fn rule(self, i18n: I18n) -> CofinancingRule {
        let locale = i18n.get_locale_untracked();
        let kind = K::parse(&self.kind.get_untracked()).unwrap_or(K::FunderShare);
        let fields = fields_of(kind);
        let currency = self.currency.get_untracked().trim().to_ascii_uppercase();
        let amount = |name: Field, text: RwSignal<String>| {
            let money = texts::optional_money(&text.get_untracked(), decimals(locale), &currency);
            let stated = |money: parvis_wire::Money| StatedAmount {
                amount: money.amount,
                currency: money.currency,
            };
            money.filter(|_| fields.contains(&name)).map(stated)
        };
        let percent = texts::optional(&self.percent.get_untracked().replace(',', "."));
        CofinancingRule {
            code: self.code.get_untracked(),
            title: texts::in_languages(
                &self.names.get_untracked(),
                &[(tag(locale), self.title.get_untracked())],
            ),
            kind,
            advisory: self.advisory.get_untracked(),
            funder_kinds: match fields.contains(&Field::Funders) {
                true => self.funders.get_untracked(),
                false => Vec::new(),
            },
            category: texts::optional(&self.category.get_untracked()).filter(|_| fields.contains(&Field::Category)),
            percent: percent.filter(|_| fields.contains(&Field::Percent)),
            at_least: amount(Field::AtLeast, self.at_least),
            at_most: amount(Field::AtMost, self.at_most),
        }
    }
}

/// The fields that a kind of rule may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Funders,
    Category,
    Percent,
    AtLeast,
    AtMost,
}

const fn fields_of(kind: K) -> &'static [Field] {
    match kind {
        K::FunderShare | K::InKindShare => &[Field::Funders, Field::Percent],
        K::LineCeiling => &[Field::AtMost],
        K::CategoryCeiling => &[Field::Category, Field::Percent, Field::AtMost],
        K::CategoryTarget => &[Field::Category, Field::Percent, Field::AtLeast],
        K::HeadingShift => &[Field::Percent],
        K::TotalCost => &[Field::AtLeast, Field::AtMost],
    }
}

/// The name of a kind of rule.
fn kind_name(i18n: I18n, kind: K) -> &'static str {
    match kind {
        K::FunderShare => say!(i18n, rules.funder_share),
        K::InKindShare => say!(i18n, rules.in_kind_share),
        K::LineCeiling => say!(i18n, rules.line_ceiling),
        K::CategoryCeiling => say!(i18n, rules.category_ceiling),
        K::CategoryTarget => say!(i18n, rules.category_target),
        K::HeadingShift => say!(i18n, rules.heading_shift),
        K::TotalCost => say!(i18n, rules.total_cost),
    }
}

/// The form of all rules. They are saved together; nothing that was typed is lost where one is refused.
#[component]
pub fn EditRules() -> impl IntoView {
    let i18n = words();
    let (here, rules) = (Here::of_page(), RulesHere::of_page());
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let currency = here.with(|programme| programme.currency.clone());
    let stored = here.with(|programme| programme.cofinancing.clone());
    let next = StoredValue::new(0_u32);
    let key = move || {
        let key = next.get_value();
        next.set_value(key + 1);
        key
    };
    let own = currency.clone();
    let typed = stored
        .into_iter()
        .map(|rule| Typed::new(i18n, key(), rule, &own))
        .collect::<Vec<_>>();
    let all = RwSignal::new(typed);
    let add = move |()| {
        let key = key();
        let blank = CofinancingRule {
            code: format!("{}-{}", say!(i18n, rules.new_code), key + 1),
            title: LocalisedText::default(),
            kind: K::FunderShare,
            advisory: false,
            funder_kinds: Vec::new(),
            category: None,
            percent: None,
            at_least: None,
            at_most: None,
        };
        all.update(|all| all.push(Typed::new(i18n, key, blank, &currency)));
    };
    let submit = move || {
        let written: Vec<CofinancingRule> = all.get_untracked().into_iter().map(|one| one.rule(i18n)).collect();
        let codes = here.with(|programme| {
            programme
                .categories
                .iter()
                .map(|one| one.code.clone())
                .collect::<Vec<_>>()
        });
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        if form.passes(check_rules("/cofinancing", &written, &codes)).is_none() {
            return;
        }
        let patch = ProgrammePatch {
            cofinancing: Patch::Value(written),
            ..ProgrammePatch::default()
        };
        let version = here.with(|programme| programme.version);
        form.send(programmes::update_programme(here.id(), version, patch), move |_| {
            toasts.tell(say!(i18n, state.saved));
            here.reload();
            rules.reload();
        });
    };
    let remove = move |key: u32| all.update(|all| all.retain(|one| one.key != key));
    let empty = move || all.with(Vec::is_empty);
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p class="muted">{tr!(i18n, rules.edit_text)}</p>
            <Show when=empty><p>{tr!(i18n, rules.none)}</p></Show>
            <For each=move || all.get() key=|one| one.key let(one)>
                <RuleFields form one index=Signal::derive(move || {
                    all.with(|all| all.iter().position(|other| other.key == one.key).unwrap_or_default())
                }) remove=move |()| remove(one.key)/>
            </For>
            <div><Button on_press=add>{tr!(i18n, rules.add)}</Button></div>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, rules.save)}</SubmitButton></div>
        </form>
    }
}

#[component]
fn RuleFields(
    form: Form,
    one: Typed,
    /// Its place among the rules.
    index: Signal<usize>,
    #[prop(into)] remove: Callback<()>,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let has = move |field: Field| fields_of(one.kind()).contains(&field);
    let kinds = Signal::derive(move || {
        K::ALL
            .iter()
            .map(|kind| Choice::new(kind, kind_name(i18n, *kind)))
            .collect::<Vec<_>>()
    });
    let categories = Signal::derive(move || {
        here.with(|programme| {
            let all = programme.categories.iter();
            all.map(|one| Choice::new(&one.code, plain(i18n, &one.title)))
                .collect::<Vec<_>>()
        })
    });
    let at = move |name: &str| format!("/cofinancing/{}/{name}", index.get());
    let legend = move || match one.title.get() {
        title if title.trim().is_empty() => say!(i18n, rules.unnamed).to_owned(),
        title => title,
    };
    view! {
        <fieldset class="card stack">
            <legend>{legend}</legend>
            <div class="fields">
                <Line form at=Signal::derive(move || at("title")) label=move || say!(i18n, rules.name) value=one.title wide=true/>
                <SelectField form pointer="" label=move || say!(i18n, movement.kind) value=one.kind choices=kinds wide=true/>
                <Line form at=Signal::derive(move || at("code")) label=move || say!(i18n, programme.code) value=one.code/>
                <Show when=move || has(Field::Category)>
                    <SelectField form pointer="" label=move || say!(i18n, budget.category) value=one.category choices=categories none=move || say!(i18n, form.choose)/>
                </Show>
                <Show when=move || has(Field::Percent)>
                    <Line form at=Signal::derive(move || at("percent")) label=move || say!(i18n, rules.percent) value=one.percent figures=true/>
                </Show>
                <Show when=move || has(Field::AtLeast)>
                    <Line form at=Signal::derive(move || at("at_least")) label=move || say!(i18n, rules.at_least) value=one.at_least figures=true/>
                </Show>
                <Show when=move || has(Field::AtMost)>
                    <Line form at=Signal::derive(move || at("at_most")) label=move || say!(i18n, rules.at_most) value=one.at_most figures=true/>
                </Show>
                <Show when=move || has(Field::AtLeast) || has(Field::AtMost)>
                    <Line form at=Signal::derive(move || format!("{}/currency", at("at_most"))) label=move || say!(i18n, budget.currency) value=one.currency/>
                </Show>
            </div>
            <Show when=move || has(Field::Funders)><FunderKinds form one at=Signal::derive(move || at("funder_kinds"))/></Show>
            <Checked label=move || say!(i18n, rules.only_advises) value=one.advisory/>
            {move || {
                let without_field = if has(Field::Percent) { "category" } else { "percent" };
                let fault = form.fault_at(&at(without_field));
                fault.map(|fault| view! { <p class="is-bad strong" role="alert">{fault}</p> })
            }}
            <div><Button kind=ButtonKind::Danger small=true on_press=move |()| remove.run(())>{tr!(i18n, rules.remove)}</Button></div>
        </fieldset>
    }
}

/// The kinds of funder that a rule means.
#[component]
fn FunderKinds(form: Form, one: Typed, at: Signal<String>) -> impl IntoView {
    let i18n = words();
    let boxes = PartnerKind::ALL.iter().map(|kind| {
        let kind = *kind;
        let toggle = move |on: bool| {
            one.funders.update(|all| {
                all.retain(|other| *other != kind);
                if on {
                    all.push(kind);
                }
            });
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || one.funders.with(|all| all.contains(&kind)) on:change=move |event| toggle(event_target_checked(&event))/>
                <span>{move || partner_kind(i18n, kind)}</span>
            </label>
        }
    });
    view! {
        <fieldset>
            <legend>{tr!(i18n, rules.funder_kinds)}</legend>
            <div class="fields">{boxes.collect_view()}</div>
            {move || form.fault_at(&at.get()).map(|fault| view! { <p class="is-bad strong">{fault}</p> })}
        </fieldset>
    }
}

/// A tick of its own.
#[component]
fn Checked(#[prop(into)] label: leptos::text_prop::TextProp, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=move || value.get() on:change=move |event| value.set(event_target_checked(&event))/>
            <span>{move || label.get()}</span>
        </label>
    }
}

/// A field whose place among the faults moves with the list it stands in.
#[component]
pub fn Line(
    form: Form,
    /// Where the server's faults about it point.
    at: Signal<String>,
    #[prop(into)] label: leptos::text_prop::TextProp,
    value: RwSignal<String>,
    #[prop(optional)] figures: bool,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    let fault = Memo::new(move |_| form.fault_at(&at.get()));
    view! {
        <div class="field" class:full=wide class:invalid=move || fault.get().is_some()>
            <label>
                <span class="label">{move || label.get()}</span>
                <input
                    type="text"
                    autocomplete="off"
                    class:num=figures
                    inputmode=figures.then_some("decimal")
                    aria-invalid=move || fault.get().map(|_| "true")
                    bind:value=value
                />
            </label>
            {move || fault.get().map(|fault| view! { <p class="error" role="alert">{fault}</p> })}
        </div>
    }
}
