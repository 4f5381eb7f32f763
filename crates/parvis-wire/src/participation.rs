//! Participation steps.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::participation::{
    self as domain, ConsultationObject, Impact, Outcome, Scale, StepKind, StepStatus, StepTransition,
};
use parvis_domain::{Code, Faults, LocalisedText, Period, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The last place in the order of steps.
const POSITION_MAX: u32 = 10_000;
/// The most decisions of one step.
const DECISIONS_MAX: usize = 100;
/// The most participants that are believed.
const PARTICIPANTS_MAX: u32 = 10_000_000;

/// A step to be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "kind": "workshop", "title": {"fr": "Atelier jardins"}, "starts_on": "2027-03-22", "ends_on": "2027-03-22",
    "object": {"question": {"fr": "Que faire au pied des immeubles ?"}, "scale": "neighbourhood", "impact": "co_decide", "slot": null}
})))]
pub struct NewParticipationStep {
    /// What kind.
    pub kind: StepKind,
    /// Its title.
    pub title: LocalisedText,
    /// What happens in it.
    #[serde(default)]
    pub description: Option<LocalisedText>,
    /// Its place in the order; the last where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10000))]
    pub position: Option<u32>,
    /// First day.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub starts_on: String,
    /// Last day.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub ends_on: Option<String>,
    /// Where it is held.
    #[serde(default)]
    pub location: Option<String>,
    /// What is asked, at which scale, with which impact.
    #[serde(default)]
    pub object: Option<NewObject>,
}

/// An object of consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewObject {
    /// The question.
    pub question: LocalisedText,
    /// At which scale.
    pub scale: Scale,
    /// With which impact.
    pub impact: Impact,
    /// Where in the programming calendar the answer counts.
    #[serde(default)]
    pub slot: Option<LocalisedText>,
}

patch! {
    /// Changes to a step that is planned or open.
    ParticipationStepPatch of NewParticipationStep {
        must { kind: StepKind, title: LocalisedText, starts_on: String, }
        may { description: LocalisedText, position: u32, ends_on: String, location: String, object: NewObject, }
    }
}

impl NewParticipationStep {
    /// Checks the whole; a position that is not given is 0 and means the last.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::StepContent, Faults> {
        let mut faults = Faults::new();
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let description = faults.keep_all(optional(self.description.as_ref(), "/description"));
        let period = faults.keep_all(Period::check("", &self.starts_on, self.ends_on.as_deref()));
        let location = faults.keep(text::optional_line(
            "/location",
            self.location.as_deref(),
            text::NAME_MAX,
        ));
        let object = faults.keep_all(self.object.as_ref().map(NewObject::check).transpose());
        if self
            .position
            .is_some_and(|position| !(1..=POSITION_MAX).contains(&position))
        {
            faults.add(
                Code::OutOfRange,
                "/position",
                format!("A number from 1 to {POSITION_MAX}."),
            );
        }
        let checked = (|| {
            Some(domain::StepContent {
                kind: self.kind,
                title: title?,
                description: description?,
                position: self.position.unwrap_or(0),
                period: period?,
                location: location?,
                object: object?,
            })
        })();
        faults.finish(checked)
    }
}

impl NewObject {
    fn check(&self) -> Result<ConsultationObject, Faults> {
        let mut faults = Faults::new();
        let question = faults.keep_all(self.question.check_paragraph("/object/question", text::TEXT_MAX));
        let slot = self
            .slot
            .as_ref()
            .map(|slot| slot.check_line("/object/slot", text::NAME_MAX))
            .transpose();
        let slot = faults.keep_all(slot);
        let checked = (|| {
            Some(ConsultationObject {
                question: question?,
                scale: self.scale,
                impact: self.impact,
                slot: slot?,
            })
        })();
        faults.finish(checked)
    }
}

fn optional(value: Option<&LocalisedText>, pointer: &str) -> Result<LocalisedText, Faults> {
    value.map_or_else(
        || Ok(LocalisedText::default()),
        |value| value.check_paragraph(pointer, text::TEXT_MAX),
    )
}

impl From<&domain::StepContent> for NewParticipationStep {
    /// The content as it would arrive, to lay a patch over.
    fn from(content: &domain::StepContent) -> Self {
        Self {
            kind: content.kind,
            title: content.title.clone(),
            description: (!content.description.is_empty()).then(|| content.description.clone()),
            position: Some(content.position),
            starts_on: content.period.starts_on.to_string(),
            ends_on: content.period.ends_on.map(|day| day.to_string()),
            location: content.location.clone(),
            object: content.object.clone().map(|o| NewObject {
                question: o.question,
                scale: o.scale,
                impact: o.impact,
                slot: o.slot,
            }),
        }
    }
}

/// Opening a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenStep {
    /// The day on which it opened; today where nothing is said, never in the future.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub opened_on: Option<String>,
}

/// Closing a step. The outcome is demanded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "outcome": {"summary": {"fr": "Deux plans ont été retenus."}, "decisions": [{"fr": "Jardins partagés au sud."}], "participants": 42}
})))]
pub struct CloseStep {
    /// What came of it.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub outcome: Option<NewOutcome>,
    /// The day on which it closed; today where nothing is said, never in the future, not before it opened.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub closed_on: Option<String>,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOutcome {
    /// What happened and what was said.
    pub summary: LocalisedText,
    /// What was decided, one text per decision.
    #[serde(default)]
    pub decisions: Vec<LocalisedText>,
    /// How many people took part, where they were counted.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(maximum = 10000000))]
    pub participants: Option<u32>,
}

impl OpenStep {
    /// Checks the day.
    ///
    /// # Errors
    /// `date_invalid`.
    pub fn check(&self) -> Result<Option<NaiveDate>, Faults> {
        Ok(period::optional_date("/opened_on", self.opened_on.as_deref())?)
    }
}

impl CloseStep {
    /// Checks outcome and day.
    ///
    /// # Errors
    /// Every fault; `outcome_required` where there is none.
    pub fn check(&self) -> Result<(Outcome, Option<NaiveDate>), Faults> {
        let mut faults = Faults::new();
        let day = faults.keep(period::optional_date("/closed_on", self.closed_on.as_deref()));
        let outcome = match &self.outcome {
            Some(outcome) => faults.keep_all(outcome.check()),
            None => {
                faults.add(
                    Code::OutcomeRequired,
                    "/outcome",
                    "A step closes with its outcome: what happened and what was decided.",
                );
                None
            }
        };
        faults.finish(outcome.zip(day))
    }
}

impl NewOutcome {
    fn check(&self) -> Result<Outcome, Faults> {
        let mut faults = Faults::new();
        let summary = faults.keep_all(self.summary.check_paragraph("/outcome/summary", text::TEXT_MAX));
        if self.decisions.len() > DECISIONS_MAX {
            faults.add(
                Code::TooMany,
                "/outcome/decisions",
                format!("At most {DECISIONS_MAX} decisions are allowed."),
            );
        }
        let at = |i: usize| format!("/outcome/decisions/{i}");
        let decisions = self
            .decisions
            .iter()
            .enumerate()
            .map(|(i, text)| faults.keep_all(text.check_paragraph(&at(i), text::TEXT_MAX)));
        let decisions: Vec<Option<LocalisedText>> = decisions.collect();
        if self.participants.is_some_and(|n| n > PARTICIPANTS_MAX) {
            faults.add(
                Code::OutOfRange,
                "/outcome/participants",
                format!("A number up to {PARTICIPANTS_MAX}."),
            );
        }
        let checked = (|| {
            let decisions = decisions.into_iter().collect::<Option<_>>()?;
            Some(Outcome {
                summary: summary?,
                decisions,
                participants: self.participants,
            })
        })();
        faults.finish(checked)
    }
}

/// Why a step is cancelled or annulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"reason": {"fr": "Salle indisponible."}})))]
pub struct EndStep {
    /// The reason; it is public where the programme is.
    pub reason: LocalisedText,
}

impl EndStep {
    /// Checks the reason.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<LocalisedText, Faults> {
        self.reason.check_paragraph("/reason", text::TEXT_MAX)
    }
}

/// A participation step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParticipationStep {
    /// Its id.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// What kind.
    pub kind: StepKind,
    /// Its title.
    pub title: LocalisedText,
    /// What happens in it.
    pub description: LocalisedText,
    /// Its place in the order.
    pub position: u32,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Where it is held.
    pub location: Option<String>,
    /// What is asked.
    pub object: Option<ConsultationObject>,
    /// Where it is in its life.
    pub status: StepStatus,
    /// What can be done next, whoever may do it.
    pub transitions: Vec<StepTransition>,
    /// When it opened.
    pub opened_on: Option<NaiveDate>,
    /// When it closed.
    pub closed_on: Option<NaiveDate>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Why it was cancelled or annulled.
    pub reason: Option<LocalisedText>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}
