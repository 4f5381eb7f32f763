//! What every operation inside a programme asks of it first.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Scope;
use parvis_domain::budgets::Policy;
use parvis_domain::ids::ProgrammeId;
use parvis_domain::programmes::{ProgrammeStatus, Visibility, require_changeable};
use parvis_domain::{Currency, period};

use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::schema::programmes;
use crate::stamp::Stamp;

/// What authorisation and the rules of its parts ask of a programme: one small row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = programmes)]
pub struct ProgrammeContext {
    /// Its identifier.
    pub id: ProgrammeId,
    /// Where it is in its life.
    pub status: ProgrammeStatus,
    /// Who may read it.
    pub visibility: Visibility,
    /// Time zone.
    pub time_zone: String,
    /// Reporting currency.
    pub currency: Currency,
    /// Rules that the ledger checks.
    pub policy: Policy,
}

impl ProgrammeContext {
    /// The scope for the table of permissions.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::Programme {
            id: self.id,
            public: self.visibility == Visibility::Public,
        }
    }

    /// The date in the programme's time zone at the instant of the stamp.
    ///
    /// # Errors
    /// `Internal` where the time zone is none, which the checks on its way in prevent.
    pub fn today(&self, stamp: &Stamp<'_>) -> StoreResult<NaiveDate> {
        let zone =
            period::time_zone("/time_zone", &self.time_zone).map_err(|fault| StoreError::Internal(fault.detail))?;
        Ok(period::today(zone, stamp.at))
    }

    /// An archived programme takes no more changes.
    ///
    /// # Errors
    /// `archived`.
    pub fn require_changeable(&self) -> StoreResult<()> {
        Ok(require_changeable(self.status)?)
    }
}

/// What every operation inside a programme asks of it first.
///
/// # Errors
/// `NotFound`.
pub fn get_programme_context(conn: &mut Conn, id: ProgrammeId) -> StoreResult<ProgrammeContext> {
    Ok(programmes::table
        .find(id.db())
        .select(ProgrammeContext::as_select())
        .first(conn)?)
}

/// Locks a programme until the end of the transaction, for rules over several of its rows. SQLite has one writer.
pub(crate) fn lock_programme(conn: &mut Conn, id: ProgrammeId) -> StoreResult<()> {
    let query = programmes::table.find(id.db()).select(programmes::version);
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(c) => Ok(query.for_update().first::<i64>(c).map(drop)?),
    }
}
