//! Participation steps.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::{ProgrammeId, StepId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::participation::{
    self as domain, ConsultationObject, Outcome, StepContent, StepKind, StepStatus, StepTransition,
};
use parvis_domain::{LocalisedText, Period};
use serde::Serialize;

use crate::columns::{DbId, Instant, IntoDb, Natural, json, micros};
use crate::connection::{Conn, MultiBackend, each};
use crate::error::{StoreError, StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::participation_steps as steps;
use crate::stamp::Stamp;

/// A participation step.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = steps)]
pub struct ParticipationStep {
    /// Its identifier.
    pub id: StepId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// What kind.
    pub kind: StepKind,
    /// Its title.
    pub title: LocalisedText,
    /// What happens in it.
    pub description: LocalisedText,
    /// Its place in the order, from 1.
    #[diesel(deserialize_as = Natural)]
    pub position: u32,
    /// First day, as planned.
    pub starts_on: NaiveDate,
    /// Last day, as planned.
    pub ends_on: Option<NaiveDate>,
    /// Where it is held.
    pub location: Option<String>,
    /// What is asked.
    pub object: Option<ConsultationObject>,
    /// Where it is in its life.
    pub status: StepStatus,
    /// The day on which it opened.
    pub opened_on: Option<NaiveDate>,
    /// The day on which it closed.
    pub closed_on: Option<NaiveDate>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Why it was cancelled or annulled.
    pub ended_reason: Option<LocalisedText>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was planned.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[diesel(deserialize_as = Instant)]
    pub updated_at: DateTime<Utc>,
}

impl ParticipationStep {
    /// The content as it would be given to make it.
    #[must_use]
    pub fn content(&self) -> StepContent {
        StepContent {
            kind: self.kind,
            title: self.title.clone(),
            description: self.description.clone(),
            position: self.position,
            period: Period {
                starts_on: self.starts_on,
                ends_on: self.ends_on,
            },
            location: self.location.clone(),
            object: self.object.clone(),
        }
    }
}

/// How steps are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepSort {
    /// By their place in the programme.
    Position,
    /// By their first day.
    StartsOn,
}

/// What is asked of the list of steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepFilter {
    /// Only in this status.
    pub status: Option<StepStatus>,
    /// Only of this kind.
    pub kind: Option<StepKind>,
}

fn listed<'a>(programme: ProgrammeId, filter: &StepFilter) -> steps::BoxedQuery<'a, MultiBackend> {
    let mut query = steps::table.filter(steps::programme_id.eq(programme.db())).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(steps::status.eq(status.as_str()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(steps::kind.eq(kind.as_str()));
    }
    query
}

/// The steps of a programme.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_participation_steps(
    conn: &mut Conn,
    programme: ProgrammeId,
    filter: &StepFilter,
    request: &PageRequest<StepSort>,
) -> StoreResult<Page<ParticipationStep>> {
    let total = total!(conn, request, listed(programme, filter), steps::id);
    let query = listed(programme, filter).select(ParticipationStep::as_select());
    let rows: Vec<ParticipationStep> = match request.sort {
        StepSort::Position => keyset!(query, request, steps::position, steps::id, i32).load(conn)?,
        StepSort::StartsOn => keyset!(query, request, steps::starts_on, steps::id, NaiveDate).load(conn)?,
    };
    Ok(paging::page(rows, request, total, |row| {
        let key = match request.sort {
            StepSort::Position => row.position.to_string(),
            StepSort::StartsOn => row.starts_on.to_string(),
        };
        (key, row.id.into())
    }))
}

/// A step.
///
/// # Errors
/// `NotFound`.
pub fn get_participation_step(conn: &mut Conn, id: StepId) -> StoreResult<ParticipationStep> {
    Ok(steps::table
        .find(id.db())
        .select(ParticipationStep::as_select())
        .first(conn)?)
}

/// Plans a step. `content` has been checked; position 0 means the last.
///
/// # Errors
/// `archived` for the programme.
pub fn create_participation_step(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    content: &StepContent,
) -> StoreResult<ParticipationStep> {
    programme.require_changeable()?;
    let id: StepId = stamp.id();
    let position = position(conn, programme.id, content)?;
    let row = NewStep::new(stamp, id, programme.id, content, position)?;
    diesel::insert_into(steps::table).values(row).execute(conn)?;
    let step = get_participation_step(conn, id)?;
    record(conn, stamp, Operation::CreateParticipationStep, None, &step)?;
    Ok(step)
}

/// Changes a step that is planned or open.
///
/// # Errors
/// `version_stale`, `archived` for the programme, `transition_refused` for a step that is over.
pub fn update_participation_step(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &ParticipationStep,
    content: &StepContent,
) -> StoreResult<ParticipationStep> {
    programme.require_changeable()?;
    domain::require_editable(before.status)?;
    let position = position(conn, programme.id, content)?;
    let columns = StepColumns::new(content, position)?;
    save(
        conn,
        stamp,
        Operation::UpdateParticipationStep,
        before,
        (Some(columns), None),
    )
}

/// Opens a planned step.
///
/// # Errors
/// `version_stale`, `archived`, `transition_refused`, `date_in_future`.
pub fn open_participation_step(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &ParticipationStep,
    opened_on: Option<NaiveDate>,
) -> StoreResult<ParticipationStep> {
    let status = transition(programme, before, StepTransition::Open)?;
    let today = programme.today(stamp)?;
    let day = opened_on.unwrap_or(today);
    domain::check_happened("/opened_on", day, None, today)?;
    let change = StateColumns {
        opened_on: Some(day),
        ..StateColumns::new(status)
    };
    set_state(conn, stamp, Operation::OpenParticipationStep, before, change)
}

/// Closes an open step with its outcome.
///
/// # Errors
/// `version_stale`, `archived`, `transition_refused`, `date_in_future`, `date_too_early`.
pub fn close_participation_step(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &ParticipationStep,
    outcome: &Outcome,
    closed_on: Option<NaiveDate>,
) -> StoreResult<ParticipationStep> {
    let status = transition(programme, before, StepTransition::Close)?;
    let today = programme.today(stamp)?;
    let day = closed_on.unwrap_or(today);
    domain::check_happened("/closed_on", day, before.opened_on, today)?;
    let change = StateColumns {
        closed_on: Some(day),
        outcome: Some(json(outcome)?),
        ..StateColumns::new(status)
    };
    set_state(conn, stamp, Operation::CloseParticipationStep, before, change)
}

/// Cancels a step that is planned or open.
///
/// # Errors
/// `version_stale`, `archived`, `transition_refused`.
pub fn cancel_participation_step(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &ParticipationStep,
    reason: &LocalisedText,
) -> StoreResult<ParticipationStep> {
    let status = transition(programme, before, StepTransition::Cancel)?;
    let change = StateColumns {
        ended_reason: Some(json(reason)?),
        ..StateColumns::new(status)
    };
    set_state(conn, stamp, Operation::CancelParticipationStep, before, change)
}

/// Annuls a closed step; its outcome stays on record.
///
/// # Errors
/// `version_stale`, `archived`, `transition_refused`.
pub fn annul_participation_step(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &ParticipationStep,
    reason: &LocalisedText,
) -> StoreResult<ParticipationStep> {
    let status = transition(programme, before, StepTransition::Annul)?;
    let change = StateColumns {
        ended_reason: Some(json(reason)?),
        ..StateColumns::new(status)
    };
    set_state(conn, stamp, Operation::AnnulParticipationStep, before, change)
}

fn transition(
    programme: &ProgrammeContext,
    before: &ParticipationStep,
    with: StepTransition,
) -> StoreResult<StepStatus> {
    programme.require_changeable()?;
    Ok(domain::transition(before.status, with)?)
}

/// The place in the order: what is asked for, or the last. Two steps may share a place; their ids then decide.
fn position(conn: &mut Conn, programme: ProgrammeId, content: &StepContent) -> StoreResult<i32> {
    if content.position > 0 {
        return i32::try_from(content.position).map_err(|error| StoreError::Internal(error.to_string()));
    }
    let of_programme = steps::table.filter(steps::programme_id.eq(programme.db()));
    let last: Option<i32> = of_programme.select(diesel::dsl::max(steps::position)).first(conn)?;
    Ok(last.unwrap_or(0).saturating_add(1))
}

/// Writes a change of a step, of its content or of its state, with its version and event.
fn save(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: &ParticipationStep,
    change: (Option<StepColumns>, Option<StateColumns>),
) -> StoreResult<ParticipationStep> {
    let current = steps::table
        .find(before.id.db())
        .filter(steps::version.eq(before.version));
    let set = (
        change.0,
        change.1,
        steps::version.eq(before.version + 1),
        steps::updated_at.eq(micros(stamp.at)),
    );
    require_current(diesel::update(current).set(set).execute(conn)?)?;
    let after = get_participation_step(conn, before.id)?;
    record(conn, stamp, operation, Some(before), &after)?;
    Ok(after)
}

/// Writes a change of the state of a step.
fn set_state(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: &ParticipationStep,
    state: StateColumns,
) -> StoreResult<ParticipationStep> {
    save(conn, stamp, operation, before, (None, Some(state)))
}

fn record(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: Option<&ParticipationStep>,
    after: &ParticipationStep,
) -> StoreResult<()> {
    let object = ("participation_step", after.id.into());
    let change = match before {
        Some(before) => Change::changed(operation, object, before, after)?,
        None => Change::made(operation, object, after)?,
    };
    events::append(conn, stamp, change.in_programme(after.programme_id))
}

/// The steps that a new programme takes from its template, in one statement. The programme's event tells of them.
pub(crate) fn plan_steps(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    contents: &[StepContent],
) -> StoreResult<()> {
    let rows = (1..)
        .zip(contents)
        .map(|(position, content)| NewStep::new(stamp, stamp.id(), programme, content, position));
    let rows: Vec<NewStep> = rows.collect::<StoreResult<_>>()?;
    if !rows.is_empty() {
        each!(conn, c => diesel::insert_into(steps::table).values(&rows).execute(c))?;
    }
    Ok(())
}

#[derive(AsChangeset)]
#[diesel(table_name = steps, treat_none_as_null = true)]
struct StepColumns {
    kind: &'static str,
    title: String,
    description: String,
    position: i32,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    location: Option<String>,
    object: Option<String>,
}

impl StepColumns {
    fn new(content: &StepContent, position: i32) -> StoreResult<Self> {
        Ok(Self {
            kind: content.kind.as_str(),
            title: json(&content.title)?,
            description: json(&content.description)?,
            position,
            starts_on: content.period.starts_on,
            ends_on: content.period.ends_on,
            location: content.location.clone(),
            object: content.object.as_ref().map(json).transpose()?,
        })
    }
}

/// What a transition changes; what is none stays as it is.
#[derive(AsChangeset)]
#[diesel(table_name = steps)]
struct StateColumns {
    status: &'static str,
    opened_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    outcome: Option<String>,
    ended_reason: Option<String>,
}

impl StateColumns {
    fn new(status: StepStatus) -> Self {
        Self {
            status: status.as_str(),
            opened_on: None,
            closed_on: None,
            outcome: None,
            ended_reason: None,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = steps, treat_none_as_default_value = false)]
struct NewStep {
    id: DbId,
    programme_id: DbId,
    kind: &'static str,
    title: String,
    description: String,
    position: i32,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    location: Option<String>,
    object: Option<String>,
    status: &'static str,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl NewStep {
    fn new(
        stamp: &Stamp<'_>,
        id: StepId,
        programme: ProgrammeId,
        content: &StepContent,
        position: i32,
    ) -> StoreResult<Self> {
        let columns = StepColumns::new(content, position)?;
        Ok(Self {
            id: id.db(),
            programme_id: programme.db(),
            kind: columns.kind,
            title: columns.title,
            description: columns.description,
            position,
            starts_on: columns.starts_on,
            ends_on: columns.ends_on,
            location: columns.location,
            object: columns.object,
            status: StepStatus::Planned.as_str(),
            version: 1,
            created_at: micros(stamp.at),
            updated_at: micros(stamp.at),
        })
    }
}
