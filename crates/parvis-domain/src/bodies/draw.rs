//! Drawing of lots that a stranger can reproduce.
//!
//! Nobody has to trust whoever organises the draw, because everything that decides it is public, and fixed before
//! anybody can know the outcome:
//!
//! 1. The candidates are listed under pseudonyms, each with a salted commitment to an identity. The [`list`] is fixed as
//!    one text, and its hash is published.
//! 2. The list names the *source* of the seed: a public draw that will take place after that day, and how its value is
//!    written down. Only once that value is born can lots be drawn.
//! 3. Hash, seed, college and pseudonym give each candidate a *ticket*; tickets order the candidates of a college, and
//!    the [`algorithm`] fills the seats in that order by the rule of parity. Whoever refuses is replaced by the next of
//!    the same stratum.
//!
//! Nothing here needs a random number: SHA-256 of public text is the lot. The same code runs in the server and in the
//! browser. `docs/draw.md` tells the steps for implementations in other languages, `tests/draw` holds one in Python and
//! the test vectors that both pass.

pub mod algorithm;
pub mod candidates;
pub mod list;

pub use algorithm::{CollegeOutcome, Holder, Outcome, Seat, draw};
pub use candidates::{Digest, Salt, commitment, pseudonym};
pub use list::{Candidate, DrawCollege, DrawList, FixedList, SeedSource};

use chrono::NaiveDate;

use crate::choices::choices;
use crate::error::{Code, DomainError, Fault};
use crate::text;

/// The name of the algorithm. It stands in every text that is hashed, so that another version gives other lots.
pub const VERSION: &str = "parvis-draw/1";

choices! {
    /// Where a draw is.
    DrawStatus {
        /// Candidates are gathered.
        Prepared = "prepared",
        /// The list is fixed and its hash published; the seed is awaited.
        Fixed = "fixed",
        /// The lots are drawn.
        Drawn = "drawn",
    }
}

/// What is on record about a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record {
    /// The hash of the list as it was fixed, and the day.
    pub fixed: Option<(Digest, NaiveDate)>,
    /// The day on which the lots were drawn.
    pub drawn_on: Option<NaiveDate>,
}

impl Record {
    /// Where the draw is.
    #[must_use]
    pub fn status(&self) -> DrawStatus {
        match (self.fixed, self.drawn_on) {
            (_, Some(_)) => DrawStatus::Drawn,
            (Some(_), None) => DrawStatus::Fixed,
            (None, None) => DrawStatus::Prepared,
        }
    }

    /// Checks that the list can still be changed: nobody changes it once its hash is published.
    ///
    /// # Errors
    /// `list_changed`.
    pub fn require_changeable(&self) -> Result<(), DomainError> {
        match self.fixed {
            None => Ok(()),
            Some((hash, day)) => {
                let detail = format!("The list was fixed on {day} under the hash {hash}; it cannot be changed.");
                Err(DomainError::new(Code::ListChanged, detail))
            }
        }
    }

    /// Checks that a list can be fixed today: it is not fixed yet, and its seed is born on a later day.
    ///
    /// # Errors
    /// `list_changed` or `seed_known`.
    pub fn check_fix(&self, list: &FixedList, today: NaiveDate) -> Result<(), DomainError> {
        self.require_changeable()?;
        let born = list.list().source.born_on;
        if born > today {
            return Ok(());
        }
        let detail =
            format!("The seed is born on {born}: the list must be fixed before that day, and today is {today}.");
        let fault = Fault::new(Code::SeedKnown, "/source/born_on", detail);
        Err(fault.with("today", today.to_string()).into())
    }

    /// Checks that lots can be drawn today from this list: it is the one that was fixed, nothing was drawn from it, and
    /// its seed is born.
    ///
    /// # Errors
    /// `already_drawn`, `list_not_fixed`, `list_changed` or `seed_not_born`.
    pub fn check_draw(&self, list: &FixedList, today: NaiveDate) -> Result<(), DomainError> {
        if let Some(day) = self.drawn_on {
            let detail = format!("The lots were drawn on {day}; a list is drawn from once.");
            return Err(DomainError::new(Code::AlreadyDrawn, detail));
        }
        let Some((hash, day)) = self.fixed else {
            let detail = "Fix the list and publish its hash first; the seed is born after that.";
            return Err(DomainError::new(Code::ListNotFixed, detail));
        };
        if list.hash() != hash {
            let detail = format!(
                "The list has the hash {}, and {hash} was published on {day}.",
                list.hash()
            );
            return Err(DomainError::new(Code::ListChanged, detail));
        }
        let born = list.list().source.born_on;
        if born > today {
            let detail = format!("The value of the announced source is born on {born}, after today, {today}.");
            return Err(Fault::new(Code::SeedNotBorn, "/seed", detail)
                .with("min", born.to_string())
                .into());
        }
        Ok(())
    }
}

/// A seed as it is written down: visible ASCII characters and single blanks between them, so that two people who copy it
/// from the same source copy the same bytes.
///
/// # Errors
/// `required`, `too_long` or `format_invalid`.
pub fn check_seed(pointer: &str, seed: &str) -> Result<String, Fault> {
    let seed = text::line(pointer, seed, text::NAME_MAX)?;
    if seed.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') && !seed.contains("  ") {
        return Ok(seed);
    }
    let detail = "A seed holds visible ASCII characters, with single blanks between them.";
    Err(Fault::new(Code::FormatInvalid, pointer, detail))
}

#[cfg(test)]
mod tests;
