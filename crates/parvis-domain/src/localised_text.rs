//! Text in several languages.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use oxilangtag::LanguageTag;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::{Code, Fault, Faults};
use crate::text;

/// The most languages one text may have.
const LANGUAGES_MAX: usize = 12;

/// The same text in one or more languages, keyed by tags of BCP 47 (`fr`, `es-MX`, `km`).
///
/// Invariant of a checked text: at least one language, every tag well formed, no text empty.
///
/// Most texts of a list go from the database to the client without anybody looking into them, so what is kept as JSON
/// stays JSON until somebody does.
#[derive(Clone, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
pub struct LocalisedText(Kept);

/// Where there is JSON, `texts` holds nothing else than what it says, once it was read.
#[derive(Clone, Default)]
struct Kept {
    json: Option<Box<RawValue>>,
    texts: OnceLock<BTreeMap<String, String>>,
}

impl LocalisedText {
    /// A text in one language, unchecked.
    pub fn of(language: &str, text: impl Into<String>) -> Self {
        Self::from(BTreeMap::from([(language.to_owned(), text.into())]))
    }

    /// A text as it was serialised before, such as by a database that nobody else writes into.
    ///
    /// # Errors
    /// Where that is not a JSON object.
    pub fn kept(json: &str) -> serde_json::Result<Self> {
        let json = RawValue::from_string(json.to_owned())?;
        if !json.get().starts_with('{') {
            return Err(serde_json::Error::custom("a localised text is an object"));
        }
        Ok(Self(Kept {
            json: Some(json),
            texts: OnceLock::new(),
        }))
    }

    /// The texts by their tags, in the order of the tags.
    #[must_use]
    pub fn texts(&self) -> &BTreeMap<String, String> {
        let json = || self.0.json.as_ref().map_or("{}", |json| json.get());
        self.0
            .texts
            .get_or_init(|| serde_json::from_str(json()).unwrap_or_default())
    }

    /// The text that suits a reader: the first wanted language that is there, by full tag and then by its primary
    /// language, else the first there is. With it comes the tag of the text, which the page states in `lang`.
    #[must_use]
    pub fn best<'a>(&'a self, wanted: &[&str]) -> Option<(&'a str, &'a str)> {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        wanted
            .iter()
            .find_map(|tag| {
                let same = self.texts().iter().find(|(have, _)| have.eq_ignore_ascii_case(tag));
                same.or_else(|| self.texts().iter().find(|(have, _)| primary(have) == primary(tag)))
            })
            .or_else(|| self.texts().iter().next())
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
        self.texts()
            .values()
            .map(|value| text::fold(value))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts().is_empty()
    }

    fn check(&self, pointer: &str, rule: impl Fn(&str, &str) -> Result<String, Fault>) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        if self.texts().is_empty() {
            faults.add(
                Code::Required,
                pointer,
                "At least one language is required, as in {\"fr\": \"…\"}.",
            );
        }
        if self.texts().len() > LANGUAGES_MAX {
            faults.add(
                Code::TooMany,
                pointer,
                format!("At most {LANGUAGES_MAX} languages are allowed."),
            );
        }
        let mut checked = BTreeMap::new();
        for (tag, value) in self.texts() {
            let at = format!("{pointer}/{}", tag.replace('~', "~0").replace('/', "~1"));
            let tag = faults.keep(language(&at, tag));
            let value = faults.keep(rule(&at, value));
            if let (Some(tag), Some(value)) = (tag, value) {
                checked.insert(tag, value);
            }
        }
        faults.finish(Some(Self::from(checked)))
    }
}

impl From<BTreeMap<String, String>> for LocalisedText {
    fn from(texts: BTreeMap<String, String>) -> Self {
        Self(Kept {
            json: None,
            texts: texts.into(),
        })
    }
}

impl PartialEq for LocalisedText {
    fn eq(&self, other: &Self) -> bool {
        self.texts() == other.texts()
    }
}

impl Eq for LocalisedText {}

impl std::fmt::Debug for LocalisedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LocalisedText").field(self.texts()).finish()
    }
}

impl Serialize for LocalisedText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.json {
            Some(json) => json.serialize(serializer),
            None => self.texts().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LocalisedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self::from)
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
        let text = LocalisedText::from(BTreeMap::from([
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
        let text = LocalisedText::from(BTreeMap::from([
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

    #[test]
    fn what_was_kept_is_the_same_text_and_the_same_json() {
        let json = r#"{"es-MX":"\"barrio\"","fr":"quartier"}"#;
        let (kept, read): (_, LocalisedText) =
            (LocalisedText::kept(json).unwrap(), serde_json::from_str(json).unwrap());
        for text in [&kept, &kept.clone(), &read] {
            assert_eq!(serde_json::to_string(text).unwrap(), json);
            assert_eq!(serde_json::to_value(text).unwrap()["es-MX"], "\"barrio\"");
        }
        assert_eq!(kept, read);
        assert_eq!(kept.best(&["es"]), Some(("es-MX", "\"barrio\"")));
        assert!(!kept.is_empty() && LocalisedText::kept("{}").unwrap().is_empty());
        for wrong in ["", "{", "[]", "\"a\"", "{} x"] {
            assert!(LocalisedText::kept(wrong).is_err(), "{wrong}");
        }
    }
}
