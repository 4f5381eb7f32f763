//! Dates and periods. A date is a day in the time zone of its programme; an instant is UTC.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Fault, Faults};

/// The earliest date that is taken anywhere: before it lie typing mistakes.
pub const EARLIEST: NaiveDate = day_or(NaiveDate::from_ymd_opt(1900, 1, 1), NaiveDate::MIN);
/// The latest date that is taken anywhere.
pub const LATEST: NaiveDate = day_or(NaiveDate::from_ymd_opt(2200, 12, 31), NaiveDate::MAX);

/// `Option::unwrap_or` is not yet callable in a constant.
const fn day_or(day: Option<NaiveDate>, otherwise: NaiveDate) -> NaiveDate {
    match day {
        Some(day) => day,
        None => otherwise,
    }
}

/// From a day to a day, both included; open at the end where no end is agreed.
///
/// Invariant of a checked period: the end is not before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day, or none.
    pub ends_on: Option<NaiveDate>,
}

impl Period {
    /// Checks the order of the two days.
    ///
    /// # Errors
    /// `period_inverted` at the pointer of the end.
    pub fn new(starts_on: NaiveDate, ends_on: Option<NaiveDate>, end_pointer: &str) -> Result<Self, Fault> {
        match ends_on {
            Some(end) if end < starts_on => {
                let detail = format!("The end {end} lies before the start {starts_on}.");
                Err(Fault::new(Code::PeriodInverted, end_pointer, detail))
            }
            _ => Ok(Self { starts_on, ends_on }),
        }
    }

    /// Checks two dates as they arrive, `base` being the pointer of the object that holds both.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(base: &str, starts_on: &str, ends_on: Option<&str>) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let start = faults.keep(date(&format!("{base}/starts_on"), starts_on));
        let end = faults.keep(optional_date(&format!("{base}/ends_on"), ends_on));
        let period = match (start, end) {
            (Some(start), Some(end)) => faults.keep(Self::new(start, end, &format!("{base}/ends_on"))),
            _ => None,
        };
        faults.finish(period)
    }

    /// Whether the day lies in the period.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        day >= self.starts_on && self.ends_on.is_none_or(|end| day <= end)
    }
}

/// A date as it arrives: `YYYY-MM-DD`, between 1900 and 2200.
///
/// # Errors
/// `date_invalid`.
pub fn date(pointer: &str, value: &str) -> Result<NaiveDate, Fault> {
    let shaped = value.len() == 10 && value.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let parsed = shaped
        .then(|| NaiveDate::parse_from_str(value, "%Y-%m-%d").ok())
        .flatten();
    match parsed {
        Some(day) if (EARLIEST..=LATEST).contains(&day) => Ok(day),
        _ => {
            let detail = "A date that exists, written as YYYY-MM-DD, from 1900-01-01 to 2200-12-31.";
            Err(Fault::new(Code::DateInvalid, pointer, detail))
        }
    }
}

/// A date that may be absent.
///
/// # Errors
/// As [`date`].
pub fn optional_date(pointer: &str, value: Option<&str>) -> Result<Option<NaiveDate>, Fault> {
    value.map(|value| date(pointer, value)).transpose()
}

/// A time zone of the IANA database.
///
/// # Errors
/// `time_zone_unknown`.
pub fn time_zone(pointer: &str, name: &str) -> Result<Tz, Fault> {
    name.parse().map_err(|_| {
        Fault::new(
            Code::TimeZoneUnknown,
            pointer,
            "A name of the IANA time zone database, such as Europe/Paris.",
        )
    })
}

/// The date in a time zone at an instant.
#[must_use]
pub fn today(zone: Tz, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_that_exist() {
        assert!(date("/d", "2024-02-29").is_ok());
        for wrong in [
            "2023-02-29",
            "2023-2-9",
            "29/02/2024",
            "0001-01-01",
            "2023-01-01T00:00",
            "",
            "+2023-1-01",
        ] {
            assert_eq!(date("/d", wrong).unwrap_err().code, Code::DateInvalid, "{wrong}");
        }
    }

    #[test]
    fn an_end_before_the_start_is_refused_where_it_stands() {
        let faults = Period::check("/period", "2023-05-02", Some("2023-05-01")).unwrap_err();
        assert_eq!(faults.0.first().map(|f| f.pointer.as_str()), Some("/period/ends_on"));
    }

    #[test]
    fn today_is_the_date_of_the_place() {
        let now = "2023-03-14T23:30:00Z".parse().unwrap();
        let at = |name| today(time_zone("", name).unwrap(), now).to_string();
        assert_eq!(at("Asia/Phnom_Penh"), "2023-03-15");
        assert_eq!(at("America/Mexico_City"), "2023-03-14");
    }
}
