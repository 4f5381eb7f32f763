//! A table that somebody sent: CSV in any of its dialects, or a workbook. Macros and formulas are never run; of a
//! formula the value that was stored with it counts.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};
use parvis_domain::{Code, Fault};

/// The most rows of a table.
const ROWS_MAX: usize = 100_000;
/// The most columns of a table.
const COLUMNS_MAX: usize = 200;
/// The most bytes that a workbook may unfold to.
const UNFOLDED_MAX: u64 = 32 << 20;
/// How far into a file its separator is looked for.
const SAMPLE: usize = 64 << 10;

/// A table: its headings and the rows below them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What the columns are called, trimmed: the first row that holds something. Nothing where the file is empty.
    pub headings: Vec<String>,
    /// The rows below that hold something.
    pub rows: Vec<Row>,
    /// How the file was read.
    pub dialect: Dialect,
}

/// How a file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// The character encoding, or `xlsx` for a workbook.
    pub encoding: &'static str,
    /// What separates the columns; nothing in a workbook.
    pub separator: Option<char>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, or its row in the workbook, from 1.
    pub number: u32,
    /// Its cells as text: numbers with a full stop, days as `YYYY-MM-DD`.
    pub cells: Vec<String>,
}

impl Table {
    /// Reads a file; what it is is seen from its bytes, not from what it is called.
    ///
    /// # Errors
    /// `file_unreadable` at the pointer, saying why.
    pub fn read(pointer: &str, bytes: &[u8]) -> Result<Self, Fault> {
        let read = if bytes.starts_with(b"PK\x03\x04") {
            of_workbook(bytes)
        } else {
            of_csv(bytes)
        };
        let (rows, dialect) = read.map_err(|fault| Fault {
            pointer: pointer.to_owned(),
            ..fault
        })?;
        let mut rows = rows.into_iter().filter(|row| !is_blank(row));
        let headings = rows.next().map(|row| row.cells).unwrap_or_default();
        Ok(Self {
            headings: headings.iter().map(|heading| heading.trim().to_owned()).collect(),
            rows: rows.collect(),
            dialect,
        })
    }

    /// The place of a column, by its heading in any case.
    ///
    /// # Errors
    /// `column_unknown`, listing the headings; `duplicate` where several columns are called so.
    pub fn column(&self, pointer: &str, heading: &str) -> Result<usize, Fault> {
        let wanted = heading.trim().to_lowercase();
        let of = self.headings.iter().enumerate();
        let mut found = of.filter(|(_, have)| have.to_lowercase() == wanted).map(|(i, _)| i);
        match (found.next(), found.next()) {
            (Some(column), None) => Ok(column),
            (Some(_), Some(_)) => {
                let detail =
                    format!("Several columns of the file are called “{heading}”; give each a name of its own.");
                Err(Fault::new(Code::Duplicate, pointer, detail))
            }
            (None, _) => {
                let headings = self.headings.join(", ");
                let detail = format!("The file has no column “{heading}”; its headings are: {headings}.");
                Err(Fault::new(Code::ColumnUnknown, pointer, detail).with("allowed", headings))
            }
        }
    }
}

impl Row {
    /// The cell of a column, trimmed; nothing where it is empty.
    #[must_use]
    pub fn cell(&self, column: usize) -> Option<&str> {
        self.cells
            .get(column)
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    }
}

fn is_blank(row: &Row) -> bool {
    row.cells.iter().all(|cell| cell.trim().is_empty())
}

fn unreadable(why: &str) -> Fault {
    let detail =
        format!("{why}. Send CSV or a workbook (.xlsx) with headings in its first row and at most {ROWS_MAX} rows.");
    Fault::new(Code::FileUnreadable, "", detail)
}

fn of_csv(bytes: &[u8]) -> Result<(Vec<Row>, Dialect), Fault> {
    let (text, encoding) = decoded(bytes);
    let separator = separator(&text);
    if text.contains('\0') {
        return Err(unreadable("It is no text"));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| unreadable("A row cannot be read"))?;
        let line = record.position().map_or(0, csv::Position::line);
        check_size(rows.len(), record.len())?;
        rows.push(Row {
            number: u32::try_from(line).unwrap_or(u32::MAX),
            cells: record.iter().map(disarmed).collect(),
        });
    }
    let dialect = Dialect {
        encoding: encoding.name(),
        separator: Some(char::from(separator)),
    };
    Ok((rows, dialect))
}

/// The text of a file in the encoding that its mark or its bytes tell.
fn decoded(bytes: &[u8]) -> (String, &'static Encoding) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return (text.into_owned(), encoding);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    (encoding.decode_without_bom_handling(bytes).0.into_owned(), encoding)
}

/// The separator that stands most often in the headings, outside of quotes.
fn separator(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in text.bytes().take(SAMPLE) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts
                .iter_mut()
                .filter(|(mark, _)| *mark == byte)
                .for_each(|(_, count)| *count += 1),
        }
    }
    // The first of equals wins: the comma.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(mark, _)| *mark)
}

/// What was disarmed on its way out comes back as it was.
fn disarmed(cell: &str) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest.to_owned(),
        _ => cell.to_owned(),
    }
}

fn check_size(rows: usize, columns: usize) -> Result<(), Fault> {
    if rows > ROWS_MAX {
        return Err(unreadable("It has too many rows"));
    }
    if columns > COLUMNS_MAX {
        return Err(unreadable("It has too many columns"));
    }
    Ok(())
}

/// The first sheet, cell by cell: how large it says it is counts for nothing.
fn of_workbook(bytes: &[u8]) -> Result<(Vec<Row>, Dialect), Fault> {
    check_unfolded(bytes)?;
    let damaged = || unreadable("The workbook is damaged");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let name = book.sheet_names().first().cloned();
    let name = name.ok_or_else(|| unreadable("The workbook has no sheet"))?;
    let mut sheet = book.worksheet_cells_reader(&name).map_err(|_| damaged())?;
    let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    while let Some(cell) = sheet.next_cell().map_err(|_| damaged())? {
        let text = text(cell.get_value());
        if !text.trim().is_empty() {
            let (row, column) = cell.get_position();
            check_size(rows.len(), usize::try_from(column).unwrap_or(usize::MAX))?;
            rows.entry(row).or_default().insert(column, text);
        }
    }
    let dialect = Dialect {
        encoding: "xlsx",
        separator: None,
    };
    Ok((rows.into_iter().map(filled).collect(), dialect))
}

/// A row of a sheet with its empty cells.
fn filled((row, mut cells): (u32, BTreeMap<u32, String>)) -> Row {
    let last = cells.last_key_value().map_or(0, |(column, _)| *column);
    Row {
        number: row.saturating_add(1),
        cells: (0..=last)
            .map(|column| cells.remove(&column).unwrap_or_default())
            .collect(),
    }
}

/// Refuses a workbook that unfolds to more than anybody needs. What unfolds is counted, not what the file says of itself.
fn check_unfolded(bytes: &[u8]) -> Result<(), Fault> {
    let damaged = || unreadable("The workbook is damaged");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut left = UNFOLDED_MAX;
    for i in 0..archive.len() {
        let file = archive.by_index(i).map_err(|_| damaged())?;
        let unfolded = std::io::copy(&mut file.take(left + 1), &mut std::io::sink()).map_err(|_| damaged())?;
        left = left
            .checked_sub(unfolded)
            .ok_or_else(|| unreadable("The workbook unfolds to too much"))?;
    }
    Ok(())
}

fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => decimal(*number),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(at) => at.as_datetime().map_or_else(String::new, |at| match at.time() {
            chrono::NaiveTime::MIN => at.date().to_string(),
            _ => at.to_string(),
        }),
    }
}

/// A number of a workbook, which holds nothing but floats: to the 15 digits that are exact there, so that what was typed
/// as 0.3 is 0.3. Three decimals get a fourth, for a full stop before three digits could be taken for thousands.
fn decimal(number: f64) -> String {
    let exact: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    let text = exact.to_string();
    match text.split_once('.') {
        Some((_, decimals)) if decimals.len() == 3 => text + "0",
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(table: &Table) -> Vec<Vec<&str>> {
        table
            .rows
            .iter()
            .map(|row| row.cells.iter().map(String::as_str).collect())
            .collect()
    }

    #[test]
    fn dialects_of_csv_are_recognised() {
        let utf8 = "Date;Libellé;Montant\n01/02/2026;\"a;b\";1 234,56\n\n02/02/2026;'=x;2\n";
        let expected = vec![vec!["01/02/2026", "a;b", "1 234,56"], vec!["02/02/2026", "=x", "2"]];
        let mut marked = vec![0xEF, 0xBB, 0xBF];
        marked.extend(utf8.as_bytes());
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(utf8);
        let mut utf16 = vec![0xFF, 0xFE];
        utf16.extend(utf8.encode_utf16().flat_map(u16::to_le_bytes));
        for bytes in [utf8.as_bytes().to_vec(), marked, windows.into_owned(), utf16] {
            let table = Table::read("", &bytes).unwrap();
            assert_eq!(table.headings, ["Date", "Libellé", "Montant"]);
            assert_eq!(cells(&table), expected);
            assert_eq!(table.column("/amount", " montant ").unwrap(), 2);
        }
        for text in ["a,b\n1,2", "a\tb\n1\t2", "a|b\r\n1|2"] {
            assert_eq!(
                cells(&Table::read("", text.as_bytes()).unwrap()),
                [["1", "2"]],
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_reason() {
        assert!(Table::read("", b"").unwrap().headings.is_empty());
        for bytes in [&b"a\0b"[..], b"PK\x03\x04 not a zip"] {
            assert_eq!(Table::read("", bytes).unwrap_err().code, Code::FileUnreadable);
        }
        let long = "a\n".repeat(ROWS_MAX + 2);
        assert!(
            Table::read("", long.as_bytes())
                .unwrap_err()
                .detail
                .contains("too many rows")
        );
        let twice = Table::read("", b"Date,date\n1,2").unwrap();
        assert_eq!(twice.column("/day", "Date").unwrap_err().code, Code::Duplicate);
        let table = Table::read("", b"Date,Amount\n1,2").unwrap();
        let fault = table.column("/amount", "Betrag").unwrap_err();
        assert_eq!(
            (fault.code, fault.params["allowed"].as_str()),
            (Code::ColumnUnknown, "Date, Amount")
        );
    }

    #[test]
    fn a_workbook_gives_its_values_never_its_formulas() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 14).unwrap();
        let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
        sheet.write_string(0, 0, "Date").unwrap();
        sheet.write_string(0, 1, "Montant").unwrap();
        sheet.write_datetime_with_format(1, 0, day, &format).unwrap();
        sheet.write_number(1, 1, 1234.56).unwrap();
        let formula = rust_xlsxwriter::Formula::new("=1+1").set_result("2");
        sheet.write_formula(2, 1, formula).unwrap();
        sheet.write_number(5, 1, 0.1 + 0.2).unwrap();
        sheet.write_number(6, 1, 1.234).unwrap();
        let table = Table::read("", &book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(
            cells(&table),
            [["2026-03-14", "1234.56"], ["", "2"], ["", "0.3"], ["", "1.2340"]]
        );
        assert_eq!((table.rows[1].number, table.rows[2].number), (3, 6));
    }

    #[test]
    fn a_workbook_that_unfolds_to_too_much_is_refused() {
        let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        bomb.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..40 {
            std::io::Write::write_all(&mut bomb, &zeros).unwrap();
        }
        let bytes = bomb.finish().unwrap().into_inner();
        assert!(bytes.len() < 1 << 20);
        assert!(Table::read("", &bytes).unwrap_err().detail.contains("unfolds"));
    }

    #[test]
    fn a_sheet_with_a_cell_in_its_last_corner_costs_no_more_than_its_cells() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "Date").unwrap();
        sheet.write_string(1_048_575, 1, "x").unwrap();
        let table = Table::read("", &book.save_to_buffer().unwrap()).unwrap();
        assert_eq!((table.rows.len(), table.rows[0].number), (1, 1_048_576));
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write_string(0, 16_383, "x").unwrap();
        let refused = Table::read("", &book.save_to_buffer().unwrap()).unwrap_err();
        assert!(refused.detail.contains("too many columns"));
    }
}
