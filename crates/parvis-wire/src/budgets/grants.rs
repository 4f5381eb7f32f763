//! Grants: decisions of funders, spread over lines.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::budgets::{GrantContent, GrantKind, PaymentMode, Share};
use parvis_domain::ids::{LineId, PartnerId};
use parvis_domain::{Code, Currency, Fault, Faults, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// The most shares that one line or grant may have.
pub(super) const SHARES_MAX: usize = 100;

/// A grant to be recorded over one or more lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "funder_id": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "cash", "currency": "EUR", "reference": "CP-2027-118",
    "shares": [{"line_id": "01890a5d-ac96-774b-bcce-b302099a8059", "planned": {"amount": "12000.00", "currency": "EUR"}}]
})))]
pub struct NewGrant {
    /// The funder, any partner; `list_partners` has them.
    pub funder_id: Uuid,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The currency, the same for all its shares.
    pub currency: String,
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
    /// The last day on which it can be paid; an alert tells of money that is left.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub expires_on: Option<String>,
    /// Which percentage of its plan each line may exceed without an amendment; the programme's rule where nothing is said.
    #[serde(default)]
    pub shift_percent: Option<String>,
    /// Which percentage of the accepted cost it pays at most; all of it where nothing is said.
    #[serde(default)]
    pub rate_percent: Option<String>,
    /// Its parts of lines, at least one.
    pub shares: Vec<NewShare>,
}

/// The part of a grant that a line gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewShare {
    /// The line.
    pub line_id: Uuid,
    /// What the plan foresees.
    pub planned: Money,
    /// What the funder decided; the planned amount where nothing is said.
    #[serde(default)]
    pub granted: Option<Money>,
}

impl NewGrant {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(GrantContent, Vec<(LineId, Share)>), Faults> {
        let mut faults = Faults::new();
        let currency = faults.keep(Currency::parse("/currency", &self.currency));
        let mode = self.payment_mode.unwrap_or(PaymentMode::Advance);
        let about = faults.keep_all(check_about(
            "",
            self.kind,
            mode,
            self.reference.as_deref(),
            self.decided_on.as_deref(),
        ));
        let expires_on = faults.keep(period::optional_date("/expires_on", self.expires_on.as_deref()));
        let shift = faults.keep(percent("/shift_percent", self.shift_percent.as_deref()));
        let rate = faults.keep(percent("/rate_percent", self.rate_percent.as_deref()));
        check_count(self.shares.len(), "/shares", &mut faults);
        if self.shares.is_empty() {
            faults.add(Code::Required, "/shares", "A grant has at least one share.");
        }
        let mut shares = Vec::new();
        for (i, share) in self.shares.iter().enumerate() {
            let at = format!("/shares/{i}");
            if self.shares.iter().take(i).any(|before| before.line_id == share.line_id) {
                faults.add(Code::Duplicate, format!("{at}/line_id"), "This line stands twice.");
            }
            if let Some((given, amounts)) = faults.keep_all(check_share(&at, &share.planned, share.granted.as_ref())) {
                if let Some(currency) = currency {
                    faults.keep(parvis_domain::budgets::check_currency(
                        &format!("{at}/planned/currency"),
                        given,
                        currency,
                    ));
                }
                shares.push((LineId(share.line_id), amounts));
            }
        }
        let content = (|| {
            let (reference, decided_on) = about?;
            let expires_on = expires_on?;
            let funder = PartnerId(self.funder_id);
            Some(GrantContent {
                funder,
                kind: self.kind,
                currency: currency?,
                payment_mode: mode,
                reference,
                decided_on,
                expires_on,
                shift: shift?,
                rate: rate?,
            })
        })();
        faults.finish(content.map(|content| (content, shares)))
    }
}

/// What can be changed about a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantFields {
    /// Reference of the decision.
    pub reference: Option<String>,
    /// Date of the decision.
    pub decided_on: Option<String>,
    /// The last day on which it can be paid.
    pub expires_on: Option<String>,
    /// Which percentage of its plan each line may exceed without an amendment.
    pub shift_percent: Option<String>,
    /// Which percentage of the accepted cost it pays at most.
    pub rate_percent: Option<String>,
}

/// What can be changed about a grant, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedGrant {
    /// Reference of the decision.
    pub reference: Option<String>,
    /// Date of the decision.
    pub decided_on: Option<NaiveDate>,
    /// The last day on which it can be paid.
    pub expires_on: Option<NaiveDate>,
    /// Which part of its plan each line may exceed without an amendment.
    pub shift: Option<Ratio>,
    /// Which part of the accepted cost it pays at most.
    pub rate: Option<Ratio>,
}

patch! {
    /// Changes to what a grant says of itself; amounts change by a revision of the line's plan.
    GrantPatch of GrantFields { must {} may { reference: String, decided_on: String, expires_on: String, shift_percent: String, rate_percent: String, } }
}

impl GrantFields {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<CheckedGrant, Faults> {
        let mut faults = Faults::new();
        let decision = faults.keep_all(check_decision(
            "",
            self.reference.as_deref(),
            self.decided_on.as_deref(),
        ));
        let expires_on = faults.keep(period::optional_date("/expires_on", self.expires_on.as_deref()));
        let shift = faults.keep(percent("/shift_percent", self.shift_percent.as_deref()));
        let rate = faults.keep(percent("/rate_percent", self.rate_percent.as_deref()));
        let checked = (|| {
            let (reference, decided_on) = decision?;
            Some(CheckedGrant {
                reference,
                decided_on,
                expires_on: expires_on?,
                shift: shift?,
                rate: rate?,
            })
        })();
        faults.finish(checked)
    }
}

fn percent(pointer: &str, text: Option<&str>) -> Result<Option<Ratio>, Fault> {
    text.map(|text| Ratio::parse_percent(pointer, text)).transpose()
}

fn check_decision(
    at: &str,
    reference: Option<&str>,
    decided_on: Option<&str>,
) -> Result<(Option<String>, Option<NaiveDate>), Faults> {
    let mut faults = Faults::new();
    let reference = faults.keep(text::optional_line(
        &format!("{at}/reference"),
        reference,
        text::REFERENCE_MAX,
    ));
    let decided_on = faults.keep(period::optional_date(&format!("{at}/decided_on"), decided_on));
    faults.finish(reference.zip(decided_on))
}

pub(super) fn check_about(
    at: &str,
    kind: GrantKind,
    mode: PaymentMode,
    reference: Option<&str>,
    decided_on: Option<&str>,
) -> Result<(Option<String>, Option<NaiveDate>), Faults> {
    if kind == GrantKind::InKind && mode != PaymentMode::Advance {
        return Err(Fault::new(
            Code::KindMismatch,
            format!("{at}/payment_mode"),
            "What is given in kind is never paid; leave the mode out.",
        )
        .into());
    }
    check_decision(at, reference, decided_on)
}

pub(super) fn check_share(at: &str, planned: &Money, granted: Option<&Money>) -> Result<(Currency, Share), Faults> {
    let mut faults = Faults::new();
    let planned = faults.keep_all(planned.check_not_negative(&format!("{at}/planned")));
    let granted = faults.keep_all(
        granted
            .map(|granted| granted.check_not_negative(&format!("{at}/granted")))
            .transpose(),
    );
    let checked = (|| {
        let (planned, granted) = (planned?, granted?);
        if let Some(granted) = granted {
            faults.keep(parvis_domain::budgets::check_currency(
                &format!("{at}/granted/currency"),
                granted.currency,
                planned.currency,
            ));
        }
        let share = Share {
            planned: planned.minor,
            granted: granted.map_or(planned.minor, |granted| granted.minor),
        };
        Some((planned.currency, share))
    })();
    faults.finish(checked)
}

pub(super) fn check_count(count: usize, at: &str, faults: &mut Faults) {
    if count > SHARES_MAX {
        faults.add(Code::TooMany, at, format!("At most {SHARES_MAX} elements are allowed."));
    }
}

/// A grant with its shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Grant {
    /// Its id.
    pub id: Uuid,
    /// The budget.
    pub budget_id: Uuid,
    /// The funder.
    pub funder_id: Uuid,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// Its currency.
    pub currency: String,
    /// How it is paid.
    pub payment_mode: PaymentMode,
    /// What the plan foresees in all.
    pub planned: Money,
    /// What the funder decided in all.
    pub granted: Money,
    /// Reference of the decision.
    pub reference: Option<String>,
    /// Date of the decision.
    pub decided_on: Option<NaiveDate>,
    /// The last day on which it can be paid.
    pub expires_on: Option<NaiveDate>,
    /// Which percentage of its plan each line may exceed without an amendment.
    pub shift_percent: Option<String>,
    /// Which percentage of the accepted cost it pays at most.
    pub rate_percent: Option<String>,
    /// The day on which the funder withdrew.
    pub withdrawn_on: Option<NaiveDate>,
    /// Its parts of lines.
    pub shares: Vec<GrantShare>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// The part of a grant that a line gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantShare {
    /// The line.
    pub line_id: Uuid,
    /// What the plan foresees, with revisions.
    pub planned: Money,
    /// What the funder decided, with amendments.
    pub granted: Money,
}

/// The withdrawal of a funder from its grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"reason": "Its programme of aid was closed"})))]
pub struct GrantWithdrawal {
    /// Why.
    pub reason: String,
    /// From which day on; today where nothing is said, never in the future.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub booked_on: Option<String>,
}

impl GrantWithdrawal {
    /// Checks reason and day.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(String, Option<NaiveDate>), Faults> {
        let mut faults = Faults::new();
        let reason = faults.keep(text::line("/reason", &self.reason, text::TEXT_MAX));
        let day = faults.keep(period::optional_date("/booked_on", self.booked_on.as_deref()));
        faults.finish(reason.zip(day))
    }
}
