//! SVG: a drawing that may hold script, and is kept only where it holds none. It is never shown inline either way.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use parvis_domain::Fault;
use parvis_domain::documents::MediaType;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{damaged, unsafe_because, unsupported};

/// The largest drawing, in bytes.
const SIZE_MAX: u64 = 5 << 20;
/// Elements that run something, or bring something in that does.
const RUN: [&str; 11] = [
    "script",
    "foreignobject",
    "iframe",
    "embed",
    "object",
    "audio",
    "video",
    "handler",
    "listener",
    "link",
    "meta",
];
/// Attributes that lead somewhere.
const LEAD: [&str; 3] = ["href", "src", "from"];
/// What a value may not hold, however it is written. A style may bring in what lies elsewhere.
const FORBIDDEN: [&str; 5] = ["javascript:", "vbscript:", "@import", "expression(", "data:text"];

/// Whether the file is a drawing without script.
pub(super) fn look(file: &mut File) -> std::io::Result<Result<MediaType, Fault>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    if length > SIZE_MAX {
        return Ok(Err(unsafe_because("A drawing has at most 5 MiB.")));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => return Ok(Err(unsupported("The markup is not UTF-8."))),
    };
    Ok(check(text.trim_start_matches('\u{feff}')).map(|()| MediaType::Svg))
}

fn check(text: &str) -> Result<(), Fault> {
    let mut reader = Reader::from_str(text);
    let (mut depth, mut is_svg) = (0_usize, false);
    loop {
        let event = reader.read_event().map_err(|_| broken(is_svg))?;
        match event {
            Event::Start(element) => {
                is_svg = root(is_svg, &element)?;
                check_element(&element)?;
                depth += 1;
            }
            Event::Empty(element) => {
                is_svg = root(is_svg, &element)?;
                check_element(&element)?;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            // Entities may stand for anything, a style sheet may come from anywhere.
            Event::DocType(kind) if !is_svg && !is_plain_doctype(&kind) => return Err(no_drawing()),
            Event::PI(_) => return Err(unsafe_because("The drawing holds an instruction for programs.")),
            Event::Text(text) => check_value(&text)?,
            Event::CData(text) => check_value(&text)?,
            Event::GeneralRef(name) if !is_known(&name) => {
                return Err(unsafe_because("The drawing refers to an entity of its own."));
            }
            Event::Eof if is_svg && depth == 0 => return Ok(()),
            Event::Eof => return Err(broken(is_svg)),
            _ => {}
        }
    }
}

/// The first element says what it is.
fn root(is_svg: bool, element: &BytesStart<'_>) -> Result<bool, Fault> {
    match is_svg || element.local_name().as_ref().eq_ignore_ascii_case("svg") {
        true => Ok(true),
        false => Err(no_drawing()),
    }
}

fn no_drawing() -> Fault {
    unsupported("Of markup only SVG is kept.")
}

fn broken(is_svg: bool) -> Fault {
    match is_svg {
        true => damaged("The drawing cannot be read to its end."),
        false => no_drawing(),
    }
}

/// A document type that names SVG and declares nothing of its own.
fn is_plain_doctype(kind: &str) -> bool {
    kind.trim_start().starts_with("svg") && !kind.contains('[')
}

fn is_known(name: &str) -> bool {
    name.starts_with('#') || matches!(name, "lt" | "gt" | "amp" | "apos" | "quot")
}

fn check_element(element: &BytesStart<'_>) -> Result<(), Fault> {
    let name = element.local_name().as_ref().to_ascii_lowercase();
    if RUN.contains(&name.as_str()) {
        return Err(unsafe_because(&format!("The drawing holds the element {name}.")));
    }
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| damaged("The drawing cannot be read to its end."))?;
        let key = attribute.key.local_name().as_ref().to_ascii_lowercase();
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| unsafe_because("The drawing refers to an entity of its own."))?;
        if key.starts_with("on") {
            return Err(unsafe_because(&format!("The drawing holds the handler {key}.")));
        }
        // An animation could change an address after it was looked at.
        if key == "attributename" && value.to_ascii_lowercase().contains("href") {
            return Err(unsafe_because("The drawing changes an address while it is shown."));
        }
        if LEAD.contains(&key.as_str()) && !leads_nowhere(&name, &value) {
            return Err(unsafe_because("The drawing brings in something from elsewhere."));
        }
        check_value(&value)?;
    }
    Ok(())
}

/// Whether an address stays within the drawing, is an image in it, or is the link of a word.
fn leads_nowhere(element: &str, address: &str) -> bool {
    let address = squeezed(address);
    let image = ["data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp"];
    let link = element == "a" && (address.starts_with("https:") || address.starts_with("http:"));
    address.is_empty() || address.starts_with('#') || link || image.iter().any(|start| address.starts_with(start))
}

fn check_value(value: &str) -> Result<(), Fault> {
    let value = squeezed(value);
    if FORBIDDEN.iter().any(|word| value.contains(word)) {
        return Err(unsafe_because("The drawing holds script, or a style from elsewhere."));
    }
    let mut addresses = value.split("url(").skip(1);
    match addresses.all(|rest| rest.trim_start_matches(['"', '\'']).starts_with('#')) {
        true => Ok(()),
        false => Err(unsafe_because("The drawing brings in something from elsewhere.")),
    }
}

/// As a browser may read it: without blanks and control characters, in small letters. An escape of CSS hides nothing.
fn squeezed(value: &str) -> String {
    value
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\\')
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use parvis_domain::Code;

    use super::*;

    fn code(inner: &str) -> Result<(), Code> {
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'>{inner}</svg>");
        check(&svg).map_err(|fault| fault.code)
    }

    #[test]
    fn a_drawing_is_kept() {
        let whole = "<?xml version='1.0' encoding='UTF-8'?>\n<!-- plan -->\n<svg viewBox='0 0 9 9'><style>.a{fill:#123}</style>\
                     <a href='https://example.org'><text>Tom &amp; Ana</text></a><use href='#b'/>\
                     <rect fill=\"url(#g)\"/><image href='data:image/png;base64,AAAA'/></svg>";
        assert_eq!(check(whole), Ok(()));
    }

    #[test]
    fn a_drawing_that_runs_something_is_not() {
        for inner in [
            "<script>alert(1)</script>",
            "<SCRIPT href='#a'/>",
            "<s:script xmlns:s='http://www.w3.org/2000/svg'/>",
            "<rect onload='alert(1)'/>",
            "<a href='javascript:alert(1)'/>",
            "<a href=' java&#10;script:alert(1)'/>",
            "<foreignObject><p/></foreignObject>",
            "<image href='https://elsewhere.example/a.png'/>",
            "<use href='other.svg#a'/>",
            "<image href='data:image/svg+xml;base64,AAAA'/>",
            "<style>@import 'a.css';</style>",
            "<style>a{background:u\\rl(http://elsewhere.example)}</style>",
            "<rect style='fill:url(http://elsewhere.example/a)'/>",
            "<animate attributeName='href' to='javascript:alert(1)'/>",
            "<?xml-stylesheet href='a.css'?>",
            "&own;",
        ] {
            assert_eq!(code(inner), Err(Code::FileUnsafe), "{inner}");
        }
        let bomb = "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>";
        assert!(check(bomb).is_err());
        assert_eq!(
            check("<html><svg/></html>").unwrap_err().code,
            Code::FileTypeUnsupported
        );
        assert_eq!(check("<svg><g>").unwrap_err().code, Code::FileDamaged);
    }
}
