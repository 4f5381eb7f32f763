//! The list is fixed, lots are drawn, seats are refused, and those who were drawn get their mandates.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::bodies::draw::{self as domain, DrawList, FixedList, Outcome};
use parvis_domain::ids::MandateId;
use parvis_domain::{Code, DomainError, Fault, Faults, Period};

use super::{Draw, StepColumns, candidates, step};
use crate::bodies::mandates::{self, Holder, Lot, Mandate, MandateContent};
use crate::bodies::{Body, PersonContent, small, unknown};
use crate::columns::{IntoDb, micros};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::programmes::ProgrammeContext;
use crate::schema::{body_mandates, draw_refusals};
use crate::stamp::Stamp;

/// The list as it stands in the tables.
fn list(conn: &mut Conn, draw: &Draw) -> StoreResult<FixedList> {
    let list = DrawList {
        draw: draw.id.into(),
        source: draw.source.clone(),
        colleges: draw.colleges.clone(),
        candidates: candidates::public(conn, draw.id)?,
    };
    Ok(list.check()?)
}

/// Fixes the list of a draw that was locked: from now on its text and hash are public, and nothing in it changes.
///
/// # Errors
/// `archived`, `list_changed` where it was fixed before, `seed_known`, `required` for a college without a candidate.
pub fn fix_draw(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, draw): (&Body, &Draw),
) -> StoreResult<Draw> {
    body.require_changeable(programme)?;
    draw.record().require_changeable()?;
    let today = programme.today(stamp)?;
    let fixed = list(conn, draw)?;
    draw.record().check_fix(&fixed, today)?;
    let columns = StepColumns {
        document: Some(fixed.document()),
        list_hash: Some(fixed.hash().to_string()),
        fixed_on: Some(today),
        ..StepColumns::default()
    };
    step(conn, stamp, Operation::FixDraw, draw, columns)
}

/// Records the seed of a draw that was locked, which draws the lots.
///
/// # Errors
/// `archived`, `already_drawn`, `list_not_fixed`, `list_changed`, `seed_not_born`, or the faults of the seed.
pub fn draw_lots(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, draw): (&Body, &Draw),
    seed: &str,
) -> StoreResult<Draw> {
    body.require_changeable(programme)?;
    let today = programme.today(stamp)?;
    let fixed = match draw.document {
        Some(_) => list(conn, draw)?,
        // Nothing to compare with, which the record refuses; an incomplete list has no text.
        None => return Err(not_fixed().into()),
    };
    draw.record().check_draw(&fixed, today)?;
    let drawn = domain::draw(&fixed, seed, &[])?;
    let columns = StepColumns {
        seed: Some(drawn.seed),
        drawn_on: Some(today),
        ..StepColumns::default()
    };
    step(conn, stamp, Operation::DrawLots, draw, columns)
}

fn not_fixed() -> DomainError {
    let detail = "Fix the list and publish its hash first; the seed is born after that.";
    DomainError::new(Code::ListNotFixed, detail)
}

/// Records a refusal in a draw that was locked; whoever comes next is called.
///
/// # Errors
/// `archived`, `not_seated`, `date_too_early` before the draw, `date_in_future`.
pub fn record_draw_refusal(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, draw): (&Body, &Draw),
    (pseudonym, refused_on): (&str, NaiveDate),
) -> StoreResult<Draw> {
    body.require_changeable(programme)?;
    check_day(draw, refused_on, programme.today(stamp)?)?;
    let mut with = draw.clone();
    with.refusals.push(pseudonym.to_owned());
    require_seated(&with)?;
    let position = u32::try_from(with.refusals.len()).unwrap_or(u32::MAX);
    diesel::insert_into(draw_refusals::table)
        .values((
            draw_refusals::id.eq(stamp.id::<uuid::Uuid>().db()),
            draw_refusals::draw_id.eq(draw.id.db()),
            draw_refusals::position.eq(small(position)?),
            draw_refusals::pseudonym.eq(pseudonym),
            draw_refusals::programme_id.eq(draw.programme_id.db()),
            draw_refusals::refused_on.eq(refused_on),
            draw_refusals::recorded_at.eq(micros(stamp.at)),
            draw_refusals::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    step(conn, stamp, Operation::RecordDrawRefusal, draw, StepColumns::default())
}

fn check_day(draw: &Draw, day: NaiveDate, today: NaiveDate) -> Result<(), Fault> {
    let Some(drawn_on) = draw.drawn_on else {
        return Err(Fault::new(
            Code::NotSeated,
            "/pseudonym",
            "Nobody holds a seat before lots are drawn.",
        ));
    };
    if day < drawn_on {
        let detail = format!("Lots were drawn on {drawn_on}; nobody could refuse a seat on {day}.");
        return Err(Fault::new(Code::DateTooEarly, "/refused_on", detail).with("min", drawn_on.to_string()));
    }
    if day > today {
        return Err(Fault::new(
            Code::DateInFuture,
            "/refused_on",
            format!("{day} is after today, {today}."),
        ));
    }
    Ok(())
}

/// The text was read when it was fixed, so what can be wrong is the last refusal.
fn require_seated(draw: &Draw) -> StoreResult<()> {
    let (Some(document), Some(seed)) = (&draw.document, &draw.seed) else {
        return Err(not_fixed().into());
    };
    let list = FixedList::parse(document)?;
    let drawn = domain::draw(&list, seed, &draw.refusals).map(drop);
    let here = |faults: Faults| {
        let moved = faults.0.into_iter().map(|fault| Fault {
            pointer: "/pseudonym".to_owned(),
            ..fault
        });
        Faults(moved.collect())
    };
    Ok(drawn.map_err(here)?)
}

/// How those who were drawn are seated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seating {
    /// From when to when.
    pub period: Period,
    /// Whether the order that names the members publishes their names.
    pub published: bool,
}

/// Gives those who hold seats of a draw that was locked their mandates, where they have none yet.
///
/// # Errors
/// `archived`, `list_not_fixed` before lots are drawn, `reference_unknown` where an identity was erased, and those of
/// [`mandates::create_mandate`].
pub fn seat_drawn(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    (body, draw): (&Body, &Draw),
    seating: Seating,
) -> StoreResult<Vec<Mandate>> {
    body.require_changeable(programme)?;
    let outcome = draw.outcome()?.ok_or_else(not_fixed)?;
    let seated: BTreeSet<String> = body_mandates::table
        .filter(body_mandates::draw_id.eq(draw.id.db()))
        .select(body_mandates::pseudonym.assume_not_null())
        .load(conn)?
        .into_iter()
        .collect();
    let persons: BTreeMap<String, PersonContent> = candidates::list_draw_candidates(conn, draw.id)?
        .into_iter()
        .filter_map(|candidate| {
            let person = PersonContent {
                name: candidate.identity?,
                sex: candidate.public.sex,
                email: None,
                phone: None,
                published: seating.published,
            };
            Some((candidate.public.pseudonym, person))
        })
        .collect();
    let mut given: Vec<MandateId> = Vec::new();
    for (college, lot) in holders(draw, &outcome).filter(|(_, lot)| !seated.contains(lot.pseudonym)) {
        let person = persons.get(lot.pseudonym).cloned();
        let person = person.ok_or_else(|| unknown("", format!("Who {} is was erased.", lot.pseudonym)))?;
        let content = MandateContent {
            college: college.to_owned(),
            holder: Holder::New(person),
            period: seating.period,
            substitute_of: None,
            delegated_by: None,
        };
        given.push(mandates::give(conn, stamp, body, &content, Some(&lot))?);
    }
    given
        .into_iter()
        .map(|id| mandates::record_given(conn, stamp, Operation::SeatDrawn, id))
        .collect::<Result<_, StoreError>>()
}

/// Who holds a seat at the end, with the college.
fn holders<'a>(draw: &'a Draw, outcome: &'a Outcome) -> impl Iterator<Item = (&'a str, Lot<'a>)> {
    let of_college = move |college: &'a domain::CollegeOutcome| {
        let last = college.seats.iter().filter_map(|seat| seat.holders.last());
        last.filter(|holder| !holder.refused).map(move |holder| {
            let lot = Lot {
                draw: draw.id,
                pseudonym: &holder.pseudonym,
                outside_parity: holder.outside_parity,
            };
            (college.code.as_str(), lot)
        })
    };
    outcome.colleges.iter().flat_map(of_college)
}
