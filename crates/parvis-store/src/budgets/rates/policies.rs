//! In which currency a funder wants its reports, and at which rates.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::Currency;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::rates::{RatePolicy, RatePolicyContent};
use parvis_domain::ids::{PartnerId, ProgrammeId, RatePolicyId};
use parvis_domain::page::{Page, PageRequest};
use serde::Serialize;

use crate::budgets::references;
use crate::columns::{Instant, IntoDb, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::rate_policies;
use crate::stamp::Stamp;

/// What a funder asks in a programme.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = rate_policies)]
pub struct RatePolicyRow {
    /// Its identifier.
    pub id: RatePolicyId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The funder.
    pub funder_id: PartnerId,
    /// The currency of its reports.
    pub currency: Currency,
    /// At which rates its money is converted.
    pub policy: RatePolicy,
    /// Version, raised by every change.
    #[serde(skip)]
    pub version: i64,
    /// When it was recorded.
    #[serde(skip)]
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(skip)]
    #[diesel(deserialize_as = Instant)]
    pub updated_at: DateTime<Utc>,
}

/// How rate policies are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatePolicySort {
    /// By the instant of their record.
    CreatedAt,
}

/// The rate policies of a programme; `only` leaves that of one funder.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_rate_policies(
    conn: &mut Conn,
    programme: ProgrammeId,
    only: Option<PartnerId>,
    request: &PageRequest<RatePolicySort>,
) -> StoreResult<Page<RatePolicyRow>> {
    let query = || {
        let mut query = rate_policies::table
            .filter(rate_policies::programme_id.eq(programme.db()))
            .into_boxed::<MultiBackend>();
        if let Some(funder) = only {
            query = query.filter(rate_policies::funder_id.eq(funder.db()));
        }
        query
    };
    let total = total!(conn, request, query(), rate_policies::id);
    let select = query().select(RatePolicyRow::as_select());
    let RatePolicySort::CreatedAt = request.sort;
    let rows = keyset!(
        select,
        request,
        rate_policies::created_at,
        rate_policies::id,
        DateTime<Utc>
    )
    .load(conn)?;
    Ok(paging::page(rows, request, total, |row: &RatePolicyRow| {
        (row.created_at.text(), row.id.into())
    }))
}

/// One rate policy.
///
/// # Errors
/// `not_found`.
pub fn get_rate_policy(conn: &mut Conn, id: RatePolicyId) -> StoreResult<RatePolicyRow> {
    Ok(rate_policies::table
        .find(id.db())
        .select(RatePolicyRow::as_select())
        .first(conn)?)
}

/// Records what a funder asks.
///
/// # Errors
/// `reference_unknown`, and a conflict where the funder has a policy in this programme already.
pub fn create_rate_policy(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    funder: PartnerId,
    content: RatePolicyContent,
) -> StoreResult<RatePolicyRow> {
    references::require_partner(conn, funder, "/funder_id")?;
    let id: RatePolicyId = stamp.id();
    diesel::insert_into(rate_policies::table)
        .values((
            rate_policies::id.eq(id.db()),
            rate_policies::programme_id.eq(programme.db()),
            rate_policies::funder_id.eq(funder.db()),
            rate_policies::currency.eq(content.currency.code()),
            rate_policies::policy.eq(content.policy.as_str()),
            rate_policies::version.eq(1_i64),
            rate_policies::created_at.eq(micros(stamp.at)),
            rate_policies::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    let row = get_rate_policy(conn, id)?;
    let change = Change {
        programme: Some(programme),
        ..Change::made(Operation::CreateRatePolicy, ("rate_policy", id.into()), &row)?
    };
    events::append(conn, stamp, change)?;
    Ok(row)
}

/// Changes what a funder asks. Reports and conversions follow from now on; the ledger stays as it is.
///
/// # Errors
/// `version_stale`.
pub fn update_rate_policy(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &RatePolicyRow,
    content: RatePolicyContent,
) -> StoreResult<RatePolicyRow> {
    let row = rate_policies::table
        .find(before.id.db())
        .filter(rate_policies::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            rate_policies::currency.eq(content.currency.code()),
            rate_policies::policy.eq(content.policy.as_str()),
            rate_policies::version.eq(rate_policies::version + 1),
            rate_policies::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    let after = get_rate_policy(conn, before.id)?;
    let change = Change {
        programme: Some(before.programme_id),
        ..Change::changed(
            Operation::UpdateRatePolicy,
            ("rate_policy", before.id.into()),
            before,
            &after,
        )?
    };
    events::append(conn, stamp, change)?;
    Ok(after)
}

/// What each funder of a programme asks. A funder that is not in it asks for the monthly rates.
pub(in crate::budgets) fn policies_of(
    conn: &mut Conn,
    programme: ProgrammeId,
) -> StoreResult<BTreeMap<PartnerId, RatePolicy>> {
    let rows: Vec<(PartnerId, RatePolicy)> = rate_policies::table
        .filter(rate_policies::programme_id.eq(programme.db()))
        .select((rate_policies::funder_id, rate_policies::policy))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
