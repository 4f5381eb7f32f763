//! The ledger: movements, and what they are posted on: grants, tranches, rates.

use chrono::NaiveDate;
use parvis_domain::LocalisedText;
use parvis_domain::budgets::tranches::TrancheState;
use parvis_wire::budgets::{
    Balances, Correction, FunderRatePolicy, Grant, Movement, NewMovement, Rate, Refusal, Reversal, Settlement,
};
use parvis_wire::{Money, Page};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// What the ledger is narrowed to; empty fields narrow nothing. The fields are named as the parameters of the API, and so
/// are those of the address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MovementFilter {
    /// Words of the reference, or of the note.
    pub q: String,
    /// A line.
    pub line_id: String,
    /// A grant.
    pub grant_id: String,
    /// A funder.
    pub funder_id: String,
    /// A kind.
    pub kind: String,
    /// Pending, approved or refused.
    pub status: String,
    /// Who pays.
    pub payer_id: String,
    /// Who is paid.
    pub payee_id: String,
    /// A currency.
    pub currency: String,
    /// At least so much, a decimal string in that currency.
    pub amount_min: String,
    /// At most so much, a decimal string in that currency.
    pub amount_max: String,
    /// From a day on, `YYYY-MM-DD`.
    pub booked_from: String,
    /// Up to a day, `YYYY-MM-DD`.
    pub booked_to: String,
}

impl MovementFilter {
    /// The filter whose values a function knows by their names.
    pub fn read(word: impl Fn(&str) -> String) -> Self {
        Self {
            q: word("q"),
            line_id: word("line_id"),
            grant_id: word("grant_id"),
            funder_id: word("funder_id"),
            kind: word("kind"),
            status: word("status"),
            payer_id: word("payer_id"),
            payee_id: word("payee_id"),
            currency: word("currency"),
            amount_min: word("amount_min"),
            amount_max: word("amount_max"),
            booked_from: word("booked_from"),
            booked_to: word("booked_to"),
        }
    }

    /// The values with their names.
    pub fn parameters(&self) -> [(&'static str, &str); 13] {
        [
            ("q", &self.q),
            ("line_id", &self.line_id),
            ("grant_id", &self.grant_id),
            ("funder_id", &self.funder_id),
            ("kind", &self.kind),
            ("status", &self.status),
            ("payer_id", &self.payer_id),
            ("payee_id", &self.payee_id),
            ("currency", &self.currency),
            ("amount_min", &self.amount_min),
            ("amount_max", &self.amount_max),
            ("booked_from", &self.booked_from),
            ("booked_to", &self.booked_to),
        ]
    }
}

/// A page of the movements of a budget, newest first.
pub async fn list_movements(
    budget: Uuid,
    filter: &MovementFilter,
    limit: &str,
    cursor: Option<String>,
) -> Answer<Page<Movement>> {
    let mut parameters = filter.parameters().to_vec();
    parameters.extend([
        ("sort", "-booked_on"),
        ("limit", limit),
        ("cursor", cursor.as_deref().unwrap_or_default()),
    ]);
    client::get(&query(&format!("/budgets/{budget}/movements"), &parameters)).await
}

/// The movements of a budget, newest first, up to so many; and whether there are more.
pub async fn list_movements_up_to(budget: Uuid, filter: &MovementFilter, most: usize) -> Answer<(Vec<Movement>, bool)> {
    let mut movements = Vec::new();
    let mut cursor = None;
    loop {
        let page = list_movements(budget, filter, ALL, cursor).await?;
        movements.extend(page.items);
        cursor = page.next;
        if cursor.is_none() || movements.len() >= most {
            return Ok((movements, cursor.is_some()));
        }
    }
}

/// How many movements a filter leaves; exact up to 10,000.
pub async fn count_movements(budget: Uuid, filter: &MovementFilter) -> Answer<i64> {
    let mut parameters = filter.parameters().to_vec();
    parameters.extend([("limit", "1"), ("count", "true")]);
    let page: Page<Movement> = client::get(&query(&format!("/budgets/{budget}/movements"), &parameters)).await?;
    Ok(page.total.unwrap_or_default())
}

/// One movement.
pub async fn get_movement(movement: Uuid) -> Answer<Movement> {
    client::get(&format!("/movements/{movement}")).await
}

/// Posts a movement.
pub async fn create_movement(budget: Uuid, new: NewMovement) -> Answer<Movement> {
    client::post(&format!("/budgets/{budget}/movements"), &new).await
}

/// Reverses a movement.
pub async fn reverse_movement(movement: Uuid, reversal: Reversal) -> Answer<Movement> {
    client::post(&format!("/movements/{movement}/reverse"), &reversal).await
}

/// Reverses a movement and posts what replaces it.
pub async fn correct_movement(movement: Uuid, correction: Correction) -> Answer<Movement> {
    client::post(&format!("/movements/{movement}/correct"), &correction).await
}

/// Approves a movement that somebody else recorded.
pub async fn approve_movement(movement: Uuid) -> Answer<Movement> {
    client::post(&format!("/movements/{movement}/approve"), &()).await
}

/// Refuses a movement that somebody else recorded.
pub async fn refuse_movement(movement: Uuid, refusal: Refusal) -> Answer<Movement> {
    client::post(&format!("/movements/{movement}/refuse"), &refusal).await
}

/// The movements that a filter leaves, as a file: `csv` or `xlsx`.
pub async fn export_movements(budget: Uuid, filter: &MovementFilter, format: &str) -> Answer<Vec<u8>> {
    let path = format!("/budgets/{budget}/movements.{format}");
    client::download(&query(&path, &filter.parameters())).await
}

/// All the grants of a budget.
pub async fn list_grants(budget: Uuid) -> Answer<Vec<Grant>> {
    let mut grants = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = query(
            &format!("/budgets/{budget}/grants"),
            &[("limit", ALL), ("cursor", &cursor)],
        );
        let page: Page<Grant> = client::get(&path).await?;
        grants.extend(page.items);
        match page.next {
            Some(next) => cursor = next,
            None => return Ok(grants),
        }
    }
}

/// What is still due on a grant.
pub async fn get_settlement(grant: Uuid) -> Answer<Settlement> {
    client::get(&format!("/grants/{grant}/settlement")).await
}

/// A tranche, as far as a movement asks of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instalment {
    /// Its title.
    pub title: Option<LocalisedText>,
    /// Its place in the order.
    pub position: i32,
    /// How much.
    pub amount: Money,
    /// When it is expected.
    pub due_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: TrancheState,
    /// When it was released.
    pub released_on: Option<NaiveDate>,
}

/// The tranches of a grant, in their order.
pub async fn list_instalments(grant: Uuid) -> Answer<Vec<Instalment>> {
    let path = query(&format!("/grants/{grant}/tranches"), &[("limit", ALL)]);
    let page: Page<Instalment> = client::get(&path).await?;
    Ok(page.items)
}

/// The rates of a programme between two currencies, in both directions, the latest day first.
pub async fn list_rates_between(programme: Uuid, one: &str, other: &str) -> Answer<Vec<Rate>> {
    let path = |from: &str, to: &str| {
        let parameters = [("from", from), ("to", to), ("sort", "-valid_on"), ("limit", "100")];
        query(&format!("/programmes/{programme}/rates"), &parameters)
    };
    let (there, back) = (path(one, other), path(other, one));
    let (there, back) = futures::join!(client::get::<Page<Rate>>(&there), client::get::<Page<Rate>>(&back));
    let mut rates = there?.items;
    rates.extend(back?.items);
    rates.retain(|rate| rate.corrected_by.is_none());
    rates.sort_by_key(|rate| std::cmp::Reverse(rate.valid_on));
    Ok(rates)
}

/// What the funders of a programme ask of conversions.
pub async fn list_funder_policies(programme: Uuid) -> Answer<Vec<FunderRatePolicy>> {
    let path = query(&format!("/programmes/{programme}/rate-policies"), &[("limit", ALL)]);
    let page: Page<FunderRatePolicy> = client::get(&path).await?;
    Ok(page.items)
}

/// The balances of a budget as of a day, by funder, converted into a currency.
pub async fn get_balances_in(budget: Uuid, as_of: &str, currency: &str) -> Answer<Balances> {
    let parameters = [("as_of", as_of), ("by", "funder"), ("in", currency)];
    client::get(&query(&format!("/budgets/{budget}/balances"), &parameters)).await
}
