//! Amounts in the history: `1250.00 EUR`, one text, so that nothing can read a number without its currency.

use parvis_domain::Money;
use parvis_domain::budgets::ratio::Ratio;
use serde::{Serialize, Serializer};

/// An amount.
pub(super) fn amount<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&money.to_string())
}

/// An amount that may be absent.
pub(super) fn optional_amount<S: Serializer>(money: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    money.map(|money| money.to_string()).serialize(serializer)
}

/// A ratio that may be absent, as a percentage.
pub(super) fn optional_percent<S: Serializer>(ratio: &Option<Ratio>, serializer: S) -> Result<S::Ok, S::Error> {
    ratio.map(Ratio::percent).serialize(serializer)
}
