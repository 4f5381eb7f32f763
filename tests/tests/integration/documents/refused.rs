//! Files that are not kept: each is refused with its reason, and nothing of it stays.

use std::io::{Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;

use parvis_tests::{Call, Client};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Archive, PDF, upload};

/// An archive of parts.
fn archive_of(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a part begins");
        writer.write_all(content).expect("a part is written");
    }
    writer.finish().expect("an archive ends").into_inner()
}

const WORKBOOK: &str = "<Types><Override PartName=\"/xl/workbook.xml\" ContentType=\
    \"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>";

fn workbook(more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut parts = vec![("[Content_Types].xml", WORKBOOK.as_bytes().to_vec())];
    parts.extend_from_slice(more);
    archive_of(&parts)
}

/// A workbook that is small and unfolds to 320 MiB of zeros.
fn bomb() -> Vec<u8> {
    let sheet = archive_of(&[("sheet", vec![0; 8 << 20])]);
    let mut sheet = zip::ZipArchive::new(Cursor::new(sheet)).expect("an archive");
    let mut writer = ZipWriter::new_append(Cursor::new(workbook(&[]))).expect("a workbook");
    for n in 0..40 {
        let part = sheet.by_index(0).expect("a part");
        let name = format!("xl/worksheets/sheet{n}.xml");
        writer.raw_copy_file_rename(part, name).expect("a part is copied");
    }
    writer.finish().expect("an archive ends").into_inner()
}

#[test]
fn what_lies_or_is_not_safe_is_refused_and_leaves_nothing() {
    let archive = Archive::new();
    let (client, programme) = (archive.world.coordinator(), archive.private());
    let svg = |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>").into_bytes();
    let bomb = bomb();
    assert!(bomb.len() < 1 << 20, "a bomb is small");
    let macros = workbook(&[("xl/vbaProject.bin", vec![1])]);
    let outside = workbook(&[("../../../etc/cron.d/parvis", b"* * * * * root true".to_vec())]);
    for (name, content, status, code) in [
        ("plan.png", PDF.to_vec(), 422, "file_type_mismatch"),
        (
            "plan.pdf",
            b"MZ\x90\0\x03\0\0\0\x04\0\0\0".to_vec(),
            415,
            "file_type_unsupported",
        ),
        (
            "plan.pdf",
            b"<html><script>alert(1)</script></html>".to_vec(),
            415,
            "file_type_unsupported",
        ),
        ("plan.txt", b"<!doctype html><p>".to_vec(), 415, "file_type_unsupported"),
        ("plan.pdf", b"%PDF-1.7\n1 0 obj".to_vec(), 422, "file_damaged"),
        ("plan.svg", svg("<script>alert(1)</script>"), 422, "file_unsafe"),
        ("plan.svg", svg("<g onload=\"alert(1)\"/>"), 422, "file_unsafe"),
        ("plan.png", svg("<rect/>"), 422, "file_type_mismatch"),
        ("budget.xlsx", bomb, 422, "file_unsafe"),
        ("budget.xlsx", macros, 422, "file_unsafe"),
        ("budget.xlsx", outside, 422, "file_unsafe"),
        ("budget.docx", workbook(&[]), 422, "file_type_mismatch"),
        (
            "budget.zip",
            archive_of(&[("a.txt", b"a".to_vec())]),
            415,
            "file_type_unsupported",
        ),
        (
            "budget.xlsx",
            workbook(&[]).split_at(60).0.to_vec(),
            422,
            "file_damaged",
        ),
        ("..", PDF.to_vec(), 400, "parameter_invalid"),
        ("a%00.pdf", PDF.to_vec(), 400, "parameter_invalid"),
        ("a%0d%0aset-cookie:%20a.pdf", PDF.to_vec(), 400, "parameter_invalid"),
    ] {
        client.send(&upload(programme, name, &content)).refused(status, code);
    }
    let claimed = Call::new(
        ureq::http::Method::POST,
        &format!("/programmes/{programme}/uploads?name=a.pdf"),
    );
    client
        .send(&claimed.clone().file("image/png", PDF))
        .refused(422, "file_type_mismatch");
    let packed = claimed.file("application/pdf", PDF).header("content-encoding", "gzip");
    client.send(&packed).refused(415, "media_type_unsupported");
    archive.is_clean();
    assert_eq!(archive.world.count("SELECT count(*) AS n FROM documents"), 0);
    // What is what it says is kept.
    for (name, content) in [("budget.xlsx", workbook(&[])), ("plan.svg", svg("<rect width=\"9\"/>"))] {
        client.send(&upload(programme, name, &content)).ok();
    }
    assert_eq!(archive.files().len(), 2);
}

#[test]
fn a_file_over_the_limit_is_refused_whether_it_says_so_or_not() {
    let archive = Archive::with(&[("PARVIS_UPLOAD_LIMIT", "2048")]);
    let (client, programme) = (archive.world.coordinator(), archive.private());
    let mut large = PDF.to_vec();
    large.resize(2049 - 6, b' ');
    large.extend(b"%%EOF\n");
    client
        .send(&upload(programme, "a.pdf", &large))
        .refused(413, "body_too_large");
    // In pieces, whose number nobody knows before.
    let mut stream = begin(&client, programme, "transfer-encoding: chunked");
    let chunk = format!("{:x}\r\n", large.len());
    let _ = stream.write_all(&[chunk.as_bytes(), &large, b"\r\n0\r\n\r\n"].concat());
    assert!(answer(&mut stream).starts_with("HTTP/1.1 413"));
    archive.is_clean();
    let _ = large.drain(20..21);
    client.send(&upload(programme, "a.pdf", &large)).ok();
}

#[test]
fn a_file_that_is_cut_off_leaves_nothing() {
    let archive = Archive::new();
    let (client, programme) = (archive.world.coordinator(), archive.private());
    for coding in ["content-length: 100000", "transfer-encoding: chunked"] {
        let mut stream = begin(&client, programme, coding);
        let piece: &[u8] = if coding.contains("chunked") {
            b"5\r\n%PDF-\r\n"
        } else {
            b"%PDF-1.7"
        };
        stream.write_all(piece).expect("a piece is sent");
        archive.until("the beginning", || {
            archive.world.count("SELECT count(*) AS n FROM files") == 1
        });
        drop(stream);
        archive.is_clean();
    }
}

#[test]
fn what_cannot_be_stored_is_told_and_leaves_nothing() {
    let archive = Archive::new();
    let (client, programme) = (archive.world.coordinator(), archive.private());
    // Where the folder of the programme would be, there is a file.
    let in_the_way = archive.folder.path().join(programme);
    std::fs::write(&in_the_way, b"").expect("it is written");
    // In one piece, and in several.
    for length in [PDF.len(), 20 << 20] {
        let mut content = PDF.to_vec();
        content.resize(length.max(PDF.len() + 6) - 6, b' ');
        content.extend(b"%%EOF\n");
        client
            .send(&upload(programme, "a.pdf", &content))
            .refused(503, "unavailable");
    }
    std::fs::remove_file(in_the_way).expect("it is there");
    // Whatever is given up next takes along what could not be removed.
    client
        .send(&upload(programme, "a.png", PDF))
        .refused(422, "file_type_mismatch");
    archive.is_clean();
    client.send(&upload(programme, "a.pdf", PDF)).ok();
}

/// Sends the head of an upload and none of its body.
pub(super) fn begin(client: &Client, programme: &str, coding: &str) -> TcpStream {
    let host = client.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("the server listens");
    let head = format!(
        "POST /api/v1/programmes/{programme}/uploads?name=a.pdf HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\
         content-type: application/pdf\r\n{coding}\r\n\r\n",
        client.token().unwrap_or_default()
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    stream
}

fn answer(stream: &mut TcpStream) -> String {
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).unwrap_or(0);
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

/// What every scanner finds (EICAR), put together here so that none finds it in this file.
fn infected() -> Vec<u8> {
    let test = [
        "X5O!P%@AP[4\\PZX54(P^)7CC)7}$",
        "EICAR-STANDARD-ANTIVIRUS-TEST-FILE",
        "!$H+H*",
    ]
    .concat();
    [b"%PDF-1.7\n", test.as_bytes(), b"\n%%EOF"].concat()
}

#[test]
fn what_a_command_finds_is_refused() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let script = folder.path().join("scan");
    std::fs::write(&script, "#!/bin/sh\nif grep -q EICAR; then exit 1; else exit 0; fi\n").expect("a script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
    let archive = Archive::with(&[("PARVIS_VIRUS_SCAN", &format!("exec://{}", script.display()))]);
    let (client, programme) = (archive.world.coordinator(), archive.private());
    client
        .send(&upload(programme, "a.pdf", &infected()))
        .refused(422, "file_infected");
    archive.is_clean();
    client.send(&upload(programme, "a.pdf", PDF)).ok();
    assert_eq!(std::fs::read(&archive.files()[0]).expect("it is stored"), PDF);
    // A scanner that is gone lets nothing through.
    std::fs::remove_file(script).expect("it is there");
    client
        .send(&upload(programme, "a.pdf", PDF))
        .refused(503, "unavailable");
}

#[test]
fn what_clamd_finds_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let daemon = std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let mut stream = stream.expect("the server calls");
            let mut command = [0; 10];
            stream.read_exact(&mut command).expect("a command");
            assert_eq!(&command, b"zINSTREAM\0");
            let mut content = Vec::new();
            loop {
                let mut length = [0; 4];
                stream.read_exact(&mut length).expect("a length");
                let length = u32::from_be_bytes(length) as usize;
                if length == 0 {
                    break;
                }
                let start = content.len();
                content.resize(start + length, 0);
                stream.read_exact(&mut content[start..]).expect("a piece");
            }
            let found = content.windows(5).any(|window| window == b"EICAR");
            let told: &[u8] = if found {
                b"stream: Eicar-Test-Signature FOUND\0"
            } else {
                b"stream: OK\0"
            };
            stream.write_all(told).expect("the server reads");
        }
    });
    let archive = Archive::with(&[("PARVIS_VIRUS_SCAN", &format!("clamd://{address}"))]);
    let (client, programme) = (archive.world.coordinator(), archive.private());
    let problem = client
        .send(&upload(programme, "a.pdf", &infected()))
        .refused(422, "file_infected");
    assert!(problem.to_string().contains("file_infected"));
    client.send(&upload(programme, "a.pdf", PDF)).ok();
    daemon.join().expect("the daemon was asked twice");
    assert_eq!(archive.files().len(), 1);
}
