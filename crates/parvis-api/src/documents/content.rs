//! Handing out the content of a document: as a file to keep, never as a page of this site.

use std::ops::Range;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue, HeaderName, HeaderValue,
};
use actix_web::{HttpRequest, HttpResponse, get};
use http_range::{HttpRange, HttpRangeParseError};
use parvis_domain::accounts::Operation;
use parvis_domain::ids::DocumentId;
use parvis_domain::{Code, DomainError};
use parvis_store::documents::{self as store, Content};

use super::seen;
use super::storage::Place;
use crate::http::{Answer, ApiError, Context, Id, Query};

/// Which content.
#[derive(Debug, Clone, Default, serde::Deserialize, serde::Serialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContentQuery {
    /// The number of a version; the latest where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    pub version: Option<u32>,
}

/// Take the content of a document away
///
/// Parts are given on `Range`, one at a time. The tag is the SHA-256 of the content.
#[utoipa::path(
    tag = "documents",
    params(ContentQuery),
    responses(
        (status = 200, description = "The content.", content((Vec<u8> = "*/*"))),
        (status = 206, description = "The part that `Range` asks for.", content((Vec<u8> = "*/*"))),
        (status = 304, description = "Not changed since the tag of If-None-Match."),
        (status = 416, description = "The content has no such part.", body = parvis_wire::Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/documents/{id}/content")]
pub async fn download_document(
    ctx: Context,
    id: Id<DocumentId>,
    query: Query<ContentQuery>,
    request: HttpRequest,
) -> Answer {
    let (state, number) = (ctx.state.clone(), query.version);
    let (content, cache) = ctx
        .run(Operation::DownloadDocument, move |hop| {
            let (document, _) = seen(hop, id.0)?;
            store::get_content(hop.conn, &document, number)
        })
        .await?;
    let tag = format!("\"{}\"", content.version.sha256);
    let asked = Asked::of(&request);
    if asked.knows(&tag) {
        let mut response = HttpResponse::NotModified();
        response.insert_header((header::CACHE_CONTROL, cache));
        return Ok(response.insert_header((header::ETAG, tag)).finish());
    }
    let size = u64::try_from(content.version.size_bytes).map_err(ApiError::internal)?;
    let part = asked.part(&tag, size)?;
    let place = Place {
        programme: content.programme,
        file: content.file,
    };
    let stored = state.documents.storage.get(place, part.clone()).await;
    let stored = stored.map_err(|error| ApiError::unavailable("The content cannot be read now.").because(error))?;
    let mut response = head(&content, &tag, cache, size, part.as_ref())?;
    let length = part.map_or(size, |part| part.end - part.start);
    Ok(response.body(SizedStream::new(length, stored.into_stream())))
}

/// What a request asks of the content.
struct Asked<'a> {
    known: Option<&'a str>,
    range: Option<&'a str>,
    range_of: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn of(request: &'a HttpRequest) -> Self {
        let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        Self {
            known: text(header::IF_NONE_MATCH),
            range: text(header::RANGE),
            range_of: text(header::IF_RANGE),
        }
    }

    fn knows(&self, tag: &str) -> bool {
        let same = |known: &str| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag;
        self.known
            .is_some_and(|known| known.split(',').any(|known| same(known.trim())))
    }

    /// The part that is asked for. A header that cannot be read, one that asks for several parts and one about another
    /// content are passed over (RFC 9110).
    fn part(&self, tag: &str, size: u64) -> Result<Option<Range<u64>>, ApiError> {
        let Some(range) = self.range.filter(|_| self.range_of.is_none_or(|of| of == tag)) else {
            return Ok(None);
        };
        match HttpRange::parse(range, size) {
            Ok(parts) => Ok(match parts.as_slice() {
                [part] if part.length > 0 => Some(part.start..part.start + part.length),
                _ => None,
            }),
            Err(HttpRangeParseError::InvalidRange) => Ok(None),
            Err(HttpRangeParseError::NoOverlap) => {
                let error = DomainError::new(Code::RangeNotSatisfiable, format!("The content has {size} bytes."));
                Err(ApiError::from(error).with_header(header::CONTENT_RANGE, &format!("bytes */{size}")))
            }
        }
    }
}

fn head(
    content: &Content,
    tag: &str,
    cache: &'static str,
    size: u64,
    part: Option<&Range<u64>>,
) -> Result<actix_web::HttpResponseBuilder, ApiError> {
    let status = part.map_or(StatusCode::OK, |_| StatusCode::PARTIAL_CONTENT);
    let mut response = HttpResponse::build(status);
    response
        .content_type(content.version.media_type.as_str())
        .insert_header(disposition(&content.version.file_name))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ETAG, tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // As it was sent, so that its length and its parts are those of the content.
        .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")));
    if let Some(part) = part {
        let range = format!("bytes {}-{}/{size}", part.start, part.end.saturating_sub(1));
        response.insert_header((header::CONTENT_RANGE, range));
    }
    Ok(response)
}

/// As a file to keep, under its name in both notations (RFC 6266).
fn disposition(name: &str) -> ContentDisposition {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let extended = ExtendedValue {
        charset: Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: name.as_bytes().to_vec(),
    };
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![
            DispositionParam::Filename(plain),
            DispositionParam::FilenameExt(extended),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(range: &str, of: Option<&str>) -> Result<Option<Range<u64>>, Code> {
        let asked = Asked {
            known: None,
            range: Some(range),
            range_of: of,
        };
        asked.part("\"a\"", 100).map_err(|error| error.error.code)
    }

    #[test]
    fn one_part_is_given() {
        assert_eq!(part("bytes=0-9", None), Ok(Some(0..10)));
        assert_eq!(part("bytes=90-", None), Ok(Some(90..100)));
        assert_eq!(part("bytes=-10", None), Ok(Some(90..100)));
        assert_eq!(part("bytes=0-9", Some("\"a\"")), Ok(Some(0..10)));
        for whole in ["bytes=0-9,20-29", "lines=1-2", "bytes=x"] {
            assert_eq!(part(whole, None), Ok(None), "{whole}");
        }
        assert_eq!(part("bytes=0-9", Some("\"b\"")), Ok(None));
        assert_eq!(part("bytes=100-", None), Err(Code::RangeNotSatisfiable));
    }

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        let shown = disposition("a\"; x=\"é.pdf").to_string();
        assert!(shown.starts_with("attachment; filename=\"a__ x___.pdf\"; "), "{shown}");
        assert!(shown.ends_with("filename*=UTF-8''a%22%3B%20x=%22%C3%A9.pdf"), "{shown}");
    }
}
