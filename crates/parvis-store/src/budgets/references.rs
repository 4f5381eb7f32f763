//! What an object of the ledger refers to: partners, lines and grants that must exist where it stands.

use diesel::prelude::*;
use parvis_domain::budgets::Share;
use parvis_domain::ids::{BudgetId, GrantId, LineId, PartnerId};
use parvis_domain::{Code, Currency, Fault};

use crate::columns::{IntoDb, db_ids};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{grants, lines, partners};

/// A partner that can be referred to: it exists and is not archived.
pub(super) fn require_partner(conn: &mut Conn, partner: PartnerId, pointer: &str) -> StoreResult<()> {
    let found: Option<PartnerId> = partners::table
        .find(partner.db())
        .filter(partners::archived_at.is_null())
        .select(partners::id)
        .first(conn)
        .optional()?;
    match found {
        Some(_) => Ok(()),
        None => Err(Fault::new(Code::ReferenceUnknown, pointer, "There is no such partner.").into()),
    }
}

/// The currency of a grant of this budget.
pub(super) fn currency_in(conn: &mut Conn, budget: BudgetId, grant: GrantId, pointer: &str) -> StoreResult<Currency> {
    let found = grants::table
        .find(grant.db())
        .filter(grants::budget_id.eq(budget.db()))
        .select(grants::currency);
    let found: Option<Currency> = found.first(conn).optional()?;
    found.ok_or_else(|| Fault::new(Code::ReferenceUnknown, pointer, "This budget has no such grant.").into())
}

/// A funder that has withdrawn brings nothing more.
///
/// # Errors
/// `grant_withdrawn` at the pointer.
pub(super) fn require_giving(conn: &mut Conn, grant: GrantId, pointer: &str) -> StoreResult<()> {
    let withdrawn = grants::table.find(grant.db()).select(grants::withdrawn_on);
    let withdrawn: Option<chrono::NaiveDate> = withdrawn.first(conn).optional()?.flatten();
    if withdrawn.is_none() {
        return Ok(());
    }
    let detail = "The funder has withdrawn: its share can only fall.";
    Err(Fault::new(Code::GrantWithdrawn, pointer, detail).into())
}

/// The shares of a new grant: each line must be of the same budget.
pub(super) fn require_lines(conn: &mut Conn, budget: BudgetId, shares: &[(LineId, Share)]) -> StoreResult<()> {
    let ids = db_ids(shares.iter().map(|(line, _)| *line));
    let found: Vec<LineId> = lines::table
        .filter(lines::budget_id.eq(budget.db()).and(lines::id.eq_any(&ids)))
        .select(lines::id)
        .load(conn)?;
    let mut faults = parvis_domain::Faults::new();
    for (i, (line, _)) in shares.iter().enumerate() {
        if !found.contains(line) {
            faults.add(
                parvis_domain::Code::ReferenceUnknown,
                format!("/shares/{i}/line_id"),
                "This budget has no such line.",
            );
        }
    }
    Ok(faults.finish(Some(()))?)
}
