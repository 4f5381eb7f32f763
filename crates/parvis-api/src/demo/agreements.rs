//! Agreements of the demonstration: written, decided on, signed and amended as the parties did it.

use chrono::NaiveDate;
use parvis_store::agreements::{self as store, Agreement, Met};
use parvis_store::programmes::ProgrammeContext;
use parvis_store::{Conn, Stamp, StoreResult};
use parvis_wire::agreements::{NewAgreement, NewAmendment, NewAuthorisation, NewObligation, NewSignature};

use super::data::{self, Keys};
use super::load::at;

/// What every step needs.
struct Desk<'a> {
    stamp: Stamp<'a>,
    keys: &'a Keys,
    programme: &'a ProgrammeContext,
    today: NaiveDate,
}

/// Writes agreements whose grants exist already; the coordinator records what the parties signed.
pub(super) fn write(
    conn: &mut Conn,
    stamp: Stamp<'_>,
    keys: &Keys,
    programme: &ProgrammeContext,
    entries: &[data::Agreement],
) -> StoreResult<()> {
    let desk = Desk {
        stamp: stamp.by(keys.id("@account/coordinator")?),
        keys,
        programme,
        today: programme.today(&stamp)?,
    };
    entries
        .iter()
        .try_for_each(|entry| desk.agreement(conn, entry).map_err(at(&entry.key)))
}

impl Desk<'_> {
    fn agreement(&self, conn: &mut Conn, entry: &data::Agreement) -> StoreResult<()> {
        let (stamp, today) = (&self.stamp, self.today);
        let draft = self.keys.body::<NewAgreement>(&entry.body)?.check()?;
        let made = store::create_agreement(conn, stamp, self.programme, &draft)?;
        let mut agreement = store::open_agreement(conn, stamp, &made, today)?;
        for body in &entry.authorisations {
            let new: NewAuthorisation = self.keys.body(body)?;
            let decision = (new.partner_id.into(), &new.check()?);
            agreement = store::authorise_agreement(conn, stamp, &agreement, decision, today)?;
        }
        for body in &entry.signatures {
            let signature = self.keys.body::<NewSignature>(body)?.check()?;
            agreement = store::sign_agreement(conn, stamp, &agreement, &signature, today)?;
        }
        for amendment in &entry.amendments {
            agreement = self.amendment(conn, &agreement, amendment)?;
        }
        // Its amendments come first: what it obliges to goes on as long as it runs with them.
        for owed in &entry.obligations {
            self.obligation(conn, &agreement, owed)?;
        }
        Ok(())
    }

    fn amendment(&self, conn: &mut Conn, before: &Agreement, entry: &data::Amendment) -> StoreResult<Agreement> {
        let (stamp, today) = (&self.stamp, self.today);
        let number = before.rules.next_number();
        let draft = self.keys.body::<NewAmendment>(&entry.body)?.check()?;
        let made = store::create_amendment(conn, stamp, before, &draft, today)?;
        let mut agreement = store::open_amendment(conn, stamp, self.programme, &made, number, today)?;
        for body in &entry.authorisations {
            let new: NewAuthorisation = self.keys.body(body)?;
            let decision = (new.partner_id.into(), &new.check()?);
            agreement = store::authorise_amendment(conn, stamp, &agreement, number, decision, today)?;
        }
        for body in &entry.signatures {
            let signature = self.keys.body::<NewSignature>(body)?.check()?;
            let signed = (number, &signature);
            agreement = store::sign_amendment(conn, stamp, self.programme, &agreement, signed, today)?;
        }
        Ok(agreement)
    }

    fn obligation(&self, conn: &mut Conn, agreement: &Agreement, entry: &data::Obligation) -> StoreResult<()> {
        let new = self.keys.body::<NewObligation>(&entry.body)?.check(self.stamp.id())?;
        let mut owed = store::create_obligation(conn, &self.stamp, agreement, &new, self.today)?;
        for day in &entry.met {
            let met = Met {
                due_on: *day,
                met_on: *day,
                evidence: None,
            };
            owed = store::meet_obligation(conn, &self.stamp, &owed, &met, self.today)?;
        }
        Ok(())
    }
}
