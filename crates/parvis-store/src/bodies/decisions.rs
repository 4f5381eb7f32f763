//! Decisions of meetings, with their votes: append-only, and annulled on record.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::bodies::meetings::{self as domain, EffectKind};
use parvis_domain::bodies::{Decision, Effect, Vote};
use parvis_domain::ids::{AgreementId, BodyId, DecisionId, MeetingId, ProgrammeId, TrancheId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, DomainError, Fault, LocalisedText};
use serde::Serialize;
use uuid::Uuid;

use super::meetings::{BodyMeeting, raise};
use super::{Body, mandates, small, unknown};
use crate::columns::{DbId, Instant, IntoDb, Natural, db_ids, json, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreError, StoreResult};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{
    agreements, body_decision_annulments as annulments, body_decisions as decisions, participation_steps, tranches,
};
use crate::stamp::Stamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = decisions)]
struct DecisionRow {
    id: DecisionId,
    meeting_id: MeetingId,
    body_id: BodyId,
    programme_id: ProgrammeId,
    #[diesel(deserialize_as = Natural)]
    item: u32,
    text: LocalisedText,
    reason: Option<LocalisedText>,
    effect: Effect,
    #[diesel(deserialize_as = Natural)]
    yes: u32,
    #[diesel(deserialize_as = Natural)]
    no: u32,
    #[diesel(deserialize_as = Natural)]
    abstained: u32,
    chair_for: Option<bool>,
    carried: bool,
    decided_on: NaiveDate,
    #[diesel(deserialize_as = Instant)]
    recorded_at: DateTime<Utc>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BodyDecision {
    /// Identifier.
    pub id: DecisionId,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The body.
    pub body_id: BodyId,
    /// The programme.
    #[serde(skip)]
    pub programme_id: ProgrammeId,
    /// The item of the agenda, from 1.
    pub item: u32,
    /// What it says.
    pub text: LocalisedText,
    /// Why.
    pub reason: Option<LocalisedText>,
    /// What it does.
    pub effect: Effect,
    /// How it was voted.
    pub vote: Vote,
    /// Whether it carried.
    pub carried: bool,
    /// The day.
    pub decided_on: NaiveDate,
    /// From when on it is void, and why.
    pub annulled: Option<(NaiveDate, String)>,
    /// When it was recorded.
    #[serde(skip)]
    pub recorded_at: DateTime<Utc>,
}

/// How decisions are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionSort {
    /// By their day.
    DecidedOn,
}

/// What is asked of the list of decisions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Only of this body.
    pub body: Option<BodyId>,
    /// Only those that adopt this agreement.
    pub agreement: Option<AgreementId>,
    /// Only those that release this tranche.
    pub tranche: Option<TrancheId>,
    /// Only those that do this.
    pub kind: Option<EffectKind>,
}

fn listed<'a>(programme: ProgrammeId, filter: DecisionFilter) -> decisions::BoxedQuery<'a, MultiBackend> {
    let mut query = decisions::table
        .filter(decisions::programme_id.eq(programme.db()))
        .into_boxed();
    if let Some(body) = filter.body {
        query = query.filter(decisions::body_id.eq(body.db()));
    }
    if let Some(agreement) = filter.agreement {
        query = query.filter(decisions::agreement_id.eq(Some(agreement.db())));
    }
    if let Some(tranche) = filter.tranche {
        query = query.filter(decisions::tranche_id.eq(Some(tranche.db())));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(decisions::effect_kind.eq(kind.as_str()));
    }
    query
}

/// The decisions of the bodies of a programme, also as they are linked from what they are about.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_body_decisions(
    conn: &mut Conn,
    programme: ProgrammeId,
    filter: DecisionFilter,
    request: &PageRequest<DecisionSort>,
) -> StoreResult<Page<BodyDecision>> {
    let total = total!(conn, request, listed(programme, filter), decisions::id);
    let query = listed(programme, filter).select(DecisionRow::as_select());
    let rows: Vec<DecisionRow> = match request.sort {
        DecisionSort::DecidedOn => {
            keyset!(query, request, decisions::decided_on, decisions::id, NaiveDate).load(conn)?
        }
    };
    let page = paging::page(rows, request, total, |row| (row.decided_on.text(), row.id.into()));
    let mut annulled = annulled(conn, page.items.iter().map(|row| row.id))?;
    Ok(paging::map(page, |rows| {
        rows.into_iter()
            .map(|row| {
                let annulled = annulled.remove(&row.id);
                decision(row, annulled)
            })
            .collect()
    }))
}

/// The decisions of meetings, by the items of their agendas, in two statements.
pub(super) fn of_meetings(conn: &mut Conn, ids: &[MeetingId]) -> StoreResult<BTreeMap<MeetingId, Vec<BodyDecision>>> {
    let rows: Vec<DecisionRow> = decisions::table
        .filter(decisions::meeting_id.eq_any(db_ids(ids.iter().copied())))
        .order((decisions::meeting_id, decisions::item))
        .select(DecisionRow::as_select())
        .load(conn)?;
    let mut annulled = annulled(conn, rows.iter().map(|row| row.id))?;
    let mut of_meeting: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows {
        let annulled = annulled.remove(&row.id);
        let decision = decision(row, annulled);
        of_meeting.entry(decision.meeting_id).or_default().push(decision);
    }
    Ok(of_meeting)
}

type Annulled = BTreeMap<DecisionId, (NaiveDate, String)>;

fn annulled(conn: &mut Conn, ids: impl IntoIterator<Item = DecisionId>) -> StoreResult<Annulled> {
    let rows: Vec<(DecisionId, NaiveDate, String)> = annulments::table
        .filter(annulments::decision_id.eq_any(db_ids(ids)))
        .select((annulments::decision_id, annulments::annulled_on, annulments::reason))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, day, reason)| (id, (day, reason))).collect())
}

fn decision(row: DecisionRow, annulled: Option<(NaiveDate, String)>) -> BodyDecision {
    BodyDecision {
        id: row.id,
        meeting_id: row.meeting_id,
        body_id: row.body_id,
        programme_id: row.programme_id,
        item: row.item,
        text: row.text,
        reason: row.reason,
        effect: row.effect,
        vote: Vote {
            yes: row.yes,
            no: row.no,
            abstained: row.abstained,
            chair_for: row.chair_for,
        },
        carried: row.carried,
        decided_on: row.decided_on,
        annulled,
        recorded_at: row.recorded_at,
    }
}

fn get(conn: &mut Conn, id: DecisionId) -> StoreResult<BodyDecision> {
    let query = decisions::table.find(id.db()).select(DecisionRow::as_select());
    let row: DecisionRow = query.first(conn)?;
    let annulled = annulled(conn, [id])?.remove(&id);
    Ok(decision(row, annulled))
}

/// The programme of a decision, in one statement.
///
/// # Errors
/// `NotFound`.
pub fn programme_of_decision(conn: &mut Conn, id: DecisionId) -> StoreResult<ProgrammeId> {
    let query = decisions::table.find(id.db()).select(decisions::programme_id);
    Ok(query.first(conn)?)
}

/// A decision with its meeting and body, whose row stays locked until the end of the transaction.
///
/// # Errors
/// `NotFound`.
pub fn lock_decision(conn: &mut Conn, id: DecisionId) -> StoreResult<(Body, BodyMeeting, BodyDecision)> {
    let meeting: MeetingId = decisions::table
        .find(id.db())
        .select(decisions::meeting_id)
        .first(conn)?;
    let (body, meeting) = super::lock_meeting(conn, meeting)?;
    let decision = get(conn, id)?;
    Ok((body, meeting, decision))
}

/// Records a decision of a meeting that was held, of a body that was locked. The quorum is that of the day of the meeting:
/// rules that are made easier afterwards do not let a body decide in hindsight.
///
/// # Errors
/// `archived`, `quorum_not_reached`, those of [`domain::decide`], `reference_unknown` for what it names, `already_exists`
/// where the item of the agenda is decided.
pub fn create_body_decision(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, meeting): (&Body, &BodyMeeting),
    new: &Decision,
) -> StoreResult<BodyDecision> {
    body.require_changeable(programme)?;
    if let Some(quorum) = &meeting.quorum {
        quorum.require()?;
    }
    let composition = mandates::composed(conn, body, meeting.held_on)?;
    let carried = domain::decide(new, &meeting.domain(), &body.rules, &composition)?;
    require_named(conn, programme.id, &new.effect)?;
    let id: DecisionId = stamp.id();
    let item = u32::try_from(new.item).unwrap_or(u32::MAX);
    let (agreement, tranche) = links(&new.effect);
    diesel::insert_into(decisions::table)
        .values((
            decisions::id.eq(id.db()),
            decisions::meeting_id.eq(meeting.id.db()),
            decisions::body_id.eq(body.id.db()),
            decisions::programme_id.eq(programme.id.db()),
            (
                decisions::item.eq(small(item)?),
                decisions::text.eq(json(&new.text)?),
                decisions::reason.eq(new.reason.as_ref().map(json).transpose()?),
                decisions::effect_kind.eq(new.effect.kind().as_str()),
                decisions::effect.eq(json(&new.effect)?),
                decisions::agreement_id.eq(agreement),
                decisions::tranche_id.eq(tranche),
            ),
            (
                decisions::yes.eq(small(new.vote.yes)?),
                decisions::no.eq(small(new.vote.no)?),
                decisions::abstained.eq(small(new.vote.abstained)?),
                decisions::chair_for.eq(new.vote.chair_for),
                decisions::carried.eq(carried),
            ),
            decisions::decided_on.eq(meeting.held_on),
            decisions::recorded_at.eq(micros(stamp.at)),
            decisions::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    raise(conn, stamp, meeting)?;
    let made = get(conn, id)?;
    let change = Change::made(Operation::CreateBodyDecision, ("body_decision", id.into()), &made)?;
    events::append(conn, stamp, change.in_programme(programme.id))?;
    Ok(made)
}

fn links(effect: &Effect) -> (Option<DbId>, Option<DbId>) {
    match effect {
        Effect::AdoptAgreement { agreement } => (Some(agreement.db()), None),
        Effect::ReleaseTranche { tranche } => (None, Some(tranche.db())),
        Effect::SelectProjects { .. } | Effect::WaiveGate { .. } | Effect::Resolve => (None, None),
    }
}

/// What a decision names is there, in the same programme. There are no projects yet that one could select.
fn require_named(conn: &mut Conn, programme: ProgrammeId, effect: &Effect) -> StoreResult<()> {
    let refused = match effect {
        Effect::Resolve => None,
        Effect::AdoptAgreement { agreement } => (!is_agreement(conn, programme, (*agreement).into())?)
            .then(|| unknown("/effect/agreement_id", "The programme has no such agreement.")),
        Effect::ReleaseTranche { tranche } => (!is_tranche(conn, programme, (*tranche).into())?)
            .then(|| unknown("/effect/tranche_id", "The programme has no such tranche.")),
        Effect::WaiveGate { object, .. } => {
            let known = is_step(conn, programme, *object)?
                || is_agreement(conn, programme, *object)?
                || is_tranche(conn, programme, *object)?;
            (!known).then(|| {
                unknown(
                    "/effect/object_id",
                    "The programme has no such step, agreement or tranche.",
                )
            })
        }
        Effect::SelectProjects { .. } => Some(unknown("/effect/project_ids", "The programme has no such project.")),
    };
    refused.map_or(Ok(()), |fault| Err(fault.into()))
}

macro_rules! belongs {
    ($($name:ident: $table:ident;)+) => {$(
        fn $name(conn: &mut Conn, programme: ProgrammeId, id: Uuid) -> StoreResult<bool> {
            let row = $table::table.find(id.db()).filter($table::programme_id.eq(programme.db()));
            let found: Option<i64> = row.select($table::version).first(conn).optional()?;
            Ok(found.is_some())
        }
    )+};
}

belongs! {
    is_agreement: agreements;
    is_tranche: tranches;
    is_step: participation_steps;
}

/// Finds a decision of a body that was locked void from a day on. What rested on it before then stays.
///
/// # Errors
/// `archived`, `transition_refused` where it is void already, `date_too_early` before the decision, `date_in_future`.
pub fn annul_body_decision(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, meeting, before): (&Body, &BodyMeeting, &BodyDecision),
    (annulled_on, reason): (NaiveDate, &str),
) -> StoreResult<BodyDecision> {
    body.require_changeable(programme)?;
    if let Some((day, _)) = &before.annulled {
        let detail = format!("The decision is void since {day}; nothing else is possible.");
        return Err(DomainError::new(Code::TransitionRefused, detail).into());
    }
    check_annulled_on(before, annulled_on, programme.today(stamp)?)?;
    diesel::insert_into(annulments::table)
        .values((
            annulments::decision_id.eq(before.id.db()),
            annulments::programme_id.eq(programme.id.db()),
            annulments::annulled_on.eq(annulled_on),
            annulments::reason.eq(reason),
            annulments::recorded_at.eq(micros(stamp.at)),
            annulments::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    raise(conn, stamp, meeting)?;
    let after = get(conn, before.id)?;
    let object = ("body_decision", before.id.into());
    let change = Change::changed(Operation::AnnulBodyDecision, object, before, &after)?;
    events::append(conn, stamp, change.in_programme(programme.id))?;
    Ok(after)
}

fn check_annulled_on(decision: &BodyDecision, day: NaiveDate, today: NaiveDate) -> Result<(), StoreError> {
    if day < decision.decided_on {
        let detail = format!(
            "It was decided on {}; it cannot be void from {day} on.",
            decision.decided_on
        );
        let fault = Fault::new(Code::DateTooEarly, "/annulled_on", detail);
        return Err(fault.with("min", decision.decided_on.to_string()).into());
    }
    if day > today {
        let detail = format!("{day} is after today, {today}.");
        return Err(Fault::new(Code::DateInFuture, "/annulled_on", detail).into());
    }
    Ok(())
}
