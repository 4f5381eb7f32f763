//! How many must be present for a body to decide.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::composition::Composition;
use crate::choices::choices;
use crate::error::{Code, DomainError, Fault, Faults};
use crate::ids::MandateId;

choices! {
    /// Of what a share is taken.
    QuorumBasis {
        /// Of all seats, vacant ones too.
        Seats = "seats",
        /// Of the members in office.
        Members = "members",
    }
}

/// How many must be present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule", deny_unknown_fields)]
pub enum Quorum {
    /// A number of members.
    AtLeast {
        /// How many.
        members: u32,
    },
    /// A share: half is 1 of 2.
    Share {
        /// Numerator.
        part: u32,
        /// Denominator.
        of: u32,
        /// Whether it must be exceeded, as for a majority.
        more_than: bool,
    },
}

impl Quorum {
    /// Checks it.
    ///
    /// # Errors
    /// `out_of_range` for nobody, for a share of nothing or of more than the whole, or one that cannot be exceeded.
    pub fn check(self, pointer: &str) -> Result<Self, Fault> {
        let fits = match self {
            Self::AtLeast { members } => members > 0,
            Self::Share { part, of, more_than } => part > 0 && of <= 1_000 && (part < of || (part == of && !more_than)),
        };
        match fits {
            true => Ok(self),
            false => Err(Fault::new(
                Code::OutOfRange,
                pointer,
                "A quorum is a number of members, or a share greater than zero that can be reached.",
            )),
        }
    }

    /// How many of this number it asks for.
    #[must_use]
    pub fn needed(self, of_members: u32) -> u32 {
        let needed = match self {
            Self::AtLeast { members } => u64::from(members),
            Self::Share { part, of, more_than } => {
                let (product, of) = (u64::from(part) * u64::from(of_members), u64::from(of.max(1)));
                if more_than {
                    product / of + 1
                } else {
                    product.div_ceil(of)
                }
            }
        };
        u32::try_from(needed).unwrap_or(u32::MAX)
    }
}

/// The quorum of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuorumRule {
    /// Of the whole body.
    pub body: Option<Quorum>,
    /// Of colleges by their codes, besides.
    #[serde(default)]
    pub colleges: BTreeMap<String, Quorum>,
    /// Of what shares are taken.
    pub basis: QuorumBasis,
    /// Whether a meeting that is convened again for want of a quorum decides without one.
    ///
    /// Source: code général des collectivités territoriales, article L2121-17, for municipal councils.
    #[serde(default)]
    pub waived_when_convened_again: bool,
}

/// A count against what is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The college; none for the whole body.
    pub college: Option<String>,
    /// How many are present.
    pub present: u32,
    /// How many are needed.
    pub needed: u32,
    /// Of how many.
    pub of: u32,
}

impl Count {
    /// Whether enough are present.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.present >= self.needed
    }
}

/// Whether a body could decide, count by count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuorumReport {
    /// Of the body first, then of colleges in the order of their codes; only those for which something is asked.
    pub counts: Vec<Count>,
    /// Whether nothing was asked because the meeting was convened again.
    pub waived: bool,
}

impl QuorumReport {
    /// Whether the body could decide.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.waived || self.counts.iter().all(Count::is_reached)
    }

    /// Refuses a decision for want of a quorum.
    ///
    /// # Errors
    /// `quorum_not_reached`, with a fault for each count that falls short.
    pub fn require(&self) -> Result<(), DomainError> {
        if self.is_reached() {
            return Ok(());
        }
        let mut faults = Faults::new();
        for count in self.counts.iter().filter(|count| !count.is_reached()) {
            let of = count
                .college
                .as_ref()
                .map_or("the body".to_owned(), |code| format!("the college {code}"));
            let detail = format!(
                "{} of {} of {of} are present; {} are needed.",
                count.present, count.of, count.needed
            );
            faults.push(
                Fault::new(Code::QuorumNotReached, "/attendance", detail)
                    .with("present", count.present.to_string())
                    .with("needed", count.needed.to_string())
                    .with("of", count.of.to_string()),
            );
        }
        let detail = faults
            .0
            .iter()
            .map(|fault| fault.detail.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        Err(DomainError {
            code: Code::QuorumNotReached,
            detail,
            faults,
        })
    }
}

/// Holds attendance against the rule. `attended` are the mandates whose holder came; a substitute counts for the seat of
/// whom it stands in for, once, and only where that one is absent.
#[must_use]
pub fn assess(
    rule: &QuorumRule,
    composition: &Composition,
    attended: &BTreeSet<MandateId>,
    convened_again: bool,
) -> QuorumReport {
    let seats = represented(composition, attended);
    let count = |college: Option<&str>, quorum: Quorum| {
        let concerned = |code: &str| college.is_none_or(|college| college == code);
        let present = seats.iter().filter(|(_, code)| concerned(code)).count();
        let colleges = composition.colleges.iter().filter(|one| concerned(&one.code));
        let of = colleges
            .map(|one| match rule.basis {
                QuorumBasis::Seats => one.seats,
                QuorumBasis::Members => one.seats - one.vacant,
            })
            .sum();
        Count {
            college: college.map(str::to_owned),
            present: u32::try_from(present).unwrap_or(u32::MAX),
            needed: quorum.needed(of),
            of,
        }
    };
    let body = rule.body.map(|quorum| count(None, quorum));
    let colleges = rule.colleges.iter().map(|(code, quorum)| count(Some(code), *quorum));
    QuorumReport {
        counts: body.into_iter().chain(colleges).collect(),
        waived: convened_again && rule.waived_when_convened_again,
    }
}

/// The seats whose holder, or a substitute of theirs, came.
#[must_use]
pub fn represented<'a>(composition: &'a Composition, attended: &BTreeSet<MandateId>) -> BTreeMap<MandateId, &'a str> {
    let came = |id: &MandateId| {
        let stands_in = composition.substitutes.get(id);
        attended.contains(id) || stands_in.is_some_and(|ids| !ids.is_disjoint(attended))
    };
    composition.members().filter(|(id, _)| came(id)).collect()
}
