//! Statements of the accounts and the bank beside the ledger.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::reconciliation::{
    MOVEMENTS_MAX, OutcomeCounts, RowOutcome, StatementMapping, StatementSource,
};
use parvis_domain::ids::MovementId;
use parvis_domain::{Code, Faults, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Movement;
use crate::Money;

/// A statement to be reconciled: a workbook (.xlsx), or CSV with any separator and encoding, with headings in its first
/// row. It is kept as a whole, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "source": "accounts", "file_name": "mandats-2026-03.csv",
    "content": "RGF0ZTtNb250YW50O01hbmRhdAowMi8wMy8yMDI2OzkwMCwwMDtNLTQxCg==", "dry_run": true
})))]
pub struct NewReconciliation {
    /// Where it comes from.
    pub source: StatementSource,
    /// What the file is called.
    #[serde(default)]
    pub file_name: Option<String>,
    /// The bytes of the file in base64 (RFC 4648).
    #[cfg_attr(feature = "openapi", schema(content_encoding = "base64"))]
    pub content: String,
    /// Which column says what. Without one that of the last statement of this budget and source counts where the file has
    /// its columns, else what the headings suggest.
    #[serde(default)]
    pub mapping: Option<StatementMapping>,
    /// Leaves out the rows that cannot be read. Otherwise a file with such a row is refused as a whole.
    #[serde(default)]
    pub skip_faulty: bool,
    /// Only reads the file and reports row by row; nothing is kept.
    #[serde(default)]
    pub dry_run: bool,
}

/// Where the mapping of a report comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MappingOrigin {
    /// It came with the request.
    Given,
    /// It is that of the last statement.
    Remembered,
    /// The headings suggest it.
    Guessed,
    /// The headings suggest none that is whole: say which column says what.
    Missing,
}

/// What came of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReconciliationReport {
    /// The statement that was kept; null in a dry run.
    pub reconciliation: Option<Reconciliation>,
    /// The character encoding that was recognised, or `xlsx` for a workbook.
    pub encoding: String,
    /// The separator that was recognised; empty for a workbook.
    pub separator: String,
    /// What the columns are called.
    pub headings: Vec<String>,
    /// The first rows as they stand in the file.
    pub sample: Vec<Vec<String>>,
    /// Which column says what; where the origin is `missing`, as far as the headings suggest it.
    pub mapping: StatementMapping,
    /// Where the mapping comes from.
    pub mapping_origin: MappingOrigin,
    /// How many rows have which outcome.
    pub counts: OutcomeCounts,
    /// How many rows cannot be read.
    pub faulty: u32,
    /// Row by row, in the order of the file; in a dry run only.
    pub rows: Vec<StatementRow>,
}

/// A row of a statement in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementRow {
    /// Its line in the file; the headings are usually line 1.
    pub line: u32,
    /// The day.
    pub day: Option<NaiveDate>,
    /// The amount as the file has it, with its sign.
    pub amount: Option<Money>,
    /// The reference.
    pub reference: Option<String>,
    /// What it was.
    pub description: Option<String>,
    /// What would become of it; null where it cannot be read.
    pub outcome: Option<RowOutcome>,
    /// The movements that it would be matched with.
    pub movements: Vec<Movement>,
    /// What is wrong with it.
    pub faults: Vec<StatementFault>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementFault {
    /// The field of the mapping whose column it is: `day`, `amount`, `debit`, `credit`, `currency` or `reference`.
    pub column: String,
    /// What is wrong, as in problems.
    pub code: String,
    /// One English sentence.
    pub detail: String,
}

/// A statement that was reconciled with a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reconciliation {
    /// Its id.
    pub id: Uuid,
    /// The budget.
    pub budget_id: Uuid,
    /// Where it comes from.
    pub source: StatementSource,
    /// What the file was called.
    pub file_name: Option<String>,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Which column said what.
    pub mapping: StatementMapping,
    /// The first day of its rows.
    pub first_day: NaiveDate,
    /// The last day of its rows.
    pub last_day: NaiveDate,
    /// How many rows could not be read and were left out.
    pub left_out: u32,
    /// How many rows have which outcome.
    pub counts: OutcomeCounts,
    /// When it was read.
    pub created_at: DateTime<Utc>,
}

/// A row of a statement with its movements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReconciliationRow {
    /// Its id.
    pub id: Uuid,
    /// The statement.
    pub reconciliation_id: Uuid,
    /// Its line in the file.
    pub line: u32,
    /// The day.
    pub day: NaiveDate,
    /// The amount as the file has it, with its sign.
    pub amount: Money,
    /// The reference.
    pub reference: Option<String>,
    /// What it was.
    pub description: Option<String>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// The movements that it stands for. One with `reversed_by` was reversed after it was matched.
    pub movements: Vec<Movement>,
    /// What a person says of it.
    pub note: Option<String>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// What a person says of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciliationRowFields {
    /// The movements that it stands for.
    pub movement_ids: Vec<Uuid>,
    /// Why it has none, or what is to be said of it.
    pub note: Option<String>,
}

patch! {
    /// What a person says of a row: the movements that it stands for, replaced as a whole, and a note, with which a row
    /// without movements is explained.
    ReconciliationRowPatch of ReconciliationRowFields { must { movement_ids: Vec<Uuid>, } may { note: String, } }
}

impl NewReconciliation {
    /// Checks what comes beside the file, and gives the name of the file.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<Option<String>, Faults> {
        let mut faults = Faults::new();
        let name = text::optional_line("/file_name", self.file_name.as_deref(), text::NAME_MAX);
        let name = faults.keep(name);
        faults.keep_all(
            self.mapping
                .as_ref()
                .map(|mapping| mapping.check("/mapping"))
                .transpose(),
        );
        faults.finish(name)
    }
}

impl ReconciliationRowFields {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(Vec<MovementId>, Option<String>), Faults> {
        let mut faults = Faults::new();
        let note = faults.keep(text::optional_paragraph("/note", self.note.as_deref(), text::TEXT_MAX));
        if self.movement_ids.len() > MOVEMENTS_MAX {
            let detail = format!("At most {MOVEMENTS_MAX} elements are allowed.");
            faults.add(Code::TooMany, "/movement_ids", detail);
        }
        for (i, id) in self.movement_ids.iter().enumerate() {
            if self.movement_ids.iter().take(i).any(|before| before == id) {
                let detail = "This movement stands in the list already.";
                faults.add(Code::Duplicate, format!("/movement_ids/{i}"), detail);
            }
        }
        let ids = self.movement_ids.iter().copied().map(MovementId).collect();
        faults.finish(note.map(|note| (ids, note)))
    }
}
