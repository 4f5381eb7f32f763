//! What an agreement refers to: organisations, places, grants and lines that must exist where it stands.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use parvis_domain::agreements::AnnexKey;
use parvis_domain::ids::{AgreementId, BudgetId, GrantId, LineId, PartnerId, PlaceId, ProgrammeId};
use parvis_domain::partners::PartnerKind;
use parvis_domain::{Code, Currency, Faults, Money};

use crate::budgets::lock_grants;
use crate::columns::{IntoDb, db_ids};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{grants, lines, partners, places};

/// The kinds of organisations, each of which exists and is not archived.
///
/// # Errors
/// `reference_unknown` at the pointer of each that does not.
pub(super) fn kinds(
    conn: &mut Conn,
    wanted: &[PartnerId],
    at: impl Fn(usize) -> String,
) -> StoreResult<BTreeMap<PartnerId, PartnerKind>> {
    let ids = db_ids(wanted.iter().copied());
    let found: Vec<(PartnerId, PartnerKind)> = partners::table
        .filter(partners::id.eq_any(&ids).and(partners::archived_at.is_null()))
        .select((partners::id, partners::kind))
        .load(conn)?;
    let found: BTreeMap<_, _> = found.into_iter().collect();
    let mut faults = Faults::new();
    for (i, partner) in wanted.iter().enumerate() {
        if !found.contains_key(partner) {
            faults.add(Code::ReferenceUnknown, at(i), "There is no such partner.");
        }
    }
    Ok(faults.finish(Some(found))?)
}

/// Places that exist.
///
/// # Errors
/// `reference_unknown` for those that do not.
pub(super) fn require_places(conn: &mut Conn, wanted: &BTreeSet<PlaceId>) -> StoreResult<()> {
    let ids = db_ids(wanted.iter().copied());
    let found: Vec<PlaceId> = places::table
        .filter(places::id.eq_any(&ids))
        .select(places::id)
        .load(conn)?;
    let mut faults = Faults::new();
    for (i, place) in wanted.iter().enumerate() {
        if !found.contains(place) {
            faults.add(
                Code::ReferenceUnknown,
                format!("/place_ids/{i}"),
                "There is no such place.",
            );
        }
    }
    Ok(faults.finish(Some(()))?)
}

/// A grant as an annex needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownGrant {
    pub id: GrantId,
    pub budget: BudgetId,
    currency: Currency,
    agreement: Option<AgreementId>,
}

/// The grants of a programme that an annex names.
pub(super) fn grants_of(
    conn: &mut Conn,
    programme: ProgrammeId,
    annex: &BTreeMap<AnnexKey, Money>,
) -> StoreResult<Vec<KnownGrant>> {
    type Row = (GrantId, BudgetId, Currency, Option<AgreementId>);
    let wanted: BTreeSet<GrantId> = annex.keys().map(|key| key.grant).collect();
    let rows: Vec<Row> = grants::table
        .filter(grants::programme_id.eq(programme.db()))
        .filter(grants::id.eq_any(db_ids(wanted)))
        .order((grants::budget_id, grants::id))
        .select((grants::id, grants::budget_id, grants::currency, grants::agreement_id))
        .load(conn)?;
    let known = |(id, budget, currency, agreement): Row| KnownGrant {
        id,
        budget,
        currency,
        agreement,
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Locks the grants of an annex and checks it: every grant is of the programme, in its currency, and rests on no other
/// agreement; every line is one of the budget of its grant. `own` is the agreement, once it exists.
///
/// # Errors
/// Every fault at the pointer of the list: `reference_unknown`, `currency_mismatch`, `in_use`.
pub(super) fn check_annex(
    conn: &mut Conn,
    programme: ProgrammeId,
    own: Option<AgreementId>,
    annex: &BTreeMap<AnnexKey, Money>,
    at: &str,
) -> StoreResult<Vec<KnownGrant>> {
    lock_grants(conn, annex.keys().map(|key| key.grant).collect())?;
    let known = grants_of(conn, programme, annex)?;
    let wanted: BTreeSet<LineId> = annex.keys().filter_map(|key| key.line).collect();
    let found: Vec<(LineId, BudgetId)> = lines::table
        .filter(lines::id.eq_any(db_ids(wanted)))
        .select((lines::id, lines::budget_id))
        .load(conn)?;
    let mut faults = Faults::new();
    for (i, (key, amount)) in annex.iter().enumerate() {
        let pointer = |field: &str| format!("{at}/{i}/{field}");
        let Some(grant) = known.iter().find(|grant| grant.id == key.grant) else {
            faults.add(
                Code::ReferenceUnknown,
                pointer("grant_id"),
                "The programme has no such grant.",
            );
            continue;
        };
        if amount.currency != grant.currency {
            let detail = format!("The grant is in {}.", grant.currency);
            faults.add(Code::CurrencyMismatch, pointer("amount/currency"), detail);
        }
        if let Some(other) = grant.agreement.filter(|other| Some(*other) != own) {
            let detail = format!("The grant rests on the agreement {other}.");
            faults.add(Code::InUse, pointer("grant_id"), detail);
        }
        if key.line.is_some_and(|line| !found.contains(&(line, grant.budget))) {
            faults.add(
                Code::ReferenceUnknown,
                pointer("line_id"),
                "The budget of the grant has no such line.",
            );
        }
    }
    Ok(faults.finish(Some(known))?)
}

/// Lets grants rest on an agreement. They are locked.
pub(super) fn rest(conn: &mut Conn, agreement: AgreementId, known: &[KnownGrant]) -> StoreResult<()> {
    let ids = db_ids(known.iter().map(|grant| grant.id));
    diesel::update(grants::table.filter(grants::id.eq_any(ids)))
        .set(grants::agreement_id.eq(Some(agreement.db())))
        .execute(conn)?;
    Ok(())
}

/// Lets all grants go that rest on an agreement.
pub(super) fn free(conn: &mut Conn, agreement: AgreementId) -> StoreResult<()> {
    diesel::update(grants::table.filter(grants::agreement_id.eq(Some(agreement.db()))))
        .set(grants::agreement_id.eq(None::<crate::columns::DbId>))
        .execute(conn)?;
    Ok(())
}
