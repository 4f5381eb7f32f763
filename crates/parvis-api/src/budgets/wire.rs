//! From the store's view of budgets to the wire's: lines, grants and movements here, the rest in files of their own.

pub(super) mod conditions;
pub(super) mod plans;

use parvis_domain::Money;
use parvis_domain::accounts::View;
use parvis_domain::budgets::movements::Product;
use parvis_store::budgets as store;
use parvis_wire::budgets as wire;

pub(super) fn budget(budget: store::Budget) -> wire::Budget {
    wire::Budget {
        id: budget.id.into(),
        programme_id: budget.programme_id.into(),
        title: budget.title,
        starts_on: budget.starts_on,
        ends_on: budget.ends_on,
        currency: budget.currency.code().to_owned(),
        targets: budget.targets,
        created_at: budget.created_at,
        updated_at: budget.updated_at,
        version: budget.version,
    }
}

pub(super) fn line(line: store::Line) -> wire::BudgetLine {
    let grant = |share: store::LineShareRow| wire::LineGrant {
        grant_id: share.grant.into(),
        funder_id: share.funder.into(),
        kind: share.kind,
        planned: share.planned.into(),
        granted: share.granted.into(),
    };
    wire::BudgetLine {
        id: line.id.into(),
        budget_id: line.budget_id.into(),
        title: line.title,
        category: line.category,
        axis: line.axis,
        year: line.year,
        cost: line.cost.map(Into::into),
        grants: line.grants.into_iter().map(grant).collect(),
        created_at: line.created_at,
        version: line.version,
    }
}

pub(super) fn grant(grant: store::Grant) -> wire::Grant {
    let sum = |of: fn(&store::GrantShare) -> Money| {
        Money::new(grant.shares.iter().map(|share| of(share).minor).sum(), grant.currency).into()
    };
    wire::Grant {
        id: grant.id.into(),
        budget_id: grant.budget_id.into(),
        funder_id: grant.funder_id.into(),
        kind: grant.kind,
        currency: grant.currency.code().to_owned(),
        payment_mode: grant.payment_mode,
        planned: sum(|share| share.planned),
        granted: sum(|share| share.granted),
        reference: grant.reference.clone(),
        decided_on: grant.decided_on,
        expires_on: grant.expires_on,
        shift_percent: grant.shift.map(|shift| shift.percent()),
        rate_percent: grant.rate.map(|rate| rate.percent()),
        withdrawn_on: grant.withdrawn_on,
        shares: grant.shares.iter().map(share).collect(),
        created_at: grant.created_at,
        version: grant.version,
    }
}

fn share(share: &store::GrantShare) -> wire::GrantShare {
    wire::GrantShare {
        line_id: share.line.into(),
        planned: share.planned.into(),
        granted: share.granted.into(),
    }
}

/// A movement as members or the public see it: notes, reasons and evidence are internal.
pub(super) fn movement(movement: store::Movement, view: View) -> wire::Movement {
    let internal = view == View::Member;
    let (unit, quantity, unit_value, base, base_rate) = match movement.product {
        None => (None, None, None, None, None),
        Some(Product::Valued {
            unit,
            quantity,
            unit_value,
        }) => (
            Some(unit),
            Some(quantity.to_string()),
            Some(unit_value.into()),
            None,
            None,
        ),
        Some(Product::FlatRate { base, rate }) => (None, None, None, Some(base.into()), Some(rate.to_string())),
    };
    let refused = movement.refused.map(|refused| wire::RefusedCost {
        amount: refused.amount.into(),
        reason: refused.reason,
    });
    wire::Movement {
        id: movement.id.into(),
        budget_id: movement.budget_id.into(),
        line_id: movement.line_id.into(),
        grant_id: movement.grant_id.into(),
        funder_id: movement.funder_id.into(),
        kind: movement.kind,
        amount: movement.amount.into(),
        original: movement.original.map(Into::into),
        rate_id: movement.rate_id.map(Into::into),
        payer_id: Some(movement.payer_id.into()),
        payee_id: movement.payee_id.map(Into::into),
        booked_on: movement.booked_on,
        incurred_on: movement.incurred_on,
        paid_on: movement.paid_on,
        recorded_at: movement.recorded_at,
        recorded_by: movement.recorded_by.filter(|_| internal).map(Into::into),
        reference: movement.reference,
        note: movement.note.filter(|_| internal),
        evidence: movement.evidence.filter(|_| internal),
        evidence_document: None,
        refused: refused.filter(|_| internal),
        unit,
        quantity,
        unit_value,
        base,
        base_rate,
        reverses: movement.reverses.map(Into::into),
        reversed_by: movement.reversed_by.map(Into::into),
        corrects: movement.corrects.map(Into::into),
        status: movement.status,
        decided_at: movement.decided_at,
        refusal: movement.refusal.filter(|_| internal),
    }
}

/// The version of a movement, which never changes except by being decided on and by being reversed.
pub(super) fn movement_version(movement: &store::Movement) -> i64 {
    1 + i64::from(movement.decided_at.is_some()) + i64::from(movement.reversed_by.is_some())
}

/// What is still due on a grant.
pub(super) fn settlement(of: store::GrantSettlement) -> wire::Settlement {
    let (settlement, money) = (of.settlement, |minor| Money::new(minor, of.currency).into());
    wire::Settlement {
        grant_id: of.grant.into(),
        granted: money(settlement.granted),
        accepted: money(settlement.accepted),
        accepted_elsewhere: of.elsewhere.into_iter().map(Into::into).collect(),
        max_rate: settlement.rate.map(|rate| rate.to_string()),
        payable: money(settlement.payable()),
        disbursed: money(settlement.disbursed),
        due: money(settlement.due()),
    }
}
