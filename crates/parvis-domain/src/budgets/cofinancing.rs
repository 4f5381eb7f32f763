//! Co-financing rules: data of a template and of a programme that a plan is held against.
//!
//! A rule travels and is kept as it was written ([`CofinancingRule`]); checked it is a [`Demand`]. Thresholds are compared
//! as exact fractions: 69.6 % is not 70 %, and 10 % of 333.33 is 33.34 at least.

mod evaluate;
mod sentence;

pub use evaluate::{Evaluation, Limit, Outcome, Rates, Subject, evaluate};
pub use sentence::{Language, sentence};

use serde::{Deserialize, Serialize};

use crate::choices::choices;
use crate::error::{Code, Faults};
use crate::localised_text::LocalisedText;
use crate::money::Money;
use crate::partners::PartnerKind;
use crate::percentage::Percentage;
use crate::text;

/// The most rules of one template or programme, and the most targets of one budget.
pub const RULES_MAX: usize = 100;

choices! {
    /// What a co-financing rule demands.
    CofinancingKind {
        /// Funders of some kinds bring at least a share of the cost, in cash and in kind together.
        FunderShare = "funder_share",
        /// Of what each funder of some kinds brings, at most a share is in kind.
        InKindShare = "in_kind_share",
        /// What each line gets in cash stays under an amount.
        LineCeiling = "line_ceiling",
        /// What a category costs stays under a share of the whole or an amount.
        CategoryCeiling = "category_ceiling",
        /// What a category costs reaches a share of the whole or an amount.
        CategoryTarget = "category_target",
        /// Between headings at most a share may shift without an amendment.
        HeadingShift = "heading_shift",
        /// What everything costs lies within bounds.
        TotalCost = "total_cost",
    }
}

/// An amount as it is written in a rule or a target: a decimal string with exactly the digits of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatedAmount {
    /// The amount.
    pub amount: String,
    /// A code of ISO 4217.
    pub currency: String,
}

impl StatedAmount {
    fn check(&self, at: &str) -> Result<Money, Faults> {
        Money::check_not_negative(at, &self.amount, &self.currency)
    }
}

/// A co-financing rule as it is written. Which fields it has follows from its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "code": "local-share", "title": {"en": "The local authority’s share"}, "kind": "funder_share",
    "funder_kinds": ["municipality"], "percent": "10"
})))]
pub struct CofinancingRule {
    /// Short code, unique among the rules.
    pub code: String,
    /// Its name.
    pub title: LocalisedText,
    /// What it demands.
    pub kind: CofinancingKind,
    /// Whether it only advises: an advisory rule never stops a submission.
    #[serde(default)]
    pub advisory: bool,
    /// `funder_share` and `in_kind_share`: the kinds of funder that are meant; for the latter all where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub funder_kinds: Vec<PartnerKind>,
    /// `category_ceiling` and `category_target`: the code of the category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The share, a decimal string from `0` to `100` with at most six digits after the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<String>,
    /// `category_target` and `total_cost`: the least amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<StatedAmount>,
    /// `line_ceiling`, `category_ceiling` and `total_cost`: the greatest amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<StatedAmount>,
}

/// A bound: a share of the whole, or an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A share of the whole.
    Share(Percentage),
    /// An amount.
    Amount(Money),
}

/// What a rule demands, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// Funders of these kinds bring at least this share of the cost.
    FunderShare(Vec<PartnerKind>, Percentage),
    /// Of what each funder of these kinds brings at most this share is in kind; of every funder where none is named.
    InKindShare(Vec<PartnerKind>, Percentage),
    /// Each line gets at most this in cash.
    LineCeiling(Money),
    /// This category costs at most this.
    CategoryCeiling(String, Bound),
    /// This category costs at least this.
    CategoryTarget(String, Bound),
    /// Categories move by at most this share of what was submitted.
    HeadingShift(Percentage),
    /// Everything costs at least the first and at most the second.
    TotalCost(Option<Money>, Option<Money>),
}

/// A rule, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRule {
    /// Its code.
    pub code: String,
    /// Its name.
    pub title: LocalisedText,
    /// Whether it only advises.
    pub advisory: bool,
    /// What it demands.
    pub demand: Demand,
}

impl CheckedRule {
    /// The kind of its demand.
    #[must_use]
    pub fn kind(&self) -> CofinancingKind {
        match self.demand {
            Demand::FunderShare(..) => CofinancingKind::FunderShare,
            Demand::InKindShare(..) => CofinancingKind::InKindShare,
            Demand::LineCeiling(_) => CofinancingKind::LineCeiling,
            Demand::CategoryCeiling(..) => CofinancingKind::CategoryCeiling,
            Demand::CategoryTarget(..) => CofinancingKind::CategoryTarget,
            Demand::HeadingShift(_) => CofinancingKind::HeadingShift,
            Demand::TotalCost(..) => CofinancingKind::TotalCost,
        }
    }
}

/// Checks a list of rules, at its pointer, against the categories of their template or programme.
///
/// # Errors
/// Every fault: `required` for what a kind needs, `format_invalid` for what it has no use for, `duplicate`,
/// `reference_unknown` for a category that is not there, and those of codes, texts, percentages and amounts.
pub fn check_rules(at: &str, rules: &[CofinancingRule], categories: &[&str]) -> Result<Vec<CheckedRule>, Faults> {
    let mut faults = Faults::new();
    if rules.len() > RULES_MAX {
        faults.add(Code::TooMany, at, format!("At most {RULES_MAX} elements are allowed."));
    }
    let mut checked = Vec::new();
    for (i, rule) in rules.iter().enumerate() {
        let here = format!("{at}/{i}");
        if rules.iter().take(i).any(|before| before.code == rule.code) {
            let detail = format!("The code {} stands twice.", rule.code);
            faults.add(Code::Duplicate, format!("{here}/code"), detail);
        }
        checked.extend(faults.keep_all(rule.check(&here, categories)));
    }
    faults.finish(Some(checked))
}

impl CofinancingRule {
    fn check(&self, at: &str, categories: &[&str]) -> Result<CheckedRule, Faults> {
        let mut faults = Faults::new();
        let code = faults.keep(text::code(&format!("{at}/code"), &self.code));
        let title = faults.keep_all(self.title.check_line(&format!("{at}/title"), text::NAME_MAX));
        self.check_fields(at, &mut faults);
        let percent = self
            .percent
            .as_deref()
            .and_then(|percent| faults.keep(Percentage::parse(&format!("{at}/percent"), percent)));
        let mut amount = |name: &str, stated: &Option<StatedAmount>| {
            stated
                .as_ref()
                .and_then(|stated| faults.keep_all(stated.check(&format!("{at}/{name}"))))
        };
        let (least, most) = (amount("at_least", &self.at_least), amount("at_most", &self.at_most));
        if let Some(category) = self.category.as_deref().filter(|code| !categories.contains(code)) {
            let detail = format!("There is no category {category}; there are: {}.", categories.join(", "));
            faults.add(Code::ReferenceUnknown, format!("{at}/category"), detail);
        }
        if least
            .zip(most)
            .is_some_and(|(least, most)| least.currency != most.currency)
        {
            faults.add(
                Code::CurrencyMismatch,
                format!("{at}/at_most/currency"),
                "Both bounds are in one currency.",
            );
        }
        if least.zip(most).is_some_and(|(least, most)| least.minor > most.minor) {
            faults.add(
                Code::OutOfRange,
                format!("{at}/at_most"),
                "The upper bound lies below the lower one.",
            );
        }
        let demand = self.demand(percent, least, most);
        let checked = (|| {
            Some(CheckedRule {
                code: code?,
                title: title?,
                advisory: self.advisory,
                demand: demand?,
            })
        })();
        faults.finish(checked)
    }

    /// Whether each field is there that the kind needs, and no other.
    fn check_fields(&self, at: &str, faults: &mut Faults) {
        use CofinancingKind as K;
        let given = [
            ("funder_kinds", !self.funder_kinds.is_empty()),
            ("category", self.category.is_some()),
            ("percent", self.percent.is_some()),
            ("at_least", self.at_least.is_some()),
            ("at_most", self.at_most.is_some()),
        ];
        let (needed, possible): (&[&str], &[&str]) = match self.kind {
            K::FunderShare => (&["funder_kinds", "percent"], &[]),
            K::InKindShare => (&["percent"], &["funder_kinds"]),
            K::LineCeiling => (&["at_most"], &[]),
            K::CategoryCeiling => (&["category"], &["percent", "at_most"]),
            K::CategoryTarget => (&["category"], &["percent", "at_least"]),
            K::HeadingShift => (&["percent"], &[]),
            K::TotalCost => (&[], &["at_least", "at_most"]),
        };
        for (name, given) in given {
            let pointer = format!("{at}/{name}");
            if needed.contains(&name) && !given {
                faults.add(
                    Code::Required,
                    pointer,
                    format!("A rule of kind {} needs this.", self.kind),
                );
            } else if given && !needed.contains(&name) && !possible.contains(&name) {
                let detail = format!("A rule of kind {} has no use for this; leave it out.", self.kind);
                faults.add(Code::FormatInvalid, pointer, detail);
            }
        }
        let bounds = [self.percent.is_some(), self.at_least.is_some(), self.at_most.is_some()];
        let number = bounds.iter().filter(|given| **given).count();
        let one = matches!(self.kind, K::CategoryCeiling | K::CategoryTarget);
        if (one && number != 1) || (self.kind == K::TotalCost && number == 0) {
            let detail = "The bound is missing, or there is more than one: a percentage or an amount.";
            faults.add(Code::Required, format!("{at}/percent"), detail);
        }
    }

    fn demand(&self, percent: Option<Percentage>, least: Option<Money>, most: Option<Money>) -> Option<Demand> {
        use CofinancingKind as K;
        let bound = |amount: Option<Money>| percent.map(Bound::Share).or(amount.map(Bound::Amount));
        Some(match self.kind {
            K::FunderShare => Demand::FunderShare(self.funder_kinds.clone(), percent?),
            K::InKindShare => Demand::InKindShare(self.funder_kinds.clone(), percent?),
            K::LineCeiling => Demand::LineCeiling(most?),
            K::CategoryCeiling => Demand::CategoryCeiling(self.category.clone()?, bound(most)?),
            K::CategoryTarget => Demand::CategoryTarget(self.category.clone()?, bound(least)?),
            K::HeadingShift => Demand::HeadingShift(percent?),
            K::TotalCost => Demand::TotalCost(least, most),
        })
    }
}

/// What a budget aims at for a category, and what it must not exceed: each a share of the whole or an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "category": "staff", "target_percent": "30", "ceiling": {"amount": "45000.00", "currency": "EUR"}
})))]
pub struct CategoryTarget {
    /// Code of a category of the programme.
    pub category: String,
    /// The amount that is aimed at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<StatedAmount>,
    /// The share of the whole that is aimed at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_percent: Option<String>,
    /// The amount that must not be exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<StatedAmount>,
    /// The share of the whole that must not be exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling_percent: Option<String>,
}

/// Checks the targets of a budget, at their pointer, and turns them into rules: a ceiling binds, a target advises.
///
/// # Errors
/// Every fault: `duplicate`, `required` for a target without any bound, `format_invalid` for two bounds of one sort, and
/// those of percentages and amounts. That the categories exist is checked by [`check_categories`].
pub fn check_targets(at: &str, targets: &[CategoryTarget]) -> Result<Vec<CheckedRule>, Faults> {
    let mut faults = Faults::new();
    if targets.len() > RULES_MAX {
        faults.add(Code::TooMany, at, format!("At most {RULES_MAX} elements are allowed."));
    }
    let mut rules = Vec::new();
    for (i, target) in targets.iter().enumerate() {
        let here = format!("{at}/{i}");
        if targets.iter().take(i).any(|before| before.category == target.category) {
            faults.add(
                Code::Duplicate,
                format!("{here}/category"),
                "This category stands twice.",
            );
        }
        let aim = faults.keep_all(bound(&here, "target", &target.target, target.target_percent.as_deref()));
        let most = faults.keep_all(bound(
            &here,
            "ceiling",
            &target.ceiling,
            target.ceiling_percent.as_deref(),
        ));
        if aim == Some(None) && most == Some(None) {
            faults.add(
                Code::Required,
                format!("{here}/target"),
                "A target, a ceiling, or both.",
            );
        }
        let rule = |code: &str, advisory, demand| CheckedRule {
            code: format!("{code}:{}", target.category),
            title: LocalisedText::default(),
            advisory,
            demand,
        };
        let category = || target.category.clone();
        let aim = aim
            .flatten()
            .map(|aim| rule("target", true, Demand::CategoryTarget(category(), aim)));
        let most = most
            .flatten()
            .map(|most| rule("ceiling", false, Demand::CategoryCeiling(category(), most)));
        rules.extend(aim.into_iter().chain(most));
    }
    faults.finish(Some(rules))
}

/// Checks that the targets name categories of the programme.
///
/// # Errors
/// `reference_unknown`, listing those that there are.
pub fn check_categories(at: &str, targets: &[CategoryTarget], categories: &[&str]) -> Result<(), Faults> {
    let mut faults = Faults::new();
    for (i, target) in targets.iter().enumerate() {
        if !categories.contains(&target.category.as_str()) {
            let detail = format!(
                "There is no category {}; there are: {}.",
                target.category,
                categories.join(", ")
            );
            faults.add(Code::ReferenceUnknown, format!("{at}/{i}/category"), detail);
        }
    }
    faults.finish(Some(()))
}

fn bound(at: &str, name: &str, amount: &Option<StatedAmount>, percent: Option<&str>) -> Result<Option<Bound>, Faults> {
    match (amount, percent) {
        (None, None) => Ok(None),
        (Some(amount), None) => Ok(Some(Bound::Amount(amount.check(&format!("{at}/{name}"))?))),
        (None, Some(percent)) => Ok(Some(Bound::Share(Percentage::parse(
            &format!("{at}/{name}_percent"),
            percent,
        )?))),
        (Some(_), Some(_)) => {
            let mut faults = Faults::new();
            faults.add(
                Code::FormatInvalid,
                format!("{at}/{name}_percent"),
                "An amount or a percentage, not both.",
            );
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests;
