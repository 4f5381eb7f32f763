//! Requests about documents.

use parvis_domain::accounts::Operation;
use parvis_tests::{Call, Client, Who};
use serde_json::{Value, json};
use ureq::http::Method;

use super::{Sample, Samples, at, fresh};

/// The smallest file that is a PDF.
pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

/// The request that sends a file.
pub fn upload(programme: &str, name: &str, content: &[u8]) -> Call {
    let path = format!("/programmes/{programme}/uploads?name={name}");
    Call::new(Method::POST, &path).file("application/octet-stream", content)
}

/// Sends a file and gives its id.
pub fn sent(client: &Client, programme: &str, name: &str, content: &[u8]) -> String {
    client.send(&upload(programme, name, content)).id()
}

/// What is said of a document.
pub fn about(upload: &str, visibility: &str) -> Value {
    json!({
        "upload_id": upload, "title": {"fr": fresh("Convention ")}, "kind": "agreement", "visibility": visibility
    })
}

/// Makes a document of a content and gives its id.
pub fn kept(client: &Client, programme: &str, visibility: &str, content: &[u8]) -> String {
    let upload = sent(client, programme, "convention.pdf", content);
    client
        .post(
            &format!("/programmes/{programme}/documents"),
            &about(&upload, visibility),
        )
        .id()
}

impl Samples<'_> {
    pub(super) fn document(&self, operation: Operation, who: Who) -> Sample {
        // Files belong to whoever sent them, and who acts for a partner changes its own documents.
        let sender = match who {
            Who::Partner | Who::Officer | Who::Coordinator => self.world.of(who),
            _ => self.admin.clone(),
        };
        let programme = self.shared();
        let file = || sent(&sender, programme, "convention.pdf", PDF);
        let document = || kept(&sender, programme, "public", PDF);
        let tagged = |sample: Sample, id: &str| sample.tagged(self.tag(&format!("/documents/{id}")));
        match operation {
            Operation::CreateUpload => Sample {
                query: Some("?name=convention.pdf".to_owned()),
                file: Some(PDF),
                ..at(&[programme])
            },
            Operation::GetUpload => at(&[&file()]),
            Operation::ListDocuments => at(&[programme]),
            Operation::CreateDocument => at(&[programme]).with(about(&file(), "public")),
            Operation::UpdateDocument => {
                let id = document();
                tagged(at(&[&id]).with(json!({"title": {"fr": fresh("Avenant ")}})), &id)
            }
            Operation::DeleteDocument => {
                let id = document();
                tagged(at(&[&id]), &id)
            }
            Operation::CreateDocumentVersion => at(&[&document()]).with(json!({"upload_id": file()})),
            _ => at(&[&document()]),
        }
    }
}
