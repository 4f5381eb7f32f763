//! What the agreements of a programme ask somebody to look at. It is worked out when it is read, in a fixed number of
//! statements.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use parvis_domain::agreements::alarms::{self as rules, Alarm, AlarmPolicy, Publication};
use parvis_domain::agreements::money::publication_due;
use parvis_domain::agreements::obligations::ObligationKind;
use parvis_domain::ids::{AgreementId, PartnerId};
use parvis_domain::partners::PartnerKind;
use parvis_domain::programmes::Visibility;
use parvis_domain::{Currency, LocalisedText, Money, Period};

use super::Agreement;
use super::obligations::{self, Obligation};
use super::read::{self, Parts};
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::programmes::ProgrammeContext;
use crate::schema::{agreements, grant_balances, grants, partners};

/// Above how much a year a French public funder publishes what it gives: 23,000 EUR, in cents.
///
/// Source: décret n° 2001-495 du 6 juin 2001, article 1.
const PUBLISHED_ABOVE: i64 = 2_300_000;

/// An alarm with the agreement that it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementAlarm {
    /// The agreement.
    pub agreement: AgreementId,
    /// Its title.
    pub title: LocalisedText,
    /// What somebody should look at.
    pub alarm: Alarm,
}

/// A grant that rests on an agreement.
struct Given {
    agreement: AgreementId,
    funder: PartnerId,
    public_in_france: bool,
    granted: Money,
}

/// The alarms of a programme, what presses most first. `only` leaves those of one organisation, and those of nobody in
/// particular.
///
/// # Errors
/// Those of the database.
pub fn list_agreement_alarms(
    conn: &mut Conn,
    programme: &ProgrammeContext,
    today: NaiveDate,
    only: Option<PartnerId>,
) -> StoreResult<Vec<AgreementAlarm>> {
    let ids: Vec<AgreementId> = agreements::table
        .filter(agreements::programme_id.eq(programme.id.db()))
        .filter(agreements::opened_on.is_not_null())
        .order(agreements::id)
        .select(agreements::id)
        .load(conn)?;
    let found = read::load(conn, &ids, Parts::Rules)?;
    let owed = obligations::of_programme(conn, programme.id, today)?;
    let given = given(conn, programme)?;
    let mut alarms = Vec::new();
    for agreement in found.values() {
        let own: Vec<&Obligation> = owed.iter().filter(|one| one.agreement_id == agreement.id).collect();
        let duties = publications(agreement, &own, &given, programme, today);
        let own: Vec<_> = own.into_iter().map(|one| one.rules.clone()).collect();
        let pressing = rules::alarms(&agreement.rules, &own, &duties, AlarmPolicy::default(), today);
        let shown = pressing
            .into_iter()
            .filter(|alarm| only.is_none() || alarm.partner.is_none() || alarm.partner == only);
        alarms.extend(shown.map(|alarm| AgreementAlarm {
            agreement: agreement.id,
            title: agreement.title.clone(),
            alarm,
        }));
    }
    alarms.sort_by_key(|one| (one.alarm.severity, one.alarm.date));
    Ok(alarms)
}

fn given(conn: &mut Conn, programme: &ProgrammeContext) -> StoreResult<Vec<Given>> {
    type Row = (Option<AgreementId>, PartnerId, PartnerKind, String, i64, Currency);
    let rows: Vec<Row> = grants::table
        .inner_join(partners::table)
        .inner_join(grant_balances::table)
        .filter(grants::programme_id.eq(programme.id.db()))
        .filter(grants::agreement_id.is_not_null())
        .select((
            grants::agreement_id,
            grants::funder_id,
            partners::kind,
            partners::country,
            grant_balances::granted_minor,
            grants::currency,
        ))
        .load(conn)?;
    let given = |(agreement, funder, kind, country, granted, currency): Row| {
        Some(Given {
            agreement: agreement?,
            funder,
            public_in_france: country == "FR" && is_public(kind),
            granted: Money::new(granted, currency),
        })
    };
    Ok(rows.into_iter().filter_map(given).collect())
}

fn is_public(kind: PartnerKind) -> bool {
    use PartnerKind as P;
    matches!(
        kind,
        P::State | P::Municipality | P::Intercommunality | P::Department | P::Region | P::PublicBody
    )
}

/// What the funders of an agreement must publish, one duty for each. A public programme publishes it by itself; for any
/// other, an obligation to publish that was met says that it was done.
fn publications(
    agreement: &Agreement,
    owed: &[&Obligation],
    given: &[Given],
    programme: &ProgrammeContext,
    today: NaiveDate,
) -> Vec<Publication> {
    let Some(signed_on) = agreement.rules.concluded_on(today) else {
        return Vec::new();
    };
    let met = |one: &&&Obligation| one.rules.kind == ObligationKind::Publication;
    let published = owed
        .iter()
        .filter(met)
        .flat_map(|one| one.rules.met.iter())
        .max()
        .copied();
    let published_on = match programme.visibility {
        Visibility::Public => Some(signed_on),
        Visibility::Private => published,
    };
    let years = years(agreement.rules.consolidated(today, today).period);
    let mut duties: BTreeMap<PartnerId, NaiveDate> = BTreeMap::new();
    for grant in given
        .iter()
        .filter(|grant| grant.agreement == agreement.id && grant.public_in_france)
    {
        let yearly = Money::new(grant.granted.minor / years, grant.granted.currency);
        let threshold = Currency::parse("", "EUR")
            .ok()
            .map(|euro| Money::new(PUBLISHED_ABOVE, euro));
        if let Some(due_on) = publication_due(agreement.rules.kind, signed_on, yearly, threshold) {
            duties.insert(grant.funder, due_on);
        }
    }
    let duty = |(funder, due_on)| Publication {
        funder,
        due_on,
        published_on,
    };
    duties.into_iter().map(duty).collect()
}

/// Over how many years money is given, one at least.
fn years(runs: Period) -> i64 {
    let last = runs.ends_on.unwrap_or(runs.starts_on);
    let years: BTreeSet<i32> = (runs.starts_on.year()..=last.year()).collect();
    i64::try_from(years.len()).unwrap_or(1).max(1)
}
