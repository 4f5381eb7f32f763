//! Who sits in a body.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::bodies::composition::{self as domain, Member};
use parvis_domain::bodies::{ParityRule, Sex};
use parvis_domain::{Code, Fault, Faults, Period, accounts, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person who sits in bodies: personal data. The name is public where the order that names the members publishes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPerson {
    /// Name.
    pub name: String,
    /// Sex as stated.
    pub sex: Sex,
    /// E-mail address, never public.
    #[serde(default)]
    pub email: Option<String>,
    /// Telephone number, never public.
    #[serde(default)]
    pub phone: Option<String>,
    /// Whether the order publishes the name.
    #[serde(default)]
    pub published: bool,
}

patch! {
    /// Changes to a person.
    PersonPatch of NewPerson {
        must { name: String, sex: Sex, published: bool, }
        may { email: String, phone: String, }
    }
}

impl NewPerson {
    /// Checks what is said of a person, at pointers below `base`; blanks around it are cut.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, base: &str) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let name = faults.keep(text::line(&format!("{base}/name"), &self.name, text::NAME_MAX));
        let email = self.email.as_deref();
        let email = email.map(|email| accounts::email(&format!("{base}/email"), email));
        let email = faults.keep(email.transpose());
        let phone = self.phone.as_deref();
        let phone = faults.keep(text::optional_line(
            &format!("{base}/phone"),
            phone,
            text::REFERENCE_MAX,
        ));
        let checked = (|| {
            Some(Self {
                name: name?,
                email: email?,
                phone: phone?,
                sex: self.sex,
                published: self.published,
            })
        })();
        faults.finish(checked)
    }
}

/// A person who sits in bodies of a programme: personal data, seen by those who run it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BodyPerson {
    /// Identifier.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Sex as stated.
    pub sex: Sex,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Whether the order publishes the name.
    pub published: bool,
    /// Goes up with every change.
    pub version: i64,
    /// When the person was recorded.
    pub created_at: DateTime<Utc>,
}

/// A seat to be given: to a person who is known, to one who is recorded now, or to an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "college": "inhabitants", "person": {"name": "Amina Benali", "sex": "female"}, "starts_on": "2015-04-01"
})))]
pub struct NewMandate {
    /// Code of the college.
    pub college: String,
    /// A person who is recorded already.
    #[serde(default)]
    pub person_id: Option<Uuid>,
    /// A person who is recorded now.
    #[serde(default)]
    pub person: Option<NewPerson>,
    /// An organisation.
    #[serde(default)]
    pub partner_id: Option<Uuid>,
    /// First day.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub starts_on: String,
    /// Last day; open where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub ends_on: Option<String>,
    /// The mandate for whose holder it stands in.
    #[serde(default)]
    pub substitute_of: Option<Uuid>,
    /// The body whose seat it is, where another body fills it.
    #[serde(default)]
    pub delegated_by: Option<Uuid>,
}

/// The end of a mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MandatePatch {
    /// Last day; null leaves it open.
    #[serde(default, skip_serializing_if = "crate::Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub ends_on: crate::Patch<String>,
}

impl NewMandate {
    /// Checks the days, and that exactly one member is named.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<Period, Faults> {
        let mut faults = Faults::new();
        let period = faults.keep_all(Period::check("", &self.starts_on, self.ends_on.as_deref()));
        let named = [
            self.person_id.is_some(),
            self.person.is_some(),
            self.partner_id.is_some(),
        ];
        if named.into_iter().filter(|named| *named).count() != 1 {
            let detail = "Name exactly one of person_id, person and partner_id.";
            faults.push(Fault::new(Code::Required, "/person_id", detail));
        }
        if let Some(person) = &self.person {
            faults.keep_all(person.check("/person"));
        }
        faults.finish(period)
    }
}

/// A mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mandate {
    /// Identifier.
    pub id: Uuid,
    /// The body.
    pub body_id: Uuid,
    /// Code of the college.
    pub college: String,
    /// The person.
    pub person_id: Option<Uuid>,
    /// Name of the person, where the caller may see it.
    pub name: Option<String>,
    /// The organisation.
    pub partner_id: Option<Uuid>,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// The mandate for whose holder it stands in.
    pub substitute_of: Option<Uuid>,
    /// The body whose seat it is.
    pub delegated_by: Option<Uuid>,
    /// The draw that gave it.
    pub draw_id: Option<Uuid>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

impl Mandate {
    /// The identifiers of a member: person, organisation.
    #[must_use]
    pub fn member(member: Member) -> (Option<Uuid>, Option<Uuid>) {
        match member {
            Member::Person(person) => (Some(person.into()), None),
            Member::Partner(partner) => (None, Some(partner.into())),
        }
    }
}

/// A college as it is composed on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComposedCollege {
    /// Its code.
    pub code: String,
    /// How many seats it has.
    pub seats: u32,
    /// Seats that nobody holds.
    pub vacant: u32,
    /// Its rule of parity.
    pub parity: ParityRule,
    /// Women on its seats.
    pub women: u32,
    /// Men on its seats.
    pub men: u32,
    /// Whether parity is kept.
    pub parity_kept: bool,
    /// The mandates that hold a seat.
    pub mandate_ids: Vec<Uuid>,
}

/// A body as it is composed on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BodyComposition {
    /// The body.
    pub body_id: Uuid,
    /// The day.
    pub as_of: NaiveDate,
    /// All seats.
    pub seats: u32,
    /// Seats that somebody holds.
    pub filled: u32,
    /// Its colleges.
    pub colleges: Vec<ComposedCollege>,
}

impl BodyComposition {
    /// What the domain worked out, with the rules of parity of the colleges.
    #[must_use]
    pub fn of(body_id: Uuid, composition: &domain::Composition, colleges: &[parvis_domain::bodies::College]) -> Self {
        let parity = |code: &str| {
            let college = colleges.iter().find(|college| college.code == code);
            college.map_or(ParityRule::None, |college| college.parity)
        };
        let college = |college: &domain::ComposedCollege| ComposedCollege {
            code: college.code.clone(),
            seats: college.seats,
            vacant: college.vacant,
            parity: parity(&college.code),
            women: college.women,
            men: college.men,
            parity_kept: college.parity_kept,
            mandate_ids: college.members.iter().map(|id| (*id).into()).collect(),
        };
        Self {
            body_id,
            as_of: composition.day,
            seats: composition.seats(),
            filled: composition.filled(),
            colleges: composition.colleges.iter().map(college).collect(),
        }
    }
}
