//! How the demonstration data is written down.
//!
//! Every entry is the body of a request of the API, as TOML, in which an identifier is written as a reference to a key:
//! `@partner/aimf`, `@line/canal`. [`Keys`] remembers what each key became, so that an entry turns into the very type
//! that the API reads, and goes through the same checks.

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::NaiveDate;
use parvis_domain::accounts::MemberRole;
use parvis_domain::programmes::ProgrammeTransition;
use parvis_store::{StoreError, StoreResult};
use parvis_wire::bodies::Seating;
use parvis_wire::budgets::{GrantWithdrawal, Reversal};
use parvis_wire::participation::{CloseStep, EndStep, OpenStep};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The accounts.
const ACCOUNTS: &str = include_str!("../../demo/accounts.toml");
/// The organisations.
const PARTNERS: &str = include_str!("../../demo/partners.toml");
/// The places.
const PLACES: &str = include_str!("../../demo/places.toml");
/// The programmes, in the order in which they are loaded.
const PROGRAMMES: [&str; 5] = [
    include_str!("../../demo/improvement-call.toml"),
    include_str!("../../demo/city-contract.toml"),
    include_str!("../../demo/decentralised-cooperation.toml"),
    include_str!("../../demo/citizen-council.toml"),
    include_str!("../../demo/neighbourhood-house.toml"),
];

/// The body of a request, its references not yet replaced.
pub(super) type Body = Map<String, Value>;

/// The file of accounts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    accounts: Vec<Account>,
}

/// An account of the demonstration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub key: String,
    pub email: String,
    pub name: String,
    pub language: String,
    #[serde(default)]
    pub administrator: bool,
    #[serde(default)]
    pub organiser: bool,
}

/// The file of organisations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Partners {
    partners: Vec<Keyed>,
}

/// The file of places.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    places: Vec<Keyed>,
}

/// A body with the key by which others refer to what it makes.
#[derive(Debug, Deserialize)]
pub(super) struct Keyed {
    pub key: String,
    #[serde(flatten)]
    pub body: Body,
}

/// The file of a programme.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Programme {
    pub programme: Body,
    /// What leads the programme to where it stands, once its partners are there.
    pub transitions: Vec<ProgrammeTransition>,
    pub roles: Vec<Body>,
    pub members: Vec<Member>,
    /// The first ones change the steps that the template has planned, in their order; the others are added.
    pub steps: Vec<Step>,
    /// Exchange rates, which movements may name.
    #[serde(default)]
    pub rates: Vec<Keyed>,
    /// What funders ask of conversions.
    #[serde(default)]
    pub rate_policies: Vec<Body>,
    pub budgets: Vec<Budget>,
    /// Its committees and councils.
    #[serde(default)]
    pub bodies: Vec<SittingBody>,
}

/// A body with its members, draws and meetings.
#[derive(Debug, Deserialize)]
pub(super) struct SittingBody {
    pub key: String,
    #[serde(default)]
    pub mandates: Vec<GivenSeat>,
    #[serde(default)]
    pub draws: Vec<Lots>,
    #[serde(default)]
    pub meetings: Vec<Sat>,
    #[serde(flatten)]
    pub body: Body,
}

/// A mandate; a key where another body refers to the person.
#[derive(Debug, Deserialize)]
pub(super) struct GivenSeat {
    #[serde(default)]
    pub key: Option<String>,
    #[serde(flatten)]
    pub body: Body,
}

/// A draw with its candidates, the day on which its list was fixed, and what came of it.
#[derive(Debug, Deserialize)]
pub(super) struct Lots {
    pub fixed_on: NaiveDate,
    pub candidates: Vec<Body>,
    #[serde(default)]
    pub drawn: Option<Drawn>,
    #[serde(flatten)]
    pub body: Body,
}

/// The lots that were drawn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Drawn {
    pub on: NaiveDate,
    pub seed: String,
    #[serde(default)]
    pub refusals: Vec<Refused>,
    #[serde(default)]
    pub seating: Option<Seating>,
}

/// Whoever held a seat of a college, counted from 1, gave it up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    pub college: String,
    pub seat: u32,
    pub on: NaiveDate,
}

/// A meeting; who came is told by the places of mandates in the order in which they were given, from 0.
#[derive(Debug, Deserialize)]
pub(super) struct Sat {
    #[serde(default)]
    pub came: Option<Vec<usize>>,
    #[serde(default)]
    pub decisions: Vec<Body>,
    #[serde(flatten)]
    pub body: Body,
}

impl Programme {
    /// Its code.
    pub fn code(&self) -> &str {
        self.programme.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// The code of its template.
    pub fn template(&self) -> Option<&str> {
        self.programme
            .get("template_id")
            .and_then(Value::as_str)?
            .strip_prefix("@template/")
    }
}

/// A membership of an account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub account: String,
    pub role: MemberRole,
    #[serde(default)]
    pub partner_id: Option<String>,
}

/// A participation step, and how far it has come.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    #[serde(default)]
    pub open: Option<OpenStep>,
    #[serde(default)]
    pub close: Option<CloseStep>,
    #[serde(default)]
    pub cancel: Option<EndStep>,
    #[serde(flatten)]
    pub body: Body,
}

/// A budget with its lines, the grants spread over them, and its ledger in the order of booking.
#[derive(Debug, Deserialize)]
pub(super) struct Budget {
    pub lines: Vec<Keyed>,
    pub grants: Vec<Keyed>,
    /// What became of the plan before anything was booked.
    #[serde(default)]
    pub plan: Vec<PlanStep>,
    pub movements: Vec<Movement>,
    /// What was posted since the programme asks for a second person, and waits for one.
    #[serde(default)]
    pub waiting: Vec<Movement>,
    /// Agreements on which grants rest, signed before anything was booked.
    #[serde(default)]
    pub agreements: Vec<Agreement>,
    /// How far lines had come, before anything was released.
    #[serde(default)]
    pub progress: Vec<Measured>,
    /// Reports owed to funders, and what became of them.
    #[serde(default)]
    pub reports: Vec<Owed>,
    /// Parts of grants in instalments, and when they were released.
    #[serde(default)]
    pub tranches: Vec<Instalment>,
    #[serde(flatten)]
    pub body: Body,
}

/// An agreement, what its parties decided and signed, what it obliges to, and what amended it.
#[derive(Debug, Deserialize)]
pub(super) struct Agreement {
    pub key: String,
    #[serde(default)]
    pub authorisations: Vec<Body>,
    pub signatures: Vec<Body>,
    #[serde(default)]
    pub obligations: Vec<Obligation>,
    #[serde(default)]
    pub amendments: Vec<Amendment>,
    #[serde(flatten)]
    pub body: Body,
}

/// An obligation, and the days on which it was met when it was due.
#[derive(Debug, Deserialize)]
pub(super) struct Obligation {
    #[serde(default)]
    pub met: Vec<NaiveDate>,
    #[serde(flatten)]
    pub body: Body,
}

/// An amendment, and what the parties decided and signed of it; nothing where law or order says it.
#[derive(Debug, Deserialize)]
pub(super) struct Amendment {
    #[serde(default)]
    pub authorisations: Vec<Body>,
    #[serde(default)]
    pub signatures: Vec<Body>,
    #[serde(flatten)]
    pub body: Body,
}

/// A measure of progress, and the partner that countersigned it.
#[derive(Debug, Deserialize)]
pub(super) struct Measured {
    pub line: String,
    #[serde(default)]
    pub countersigned_by: Option<String>,
    #[serde(flatten)]
    pub body: Body,
}

/// A report owed to the funder of a grant, and when it was handed in and accepted.
#[derive(Debug, Deserialize)]
pub(super) struct Owed {
    pub key: String,
    pub grant: String,
    #[serde(default)]
    pub submitted_on: Option<NaiveDate>,
    #[serde(default)]
    pub accepted_on: Option<NaiveDate>,
    #[serde(flatten)]
    pub body: Body,
}

/// A tranche, and its release where it came to that.
#[derive(Debug, Deserialize)]
pub(super) struct Instalment {
    pub grant: String,
    #[serde(default)]
    pub released_on: Option<NaiveDate>,
    #[serde(flatten)]
    pub body: Body,
}

/// A change of the plan.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum PlanStep {
    /// A funder withdraws.
    Withdrawal {
        withdraw: String,
        #[serde(flatten)]
        withdrawal: GrantWithdrawal,
    },
    /// Cells change, as one revision.
    Change(Body),
}

/// An entry of the ledger.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Movement {
    /// The reversal of an earlier entry.
    Reversal {
        reverses: String,
        #[serde(flatten)]
        reversal: Reversal,
    },
    /// A new movement; a key only where something refers to it.
    Posted {
        #[serde(default)]
        key: Option<String>,
        #[serde(flatten)]
        body: Body,
    },
}

/// All of it, read.
#[derive(Debug)]
pub(super) struct Data {
    pub accounts: Vec<Account>,
    pub partners: Vec<Keyed>,
    pub places: Vec<Keyed>,
    pub programmes: Vec<Programme>,
}

impl Data {
    /// Reads the files.
    pub fn read() -> StoreResult<Self> {
        Ok(Self {
            accounts: read::<Accounts>(ACCOUNTS)?.accounts,
            partners: read::<Partners>(PARTNERS)?.partners,
            places: read::<Places>(PLACES)?.places,
            programmes: PROGRAMMES
                .iter()
                .map(|source| read(source))
                .collect::<StoreResult<_>>()?,
        })
    }
}

fn read<T: DeserializeOwned>(source: &str) -> StoreResult<T> {
    toml::from_str(source).map_err(wrong)
}

/// A fault of the data, which is a fault of ours.
pub(super) fn wrong(what: impl Display) -> StoreError {
    StoreError::Internal(format!("the demonstration data is wrong: {what}"))
}

/// What the keys became.
#[derive(Debug, Default, Clone)]
pub(super) struct Keys(BTreeMap<String, Uuid>);

impl Keys {
    /// Remembers what a key became.
    pub fn insert<T: Into<Uuid>>(&mut self, kind: &str, key: &str, id: T) {
        self.0.insert(format!("@{kind}/{key}"), id.into());
    }

    /// What a reference stands for.
    pub fn id<T: From<Uuid>>(&self, reference: &str) -> StoreResult<T> {
        let id = self.0.get(reference).copied().map(T::from);
        id.ok_or_else(|| wrong(format!("nothing has the key {reference}")))
    }

    /// The body of a request with its references replaced.
    pub fn body<T: DeserializeOwned>(&self, body: &Body) -> StoreResult<T> {
        let value = self.replaced(&Value::Object(body.clone()))?;
        serde_path_to_error::deserialize(value).map_err(wrong)
    }

    fn replaced(&self, value: &Value) -> StoreResult<Value> {
        Ok(match value {
            Value::String(text) if text.starts_with('@') => Value::String(self.id::<Uuid>(text)?.to_string()),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.replaced(item))
                    .collect::<StoreResult<_>>()?,
            ),
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, field)| Ok((name.clone(), self.replaced(field)?)));
                Value::Object(fields.collect::<StoreResult<_>>()?)
            }
            other => other.clone(),
        })
    }
}
