//! The identifier in an address.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use parvis_domain::{Code, Fault};
use uuid::Uuid;

use super::error::ApiError;
use super::fallback;

/// The first identifier of the address.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

impl<T: From<Uuid>> FromRequest for Id<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (name, text) = request.match_info().iter().next().unwrap_or_default();
        // `accept` in `/invitations/accept` is an address of its own, not an identifier that is badly written.
        let refused = |fault| match fallback::literal(request) {
            Some(refusal) => refusal,
            None => ApiError::from(fault),
        };
        ready(parse(name, text).map(|id| Self(T::from(id))).map_err(refused))
    }
}

fn parse(name: &str, text: &str) -> Result<Uuid, Fault> {
    let id = (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten();
    id.ok_or_else(|| {
        let detail = "An identifier is a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057.";
        Fault::new(Code::IdMalformed, name, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_with_hyphens() {
        assert!(parse("id", "01890a5d-ac96-774b-bcce-b302099a8057").is_ok());
        for wrong in [
            "",
            "1",
            "01890a5dac96774bbcceb302099a8057",
            "{1890a5d-ac96-774b-bcce-b302099a8057",
        ] {
            assert_eq!(parse("id", wrong).unwrap_err().code, Code::IdMalformed, "{wrong}");
        }
    }
}
