//! Identifiers of organisations in registers, each with the rule of its scheme.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::choices::choices;
use crate::error::{Code, Fault};
use crate::text;

choices! {
    /// The register that an identifier belongs to; codes of org-id.guide where one exists.
    IdentifierScheme {
        /// French establishment: 14 digits with a Luhn check digit.
        Siret = "FR-SIRET",
        /// French national register of associations: W and nine digits.
        Rna = "FR-RNA",
        /// Mexican tax register: three or four letters, a date, three characters.
        Rfc = "MX-RFC",
        /// The register of organisations kept by IATI.
        IatiOrg = "XI-IATI",
        /// Channel codes of the OECD's Development Assistance Committee: five digits.
        DacChannel = "XM-DAC",
        /// Legal entity identifier, ISO 17442: 20 characters with two check digits.
        Lei = "XI-LEI",
        /// Any other register; the value starts with its code.
        Other = "other",
    }
}

/// An identifier and the time for which it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identifier {
    /// The register.
    pub scheme: IdentifierScheme,
    /// The value in its canonical form, without blanks.
    pub value: String,
    /// First day of its validity, where known.
    pub valid_from: Option<NaiveDate>,
    /// Last day of its validity, where it has ended.
    pub valid_to: Option<NaiveDate>,
}

/// Checks a value by the rule of its scheme and returns its canonical form.
///
/// # Errors
/// `required`, `too_long` or `identifier_invalid`, saying what the scheme asks for.
pub fn check_identifier(pointer: &str, scheme: IdentifierScheme, value: &str) -> Result<String, Fault> {
    let value: String = text::line(pointer, value, 60)?.chars().filter(|c| *c != ' ').collect();
    let (fits, rule) = match scheme {
        IdentifierScheme::Siret => (
            is_siret(&value),
            "A SIRET has 14 digits, the last of which checks the others.",
        ),
        IdentifierScheme::Rna => (
            is_rna(&value),
            "An RNA number is W followed by nine digits or capital letters.",
        ),
        IdentifierScheme::Rfc => (
            is_rfc(&value),
            "An RFC has three or four letters, a date YYMMDD and three characters.",
        ),
        IdentifierScheme::Lei => (
            is_lei(&value),
            "An LEI has 20 characters, the last two of which check the others.",
        ),
        IdentifierScheme::DacChannel => (value.len() == 5 && digits(&value), "A channel code has five digits."),
        IdentifierScheme::IatiOrg | IdentifierScheme::Other => (
            value.chars().all(|c| c.is_ascii_graphic()),
            "An identifier holds visible ASCII characters.",
        ),
    };
    if fits {
        Ok(value)
    } else {
        Err(Fault::new(Code::IdentifierInvalid, pointer, rule))
    }
}

fn digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())
}

/// INSEE: Luhn over 14 digits, except the offices of La Poste (SIREN 356000000), whose digits sum to a multiple of five.
fn is_siret(value: &str) -> bool {
    if value.len() != 14 || !digits(value) {
        return false;
    }
    let digit = |b: u8| u32::from(b - b'0');
    let luhn: u32 = value
        .bytes()
        .rev()
        .map(digit)
        .enumerate()
        .map(|(i, d)| if i % 2 == 0 { d } else { d * 2 / 10 + d * 2 % 10 })
        .sum();
    let plain: u32 = value.bytes().map(digit).sum();
    luhn.is_multiple_of(10) || (value.starts_with("356000000") && plain.is_multiple_of(5))
}

fn is_rna(value: &str) -> bool {
    value
        .strip_prefix('W')
        .is_some_and(|rest| rest.len() == 9 && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()))
}

fn is_rfc(value: &str) -> bool {
    let letters = value
        .chars()
        .take_while(|c| c.is_ascii_uppercase() || matches!(c, 'Ñ' | '&'))
        .count();
    let rest: String = value.chars().skip(letters.min(4)).collect();
    let (day, homoclave) = rest.split_at_checked(6).unwrap_or(("", ""));
    (3..=4).contains(&letters.min(4))
        && chrono::NaiveDate::parse_from_str(&format!("20{day}"), "%Y%m%d").is_ok()
        && homoclave.len() == 3
        && homoclave.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// ISO 17442: letters become numbers from 10, and the whole is 1 modulo 97 (ISO 7064).
fn is_lei(value: &str) -> bool {
    value.len() == 20
        && value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && value
            .chars()
            .filter_map(|c| c.to_digit(36))
            .fold(0_u32, |rest, d| (if d > 9 { rest * 100 } else { rest * 10 } + d) % 97)
            == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(scheme: IdentifierScheme, value: &str) -> bool {
        check_identifier("/value", scheme, value).is_ok()
    }

    #[test]
    fn each_scheme_has_its_rule() {
        use IdentifierScheme::*;
        assert!(fits(Siret, "732 829 320 00074"));
        assert!(fits(Siret, "35600000049837"));
        assert!(!fits(Siret, "73282932000075") && !fits(Siret, "7328293200007") && !fits(Siret, "7328293200007A"));
        assert!(fits(Rna, "W313001234") && !fits(Rna, "313001234"));
        assert!(fits(Rfc, "GDF9712054NA") && !fits(Rfc, "GDF9713054NA") && !fits(Rfc, "G1F971205"));
        assert!(fits(Lei, "529900T8BM49AURSDO55") && !fits(Lei, "529900T8BM49AURSDO56"));
        assert!(fits(DacChannel, "10000") && !fits(DacChannel, "1000"));
        assert!(fits(IatiOrg, "XI-IATI-EC_INTPA") && !fits(IatiOrg, "é"));
    }
}
