//! Checks of text: nothing that a person sends is stored unread.

use crate::error::{Code, Fault};

/// The longest name or title, in characters.
pub const NAME_MAX: usize = 200;
/// The longest reference (of a decision, a document, an invoice), in characters.
pub const REFERENCE_MAX: usize = 120;
/// The longest running text, in characters.
pub const TEXT_MAX: usize = 10_000;

/// One line of text: trimmed, not empty, without control characters, at most `max` characters.
///
/// # Errors
/// `required`, `too_long` or `control_character`.
pub fn line(pointer: &str, value: &str, max: usize) -> Result<String, Fault> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Fault::new(Code::Required, pointer, "This must not be empty."));
    }
    bounded(pointer, value, max, |c| c.is_control())
}

/// A line that may be absent; an empty one counts as absent.
///
/// # Errors
/// As [`line()`].
pub fn optional_line(pointer: &str, value: Option<&str>, max: usize) -> Result<Option<String>, Fault> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some(value) => line(pointer, value, max).map(Some),
    }
}

/// Running text: as [`line()`], but line breaks and tabs are allowed.
///
/// # Errors
/// As [`line()`].
pub fn paragraph(pointer: &str, value: &str, max: usize) -> Result<String, Fault> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Fault::new(Code::Required, pointer, "This must not be empty."));
    }
    bounded(pointer, value, max, |c| {
        c.is_control() && !matches!(c, '\n' | '\r' | '\t')
    })
}

/// A paragraph that may be absent; an empty one counts as absent.
///
/// # Errors
/// As [`paragraph`].
pub fn optional_paragraph(pointer: &str, value: Option<&str>, max: usize) -> Result<Option<String>, Fault> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some(value) => paragraph(pointer, value, max).map(Some),
    }
}

/// A code that people read out: letters, digits, `-`, `_`, `.`, `/`, at most 40 characters, starting with a letter or digit.
///
/// # Errors
/// `required`, `too_long` or `format_invalid`.
pub fn code(pointer: &str, value: &str) -> Result<String, Fault> {
    let value = line(pointer, value, 40)?;
    let starts = value.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if starts
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
    {
        return Ok(value);
    }
    let detail = "A code holds ASCII letters, digits and - _ . / and starts with a letter or a digit.";
    Err(Fault::new(Code::FormatInvalid, pointer, detail))
}

fn bounded(pointer: &str, value: &str, max: usize, forbidden: impl Fn(char) -> bool) -> Result<String, Fault> {
    let length = value.chars().count();
    if length > max {
        let detail = format!("At most {max} characters are allowed; this has {length}.");
        return Err(Fault::new(Code::TooLong, pointer, detail).with("max", max.to_string()));
    }
    match value.chars().find(|c| forbidden(*c)) {
        Some(c) => {
            let detail = format!("The control character U+{:04X} is not allowed.", u32::from(c));
            Err(Fault::new(Code::ControlCharacter, pointer, detail))
        }
        None => Ok(value.to_owned()),
    }
}

/// Folds text for searching: lower case and without the accents of Latin script, so that the two databases find the same.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .flat_map(|c| base(c).chars().chain(lone(c)))
        .collect()
}

/// The unaccented form of a lower-case Latin letter, empty where there is none.
fn base(c: char) -> &'static str {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ī' => "i",
        'ñ' | 'ń' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => "o",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' => "u",
        'ý' | 'ÿ' => "y",
        'š' | 'ś' => "s",
        'ž' | 'ź' | 'ż' => "z",
        'ł' => "l",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        '’' => "'",
        _ => "",
    }
}

/// The letter itself, where it has no unaccented form.
fn lone(c: char) -> Option<char> {
    base(c).is_empty().then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_bounded() {
        assert_eq!(line("/a", "  été ", 3), Ok("été".to_owned()));
        assert_eq!(line("/a", "quatre", 3).unwrap_err().code, Code::TooLong);
        assert_eq!(line("/a", " ", 3).unwrap_err().code, Code::Required);
        assert_eq!(line("/a", "a\u{0}b", 9).unwrap_err().code, Code::ControlCharacter);
        assert_eq!(line("/a", "a\nb", 9).unwrap_err().code, Code::ControlCharacter);
        assert_eq!(paragraph("/a", "a\nb", 9), Ok("a\nb".to_owned()));
    }

    #[test]
    fn folding_loses_case_and_accents_only() {
        assert_eq!(fold("Œuvre d’Été à Ñuñoa — ភ្នំពេញ"), "oeuvre d'ete a nunoa — ភ្នំពេញ");
    }
}
