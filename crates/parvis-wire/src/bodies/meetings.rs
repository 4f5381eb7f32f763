//! Meetings of bodies and their decisions.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::bodies::meetings::{self as domain, Effect, EffectKind, MeetingStatus, MeetingTransition};
use parvis_domain::bodies::quorum::Count;
use parvis_domain::{Code, Faults, LocalisedText, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use parvis_domain::bodies::meetings::{AgendaItem, Vote};

/// A meeting to be convened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "convened_on": "2016-02-01", "held_on": "2016-02-10",
    "agenda": [{"title": {"fr": "Avis sur le projet de charte"}, "kind": "decision"}]
})))]
pub struct NewBodyMeeting {
    /// When the convocation was sent.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub convened_on: String,
    /// When it takes place.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub held_on: String,
    /// Whether it is convened again because the one before had no quorum.
    #[serde(default)]
    pub again: bool,
    /// Where it is held.
    #[serde(default)]
    pub location: Option<String>,
    /// What it is about.
    pub agenda: Vec<AgendaItem>,
}

patch! {
    /// Changes to a meeting that was not held.
    MeetingPatch of NewBodyMeeting {
        must { convened_on: String, held_on: String, again: bool, agenda: Vec<AgendaItem>, }
        may { location: String, }
    }
}

impl NewBodyMeeting {
    /// Checks days and place; agenda and notice are checked against the rules of the body.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(domain::Meeting, Option<String>), Faults> {
        let mut faults = Faults::new();
        let convened_on = faults.keep(period::date("/convened_on", &self.convened_on));
        let held_on = faults.keep(period::date("/held_on", &self.held_on));
        let location = faults.keep(text::optional_line(
            "/location",
            self.location.as_deref(),
            text::NAME_MAX,
        ));
        let checked = (|| {
            let meeting = domain::Meeting {
                status: MeetingStatus::Convened,
                convened_on: convened_on?,
                held_on: held_on?,
                again: self.again,
                agenda: self.agenda.clone(),
                attended: BTreeSet::new(),
            };
            Some((meeting, location?))
        })();
        faults.finish(checked)
    }
}

/// Who came to a meeting, which is thereby held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attendance {
    /// The mandates whose holders came.
    pub mandate_ids: BTreeSet<Uuid>,
    /// The minutes.
    #[serde(default)]
    pub minutes: Option<LocalisedText>,
}

impl Attendance {
    /// Checks the minutes; who came is checked against the composition of the body.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<Option<LocalisedText>, Faults> {
        let minutes = self.minutes.as_ref();
        minutes
            .map(|minutes| minutes.check_paragraph("/minutes", text::TEXT_MAX))
            .transpose()
    }
}

/// The minutes of a meeting that was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeetingMinutes {
    /// What was said.
    pub minutes: LocalisedText,
}

impl MeetingMinutes {
    /// Checks the minutes.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<LocalisedText, Faults> {
        self.minutes.check_paragraph("/minutes", text::TEXT_MAX)
    }
}

/// A count against what is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuorumCount {
    /// The college; none for the whole body.
    pub college: Option<String>,
    /// How many are present.
    pub present: u32,
    /// How many are needed.
    pub needed: u32,
    /// Of how many.
    pub of: u32,
    /// Whether enough are present.
    pub reached: bool,
}

impl From<&Count> for QuorumCount {
    fn from(count: &Count) -> Self {
        Self {
            college: count.college.clone(),
            present: count.present,
            needed: count.needed,
            of: count.of,
            reached: count.is_reached(),
        }
    }
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BodyMeeting {
    /// Identifier.
    pub id: Uuid,
    /// The body.
    pub body_id: Uuid,
    /// Where it is.
    pub status: MeetingStatus,
    /// What can be done.
    pub transitions: Vec<MeetingTransition>,
    /// When the convocation was sent.
    pub convened_on: NaiveDate,
    /// When it takes place.
    pub held_on: NaiveDate,
    /// Whether it is convened again because the one before had no quorum.
    pub again: bool,
    /// Where it is held.
    pub location: Option<String>,
    /// What it is about.
    pub agenda: Vec<AgendaItem>,
    /// The minutes, for members of the programme.
    pub minutes: Option<LocalisedText>,
    /// The mandates whose holders came, for members of the programme.
    pub mandate_ids: Vec<Uuid>,
    /// Whether the body could decide, count by count, as it was counted on the day; empty before.
    pub quorum: Vec<QuorumCount>,
    /// Whether all of them are reached, or none was asked for.
    pub quorum_reached: bool,
    /// Its decisions.
    pub decisions: Vec<BodyDecision>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was convened here.
    pub created_at: DateTime<Utc>,
}

/// What a decision does: `adopt_agreement` has `agreement_id`, `select_projects` has `project_ids`, `release_tranche` has
/// `tranche_id`, `waive_gate` has `gate` and `object_id`, `resolve` has nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionEffect {
    /// What it does.
    pub kind: EffectKind,
    /// The agreement that it adopts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement_id: Option<Uuid>,
    /// The projects that it selects.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub project_ids: BTreeSet<Uuid>,
    /// The tranche that it releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tranche_id: Option<Uuid>,
    /// Code of the gate that it waives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
    /// What may pass that gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_id: Option<Uuid>,
}

impl DecisionEffect {
    fn check(&self) -> Result<Effect, Faults> {
        let mut faults = Faults::new();
        for (field, kind, given) in [
            ("agreement_id", EffectKind::AdoptAgreement, self.agreement_id.is_some()),
            ("project_ids", EffectKind::SelectProjects, !self.project_ids.is_empty()),
            ("tranche_id", EffectKind::ReleaseTranche, self.tranche_id.is_some()),
            ("gate", EffectKind::WaiveGate, self.gate.is_some()),
            ("object_id", EffectKind::WaiveGate, self.object_id.is_some()),
        ] {
            let (at, needed) = (format!("/effect/{field}"), self.kind == kind);
            if needed && !given {
                faults.add(Code::Required, at, format!("A decision of kind {kind} names it."));
            } else if given && !needed {
                faults.add(
                    Code::KindMismatch,
                    at,
                    format!("Only a decision of kind {kind} names it."),
                );
            }
        }
        let effect = (|| {
            Some(match self.kind {
                EffectKind::AdoptAgreement => Effect::AdoptAgreement {
                    agreement: self.agreement_id?.into(),
                },
                EffectKind::SelectProjects => Effect::SelectProjects {
                    projects: self.project_ids.clone(),
                },
                EffectKind::ReleaseTranche => Effect::ReleaseTranche {
                    tranche: self.tranche_id?.into(),
                },
                EffectKind::WaiveGate => Effect::WaiveGate {
                    gate: self.gate.clone()?,
                    object: self.object_id?,
                },
                EffectKind::Resolve => Effect::Resolve,
            })
        })();
        faults.finish(effect)
    }
}

impl From<&Effect> for DecisionEffect {
    fn from(effect: &Effect) -> Self {
        let mut told = Self {
            kind: effect.kind(),
            agreement_id: None,
            project_ids: BTreeSet::new(),
            tranche_id: None,
            gate: None,
            object_id: None,
        };
        match effect {
            Effect::AdoptAgreement { agreement } => told.agreement_id = Some((*agreement).into()),
            Effect::SelectProjects { projects } => told.project_ids.clone_from(projects),
            Effect::ReleaseTranche { tranche } => told.tranche_id = Some((*tranche).into()),
            Effect::WaiveGate { gate, object } => {
                told.gate = Some(gate.clone());
                told.object_id = Some(*object);
            }
            Effect::Resolve => {}
        }
        told
    }
}

/// A decision to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "item": 1, "text": {"fr": "Le conseil approuve la charte."}, "effect": {"kind": "resolve"},
    "vote": {"yes": 7, "no": 1, "abstained": 2}
})))]
pub struct NewBodyDecision {
    /// The item of the agenda, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100))]
    pub item: u32,
    /// What it says.
    pub text: LocalisedText,
    /// Why; a waiver must say it, and it is public.
    #[serde(default)]
    pub reason: Option<LocalisedText>,
    /// What it does.
    pub effect: DecisionEffect,
    /// How it was voted.
    pub vote: Vote,
}

impl NewBodyDecision {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::Decision, Faults> {
        let mut faults = Faults::new();
        let said = faults.keep_all(self.text.check_paragraph("/text", text::TEXT_MAX));
        let reason = self
            .reason
            .as_ref()
            .map(|reason| reason.check_paragraph("/reason", text::TEXT_MAX));
        let reason = faults.keep_all(reason.transpose());
        let effect = faults.keep_all(self.effect.check());
        let checked = (|| {
            Some(domain::Decision {
                item: usize::try_from(self.item).ok()?,
                text: said?,
                reason: reason?,
                effect: effect?,
                vote: self.vote,
            })
        })();
        faults.finish(checked)
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BodyDecision {
    /// Identifier.
    pub id: Uuid,
    /// The body.
    pub body_id: Uuid,
    /// The meeting.
    pub meeting_id: Uuid,
    /// The item of the agenda.
    pub item: u32,
    /// What it says.
    pub text: LocalisedText,
    /// Why.
    pub reason: Option<LocalisedText>,
    /// What it does.
    pub effect: DecisionEffect,
    /// How it was voted.
    pub vote: Vote,
    /// Whether it carried.
    pub carried: bool,
    /// The day.
    pub decided_on: NaiveDate,
    /// When it was found void.
    pub annulled_on: Option<NaiveDate>,
    /// Why.
    pub annulment_reason: Option<String>,
}

/// A decision is found void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionAnnulment {
    /// From when on.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub annulled_on: String,
    /// Why.
    pub reason: String,
}

impl DecisionAnnulment {
    /// Checks it.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(NaiveDate, String), Faults> {
        let mut faults = Faults::new();
        let day = faults.keep(period::date("/annulled_on", &self.annulled_on));
        let reason = faults.keep(text::paragraph("/reason", &self.reason, text::TEXT_MAX));
        faults.finish(day.zip(reason))
    }
}
