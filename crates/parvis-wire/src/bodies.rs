//! Bodies: their colleges, who sits in them, what they decide, and how lots are drawn for their seats.

mod draws;
mod mandates;
mod meetings;

pub use draws::{
    CandidateReceipt, Draw, DrawCandidate, DrawOutcome, DrawSeed, DrawSummary, DrawnCollege, DrawnHolder, DrawnSeat,
    DrawnTicket, ListedCandidate, ListedCandidates, NewDraw, NewDrawCandidate, NewDrawCollege, NewRefusal,
    SeatedMandates, Seating, SeedSource,
};
pub use mandates::{
    BodyComposition, BodyPerson, ComposedCollege, Mandate, MandatePatch, NewMandate, NewPerson, PersonPatch,
};
pub use meetings::{
    AgendaItem, Attendance, BodyDecision, BodyMeeting, DecisionAnnulment, DecisionEffect, MeetingMinutes, MeetingPatch,
    NewBodyDecision, NewBodyMeeting, QuorumCount, Vote,
};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::bodies::meetings::{EffectKind, Majority};
use parvis_domain::bodies::quorum::{self, QuorumBasis, QuorumRule};
use parvis_domain::bodies::{BodyContent, BodyKind, College, DecisionRules, check_colleges};
use parvis_domain::{Code, Fault, Faults, LocalisedText, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most days of notice.
const NOTICE_MAX: u16 = 366;

/// How many must be present: a number of `members`, or a share, `part` of `of`, which `more_than` must be exceeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quorum {
    /// The college; the whole body where none is named.
    #[serde(default)]
    pub college: Option<String>,
    /// A number of members.
    #[serde(default)]
    pub members: Option<u32>,
    /// Numerator of a share.
    #[serde(default)]
    pub part: Option<u32>,
    /// Denominator of a share.
    #[serde(default)]
    pub of: Option<u32>,
    /// Whether the share must be exceeded.
    #[serde(default)]
    pub more_than: bool,
}

impl Quorum {
    fn check(&self, pointer: &str) -> Result<quorum::Quorum, Fault> {
        match (self.members, self.part, self.of) {
            (Some(members), None, None) => quorum::Quorum::AtLeast { members }.check(pointer),
            (None, Some(part), Some(of)) => {
                let more_than = self.more_than;
                quorum::Quorum::Share { part, of, more_than }.check(pointer)
            }
            _ => {
                let detail = "Either a number of members, or both parts of a share.";
                Err(Fault::new(Code::FormatInvalid, pointer, detail))
            }
        }
    }

    fn of(college: Option<&str>, quorum: quorum::Quorum) -> Self {
        let (members, part, of, more_than) = match quorum {
            quorum::Quorum::AtLeast { members } => (Some(members), None, None, false),
            quorum::Quorum::Share { part, of, more_than } => (None, Some(part), Some(of), more_than),
        };
        Self {
            college: college.map(str::to_owned),
            members,
            part,
            of,
            more_than,
        }
    }
}

/// The rules of a body's meetings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BodyRules {
    /// Quorums, of the whole body and of colleges; all must be reached.
    #[serde(default)]
    pub quorums: Vec<Quorum>,
    /// Of what shares are taken.
    pub basis: QuorumBasis,
    /// Whether a meeting that is convened again for want of a quorum decides without one.
    #[serde(default)]
    pub waived_when_convened_again: bool,
    /// Which majority carries.
    pub majority: Majority,
    /// Whether the chair's vote decides where votes are level.
    #[serde(default)]
    pub casting_vote: bool,
    /// How many days before a meeting its convocation reaches the members.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(maximum = 366))]
    pub notice_days: u16,
    /// What the body may decide, besides resolutions.
    #[serde(default)]
    pub competences: BTreeSet<EffectKind>,
}

impl BodyRules {
    fn check(&self, colleges: &[College]) -> Result<DecisionRules, Faults> {
        let mut faults = Faults::new();
        let (mut body, mut of_colleges) = (None, BTreeMap::new());
        for (i, asked) in self.quorums.iter().enumerate() {
            let at = format!("/rules/quorums/{i}");
            let Some(quorum) = faults.keep(asked.check(&at)) else {
                continue;
            };
            let twice = match &asked.college {
                None => body.replace(quorum).is_some(),
                Some(code) => of_colleges.insert(code.clone(), quorum).is_some(),
            };
            if twice {
                faults.add(Code::Duplicate, at.clone(), "This quorum stands twice.");
            }
            if asked
                .college
                .as_ref()
                .is_some_and(|code| !colleges.iter().any(|college| college.code == *code))
            {
                faults.add(
                    Code::ReferenceUnknown,
                    format!("{at}/college"),
                    "The body has no such college.",
                );
            }
        }
        if self.notice_days > NOTICE_MAX {
            faults.add(
                Code::OutOfRange,
                "/rules/notice_days",
                format!("At most {NOTICE_MAX} days."),
            );
        }
        faults.finish(Some(DecisionRules {
            quorum: QuorumRule {
                body,
                colleges: of_colleges,
                basis: self.basis,
                waived_when_convened_again: self.waived_when_convened_again,
            },
            majority: self.majority,
            casting_vote: self.casting_vote,
            notice_days: self.notice_days,
            competences: self.competences.clone(),
        }))
    }
}

impl From<&DecisionRules> for BodyRules {
    fn from(rules: &DecisionRules) -> Self {
        let body = rules.quorum.body.map(|quorum| Quorum::of(None, quorum));
        let colleges = rules.quorum.colleges.iter();
        let colleges = colleges.map(|(code, quorum)| Quorum::of(Some(code), *quorum));
        Self {
            quorums: body.into_iter().chain(colleges).collect(),
            basis: rules.quorum.basis,
            waived_when_convened_again: rules.quorum.waived_when_convened_again,
            majority: rules.majority,
            casting_vote: rules.casting_vote,
            notice_days: rules.notice_days,
            competences: rules.competences.clone(),
        }
    }
}

/// A body to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "kind": "citizen_council", "title": {"fr": "Conseil citoyen Bellefontaine-Milan"},
    "colleges": [
        {"code": "inhabitants", "title": {"fr": "Habitants"}, "seats": 6, "parity": "equal", "designation": "drawn_by_lot"},
        {"code": "actors", "title": {"fr": "Associations et acteurs locaux"}, "seats": 4, "parity": "none", "designation": "appointed"}
    ],
    "rules": {"quorums": [{"part": 1, "of": 2}], "basis": "seats", "majority": "simple", "notice_days": 5}
})))]
pub struct NewBody {
    /// What kind.
    pub kind: BodyKind,
    /// Its name.
    pub title: LocalisedText,
    /// Reference of the order that created it or names its members.
    #[serde(default)]
    pub order_reference: Option<String>,
    /// Day of that order.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub order_dated_on: Option<String>,
    /// Its colleges.
    pub colleges: Vec<College>,
    /// The rules of its meetings.
    pub rules: BodyRules,
}

patch! {
    /// Changes to a body.
    BodyPatch of NewBody {
        must { kind: BodyKind, title: LocalisedText, colleges: Vec<College>, rules: BodyRules, }
        may { order_reference: String, order_dated_on: String, }
    }
}

impl NewBody {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<BodyContent, Faults> {
        let mut faults = Faults::new();
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let reference = self.order_reference.as_deref();
        let reference = faults.keep(text::optional_line("/order_reference", reference, text::REFERENCE_MAX));
        let dated_on = faults.keep(period::optional_date("/order_dated_on", self.order_dated_on.as_deref()));
        let order = match reference.zip(dated_on) {
            Some((Some(reference), Some(day))) => Some(Some((reference, day))),
            Some((None, None)) => Some(None),
            Some(_) => {
                faults.add(Code::Required, "/order_dated_on", "An order has a reference and a day.");
                None
            }
            None => None,
        };
        let colleges = faults.keep_all(check_colleges("/colleges", &self.colleges));
        let rules = faults.keep_all(self.rules.check(&self.colleges));
        let checked = (|| {
            Some(BodyContent {
                kind: self.kind,
                title: title?,
                order: order?,
                colleges: colleges?,
                rules: rules?,
            })
        })();
        faults.finish(checked)
    }
}

impl From<&BodyContent> for NewBody {
    /// The content as it would arrive, to lay a patch over.
    fn from(content: &BodyContent) -> Self {
        let order = content.order.as_ref();
        Self {
            kind: content.kind,
            title: content.title.clone(),
            order_reference: order.map(|(reference, _)| reference.clone()),
            order_dated_on: order.map(|(_, day)| day.to_string()),
            colleges: content.colleges.clone(),
            rules: (&content.rules).into(),
        }
    }
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Body {
    /// Identifier.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// What kind.
    pub kind: BodyKind,
    /// Its name.
    pub title: LocalisedText,
    /// Reference of the order that created it or names its members.
    pub order_reference: Option<String>,
    /// Day of that order.
    pub order_dated_on: Option<NaiveDate>,
    /// Its colleges.
    pub colleges: Vec<College>,
    /// The rules of its meetings.
    pub rules: BodyRules,
    /// Who sits in it today.
    pub composition: BodyComposition,
    /// Goes up with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests;
