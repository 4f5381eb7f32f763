//! Converting balances: which rate, by what the funder asks, and saying so.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::budgets::rates::{Rate, RatePolicy, same_month};
use parvis_domain::ids::{GrantId, PartnerId, ProgrammeId, RateId};
use parvis_domain::{Currency, Money};

use super::balances::{Extent, When};
use super::flows;
use super::rates::{RecordedRate, policies_of, published};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{budgets, programmes};

/// A rate that a conversion used, with where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedRate {
    /// One unit of this currency…
    pub from: Currency,
    /// …is so much of that one.
    pub to: Currency,
    /// How much.
    pub rate: Rate,
    /// By what the funder asks.
    pub policy: RatePolicy,
    /// The day that it is for; of a mean or of a grant's exchanges the last day that counts in it.
    pub on: NaiveDate,
    /// Who published it; each once for a mean.
    pub source: String,
    /// The published rate, where it is one.
    pub rate_id: Option<RateId>,
    /// The grant whose own exchanges it sums up.
    pub grant: Option<GrantId>,
}

/// What could not be converted, since there is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unconverted {
    /// The grant.
    pub grant: GrantId,
    /// Its funder.
    pub funder: PartnerId,
    /// Its currency.
    pub currency: Currency,
    /// By what the funder asks.
    pub policy: RatePolicy,
}

/// Everything that a conversion into one currency needs, read beforehand.
pub(super) struct Converter {
    to: Currency,
    day: NaiveDate,
    starts_on: NaiveDate,
    policies: BTreeMap<PartnerId, RatePolicy>,
    published: Vec<RecordedRate>,
    exchanges: BTreeMap<(GrantId, Currency), (i64, i64)>,
}

/// How an amount of a grant is converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Conversion {
    /// It is in that currency already.
    Same,
    /// At this rate.
    At(UsedRate),
    /// There is no rate.
    Missing(Unconverted),
}

impl Converter {
    /// Reads rates, policies and exchanges for the balances of an extent. `today` stands for the day where none is asked.
    pub(super) fn read(
        conn: &mut Conn,
        extent: Extent,
        when: When,
        to: Currency,
        today: NaiveDate,
    ) -> StoreResult<Self> {
        let (programme, starts_on) = home(conn, extent)?;
        let day = when.as_of.unwrap_or(today).min(today);
        let policies = policies_of(conn, programme)?;
        let exchanges = match policies.values().any(|policy| *policy == RatePolicy::Exchange) {
            true => flows::exchanges_of(conn, extent, when)?,
            false => BTreeMap::new(),
        };
        let published = published(conn, programme, to, day, when.known_at)?;
        Ok(Self {
            to,
            day,
            starts_on,
            policies,
            published,
            exchanges,
        })
    }

    /// The currency into which is converted.
    pub(super) fn to(&self) -> Currency {
        self.to
    }

    /// What a funder asks.
    pub(super) fn policy(&self, funder: PartnerId) -> RatePolicy {
        self.policies.get(&funder).copied().unwrap_or(RatePolicy::DEFAULT)
    }

    /// How an amount of a grant is converted, on the day of the balance.
    pub(super) fn of(&self, grant: GrantId, funder: PartnerId, currency: Currency) -> Conversion {
        if currency == self.to {
            return Conversion::Same;
        }
        let policy = self.policy(funder);
        let rate = match policy {
            RatePolicy::Exchange => self.exchanged(grant, currency),
            RatePolicy::Monthly => self.monthly(currency, self.day),
            RatePolicy::Average => self.average(currency, self.day),
        };
        rate.map_or(
            Conversion::Missing(Unconverted {
                grant,
                funder,
                currency,
                policy,
            }),
            Conversion::At,
        )
    }

    /// The rate that a funder asks for on a day, of what was published; a grant's own exchange has no day.
    pub(super) fn on(&self, policy: RatePolicy, currency: Currency, day: NaiveDate) -> Option<UsedRate> {
        match policy {
            RatePolicy::Exchange => None,
            RatePolicy::Monthly => self.monthly(currency, day),
            RatePolicy::Average => self.average(currency, day),
        }
    }

    /// Amounts booked against what they were paid in, all in all.
    fn exchanged(&self, grant: GrantId, currency: Currency) -> Option<UsedRate> {
        let (amount, original) = self.exchanges.get(&(grant, self.to)).copied()?;
        let rate = Rate::between(Money::new(amount, currency), Money::new(original, self.to))?;
        Some(UsedRate {
            from: currency,
            to: self.to,
            rate,
            policy: RatePolicy::Exchange,
            on: self.day,
            source: String::new(),
            rate_id: None,
            grant: Some(grant),
        })
    }

    /// The first rate of the month of a day; the programme's own before the platform's, the pair itself before its
    /// inverse.
    fn monthly(&self, currency: Currency, day: NaiveDate) -> Option<UsedRate> {
        let of_month = |rate: &&RecordedRate| same_month(rate.valid_on, day);
        let found = self.candidates(currency).filter(of_month);
        let found = found.min_by_key(|rate| (rate.programme_id.is_none(), rate.from != currency, rate.valid_on))?;
        Some(UsedRate {
            from: found.from,
            to: found.to,
            rate: found.rate,
            policy: RatePolicy::Monthly,
            on: found.valid_on,
            source: found.source.clone(),
            rate_id: Some(found.id),
            grant: None,
        })
    }

    /// The mean of the rates from the start of the period to a day, of one scope and one direction.
    fn average(&self, currency: Currency, day: NaiveDate) -> Option<UsedRate> {
        let period = self.starts_on..=day;
        let rank = |rate: &RecordedRate| (rate.programme_id.is_none(), rate.from != currency);
        let all: Vec<&RecordedRate> = self
            .candidates(currency)
            .filter(|rate| period.contains(&rate.valid_on))
            .collect();
        let best = all.iter().map(|rate| rank(rate)).min()?;
        let of_best: Vec<&RecordedRate> = all.into_iter().filter(|rate| rank(rate) == best).collect();
        let last = of_best.iter().max_by_key(|rate| rate.valid_on)?;
        let mut sources: Vec<&str> = of_best.iter().map(|rate| rate.source.as_str()).collect();
        sources.sort_unstable();
        sources.dedup();
        Some(UsedRate {
            from: last.from,
            to: last.to,
            rate: Rate::mean(&of_best.iter().map(|rate| rate.rate).collect::<Vec<_>>())?,
            policy: RatePolicy::Average,
            on: last.valid_on,
            source: sources.join(", "),
            rate_id: None,
            grant: None,
        })
    }

    fn candidates(&self, currency: Currency) -> impl Iterator<Item = &RecordedRate> {
        self.published
            .iter()
            .filter(move |rate| rate.between(currency, self.to).is_some())
    }
}

impl UsedRate {
    /// An amount in the other of its two currencies, rounded by itself.
    pub(super) fn convert(&self, amount: Money) -> Option<Money> {
        match () {
            () if amount.currency == self.from => self.rate.convert(amount, self.to),
            () if amount.currency == self.to => self.rate.inverse().convert(amount, self.from),
            () => None,
        }
    }
}

/// The programme of an extent, and the first day of its period.
fn home(conn: &mut Conn, extent: Extent) -> StoreResult<(ProgrammeId, NaiveDate)> {
    use crate::columns::IntoDb;
    Ok(match extent {
        Extent::Budget(budget) => budgets::table
            .find(budget.db())
            .select((budgets::programme_id, budgets::starts_on))
            .first(conn)?,
        Extent::Programme(programme) => programmes::table
            .find(programme.db())
            .select((programmes::id, programmes::starts_on))
            .first(conn)?,
    })
}
