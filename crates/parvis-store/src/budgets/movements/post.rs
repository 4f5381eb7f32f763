//! Movements are posted, reversed and corrected. Where the programme asks for a second person, they wait.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::ledger::{self, Change, Sums};
use parvis_domain::budgets::movements::{Product, Refused};
use parvis_domain::budgets::{self as domain, MovementKind, MovementStatus, NewMovement};
use parvis_domain::ids::{BudgetId, MovementId, PartnerId};
use parvis_domain::{Code, DomainError, text};
use serde_json::Value;

use super::{Decision, Movement, MovementRow, SEPARATOR, complete};
use crate::budgets::rates::{self, Resolved};
use crate::budgets::shares::{self, Locked};
use crate::budgets::{flows, pending, record, references, resting, years};
use crate::columns::{IntoDb, micros};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::events;
use crate::schema::{movements, reversals};
use crate::stamp::Stamp;

/// Posts a movement: checks the rules of the ledger under the lock of the grant, and keeps the balances. `bound` is the
/// organisation that the caller acts for, whose own share it must be.
///
/// # Errors
/// The rule that it would break, naming what is available; `year_closed`, `line_year_closed`; those of the agreement that
/// the grant rests on.
pub fn create_movement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    budget: BudgetId,
    new: &NewMovement,
    bound: Option<PartnerId>,
) -> StoreResult<Movement> {
    years::require_open(conn, budget, new.booked_on, "/booked_on")?;
    if new.kind == MovementKind::Commitment {
        years::require_line_open(conn, budget, new.line)?;
    }
    let mut share = shares::lock(conn, budget, (new.line, new.grant))?;
    domain::check_own_share(bound, share.funder, new.kind)?;
    domain::check_kind(new.kind, share.terms.kind)?;
    domain::check_mode(new.kind, share.terms.mode)?;
    let money = resolve(conn, &share, new)?;
    for (partner, pointer) in [(new.payer, "/payer_id"), (new.payee, "/payee_id")] {
        if let Some(partner) = partner {
            references::require_partner(conn, partner, pointer)?;
        }
    }
    let change = ledger::effect(new.kind, share.terms.mode, money.amount.minor);
    resting::check(
        conn,
        stamp,
        &share,
        &resting::of_new(new, share.terms.policy.four_eyes),
        change.committed,
    )?;
    apply(conn, &mut share, new.booked_on, change)?;
    let posted = insert(conn, stamp, &share, new, money, Links::default())?;
    begin(conn, &share, &posted, None, change)?;
    let programme = share.programme;
    record(
        conn,
        stamp,
        programme,
        Operation::CreateMovement,
        "movement",
        posted.id,
        Value::Null,
        &posted,
    )?;
    Ok(posted)
}

/// Reverses a movement on a day of its own.
///
/// # Errors
/// `already_reversed`, `reversal_of_reversal`, `not_approved`, `year_closed`, or the rule that would be broken without the
/// movement.
pub fn reverse_movement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    of: &Movement,
    booked_on: NaiveDate,
    reason: &str,
) -> StoreResult<Movement> {
    years::require_open(conn, of.budget_id, booked_on, "/booked_on")?;
    let mut share = lock_reversible(conn, of)?;
    let change = ledger::effect(of.kind, share.terms.mode, of.amount.minor).negated();
    resting::check(
        conn,
        stamp,
        &share,
        &resting::of_reversal(of.kind, booked_on),
        change.committed,
    )?;
    apply(conn, &mut share, booked_on, change)?;
    let reversal = insert_reversal(conn, stamp, &share, of, booked_on, reason)?;
    begin(conn, &share, &reversal, None, change)?;
    record(
        conn,
        stamp,
        share.programme,
        Operation::ReverseMovement,
        "movement",
        reversal.id,
        events::value(of)?,
        &reversal,
    )?;
    Ok(reversal)
}

/// Reverses a movement and posts its replacement; the rules are checked after both (rule 7). Returns both. Where a second
/// person decides, the two are decided on together.
///
/// # Errors
/// As [`reverse_movement`], `currency_mismatch`, and `line_year_closed` where more would be committed on a line of a
/// closed year.
pub fn correct_movement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    of: &Movement,
    reason: &str,
    replacement: &NewMovement,
) -> StoreResult<(Movement, Movement)> {
    let day = replacement.booked_on;
    years::require_open(conn, of.budget_id, day, "/booked_on")?;
    let mut share = lock_reversible(conn, of)?;
    let money = resolve(conn, &share, replacement).map_err(|error| below(error, "/replacement"))?;
    let mode = share.terms.mode;
    if of.kind == MovementKind::Commitment && money.amount.minor > of.amount.minor {
        years::require_line_open(conn, of.budget_id, of.line_id)?;
    }
    let taken = ledger::effect(of.kind, mode, of.amount.minor).negated();
    let change = taken.plus(ledger::effect(replacement.kind, mode, money.amount.minor));
    let dated = match money.amount.minor > of.amount.minor || replacement.kind != MovementKind::Commitment {
        true => resting::of_new(replacement, share.terms.policy.four_eyes),
        // Less is bound than before: that is a release, which is possible for longer than a commitment.
        false => resting::of_reversal(of.kind, day),
    };
    resting::check(conn, stamp, &share, &dated, change.committed).map_err(|error| below(error, "/replacement"))?;
    apply(conn, &mut share, day, change).map_err(|error| below(error, "/replacement"))?;
    let reversal = insert_reversal(conn, stamp, &share, of, day, reason)?;
    let links = Links {
        corrects: Some(of.id),
        ..Links::default()
    };
    let replacement = insert(conn, stamp, &share, replacement, money, links)?;
    begin(conn, &share, &reversal, Some(replacement.id), Sums::default())?;
    begin(conn, &share, &replacement, Some(reversal.id), change)?;
    record(
        conn,
        stamp,
        share.programme,
        Operation::CorrectMovement,
        "movement",
        replacement.id,
        events::value(of)?,
        &replacement,
    )?;
    Ok((reversal, replacement))
}

/// Checks a change and books it, or only checks it where it waits for a second person.
fn apply(conn: &mut Conn, share: &mut Locked, day: NaiveDate, change: Sums) -> StoreResult<()> {
    match share.terms.policy.four_eyes {
        true => {
            let change = Change {
                sums: change,
                waits: true,
            };
            share.check(conn, day, change).map(drop)
        }
        false => share.change(conn, day, change),
    }
}

/// A movement that was posted begins to count, or to wait with what it would change.
fn begin(
    conn: &mut Conn,
    share: &Locked,
    movement: &Movement,
    decided_with: Option<MovementId>,
    change: Sums,
) -> StoreResult<()> {
    match movement.status {
        MovementStatus::Pending => pending::wait(conn, share, movement.id, decided_with, movement.booked_on, change),
        _ => flows::count(conn, &movement.flow()),
    }
}

/// Amount, original and rate, of which one may follow from the others.
fn resolve(conn: &mut Conn, share: &Locked, new: &NewMovement) -> StoreResult<Resolved> {
    let currency = share.terms.currency;
    match &new.product {
        Some(Product::Valued { unit_value, .. }) => {
            domain::check_currency("/unit_value/currency", unit_value.currency, currency)?;
        }
        Some(Product::FlatRate { base, .. }) => domain::check_currency("/base/currency", base.currency, currency)?,
        None => {}
    }
    if let Some(Refused { amount, .. }) = &new.refused {
        domain::check_currency("/refused/amount/currency", amount.currency, currency)?;
    }
    rates::resolve(
        conn,
        share.programme,
        currency,
        new.amount,
        new.original,
        new.rate,
        new.booked_on,
    )
}

/// Points the faults of a refusal to where the request has the value.
fn below(error: StoreError, base: &str) -> StoreError {
    match error {
        StoreError::Domain(mut refusal) => {
            let faults = refusal.faults.0.iter_mut();
            faults.for_each(|fault| fault.pointer = format!("{base}{}", fault.pointer));
            StoreError::Domain(refusal)
        }
        other => other,
    }
}

/// Locks the share of a movement, then looks whether it can still be reversed.
fn lock_reversible(conn: &mut Conn, of: &Movement) -> StoreResult<Locked> {
    let share = shares::lock(conn, of.budget_id, (of.line_id, of.grant_id))?;
    let refuse = |code, detail: &str| Err(StoreError::Domain(DomainError::new(code, detail)));
    if of.reverses.is_some() {
        return refuse(
            Code::ReversalOfReversal,
            "This is a reversal; post the movement anew instead.",
        );
    }
    match super::status_of(conn, of)? {
        MovementStatus::Approved => {}
        MovementStatus::Pending => {
            return refuse(
                Code::NotApproved,
                "The movement waits for a second person: have it refused instead.",
            );
        }
        MovementStatus::Refused => return refuse(Code::NotApproved, "The movement was refused: it never counted."),
    }
    let reversal = reversals::table.find(of.id.db()).select(reversals::reversal_id);
    match reversal.first::<MovementId>(conn).optional()? {
        Some(by) => refuse(
            Code::AlreadyReversed,
            &format!("The movement {by} reverses it already."),
        ),
        None => Ok(share),
    }
}

/// Other movements that a movement is about.
#[derive(Default)]
struct Links {
    reverses: Option<MovementId>,
    corrects: Option<MovementId>,
}

/// Inserts a reversal: it repeats what it reverses, on its own day, with the reason as its note.
fn insert_reversal(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    share: &Locked,
    of: &Movement,
    booked_on: NaiveDate,
    reason: &str,
) -> StoreResult<Movement> {
    let mirror = NewMovement {
        line: of.line_id,
        grant: of.grant_id,
        kind: of.kind,
        amount: Some(of.amount),
        original: of.original,
        rate: of.rate_id,
        booked_on,
        incurred_on: of.incurred_on,
        paid_on: None,
        payer: Some(of.payer_id),
        payee: of.payee_id,
        reference: of.reference.clone(),
        note: Some(reason.to_owned()),
        evidence: of.evidence.clone(),
        refused: of.refused.clone(),
        product: of.product.clone(),
    };
    let money = Resolved {
        amount: of.amount,
        original: of.original,
        rate: of.rate_id,
    };
    let links = Links {
        reverses: Some(of.id),
        corrects: None,
    };
    let reversal = insert(conn, stamp, share, &mirror, money, links)?;
    diesel::insert_into(reversals::table)
        .values((
            reversals::movement_id.eq(of.id.db()),
            reversals::reversal_id.eq(reversal.id.db()),
        ))
        .execute(conn)?;
    Ok(reversal)
}

fn insert(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    share: &Locked,
    new: &NewMovement,
    money: Resolved,
    links: Links,
) -> StoreResult<Movement> {
    let id: MovementId = stamp.id();
    let (unit, basis, factor) = parts(new.product.as_ref());
    let folded = |text: Option<&String>| text.map(|text| text::fold(text)).unwrap_or_default();
    diesel::insert_into(movements::table)
        .values((
            (
                movements::id.eq(id.db()),
                movements::programme_id.eq(share.programme.db()),
                movements::budget_id.eq(share.budget.db()),
                movements::line_id.eq(new.line.db()),
                movements::grant_id.eq(new.grant.db()),
                movements::kind.eq(new.kind.as_str()),
                movements::amount_minor.eq(money.amount.minor),
                movements::currency.eq(money.amount.currency.code()),
                movements::original_minor.eq(money.original.map(|original| original.minor)),
                movements::original_currency.eq(money.original.map(|original| original.currency.code())),
                movements::rate_id.eq(money.rate.map(IntoDb::db)),
                movements::payer_id.eq(new.payer.unwrap_or(share.funder).db()),
                movements::payee_id.eq(new.payee.map(IntoDb::db)),
                movements::booked_on.eq(new.booked_on),
                movements::incurred_on.eq(new.incurred_on),
                movements::paid_on.eq(new.paid_on),
            ),
            (
                movements::recorded_at.eq(micros(stamp.at)),
                movements::recorded_by.eq(stamp.actor.map(IntoDb::db)),
                movements::reference.eq(&new.reference),
                movements::note.eq(&new.note),
                movements::reverses.eq(links.reverses.map(IntoDb::db)),
                movements::needs_approval.eq(share.terms.policy.four_eyes),
                movements::corrects.eq(links.corrects.map(IntoDb::db)),
                movements::evidence.eq(&new.evidence),
                movements::refused_minor.eq(new.refused.as_ref().map(|refused| refused.amount.minor)),
                movements::refused_reason.eq(new.refused.as_ref().map(|refused| &refused.reason)),
                movements::unit.eq(unit),
                movements::basis_minor.eq(basis),
                movements::factor_numerator.eq(factor.map(|(numerator, _)| numerator)),
                movements::factor_denominator.eq(factor.map(|(_, denominator)| denominator)),
                movements::search.eq(format!(
                    "{}{SEPARATOR}{}",
                    folded(new.reference.as_ref()),
                    folded(new.note.as_ref())
                )),
            ),
        ))
        .execute(conn)?;
    let row: MovementRow = movements::table
        .find(id.db())
        .select(MovementRow::as_select())
        .first(conn)?;
    Ok(complete(row, Some(share.funder), None, Decision::None))
}

/// What a worked-out amount keeps: the unit, the basis, and the factor over and under the line.
fn parts(product: Option<&Product>) -> (Option<&str>, Option<i64>, Option<(i64, i64)>) {
    match product {
        None => (None, None, None),
        Some(Product::Valued {
            unit,
            quantity,
            unit_value,
        }) => (Some(unit.as_str()), Some(unit_value.minor), Some(quantity.parts())),
        Some(Product::FlatRate { base, rate }) => {
            (None, Some(base.minor), Some((rate.numerator(), rate.denominator())))
        }
    }
}
