//! Exchange rates, and what funders ask of conversions.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::rates::{RateContent, RateFields, RatePolicy, RatePolicyContent};
use parvis_domain::{Currency, Faults};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A rate to be recorded: one unit of `from` is so much of `to`. A rate is corrected by recording its day and pair again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"from": "EUR", "to": "KHR", "rate": "4480.25", "valid_on": "2026-03-01", "source": "InforEuro, March 2026"})))]
pub struct NewRate {
    /// One unit of this currency, a code of ISO 4217…
    pub from: String,
    /// …is so much of that one.
    pub to: String,
    /// How much: a decimal number greater than zero of at most 18 digits, kept exactly.
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", max_length = 40)
    )]
    pub rate: String,
    /// The day that it is for, never in the future; of a monthly rate any day of its month.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub valid_on: String,
    /// Who published it, and where.
    pub source: String,
}

impl NewRate {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, today: NaiveDate) -> Result<RateContent, Faults> {
        self.check_at("", today)
    }

    /// Checks the whole as the object at a pointer.
    ///
    /// # Errors
    /// Every fault.
    pub fn check_at(&self, base: &str, today: NaiveDate) -> Result<RateContent, Faults> {
        let fields = RateFields {
            from: &self.from,
            to: &self.to,
            rate: &self.rate,
            valid_on: &self.valid_on,
            source: &self.source,
        };
        fields.check(base, today)
    }
}

/// An exchange rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rate {
    /// Its id.
    pub id: Uuid,
    /// The programme that it was recorded for; null for all of them.
    pub programme_id: Option<Uuid>,
    /// One unit of this currency…
    pub from: String,
    /// …is so much of that one.
    pub to: String,
    /// How much, exactly.
    pub rate: String,
    /// The day that it is for.
    pub valid_on: NaiveDate,
    /// Who published it, and where.
    pub source: String,
    /// When it was recorded, by the server's clock.
    pub recorded_at: DateTime<Utc>,
    /// The account that recorded it; always null for the public.
    pub recorded_by: Option<Uuid>,
    /// The rate that corrects it: of the same day and pair, recorded last.
    pub corrected_by: Option<Uuid>,
}

/// A file of rates: a workbook (.xlsx), or CSV with any separator and encoding, with the headings `from`, `to`, `rate`,
/// `valid_on` and `source`, and a decimal point or comma. All rows are recorded, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"content": "ZnJvbTt0bztyYXRlO3ZhbGlkX29uO3NvdXJjZQpFVVI7S0hSOzQ0ODAsMjU7MjAyNi0wMy0wMTtJbmZvckV1cm8K", "dry_run": true})))]
pub struct RateFile {
    /// The bytes of the file in base64 (RFC 4648).
    #[cfg_attr(feature = "openapi", schema(content_encoding = "base64"))]
    pub content: String,
    /// The source of rows that name none.
    #[serde(default)]
    pub source: Option<String>,
    /// Only reads the file and reports row by row; nothing is recorded.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of a file of rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateImport {
    /// Whether the file was only read, and nothing recorded.
    pub dry_run: bool,
    /// The character encoding that was recognised, or `xlsx` for a workbook.
    pub encoding: String,
    /// The separator that was recognised: `,`, `;`, `|` or a tab; empty for a workbook.
    pub separator: String,
    /// How many rates were recorded, or would be.
    pub accepted: u32,
    /// How many rows are refused; then nothing is recorded.
    pub refused: u32,
    /// Row by row, in the order of the file.
    pub rows: Vec<RateImportRow>,
}

/// A row of a file of rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateImportRow {
    /// Its line in the file; the headings are line 1.
    pub line: u32,
    /// The rate as it was read, where the row is accepted.
    pub rate: Option<NewRate>,
    /// The rate that was recorded; null in a dry run.
    pub rate_id: Option<Uuid>,
    /// What is wrong with it.
    pub faults: Vec<RateImportFault>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateImportFault {
    /// The column: `from`, `to`, `rate`, `valid_on` or `source`.
    pub column: String,
    /// What is wrong, as in problems.
    pub code: String,
    /// One English sentence.
    pub detail: String,
}

/// What a funder asks of conversions in a programme, to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"funder_id": "01890a5d-ac96-774b-bcce-b302099a8057", "currency": "EUR", "policy": "monthly"})))]
pub struct NewRatePolicy {
    /// The funder.
    pub funder_id: Uuid,
    /// The currency of its reports, a code of ISO 4217.
    pub currency: String,
    /// At which rates its money is converted.
    pub policy: RatePolicy,
}

/// What changes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatePolicyFields {
    /// The currency of its reports.
    pub currency: String,
    /// At which rates its money is converted.
    pub policy: RatePolicy,
}

patch! {
    /// Changes to what a funder asks of conversions.
    RatePolicyPatch of RatePolicyFields { must { currency: String, policy: RatePolicy, } may { } }
}

impl NewRatePolicy {
    /// Checks the whole.
    ///
    /// # Errors
    /// `currency_unknown`.
    pub fn check(&self) -> Result<RatePolicyContent, Faults> {
        let fields = RatePolicyFields {
            currency: self.currency.clone(),
            policy: self.policy,
        };
        fields.check()
    }
}

impl RatePolicyFields {
    /// Checks the whole.
    ///
    /// # Errors
    /// `currency_unknown`.
    pub fn check(&self) -> Result<RatePolicyContent, Faults> {
        let mut faults = Faults::new();
        let currency = faults.keep(Currency::parse("/currency", &self.currency));
        let policy = self.policy;
        faults.finish(currency.map(|currency| RatePolicyContent { currency, policy }))
    }
}

/// What a funder asks of conversions in a programme. Of one without it, the monthly rates are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunderRatePolicy {
    /// Its id.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// The funder.
    pub funder_id: Uuid,
    /// The currency of its reports.
    pub currency: String,
    /// At which rates its money is converted.
    pub policy: RatePolicy,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}
