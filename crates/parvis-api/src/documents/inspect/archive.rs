//! Documents that are archives: those of Office Open XML and of OpenDocument. They are unfolded to nowhere, to count what
//! they become, and to find macros.

use std::fs::File;
use std::io::{BufReader, Read};

use parvis_domain::Fault;
use parvis_domain::documents::MediaType;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{damaged, unsafe_because, unsupported};

/// The most parts of one document.
const PARTS_MAX: usize = 10_000;
/// The most bytes that all its parts become together.
const UNFOLDED_MAX: u64 = 256 << 20;
/// How much of a part is read that says what the document is.
const CONTENTS_MAX: u64 = 1 << 20;

/// The part that lists the types of the others, in Office Open XML.
const OFFICE_TYPES: &str = "[Content_Types].xml";
/// The part that is the type, in OpenDocument.
const OPEN_TYPE: &str = "mimetype";

/// The main parts of Office Open XML and what they make of the document.
const OFFICE: [(&str, MediaType); 3] = [
    ("wordprocessingml.document.main+xml", MediaType::Docx),
    ("spreadsheetml.sheet.main+xml", MediaType::Xlsx),
    ("presentationml.presentation.main+xml", MediaType::Pptx),
];

type Archive<'a> = ZipArchive<BufReader<&'a mut File>>;

/// Which document an archive is, where it is one that is safe to keep.
pub(super) fn look(file: &mut File) -> std::io::Result<Result<MediaType, Fault>> {
    let mut archive = match ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(ZipError::Io(error)) if error.kind() != std::io::ErrorKind::UnexpectedEof => return Err(error),
        Err(_) => return Ok(Err(cut())),
    };
    Ok(look_into(&mut archive))
}

fn look_into(archive: &mut Archive<'_>) -> Result<MediaType, Fault> {
    if archive.len() > PARTS_MAX {
        return Err(unsafe_because(&format!(
            "The document has more than {PARTS_MAX} parts."
        )));
    }
    // What says so itself is refused before anything of it is unfolded.
    if archive
        .decompressed_size()
        .is_some_and(|size| size > u128::from(UNFOLDED_MAX))
    {
        return Err(bomb());
    }
    let mut unfolded = 0;
    let (mut office, mut open) = (None, None);
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let name = part.name().map_err(|_| cut())?.into_owned();
        check_name(&name)?;
        if leads_outside(&name) {
            return Err(outside());
        }
        if part.encrypted() {
            return Err(unsafe_because("The document is locked by a password."));
        }
        if part.is_symlink() || part.enclosed_name().is_none() {
            return Err(outside());
        }
        let kept = (name == OFFICE_TYPES) || (name == OPEN_TYPE);
        // What a part says of its length may be a lie: what counts is what comes out.
        if unfolded + part.size() > UNFOLDED_MAX {
            return Err(bomb());
        }
        let (length, content) = unfold(&mut part, UNFOLDED_MAX - unfolded, kept)?;
        unfolded += length;
        match name.as_str() {
            OFFICE_TYPES => office = Some(content),
            OPEN_TYPE => open = Some(content),
            _ => {}
        }
    }
    which(office.as_deref(), open.as_deref())
}

/// Reads a part to its end and counts. The beginning of one that says what the document is, is kept.
fn unfold(part: &mut impl Read, most: u64, kept: bool) -> Result<(u64, String), Fault> {
    let mut content = Vec::new();
    if kept {
        part.by_ref()
            .take(CONTENTS_MAX)
            .read_to_end(&mut content)
            .map_err(|_| cut())?;
    }
    let begun = content.len() as u64;
    let rest = std::io::copy(&mut part.take((most + 1).saturating_sub(begun)), &mut std::io::sink());
    let length = begun + rest.map_err(|_| cut())?;
    match length > most {
        true => Err(bomb()),
        false => Ok((length, String::from_utf8_lossy(&content).into_owned())),
    }
}

fn which(office: Option<&str>, open: Option<&str>) -> Result<MediaType, Fault> {
    if let Some(types) = office {
        if types.to_ascii_lowercase().contains("macroenabled") {
            return Err(unsafe_because("The document holds macros."));
        }
        let main = OFFICE.iter().find(|(part, _)| types.contains(part));
        return main
            .map(|(_, media)| *media)
            .ok_or_else(|| unsupported("The archive is no text, workbook or presentation."));
    }
    match open.and_then(MediaType::parse) {
        Some(media @ (MediaType::Odt | MediaType::Ods | MediaType::Odp)) => Ok(media),
        _ => Err(unsupported("Archives are not kept.")),
    }
}

/// Whether a name would leave the folder that it is unfolded into.
fn leads_outside(name: &str) -> bool {
    name.starts_with('/') || name.contains('\\') || name.split('/').any(|part| part == "..")
}

fn outside() -> Fault {
    unsafe_because("A part of the document lies outside of it.")
}

/// The names of parts that are programs.
fn check_name(name: &str) -> Result<(), Fault> {
    let name = name.to_ascii_lowercase();
    let is_macro = name.ends_with("vbaproject.bin") || name.starts_with("basic/") || name.starts_with("scripts/");
    let is_control = name.contains("/activex/");
    match is_macro || is_control {
        true => Err(unsafe_because("The document holds macros.")),
        false => Ok(()),
    }
}

fn unreadable(error: &ZipError) -> Fault {
    match error {
        ZipError::UnsupportedArchive(why) if why.to_ascii_lowercase().contains("password") => {
            unsafe_because("The document is locked by a password.")
        }
        _ => cut(),
    }
}

fn cut() -> Fault {
    damaged("The document cannot be unfolded to its end.")
}

fn bomb() -> Fault {
    unsafe_because(&format!(
        "The document would unfold to more than {} MiB.",
        UNFOLDED_MAX >> 20
    ))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use parvis_domain::Code;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(parts: &[(&str, &[u8])]) -> Result<MediaType, Code> {
        let mut writer = ZipWriter::new(tempfile::tempfile().unwrap());
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        let mut file = writer.finish().unwrap();
        look(&mut file).unwrap().map_err(|fault| fault.code)
    }

    const WORD: &[u8] = b"<Types><Override ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";

    #[test]
    fn a_document_is_what_its_main_part_is() {
        assert_eq!(
            archive(&[(OFFICE_TYPES, WORD), ("word/document.xml", b"<a/>")]),
            Ok(MediaType::Docx)
        );
        let open = b"application/vnd.oasis.opendocument.spreadsheet";
        assert_eq!(
            archive(&[(OPEN_TYPE, open), ("content.xml", b"<a/>")]),
            Ok(MediaType::Ods)
        );
        assert_eq!(archive(&[("a.txt", b"a")]), Err(Code::FileTypeUnsupported));
        assert_eq!(archive(&[(OFFICE_TYPES, b"<Types/>")]), Err(Code::FileTypeUnsupported));
    }

    #[test]
    fn macros_and_paths_are_refused() {
        for name in [
            "word/vbaProject.bin",
            "Basic/script-lb.xml",
            "../../etc/cron.d/a",
            "/etc/passwd",
        ] {
            assert_eq!(
                archive(&[(OFFICE_TYPES, WORD), (name, b"a")]),
                Err(Code::FileUnsafe),
                "{name}"
            );
        }
        let enabled = b"application/vnd.ms-word.document.macroEnabled.main+xml";
        assert_eq!(archive(&[(OFFICE_TYPES, enabled)]), Err(Code::FileUnsafe));
    }

    #[test]
    fn what_unfolds_too_far_is_refused() {
        let mut part = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        part.start_file("a", SimpleFileOptions::default()).unwrap();
        part.write_all(&vec![0; 8 << 20]).unwrap();
        let mut part = part.finish_into_readable().unwrap();
        let mut bomb = ZipWriter::new(tempfile::tempfile().unwrap());
        for n in 0..40 {
            bomb.raw_copy_file_rename(part.by_index(0).unwrap(), format!("xl/{n}.xml"))
                .unwrap();
        }
        let mut bomb = bomb.finish().unwrap();
        assert!(bomb.metadata().unwrap().len() < 1 << 20);
        assert_eq!(look(&mut bomb).unwrap().unwrap_err().code, Code::FileUnsafe);
        let mut lying: &[u8] = &[0; 100];
        assert_eq!(unfold(&mut lying, 99, false).unwrap_err().code, Code::FileUnsafe);
        let mut lying: &[u8] = &[0; 100];
        assert_eq!(unfold(&mut lying, 99, true).unwrap_err().code, Code::FileUnsafe);
    }
}
