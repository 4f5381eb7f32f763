//! Who works in a programme, in which role, and who is invited.

use leptos::prelude::*;
use parvis_domain::accounts::{MemberRole, Operation};
use parvis_wire::Page;
use parvis_wire::accounts::{Invitation, Member, MemberContent, MemberPatch, NewProgrammeInvitation};
use parvis_wire::{Patch, partners::PartnerRole};

use crate::api::{accounts, partners};
use crate::components::{
    Alert, Button, ButtonKind, Choice, Dialog, Empty, Fetched, Form, FormFailure, Loaded, SelectField, SubmitButton,
    TableBox, TextField, Toasts, Tone, on_submit,
};
use crate::format::formats;
use crate::forms::texts;
use crate::i18n::{I18n, member_role, say, tr, words};
use crate::pages::programme::frame::Here;

/// The roles a member can have, as choices.
fn roles(i18n: I18n) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        MemberRole::ALL
            .iter()
            .map(|role| Choice::new(role, member_role(i18n, *role)))
            .collect()
    })
}

/// The partners of the programme, as choices.
fn organisations(here: Here) -> Signal<Vec<Choice>> {
    let roles: Fetched<Page<PartnerRole>> = Fetched::new(move || partners::list_partner_roles(here.id()));
    Signal::derive(move || {
        let mut all: Vec<Choice> = Vec::new();
        for role in roles
            .get()
            .and_then(Result::ok)
            .map(|page| page.items)
            .unwrap_or_default()
        {
            let choice = Choice::new(role.partner.id, role.partner.name);
            if !all.contains(&choice) {
                all.push(choice);
            }
        }
        all
    })
}

/// The members; coordinators change their roles.
#[component]
pub fn Members() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let members: Fetched<Page<Member>> = Fetched::new(move || accounts::list_members(here.id()));
    let changing = RwSignal::new(None::<Member>);
    let asked = RwSignal::new(false);
    let row = move |member: Member| {
        let format = formats();
        let ask = {
            let member = member.clone();
            move |_| {
                changing.set(Some(member.clone()));
                asked.set(true);
            }
        };
        let label = format!("{}: {}", say!(i18n, form.edit), member.name);
        view! {
            <tr>
                <th scope="row">{member.name}{member.email.map(|email| view! { <span class="source">" " {email}</span> })}</th>
                <td data-label=say!(i18n, settings.role)>{member_role(i18n, member.role)}</td>
                <td data-label=say!(i18n, settings.since)>{format.day_short(member.created_at.date_naive())}</td>
                <td>
                    <Show when=move || here.may(Operation::UpdateMember)>
                        <button type="button" class="btn quiet small" aria-label=label.clone() on:click=ask.clone()>{tr!(i18n, form.edit)}</button>
                    </Show>
                </td>
            </tr>
        }
    };
    view! {
        <section aria-labelledby="h-members">
            <h2 id="h-members" class="section-head">{tr!(i18n, settings.members)}</h2>
            <Loaded from=members draw=move |page| view! {
                <div class="card flush">
                    <TableBox label=move || say!(i18n, settings.members)>
                        <table class="table stacks">
                            <caption class="sr-only">{tr!(i18n, settings.members)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{tr!(i18n, settings.person)}</th>
                                    <th scope="col">{tr!(i18n, settings.role)}</th>
                                    <th scope="col">{tr!(i18n, settings.since)}</th>
                                    <th scope="col"><span class="sr-only">{tr!(i18n, form.edit)}</span></th>
                                </tr>
                            </thead>
                            <tbody>{page.items.into_iter().map(row).collect_view()}</tbody>
                        </table>
                    </TableBox>
                </div>
            }/>
        </section>
        <ChangeMember changing asked members/>
    }
}

/// Changes the role of a member, or ends the membership.
#[component]
fn ChangeMember(
    changing: RwSignal<Option<Member>>,
    asked: RwSignal<bool>,
    members: Fetched<Page<Member>>,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let role = RwSignal::new(String::new());
    let partner = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(member) = changing.get() {
            role.set(member.role.to_string());
            partner.set(member.partner_id.map(|id| id.to_string()).unwrap_or_default());
        }
    });
    let done = move || {
        asked.set(false);
        toasts.tell(say!(i18n, state.saved));
        members.refetch();
    };
    let content = move || MemberContent {
        role: MemberRole::parse(&role.get_untracked()).unwrap_or(MemberRole::Observer),
        partner_id: partner.get_untracked().parse().ok(),
    };
    let submit = move || {
        let Some(member) = changing.get_untracked() else { return };
        let mut content = content();
        if content.role != MemberRole::Partner {
            content.partner_id = None;
        }
        if form.passes(content.check().map_err(Into::into)).is_none() {
            return;
        }
        let patch = MemberPatch {
            role: Patch::Value(content.role),
            partner_id: texts::patch(member.partner_id, content.partner_id),
        };
        form.send(accounts::update_member(member.id, member.version, patch), move |_| {
            done()
        });
    };
    let remove = move |()| {
        let Some(member) = changing.get_untracked() else { return };
        form.send(accounts::archive_member(member.id, member.version), move |()| done());
    };
    let title = move || changing.get().map(|member| member.name).unwrap_or_default();
    let roles = roles(i18n);
    let organisations = organisations(here);
    view! {
        <Dialog open=asked title>
            <form class="stack" on:submit=on_submit(submit) novalidate>
                <SelectField form pointer="/role" label=move || say!(i18n, settings.role) value=role choices=roles/>
                <Show when=move || role.get() == MemberRole::Partner.as_str()>
                    <SelectField form pointer="/partner_id" label=move || say!(i18n, partners.name) value=partner choices=organisations none=move || say!(i18n, form.choose)/>
                </Show>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton busy=form.busy()>{tr!(i18n, form.save)}</SubmitButton>
                    <Button kind=ButtonKind::Danger on_press=remove>{tr!(i18n, settings.remove_member)}</Button>
                    <Button on_press=move |()| asked.set(false)>{tr!(i18n, form.cancel)}</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// Invites people, and lists the invitations that wait.
#[component]
pub fn Invitations() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let format = formats();
    let form = Form::new(i18n);
    let revoking = Form::new(i18n);
    let invitations: Fetched<Page<Invitation>> = Fetched::new(move || accounts::list_programme_invitations(here.id()));
    let email = RwSignal::new(String::new());
    let role = RwSignal::new(MemberRole::Observer.to_string());
    let partner = RwSignal::new(String::new());
    let link = RwSignal::new(None::<String>);
    let submit = move || {
        let role = MemberRole::parse(&role.get_untracked()).unwrap_or(MemberRole::Observer);
        let new = NewProgrammeInvitation {
            email: email.get_untracked().trim().to_owned(),
            role,
            partner_id: partner
                .get_untracked()
                .parse()
                .ok()
                .filter(|_| role == MemberRole::Partner),
        };
        // The server's rules are enough here: those of the domain for addresses carry the tables of Unicode along.
        form.send(accounts::create_programme_invitation(here.id(), new), move |made| {
            link.set(made.link);
            email.set(String::new());
            invitations.refetch();
        });
    };
    let waiting = move |page: Page<Invitation>| {
        let open = page
            .items
            .into_iter()
            .filter(|one| one.accepted_at.is_none() && one.revoked_at.is_none());
        let row = move |one: Invitation| {
            let revoke = move |()| {
                revoking.send(accounts::revoke_programme_invitation(one.id, one.version), move |()| {
                    toasts.tell(say!(i18n, state.saved));
                    invitations.refetch();
                });
            };
            let until = format.day_short(one.expires_at.date_naive());
            view! {
                <li>
                    <span>{one.email} <span class="source">" · " {one.role.map(|role| member_role(i18n, role))} " · " {tr!(i18n, settings.until)} " " {until}</span></span>
                    <span><Button kind=ButtonKind::Quiet small=true on_press=revoke>{tr!(i18n, settings.withdraw)}</Button></span>
                </li>
            }
        };
        let rows = open.map(row).collect_view();
        match rows.is_empty() {
            true => view! { <Empty title=move || say!(i18n, settings.no_invitations)/> }.into_any(),
            false => view! { <ul class="plain-list">{rows}</ul> }.into_any(),
        }
    };
    let roles = roles(i18n);
    let organisations = organisations(here);
    view! {
        <section class="card stack" aria-labelledby="h-invite">
            <h2 id="h-invite">{tr!(i18n, settings.invite)}</h2>
            <form class="stack" on:submit=on_submit(submit) novalidate>
                <TextField form pointer="/email" label=move || say!(i18n, sign_in.email) value=email kind="email" required=true/>
                <SelectField form pointer="/role" label=move || say!(i18n, settings.role) value=role choices=roles/>
                <Show when=move || role.get() == MemberRole::Partner.as_str()>
                    <SelectField form pointer="/partner_id" label=move || say!(i18n, partners.name) value=partner choices=organisations none=move || say!(i18n, form.choose)/>
                </Show>
                <FormFailure form/>
                <SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, settings.send_invitation)}</SubmitButton>
            </form>
            {move || link.get().map(|link| view! {
                <Alert tone=Tone::Ok title=move || say!(i18n, settings.link_once)><p><code>{link}</code></p></Alert>
            })}
            <FormFailure form=revoking/>
            <Loaded from=invitations draw=waiting/>
        </section>
    }
}
