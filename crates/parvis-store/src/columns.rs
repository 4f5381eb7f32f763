//! How values of the domain lie in columns: identifiers as UUID or 16 bytes, closed words and JSON as text, instants as
//! whole microseconds since 1970.

use std::io::Write;

use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, HasSqlType, Integer, Nullable, SqlType, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use parvis_domain::accounts::MemberRole;
use parvis_domain::agreements::AgreementKind;
use parvis_domain::agreements::obligations::ObligationKind;
use parvis_domain::bodies::meetings::{AgendaItem, MeetingStatus};
use parvis_domain::bodies::{BodyKind, DecisionRules, Designation, Effect, ParityRule, QuorumReport, Sex};
use parvis_domain::budgets::cofinancing::{CategoryTarget, CofinancingRule};
use parvis_domain::budgets::plan::PlanVersionKind;
use parvis_domain::budgets::rates::RatePolicy;
use parvis_domain::budgets::reconciliation::{RowOutcome, StatementMapping, StatementSource};
use parvis_domain::budgets::tranches::Condition;
use parvis_domain::budgets::years::YearAction;
use parvis_domain::budgets::{GrantKind, MovementKind, PaymentMode, Policy};
use parvis_domain::documents::{DocumentKind, DocumentVisibility, MediaType, ObjectKind};
use parvis_domain::ids;
use parvis_domain::participation::{ConsultationObject, Outcome, StepKind, StepStatus};
use parvis_domain::partners::{IdentifierScheme, PartnerKind, PartnerRoleKind};
use parvis_domain::places::{Figure, PlaceKind};
use parvis_domain::programmes::{ProgrammeStatus, Visibility};
use parvis_domain::templates::{Axis, Category, RequiredRole, Rule, Template};
use parvis_domain::{Currency, LocalisedText};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::budgets::plans::{FrozenRate, LineCost};
use crate::connection::{MultiBackend, MultiRawValue};
use crate::error::StoreError;

/// The SQL type of identifiers: `UUID` on PostgreSQL, a `BLOB` of 16 bytes on SQLite. Both order by their bytes.
#[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Id;

impl HasSqlType<Id> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<Id>(lookup)
    }
}

/// An identifier on its way into or out of a column. Identifiers of the domain are read directly, and written as this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Id)]
pub struct DbId(pub Uuid);

impl<T: Into<Uuid>> From<T> for DbId {
    fn from(id: T) -> Self {
        Self(id.into())
    }
}

/// Turns identifiers of the domain into what a column takes.
pub trait IntoDb {
    /// What the column takes.
    type Db;
    /// The value for the column.
    fn db(self) -> Self::Db;
}

impl<T: Into<Uuid>> IntoDb for T {
    type Db = DbId;
    fn db(self) -> DbId {
        DbId(self.into())
    }
}

/// The identifiers for `IN (…)`.
pub fn db_ids<T: Into<Uuid>>(ids: impl IntoIterator<Item = T>) -> Vec<DbId> {
    ids.into_iter().map(DbId::from).collect()
}

impl ToSql<Id, Pg> for DbId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<Id, Sqlite> for DbId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl ToSql<Id, MultiBackend> for DbId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Id, self));
        Ok(IsNull::No)
    }
}

impl FromSql<Id, Pg> for DbId {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}

impl FromSql<Id, Sqlite> for DbId {
    fn from_sql(value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Self(Uuid::from_slice(&bytes)?))
    }
}

impl FromSql<Id, MultiBackend> for DbId {
    fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<DbId, Id>()
    }
}

impl FromSql<Id, MultiBackend> for Uuid {
    fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
        Ok(<DbId as FromSql<Id, MultiBackend>>::from_sql(value)?.0)
    }
}

/// What is made of text without keeping the text.
trait FromText: Sized {
    fn from_text(text: &str) -> deserialize::Result<Self>;
}

/// A value out of a column of text, whichever the database.
#[derive(Debug, FromSqlRow)]
pub struct Read<T>(pub T);

impl<T: FromText> FromSql<Text, Pg> for Read<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        T::from_text(std::str::from_utf8(value.as_bytes())?).map(Self)
    }
}

impl<T: FromText> FromSql<Text, Sqlite> for Read<T> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        T::from_text(value.read_text()).map(Self)
    }
}

/// Reads types of the domain from columns of text.
macro_rules! read_text {
    ($text:ident => $decode:expr; $($name:ty),+ $(,)?) => {$(
        impl FromText for $name {
            fn from_text($text: &str) -> deserialize::Result<Self> {
                type Own = $name;
                $decode
            }
        }

        impl FromSql<Text, MultiBackend> for $name {
            fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
                Ok(value.from_sql::<Read<Self>, Text>()?.0)
            }
        }

        impl Queryable<Text, MultiBackend> for $name {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    )+};
}

/// Reads a type of the domain from a column: first as what the column holds, then by `$decode`.
macro_rules! read_as {
    ($sql:ty, $raw:ty, $decode:expr => $($name:ty),+ $(,)?) => {$(
        impl FromSql<$sql, MultiBackend> for $name {
            fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
                let raw = <$raw as FromSql<$sql, MultiBackend>>::from_sql(value)?;
                let decode: fn($raw) -> deserialize::Result<Self> = $decode;
                decode(raw)
            }
        }

        impl Queryable<$sql, MultiBackend> for $name {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    )+};
}

read_as!(Id, DbId, |id| Ok(Self::from(id.0)) =>
    ids::UserId, ids::SessionId, ids::InvitationId, ids::MemberId, ids::TemplateId, ids::ProgrammeId, ids::PlaceId,
    ids::PartnerId, ids::ContactId, ids::PartnerRoleId, ids::StepId, ids::BudgetId, ids::LineId, ids::GrantId,
    ids::PlanVersionId, ids::MovementId, ids::TrancheId, ids::ProgressId, ids::FunderReportId, ids::RateId, ids::RatePolicyId, ids::ReconciliationId,
    ids::ReconciliationRowId, ids::EventId, ids::BodyId, ids::PersonId, ids::MandateId, ids::MeetingId, ids::DecisionId,
    ids::DrawId, ids::AgreementId, ids::AmendmentId, ids::ObligationId, ids::DocumentId, ids::DocumentVersionId, ids::FileId,
);

read_text!(text => Own::parse(text).ok_or_else(|| format!("unknown word {text:?}").into());
    PlanVersionKind,
    AgreementKind,
    ObligationKind,
    MemberRole,
    ProgrammeStatus,
    Visibility,
    PlaceKind,
    PartnerKind,
    PartnerRoleKind,
    IdentifierScheme,
    StepKind,
    StepStatus,
    GrantKind,
    PaymentMode,
    MovementKind,
    YearAction,
    RatePolicy,
    RowOutcome,
    StatementSource,
    BodyKind,
    ParityRule,
    Designation,
    Sex,
    MeetingStatus,
    DocumentKind,
    DocumentVisibility,
    MediaType,
    ObjectKind,
);

read_text!(text => Ok(serde_json::from_str::<Own>(text)?);
    Policy, ConsultationObject, Outcome, StatementMapping, Template, Json<Vec<Axis>>, Json<Vec<Category>>,
    Json<Vec<RequiredRole>>, Json<Vec<CofinancingRule>>, Json<Vec<CategoryTarget>>, Json<Vec<FrozenRate>>,
    Json<Vec<LineCost>>, Json<Vec<Rule>>, Json<Vec<Figure>>, Json<Vec<Condition>>, Json<Value>, DecisionRules, Effect,
    QuorumReport, Json<Vec<AgendaItem>>,
);

read_text!(text => Ok(Own::kept(text)?); LocalisedText);
read_text!(code => Own::parse("", code).map_err(|fault| fault.detail.into()); Currency);

impl FromSql<BigInt, MultiBackend> for Instant {
    fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, MultiBackend>>::from_sql(value)?;
        DateTime::from_timestamp_micros(micros)
            .map(Self)
            .ok_or_else(|| format!("no instant: {micros}").into())
    }
}

impl Queryable<BigInt, MultiBackend> for Instant {
    type Row = Self;
    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

/// An instant as it is read: `#[diesel(deserialize_as = Instant)]`. Written by [`micros`].
#[derive(Debug, Clone, Copy)]
pub struct Instant(pub DateTime<Utc>);

impl From<Instant> for DateTime<Utc> {
    fn from(instant: Instant) -> Self {
        instant.0
    }
}

/// An instant that may be missing, as it is read: `#[diesel(deserialize_as = MaybeInstant)]`.
#[derive(Debug, Clone, Copy)]
pub struct MaybeInstant(Option<DateTime<Utc>>);

impl Queryable<Nullable<BigInt>, MultiBackend> for MaybeInstant {
    type Row = Option<Instant>;
    fn build(row: Self::Row) -> deserialize::Result<Self> {
        Ok(Self(row.map(Into::into)))
    }
}

impl From<MaybeInstant> for Option<DateTime<Utc>> {
    fn from(instant: MaybeInstant) -> Self {
        instant.0
    }
}

/// A number that is never negative, as it is read: `#[diesel(deserialize_as = Natural)]`.
#[derive(Debug, Clone, Copy)]
pub struct Natural(u32);

impl Queryable<Integer, MultiBackend> for Natural {
    type Row = i32;
    fn build(row: i32) -> deserialize::Result<Self> {
        Ok(Self(u32::try_from(row)?))
    }
}

impl From<Natural> for u32 {
    fn from(number: Natural) -> Self {
        number.0
    }
}

/// An instant for a column.
pub fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// A list or free value that is kept as JSON: `#[diesel(deserialize_as = Json<…>)]`. Written by [`json`].
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

macro_rules! unwrap_json {
    ($($name:ty),+ $(,)?) => {$(
        impl From<Json<$name>> for $name {
            fn from(json: Json<$name>) -> Self {
                json.0
            }
        }
    )+};
}

unwrap_json!(
    Vec<Axis>,
    Vec<Category>,
    Vec<RequiredRole>,
    Vec<Rule>,
    Vec<CofinancingRule>,
    Vec<CategoryTarget>,
    Vec<FrozenRate>,
    Vec<Figure>,
    Vec<AgendaItem>,
    Value
);

/// A value as JSON for a column.
pub fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Internal(error.to_string()))
}
