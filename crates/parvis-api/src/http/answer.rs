//! What a handler answers, before it is a response: plain data that can be kept and sent between threads.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use parvis_domain::accounts::View;
use parvis_store::{StoreError, StoreResult};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::etag::Etag;

const JSON: &str = "application/json";

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The tag, where the answer is one item.
    pub etag: Option<Etag>,
    /// Where the new item is.
    pub location: Option<String>,
    /// The next page (RFC 8288).
    pub link: Option<String>,
    /// The media type of the body.
    pub media: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// Holds a secret that is shown once: it is not kept for a repeated request.
    pub secret: bool,
}

impl Reply {
    /// One item, with its tag.
    ///
    /// # Errors
    /// `Internal` for what JSON cannot hold.
    pub fn item<T: Serialize>(item: &T, version: i64, view: View) -> StoreResult<Self> {
        Ok(Self {
            etag: Some(Etag::new(version, view)),
            ..Self::json(item)?
        })
    }

    /// A new item: its address and the item itself.
    ///
    /// # Errors
    /// As [`Reply::item`].
    pub fn created<T: Serialize>(location: String, item: &T, version: i64) -> StoreResult<Self> {
        let reply = Self::item(item, version, View::Member)?;
        Ok(Self {
            status: StatusCode::CREATED,
            location: Some(location),
            ..reply
        })
    }

    /// The same answer with a tag that follows its body as well: what the item shows changes without its version, which
    /// alone counts where the item is changed.
    #[must_use]
    pub fn tagged_by_body(mut self) -> Self {
        let digest = Sha256::digest(&self.body);
        let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        if let Some(etag) = &mut self.etag {
            etag.view = format!("{}-{short}", etag.view);
        }
        self
    }

    /// A body that is neither item nor page.
    ///
    /// # Errors
    /// As [`Reply::item`].
    pub fn json<T: Serialize>(body: &T) -> StoreResult<Self> {
        let body = serde_json::to_vec(body).map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(Self { body, ..Self::of(JSON) })
    }

    /// A body in a format of its own.
    #[must_use]
    pub fn text(media: &'static str, body: String) -> Self {
        Self {
            body: body.into_bytes(),
            ..Self::of(media)
        }
    }

    /// Done, and nothing to say.
    #[must_use]
    pub fn none() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            ..Self::of(JSON)
        }
    }

    /// Says that the body holds a secret.
    #[must_use]
    pub fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    fn of(media: &'static str) -> Self {
        Self {
            status: StatusCode::OK,
            etag: None,
            location: None,
            link: None,
            media,
            body: Vec::new(),
            secret: false,
        }
    }

    /// The response. `cache` is the value of `Cache-Control`; a client that has the item already gets 304.
    #[must_use]
    pub fn into_response(self, cache: &'static str, if_none_match: Option<&str>) -> HttpResponse {
        let known = self
            .etag
            .as_ref()
            .zip(if_none_match)
            .is_some_and(|(etag, known)| etag.is_known(known));
        let status = if known { StatusCode::NOT_MODIFIED } else { self.status };
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, if self.secret { "no-store" } else { cache }));
        if let Some(etag) = &self.etag {
            response.insert_header((header::ETAG, etag.to_string()));
        }
        if let Some(location) = &self.location {
            response.insert_header((header::LOCATION, location.as_str()));
        }
        if let Some(link) = &self.link {
            response.insert_header((header::LINK, link.as_str()));
        }
        if known || status == StatusCode::NO_CONTENT {
            return response.finish();
        }
        response.content_type(self.media).body(self.body)
    }
}
