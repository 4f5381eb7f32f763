//! Who funds what: lines and funders, one table per currency and kind.

use std::collections::BTreeMap;

use parvis_domain::Currency;
use parvis_domain::budgets::GrantKind;
use parvis_wire::budgets::Balance;
use uuid::Uuid;

use crate::figures::Figure;
use crate::ledger::money;

/// The planned shares of one currency and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The currency of every amount in it.
    pub currency: Currency,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The funders, in the order of their first line.
    pub funders: Vec<Uuid>,
    /// A line with one amount per funder.
    pub rows: Vec<(Uuid, Vec<i64>)>,
}

impl Matrix {
    /// The largest share, to whose scale bars are drawn.
    #[must_use]
    pub fn largest(&self) -> i64 {
        let all = self.rows.iter().flat_map(|(_, amounts)| amounts);
        all.copied().max().unwrap_or(0)
    }

    /// What each funder gives to all lines.
    #[must_use]
    pub fn totals(&self) -> Vec<i64> {
        let mut totals = vec![0_i64; self.funders.len()];
        for (_, amounts) in &self.rows {
            for (total, amount) in totals.iter_mut().zip(amounts) {
                *total = total.saturating_add(*amount);
            }
        }
        totals
    }

    /// Every amount of the table, for the decimals that they share.
    #[must_use]
    pub fn amounts(&self) -> Vec<i64> {
        self.rows.iter().flat_map(|(_, amounts)| amounts.clone()).collect()
    }
}

/// Lays shares out; currencies and kinds stay apart, cash comes first. Shares without a plan are left out.
#[must_use]
pub fn matrices(shares: &[Balance]) -> Vec<Matrix> {
    let mut found: BTreeMap<(GrantKind, Currency), Matrix> = BTreeMap::new();
    for share in shares {
        let planned = Figure::Planned.of_share(share);
        let Some(currency) = money(&share.planned)
            .map(|money| money.currency)
            .filter(|_| planned != 0)
        else {
            continue;
        };
        let matrix = found.entry((share.kind, currency)).or_insert_with(|| Matrix {
            currency,
            kind: share.kind,
            funders: Vec::new(),
            rows: Vec::new(),
        });
        matrix.add(share.line_id, share.funder_id, planned);
    }
    found.into_values().collect()
}

impl Matrix {
    fn add(&mut self, line: Uuid, funder: Uuid, amount: i64) {
        let place = self
            .funders
            .iter()
            .position(|own| *own == funder)
            .unwrap_or(self.funders.len());
        if place == self.funders.len() {
            self.funders.push(funder);
        }
        if !self.rows.iter().any(|(own, _)| *own == line) {
            self.rows.push((line, Vec::new()));
        }
        let width = self.funders.len();
        for (own, amounts) in &mut self.rows {
            amounts.resize(width, 0);
            if let Some(cell) = amounts.get_mut(place).filter(|_| *own == line) {
                *cell = cell.saturating_add(amount);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn share(line: u128, funder: u128, currency: &str, planned: &str) -> Balance {
        let of = |amount: &str| json!({"amount": amount, "currency": currency});
        let (planned, zero) = (of(planned), of("0.00"));
        serde_json::from_value(json!({
            "line_id": Uuid::from_u128(line), "grant_id": Uuid::from_u128(9), "funder_id": Uuid::from_u128(funder),
            "kind": "cash", "planned": planned, "granted": zero, "pledged": zero, "committed": zero, "disbursed": zero,
            "spent": zero, "justified": zero, "contributed": zero, "available": zero, "prefinanced": zero,
            "borne_by_partner": zero, "pending": null
        }))
        .unwrap()
    }

    #[test]
    fn every_line_has_a_place_for_every_funder() {
        let shares = [
            share(1, 1, "EUR", "10.00"),
            share(2, 2, "EUR", "20.00"),
            share(2, 1, "EUR", "5.00"),
            share(2, 2, "EUR", "1.00"),
            share(1, 1, "USD", "7.00"),
            share(1, 3, "USD", "0.00"),
        ];
        let all = matrices(&shares);
        assert_eq!(all.len(), 2);
        let euro = &all[0];
        let rows: Vec<_> = euro.rows.iter().map(|(_, amounts)| amounts.clone()).collect();
        assert_eq!(rows, [vec![1000, 0], vec![500, 2100]]);
        assert_eq!((euro.totals(), euro.largest()), (vec![1500, 2100], 2100));
        assert_eq!(all[1].funders.len(), 1);
    }
}
