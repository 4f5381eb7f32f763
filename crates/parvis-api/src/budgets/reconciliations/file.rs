//! Reading a statement: its mapping, then row by row.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_domain::budgets::reconciliation::{Entry, OutcomeCounts, ROWS_MAX, StatementMapping};
use parvis_domain::{Code, Currency, DomainError, Fault, Faults, Money, exchange, text};
use parvis_store::budgets::{NewStatement, StatementEntry};
use parvis_wire::budgets::{MappingOrigin, NewReconciliation, ReconciliationReport, StatementFault, StatementRow};
use sha2::{Digest, Sha256};

use super::guess::guess;
use crate::exchange::table::{Row, Table};

/// The longest description that is kept; statements repeat themselves.
const DESCRIPTION_MAX: usize = 500;
/// How many rows a report shows as they stand.
const SAMPLE: usize = 5;

/// A statement that was read: what can be kept of it, and its report.
pub(super) struct Read {
    pub(super) statement: NewStatement,
    pub(super) report: ReconciliationReport,
}

impl Read {
    /// Checks that the statement can be kept: it has a mapping, rows, and no fault that is not to be left out.
    pub(super) fn require_whole(&self, skip_faulty: bool) -> Result<(), DomainError> {
        if self.report.mapping_origin == MappingOrigin::Missing {
            let detail = "The headings do not tell which column is the day and which the amount; send a mapping.";
            return Err(Fault::new(Code::Required, "/mapping", detail).into());
        }
        if self.report.faulty > 0 && !skip_faulty {
            return Err(super::refused(&self.report.rows));
        }
        if self.statement.entries.is_empty() {
            return Err(whole(Code::Required, "The file has no row to reconcile below its headings.").into());
        }
        Ok(())
    }
}

/// Reads a file; rows that cannot be read have their faults in the report.
///
/// # Errors
/// Those that concern the file as a whole: `format_invalid` where it is not base64, `file_unreadable`, `too_many` rows,
/// `column_unknown` or `duplicate` for a column of a mapping that was sent.
pub(super) fn read(
    file: &NewReconciliation,
    file_name: Option<String>,
    last: Option<StatementMapping>,
    currency: Currency,
) -> Result<Read, Faults> {
    let bytes = STANDARD.decode(file.content.as_bytes());
    let bytes = bytes.map_err(|_| whole(Code::FormatInvalid, "The content is not base64 (RFC 4648)."))?;
    let table = Table::read("/content", &bytes)?;
    if table.headings.is_empty() {
        return Err(whole(
            Code::FileUnreadable,
            "The file is empty; send CSV or a workbook with headings.",
        )
        .into());
    }
    if table.rows.len() > ROWS_MAX {
        let detail = format!("A statement has at most {ROWS_MAX} rows; cut it in parts.");
        return Err(whole(Code::TooMany, &detail).with("max", ROWS_MAX.to_string()).into());
    }
    let (mapping, mapping_origin) = choose(&table, file.mapping.as_ref(), last)?;
    let (rows, entries) = match mapping_origin {
        MappingOrigin::Missing => (Vec::new(), Vec::new()),
        _ => Columns::find(&table, &mapping, currency)?.read(&table.rows),
    };
    let faulty = count(rows.iter().filter(|row| !row.faults.is_empty()).count());
    let sample = table.rows.iter().take(SAMPLE).map(|row| row.cells.clone()).collect();
    let statement = NewStatement {
        source: file.source,
        file_name,
        file_hash: hex(&Sha256::digest(&bytes)),
        mapping: mapping.clone(),
        entries,
        left_out: faulty,
    };
    let report = ReconciliationReport {
        reconciliation: None,
        encoding: table.dialect.encoding.to_owned(),
        separator: table.dialect.separator.map(String::from).unwrap_or_default(),
        headings: table.headings,
        sample,
        mapping,
        mapping_origin,
        counts: OutcomeCounts::default(),
        faulty,
        rows,
    };
    Ok(Read { statement, report })
}

fn whole(code: Code, detail: &str) -> Fault {
    Fault::new(code, "/content", detail)
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The mapping that was sent, else that of the last statement where the file has its columns, else what the headings
/// suggest.
fn choose(
    table: &Table,
    given: Option<&StatementMapping>,
    last: Option<StatementMapping>,
) -> Result<(StatementMapping, MappingOrigin), Faults> {
    if let Some(given) = given {
        require_columns(table, given)?;
        return Ok((given.clone(), MappingOrigin::Given));
    }
    if let Some(last) = last.filter(|last| require_columns(table, last).is_ok()) {
        return Ok((last, MappingOrigin::Remembered));
    }
    let guessed = guess(table);
    let whole = guessed.check("").is_ok() && require_columns(table, &guessed).is_ok();
    let origin = if whole {
        MappingOrigin::Guessed
    } else {
        MappingOrigin::Missing
    };
    Ok((guessed, origin))
}

fn require_columns(table: &Table, mapping: &StatementMapping) -> Result<(), Faults> {
    let mut faults = Faults::new();
    for (name, heading) in mapping.columns() {
        faults.keep(table.column(&format!("/mapping/{name}"), heading));
    }
    faults.finish(Some(()))
}

/// Where the columns of a mapping stand.
struct Columns<'a> {
    mapping: &'a StatementMapping,
    day: usize,
    amount: Option<usize>,
    debit: Option<usize>,
    credit: Option<usize>,
    reference: Option<usize>,
    description: Option<usize>,
    currency: Option<usize>,
    default: Currency,
}

impl<'a> Columns<'a> {
    fn find(table: &Table, mapping: &'a StatementMapping, budget: Currency) -> Result<Self, Faults> {
        let place = |name: &str, heading: Option<&String>| {
            let heading = heading.map(|heading| table.column(&format!("/mapping/{name}"), heading));
            heading.transpose()
        };
        let default = mapping.currency_code.as_deref();
        let default = default
            .map(|code| Currency::parse("/mapping/currency_code", code))
            .transpose()?;
        Ok(Self {
            mapping,
            day: table.column("/mapping/day", &mapping.day)?,
            amount: place("amount", mapping.amount.as_ref())?,
            debit: place("debit", mapping.debit.as_ref())?,
            credit: place("credit", mapping.credit.as_ref())?,
            reference: place("reference", mapping.reference.as_ref())?,
            description: place("description", mapping.description.as_ref())?,
            currency: place("currency", mapping.currency.as_ref())?,
            default: default.unwrap_or(budget),
        })
    }

    /// Every row for the report, and those that can be read.
    fn read(&self, rows: &[Row]) -> (Vec<StatementRow>, Vec<StatementEntry>) {
        let mut entries = Vec::new();
        let reported = rows.iter().map(|row| match self.entry(row) {
            Ok(entry) => {
                let reported = StatementRow {
                    line: entry.line,
                    day: Some(entry.entry.day),
                    amount: Some(entry.entry.amount.into()),
                    reference: entry.entry.reference.clone(),
                    description: entry.description.clone(),
                    outcome: None,
                    movements: Vec::new(),
                    faults: Vec::new(),
                };
                entries.push(entry);
                reported
            }
            Err(faults) => self.unreadable(row, &faults),
        });
        let reported = reported.collect();
        (reported, entries)
    }

    fn entry(&self, row: &Row) -> Result<StatementEntry, Faults> {
        let mut faults = Faults::new();
        let day = faults.keep(self.day_of(row));
        let amount = faults.keep(self.amount_of(row));
        let reference = self.reference.and_then(|column| row.cell(column));
        let reference = faults.keep(text::optional_line("reference", reference, text::REFERENCE_MAX));
        let entry = (|| {
            Some(StatementEntry {
                line: row.number,
                entry: Entry {
                    day: day?,
                    amount: amount?,
                    reference: reference?,
                },
                description: self.description_of(row),
            })
        })();
        faults.finish(entry)
    }

    fn day_of(&self, row: &Row) -> Result<chrono::NaiveDate, Fault> {
        let cell = row.cell(self.day).ok_or_else(|| empty("day"))?;
        exchange::day(cell, self.mapping.day_order)
            .ok_or_else(|| Fault::new(Code::DateInvalid, "day", format!("“{}” is no day.", cut(cell, 40))))
    }

    fn amount_of(&self, row: &Row) -> Result<Money, Fault> {
        let currency = match self.currency.and_then(|column| row.cell(column)) {
            Some(code) => Currency::parse("currency", &code.to_uppercase())?,
            None => self.default,
        };
        let read = |name: &'static str, column: Option<usize>| {
            let cell = column.and_then(|column| row.cell(column));
            let cell = cell.map(|cell| {
                let detail = || format!("“{}” is no amount in {}.", cut(cell, 40), currency.code());
                exchange::amount(cell, currency).ok_or_else(|| Fault::new(Code::AmountInvalid, name, detail()))
            });
            cell.transpose()
        };
        let minor = match self.amount {
            Some(column) => read("amount", Some(column))?.ok_or_else(|| empty("amount"))?,
            None => {
                // What went out is negative, whichever sign the file gives it in a column of its own.
                let out = read("debit", self.debit)?.unwrap_or_default().abs();
                read("credit", self.credit)?.unwrap_or_default().abs() - out
            }
        };
        match minor {
            0 => Err(Fault::new(Code::AmountNotPositive, "amount", "The row has no amount.")),
            minor => Ok(Money::new(minor, currency)),
        }
    }

    /// What a row was, on one line and cut to what is kept.
    fn description_of(&self, row: &Row) -> Option<String> {
        let cell = row.cell(self.description?)?;
        let words: Vec<&str> = cell
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .collect();
        Some(cut(&words.join(" "), DESCRIPTION_MAX)).filter(|text| !text.is_empty())
    }

    fn unreadable(&self, row: &Row, faults: &Faults) -> StatementRow {
        let fault = |fault: &Fault| StatementFault {
            column: fault.pointer.clone(),
            code: fault.code.as_str().to_owned(),
            detail: fault.detail.clone(),
        };
        StatementRow {
            line: row.number,
            day: self.day_of(row).ok(),
            amount: self.amount_of(row).ok().map(Into::into),
            reference: self
                .reference
                .and_then(|column| row.cell(column))
                .map(|cell| cut(cell, text::REFERENCE_MAX)),
            description: self.description_of(row),
            outcome: None,
            movements: Vec::new(),
            faults: faults.0.iter().map(fault).collect(),
        }
    }
}

fn empty(column: &str) -> Fault {
    Fault::new(Code::Required, column, "The cell is empty.")
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis_domain::budgets::reconciliation::StatementSource;

    fn read_of(bytes: &[u8], mapping: Option<StatementMapping>) -> Result<Read, Faults> {
        let file = NewReconciliation {
            source: StatementSource::Bank,
            file_name: None,
            content: STANDARD.encode(bytes),
            mapping,
            skip_faulty: false,
            dry_run: true,
        };
        read(&file, None, None, Currency::parse("", "EUR").unwrap())
    }

    fn amounts(read: &Read) -> Vec<String> {
        let entries = read.statement.entries.iter();
        entries
            .map(|row| format!("{} {}", row.entry.day, row.entry.amount))
            .collect()
    }

    #[test]
    fn statements_are_read_as_banks_and_accounts_write_them() {
        let french = "Date d'opération;Libellé;Débit euros;Crédit euros;N° de pièce\n\
                      14/03/2026;VIR JARDINS;-1 234,56;;M-41\n31/03/2026;RECETTE;;10,00;\n";
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(french);
        for bytes in [french.as_bytes(), &windows] {
            let read = read_of(bytes, None).unwrap();
            assert_eq!(read.report.mapping_origin, MappingOrigin::Guessed);
            assert_eq!(amounts(&read), ["2026-03-14 -1234.56 EUR", "2026-03-31 10.00 EUR"]);
            assert_eq!(read.statement.entries[0].entry.reference.as_deref(), Some("M-41"));
        }
        let english = "Posting date,Description,Amount,Currency,Reference\n03/14/2026,Works,\"1,234.56\",USD,INV 7\n";
        let read = read_of(english.as_bytes(), None).unwrap();
        assert_eq!(amounts(&read), ["2026-03-14 1234.56 USD"]);
        let spanish = "Fecha;Concepto;Importe;Divisa;Referencia\n14/03/2026;Obras;1.234,56;mxn;F-7\n";
        assert_eq!(
            amounts(&read_of(spanish.as_bytes(), None).unwrap()),
            ["2026-03-14 1234.56 MXN"]
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_says_why_and_the_others_stand() {
        let read = read_of(
            b"Date;Montant\n2026-03-14;abc\n;5\n2026-03-15;0\n2026-03-16;7,5\n",
            None,
        )
        .unwrap();
        let faults: Vec<_> = read.report.rows.iter().flat_map(|row| &row.faults).collect();
        let faults: Vec<_> = faults
            .iter()
            .map(|fault| (fault.column.as_str(), fault.code.as_str()))
            .collect();
        let expected = [
            ("amount", "amount_invalid"),
            ("day", "required"),
            ("amount", "amount_not_positive"),
        ];
        assert_eq!(faults, expected);
        assert_eq!(amounts(&read), ["2026-03-16 7.50 EUR"]);
        let refused = read.require_whole(false).unwrap_err();
        assert_eq!(refused.faults.0[0].pointer, "/content/2/amount");
        assert!(read.require_whole(true).is_ok());
    }

    #[test]
    fn columns_that_say_nothing_are_asked_for() {
        let read = read_of(b"A;B\n1;2\n", None).unwrap();
        assert_eq!(read.report.mapping_origin, MappingOrigin::Missing);
        assert_eq!(
            (read.report.headings.len(), read.report.sample[0][1].as_str()),
            (2, "2")
        );
        assert_eq!(read.require_whole(true).unwrap_err().faults.0[0].pointer, "/mapping");
        let mapping = StatementMapping {
            day: "A".to_owned(),
            amount: Some("C".to_owned()),
            ..StatementMapping::default()
        };
        let faults = read_of(b"A;B;A\n1;2;3\n", Some(mapping)).err().unwrap();
        let codes: Vec<_> = faults
            .0
            .iter()
            .map(|fault| (fault.code, fault.pointer.as_str()))
            .collect();
        let expected = [
            (Code::Duplicate, "/mapping/day"),
            (Code::ColumnUnknown, "/mapping/amount"),
        ];
        assert_eq!(codes, expected);
        assert_eq!(read_of(b"", None).err().unwrap().0[0].code, Code::FileUnreadable);
    }
}
