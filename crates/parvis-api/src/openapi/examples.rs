//! Examples of bodies whose type has none of its own: changes, and what is specific to one operation.

use parvis_domain::accounts::Operation;
use serde_json::{Value, json};

use super::shared::EXAMPLE_ID;

/// The example of an operation's body, where its type does not bring one.
pub fn of(operation: Operation) -> Option<Value> {
    use Operation as O;
    Some(match operation {
        O::AcceptInvitation => json!({
            "token": "c2VjcmV0LW9mLXRoZS1saW5r", "name": "Ana Pérez", "password": "three words and more", "language": "es"
        }),
        O::ChangePassword => json!({"current": "three words and more", "new": "four other words here"}),
        O::UpdateMe => json!({"language": "fr"}),
        O::UpdateUser => json!({"organiser": true}),
        O::UpdateMember => json!({"role": "budget_officer"}),
        O::CreateTemplate => json!({
            "code": "own-call", "title": {"fr": "Appel du quartier"}, "summary": {"fr": "Un appel ouvert, une fois par an."},
            "time_zone": "Europe/Paris", "currency": "EUR",
            "categories": [{"code": "works", "title": {"fr": "Travaux"}}],
            "steps": [{"kind": "call", "title": {"fr": "Appel"}, "offset_days": 0, "duration_days": 30}]
        }),
        O::UpdateTemplate => json!({"title": {"fr": "Appel des quartiers"}}),
        O::UpdateProgramme => json!({"title": {"fr": "Contrat de ville 2027-2030"}, "ends_on": null}),
        O::UpdatePlace => json!({"name": {"fr": "Bellefontaine"}}),
        O::UpdatePartner => json!({"acronym": "TO 7"}),
        O::UpdateContact => json!({"position": "Directrice"}),
        O::CreatePartnerRole => json!({"partner_id": EXAMPLE_ID, "role": "funding"}),
        O::UpdateParticipationStep => json!({"location": "Salle des fêtes"}),
        O::OpenParticipationStep => json!({"opened_on": "2026-03-22"}),
        O::UpdateBody => json!({"order_reference": "Arrêté préfectoral 2015-118", "order_dated_on": "2015-04-01"}),
        O::UpdateMandate => json!({"ends_on": "2026-12-31"}),
        O::UpdateBodyPerson => json!({"published": true}),
        O::AddDrawCandidate => {
            json!({"college": "inhabitants", "sex": "female", "identity": "Amina Benali, 12 rue du Parvis"})
        }
        O::DrawLots => json!({"seed": "03-12-19-27-44-8"}),
        O::RecordDrawRefusal => json!({"pseudonym": "1a2b-3c4d", "refused_on": "2026-03-20"}),
        O::SeatDrawn => json!({"starts_on": "2026-04-01", "ends_on": "2031-03-31", "published": false}),
        O::UpdateBodyMeeting => json!({"location": "Salle des fêtes"}),
        O::HoldBodyMeeting => json!({"mandate_ids": [EXAMPLE_ID]}),
        O::RecordBodyMinutes => json!({"minutes": {"fr": "La séance est ouverte à 18 heures."}}),
        O::AnnulBodyDecision => json!({"annulled_on": "2026-06-01", "reason": "Jugement du 1er juin 2026"}),
        O::UpdateBudget => json!({"title": {"fr": "Programmation 2027, revue"}}),
        O::UpdateBudgetLine => json!({
            "revisions": [{"grant_id": EXAMPLE_ID, "planned": {"amount": "31000.00", "currency": "EUR"}, "reason": "Avenant 1"}]
        }),
        O::UpdateGrant => json!({"reference": "CP-2027-119"}),
        O::UpdateTranche => json!({"due_on": "2026-11-30"}),
        O::UpdateFunderReport => json!({"due_on": "2026-11-30"}),
        O::UpdateAgreement => json!({"reference": "C-2026-12", "ends_on": null}),
        O::UpdateAmendment => json!({"effective_on": "2027-01-01"}),
        O::UpdateObligation => json!({"every_months": 6}),
        O::UpdateReconciliationRow => json!({"movement_ids": [EXAMPLE_ID], "note": null}),
        O::UpdateRatePolicy => json!({"policy": "average"}),
        O::UpdateDocument => json!({"visibility": "public", "dated_on": "2026-03-22"}),
        _ => return None,
    })
}
