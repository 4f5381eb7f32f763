//! Reading a file of rates as people have it: a workbook or CSV in whichever dialect, and whichever decimal sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use parvis_domain::budgets::rates::RateContent;
use parvis_domain::{Code, Fault, Faults};
use parvis_wire::budgets::{NewRate, RateFile, RateImport, RateImportFault, RateImportRow};

use crate::exchange::table::{Row, Table};

/// The most rows of one file.
const ROWS_MAX: usize = 5_000;

/// The columns, each with the headings under which it is known in the languages of the app.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("from", &["from", "de", "desde"]),
    ("to", &["to", "vers", "a"]),
    ("rate", &["rate", "taux", "tasa", "tipo"]),
    ("valid_on", &["valid_on", "date", "fecha"]),
    ("source", &["source", "fuente"]),
];

/// A file that was read: the report, and the rates where no row is refused.
pub(super) struct Read {
    pub(super) report: RateImport,
    pub(super) contents: Vec<RateContent>,
}

/// Reads a file row by row.
///
/// # Errors
/// Those that concern the file as a whole: `format_invalid` where it is not base64, `file_unreadable`, `too_many` rows, `required` where
/// it lacks a heading or has no row.
pub(super) fn read(file: &RateFile, today: NaiveDate) -> Result<Read, Faults> {
    let bytes = STANDARD.decode(file.content.as_bytes());
    let bytes = bytes.map_err(|_| whole(Code::FormatInvalid, "The content is not base64 (RFC 4648)."))?;
    let table = Table::read("/content", &bytes)?;
    let columns = columns(&table.headings, file.source.is_some())?;
    if table.rows.len() > ROWS_MAX {
        let detail = format!("A file has at most {ROWS_MAX} rows; cut it in parts.");
        return Err(whole(Code::TooMany, &detail).into());
    }
    let mut rows = Vec::new();
    let mut contents = Vec::new();
    for record in &table.rows {
        let rate = rate_of(record, &columns, file.source.as_deref());
        let checked = rate.check(today).and_then(|content| once(content, &contents));
        rows.push(row(record.number, rate, checked.as_ref().err()));
        contents.extend(checked);
    }
    if rows.is_empty() {
        return Err(whole(Code::Required, "The file has no row below its headings.").into());
    }
    let refused = rows.iter().filter(|row| !row.faults.is_empty()).count();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let report = RateImport {
        dry_run: file.dry_run,
        encoding: table.dialect.encoding.to_owned(),
        separator: table.dialect.separator.map(String::from).unwrap_or_default(),
        accepted: number(contents.len()),
        refused: number(refused),
        rows,
    };
    Ok(Read { report, contents })
}

/// A day and pair stand once in a file: which of two would correct the other nobody could say.
fn once(content: RateContent, before: &[RateContent]) -> Result<RateContent, Faults> {
    let key = |of: &RateContent| (of.valid_on, of.from, of.to);
    match before.iter().any(|other| key(other) == key(&content)) {
        true => Err(Fault::new(
            Code::Duplicate,
            "/valid_on",
            "This pair has a rate of this day further up.",
        )
        .into()),
        false => Ok(content),
    }
}

fn whole(code: Code, detail: &str) -> Fault {
    Fault::new(code, "/content", detail)
}

/// Where each column stands. The source may be missing where the request names one for all rows.
fn columns(headings: &[String], has_source: bool) -> Result<[Option<usize>; 5], Faults> {
    let mut faults = Faults::new();
    let columns = COLUMNS.map(|(name, known)| {
        let place = headings
            .iter()
            .position(|heading| known.contains(&heading.to_lowercase().as_str()));
        if place.is_none() && !(name == "source" && has_source) {
            let detail = format!("The first line has no heading {name}; it needs from, to, rate, valid_on and source.");
            faults.push(whole(Code::Required, &detail).with("allowed", known.join(", ")));
        }
        place
    });
    faults.finish(Some(columns))
}

fn rate_of(record: &Row, columns: &[Option<usize>; 5], source: Option<&str>) -> NewRate {
    let [from, to, rate, valid_on, named] = columns.map(|place| {
        place
            .and_then(|place| record.cell(place))
            .unwrap_or_default()
            .to_owned()
    });
    NewRate {
        from: from.to_uppercase(),
        to: to.to_uppercase(),
        rate: plain_number(&rate),
        valid_on: plain_date(&valid_on),
        source: if named.is_empty() {
            source.unwrap_or_default().to_owned()
        } else {
            named
        },
    }
}

/// A number as the interface takes it: of points and commas the last is the decimal sign, the others and blanks group.
fn plain_number(text: &str) -> String {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    match compact.rfind(['.', ',']) {
        Some(at) => {
            let (units, rest) = compact.split_at(at);
            let units: String = units.chars().filter(|c| !matches!(c, '.' | ',')).collect();
            format!("{units}.{}", rest.get(1..).unwrap_or_default())
        }
        None => compact,
    }
}

/// A date as the interface takes it: `31/12/2026`, day first, becomes `2026-12-31`; anything else stays for the check.
fn plain_date(text: &str) -> String {
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    match parts.as_slice() {
        [day, month, year] if day.len() <= 2 && month.len() <= 2 && year.len() == 4 => {
            format!("{year}-{month:0>2}-{day:0>2}")
        }
        _ => text.to_owned(),
    }
}

fn row(line: u32, rate: NewRate, faults: Option<&Faults>) -> RateImportRow {
    let fault = |fault: &Fault| RateImportFault {
        column: fault.pointer.trim_start_matches('/').to_owned(),
        code: fault.code.as_str().to_owned(),
        detail: fault.detail.clone(),
    };
    RateImportRow {
        line,
        rate: faults.is_none().then_some(rate),
        rate_id: None,
        faults: faults.iter().flat_map(|faults| &faults.0).map(fault).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1252;

    fn file(bytes: &[u8]) -> RateFile {
        RateFile {
            content: STANDARD.encode(bytes),
            source: None,
            dry_run: true,
        }
    }

    fn read_of(bytes: &[u8]) -> Result<Read, Faults> {
        read(&file(bytes), NaiveDate::from_ymd_opt(2026, 11, 22).unwrap())
    }

    #[test]
    fn a_file_is_read_as_people_have_it() {
        let wanted = "EUR KHR 4480.25 2026-03-01 Banque nationale, février";
        for bytes in [
            "from,to,rate,valid_on,source\nEUR,KHR,4480.25,2026-03-01,\"Banque nationale, février\"\n"
                .as_bytes()
                .to_vec(),
            "\u{feff}De;Vers;Taux;Date;Source\r\neur;khr;4\u{202f}480,25;01/03/2026;Banque nationale, février\r\n"
                .as_bytes()
                .to_vec(),
            "from\tto\trate\tvalid_on\tsource\nEUR\tKHR\t4.480,25\t1.3.2026\tBanque nationale, février"
                .as_bytes()
                .to_vec(),
            WINDOWS_1252
                .encode("from;to;rate;valid_on;source\nEUR;KHR;4480,25;2026-03-01;Banque nationale, février\n")
                .0
                .into_owned(),
        ] {
            let read = read_of(&bytes).unwrap();
            let rate = read.report.rows[0].rate.clone().unwrap();
            let row = [rate.from, rate.to, rate.rate, rate.valid_on, rate.source].join(" ");
            assert_eq!((row.as_str(), read.contents.len()), (wanted, 1));
        }
    }

    #[test]
    fn a_workbook_is_read_too() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, heading) in (0..).zip(["from", "to", "rate", "valid_on", "source"]) {
            sheet.write_string(0, column, heading).unwrap();
        }
        for (column, value) in [(0, "EUR"), (1, "KHR"), (3, "2026-03-01"), (4, "Banque nationale")] {
            sheet.write_string(1, column, value).unwrap();
        }
        sheet.write_number(1, 2, 4480.125).unwrap();
        let read = read_of(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(
            (read.report.encoding.as_str(), read.contents[0].rate.decimal()),
            ("xlsx", "4480.125".to_owned())
        );
    }

    #[test]
    fn every_row_has_its_faults_at_its_line() {
        let read = read_of(b"from,to,rate,valid_on,source\nEUR,KHR,1,2026-03-01,B\nEUR,EUR,0,2027-01-01,B\nEUR,USD\n")
            .unwrap();
        assert_eq!((read.report.accepted, read.report.refused), (1, 2));
        let of = |row: usize| -> Vec<(String, String)> {
            let faults = read.report.rows[row].faults.iter();
            faults.map(|fault| (fault.column.clone(), fault.code.clone())).collect()
        };
        assert_eq!(read.report.rows[1].line, 3);
        let pair = |column: &str, code: &str| (column.to_owned(), code.to_owned());
        assert_eq!(
            of(1),
            [
                pair("rate", "rate_invalid"),
                pair("valid_on", "date_in_future"),
                pair("to", "rate_to_itself")
            ]
        );
        assert_eq!(
            of(2),
            [
                pair("rate", "rate_invalid"),
                pair("valid_on", "date_invalid"),
                pair("source", "required")
            ]
        );
    }

    #[test]
    fn a_day_and_pair_stand_once() {
        let read = read_of(b"from,to,rate,valid_on,source\nEUR,KHR,1,2026-03-01,B\nEUR,KHR,2,2026-03-01,B\n").unwrap();
        assert_eq!(read.report.rows[1].faults[0].code, "duplicate");
    }

    #[test]
    fn a_file_that_is_none_is_refused_as_a_whole() {
        let code = |faults: Faults| faults.0[0].code;
        assert_eq!(code(read_of(b"from,to\n").err().unwrap()), Code::Required);
        assert_eq!(
            code(read_of(b"from,to,rate,valid_on,source\n").err().unwrap()),
            Code::Required
        );
        assert_eq!(code(read_of(b"").err().unwrap()), Code::Required);
        let broken = RateFile {
            content: "%".to_owned(),
            source: None,
            dry_run: true,
        };
        assert_eq!(code(read(&broken, NaiveDate::MIN).err().unwrap()), Code::FormatInvalid);
    }
}
