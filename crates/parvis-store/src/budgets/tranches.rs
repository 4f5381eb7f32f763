//! Tranches: parts of a grant in instalments, each released on conditions.
//!
//! Whoever adds, changes or releases one holds the lock of its grant, under which the ledger reads what is released.

mod facts;
mod release;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::PaymentMode;
use parvis_domain::budgets::tranches::{self as domain, Condition, TrancheContent, TrancheState};
use parvis_domain::ids::{AgreementId, GrantId, LineId, PartnerId, ProgrammeId, TrancheId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, Currency, Fault, Faults, LocalisedText, Money};
use serde::Serialize;
use serde_json::Value;

pub use facts::ConditionState;
pub(super) use facts::{assessed, facts_of};
pub use release::{release_tranche, split_tranche};

use super::home::Home;
use super::{record, shares, texts};
use crate::columns::{Instant, IntoDb, Json, MaybeInstant, db_ids, json, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreError, StoreResult, require_kept};
use crate::events;
use crate::paging::{self, SortKey, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{balances, funder_reports, grants, partners, programmes, tranches};
use crate::stamp::Stamp;

/// What was released of a grant and on which day, in the order of days, in minor units of its currency. Read it under the
/// lock of the grant, which a release takes as well.
///
/// # Errors
/// Those of the database.
pub(crate) fn releases(conn: &mut Conn, grant: GrantId) -> StoreResult<Vec<(NaiveDate, i64)>> {
    let released = tranches::table
        .filter(tranches::grant_id.eq(grant.db()))
        .filter(tranches::released_on.is_not_null())
        .order((tranches::released_on, tranches::position, tranches::id));
    let columns = (tranches::released_on.assume_not_null(), tranches::amount_minor);
    Ok(released.select(columns).load(conn)?)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tranches)]
pub(super) struct TrancheRow {
    pub(super) id: TrancheId,
    pub(super) grant_id: GrantId,
    programme_id: ProgrammeId,
    pub(super) title: Option<LocalisedText>,
    position: i32,
    pub(super) amount_minor: i64,
    pub(super) due_on: Option<NaiveDate>,
    is_final: bool,
    conditions: Option<Json<Vec<Condition>>>,
    assessments: Option<Json<Value>>,
    released_on: Option<NaiveDate>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = MaybeInstant)]
    archived_at: Option<DateTime<Utc>>,
}

impl TrancheRow {
    /// Its conditions.
    pub(super) fn conditions(&self) -> &[Condition] {
        self.conditions.as_ref().map_or(&[], |conditions| &conditions.0)
    }
}

/// A part of a grant, with its conditions and where they stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tranche {
    /// Its identifier.
    pub id: TrancheId,
    /// The grant.
    pub grant_id: GrantId,
    /// The programme.
    #[serde(skip)]
    pub programme_id: ProgrammeId,
    /// Its title.
    pub title: Option<LocalisedText>,
    /// Its place in the order.
    pub position: i32,
    /// How much, in the grant's currency.
    #[serde(serialize_with = "texts::amount")]
    pub amount: Money,
    /// When it is expected.
    pub due_on: Option<NaiveDate>,
    /// Whether its release shows the settlement of the grant.
    pub is_final: bool,
    /// What must be met.
    #[serde(serialize_with = "only_conditions")]
    pub conditions: Vec<ConditionState>,
    /// Where it stands.
    #[serde(skip)]
    pub state: TrancheState,
    /// When it was released.
    pub released_on: Option<NaiveDate>,
    /// Version, raised by every change.
    #[serde(skip)]
    pub version: i64,
    /// When it was recorded.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

fn only_conditions<S: serde::Serializer>(states: &[ConditionState], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(states.iter().map(|state| &state.condition))
}

impl Tranche {
    /// What it says, as a change is laid over it.
    #[must_use]
    pub fn content(&self) -> TrancheContent {
        TrancheContent {
            title: self.title.clone(),
            position: self.position,
            amount: self.amount,
            due_on: self.due_on,
            is_final: self.is_final,
            conditions: self.conditions.iter().map(|state| state.condition.clone()).collect(),
        }
    }
}

/// How tranches are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrancheSort {
    /// By their place in the order.
    Position,
}

/// The programme and budget of a tranche, and the funder of its grant.
///
/// # Errors
/// `not_found`.
pub fn home_of_tranche(conn: &mut Conn, id: TrancheId) -> StoreResult<(Home, PartnerId)> {
    let query = tranches::table
        .inner_join(programmes::table)
        .inner_join(grants::table)
        .filter(tranches::id.eq(id.db()));
    let columns = (ProgrammeContext::as_select(), grants::budget_id, grants::funder_id);
    let (programme, budget, funder) = query.select(columns).first(conn)?;
    Ok((Home { programme, budget }, funder))
}

/// The tranches of a grant that are not archived, with the state of their conditions today.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_tranches(
    conn: &mut Conn,
    grant: GrantId,
    request: &PageRequest<TrancheSort>,
    today: NaiveDate,
) -> StoreResult<Page<Tranche>> {
    let query = || {
        tranches::table
            .filter(tranches::grant_id.eq(grant.db()).and(tranches::archived_at.is_null()))
            .into_boxed::<MultiBackend>()
    };
    let total = total!(conn, request, query(), tranches::id);
    let select = query().select(TrancheRow::as_select());
    let rows = keyset!(select, request, tranches::position, tranches::id, i32).load(conn)?;
    let page = paging::page(rows, request, total, |row: &TrancheRow| {
        (row.position.text(), row.id.into())
    });
    let currency: Currency = grants::table.find(grant.db()).select(grants::currency).first(conn)?;
    let conditions = page.items.iter().flat_map(TrancheRow::conditions);
    let facts = facts_of(conn, &BTreeSet::from([grant]), conditions, today)?;
    let facts = facts.get(&grant).cloned().unwrap_or_default();
    Ok(paging::map(page, |rows| {
        rows.into_iter()
            .map(|row| complete(row, currency, &facts, today))
            .collect()
    }))
}

/// One tranche, with the state of its conditions today; of a released one, as they stood at its release.
///
/// # Errors
/// `not_found`.
pub fn get_tranche(conn: &mut Conn, id: TrancheId, today: NaiveDate) -> StoreResult<Tranche> {
    let row: TrancheRow = tranches::table
        .find(id.db())
        .select(TrancheRow::as_select())
        .first(conn)?;
    let currency: Currency = grants::table
        .find(row.grant_id.db())
        .select(grants::currency)
        .first(conn)?;
    let facts = facts_of(conn, &BTreeSet::from([row.grant_id]), row.conditions().iter(), today)?;
    let facts = facts.get(&row.grant_id).cloned().unwrap_or_default();
    Ok(complete(row, currency, &facts, today))
}

fn complete(row: TrancheRow, currency: Currency, facts: &domain::Facts, today: NaiveDate) -> Tranche {
    let now = assessed(row.conditions(), facts, today);
    let assessments: Vec<_> = now.iter().map(|(_, assessment)| assessment.clone()).collect();
    let state = domain::state(row.released_on, &assessments);
    let kept = match row.assessments {
        Some(Json(kept)) if row.released_on.is_some() => facts::kept(kept),
        _ => assessments.into_iter().map(Into::into).collect(),
    };
    Tranche {
        id: row.id,
        grant_id: row.grant_id,
        programme_id: row.programme_id,
        title: row.title,
        position: row.position,
        amount: Money::new(row.amount_minor, currency),
        due_on: row.due_on,
        is_final: row.is_final,
        conditions: facts::states(row.conditions.map(|json| json.0).unwrap_or_default(), kept),
        state,
        released_on: row.released_on,
        version: row.version,
        created_at: row.created_at,
        archived_at: row.archived_at,
    }
}

/// The grant of a tranche, locked until the end of the transaction.
struct LockedGrant {
    id: GrantId,
    currency: Currency,
    mode: PaymentMode,
    funder: PartnerId,
    agreement: Option<AgreementId>,
}

fn lock(conn: &mut Conn, grant: GrantId) -> StoreResult<LockedGrant> {
    if let Conn::Postgres(c) = conn {
        let row = grants::table.find(grant.db()).select(grants::version);
        row.for_update().first::<i64>(c).optional()?;
    }
    let columns = (
        grants::currency,
        grants::payment_mode,
        grants::funder_id,
        grants::agreement_id,
    );
    let (currency, mode, funder, agreement) = grants::table.find(grant.db()).select(columns).first(conn)?;
    Ok(LockedGrant {
        id: grant,
        currency,
        mode,
        funder,
        agreement,
    })
}

/// Adds a tranche to a grant in instalments.
///
/// # Errors
/// `payment_mode_mismatch`, `currency_mismatch`, `tranches_exceed_granted`, or `reference_unknown` in a condition.
pub fn create_tranche(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    grant: GrantId,
    content: &TrancheContent,
) -> StoreResult<Tranche> {
    let grant = lock(conn, grant)?;
    domain::check_mode(grant.mode)?;
    check_content(conn, &grant, None, content)?;
    let id = insert(conn, stamp, home.programme.id, grant.id, content)?;
    let made = get_tranche(conn, id, home.programme.today(stamp)?)?;
    record(
        conn,
        stamp,
        home.programme.id,
        Operation::CreateTranche,
        "tranche",
        id,
        Value::Null,
        &made,
    )?;
    Ok(made)
}

/// The place after the last tranche of a grant.
///
/// # Errors
/// Those of the database.
pub fn next_tranche_position(conn: &mut Conn, grant: GrantId) -> StoreResult<i32> {
    let last: Option<i32> = tranches::table
        .filter(tranches::grant_id.eq(grant.db()).and(tranches::archived_at.is_null()))
        .select(diesel::dsl::max(tranches::position))
        .first(conn)?;
    Ok(last.map_or(1, |last| last.saturating_add(1)))
}

/// Changes a tranche that was read at its version and is not released.
///
/// # Errors
/// As [`create_tranche`], `version_stale`, `archived`, or `transition_refused` for a released one.
pub fn update_tranche(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    before: &Tranche,
    content: &TrancheContent,
) -> StoreResult<Tranche> {
    let grant = lock(conn, before.grant_id)?;
    require_changeable(before)?;
    check_content(conn, &grant, Some(before.id), content)?;
    let row = tranches::table
        .find(before.id.db())
        .filter(tranches::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            tranches::title.eq(content.title.as_ref().map(json).transpose()?),
            tranches::position.eq(content.position),
            tranches::amount_minor.eq(content.amount.minor),
            tranches::due_on.eq(content.due_on),
            tranches::is_final.eq(content.is_final),
            tranches::conditions.eq(json(&content.conditions)?),
            tranches::version.eq(before.version + 1),
            tranches::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    changed_event(conn, stamp, home, Operation::UpdateTranche, before)
}

/// Archives a tranche that is not released.
///
/// # Errors
/// `version_stale`, `archived`, or `transition_refused` for a released one.
pub fn archive_tranche(conn: &mut Conn, stamp: &Stamp<'_>, home: &Home, before: &Tranche) -> StoreResult<Tranche> {
    lock(conn, before.grant_id)?;
    require_changeable(before)?;
    let row = tranches::table
        .find(before.id.db())
        .filter(tranches::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            tranches::archived_at.eq(micros(stamp.at)),
            tranches::version.eq(before.version + 1),
            tranches::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    changed_event(conn, stamp, home, Operation::ArchiveTranche, before)
}

fn require_changeable(before: &Tranche) -> StoreResult<()> {
    require_kept(before.archived_at)?;
    Ok(domain::require_unreleased(before.released_on)?)
}

/// Reads a tranche anew after a change and appends the event.
fn changed_event(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    operation: Operation,
    before: &Tranche,
) -> StoreResult<Tranche> {
    let after = get_tranche(conn, before.id, home.programme.today(stamp)?)?;
    let was = events::value(before)?;
    record(
        conn,
        stamp,
        home.programme.id,
        operation,
        "tranche",
        before.id,
        was,
        &after,
    )?;
    Ok(after)
}

fn insert(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    grant: GrantId,
    content: &TrancheContent,
) -> StoreResult<TrancheId> {
    let id: TrancheId = stamp.id();
    diesel::insert_into(tranches::table)
        .values((
            tranches::id.eq(id.db()),
            tranches::grant_id.eq(grant.db()),
            tranches::programme_id.eq(programme.db()),
            tranches::title.eq(content.title.as_ref().map(json).transpose()?),
            tranches::position.eq(content.position),
            tranches::amount_minor.eq(content.amount.minor),
            tranches::due_on.eq(content.due_on),
            tranches::is_final.eq(content.is_final),
            tranches::conditions.eq(json(&content.conditions)?),
            tranches::version.eq(1_i64),
            tranches::created_at.eq(micros(stamp.at)),
            tranches::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Checks the amount against the grant and its other tranches, and what the conditions refer to.
fn check_content(
    conn: &mut Conn,
    grant: &LockedGrant,
    own: Option<TrancheId>,
    content: &TrancheContent,
) -> StoreResult<()> {
    parvis_domain::budgets::check_currency("/amount/currency", content.amount.currency, grant.currency)?;
    let amounts: Vec<(TrancheId, i64)> = tranches::table
        .filter(
            tranches::grant_id
                .eq(grant.id.db())
                .and(tranches::archived_at.is_null()),
        )
        .select((tranches::id, tranches::amount_minor))
        .load(conn)?;
    let others = amounts.iter().filter(|(id, _)| Some(*id) != own);
    let granted: Vec<i64> = balances::table
        .filter(balances::grant_id.eq(grant.id.db()))
        .select(balances::granted_minor)
        .load(conn)?;
    domain::check_sum(
        "/amount",
        content.amount,
        others.map(|(_, amount)| amount).sum(),
        granted.iter().sum(),
    )?;
    check_references(conn, grant.id, &content.conditions)
}

/// The lines are lines of the grant, the reports are owed for it, the partners exist.
fn check_references(conn: &mut Conn, grant: GrantId, conditions: &[Condition]) -> StoreResult<()> {
    let lines: Vec<LineId> = balances::table
        .filter(balances::grant_id.eq(grant.db()))
        .select(balances::line_id)
        .load(conn)?;
    let owed: Vec<parvis_domain::ids::FunderReportId> = funder_reports::table
        .filter(
            funder_reports::grant_id
                .eq(grant.db())
                .and(funder_reports::archived_at.is_null()),
        )
        .select(funder_reports::id)
        .load(conn)?;
    let named = conditions.iter().filter_map(|condition| match condition {
        Condition::Countersigned { partner, .. } => Some(*partner),
        _ => None,
    });
    let known: Vec<PartnerId> = partners::table
        .filter(partners::id.eq_any(db_ids(named)).and(partners::archived_at.is_null()))
        .select(partners::id)
        .load(conn)?;
    let mut faults = Faults::new();
    for (i, condition) in conditions.iter().enumerate() {
        let mut unknown = |field: &str, detail: &str| {
            let pointer = format!("/conditions/{i}/{field}");
            faults.push(Fault::new(Code::ReferenceUnknown, pointer, detail));
        };
        if let Condition::Progress { line: Some(line), .. } | Condition::Countersigned { line: Some(line), .. } =
            condition
            && !lines.contains(line)
        {
            unknown("line_id", "The grant has no share of this line.");
        }
        match condition {
            Condition::ReportAccepted { report } if !owed.contains(report) => {
                unknown("report_id", "No such report is owed for this grant.");
            }
            Condition::Countersigned { partner, .. } if !known.contains(partner) => {
                unknown("partner_id", "There is no such partner.");
            }
            _ => {}
        }
    }
    faults.finish(Some(())).map_err(StoreError::from)
}
