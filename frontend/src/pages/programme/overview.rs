//! The overview of a programme for its members: where it stands, what is missing, what comes next.

use leptos::prelude::*;
use parvis_domain::accounts::Operation;

use super::frame::Here;
use super::sections::{Facts, MoneySection, Rules, Slabs, read_money};
use crate::api::participation;
use crate::components::{Alert, Fetched, Glyph, Icon, Loaded, PageHead, Tone};
use crate::i18n::{partner_role, plain, say, tr, words};
use crate::lazy::{Later, area};
use crate::pages::parts::StatusBadge;

/// The page.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let steps: Fetched<_> = Fetched::new(move || participation::list_participation_steps(here.id()));
    let money: Fetched<_> = Fetched::new(move || read_money(here.id()));
    let base = move || format!("/programmes/{}", here.id());
    let missing = move || {
        let needs = here.with(|programme| programme.required_roles.clone());
        needs
            .into_iter()
            .filter(|need| need.filled < need.at_least)
            .collect::<Vec<_>>()
    };
    let needs = move || {
        let needs = missing().into_iter().map(|need| {
            let still = need.at_least.saturating_sub(need.filled);
            let role = partner_role(i18n, need.role);
            view! { <li>{plain(i18n, &need.title)} " (" {role} ", " {still} ")"</li> }
        });
        needs.collect_view()
    };
    view! {
        <PageHead title=move || here.title(i18n) lead=move || here.with(|programme| plain(i18n, &programme.summary))>
            {move || here.get().map(|programme| view! { <StatusBadge status=programme.status/> })}
            <a class="btn" href=base>{tr!(i18n, nav.public_page)}</a>
            <Show when=move || here.may(Operation::CreateMovement)>
                <a class="btn" href=move || format!("{}/budget#movement", base())><Icon glyph=Glyph::Plus/>{tr!(i18n, movement.new)}</a>
            </Show>
        </PageHead>
        <Show when=move || !missing().is_empty()>
            <Alert tone=Tone::Warn title=move || say!(i18n, programme.roles_missing)>
                <ul>{needs}</ul>
                <p><a href=move || format!("{}/partners", base())>{tr!(i18n, programme.fill_roles)}</a></p>
            </Alert>
        </Show>
        <Show when=move || here.may(Operation::ListAlerts)><Later area=area::alerts/></Show>
        <section class="section-tight" aria-labelledby="h-steps">
            <div class="row between section-head">
                <h2 id="h-steps">{tr!(i18n, programme.where_it_stands)}</h2>
                <a href=move || format!("{}/participation", base())>{tr!(i18n, nav.participation)}</a>
            </div>
            <Loaded from=steps draw=|page| view! { <Slabs steps=page.items linked=true/> }/>
        </section>
        <section class="section" aria-labelledby="h-money">
            <div class="row between section-head">
                <h2 id="h-money">{tr!(i18n, programme.where_money_goes)}</h2>
                <a href=move || format!("{}/budget", base())>{tr!(i18n, nav.budget)}</a>
            </div>
            <Loaded from=money draw=move |money| here.get().map(|programme| view! { <MoneySection money programme/> })/>
        </section>
        <section class="section" aria-labelledby="h-facts">
            <h2 id="h-facts">{tr!(i18n, programme.facts)}</h2>
            {move || {
                i18n.get_locale();
                here.get().map(|programme| view! { <Facts programme/> })
            }}
        </section>
        {move || here.get().map(|programme| view! { <Rules programme/> })}
    }
}
