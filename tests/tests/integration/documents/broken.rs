//! The server dies while a file arrives: no half of it becomes a document, and the next sweep clears what is left.

use std::io::Write;

use parvis_tests::process::{Process, run};
use parvis_tests::{Client, Who, World, world};
use tempfile::TempDir;

use super::refused::begin;
use super::{PDF, files, place, sent};
use crate::samples::documents::kept;

fn coordinator(server: &Process) -> Client {
    let session = world::sign_in(&server.client(), &Who::Coordinator.email());
    server
        .client()
        .with_token(session["access_token"].as_str().unwrap_or_default())
}

#[test]
fn a_killed_upload_leaves_no_half_document() {
    let (database, seed) = World::database();
    let folder = TempDir::new().expect("a temporary folder");
    let documents = place(folder.path());
    let variables = [("PARVIS_DOCUMENTS", documents.as_str())];
    let store = database.store();
    let count = |sql: &str| parvis_tests::app::count(&store, sql);

    let server = Process::serve_with(database.url(), &variables);
    let client = coordinator(&server);
    let kept_before = kept(&client, &seed.private, "members", PDF);
    let mut stream = begin(&client, &seed.private, "content-length: 1000000");
    stream.write_all(&[b'%'; 100_000]).expect("a tenth of it is sent");
    while count("SELECT count(*) AS n FROM files") < 2 {
        std::thread::yield_now();
    }
    server.kill();
    drop(stream);
    assert_eq!(files(folder.path()).len(), 1, "nothing of the half is on the disk");

    // What a process would leave that dies while the content goes to its place, and a file that nobody took up.
    let server = Process::serve_with(database.url(), &variables);
    let client = coordinator(&server);
    sent(&client, &seed.private, "oubli.pdf", PDF);
    server.kill();
    let half = format!("{}/{}#1", seed.private, uuid::Uuid::now_v7());
    std::fs::write(folder.path().join(half), b"%PDF").expect("a piece is left");
    assert_eq!(files(folder.path()).len(), 3);
    let mut more = vec![("PARVIS_DATABASE_URL", database.url())];
    more.extend_from_slice(&variables);
    let (status, said) = run(&["documents", "sweep"], &more);
    assert!(
        status.success() && said.contains("Removed 0 contents and 0 pieces"),
        "{said}"
    );
    let (status, said) = run(&["documents", "sweep", "--older-than-hours", "0"], &more);
    assert!(
        status.success() && said.contains("Removed 2 contents and 1 pieces"),
        "{said}"
    );

    let server = Process::serve_with(database.url(), &variables);
    let client = coordinator(&server);
    let documents = client.all(&format!("/programmes/{}/documents", seed.private), 10);
    assert_eq!(documents.len(), 1);
    assert_eq!(client.get(&format!("/documents/{kept_before}/content")).body, PDF);
    assert_eq!(files(folder.path()).len(), 1);
    assert_eq!(count("SELECT count(*) AS n FROM files"), 1);
}
