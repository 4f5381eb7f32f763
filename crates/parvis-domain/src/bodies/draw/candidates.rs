//! What a candidate receives and what the public sees: a salt and an identity on one side, a pseudonym and a commitment
//! on the other.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::VERSION;
use crate::error::{Code, Fault};

/// A hash of SHA-256, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The hash of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The hash of lines that are joined by line feeds. None of them holds one.
    pub(super) fn of_lines(lines: &[&str]) -> Self {
        Self::of(&lines.join("\n"))
    }

    /// Reads 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// `format_invalid`.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, Fault> {
        let invalid = || {
            Fault::new(
                Code::FormatInvalid,
                pointer,
                "A SHA-256: 64 hexadecimal digits in lower case.",
            )
        };
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(invalid());
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(2 * i..2 * i + 2).ok_or_else(invalid)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| invalid())?;
        }
        Ok(Self(bytes))
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse("", &text).map_err(|fault| serde::de::Error::custom(fault.detail))
    }
}

/// Thirty-two random bytes that one candidate alone receives. They are never published, and never shown in a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl Salt {
    /// The salt as it is handed to its candidate: 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        Digest(self.0).to_string()
    }
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt([redacted])")
    }
}

/// The commitment to an identity: published with the list, opened only by whoever has the salt. The candidate, who
/// receives both salt and identity, can so check that the list means exactly this person.
#[must_use]
pub fn commitment(salt: Salt, identity: &str) -> Digest {
    Digest::of_lines(&[&format!("{VERSION} identity"), &salt.to_hex(), identity])
}

/// The pseudonym that follows from a salt: eight hexadecimal digits in two groups. It says nothing about the person. Where
/// two of a list are alike, which is refused, one of the two takes another salt.
#[must_use]
pub fn pseudonym(salt: Salt) -> String {
    let Digest([a, b, c, d, ..]) = Digest::of_lines(&[&format!("{VERSION} pseudonym"), &salt.to_hex()]);
    format!("{a:02x}{b:02x}-{c:02x}{d:02x}")
}
