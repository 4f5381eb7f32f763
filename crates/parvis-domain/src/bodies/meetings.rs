//! Meetings of bodies: convocation, attendance, votes, and what a decision does.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::composition::Composition;
use super::quorum::{QuorumReport, QuorumRule, assess, represented};
use crate::choices::choices;
use crate::error::{Code, DomainError, Fault, Faults};
use crate::ids::{AgreementId, MandateId, TrancheId};
use crate::localised_text::LocalisedText;
use crate::text;

/// The most items of an agenda.
const ITEMS_MAX: usize = 100;

choices! {
    /// Where a meeting is.
    MeetingStatus {
        /// Members are called.
        Convened = "convened",
        /// It took place.
        Held = "held",
        /// It will not take place.
        Cancelled = "cancelled",
    }

    /// A transition of a meeting.
    MeetingTransition {
        /// `convened → held`, with who came.
        Hold = "hold",
        /// `convened → cancelled`.
        Cancel = "cancel",
    }

    /// What an item of the agenda is for.
    ItemKind {
        /// Members are told.
        Information = "information",
        /// Members discuss.
        Debate = "debate",
        /// Members decide.
        Decision = "decision",
    }

    /// What a decision does.
    EffectKind {
        /// It adopts an agreement.
        AdoptAgreement = "adopt_agreement",
        /// It selects projects.
        SelectProjects = "select_projects",
        /// It releases a tranche.
        ReleaseTranche = "release_tranche",
        /// It waives a gate, with a public reason.
        WaiveGate = "waive_gate",
        /// It states something that has no effect of its own here.
        Resolve = "resolve",
    }

    /// Which majority carries a decision.
    Majority {
        /// More for than against.
        Simple = "simple",
        /// More than half of those who could vote.
        Absolute = "absolute",
        /// At least two thirds of the votes for and against.
        TwoThirds = "two_thirds",
        /// Nobody against.
        Consensus = "consensus",
    }
}

/// What a decision does to what. It is linked from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Effect {
    /// Adopts an agreement.
    AdoptAgreement {
        /// Which.
        agreement: AgreementId,
    },
    /// Selects projects.
    SelectProjects {
        /// Which.
        projects: BTreeSet<Uuid>,
    },
    /// Releases a tranche.
    ReleaseTranche {
        /// Which.
        tranche: TrancheId,
    },
    /// Waives a gate for one object.
    WaiveGate {
        /// Code of the gate.
        gate: String,
        /// What may pass it.
        object: Uuid,
    },
    /// States something.
    Resolve,
}

impl Effect {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> EffectKind {
        match self {
            Self::AdoptAgreement { .. } => EffectKind::AdoptAgreement,
            Self::SelectProjects { .. } => EffectKind::SelectProjects,
            Self::ReleaseTranche { .. } => EffectKind::ReleaseTranche,
            Self::WaiveGate { .. } => EffectKind::WaiveGate,
            Self::Resolve => EffectKind::Resolve,
        }
    }
}

/// What the rules of a body say about its meetings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRules {
    /// How many must be present.
    pub quorum: QuorumRule,
    /// Which majority carries.
    pub majority: Majority,
    /// Whether the chair's vote decides where votes are level.
    #[serde(default)]
    pub casting_vote: bool,
    /// How many days before a meeting its convocation reaches the members.
    #[serde(default)]
    pub notice_days: u16,
    /// What the body may decide, besides resolutions.
    #[serde(default)]
    pub competences: BTreeSet<EffectKind>,
}

/// An item of an agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgendaItem {
    /// What it is about.
    pub title: LocalisedText,
    /// What it is for.
    pub kind: ItemKind,
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Where it is.
    pub status: MeetingStatus,
    /// When its convocation was sent.
    pub convened_on: NaiveDate,
    /// When it takes place.
    pub held_on: NaiveDate,
    /// Whether it is convened again because the one before had no quorum.
    pub again: bool,
    /// What is on the agenda, counted from 1.
    pub agenda: Vec<AgendaItem>,
    /// Which mandates' holders came.
    pub attended: BTreeSet<MandateId>,
}

/// Counts of a vote. Who voted how is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = BodyVote))]
pub struct Vote {
    /// For.
    pub yes: u32,
    /// Against.
    pub no: u32,
    /// Neither.
    pub abstained: u32,
    /// Whether the chair was for it.
    #[serde(default)]
    pub chair_for: Option<bool>,
}

impl Vote {
    /// Whether it carries. Where votes are level the chair decides, if the rules say so.
    #[must_use]
    pub fn carries(&self, majority: Majority, casting_vote: bool, voters: u32) -> bool {
        let (yes, no) = (u64::from(self.yes), u64::from(self.no));
        let level = yes == no && yes > 0 && casting_vote && self.chair_for == Some(true);
        match majority {
            Majority::Simple => yes > no || level,
            Majority::Absolute => 2 * yes > u64::from(voters) || (level && 2 * yes == u64::from(voters)),
            Majority::TwoThirds => yes > 0 && 3 * yes >= 2 * (yes + no),
            Majority::Consensus => yes > 0 && no == 0,
        }
    }
}

/// A decision to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The item of the agenda, from 1.
    pub item: usize,
    /// What it says.
    pub text: LocalisedText,
    /// Why, which a waiver must say.
    pub reason: Option<LocalisedText>,
    /// What it does if it carries.
    pub effect: Effect,
    /// How it was voted.
    pub vote: Vote,
}

/// A decision that was recorded, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What it does.
    pub effect: Effect,
    /// The day.
    pub decided_on: NaiveDate,
    /// Whether it carried.
    pub carried: bool,
    /// When it was found void.
    pub annulled_on: Option<NaiveDate>,
}

impl Decided {
    /// What it does on a day: nothing before it was taken, where it did not carry, or since it was annulled. What rested on
    /// it before then stays, and is flagged by whoever relied on it.
    #[must_use]
    pub fn effect_on(&self, day: NaiveDate) -> Option<&Effect> {
        let stands = self.carried && self.decided_on <= day && self.annulled_on.is_none_or(|end| day < end);
        stands.then_some(&self.effect)
    }
}

/// Checks the convocation of a meeting.
///
/// # Errors
/// `required` for an empty agenda, `too_many`, the faults of its titles, `date_too_early` for a meeting before its
/// convocation, `notice_too_short`.
pub fn check_convocation(meeting: &Meeting, rules: &DecisionRules) -> Result<(), Faults> {
    let mut faults = Faults::new();
    if meeting.agenda.is_empty() {
        faults.add(
            Code::Required,
            "/agenda",
            "A convocation says what the meeting is about.",
        );
    }
    if meeting.agenda.len() > ITEMS_MAX {
        faults.add(
            Code::TooMany,
            "/agenda",
            format!("At most {ITEMS_MAX} items are allowed."),
        );
    }
    for (i, item) in meeting.agenda.iter().enumerate() {
        faults.keep_all(item.title.check_line(&format!("/agenda/{i}/title"), text::NAME_MAX));
    }
    let notice = (meeting.held_on - meeting.convened_on).num_days();
    if notice < 0 {
        let detail = format!("The meeting of {} lies before its convocation.", meeting.held_on);
        faults.add(Code::DateTooEarly, "/held_on", detail);
    } else if notice < i64::from(rules.notice_days) {
        let needed = rules.notice_days;
        let detail = format!("The convocation comes {notice} days before the meeting; {needed} are asked for.");
        faults.push(Fault::new(Code::NoticeTooShort, "/held_on", detail).with("min", needed.to_string()));
    }
    faults.finish(Some(()))
}

/// The status after a transition.
///
/// # Errors
/// `transition_refused`.
pub fn transition(from: MeetingStatus, with: MeetingTransition) -> Result<MeetingStatus, DomainError> {
    match (from, with) {
        (MeetingStatus::Convened, MeetingTransition::Hold) => Ok(MeetingStatus::Held),
        (MeetingStatus::Convened, MeetingTransition::Cancel) => Ok(MeetingStatus::Cancelled),
        _ => {
            let detail = format!("The meeting is {from}: {with} is not possible; possible: nothing.");
            Err(DomainError::new(Code::TransitionRefused, detail))
        }
    }
}

/// Checks who came: holders of mandates, or their substitutes, on the day of the meeting, which is not in the future.
///
/// # Errors
/// `date_in_future`, or `reference_unknown` for somebody who has no mandate on that day.
pub fn check_attendance(
    attended: &BTreeSet<MandateId>,
    held_on: NaiveDate,
    composition: &Composition,
    today: NaiveDate,
) -> Result<(), Faults> {
    let mut faults = Faults::new();
    if held_on > today {
        let detail = format!("The meeting is on {held_on}, after today, {today}.");
        faults.add(Code::DateInFuture, "/held_on", detail);
    }
    let seated: BTreeSet<_> = composition.members().map(|(id, _)| id).collect();
    let standing_in: BTreeSet<_> = composition.substitutes.values().flatten().copied().collect();
    for (i, id) in attended.iter().enumerate() {
        if !seated.contains(id) && !standing_in.contains(id) {
            let detail = format!("This is no mandate of the body on {held_on}.");
            faults.add(Code::ReferenceUnknown, format!("/attendance/{i}"), detail);
        }
    }
    faults.finish(Some(()))
}

/// Whether the body had its quorum in a meeting.
#[must_use]
pub fn quorum(meeting: &Meeting, rules: &DecisionRules, composition: &Composition) -> QuorumReport {
    assess(&rules.quorum, composition, &meeting.attended, meeting.again)
}

/// Checks a decision and says whether it carries.
///
/// # Errors
/// `transition_refused` for a meeting that was not held; `quorum_not_reached`; `not_on_agenda`; `not_competent`;
/// `too_many_votes`; `required` for a waiver without its reason.
pub fn decide(
    decision: &Decision,
    meeting: &Meeting,
    rules: &DecisionRules,
    composition: &Composition,
) -> Result<bool, DomainError> {
    if meeting.status != MeetingStatus::Held {
        let detail = format!(
            "The meeting is {}: a decision is taken in a meeting that was held.",
            meeting.status
        );
        return Err(DomainError::new(Code::TransitionRefused, detail));
    }
    quorum(meeting, rules, composition).require()?;
    let mut faults = Faults::new();
    let item = decision.item.checked_sub(1).and_then(|index| meeting.agenda.get(index));
    if item.is_none_or(|item| item.kind != ItemKind::Decision) {
        let detail = format!("Item {} of the agenda was not announced for a decision.", decision.item);
        faults.add(Code::NotOnAgenda, "/item", detail);
    }
    let kind = decision.effect.kind();
    if kind != EffectKind::Resolve && !rules.competences.contains(&kind) {
        let detail = format!("The rules of the body do not give it decisions of kind {kind}.");
        faults.add(Code::NotCompetent, "/effect/kind", detail);
    }
    if kind == EffectKind::WaiveGate && decision.reason.as_ref().is_none_or(LocalisedText::is_empty) {
        faults.add(Code::Required, "/reason", "A waiver says why; the reason is public.");
    }
    let voters = u32::try_from(represented(composition, &meeting.attended).len()).unwrap_or(u32::MAX);
    let vote = decision.vote;
    let votes = u64::from(vote.yes) + u64::from(vote.no) + u64::from(vote.abstained);
    if votes > u64::from(voters) {
        let detail = format!("{votes} votes of {voters} members who were there.");
        faults.push(Fault::new(Code::TooManyVotes, "/vote", detail).with("max", voters.to_string()));
    }
    let carries = vote.carries(rules.majority, rules.casting_vote, voters);
    Ok(faults.finish(Some(carries))?)
}
