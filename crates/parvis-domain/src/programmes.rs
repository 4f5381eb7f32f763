//! Programmes: what is undertaken, where, with whom, from when to when.

use chrono::NaiveDate;

use crate::budgets::cofinancing::CofinancingRule;
use crate::choices::choices;
use crate::error::{Code, DomainError};
use crate::ids::{PlaceId, TemplateId};
use crate::localised_text::LocalisedText;
use crate::money::Currency;
use crate::partners::PartnerRoleKind;
use crate::period::Period;
use crate::templates::RequiredRole;

choices! {
    /// Where a programme is in its life.
    ProgrammeStatus {
        /// Being set up.
        Draft = "draft",
        /// Announced: partners join, steps are held.
        Open = "open",
        /// At work: every required role is filled.
        Active = "active",
        /// Over.
        Closed = "closed",
        /// Kept for the record; takes no more changes.
        Archived = "archived",
    }

    /// Who may read a programme.
    Visibility {
        /// Its members.
        Private = "private",
        /// Everybody, less personal data and internal notes.
        Public = "public",
    }

    /// A transition of a programme.
    ProgrammeTransition {
        /// `draft → open`.
        Open = "open",
        /// `open → active`.
        Activate = "activate",
        /// `active → closed`.
        Close = "close",
        /// `draft | closed → archived`.
        Archive = "archive",
    }
}

/// A programme to be created, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProgramme {
    /// The template that it follows.
    pub template: TemplateId,
    /// Its code, unique on the platform.
    pub code: String,
    /// Its title.
    pub title: LocalisedText,
    /// What it is about.
    pub summary: LocalisedText,
    /// From when to when.
    pub period: Period,
    /// Time zone; the template's where none is given.
    pub time_zone: Option<String>,
    /// Reporting currency; the template's where none is given.
    pub currency: Option<Currency>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Its places.
    pub places: Vec<PlaceId>,
    /// Its co-financing rules; the template's where nothing is said.
    pub cofinancing: Option<Vec<CofinancingRule>>,
    /// Whether a second person approves every movement; what is there, or the template says, where nothing is said.
    pub four_eyes: Option<bool>,
}

/// The status after a transition.
///
/// # Errors
/// `transition_refused`, naming what is possible from here.
pub fn transition(from: ProgrammeStatus, with: ProgrammeTransition) -> Result<ProgrammeStatus, DomainError> {
    use {ProgrammeStatus as S, ProgrammeTransition as T};
    match (from, with) {
        (S::Draft, T::Open) => Ok(S::Open),
        (S::Open, T::Activate) => Ok(S::Active),
        (S::Active, T::Close) => Ok(S::Closed),
        (S::Draft | S::Closed, T::Archive) => Ok(S::Archived),
        _ => {
            let possible = ProgrammeTransition::ALL.iter().filter(|t| transition_exists(from, **t));
            let possible: Vec<_> = possible.map(|t| t.as_str()).collect();
            let possible = if possible.is_empty() {
                "nothing".to_owned()
            } else {
                possible.join(", ")
            };
            let detail = format!("The programme is {from}: {with} is not possible; possible: {possible}.");
            Err(DomainError::new(Code::TransitionRefused, detail))
        }
    }
}

/// The transitions that are possible from a status.
#[must_use]
pub fn transitions(from: ProgrammeStatus) -> Vec<ProgrammeTransition> {
    ProgrammeTransition::ALL
        .iter()
        .copied()
        .filter(|with| transition_exists(from, *with))
        .collect()
}

fn transition_exists(from: ProgrammeStatus, with: ProgrammeTransition) -> bool {
    use {ProgrammeStatus as S, ProgrammeTransition as T};
    matches!(
        (from, with),
        (S::Draft, T::Open | T::Archive) | (S::Open, T::Activate) | (S::Active, T::Close) | (S::Closed, T::Archive)
    )
}

/// Whether a programme in this status takes changes of its content.
///
/// # Errors
/// `archived`.
pub fn require_changeable(status: ProgrammeStatus) -> Result<(), DomainError> {
    match status {
        ProgrammeStatus::Archived => Err(DomainError::new(
            Code::Archived,
            "The programme is archived and takes no more changes.",
        )),
        _ => Ok(()),
    }
}

/// The required roles that nobody fills yet.
#[must_use]
pub fn unfilled<'a>(required: &'a [RequiredRole], held: &[PartnerRoleKind]) -> Vec<&'a RequiredRole> {
    let count = |role| held.iter().filter(|have| **have == role).count();
    required
        .iter()
        .filter(|need| count(need.role) < need.at_least as usize)
        .collect()
}

/// A programme becomes active when every required role is filled.
///
/// # Errors
/// `role_unfilled`, naming the roles.
pub fn require_filled(required: &[RequiredRole], held: &[PartnerRoleKind]) -> Result<(), DomainError> {
    let missing: Vec<_> = unfilled(required, held)
        .iter()
        .map(|need| format!("{} (at least {})", need.role, need.at_least))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(DomainError::new(
        Code::RoleUnfilled,
        format!("These roles are not filled: {}.", missing.join(", ")),
    ))
}

/// The day on which a step of a template falls, counted from the start of the programme.
#[must_use]
pub fn day_of(start: NaiveDate, offset_days: u32) -> NaiveDate {
    start
        .checked_add_days(chrono::Days::new(u64::from(offset_days)))
        .unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_goes_its_way_and_no_other() {
        use {ProgrammeStatus as S, ProgrammeTransition as T};
        for from in S::ALL {
            for with in T::ALL {
                assert_eq!(
                    transition(*from, *with).is_ok(),
                    transitions(*from).contains(with),
                    "{from} {with}"
                );
            }
        }
        assert_eq!(transition(S::Open, T::Activate), Ok(S::Active));
        assert!(transition(S::Archived, T::Open).unwrap_err().detail.contains("nothing"));
    }

    #[test]
    fn the_roles_that_are_missing_are_named() {
        let need = |role, at_least| RequiredRole {
            role,
            at_least,
            title: LocalisedText::default(),
        };
        let required = [
            need(PartnerRoleKind::Funding, 2),
            need(PartnerRoleKind::Implementing, 1),
        ];
        let error = require_filled(&required, &[PartnerRoleKind::Funding]).unwrap_err();
        assert_eq!(
            error.detail,
            "These roles are not filled: funding (at least 2), implementing (at least 1)."
        );
        use PartnerRoleKind::{Funding, Implementing};
        assert!(require_filled(&required, &[Funding, Funding, Implementing]).is_ok());
    }
}
