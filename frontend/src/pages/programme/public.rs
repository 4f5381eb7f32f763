//! The public face of a programme: where it stands, where the money goes, who is in it.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use parvis_domain::accounts::Operation;
use parvis_wire::participation::ParticipationStep;
use parvis_wire::partners::PartnerRole;
use parvis_wire::programmes::Programme;

use super::frame::programme_id;
use super::sections::{Facts, Money, MoneySection, PartnersTable, Rules, Slabs, read_money};
use crate::api::{Answer, Failure, Session, participation, partners, programmes};
use crate::components::{
    Breadcrumb, Crumb, DocumentTitle, FailureAlert, Fetched, Glyph, Heading, Icon, PageHead, Skeleton,
};
use crate::format::formats;
use crate::i18n::{plain, say, suited, tr, words};
use crate::pages::NotFound;
use crate::pages::parts::{Localised, StatusBadge};

/// All that the page shows.
#[derive(Clone)]
struct Face {
    programme: Programme,
    steps: Vec<ParticipationStep>,
    roles: Vec<PartnerRole>,
    money: Money,
}

async fn read(id: Option<uuid::Uuid>) -> Answer<Face> {
    let id = id.ok_or_else(Failure::not_found)?;
    let (programme, steps, roles, money) = futures::join!(
        programmes::get_programme(id),
        participation::list_participation_steps(id),
        partners::list_partner_roles(id),
        read_money(id),
    );
    Ok(Face {
        programme: programme?,
        steps: steps?.items,
        roles: roles?.items,
        money: money?,
    })
}

/// The page.
#[component]
pub fn PublicPage() -> impl IntoView {
    let i18n = words();
    let id = programme_id();
    let face: Fetched<Face> = Fetched::new(move || read(id.get()));
    move || {
        i18n.get_locale();
        match face.get() {
            None => view! { <Skeleton/> }.into_any(),
            Some(Ok(face)) => view! { <Shown face/> }.into_any(),
            Some(Err(failure)) if failure.code == "not_found" => view! { <NotFound/> }.into_any(),
            Some(Err(failure)) => view! {
                <PageHead title=move || say!(i18n, nav.programmes)/>
                <FailureAlert failure retry=move |()| face.refetch()/>
            }
            .into_any(),
        }
    }
}

#[component]
fn Shown(face: Face) -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let format = formats();
    let Face {
        programme,
        steps,
        roles,
        money,
    } = face;
    let id = programme.id;
    let member = move || session.may(Operation::ListMembers, Some(id));
    let shown = programme.clone();
    let title = programme.title.clone();
    let name = TextProp::from({
        let title = title.clone();
        move || plain(i18n, &title)
    });
    let code = programme.code.clone();
    let crumbs = vec![
        Crumb {
            text: TextProp::from(move || say!(i18n, nav.programmes)),
            href: Some("/".to_owned()),
        },
        Crumb {
            text: TextProp::from(code),
            href: None,
        },
    ];
    let (template, summary) = (programme.template.title.clone(), programme.summary.clone());
    let period = move || format.period(shown.starts_on, shown.ends_on);
    let language = suited(i18n, &title).1;
    view! {
        <DocumentTitle title=name.clone()/>
        <Breadcrumb crumbs/>
        <div class="hero stack">
            <p class="row">
                <StatusBadge status=programme.status/>
                <span class="source"><Localised text=template/> " · " {period}</span>
            </p>
            <Heading class="display" language>{move || name.get()}</Heading>
            <p class="lead"><Localised text=summary/></p>
            <p class="row no-print">
                <a class="btn" href=programmes::calendar_href(id) rel="external"><Icon glyph=Glyph::Calendar/>{tr!(i18n, programme.calendar)}</a>
                <a class="btn" href=format!("/programmes/{id}/documents")>{tr!(i18n, nav.documents)}</a>
                <Show when=member><a class="btn" href=format!("/programmes/{id}/overview")>{tr!(i18n, programme.workspace)}</a></Show>
            </p>
        </div>
        <section class="section" aria-labelledby="h-steps">
            <h2 id="h-steps">{tr!(i18n, programme.where_it_stands)}</h2>
            <Slabs steps linked=true/>
        </section>
        <section class="section prints-wide" aria-labelledby="h-money">
            <div class="section-head stack">
                <h2 id="h-money">{tr!(i18n, programme.where_money_goes)}</h2>
                <p class="read">{tr!(i18n, programme.money_note)}</p>
            </div>
            <MoneySection money programme=programme.clone()/>
        </section>
        <section class="section" aria-labelledby="h-partners">
            <h2 id="h-partners">{tr!(i18n, programme.who_is_in)}</h2>
            <PartnersTable roles/>
        </section>
        <section class="section" aria-labelledby="h-facts">
            <h2 id="h-facts">{tr!(i18n, programme.facts)}</h2>
            <Facts programme=programme.clone()/>
        </section>
        <Rules programme/>
    }
}
