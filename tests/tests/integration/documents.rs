//! Documents: what is kept, what is refused, who may read it, and what is left on the disk.

mod broken;
mod refused;
mod stored;

use std::path::{Path, PathBuf};

use parvis_tests::{Answer, Call, Client, Settings, Who, World};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use ureq::http::Method;

use crate::samples::documents::{PDF, about, kept, sent, upload};

/// A world whose documents lie in a folder of their own.
struct Archive {
    world: World,
    folder: TempDir,
}

impl Archive {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(variables: &[(&'static str, &str)]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut settings = Settings::one("PARVIS_DOCUMENTS", &place(folder.path()));
        let more = variables.iter().map(|(name, value)| (*name, (*value).to_owned()));
        settings.variables.extend(more);
        Self {
            world: World::with(settings),
            folder,
        }
    }

    fn files(&self) -> Vec<PathBuf> {
        files(self.folder.path())
    }

    fn private(&self) -> &str {
        &self.world.seed().private
    }

    /// Asks until what goes on behind a request has come to its end.
    fn until(&self, what: &str, done: impl Fn() -> bool) {
        let begun = std::time::Instant::now();
        while !done() {
            assert!(begun.elapsed().as_secs() < 20, "{what} did not come about");
            std::thread::yield_now();
        }
    }

    /// Nothing of what was sent is there any more, neither on the disk nor in the database.
    fn is_clean(&self) {
        self.until("a clean disk", || {
            self.files().is_empty() && self.world.count("SELECT count(*) AS n FROM files") == 0
        });
    }
}

fn place(folder: &Path) -> String {
    format!("file://{}", folder.display())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn content(client: &Client, id: &str, headers: &[(&str, &str)]) -> Answer {
    let call = Call::new(Method::GET, &format!("/documents/{id}/content"));
    let call = headers
        .iter()
        .fold(call, |call, (name, value)| call.header(name, value));
    client.send(&call)
}

#[test]
fn a_document_is_kept_in_versions_and_found_again() {
    let archive = Archive::new();
    let (client, programme) = (archive.world.coordinator(), archive.private());
    let first = client
        .send(&upload(
            programme,
            "..%2F..%2Fplans%2FConvention%20n%C2%B0%201.pdf",
            PDF,
        ))
        .ok();
    assert_eq!(first["file_name"], "Convention n° 1.pdf");
    assert_eq!(
        (
            first["media_type"].as_str(),
            first["size"].as_u64(),
            first["sha256"].as_str()
        ),
        (
            Some("application/pdf"),
            Some(PDF.len() as u64),
            Some(sha256(PDF).as_str())
        )
    );
    let step = client.all(&format!("/programmes/{programme}/participation-steps"), 10)[0]["id"].clone();
    let list = format!("/programmes/{programme}/documents");
    let mut body = about(first["id"].as_str().expect("an id"), "members");
    body["attached_to"] = json!([{"kind": "participation_step", "id": step}, {"kind": "programme", "id": programme}]);
    body["language"] = json!("FR");
    body["title"] = json!({"fr": "Charte d’été", "es": "Carta"});
    let made = client.post(&list, &body).ok();
    let id = made["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        (&made["language"], &made["latest"]["number"]),
        (&json!("fr"), &json!(1))
    );
    assert_eq!(made["attached_to"].as_array().map(Vec::len), Some(2));
    client.post(&list, &body).refused(422, "reference_unknown");

    let second = b"%PDF-1.7\nsecond\n%%EOF";
    let next = json!({"upload_id": sent(&client, programme, "v2.pdf", second), "note": "Signée"});
    let path = format!("/documents/{id}");
    let stale = client.get(&path).etag();
    let now = client.post(&format!("{path}/versions"), &next).ok();
    assert_eq!(
        (&now["latest"]["number"], &now["latest"]["note"]),
        (&json!(2), &json!("Signée"))
    );
    client
        .patch(&path, &stale, &json!({"kind": "amendment"}))
        .refused(412, "version_stale");
    client
        .patch(
            &path,
            &client.get(&path).etag(),
            &json!({"kind": "amendment", "attached_to": []}),
        )
        .ok();
    let versions = client.all(&format!("{path}/versions"), 1);
    let numbers: Vec<_> = versions.iter().map(|version| version["number"].as_u64()).collect();
    assert_eq!(numbers, [Some(2), Some(1)]);

    for (query, found) in [
        ("?q=ete", 1),
        ("?q=carta%20charte", 1),
        ("?q=hiver", 0),
        ("?kind=amendment", 1),
        ("?kind=agreement", 0),
        ("?language=fr", 1),
        ("?visibility=team", 0),
        (&format!("?attached_to={programme}") as &str, 0),
        (&format!("?sha256={}", sha256(PDF)), 1),
    ] {
        assert_eq!(client.all(&format!("{list}{query}"), 10).len(), found, "{query}");
    }
    assert_eq!(content(&client, &id, &[]).body, second);
    assert_eq!(client.get(&format!("{path}/content?version=1")).body, PDF);
    client
        .get(&format!("{path}/content?version=3"))
        .refused(404, "not_found");

    client.delete(&path, &client.get(&path).etag()).ok();
    client.get(&path).refused(404, "not_found");
    content(&client, &id, &[]).refused(404, "not_found");
    archive.until("the removal", || archive.files().is_empty());
    let told = "SELECT count(*) AS n FROM events WHERE object_type = 'document'";
    assert_eq!(archive.world.count(told), 4);
    // What was recorded of the contents stays, the names of the files do not.
    assert_eq!(archive.world.count("SELECT count(*) AS n FROM document_versions"), 2);
    assert_eq!(
        archive
            .world
            .count("SELECT count(*) AS n FROM files WHERE file_name <> 'erased'"),
        0
    );
}

#[test]
fn a_content_is_handed_out_whole_in_parts_and_harmless() {
    let archive = Archive::new();
    let client = archive.world.coordinator();
    let id = kept(&client, archive.private(), "members", PDF);
    let whole = content(&client, &id, &[]);
    let header = |answer: &Answer, name: &str| answer.header(name).unwrap_or_default().to_owned();
    assert_eq!((whole.status, whole.body.as_slice()), (200, PDF));
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("x-content-type-options", "nosniff"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ),
        ("cache-control", "private, no-cache"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(header(&whole, name), value);
    }
    assert_eq!(
        header(&whole, "content-disposition"),
        "attachment; filename=\"convention.pdf\"; filename*=UTF-8''convention.pdf"
    );
    assert_eq!(whole.etag(), format!("\"{}\"", sha256(PDF)));
    let tag = whole.etag();
    assert_eq!(content(&client, &id, &[("if-none-match", &tag)]).status, 304);

    let part = content(&client, &id, &[("range", "bytes=1-3")]);
    assert_eq!((part.status, part.text.as_str()), (206, "PDF"));
    assert_eq!(header(&part, "content-range"), format!("bytes 1-3/{}", PDF.len()));
    let end = content(&client, &id, &[("range", "bytes=-6"), ("if-range", &tag)]);
    assert_eq!((end.status, end.text.as_str()), (206, "%%EOF\n"));
    assert_eq!(
        content(&client, &id, &[("range", "bytes=1-3"), ("if-range", "\"other\"")]).body,
        PDF
    );
    assert_eq!(content(&client, &id, &[("range", "bytes=0-1,3-4")]).status, 200);
    let missed = content(&client, &id, &[("range", "bytes=9999-")]);
    missed.refused(416, "range_not_satisfiable");
    assert_eq!(header(&missed, "content-range"), format!("bytes */{}", PDF.len()));
    let head = client.send(&Call::new(Method::HEAD, &format!("/documents/{id}/content")));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(header(&head, "content-length"), PDF.len().to_string());
}

/// Who of all sees which of three documents in a list, and reaches their contents.
#[test]
fn a_document_is_read_by_whom_it_is_for() {
    let archive = Archive::new();
    let world = &archive.world;
    for (programme, is_public) in [(&world.seed().public, true), (&world.seed().private, false)] {
        let by = |visibility: &str| {
            (
                kept(&world.coordinator(), programme, visibility, PDF),
                visibility.to_owned(),
            )
        };
        let documents: Vec<_> = ["public", "members", "team"].map(by).to_vec();
        for who in Who::ALL {
            let seen: &[&str] = match who {
                Who::Officer | Who::Coordinator | Who::Administrator => &["public", "members", "team"],
                Who::Observer | Who::Partner => &["public", "members"],
                _ if is_public => &["public"],
                _ => &[],
            };
            let client = world.of(who);
            for (id, visibility) in &documents {
                let status = if seen.contains(&visibility.as_str()) { 200 } else { 404 };
                for path in ["", "/content", "/versions"] {
                    let answer = client.get(&format!("/documents/{id}{path}"));
                    assert_eq!(answer.status, status, "{who:?} {visibility}{path} {}", answer.text);
                }
            }
            if is_public || !seen.is_empty() {
                let listed = client.all(&format!("/programmes/{programme}/documents"), 2);
                assert_eq!(listed.len(), seen.len(), "{who:?}");
            }
        }
    }
}

#[test]
fn who_acts_for_a_partner_reads_and_changes_its_own() {
    let archive = Archive::new();
    let (world, programme) = (&archive.world, archive.private());
    let (partner, coordinator) = (world.of(Who::Partner), world.coordinator());
    let list = format!("/programmes/{programme}/documents");
    let attached = |client: &Client, to: &Value| {
        let mut body = about(&sent(client, programme, "facture.pdf", PDF), "members");
        body["attached_to"] = json!([to]);
        client.post(&list, &body).id()
    };
    let posted = |funder: &str| {
        let share = parvis_tests::world::share(&coordinator, programme, funder, 100);
        let id = coordinator
            .post(&share.movements(), &share.movement("commitment", 10))
            .id();
        json!({"kind": "movement", "id": id})
    };
    let others = attached(&coordinator, &posted(&world.seed().funder));
    let own = attached(&coordinator, &posted(&world.seed().association));
    partner.get(&format!("/documents/{others}")).refused(404, "not_found");
    content(&partner, &others, &[]).refused(404, "not_found");
    partner.get(&format!("/documents/{own}")).ok();
    partner
        .patch(&format!("/documents/{own}"), "*", &json!({"kind": "invoice"}))
        .refused(403, "permission_denied");
    // A document of one's own stays one's own, whoever else may not see it.
    let upload = sent(&partner, programme, "rapport.pdf", PDF);
    coordinator
        .post(&list, &about(&upload, "team"))
        .refused(422, "reference_unknown");
    let mine = partner.post(&list, &about(&upload, "team")).id();
    let colleague = world.account("colleague@secret-mail.example");
    assert!(!colleague.is_empty());
    partner
        .patch(&format!("/documents/{mine}"), "*", &json!({"kind": "report"}))
        .ok();
    world
        .of(Who::Observer)
        .get(&format!("/documents/{mine}"))
        .refused(404, "not_found");
    assert_eq!(partner.get(&format!("/documents/{mine}")).ok()["editable"], true);
    assert_eq!(partner.get(&format!("/documents/{own}")).ok()["editable"], false);
}

#[test]
fn a_document_is_attached_to_what_is_there_and_no_more_public_than_that() {
    let archive = Archive::new();
    let (client, programme) = (archive.world.coordinator(), archive.private());
    let list = format!("/programmes/{programme}/documents");
    let share = archive.world.share(100);
    let report = client
        .post(
            &format!("/grants/{}/funder-reports", share.grant),
            &json!({"title": {"fr": "Bilan"}, "due_on": "2026-09-01"}),
        )
        .id();
    let with = |visibility: &str, attached: Value| {
        let mut body = about(&sent(&client, programme, "bilan.pdf", PDF), visibility);
        body["attached_to"] = attached;
        client.post(&list, &body)
    };
    let foreign = parvis_tests::world::share(
        &archive.world.admin(),
        &archive.world.seed().public,
        &archive.world.seed().funder,
        10,
    );
    let wrong = with(
        "members",
        json!([{"kind": "grant", "id": foreign.grant}, {"kind": "budget", "id": share.budget}, {"kind": "line", "id": share.budget}]),
    );
    let at: Vec<_> = wrong.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(at, ["/attached_to/0/id", "/attached_to/2/id"]);
    let hidden = json!([{"kind": "funder_report", "id": report}]);
    with("public", hidden.clone()).refused(422, "visibility_too_wide");
    let id = with("members", hidden).id();
    client
        .patch(&format!("/documents/{id}"), "*", &json!({"visibility": "public"}))
        .refused(422, "visibility_too_wide");
    let twice = json!([{"kind": "budget", "id": share.budget}, {"kind": "budget", "id": share.budget}]);
    with("members", twice).refused(422, "duplicate");
}

#[test]
fn the_evidence_of_a_movement_is_found_and_stays() {
    let archive = Archive::new();
    let (world, programme) = (&archive.world, archive.private());
    let (client, share) = (world.coordinator(), world.share(100));
    let invoice = b"%PDF-1.7\ninvoice\n%%EOF";
    let mut body = share.movement("commitment", 10);
    body["evidence"] = json!(sha256(invoice));
    let movement = client.post(&share.movements(), &body).ok();
    assert_eq!(movement["evidence_document"], Value::Null);
    let path = format!("/movements/{}", movement["id"].as_str().expect("an id"));
    let before = client.get(&path).etag();

    let id = kept(&client, programme, "team", invoice);
    let found = client.get(&path);
    assert_ne!(found.etag(), before, "the document is new to the reader");
    assert_eq!(found.ok()["evidence_document"]["id"], json!(id));
    assert_eq!(found.ok()["evidence_document"]["number"], 1);
    let listed = client.get(&share.movements()).ok();
    assert_eq!(listed["items"][0]["evidence_document"]["id"], json!(id));
    let observer = world.of(Who::Observer).get(&path).ok();
    assert_eq!(observer["evidence_document"], Value::Null, "it is for the team");

    let document = format!("/documents/{id}");
    assert_eq!(client.get(&document).ok()["is_evidence"], true);
    client.delete(&document, "*").refused(409, "document_is_evidence");
    assert_eq!(archive.files().len(), 1);
    // A version that is added to it changes nothing about the one that the movement names.
    let next = json!({"upload_id": sent(&client, programme, "v2.pdf", PDF)});
    client.post(&format!("{document}/versions"), &next).ok();
    assert_eq!(client.get(&path).ok()["evidence_document"]["number"], 1);
    client.delete(&document, "*").refused(409, "document_is_evidence");
}

#[test]
fn of_many_who_take_the_same_file_one_gets_it() {
    let archive = Archive::new();
    let (client, programme) = (archive.world.coordinator(), archive.private());
    let upload = sent(&client, programme, "convention.pdf", PDF);
    let list = format!("/programmes/{programme}/documents");
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let client = client.with_token(client.token().unwrap_or_default());
                let (list, body) = (&list, about(&upload, "members"));
                scope.spawn(move || client.post(list, &body).status)
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no client panics"))
            .collect()
    });
    assert_eq!(
        answers.iter().filter(|status| **status == 201).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(archive.world.count("SELECT count(*) AS n FROM documents"), 1);
}

#[test]
fn a_file_that_is_sent_again_under_its_key_is_kept_once() {
    let archive = Archive::new();
    let (client, programme) = (archive.world.coordinator(), archive.private());
    let call = upload(programme, "convention.pdf", PDF).header("idempotency-key", "key-1");
    let (first, again) = (client.send(&call), client.send(&call));
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.ok(), again.ok());
    archive.until("the removal", || archive.files().len() == 1);
    let other = upload(programme, "convention.pdf", b"%PDF-1.7\n%%EOF").header("idempotency-key", "key-1");
    client.send(&other).refused(422, "idempotency_key_reused");
    archive.until("the removal", || archive.files().len() == 1);
    assert_eq!(
        archive
            .world
            .count("SELECT count(*) AS n FROM files WHERE doomed_at IS NULL"),
        1
    );
}

#[test]
fn erasing_a_person_forgets_the_names_of_their_files() {
    let archive = Archive::new();
    let world = &archive.world;
    let upload = sent(&world.of(Who::Partner), archive.private(), "cv-secret-name.pdf", PDF);
    let list = format!("/programmes/{}/documents", archive.private());
    let id = world.of(Who::Partner).post(&list, &about(&upload, "members")).id();
    let user = &world.seed().users[&Who::Partner];
    let known = world.admin().get(&format!("/users/{user}/personal-data"));
    assert!(known.text.contains("cv-secret-name.pdf"), "{}", known.text);
    world.admin().post(&format!("/users/{user}/erase"), &json!({})).ok();
    let document = world.coordinator().get(&format!("/documents/{id}")).ok();
    assert_eq!(document["latest"]["file_name"], "erased");
}
