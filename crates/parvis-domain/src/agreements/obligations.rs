//! What an agreement obliges to by when: reports, publications, payments, reviews.

use std::collections::BTreeSet;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::choices::choices;
use crate::error::{Code, Fault};
use crate::ids::{ObligationId, PartnerId};
use crate::localised_text::LocalisedText;
use crate::period::Period;

/// The most days on which one obligation falls due: a month's for fifty years.
const OCCURRENCES_MAX: u32 = 600;

choices! {
    /// What is owed.
    ObligationKind {
        /// A report.
        Report = "report",
        /// Something is made public.
        Publication = "publication",
        /// A payment.
        Payment = "payment",
        /// The parties look at where the agreement stands.
        Review = "review",
        /// A thing handed over or done.
        Delivery = "delivery",
    }

    /// Where an obligation stands that is due on a day.
    DueStatus {
        /// It was met.
        Met = "met",
        /// It is not due yet.
        Ahead = "ahead",
        /// It is due within the time of warning.
        Due = "due",
        /// Its day has passed.
        Overdue = "overdue",
    }
}

/// On which days something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The first day.
    pub first_on: NaiveDate,
    /// Every how many months again; once where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_months: Option<u32>,
    /// Until when; as long as the agreement runs where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl Schedule {
    /// Checks it.
    ///
    /// # Errors
    /// `out_of_range` for a distance of less than one month or more than ten years, `period_inverted` where it ends before
    /// it begins, `required` where an end is given and no distance.
    pub fn check(self, pointer: &str) -> Result<Self, Fault> {
        if self.every_months.is_some_and(|months| !(1..=120).contains(&months)) {
            let detail = "From 1 to 120 months.";
            return Err(Fault::new(Code::OutOfRange, format!("{pointer}/every_months"), detail));
        }
        if self.until.is_some_and(|until| until < self.first_on) {
            let detail = "The last day lies before the first.";
            return Err(Fault::new(Code::PeriodInverted, format!("{pointer}/until"), detail));
        }
        if self.until.is_some() && self.every_months.is_none() {
            let detail = "What is due once has no last day.";
            return Err(Fault::new(Code::Required, format!("{pointer}/every_months"), detail));
        }
        Ok(self)
    }

    /// The days on which it is due while an agreement runs. Every day is counted from the first, so that what is due on
    /// the 31st falls on the last day of a shorter month and on the 31st again after it.
    ///
    /// A single day may lie after the end of the agreement, as the final report does.
    #[must_use]
    pub fn days(&self, runs: Period) -> Vec<NaiveDate> {
        let Some(distance) = self.every_months else {
            return vec![self.first_on];
        };
        let last = [self.until, runs.ends_on].into_iter().flatten().min();
        let day = |n: u32| {
            n.checked_mul(distance)
                .and_then(|months| self.first_on.checked_add_months(Months::new(months)))
        };
        (0..OCCURRENCES_MAX)
            .map_while(day)
            .take_while(|day| last.is_none_or(|last| *day <= last))
            .collect()
    }
}

/// An obligation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Which.
    pub id: ObligationId,
    /// What is owed.
    pub kind: ObligationKind,
    /// What exactly.
    pub title: LocalisedText,
    /// Who owes it.
    pub owed_by: PartnerId,
    /// To whom; to all other parties, or the public, where nobody is named.
    pub owed_to: Option<PartnerId>,
    /// When.
    pub schedule: Schedule,
    /// The due days on which it was met.
    pub met: BTreeSet<NaiveDate>,
}

impl Obligation {
    /// Where it stands on each of its days, with `warning` days before each.
    #[must_use]
    pub fn standing(&self, runs: Period, warning: u16, today: NaiveDate) -> Vec<(NaiveDate, DueStatus)> {
        let status = |day: NaiveDate| match (day - today).num_days() {
            _ if self.met.contains(&day) => DueStatus::Met,
            ..0 => DueStatus::Overdue,
            left if left <= i64::from(warning) => DueStatus::Due,
            _ => DueStatus::Ahead,
        };
        self.schedule
            .days(runs)
            .into_iter()
            .map(|day| (day, status(day)))
            .collect()
    }

    /// Records that it was met for one of its days.
    ///
    /// # Errors
    /// `reference_unknown` for a day on which nothing is due, `duplicate` where it was met already.
    pub fn meet(&mut self, due_on: NaiveDate, runs: Period) -> Result<(), Fault> {
        if !self.schedule.days(runs).contains(&due_on) {
            let detail = format!("Nothing is due on {due_on}.");
            return Err(Fault::new(Code::ReferenceUnknown, "/due_on", detail));
        }
        if !self.met.insert(due_on) {
            let detail = format!("What was due on {due_on} is met already.");
            return Err(Fault::new(Code::Duplicate, "/due_on", detail));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn days(first: &str, every: Option<u32>, until: Option<&str>, end: &str) -> Vec<String> {
        let schedule = Schedule {
            first_on: day(first),
            every_months: every,
            until: until.map(day),
        };
        let runs = Period {
            starts_on: day("2015-01-01"),
            ends_on: Some(day(end)),
        };
        schedule
            .check("")
            .unwrap()
            .days(runs)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn days_are_counted_from_the_first() {
        assert_eq!(
            days("2020-01-31", Some(1), None, "2020-05-30"),
            ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]
        );
        assert_eq!(
            days("2016-06-30", Some(12), Some("2017-12-31"), "2020-12-31"),
            ["2016-06-30", "2017-06-30"]
        );
        assert_eq!(days("2021-06-30", None, None, "2020-12-31"), ["2021-06-30"]);
        // A prolongation adds the days that come with it.
        assert_eq!(days("2016-06-30", Some(12), None, "2018-12-31").len(), 3);
        assert_eq!(days("2016-06-30", Some(12), None, "2022-12-31").len(), 7);
    }

    #[test]
    fn what_is_due_is_met_once() {
        let runs = Period {
            starts_on: day("2015-01-01"),
            ends_on: Some(day("2017-12-31")),
        };
        let mut report = Obligation {
            id: ObligationId(Uuid::nil()),
            kind: ObligationKind::Report,
            title: LocalisedText::of("fr", "Bilan annuel"),
            owed_by: PartnerId(Uuid::nil()),
            owed_to: None,
            schedule: Schedule {
                first_on: day("2015-06-30"),
                every_months: Some(12),
                until: None,
            },
            met: BTreeSet::new(),
        };
        assert_eq!(report.meet(day("2015-06-30"), runs), Ok(()));
        assert_eq!(report.meet(day("2015-06-30"), runs).unwrap_err().code, Code::Duplicate);
        assert_eq!(
            report.meet(day("2015-07-01"), runs).unwrap_err().code,
            Code::ReferenceUnknown
        );
        let standing: Vec<_> = report
            .standing(runs, 30, day("2016-07-01"))
            .into_iter()
            .map(|(_, s)| s)
            .collect();
        assert_eq!(standing, [DueStatus::Met, DueStatus::Overdue, DueStatus::Ahead]);
        assert_eq!(report.standing(runs, 30, day("2016-05-31"))[1].1, DueStatus::Due);
    }
}
