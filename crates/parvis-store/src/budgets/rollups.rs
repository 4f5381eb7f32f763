//! Balances rolled up: by line, category, axis, year, funder, partner, budget, or all in one.
//!
//! A group has a total per currency and kind, and where it is asked one in another currency beside them, with the rates
//! that were used and what could not be converted. Totals add rows; rows were rounded before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::balances::{PartnerSums, RollUp, Standing};
use parvis_domain::ids::{GrantId, PartnerId};
use parvis_domain::{Currency, Money};

use super::balances::{BalanceRow, Extent, When, balances_of};
use super::conversions::{Conversion, Converter, Unconverted, UsedRate};
use super::flows;
use crate::connection::Conn;
use crate::error::StoreResult;

/// What is asked of balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Question {
    /// Up to when bookings and records count.
    pub when: When,
    /// What they are rolled up by.
    pub by: Option<RollUp>,
    /// The currency of the converted totals beside them.
    pub into: Option<Currency>,
    /// The funder or partner whose part alone may be seen.
    pub only: Option<PartnerId>,
}

/// Balances, rolled up.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The rows, one per share.
    pub rows: Vec<BalanceRow>,
    /// The groups, empty where nothing was rolled up and by partner.
    pub groups: Vec<Group<Standing>>,
    /// What partners received, passed on and spent; by partner only.
    pub partners: Vec<Group<PartnerSums>>,
    /// All together.
    pub whole: Group<Standing>,
}

/// The totals of what has something in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<T> {
    /// What they have in common: a code, a year or an identifier; none where a row has none.
    pub key: Option<String>,
    /// One per currency and kind.
    pub totals: BTreeMap<(Currency, GrantKind), T>,
    /// In one currency, where that was asked.
    pub converted: Option<Converted<T>>,
}

/// Totals in one currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted<T> {
    /// The currency.
    pub currency: Currency,
    /// One per kind: cash and means in kind stay apart.
    pub totals: BTreeMap<GrantKind, T>,
    /// The rates used.
    pub rates: Vec<UsedRate>,
    /// What is not in the totals, since there is no rate.
    pub missing: BTreeSet<Unconverted>,
}

/// What adds up and can be converted.
trait Adds: Copy + Default {
    fn plus(self, other: Self) -> Self;
    fn converted(self, convert: impl Fn(i64) -> Option<i64>) -> Option<Self>;
}

impl Adds for Standing {
    fn plus(self, other: Self) -> Self {
        Standing::plus(self, other)
    }
    fn converted(self, convert: impl Fn(i64) -> Option<i64>) -> Option<Self> {
        Standing::converted(self, convert)
    }
}

impl Adds for PartnerSums {
    fn plus(self, other: Self) -> Self {
        PartnerSums::plus(self, other)
    }
    fn converted(self, convert: impl Fn(i64) -> Option<i64>) -> Option<Self> {
        PartnerSums::converted(self, convert)
    }
}

/// One row of a group, with whose money it is.
#[derive(Clone, Copy)]
struct Part<T> {
    grant: GrantId,
    funder: PartnerId,
    currency: Currency,
    kind: GrantKind,
    value: T,
}

/// Balances of a budget or programme, rolled up as asked.
///
/// # Errors
/// Those of the database.
pub fn overview(conn: &mut Conn, extent: Extent, question: &Question, today: NaiveDate) -> StoreResult<Overview> {
    let rows = balances_of(conn, extent, question.when, question.only)?;
    let converter = match question.into {
        Some(to) => Some(Converter::read(conn, extent, question.when, to, today)?),
        None => None,
    };
    let part = |row: &BalanceRow| Part {
        grant: row.grant,
        funder: row.funder,
        currency: row.terms.currency,
        kind: row.terms.kind,
        value: row.standing(),
    };
    let whole = group(None, &rows.iter().map(part).collect::<Vec<_>>(), converter.as_ref());
    let mut groups = Vec::new();
    let mut partners = Vec::new();
    match question.by {
        None => {}
        Some(RollUp::Partner) => partners = by_partner(conn, extent, question, &rows, converter.as_ref())?,
        Some(by) => {
            for (key, rows) in grouped(&rows, extent, by) {
                let parts: Vec<_> = rows.into_iter().map(part).collect();
                groups.push(group(key, &parts, converter.as_ref()));
            }
        }
    }
    Ok(Overview {
        rows,
        groups,
        partners,
        whole,
    })
}

/// The rows of each group: lines and budgets in their order, everything else by its key.
fn grouped(rows: &[BalanceRow], extent: Extent, by: RollUp) -> Vec<(Option<String>, Vec<&BalanceRow>)> {
    let mut groups: Vec<(Option<String>, Vec<&BalanceRow>)> = Vec::new();
    let mut places: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for row in rows {
        let key = key(row, extent, by);
        let place = *places.entry(key.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    if !matches!(by, RollUp::Line | RollUp::Budget) {
        groups.sort_by(|a, b| a.0.cmp(&b.0));
    }
    groups
}

fn key(row: &BalanceRow, extent: Extent, by: RollUp) -> Option<String> {
    match by {
        RollUp::Line => Some(row.line.to_string()),
        RollUp::Category => Some(row.category.clone()),
        RollUp::Axis => row.axis.clone(),
        RollUp::Year => Some(row.year.to_string()),
        RollUp::Funder | RollUp::Partner => Some(row.funder.to_string()),
        RollUp::Budget => Some(row.budget.to_string()),
        RollUp::Programme => match extent {
            Extent::Programme(programme) => Some(programme.to_string()),
            Extent::Budget(_) => None,
        },
    }
}

/// What each partner received, passed on, spent and contributed. Whoever may see one partner alone sees no other.
fn by_partner(
    conn: &mut Conn,
    extent: Extent,
    question: &Question,
    rows: &[BalanceRow],
    converter: Option<&Converter>,
) -> StoreResult<Vec<Group<PartnerSums>>> {
    let sums = flows::partners_of(conn, extent, question.when)?;
    let grants: BTreeMap<GrantId, &BalanceRow> = match question.only {
        // The partner may have money of others' grants, whose terms are not among its own rows.
        Some(_) => BTreeMap::new(),
        None => rows.iter().map(|row| (row.grant, row)).collect(),
    };
    let all = match question.only {
        Some(_) => balances_of(conn, extent, When::default(), None)?,
        None => Vec::new(),
    };
    let grants: BTreeMap<GrantId, &BalanceRow> = all.iter().map(|row| (row.grant, row)).chain(grants).collect();
    let mut parts: BTreeMap<Option<PartnerId>, Vec<Part<PartnerSums>>> = BTreeMap::new();
    for ((partner, grant), value) in sums {
        let seen = question.only.is_none_or(|only| partner == Some(only));
        if let Some(row) = grants.get(&grant).filter(|_| seen) {
            parts.entry(partner).or_default().push(Part {
                grant,
                funder: row.funder,
                currency: row.terms.currency,
                kind: row.terms.kind,
                value,
            });
        }
    }
    let group = |(partner, parts): (Option<PartnerId>, Vec<_>)| {
        group(partner.map(|partner| partner.to_string()), &parts, converter)
    };
    Ok(parts.into_iter().map(group).collect())
}

fn group<T: Adds>(key: Option<String>, parts: &[Part<T>], converter: Option<&Converter>) -> Group<T> {
    let mut totals: BTreeMap<(Currency, GrantKind), T> = BTreeMap::new();
    for part in parts {
        let total = totals.entry((part.currency, part.kind)).or_default();
        *total = total.plus(part.value);
    }
    Group {
        key,
        totals,
        converted: converter.map(|converter| convert(parts, converter)),
    }
}

fn convert<T: Adds>(parts: &[Part<T>], converter: &Converter) -> Converted<T> {
    let to = converter.to();
    let mut converted: Converted<T> = Converted {
        currency: to,
        totals: BTreeMap::new(),
        rates: Vec::new(),
        missing: BTreeSet::new(),
    };
    for part in parts {
        let value = match converter.of(part.grant, part.funder, part.currency) {
            Conversion::Same => Some(part.value),
            Conversion::At(rate) => {
                let minor = |minor| rate.convert(Money::new(minor, part.currency)).map(|money| money.minor);
                let value = part.value.converted(minor);
                if value.is_some() && !converted.rates.contains(&rate) {
                    converted.rates.push(rate);
                }
                value
            }
            Conversion::Missing(_) => None,
        };
        match value {
            Some(value) => {
                let total = converted.totals.entry(part.kind).or_default();
                *total = total.plus(value);
            }
            None => {
                converted.missing.insert(Unconverted {
                    grant: part.grant,
                    funder: part.funder,
                    currency: part.currency,
                    policy: converter.policy(part.funder),
                });
            }
        }
    }
    converted
}
