//! The agreements of a programme.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use parvis_domain::agreements::AgreementKind;
use parvis_domain::ids::{AgreementId, PartnerId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};

use super::Agreement;
use super::read::{self, Parts};
use crate::columns::{Instant, IntoDb};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::{agreement_parties as parties, agreement_signatures as signatures, agreements};

/// Which agreements are wanted.
#[derive(Debug, Clone, Default)]
pub struct AgreementFilter {
    /// Of this kind.
    pub kind: Option<AgreementKind>,
    /// To which this organisation is a party as first signed.
    pub partner: Option<PartnerId>,
    /// With these words in title or reference.
    pub query: Option<String>,
    /// Only those that all who must have signed, as the public sees them.
    pub concluded: bool,
}

/// How agreements are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgreementSort {
    /// By the instant of their record.
    CreatedAt,
    /// By their first day.
    StartsOn,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = agreements)]
struct Key {
    id: AgreementId,
    starts_on: NaiveDate,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
}

fn listed<'a>(programme: ProgrammeId, filter: &AgreementFilter) -> agreements::BoxedQuery<'a, MultiBackend> {
    let mut query = agreements::table
        .filter(agreements::programme_id.eq(programme.db()))
        .filter(agreements::archived_at.is_null())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(agreements::kind.eq(kind.as_str()));
    }
    if let Some(partner) = filter.partner {
        let party = parties::table.filter(parties::agreement_id.eq(agreements::id));
        query = query.filter(exists(party.filter(parties::partner_id.eq(partner.db()))));
    }
    for pattern in paging::patterns(filter.query.as_deref()) {
        query = query.filter(agreements::search.like(pattern).escape('\\'));
    }
    if filter.concluded {
        let signed = signatures::table
            .filter(signatures::agreement_id.eq(parties::agreement_id))
            .filter(signatures::partner_id.eq(parties::partner_id))
            .filter(signatures::amendment_id.is_null());
        let missing = parties::table
            .filter(parties::agreement_id.eq(agreements::id))
            .filter(parties::signs.eq(true))
            .filter(not(exists(signed)));
        let unilateral = AgreementKind::ALL.iter().filter(|kind| kind.is_unilateral());
        let unilateral: Vec<&str> = unilateral.map(|kind| kind.as_str()).collect();
        query = query
            .filter(agreements::opened_on.is_not_null())
            .filter(not(exists(missing)))
            .filter(
                agreements::notified_on
                    .is_not_null()
                    .or(agreements::kind.ne_all(unilateral)),
            );
    }
    query
}

/// The agreements of a programme, without their clauses, places and persons.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_agreements(
    conn: &mut Conn,
    programme: ProgrammeId,
    filter: &AgreementFilter,
    request: &PageRequest<AgreementSort>,
) -> StoreResult<Page<Agreement>> {
    let total = total!(conn, request, listed(programme, filter), agreements::id);
    let select = || listed(programme, filter).select(Key::as_select());
    let page = match request.sort {
        AgreementSort::CreatedAt => {
            let rows = keyset!(select(), request, agreements::created_at, agreements::id, DateTime<Utc>).load(conn)?;
            paging::page(rows, request, total, |key: &Key| (key.created_at.text(), key.id.into()))
        }
        AgreementSort::StartsOn => {
            let rows = keyset!(select(), request, agreements::starts_on, agreements::id, NaiveDate).load(conn)?;
            paging::page(rows, request, total, |key: &Key| (key.starts_on.text(), key.id.into()))
        }
    };
    let ids: Vec<AgreementId> = page.items.iter().map(|key| key.id).collect();
    let mut found = read::load(conn, &ids, Parts::Rules)?;
    Ok(paging::map(page, |keys| {
        keys.into_iter().filter_map(|key| found.remove(&key.id)).collect()
    }))
}
