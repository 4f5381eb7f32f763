//! Sending a file: it is authorised before its body is read, hashed while it arrives, looked through before it is stored,
//! and stored before the database says so.

use std::fs::File;
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, get, post, web};
use futures_util::StreamExt;
use parvis_domain::accounts::Operation;
use parvis_domain::documents::{MediaType, file_name};
use parvis_domain::ids::{FileId, ProgrammeId};
use parvis_domain::{Code, Fault};
use parvis_store::documents::{self as store, StoredFile};
use parvis_store::{StoreError, StoreResult};
use parvis_wire::documents::Upload;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::inspect;
use super::scan::Verdict;
use super::storage::Place;
use super::{sweep, wire};
use crate::http::{Answer, ApiError, Context, Hop, Id, Query, Reply};
use crate::state::AppState;

/// How long nothing may arrive.
const PAUSE: Duration = Duration::from_secs(30);
/// How long the whole may take.
const ARRIVES_WITHIN: Duration = Duration::from_secs(30 * 60);

/// What is said of a file besides its content.
#[derive(Debug, Clone, serde::Deserialize, serde::Serialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// The name of the file, such as `convention.pdf`; of a path the last part counts.
    #[param(min_length = 1, max_length = 200)]
    pub name: String,
}

/// Send a file that a document will take up
///
/// The body is the content itself, under its media type or as `application/octet-stream`. It must be what its name and type
/// say: kept are PDF, images, documents of Office Open XML and OpenDocument without macros, text, CSV and JSON. A file that
/// no document takes up within a day is removed.
#[utoipa::path(
    tag = "documents",
    params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, description = "Created.", body = Upload))
)]
#[post("/api/v1/programmes/{id}/uploads")]
pub async fn create_upload(
    ctx: Context,
    id: Id<ProgrammeId>,
    query: Query<UploadQuery>,
    request: HttpRequest,
    body: Payload,
) -> Answer {
    let state = ctx.state.clone();
    let arrival = Arrival::of(&request, &state, &query)?;
    let busy = |_| ApiError::unavailable("Too many files arrive at this moment; try again soon.").retry_after(5);
    let permit = state.documents.at_once.clone().try_acquire_owned().map_err(busy)?;
    let file = begin(&ctx, id.0, &arrival.name).await?;
    // Goes on to its end, and cleans up after itself, also where the client hangs up and nobody waits any more.
    let task = actix_web::rt::spawn(async move {
        let _held = permit;
        let place = Place { programme: id.0, file };
        let answer = receive(ctx, arrival, body, place).await;
        let kept = answer.as_ref().is_ok_and(|answer| is_of(answer, file));
        if !kept {
            give_up(&state, file).await;
        }
        answer
    });
    task.await.map_err(ApiError::internal)?
}

/// Read what is known of a file that one has sent
#[utoipa::path(tag = "documents", responses((status = 200, description = "The file.", body = Upload)))]
#[get("/api/v1/uploads/{id}")]
pub async fn get_upload(ctx: Context, id: Id<FileId>) -> Answer {
    ctx.read(Operation::GetUpload, move |hop| {
        let found = store::get_upload(hop.conn, id.0);
        let (upload, _, view) = hop.item(found, |upload| Some(upload.programme_id))?;
        match upload.created_by == hop.caller.user() {
            true => Reply::item(&wire::upload(upload), 1, view),
            false => Err(StoreError::NotFound),
        }
    })
    .await
}

/// What a request says of the file that comes with it.
struct Arrival {
    name: String,
    media: Option<String>,
    /// How long it is to be, where that is said.
    length: Option<u64>,
    /// How long it may be.
    limit: u64,
}

impl Arrival {
    fn of(request: &HttpRequest, state: &AppState, query: &UploadQuery) -> Result<Self, ApiError> {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        if text(header::CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
            let detail = "Send the file as it is, without Content-Encoding.";
            return Err(ApiError::new(Code::MediaTypeUnsupported, detail));
        }
        let name = file_name("name", &query.name).map_err(|fault| Fault {
            code: Code::ParameterInvalid,
            ..fault
        })?;
        let arrival = Self {
            name,
            media: text(header::CONTENT_TYPE).map(str::to_owned),
            length: text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            limit: state.documents.limit,
        };
        match arrival.length {
            Some(length) if length > arrival.limit => Err(arrival.too_large()),
            _ => Ok(arrival),
        }
    }

    fn too_large(&self) -> ApiError {
        let detail = format!("A file has at most {} bytes.", self.limit);
        ApiError::new(Code::BodyTooLarge, detail)
    }

    fn cut() -> ApiError {
        ApiError::new(Code::BodyMalformed, "The file ends too early.")
    }

    fn late() -> ApiError {
        ApiError::new(Code::BodyMalformed, "The file did not arrive in time.")
    }
}

/// Whether the answer tells of this file, and not of one that came before under the same key.
fn is_of(answer: &actix_web::HttpResponse, file: FileId) -> bool {
    let location = answer.headers().get(header::LOCATION);
    location.is_some_and(|location| location.as_bytes() == address(file).as_bytes())
}

fn address(file: FileId) -> String {
    format!("/api/v1/uploads/{file}")
}

/// Authorises, and writes down that a content is about to be stored.
async fn begin(ctx: &Context, programme: ProgrammeId, name: &str) -> Result<FileId, ApiError> {
    let name = name.to_owned();
    ctx.clone()
        .commit(Operation::CreateUpload, move |hop: &mut Hop<'_>| {
            let (found, _) = hop.programme(programme)?;
            found.require_changeable()?;
            store::begin_upload(hop.conn, &hop.stamp, programme, &name)
        })
        .await
}

async fn receive(ctx: Context, arrival: Arrival, body: Payload, place: Place) -> Answer {
    let (state, facts) = (ctx.state.clone(), ctx.facts.path.clone());
    let (file, size, hash) = spool(&arrival, body).await?;
    let file = admit(&state, &arrival, file, &facts).await?;
    let stored = StoredFile {
        sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        size_bytes: i64::try_from(size).map_err(ApiError::internal)?,
        media_type: file.1,
    };
    let put = state.documents.storage.put(place, file.0).await;
    put.map_err(unavailable)?;
    ctx.keyed(Operation::CreateUpload, hash, move |hop: &mut Hop<'_>| {
        finish(hop, place.file, &stored)
    })
    .await
}

fn finish(hop: &mut Hop<'_>, file: FileId, stored: &StoredFile) -> StoreResult<Reply> {
    let upload = store::finish_upload(hop.conn, &hop.stamp, file, stored)?;
    Reply::created(address(file), &wire::upload(upload), 1)
}

/// Takes the body in, into a file without a name: whatever happens to this process, nothing of it stays.
async fn spool(arrival: &Arrival, mut body: Payload) -> Result<(File, u64, [u8; 32]), ApiError> {
    let file = web::block(tempfile::tempfile).await.map_err(ApiError::internal)?;
    let mut file = tokio::fs::File::from_std(file.map_err(unavailable)?);
    let (mut hasher, mut size, begun) = (Sha256::new(), 0_u64, Instant::now());
    while let Some(piece) = next(&mut body).await? {
        size += piece.len() as u64;
        if size > arrival.limit {
            return Err(arrival.too_large());
        }
        if begun.elapsed() > ARRIVES_WITHIN {
            return Err(Arrival::late());
        }
        hasher.update(&piece);
        file.write_all(&piece).await.map_err(unavailable)?;
    }
    if arrival.length.is_some_and(|length| length != size) {
        return Err(Arrival::cut());
    }
    file.flush().await.map_err(unavailable)?;
    Ok((file.into_std().await, size, hasher.finalize().into()))
}

async fn next(body: &mut Payload) -> Result<Option<Bytes>, ApiError> {
    match actix_web::rt::time::timeout(PAUSE, body.next()).await {
        Err(_) => Err(Arrival::late()),
        Ok(None) => Ok(None),
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(Some(Err(_))) => Err(Arrival::cut()),
    }
}

/// Looks through the file: its type, what is in it, and viruses.
async fn admit(
    state: &Data<AppState>,
    arrival: &Arrival,
    mut file: File,
    path: &str,
) -> Result<(File, MediaType), ApiError> {
    let (media, name) = (arrival.media.clone(), arrival.name.clone());
    let looked = web::block(move || {
        let found = inspect::media_type(&mut file, media.as_deref(), &name)?;
        std::io::Seek::rewind(&mut file)?;
        Ok::<_, std::io::Error>((file, found))
    });
    let (file, found) = looked.await.map_err(ApiError::internal)?.map_err(unavailable)?;
    let media = found?;
    let own = file.try_clone().map_err(unavailable)?;
    match state.documents.scanner.scan(own).await {
        Ok(Verdict::Clean) => {}
        Ok(Verdict::Infected(name)) => {
            tracing::warn!(path, name, "a file was refused as infected");
            let detail = "The virus scanner found something in this file; nothing of it was kept.";
            return Err(Fault::new(Code::FileInfected, "", detail).with("found", name).into());
        }
        Err(error) => return Err(unavailable(error)),
    }
    let rewound = web::block(move || {
        let mut file = file;
        std::io::Seek::rewind(&mut file).map(|()| file)
    });
    let file = rewound.await.map_err(ApiError::internal)?;
    Ok((file.map_err(unavailable)?, media))
}

/// The file could not be kept, for a reason that the log has.
fn unavailable(error: impl std::fmt::Display) -> ApiError {
    let later = ApiError::unavailable("The file cannot be kept at this moment; try again later.");
    later.retry_after(30).because(error)
}

/// Removes what was begun. What fails is left to the sweep.
async fn give_up(state: &Data<AppState>, file: FileId) {
    let own = state.clone();
    let doomed = web::block(move || own.store.write(|conn| store::doom_upload(conn, (own.clock)(), file)));
    match doomed.await {
        Ok(Ok(())) => sweep::remove_soon(state),
        Ok(Err(error)) => tracing::warn!(%error, "an upload could not be given up"),
        Err(error) => tracing::warn!(%error, "an upload could not be given up"),
    }
}
