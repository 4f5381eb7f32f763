//! Tranches: parts of a grant in instalments, each released on conditions.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::ids::GrantId;

use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::tranches;

/// What was released of a grant and on which day, in the order of days, in minor units of its currency. Read it under the
/// lock of the grant, which a release takes as well.
///
/// # Errors
/// Those of the database.
pub(crate) fn releases(conn: &mut Conn, grant: GrantId) -> StoreResult<Vec<(NaiveDate, i64)>> {
    let released = tranches::table
        .filter(tranches::grant_id.eq(grant.db()))
        .filter(tranches::released_on.is_not_null())
        .order((tranches::released_on, tranches::position, tranches::id));
    let columns = (tranches::released_on.assume_not_null(), tranches::amount_minor);
    Ok(released.select(columns).load(conn)?)
}
