//! Values as people and their programs write them in tables: decimal commas, thousands, days in several orders.

use chrono::NaiveDate;

use crate::money::Currency;

/// In which order a day is written where that cannot be seen from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DayOrder {
    /// Day, month, year: 31/12/2026.
    #[default]
    Dmy,
    /// Month, day, year: 12/31/2026.
    Mdy,
}

/// The largest amount that a cell may hold, in minor units.
const AMOUNT_MAX: i64 = 100_000_000_000_000;

/// Reads an amount: `1 234,56`, `1.234,56`, `1,234.56`, `-12`, `(12,00)`, `12-`, with or without the currency's code or
/// sign around it. The result is in minor units; none for what is no amount, has more decimals than the currency, or
/// could be read in two ways.
#[must_use]
pub fn amount(text: &str, currency: Currency) -> Option<i64> {
    let digits = currency.digits() as usize;
    let (negative, bare) = sign(&strip(text, currency))?;
    let marks: Vec<(usize, char)> = bare.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let (whole, decimals) = match decimal_mark(&bare, &marks, digits)? {
        Some(at) => (bare.get(..at)?, bare.get(at + 1..)?),
        None => (bare.as_str(), ""),
    };
    if decimals.len() > digits && decimals.trim_end_matches('0').len() > digits {
        return None;
    }
    if whole.is_empty() && decimals.is_empty() {
        return None;
    }
    let whole = grouped(whole)?;
    let mut fraction: String = decimals.chars().take(digits).collect();
    while fraction.len() < digits {
        fraction.push('0');
    }
    let all = format!("{whole}{fraction}");
    if !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let minor: i64 = all.parse().ok().filter(|minor| *minor <= AMOUNT_MAX)?;
    Some(if negative { -minor } else { minor })
}

/// Without blanks, apostrophes and currency.
fn strip(text: &str, currency: Currency) -> String {
    let text = text.trim();
    let text = text
        .strip_suffix(currency.code())
        .or_else(|| text.strip_prefix(currency.code()))
        .unwrap_or(text);
    let blank =
        |c: &char| c.is_whitespace() || matches!(c, '\u{a0}' | '\u{202f}' | '\'' | '’' | '€' | '$' | '£' | '¥' | '៛');
    text.chars().filter(|c| !blank(c)).collect()
}

/// Whether it is negative, and the rest.
fn sign(text: &str) -> Option<(bool, String)> {
    let minus = |c: char| matches!(c, '-' | '\u{2212}');
    if let Some(inner) = text.strip_prefix('(') {
        return inner.strip_suffix(')').map(|inner| (true, inner.to_owned()));
    }
    if let Some(rest) = text.strip_prefix(minus).or_else(|| text.strip_suffix(minus)) {
        return Some((true, rest.to_owned()));
    }
    Some((false, text.strip_prefix('+').unwrap_or(text).to_owned()))
}

/// Where the decimals begin. Nothing where the text cannot be understood.
#[expect(
    clippy::option_option,
    reason = "not understood, understood and without decimals, or at a place"
)]
fn decimal_mark(text: &str, marks: &[(usize, char)], digits: usize) -> Option<Option<usize>> {
    let Some((at, last)) = marks.last().copied() else {
        return Some(None);
    };
    let of_last = marks.iter().filter(|(_, mark)| *mark == last).count();
    if of_last < marks.len() {
        // Two kinds of marks: the last one is for decimals and stands once, the other groups.
        return (of_last == 1).then_some(Some(at));
    }
    let behind = text.len() - at - 1;
    if of_last > 1 {
        return Some(None);
    }
    // One mark alone: three digits behind it are a group, unless the currency has three.
    Some((behind != 3 || digits == 3).then_some(at))
}

/// Digits whose groups, where there are any, have three each.
fn grouped(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['.', ',']).collect();
    let well = parts.iter().skip(1).all(|part| part.len() == 3) && (parts.len() == 1 || parts.first()?.len() <= 3);
    well.then(|| parts.concat())
}

/// Reads a day: `2026-12-31`, `31/12/2026`, `31.12.2026`, `20261231`; a time behind it is left out. A year of two digits
/// is not understood.
#[must_use]
pub fn day(text: &str, order: DayOrder) -> Option<NaiveDate> {
    let text = text.trim();
    let text = text.split(['T', ' ']).next().unwrap_or(text);
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
    let year = |text: &str| text.parse::<i32>().ok().filter(|_| text.len() == 4);
    if let Some(year) = year(first) {
        return NaiveDate::from_ymd_opt(year, number(second)?, number(third)?);
    }
    let (day, month) = match order {
        DayOrder::Dmy => (first, second),
        DayOrder::Mdy => (second, first),
    };
    NaiveDate::from_ymd_opt(year(third)?, number(month)?, number(day)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::parse("", code).unwrap()
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let read = |text| amount(text, currency("EUR"));
        for text in [
            "1234,56",
            "1 234,56",
            "1\u{202f}234,56",
            "1.234,56",
            "1,234.56",
            "1'234.56",
            "1234.56 EUR",
            "€1,234.56",
            "+1234.56",
        ] {
            assert_eq!(read(text), Some(123_456), "{text}");
        }
        for text in ["-12", "(12,00)", "12-", "−12.00", "-12.0", "-12"] {
            assert_eq!(read(text), Some(-1200), "{text}");
        }
        assert_eq!(
            (read("1,234"), read("1.234.567"), read("0,5")),
            (Some(123_400), Some(123_456_700), Some(50))
        );
        for text in [
            "",
            "abc",
            "1,2,3",
            "12.345,6.7",
            "1.5678",
            "12,34,56",
            "--1",
            "1e5",
            "99999999999999999",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(amount("1,234", currency("KWD")), Some(1234));
        assert_eq!(amount("1,234", currency("JPY")), Some(1234));
        assert_eq!(amount("12.5", currency("JPY")), None);
    }

    #[test]
    fn days_are_read_in_the_order_that_was_said() {
        let expected = NaiveDate::from_ymd_opt(2026, 12, 3);
        for text in [
            "2026-12-03",
            "03/12/2026",
            "3.12.2026",
            "20261203",
            "2026-12-03T10:00:00",
            "03-12-2026 10:00",
        ] {
            assert_eq!(day(text, DayOrder::Dmy), expected, "{text}");
        }
        assert_eq!(day("12/03/2026", DayOrder::Mdy), expected);
        for text in ["03/12/26", "31/02/2026", "2026", "12/2026", "aujourd’hui"] {
            assert_eq!(day(text, DayOrder::Dmy), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_parvis_writes_it_reads(minor in -AMOUNT_MAX..AMOUNT_MAX, code in prop::sample::select(vec!["EUR", "KWD", "JPY", "KHR"])) {
            let money = Money::new(minor, currency(code));
            prop_assert_eq!(amount(&money.decimal(), money.currency), Some(minor));
        }

        #[test]
        fn nothing_that_is_sent_panics(text in "\\PC{0,20}") {
            let _ = amount(&text, currency("EUR"));
            let _ = day(&text, DayOrder::Mdy);
        }
    }
}
