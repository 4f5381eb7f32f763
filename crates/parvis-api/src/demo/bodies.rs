//! Bodies of the demonstration: who sits in them, how lots were drawn, what was decided. What happened in the past is written
//! with the instants of the past: a list is fixed before its seed is born, also here.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveTime};
use parvis_domain::bodies::draw::Salt;
use parvis_domain::ids::{BodyId, MandateId};
use parvis_store::bodies::{self as store, CandidateContent, Draw, Seating};
use parvis_store::programmes::ProgrammeContext;
use parvis_store::{Conn, Stamp, StoreResult};
use parvis_wire::bodies::{NewBody, NewBodyDecision, NewBodyMeeting, NewDraw, NewDrawCandidate, NewMandate};
use uuid::Uuid;

use super::data::{self, Keys};
use super::load::at;
use crate::bodies::mandate_content;

/// Writes the bodies of a programme, as its coordinator would have; a later one may have seats that an earlier one fills.
pub(super) fn write(
    conn: &mut Conn,
    stamp: Stamp<'_>,
    ids: &(dyn Fn() -> Uuid + Sync),
    keys: &Keys,
    programme: &ProgrammeContext,
    entries: &[data::SittingBody],
) -> StoreResult<()> {
    let mut keys = keys.clone();
    for entry in entries {
        let content = keys.body::<NewBody>(&entry.body)?.check()?;
        let body = store::create_body(conn, &stamp, programme, &content).map_err(at(&entry.key))?;
        keys.insert::<BodyId>("body", &entry.key, body.id);
        let mut sitting = Sitting {
            stamp,
            ids,
            programme,
            body: body.id,
            seated: Vec::new(),
        };
        for mandate in &entry.mandates {
            let content = mandate_content(&keys.body::<NewMandate>(&mandate.body)?)?;
            let made = store::create_mandate(conn, &stamp, programme, &body, &content).map_err(at(&entry.key))?;
            sitting.seated.push(made.id);
            if let (Some(key), Some(person)) = (&mandate.key, made.person_id) {
                keys.insert("person", key, person);
            }
        }
        for draw in &entry.draws {
            sitting.draw(conn, &keys, draw).map_err(at(&entry.key))?;
        }
        for meeting in &entry.meetings {
            sitting.meet(conn, &keys, meeting).map_err(at(&entry.key))?;
        }
    }
    Ok(())
}

/// A body while its draws and meetings are written.
struct Sitting<'a> {
    stamp: Stamp<'a>,
    ids: &'a (dyn Fn() -> Uuid + Sync),
    programme: &'a ProgrammeContext,
    body: BodyId,
    /// The mandates in the order in which they were given.
    seated: Vec<MandateId>,
}

impl<'a> Sitting<'a> {
    /// The same coordinator at noon of a day.
    fn on(&self, day: NaiveDate) -> Stamp<'a> {
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
        Stamp::new(day.and_time(noon).and_utc(), self.stamp.actor, self.ids)
    }

    fn draw(&mut self, conn: &mut Conn, keys: &Keys, entry: &data::Lots) -> StoreResult<()> {
        let (then, programme) = (self.on(entry.fixed_on), self.programme);
        let body = store::lock_body(conn, self.body)?;
        let (source, colleges) = keys.body::<NewDraw>(&entry.body)?.check()?;
        let mut draw = store::create_draw(conn, &then, programme, &body, &source, &colleges)?;
        for candidate in &entry.candidates {
            let new: NewDrawCandidate = keys.body(candidate)?;
            let content = CandidateContent {
                identity: new.check()?,
                college: new.college,
                sex: new.sex,
            };
            store::add_draw_candidate(conn, &then, programme, (&body, &draw), &content, &[self.salt()])?;
            draw = store::get_draw(conn, draw.id)?;
        }
        draw = store::fix_draw(conn, &then, programme, (&body, &draw))?;
        let Some(drawn) = &entry.drawn else { return Ok(()) };
        draw = store::draw_lots(conn, &self.on(drawn.on), programme, (&body, &draw), &drawn.seed)?;
        for refusal in &drawn.refusals {
            let then = self.on(refusal.on);
            let pseudonym = holder(&draw, &refusal.college, refusal.seat)?;
            draw = store::record_draw_refusal(conn, &then, programme, (&body, &draw), (&pseudonym, refusal.on))?;
        }
        let Some(seating) = &drawn.seating else { return Ok(()) };
        let asked = Seating {
            period: seating.check()?,
            published: seating.published,
        };
        let given = store::seat_drawn(conn, &self.stamp, programme, (&body, &draw), asked)?;
        self.seated.extend(given.into_iter().map(|mandate| mandate.id));
        Ok(())
    }

    /// In the demonstration a salt is made of two identifiers: there is nothing to hide.
    fn salt(&self) -> Salt {
        let mut salt = [0; 32];
        for (half, id) in salt.chunks_exact_mut(16).zip([(self.ids)(), (self.ids)()]) {
            half.copy_from_slice(id.as_bytes());
        }
        Salt(salt)
    }

    fn meet(&self, conn: &mut Conn, keys: &Keys, entry: &data::Sat) -> StoreResult<()> {
        let body = store::lock_body(conn, self.body)?;
        let (meeting, location) = keys.body::<NewBodyMeeting>(&entry.body)?.check()?;
        let asked = (&meeting, location.as_deref());
        let mut made = store::create_body_meeting(conn, &self.stamp, self.programme, &body, asked)?;
        let Some(came) = &entry.came else { return Ok(()) };
        let attended: BTreeSet<MandateId> = came.iter().filter_map(|n| self.seated.get(*n).copied()).collect();
        let of_body = (&body, &made);
        made = store::hold_body_meeting(conn, &self.stamp, self.programme, of_body, &attended, None)?;
        for decision in &entry.decisions {
            let decision = keys.body::<NewBodyDecision>(decision)?.check()?;
            store::create_body_decision(conn, &self.stamp, self.programme, (&body, &made), &decision)?;
            made = store::get_body_meeting(conn, made.id)?;
        }
        Ok(())
    }
}

/// Who holds a seat, counted from 1, of a college.
fn holder(draw: &Draw, college: &str, seat: u32) -> StoreResult<String> {
    let outcome = draw.outcome()?;
    let college = outcome
        .iter()
        .flat_map(|outcome| &outcome.colleges)
        .find(|one| one.code == college);
    let held = college.and_then(|college| college.seats.iter().find(|one| one.number == seat)?.held_by());
    held.map(str::to_owned)
        .ok_or_else(|| data::wrong(format!("nobody holds the seat {seat}")))
}
