//! From the store's view of years, tranches, progress, reports and alerts to the wire's.

use parvis_domain::Money;
use parvis_domain::accounts::View;
use parvis_domain::budgets::alerts as domain;
use parvis_store::budgets as store;
use parvis_wire::budgets as wire;

pub(in crate::budgets) fn year(year: store::BudgetYear) -> wire::BudgetYear {
    let version = year.version();
    let carried = year.rests.iter().filter(|share| share.rest.carried_over != 0);
    let uncommitted = year.rests.iter().filter(|share| share.rest.uncommitted != 0);
    wire::BudgetYear {
        budget_id: year.budget.into(),
        year: year.year,
        closed: year.closed,
        closable: year.closable,
        totals: year.totals.iter().map(year_total).collect(),
        pending: year.pending.iter().map(pending).collect(),
        carried_over: carried.map(carried_over).collect(),
        uncommitted: uncommitted.map(rest_of_plan).collect(),
        records: year.records.into_iter().map(year_record).collect(),
        version,
    }
}

fn year_record(record: store::YearRecord) -> wire::YearRecord {
    wire::YearRecord {
        action: record.action,
        reason: record.reason,
        at: record.at,
    }
}

type YearTotal = (
    parvis_domain::Currency,
    parvis_domain::budgets::GrantKind,
    parvis_domain::budgets::ledger::Sums,
);

fn year_total((currency, kind, sums): &YearTotal) -> wire::YearTotal {
    let money = |minor| Money::new(minor, *currency).into();
    wire::YearTotal {
        currency: currency.code().to_owned(),
        kind: *kind,
        planned: money(sums.planned),
        granted: money(sums.granted),
        committed: money(sums.committed),
        disbursed: money(sums.disbursed),
        spent: money(sums.spent),
        justified: money(sums.justified),
        contributed: money(sums.contributed),
    }
}

fn pending(movement: &store::PendingMovement) -> wire::PendingMovement {
    wire::PendingMovement {
        movement_id: movement.id.into(),
        line_id: movement.line.into(),
        grant_id: movement.grant.into(),
        kind: movement.kind,
        amount: movement.amount.into(),
        booked_on: movement.booked_on,
    }
}

fn carried_over(share: &store::ShareRest) -> wire::CarriedOver {
    let money = |minor| Money::new(minor, share.currency).into();
    wire::CarriedOver {
        line_id: share.line.into(),
        grant_id: share.grant.into(),
        committed: money(share.committed),
        disbursed: money(share.disbursed),
        amount: money(share.rest.carried_over),
    }
}

fn rest_of_plan(share: &store::ShareRest) -> wire::Uncommitted {
    let money = |minor| Money::new(minor, share.currency).into();
    wire::Uncommitted {
        line_id: share.line.into(),
        grant_id: share.grant.into(),
        planned: money(share.planned),
        committed: money(share.committed),
        amount: money(share.rest.uncommitted),
    }
}

pub(in crate::budgets) fn tranche(tranche: store::Tranche) -> wire::Tranche {
    let condition = |state: store::ConditionState| wire::ConditionState {
        condition: (&state.condition).into(),
        met: state.met,
        explanation: state.explanation,
        values: state.values,
    };
    wire::Tranche {
        id: tranche.id.into(),
        grant_id: tranche.grant_id.into(),
        title: tranche.title,
        position: tranche.position,
        amount: tranche.amount.into(),
        due_on: tranche.due_on,
        is_final: tranche.is_final,
        conditions: tranche.conditions.into_iter().map(condition).collect(),
        state: tranche.state,
        settlement: None,
        released_on: tranche.released_on,
        created_at: tranche.created_at,
        version: tranche.version,
    }
}

/// A measure as members or the public see it: the note is internal.
pub(in crate::budgets) fn progress(progress: store::Progress, view: View) -> wire::Progress {
    let version = progress.version();
    let signed = progress.countersigned.iter().map(|signature| wire::Countersignature {
        partner_id: signature.partner.into(),
        at: signature.at,
    });
    wire::Progress {
        id: progress.id.into(),
        line_id: progress.line_id.into(),
        measured_on: progress.measured_on,
        percent: progress.percent.to_string(),
        countersigned: signed.collect(),
        source: progress.source,
        note: progress.note.filter(|_| view == View::Member),
        recorded_at: progress.recorded_at,
        recorded_by: progress.recorded_by.filter(|_| view == View::Member).map(Into::into),
        version,
    }
}

pub(in crate::budgets) fn funder_report(report: store::FunderReport) -> wire::FunderReport {
    wire::FunderReport {
        id: report.id.into(),
        grant_id: report.grant_id.into(),
        state: report.state(),
        title: report.title,
        due_on: report.due_on,
        submitted_on: report.submitted_on,
        accepted_on: report.accepted_on,
        returned_on: report.returned_on,
        return_reason: report.return_reason,
        created_at: report.created_at,
        version: report.version,
    }
}

pub(in crate::budgets) fn alert(alert: domain::Alert) -> wire::Alert {
    let values = alert.values.into_iter();
    wire::Alert {
        code: alert.code,
        severity: alert.severity,
        object_type: alert.object,
        object_id: alert.object_id,
        budget_id: alert.budget.into(),
        title: alert.title,
        date: alert.date,
        amount: alert.amount.map(Into::into),
        values: values.map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}
