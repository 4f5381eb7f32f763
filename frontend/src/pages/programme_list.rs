//! The public list of programmes: cards and a search, whose state is the address.

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_domain::programmes::ProgrammeStatus;
use parvis_wire::programmes::ProgrammeItem;

use super::paged::paged;
use super::parts::{Localised, StatusBadge};
use crate::api::programmes::{ProgrammeFilter, list_programmes};
use crate::api::{Session, query};
use crate::components::{Choice, Empty, Form, Glyph, Icon, PageHead, SelectField, TextField, on_submit};
use crate::format::formats;
use crate::i18n::{plain, programme_status, say, tr, words};

/// The page.
#[component]
pub fn ProgrammeList() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let asked = use_query_map();
    let filter = Memo::new(move |_| {
        let asked = asked.read();
        let word = |name| asked.get(name).unwrap_or_default();
        ProgrammeFilter {
            q: word("q"),
            status: word("status"),
            mine: String::new(),
        }
    });
    let fetch = move |cursor| list_programmes(filter.get(), cursor);
    let narrowed = move || filter.with(|filter| *filter != ProgrammeFilter::default());
    let (_, list) = paged(fetch, move |items: Vec<ProgrammeItem>| {
        if !items.is_empty() {
            let cards = items
                .into_iter()
                .map(|item| view! { <li class="card tile"><Tile item/></li> });
            return view! { <ul class="cards">{cards.collect_view()}</ul> }.into_any();
        }
        if narrowed() {
            return view! {
                <Empty title=move || say!(i18n, programmes.none_found)>
                    <a class="btn" href="/">{tr!(i18n, form.clear)}</a>
                </Empty>
            }
            .into_any();
        }
        view! { <Empty title=move || say!(i18n, programmes.none) text=move || say!(i18n, programmes.none_text)/> }
            .into_any()
    });
    view! {
        <PageHead title=move || say!(i18n, programmes.title) lead=move || say!(i18n, programmes.lead)>
            <Show when=move || session.may(Operation::CreateProgramme, None)>
                <a class="btn primary" href="/programmes/new"><Icon glyph=Glyph::Plus/>{tr!(i18n, programmes.new)}</a>
            </Show>
        </PageHead>
        <Search filter/>
        {list}
    }
}

#[component]
fn Search(filter: Memo<ProgrammeFilter>) -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let navigate = use_navigate();
    let q = RwSignal::new(String::new());
    let status = RwSignal::new(String::new());
    // Back and forward change the address; the fields follow it.
    Effect::new(move |_| {
        let filter = filter.get();
        q.set(filter.q);
        status.set(filter.status);
    });
    let go = move || {
        let href = query(
            "/",
            &[("q", q.get_untracked().trim()), ("status", &status.get_untracked())],
        );
        navigate(&href, Default::default());
    };
    let statuses = Signal::derive(move || {
        let shown = [ProgrammeStatus::Open, ProgrammeStatus::Active, ProgrammeStatus::Closed];
        shown
            .map(|status| Choice::new(status, programme_status(i18n, status)))
            .to_vec()
    });
    view! {
        <form class="search" role="search" on:submit=on_submit(go)>
            <div class="fields">
                <TextField form pointer="" label=move || say!(i18n, programmes.search) value=q kind="search"/>
                <SelectField form pointer="" label=move || say!(i18n, programmes.status) value=status choices=statuses none=move || say!(i18n, form.any)/>
            </div>
            <button type="submit" class="btn">{tr!(i18n, programmes.find)}</button>
        </form>
    }
}

#[component]
fn Tile(item: ProgrammeItem) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let places: Vec<String> = item
        .places
        .iter()
        .take(3)
        .map(|place| plain(i18n, &place.name))
        .collect();
    let period = format.period(item.starts_on, item.ends_on);
    let template = plain(i18n, &item.template.title);
    view! {
        <p class="row"><StatusBadge status=item.status/><span class="source">{template}</span></p>
        <h2><a href=format!("/programmes/{}", item.id)><Localised text=item.title/></a></h2>
        <p class="source"><Localised text=item.summary max=180/></p>
        <p class="source foot">
            {period}
            {(!places.is_empty()).then(|| format!(" · {}", places.join(", ")))}
        </p>
    }
}
