//! What a movement says of itself, checked before the ledger sees it.

use chrono::NaiveDate;

use super::ratio::{Ratio, decimal_text, product};
use super::{GrantKind, MovementKind, PaymentMode, check_booked_on};
use crate::error::{Code, DomainError, Fault, Faults};
use crate::ids::{GrantId, LineId, PartnerId, RateId, UserId};
use crate::money::{Currency, Money};

/// A movement to be posted, checked on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMovement {
    /// The line.
    pub line: LineId,
    /// The grant.
    pub grant: GrantId,
    /// What it is.
    pub kind: MovementKind,
    /// How much in the grant's currency, greater than zero; none where it follows from `original` and a rate.
    pub amount: Option<Money>,
    /// How much as it was paid, where that was in another currency.
    pub original: Option<Money>,
    /// The rate by which the one follows from the other.
    pub rate: Option<RateId>,
    /// The day in the accounts.
    pub booked_on: NaiveDate,
    /// When the cost arose; expenditures only.
    pub incurred_on: Option<NaiveDate>,
    /// The day at the bank.
    pub paid_on: Option<NaiveDate>,
    /// Who pays; the funder where nothing is said.
    pub payer: Option<PartnerId>,
    /// Who is paid.
    pub payee: Option<PartnerId>,
    /// Reference of the document behind it.
    pub reference: Option<String>,
    /// An internal note, never public.
    pub note: Option<String>,
    /// SHA-256 of the document behind it, in hexadecimal.
    pub evidence: Option<String>,
    /// What of a justification was not accepted.
    pub refused: Option<Refused>,
    /// How the amount is worked out.
    pub product: Option<Product>,
}

/// The part of a claimed cost that was not accepted. It changes no sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// How much, in the grant's currency.
    pub amount: Money,
    /// Why.
    pub reason: String,
}

/// An amount that is worked out: basis times factor, rounded half to even.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Product {
    /// A contribution in kind: a quantity of units, each of a value.
    Valued {
        /// What is counted: hours, days, square metres.
        unit: String,
        /// How many.
        quantity: Quantity,
        /// What one is worth, in the grant's currency.
        unit_value: Money,
    },
    /// A flat-rate cost: a part of a base.
    FlatRate {
        /// The base, in the grant's currency.
        base: Money,
        /// Which part of it.
        rate: Ratio,
    },
}

impl Product {
    /// The currency of basis and amount.
    #[must_use]
    pub fn currency(&self) -> Currency {
        match self {
            Self::Valued { unit_value, .. } => unit_value.currency,
            Self::FlatRate { base, .. } => base.currency,
        }
    }

    /// Basis times factor, in minor units, rounded half to even.
    #[must_use]
    pub fn minor(&self) -> i64 {
        match self {
            Self::Valued {
                quantity, unit_value, ..
            } => quantity.times(unit_value.minor),
            Self::FlatRate { base, rate } => rate.rounded_of(base.minor),
        }
    }
}

/// A decimal number greater than zero with at most six digits behind the point, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    digits: i64,
    scale: u32,
}

impl Quantity {
    /// The largest number of digits behind the point.
    pub const SCALE_MAX: u32 = 6;

    /// Reads a decimal number: `12`, `7.5`, `0.000001`.
    ///
    /// # Errors
    /// `format_invalid`, or `out_of_range` for zero.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, Fault> {
        let (units, behind) = text.split_once('.').unwrap_or((text, ""));
        let digits = [units, behind].concat();
        let fits = (1..=9).contains(&units.len()) && behind.len() <= 6 && !text.ends_with('.');
        let digits = match fits && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => digits.parse().ok(),
            false => None,
        };
        let Some(digits) = digits else {
            let detail = "A decimal number with a point, at most nine digits before it and six behind it.";
            return Err(Fault::new(Code::FormatInvalid, pointer, detail));
        };
        if digits == 0 {
            return Err(Fault::new(
                Code::OutOfRange,
                pointer,
                "The quantity must be greater than zero.",
            ));
        }
        let scale = u32::try_from(behind.len()).unwrap_or(Self::SCALE_MAX);
        Ok(Self { digits, scale })
    }

    /// From what is kept: whole digits over a power of ten. None where it is no power of ten, or too small.
    #[must_use]
    pub fn from_parts(digits: i64, power: i64) -> Option<Self> {
        let scale = (0..=Self::SCALE_MAX).find(|scale| 10_i64.pow(*scale) == power)?;
        (digits > 0).then_some(Self { digits, scale })
    }

    /// All digits as a whole number, and the power of ten that divides them.
    #[must_use]
    pub fn parts(self) -> (i64, i64) {
        (self.digits, 10_i64.pow(self.scale))
    }

    fn times(self, minor: i64) -> i64 {
        let (digits, power) = self.parts();
        product(minor, digits, power)
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&decimal_text(i128::from(self.digits), self.scale))
    }
}

/// What a movement says that belongs to some kinds only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stated {
    /// When the cost arose.
    pub incurred: bool,
    /// What was not accepted.
    pub refused: bool,
    /// A quantity and what a unit is worth.
    pub valued: bool,
    /// A base and a rate.
    pub flat_rate: bool,
    /// Who pays.
    pub payer: Option<PartnerId>,
    /// Who is paid.
    pub payee: Option<PartnerId>,
}

/// Checks what a kind of movement may say and must say.
///
/// # Errors
/// `kind_mismatch` for what belongs to another kind, `parties_invalid` for a transfer that does not name two partners.
pub fn check_content(kind: MovementKind, stated: Stated) -> Result<(), Faults> {
    let mut faults = Faults::new();
    for (there, of, pointer) in [
        (stated.incurred, MovementKind::Expenditure, "/incurred_on"),
        (stated.refused, MovementKind::Justification, "/refused"),
        (stated.valued, MovementKind::InKind, "/quantity"),
        (stated.flat_rate, MovementKind::Expenditure, "/base"),
    ] {
        if there && kind != of {
            let detail = format!("Only a movement of kind {of} says this.");
            faults.add(Code::KindMismatch, pointer, detail);
        }
    }
    let parties = stated.payer.zip(stated.payee);
    if kind == MovementKind::Transfer && parties.is_none_or(|(payer, payee)| payer == payee) {
        let detail = "A transfer passes from one partner to another: name both, and not the same.";
        faults.add(Code::PartiesInvalid, "/payee_id", detail);
    }
    faults.finish(Some(()))
}

/// The amount of a movement: as given, or worked out of basis and factor, which must agree where both are there.
///
/// # Errors
/// `required`, `amount_not_the_product`, `amount_not_positive`, `amount_too_large`.
pub fn check_amount(given: Option<Money>, product: Option<&Product>) -> Result<Option<Money>, Fault> {
    let Some(product) = product else { return Ok(given) };
    let worked_out = Money::new(product.minor(), product.currency());
    if worked_out.minor <= 0 {
        let detail = "Worked out, the amount rounds to zero; it must be greater.";
        return Err(Fault::new(Code::AmountNotPositive, "/amount", detail));
    }
    if worked_out.minor > crate::money::AMOUNT_MAX {
        return Err(Fault::new(
            Code::AmountTooLarge,
            "/amount",
            "Worked out, the amount is too large.",
        ));
    }
    match given {
        Some(given) if given != worked_out => {
            let detail = format!(
                "Worked out it is {worked_out}; {given} was given. Leave the amount out to take what is worked out."
            );
            Err(Fault::new(Code::AmountNotTheProduct, "/amount", detail).with("expected", worked_out.to_string()))
        }
        _ => Ok(Some(worked_out)),
    }
}

/// Reads the SHA-256 of a document.
///
/// # Errors
/// `format_invalid`.
pub fn check_evidence(pointer: &str, text: Option<&str>) -> Result<Option<String>, Fault> {
    let Some(text) = text else { return Ok(None) };
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Some(text.to_ascii_lowercase()));
    }
    let detail = "The SHA-256 of the document: 64 hexadecimal digits.";
    Err(Fault::new(Code::FormatInvalid, pointer, detail))
}

/// Checks that a kind of movement belongs on a grant of this kind. A funder can pledge means as well as money.
///
/// # Errors
/// `kind_mismatch`.
pub fn check_kind(movement: MovementKind, grant: GrantKind) -> Result<(), Fault> {
    let fits = match grant {
        GrantKind::Cash => movement != MovementKind::InKind,
        GrantKind::InKind => matches!(movement, MovementKind::InKind | MovementKind::Pledge),
    };
    if fits {
        return Ok(());
    }
    let detail = format!(
        "A grant of kind {grant} takes no movement of kind {movement}: what is given in kind is pledged and contributed, never committed or paid."
    );
    Err(Fault::new(Code::KindMismatch, "/kind", detail))
}

/// Checks that a kind of movement belongs on a grant that is paid in this way: where the funder pays the works itself, an
/// expenditure is its own disbursement (rule 3), and each fact is posted once.
///
/// # Errors
/// `kind_mismatch`.
pub fn check_mode(movement: MovementKind, mode: PaymentMode) -> Result<(), Fault> {
    if movement != MovementKind::Disbursement || mode != PaymentMode::Direct {
        return Ok(());
    }
    let detail = "The funder of this grant pays the works itself: post the expenditure, which is its own disbursement.";
    Err(Fault::new(Code::KindMismatch, "/kind", detail))
}

/// Nothing of a movement lies in the future (rule 8).
///
/// # Errors
/// `date_in_future`, for each day that does.
pub fn check_days(new: &NewMovement, today: NaiveDate) -> Result<(), Faults> {
    let mut faults = Faults::new();
    faults.keep(check_booked_on("/booked_on", new.booked_on, None, today));
    for (pointer, day) in [("/incurred_on", new.incurred_on), ("/paid_on", new.paid_on)] {
        faults.keep(day.map_or(Ok(()), |day| check_booked_on(pointer, day, None, today)));
    }
    faults.finish(Some(()))
}

/// Checks that another person decides than the one who recorded: the same account counts, whatever its role or key.
///
/// # Errors
/// `second_person_required`.
pub fn check_second_person(recorded_by: Option<UserId>, decides: Option<UserId>) -> Result<(), DomainError> {
    if decides.is_some() && recorded_by != decides {
        return Ok(());
    }
    let detail = "You recorded this movement yourself; somebody else decides on it.";
    Err(DomainError::new(Code::SecondPersonRequired, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("", "EUR").unwrap())
    }

    fn valued(quantity: &str, unit_value: i64) -> Product {
        Product::Valued {
            unit: "hour".to_owned(),
            quantity: Quantity::parse("", quantity).unwrap(),
            unit_value: eur(unit_value),
        }
    }

    fn movement(kind: MovementKind) -> NewMovement {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        NewMovement {
            line: LineId(uuid::Uuid::nil()),
            grant: GrantId(uuid::Uuid::nil()),
            kind,
            amount: Some(eur(100)),
            original: None,
            rate: None,
            booked_on: day,
            incurred_on: None,
            paid_on: None,
            payer: None,
            payee: None,
            reference: None,
            note: None,
            evidence: None,
            refused: None,
            product: None,
        }
    }

    fn codes(result: Result<(), Faults>) -> Vec<Code> {
        result.map_or_else(
            |faults| faults.0.iter().map(|fault| fault.code).collect(),
            |()| Vec::new(),
        )
    }

    #[test]
    fn cash_and_kind_never_mix() {
        for kind in MovementKind::ALL.iter().copied() {
            assert_eq!(check_kind(kind, GrantKind::Cash).is_ok(), kind != MovementKind::InKind);
            let contributed = matches!(kind, MovementKind::InKind | MovementKind::Pledge);
            assert_eq!(check_kind(kind, GrantKind::InKind).is_ok(), contributed);
        }
    }

    #[test]
    fn quantities_keep_their_digits() {
        for text in ["12", "7.50", "0.000001", "999999999.999999"] {
            let quantity = Quantity::parse("", text).unwrap();
            assert_eq!(quantity.to_string(), text);
            let (digits, power) = quantity.parts();
            assert_eq!(Quantity::from_parts(digits, power), Some(quantity));
        }
        for text in [
            "",
            "0",
            "0.0",
            ".5",
            "1.",
            "-1",
            "1,5",
            "1.0000000",
            "1e3",
            "1234567890",
        ] {
            assert!(Quantity::parse("", text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_worked_out_half_even() {
        // 7.5 hours at 23.45 are 175.875, and 0.5 of 0.05 lies exactly between two cents.
        for (quantity, value, expected) in [("7.5", 2345, 17588), ("0.5", 5, 2), ("1.5", 5, 8), ("3", 100, 300)] {
            let product = valued(quantity, value);
            assert_eq!(
                check_amount(None, Some(&product)).unwrap(),
                Some(eur(expected)),
                "{quantity}"
            );
            assert_eq!(
                check_amount(Some(eur(expected)), Some(&product)).unwrap(),
                Some(eur(expected))
            );
            let wrong = check_amount(Some(eur(expected + 1)), Some(&product)).unwrap_err();
            assert_eq!(wrong.code, Code::AmountNotTheProduct);
        }
        let none = check_amount(None, Some(&valued("0.000001", 1))).unwrap_err();
        assert_eq!(none.code, Code::AmountNotPositive);
        let flat = Product::FlatRate {
            base: eur(100_000),
            rate: Ratio::parse("", "0.07").unwrap(),
        };
        assert_eq!(check_amount(None, Some(&flat)).unwrap(), Some(eur(7_000)));
    }

    #[test]
    fn every_kind_says_what_belongs_to_it() {
        let none = Stated::default();
        for (stated, of) in [
            (Stated { incurred: true, ..none }, MovementKind::Expenditure),
            (Stated { refused: true, ..none }, MovementKind::Justification),
            (Stated { valued: true, ..none }, MovementKind::InKind),
            (
                Stated {
                    flat_rate: true,
                    ..none
                },
                MovementKind::Expenditure,
            ),
        ] {
            for kind in MovementKind::ALL.iter().filter(|kind| **kind != MovementKind::Transfer) {
                let expected = if *kind == of {
                    Vec::new()
                } else {
                    vec![Code::KindMismatch]
                };
                assert_eq!(codes(check_content(*kind, stated)), expected, "{kind}");
            }
        }
    }

    #[test]
    fn a_transfer_names_two_partners() {
        let (one, other) = (PartnerId(uuid::Uuid::from_u128(1)), PartnerId(uuid::Uuid::from_u128(2)));
        let transfer = |payer, payee| {
            let none = Stated::default();
            codes(check_content(MovementKind::Transfer, Stated { payer, payee, ..none }))
        };
        assert_eq!(transfer(Some(one), Some(other)), []);
        for (payer, payee) in [
            (None, Some(other)),
            (Some(one), None),
            (Some(one), Some(one)),
            (None, None),
        ] {
            assert_eq!(transfer(payer, payee), [Code::PartiesInvalid]);
        }
    }

    #[test]
    fn no_day_lies_in_the_future() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let new = NewMovement {
            incurred_on: today.succ_opt(),
            paid_on: today.succ_opt(),
            ..movement(MovementKind::Expenditure)
        };
        assert_eq!(codes(check_days(&new, today)), [Code::DateInFuture; 2]);
        assert_eq!(codes(check_days(&movement(MovementKind::Pledge), today)), []);
    }

    #[test]
    fn another_person_decides() {
        let (one, other) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
        assert!(check_second_person(Some(one), Some(other)).is_ok());
        assert!(check_second_person(None, Some(other)).is_ok());
        for (recorded, decides) in [(Some(one), Some(one)), (Some(one), None), (None, None)] {
            assert_eq!(
                check_second_person(recorded, decides).unwrap_err().code,
                Code::SecondPersonRequired
            );
        }
    }

    #[test]
    fn evidence_is_a_hash() {
        let hash = "A".repeat(64);
        assert_eq!(check_evidence("", Some(&hash)).unwrap(), Some("a".repeat(64)));
        assert_eq!(check_evidence("", None).unwrap(), None);
        for wrong in ["", "abc", &"g".repeat(64), &"a".repeat(65)] {
            assert!(check_evidence("", Some(wrong)).is_err());
        }
    }
}
