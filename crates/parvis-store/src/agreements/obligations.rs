//! What agreements oblige to by when, and what of it was met.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::agreements::obligations::{self as domain, ObligationKind, Schedule};
use parvis_domain::ids::{AgreementId, ObligationId, PartnerId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, Fault, LocalisedText, Period};
use serde_json::{Value, json as object};

use super::read::{self, Parts};
use super::{Agreement, references};
use crate::columns::{Instant, IntoDb, MaybeInstant, db_ids, json, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreError, StoreResult, require_current, require_kept};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{
    agreement_obligation_records as records, agreement_obligations as obligations, agreements, programmes,
};
use crate::stamp::Stamp;

/// An obligation with what was met of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Obligation {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The agreement.
    pub agreement_id: AgreementId,
    /// What the rules work on.
    pub rules: domain::Obligation,
    /// From when to when the agreement runs, as it stands today: its days lie in there.
    pub runs: Period,
    /// Raised by every change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// That an obligation was met for one of its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The day on which it was due.
    pub due_on: NaiveDate,
    /// The day on which it was met.
    pub met_on: NaiveDate,
    /// SHA-256 of the document that shows it.
    pub evidence: Option<String>,
}

/// Which obligations are wanted.
#[derive(Debug, Clone, Default)]
pub struct ObligationFilter {
    /// Of this agreement.
    pub agreement: Option<AgreementId>,
    /// Of this kind.
    pub kind: Option<ObligationKind>,
    /// Owed by this organisation.
    pub owed_by: Option<PartnerId>,
}

/// How obligations are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObligationSort {
    /// By the first day on which they are due.
    FirstOn,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = obligations)]
struct ObligationRow {
    id: ObligationId,
    agreement_id: AgreementId,
    programme_id: ProgrammeId,
    kind: ObligationKind,
    title: LocalisedText,
    owed_by: PartnerId,
    owed_to: Option<PartnerId>,
    first_on: NaiveDate,
    every_months: Option<i32>,
    until_on: Option<NaiveDate>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = MaybeInstant)]
    archived_at: Option<DateTime<Utc>>,
}

/// The programme of an obligation.
///
/// # Errors
/// `not_found`.
pub fn home_of_obligation(conn: &mut Conn, id: ObligationId) -> StoreResult<ProgrammeContext> {
    let query = obligations::table
        .inner_join(programmes::table)
        .filter(obligations::id.eq(id.db()));
    Ok(query.select(ProgrammeContext::as_select()).first(conn)?)
}

/// The obligations of a programme that are not archived, each with its days as the agreements stand today.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_obligations(
    conn: &mut Conn,
    programme: ProgrammeId,
    filter: &ObligationFilter,
    request: &PageRequest<ObligationSort>,
    today: NaiveDate,
) -> StoreResult<Page<Obligation>> {
    let query = || {
        let mut query = obligations::table
            .inner_join(agreements::table)
            .filter(obligations::programme_id.eq(programme.db()))
            .filter(
                obligations::archived_at
                    .is_null()
                    .and(agreements::archived_at.is_null()),
            )
            .into_boxed::<MultiBackend>();
        if let Some(agreement) = filter.agreement {
            query = query.filter(obligations::agreement_id.eq(agreement.db()));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(obligations::kind.eq(kind.as_str()));
        }
        if let Some(partner) = filter.owed_by {
            query = query.filter(obligations::owed_by.eq(partner.db()));
        }
        query
    };
    let total = total!(conn, request, query(), obligations::id);
    let select = query().select(ObligationRow::as_select());
    let rows = keyset!(select, request, obligations::first_on, obligations::id, NaiveDate).load(conn)?;
    let page = paging::page(rows, request, total, |row: &ObligationRow| {
        (row.first_on.text(), row.id.into())
    });
    let mut found: BTreeMap<_, _> = complete(conn, page.items.clone(), today)?
        .into_iter()
        .map(|one| (one.rules.id, one))
        .collect();
    Ok(paging::map(page, |rows| {
        rows.into_iter().filter_map(|row| found.remove(&row.id)).collect()
    }))
}

/// The obligations of a programme that are not archived, all of them.
pub(super) fn of_programme(conn: &mut Conn, programme: ProgrammeId, today: NaiveDate) -> StoreResult<Vec<Obligation>> {
    let rows: Vec<ObligationRow> = obligations::table
        .filter(obligations::programme_id.eq(programme.db()))
        .filter(obligations::archived_at.is_null())
        .order(obligations::id)
        .select(ObligationRow::as_select())
        .load(conn)?;
    complete(conn, rows, today)
}

/// One obligation.
///
/// # Errors
/// `not_found`.
pub fn get_obligation(conn: &mut Conn, id: ObligationId, today: NaiveDate) -> StoreResult<Obligation> {
    let row: ObligationRow = obligations::table
        .find(id.db())
        .select(ObligationRow::as_select())
        .first(conn)?;
    complete(conn, vec![row], today)?.pop().ok_or(StoreError::NotFound)
}

fn complete(conn: &mut Conn, rows: Vec<ObligationRow>, today: NaiveDate) -> StoreResult<Vec<Obligation>> {
    let ids = db_ids(rows.iter().map(|row| row.id));
    let met: Vec<(ObligationId, NaiveDate)> = records::table
        .filter(records::obligation_id.eq_any(&ids))
        .select((records::obligation_id, records::due_on))
        .load(conn)?;
    let wanted: BTreeSet<AgreementId> = rows.iter().map(|row| row.agreement_id).collect();
    let wanted: Vec<AgreementId> = wanted.into_iter().collect();
    let agreements = read::load(conn, &wanted, Parts::Rules)?;
    let complete = |row: ObligationRow| {
        let runs = agreements.get(&row.agreement_id)?;
        let of = met.iter().filter(|(of, _)| *of == row.id);
        Some(Obligation {
            programme_id: row.programme_id,
            agreement_id: row.agreement_id,
            rules: domain::Obligation {
                id: row.id,
                kind: row.kind,
                title: row.title,
                owed_by: row.owed_by,
                owed_to: row.owed_to,
                schedule: Schedule {
                    first_on: row.first_on,
                    every_months: row.every_months.and_then(|months| u32::try_from(months).ok()),
                    until: row.until_on,
                },
                met: of.map(|(_, day)| *day).collect(),
            },
            runs: runs.rules.consolidated(today, today).period,
            version: row.version,
            created_at: row.created_at,
            archived_at: row.archived_at,
        })
    };
    Ok(rows.into_iter().filter_map(complete).collect())
}

/// Records what an agreement obliges one of its parties to.
///
/// # Errors
/// `not_a_party` for a debtor or creditor that is none.
pub fn create_obligation(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    agreement: &Agreement,
    new: &domain::Obligation,
    today: NaiveDate,
) -> StoreResult<Obligation> {
    check_parties(conn, agreement, new)?;
    diesel::insert_into(obligations::table)
        .values((
            obligations::id.eq(new.id.db()),
            obligations::agreement_id.eq(agreement.id.db()),
            obligations::programme_id.eq(agreement.programme_id.db()),
            obligations::kind.eq(new.kind.as_str()),
            obligations::title.eq(json(&new.title)?),
            obligations::owed_by.eq(new.owed_by.db()),
            obligations::owed_to.eq(new.owed_to.map(IntoDb::db)),
            obligations::first_on.eq(new.schedule.first_on),
            obligations::every_months.eq(months(new)),
            obligations::until_on.eq(new.schedule.until),
            obligations::version.eq(1_i64),
            obligations::created_at.eq(micros(stamp.at)),
            obligations::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let made = get_obligation(conn, new.id, today)?;
    record(conn, stamp, Operation::CreateObligation, Value::Null, &made)?;
    Ok(made)
}

/// Changes an obligation that was read at its version.
///
/// # Errors
/// `archived`, `version_stale`, `not_a_party`.
pub fn update_obligation(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Obligation,
    content: &domain::Obligation,
    today: NaiveDate,
) -> StoreResult<Obligation> {
    require_kept(before.archived_at)?;
    let agreement = super::get_agreement(conn, before.agreement_id)?;
    check_parties(conn, &agreement, content)?;
    touch(conn, stamp, before)?;
    diesel::update(obligations::table.find(before.rules.id.db()))
        .set((
            obligations::kind.eq(content.kind.as_str()),
            obligations::title.eq(json(&content.title)?),
            obligations::owed_by.eq(content.owed_by.db()),
            obligations::owed_to.eq(content.owed_to.map(IntoDb::db)),
            obligations::first_on.eq(content.schedule.first_on),
            obligations::every_months.eq(months(content)),
            obligations::until_on.eq(content.schedule.until),
        ))
        .execute(conn)?;
    finish(conn, stamp, Operation::UpdateObligation, before, today)
}

/// Archives an obligation that is not owed after all.
///
/// # Errors
/// `archived`, `version_stale`.
pub fn archive_obligation(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Obligation,
    today: NaiveDate,
) -> StoreResult<Obligation> {
    require_kept(before.archived_at)?;
    touch(conn, stamp, before)?;
    diesel::update(obligations::table.find(before.rules.id.db()))
        .set(obligations::archived_at.eq(Some(micros(stamp.at))))
        .execute(conn)?;
    finish(conn, stamp, Operation::ArchiveObligation, before, today)
}

/// Records that an obligation was met for one of its days.
///
/// # Errors
/// `archived`, `reference_unknown` for a day on which nothing is due, `duplicate`, `date_in_future`, `version_stale`.
pub fn meet_obligation(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Obligation,
    met: &Met,
    today: NaiveDate,
) -> StoreResult<Obligation> {
    require_kept(before.archived_at)?;
    if met.met_on > today {
        let detail = format!(
            "{} lies after today, {today}, in the time zone of the programme.",
            met.met_on
        );
        let fault = Fault::new(Code::DateInFuture, "/met_on", detail);
        return Err(fault.with("max", today.to_string()).into());
    }
    before.rules.clone().meet(met.due_on, before.runs)?;
    touch(conn, stamp, before)?;
    let id: uuid::Uuid = stamp.id();
    diesel::insert_into(records::table)
        .values((
            records::id.eq(id.db()),
            records::obligation_id.eq(before.rules.id.db()),
            records::programme_id.eq(before.programme_id.db()),
            records::due_on.eq(met.due_on),
            records::met_on.eq(met.met_on),
            records::evidence.eq(&met.evidence),
            records::recorded_at.eq(micros(stamp.at)),
            records::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    finish(conn, stamp, Operation::MeetObligation, before, today)
}

fn months(obligation: &domain::Obligation) -> Option<i32> {
    let months = obligation.schedule.every_months;
    months.and_then(|months| i32::try_from(months).ok())
}

/// Whoever owes, and whoever is owed, is a party.
fn check_parties(conn: &mut Conn, agreement: &Agreement, owed: &domain::Obligation) -> StoreResult<()> {
    let named = [Some(owed.owed_by), owed.owed_to];
    let named: Vec<PartnerId> = named.into_iter().flatten().collect();
    let at = |i: usize| if i == 0 { "/owed_by" } else { "/owed_to" }.to_owned();
    references::kinds(conn, &named, at)?;
    for (i, partner) in named.iter().enumerate() {
        if !agreement.has_party(*partner) {
            let detail = "This organisation is no party to the agreement.";
            return Err(Fault::new(Code::NotAParty, at(i), detail).into());
        }
    }
    Ok(())
}

fn touch(conn: &mut Conn, stamp: &Stamp<'_>, before: &Obligation) -> StoreResult<()> {
    let row = obligations::table
        .find(before.rules.id.db())
        .filter(obligations::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            obligations::version.eq(before.version + 1),
            obligations::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)
}

fn finish(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: &Obligation,
    today: NaiveDate,
) -> StoreResult<Obligation> {
    let after = get_obligation(conn, before.rules.id, today)?;
    record(conn, stamp, operation, told(before), &after)?;
    Ok(after)
}

fn told(obligation: &Obligation) -> Value {
    let rules = &obligation.rules;
    object!({
        "agreement": obligation.agreement_id, "kind": rules.kind, "title": rules.title, "owed_by": rules.owed_by,
        "owed_to": rules.owed_to, "schedule": rules.schedule, "met": rules.met, "archived_at": obligation.archived_at,
    })
}

fn record(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: Value,
    after: &Obligation,
) -> StoreResult<()> {
    let change = Change {
        programme: Some(after.programme_id),
        operation: operation.as_str(),
        object_type: "obligation",
        object_id: after.rules.id.into(),
        before,
        after: told(after),
    };
    events::append(conn, stamp, change)
}
