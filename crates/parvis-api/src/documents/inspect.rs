//! What a file really is: found in its content, never in its name. Nothing is unfolded or drawn further than it takes to
//! know that it is safe to keep.

mod archive;
mod drawing;
mod plain;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use parvis_domain::documents::{Claim, MediaType};
use parvis_domain::{Code, Fault};

/// How much of the beginning shows the type.
const HEAD: u64 = 8 << 10;
/// How far from its end a PDF says that it ends.
const TAIL: u64 = 2 << 10;
/// The most points of an image: whoever draws it needs four bytes for each.
const POINTS_MAX: usize = 100_000_000;

/// The type of a file, where it is one that is kept, what it says it is, and safe.
///
/// # Errors
/// `file_type_unsupported`, `file_type_mismatch`, `file_damaged`, `file_unsafe`; the outer error is of the disk.
pub fn media_type(file: &mut File, header: Option<&str>, name: &str) -> std::io::Result<Result<MediaType, Fault>> {
    let found = match found(file)? {
        Ok(found) => found,
        Err(fault) => return Ok(Err(fault)),
    };
    let named = Claim::by_file_name(name);
    let settled = named
        .settle("name", found)
        .and_then(|media| match (named, Claim::by_header(header)) {
            (Claim::Nothing, claim) => claim.settle("Content-Type", media),
            (_, Claim::Nothing) => Ok(media),
            // The name says which kind of text it is; the header may leave that open.
            (_, Claim::Of(MediaType::Text)) if media.is_text() => Ok(media),
            (_, Claim::Of(claimed)) if claimed == media => Ok(media),
            _ => Claim::Other.settle("Content-Type", media),
        });
    match settled {
        Ok(MediaType::Json) if !plain::is_json(file)? => Ok(Err(damaged("This is not JSON."))),
        settled => Ok(settled),
    }
}

/// The type that the content shows; every kind of text is plain text here.
fn found(file: &mut File) -> std::io::Result<Result<MediaType, Fault>> {
    let head = head(file)?;
    let known = infer::get(&head).map(|kind| kind.mime_type());
    file.seek(SeekFrom::Start(0))?;
    match known {
        Some("application/pdf") => pdf(file, &head),
        Some("image/png") => image(file, MediaType::Png),
        Some("image/jpeg") => image(file, MediaType::Jpeg),
        Some("image/gif") => image(file, MediaType::Gif),
        Some("image/webp") => image(file, MediaType::Webp),
        _ if head.starts_with(b"PK\x03\x04") => archive::look(file),
        Some(other) if !other.starts_with("text/") => {
            Ok(Err(unsupported(&format!("Files of the type {other} are not kept."))))
        }
        _ => text(file, &head),
    }
}

fn head(file: &mut File) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn pdf(file: &mut File, head: &[u8]) -> std::io::Result<Result<MediaType, Fault>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let ends = tail.windows(5).any(|window| window == b"%%EOF");
    Ok(match head.starts_with(b"%PDF-") && ends {
        true => Ok(MediaType::Pdf),
        false => Err(damaged("The PDF has no end: it was cut off.")),
    })
}

fn image(file: &mut File, media: MediaType) -> std::io::Result<Result<MediaType, Fault>> {
    Ok(match imagesize::reader_size(&mut BufReader::new(file)) {
        Err(_) => Err(damaged("The image cannot be read.")),
        Ok(size) => match size.width.checked_mul(size.height) {
            Some(points) if (1..=POINTS_MAX).contains(&points) => Ok(media),
            _ => Err(unsafe_because(&format!(
                "The image is {} by {} points; at most {POINTS_MAX} points are kept.",
                size.width, size.height
            ))),
        },
    })
}

fn text(file: &mut File, head: &[u8]) -> std::io::Result<Result<MediaType, Fault>> {
    if plain::begins_as_markup(head) {
        return drawing::look(file);
    }
    Ok(match plain::is_text(file)? {
        true => Ok(MediaType::Text),
        false => Err(unsupported("The content is of no type that is kept.")),
    })
}

fn unsupported(detail: &str) -> Fault {
    let kept = "Kept are PDF, images (PNG, JPEG, GIF, WebP, SVG), documents of Office Open XML and OpenDocument without \
                macros, text, CSV and JSON.";
    Fault::new(Code::FileTypeUnsupported, "", format!("{detail} {kept}"))
}

fn damaged(detail: &str) -> Fault {
    Fault::new(Code::FileDamaged, "", detail)
}

fn unsafe_because(detail: &str) -> Fault {
    Fault::new(Code::FileUnsafe, "", detail)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn look(content: &[u8], header: Option<&str>, name: &str) -> Result<MediaType, Code> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        media_type(&mut file, header, name).unwrap().map_err(|fault| fault.code)
    }

    /// The beginning of a PNG of so many points.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend(width.to_be_bytes());
        png.extend(height.to_be_bytes());
        png.extend(b"\x08\x06\0\0\0\0\0\0\0");
        png
    }

    #[test]
    fn the_content_decides_and_the_name_must_agree() {
        let pdf = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n";
        assert_eq!(look(pdf, None, "a.pdf"), Ok(MediaType::Pdf));
        assert_eq!(look(pdf, Some("application/octet-stream"), "a"), Ok(MediaType::Pdf));
        for (header, name) in [
            (None, "a.png"),
            (None, "a.exe"),
            (Some("image/png"), "a.pdf"),
            (Some("text/html"), "a.pdf"),
        ] {
            assert_eq!(
                look(pdf, header, name),
                Err(Code::FileTypeMismatch),
                "{header:?} {name}"
            );
        }
        assert_eq!(look(b"%PDF-1.7\n1 0 obj", None, "a.pdf"), Err(Code::FileDamaged));
        assert_eq!(
            look(b"MZ\x90\0\x03\0\0\0", None, "a.pdf"),
            Err(Code::FileTypeUnsupported)
        );
        assert_eq!(look(b"#!/bin/sh\necho\n", None, "a.pdf"), Err(Code::FileTypeMismatch));
        assert_eq!(look(b"", None, "a.txt"), Ok(MediaType::Text));
    }

    #[test]
    fn an_image_is_measured_before_anybody_draws_it() {
        assert_eq!(look(&png(40, 30), None, "a.png"), Ok(MediaType::Png));
        assert_eq!(look(&png(60_000, 60_000), None, "a.png"), Err(Code::FileUnsafe));
        assert_eq!(look(&png(0, 30), None, "a.png"), Err(Code::FileUnsafe));
    }

    #[test]
    fn text_is_what_its_name_says() {
        let csv = "nom;montant\nAtelier;40,50\n";
        assert_eq!(look(csv.as_bytes(), None, "a.csv"), Ok(MediaType::Csv));
        assert_eq!(look(csv.as_bytes(), Some("text/plain"), "a.csv"), Ok(MediaType::Csv));
        assert_eq!(look(csv.as_bytes(), Some("text/csv"), "a"), Ok(MediaType::Csv));
        assert_eq!(
            look(csv.as_bytes(), Some("text/csv"), "a.txt"),
            Err(Code::FileTypeMismatch)
        );
        assert_eq!(look(csv.as_bytes(), None, "a.json"), Err(Code::FileDamaged));
        assert_eq!(look(b"{\"type\": \"Point\"}", None, "a.geojson"), Ok(MediaType::Json));
        assert_eq!(look(b"a\0b", None, "a.txt"), Err(Code::FileTypeUnsupported));
        assert_eq!(look(b"t\xe9l\xe9phone", None, "a.txt"), Ok(MediaType::Text));
        for page in [
            "<!DOCTYPE html><p>",
            "  <html><script>alert(1)</script></html>",
            "\u{feff}<p>",
        ] {
            assert!(look(page.as_bytes(), None, "a.txt").is_err(), "{page}");
            assert!(look(page.as_bytes(), None, "a.html").is_err(), "{page}");
        }
    }
}
