//! Every list of the API, and how to fill it.

use parvis_domain::accounts::{MemberRole, Operation};
use parvis_tests::World;
use parvis_tests::document::{self, Entry};
use parvis_tests::world::{self, eur};
use serde_json::json;

use crate::samples::agreements::convention;
use crate::samples::bodies::{committee, create_body, decision, meeting, new_draw, seat};
use crate::samples::conditions::instalments;
use crate::samples::documents::{PDF, kept, sent};
use crate::samples::reconciliation::{id_of, reconciled, statement};
use crate::samples::{fresh, plain_template, step};

/// Names that show in which order text is sorted: cases, accents, signs, ties.
const NAMES: [&str; 6] = ["Écluse", "ecole", "Zénith", "abri", "Œuvre", "Abri"];

/// A list with its operation and address.
pub struct List {
    /// The operation.
    pub operation: Operation,
    /// What the document says of it.
    pub entry: Entry,
}

/// Every list.
pub fn all(world: &World) -> Vec<List> {
    let entries = document::operations(&world.stranger());
    let is_list = |entry: &Entry| parameters(entry).iter().any(|name| name == "cursor");
    let lists: Vec<List> = entries
        .into_iter()
        .filter(|(_, entry)| is_list(entry))
        .map(|(operation, entry)| List { operation, entry })
        .collect();
    assert!(lists.len() >= 15, "only {} lists were found", lists.len());
    lists
}

fn parameters(entry: &Entry) -> Vec<String> {
    let parameters = entry.value["parameters"].as_array().cloned().unwrap_or_default();
    parameters
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

impl List {
    /// The columns by which it can be ordered, as the document says.
    pub fn sorts(&self) -> Vec<String> {
        let pattern = self.pattern();
        let inner = pattern
            .trim_start_matches(['^', '-', '?', '('])
            .trim_end_matches([')', '$']);
        assert!(
            !inner.is_empty(),
            "{} does not say how it can be ordered",
            self.operation
        );
        inner.split('|').map(str::to_owned).collect()
    }

    /// Whether a leading minus reverses the order.
    pub fn goes_both_ways(&self) -> bool {
        self.pattern().starts_with("^-?")
    }

    fn pattern(&self) -> String {
        let parameters = self.entry.value["parameters"].as_array().cloned().unwrap_or_default();
        let sort = parameters.iter().find(|parameter| parameter["name"] == "sort");
        sort.and_then(|sort| sort["schema"]["pattern"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    /// Makes sure that it has at least so many items, and gives its address.
    pub fn fill(&self, world: &World, number: usize) -> String {
        let place = self.place(world);
        for n in 0..number {
            world.clock.forward(chrono::Duration::seconds(i64::from(n % 3 == 0)));
            self.add(world, &place, n);
        }
        match &place {
            Some(id) => self.entry.at(&[id]),
            None => self.entry.at(&[]),
        }
    }

    /// Whatever the list belongs to.
    fn place(&self, world: &World) -> Option<String> {
        let (admin, seed) = (world.admin(), world.seed());
        match self.operation {
            _ if self.entry.path.contains("/programmes/{") => {
                let template = plain_template(&admin);
                Some(world.programme(&template, &fresh("LIST-"), "public"))
            }
            Operation::ListContacts => Some(world::partner(&admin, &fresh("Partenaire "))),
            _ if self.entry.path.contains("/budgets/{") => {
                Some(world::share(&admin, &seed.public, &seed.funder, 10_000).budget)
            }
            Operation::ListDraws => Some(create_body(&admin, &seed.public, &crate::samples::bodies::council())),
            _ if self.entry.path.contains("/bodies/{") => Some(create_body(&admin, &seed.public, &committee(500))),
            Operation::ListDocumentVersions => Some(kept(&admin, &seed.public, "public", PDF)),
            Operation::ListProgress => Some(world::share(&admin, &seed.public, &seed.funder, 10).line),
            Operation::ListReconciliationRows | Operation::ListMissingMovements => {
                let share = world::share(&admin, &seed.public, &seed.funder, 10_000);
                let rows: Vec<String> = (0..40)
                    .map(|n| format!("2026-03-{:02};{};;", 1 + n % 4, n + 100))
                    .collect();
                for n in 0..40 {
                    let mut movement = share.movement("expenditure", 1 + n % 3);
                    movement["booked_on"] = json!(format!("2026-03-{:02}", 1 + n % 4));
                    admin.post(&share.movements(), &movement).ok();
                }
                Some(id_of(&reconciled(&admin, &share, &rows.join("\n")).ok()))
            }
            Operation::ListTranches | Operation::ListFunderReports => {
                let share = world::share(&admin, &seed.public, &seed.funder, 10_000);
                Some(instalments(&admin, &share, &seed.funder, 10_000))
            }
            _ => None,
        }
    }

    fn add(&self, world: &World, place: &Option<String>, n: usize) {
        use Operation as O;
        let (admin, seed) = (world.admin(), world.seed());
        let at = place.clone().unwrap_or_default();
        let name = NAMES[n % NAMES.len()];
        let email = || format!("{}@secret-mail.example", fresh("list"));
        match self.operation {
            O::ListUsers => drop(world.account(&email())),
            O::ListInvitations => drop(admin.post("/invitations", &json!({"email": email()})).ok()),
            O::ListMembers => drop(world::join(
                world,
                &at,
                &world.account(&email()),
                MemberRole::Observer,
                None,
            )),
            O::ListProgrammeInvitations => {
                let body = json!({"email": email(), "role": "observer"});
                admin.post(&format!("/programmes/{at}/invitations"), &body).ok();
            }
            O::ListTemplates => drop(plain_template(&admin)),
            O::ListProgrammes => {
                let body = json!({
                    "template_id": seed.template, "code": fresh("LIST-"), "title": {"fr": name},
                    "starts_on": format!("2026-01-{:02}", 1 + n % 4), "visibility": "public", "place_ids": [seed.place]
                });
                admin.post("/programmes", &body).ok();
            }
            O::ListProgrammeHistory => {
                admin
                    .patch(
                        &format!("/programmes/{at}"),
                        "*",
                        &json!({"title": {"fr": fresh("Titre ")}}),
                    )
                    .ok();
            }
            O::ListPlaces => {
                let body = json!({
                    "code": fresh("L"), "generation": fresh("G"), "name": {"fr": name}, "kind": "site", "country": "FR",
                    "starts_on": "2015-01-01"
                });
                admin.post("/places", &body).ok();
            }
            O::ListPartners => {
                let body = json!({"name": name, "kind": "association", "country": "FR", "identifiers": [{"scheme": "other", "value": fresh("X-")}]});
                admin.post("/partners", &body).ok();
            }
            O::ListContacts => drop(
                admin
                    .post(&format!("/partners/{at}/contacts"), &json!({"name": name}))
                    .ok(),
            ),
            O::ListPartnerRoles => {
                let body = json!({"partner_id": world::partner(&admin, name), "role": "implementing"});
                admin.post(&format!("/programmes/{at}/partner-roles"), &body).ok();
            }
            O::ListParticipationSteps => {
                admin
                    .post(&format!("/programmes/{at}/participation-steps"), &step())
                    .ok();
            }
            O::ListBodies => drop(create_body(&admin, &at, &committee(5))),
            O::ListBodyPersons => drop(seat(
                &admin,
                &create_body(&admin, &at, &committee(1)),
                "members",
                "female",
            )),
            O::ListMandates => {
                let body = json!({
                    "college": "members", "person": {"name": name, "sex": "unstated"},
                    "starts_on": format!("2026-03-{:02}", 1 + n % 4)
                });
                admin.post(&format!("/bodies/{at}/mandates"), &body).ok();
            }
            O::ListDraws => drop(admin.post(&format!("/bodies/{at}/draws"), &new_draw("2027-01-06")).ok()),
            O::ListBodyMeetings => {
                let day = format!("2026-03-{:02}", 1 + n % 4);
                admin.post(&format!("/bodies/{at}/meetings"), &meeting(&day)).ok();
            }
            O::ListBodyDecisions => {
                let body = create_body(&admin, &at, &committee(1));
                let member = seat(&admin, &body, "members", "female");
                let day = format!("2026-03-{:02}", 1 + n % 4);
                let id = admin.post(&format!("/bodies/{body}/meetings"), &meeting(&day)).id();
                let came = json!({"mandate_ids": [member["id"]]});
                admin.post(&format!("/body-meetings/{id}/hold"), &came).ok();
                admin
                    .post(&format!("/body-meetings/{id}/decisions"), &decision(1, 0))
                    .ok();
            }
            O::ListAgreements => {
                let mut body = convention(&seed.funder, &seed.association);
                body["title"] = json!({"fr": name});
                body["starts_on"] = json!(format!("2026-01-{:02}", 1 + n % 4));
                admin.post(&format!("/programmes/{at}/agreements"), &body).ok();
            }
            O::ListObligations => {
                let body = convention(&seed.funder, &seed.association);
                let agreement = admin.post(&format!("/programmes/{at}/agreements"), &body).id();
                let body = json!({
                    "kind": "report", "title": {"fr": name}, "owed_by": seed.association,
                    "first_on": format!("2026-03-{:02}", 1 + n % 4)
                });
                admin.post(&format!("/agreements/{agreement}/obligations"), &body).ok();
            }
            O::ListBudgets => drop(world::create_budget(&admin, &at)),
            O::ListBudgetLines | O::ListGrants => drop(world::create_line(&admin, &at, &seed.funder, 10, "cash")),
            O::ListTranches => {
                let body = json!({
                    "amount": eur(1), "position": 1 + n % 4, "conditions": [{"kind": "progress", "at_least": "70"}]
                });
                admin.post(&format!("/grants/{at}/tranches"), &body).ok();
            }
            O::ListFunderReports => {
                let body = json!({"title": {"fr": name}, "due_on": format!("2026-03-{:02}", 1 + n % 4)});
                admin.post(&format!("/grants/{at}/funder-reports"), &body).ok();
            }
            O::ListProgress => {
                let body = json!({
                    "measured_on": format!("2026-03-{:02}", 1 + n % 4), "percent": "70", "source": name
                });
                admin.post(&format!("/lines/{at}/progress"), &body).ok();
            }
            O::ListRates | O::ListPlatformRates => {
                let body = json!({
                    "from": "EUR", "to": "KHR", "rate": format!("{}", 4400 + n), "valid_on": format!("2026-03-{:02}", 1 + n % 4),
                    "source": name
                });
                let scope = if at.is_empty() {
                    String::new()
                } else {
                    format!("/programmes/{at}")
                };
                admin.post(&format!("{scope}/rates"), &body).ok();
            }
            O::ListRatePolicies => {
                let funder = world::partner(&admin, &fresh("Financeur "));
                let body = json!({"funder_id": funder, "currency": "EUR", "policy": "monthly"});
                admin.post(&format!("/programmes/{at}/rate-policies"), &body).ok();
            }
            O::ListMovements => {
                let line = admin.all(&format!("/budgets/{at}/lines"), 200)[0].clone();
                let body = json!({
                    "line_id": line["id"], "grant_id": line["grants"][0]["grant_id"], "kind": "commitment", "amount": eur(1),
                    "booked_on": format!("2026-03-{:02}", 1 + n % 4)
                });
                admin.post(&format!("/budgets/{at}/movements"), &body).ok();
            }
            O::ListReconciliations => {
                let body = statement(&format!("02/03/2026;{};;\n", n + 1));
                admin.post(&format!("/budgets/{at}/reconciliations"), &body).ok();
            }
            // The statement has its rows and lacks its movements from the beginning: see `place`.
            O::ListReconciliationRows | O::ListMissingMovements => {}
            O::ListPlanVersions => {
                let line = admin.all(&format!("/budgets/{at}/lines"), 200)[0].clone();
                let cell = json!({"line_id": line["id"], "grant_id": line["grants"][0]["grant_id"], "planned": eur(5000 + u32::try_from(n).unwrap_or(0))});
                let body = json!({"cells": [cell], "reason": name});
                admin.patch(&format!("/budgets/{at}/plan"), "*", &body).ok();
            }
            O::ListDocuments => drop(kept(&admin, &at, "public", PDF)),
            O::ListDocumentVersions => {
                let upload = sent(&admin, &seed.public, "convention.pdf", PDF);
                admin
                    .post(&format!("/documents/{at}/versions"), &json!({"upload_id": upload}))
                    .ok();
            }
            other => panic!("{other} is a list that nobody knows how to fill"),
        }
    }
}
