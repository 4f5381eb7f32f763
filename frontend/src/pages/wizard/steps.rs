//! The four steps of the wizard.

use leptos::prelude::*;
use parvis_domain::partners::PartnerKind;
use parvis_domain::programmes::Visibility;
use parvis_wire::Page;
use parvis_wire::partners::Partner;

use super::state::{Fields, RoleFields};
use crate::api::partners;
use crate::components::{
    Button, ButtonKind, CheckField, Choice, DateField, Fetched, Form, SelectField, TextArea, TextField,
};
use crate::forms::draft::NEW;
use crate::i18n::{partner_kind, partner_role, plain, say, tr, visibility, words};
use crate::pages::parts::Localised;

/// Which template.
#[component]
pub fn Templates(fields: Fields) -> impl IntoView {
    let i18n = words();
    let choice = move |template: parvis_wire::templates::Template| {
        let id = template.id.to_string();
        let own = id.clone();
        let content = template.content.clone();
        let (steps, categories, roles) = (
            content.steps.len(),
            content.categories.len(),
            content.required_roles.len(),
        );
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="template"
                    value=id
                    prop:checked=move || fields.chosen.get() == own
                    on:change=move |_| fields.choose(&template)
                />
                <span class="what"><Localised text=content.title/></span>
                <span class="source"><Localised text=content.summary max=170/></span>
                <span class="source">{tr!(i18n, wizard.brings, steps = steps, categories = categories, roles = roles)}</span>
            </label>
        }
    };
    view! {
        <fieldset>
            <legend>{tr!(i18n, wizard.choose_template)}</legend>
            <div class="choices">{fields.templates.get_value().into_iter().map(choice).collect_view()}</div>
        </fieldset>
    }
}

/// Title, code and dates.
#[component]
pub fn Basics(form: Form, fields: Fields) -> impl IntoView {
    let i18n = words();
    view! {
        <div class="card stack">
            <div class="fields">
                <TextField form pointer="/title" label=move || say!(i18n, settings.title_field) value=fields.title required=true wide=true/>
                <TextField
                    form
                    pointer="/code"
                    label=move || say!(i18n, programme.code)
                    hint=move || say!(i18n, wizard.code_hint)
                    value=fields.code
                    required=true
                />
                <DateField form pointer="/starts_on" label=move || say!(i18n, programme.starts_on) value=fields.starts_on required=true/>
                <DateField form pointer="/ends_on" label=move || say!(i18n, programme.ends_on) value=fields.ends_on/>
                <TextArea
                    form
                    pointer="/summary"
                    label=move || say!(i18n, settings.summary)
                    hint=move || say!(i18n, wizard.summary_hint)
                    value=fields.summary
                />
            </div>
            <CheckField label=move || say!(i18n, wizard.public) value=fields.public/>
        </div>
    }
}

/// Who holds the roles that the template demands.
#[component]
pub fn Partners(form: Form, fields: Fields) -> impl IntoView {
    let i18n = words();
    let known: Fetched<Page<Partner>> = Fetched::new(|| partners::list_partners(""));
    let choices = Signal::derive(move || {
        let known = known
            .get()
            .and_then(Result::ok)
            .map(|page| page.items)
            .unwrap_or_default();
        let mut choices: Vec<Choice> = known.into_iter().map(|one| Choice::new(one.id, one.name)).collect();
        choices.push(Choice::new(NEW, say!(i18n, partners.new_one)));
        choices
    });
    let need = move |need: parvis_domain::templates::RequiredRole| {
        let role = need.role;
        let rows = move || {
            fields
                .roles
                .get()
                .into_iter()
                .filter(|row| row.role == role)
                .collect::<Vec<_>>()
        };
        view! {
            <fieldset class="card stack">
                <legend>
                    <Localised text=need.title/>
                    " "
                    <span class="source">"· " {move || partner_role(i18n, role)}</span>
                </legend>
                <For each=rows key=|row| row.id let(row)><Row form fields row choices/></For>
                <p><Button kind=ButtonKind::Quiet small=true on_press=move |()| fields.add_role(role)>{tr!(i18n, wizard.another)}</Button></p>
            </fieldset>
        }
    };
    let needs = move || {
        let template = fields.template()?;
        Some(template.content.required_roles.into_iter().map(need).collect_view())
    };
    view! {
        <p class="read">{tr!(i18n, wizard.partners_text)}</p>
        {needs}
    }
}

#[component]
fn Row(form: Form, fields: Fields, row: RoleFields, choices: Signal<Vec<Choice>>) -> impl IntoView {
    let i18n = words();
    let choices = Signal::derive(move || {
        let mut choices = choices.get();
        choices.retain(|choice| !fields.is_taken(row, &choice.value));
        choices
    });
    let kinds = Signal::derive(move || {
        PartnerKind::ALL
            .iter()
            .map(|kind| Choice::new(kind, partner_kind(i18n, *kind)))
            .collect::<Vec<_>>()
    });
    view! {
        <div class="fields">
            <SelectField form pointer="" label=move || say!(i18n, wizard.who_holds) value=row.partner choices none=move || say!(i18n, wizard.later)/>
            <Show when=move || row.partner.get() == NEW>
                <TextField form pointer="/name" label=move || say!(i18n, partners.new_name) value=row.name/>
                <SelectField form pointer="" label=move || say!(i18n, partners.kind) value=row.kind choices=kinds/>
            </Show>
        </div>
    }
}

/// What will be created.
#[component]
pub fn Review(fields: Fields) -> impl IntoView {
    let i18n = words();
    let template = move || fields.template().map(|template| plain(i18n, &template.content.title));
    let visible = move || {
        visibility(
            i18n,
            if fields.public.get() {
                Visibility::Public
            } else {
                Visibility::Private
            },
        )
    };
    let held = move || {
        let row = move |row: RoleFields| {
            let role = row.get();
            let nobody = say!(i18n, wizard.nobody);
            let who = match role.partner.as_str() {
                "" => nobody.to_owned(),
                NEW if role.name.trim().is_empty() => nobody.to_owned(),
                NEW => role.name.clone(),
                _ => say!(i18n, wizard.known_partner).to_owned(),
            };
            view! { <li><span>{partner_role(i18n, role.role)} <span class="source">" · " {who}</span></span></li> }
        };
        fields.roles.get().into_iter().map(row).collect_view()
    };
    let steps = move || {
        let steps = fields
            .template()
            .map(|template| template.content.steps)
            .unwrap_or_default();
        steps
            .into_iter()
            .map(|step| view! { <li><Localised text=step.title/></li> })
            .collect_view()
    };
    view! {
        <div class="card stack">
            <h2>{fields.title}</h2>
            <dl class="facts">
                <div><dt>{tr!(i18n, programme.template)}</dt><dd>{template}</dd></div>
                <div><dt>{tr!(i18n, programme.code)}</dt><dd>{fields.code}</dd></div>
                <div><dt>{tr!(i18n, programme.period)}</dt><dd>{fields.starts_on} " – " {fields.ends_on}</dd></div>
                <div><dt>{tr!(i18n, settings.visibility)}</dt><dd>{visible}</dd></div>
            </dl>
        </div>
        <div class="two">
            <div class="card stack"><h2>{tr!(i18n, wizard.step_partners)}</h2><ul class="plain-list">{held}</ul></div>
            <div class="card stack"><h2>{tr!(i18n, wizard.steps_come)}</h2><ol>{steps}</ol></div>
        </div>
    }
}
