//! Holding a plan against rules.

use std::collections::BTreeMap;

use super::{Bound, CheckedRule, CofinancingKind, Demand};
use crate::budgets::GrantKind;
use crate::budgets::plan::{Figures, Plan, Table};
use crate::budgets::rates::Rate;
use crate::choices::choices;
use crate::ids::{LineId, PartnerId};
use crate::localised_text::LocalisedText;
use crate::money::{Currency, Money};
use crate::partners::PartnerKind;
use crate::percentage::Percentage;

choices! {
    /// Whether a plan keeps a rule.
    Outcome {
        /// It does.
        Met = "met",
        /// It does not.
        NotMet = "not_met",
        /// An exchange rate is missing.
        Undetermined = "undetermined",
    }
}

/// What an evaluation is about, where that is a part of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A funder.
    Funder(PartnerId, String),
    /// A line.
    Line(LineId, LocalisedText),
    /// A category.
    Category(String),
    /// Kinds of funder.
    Kinds(Vec<PartnerKind>),
}

/// What is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// At least this.
    AtLeast(Bound),
    /// At most this.
    AtMost(Bound),
}

/// What holding a plan against a rule gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The code of the rule.
    pub code: String,
    /// Its name.
    pub title: LocalisedText,
    /// What it demands.
    pub kind: CofinancingKind,
    /// Whether it only advises.
    pub advisory: bool,
    /// Whether it is kept.
    pub outcome: Outcome,
    /// What it is about.
    pub subject: Option<Subject>,
    /// What there is; none where a rate is missing or nothing was submitted yet to compare with.
    pub actual: Option<Money>,
    /// Of how much, where the rule is about a share.
    pub whole: Option<Money>,
    /// The share, rounded towards the side on which a rule is broken, so that 69.99999 % never reads as 70 %.
    pub percent: Option<Percentage>,
    /// What is demanded.
    pub limit: Option<Limit>,
    /// What is short or too much, where the rule is broken.
    pub difference: Option<Money>,
    /// The two currencies between which no rate is known.
    pub missing_rate: Option<(Currency, Currency)>,
}

/// The rates with which a plan in several currencies is brought to one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(pub BTreeMap<(Currency, Currency), Rate>);

type Missing = (Currency, Currency);

impl Rates {
    /// An amount in another currency, by the rate of the pair or its inverse.
    ///
    /// # Errors
    /// The pair that has no rate.
    pub fn convert(&self, money: Money, to: Currency) -> Result<Money, (Currency, Currency)> {
        if money.currency == to || money.minor == 0 {
            return Ok(Money::new(money.minor, to));
        }
        let direct = self.0.get(&(money.currency, to)).copied();
        let rate = direct.or_else(|| self.0.get(&(to, money.currency)).map(|rate| rate.inverse()));
        rate.and_then(|rate| rate.convert(money, to))
            .ok_or((money.currency, to))
    }

    /// A sum over a table in one currency: each row is converted and rounded, then they are added.
    ///
    /// # Errors
    /// The first pair that has no rate.
    pub fn sum(
        &self,
        table: &Table,
        to: Currency,
        of: impl Fn(GrantKind, Figures) -> i64,
    ) -> Result<i64, (Currency, Currency)> {
        let rows = table.iter().map(|((currency, kind), figures)| {
            let money = Money::new(of(*kind, *figures), *currency);
            self.convert(money, to).map(|money| money.minor)
        });
        rows.sum()
    }
}

/// What one side of a rule comes to.
struct Measure {
    subject: Option<Subject>,
    actual: i64,
    whole: i64,
    currency: Currency,
    limit: Limit,
}

/// Holds a plan against rules, in their order. A rule about every line or funder gives one evaluation per part that
/// breaks it; where none does, one for the part that comes closest. `submitted` is the plan that was submitted last.
#[must_use]
pub fn evaluate(plan: &Plan, rules: &[CheckedRule], rates: &Rates, submitted: Option<&Plan>) -> Vec<Evaluation> {
    rules
        .iter()
        .flat_map(|rule| rule.evaluate(plan, rates, submitted))
        .collect()
}

impl CheckedRule {
    fn evaluate(&self, plan: &Plan, rates: &Rates, submitted: Option<&Plan>) -> Vec<Evaluation> {
        let measures = match self.measure(plan, rates, submitted) {
            Ok(measures) => measures,
            Err(missing) => {
                let undetermined = Evaluation {
                    outcome: Outcome::Undetermined,
                    missing_rate: Some(missing),
                    ..self.bare()
                };
                return vec![undetermined];
            }
        };
        let (broken, kept): (Vec<_>, Vec<_>) = measures.into_iter().partition(|measure| !measure.is_met());
        if !broken.is_empty() {
            return broken.into_iter().map(|measure| self.of(measure)).collect();
        }
        let closest = kept.into_iter().min_by_key(Measure::room);
        vec![closest.map_or_else(|| self.bare(), |measure| self.of(measure))]
    }

    /// What the rule comes to for each part that it is about.
    fn measure(&self, plan: &Plan, rates: &Rates, submitted: Option<&Plan>) -> Result<Vec<Measure>, Missing> {
        match &self.demand {
            Demand::FunderShare(kinds, share) => funder_share(plan, rates, kinds, *share),
            Demand::InKindShare(kinds, share) => in_kind_share(plan, rates, kinds, *share),
            Demand::LineCeiling(most) => line_ceiling(plan, rates, *most),
            Demand::CategoryCeiling(category, bound) => category_bound(plan, rates, category, Limit::AtMost(*bound)),
            Demand::CategoryTarget(category, bound) => category_bound(plan, rates, category, Limit::AtLeast(*bound)),
            Demand::HeadingShift(share) => match submitted {
                Some(submitted) => heading_shift(plan, submitted, rates, *share),
                None => Ok(Vec::new()),
            },
            Demand::TotalCost(least, most) => total_cost(plan, rates, *least, *most),
        }
    }

    /// A rule that is kept, and about nothing that there is yet.
    fn bare(&self) -> Evaluation {
        Evaluation {
            code: self.code.clone(),
            title: self.title.clone(),
            kind: self.kind(),
            // A new submission is the amendment that a larger shift needs: it is never stopped by it.
            advisory: self.advisory || self.kind() == CofinancingKind::HeadingShift,
            outcome: Outcome::Met,
            subject: None,
            actual: None,
            whole: None,
            percent: None,
            limit: None,
            difference: None,
            missing_rate: None,
        }
    }

    fn of(&self, measure: Measure) -> Evaluation {
        let money = |minor| Money::new(minor, measure.currency);
        let (actual, whole) = (i128::from(measure.actual), i128::from(measure.whole));
        let percent = match measure.limit {
            Limit::AtLeast(_) => Percentage::floor_of(actual, whole),
            Limit::AtMost(_) => Percentage::ceiling_of(actual, whole),
        };
        let met = measure.is_met();
        let about_share = matches!(
            measure.limit,
            Limit::AtLeast(Bound::Share(_)) | Limit::AtMost(Bound::Share(_))
        );
        Evaluation {
            outcome: if met { Outcome::Met } else { Outcome::NotMet },
            actual: Some(money(measure.actual)),
            whole: about_share.then(|| money(measure.whole)),
            percent: percent.filter(|_| about_share),
            limit: Some(measure.limit),
            difference: (!met).then(|| money(measure.room().saturating_neg())),
            subject: measure.subject,
            ..self.bare()
        }
    }
}

impl Measure {
    fn is_met(&self) -> bool {
        let (actual, whole) = (i128::from(self.actual), i128::from(self.whole));
        match self.limit {
            Limit::AtLeast(Bound::Share(share)) => share.is_reached(actual, whole),
            Limit::AtMost(Bound::Share(share)) => share.is_kept(actual, whole),
            Limit::AtLeast(Bound::Amount(least)) => self.actual >= least.minor,
            Limit::AtMost(Bound::Amount(most)) => self.actual <= most.minor,
        }
    }

    /// How far the bound is: below zero where it is broken.
    fn room(&self) -> i64 {
        let whole = i128::from(self.whole);
        let fit = |minor: i128| i64::try_from(minor).unwrap_or(i64::MAX);
        match self.limit {
            Limit::AtLeast(Bound::Share(share)) => self.actual - fit(share.least_of(whole)),
            Limit::AtMost(Bound::Share(share)) => fit(share.most_of(whole)) - self.actual,
            Limit::AtLeast(Bound::Amount(least)) => self.actual - least.minor,
            Limit::AtMost(Bound::Amount(most)) => most.minor - self.actual,
        }
    }
}

fn funder_share(plan: &Plan, rates: &Rates, kinds: &[PartnerKind], share: Percentage) -> Result<Vec<Measure>, Missing> {
    let totals = plan.totals();
    let mut actual = 0;
    for funder in plan.funders.iter().filter(|funder| kinds.contains(&funder.kind)) {
        if let Some(table) = totals.funders.get(&funder.id) {
            actual += rates.sum(table, plan.currency, |_, figures| figures.planned)?;
        }
    }
    Ok(vec![Measure {
        subject: Some(Subject::Kinds(kinds.to_vec())),
        actual,
        whole: rates.sum(&totals.all, plan.currency, |_, figures| figures.cost)?,
        currency: plan.currency,
        limit: Limit::AtLeast(Bound::Share(share)),
    }])
}

fn in_kind_share(
    plan: &Plan,
    rates: &Rates,
    kinds: &[PartnerKind],
    share: Percentage,
) -> Result<Vec<Measure>, Missing> {
    let totals = plan.totals();
    let meant = |kind| kinds.is_empty() || kinds.contains(&kind);
    let mut measures = Vec::new();
    for funder in plan.funders.iter().filter(|funder| meant(funder.kind)) {
        let Some(table) = totals.funders.get(&funder.id) else {
            continue;
        };
        let in_kind = |kind, figures: Figures| if kind == GrantKind::InKind { figures.planned } else { 0 };
        measures.push(Measure {
            subject: Some(Subject::Funder(funder.id, funder.name.clone())),
            actual: rates.sum(table, plan.currency, in_kind)?,
            whole: rates.sum(table, plan.currency, |_, figures| figures.planned)?,
            currency: plan.currency,
            limit: Limit::AtMost(Bound::Share(share)),
        });
    }
    Ok(measures)
}

fn line_ceiling(plan: &Plan, rates: &Rates, most: Money) -> Result<Vec<Measure>, Missing> {
    let totals = plan.totals();
    let cash = |kind, figures: Figures| if kind == GrantKind::Cash { figures.planned } else { 0 };
    let measure = |line: &crate::budgets::plan::PlanLine| {
        let table = totals.lines.get(&line.id).cloned().unwrap_or_default();
        Ok(Measure {
            subject: Some(Subject::Line(line.id, line.title.clone().unwrap_or_default())),
            actual: rates.sum(&table, most.currency, cash)?,
            whole: 0,
            currency: most.currency,
            limit: Limit::AtMost(Bound::Amount(most)),
        })
    };
    plan.lines.iter().map(measure).collect()
}

fn category_bound(plan: &Plan, rates: &Rates, category: &str, limit: Limit) -> Result<Vec<Measure>, Missing> {
    let totals = plan.totals();
    let bound = match limit {
        Limit::AtLeast(bound) | Limit::AtMost(bound) => bound,
    };
    let currency = match bound {
        Bound::Share(_) => plan.currency,
        Bound::Amount(amount) => amount.currency,
    };
    let cost = |table: &Table| rates.sum(table, currency, |_, figures| figures.cost);
    Ok(vec![Measure {
        subject: Some(Subject::Category(category.to_owned())),
        actual: totals.categories.get(category).map_or(Ok(0), &cost)?,
        whole: match bound {
            Bound::Share(_) => cost(&totals.all)?,
            Bound::Amount(_) => 0,
        },
        currency,
        limit,
    }])
}

/// How far each category moved from what was submitted, whichever way.
fn heading_shift(plan: &Plan, submitted: &Plan, rates: &Rates, share: Percentage) -> Result<Vec<Measure>, Missing> {
    let (now, then) = (plan.totals().categories, submitted.totals().categories);
    let planned = |tables: &BTreeMap<String, Table>, category: &str| {
        let sum = |table| rates.sum(table, plan.currency, |_, figures| figures.planned);
        tables.get(category).map_or(Ok(0), sum)
    };
    let mut categories: Vec<&String> = now.keys().chain(then.keys()).collect();
    categories.sort();
    categories.dedup();
    let measure = |category: &String| {
        let (after, before) = (planned(&now, category)?, planned(&then, category)?);
        Ok(Measure {
            subject: Some(Subject::Category(category.clone())),
            actual: (after - before).abs(),
            whole: before,
            currency: plan.currency,
            limit: Limit::AtMost(Bound::Share(share)),
        })
    };
    categories.into_iter().map(measure).collect()
}

fn total_cost(plan: &Plan, rates: &Rates, least: Option<Money>, most: Option<Money>) -> Result<Vec<Measure>, Missing> {
    let all = plan.totals().all;
    let limits = [
        least.map(|least| (least, Limit::AtLeast(Bound::Amount(least)))),
        most.map(|most| (most, Limit::AtMost(Bound::Amount(most)))),
    ];
    let measure = |(bound, limit): (Money, Limit)| {
        Ok(Measure {
            subject: None,
            actual: rates.sum(&all, bound.currency, |_, figures| figures.cost)?,
            whole: 0,
            currency: bound.currency,
            limit,
        })
    };
    limits.into_iter().flatten().map(measure).collect()
}
