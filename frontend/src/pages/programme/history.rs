//! What changed in a programme, when and by whom, as the record of events has it.

use std::collections::HashMap;

use leptos::prelude::*;
use parvis_wire::events::Event;
use uuid::Uuid;

use super::frame::Here;
use crate::api::{accounts, programmes};
use crate::components::{Empty, Fetched, PageHead};
use crate::format::formats;
use crate::i18n::{operation_name, say, tr, words};
use crate::pages::paged::paged;

/// The page.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let members: Fetched<_> = Fetched::new(move || accounts::list_members(here.id()));
    let names = Memo::new(move |_| {
        let members = members
            .get()
            .and_then(Result::ok)
            .map(|page| page.items)
            .unwrap_or_default();
        members
            .into_iter()
            .map(|member| (member.user_id, member.name))
            .collect::<HashMap<Uuid, String>>()
    });
    let fetch = move |cursor| programmes::list_programme_history(here.id(), cursor);
    let (_, list) = paged(fetch, move |events: Vec<Event>| {
        if events.is_empty() {
            return view! { <Empty title=move || say!(i18n, history.none)/> }.into_any();
        }
        let rows = events
            .into_iter()
            .map(|event| view! { <Row event names/> })
            .collect_view();
        view! { <ol class="card flush trail-list">{rows}</ol> }.into_any()
    });
    view! {
        <PageHead title=move || say!(i18n, history.title) lead=move || say!(i18n, history.lead)/>
        {list}
    }
}

#[component]
fn Row(event: Event, names: Memo<HashMap<Uuid, String>>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let operation = event.operation;
    let actor = event.actor_id;
    let who = move || match actor {
        Some(id) => names
            .with(|names| names.get(&id).cloned())
            .unwrap_or_else(|| say!(i18n, history.somebody).to_owned()),
        None => say!(i18n, history.system).to_owned(),
    };
    let written = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let before = (!event.before.is_null()).then(|| written(&event.before));
    let after = (!event.after.is_null()).then(|| written(&event.after));
    view! {
        <li>
            <span class="muted">{move || format.instant(event.at)}</span>
            <div>
                <p>{move || operation_name(i18n, &operation)}</p>
                <details class="disclosure">
                    <summary>{tr!(i18n, history.details)}</summary>
                    <div>
                        {before.map(|text| view! { <p class="source">{tr!(i18n, history.before)}</p><pre>{text}</pre> })}
                        {after.map(|text| view! { <p class="source">{tr!(i18n, history.after)}</p><pre>{text}</pre> })}
                        <p class="source">"№ " {event.seq} " · " <code>{event.hash.chars().take(16).collect::<String>()}</code></p>
                    </div>
                </details>
            </div>
            <span class="source">{who}</span>
        </li>
    }
}
