//! Text in several languages.

use std::collections::BTreeMap;

use oxilangtag::LanguageTag;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Fault, Faults};
use crate::text;

/// The most languages one text may have.
const LANGUAGES_MAX: usize = 12;

/// The same text in one or more languages, keyed by tags of BCP 47 (`fr`, `es-MX`, `km`).
///
/// Invariant of a checked text: at least one language, every tag well formed, no text empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LocalisedText(pub BTreeMap<String, String>);

impl LocalisedText {
    /// A text in one language, unchecked.
    pub fn of(language: &str, text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(language.to_owned(), text.into())]))
    }

    /// The text that suits a reader: the first wanted language that is there, by full tag and then by its primary
    /// language, else the first there is. With it comes the tag of the text, which the page states in `lang`.
    #[must_use]
    pub fn best<'a>(&'a self, wanted: &[&str]) -> Option<(&'a str, &'a str)> {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        wanted
            .iter()
            .find_map(|tag| {
                let same = self.0.iter().find(|(have, _)| have.eq_ignore_ascii_case(tag));
                same.or_else(|| self.0.iter().find(|(have, _)| primary(have) == primary(tag)))
            })
            .or_else(|| self.0.iter().next())
            .map(|(tag, text)| (tag.as_str(), text.as_str()))
    }

    /// Checks a one-line text such as a title.
    ///
    /// # Errors
    /// Every fault, each at the pointer of its language.
    pub fn check_line(&self, pointer: &str, max: usize) -> Result<Self, Faults> {
        self.check(pointer, |at, value| text::line(at, value, max))
    }

    /// Checks a running text such as a summary.
    ///
    /// # Errors
    /// Every fault, each at the pointer of its language.
    pub fn check_paragraph(&self, pointer: &str, max: usize) -> Result<Self, Faults> {
        self.check(pointer, |at, value| text::paragraph(at, value, max))
    }

    /// Folded text of all languages, for searching.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0
            .values()
            .map(|value| text::fold(value))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn check(&self, pointer: &str, rule: impl Fn(&str, &str) -> Result<String, Fault>) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        if self.0.is_empty() {
            faults.add(
                Code::Required,
                pointer,
                "At least one language is required, as in {\"fr\": \"…\"}.",
            );
        }
        if self.0.len() > LANGUAGES_MAX {
            faults.add(
                Code::TooMany,
                pointer,
                format!("At most {LANGUAGES_MAX} languages are allowed."),
            );
        }
        let mut checked = BTreeMap::new();
        for (tag, value) in &self.0 {
            let at = format!("{pointer}/{}", tag.replace('~', "~0").replace('/', "~1"));
            let tag = faults.keep(language(&at, tag));
            let value = faults.keep(rule(&at, value));
            if let (Some(tag), Some(value)) = (tag, value) {
                checked.insert(tag, value);
            }
        }
        faults.finish(Some(Self(checked)))
    }
}

/// A language tag in its canonical case.
///
/// # Errors
/// `language_invalid` if it is not well formed, or longer than 35 characters.
pub fn language(pointer: &str, tag: &str) -> Result<String, Fault> {
    let invalid = || {
        Fault::new(
            Code::LanguageInvalid,
            pointer,
            "A language is a tag of BCP 47, such as fr or es-MX.",
        )
    };
    if tag.len() > 35 {
        return Err(invalid());
    }
    LanguageTag::parse_and_normalize(tag)
        .map(|tag| tag.into_inner())
        .map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_text_is_exact_then_primary_then_any() {
        let text = LocalisedText(BTreeMap::from([
            ("es-MX".to_owned(), "barrio".to_owned()),
            ("fr".to_owned(), "quartier".to_owned()),
        ]));
        assert_eq!(text.best(&["es"]), Some(("es-MX", "barrio")));
        assert_eq!(text.best(&["en", "fr-CA"]), Some(("fr", "quartier")));
        assert_eq!(text.best(&["en"]), Some(("es-MX", "barrio")));
        assert_eq!(LocalisedText::default().best(&["en"]), None);
    }

    #[test]
    fn every_fault_has_its_pointer() {
        let text = LocalisedText(BTreeMap::from([
            ("fr".to_owned(), String::new()),
            ("n o".to_owned(), "x".to_owned()),
        ]));
        let faults = text.check_line("/title", 10).unwrap_err();
        let at: Vec<_> = faults.0.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(
            at,
            [("/title/fr", Code::Required), ("/title/n o", Code::LanguageInvalid)]
        );
    }
}
