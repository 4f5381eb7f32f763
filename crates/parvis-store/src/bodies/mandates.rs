//! Mandates: who holds which seat from when to when, and what follows for a day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::bodies::composition::{self as domain, Delegates, Member};
use parvis_domain::bodies::{College, Composition, Sex, composition};
use parvis_domain::ids::{BodyId, DrawId, MandateId, PartnerId, PersonId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, Fault, Faults, Period};
use serde::Serialize;

use super::persons::{self, PersonContent};
use super::{Body, unknown};
use crate::columns::{Instant, IntoDb, db_ids, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreError, StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::partners::require_partner;
use crate::programmes::ProgrammeContext;
use crate::schema::{bodies, body_attendances, body_mandates as mandates, body_meetings, body_persons};
use crate::stamp::Stamp;

/// A mandate, without whoever holds it: an event tells no more.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = mandates)]
struct MandateRow {
    id: MandateId,
    body_id: BodyId,
    college: String,
    #[serde(skip)]
    programme_id: ProgrammeId,
    person_id: Option<PersonId>,
    partner_id: Option<PartnerId>,
    #[serde(skip)]
    sex: Sex,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    substitute_of: Option<MandateId>,
    delegated_by: Option<BodyId>,
    draw_id: Option<DrawId>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
}

impl MandateRow {
    fn member(&self) -> StoreResult<Member> {
        let person = self.person_id.map(Member::Person);
        person
            .or(self.partner_id.map(Member::Partner))
            .ok_or_else(|| StoreError::Internal(format!("the mandate {} has no holder", self.id)))
    }

    fn domain(&self) -> StoreResult<domain::Mandate> {
        Ok(domain::Mandate {
            id: self.id,
            college: self.college.clone(),
            member: self.member()?,
            sex: self.sex,
            period: Period {
                starts_on: self.starts_on,
                ends_on: self.ends_on,
            },
            substitute_of: self.substitute_of,
            delegated_by: self.delegated_by,
        })
    }
}

/// A mandate.
#[derive(Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Identifier.
    pub id: MandateId,
    /// The body.
    pub body_id: BodyId,
    /// Code of the college.
    pub college: String,
    /// The person.
    pub person_id: Option<PersonId>,
    /// Name of the person, and whether the order publishes it: personal data.
    pub name: Option<(String, bool)>,
    /// The organisation.
    pub partner_id: Option<PartnerId>,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// The mandate for whose holder it stands in.
    pub substitute_of: Option<MandateId>,
    /// The body whose seat it is.
    pub delegated_by: Option<BodyId>,
    /// The draw that gave it.
    pub draw_id: Option<DrawId>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for Mandate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mandate({})", self.id)
    }
}

/// Who gets a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A person who is recorded already.
    Known(PersonId),
    /// A person who is recorded now.
    New(PersonContent),
    /// An organisation.
    Partner(PartnerId),
}

/// A seat to be given, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateContent {
    /// Code of the college.
    pub college: String,
    /// Who gets it.
    pub holder: Holder,
    /// From when to when.
    pub period: Period,
    /// The mandate for whose holder it stands in.
    pub substitute_of: Option<MandateId>,
    /// The body whose seat it is.
    pub delegated_by: Option<BodyId>,
}

/// A seat that a draw gave: the draw, the pseudonym, and whether it was filled outside parity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lot<'a> {
    pub(super) draw: DrawId,
    pub(super) pseudonym: &'a str,
    pub(super) outside_parity: bool,
}

/// How mandates are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MandateSort {
    /// By their first day.
    StartsOn,
}

/// What is asked of the list of mandates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MandateFilter {
    /// Only in this college.
    pub college: Option<String>,
    /// Only those that last on this day.
    pub on: Option<NaiveDate>,
}

fn listed<'a>(body: BodyId, filter: &MandateFilter) -> mandates::BoxedQuery<'a, MultiBackend> {
    let mut query = mandates::table.filter(mandates::body_id.eq(body.db())).into_boxed();
    if let Some(college) = &filter.college {
        query = query.filter(mandates::college.eq(college.clone()));
    }
    if let Some(day) = filter.on {
        query = query.filter(mandates::starts_on.le(day));
        query = query.filter(mandates::ends_on.is_null().or(mandates::ends_on.ge(day)));
    }
    query
}

/// The mandates in a body, with the names of persons, which not everybody may see.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_mandates(
    conn: &mut Conn,
    body: BodyId,
    filter: &MandateFilter,
    request: &PageRequest<MandateSort>,
) -> StoreResult<Page<Mandate>> {
    let total = total!(conn, request, listed(body, filter), mandates::id);
    let query = listed(body, filter).select(MandateRow::as_select());
    let rows: Vec<MandateRow> = match request.sort {
        MandateSort::StartsOn => keyset!(query, request, mandates::starts_on, mandates::id, NaiveDate).load(conn)?,
    };
    let page = paging::page(rows, request, total, |row| (row.starts_on.text(), row.id.into()));
    let names = names(conn, page.items.iter().filter_map(|row| row.person_id))?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| named(row, &names)).collect()
    }))
}

type Names = BTreeMap<PersonId, (String, bool)>;

fn names(conn: &mut Conn, ids: impl IntoIterator<Item = PersonId>) -> StoreResult<Names> {
    let rows: Vec<(PersonId, String, bool)> = body_persons::table
        .filter(body_persons::id.eq_any(db_ids(ids)))
        .select((body_persons::id, body_persons::name, body_persons::published))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, published)| (id, (name, published)))
        .collect())
}

fn named(row: MandateRow, names: &Names) -> Mandate {
    Mandate {
        id: row.id,
        body_id: row.body_id,
        college: row.college,
        name: row.person_id.and_then(|person| names.get(&person).cloned()),
        person_id: row.person_id,
        partner_id: row.partner_id,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        substitute_of: row.substitute_of,
        delegated_by: row.delegated_by,
        draw_id: row.draw_id,
        version: row.version,
        created_at: row.created_at,
    }
}

fn row(conn: &mut Conn, id: MandateId) -> StoreResult<MandateRow> {
    Ok(mandates::table
        .find(id.db())
        .select(MandateRow::as_select())
        .first(conn)?)
}

fn get(conn: &mut Conn, id: MandateId) -> StoreResult<Mandate> {
    let row = row(conn, id)?;
    let names = names(conn, row.person_id)?;
    Ok(named(row, &names))
}

/// The programme of a mandate, in one statement.
///
/// # Errors
/// `NotFound`.
pub fn programme_of_mandate(conn: &mut Conn, id: MandateId) -> StoreResult<ProgrammeId> {
    let query = mandates::table.find(id.db()).select(mandates::programme_id);
    Ok(query.first(conn)?)
}

/// A mandate and its body, whose row stays locked until the end of the transaction.
///
/// # Errors
/// `NotFound`.
pub fn lock_mandate(conn: &mut Conn, id: MandateId) -> StoreResult<(Body, Mandate)> {
    let body: BodyId = mandates::table.find(id.db()).select(mandates::body_id).first(conn)?;
    let body = super::lock_body(conn, body)?;
    let mandate = get(conn, id)?;
    Ok((body, mandate))
}

/// Who sits in bodies on a day, in two statements for all of them.
///
/// # Errors
/// Those of the database.
pub fn compositions(conn: &mut Conn, bodies: &[Body], day: NaiveDate) -> StoreResult<Vec<Composition>> {
    let (mut of_body, delegates) = sitting(conn, bodies.iter().map(|body| body.id))?;
    let compose = |body: &Body| {
        let mandates = of_body.remove(&body.id).unwrap_or_default();
        composition(&body.colleges, &mandates, &delegates, day)
    };
    Ok(bodies.iter().map(compose).collect())
}

/// Who sits in one body on a day.
///
/// # Errors
/// Those of the database.
pub(super) fn composed(conn: &mut Conn, body: &Body, day: NaiveDate) -> StoreResult<Composition> {
    let (mandates, delegates) = of_body(conn, body.id, None)?;
    Ok(composition(&body.colleges, &mandates, &delegates, day))
}

/// The mandates of bodies, and who sits in the bodies that fill seats of theirs.
fn sitting(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = BodyId>,
) -> StoreResult<(BTreeMap<BodyId, Vec<domain::Mandate>>, Delegates)> {
    let rows: Vec<MandateRow> = mandates::table
        .filter(mandates::body_id.eq_any(db_ids(ids)))
        .order((mandates::starts_on, mandates::id))
        .select(MandateRow::as_select())
        .load(conn)?;
    let mut of_body: BTreeMap<BodyId, Vec<domain::Mandate>> = BTreeMap::new();
    for row in &rows {
        of_body.entry(row.body_id).or_default().push(row.domain()?);
    }
    let delegates = delegates(conn, rows.iter().filter_map(|row| row.delegated_by))?;
    Ok((of_body, delegates))
}

fn of_body(
    conn: &mut Conn,
    body: BodyId,
    delegating: Option<BodyId>,
) -> StoreResult<(Vec<domain::Mandate>, Delegates)> {
    let (mut of_body, mut known) = sitting(conn, [body])?;
    if let Some(other) = delegating.filter(|other| !known.contains_key(other)) {
        known.extend(delegates(conn, [other])?);
    }
    Ok((of_body.remove(&body).unwrap_or_default(), known))
}

fn delegates(conn: &mut Conn, ids: impl IntoIterator<Item = BodyId>) -> StoreResult<Delegates> {
    let ids: BTreeSet<BodyId> = ids.into_iter().collect();
    let rows: Vec<MandateRow> = mandates::table
        .filter(
            mandates::body_id
                .eq_any(db_ids(ids))
                .and(mandates::substitute_of.is_null()),
        )
        .select(MandateRow::as_select())
        .load(conn)?;
    let mut delegates = Delegates::new();
    for row in rows {
        let mandate = row.domain()?;
        let of_body = delegates.entry(row.body_id).or_default();
        of_body.push((mandate.member, mandate.period));
    }
    Ok(delegates)
}

/// Refuses colleges with fewer seats than members, today or on a later day.
///
/// # Errors
/// `college_full` at each of them.
pub(super) fn require_room(conn: &mut Conn, body: BodyId, colleges: &[College], today: NaiveDate) -> StoreResult<()> {
    let (mandates, delegates) = of_body(conn, body, None)?;
    let later = mandates.iter().map(|mandate| mandate.period.starts_on);
    let days: BTreeSet<NaiveDate> = later.filter(|day| *day > today).chain([today]).collect();
    let mut most = vec![0; colleges.len()];
    for day in days {
        let composed = composition(colleges, &mandates, &delegates, day);
        for (most, college) in most.iter_mut().zip(composed.colleges) {
            *most = college.members.len().max(*most);
        }
    }
    let mut faults = Faults::new();
    for (i, (college, most)) in colleges.iter().zip(most).enumerate() {
        let seats = usize::try_from(college.seats).unwrap_or(usize::MAX);
        if most > seats {
            let detail = format!("The college {} has {most} members for {seats} seats.", college.code);
            faults.add(Code::CollegeFull, format!("/colleges/{i}/seats"), detail);
        }
    }
    Ok(faults.finish(Some(()))?)
}

/// Gives a seat in a body that was locked.
///
/// # Errors
/// Those of [`domain::check_mandate`], `archived`, `reference_unknown`.
pub fn create_mandate(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    body: &Body,
    content: &MandateContent,
) -> StoreResult<Mandate> {
    body.require_changeable(programme)?;
    let given = give(conn, stamp, body, content, None)?;
    record_given(conn, stamp, Operation::CreateMandate, given)
}

/// Gives a seat without an event yet: several events of one transaction come last, because they lock the chain.
pub(super) fn give(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    body: &Body,
    content: &MandateContent,
    lot: Option<&Lot<'_>>,
) -> StoreResult<MandateId> {
    let (person, sex) = person_of(conn, stamp, body, &content.holder)?;
    let member = match (&content.holder, person) {
        (_, Some(person)) => Member::Person(person),
        (Holder::Partner(partner), None) => Member::Partner(*partner),
        (_, None) => return Err(StoreError::Internal("a seat without a holder".to_owned())),
    };
    if let Some(other) = content.delegated_by {
        require_body(conn, body.programme_id, other)?;
    }
    let new = domain::Mandate {
        id: stamp.id(),
        college: content.college.clone(),
        member,
        sex,
        period: content.period,
        substitute_of: content.substitute_of,
        delegated_by: content.delegated_by,
    };
    let (seated, delegates) = of_body(conn, body.id, content.delegated_by)?;
    let checked = domain::check_mandate(&new, &body.colleges, &seated, &delegates);
    pass(checked, lot.is_some_and(|lot| lot.outside_parity))?;
    insert(conn, stamp, body, &new, lot)?;
    Ok(new.id)
}

/// A draw that found nobody else fills a seat outside parity, which its outcome shows to everybody.
fn pass(checked: Result<(), Faults>, outside_parity: bool) -> Result<(), Faults> {
    let Err(Faults(faults)) = checked else { return Ok(()) };
    let kept = |fault: &Fault| !(outside_parity && fault.code == Code::ParityBroken);
    let left: Vec<_> = faults.into_iter().filter(kept).collect();
    if left.is_empty() { Ok(()) } else { Err(Faults(left)) }
}

/// The event of a seat that was given.
pub(super) fn record_given(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    id: MandateId,
) -> StoreResult<Mandate> {
    let made = row(conn, id)?;
    let change = Change::made(operation, ("mandate", id.into()), &made)?;
    events::append(conn, stamp, change.in_programme(made.programme_id))?;
    get(conn, id)
}

/// The person who gets a seat, recorded now where need be, and their sex.
fn person_of(conn: &mut Conn, stamp: &Stamp<'_>, body: &Body, holder: &Holder) -> StoreResult<(Option<PersonId>, Sex)> {
    match holder {
        Holder::Known(id) => {
            let person = persons::get_body_person(conn, *id);
            match person {
                Ok(person) if person.programme_id == body.programme_id => Ok((Some(*id), person.sex)),
                Ok(_) | Err(StoreError::NotFound) => {
                    Err(unknown("/person_id", "The programme knows no such person.").into())
                }
                Err(error) => Err(error),
            }
        }
        Holder::New(content) => {
            let id = persons::insert(conn, stamp, body.programme_id, content)?;
            Ok((Some(id), content.sex))
        }
        Holder::Partner(partner) => {
            require_partner(conn, *partner, "/partner_id")?;
            Ok((None, Sex::Unstated))
        }
    }
}

fn require_body(conn: &mut Conn, programme: ProgrammeId, id: BodyId) -> StoreResult<()> {
    let known = bodies::table.find(id.db()).filter(
        bodies::programme_id
            .eq(programme.db())
            .and(bodies::archived_at.is_null()),
    );
    let version: Option<i64> = known.select(bodies::version).first(conn).optional()?;
    match version {
        Some(_) => Ok(()),
        None => Err(unknown("/delegated_by", "The programme has no such body.").into()),
    }
}

fn insert(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    body: &Body,
    new: &domain::Mandate,
    lot: Option<&Lot<'_>>,
) -> StoreResult<()> {
    let (person, partner) = match new.member {
        Member::Person(person) => (Some(person), None),
        Member::Partner(partner) => (None, Some(partner)),
    };
    diesel::insert_into(mandates::table)
        .values((
            mandates::id.eq(new.id.db()),
            mandates::body_id.eq(body.id.db()),
            mandates::college.eq(&new.college),
            mandates::programme_id.eq(body.programme_id.db()),
            mandates::person_id.eq(person.map(IntoDb::db)),
            mandates::partner_id.eq(partner.map(IntoDb::db)),
            mandates::sex.eq(new.sex.as_str()),
            mandates::starts_on.eq(new.period.starts_on),
            mandates::ends_on.eq(new.period.ends_on),
            mandates::substitute_of.eq(new.substitute_of.map(IntoDb::db)),
            mandates::delegated_by.eq(new.delegated_by.map(IntoDb::db)),
            mandates::draw_id.eq(lot.map(|lot| lot.draw.db())),
            mandates::pseudonym.eq(lot.map(|lot| lot.pseudonym)),
            mandates::version.eq(1_i64),
            mandates::created_at.eq(micros(stamp.at)),
            mandates::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a mandate in a body that was locked, or leaves it open. It does not end before a meeting that its holder attended.
///
/// # Errors
/// `version_stale`, `archived`, `period_inverted` where it would end before it starts, `date_too_early`; where it lasts longer,
/// those of [`domain::check_mandate`].
pub fn update_mandate(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, before): (&Body, &Mandate),
    ends_on: Option<NaiveDate>,
) -> StoreResult<Mandate> {
    body.require_changeable(programme)?;
    let period = Period::new(before.starts_on, ends_on, "/ends_on")?;
    require_after_meetings(conn, before.id, ends_on)?;
    let old = row(conn, before.id)?;
    let longer = match (before.ends_on, ends_on) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(was), Some(is)) => is > was,
    };
    if longer {
        let (seated, delegates) = of_body(conn, body.id, before.delegated_by)?;
        let others: Vec<_> = seated.into_iter().filter(|other| other.id != before.id).collect();
        let new = domain::Mandate {
            period,
            ..old.domain()?
        };
        domain::check_mandate(&new, &body.colleges, &others, &delegates)?;
    }
    let current = mandates::table
        .find(before.id.db())
        .filter(mandates::version.eq(before.version));
    let changed = diesel::update(current)
        .set((
            mandates::ends_on.eq(ends_on),
            mandates::version.eq(before.version + 1),
            mandates::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    let new = row(conn, before.id)?;
    let change = Change::changed(Operation::UpdateMandate, ("mandate", before.id.into()), &old, &new)?;
    events::append(conn, stamp, change.in_programme(body.programme_id))?;
    get(conn, before.id)
}

fn require_after_meetings(conn: &mut Conn, id: MandateId, ends_on: Option<NaiveDate>) -> StoreResult<()> {
    let attended = body_attendances::table
        .inner_join(body_meetings::table)
        .filter(body_attendances::mandate_id.eq(id.db()));
    let last: Option<NaiveDate> = attended.select(diesel::dsl::max(body_meetings::held_on)).first(conn)?;
    match (last, ends_on) {
        (Some(last), Some(end)) if end < last => {
            let detail = format!("Its holder attended the meeting of {last}; the mandate ends then or later.");
            let fault = Fault::new(Code::DateTooEarly, "/ends_on", detail);
            Err(fault.with("min", last.to_string()).into())
        }
        _ => Ok(()),
    }
}
