//! Balances as they are asked for, their course, and what was gained or lost by exchange.

use parvis_domain::budgets::balances::RollUp;
use parvis_wire::budgets::{BalanceSeries, Balances, ExchangeDifferences};
use uuid::Uuid;

use super::Answer;
use super::client::{self, query};

/// Of what balances are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One budget.
    Budget(Uuid),
    /// All budgets of a programme.
    Programme(Uuid),
}

impl Extent {
    fn at(self, part: &str) -> String {
        match self {
            Self::Budget(id) => format!("/budgets/{id}/{part}"),
            Self::Programme(id) => format!("/programmes/{id}/{part}"),
        }
    }
}

/// What is asked of balances; empty texts ask nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Up to which day bookings count, `YYYY-MM-DD`.
    pub as_of: String,
    /// Up to which instant records count, RFC 3339.
    pub known_at: String,
    /// What the rows are.
    pub by: RollUp,
    /// The currency of converted totals.
    pub into: String,
}

impl Question {
    fn parameters(&self) -> [(&'static str, &str); 4] {
        [
            ("as_of", &self.as_of),
            ("known_at", &self.known_at),
            ("by", self.by.as_str()),
            ("in", &self.into),
        ]
    }
}

/// Balances, rolled up as asked.
pub async fn ask_balances(extent: Extent, question: &Question) -> Answer<Balances> {
    client::get(&query(&extent.at("balances"), &question.parameters())).await
}

/// The course of balances, month by month, up to a day (`YYYY-MM-DD`) or now.
pub async fn get_balance_series(extent: Extent, as_of: &str) -> Answer<BalanceSeries> {
    client::get(&query(&extent.at("balance-series"), &[("as_of", as_of)])).await
}

/// What was gained or lost by the exchanges of a budget.
pub async fn get_exchange_differences(budget: Uuid, question: &Question) -> Answer<ExchangeDifferences> {
    let when = [("as_of", question.as_of.as_str()), ("known_at", &question.known_at)];
    client::get(&query(&format!("/budgets/{budget}/exchange-differences"), &when)).await
}

/// The table of balances, in a format: `csv` or `xlsx`.
pub async fn export_balances(extent: Extent, question: &Question, format: &str) -> Answer<Vec<u8>> {
    client::download(&query(
        &extent.at(&format!("balances.{format}")),
        &question.parameters(),
    ))
    .await
}
