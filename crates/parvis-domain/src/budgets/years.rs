//! Years of the accounts of a budget (rule 6): they close in order, by the day of booking.
//!
//! A closed year takes nothing any more: what was booked in it is put right with a day in an open year. A line whose plan
//! year is closed takes no new commitment, while what was committed on it goes on.

use chrono::{Datelike, NaiveDate};

use super::ledger::Sums;
use crate::choices::choices;
use crate::error::{Code, DomainError, Fault};

choices! {
    /// What was done with a year, on record.
    YearAction {
        /// It was closed.
        Closed = "closed",
        /// It was opened again, with a reason.
        Reopened = "reopened",
    }
}

/// What is left of a share at the end of a year, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rest {
    /// Committed and not disbursed: it stays on its line and goes on in the next year.
    pub carried_over: i64,
    /// Planned and never committed: it lapses with the plan year of its line, or moves by a revision.
    pub uncommitted: i64,
}

/// What is left of a share in cash by its sums at the end of a year, on a line of that plan year or of an earlier one.
#[must_use]
pub fn rest(line_year: i32, year: i32, sums: Sums) -> Rest {
    Rest {
        carried_over: if line_year <= year {
            sums.committed - sums.disbursed
        } else {
            0
        },
        uncommitted: if line_year == year {
            sums.planned - sums.committed
        } else {
            0
        },
    }
}

/// Checks that the year of a day takes bookings; `closed_through` is the last closed year, with all before it.
///
/// # Errors
/// `year_closed`, naming the first day that can be booked.
pub fn require_open(pointer: &str, day: NaiveDate, closed_through: Option<i32>) -> Result<(), Fault> {
    match closed_through {
        Some(last) if day.year() <= last => {
            let detail = format!(
                "The accounts are closed up to the end of {last}, so nothing is booked on {day}; take a day in an open year, from {}-01-01 on.",
                last + 1
            );
            let fault = Fault::new(Code::YearClosed, pointer, detail);
            Err(fault
                .with("min", format!("{}-01-01", last + 1))
                .with("year", day.year().to_string()))
        }
        _ => Ok(()),
    }
}

/// Checks that a line takes new commitments: its plan year is not closed.
///
/// # Errors
/// `line_year_closed` at `/line_id`.
pub fn require_line_open(year: i32, closed_through: Option<i32>) -> Result<(), Fault> {
    match closed_through {
        Some(last) if year <= last => {
            let detail = format!(
                "The plan of {year} is closed: its lines take no new commitment. What was committed on them can still be disbursed, spent, justified, released and repaid."
            );
            Err(Fault::new(Code::LineYearClosed, "/line_id", detail).with("year", year.to_string()))
        }
        _ => Ok(()),
    }
}

/// Where the accounts of a budget stand when a year is to be closed or opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// The first year in which something is planned or booked.
    pub first: i32,
    /// The last closed year, with all before it.
    pub closed_through: Option<i32>,
    /// Today, in the time zone of the programme.
    pub today: NaiveDate,
    /// Movements booked in the year that wait for a second person, by their identifiers.
    pub pending: Vec<String>,
}

/// Checks that a year can be closed: it is the next in order, it is over, and nothing in it waits for a second person.
///
/// # Errors
/// `year_out_of_order`, `year_not_over`, or `year_has_pending`, which names the movements.
pub fn check_close(year: i32, accounts: &Accounts) -> Result<(), DomainError> {
    let next = accounts.closed_through.map_or(accounts.first, |last| last + 1);
    if year != next {
        let detail = format!("Years close in order; the next to be closed is {next}, not {year}.");
        return Err(refusal(Code::YearOutOfOrder, detail, "next", next.to_string()));
    }
    if year >= accounts.today.year() {
        let detail = format!("{year} is not over; a year is closed from {}-01-01 on.", year + 1);
        return Err(refusal(Code::YearNotOver, detail, "min", format!("{}-01-01", year + 1)));
    }
    if !accounts.pending.is_empty() {
        let movements = accounts.pending.join(", ");
        let detail =
            format!("Movements booked in {year} wait for a second person; approve or refuse them first: {movements}.");
        return Err(refusal(Code::YearHasPending, detail, "movements", movements));
    }
    Ok(())
}

/// Checks that a year can be opened again: it is the last that was closed.
///
/// # Errors
/// `year_out_of_order`, naming the year that can be opened, or `transition_refused` where none is closed.
pub fn check_reopen(year: i32, closed_through: Option<i32>) -> Result<(), DomainError> {
    match closed_through {
        Some(last) if last == year => Ok(()),
        Some(last) if year < last => {
            let detail =
                format!("Years open again in the opposite order; the next to be opened is {last}, not {year}.");
            Err(refusal(Code::YearOutOfOrder, detail, "next", last.to_string()))
        }
        _ => Err(DomainError::new(
            Code::TransitionRefused,
            format!("{year} is open: there is nothing to open again."),
        )),
    }
}

fn refusal(code: Code, detail: String, name: &'static str, value: String) -> DomainError {
    Fault::new(code, "", detail).with(name, value).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn accounts(closed_through: Option<i32>) -> Accounts {
        Accounts {
            first: 2021,
            closed_through,
            today: day("2024-03-14"),
            pending: vec![],
        }
    }

    fn code(result: Result<(), DomainError>) -> Result<(), Code> {
        result.map_err(|error| error.code)
    }

    #[test]
    fn a_closed_year_and_those_before_it_take_nothing() {
        assert!(require_open("/booked_on", day("2022-01-01"), Some(2021)).is_ok());
        assert!(require_open("/booked_on", day("2019-05-05"), None).is_ok());
        for refused in ["2021-12-31", "2019-05-05"] {
            let fault = require_open("/booked_on", day(refused), Some(2021)).unwrap_err();
            assert_eq!(
                (fault.code, fault.params["min"].as_str()),
                (Code::YearClosed, "2022-01-01")
            );
        }
    }

    #[test]
    fn commitments_are_carried_over_and_the_uncommitted_plan_lapses() {
        let sums = Sums {
            planned: 100_000,
            committed: 90_000,
            disbursed: 30_000,
            ..Sums::default()
        };
        let expected = |carried_over, uncommitted| Rest {
            carried_over,
            uncommitted,
        };
        assert_eq!(rest(2021, 2021, sums), expected(60_000, 10_000));
        assert_eq!(rest(2021, 2022, sums), expected(60_000, 0));
        assert_eq!(rest(2022, 2021, sums), expected(0, 0));
    }

    #[test]
    fn a_line_of_a_closed_plan_year_takes_no_new_commitment() {
        assert_eq!(
            require_line_open(2021, Some(2021)).unwrap_err().code,
            Code::LineYearClosed
        );
        assert!(require_line_open(2022, Some(2021)).is_ok());
    }

    #[test]
    fn years_close_in_order_once_they_are_over() {
        assert_eq!(code(check_close(2021, &accounts(None))), Ok(()));
        assert_eq!(code(check_close(2022, &accounts(None))), Err(Code::YearOutOfOrder));
        assert_eq!(
            code(check_close(2021, &accounts(Some(2021)))),
            Err(Code::YearOutOfOrder)
        );
        assert_eq!(code(check_close(2024, &accounts(Some(2023)))), Err(Code::YearNotOver));
        let waiting = Accounts {
            pending: vec!["a".to_owned(), "b".to_owned()],
            ..accounts(None)
        };
        let error = check_close(2021, &waiting).unwrap_err();
        assert_eq!(error.code, Code::YearHasPending);
        assert_eq!(error.faults.0[0].params["movements"], "a, b");
    }

    #[test]
    fn the_last_closed_year_opens_first() {
        assert_eq!(code(check_reopen(2022, Some(2022))), Ok(()));
        assert_eq!(code(check_reopen(2021, Some(2022))), Err(Code::YearOutOfOrder));
        assert_eq!(code(check_reopen(2023, Some(2022))), Err(Code::TransitionRefused));
        assert_eq!(code(check_reopen(2021, None)), Err(Code::TransitionRefused));
    }
}
