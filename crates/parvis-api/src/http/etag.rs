//! Entity tags: `"<version>-<view>"`. Reading compares the whole, writing the version alone.

use actix_web::http::header::{self, HeaderMap};
use parvis_domain::accounts::View;
use parvis_domain::{Code, DomainError, Fault};

/// The tag of an item as one reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag {
    /// Version of the item.
    pub version: i64,
    /// What the answer depends on besides the version.
    pub view: String,
}

impl Etag {
    /// The tag of a version in a view.
    #[must_use]
    pub fn new(version: i64, view: View) -> Self {
        Self {
            version,
            view: view.as_str().to_owned(),
        }
    }

    /// Whether a client that sent `If-None-Match` has this already.
    #[must_use]
    pub fn is_known(&self, if_none_match: &str) -> bool {
        let own = self.to_string();
        let same = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own;
        if_none_match.split(',').any(|tag| same(tag.trim()))
    }
}

impl std::fmt::Display for Etag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}-{}\"", self.version, self.view)
    }
}

/// What `If-Match` demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// That there is something.
    Any,
    /// One of these versions.
    Versions(Vec<i64>),
}

impl IfMatch {
    /// Reads the header, none where it was not sent.
    ///
    /// # Errors
    /// `parameter_invalid` for what is no tag of this API.
    pub fn read(headers: &HeaderMap) -> Result<Option<Self>, Fault> {
        let invalid = || {
            let detail = "If-Match holds the ETag of an item, such as \"3-member\", or *.";
            Fault::new(Code::ParameterInvalid, "If-Match", detail)
        };
        let Some(value) = headers.get(header::IF_MATCH) else {
            return Ok(None);
        };
        let value = value.to_str().map_err(|_| invalid())?.trim();
        if value == "*" {
            return Ok(Some(Self::Any));
        }
        let versions = value.split(',').map(|tag| version(tag.trim()));
        versions
            .collect::<Option<Vec<_>>>()
            .map(|versions| Some(Self::Versions(versions)))
            .ok_or_else(invalid)
    }

    /// Compares with the current version.
    ///
    /// # Errors
    /// `version_stale`.
    pub fn check(&self, current: i64) -> Result<(), DomainError> {
        match self {
            Self::Versions(versions) if !versions.contains(&current) => Err(DomainError::new(
                Code::VersionStale,
                format!("The current version is {current}. Read it again, then decide."),
            )),
            _ => Ok(()),
        }
    }
}

/// The version of a tag. A proxy that compresses may have made it weak, which does not change what it names.
fn version(tag: &str) -> Option<i64> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let digits = inner.split('-').next()?;
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn read(value: &'static str) -> Result<Option<IfMatch>, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_static(value));
        IfMatch::read(&headers).map_err(|fault| fault.code)
    }

    #[test]
    fn writing_compares_the_version_alone() {
        assert_eq!(read("\"3-member\""), Ok(Some(IfMatch::Versions(vec![3]))));
        assert_eq!(
            read("W/\"3-public\", \"4-member\""),
            Ok(Some(IfMatch::Versions(vec![3, 4])))
        );
        assert_eq!(read("*"), Ok(Some(IfMatch::Any)));
        for wrong in ["3", "\"a\"", "\"-1\"", "", "\"3"] {
            assert_eq!(read(wrong), Err(Code::ParameterInvalid), "{wrong}");
        }
        assert!(IfMatch::Versions(vec![3]).check(3).is_ok());
        assert_eq!(
            IfMatch::Versions(vec![3]).check(4).unwrap_err().code,
            Code::VersionStale
        );
    }

    #[test]
    fn reading_compares_the_whole() {
        let tag = Etag::new(3, View::Member);
        assert!(tag.is_known("\"2-member\", W/\"3-member\"") && tag.is_known("*"));
        assert!(!tag.is_known("\"3-public\""));
    }
}
