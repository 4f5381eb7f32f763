//! Reports owed to funders: due, submitted, accepted or returned.

use chrono::NaiveDate;

use crate::choices::choices;
use crate::error::{Code, DomainError, Fault};
use crate::localised_text::LocalisedText;

choices! {
    /// Where a report stands. It is derived from its dates, never stored.
    ReportState {
        /// It is owed.
        Due = "due",
        /// It is with the funder.
        Submitted = "submitted",
        /// The funder has accepted it.
        Accepted = "accepted",
        /// The funder has sent it back.
        Returned = "returned",
    }
}

/// A report to be recorded or its new content, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportContent {
    /// Its title.
    pub title: LocalisedText,
    /// When it is due.
    pub due_on: NaiveDate,
}

/// Where a report stands by its dates.
#[must_use]
pub fn state(
    submitted_on: Option<NaiveDate>,
    accepted_on: Option<NaiveDate>,
    returned_on: Option<NaiveDate>,
) -> ReportState {
    match (submitted_on, accepted_on, returned_on) {
        (_, Some(_), _) => ReportState::Accepted,
        (_, _, Some(_)) => ReportState::Returned,
        (Some(_), ..) => ReportState::Submitted,
        _ => ReportState::Due,
    }
}

/// Checks that a report can be changed: it is not accepted.
///
/// # Errors
/// `transition_refused`.
pub fn require_open(state: ReportState) -> Result<(), DomainError> {
    match state {
        ReportState::Accepted => Err(refused("An accepted report stays as it is.")),
        _ => Ok(()),
    }
}

/// Checks that a report can be handed in: it is owed, or was sent back.
///
/// # Errors
/// `transition_refused`.
pub fn check_submit(state: ReportState) -> Result<(), DomainError> {
    match state {
        ReportState::Due | ReportState::Returned => Ok(()),
        ReportState::Submitted | ReportState::Accepted => Err(refused(&format!("The report is {state} already."))),
    }
}

/// Checks that a report can be accepted or sent back on a day: it is with the funder since then.
///
/// # Errors
/// `transition_refused`, or `date_too_early` at the pointer.
pub fn check_decide(
    state: ReportState,
    pointer: &str,
    day: NaiveDate,
    submitted_on: Option<NaiveDate>,
) -> Result<(), DomainError> {
    if state != ReportState::Submitted {
        return Err(refused(&format!(
            "The report is {state}; it is accepted or returned once it was submitted."
        )));
    }
    match submitted_on {
        Some(since) if day < since => {
            let detail = format!("{day} lies before {since}, the day on which the report was submitted.");
            Err(Fault::new(Code::DateTooEarly, pointer, detail)
                .with("min", since.to_string())
                .into())
        }
        _ => Ok(()),
    }
}

fn refused(detail: &str) -> DomainError {
    DomainError::new(Code::TransitionRefused, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_goes_to_the_funder_and_comes_back_or_stays() {
        use ReportState::{Accepted, Due, Returned, Submitted};
        let day: NaiveDate = "2026-03-14".parse().unwrap();
        let (before, some) = (day.pred_opt(), Some(day));
        assert_eq!(state(None, None, None), Due);
        assert_eq!(state(some, None, None), Submitted);
        assert_eq!(state(some, None, some), Returned);
        assert_eq!(state(some, some, None), Accepted);
        for (from, submit, decide) in [
            (Due, true, false),
            (Submitted, false, true),
            (Returned, true, false),
            (Accepted, false, false),
        ] {
            assert_eq!(check_submit(from).is_ok(), submit, "{from}");
            assert_eq!(check_decide(from, "", day, some).is_ok(), decide, "{from}");
            assert_eq!(require_open(from).is_ok(), from != Accepted);
        }
        let early = check_decide(Submitted, "/accepted_on", before.unwrap(), some).unwrap_err();
        assert_eq!(early.code, Code::DateTooEarly);
    }
}
