//! States and conditions in the reader's words.

use std::collections::BTreeMap;

use parvis_domain::budgets::PaymentMode;
use parvis_domain::budgets::reports::ReportState;
use parvis_domain::budgets::tranches::{ConditionKind, TrancheState};

use crate::components::{Glyph, Tone};
use crate::format::Format;
use crate::i18n::{I18n, say};

/// Says where a condition stands, from the values behind its assessment.
pub(super) fn explain(
    i18n: I18n,
    format: Format,
    kind: ConditionKind,
    met: bool,
    values: &BTreeMap<String, String>,
) -> String {
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    match kind {
        ConditionKind::Progress => progress(i18n, format, met, values),
        ConditionKind::ReportAccepted => {
            let report = value("report");
            match value("accepted_on").parse().ok() {
                Some(day) => say!(i18n, conditions.report_met, report = report, day = format.day(day)),
                None => say!(i18n, conditions.report_unmet, report = report),
            }
        }
        ConditionKind::Countersigned if met => say!(i18n, conditions.signed_met, partner = value("partner")),
        ConditionKind::Countersigned => match value("asked").as_str() {
            "" | "0" | "1" => say!(i18n, conditions.signed_unmet, partner = value("partner")),
            asked => say!(
                i18n,
                conditions.signed_part,
                partner = value("partner"),
                count = value("countersigned"),
                asked = asked
            ),
        },
    }
}

fn progress(i18n: I18n, format: Format, met: bool, values: &BTreeMap<String, String>) -> String {
    let percent = |name: &str| format.percent_text(values.get(name).map_or("0", String::as_str));
    let (measured, required) = (percent("measured"), percent("required"));
    match (met, values.contains_key("measured_on")) {
        (true, _) => say!(i18n, conditions.progress_met, measured = measured, required = required),
        (false, false) => say!(i18n, conditions.progress_none, required = required),
        (false, true) => say!(
            i18n,
            conditions.progress_unmet,
            measured = measured,
            required = required,
            missing = percent("missing")
        ),
    }
}

/// What a condition is called.
pub(super) fn condition_kind(i18n: I18n, kind: ConditionKind) -> &'static str {
    match kind {
        ConditionKind::Progress => say!(i18n, conditions.kind_progress),
        ConditionKind::ReportAccepted => say!(i18n, conditions.kind_report),
        ConditionKind::Countersigned => say!(i18n, conditions.kind_signed),
    }
}

/// How a tranche's state looks and is called.
pub(super) fn tranche_state(i18n: I18n, state: TrancheState) -> (Tone, Glyph, &'static str) {
    match state {
        TrancheState::Released => (Tone::Ok, Glyph::Check, say!(i18n, conditions.released)),
        TrancheState::Ready => (Tone::Info, Glyph::Half, say!(i18n, conditions.ready)),
        TrancheState::Waiting => (Tone::Held, Glyph::Held, say!(i18n, conditions.waiting)),
    }
}

/// How a report's state looks and is called; `late` where it is owed and its day is over.
pub(super) fn report_state(i18n: I18n, state: ReportState, late: bool) -> (Tone, Glyph, &'static str) {
    match (state, late) {
        (ReportState::Due, true) => (Tone::Bad, Glyph::Alert, say!(i18n, reports.late)),
        (ReportState::Due, false) => (Tone::Warn, Glyph::Clock, say!(i18n, reports.due)),
        (ReportState::Submitted, _) => (Tone::Info, Glyph::Half, say!(i18n, reports.submitted)),
        (ReportState::Accepted, _) => (Tone::Ok, Glyph::Check, say!(i18n, reports.accepted)),
        (ReportState::Returned, _) => (Tone::Bad, Glyph::Cross, say!(i18n, reports.returned)),
    }
}

/// How a grant is paid, in a sentence.
pub(super) fn payment_mode(i18n: I18n, mode: PaymentMode) -> &'static str {
    match mode {
        PaymentMode::Advance => say!(i18n, conditions.mode_advance),
        PaymentMode::Instalments => say!(i18n, conditions.mode_instalments),
        PaymentMode::Reimbursement => say!(i18n, conditions.mode_reimbursement),
        PaymentMode::Direct => say!(i18n, conditions.mode_direct),
    }
}
