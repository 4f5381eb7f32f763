//! Where contents are stored: a folder of this machine, or a bucket of any S3-compatible store. A place in it is made of
//! identifiers alone, never of anything that somebody sent.

use std::fs::File;
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetResult, ObjectStore, ObjectStoreExt};
use parvis_domain::ids::{FileId, ProgrammeId};
use tokio::io::AsyncWriteExt;

use crate::config::Config;

/// Contents up to this size go in one piece, larger ones in several.
const PIECE: usize = 8 << 20;

/// A place for contents.
#[derive(Debug, Clone)]
pub enum Storage {
    /// A folder of this machine, made when it is first needed.
    Folder(PathBuf),
    /// A store elsewhere.
    Remote(Arc<dyn ObjectStore>),
}

/// Where one content lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The programme.
    pub programme: ProgrammeId,
    /// The file.
    pub file: FileId,
}

impl Place {
    fn path(self) -> Path {
        Path::from_iter([self.programme.to_string(), self.file.to_string()])
    }
}

impl Storage {
    /// The place that the configuration names; beside an embedded database where it names none.
    ///
    /// # Errors
    /// One sentence that says what to change.
    pub fn open(config: &Config) -> Result<Self, String> {
        match (
            config.documents.strip_prefix("file://"),
            config.documents.strip_prefix("s3://"),
        ) {
            (Some(folder), _) => Ok(Self::Folder(PathBuf::from(folder))),
            (_, Some(bucket)) => bucket_of(bucket, config),
            _ => Ok(Self::Folder(default_folder(&config.database_url.0))),
        }
    }

    fn store(&self) -> object_store::Result<Arc<dyn ObjectStore>> {
        match self {
            Self::Remote(store) => Ok(store.clone()),
            Self::Folder(folder) => {
                make(folder).map_err(generic)?;
                Ok(Arc::new(
                    LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true),
                ))
            }
        }
    }

    /// Stores a content: it is there as a whole, or not at all.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn put(&self, place: Place, content: File) -> object_store::Result<()> {
        let mut writer = BufWriter::with_capacity(self.store()?, place.path(), PIECE);
        let mut reader = tokio::fs::File::from_std(content);
        if let Err(error) = tokio::io::copy(&mut reader, &mut writer).await {
            // The error says more than a failure to clean up after it; the sweep comes by later.
            drop(writer.abort().await);
            return Err(generic(error));
        }
        // One that fails to close must not be asked to give up: it panics. What it leaves goes as other pieces do.
        writer.shutdown().await.map_err(generic)?;
        self.press(place).await
    }

    /// What was stored on this machine survives a power cut, as the row of the database does that tells of it.
    async fn press(&self, place: Place) -> object_store::Result<()> {
        let Self::Folder(folder) = self else { return Ok(()) };
        let folder = folder.join(place.programme.to_string());
        let pressed = tokio::task::spawn_blocking(move || {
            File::open(folder.join(place.file.to_string()))?.sync_all()?;
            File::open(folder)?.sync_all()
        });
        pressed.await.map_err(generic)?.map_err(generic)
    }

    /// Opens a content, or a part of it.
    ///
    /// # Errors
    /// Those of the store; `NotFound` where it has none.
    pub async fn get(&self, place: Place, part: Option<Range<u64>>) -> object_store::Result<GetResult> {
        let options = GetOptions {
            range: part.map(Into::into),
            ..GetOptions::default()
        };
        self.store()?.get_opts(&place.path(), options).await
    }

    /// Removes a content; one that is not there is removed already.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn remove(&self, place: Place) -> object_store::Result<()> {
        match self.store()?.delete(&place.path()).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// Removes what a process left behind that died while it wrote into a folder: pieces that have not become a content.
    /// A store elsewhere forgets such pieces by a rule of its own. Says how many they were.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remove_pieces(&self, now: SystemTime, older_than: Duration) -> std::io::Result<usize> {
        let Self::Folder(folder) = self else { return Ok(0) };
        if !folder.is_dir() {
            return Ok(0);
        }
        let mut removed = 0;
        for programme in std::fs::read_dir(folder)? {
            let programme = programme?.path();
            if !programme.is_dir() {
                continue;
            }
            for entry in std::fs::read_dir(&programme)? {
                let entry = entry?;
                // A content is named by an identifier alone, a piece by that and `#`.
                let is_piece = entry.file_name().to_string_lossy().contains('#');
                let age = now.duration_since(entry.metadata()?.modified()?).unwrap_or_default();
                if is_piece && age >= older_than {
                    std::fs::remove_file(entry.path())?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

fn generic(error: impl std::error::Error + Send + Sync + 'static) -> object_store::Error {
    object_store::Error::Generic {
        store: "documents",
        source: Box::new(error),
    }
}

/// Only the server reads what lies there.
fn make(folder: &FilePath) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn default_folder(database_url: &str) -> PathBuf {
    match database_url.strip_prefix("sqlite://") {
        Some(file) => PathBuf::from(format!("{file}.documents")),
        None => PathBuf::from("parvis-documents"),
    }
}

fn bucket_of(bucket: &str, config: &Config) -> Result<Storage, String> {
    let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    let s3 = &config.s3;
    let mut builder = AmazonS3Builder::new().with_bucket_name(name).with_region(&s3.region);
    if let Some(endpoint) = &s3.endpoint {
        let is_plain = endpoint.starts_with("http://");
        builder = builder.with_endpoint(endpoint).with_allow_http(is_plain);
    }
    builder = match (&s3.access_key, &s3.secret_key) {
        (Some(access), Some(secret)) => builder.with_access_key_id(access).with_secret_access_key(&secret.0),
        // Without keys the machine itself is known to the store.
        _ => builder,
    };
    let store = builder.build().map_err(|error| format!("PARVIS_DOCUMENTS: {error}."))?;
    Ok(Storage::Remote(match prefix.trim_matches('/') {
        "" => Arc::new(store),
        prefix => Arc::new(PrefixStore::new(store, prefix)),
    }))
}
