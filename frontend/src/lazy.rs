//! Areas of the app: pages whose code is loaded when they are first opened, so that whoever reads a public page does not
//! carry the desk of an officer.
//!
//! A new page becomes an area of its own with one line in the list below, and is reached by a route in `app.rs` that shows
//! `later(area::…)`. Pages that are mostly opened together share an area; a heavy part of a page that few may use, such as
//! its forms, can be one too, placed with `<Later area=area::…/>` or `<Folded …/>`. It takes no properties: what it needs is a context of the
//! page. What two areas share is in the file of each, and started once. `cargo xtask web` prints the size of every area, and
//! fails when one is over its budget.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use leptos::wasm_split::SplitLoaderError;

use crate::api::Failure;
use crate::components::{PageHead, Skeleton, refused};
use crate::i18n::{say, words};

/// An area on its way; each is of this one type, so that the code to wait for them is in the app once.
type Arriving = Pin<Box<dyn Future<Output = Result<AnyView, SplitLoaderError>>>>;

/// Where the code of an area comes from.
pub type Area = fn() -> Arriving;

macro_rules! areas {
    ($($area:ident { $($(#[doc = $doc:literal])+ $name:ident => $page:path,)+ })+) => {
        /// What the areas hold. Each loads when it is called.
        pub mod area {
            use leptos::prelude::*;
            use leptos::wasm_split::{SplitLoaderError, wasm_split};

            use super::Arriving;

            mod code {
                use super::*;
                $($(
                    #[wasm_split($area, wasm_split_path = ::leptos::wasm_split, fallible)]
                    pub fn $name() -> Result<AnyView, SplitLoaderError> {
                        use $page as Page;
                        Ok(view! { <Page/> }.into_any())
                    }
                )+)+
            }

            $($(
                $(#[doc = $doc])+
                pub fn $name() -> Arriving {
                    Box::pin(code::$name())
                }
            )+)+
        }
    };
}

areas! {
    programmes {
        /// The list of programmes.
        programmes => crate::pages::ProgrammeList,
    }
    entrance {
        /// Signing in.
        sign_in => crate::pages::SignIn,
        /// Accepting an invitation.
        invitation => crate::pages::AcceptInvitationPage,
    }
    account {
        /// One's own account.
        account => crate::pages::AccountPage,
    }
    my_work {
        /// What waits for the reader.
        my_work => crate::pages::MyWorkPage,
    }
    wizard {
        /// Setting a programme up.
        wizard => crate::pages::WizardPage,
    }
    public {
        /// A programme as everybody sees it.
        public => crate::pages::programme::PublicPage,
    }
    overview {
        /// A programme as its members see it.
        overview => crate::pages::programme::OverviewPage,
    }
    partners {
        /// Who takes part.
        partners => crate::pages::programme::PartnersPage,
    }
    steps {
        /// The steps of participation.
        steps => crate::pages::programme::ParticipationPage,
    }
    step {
        /// One step.
        step => crate::pages::programme::StepPage,
    }
    documents {
        /// The documents of a programme.
        documents => crate::pages::programme::DocumentsPage,
        /// One document with its versions.
        document => crate::pages::programme::DocumentPage,
    }
    step_form {
        /// Planning a step.
        new_step => crate::pages::programme::NewStepPage,
        /// Changing a step.
        edit_step => crate::pages::programme::EditStepPage,
    }
    budget {
        /// The plan of a budget with its balances.
        budget => crate::pages::programme::PlanPage,
    }
    budget_forms {
        /// Adding the first budget.
        new_budget => crate::pages::programme::NewBudgetForm,
        /// Adding a line to the plan.
        new_line => crate::pages::programme::NewLineForm,
        /// Revising the plan of a share.
        revise => crate::pages::programme::ReviseForm,
    }
    movement {
        /// Posting a movement.
        movement => crate::pages::programme::MovementForm,
    }
    plan {
        /// Changing the plan in place.
        edit_plan => crate::pages::programme::EditPlanPage,
    }
    plan_versions {
        /// The versions of a plan.
        plan_versions => crate::pages::programme::VersionsPage,
        /// Submitting a plan.
        submit_plan => crate::pages::programme::SubmitPlan,
        /// A funder's withdrawal.
        withdraw_funder => crate::pages::programme::WithdrawFunder,
        /// The copy of a year.
        copy_year => crate::pages::programme::CopyYear,
    }
    plan_rules {
        /// The rules that a plan is held against.
        plan_rules => crate::pages::programme::RulesPage,
        /// Changing co-financing rules.
        edit_rules => crate::pages::programme::EditRules,
        /// Changing targets and ceilings.
        edit_targets => crate::pages::programme::EditTargets,
    }
    ledger {
        /// The ledger.
        ledger => crate::pages::programme::LedgerPage,
    }
    report {
        /// The financial report to a funder.
        report => crate::pages::programme::ReportPage,
    }
    conditions {
        /// What the release of money waits for.
        conditions => crate::pages::programme::ConditionsPage,
    }
    condition_forms {
        /// What is done with a grant, a tranche or a report.
        condition_act => crate::pages::programme::ActForm,
        /// Recording how far a line has come.
        record_progress => crate::pages::programme::RecordForm,
    }
    years {
        /// The years of the accounts.
        years => crate::pages::programme::YearsPage,
    }
    alerts {
        /// What the money asks somebody to look at.
        alerts => crate::pages::programme::AlertsSection,
    }
    reconciliation {
        /// Statements of the accounts and the bank beside the ledger.
        reconciliation => crate::pages::programme::ReconciliationPage,
    }
    balances {
        /// Balances, and what stands behind them.
        balances => crate::pages::programme::BalancesPage,
    }
    rates {
        /// Exchange rates, and what funders ask of conversions.
        rates => crate::pages::programme::RatesPage,
    }
    settings {
        /// The settings of a programme.
        settings => crate::pages::programme::SettingsPage,
    }
    history {
        /// The history of a programme.
        history => crate::pages::programme::HistoryPage,
    }
}

/// A part of a page that is folded, and not loaded, until somebody asks for it.
#[component]
pub fn Folded(#[prop(into)] summary: TextProp, area: Area) -> impl IntoView {
    let asked = RwSignal::new(false);
    view! {
        <details class="disclosure no-print" on:toggle=move |_| asked.set(true)>
            <summary>{move || summary.get()}</summary>
            <Show when=move || asked.get()><Later area/></Show>
        </details>
    }
}

/// The view of a route whose area is loaded when it is opened.
pub fn later(area: Area) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    move || view! { <Later area page=true/> }.into_any()
}

/// Shows an area once its code is there; when it does not come, says so and offers to ask again.
#[component]
pub fn Later(
    area: Area,
    /// Whether it is a whole page, which has a title whatever happens.
    #[prop(optional)]
    page: bool,
) -> impl IntoView {
    let i18n = words();
    let missing = RwSignal::new(None::<bool>);
    let shown = StoredValue::new_local(None);
    // The area is made where it stands, so that it finds the contexts of the page around it, also when it is asked for
    // again from a button.
    let owner = Owner::current().unwrap_or_default();
    let load = Callback::new(move |()| {
        missing.set(None);
        let arriving = async move {
            let view = area().await.ok();
            let failed = view.is_none();
            shown.try_set_value(view);
            missing.try_set(Some(failed));
        };
        spawn_local(owner.with(|| ScopedFuture::new_untracked(arriving)));
    });
    load.run(());
    move || match missing.get() {
        None => view! { <Skeleton/> }.into_any(),
        Some(true) => {
            let alert = refused(Failure::offline(), load);
            let title = page.then(|| view! { <PageHead title=move || say!(i18n, state.page_missing)/> });
            view! { {title} {alert} }.into_any()
        }
        Some(false) => shown.try_update_value(Option::take).flatten().into_any(),
    }
}
