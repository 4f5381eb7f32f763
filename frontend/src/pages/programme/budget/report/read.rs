//! What a financial report to a funder is made of, as of a day.

use parvis_domain::budgets::MovementStatus;
use parvis_wire::budgets::{Balance, ConvertedBalances, FunderRatePolicy, Grant, Movement};
use parvis_wire::partners::PartnerRole;
use uuid::Uuid;

use crate::api::movements::{self, MovementFilter};
use crate::api::{Answer, budgets, partners};

/// How many movements a report lists; beyond that the list is in the downloaded ledger.
const MOST: usize = 2_000;

/// A report to one funder.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The funder.
    pub funder: Uuid,
    /// Its name in full.
    pub name: String,
    /// Who answers for the programme, by its full name.
    pub accountable: Option<String>,
    /// Its grants.
    pub grants: Vec<Grant>,
    /// The balances of the whole budget as of the day.
    pub balances: Vec<Balance>,
    /// The movements of its grants that count, oldest first.
    pub movements: Vec<Movement>,
    /// Whether there are more than the list holds.
    pub cut: bool,
    /// How many wait for a second person.
    pub waiting: usize,
    /// What it asks of conversions.
    pub policy: Option<FunderRatePolicy>,
    /// Its totals in the currency of its reports, where its money is in another.
    pub converted: Option<ConvertedBalances>,
}

impl Report {
    /// Reads the report of a funder as of a day, `YYYY-MM-DD`.
    pub async fn read(programme: Uuid, budget: Uuid, funder: Uuid, as_of: &str) -> Answer<Self> {
        let filter = MovementFilter {
            funder_id: funder.to_string(),
            booked_to: as_of.to_owned(),
            ..MovementFilter::default()
        };
        let (grants, policies, roles, list, balances) = futures::join!(
            movements::list_grants(budget),
            movements::list_funder_policies(programme),
            partners::list_partner_roles(programme),
            movements::list_movements_up_to(budget, &filter, MOST),
            budgets::get_balances(budget, as_of)
        );
        let grants: Vec<Grant> = grants?.into_iter().filter(|grant| grant.funder_id == funder).collect();
        // A funder of whom nothing is recorded, and a reader who may not ask, have no policy.
        let policy = policies
            .unwrap_or_default()
            .into_iter()
            .find(|policy| policy.funder_id == funder);
        let converted = converted(budget, as_of, funder, &grants, policy.as_ref()).await?;
        let roles = roles?.items;
        let (all, cut) = list?;
        let waiting = all.iter().filter(|one| one.status == MovementStatus::Pending).count();
        let mut movements: Vec<Movement> = all
            .into_iter()
            .filter(|one| one.status == MovementStatus::Approved)
            .collect();
        movements.reverse();
        Ok(Self {
            funder,
            name: full_name(&roles, funder),
            accountable: accountable(&roles),
            grants,
            balances: balances?.items,
            movements,
            cut,
            waiting,
            policy,
            converted,
        })
    }

    /// The funder's shares.
    pub fn shares(&self) -> impl Iterator<Item = &Balance> {
        self.balances.iter().filter(|row| row.funder_id == self.funder)
    }
}

async fn converted(
    budget: Uuid,
    as_of: &str,
    funder: Uuid,
    grants: &[Grant],
    policy: Option<&FunderRatePolicy>,
) -> Answer<Option<ConvertedBalances>> {
    let Some(currency) = policy.map(|policy| policy.currency.as_str()) else {
        return Ok(None);
    };
    if grants.iter().all(|grant| grant.currency == currency) {
        return Ok(None);
    }
    let balances = movements::get_balances_in(budget, as_of, currency).await?;
    let key = funder.to_string();
    let own = balances
        .groups
        .into_iter()
        .find(|group| group.key.as_ref() == Some(&key));
    Ok(own.and_then(|group| group.converted))
}

fn full_name(roles: &[PartnerRole], funder: Uuid) -> String {
    let role = roles.iter().find(|role| role.partner.id == funder);
    role.map_or_else(|| "–".to_owned(), |role| role.partner.name.clone())
}

fn accountable(roles: &[PartnerRole]) -> Option<String> {
    use parvis_domain::partners::PartnerRoleKind::{Accountable, Extending, Implementing};
    [Accountable, Implementing, Extending].into_iter().find_map(|wanted| {
        let role = roles
            .iter()
            .find(|role| role.role == wanted && role.ended_at.is_none())?;
        Some(role.partner.name.clone())
    })
}
