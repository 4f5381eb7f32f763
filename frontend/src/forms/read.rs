//! Reads dates and amounts as people of each language write them.
//!
//! Native date and number inputs follow the language of the browser, not of the app: a French officer with an English
//! browser would see 03/14/2023. So the fields are text, and these functions read it.

use chrono::{Datelike, NaiveDate};

/// How a language writes decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimals {
    /// `1 250,50`, as French does. A point is read as the mark as well when nothing else could be meant.
    Comma,
    /// `1,250.50`, as English and Mexican Spanish do.
    Point,
}

/// Reads a date: day, month and year parted by `/`, `.`, `-` or blanks, or `YYYY-MM-DD`.
///
/// Returns `None` for a date that does not exist.
#[must_use]
pub fn date(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = text
        .trim()
        .split(['/', '.', '-', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let [first, month, last] = parts.as_slice() else {
        return None;
    };
    let (day, year) = if first.len() == 4 { (last, first) } else { (first, last) };
    if year.len() != 4 || day.len() > 2 || month.len() > 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// A date as it stands in a field: `14/03/2023`.
#[must_use]
pub fn date_text(day: NaiveDate) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// Reads a day and a time of it, hours and minutes: `12/04/2026 18:30`, `12/04/2026 18h30`. A day alone is its last
/// minute: what was known on a day is what was known when it ended.
#[must_use]
pub fn instant(text: &str) -> Option<(NaiveDate, u32, u32)> {
    let text = text.trim().replace(',', " ");
    let Some((day, time)) = text
        .trim()
        .rsplit_once(' ')
        .filter(|(_, time)| time.contains([':', 'h']))
    else {
        return Some((date(&text)?, 23, 59));
    };
    let (hours, minutes) = time.split_once([':', 'h'])?;
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let (hours, minutes) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some((date(day)?, hours, minutes))
}

/// Reads an amount and writes it as the API takes it: a decimal string with exactly `digits` minor digits.
///
/// Blanks of any kind group thousands in every language. Returns `None` for what is no amount, and for more decimals
/// than the currency has.
#[must_use]
pub fn amount(text: &str, decimals: Decimals, digits: u32) -> Option<String> {
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{202f}' && *c != '\u{a0}')
        .collect();
    let plain = match decimals {
        Decimals::Comma => compact.replace(',', "."),
        Decimals::Point => without_groups(&compact)?,
    };
    let digits = usize::try_from(digits).ok()?;
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let only_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !only_digits(whole) || !only_digits(part) || part.len() > digits {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if digits == 0 {
        whole.to_owned()
    } else {
        format!("{whole}.{part:0<digits$}")
    })
}

/// Reads a decimal number of the language, such as a rate, and writes it as the API takes it, without noughts at its end.
#[must_use]
pub fn decimal(text: &str, decimals: Decimals) -> Option<String> {
    let padded = amount(text, decimals, 18)?;
    Some(padded.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// Takes the commas out of `1,250,000.50`, if each stands before three digits.
fn without_groups(text: &str) -> Option<String> {
    let (whole, part) = text
        .split_once('.')
        .map_or((text, None), |(whole, part)| (whole, Some(part)));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut plain = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(part) = part {
        plain.push('.');
        plain.push_str(part);
    }
    Some(plain)
}

/// An amount of the API as it stands in a field of the language: `1250.50` becomes `1250,50`.
#[must_use]
pub fn amount_text(amount: &str, decimals: Decimals) -> String {
    match decimals {
        Decimals::Comma => amount.replace('.', ","),
        Decimals::Point => amount.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_day_first_or_as_iso() {
        let day = NaiveDate::from_ymd_opt(2023, 3, 14);
        for text in [
            "14/03/2023",
            "14/3/2023",
            " 14.03.2023 ",
            "14-03-2023",
            "2023-03-14",
            "14 03 2023",
        ] {
            assert_eq!(date(text), day, "{text}");
        }
        for text in ["", "14/03", "03/14/2023", "29/02/2023", "14/03/23", "demain"] {
            assert_eq!(date(text), None, "{text}");
        }
        assert_eq!(day.map(date_text).as_deref(), Some("14/03/2023"));
    }

    #[test]
    fn instants_are_a_day_and_a_time_or_the_end_of_a_day() {
        let day = NaiveDate::from_ymd_opt(2026, 4, 12).unwrap();
        for text in [
            "12/04/2026 18:30",
            "12.4.2026, 18:30",
            "2026-04-12 18h30",
            " 12 04 2026 18:30 ",
        ] {
            assert_eq!(instant(text), Some((day, 18, 30)), "{text}");
        }
        assert_eq!(instant("12/04/2026 18h"), Some((day, 18, 0)));
        assert_eq!(instant("12/04/2026"), Some((day, 23, 59)));
        for text in ["", "18:30", "12/04/2026 24:00", "12/04/2026 18:60", "12/04/2026 x:y"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_follow_the_language() {
        let french = |text| amount(text, Decimals::Comma, 2);
        assert_eq!(french("1\u{202f}250,5").as_deref(), Some("1250.50"));
        assert_eq!(french("1 250").as_deref(), Some("1250.00"));
        assert_eq!(french("12.5").as_deref(), Some("12.50"));
        assert_eq!(
            french("1.250"),
            None,
            "neither a thousand nor three decimals can be meant for sure"
        );
        let english = |text| amount(text, Decimals::Point, 2);
        assert_eq!(english("1,250.50").as_deref(), Some("1250.50"));
        assert_eq!(english("1,250,000").as_deref(), Some("1250000.00"));
        assert_eq!(english("12,5"), None);
        assert_eq!(english(",500"), None);
    }

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        assert_eq!(amount("1000", Decimals::Point, 0).as_deref(), Some("1000"));
        assert_eq!(amount("1.5", Decimals::Point, 0), None);
        assert_eq!(amount("1.5", Decimals::Point, 3).as_deref(), Some("1.500"));
        for text in ["", "-5", "five", ".5", "1.2.3", "1e3"] {
            assert_eq!(amount(text, Decimals::Point, 2), None, "{text}");
        }
    }

    #[test]
    fn rates_keep_their_digits() {
        assert_eq!(decimal("4 480,25", Decimals::Comma).as_deref(), Some("4480.25"));
        assert_eq!(decimal("4,480.250", Decimals::Point).as_deref(), Some("4480.25"));
        assert_eq!(decimal("4000", Decimals::Comma).as_deref(), Some("4000"));
        assert_eq!(decimal("0.000223", Decimals::Point).as_deref(), Some("0.000223"));
        assert_eq!(decimal("one", Decimals::Point), None);
    }

    #[test]
    fn leading_zeros_say_nothing() {
        assert_eq!(amount("007", Decimals::Comma, 2).as_deref(), Some("7.00"));
        assert_eq!(amount("0,05", Decimals::Comma, 2).as_deref(), Some("0.05"));
        assert_eq!(amount_text("1250.50", Decimals::Comma), "1250,50");
    }
}
