//! Exchange rates: recorded with their day and source, corrected by recording the same day and pair again.

mod import;
mod policies;
mod resolve;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::Currency;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::rates::{Rate, RateContent};
use parvis_domain::ids::{ProgrammeId, RateId, UserId};
use parvis_domain::page::{Page, PageRequest};
use serde::Serialize;

pub use import::import_rates;
pub(super) use policies::policies_of;
pub use policies::{
    RatePolicyRow, RatePolicySort, create_rate_policy, get_rate_policy, list_rate_policies, update_rate_policy,
};
pub use resolve::{Resolved, resolve};

use crate::columns::{Instant, IntoDb, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreError, StoreResult};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::rates;
use crate::stamp::Stamp;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rates)]
struct RateRow {
    id: RateId,
    programme_id: Option<ProgrammeId>,
    from_currency: Currency,
    to_currency: Currency,
    numerator: i64,
    denominator: i64,
    valid_on: NaiveDate,
    source: String,
    #[diesel(deserialize_as = Instant)]
    recorded_at: DateTime<Utc>,
    recorded_by: Option<UserId>,
}

/// A published rate: one unit of `from` is so much of `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedRate {
    /// Its identifier.
    pub id: RateId,
    /// The programme that it was recorded for; none for the whole platform.
    pub programme_id: Option<ProgrammeId>,
    /// One unit of this currency…
    pub from: Currency,
    /// …is so much of that one.
    pub to: Currency,
    /// How much.
    #[serde(serialize_with = "as_decimal")]
    pub rate: Rate,
    /// The day that it is for.
    pub valid_on: NaiveDate,
    /// Who published it.
    pub source: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// By which account.
    #[serde(skip)]
    pub recorded_by: Option<UserId>,
    /// The rate that corrects it: of the same day and pair, recorded last. Only lists and reading one say so.
    #[serde(skip)]
    pub corrected_by: Option<RateId>,
}

fn as_decimal<S: serde::Serializer>(rate: &Rate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rate.decimal())
}

impl RateRow {
    fn complete(self) -> StoreResult<RecordedRate> {
        let rate = Rate::new(self.numerator, self.denominator);
        Ok(RecordedRate {
            id: self.id,
            programme_id: self.programme_id,
            from: self.from_currency,
            to: self.to_currency,
            rate: rate.ok_or_else(|| StoreError::Internal(format!("the rate {} is not above zero", self.id)))?,
            valid_on: self.valid_on,
            source: self.source,
            recorded_at: self.recorded_at,
            recorded_by: self.recorded_by,
            corrected_by: None,
        })
    }
}

impl RecordedRate {
    /// How much of `to` one unit of `from` is by this rate, whichever way round it was published.
    #[must_use]
    pub fn between(&self, from: Currency, to: Currency) -> Option<Rate> {
        match () {
            () if (self.from, self.to) == (from, to) => Some(self.rate),
            () if (self.from, self.to) == (to, from) => Some(self.rate.inverse()),
            () => None,
        }
    }
}

/// Whose rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateScope {
    /// Those of the whole platform.
    Platform,
    /// Those that hold in a programme: its own, and those of the platform.
    Programme(ProgrammeId),
}

/// Which rates are wanted.
#[derive(Debug, Clone, Default)]
pub struct RateFilter {
    /// From this currency.
    pub from: Option<Currency>,
    /// To this currency.
    pub to: Option<Currency>,
    /// For this day or a later one.
    pub valid_from: Option<NaiveDate>,
    /// For this day or an earlier one.
    pub valid_to: Option<NaiveDate>,
}

/// How rates are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateSort {
    /// By the day that they are for.
    ValidOn,
    /// By the instant of their record.
    RecordedAt,
}

fn listed<'a>(scope: RateScope, filter: &RateFilter) -> rates::BoxedQuery<'a, MultiBackend> {
    let mut query = within(scope);
    if let Some(from) = filter.from {
        query = query.filter(rates::from_currency.eq(from.code()));
    }
    if let Some(to) = filter.to {
        query = query.filter(rates::to_currency.eq(to.code()));
    }
    if let Some(day) = filter.valid_from {
        query = query.filter(rates::valid_on.ge(day));
    }
    if let Some(day) = filter.valid_to {
        query = query.filter(rates::valid_on.le(day));
    }
    query
}

fn within<'a>(scope: RateScope) -> rates::BoxedQuery<'a, MultiBackend> {
    let query = rates::table.into_boxed::<MultiBackend>();
    match scope {
        RateScope::Platform => query.filter(rates::programme_id.is_null()),
        RateScope::Programme(programme) => query.filter(
            rates::programme_id
                .is_null()
                .or(rates::programme_id.assume_not_null().eq(programme.db())),
        ),
    }
}

/// The rates that hold in a scope.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_rates(
    conn: &mut Conn,
    scope: RateScope,
    filter: &RateFilter,
    request: &PageRequest<RateSort>,
) -> StoreResult<Page<RecordedRate>> {
    let total = total!(conn, request, listed(scope, filter), rates::id);
    let select = || listed(scope, filter).select(RateRow::as_select());
    let rows: Vec<RateRow> = match request.sort {
        RateSort::ValidOn => keyset!(select(), request, rates::valid_on, rates::id, NaiveDate).load(conn)?,
        RateSort::RecordedAt => keyset!(select(), request, rates::recorded_at, rates::id, DateTime<Utc>).load(conn)?,
    };
    let page = paging::page(rows, request, total, |row: &RateRow| {
        let key = match request.sort {
            RateSort::ValidOn => row.valid_on.text(),
            RateSort::RecordedAt => row.recorded_at.text(),
        };
        (key, row.id.into())
    });
    let items = page
        .items
        .into_iter()
        .map(RateRow::complete)
        .collect::<StoreResult<Vec<_>>>()?;
    Ok(Page {
        items: with_corrections(conn, items)?,
        last: page.last,
        total: page.total,
    })
}

/// Says of each rate by which it was corrected.
fn with_corrections(conn: &mut Conn, mut items: Vec<RecordedRate>) -> StoreResult<Vec<RecordedRate>> {
    let mut days: Vec<NaiveDate> = items.iter().map(|rate| rate.valid_on).collect();
    days.sort_unstable();
    days.dedup();
    let same: Vec<RateRow> = rates::table
        .filter(rates::valid_on.eq_any(days))
        .order((rates::recorded_at.desc(), rates::id.desc()))
        .select(RateRow::as_select())
        .load(conn)?;
    for rate in &mut items {
        let last = same.iter().find(|row| {
            (row.programme_id, row.valid_on) == (rate.programme_id, rate.valid_on)
                && (row.from_currency, row.to_currency) == (rate.from, rate.to)
        });
        rate.corrected_by = last.map(|row| row.id).filter(|id| *id != rate.id);
    }
    Ok(items)
}

/// The programme that a rate was recorded for; none for a rate of the platform.
///
/// # Errors
/// `not_found`.
pub fn programme_of_rate(conn: &mut Conn, id: RateId) -> StoreResult<Option<ProgrammeId>> {
    Ok(rates::table.find(id.db()).select(rates::programme_id).first(conn)?)
}

/// One rate.
///
/// # Errors
/// `not_found`.
pub fn get_rate(conn: &mut Conn, id: RateId) -> StoreResult<RecordedRate> {
    let row: RateRow = rates::table.find(id.db()).select(RateRow::as_select()).first(conn)?;
    let found = with_corrections(conn, vec![row.complete()?])?;
    found.into_iter().next().ok_or(StoreError::NotFound)
}

/// Records a rate, for a programme or for the whole platform. One of the same day and pair is thereby corrected.
///
/// # Errors
/// Those of the database.
pub fn create_rate(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: Option<ProgrammeId>,
    content: &RateContent,
) -> StoreResult<RecordedRate> {
    let rate = insert(conn, stamp, programme, content)?;
    let operation = match programme {
        Some(_) => Operation::CreateRate,
        None => Operation::CreatePlatformRate,
    };
    let change = Change {
        programme,
        ..Change::made(operation, ("rate", rate.id.into()), &rate)?
    };
    events::append(conn, stamp, change)?;
    Ok(rate)
}

fn insert(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: Option<ProgrammeId>,
    content: &RateContent,
) -> StoreResult<RecordedRate> {
    let id: RateId = stamp.id();
    let row: RateRow = diesel::insert_into(rates::table)
        .values((
            rates::id.eq(id.db()),
            rates::programme_id.eq(programme.map(IntoDb::db)),
            rates::from_currency.eq(content.from.code()),
            rates::to_currency.eq(content.to.code()),
            rates::numerator.eq(content.rate.numerator()),
            rates::denominator.eq(content.rate.denominator()),
            rates::valid_on.eq(content.valid_on),
            rates::source.eq(&content.source),
            rates::recorded_at.eq(micros(stamp.at)),
            rates::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .returning(rates::all_columns)
        .get_result(conn)?;
    row.complete()
}

/// The rates from or to a currency that hold in a programme and were published up to a day and recorded up to an
/// instant; of those of one day, pair and owner the one that was recorded last.
pub(super) fn published(
    conn: &mut Conn,
    programme: ProgrammeId,
    currency: Currency,
    day: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> StoreResult<Vec<RecordedRate>> {
    let code = currency.code();
    let mut query = within(RateScope::Programme(programme))
        .filter(rates::from_currency.eq(code).or(rates::to_currency.eq(code)))
        .filter(rates::valid_on.le(day));
    if let Some(instant) = known_at {
        query = query.filter(rates::recorded_at.le(micros(instant)));
    }
    let order = (rates::recorded_at.desc(), rates::id.desc());
    let rows: Vec<RateRow> = query.order(order).select(RateRow::as_select()).load(conn)?;
    let mut seen = BTreeSet::new();
    rows.into_iter()
        .filter(|row| seen.insert((row.programme_id, row.from_currency, row.to_currency, row.valid_on)))
        .map(RateRow::complete)
        .collect()
}
