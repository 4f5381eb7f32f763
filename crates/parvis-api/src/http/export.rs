//! Answers that are files: written to a temporary one in the hop, sent in pieces after it.

use std::fs::File;

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header;
use parvis_domain::accounts::Operation;
use parvis_store::StoreResult;
use tokio_util::io::ReaderStream;

use super::context::{Answer, Context, Hop};
use super::error::ApiError;

/// A file to be sent.
#[derive(Debug)]
pub struct Export {
    /// Its name, in letters, digits, `-` and `.` only.
    pub name: String,
    /// Its media type.
    pub media: &'static str,
    /// Its content, from where the file stands.
    pub file: File,
}

impl Context {
    /// Runs an operation that reads and answers with a file.
    ///
    /// # Errors
    /// Those of `work`, and what stands in the way of it.
    pub async fn export<F>(self, operation: Operation, work: F) -> Answer
    where
        F: FnOnce(&mut Hop<'_>) -> StoreResult<Export> + Send + 'static,
    {
        let (export, cache) = self.run(operation, work).await?;
        let length = export.file.metadata().map_err(ApiError::internal)?.len();
        let stream = ReaderStream::new(tokio::fs::File::from_std(export.file));
        Ok(HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, cache))
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{}\"", export.name),
            ))
            .content_type(export.media)
            .body(SizedStream::new(length, stream)))
    }
}
