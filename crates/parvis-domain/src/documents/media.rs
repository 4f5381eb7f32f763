//! The types of file that are kept, and what a file says of its own type.

use crate::choices::choices;
use crate::error::{Code, Fault};
use crate::text;

choices! {
    /// A type of file that is kept. Everything else is refused.
    MediaType {
        /// PDF.
        Pdf = "application/pdf",
        /// PNG image.
        Png = "image/png",
        /// JPEG image.
        Jpeg = "image/jpeg",
        /// GIF image.
        Gif = "image/gif",
        /// WebP image.
        Webp = "image/webp",
        /// SVG drawing without script.
        Svg = "image/svg+xml",
        /// Text document of Office Open XML.
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        /// Workbook of Office Open XML.
        Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        /// Presentation of Office Open XML.
        Pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        /// Text document of OpenDocument.
        Odt = "application/vnd.oasis.opendocument.text",
        /// Workbook of OpenDocument.
        Ods = "application/vnd.oasis.opendocument.spreadsheet",
        /// Presentation of OpenDocument.
        Odp = "application/vnd.oasis.opendocument.presentation",
        /// Plain text.
        Text = "text/plain",
        /// Table of text.
        Csv = "text/csv",
        /// JSON, of which GeoJSON is one.
        Json = "application/json",
    }
}

impl MediaType {
    /// The endings of the names of such files; the first is the usual one.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Gif => &["gif"],
            Self::Webp => &["webp"],
            Self::Svg => &["svg"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Odt => &["odt"],
            Self::Ods => &["ods"],
            Self::Odp => &["odp"],
            Self::Text => &["txt", "md"],
            Self::Csv => &["csv"],
            Self::Json => &["json", "geojson"],
        }
    }

    /// Whether it is text that no signature tells from other text.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Csv | Self::Json)
    }

    /// Whether a browser can show it without running anything of it.
    #[must_use]
    pub const fn is_shown(self) -> bool {
        matches!(self, Self::Pdf | Self::Png | Self::Jpeg | Self::Gif | Self::Webp)
    }

    fn by_extension(extension: &str) -> Option<Self> {
        let extension = extension.to_ascii_lowercase();
        let all = Self::ALL.iter().copied();
        all.into_iter()
            .find(|media| media.extensions().contains(&extension.as_str()))
    }

    fn by_name(essence: &str) -> Option<Self> {
        match essence {
            "application/geo+json" => Some(Self::Json),
            "text/markdown" => Some(Self::Text),
            other => Self::parse(other),
        }
    }
}

/// What somebody says a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nothing.
    Nothing,
    /// One of the types that are kept.
    Of(MediaType),
    /// Something else.
    Other,
}

impl Claim {
    /// What a `Content-Type` says. `application/octet-stream` says nothing.
    #[must_use]
    pub fn by_header(value: Option<&str>) -> Self {
        let essence = value.unwrap_or_default().split(';').next().unwrap_or_default();
        match essence.trim().to_ascii_lowercase().as_str() {
            "" | "application/octet-stream" => Self::Nothing,
            essence => MediaType::by_name(essence).map_or(Self::Other, Self::Of),
        }
    }

    /// What the ending of a file's name says.
    #[must_use]
    pub fn by_file_name(name: &str) -> Self {
        match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && !extension.is_empty() => {
                MediaType::by_extension(extension).map_or(Self::Other, Self::Of)
            }
            _ => Self::Nothing,
        }
    }

    /// The type of a file whose content was found to be `found`, where that is what was claimed. Text may be claimed to
    /// be any kind of text.
    ///
    /// # Errors
    /// `file_type_mismatch`.
    pub fn settle(self, pointer: &str, found: MediaType) -> Result<MediaType, Fault> {
        match self {
            Self::Nothing => Ok(found),
            Self::Of(claimed) if claimed == found || (claimed.is_text() && found == MediaType::Text) => Ok(claimed),
            Self::Of(_) | Self::Other => {
                let detail = format!("The content is {found}, which is not what its name or type says.");
                Err(Fault::new(Code::FileTypeMismatch, pointer, detail).with("found", found.as_str()))
            }
        }
    }
}

/// The name of a file as it is kept: without any folder, one line, at most 200 characters. It is only ever shown, and
/// never becomes a path.
///
/// # Errors
/// `required`, `too_long`, `control_character`, `format_invalid` for a name of dots alone.
pub fn file_name(pointer: &str, name: &str) -> Result<String, Fault> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = text::line(pointer, last, text::NAME_MAX)?;
    if name.chars().all(|c| c == '.') {
        let detail = "A file has a name, such as convention.pdf.";
        return Err(Fault::new(Code::FormatInvalid, pointer, detail));
    }
    // Marks that turn the direction of writing would show one ending and mean another.
    let turns = |c: &char| matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match name.chars().find(turns) {
        Some(_) => Err(Fault::new(
            Code::ControlCharacter,
            pointer,
            "A name holds no mark that turns the direction of writing.",
        )),
        None => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for (name, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ana\\Convention 2027.pdf", "Convention 2027.pdf"),
            ("/a/b.pdf", "b.pdf"),
            (".env", ".env"),
        ] {
            assert_eq!(file_name("name", name).unwrap(), kept);
        }
        for (name, code) in [
            ("..", Code::FormatInvalid),
            ("a/", Code::Required),
            ("", Code::Required),
            ("a\nb.pdf", Code::ControlCharacter),
            ("fdp.\u{202e}exe", Code::ControlCharacter),
        ] {
            assert_eq!(file_name("name", name).unwrap_err().code, code, "{name:?}");
        }
    }

    #[test]
    fn a_claim_is_held_against_the_content() {
        use MediaType::{Csv, Pdf, Png, Text};
        assert_eq!(Claim::by_file_name("a.PDF"), Claim::Of(Pdf));
        assert_eq!(Claim::by_file_name("a.exe"), Claim::Other);
        assert_eq!(Claim::by_file_name("LISEZMOI"), Claim::Nothing);
        assert_eq!(Claim::by_header(Some("text/csv; charset=utf-8")), Claim::Of(Csv));
        assert_eq!(Claim::by_header(Some("application/octet-stream")), Claim::Nothing);
        assert_eq!(Claim::by_header(Some("text/html")), Claim::Other);
        assert_eq!(Claim::Of(Csv).settle("", Text), Ok(Csv));
        assert_eq!(Claim::Nothing.settle("", Pdf), Ok(Pdf));
        for lie in [Claim::Of(Png), Claim::Other, Claim::Of(Csv)] {
            assert_eq!(lie.settle("", Pdf).unwrap_err().code, Code::FileTypeMismatch);
        }
    }
}
