//! The list that lots are drawn from, and the text of it whose hash is published.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::VERSION;
use super::candidates::Digest;
use crate::bodies::{ParityRule, Sex};
use crate::error::{Code, Fault, Faults};
use crate::{period, text};

/// The most colleges of one draw.
const COLLEGES_MAX: usize = 20;
/// The most seats of one college.
const SEATS_MAX: u32 = 1_000;
/// The most candidates of one list.
const CANDIDATES_MAX: usize = 100_000;

/// Where the seed will come from: a public draw to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedSource {
    /// Which public draw, so that anybody finds its result.
    pub name: String,
    /// The day on which its value is born.
    pub born_on: NaiveDate,
    /// How the value is written down, so that everybody writes the same.
    pub writing: String,
}

/// A college whose seats are filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawCollege {
    /// Its code.
    pub code: String,
    /// How many seats are filled, at least one.
    pub seats: u32,
    /// Its rule of parity.
    pub parity: ParityRule,
}

/// A candidate as the public sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Candidate {
    /// Name under which the candidate is drawn, unique in the list.
    pub pseudonym: String,
    /// Code of the college.
    pub college: String,
    /// Sex, where the college keeps parity; unstated elsewhere, where nobody needs to know it.
    pub sex: Sex,
    /// Commitment to the identity, unique in the list.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub commitment: Digest,
}

/// A list as it is put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawList {
    /// Identifier of the draw, so that no list serves two.
    pub draw: Uuid,
    /// Where the seed will come from.
    pub source: SeedSource,
    /// The colleges.
    pub colleges: Vec<DrawCollege>,
    /// The candidates.
    pub candidates: Vec<Candidate>,
}

impl DrawList {
    /// Checks the list and puts it in its order.
    ///
    /// # Errors
    /// Every fault: what is missing, stands twice, is out of range, or names a college that is not there.
    pub fn check(self) -> Result<FixedList, Faults> {
        let mut faults = Faults::new();
        let name = faults.keep(text::line("/source/name", &self.source.name, text::NAME_MAX));
        let writing = faults.keep(text::line("/source/writing", &self.source.writing, text::NAME_MAX));
        check_colleges(&mut faults, &self.colleges);
        self.check_candidates(&mut faults);
        let source = name.zip(writing).map(|(name, writing)| SeedSource {
            name,
            writing,
            ..self.source
        });
        let list = source.map(|source| DrawList { source, ..self }.sorted());
        faults.finish(list).map(FixedList)
    }

    fn check_candidates(&self, faults: &mut Faults) {
        if self.candidates.len() > CANDIDATES_MAX {
            faults.add(
                Code::TooMany,
                "/candidates",
                format!("At most {CANDIDATES_MAX} candidates are allowed."),
            );
        }
        let colleges: BTreeSet<_> = self.colleges.iter().map(|college| college.code.as_str()).collect();
        let (mut pseudonyms, mut commitments) = (BTreeSet::new(), BTreeSet::new());
        for (i, candidate) in self.candidates.iter().enumerate() {
            let at = |field| format!("/candidates/{i}/{field}");
            faults.keep(same_code(&at("pseudonym"), &candidate.pseudonym));
            if !colleges.contains(candidate.college.as_str()) {
                faults.add(Code::ReferenceUnknown, at("college"), "The list has no such college.");
            }
            if !pseudonyms.insert(candidate.pseudonym.as_str()) {
                faults.add(
                    Code::Duplicate,
                    at("pseudonym"),
                    "Two candidates have this pseudonym; take another salt.",
                );
            }
            if !commitments.insert(candidate.commitment) {
                faults.add(
                    Code::Duplicate,
                    at("commitment"),
                    "Two candidates have this commitment.",
                );
            }
        }
        for (i, college) in self.colleges.iter().enumerate() {
            if !self
                .candidates
                .iter()
                .any(|candidate| candidate.college == college.code)
            {
                faults.add(
                    Code::Required,
                    format!("/colleges/{i}"),
                    "The college has no candidate.",
                );
            }
        }
    }

    fn sorted(mut self) -> Self {
        self.colleges.sort_by(|a, b| a.code.cmp(&b.code));
        self.candidates
            .sort_by(|a, b| (&a.college, &a.pseudonym).cmp(&(&b.college, &b.pseudonym)));
        self
    }
}

fn check_colleges(faults: &mut Faults, colleges: &[DrawCollege]) {
    if !(1..=COLLEGES_MAX).contains(&colleges.len()) {
        faults.add(
            Code::OutOfRange,
            "/colleges",
            format!("From one to {COLLEGES_MAX} colleges."),
        );
    }
    let mut codes = BTreeSet::new();
    for (i, college) in colleges.iter().enumerate() {
        faults.keep(same_code(&format!("/colleges/{i}/code"), &college.code));
        if !codes.insert(college.code.as_str()) {
            faults.add(
                Code::Duplicate,
                format!("/colleges/{i}/code"),
                "Two colleges have this code.",
            );
        }
        if !(1..=SEATS_MAX).contains(&college.seats) {
            let detail = format!("A number of seats from 1 to {SEATS_MAX}.");
            faults.add(Code::OutOfRange, format!("/colleges/{i}/seats"), detail);
        }
    }
}

/// A code that is hashed is taken as it stands: blanks around it would be hashed too.
fn same_code(pointer: &str, value: &str) -> Result<(), Fault> {
    if text::code(pointer, value)? == value {
        return Ok(());
    }
    Err(Fault::new(
        Code::FormatInvalid,
        pointer,
        "A code has no blanks around it.",
    ))
}

/// A checked list in its one order: colleges by code, candidates by college and pseudonym, compared as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedList(DrawList);

impl FixedList {
    /// What it holds.
    #[must_use]
    pub fn list(&self) -> &DrawList {
        &self.0
    }

    /// The one text of the list, whose hash is published: UTF-8, each line ended by a line feed, its fields separated by
    /// tabs. The tabs and line feeds are no part of any field.
    #[must_use]
    pub fn document(&self) -> String {
        let DrawList {
            draw,
            source,
            colleges,
            candidates,
        } = &self.0;
        let mut lines = vec![
            VERSION.to_owned(),
            format!("draw\t{draw}"),
            format!("source\t{}", source.name),
            format!("born\t{}", source.born_on),
            format!("writing\t{}", source.writing),
        ];
        lines.extend(
            colleges
                .iter()
                .map(|c| format!("college\t{}\t{}\t{}", c.code, c.seats, c.parity)),
        );
        lines.extend(
            candidates
                .iter()
                .map(|c| format!("candidate\t{}\t{}\t{}\t{}", c.college, c.sex, c.pseudonym, c.commitment)),
        );
        lines.push(String::new());
        lines.join("\n")
    }

    /// The hash of [`FixedList::document`].
    #[must_use]
    pub fn hash(&self) -> Digest {
        Digest::of(&self.document())
    }

    /// Reads the published text. What is not exactly the text that [`FixedList::document`] writes is refused: two texts
    /// with the same meaning would have two hashes.
    ///
    /// # Errors
    /// `format_invalid`, naming the line, or the faults of [`DrawList::check`].
    pub fn parse(document: &str) -> Result<Self, Faults> {
        let mut lines = document.lines().enumerate();
        let mut head = |name: &str| match lines.next() {
            Some((_, line)) if name.is_empty() && line == VERSION => Ok(String::new()),
            Some((i, line)) => match line.split_once('\t') {
                Some((field, value)) if field == name => Ok(value.to_owned()),
                _ => Err(malformed(i)),
            },
            None => Err(malformed(0)),
        };
        head("")?;
        let draw = head("draw")?.parse().map_err(|_| malformed(1))?;
        let name = head("source")?;
        let born_on = period::date("", &head("born")?)?;
        let writing = head("writing")?;
        let mut list = DrawList {
            draw,
            source: SeedSource { name, born_on, writing },
            colleges: Vec::new(),
            candidates: Vec::new(),
        };
        for (i, line) in lines {
            list.read_line(line).ok_or_else(|| malformed(i))?;
        }
        let fixed = list.check()?;
        if fixed.document() == document {
            return Ok(fixed);
        }
        let detail = "The text is not in its one order, or its lines do not end in a single line feed.";
        Err(Fault::new(Code::FormatInvalid, "", detail).into())
    }
}

impl DrawList {
    fn read_line(&mut self, line: &str) -> Option<()> {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["college", code, seats, parity] => self.colleges.push(DrawCollege {
                code: (*code).to_owned(),
                seats: seats.parse().ok()?,
                parity: ParityRule::parse(parity)?,
            }),
            ["candidate", college, sex, pseudonym, commitment] => self.candidates.push(Candidate {
                pseudonym: (*pseudonym).to_owned(),
                college: (*college).to_owned(),
                sex: Sex::parse(sex)?,
                commitment: Digest::parse("", commitment).ok()?,
            }),
            _ => return None,
        }
        Some(())
    }
}

fn malformed(index: usize) -> Fault {
    let detail = format!("Line {} is not one of a list of {VERSION}.", index + 1);
    Fault::new(Code::FormatInvalid, "", detail)
}
