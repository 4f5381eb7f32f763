//! Lines of a budget.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::{GrantContent, GrantKind, LineContent, LineShare, PaymentMode};
use parvis_domain::ids::{GrantId, PartnerId};
use parvis_domain::{Code, Faults, LocalisedText, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::grants::{check_about, check_count, check_share};
use crate::Money;

/// A line to be added, with the grants that pay for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "category": "works", "axis": "living", "year": 2027, "title": {"fr": "Jardins et pieds d’immeuble"},
    "cost": {"amount": "84000.00", "currency": "EUR"},
    "grants": [{"funder_id": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "cash", "planned": {"amount": "28000.00", "currency": "EUR"}}]
})))]
pub struct NewBudgetLine {
    /// Code of a category of the programme.
    pub category: String,
    /// The year of its plan.
    #[cfg_attr(feature = "openapi", schema(minimum = 1900, maximum = 2200))]
    pub year: i32,
    /// Code of an axis of the programme.
    #[serde(default)]
    pub axis: Option<String>,
    /// What it pays for.
    #[serde(default)]
    pub title: Option<LocalisedText>,
    /// What it costs, where that is known apart from its grants.
    #[serde(default)]
    pub cost: Option<Money>,
    /// The grants on it.
    #[serde(default)]
    pub grants: Vec<NewLineGrant>,
}

/// A grant on a new line: `grant_id` for one that exists, or `funder_id` for one that is recorded with the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewLineGrant {
    /// An existing grant of the same budget.
    #[serde(default)]
    pub grant_id: Option<Uuid>,
    /// The funder of a grant that is recorded now.
    #[serde(default)]
    pub funder_id: Option<Uuid>,
    /// Cash where nothing is said.
    #[serde(default)]
    pub kind: Option<GrantKind>,
    /// What the plan foresees on this line.
    pub planned: Money,
    /// What the funder decided for this line; the planned amount where nothing is said.
    #[serde(default)]
    pub granted: Option<Money>,
    /// How it is paid; `advance` where nothing is said.
    #[serde(default)]
    pub payment_mode: Option<PaymentMode>,
    /// Reference of the decision.
    #[serde(default)]
    pub reference: Option<String>,
    /// Date of the decision.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub decided_on: Option<String>,
}

/// What a line says of itself, without its grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFields {
    /// Code of a category of the programme.
    pub category: String,
    /// The year of its plan.
    pub year: i32,
    /// Code of an axis of the programme.
    pub axis: Option<String>,
    /// What it pays for.
    pub title: Option<LocalisedText>,
    /// What it costs.
    pub cost: Option<Money>,
    /// Revisions of the plan of its grants.
    pub revisions: Vec<PlanRevision>,
}

patch! {
    /// Changes to a line, and revisions of the plan of its grants.
    BudgetLinePatch of LineFields {
        must { category: String, year: i32, revisions: Vec<PlanRevision>, }
        may { axis: String, title: LocalisedText, cost: Money, }
    }
}

/// A revision of the plan of one grant on the line: the new amounts, from a day on, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanRevision {
    /// The grant.
    pub grant_id: Uuid,
    /// What the plan foresees from now on; unchanged where nothing is said.
    #[serde(default)]
    pub planned: Option<Money>,
    /// What the funder has decided from now on; unchanged where nothing is said.
    #[serde(default)]
    pub granted: Option<Money>,
    /// From which day on; today where nothing is said, never in the future.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub booked_on: Option<String>,
    /// Why.
    pub reason: String,
}

/// A revision, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRevision {
    /// The grant.
    pub grant: GrantId,
    /// The new plan.
    pub planned: Option<parvis_domain::Money>,
    /// The new decision.
    pub granted: Option<parvis_domain::Money>,
    /// From which day on.
    pub booked_on: Option<NaiveDate>,
    /// Why.
    pub reason: String,
}

impl NewBudgetLine {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(LineContent, Vec<LineShare>), Faults> {
        let mut faults = Faults::new();
        let fields = LineFields {
            category: self.category.clone(),
            year: self.year,
            axis: self.axis.clone(),
            title: self.title.clone(),
            cost: self.cost.clone(),
            revisions: Vec::new(),
        };
        let content = faults.keep_all(fields.check().map(|(content, _)| content));
        check_count(self.grants.len(), "/grants", &mut faults);
        let shares = self
            .grants
            .iter()
            .enumerate()
            .map(|(i, grant)| faults.keep_all(grant.check(&format!("/grants/{i}"))));
        let shares: Vec<Option<LineShare>> = shares.collect();
        for (i, grant) in self.grants.iter().enumerate() {
            if grant.grant_id.is_some()
                && self
                    .grants
                    .iter()
                    .take(i)
                    .any(|before| before.grant_id == grant.grant_id)
            {
                faults.add(
                    Code::Duplicate,
                    format!("/grants/{i}/grant_id"),
                    "This grant stands twice.",
                );
            }
        }
        faults.finish(content.zip(shares.into_iter().collect()))
    }
}

impl LineFields {
    /// Checks the fields and the revisions.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(LineContent, Vec<CheckedRevision>), Faults> {
        let mut faults = Faults::new();
        let category = faults.keep(text::code("/category", &self.category));
        let axis = faults.keep(self.axis.as_deref().map(|axis| text::code("/axis", axis)).transpose());
        let title = self
            .title
            .as_ref()
            .map(|title| title.check_line("/title", text::NAME_MAX))
            .transpose();
        let title = faults.keep_all(title);
        let cost = faults.keep_all(
            self.cost
                .as_ref()
                .map(|cost| cost.check_not_negative("/cost"))
                .transpose(),
        );
        if !(1900..=2200).contains(&self.year) {
            faults.add(Code::OutOfRange, "/year", "A year from 1900 to 2200.");
        }
        check_count(self.revisions.len(), "/revisions", &mut faults);
        let revisions = self
            .revisions
            .iter()
            .enumerate()
            .map(|(i, revision)| faults.keep_all(revision.check(&format!("/revisions/{i}"))));
        let revisions: Vec<Option<CheckedRevision>> = revisions.collect();
        let checked = (|| {
            let content = LineContent {
                title: title?,
                category: category?,
                axis: axis?,
                year: self.year,
                cost: cost?,
            };
            Some((content, revisions.into_iter().collect::<Option<Vec<_>>>()?))
        })();
        faults.finish(checked)
    }
}

impl From<&LineContent> for LineFields {
    /// The content as it would arrive, to lay a patch over.
    fn from(content: &LineContent) -> Self {
        Self {
            category: content.category.clone(),
            year: content.year,
            axis: content.axis.clone(),
            title: content.title.clone(),
            cost: content.cost.map(Money::from),
            revisions: Vec::new(),
        }
    }
}

impl NewLineGrant {
    fn check(&self, at: &str) -> Result<LineShare, Faults> {
        let mut faults = Faults::new();
        let amounts = faults.keep_all(check_share(at, &self.planned, self.granted.as_ref()));
        let share = match (self.grant_id, self.funder_id) {
            (Some(grant), None) => {
                for (name, given) in [
                    ("kind", self.kind.is_some()),
                    ("payment_mode", self.payment_mode.is_some()),
                    ("reference", self.reference.is_some()),
                    ("decided_on", self.decided_on.is_some()),
                ] {
                    if given {
                        faults.add(
                            Code::FormatInvalid,
                            format!("{at}/{name}"),
                            "An existing grant has this already; leave it out.",
                        );
                    }
                }
                amounts.map(|(currency, share)| LineShare::Existing {
                    grant: GrantId(grant),
                    currency,
                    share,
                })
            }
            (None, Some(funder)) => {
                let kind = self.kind.unwrap_or(GrantKind::Cash);
                let mode = self.payment_mode.unwrap_or(PaymentMode::Advance);
                let about = check_about(at, kind, mode, self.reference.as_deref(), self.decided_on.as_deref());
                let about = faults.keep_all(about);
                amounts.zip(about).map(|((currency, share), (reference, decided_on))| {
                    let funder = PartnerId(funder);
                    let content = GrantContent {
                        funder,
                        kind,
                        currency,
                        payment_mode: mode,
                        reference,
                        decided_on,
                        expires_on: None,
                        shift: None,
                        rate: None,
                    };
                    LineShare::New { content, share }
                })
            }
            _ => {
                faults.add(
                    Code::Required,
                    format!("{at}/funder_id"),
                    "Either grant_id or funder_id, and not both.",
                );
                None
            }
        };
        faults.finish(share)
    }
}

impl PlanRevision {
    fn check(&self, at: &str) -> Result<CheckedRevision, Faults> {
        let mut faults = Faults::new();
        let planned = self
            .planned
            .as_ref()
            .map(|m| m.check_not_negative(&format!("{at}/planned")))
            .transpose();
        let granted = self
            .granted
            .as_ref()
            .map(|m| m.check_not_negative(&format!("{at}/granted")))
            .transpose();
        let (planned, granted) = (faults.keep_all(planned), faults.keep_all(granted));
        let booked_on = faults.keep(period::optional_date(
            &format!("{at}/booked_on"),
            self.booked_on.as_deref(),
        ));
        let reason = faults.keep(text::line(&format!("{at}/reason"), &self.reason, text::TEXT_MAX));
        if self.planned.is_none() && self.granted.is_none() {
            faults.add(
                Code::Required,
                format!("{at}/planned"),
                "A revision changes planned, granted or both.",
            );
        }
        let grant = GrantId(self.grant_id);
        let checked = (|| {
            Some(CheckedRevision {
                grant,
                planned: planned?,
                granted: granted?,
                booked_on: booked_on?,
                reason: reason?,
            })
        })();
        faults.finish(checked)
    }
}

/// A line with the grants on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BudgetLine {
    /// Its id.
    pub id: Uuid,
    /// The budget.
    pub budget_id: Uuid,
    /// What it pays for.
    pub title: Option<LocalisedText>,
    /// Code of a category of the programme.
    pub category: String,
    /// Code of an axis of the programme.
    pub axis: Option<String>,
    /// The year of its plan.
    pub year: i32,
    /// What it costs, where that is known apart from its grants.
    pub cost: Option<Money>,
    /// The grants on it.
    pub grants: Vec<LineGrant>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// The share of a grant on a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineGrant {
    /// The grant.
    pub grant_id: Uuid,
    /// Its funder.
    pub funder_id: Uuid,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// What the plan foresees on this line, with revisions.
    pub planned: Money,
    /// What the funder decided for this line, with amendments.
    pub granted: Money,
}
