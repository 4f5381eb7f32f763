//! Drawing of lots.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::bodies::draw::{self as domain, Digest, DrawStatus};
use parvis_domain::bodies::{ParityRule, Sex};
use parvis_domain::{Fault, Faults, Period, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use parvis_domain::bodies::draw::algorithm::Ticket as DrawnTicket;
pub use parvis_domain::bodies::draw::{
    Candidate as DrawCandidate, CollegeOutcome as DrawnCollege, Holder as DrawnHolder, Outcome as DrawOutcome,
    Seat as DrawnSeat,
};

/// Where the seed will come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeedSource {
    /// Which public draw, so that anybody finds its result.
    pub name: String,
    /// The day on which its value is born; the list is fixed before it.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub born_on: String,
    /// How the value is written down, so that everybody writes the same.
    pub writing: String,
}

/// A college whose seats are drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDrawCollege {
    /// Its code.
    pub code: String,
    /// How many seats.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub seats: u32,
    /// Its rule of parity.
    pub parity: ParityRule,
}

/// A draw to be prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "source": {"name": "Loto, tirage du mercredi 11 mars 2015", "born_on": "2015-03-11",
        "writing": "Cinq numéros croissants à deux chiffres, puis le numéro chance, joints par des tirets"},
    "colleges": [{"code": "inhabitants", "seats": 6, "parity": "equal"}]
})))]
pub struct NewDraw {
    /// Where the seed will come from.
    pub source: SeedSource,
    /// The colleges.
    pub colleges: Vec<NewDrawCollege>,
}

impl NewRefusal {
    /// Checks pseudonym and day.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(String, NaiveDate), Faults> {
        let mut faults = Faults::new();
        let pseudonym = faults.keep(text::code("/pseudonym", &self.pseudonym));
        let day = faults.keep(period::date("/refused_on", &self.refused_on));
        faults.finish(pseudonym.zip(day))
    }
}

impl NewDraw {
    /// Checks the source; the rest is checked with the candidates when the list is fixed.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(domain::SeedSource, Vec<domain::DrawCollege>), Faults> {
        let mut faults = Faults::new();
        let name = faults.keep(text::line("/source/name", &self.source.name, text::NAME_MAX));
        let born_on = faults.keep(period::date("/source/born_on", &self.source.born_on));
        let writing = faults.keep(text::line("/source/writing", &self.source.writing, text::NAME_MAX));
        for (i, college) in self.colleges.iter().enumerate() {
            faults.keep(text::code(&format!("/colleges/{i}/code"), &college.code));
        }
        let colleges = self.colleges.iter().map(|college| domain::DrawCollege {
            code: college.code.trim().to_owned(),
            seats: college.seats,
            parity: college.parity,
        });
        let checked = (|| {
            let source = domain::SeedSource {
                name: name?,
                born_on: born_on?,
                writing: writing?,
            };
            Some((source, colleges.collect()))
        })();
        faults.finish(checked)
    }
}

/// A candidate to be put on the list. The answer has the pseudonym, and the salt once, to be handed to this person alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDrawCandidate {
    /// Code of the college.
    pub college: String,
    /// Sex, where the college keeps parity.
    pub sex: Sex,
    /// Who it is, in the words of which the person receives a copy: personal data, never public.
    pub identity: String,
}

impl NewDrawCandidate {
    /// Checks the identity.
    ///
    /// # Errors
    /// `required`, `too_long` or `control_character`.
    pub fn check(&self) -> Result<String, Fault> {
        text::line("/identity", &self.identity, text::NAME_MAX)
    }
}

/// A candidate as whoever runs the draw sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedCandidate {
    /// Name under which the candidate is drawn.
    pub pseudonym: String,
    /// Code of the college.
    pub college: String,
    /// Sex; unstated where the college keeps no parity.
    pub sex: Sex,
    /// Commitment to the identity.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub commitment: Digest,
    /// Who it is; none where that was erased.
    pub identity: Option<String>,
}

/// The candidates of a draw, by their pseudonyms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedCandidates {
    /// All of them.
    pub items: Vec<ListedCandidate>,
}

/// What a candidate is handed: with salt and identity, this person and nobody else can check that the list means them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CandidateReceipt {
    /// The draw.
    pub draw_id: Uuid,
    /// The name of the algorithm.
    pub algorithm: String,
    /// Name under which the candidate is drawn.
    pub pseudonym: String,
    /// Code of the college.
    pub college: String,
    /// Sex as listed.
    pub sex: Sex,
    /// Who it is, in the words that the commitment covers.
    pub identity: String,
    /// The secret of this candidate, told once.
    pub salt: String,
    /// Commitment to the identity.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub commitment: Digest,
    /// Version of the draw with this candidate on its list.
    pub version: i64,
}

/// Gives those who hold seats after the draw their mandates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seating {
    /// First day.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub starts_on: String,
    /// Last day; open where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub ends_on: Option<String>,
    /// Whether the order that names the members publishes their names.
    #[serde(default)]
    pub published: bool,
}

impl Seating {
    /// Checks the days.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<Period, Faults> {
        Period::check("", &self.starts_on, self.ends_on.as_deref())
    }
}

/// Mandates that a draw gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatedMandates {
    /// One for each seat that had none yet.
    pub items: Vec<super::Mandate>,
}

/// The value of the announced source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DrawSeed {
    /// As announced.
    pub seed: String,
}

/// Somebody refuses a seat, or gives it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewDrawRefusal))]
pub struct NewRefusal {
    /// Who.
    pub pseudonym: String,
    /// When.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub refused_on: String,
}

/// A draw in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DrawSummary {
    /// Identifier.
    pub id: Uuid,
    /// The body.
    pub body_id: Uuid,
    /// Where it is.
    pub status: DrawStatus,
    /// Where the seed comes from.
    pub source: String,
    /// When it is born.
    pub born_on: NaiveDate,
    /// When the list was fixed.
    pub fixed_on: Option<NaiveDate>,
    /// When lots were drawn.
    pub drawn_on: Option<NaiveDate>,
    /// When it was prepared.
    pub created_at: DateTime<Utc>,
}

/// A draw, with everything that a stranger needs to draw the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Draw {
    /// Identifier.
    pub id: Uuid,
    /// The body.
    pub body_id: Uuid,
    /// Where it is.
    pub status: DrawStatus,
    /// The name of the algorithm.
    pub algorithm: String,
    /// Where the seed comes from.
    pub source: SeedSource,
    /// The colleges whose seats are drawn.
    pub colleges: Vec<NewDrawCollege>,
    /// The published text of the list, from the day on which it was fixed.
    pub document: Option<String>,
    /// Its hash.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub list_hash: Option<Digest>,
    /// When it was fixed.
    pub fixed_on: Option<NaiveDate>,
    /// The seed.
    pub seed: Option<String>,
    /// When lots were drawn.
    pub drawn_on: Option<NaiveDate>,
    /// Refusals in the order in which they were recorded.
    pub refusals: Vec<String>,
    /// What the draw gave.
    pub outcome: Option<DrawOutcome>,
    /// Goes up with every change.
    pub version: i64,
}
