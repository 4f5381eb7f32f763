//! A table on its way out: row by row into a temporary file, so that a long one needs no memory.

use std::fs::File;
use std::future::{Ready, ready};
use std::io::{BufWriter, Seek, SeekFrom};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use parvis_domain::{DomainError, Money};
use parvis_store::{StoreError, StoreResult};
use rust_xlsxwriter::{Format as CellFormat, Workbook, XlsxError};
use uuid::Uuid;

use crate::http::ApiError;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// RFC 4180 in UTF-8: comma, full stop for decimals, the field names of the API as headings.
    Csv,
    /// A workbook (Office Open XML) with headings in the reader's language.
    Xlsx,
}

impl Format {
    /// The media type.
    #[must_use]
    pub fn media(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The end of a file's name.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }
}

/// The format at the end of an address, such as `movements.csv`. An address that ends otherwise does not exist.
impl FromRequest for Format {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let suffix = request.match_info().get("format").unwrap_or_default();
        let found = [Format::Csv, Format::Xlsx]
            .into_iter()
            .find(|format| format.suffix() == suffix);
        ready(found.ok_or_else(|| DomainError::not_found().into()))
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text that somebody wrote or that names something.
    Text(String),
    /// An amount; its currency stands in a cell of its own.
    Amount(Money),
    /// A whole number.
    Number(i32),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
    /// An identifier.
    Id(Uuid),
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

macro_rules! cells {
    ($($type:ty => $variant:ident;)+) => {$(
        impl From<$type> for Cell {
            fn from(value: $type) -> Self {
                Cell::$variant(value.into())
            }
        }
    )+};
}

cells! {
    String => Text;
    &str => Text;
    Money => Amount;
    i32 => Number;
    NaiveDate => Day;
    DateTime<Utc> => Instant;
    Uuid => Id;
}

impl Cell {
    /// As plain text. What a spreadsheet would take for a formula is made text by an apostrophe in front.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => harmless(text),
            Cell::Amount(money) => money.decimal(),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Instant(at) => at.to_rfc3339_opts(SecondsFormat::Secs, true),
            Cell::Id(id) => id.to_string(),
        }
    }
}

/// The characters with which a formula, a macro call or a field of its own may begin.
const RISKY: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn harmless(text: &str) -> String {
    if text.starts_with(RISKY) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A table that is being written.
pub struct Sheet(Writer);

enum Writer {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Xlsx(Box<Book>),
}

struct Book {
    workbook: Workbook,
    row: u32,
    heading: CellFormat,
    day: CellFormat,
    instant: CellFormat,
}

impl Sheet {
    /// Begins a table with its headings: the names of its columns for CSV, their titles for a workbook.
    ///
    /// # Errors
    /// `Internal` where no temporary file can be made.
    pub fn begin(format: Format, columns: &[(&str, String)]) -> StoreResult<Self> {
        match format {
            Format::Csv => {
                let file = tempfile::tempfile().map_err(failed)?;
                let mut writer = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(BufWriter::new(file));
                writer
                    .write_record(columns.iter().map(|(name, _)| name))
                    .map_err(failed)?;
                Ok(Self(Writer::Csv(Box::new(writer))))
            }
            Format::Xlsx => {
                let mut book = Book::new();
                book.headings(columns).map_err(failed)?;
                Ok(Self(Writer::Xlsx(Box::new(book))))
            }
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `Internal` where the file cannot be written, or a workbook has no more rows.
    pub fn row(&mut self, cells: &[Cell]) -> StoreResult<()> {
        match &mut self.0 {
            Writer::Csv(writer) => writer.write_record(cells.iter().map(Cell::text)).map_err(failed),
            Writer::Xlsx(book) => book.write(cells).map_err(failed),
        }
    }

    /// Ends the table: its file, from the beginning.
    ///
    /// # Errors
    /// `Internal` where the file cannot be written.
    pub fn finish(self) -> StoreResult<File> {
        let mut file = match self.0 {
            Writer::Csv(writer) => {
                let buffer = writer.into_inner().map_err(failed)?;
                buffer.into_inner().map_err(failed)?
            }
            Writer::Xlsx(mut book) => {
                let mut file = tempfile::tempfile().map_err(failed)?;
                book.workbook.save_to_writer(&mut file).map_err(failed)?;
                file
            }
        };
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(file)
    }
}

impl Book {
    fn new() -> Self {
        Self {
            workbook: Workbook::new(),
            row: 0,
            heading: CellFormat::new().set_bold(),
            day: CellFormat::new().set_num_format("yyyy-mm-dd"),
            instant: CellFormat::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }

    fn headings(&mut self, columns: &[(&str, String)]) -> Result<(), XlsxError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, (_, title)) in (0_u16..).zip(columns) {
            let width = u32::try_from(title.chars().count()).unwrap_or(u32::MAX).clamp(12, 40);
            sheet.set_column_width(column, width)?;
            sheet.write_string_with_format(0, column, title, &self.heading)?;
        }
        self.row = 1;
        Ok(())
    }

    /// Text is always written as text: a workbook runs only what is written as a formula.
    fn write(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => continue,
                Cell::Amount(money) => match money.decimal().parse::<f64>() {
                    Ok(number) => sheet.write_number_with_format(self.row, column, number, &amount(*money))?,
                    Err(_) => sheet.write_string(self.row, column, money.decimal())?,
                },
                Cell::Number(number) => sheet.write_number(self.row, column, *number)?,
                Cell::Day(day) => sheet.write_datetime_with_format(self.row, column, day, &self.day)?,
                Cell::Instant(at) => {
                    sheet.write_datetime_with_format(self.row, column, at.naive_utc(), &self.instant)?
                }
                Cell::Text(text) => sheet.write_string(self.row, column, text)?,
                Cell::Id(id) => sheet.write_string(self.row, column, id.to_string())?,
            };
        }
        self.row += 1;
        Ok(())
    }
}

/// The number format of a currency: as many decimals as it has minor digits.
fn amount(money: Money) -> CellFormat {
    let decimals = money.currency.digits() as usize;
    let point = if decimals == 0 { "" } else { "." };
    CellFormat::new().set_num_format(format!("#,##0{point}{}", "0".repeat(decimals)))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Internal(format!("a table cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use calamine::{Data, Reader, Xlsx};
    use parvis_domain::Currency;

    use super::*;

    fn columns() -> Vec<(&'static str, String)> {
        vec![("note", "Remarque".to_owned()), ("amount", "Montant".to_owned())]
    }

    fn rows() -> [[Cell; 2]; 3] {
        let euros = |minor| Money::new(minor, Currency::parse("", "EUR").unwrap());
        [
            ["=1+1".into(), euros(-123_456).into()],
            ["a;\"b\"\nc".into(), euros(99_999_999_999_999).into()],
            [Cell::Empty, Cell::from(Some(7))],
        ]
    }

    fn written(format: Format) -> Vec<u8> {
        let mut sheet = Sheet::begin(format, &columns()).unwrap();
        for row in rows() {
            sheet.row(&row).unwrap();
        }
        let mut bytes = Vec::new();
        sheet.finish().unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn csv_quotes_what_needs_it_and_disarms_formulas() {
        let text = String::from_utf8(written(Format::Csv)).unwrap();
        let expected = "note,amount\r\n'=1+1,-1234.56\r\n\"a;\"\"b\"\"\nc\",999999999999.99\r\n,7\r\n";
        assert_eq!(text, expected);
        for risky in ["+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(Cell::from(risky).text(), format!("'{risky}"));
        }
    }

    #[test]
    fn a_workbook_holds_text_as_text_and_amounts_to_the_last_unit() {
        let mut book = Xlsx::new(std::io::Cursor::new(written(Format::Xlsx))).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(range.get((0, 1)), Some(&Data::String("Montant".to_owned())));
        assert_eq!(range.get((1, 0)), Some(&Data::String("=1+1".to_owned())));
        assert_eq!(range.get((1, 1)), Some(&Data::Float(-1234.56)));
        assert_eq!(range.get((2, 1)), Some(&Data::Float(999_999_999_999.99)));
        assert!(book.worksheet_formula("Sheet1").unwrap().is_empty());
    }
}
