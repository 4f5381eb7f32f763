//! Reads agreements whole: a fixed number of statements for any number of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::agreements::{
    self as domain, AgreementKind, AnnexKey, Authorisation, Clause, ClauseNumber, Content, ContractTerms, Origin,
    Party, SignatureBook,
};
use parvis_domain::ids::{AgreementId, AmendmentId, DecisionId, GrantId, LineId, PartnerId, PlaceId, ProgrammeId};
use parvis_domain::{Currency, LocalisedText, Money, Period};

use super::{Agreement, AmendmentName, Signed, kept};
use crate::columns::{DbId, Instant, db_ids};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::schema::{
    agreement_amendments as amendments, agreement_amounts as amounts, agreement_authorisations as authorisations,
    agreement_clauses as clauses, agreement_parties as parties, agreement_places as places,
    agreement_signatories as signatories, agreement_signatures as signatures, agreements, body_decisions as decisions,
};

/// How much of an agreement is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    /// Everything.
    All,
    /// What decides on money and days: no clauses of the first text, places, persons or decisions of bodies.
    Rules,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = agreements)]
struct AgreementRow {
    id: AgreementId,
    programme_id: ProgrammeId,
    kind: AgreementKind,
    reference: Option<String>,
    title: LocalisedText,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    eligible_from: Option<NaiveDate>,
    eligible_until: Option<NaiveDate>,
    payable_until: Option<NaiveDate>,
    awarded_on: Option<NaiveDate>,
    award_reference: Option<String>,
    value_minor: Option<i64>,
    currency: Option<Currency>,
    opened_on: Option<NaiveDate>,
    notified_on: Option<NaiveDate>,
    terminated_on: Option<NaiveDate>,
    termination_reason: Option<String>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = Instant)]
    updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = parties)]
struct PartyRow {
    agreement_id: AgreementId,
    partner_id: PartnerId,
    capacities: String,
    signs: bool,
    needs_authorisation: bool,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = amendments)]
struct AmendmentRow {
    id: AmendmentId,
    agreement_id: AgreementId,
    number: i32,
    law_reference: Option<String>,
    law_dated_on: Option<NaiveDate>,
    title: LocalisedText,
    effective_on: NaiveDate,
    changes: String,
    opened_on: Option<NaiveDate>,
    signers: Option<String>,
    withdrawn_on: Option<NaiveDate>,
}

type AuthorisationRow = (AgreementId, Option<AmendmentId>, PartnerId, String, NaiveDate);
type SignatureRow = (
    DbId,
    AgreementId,
    Option<AmendmentId>,
    PartnerId,
    NaiveDate,
    Option<String>,
);

/// What stands in the tables around agreements.
struct Around {
    parties: Vec<PartyRow>,
    clauses: Vec<(AgreementId, String, Option<LocalisedText>, LocalisedText)>,
    amounts: Vec<(AgreementId, GrantId, Option<LineId>, i64, Currency)>,
    places: Vec<(AgreementId, PlaceId)>,
    amendments: Vec<AmendmentRow>,
    authorisations: Vec<AuthorisationRow>,
    signatures: Vec<SignatureRow>,
    signatories: BTreeMap<DbId, (String, String)>,
    decisions: Vec<(Option<AgreementId>, DbId)>,
}

/// The agreements of these identifiers that there are.
pub(super) fn load(
    conn: &mut Conn,
    ids: &[AgreementId],
    parts: Parts,
) -> StoreResult<BTreeMap<AgreementId, Agreement>> {
    let keys = db_ids(ids.iter().copied());
    let rows: Vec<AgreementRow> = agreements::table
        .filter(agreements::id.eq_any(&keys))
        .select(AgreementRow::as_select())
        .load(conn)?;
    let around = Around::of(conn, &keys, parts)?;
    rows.into_iter()
        .map(|row| Ok((row.id, around.complete(row)?)))
        .collect()
}

impl Around {
    fn of(conn: &mut Conn, ids: &[DbId], parts: Parts) -> StoreResult<Self> {
        let signed: Vec<SignatureRow> = signatures::table
            .filter(signatures::agreement_id.eq_any(ids))
            .order(signatures::id)
            .select((
                signatures::id,
                signatures::agreement_id,
                signatures::amendment_id,
                signatures::partner_id,
                signatures::signed_on,
                signatures::evidence,
            ))
            .load(conn)?;
        let mut around = Self {
            parties: parties::table
                .filter(parties::agreement_id.eq_any(ids))
                .order((parties::position, parties::partner_id))
                .select(PartyRow::as_select())
                .load(conn)?,
            clauses: Vec::new(),
            amounts: amounts::table
                .filter(amounts::agreement_id.eq_any(ids))
                .select((
                    amounts::agreement_id,
                    amounts::grant_id,
                    amounts::line_id,
                    amounts::amount_minor,
                    amounts::currency,
                ))
                .load(conn)?,
            places: Vec::new(),
            amendments: amendments::table
                .filter(amendments::agreement_id.eq_any(ids))
                .order(amendments::number)
                .select(AmendmentRow::as_select())
                .load(conn)?,
            authorisations: authorisations::table
                .filter(authorisations::agreement_id.eq_any(ids))
                .order((authorisations::recorded_at, authorisations::id))
                .select((
                    authorisations::agreement_id,
                    authorisations::amendment_id,
                    authorisations::partner_id,
                    authorisations::reference,
                    authorisations::decided_on,
                ))
                .load(conn)?,
            signatures: signed,
            signatories: BTreeMap::new(),
            decisions: Vec::new(),
        };
        if parts == Parts::All {
            around.read_rest(conn, ids)?;
        }
        Ok(around)
    }

    fn read_rest(&mut self, conn: &mut Conn, ids: &[DbId]) -> StoreResult<()> {
        self.clauses = clauses::table
            .filter(clauses::agreement_id.eq_any(ids))
            .select((clauses::agreement_id, clauses::number, clauses::title, clauses::text))
            .load(conn)?;
        self.places = places::table
            .filter(places::agreement_id.eq_any(ids))
            .order(places::place_id)
            .select((places::agreement_id, places::place_id))
            .load(conn)?;
        let signed: Vec<DbId> = self.signatures.iter().map(|(id, ..)| *id).collect();
        let persons: Vec<(DbId, String, String)> = signatories::table
            .filter(signatories::signature_id.eq_any(&signed))
            .select((signatories::signature_id, signatories::name, signatories::quality))
            .load(conn)?;
        self.signatories = persons
            .into_iter()
            .map(|(id, name, quality)| (id, (name, quality)))
            .collect();
        self.decisions = decisions::table
            .filter(decisions::agreement_id.eq_any(ids.iter().copied().map(Some)))
            .filter(decisions::carried.eq(true))
            .order(decisions::id)
            .select((decisions::agreement_id, decisions::id))
            .load(conn)?;
        Ok(())
    }

    fn complete(&self, row: AgreementRow) -> StoreResult<Agreement> {
        let id = row.id;
        let content = self.content(&row)?;
        let unilateral = row.kind.is_unilateral();
        let mut book = match row.opened_on {
            Some(_) => SignatureBook::of(content.parties.iter().filter(|party| party.signs || !unilateral)),
            None => SignatureBook::default(),
        };
        self.sign(&mut book, id, None);
        let of_agreement = || self.amendments.iter().filter(|amendment| amendment.agreement_id == id);
        let amended = of_agreement().map(|amendment| self.amendment(amendment));
        let rules = domain::Agreement {
            kind: row.kind,
            content,
            opened_on: row.opened_on,
            book,
            notified_on: row.notified_on,
            terminated_on: row.terminated_on,
            amendments: amended.collect::<StoreResult<_>>()?,
        };
        let name = |amendment: &AmendmentRow| AmendmentName {
            id: amendment.id,
            number: number(amendment.number),
            title: amendment.title.clone(),
        };
        let of = |found: &&(AgreementId, PlaceId)| found.0 == id;
        Ok(Agreement {
            id,
            programme_id: row.programme_id,
            reference: row.reference,
            title: row.title,
            places: self.places.iter().filter(of).map(|(_, place)| *place).collect(),
            rules,
            termination_reason: row.termination_reason,
            amendments: of_agreement().map(name).collect(),
            signed: self.signed(id),
            decisions: self
                .decisions
                .iter()
                .filter(|(of, _)| *of == Some(id))
                .map(|(_, decision)| DecisionId::from(decision.0))
                .collect(),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    fn content(&self, row: &AgreementRow) -> StoreResult<Content> {
        let party = |row: &PartyRow| {
            Ok(Party {
                partner: row.partner_id,
                capacities: kept::read::<BTreeSet<_>>(&row.capacities)?,
                signs: row.signs,
                needs_authorisation: row.needs_authorisation,
            })
        };
        let parties = self.parties.iter().filter(|party| party.agreement_id == row.id);
        let clauses = self.clauses.iter().filter(|(of, ..)| *of == row.id);
        let clause = |(_, number, title, text): &(AgreementId, String, Option<LocalisedText>, LocalisedText)| {
            let number = ClauseNumber::parse("", number).map_err(|fault| StoreError::Internal(fault.detail))?;
            let (title, text) = (title.clone(), text.clone());
            Ok((number, Clause { title, text }))
        };
        let amounts = self.amounts.iter().filter(|(of, ..)| *of == row.id);
        let amount = |(_, grant, line, minor, currency): &(_, GrantId, Option<LineId>, i64, Currency)| {
            let (grant, line) = (*grant, *line);
            (AnnexKey { grant, line }, Money::new(*minor, *currency))
        };
        let value = row.value_minor.zip(row.currency);
        let terms = row.awarded_on.zip(row.award_reference.clone()).zip(value);
        Ok(Content {
            parties: parties.map(party).collect::<StoreResult<_>>()?,
            period: Period {
                starts_on: row.starts_on,
                ends_on: row.ends_on,
            },
            eligibility: row.eligible_from.map(|starts_on| Period {
                starts_on,
                ends_on: row.eligible_until,
            }),
            payable_until: row.payable_until,
            clauses: clauses.map(clause).collect::<StoreResult<_>>()?,
            annex: amounts.map(amount).collect(),
            contract: terms.map(|((awarded_on, award_reference), (minor, currency))| ContractTerms {
                awarded_on,
                award_reference,
                value: Money::new(minor, currency),
            }),
        })
    }

    fn amendment(&self, row: &AmendmentRow) -> StoreResult<domain::Amendment> {
        let law = row.law_reference.clone().zip(row.law_dated_on);
        let mut book = match &row.signers {
            Some(signers) => kept::read_signers(signers)?,
            None => SignatureBook::default(),
        };
        self.sign(&mut book, row.agreement_id, Some(row.id));
        Ok(domain::Amendment {
            number: number(row.number),
            origin: law.map_or(Origin::Signed, |(reference, dated_on)| Origin::LawOrOrder {
                reference,
                dated_on,
            }),
            effective_on: row.effective_on,
            changes: kept::read_changes(&row.changes)?,
            opened_on: row.opened_on,
            book,
            withdrawn_on: row.withdrawn_on,
        })
    }

    /// Fills the pages of a book with what was recorded.
    fn sign(&self, book: &mut SignatureBook, agreement: AgreementId, amendment: Option<AmendmentId>) {
        for page in &mut book.0 {
            let mut decided = self
                .authorisations
                .iter()
                .filter(|(of, under, partner, ..)| (*of, *under, *partner) == (agreement, amendment, page.partner));
            page.authorisation = decided.next_back().map(|(.., reference, decided_on)| Authorisation {
                reference: reference.clone(),
                decided_on: *decided_on,
            });
            let signed = self
                .signatures
                .iter()
                .find(|(_, of, under, partner, ..)| (*of, *under, *partner) == (agreement, amendment, page.partner));
            page.signed_on = signed.map(|(.., signed_on, _)| *signed_on);
        }
    }

    fn signed(&self, agreement: AgreementId) -> Vec<Signed> {
        let number_of = |id: AmendmentId| {
            let found = self.amendments.iter().find(|amendment| amendment.id == id);
            found.map(|amendment| number(amendment.number))
        };
        let of_agreement = self.signatures.iter().filter(|(_, of, ..)| *of == agreement);
        of_agreement
            .map(|(id, _, amendment, partner, _, evidence)| Signed {
                amendment: amendment.and_then(number_of),
                partner: *partner,
                evidence: evidence.clone(),
                signatory: self.signatories.get(id).cloned(),
            })
            .collect()
    }
}

fn number(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
