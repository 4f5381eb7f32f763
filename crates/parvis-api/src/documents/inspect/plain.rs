//! Text: what has no signature, and holds nothing but characters.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// Whether the first thing after a byte order mark and blanks is markup, which a browser might run.
pub(super) fn begins_as_markup(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Whether there is no byte that no encoding of text on a line has: UTF-8 and the old encodings of one byte pass, UTF-16
/// and everything else does not.
pub(super) fn is_text(file: &mut File) -> std::io::Result<bool> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(64 << 10, file);
    let mut piece = [0; 8 << 10];
    loop {
        let read = reader.read(&mut piece)?;
        let piece = piece.get(..read).unwrap_or_default();
        if piece.is_empty() {
            return Ok(true);
        }
        if piece.iter().any(|byte| is_control(*byte)) {
            return Ok(false);
        }
    }
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)
}

/// Whether the whole is one JSON value.
pub(super) fn is_json(file: &mut File) -> std::io::Result<bool> {
    file.seek(SeekFrom::Start(0))?;
    Ok(serde_json::from_reader::<_, serde::de::IgnoredAny>(BufReader::new(file)).is_ok())
}
