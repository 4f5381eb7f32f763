//! Which column of a statement says what.

use serde::{Deserialize, Serialize};

use crate::budgets::MovementKind;
use crate::error::{Code, Faults};
use crate::exchange::DayOrder;
use crate::money::Currency;
use crate::text;

/// The movements that a statement shows where nothing else is said: those that move money.
pub const MAPPING_KINDS: [MovementKind; 4] = [
    MovementKind::Disbursement,
    MovementKind::Expenditure,
    MovementKind::Repayment,
    MovementKind::Transfer,
];

/// Which column of a statement says what: columns are named by their headings. Amounts stand in `amount`, or in `debit`
/// and `credit`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "day": "Date", "debit": "Débit", "credit": "Crédit", "reference": "Mandat", "description": "Libellé", "day_order": "dmy",
    "kinds": ["expenditure"]
})))]
pub struct StatementMapping {
    /// The column of the day.
    pub day: String,
    /// The column of the amount, whose sign is not compared.
    #[serde(default)]
    pub amount: Option<String>,
    /// The column of what went out.
    #[serde(default)]
    pub debit: Option<String>,
    /// The column of what came in.
    #[serde(default)]
    pub credit: Option<String>,
    /// The column of the reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// The column that says what it was.
    #[serde(default)]
    pub description: Option<String>,
    /// The column of the currency, a code of ISO 4217.
    #[serde(default)]
    pub currency: Option<String>,
    /// The currency of rows that name none; the budget's where nothing is said.
    #[serde(default)]
    pub currency_code: Option<String>,
    /// In which order days are written where the year does not come first.
    #[serde(default)]
    pub day_order: DayOrder,
    /// Which movements the statement shows; disbursements, expenditures, repayments and transfers where nothing is said.
    #[serde(default)]
    pub kinds: Vec<MovementKind>,
}

impl StatementMapping {
    /// Checks the whole as the object at a pointer.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, base: &str) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.keep(text::line(&format!("{base}/day"), &self.day, text::NAME_MAX));
        for (name, heading) in self.optional() {
            faults.keep(text::optional_line(&format!("{base}/{name}"), heading, text::NAME_MAX));
        }
        let split = self.debit.is_some() || self.credit.is_some();
        if self.amount.is_some() == split {
            let detail = "Name the column of the amount, or those of debit and credit, not both.";
            faults.add(Code::Required, format!("{base}/amount"), detail);
        }
        if let Some(code) = &self.currency_code {
            faults.keep(Currency::parse(&format!("{base}/currency_code"), code));
        }
        for (i, kind) in self.kinds.iter().enumerate() {
            if *kind == MovementKind::InKind {
                let detail = "Contributions in kind stand on no statement.";
                faults.add(Code::KindMismatch, format!("{base}/kinds/{i}"), detail);
            }
            if self.kinds.iter().take(i).any(|before| before == kind) {
                let detail = "This kind stands in the list already.";
                faults.add(Code::Duplicate, format!("{base}/kinds/{i}"), detail);
            }
        }
        faults.finish(Some(()))
    }

    /// The columns that may be missing, with their names.
    fn optional(&self) -> [(&'static str, Option<&str>); 6] {
        [
            ("amount", self.amount.as_deref()),
            ("debit", self.debit.as_deref()),
            ("credit", self.credit.as_deref()),
            ("reference", self.reference.as_deref()),
            ("description", self.description.as_deref()),
            ("currency", self.currency.as_deref()),
        ]
    }

    /// Every column that it names, with the field that names it.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let optional = self.optional().into_iter();
        let named = optional.filter_map(|(name, heading)| Some((name, heading?)));
        std::iter::once(("day", self.day.as_str())).chain(named)
    }

    /// The kinds of movements that the statement shows.
    #[must_use]
    pub fn shown(&self) -> &[MovementKind] {
        match self.kinds.as_slice() {
            [] => &MAPPING_KINDS,
            kinds => kinds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(mapping: &StatementMapping) -> Vec<(Code, String)> {
        let faults = mapping.check("/mapping").err().unwrap_or_default();
        faults.0.into_iter().map(|fault| (fault.code, fault.pointer)).collect()
    }

    #[test]
    fn amounts_stand_in_one_column_or_in_two() {
        let one = StatementMapping {
            day: "Date".to_owned(),
            amount: Some("Montant".to_owned()),
            ..StatementMapping::default()
        };
        assert_eq!(codes(&one), []);
        let both = StatementMapping {
            debit: Some("Débit".to_owned()),
            kinds: vec![MovementKind::InKind],
            ..one.clone()
        };
        assert_eq!(
            codes(&both),
            [
                (Code::Required, "/mapping/amount".to_owned()),
                (Code::KindMismatch, "/mapping/kinds/0".to_owned())
            ]
        );
        let none = StatementMapping { amount: None, ..one };
        assert_eq!(codes(&none), [(Code::Required, "/mapping/amount".to_owned())]);
    }
}
