//! Grants: decisions of funders, spread over lines.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::cofinancing::{CofinancingKind, CofinancingRule};
use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::budgets::{GrantContent, GrantKind, PaymentMode, Share};
use parvis_domain::ids::{BudgetId, GrantId, LineId, PartnerId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Currency, Money};
use serde::Serialize;
use serde_json::Value;

use super::balances::{Balance, Of, planned_and_granted};
use super::home::Setting;
use super::{plans, record, references, shares, texts};
use crate::columns::{Instant, IntoDb, Json, db_ids, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::events;
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::{grants, programmes};
use crate::stamp::Stamp;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = grants)]
struct GrantRow {
    id: GrantId,
    budget_id: BudgetId,
    programme_id: ProgrammeId,
    funder_id: PartnerId,
    kind: GrantKind,
    currency: Currency,
    payment_mode: PaymentMode,
    reference: Option<String>,
    decided_on: Option<NaiveDate>,
    expires_on: Option<NaiveDate>,
    shift_numerator: Option<i64>,
    shift_denominator: Option<i64>,
    rate_numerator: Option<i64>,
    rate_denominator: Option<i64>,
    withdrawn_on: Option<NaiveDate>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
}

/// A grant with its shares.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grant {
    /// Its identifier.
    pub id: GrantId,
    /// The budget.
    pub budget_id: BudgetId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The funder.
    pub funder_id: PartnerId,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// Its currency.
    pub currency: Currency,
    /// How it is paid.
    pub payment_mode: PaymentMode,
    /// Reference of the decision.
    pub reference: Option<String>,
    /// Date of the decision.
    pub decided_on: Option<NaiveDate>,
    /// The last day on which it can be paid.
    pub expires_on: Option<NaiveDate>,
    /// Which part of its plan each line may exceed without an amendment.
    #[serde(serialize_with = "texts::optional_percent")]
    pub shift: Option<Ratio>,
    /// Which part of the accepted cost it pays at most.
    #[serde(serialize_with = "texts::optional_percent")]
    pub rate: Option<Ratio>,
    /// The day on which the funder withdrew.
    pub withdrawn_on: Option<NaiveDate>,
    /// Version, raised by every change.
    #[serde(skip)]
    pub version: i64,
    /// When it was recorded.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// Its parts of lines.
    pub shares: Vec<GrantShare>,
}

impl Grant {
    /// What it says of itself, as it would be recorded.
    #[must_use]
    pub fn content(&self) -> GrantContent {
        GrantContent {
            funder: self.funder_id,
            kind: self.kind,
            currency: self.currency,
            payment_mode: self.payment_mode,
            reference: self.reference.clone(),
            decided_on: self.decided_on,
            expires_on: self.expires_on,
            shift: self.shift,
            rate: self.rate,
        }
    }
}

/// The part of a grant that a line gets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GrantShare {
    /// The line.
    pub line: LineId,
    /// The plan with its revisions.
    #[serde(serialize_with = "texts::amount")]
    pub planned: Money,
    /// The decision with its amendments.
    #[serde(serialize_with = "texts::amount")]
    pub granted: Money,
}

/// Which grants are wanted.
#[derive(Debug, Clone, Default)]
pub struct GrantFilter {
    /// Of this funder.
    pub funder: Option<PartnerId>,
    /// Cash or in kind.
    pub kind: Option<GrantKind>,
    /// That a partner may see: its own.
    pub only: Option<PartnerId>,
}

/// How grants are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantSort {
    /// By the instant of their record.
    CreatedAt,
}

/// The grants of a budget.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_grants(
    conn: &mut Conn,
    budget: BudgetId,
    filter: &GrantFilter,
    request: &PageRequest<GrantSort>,
) -> StoreResult<Page<Grant>> {
    let query = || {
        let mut query = grants::table
            .filter(grants::budget_id.eq(budget.db()))
            .into_boxed::<MultiBackend>();
        for funder in [filter.funder, filter.only].into_iter().flatten() {
            query = query.filter(grants::funder_id.eq(funder.db()));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(grants::kind.eq(kind.as_str()));
        }
        query
    };
    let total = total!(conn, request, query(), grants::id);
    let rows = keyset!(
        query().select(GrantRow::as_select()),
        request,
        grants::created_at,
        grants::id,
        DateTime<Utc>
    )
    .load(conn)?;
    let page = paging::page(rows, request, total, |grant: &GrantRow| {
        (grant.created_at.text(), grant.id.into())
    });
    let ids = db_ids(page.items.iter().map(|grant| grant.id));
    let shares = planned_and_granted(conn, Of::Grants(&ids), None)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| with_shares(row, &shares)).collect()
    }))
}

/// One grant.
///
/// # Errors
/// `not_found`.
pub fn get_grant(conn: &mut Conn, grant: GrantId) -> StoreResult<Grant> {
    let row: GrantRow = grants::table
        .find(grant.db())
        .select(GrantRow::as_select())
        .first(conn)?;
    let shares = planned_and_granted(conn, Of::Grants(&[grant.db()]), None)?;
    Ok(with_shares(row, &shares))
}

fn with_shares(row: GrantRow, shares: &[Balance]) -> Grant {
    let of_grant = shares.iter().filter(|share| share.grant == row.id);
    let share = |b: &Balance| GrantShare {
        line: b.line,
        planned: b.money(b.sums.planned),
        granted: b.money(b.sums.granted),
    };
    Grant {
        id: row.id,
        budget_id: row.budget_id,
        programme_id: row.programme_id,
        funder_id: row.funder_id,
        kind: row.kind,
        currency: row.currency,
        payment_mode: row.payment_mode,
        reference: row.reference,
        decided_on: row.decided_on,
        expires_on: row.expires_on,
        shift: shares::ratio((row.shift_numerator, row.shift_denominator)),
        rate: shares::ratio((row.rate_numerator, row.rate_denominator)),
        withdrawn_on: row.withdrawn_on,
        version: row.version,
        created_at: row.created_at,
        shares: of_grant.map(share).collect(),
    }
}

/// Records a grant with its shares.
///
/// # Errors
/// `reference_unknown` for a funder that does not exist or a line of another budget.
pub fn create_grant(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    content: &GrantContent,
    parts: &[(LineId, Share)],
) -> StoreResult<Grant> {
    plans::touch(conn, setting.budget, None)?;
    references::require_lines(conn, setting.budget, parts)?;
    let id = insert(conn, stamp, setting, content, "")?;
    for (line, share) in parts {
        shares::open(
            conn,
            stamp,
            setting.programme,
            setting.budget,
            (*line, id),
            setting.policy,
            *share,
        )?;
    }
    let grant = get_grant(conn, id)?;
    record(
        conn,
        stamp,
        setting.programme,
        Operation::CreateGrant,
        "grant",
        id,
        Value::Null,
        &grant,
    )?;
    Ok(grant)
}

/// Inserts a grant without shares; the caller opens them and records the event. `at` is the pointer of the grant.
pub(super) fn insert(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    content: &GrantContent,
    at: &str,
) -> StoreResult<GrantId> {
    references::require_partner(conn, content.funder, &format!("{at}/funder_id"))?;
    let shift = match content.shift {
        Some(shift) => Some(shift),
        None => default_shift(conn, setting.programme)?,
    };
    let id: GrantId = stamp.id();
    diesel::insert_into(grants::table)
        .values((
            grants::id.eq(id.db()),
            grants::budget_id.eq(setting.budget.db()),
            grants::programme_id.eq(setting.programme.db()),
            grants::funder_id.eq(content.funder.db()),
            grants::kind.eq(content.kind.as_str()),
            grants::currency.eq(content.currency.code()),
            grants::payment_mode.eq(content.payment_mode.as_str()),
            grants::reference.eq(&content.reference),
            grants::decided_on.eq(content.decided_on),
            grants::expires_on.eq(content.expires_on),
            grants::shift_numerator.eq(shift.map(Ratio::numerator)),
            grants::shift_denominator.eq(shift.map(Ratio::denominator)),
            grants::rate_numerator.eq(content.rate.map(Ratio::numerator)),
            grants::rate_denominator.eq(content.rate.map(Ratio::denominator)),
            grants::version.eq(1_i64),
            grants::created_at.eq(micros(stamp.at)),
            grants::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    Ok(id)
}

/// What the co-financing rules of a programme let shift between headings.
fn default_shift(conn: &mut Conn, programme: ProgrammeId) -> StoreResult<Option<Ratio>> {
    let rules: Json<Vec<CofinancingRule>> = programmes::table
        .find(programme.db())
        .select(programmes::cofinancing)
        .first(conn)?;
    let mut shifts = rules.0.iter().filter(|rule| rule.kind == CofinancingKind::HeadingShift);
    let percent = shifts.find_map(|rule| rule.percent.as_deref());
    Ok(percent.and_then(|percent| Ratio::parse_percent("", percent).ok()))
}

/// What can be changed about a grant besides its amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantTerms {
    /// Reference of the decision.
    pub reference: Option<String>,
    /// Date of the decision.
    pub decided_on: Option<NaiveDate>,
    /// The last day on which it can be paid.
    pub expires_on: Option<NaiveDate>,
    /// Which part of its plan each line may exceed without an amendment.
    pub shift: Option<Ratio>,
    /// Which part of the accepted cost it pays at most.
    pub rate: Option<Ratio>,
}

/// Changes what a grant that was read at its version says of itself.
///
/// # Errors
/// `version_stale`; the rule that a share would break with a narrower shift.
pub fn update_grant(conn: &mut Conn, stamp: &Stamp<'_>, before: &Grant, terms: &GrantTerms) -> StoreResult<Grant> {
    if terms.shift != before.shift {
        shares::set_shift(conn, before.budget_id, before.id, terms.shift)?;
    }
    let row = grants::table
        .find(before.id.db())
        .filter(grants::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            grants::reference.eq(&terms.reference),
            grants::decided_on.eq(terms.decided_on),
            grants::expires_on.eq(terms.expires_on),
            grants::rate_numerator.eq(terms.rate.map(Ratio::numerator)),
            grants::rate_denominator.eq(terms.rate.map(Ratio::denominator)),
            grants::version.eq(grants::version + 1),
            grants::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    let after = get_grant(conn, before.id)?;
    record(
        conn,
        stamp,
        before.programme_id,
        Operation::UpdateGrant,
        "grant",
        before.id,
        events::value(before)?,
        &after,
    )?;
    Ok(after)
}
