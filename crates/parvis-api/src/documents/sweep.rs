//! Removing contents: of files that no document has taken up in time, and of documents that were deleted. First the row
//! says that the content goes, then it goes, then the row says so: whoever dies in between is followed by the next sweep.

use std::time::SystemTime;

use actix_web::web::{self, Data};
use chrono::{DateTime, TimeDelta, Utc};
use parvis_store::documents::{self as store, Removal};
use parvis_store::{Store, StoreError, StoreResult};

use super::storage::{Place, Storage};
use crate::state::AppState;

/// How long a file waits for a document that takes it up.
pub const KEPT: TimeDelta = TimeDelta::hours(24);
/// A piece of a file that was not written to for so long is of a process that died: bodies do not take that long.
const PIECES_KEPT: TimeDelta = TimeDelta::hours(1);
/// How many contents are removed between two looks at the database.
const AT_ONCE: i64 = 200;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Contents.
    pub contents: usize,
    /// Pieces that never became a content.
    pub pieces: usize,
}

/// Gives up what nobody took up in `kept`, and removes every content that was given up.
///
/// # Errors
/// One sentence: of the database or of the store.
pub async fn sweep(store: &Store, storage: &Storage, now: DateTime<Utc>, kept: TimeDelta) -> Result<Swept, String> {
    let own = store.clone();
    on_pool(move || own.write(|conn| store::doom_unclaimed(conn, now, now - kept))).await?;
    let contents = remove(store, storage, now).await?;
    let (folder, kept) = (storage.clone(), kept.min(PIECES_KEPT).to_std().unwrap_or_default());
    let pieces = web::block(move || folder.remove_pieces(SystemTime::now(), kept));
    let pieces = pieces.await.map_err(said)?.map_err(said)?;
    Ok(Swept { contents, pieces })
}

/// Removes every content that was given up.
async fn remove(store: &Store, storage: &Storage, now: DateTime<Utc>) -> Result<usize, String> {
    let mut removed = 0;
    loop {
        let own = store.clone();
        let doomed = on_pool(move || own.read(|conn| store::doomed_files(conn, AT_ONCE))).await?;
        if doomed.is_empty() {
            return Ok(removed);
        }
        for one in &doomed {
            storage.remove(place(one)).await.map_err(said)?;
        }
        removed += doomed.len();
        let own = store.clone();
        on_pool(move || own.write(|conn| store::finish_removal(conn, now, &doomed))).await?;
    }
}

fn place(of: &Removal) -> Place {
    Place {
        programme: of.programme_id,
        file: of.id,
    }
}

/// Removes what was given up, without anybody waiting for it. What fails is left to the next sweep.
pub(super) fn remove_soon(state: &Data<AppState>) {
    let state = state.clone();
    actix_web::rt::spawn(async move {
        let now = (state.clock)();
        if let Err(error) = remove(&state.store, &state.documents.storage, now).await {
            tracing::warn!(%error, "contents could not be removed");
        }
    });
}

async fn on_pool<T: Send + 'static>(work: impl FnOnce() -> StoreResult<T> + Send + 'static) -> Result<T, String> {
    let done = web::block(work).await.map_err(said)?;
    done.map_err(|error: StoreError| error.to_string())
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
