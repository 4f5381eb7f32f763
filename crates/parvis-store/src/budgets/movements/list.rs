//! The movements of a budget, filtered and ordered.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::Currency;
use parvis_domain::budgets::{MovementKind, MovementStatus};
use parvis_domain::ids::{BudgetId, GrantId, LineId, PartnerId};
use parvis_domain::page::{Page, PageRequest};

use super::{Around, Movement, MovementRow, SEPARATOR};
use crate::columns::IntoDb;
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::paging::{self, SortKey, keyset, patterns, total};
use crate::schema::{grants, movement_decisions, movements, pending_movements};

/// Which movements are wanted.
#[derive(Debug, Clone, Default)]
pub struct MovementFilter {
    /// On this line.
    pub line: Option<LineId>,
    /// On this grant.
    pub grant: Option<GrantId>,
    /// Of a grant of this funder.
    pub funder: Option<PartnerId>,
    /// Of this kind.
    pub kind: Option<MovementKind>,
    /// Pending, approved or refused.
    pub status: Option<MovementStatus>,
    /// Paid by this partner.
    pub payer: Option<PartnerId>,
    /// Paid to this partner.
    pub payee: Option<PartnerId>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// At least so much, in minor units of the currency.
    pub amount_min: Option<i64>,
    /// At most so much, in minor units of the currency.
    pub amount_max: Option<i64>,
    /// Whose reference, or note, holds every word.
    pub q: Option<String>,
    /// Whether notes are searched too: they are internal.
    pub in_notes: bool,
    /// Booked on or after this day.
    pub booked_from: Option<NaiveDate>,
    /// Booked on or before this day.
    pub booked_to: Option<NaiveDate>,
    /// That a partner may see: of its own grants, paid by it or to it.
    pub only: Option<PartnerId>,
}

/// How movements are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementSort {
    /// By the day in the accounts.
    BookedOn,
    /// By the instant of their record.
    RecordedAt,
}

type Query<'a> = movements::BoxedQuery<'a, MultiBackend>;

/// The movements of a budget.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_movements(
    conn: &mut Conn,
    budget: BudgetId,
    filter: &MovementFilter,
    request: &PageRequest<MovementSort>,
) -> StoreResult<Page<Movement>> {
    let query = || {
        let query = movements::table
            .filter(movements::budget_id.eq(budget.db()))
            .into_boxed::<MultiBackend>();
        visible(by_partner(by_content(by_share(query, filter), filter), filter), filter)
    };
    let total = total!(conn, request, query(), movements::id);
    let select = || query().select(MovementRow::as_select());
    let page = match request.sort {
        MovementSort::BookedOn => {
            let rows = keyset!(select(), request, movements::booked_on, movements::id, NaiveDate).load(conn)?;
            paging::page(rows, request, total, |m: &MovementRow| {
                (m.booked_on.text(), m.id.into())
            })
        }
        MovementSort::RecordedAt => {
            let rows = keyset!(select(), request, movements::recorded_at, movements::id, DateTime<Utc>).load(conn)?;
            paging::page(rows, request, total, |m: &MovementRow| {
                (m.recorded_at.text(), m.id.into())
            })
        }
    };
    let around = Around::of(conn, &page.items)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| around.complete(row)).collect()
    }))
}

fn by_share<'a>(mut query: Query<'a>, filter: &MovementFilter) -> Query<'a> {
    if let Some(line) = filter.line {
        query = query.filter(movements::line_id.eq(line.db()));
    }
    if let Some(grant) = filter.grant {
        query = query.filter(movements::grant_id.eq(grant.db()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(movements::kind.eq(kind.as_str()));
    }
    if let Some(day) = filter.booked_from {
        query = query.filter(movements::booked_on.ge(day));
    }
    if let Some(day) = filter.booked_to {
        query = query.filter(movements::booked_on.le(day));
    }
    query
}

fn by_content<'a>(mut query: Query<'a>, filter: &MovementFilter) -> Query<'a> {
    if let Some(currency) = filter.currency {
        query = query.filter(movements::currency.eq(currency.code()));
    }
    if let Some(minor) = filter.amount_min {
        query = query.filter(movements::amount_minor.ge(minor));
    }
    if let Some(minor) = filter.amount_max {
        query = query.filter(movements::amount_minor.le(minor));
    }
    for pattern in patterns(filter.q.as_deref()) {
        // What stands before the separator is public.
        let pattern = if filter.in_notes {
            pattern
        } else {
            format!("{pattern}{SEPARATOR}%")
        };
        query = query.filter(movements::search.like(pattern).escape('\\'));
    }
    let decided = |decision: &'static str| {
        movement_decisions::table
            .filter(movement_decisions::decision.eq(decision))
            .select(movement_decisions::movement_id)
    };
    match filter.status {
        None => query,
        Some(MovementStatus::Pending) => {
            query.filter(movements::id.eq_any(pending_movements::table.select(pending_movements::movement_id)))
        }
        Some(MovementStatus::Refused) => query.filter(movements::id.eq_any(decided("refused"))),
        Some(MovementStatus::Approved) => {
            let approved = movements::id.eq_any(decided("approved"));
            query.filter(movements::needs_approval.eq(false).or(approved))
        }
    }
}

fn by_partner<'a>(mut query: Query<'a>, filter: &MovementFilter) -> Query<'a> {
    if let Some(funder) = filter.funder {
        query = query.filter(movements::grant_id.eq_any(grants_of(funder)));
    }
    if let Some(payer) = filter.payer {
        query = query.filter(movements::payer_id.eq(payer.db()));
    }
    if let Some(payee) = filter.payee {
        query = query.filter(movements::payee_id.eq(payee.db()));
    }
    query
}

/// What a partner may see: of its own grants, paid by it or to it.
fn visible<'a>(query: Query<'a>, filter: &MovementFilter) -> Query<'a> {
    let Some(partner) = filter.only else { return query };
    let own = movements::grant_id.eq_any(grants_of(partner));
    let payee = movements::payee_id
        .is_not_null()
        .and(movements::payee_id.assume_not_null().eq(partner.db()));
    query.filter(own.or(movements::payer_id.eq(partner.db())).or(payee))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn grants_of(funder: PartnerId) -> _ {
    let funder: crate::columns::DbId = funder.db();
    grants::table.filter(grants::funder_id.eq(funder)).select(grants::id)
}
