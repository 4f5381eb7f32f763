//! Documents: uploads, what documents say of themselves, their versions.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::documents::{
    self as domain, Attachment, DocumentContent, DocumentKind, DocumentVisibility, MediaType, ObjectKind,
};
use parvis_domain::{Faults, LocalisedText, localised_text, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A file that was sent and that no document has taken up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Upload {
    /// Its id, by which a document takes it up.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// The name that it came with, without any folder.
    pub file_name: String,
    /// Its type, as the content showed.
    pub media_type: MediaType,
    /// Its length in bytes.
    pub size: i64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// When it is removed, unless a document takes it up before.
    pub expires_at: DateTime<Utc>,
}

/// An object of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttachedObject {
    /// What it is.
    pub kind: ObjectKind,
    /// Which.
    pub id: Uuid,
}

/// A document to be made of a file that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "upload_id": "01890a5d-ac96-774b-bcce-b302099a8057", "title": {"fr": "Procès-verbal du comité de pilotage"},
    "kind": "minutes", "language": "fr", "visibility": "members", "dated_on": "2026-03-22", "attached_to": []
})))]
pub struct NewDocument {
    /// The file, which the caller has sent to this programme.
    pub upload_id: Uuid,
    /// Its title.
    pub title: LocalisedText,
    /// What is in it.
    #[serde(default)]
    pub description: Option<LocalisedText>,
    /// What it is.
    pub kind: DocumentKind,
    /// The language it is written in, a tag of BCP 47.
    #[serde(default)]
    pub language: Option<String>,
    /// Who may read it; members where nothing is said. Public ones are read by everybody where the programme is public.
    #[serde(default = "members")]
    pub visibility: DocumentVisibility,
    /// The day it bears.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub dated_on: Option<String>,
    /// What it is attached to, at most 50 objects of the programme.
    #[serde(default)]
    pub attached_to: Vec<AttachedObject>,
}

fn members() -> DocumentVisibility {
    DocumentVisibility::Members
}

patch! {
    /// Changes to what a document says of itself.
    DocumentPatch of NewDocument {
        must { title: LocalisedText, kind: DocumentKind, visibility: DocumentVisibility, attached_to: Vec<AttachedObject>, }
        may { description: LocalisedText, language: String, dated_on: String, }
    }
}

impl NewDocument {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<DocumentContent, Faults> {
        let mut faults = Faults::new();
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let description = self.description.as_ref().map_or_else(
            || Ok(LocalisedText::default()),
            |text| text.check_paragraph("/description", text::TEXT_MAX),
        );
        let description = faults.keep_all(description);
        let language = self
            .language
            .as_deref()
            .map(|tag| localised_text::language("/language", tag));
        let language = faults.keep(language.transpose());
        let dated_on = faults.keep(period::optional_date("/dated_on", self.dated_on.as_deref()));
        let attached_to: Vec<Attachment> = self.attached_to.iter().map(Attachment::from).collect();
        faults.keep_all(domain::check_attached("/attached_to", &attached_to));
        faults.keep(domain::check_visibility("/visibility", self.visibility, &attached_to));
        let checked = (|| {
            Some(DocumentContent {
                title: title?,
                description: description?,
                kind: self.kind,
                language: language?,
                visibility: self.visibility,
                dated_on: dated_on?,
                attached_to,
            })
        })();
        faults.finish(checked)
    }
}

impl From<&DocumentContent> for NewDocument {
    /// The content as it would arrive, to lay a patch over; of the file it says nothing.
    fn from(content: &DocumentContent) -> Self {
        Self {
            upload_id: Uuid::nil(),
            title: content.title.clone(),
            description: (!content.description.is_empty()).then(|| content.description.clone()),
            kind: content.kind,
            language: content.language.clone(),
            visibility: content.visibility,
            dated_on: content.dated_on.map(|day| day.to_string()),
            attached_to: content.attached_to.iter().map(AttachedObject::from).collect(),
        }
    }
}

impl From<&AttachedObject> for Attachment {
    fn from(object: &AttachedObject) -> Self {
        Self {
            kind: object.kind,
            id: object.id,
        }
    }
}

impl From<&Attachment> for AttachedObject {
    fn from(object: &Attachment) -> Self {
        Self {
            kind: object.kind,
            id: object.id,
        }
    }
}

/// A version to be added to a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "upload_id": "01890a5d-ac96-774b-bcce-b302099a8057", "note": "Signed by all parties"
})))]
pub struct NewDocumentVersion {
    /// The file, which the caller has sent to this programme.
    pub upload_id: Uuid,
    /// What is new in it.
    #[serde(default)]
    pub note: Option<String>,
}

impl NewDocumentVersion {
    /// Checks the note.
    ///
    /// # Errors
    /// `too_long` or `control_character`.
    pub fn check(&self) -> Result<Option<String>, Faults> {
        Ok(text::optional_line("/note", self.note.as_deref(), text::NAME_MAX)?)
    }
}

/// A version of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentVersion {
    /// Its number, from 1.
    pub number: u32,
    /// The name of the file.
    pub file_name: String,
    /// Its type, as the content showed.
    pub media_type: MediaType,
    /// Its length in bytes.
    pub size: i64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// What is new in it; always null for the public.
    pub note: Option<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    /// Its id.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// Its title.
    pub title: LocalisedText,
    /// What is in it.
    pub description: LocalisedText,
    /// What it is.
    pub kind: DocumentKind,
    /// The language it is written in.
    pub language: Option<String>,
    /// Who may read it.
    pub visibility: DocumentVisibility,
    /// The day it bears.
    pub dated_on: Option<NaiveDate>,
    /// What it is attached to.
    pub attached_to: Vec<AttachedObject>,
    /// Its latest version.
    pub latest: DocumentVersion,
    /// Whether a movement names it as its evidence, so that it cannot be deleted; always false for the public.
    pub is_evidence: bool,
    /// Whether the caller may change it.
    pub editable: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Version of what it says of itself, as in the ETag.
    pub version: i64,
}

/// The document behind a movement: one whose content has the SHA-256 that the movement names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceDocument {
    /// The document.
    pub id: Uuid,
    /// The number of the version with that content.
    pub number: u32,
    /// Its title.
    pub title: LocalisedText,
}
