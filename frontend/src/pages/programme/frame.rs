//! What surrounds the pages of a programme's members: its sections, and the programme itself.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_params_map};
use parvis_domain::accounts::Operation;
use parvis_wire::programmes::Programme;
use uuid::Uuid;

use crate::api::{Failure, Session, programmes};
use crate::components::{FailureAlert, Fetched, PageHead, Skeleton};
use crate::format::{today, today_in};
use crate::i18n::{I18n, plain, say, tr, words};
use crate::pages::NotFound;

/// The id of the programme in the address.
pub fn programme_id() -> Memo<Option<Uuid>> {
    let parameters = use_params_map();
    Memo::new(move |_| parameters.read().get("programme").and_then(|id| id.parse().ok()))
}

/// The programme that a page is about.
#[derive(Clone, Copy)]
pub struct Here {
    programme: Signal<Option<Programme>>,
    from: Fetched<Programme>,
    session: Session,
}

impl Here {
    /// The one of the frame around the page.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Its id.
    pub fn id(self) -> Uuid {
        self.programme
            .with(|programme| programme.as_ref().map(|p| p.id).unwrap_or_default())
    }

    /// Reads something of the programme.
    pub fn with<T: Default>(self, read: impl FnOnce(&Programme) -> T) -> T {
        self.programme
            .with(|programme| programme.as_ref().map(read).unwrap_or_default())
    }

    /// The programme as it was read last.
    pub fn get(self) -> Option<Programme> {
        self.programme.get()
    }

    /// Its title.
    pub fn title(self, i18n: I18n) -> String {
        self.with(|programme| plain(i18n, &programme.title))
    }

    /// Today, where the programme is.
    pub fn today(self) -> NaiveDate {
        let zone = self
            .programme
            .with_untracked(|programme| programme.as_ref().map(|p| p.time_zone.clone()));
        zone.map_or_else(today, |zone| today_in(&zone))
    }

    /// Reads it again, after it was changed.
    pub fn reload(self) {
        self.from.refetch();
    }

    /// Whether the reader's role allows this here.
    pub fn may(self, operation: Operation) -> bool {
        self.session.may(operation, Some(self.id()))
    }
}

/// Loads the programme, shows its sections, and lets the page of the section in.
#[component]
pub fn ProgrammeFrame() -> impl IntoView {
    let i18n = words();
    let id = programme_id();
    let from: Fetched<Programme> = Fetched::new(move || {
        let id = id.get();
        async move {
            match id {
                Some(id) => programmes::get_programme(id).await,
                None => Err(Failure::not_found()),
            }
        }
    });
    // A page stays as it is, with what was typed in it, while the programme is read again.
    let last = RwSignal::new(None);
    let failure = RwSignal::new(None);
    Effect::new(move |_| match from.get() {
        Some(Ok(programme)) => {
            failure.set(None);
            last.set(Some(programme));
        }
        Some(Err(problem)) => failure.set(Some(problem)),
        None => {}
    });
    let same = move || last.with(|last: &Option<Programme>| last.as_ref().map(|p| p.id) == id.get());
    provide_context(Here {
        programme: last.into(),
        from,
        session: Session::here(),
    });
    view! {
        {move || failure.get().map(|failure| match failure.code.as_str() {
            "not_found" => view! { <NotFound/> }.into_any(),
            _ => view! {
                <PageHead title=move || say!(i18n, nav.programmes)/>
                <FailureAlert failure retry=move |()| from.refetch()/>
            }.into_any(),
        })}
        <Show when=move || failure.with(Option::is_none)>
            <Show when=same fallback=|| view! { <Skeleton/> }>
                <Sections/>
                <Outlet/>
            </Show>
        </Show>
    }
}

#[component]
fn Sections() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let path = use_location().pathname;
    let sections = move || {
        let member = here.may(Operation::ListMembers);
        let all = [
            ("overview", say!(i18n, nav.overview), true),
            ("partners", say!(i18n, nav.partners), true),
            ("participation", say!(i18n, nav.participation), true),
            ("budget", say!(i18n, nav.budget), true),
            ("documents", say!(i18n, nav.documents), true),
            ("settings", say!(i18n, nav.settings), member),
            ("history", say!(i18n, nav.history), member),
        ];
        all.into_iter()
            .filter(|(_, _, shown)| *shown)
            .map(|(part, text, _)| (part, text))
            .collect::<Vec<_>>()
    };
    let base = move || format!("/programmes/{}", here.id());
    let current = move |part: &str| {
        path.get()
            .strip_prefix(&base())
            .is_some_and(|rest| rest.starts_with(&format!("/{part}")))
    };
    let links = move || {
        sections()
            .into_iter()
            .map(|(part, text)| {
                view! {
                    <li><a href=format!("{}/{part}", base()) aria-current=move || current(part).then_some("page")>{text}</a></li>
                }
            })
            .collect_view()
    };
    let name = move || {
        sections()
            .into_iter()
            .find(|(part, _)| current(part))
            .map(|(_, text)| text)
    };
    view! {
        <p class="source"><a href=base>{move || here.title(i18n)}</a></p>
        <nav class="sections" aria-label=move || say!(i18n, nav.sections)>
            <ul>{links}</ul>
            <details>
                <summary>{name} " " <span class="muted">"· " {tr!(i18n, nav.other_sections)}</span></summary>
                <ul>{links}</ul>
            </details>
        </nav>
    }
}
