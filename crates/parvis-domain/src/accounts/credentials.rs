//! E-mail addresses and passwords.

use crate::error::{Code, Fault};
use crate::text;

/// The shortest password, in characters (OWASP ASVS 5, 6.2.1).
pub const PASSWORD_MIN: usize = 10;
/// The longest password, in bytes: long enough for any passphrase, short enough not to be a way to make the server work.
pub const PASSWORD_MAX: usize = 256;
/// The longest e-mail address, in bytes (RFC 5321).
pub const EMAIL_MAX: usize = 254;

/// Beginnings that every list of guessed passwords tries first.
const GUESSED: &[&str] = &[
    "password",
    "motdepasse",
    "contrasena",
    "contraseña",
    "azerty",
    "qwerty",
    "123456",
    "letmein",
    "iloveyou",
];

/// An e-mail address, trimmed and in lower case, so that an account has one spelling.
///
/// # Errors
/// `required`, `too_long` or `email_invalid`.
pub fn email(pointer: &str, value: &str) -> Result<String, Fault> {
    let value = text::line(pointer, value, EMAIL_MAX)?.to_lowercase();
    let invalid = || {
        Fault::new(
            Code::EmailInvalid,
            pointer,
            "An e-mail address, such as name@example.org.",
        )
    };
    let (local, domain) = value.rsplit_once('@').ok_or_else(invalid)?;
    let domain_fits = domain.split('.').count() >= 2
        && domain
            .split('.')
            .all(|l| !l.is_empty() && l.len() <= 63 && l.chars().all(|c| c.is_alphanumeric() || c == '-'));
    let local_fits = !local.is_empty() && local.len() <= 64 && !local.chars().any(|c| c.is_whitespace() || c == '@');
    if local_fits && domain_fits && value.len() <= EMAIL_MAX {
        Ok(value)
    } else {
        Err(invalid())
    }
}

/// Checks a new password: length, and that it is none of those that are guessed first.
///
/// # Errors
/// `password_weak`, with what would be accepted.
pub fn check_password(pointer: &str, password: &str, email: &str) -> Result<(), Fault> {
    let weak = |detail: String| Err(Fault::new(Code::PasswordWeak, pointer, detail));
    let length = password.chars().count();
    if length < PASSWORD_MIN || password.len() > PASSWORD_MAX {
        return weak(format!(
            "A password has at least {PASSWORD_MIN} characters and at most {PASSWORD_MAX} bytes."
        ));
    }
    let lower = password.to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    let distinct = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
    if GUESSED.iter().any(|guess| lower.starts_with(guess))
        || (local.len() > 3 && lower.contains(local))
        || distinct < 5
    {
        return weak("This password is among those that are guessed first; several words make a good one.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        assert_eq!(
            email("/email", " Ana.Perez@Example.ORG "),
            Ok("ana.perez@example.org".to_owned())
        );
        for wrong in [
            "ana",
            "ana@",
            "@example.org",
            "a b@example.org",
            "ana@example",
            "ana@exa mple.org",
            "ana@.org",
        ] {
            assert!(email("/email", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn passwords_that_are_guessed_first_are_refused() {
        for weak in ["short", "password-2026", "aaaaaaaaaaaa", "coordinator-1"] {
            assert!(
                check_password("/password", weak, "coordinator@demo.example").is_err(),
                "{weak}"
            );
        }
        assert!(check_password("/password", "Parvis-demo-1", "admin@demo.example").is_ok());
    }
}
