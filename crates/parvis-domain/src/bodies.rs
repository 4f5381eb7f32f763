//! Bodies that govern a programme: committees, councils, how their members come by their seats, and what they decide.
//!
//! A body has *colleges*, each with a number of seats. A *mandate* gives a seat to a member from a day to a day; who sits
//! on a day, and which seats are vacant, is worked out by [`composition()`]. What a [`meeting`](meetings) may decide follows
//! from its [`quorum`], its agenda and the rules of the body.

pub mod composition;
pub mod draw;
pub mod meetings;
pub mod quorum;

pub use composition::{Composition, Mandate, check_mandate, composition};
pub use meetings::{Decision, DecisionRules, Effect, Meeting, Vote};
pub use quorum::{Quorum, QuorumReport, QuorumRule};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::choices::choices;
use crate::error::{Code, Faults};
use crate::localised_text::LocalisedText;
use crate::text;

/// The most colleges of a body.
const COLLEGES_MAX: usize = 20;
/// The most seats of a college.
const SEATS_MAX: u32 = 1_000;

choices! {
    /// What kind of body it is.
    BodyKind {
        /// Steers a programme: those who signed, and the inhabitants.
        SteeringCommittee = "steering_committee",
        /// Examines and prepares, as the mixed committee of the improvement call does.
        TechnicalCommittee = "technical_committee",
        /// Inhabitants and local actors of a neighbourhood.
        CitizenCouncil = "citizen_council",
        /// Neighbours who administer a project's money.
        AdministrationCommittee = "administration_committee",
        /// Neighbours who watch over it.
        SupervisionCommittee = "supervision_committee",
        /// City and associations who run a neighbourhood house together.
        HouseCouncil = "house_council",
    }

    /// Who gives the seats of a college.
    Designation {
        /// An authority, by an order that names the members.
        Appointed = "appointed",
        /// Those who are represented, by a vote.
        Elected = "elected",
        /// Lots.
        DrawnByLot = "drawn_by_lot",
        /// An office that somebody holds.
        ExOfficio = "ex_officio",
        /// An organisation, which sends whom it likes.
        Delegated = "delegated",
        /// Another body, from among its members: the inhabitants of a citizen council in a steering committee.
        ByBody = "by_body",
    }

    /// The sex of a member or candidate as it was stated, where a rule of parity asks for it.
    Sex {
        /// A woman.
        Female = "female",
        /// A man.
        Male = "male",
        /// Not stated, or neither: counts for neither side of a parity.
        Unstated = "unstated",
    }

    /// What a college asks of the number of women and men on its seats.
    ParityRule {
        /// Nothing.
        None = "none",
        /// As many women as men, or one more of either.
        ///
        /// Source: the French law of 21 February 2014 on the city, article 7, which composes citizen councils in parity.
        Equal = "equal",
    }
}

/// A college of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct College {
    /// Its code, unique in the body.
    pub code: String,
    /// Its name.
    pub title: LocalisedText,
    /// How many seats it has.
    pub seats: u32,
    /// Its rule of parity.
    pub parity: ParityRule,
    /// Who gives its seats.
    pub designation: Designation,
}

/// A body to be created or its new content, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyContent {
    /// What kind.
    pub kind: BodyKind,
    /// Its name.
    pub title: LocalisedText,
    /// Reference and day of the order that created it or names its members.
    pub order: Option<(String, NaiveDate)>,
    /// Its colleges, in their order.
    pub colleges: Vec<College>,
    /// The rules of its meetings.
    pub rules: DecisionRules,
}

/// Checks the colleges of a body.
///
/// # Errors
/// Every fault.
pub fn check_colleges(pointer: &str, colleges: &[College]) -> Result<Vec<College>, Faults> {
    let mut faults = Faults::new();
    if !(1..=COLLEGES_MAX).contains(&colleges.len()) {
        faults.add(
            Code::OutOfRange,
            pointer,
            format!("From one to {COLLEGES_MAX} colleges."),
        );
    }
    let mut checked = Vec::new();
    for (i, college) in colleges.iter().enumerate() {
        let at = |field| format!("{pointer}/{i}/{field}");
        let code = faults.keep(text::code(&at("code"), &college.code));
        let title = faults.keep_all(college.title.check_line(&at("title"), text::NAME_MAX));
        if !(1..=SEATS_MAX).contains(&college.seats) {
            faults.add(Code::OutOfRange, at("seats"), format!("From 1 to {SEATS_MAX} seats."));
        }
        if colleges.iter().take(i).any(|earlier| earlier.code == college.code) {
            faults.add(Code::Duplicate, at("code"), "Two colleges have this code.");
        }
        checked.extend(code.zip(title).map(|(code, title)| College {
            code,
            title,
            ..college.clone()
        }));
    }
    faults.finish(Some(checked))
}

#[cfg(test)]
mod tests;
