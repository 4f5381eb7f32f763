//! Agreements: what was signed first, what amended it, who signed, and what is owed.
//!
//! The rules are those of [`parvis_domain::agreements`]; this module reads an agreement whole, lets them decide, and
//! writes what follows in the same transaction. Where an agreement stands on a day is worked out and never stored.
//!
//! Locks are taken in one order: plans of budgets, grants, agreements. So a movement, which holds its grant and reads the
//! agreement, and an amendment, which revises the plan, never wait for each other.

mod alarms;
mod amend;
mod kept;
mod list;
pub(crate) mod money;
mod obligations;
mod read;
mod references;
mod sign;
mod write;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::accounts::Operation;
use parvis_domain::agreements::{self as domain, AnnexKey, Content, SignatureBook};
use parvis_domain::ids::{AgreementId, AmendmentId, DecisionId, PartnerId, PlaceId, ProgrammeId};
use serde_json::{Value, json};

pub use alarms::{AgreementAlarm, list_agreement_alarms};
pub use amend::{
    authorise_amendment, create_amendment, lock_amendment, open_amendment, sign_amendment, update_amendment,
    withdraw_amendment,
};
pub use list::{AgreementFilter, AgreementSort, list_agreements};
pub use obligations::{
    Met, Obligation, ObligationFilter, ObligationSort, archive_obligation, create_obligation, get_obligation,
    home_of_obligation, list_obligations, meet_obligation, update_obligation,
};
pub use sign::{
    authorise_agreement, notify_agreement, open_agreement, sign_agreement, terminate_agreement, withdraw_agreement,
};
pub use write::{create_agreement, delete_agreement, update_agreement};

use crate::columns::{IntoDb, micros};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult, require_current};
use crate::events::{self, Change};
use crate::programmes::ProgrammeContext;
use crate::schema::{agreements, programmes};
use crate::stamp::Stamp;

/// An agreement with all that is recorded of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Its identifier.
    pub id: AgreementId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// Its reference.
    pub reference: Option<String>,
    /// Its title.
    pub title: LocalisedText,
    /// The places that it is about.
    pub places: Vec<PlaceId>,
    /// What the rules work on.
    pub rules: domain::Agreement,
    /// Why it was terminated.
    pub termination_reason: Option<String>,
    /// Identifiers and titles of its amendments, in the order of `rules.amendments`.
    pub amendments: Vec<AmendmentName>,
    /// What is kept beside each signature.
    pub signed: Vec<Signed>,
    /// Decisions of bodies that adopted it.
    pub decisions: Vec<DecisionId>,
    /// Raised by every change, also of its amendments.
    pub version: i64,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What an amendment is called.
#[derive(Debug, Clone, PartialEq)]
pub struct AmendmentName {
    /// Its identifier.
    pub id: AmendmentId,
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: LocalisedText,
}

/// What is kept beside a signature. Name and quality are personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// Under which amendment; under the agreement where none is named.
    pub amendment: Option<u32>,
    /// The party.
    pub partner: PartnerId,
    /// SHA-256 of the signed document.
    pub evidence: Option<String>,
    /// Who signed, and in what quality, unless it was erased.
    pub signatory: Option<(String, String)>,
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signed({:?}, {})", self.amendment, self.partner)
    }
}

impl Agreement {
    /// What it is called in sentences: its reference, or else its title.
    #[must_use]
    pub fn name(&self) -> String {
        let title = || self.title.texts().values().next().cloned().unwrap_or_default();
        self.reference.clone().unwrap_or_else(title)
    }

    /// Whether an organisation is a party to it, at first or by an amendment.
    #[must_use]
    pub fn has_party(&self, partner: PartnerId) -> bool {
        let joining = self.rules.amendments.iter().flat_map(|one| &one.changes.joining);
        let mut parties = self.rules.content.parties.iter().chain(joining);
        parties.any(|party| party.partner == partner)
    }

    /// What the history keeps of it: no person.
    fn told(&self) -> Value {
        let rules = &self.rules;
        let amendments: Vec<Value> = rules.amendments.iter().map(amendment).collect();
        json!({
            "kind": rules.kind, "reference": self.reference, "title": self.title, "content": content(&rules.content),
            "places": self.places, "opened_on": rules.opened_on, "signatures": signatures(&rules.book),
            "notified_on": rules.notified_on, "terminated_on": rules.terminated_on, "amendments": amendments,
        })
    }
}

fn content(content: &Content) -> Value {
    let parties: Vec<Value> = content
        .parties
        .iter()
        .map(|party| {
            json!({
                "partner": party.partner, "capacities": party.capacities, "signs": party.signs,
                "needs_authorisation": party.needs_authorisation,
            })
        })
        .collect();
    let clauses: Vec<Value> = content
        .clauses
        .iter()
        .map(|(number, clause)| json!({"number": number, "clause": clause}))
        .collect();
    json!({
        "starts_on": content.period.starts_on, "ends_on": content.period.ends_on,
        "eligible_from": content.eligibility.map(|days| days.starts_on),
        "eligible_until": content.eligibility.and_then(|days| days.ends_on),
        "payable_until": content.payable_until, "parties": parties, "clauses": clauses,
        "annex": amounts(&content.annex),
        "contract": content.contract.as_ref().map(|terms| json!({
            "awarded_on": terms.awarded_on, "award_reference": terms.award_reference, "value": terms.value.to_string(),
        })),
    })
}

fn amounts(annex: &std::collections::BTreeMap<AnnexKey, parvis_domain::Money>) -> Vec<Value> {
    let item = |(key, amount): (&AnnexKey, &parvis_domain::Money)| json!({"grant": key.grant, "line": key.line, "amount": amount.to_string()});
    annex.iter().map(item).collect()
}

fn amendment(amendment: &domain::Amendment) -> Value {
    let origin = match &amendment.origin {
        domain::Origin::Signed => Value::Null,
        domain::Origin::LawOrOrder { reference, dated_on } => json!({"reference": reference, "dated_on": dated_on}),
    };
    let changes = &amendment.changes;
    let clauses: Vec<Value> = changes
        .clauses
        .iter()
        .map(|(number, clause)| json!({"number": number, "clause": clause}))
        .collect();
    json!({
        "number": amendment.number, "law_or_order": origin, "effective_on": amendment.effective_on, "clauses": clauses,
        "joining": changes.joining.iter().map(|party| party.partner).collect::<Vec<_>>(), "leaving": changes.leaving,
        "ends_on": changes.ends_on, "eligible_from": changes.eligibility.map(|days| days.starts_on),
        "payable_until": changes.payable_until, "amounts": amounts(&changes.amounts), "opened_on": amendment.opened_on,
        "withdrawn_on": amendment.withdrawn_on, "signatures": signatures(&amendment.book),
    })
}

fn signatures(book: &SignatureBook) -> Vec<Value> {
    let page = |page: &domain::Signing| {
        json!({
            "partner": page.partner, "signed_on": page.signed_on,
            "authorisation": page.authorisation.as_ref().map(|decision| &decision.reference),
            "authorised_on": page.authorisation.as_ref().map(|decision| decision.decided_on),
        })
    };
    book.0.iter().map(page).collect()
}

/// The programme of an agreement: the first question of every operation on it, in one statement, whether it exists or not.
///
/// # Errors
/// `not_found`, also for a draft that was deleted.
pub fn home_of_agreement(conn: &mut Conn, id: AgreementId) -> StoreResult<ProgrammeContext> {
    let query = agreements::table
        .inner_join(programmes::table)
        .filter(agreements::id.eq(id.db()).and(agreements::archived_at.is_null()));
    Ok(query.select(ProgrammeContext::as_select()).first(conn)?)
}

/// One agreement.
///
/// # Errors
/// `not_found`.
pub fn get_agreement(conn: &mut Conn, id: AgreementId) -> StoreResult<Agreement> {
    let mut found = read::load(conn, &[id], read::Parts::All)?;
    found.remove(&id).ok_or(StoreError::NotFound)
}

/// Locks an agreement until the end of the transaction: what is read of it afterwards is what is changed. SQLite has one
/// writer.
///
/// # Errors
/// Those of the database.
pub fn lock_agreement(conn: &mut Conn, id: AgreementId) -> StoreResult<()> {
    if let Conn::Postgres(c) = conn {
        let row = agreements::table.find(id.db()).select(agreements::version);
        row.for_no_key_update().first::<i64>(c).optional()?;
    }
    Ok(())
}

/// Raises the version of an agreement that was read at its version.
fn touch(conn: &mut Conn, stamp: &Stamp<'_>, before: &Agreement) -> StoreResult<()> {
    let row = agreements::table
        .find(before.id.db())
        .filter(agreements::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            agreements::version.eq(before.version + 1),
            agreements::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)
}

/// Reads the agreement again and appends the event of what was done to it.
fn finish(conn: &mut Conn, stamp: &Stamp<'_>, operation: Operation, before: &Agreement) -> StoreResult<Agreement> {
    let after = get_agreement(conn, before.id)?;
    record(conn, stamp, operation, before.told(), &after)?;
    Ok(after)
}

fn record(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: Value,
    after: &Agreement,
) -> StoreResult<()> {
    let change = Change {
        programme: Some(after.programme_id),
        operation: operation.as_str(),
        object_type: "agreement",
        object_id: after.id.into(),
        before,
        after: after.told(),
    };
    events::append(conn, stamp, change)
}
