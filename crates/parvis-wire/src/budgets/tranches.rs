//! Tranches of a grant and their conditions.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::tranches::{
    CONDITIONS_MAX, Condition as Rule, ConditionKind, PARTS_MAX, TrancheContent, TrancheState,
};
use parvis_domain::ids::{FunderReportId, LineId, PartnerId};
use parvis_domain::percentage::Percentage;
use parvis_domain::{Code, Faults, LocalisedText, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Settlement;
use crate::Money;

/// The last place in the order of tranches.
const POSITION_MAX: i32 = 10_000;

/// A tranche to be added to a grant in instalments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "title": {"es": "Segunda ministración"}, "amount": {"amount": "200000.00", "currency": "MXN"}, "due_on": "2026-10-15",
    "conditions": [
        {"kind": "progress", "at_least": "70"},
        {"kind": "countersigned", "partner_id": "01890a5d-ac96-774b-bcce-b302099a8057"}
    ]
})))]
pub struct NewTranche {
    /// How much, in the grant's currency; all tranches together stay within what is granted.
    pub amount: Money,
    /// Its title.
    #[serde(default)]
    pub title: Option<LocalisedText>,
    /// Its place in the order; the last where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10000))]
    pub position: Option<i32>,
    /// When it is expected.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub due_on: Option<String>,
    /// Whether its release shows the settlement of the grant.
    #[serde(default)]
    pub is_final: bool,
    /// What must be met before it is released.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

/// A condition of a release: `progress` has `at_least` and, for one line alone, `line_id`; `report_accepted` has
/// `report_id`; `countersigned` has `partner_id` and, for one line alone, `line_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Condition {
    /// What it asks for.
    pub kind: ConditionKind,
    /// The least progress that is asked, in percent: a decimal string with up to six digits, compared exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// The line, which must have a share of the grant; every line weighted by the plan of the grant where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_id: Option<Uuid>,
    /// The report that must be accepted, owed for the same grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_id: Option<Uuid>,
    /// The partner that must have countersigned the latest measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<Uuid>,
}

/// What can be changed about a tranche that is not released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrancheFields {
    /// How much.
    pub amount: Money,
    /// Its title.
    pub title: Option<LocalisedText>,
    /// Its place in the order.
    pub position: i32,
    /// When it is expected.
    pub due_on: Option<String>,
    /// Whether its release shows the settlement of the grant.
    pub is_final: bool,
    /// What must be met.
    pub conditions: Vec<Condition>,
}

patch! {
    /// Changes to a tranche that is not released.
    TranchePatch of TrancheFields {
        must { amount: Money, position: i32, is_final: bool, conditions: Vec<Condition>, }
        may { title: LocalisedText, due_on: String, }
    }
}

impl NewTranche {
    /// Checks the whole; `last` is the place where nothing is said.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, last: i32) -> Result<TrancheContent, Faults> {
        let fields = TrancheFields {
            amount: self.amount.clone(),
            title: self.title.clone(),
            position: self.position.unwrap_or(last),
            due_on: self.due_on.clone(),
            is_final: self.is_final,
            conditions: self.conditions.clone(),
        };
        fields.check()
    }
}

impl TrancheFields {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<TrancheContent, Faults> {
        let mut faults = Faults::new();
        let amount = faults.keep_all(self.amount.check_positive("/amount"));
        let title = self
            .title
            .as_ref()
            .map(|title| title.check_line("/title", text::NAME_MAX));
        let title = faults.keep_all(title.transpose());
        let due_on = faults.keep(period::optional_date("/due_on", self.due_on.as_deref()));
        if !(1..=POSITION_MAX).contains(&self.position) {
            faults.add(
                Code::OutOfRange,
                "/position",
                format!("A place from 1 to {POSITION_MAX}."),
            );
        }
        if self.conditions.len() > CONDITIONS_MAX {
            faults.add(
                Code::TooMany,
                "/conditions",
                format!("At most {CONDITIONS_MAX} elements are allowed."),
            );
        }
        let conditions = self.conditions.iter().enumerate();
        let conditions: Vec<Option<Rule>> = conditions
            .map(|(i, condition)| faults.keep_all(condition.check(&format!("/conditions/{i}"))))
            .collect();
        let checked = (|| {
            Some(TrancheContent {
                title: title?,
                position: self.position,
                amount: amount?,
                due_on: due_on?,
                is_final: self.is_final,
                conditions: conditions.into_iter().collect::<Option<_>>()?,
            })
        })();
        faults.finish(checked)
    }
}

impl From<&TrancheContent> for TrancheFields {
    fn from(content: &TrancheContent) -> Self {
        Self {
            amount: content.amount.into(),
            title: content.title.clone(),
            position: content.position,
            due_on: content.due_on.map(|day| day.to_string()),
            is_final: content.is_final,
            conditions: content.conditions.iter().map(Condition::from).collect(),
        }
    }
}

impl Condition {
    fn check(&self, at: &str) -> Result<Rule, Faults> {
        let mut faults = Faults::new();
        let allowed: &[&str] = match self.kind {
            ConditionKind::Progress => &["at_least", "line_id"],
            ConditionKind::ReportAccepted => &["report_id"],
            ConditionKind::Countersigned => &["partner_id", "line_id"],
        };
        for (field, given) in [
            ("at_least", self.at_least.is_some()),
            ("line_id", self.line_id.is_some()),
            ("report_id", self.report_id.is_some()),
            ("partner_id", self.partner_id.is_some()),
        ] {
            let (needed, fits) = (field != "line_id" && allowed.contains(&field), allowed.contains(&field));
            if needed && !given {
                let detail = format!("A condition of kind {} needs {field}.", self.kind);
                faults.add(Code::Required, format!("{at}/{field}"), detail);
            } else if given && !fits {
                let detail = format!("A condition of kind {} has no {field}.", self.kind);
                faults.add(Code::KindMismatch, format!("{at}/{field}"), detail);
            }
        }
        let line = self.line_id.map(LineId);
        let rule = match self.kind {
            ConditionKind::Progress => {
                let least = self.at_least.as_deref();
                let least = least.and_then(|text| faults.keep(Percentage::parse(&format!("{at}/at_least"), text)));
                least.map(|at_least| Rule::Progress { at_least, line })
            }
            ConditionKind::ReportAccepted => self.report_id.map(|id| Rule::ReportAccepted {
                report: FunderReportId(id),
            }),
            ConditionKind::Countersigned => self.partner_id.map(|id| Rule::Countersigned {
                partner: PartnerId(id),
                line,
            }),
        };
        faults.finish(rule)
    }
}

impl From<&Rule> for Condition {
    fn from(rule: &Rule) -> Self {
        let empty = Condition {
            kind: rule.kind(),
            at_least: None,
            line_id: None,
            report_id: None,
            partner_id: None,
        };
        match rule {
            Rule::Progress { at_least, line } => Condition {
                at_least: Some(at_least.to_string()),
                line_id: line.map(Into::into),
                ..empty
            },
            Rule::ReportAccepted { report } => Condition {
                report_id: Some((*report).into()),
                ..empty
            },
            Rule::Countersigned { partner, line } => Condition {
                partner_id: Some((*partner).into()),
                line_id: line.map(Into::into),
                ..empty
            },
        }
    }
}

/// The release of a tranche.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"released_on": "2026-03-14"})))]
pub struct TrancheRelease {
    /// The day from which on it can be disbursed; today where nothing is said, never in the future or in a closed year.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub released_on: Option<String>,
}

impl TrancheRelease {
    /// Checks the day.
    ///
    /// # Errors
    /// `date_invalid`.
    pub fn check(&self) -> Result<Option<NaiveDate>, Faults> {
        Ok(period::optional_date("/released_on", self.released_on.as_deref())?)
    }
}

/// The parts into which a tranche is split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"parts": ["80", "20"]})))]
pub struct TrancheSplit {
    /// Percentages that make 100 together, two to ten of them, in the order of the parts.
    #[cfg_attr(feature = "openapi", schema(min_items = 2, max_items = 10))]
    pub parts: Vec<String>,
}

impl TrancheSplit {
    /// Checks each part; that they make 100 % is a rule of the split.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<Vec<Percentage>, Faults> {
        let mut faults = Faults::new();
        if self.parts.len() > PARTS_MAX {
            faults.add(
                Code::TooMany,
                "/parts",
                format!("At most {PARTS_MAX} parts are allowed."),
            );
        }
        let parts = self.parts.iter().take(PARTS_MAX).enumerate();
        let parts: Vec<Option<Percentage>> = parts
            .map(|(i, part)| faults.keep(Percentage::parse(&format!("/parts/{i}"), part)))
            .collect();
        faults.finish(parts.into_iter().collect())
    }
}

/// A condition and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConditionState {
    /// The condition.
    #[serde(flatten)]
    pub condition: Condition,
    /// Whether it is met.
    pub met: bool,
    /// One English sentence that says why.
    pub explanation: String,
    /// The values behind it, for programs and translations: `required`, `measured`, `missing`…
    pub values: BTreeMap<String, String>,
}

/// A tranche of a grant in instalments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tranche {
    /// Its id.
    pub id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// Its title.
    pub title: Option<LocalisedText>,
    /// Its place in the order.
    pub position: i32,
    /// How much, in the grant's currency.
    pub amount: Money,
    /// When it is expected.
    pub due_on: Option<NaiveDate>,
    /// Whether its release shows the settlement of the grant.
    pub is_final: bool,
    /// What must be met, and where it stands today; of a released tranche, as it stood then.
    pub conditions: Vec<ConditionState>,
    /// Where it stands.
    pub state: TrancheState,
    /// Of the final tranche, where it is answered on its own: what is still due on the grant.
    pub settlement: Option<Settlement>,
    /// When it was released.
    pub released_on: Option<NaiveDate>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// The parts of a tranche that was split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrancheParts {
    /// The parts in their order; the first is the tranche itself.
    pub items: Vec<Tranche>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(json: &str) -> Result<Rule, Faults> {
        serde_json::from_str::<Condition>(json).unwrap().check("/conditions/0")
    }

    #[test]
    fn each_kind_of_condition_has_its_fields() {
        let id = Uuid::nil();
        for right in [
            r#"{"kind": "progress", "at_least": "70"}"#.to_owned(),
            format!(r#"{{"kind": "countersigned", "partner_id": "{id}", "line_id": "{id}"}}"#),
            format!(r#"{{"kind": "report_accepted", "report_id": "{id}"}}"#),
        ] {
            let rule = condition(&right).unwrap();
            assert_eq!(Condition::from(&rule).check("").unwrap(), rule);
        }
        let faults = condition(&format!(
            r#"{{"kind": "report_accepted", "at_least": "70", "partner_id": "{id}"}}"#
        ));
        let codes: Vec<_> = faults
            .unwrap_err()
            .0
            .into_iter()
            .map(|fault| (fault.code, fault.pointer))
            .collect();
        assert_eq!(
            codes,
            [
                (Code::KindMismatch, "/conditions/0/at_least".to_owned()),
                (Code::Required, "/conditions/0/report_id".to_owned()),
                (Code::KindMismatch, "/conditions/0/partner_id".to_owned()),
            ]
        );
        let wrong = condition(r#"{"kind": "progress", "at_least": "70 %"}"#).unwrap_err();
        assert_eq!(wrong.0[0].code, Code::FormatInvalid);
    }
}
