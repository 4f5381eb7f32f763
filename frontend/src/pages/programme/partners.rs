//! Who takes part in a programme, in which role, and who is still missing.

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::partners::{PartnerKind, PartnerRoleKind};
use parvis_domain::{Code, Faults};
use parvis_wire::Page;
use parvis_wire::partners::{NewPartner, NewPartnerRole, Partner, PartnerRole};

use super::frame::Here;
use super::sections::PartnersTable;
use crate::api::{Answer, partners};
use crate::components::{
    Badge, Button, ButtonKind, Choice, Dialog, Fetched, Form, FormFailure, Glyph, Loaded, PageHead, SelectField,
    SubmitButton, TextField, Toasts, Tone, on_submit,
};
use crate::forms::draft::{NEW, country_of};
use crate::i18n::{partner_kind, partner_role, plain, say, tr, words};

/// The page.
#[component]
pub fn PartnersPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let roles: Fetched<Page<PartnerRole>> = Fetched::new(move || partners::list_partner_roles(here.id()));
    let changed = Callback::new(move |()| {
        toasts.tell(say!(i18n, state.saved));
        roles.refetch();
        here.reload();
    });
    let ending = RwSignal::new(None::<PartnerRole>);
    let asked = RwSignal::new(false);
    let may_end = move || here.may(Operation::ArchivePartnerRole);
    let end = Callback::new(move |role| {
        ending.set(Some(role));
        asked.set(true);
    });
    view! {
        <PageHead title=move || say!(i18n, partners.title) lead=move || here.title(i18n)/>
        <div class="two">
            <div class="stack">
                <Loaded from=roles draw=move |page| match may_end() {
                    true => view! { <PartnersTable roles=page.items end/> }.into_any(),
                    false => view! { <PartnersTable roles=page.items/> }.into_any(),
                }/>
            </div>
            <div class="stack no-print">
                <Needs/>
                <Show when=move || here.may(Operation::CreatePartnerRole)><GiveRole changed/></Show>
            </div>
        </div>
        <EndRole ending asked changed/>
    }
}

/// The roles that the template demands, and whether they are held.
#[component]
fn Needs() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let needs = move || {
        let needs = here.with(|programme| programme.required_roles.clone());
        let row = move |need: parvis_wire::programmes::RoleNeed| {
            let enough = need.filled >= need.at_least;
            let (tone, glyph) = if enough {
                (Tone::Ok, Glyph::Check)
            } else {
                (Tone::Warn, Glyph::Alert)
            };
            let count = format!("{} / {}", need.filled, need.at_least);
            view! {
                <li>
                    <span>{plain(i18n, &need.title)} <span class="source">" · " {partner_role(i18n, need.role)}</span></span>
                    <span><Badge tone glyph text=count/></span>
                </li>
            }
        };
        let rows = needs.into_iter().map(row).collect_view();
        (!rows.is_empty()).then_some(rows)
    };
    move || {
        needs().map(|rows| {
            view! {
                <section class="card" aria-labelledby="h-needs">
                    <header><h2 id="h-needs">{tr!(i18n, partners.needed)}</h2></header>
                    <ul class="plain-list">{rows}</ul>
                </section>
            }
        })
    }
}

/// Gives a role to an organisation that is known, or to one that is added now.
#[component]
fn GiveRole(changed: Callback<()>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let form = Form::new(i18n);
    let known: Fetched<Page<Partner>> = Fetched::new(|| partners::list_partners(""));
    let partner = RwSignal::new(String::new());
    let role = RwSignal::new(PartnerRoleKind::Implementing.to_string());
    let name = RwSignal::new(String::new());
    let kind = RwSignal::new(PartnerKind::Association.to_string());
    let country = RwSignal::new(here.with(|programme| country_of(&programme.time_zone).to_owned()));
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
    let roles = Signal::derive(move || {
        PartnerRoleKind::ALL
            .iter()
            .map(|role| Choice::new(role, partner_role(i18n, *role)))
            .collect()
    });
    let kinds = Signal::derive(move || {
        PartnerKind::ALL
            .iter()
            .map(|kind| Choice::new(kind, partner_kind(i18n, *kind)))
            .collect()
    });
    let is_new = move || partner.get() == NEW;
    let submit = move || {
        let role = PartnerRoleKind::parse(&role.get_untracked()).unwrap_or(PartnerRoleKind::Implementing);
        let new = (partner.get_untracked() == NEW).then(|| NewPartner {
            name: name.get_untracked(),
            acronym: None,
            kind: PartnerKind::parse(&kind.get_untracked()).unwrap_or(PartnerKind::Association),
            country: country.get_untracked().trim().to_ascii_uppercase(),
            description: None,
            website: None,
            identifiers: Vec::new(),
        });
        let mut faults = Faults::new();
        match &new {
            Some(new) => drop(faults.keep_all(new.check())),
            None if partner.get_untracked().is_empty() => faults.add(Code::Required, "/partner_id", "Required."),
            None => {}
        }
        if form.passes(faults.finish(Some(()))).is_none() {
            return;
        }
        let programme = here.id();
        let chosen = partner.get_untracked().parse().unwrap_or_default();
        let call = async move {
            let partner_id = match new {
                Some(new) => partners::create_partner(new).await?.id,
                None => chosen,
            };
            let given: Answer<PartnerRole> =
                partners::create_partner_role(programme, NewPartnerRole { partner_id, role }).await;
            given
        };
        form.send(call, move |_| {
            name.set(String::new());
            partner.set(String::new());
            changed.run(());
        });
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <h2>{tr!(i18n, partners.give_role)}</h2>
            <SelectField form pointer="/partner_id" label=move || say!(i18n, partners.name) value=partner choices none=move || say!(i18n, form.choose)/>
            <Show when=is_new>
                <div class="stack">
                    <TextField form pointer="/name" label=move || say!(i18n, partners.new_name) value=name required=true/>
                    <SelectField form pointer="/kind" label=move || say!(i18n, partners.kind) value=kind choices=kinds/>
                    <TextField form pointer="/country" label=move || say!(i18n, partners.country) value=country required=true/>
                </div>
            </Show>
            <SelectField form pointer="/role" label=move || say!(i18n, partners.role) value=role choices=roles/>
            <FormFailure form/>
            <SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, form.add)}</SubmitButton>
        </form>
    }
}

/// Asks before a role ends.
#[component]
fn EndRole(ending: RwSignal<Option<PartnerRole>>, asked: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let submit = move || {
        let Some(role) = ending.get_untracked() else { return };
        form.send(partners::archive_partner_role(role.id, role.version), move |()| {
            asked.set(false);
            changed.run(());
        });
    };
    let what = move || {
        ending
            .get()
            .map(|role| format!("{} · {}", role.partner.name, partner_role(i18n, role.role)))
    };
    view! {
        <Dialog open=asked title=move || say!(i18n, partners.end_role)>
            <form class="stack" on:submit=on_submit(submit)>
                <p>{what}</p>
                <p class="source">{tr!(i18n, partners.end_text)}</p>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton kind=ButtonKind::Danger busy=form.busy()>{tr!(i18n, form.remove)}</SubmitButton>
                    <Button on_press=move |()| asked.set(false)>{tr!(i18n, form.cancel)}</Button>
                </div>
            </form>
        </Dialog>
    }
}
