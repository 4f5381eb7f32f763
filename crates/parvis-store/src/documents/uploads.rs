//! Files: what was sent, from the moment before its content is stored to the moment after its content was removed. The row
//! is always there first and goes last, so that no content is stored that nobody knows of, whenever a process dies.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::documents::MediaType;
use parvis_domain::ids::{FileId, ProgrammeId, UserId};
use parvis_domain::{Code, Fault};

use crate::columns::{DbId, Instant, IntoDb, db_ids, micros};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::schema::files;
use crate::stamp::Stamp;

/// What was found of a content while it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// SHA-256, in hexadecimal.
    pub sha256: String,
    /// Length in bytes.
    pub size_bytes: i64,
    /// The type that the content showed.
    pub media_type: MediaType,
}

/// A file whose content is stored and that no document has taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its identifier.
    pub id: FileId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The name that it came with.
    pub file_name: String,
    /// Its content.
    pub stored: StoredFile,
    /// Who sent it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A content that is to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = files)]
pub struct Removal {
    /// The file.
    pub id: FileId,
    /// The programme.
    pub programme_id: ProgrammeId,
}

/// Writes down that a content is about to be stored.
///
/// # Errors
/// Those of the database.
pub fn begin_upload(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    file_name: &str,
) -> StoreResult<FileId> {
    let id: FileId = stamp.id();
    diesel::insert_into(files::table)
        .values((
            files::id.eq(id.db()),
            files::programme_id.eq(programme.db()),
            files::file_name.eq(file_name),
            files::created_by.eq(stamp.actor.map(IntoDb::db)),
            files::created_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Writes down that the content is stored.
///
/// # Errors
/// `Unavailable` where the file was given up meanwhile, because it took too long.
pub fn finish_upload(conn: &mut Conn, stamp: &Stamp<'_>, id: FileId, stored: &StoredFile) -> StoreResult<Upload> {
    let arriving = files::table
        .find(id.db())
        .filter(files::stored_at.is_null())
        .filter(files::doomed_at.is_null());
    let changed = diesel::update(arriving)
        .set((
            files::sha256.eq(&stored.sha256),
            files::size_bytes.eq(stored.size_bytes),
            files::media_type.eq(stored.media_type.as_str()),
            files::stored_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    match changed {
        0 => Err(StoreError::Unavailable(
            "the upload was swept before it ended".to_owned(),
        )),
        _ => get_upload(conn, id),
    }
}

/// A file that a document may take up.
///
/// # Errors
/// `NotFound`.
pub fn get_upload(conn: &mut Conn, id: FileId) -> StoreResult<Upload> {
    type Row = (
        (FileId, ProgrammeId, String, Option<UserId>, Instant),
        (String, i64, MediaType),
    );
    let query = files::table
        .find(id.db())
        .filter(files::stored_at.is_not_null())
        .filter(files::claimed_at.is_null())
        .filter(files::doomed_at.is_null());
    let ((id, programme_id, file_name, created_by, at), (sha256, size_bytes, media_type)): Row = query
        .select((
            (
                files::id,
                files::programme_id,
                files::file_name,
                files::created_by,
                files::created_at,
            ),
            (
                files::sha256.assume_not_null(),
                files::size_bytes.assume_not_null(),
                files::media_type.assume_not_null(),
            ),
        ))
        .first(conn)?;
    Ok(Upload {
        id,
        programme_id,
        file_name,
        stored: StoredFile {
            sha256,
            size_bytes,
            media_type,
        },
        created_by,
        created_at: at.into(),
    })
}

/// Takes a file up for a document: once, in its programme, by whoever sent it.
///
/// # Errors
/// `reference_unknown` at `/upload_id`.
pub(super) fn claim(conn: &mut Conn, stamp: &Stamp<'_>, programme: ProgrammeId, id: FileId) -> StoreResult<Upload> {
    let unknown = || {
        let detail =
            "There is no such upload of yours in this programme, a document has it already, or its time is over.";
        StoreError::from(Fault::new(Code::ReferenceUnknown, "/upload_id", detail))
    };
    let upload = match get_upload(conn, id) {
        Err(StoreError::NotFound) => return Err(unknown()),
        upload => upload?,
    };
    if upload.programme_id != programme || upload.created_by != stamp.actor {
        return Err(unknown());
    }
    // Of two that take it at once, or of one and the sweep, one comes first.
    let free = files::table
        .find(id.db())
        .filter(files::claimed_at.is_null())
        .filter(files::doomed_at.is_null());
    let claimed = diesel::update(free)
        .set(files::claimed_at.eq(micros(stamp.at)))
        .execute(conn)?;
    if claimed == 0 { Err(unknown()) } else { Ok(upload) }
}

/// Gives up a file that no document has taken up.
///
/// # Errors
/// Those of the database.
pub fn doom_upload(conn: &mut Conn, now: DateTime<Utc>, id: FileId) -> StoreResult<()> {
    let free = files::table.find(id.db()).filter(files::claimed_at.is_null());
    diesel::update(free.filter(files::doomed_at.is_null()))
        .set(files::doomed_at.eq(micros(now)))
        .execute(conn)?;
    Ok(())
}

/// Gives up every file that was begun before an instant and that no document has taken up. Says how many.
///
/// # Errors
/// Those of the database.
pub fn doom_unclaimed(conn: &mut Conn, now: DateTime<Utc>, before: DateTime<Utc>) -> StoreResult<usize> {
    let free = files::table
        .filter(files::claimed_at.is_null())
        .filter(files::doomed_at.is_null())
        .filter(files::created_at.lt(micros(before)));
    Ok(diesel::update(free)
        .set(files::doomed_at.eq(micros(now)))
        .execute(conn)?)
}

/// Gives up the contents of a document that is deleted, and forgets the names of its files.
pub(super) fn doom_of_document(conn: &mut Conn, stamp: &Stamp<'_>, ids: &[DbId]) -> StoreResult<()> {
    diesel::update(files::table.filter(files::id.eq_any(ids)))
        .set((
            files::doomed_at.eq(micros(stamp.at)),
            files::file_name.eq(crate::personal_data::ERASED_FILE),
        ))
        .execute(conn)?;
    Ok(())
}

/// Contents that are to be removed, at most so many.
///
/// # Errors
/// Those of the database.
pub fn doomed_files(conn: &mut Conn, limit: i64) -> StoreResult<Vec<Removal>> {
    let doomed = files::table
        .filter(files::doomed_at.is_not_null())
        .filter(files::removed_at.is_null());
    Ok(doomed
        .order((files::doomed_at, files::id))
        .limit(limit)
        .select(Removal::as_select())
        .load(conn)?)
}

/// Writes down that contents were removed. Of a file that no document has taken up nothing stays.
///
/// # Errors
/// Those of the database.
pub fn finish_removal(conn: &mut Conn, now: DateTime<Utc>, of: &[Removal]) -> StoreResult<()> {
    let ids = db_ids(of.iter().map(|removal| removal.id));
    let gone = || {
        files::table
            .filter(files::id.eq_any(&ids))
            .filter(files::doomed_at.is_not_null())
    };
    diesel::delete(gone().filter(files::claimed_at.is_null())).execute(conn)?;
    diesel::update(gone())
        .set(files::removed_at.eq(micros(now)))
        .execute(conn)?;
    Ok(())
}
