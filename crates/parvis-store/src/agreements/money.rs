//! What an agreement allows of the money of a grant that rests on it (rule 10 of the ledger).
//!
//! It is asked under the lock of the grant, in the transaction that posts. An agreement that changes at the same moment
//! comes before or after: only an amendment of amounts looks at what is committed, and it locks the grant first.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::agreements::money::{self as rules, Dated, Resting};
use parvis_domain::ids::{AgreementId, GrantId, PartnerId};
use parvis_domain::{Code, Fault};

use super::Agreement;
use super::read::{self, Parts};
use crate::columns::IntoDb;
use crate::columns::db_ids;
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::programmes::ProgrammeContext;
use crate::schema::{partners, programmes};
use crate::stamp::Stamp;

/// What the agreement is asked.
#[derive(Debug, Clone)]
pub(crate) enum Question<'a> {
    /// Whether a movement may bear its days, and whether what would be bound on each of these days is agreed.
    Movement(Dated, &'a [(NaiveDate, i64)]),
    /// Whether a movement that waited may count from today on.
    Approval(Dated, &'a [(NaiveDate, i64)]),
    /// Whether a tranche may be released on a day.
    Release(NaiveDate),
}

/// Checks what happens to a grant of a payer against the agreement that it rests on.
///
/// # Errors
/// `agreement_not_in_force`, `payable_period_over`, `outside_eligibility`, `agreed_amount_exceeded`.
pub(crate) fn check(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    agreement: AgreementId,
    (grant, payer): (GrantId, PartnerId),
    question: &Question<'_>,
) -> StoreResult<()> {
    let mut found = read::load(conn, &[agreement], Parts::Rules)?;
    let agreement = found.remove(&agreement).ok_or(StoreError::NotFound)?;
    let programme: ProgrammeContext = programmes::table
        .find(agreement.programme_id.db())
        .select(ProgrammeContext::as_select())
        .first(conn)?;
    let today = programme.today(stamp)?;
    let Err(fault) = ask(&agreement, &BTreeMap::new(), (grant, payer), question, today) else {
        return Ok(());
    };
    if fault.code != Code::AgreementNotInForce {
        return Err(fault.into());
    }
    // Whoever is missing is named only in a refusal, so only a refusal reads the names.
    let names = names(conn, &agreement)?;
    Ok(ask(&agreement, &names, (grant, payer), question, today)?)
}

fn ask(
    agreement: &Agreement,
    parties: &BTreeMap<PartnerId, String>,
    (grant, payer): (GrantId, PartnerId),
    question: &Question<'_>,
    today: NaiveDate,
) -> Result<(), Fault> {
    let name = agreement.name();
    let resting = Resting {
        agreement: &agreement.rules,
        name: &name,
        parties,
        payer,
        closed_on: None,
        today,
    };
    let bound = match question {
        Question::Movement(dated, bound) => {
            rules::check_movement(&resting, dated)?;
            bound
        }
        Question::Approval(dated, bound) => {
            rules::check_approval(&resting, dated)?;
            bound
        }
        Question::Release(day) => return rules::check_release(&resting, *day),
    };
    bound
        .iter()
        .try_for_each(|(day, minor)| rules::check_agreed(&resting, grant, *day, *minor))
}

fn names(conn: &mut Conn, agreement: &Agreement) -> StoreResult<BTreeMap<PartnerId, String>> {
    let parties = agreement.rules.content.parties.iter().map(|party| party.partner);
    let rows: Vec<(PartnerId, String)> = partners::table
        .filter(partners::id.eq_any(db_ids(parties)))
        .select((partners::id, partners::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
