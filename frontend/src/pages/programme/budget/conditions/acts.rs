//! What somebody is about to do with a grant, a tranche or a report: one dialog for all of it, whose forms are loaded when
//! it first opens.

use leptos::html;
use leptos::prelude::*;
use parvis_wire::budgets::{FunderReport, Grant, Tranche};
use uuid::Uuid;

use super::grant_forms::TermsForm;
use super::report_forms::{ArchiveReportForm, HandleReportForm, ReportForm};
use super::tranche_form::TrancheForm;
use super::tranche_forms::{ArchiveTrancheForm, ReleaseForm, SplitForm};
use crate::components::{Dialog, Toasts};
use crate::i18n::{I18n, say, words};
use crate::lazy::{Later, area};

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Changes what the grant says of itself.
    Terms,
    /// Adds a tranche to the grant.
    AddTranche,
    /// Changes a tranche.
    EditTranche,
    /// Releases a tranche.
    Release,
    /// Splits a tranche into parts.
    Split,
    /// Takes a tranche away.
    ArchiveTranche,
    /// Records a report that is owed.
    AddReport,
    /// Changes a report.
    EditReport,
    /// Hands a report in.
    Submit,
    /// Records that the funder accepted a report.
    Accept,
    /// Records that the funder sent a report back.
    Return,
    /// Takes a report away.
    ArchiveReport,
}

/// An act and what it is about.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// What is to be done.
    pub act: Act,
    /// The grant.
    pub grant: Grant,
    /// The tranche, where the act is about one.
    pub tranche: Option<Tranche>,
    /// The reports of the grant.
    pub reports: Vec<FunderReport>,
    /// The report, where the act is about one.
    pub report: Option<FunderReport>,
}

/// The acts of the page.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    asked: RwSignal<Option<Asked>>,
    open: RwSignal<bool>,
    turn: RwSignal<u32>,
    terms: RwSignal<u32>,
    acted_on: RwSignal<Option<Uuid>>,
}

impl Acts {
    /// Nothing is about to be done.
    pub(super) fn new() -> Self {
        Self {
            asked: RwSignal::new(None),
            open: RwSignal::new(false),
            turn: RwSignal::new(0),
            terms: RwSignal::new(0),
            acted_on: RwSignal::new(None),
        }
    }

    /// Those of the page around.
    pub(super) fn of_page() -> Self {
        expect_context()
    }

    /// Opens the dialog for an act.
    pub(super) fn ask(self, asked: Asked) {
        self.asked.set(Some(asked));
        self.open.set(true);
    }

    /// Closes the dialog without doing anything.
    pub(super) fn leave(self) {
        self.open.set(false);
    }

    /// What is read here is read again after something was done.
    pub(super) fn follow(self) {
        self.turn.track();
    }

    /// The list of grants is read again after one of them was changed itself.
    pub(super) fn follow_terms(self) {
        self.terms.track();
    }

    /// A grant was changed itself.
    pub(super) fn changed_terms(self) {
        self.terms.update(|turn| *turn = turn.wrapping_add(1));
    }

    /// Something was done: says so, closes the dialog, and shows what became of it.
    pub(super) fn done(self, i18n: I18n, toasts: Toasts, about: Option<Uuid>) {
        toasts.tell(say!(i18n, state.saved));
        self.open.set(false);
        self.acted_on.set(about);
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
    }

    /// Moves the focus to what was acted on, once, when it is drawn again: the button that did it is gone.
    pub(super) fn focus(self, id: Uuid, node: NodeRef<html::Li>) {
        Effect::new(move |_| {
            if let Some(element) = node.get()
                && self.acted_on.get_untracked() == Some(id)
            {
                self.acted_on.set(None);
                let _ = element.focus();
            }
        });
    }
}

fn title(i18n: I18n, act: Act) -> &'static str {
    match act {
        Act::Terms => say!(i18n, conditions.terms),
        Act::AddTranche => say!(i18n, conditions.add_tranche),
        Act::EditTranche => say!(i18n, conditions.edit_tranche),
        Act::Release => say!(i18n, conditions.release_title),
        Act::Split => say!(i18n, conditions.split_title),
        Act::ArchiveTranche => say!(i18n, conditions.archive_tranche),
        Act::AddReport => say!(i18n, reports.add),
        Act::EditReport => say!(i18n, reports.edit),
        Act::Submit => say!(i18n, reports.submit_title),
        Act::Accept => say!(i18n, reports.accept_title),
        Act::Return => say!(i18n, reports.return_title),
        Act::ArchiveReport => say!(i18n, reports.archive),
    }
}

/// The dialog.
#[component]
pub(super) fn ActsDialog() -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let act = move || acts.asked.with(|asked| asked.as_ref().map(|asked| asked.act));
    view! {
        <Dialog open=acts.open title=move || act().map(|act| title(i18n, act)).unwrap_or_default()>
            <Later area=area::condition_act/>
        </Dialog>
    }
}

/// The form of the act that is asked for.
#[component]
pub fn ActForm() -> impl IntoView {
    let acts = Acts::of_page();
    let asked = acts.asked.get_untracked()?;
    let form = match (asked.act, asked.tranche.clone(), asked.report.clone()) {
        (Act::Terms, ..) => view! { <TermsForm grant=asked.grant/> }.into_any(),
        (Act::AddTranche | Act::EditTranche, ..) => view! { <TrancheForm asked/> }.into_any(),
        (Act::Release, Some(tranche), _) => view! { <ReleaseForm tranche/> }.into_any(),
        (Act::Split, Some(tranche), _) => view! { <SplitForm tranche/> }.into_any(),
        (Act::ArchiveTranche, Some(tranche), _) => view! { <ArchiveTrancheForm tranche/> }.into_any(),
        (Act::AddReport | Act::EditReport, _, report) => view! { <ReportForm grant=asked.grant.id report/> }.into_any(),
        (act @ (Act::Submit | Act::Accept | Act::Return), _, Some(report)) => {
            view! { <HandleReportForm act report/> }.into_any()
        }
        (Act::ArchiveReport, _, Some(report)) => view! { <ArchiveReportForm report/> }.into_any(),
        _ => return None,
    };
    Some(form)
}
