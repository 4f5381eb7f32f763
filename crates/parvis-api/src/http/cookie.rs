//! The cookie that holds the refresh token.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// Its name.
pub const NAME: &str = "parvis_refresh";
/// The only addresses that get it.
pub const PATH: &str = "/api/v1/auth";

/// The cookie of a new token, for `seconds`.
#[must_use]
pub fn set(token: String, seconds: i64, secure: bool) -> Cookie<'static> {
    Cookie::build(NAME, token)
        .path(PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// The cookie that takes the token away.
#[must_use]
pub fn clear(secure: bool) -> Cookie<'static> {
    set(String::new(), 0, secure)
}

/// The token that was sent.
#[must_use]
pub fn read(request: &HttpRequest) -> Option<String> {
    request
        .cookie(NAME)
        .map(|cookie| cookie.value().to_owned())
        .filter(|token| !token.is_empty() && token.len() <= 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_script_and_no_other_site_gets_it() {
        let cookie = set("t".into(), 60, true).to_string();
        for part in [
            "parvis_refresh=t",
            "HttpOnly",
            "SameSite=Strict",
            "Secure",
            "Path=/api/v1/auth",
            "Max-Age=60",
        ] {
            assert!(cookie.contains(part), "{cookie} lacks {part}");
        }
        assert!(!set("t".into(), 60, false).to_string().contains("Secure"));
        assert!(clear(true).to_string().contains("Max-Age=0"));
    }
}
