//! Participation steps: what was asked of whom, when, and what came of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::choices::choices;
use crate::error::{Code, DomainError, Fault};
use crate::localised_text::LocalisedText;
use crate::period::Period;

choices! {
    /// What kind of step it is.
    StepKind {
        /// Looking at the neighbourhood together.
        Diagnostic = "diagnostic",
        /// A standing space of dialogue between inhabitants and institutions.
        SpaceOfDialogue = "space_of_dialogue",
        /// A consultation on a question.
        Consultation = "consultation",
        /// A workshop.
        Workshop = "workshop",
        /// Inhabitants and institutions learn together.
        CoTraining = "co_training",
        /// A call for proposals.
        Call = "call",
        /// An assembly.
        Assembly = "assembly",
        /// A vote.
        Vote = "vote",
        /// A decision of a body.
        Decision = "decision",
        /// Works followed by the community.
        Works = "works",
        /// A public account of what was done.
        PublicAccount = "public_account",
    }

    /// Where a step is in its life.
    StepStatus {
        /// To come.
        Planned = "planned",
        /// Under way.
        Open = "open",
        /// Held, with its outcome.
        Closed = "closed",
        /// Not held.
        Cancelled = "cancelled",
        /// Held, and found void afterwards.
        Annulled = "annulled",
    }

    /// A transition of a step.
    StepTransition {
        /// `planned → open`.
        Open = "open",
        /// `open → closed`.
        Close = "close",
        /// `planned | open → cancelled`.
        Cancel = "cancel",
        /// `closed → annulled`.
        Annul = "annul",
    }

    /// At which scale the question is asked.
    Scale {
        /// A building or block.
        Building = "building",
        /// The neighbourhood.
        Neighbourhood = "neighbourhood",
        /// The city.
        City = "city",
    }

    /// How much the answer weighs.
    Impact {
        /// People are told.
        Inform = "inform",
        /// People are heard.
        Consult = "consult",
        /// People decide together with the institution.
        CoDecide = "co_decide",
    }
}

/// The object of consultation: what is asked, at which scale, with which impact, and where it enters the programming.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsultationObject {
    /// The question.
    pub question: LocalisedText,
    /// Its scale.
    pub scale: Scale,
    /// Its weight.
    pub impact: Impact,
    /// Where in the programming calendar the answer counts.
    pub slot: Option<LocalisedText>,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = StepOutcome))]
pub struct Outcome {
    /// What happened and what was said.
    pub summary: LocalisedText,
    /// What was decided, one text per decision; empty where nothing was.
    #[serde(default)]
    pub decisions: Vec<LocalisedText>,
    /// How many people took part, where they were counted.
    pub participants: Option<u32>,
}

/// A step to be planned or its new content, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepContent {
    /// What kind.
    pub kind: StepKind,
    /// Its title.
    pub title: LocalisedText,
    /// What happens in it.
    pub description: LocalisedText,
    /// Its place in the order of the programme, from 1.
    pub position: u32,
    /// From when to when it is planned.
    pub period: Period,
    /// Where it is held.
    pub location: Option<String>,
    /// What is asked.
    pub object: Option<ConsultationObject>,
}

/// The status after a transition.
///
/// # Errors
/// `transition_refused`, naming what is possible from here.
pub fn transition(from: StepStatus, with: StepTransition) -> Result<StepStatus, DomainError> {
    use {StepStatus as S, StepTransition as T};
    match (from, with) {
        (S::Planned, T::Open) => Ok(S::Open),
        (S::Open, T::Close) => Ok(S::Closed),
        (S::Planned | S::Open, T::Cancel) => Ok(S::Cancelled),
        (S::Closed, T::Annul) => Ok(S::Annulled),
        _ => {
            let possible: Vec<_> = transitions(from).iter().map(|t| t.as_str()).collect();
            let possible = if possible.is_empty() {
                "nothing".to_owned()
            } else {
                possible.join(", ")
            };
            let detail = format!("The step is {from}: {with} is not possible; possible: {possible}.");
            Err(DomainError::new(Code::TransitionRefused, detail))
        }
    }
}

/// The transitions that are possible from a status.
#[must_use]
pub fn transitions(from: StepStatus) -> &'static [StepTransition] {
    match from {
        StepStatus::Planned => &[StepTransition::Open, StepTransition::Cancel],
        StepStatus::Open => &[StepTransition::Close, StepTransition::Cancel],
        StepStatus::Closed => &[StepTransition::Annul],
        StepStatus::Cancelled | StepStatus::Annulled => &[],
    }
}

/// A closed, cancelled or annulled step is history: it is never edited.
///
/// # Errors
/// `transition_refused`.
pub fn require_editable(status: StepStatus) -> Result<(), DomainError> {
    match status {
        StepStatus::Planned | StepStatus::Open => Ok(()),
        _ => Err(DomainError::new(
            Code::TransitionRefused,
            format!("The step is {status} and is never edited."),
        )),
    }
}

/// Checks the day on which something is said to have happened: not in the future, not before `earliest`.
///
/// # Errors
/// `date_in_future` or `date_too_early`.
pub fn check_happened(
    pointer: &str,
    day: NaiveDate,
    earliest: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(), Fault> {
    if day > today {
        return Err(Fault::new(
            Code::DateInFuture,
            pointer,
            format!("{day} lies after today, {today}."),
        ));
    }
    match earliest {
        Some(earliest) if day < earliest => Err(Fault::new(
            Code::DateTooEarly,
            pointer,
            format!("{day} lies before {earliest}, when it was opened."),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_goes_its_way_and_no_other() {
        for from in StepStatus::ALL {
            for with in StepTransition::ALL {
                assert_eq!(
                    transition(*from, *with).is_ok(),
                    transitions(*from).contains(with),
                    "{from} {with}"
                );
            }
        }
        assert_eq!(
            transition(StepStatus::Open, StepTransition::Close),
            Ok(StepStatus::Closed)
        );
    }

    #[test]
    fn what_is_over_is_not_edited() {
        assert!(require_editable(StepStatus::Open).is_ok());
        for over in [StepStatus::Closed, StepStatus::Cancelled, StepStatus::Annulled] {
            assert!(require_editable(over).is_err());
        }
    }

    #[test]
    fn nothing_has_happened_tomorrow() {
        let day = |text: &str| text.parse().unwrap();
        let code = |d, earliest| check_happened("/on", day(d), earliest, day("2023-03-14")).map_err(|f| f.code);
        assert_eq!(code("2023-03-15", None), Err(Code::DateInFuture));
        assert_eq!(code("2023-03-01", Some(day("2023-03-02"))), Err(Code::DateTooEarly));
        assert_eq!(code("2023-03-14", Some(day("2023-03-14"))), Ok(()));
    }
}
