//! Money as it travels.

use parvis_domain::Faults;
use serde::{Deserialize, Serialize};

/// An amount with its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"amount": "1250.00", "currency": "EUR"})))]
pub struct Money {
    /// A decimal string with exactly the minor digits of the currency: `1250.00` EUR, `1250` JPY, `1250.000` KWD.
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", max_length = 24)
    )]
    pub amount: String,
    /// A code of ISO 4217.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{3}$"))]
    pub currency: String,
}

impl Money {
    /// Checks an amount that must be greater than zero; `base` is the pointer of this object.
    ///
    /// # Errors
    /// Each fault at its pointer.
    pub fn check_positive(&self, base: &str) -> Result<parvis_domain::Money, Faults> {
        parvis_domain::Money::check_positive(base, &self.amount, &self.currency)
    }

    /// Checks an amount that may be zero.
    ///
    /// # Errors
    /// Each fault at its pointer.
    pub fn check_not_negative(&self, base: &str) -> Result<parvis_domain::Money, Faults> {
        parvis_domain::Money::check_not_negative(base, &self.amount, &self.currency)
    }
}

impl From<parvis_domain::Money> for Money {
    fn from(money: parvis_domain::Money) -> Self {
        Self {
            amount: money.decimal(),
            currency: money.currency.code().to_owned(),
        }
    }
}
