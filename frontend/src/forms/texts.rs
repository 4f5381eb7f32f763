//! Builds what the API takes from what stands in fields.

use std::collections::BTreeMap;

use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::{Currency, LocalisedText};
use parvis_wire::{Money, Patch};

use super::read::{self, Decimals};

/// A date for the API: ISO where it can be read, else as it was typed, to be refused at its field.
#[must_use]
pub fn date(text: &str) -> String {
    read::date(text).map_or_else(|| text.trim().to_owned(), |day| day.to_string())
}

/// A date that may be left out.
#[must_use]
pub fn optional_date(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| date(text))
}

/// A line of text that may be left out.
#[must_use]
pub fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// An amount for the API, as written in a language; what cannot be read is passed on to be refused at its field.
#[must_use]
pub fn money(text: &str, decimals: Decimals, currency: &str) -> Money {
    let digits = Currency::parse("", currency).map_or(2, Currency::digits);
    let amount = read::amount(text, decimals, digits).unwrap_or_else(|| text.trim().to_owned());
    Money {
        amount,
        currency: currency.to_owned(),
    }
}

/// An amount that may be left out.
#[must_use]
pub fn optional_money(text: &str, decimals: Decimals, currency: &str) -> Option<Money> {
    (!text.trim().is_empty()).then(|| money(text, decimals, currency))
}

/// A number for the API, as written in a language, with at most six decimals; what cannot be read is passed on.
#[must_use]
pub fn number(text: &str, decimals: Decimals) -> String {
    match read::amount(text, decimals, 6) {
        Some(number) => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text.trim().to_owned(),
    }
}

/// A part of a whole for the API, as written in percent or as a fraction: `7,5` becomes `0.075`, `1/15` stays.
#[must_use]
pub fn ratio(text: &str, decimals: Decimals) -> String {
    let text = text.trim().trim_end_matches('%').trim();
    if text.contains('/') {
        return text.to_owned();
    }
    let percent = number(text, decimals);
    Ratio::parse_percent("", &percent).map_or(percent, |ratio| ratio.to_string())
}

/// A percentage for the API, as written in a language: a decimal string. What cannot be read is passed on to be refused
/// at its field.
#[must_use]
pub fn percent(text: &str, decimals: Decimals) -> String {
    let text = text.trim().trim_end_matches('%').trim_end();
    match decimals {
        Decimals::Comma => text.replace(',', "."),
        Decimals::Point => text.to_owned(),
    }
}

/// Several percentages, parted by a slash, a plus, a semicolon or a blank: `80 / 20`.
#[must_use]
pub fn percents(text: &str, decimals: Decimals) -> Vec<String> {
    text.split(['/', '+', ';', ' ', '\u{a0}', '\u{202f}'])
        .map(|part| percent(part, decimals))
        .filter(|part| !part.is_empty())
        .collect()
}

/// A text in one language; nothing where it is empty.
#[must_use]
pub fn localised(language: &str, text: &str) -> Option<LocalisedText> {
    optional(text).map(|text| LocalisedText::of(language, text))
}

/// A text in several languages from the fields of each; empty fields are left out, other languages are kept.
#[must_use]
pub fn in_languages(before: &LocalisedText, fields: &[(&str, String)]) -> LocalisedText {
    let mut texts: BTreeMap<String, String> = before.texts().clone();
    for (language, text) in fields {
        match optional(text) {
            Some(text) => texts.insert((*language).to_owned(), text),
            None => texts.remove(*language),
        };
    }
    texts.into()
}

/// One text per line that is not empty, as decisions are typed.
#[must_use]
pub fn lines(language: &str, text: &str) -> Vec<LocalisedText> {
    text.lines().filter_map(|line| localised(language, line)).collect()
}

/// A field of a patch: absent where nothing changed, null where it was emptied.
#[must_use]
pub fn patch<T: PartialEq>(before: Option<T>, after: Option<T>) -> Patch<T> {
    match after {
        after if after == before => Patch::Absent,
        Some(value) => Patch::Value(value),
        None => Patch::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_goes_on_to_be_refused_at_its_field() {
        assert_eq!(date("14/03/2023"), "2023-03-14");
        assert_eq!(date(" demain "), "demain");
        assert_eq!(optional_date("  "), None);
        let amount = |text, currency| money(text, Decimals::Comma, currency).amount;
        assert_eq!(amount("1 250,5", "EUR"), "1250.50");
        assert_eq!(amount("1 250", "JPY"), "1250");
        assert_eq!(amount("beaucoup", "EUR"), "beaucoup");
    }

    #[test]
    fn numbers_and_parts_follow_the_language() {
        assert_eq!(number("1 250,50", Decimals::Comma), "1250.5");
        assert_eq!(number("40", Decimals::Point), "40");
        assert_eq!(number("viele", Decimals::Point), "viele");
        assert_eq!(ratio("7,5 %", Decimals::Comma), "0.075");
        assert_eq!(ratio("1/15", Decimals::Comma), "1/15");
        assert_eq!(ratio("100", Decimals::Point), "1");
    }

    #[test]
    fn percentages_are_read_as_they_are_written() {
        assert_eq!(percent(" 69,6 % ", Decimals::Comma), "69.6");
        assert_eq!(percent("69.6%", Decimals::Point), "69.6");
        assert_eq!(percents("80 % / 20 %", Decimals::Comma), ["80", "20"]);
        assert_eq!(percents("33.3+66.7", Decimals::Point), ["33.3", "66.7"]);
        assert_eq!(percents("  ", Decimals::Point), Vec::<String>::new());
    }

    #[test]
    fn languages_that_have_no_field_are_kept() {
        let before = LocalisedText::from(BTreeMap::from([
            ("km".to_owned(), "ក".to_owned()),
            ("fr".to_owned(), "a".to_owned()),
        ]));
        let after = in_languages(&before, &[("fr", String::new()), ("en", " b ".to_owned())]);
        assert_eq!(after.texts().keys().collect::<Vec<_>>(), ["en", "km"]);
        assert_eq!(after.texts()["en"], "b");
    }

    #[test]
    fn every_line_that_says_something_is_a_decision() {
        assert_eq!(lines("fr", "Un\n\n Deux \n").len(), 2);
    }

    #[test]
    fn a_patch_says_only_what_changed() {
        assert_eq!(patch(Some(1), Some(1)), Patch::Absent);
        assert_eq!(patch(Some(1), None), Patch::Null);
        assert_eq!(patch(None, Some(2)), Patch::Value(2));
    }
}
