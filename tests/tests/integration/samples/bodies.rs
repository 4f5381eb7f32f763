//! Requests about bodies, their members, draws, meetings and decisions.

use parvis_domain::accounts::Operation;
use parvis_domain::bodies::draw::{DrawCollege, Salt, SeedSource};
use parvis_domain::bodies::{ParityRule, Sex};
use parvis_domain::ids::{BodyId, DrawId, ProgrammeId};
use parvis_store::bodies::{self as store, CandidateContent};
use parvis_store::programmes::get_programme_context;
use parvis_store::{Stamp, Store};
use parvis_tests::{Client, World, world};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Sample, Samples, at, fresh, tag_of};

/// A citizen council of two colleges: six inhabitants in parity, drawn by lot, and four local actors.
pub fn council() -> Value {
    json!({
        "kind": "citizen_council", "title": {"fr": "Conseil citoyen des Parvis"},
        "order_reference": "Arrêté 2026-7", "order_dated_on": "2026-01-02",
        "colleges": [
            {"code": "inhabitants", "title": {"fr": "Habitants"}, "seats": 6, "parity": "equal", "designation": "drawn_by_lot"},
            {"code": "actors", "title": {"fr": "Acteurs locaux"}, "seats": 4, "parity": "none", "designation": "appointed"}
        ],
        "rules": {
            "quorums": [{"part": 1, "of": 2}], "basis": "seats", "waived_when_convened_again": true, "majority": "simple",
            "notice_days": 5, "competences": ["waive_gate", "release_tranche"]
        }
    })
}

/// A committee that decides with whoever comes.
pub fn committee(seats: u32) -> Value {
    json!({
        "kind": "steering_committee", "title": {"fr": "Comité de pilotage"},
        "colleges": [{"code": "members", "title": {"fr": "Membres"}, "seats": seats, "parity": "none", "designation": "appointed"}],
        "rules": {"basis": "members", "majority": "simple", "competences": ["release_tranche"]}
    })
}

/// A body of a programme.
pub fn create_body(client: &Client, programme: &str, body: &Value) -> String {
    client.post(&format!("/programmes/{programme}/bodies"), body).id()
}

/// A mandate of somebody who is recorded with it.
pub fn mandate(college: &str, sex: &str) -> Value {
    let person = json!({"name": fresh("Secret-Name "), "sex": sex, "phone": "+33 5 00 00 00 02"});
    json!({"college": college, "person": person, "starts_on": "2026-01-10"})
}

/// Somebody in a college of a body; the answer.
pub fn seat(client: &Client, body: &str, college: &str, sex: &str) -> Value {
    client
        .post(&format!("/bodies/{body}/mandates"), &mandate(college, sex))
        .ok()
}

/// A meeting with an item to be told and one to be decided.
pub fn meeting(held_on: &str) -> Value {
    json!({
        "convened_on": "2026-02-01", "held_on": held_on, "location": "Maison de quartier",
        "agenda": [{"title": {"fr": "Point d'étape"}, "kind": "information"}, {"title": {"fr": "Avis"}, "kind": "decision"}]
    })
}

/// A decision on the second item.
pub fn decision(yes: u32, no: u32) -> Value {
    json!({
        "item": 2, "text": {"fr": "Le conseil approuve."}, "effect": {"kind": "resolve"},
        "vote": {"yes": yes, "no": no, "abstained": 0}
    })
}

/// A draw whose seed is born on a day.
pub fn new_draw(born_on: &str) -> Value {
    json!({
        "source": {"name": "Loto, tirage du soir", "born_on": born_on, "writing": "Cinq numéros croissants joints par des tirets"},
        "colleges": [{"code": "inhabitants", "seats": 6, "parity": "equal"}]
    })
}

/// A draw that was prepared on the first of June 2026 with ten candidates, and what was announced as its source was born on
/// the tenth; its list was fixed in time, or not.
pub fn past_draw(store: &Store, programme: &str, body: &str, fixed: bool) -> String {
    let then = "2026-06-01T10:00:00Z".parse().expect("an instant");
    let stamp = Stamp::new(then, None, &Uuid::now_v7);
    let made = store.write(|conn| {
        let programme = get_programme_context(conn, ProgrammeId(world::id(programme)))?;
        let body = store::lock_body(conn, BodyId(world::id(body)))?;
        let source = SeedSource {
            name: "Loto, tirage du soir".to_owned(),
            born_on: "2026-06-10".parse().expect("a day"),
            writing: "Cinq numéros croissants joints par des tirets".to_owned(),
        };
        let colleges = [DrawCollege {
            code: "inhabitants".to_owned(),
            seats: 6,
            parity: ParityRule::Equal,
        }];
        let draw = store::create_draw(conn, &stamp, &programme, &body, &source, &colleges)?;
        for n in 0..10_u8 {
            let content = CandidateContent {
                college: "inhabitants".to_owned(),
                sex: if n % 2 == 0 { Sex::Female } else { Sex::Male },
                identity: fresh("Secret-Name "),
            };
            let (body, draw) = store::lock_draw(conn, draw.id)?;
            let salt = Salt(*Uuid::now_v7().as_bytes().repeat(2).first_chunk().expect("32 bytes"));
            store::add_draw_candidate(conn, &stamp, &programme, (&body, &draw), &content, &[salt])?;
        }
        if fixed {
            let (body, draw) = store::lock_draw(conn, draw.id)?;
            store::fix_draw(conn, &stamp, &programme, (&body, &draw))?;
        }
        Ok(draw.id)
    });
    let DrawId(id) = made.expect("the draw is prepared");
    id.to_string()
}

/// The same with its lots drawn today.
pub fn drawn(client: &Client, world: &World, programme: &str, body: &str) -> Value {
    let id = past_draw(&world.store, programme, body, true);
    client
        .post(&format!("/draws/{id}/draw"), &json!({"seed": "03-12-19-27-44"}))
        .ok()
}

impl Samples<'_> {
    /// The request for an operation on bodies, their members or persons.
    pub(super) fn body(&self, operation: Operation) -> Sample {
        use Operation as O;
        let programme = self.shared();
        let body = || create_body(&self.admin, programme, &council());
        let seated = || seat(&self.admin, &body(), "actors", "unstated");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match operation {
            O::ListBodies | O::ListBodyPersons | O::ListBodyDecisions => at(&[programme]),
            O::CreateBody => at(&[programme]).with(council()),
            O::UpdateBody => {
                let id = body();
                let tag = self.tag(&format!("/bodies/{id}"));
                at(&[&id]).with(json!({"title": {"fr": "Conseil"}})).tagged(tag)
            }
            O::ArchiveBody => {
                let id = body();
                let tag = self.tag(&format!("/bodies/{id}"));
                at(&[&id]).tagged(tag)
            }
            O::CreateMandate => at(&[&body()]).with(mandate("inhabitants", "female")),
            O::UpdateMandate => {
                let made = seated();
                at(&[&text(&made["id"])])
                    .with(json!({"ends_on": "2026-12-31"}))
                    .tagged(tag_of(&made))
            }
            O::UpdateBodyPerson => at(&[&text(&seated()["person_id"])])
                .with(json!({"published": false}))
                .tagged("\"1-member\"".to_owned()),
            O::EraseBodyPerson => at(&[&text(&seated()["person_id"])]).tagged("\"1-member\"".to_owned()),
            _ => {
                let id = body();
                seat(&self.admin, &id, "actors", "unstated");
                at(&[&id])
            }
        }
    }

    /// The request for an operation on draws.
    pub(super) fn draw(&self, operation: Operation) -> Sample {
        use Operation as O;
        let programme = self.shared();
        let body = create_body(&self.admin, programme, &council());
        let past = |fixed: bool| past_draw(&self.world.store, programme, &body, fixed);
        let coming = || {
            self.admin
                .post(&format!("/bodies/{body}/draws"), &new_draw("2026-07-01"))
                .id()
        };
        let candidate = || json!({"college": "inhabitants", "sex": "female", "identity": fresh("Secret-Name ")});
        let listed = |draw: &str| {
            let path = format!("/draws/{draw}/candidates");
            let receipt = self.admin.post(&path, &candidate()).ok();
            receipt["pseudonym"].as_str().unwrap_or_default().to_owned()
        };
        match operation {
            O::ListDraws => at(&[&body]),
            O::CreateDraw => at(&[&body]).with(new_draw("2026-07-01")),
            O::GetDrawList => at(&[&past(true)]),
            O::AddDrawCandidate => at(&[&coming()]).with(candidate()),
            O::RemoveDrawCandidate => {
                let draw = coming();
                let pseudonym = listed(&draw);
                let tag = self.tag(&format!("/draws/{draw}"));
                at(&[&draw, &pseudonym]).tagged(tag)
            }
            O::EraseDrawIdentity => {
                let draw = coming();
                let pseudonym = listed(&draw);
                at(&[&draw, &pseudonym])
            }
            O::FixDraw => {
                let draw = coming();
                listed(&draw);
                at(&[&draw]).with(json!({}))
            }
            O::DrawLots => at(&[&past(true)]).with(json!({"seed": "03-12-19-27-44"})),
            O::GetDraw | O::ListDrawCandidates | O::RecordDrawRefusal | O::SeatDrawn => {
                let draw = drawn(&self.admin, self.world, programme, &body);
                let id = draw["id"].as_str().unwrap_or_default().to_owned();
                let holder = &draw["outcome"]["colleges"][0]["seats"][0]["holders"][0]["pseudonym"];
                match operation {
                    O::RecordDrawRefusal => {
                        at(&[&id]).with(json!({"pseudonym": holder, "refused_on": draw["drawn_on"]}))
                    }
                    O::SeatDrawn => at(&[&id]).with(json!({"starts_on": "2026-06-20", "published": false})),
                    _ => at(&[&id]),
                }
            }
            _ => at(&[&body]),
        }
    }

    /// The request for an operation on meetings or decisions.
    pub(super) fn meeting(&self, operation: Operation) -> Sample {
        use Operation as O;
        let body = create_body(&self.admin, self.shared(), &committee(10));
        let member = seat(&self.admin, &body, "members", "unstated");
        let convened = || {
            let path = format!("/bodies/{body}/meetings");
            self.admin.post(&path, &meeting("2026-02-10")).id()
        };
        let came = json!({"mandate_ids": [member["id"]], "minutes": {"fr": "Secret-Note: la séance est ouverte."}});
        let held = || {
            let id = convened();
            self.admin.post(&format!("/body-meetings/{id}/hold"), &came).ok();
            id
        };
        match operation {
            O::CreateBodyMeeting => at(&[&body]).with(meeting("2026-02-10")),
            O::UpdateBodyMeeting => {
                let id = convened();
                let tag = self.tag(&format!("/body-meetings/{id}"));
                at(&[&id]).with(json!({"location": "Mairie"})).tagged(tag)
            }
            O::HoldBodyMeeting => at(&[&convened()]).with(came),
            O::CancelBodyMeeting => at(&[&convened()]).with(json!({})),
            O::GetBodyMeeting => at(&[&held()]),
            O::RecordBodyMinutes => at(&[&held()]).with(json!({"minutes": {"fr": "Secret-Note"}})),
            O::CreateBodyDecision => at(&[&held()]).with(decision(1, 0)),
            O::AnnulBodyDecision => {
                let path = format!("/body-meetings/{}/decisions", held());
                let id = self.admin.post(&path, &decision(1, 0)).id();
                at(&[&id]).with(json!({"annulled_on": "2026-03-01", "reason": "Convocation irrégulière."}))
            }
            _ => at(&[&body]),
        }
    }
}
