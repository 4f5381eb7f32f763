//! Amendments are written, signed and adopted; what they change of amounts is booked in the plan with the adoption.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::agreements::amendments::{AmendmentDraft, Committed};
use parvis_domain::agreements::signatures::NewSignature;
use parvis_domain::agreements::{
    self as domain, Agreement as Rules, AmendmentStatus, AnnexKey, Authorisation, Changes, Origin, SignatureBook,
};
use parvis_domain::budgets::plan::CellEdit;
use parvis_domain::ids::{AgreementId, AmendmentId, BudgetId, GrantId, PartnerId};
use parvis_domain::{Code, DomainError, Money};

use super::sign::{insert_authorisation, insert_signature};
use super::{Agreement, finish, kept, lock_agreement, references, touch};
use crate::budgets::{PlanEdit, Setting, amend_plan, commitments_of, lock_grants, lock_plan};
use crate::columns::{IntoDb, json, micros};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::programmes::ProgrammeContext;
use crate::schema::{agreement_amendments as amendments, grants};
use crate::stamp::Stamp;

/// Writes the draft of an amendment; it gets the next number.
///
/// # Errors
/// `transition_refused` where the agreement is not signed, `reference_unknown`, `version_stale`.
pub fn create_amendment(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    draft: &AmendmentDraft,
    today: NaiveDate,
) -> StoreResult<Agreement> {
    before.rules.require_amendable(today)?;
    let changes = settle(conn, before, draft)?;
    touch(conn, stamp, before)?;
    let id: AmendmentId = stamp.id();
    let (law_reference, law_dated_on) = law(&draft.origin);
    diesel::insert_into(amendments::table)
        .values((
            amendments::id.eq(id.db()),
            amendments::agreement_id.eq(before.id.db()),
            amendments::programme_id.eq(before.programme_id.db()),
            amendments::number.eq(i32::try_from(before.rules.next_number()).unwrap_or(i32::MAX)),
            amendments::origin.eq(origin(&draft.origin)),
            amendments::law_reference.eq(law_reference),
            amendments::law_dated_on.eq(law_dated_on),
            amendments::title.eq(json(&draft.title)?),
            amendments::effective_on.eq(draft.effective_on),
            amendments::changes.eq(kept::write_changes(&changes)?),
            amendments::version.eq(1_i64),
            amendments::created_at.eq(micros(stamp.at)),
            amendments::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    finish(conn, stamp, Operation::CreateAmendment, before)
}

/// Changes an amendment that is not open for signature.
///
/// # Errors
/// `not_found`, `transition_refused`, `reference_unknown`, `version_stale`.
pub fn update_amendment(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    number: u32,
    draft: &AmendmentDraft,
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let amendment = before.rules.amendment(number)?;
    let status = amendment.status(today);
    if status != AmendmentStatus::Draft {
        let detail = format!("The amendment is {status}: its text stands.");
        return Err(DomainError::new(Code::TransitionRefused, detail).into());
    }
    let changes = settle(conn, before, draft)?;
    touch(conn, stamp, before)?;
    let (law_reference, law_dated_on) = law(&draft.origin);
    diesel::update(amendments::table.find(id_of(before, number)?.db()))
        .set((
            amendments::origin.eq(origin(&draft.origin)),
            amendments::law_reference.eq(law_reference),
            amendments::law_dated_on.eq(law_dated_on),
            amendments::title.eq(json(&draft.title)?),
            amendments::effective_on.eq(draft.effective_on),
            amendments::changes.eq(kept::write_changes(&changes)?),
            amendments::version.eq(amendments::version + 1),
            amendments::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    finish(conn, stamp, Operation::UpdateAmendment, before)
}

/// Opens an amendment for signature. What law or order says is adopted thereby, and what it changes of amounts is booked.
///
/// # Errors
/// `transition_refused`, every fault of the amendment against the agreement, `reduction_below_committed`, `year_closed`,
/// `version_stale`.
pub fn open_amendment(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &Agreement,
    number: u32,
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let amendment = before.rules.amendment(number)?;
    references::check_annex(
        conn,
        before.programme_id,
        Some(before.id),
        &amendment.changes.amounts,
        "/changes/amounts",
    )?;
    let committed = committed(conn, &amendment.changes)?;
    let mut rules = before.rules.clone();
    rules.open_amendment(number, &committed, today)?;
    touch(conn, stamp, before)?;
    let opened = rules.amendment(number)?;
    let signers = (opened.origin == Origin::Signed).then(|| kept::write_signers(&opened.book));
    change(conn, stamp, before, number, opened, signers.transpose()?)?;
    adopt(conn, stamp, programme, (before, &rules), number, today)?;
    finish(conn, stamp, Operation::OpenAmendment, before)
}

/// Records a party's own decision to sign an amendment.
///
/// # Errors
/// As for the agreement.
pub fn authorise_amendment(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    number: u32,
    (partner, decision): (PartnerId, &Authorisation),
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let mut book: SignatureBook = before.rules.amendment(number)?.book.clone();
    book.authorise(partner, decision.clone(), today)?;
    touch(conn, stamp, before)?;
    let id = id_of(before, number)?;
    insert_authorisation(conn, stamp, before, Some(id), (partner, decision))?;
    finish(conn, stamp, Operation::AuthoriseAmendment, before)
}

/// Records the signature of a party under an amendment. With the last that is waited for, the amendment is adopted: in the
/// same transaction its amounts are booked in the plan, on the later of its effective day and of that signature.
///
/// # Errors
/// As for the agreement, and with the last signature those of [`open_amendment`].
pub fn sign_amendment(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &Agreement,
    (number, signature): (u32, &NewSignature),
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let committed = committed(conn, &before.rules.amendment(number)?.changes)?;
    let mut rules = before.rules.clone();
    rules.sign_amendment(number, (signature.partner, signature.signed_on), &committed, today)?;
    touch(conn, stamp, before)?;
    insert_signature(conn, stamp, before, Some(id_of(before, number)?), signature)?;
    adopt(conn, stamp, programme, (before, &rules), number, today)?;
    finish(conn, stamp, Operation::SignAmendment, before)
}

/// Gives up an amendment that is not adopted.
///
/// # Errors
/// `not_found`, `transition_refused`, `version_stale`.
pub fn withdraw_amendment(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    number: u32,
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let mut rules = before.rules.clone();
    rules.withdraw_amendment(number, today)?;
    touch(conn, stamp, before)?;
    let withdrawn = rules.amendment(number)?;
    let signers = withdrawn.opened_on.map(|_| kept::write_signers(&withdrawn.book));
    change(conn, stamp, before, number, withdrawn, signers.transpose()?)?;
    finish(conn, stamp, Operation::WithdrawAmendment, before)
}

/// Locks what the adoption of an amendment changes: the plans of budgets, then grants, then the agreement.
///
/// # Errors
/// Those of the database.
pub fn lock_amendment(conn: &mut Conn, agreement: AgreementId, number: u32) -> StoreResult<()> {
    let row = amendments::table
        .filter(amendments::agreement_id.eq(agreement.db()))
        .filter(amendments::number.eq(i32::try_from(number).unwrap_or(0)))
        .select(amendments::changes);
    let changes: Option<String> = row.first(conn).optional()?;
    let changes = changes
        .map(|text| kept::read_changes(&text))
        .transpose()?
        .unwrap_or_default();
    let wanted: BTreeSet<GrantId> = changes.amounts.keys().map(|key| key.grant).collect();
    let budgets = budgets_of(conn, &wanted)?;
    for budget in budgets.values().copied().collect::<BTreeSet<BudgetId>>() {
        lock_plan(conn, budget)?;
    }
    lock_grants(conn, wanted)?;
    lock_agreement(conn, agreement)
}

/// Books what an amendment changes of amounts, where it has just been adopted.
fn adopt(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (before, after): (&Agreement, &Rules),
    number: u32,
    today: NaiveDate,
) -> StoreResult<()> {
    let was = before.rules.amendment(number)?.amounts_from(today);
    let amendment = after.amendment(number)?;
    let Some(booked_on) = amendment.amounts_from(today).filter(|_| was.is_none()) else {
        return Ok(());
    };
    let amounts = &amendment.changes.amounts;
    let known = references::check_annex(conn, before.programme_id, Some(before.id), amounts, "/changes/amounts")?;
    references::rest(conn, before.id, &known)?;
    let mut cells: BTreeMap<BudgetId, Vec<CellEdit>> = BTreeMap::new();
    for (key, amount) in amounts {
        let grant = known.iter().find(|grant| grant.id == key.grant);
        if let Some((cell, grant)) = cell(key, *amount).zip(grant) {
            cells.entry(grant.budget).or_default().push(cell);
        }
    }
    for (budget, cells) in cells {
        let edit = PlanEdit {
            cells,
            costs: Vec::new(),
            reason: format!("{}, {number}", before.name()),
            booked_on,
            role: None,
            expected: 0,
        };
        let setting = Setting {
            programme: programme.id,
            budget,
            policy: programme.policy,
        };
        amend_plan(conn, stamp, setting, &edit).map_err(relocate)?;
    }
    Ok(())
}

/// An amount on a line is what is planned and granted there from now on; one of a whole grant limits what can be bound.
fn cell(key: &AnnexKey, amount: Money) -> Option<CellEdit> {
    key.line.map(|line| CellEdit {
        line,
        grant: key.grant,
        planned: Some(amount),
        granted: Some(amount),
    })
}

/// Points the faults of the plan to the amounts of the amendment.
fn relocate(error: StoreError) -> StoreError {
    match error {
        StoreError::Domain(mut refusal) => {
            for fault in &mut refusal.faults.0 {
                "/changes/amounts".clone_into(&mut fault.pointer);
            }
            StoreError::Domain(refusal)
        }
        other => other,
    }
}

fn committed(conn: &mut Conn, changes: &Changes) -> StoreResult<Vec<Committed>> {
    commitments_of(conn, changes.amounts.keys().map(|key| key.grant).collect())
}

fn budgets_of(conn: &mut Conn, wanted: &BTreeSet<GrantId>) -> StoreResult<BTreeMap<GrantId, BudgetId>> {
    let rows: Vec<(GrantId, BudgetId)> = grants::table
        .filter(grants::id.eq_any(crate::columns::db_ids(wanted.iter().copied())))
        .select((grants::id, grants::budget_id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The changes with the parties that join, once the kinds of their organisations are known.
fn settle(conn: &mut Conn, agreement: &Agreement, draft: &AmendmentDraft) -> StoreResult<Changes> {
    let joining: Vec<PartnerId> = draft.joining.iter().map(|party| party.partner).collect();
    let kinds = references::kinds(conn, &joining, |i| format!("/changes/joining/{i}/partner_id"))?;
    let amounts = &draft.changes.amounts;
    references::check_annex(
        conn,
        agreement.programme_id,
        Some(agreement.id),
        amounts,
        "/changes/amounts",
    )?;
    let settled = draft.joining.iter().cloned().filter_map(|party| {
        let kind = kinds.get(&party.partner)?;
        Some(party.settle(agreement.rules.kind, *kind))
    });
    Ok(Changes {
        joining: settled.collect(),
        ..draft.changes.clone()
    })
}

fn change(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    agreement: &Agreement,
    number: u32,
    to: &domain::Amendment,
    signers: Option<String>,
) -> StoreResult<()> {
    diesel::update(amendments::table.find(id_of(agreement, number)?.db()))
        .set((
            amendments::opened_on.eq(to.opened_on),
            amendments::withdrawn_on.eq(to.withdrawn_on),
            amendments::signers.eq(signers),
            amendments::version.eq(amendments::version + 1),
            amendments::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    Ok(())
}

fn id_of(agreement: &Agreement, number: u32) -> StoreResult<AmendmentId> {
    let found = agreement.amendments.iter().find(|amendment| amendment.number == number);
    found.map(|amendment| amendment.id).ok_or(StoreError::NotFound)
}

fn origin(origin: &Origin) -> &'static str {
    match origin {
        Origin::Signed => "signed",
        Origin::LawOrOrder { .. } => "law_or_order",
    }
}

fn law(origin: &Origin) -> (Option<&str>, Option<NaiveDate>) {
    match origin {
        Origin::Signed => (None, None),
        Origin::LawOrOrder { reference, dated_on } => (Some(reference), Some(*dated_on)),
    }
}
