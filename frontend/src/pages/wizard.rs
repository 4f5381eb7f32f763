//! Setting a programme up from a template, in four steps. The step stands in the address; what was typed stays on the
//! device until the programme exists.

mod state;
mod steps;

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_router::hooks::{use_navigate, use_query_map};
use parvis_domain::accounts::Operation;

use crate::api::{Session, programmes};
use crate::components::{
    Button, ButtonKind, Fetched, Form, FormFailure, Glyph, Icon, Loaded, PageHead, Stepper, SubmitButton, Toasts,
    on_submit,
};
use crate::forms::draft::check;
use crate::i18n::{say, tag, tr, words};
use crate::pages::sign_in::NeedsSignIn;
use state::{Fields, create};
use steps::{Basics, Partners, Review, Templates};

/// The last step: the review.
const LAST: usize = 3;

/// The page.
#[component]
pub fn WizardPage() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let templates: Fetched<_> = Fetched::new(programmes::list_templates);
    view! {
        <PageHead title=move || say!(i18n, wizard.title) lead=move || say!(i18n, wizard.lead)/>
        <Show when=move || session.may(Operation::CreateProgramme, None) fallback=NeedsSignIn>
            <Loaded from=templates keep=true draw=|page| {
                let usable = page.items.into_iter().filter(|template| template.archived_at.is_none()).collect();
                let fields = untrack(|| Fields::kept(usable));
                view! { <Wizard fields/> }
            }/>
        </Show>
    }
}

#[component]
fn Wizard(fields: Fields) -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let asked = use_query_map();
    let navigate = StoredValue::new_local(use_navigate());
    let step = Memo::new(move |_| {
        let wanted = asked
            .read()
            .get("step")
            .and_then(|step| step.parse::<usize>().ok())
            .unwrap_or(1);
        // Without a template nothing else can be asked.
        if fields.template().is_some() {
            wanted.clamp(1, LAST + 1) - 1
        } else {
            0
        }
    });
    let go = move |to: usize| {
        navigate.with_value(|navigate| navigate(&format!("/programmes/new?step={}", to + 1), Default::default()))
    };
    let language = move || tag(i18n.get_locale_untracked());
    let submit = move || {
        let now = step.get_untracked();
        let draft = fields.draft();
        // The rules are asked as soon as there is something to ask them about, so that the review holds no surprise.
        if now > 0 && form.passes(check(&draft.request(language()))).is_none() {
            if now > 1 {
                go(1);
            }
            return;
        }
        if now < LAST {
            return go(now + 1);
        }
        let call = async move {
            let id = create(fields, draft, language()).await?;
            // Who creates a programme coordinates it.
            session.read_again().await;
            Ok(id)
        };
        form.send(call, move |id: uuid::Uuid| {
            fields.forget();
            toasts.tell(say!(i18n, wizard.created));
            navigate.with_value(|navigate| navigate(&format!("/programmes/{id}/overview"), Default::default()));
        });
    };
    let names: Vec<TextProp> = vec![
        (move || say!(i18n, wizard.step_template)).into(),
        (move || say!(i18n, wizard.step_basics)).into(),
        (move || say!(i18n, wizard.step_partners)).into(),
        (move || say!(i18n, wizard.step_review)).into(),
    ];
    view! {
        <Stepper names current=step/>
        <form class="stack" on:submit=on_submit(submit) novalidate>
            {move || match step.get() {
                0 => view! { <Templates fields/> }.into_any(),
                1 => view! { <Basics form fields/> }.into_any(),
                2 => view! { <Partners form fields/> }.into_any(),
                _ => view! { <Review fields/> }.into_any(),
            }}
            <FormFailure form/>
            <div class="actions">
                <Show when=move || { step.get() > 0 }>
                    <Button on_press=move |()| go(step.get_untracked().saturating_sub(1))>{tr!(i18n, form.back)}</Button>
                </Show>
                <Show when=move || fields.template().is_some()>
                    <SubmitButton busy=form.busy()>
                        {move || match step.get() {
                            LAST => view! { <Icon glyph=Glyph::Check/> {tr!(i18n, wizard.create)} }.into_any(),
                            _ => tr!(i18n, form.next).into_any(),
                        }}
                    </SubmitButton>
                    <Button kind=ButtonKind::Quiet on_press=move |()| { fields.forget(); go(0); }>{tr!(i18n, wizard.discard)}</Button>
                </Show>
            </div>
        </form>
    }
}
