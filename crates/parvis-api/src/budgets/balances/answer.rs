//! From the store's balances to the wire's.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::balances::{PartnerSums, RollUp, Standing};
use parvis_domain::budgets::ledger::{Pending, Sums};
use parvis_domain::{Currency, Money};
use parvis_store::budgets as store;
use parvis_wire::budgets as wire;

pub(super) fn balances(overview: &store::Overview, question: &store::Question) -> wire::Balances {
    wire::Balances {
        items: overview.rows.iter().map(row).collect(),
        totals: totals(&overview.whole.totals),
        as_of: question.when.as_of,
        known_at: question.when.known_at,
        by: question.by,
        groups: overview.groups.iter().map(group).collect(),
        partners: overview.partners.iter().map(partner).collect(),
        converted: overview
            .whole
            .converted
            .as_ref()
            .filter(|_| question.by != Some(RollUp::Partner))
            .map(converted),
    }
}

fn row(row: &store::BalanceRow) -> wire::Balance {
    let standing = row.standing();
    let money = |minor| wire_money(minor, row.terms.currency);
    wire::Balance {
        line_id: row.line.into(),
        grant_id: row.grant.into(),
        funder_id: row.funder.into(),
        kind: row.terms.kind,
        planned: money(standing.sums.planned),
        granted: money(standing.sums.granted),
        pledged: money(standing.sums.pledged),
        committed: money(standing.sums.committed),
        disbursed: money(standing.sums.disbursed),
        spent: money(standing.sums.spent),
        justified: money(standing.sums.justified),
        contributed: money(standing.sums.contributed),
        available: money(standing.available),
        prefinanced: money(standing.prefinanced),
        borne_by_partner: money(standing.borne_by_partner),
        pending: pending(standing.pending, row.terms.currency),
    }
}

fn wire_money(minor: i64, currency: Currency) -> parvis_wire::Money {
    Money::new(minor, currency).into()
}

fn pending(pending: Pending, currency: Currency) -> Option<wire::PendingChanges> {
    let sums = |sums: Sums| {
        let money = |minor| wire_money(minor, currency);
        wire::PendingSums {
            pledged: money(sums.pledged),
            committed: money(sums.committed),
            disbursed: money(sums.disbursed),
            spent: money(sums.spent),
            justified: money(sums.justified),
            contributed: money(sums.contributed),
        }
    };
    (pending != Pending::default()).then(|| wire::PendingChanges {
        increases: sums(pending.rising),
        decreases: sums(pending.falling),
    })
}

fn group(group: &store::Group<Standing>) -> wire::BalanceGroup {
    wire::BalanceGroup {
        key: group.key.clone(),
        totals: totals(&group.totals),
        converted: group.converted.as_ref().map(converted),
    }
}

fn totals(totals: &BTreeMap<(Currency, GrantKind), Standing>) -> Vec<wire::BalanceTotal> {
    totals
        .iter()
        .map(|((currency, kind), standing)| total(*currency, *kind, standing))
        .collect()
}

fn total(currency: Currency, kind: GrantKind, standing: &Standing) -> wire::BalanceTotal {
    let money = |minor| wire_money(minor, currency);
    wire::BalanceTotal {
        currency: currency.code().to_owned(),
        kind,
        planned: money(standing.sums.planned),
        granted: money(standing.sums.granted),
        pledged: money(standing.sums.pledged),
        committed: money(standing.sums.committed),
        disbursed: money(standing.sums.disbursed),
        spent: money(standing.sums.spent),
        justified: money(standing.sums.justified),
        contributed: money(standing.sums.contributed),
        available: money(standing.available),
        prefinanced: money(standing.prefinanced),
        borne_by_partner: money(standing.borne_by_partner),
        pending: pending(standing.pending, currency),
    }
}

fn converted(converted: &store::Converted<Standing>) -> wire::ConvertedBalances {
    let totals = converted.totals.iter();
    wire::ConvertedBalances {
        currency: converted.currency.code().to_owned(),
        totals: totals
            .map(|(kind, standing)| total(converted.currency, *kind, standing))
            .collect(),
        rates: converted.rates.iter().map(rate).collect(),
        missing: missing(converted),
    }
}

fn missing<T>(converted: &store::Converted<T>) -> Vec<wire::MissingRate> {
    let missing = |of: &store::Unconverted| wire::MissingRate {
        grant_id: of.grant.into(),
        funder_id: of.funder.into(),
        from: of.currency.code().to_owned(),
        to: converted.currency.code().to_owned(),
        policy: of.policy,
    };
    converted.missing.iter().map(missing).collect()
}

fn rate(rate: &store::UsedRate) -> wire::UsedRate {
    wire::UsedRate {
        from: rate.from.code().to_owned(),
        to: rate.to.code().to_owned(),
        rate: rate.rate.decimal(),
        policy: rate.policy,
        on: rate.on,
        source: Some(rate.source.clone()).filter(|source| !source.is_empty()),
        rate_id: rate.rate_id.map(Into::into),
        grant_id: rate.grant.map(Into::into),
    }
}

fn partner(group: &store::Group<PartnerSums>) -> wire::PartnerBalance {
    let totals = group.totals.iter();
    wire::PartnerBalance {
        partner_id: group.key.as_deref().and_then(|key| key.parse().ok()),
        totals: totals
            .map(|((currency, kind), sums)| partner_total(*currency, *kind, *sums))
            .collect(),
        converted: group.converted.as_ref().map(|converted| wire::ConvertedPartner {
            currency: converted.currency.code().to_owned(),
            totals: converted
                .totals
                .iter()
                .map(|(kind, sums)| partner_total(converted.currency, *kind, *sums))
                .collect(),
            rates: converted.rates.iter().map(rate).collect(),
            missing: missing(converted),
        }),
    }
}

fn partner_total(currency: Currency, kind: GrantKind, sums: PartnerSums) -> wire::PartnerTotal {
    let money = |minor| wire_money(minor, currency);
    wire::PartnerTotal {
        currency: currency.code().to_owned(),
        kind,
        received: money(sums.received),
        passed_on: money(sums.passed_on),
        net: money(sums.received - sums.passed_on),
        spent: money(sums.spent),
        contributed: money(sums.contributed),
    }
}

pub(super) fn series(series: &store::Series, as_of: Option<NaiveDate>) -> wire::BalanceSeries {
    let curve = |((currency, kind), points): (&(Currency, GrantKind), &Vec<store::SeriesPoint>)| wire::BalanceCurve {
        currency: currency.code().to_owned(),
        kind: *kind,
        points: points.iter().map(|at| point(at, *currency)).collect(),
    };
    wire::BalanceSeries {
        items: series.iter().map(curve).collect(),
        as_of,
    }
}

fn point(at: &store::SeriesPoint, currency: Currency) -> wire::BalancePoint {
    let money = |minor| wire_money(minor, currency);
    wire::BalancePoint {
        on: at.on,
        planned: money(at.sums.planned),
        granted: money(at.sums.granted),
        committed: money(at.sums.committed),
        disbursed: money(at.sums.disbursed),
        spent: money(at.sums.spent),
        justified: money(at.sums.justified),
        contributed: money(at.sums.contributed),
    }
}

pub(super) fn exchange_differences(
    found: Vec<store::ExchangeDifference>,
    when: store::When,
) -> wire::ExchangeDifferences {
    let item = |of: store::ExchangeDifference| wire::ExchangeDifference {
        grant_id: of.grant.into(),
        funder_id: of.funder.into(),
        policy: of.policy,
        movements: of.movements,
        booked: wire_money(of.booked, of.currency),
        at_rate: wire_money(of.at_rate, of.currency),
        difference: wire_money(of.booked - of.at_rate, of.currency),
        without_rate: of.without_rate,
        rates: of.rates.iter().map(rate).collect(),
    };
    wire::ExchangeDifferences {
        items: found.into_iter().map(item).collect(),
        as_of: when.as_of,
        known_at: when.known_at,
    }
}
