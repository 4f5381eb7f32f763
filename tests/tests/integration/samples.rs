//! One request per operation that succeeds for whoever may do it. A new operation does not compile without one.

pub mod agreements;
pub mod bodies;
pub mod conditions;
pub mod documents;
pub mod reconciliation;

use std::sync::atomic::{AtomicU32, Ordering};

use parvis_domain::accounts::{MemberRole, Operation};
use parvis_tests::document::Entry;
use parvis_tests::world::{self, PASSWORD, Who, eur};
use parvis_tests::{Answer, Call, Client, Share, World};
use serde_json::{Value, json};

/// A request for one operation.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    ids: Vec<String>,
    body: Option<Value>,
    tag: Option<String>,
    cookie: Option<String>,
    query: Option<String>,
    file: Option<&'static [u8]>,
}

/// What the samples are made with. Every sample is about something fresh, so that one request never spoils the next.
pub struct Samples<'a> {
    world: &'a World,
    admin: Client,
    visibility: &'a str,
}

static LAST: AtomicU32 = AtomicU32::new(0);

/// A word that was not used before in this run.
pub fn fresh(prefix: &str) -> String {
    format!("{prefix}{}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// A template that demands nothing, so that its programmes can go all their way.
pub fn plain_template(client: &Client) -> String {
    client.post("/templates", &template(&fresh("plain-"))).id()
}

/// A template with everything that money needs.
pub fn template(code: &str) -> Value {
    json!({
        "code": code, "title": {"fr": "Un modèle"}, "summary": {"fr": "Pour les essais."}, "time_zone": "Europe/Paris",
        "currency": "EUR", "languages": ["fr"], "axes": [{"code": "living-conditions", "title": {"fr": "Cadre de vie"}}],
        "categories": [
            {"code": "investment", "title": {"fr": "Investissement"}, "kind": "cash"},
            {"code": "premises", "title": {"fr": "Locaux"}, "kind": "in_kind"}
        ],
        "rules": [], "required_roles": [], "policy": {"grant_decision": true},
        "steps": [{"kind": "workshop", "title": {"fr": "Atelier"}, "offset_days": 10, "duration_days": 1}]
    })
}

/// A step to be planned.
pub fn step() -> Value {
    json!({"kind": "workshop", "title": {"fr": fresh("Atelier ")}, "starts_on": "2026-05-01", "ends_on": "2026-05-02"})
}

/// The tag of something of which only a list tells the version.
pub fn tag_of(item: &Value) -> String {
    format!("\"{}-member\"", item["version"])
}

/// The part of a cookie that a browser sends back.
pub fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").expect("a sign-in sets a cookie");
    set.split(';').next().unwrap_or_default().to_owned()
}

/// Whether a part of an address is an identifier, and not a format such as `csv`.
fn is_id(part: &str) -> bool {
    part.parse::<uuid::Uuid>().is_ok()
}

impl Sample {
    /// The request at the address that the document says.
    pub fn call(&self, entry: &Entry) -> Call {
        let wanted = entry.path.matches('{').count();
        let ids: Vec<&str> = self
            .ids
            .iter()
            .skip(self.ids.len() - wanted)
            .map(String::as_str)
            .collect();
        let path = entry.at(&ids) + self.query.as_deref().unwrap_or_default();
        let call = Call::new(entry.method.clone(), &path)
            .maybe("if-match", self.tag.as_deref())
            .maybe("cookie", self.cookie.as_deref());
        match (&self.body, self.file) {
            (Some(body), _) => call.json(body),
            (None, Some(file)) => call.file("application/octet-stream", file),
            (None, None) => call,
        }
    }

    /// The last id of the address.
    pub fn id(&self) -> Option<&str> {
        self.ids.iter().rfind(|part| is_id(part)).map(String::as_str)
    }

    /// The same request about something that does not exist.
    pub fn elsewhere(&self, id: &str) -> Self {
        Self {
            ids: self
                .ids
                .iter()
                .map(|part| if is_id(part) { id } else { part }.to_owned())
                .collect(),
            ..self.clone()
        }
    }

    /// The same request about another version.
    pub fn with_tag(&self, tag: Option<&str>) -> Self {
        Self {
            tag: tag.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The body.
    pub fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }
}

fn at(ids: &[&str]) -> Sample {
    Sample {
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        ..Sample::default()
    }
}

impl Sample {
    fn with(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    fn tagged(self, tag: String) -> Self {
        Self { tag: Some(tag), ..self }
    }
}

impl<'a> Samples<'a> {
    /// Samples in programmes of a visibility.
    pub fn new(world: &'a World, visibility: &'a str) -> Self {
        Self {
            world,
            admin: world.admin(),
            visibility,
        }
    }

    /// Whether an operation is about one programme.
    pub fn in_programme(entry: &Entry, operation: Operation) -> bool {
        use Operation as O;
        let item = matches!(
            operation,
            O::UpdateMember
                | O::ArchiveMember
                | O::ArchivePartnerRole
                | O::GetParticipationStep
                | O::UpdateParticipationStep
                | O::OpenParticipationStep
                | O::CloseParticipationStep
                | O::CancelParticipationStep
                | O::AnnulParticipationStep
                | O::UpdateMandate
                | O::UpdateBodyPerson
                | O::EraseBodyPerson
                | O::AnnulBodyDecision
                | O::GetProgress
                | O::CountersignProgress
                | O::GetMovement
                | O::ReverseMovement
                | O::CorrectMovement
                | O::ApproveMovement
                | O::RefuseMovement
        );
        let below = [
            "/programmes/{",
            "/agreements/{",
            "/obligations/{",
            "/budgets/{",
            "/lines/{",
            "/grants/{",
            "/rates/{",
            "/rate-policies/{",
            "/tranches/{",
            "/funder-reports/{",
            "/reconciliations/{",
            "/reconciliation-rows/{",
            "/programme-invitations/{",
            "/bodies/{",
            "/draws/{",
            "/body-meetings/{",
            "/documents/{",
            "/uploads/{",
        ];
        item || below.iter().any(|part| entry.path.contains(part))
    }

    /// The request for an operation by a caller.
    pub fn of(&self, operation: Operation, who: Who) -> Sample {
        use Operation as O;
        match operation {
            O::Login
            | O::Refresh
            | O::Logout
            | O::LogoutEverywhere
            | O::GetMe
            | O::UpdateMe
            | O::ChangePassword
            | O::AcceptInvitation
            | O::ListUsers
            | O::ExportMyPersonalData
            | O::ExportPersonalData
            | O::FindPersonalData
            | O::ErasePersonalData
            | O::EraseUser
            | O::UpdateUser
            | O::CreateInvitation
            | O::ListInvitations
            | O::RevokeInvitation => self.account(operation, who),
            O::ListMembers
            | O::UpdateMember
            | O::ArchiveMember
            | O::CreateProgrammeInvitation
            | O::ListProgrammeInvitations
            | O::RevokeProgrammeInvitation => self.member(operation),
            O::ListTemplates | O::GetTemplate | O::CreateTemplate | O::UpdateTemplate | O::ArchiveTemplate => {
                self.template(operation)
            }
            O::ListProgrammes
            | O::GetProgramme
            | O::CreateProgramme
            | O::UpdateProgramme
            | O::OpenProgramme
            | O::ActivateProgramme
            | O::CloseProgramme
            | O::ArchiveProgramme
            | O::ListProgrammeHistory
            | O::GetProgrammeCalendar => self.programme(operation),
            O::ListPlaces | O::GetPlace | O::CreatePlace | O::UpdatePlace | O::ArchivePlace => self.place(operation),
            O::ListPartners
            | O::GetPartner
            | O::CreatePartner
            | O::UpdatePartner
            | O::ArchivePartner
            | O::ListContacts
            | O::CreateContact
            | O::UpdateContact
            | O::DeleteContact => self.partner(operation),
            O::ListPartnerRoles | O::CreatePartnerRole | O::ArchivePartnerRole => self.partner_role(operation),
            O::ListParticipationSteps
            | O::GetParticipationStep
            | O::CreateParticipationStep
            | O::UpdateParticipationStep
            | O::OpenParticipationStep
            | O::CloseParticipationStep
            | O::CancelParticipationStep
            | O::AnnulParticipationStep => self.step(operation),
            O::ListBodies
            | O::GetBody
            | O::CreateBody
            | O::UpdateBody
            | O::ArchiveBody
            | O::GetBodyComposition
            | O::ListMandates
            | O::CreateMandate
            | O::UpdateMandate
            | O::ListBodyPersons
            | O::UpdateBodyPerson
            | O::EraseBodyPerson => self.body(operation),
            O::ListDraws
            | O::GetDraw
            | O::GetDrawList
            | O::CreateDraw
            | O::ListDrawCandidates
            | O::AddDrawCandidate
            | O::RemoveDrawCandidate
            | O::EraseDrawIdentity
            | O::FixDraw
            | O::DrawLots
            | O::RecordDrawRefusal
            | O::SeatDrawn => self.draw(operation),
            O::ListBodyMeetings
            | O::GetBodyMeeting
            | O::CreateBodyMeeting
            | O::UpdateBodyMeeting
            | O::HoldBodyMeeting
            | O::CancelBodyMeeting
            | O::RecordBodyMinutes
            | O::CreateBodyDecision
            | O::AnnulBodyDecision => self.meeting(operation),
            O::ListBodyDecisions => self.body(operation),
            O::ListAgreements
            | O::GetAgreement
            | O::CreateAgreement
            | O::UpdateAgreement
            | O::DeleteAgreement
            | O::OpenAgreement
            | O::WithdrawAgreement
            | O::AuthoriseAgreement
            | O::SignAgreement
            | O::NotifyAgreement
            | O::TerminateAgreement
            | O::GetConsolidatedAgreement
            | O::CompareAgreement
            | O::CreateAmendment
            | O::UpdateAmendment
            | O::OpenAmendment
            | O::AuthoriseAmendment
            | O::SignAmendment
            | O::WithdrawAmendment
            | O::ListAgreementAlarms
            | O::ListObligations
            | O::GetObligation
            | O::CreateObligation
            | O::UpdateObligation
            | O::ArchiveObligation
            | O::MeetObligation => self.agreement(operation),
            O::ListBudgets
            | O::GetBudget
            | O::CreateBudget
            | O::UpdateBudget
            | O::ListBudgetLines
            | O::GetBudgetLine
            | O::CreateBudgetLine
            | O::UpdateBudgetLine
            | O::ListGrants
            | O::GetGrant
            | O::CreateGrant
            | O::GetSettlement
            | O::UpdateGrant => self.plan(operation),
            O::WithdrawGrant
            | O::GetPlan
            | O::UpdatePlan
            | O::SimulatePlan
            | O::SubmitPlan
            | O::CopyPlanYear
            | O::ListPlanVersions
            | O::ComparePlanVersions => self.financing_plan(operation),
            O::ListBudgetYears
            | O::CloseBudgetYear
            | O::ReopenBudgetYear
            | O::ListTranches
            | O::GetTranche
            | O::CreateTranche
            | O::UpdateTranche
            | O::ArchiveTranche
            | O::ReleaseTranche
            | O::SplitTranche
            | O::ListProgress
            | O::GetProgress
            | O::RecordProgress
            | O::CountersignProgress
            | O::ListFunderReports
            | O::GetFunderReport
            | O::CreateFunderReport
            | O::UpdateFunderReport
            | O::ArchiveFunderReport
            | O::SubmitFunderReport
            | O::AcceptFunderReport
            | O::ReturnFunderReport
            | O::ListAlerts => self.conditions(operation, who),
            O::ListReconciliations
            | O::GetReconciliation
            | O::CreateReconciliation
            | O::DeleteReconciliation
            | O::ListReconciliationRows
            | O::UpdateReconciliationRow
            | O::ExportReconciliation
            | O::ListMissingMovements => self.reconciliation(operation),
            O::ApproveMovement | O::RefuseMovement => self.decision(operation, who),
            O::ListMovements
            | O::GetMovement
            | O::CreateMovement
            | O::ReverseMovement
            | O::CorrectMovement
            | O::GetBalances
            | O::GetBalanceSeries
            | O::GetExchangeDifferences
            | O::ExportMovements
            | O::ExportBudgetLines
            | O::ExportBalances => self.ledger(operation),
            O::CreateUpload
            | O::GetUpload
            | O::ListDocuments
            | O::GetDocument
            | O::CreateDocument
            | O::UpdateDocument
            | O::DeleteDocument
            | O::ListDocumentVersions
            | O::CreateDocumentVersion
            | O::DownloadDocument => self.document(operation, who),
            O::GetProgrammeBalances
            | O::GetProgrammeBalanceSeries
            | O::ExportProgrammeBalances
            | O::ListRates
            | O::CreateRate
            | O::ImportRates
            | O::GetRate
            | O::ListPlatformRates
            | O::CreatePlatformRate
            | O::ListRatePolicies
            | O::GetRatePolicy
            | O::CreateRatePolicy
            | O::UpdateRatePolicy => self.rate(operation),
        }
    }

    fn tag(&self, path: &str) -> String {
        self.admin.get(path).etag()
    }

    fn shared(&self) -> &str {
        match self.visibility {
            "public" => &self.world.seed().public,
            _ => &self.world.seed().private,
        }
    }

    fn own_programme(&self) -> String {
        let template = plain_template(&self.admin);
        self.world.programme(&template, &fresh("WALK-"), self.visibility)
    }

    fn account(&self, operation: Operation, who: Who) -> Sample {
        let outsider = json!({"email": Who::Outsider.email(), "password": PASSWORD});
        match operation {
            Operation::Login => at(&[]).with(outsider),
            Operation::Refresh | Operation::Logout => Sample {
                cookie: Some(cookie(&self.world.stranger().post("/auth/login", &outsider))),
                ..at(&[])
            },
            Operation::UpdateMe => {
                let tag = (who != Who::Stranger).then(|| self.world.of(who).get("/me").etag());
                at(&[])
                    .with(json!({"language": "es"}))
                    .tagged(tag.unwrap_or_else(|| "\"1-member\"".to_owned()))
            }
            Operation::ChangePassword => at(&[]).with(json!({"current": PASSWORD, "new": "Une-autre-phrase-8"})),
            Operation::AcceptInvitation => {
                let invited = self.invitation();
                at(&[]).with(json!({
                    "token": invited["token"], "name": "Nouvelle Personne", "password": PASSWORD, "language": "fr"
                }))
            }
            Operation::UpdateUser => {
                let user = self.world.account(&format!("{}@secret-mail.example", fresh("user")));
                at(&[&user])
                    .with(json!({"organiser": true}))
                    .tagged("\"1-member\"".to_owned())
            }
            Operation::EraseUser => {
                at(&[&self.world.account(&format!("{}@secret-mail.example", fresh("user")))]).with(json!({}))
            }
            Operation::ErasePersonalData => {
                let invited = self.invitation();
                at(&[]).with(json!({"email": invited["email"]}))
            }
            Operation::ExportPersonalData => at(&[&self.world.seed().users[&Who::Outsider]]),
            Operation::FindPersonalData => Sample {
                query: Some(format!("?email={}", Who::Outsider.email())),
                ..at(&[])
            },
            Operation::CreateInvitation => {
                at(&[]).with(json!({"email": format!("{}@secret-mail.example", fresh("new"))}))
            }
            Operation::RevokeInvitation => {
                let invited = self.invitation();
                at(&[invited["id"].as_str().unwrap_or_default()]).tagged(tag_of(&invited))
            }
            _ => at(&[]),
        }
    }

    fn invitation(&self) -> Value {
        let email = format!("{}@secret-mail.example", fresh("guest"));
        self.admin.post("/invitations", &json!({"email": email})).ok()
    }

    fn member(&self, operation: Operation) -> Sample {
        let programme = self.shared();
        let member = || {
            let user = self.world.account(&format!("{}@secret-mail.example", fresh("member")));
            world::join(self.world, programme, &user, MemberRole::Observer, None)
        };
        let invitation = || json!({"email": format!("{}@secret-mail.example", fresh("guest")), "role": "observer"});
        match operation {
            Operation::UpdateMember => at(&[&member()])
                .with(json!({"role": "budget_officer"}))
                .tagged("\"1-member\"".to_owned()),
            Operation::ArchiveMember => at(&[&member()]).tagged("\"1-member\"".to_owned()),
            Operation::CreateProgrammeInvitation => at(&[programme]).with(invitation()),
            Operation::RevokeProgrammeInvitation => {
                let path = format!("/programmes/{programme}/invitations");
                let invited = self.admin.post(&path, &invitation()).ok();
                at(&[programme, invited["id"].as_str().unwrap_or_default()]).tagged(tag_of(&invited))
            }
            _ => at(&[programme]),
        }
    }

    fn template(&self, operation: Operation) -> Sample {
        let own = || plain_template(&self.admin);
        match operation {
            Operation::ListTemplates => at(&[]),
            Operation::CreateTemplate => at(&[]).with(template(&fresh("own-"))),
            Operation::GetTemplate => at(&[&own()]),
            Operation::UpdateTemplate => {
                let id = own();
                let code = self.admin.get(&format!("/templates/{id}")).ok()["content"]["code"].clone();
                let body = template(code.as_str().unwrap_or_default());
                let tag = self.tag(&format!("/templates/{id}"));
                at(&[&id]).with(body).tagged(tag)
            }
            _ => {
                let id = own();
                let tag = self.tag(&format!("/templates/{id}"));
                at(&[&id]).tagged(tag)
            }
        }
    }

    fn programme(&self, operation: Operation) -> Sample {
        let go = |programme: &str, way: &[&str]| {
            for verb in way {
                self.admin
                    .post(&format!("/programmes/{programme}/{verb}"), &json!({}))
                    .ok();
            }
        };
        let own = |way: &[&str]| {
            let programme = self.own_programme();
            go(&programme, way);
            at(&[&programme]).with(json!({}))
        };
        match operation {
            Operation::ListProgrammes => at(&[]),
            Operation::CreateProgramme => at(&[]).with(json!({
                "template_id": self.world.seed().template, "code": fresh("NEW-"), "title": {"fr": "Nouveau"},
                "starts_on": "2026-01-01", "visibility": self.visibility
            })),
            Operation::UpdateProgramme => {
                let id = self.own_programme();
                let tag = self.tag(&format!("/programmes/{id}"));
                at(&[&id]).with(json!({"title": {"fr": "Autre titre"}})).tagged(tag)
            }
            Operation::OpenProgramme => own(&[]),
            Operation::ActivateProgramme => own(&["open"]),
            Operation::CloseProgramme => own(&["open", "activate"]),
            Operation::ArchiveProgramme => {
                let id = self.own_programme();
                go(&id, &["open", "activate", "close"]);
                let tag = self.tag(&format!("/programmes/{id}"));
                at(&[&id]).tagged(tag)
            }
            _ => at(&[self.shared()]),
        }
    }

    fn place(&self, operation: Operation) -> Sample {
        let body = || {
            json!({
                "code": fresh("QP"), "generation": "QP 2015", "name": {"fr": "Un quartier"}, "kind": "neighbourhood",
                "country": "FR", "starts_on": "2015-01-01"
            })
        };
        let own = || self.admin.post("/places", &body()).id();
        match operation {
            Operation::ListPlaces => at(&[]),
            Operation::CreatePlace => at(&[]).with(body()),
            Operation::GetPlace => at(&[&own()]),
            Operation::UpdatePlace => {
                let id = own();
                let tag = self.tag(&format!("/places/{id}"));
                at(&[&id]).with(json!({"name": {"fr": "Un autre nom"}})).tagged(tag)
            }
            _ => {
                let id = own();
                let tag = self.tag(&format!("/places/{id}"));
                at(&[&id]).tagged(tag)
            }
        }
    }

    fn partner(&self, operation: Operation) -> Sample {
        let own = || world::partner(&self.admin, &fresh("Partenaire "));
        let contact = || {
            let path = format!("/partners/{}/contacts", own());
            let made = self.admin.post(
                &path,
                &json!({"name": "Secret-Name Contact", "phone": "+33 5 00 00 00 00"}),
            );
            (made.id(), tag_of(&made.ok()))
        };
        match operation {
            Operation::ListPartners => at(&[]),
            Operation::CreatePartner => {
                at(&[]).with(json!({"name": fresh("Partenaire "), "kind": "association", "country": "FR"}))
            }
            Operation::UpdatePartner => {
                let id = own();
                let tag = self.tag(&format!("/partners/{id}"));
                at(&[&id]).with(json!({"acronym": "P"})).tagged(tag)
            }
            Operation::ArchivePartner => {
                let id = own();
                let tag = self.tag(&format!("/partners/{id}"));
                at(&[&id]).tagged(tag)
            }
            Operation::CreateContact => at(&[&own()]).with(json!({"name": "Secret-Name Contact"})),
            Operation::UpdateContact => {
                let (id, tag) = contact();
                at(&[&id]).with(json!({"position": "Directrice"})).tagged(tag)
            }
            Operation::DeleteContact => {
                let (id, tag) = contact();
                at(&[&id]).tagged(tag)
            }
            _ => at(&[&own()]),
        }
    }

    fn partner_role(&self, operation: Operation) -> Sample {
        let programme = self.shared();
        let body = || json!({"partner_id": world::partner(&self.admin, &fresh("Partenaire ")), "role": "implementing"});
        match operation {
            Operation::ListPartnerRoles => at(&[programme]),
            Operation::CreatePartnerRole => at(&[programme]).with(body()),
            _ => {
                let made = self
                    .admin
                    .post(&format!("/programmes/{programme}/partner-roles"), &body());
                at(&[&made.id()]).tagged(tag_of(&made.ok()))
            }
        }
    }

    fn step(&self, operation: Operation) -> Sample {
        let programme = self.shared();
        let planned = || {
            self.admin
                .post(&format!("/programmes/{programme}/participation-steps"), &step())
                .id()
        };
        let opened = || {
            let id = planned();
            let opened = json!({"opened_on": "2026-05-01"});
            self.admin
                .post(&format!("/participation-steps/{id}/open"), &opened)
                .ok();
            id
        };
        let outcome = json!({"outcome": {"summary": {"fr": "Tenu."}}, "closed_on": "2026-05-02"});
        let reason = json!({"reason": {"fr": "Une raison."}});
        match operation {
            Operation::ListParticipationSteps => at(&[programme]),
            Operation::CreateParticipationStep => at(&[programme]).with(step()),
            Operation::GetParticipationStep => at(&[&planned()]),
            Operation::UpdateParticipationStep => {
                let id = planned();
                let tag = self.tag(&format!("/participation-steps/{id}"));
                at(&[&id]).with(json!({"location": "Salle des fêtes"})).tagged(tag)
            }
            Operation::OpenParticipationStep => at(&[&planned()]).with(json!({"opened_on": "2026-05-01"})),
            Operation::CloseParticipationStep => at(&[&opened()]).with(outcome),
            Operation::CancelParticipationStep => at(&[&planned()]).with(reason),
            _ => {
                let id = opened();
                self.admin
                    .post(&format!("/participation-steps/{id}/close"), &outcome)
                    .ok();
                at(&[&id]).with(reason)
            }
        }
    }

    /// A share of the association, so that its partner may see and use it too.
    fn share(&self) -> Share {
        world::share(&self.admin, self.shared(), &self.world.seed().association, 100)
    }

    fn plan(&self, operation: Operation) -> Sample {
        let share = self.share();
        let line = json!({"category": "investment", "year": 2026});
        match operation {
            Operation::ListBudgets => at(&[self.shared()]),
            Operation::CreateBudget => {
                at(&[self.shared()]).with(json!({"title": {"fr": "Plan"}, "starts_on": "2026-01-01"}))
            }
            Operation::UpdateBudget => {
                let tag = self.tag(&format!("/budgets/{}", share.budget));
                at(&[&share.budget])
                    .with(json!({"title": {"fr": "Plan revu"}}))
                    .tagged(tag)
            }
            Operation::CreateBudgetLine => at(&[&share.budget]).with(line),
            Operation::GetBudgetLine => at(&[&share.line]),
            Operation::UpdateBudgetLine => {
                let tag = self.tag(&format!("/lines/{}", share.line));
                at(&[&share.line]).with(json!({"title": {"fr": "Jardins"}})).tagged(tag)
            }
            Operation::CreateGrant => at(&[&share.budget]).with(json!({
                "funder_id": self.world.seed().funder, "kind": "cash", "currency": "EUR",
                "shares": [{"line_id": share.line, "planned": eur(10)}]
            })),
            Operation::GetGrant | Operation::GetSettlement => at(&[&share.grant]),
            Operation::UpdateGrant => {
                let tag = self.tag(&format!("/grants/{}", share.grant));
                at(&[&share.grant]).with(json!({"reference": "CP-2026-1"})).tagged(tag)
            }
            _ => at(&[&share.budget]),
        }
    }

    fn financing_plan(&self, operation: Operation) -> Sample {
        let share = self.share();
        match operation {
            Operation::WithdrawGrant => at(&[&share.grant]).with(json!({"reason": "Règlement clos"})),
            Operation::UpdatePlan => {
                let tag = self.tag(&format!("/budgets/{}/plan", share.budget));
                let cell = json!({"line_id": share.line, "grant_id": share.grant, "planned": eur(90)});
                at(&[&share.budget])
                    .with(json!({"cells": [cell], "reason": "Rééquilibrage"}))
                    .tagged(tag)
            }
            Operation::SimulatePlan => at(&[&share.budget]).with(json!({"cells": []})),
            Operation::SubmitPlan => at(&[&share.budget]).with(json!({"reason": "Comité de pilotage"})),
            Operation::CopyPlanYear => at(&[&share.budget]).with(json!({"from_year": 2026, "to_year": 2027})),
            _ => at(&[&share.budget]),
        }
    }

    /// A movement that waits, recorded by somebody else than who decides.
    fn decision(&self, operation: Operation, who: Who) -> Sample {
        let share = self.share();
        let programme = format!("/programmes/{}", self.shared());
        let recorder = match who {
            Who::Administrator => self.world.coordinator(),
            _ => self.admin.clone(),
        };
        self.admin.patch(&programme, "*", &json!({"four_eyes": true})).ok();
        let id = recorder
            .post(&share.movements(), &share.movement("expenditure", 10))
            .id();
        self.admin.patch(&programme, "*", &json!({"four_eyes": false})).ok();
        match operation {
            Operation::RefuseMovement => at(&[&id]).with(json!({"reason": "Pièce manquante"})),
            _ => at(&[&id]),
        }
    }

    fn ledger(&self, operation: Operation) -> Sample {
        let share = self.share();
        let posted = || {
            self.admin
                .post(&share.movements(), &share.movement("expenditure", 10))
                .id()
        };
        match operation {
            Operation::GetMovement => at(&[&posted()]),
            Operation::CreateMovement => at(&[&share.budget]).with(share.movement("expenditure", 10)),
            Operation::ReverseMovement => at(&[&posted()]).with(json!({"reason": "Saisie deux fois"})),
            Operation::CorrectMovement => {
                at(&[&posted()]).with(json!({"reason": "Erreur de saisie", "replacement": {"amount": eur(9)}}))
            }
            Operation::ExportMovements | Operation::ExportBudgetLines | Operation::ExportBalances => {
                at(&[&share.budget, "csv"])
            }
            _ => at(&[&share.budget]),
        }
    }

    fn rate(&self, operation: Operation) -> Sample {
        let programme = self.shared();
        let rate = json!({"from": "EUR", "to": "KHR", "rate": "4480.25", "valid_on": "2026-03-01", "source": fresh("Bulletin ")});
        let policy = || {
            let funder = world::partner(&self.admin, &fresh("Financeur "));
            json!({"funder_id": funder, "currency": "EUR", "policy": "monthly"})
        };
        let recorded = || {
            self.admin
                .post(&format!("/programmes/{programme}/rate-policies"), &policy())
                .id()
        };
        match operation {
            Operation::CreateRate => at(&[programme]).with(rate),
            Operation::ImportRates => at(&[programme]).with(json!({
                "content": "ZnJvbTt0bztyYXRlO3ZhbGlkX29uO3NvdXJjZQpFVVI7S0hSOzQ0ODAsMjU7MjAyNi0wMy0wMTtJbmZvckV1cm8K"
            })),
            Operation::GetRate => at(&[&self.admin.post(&format!("/programmes/{programme}/rates"), &rate).id()]),
            Operation::ExportProgrammeBalances => at(&[programme, "csv"]),
            Operation::ListPlatformRates => at(&[]),
            Operation::CreatePlatformRate => at(&[]).with(rate),
            Operation::CreateRatePolicy => at(&[programme]).with(policy()),
            Operation::GetRatePolicy => {
                // That of the association, which whoever acts for it may see too.
                let (path, funder) = (
                    format!("/programmes/{programme}/rate-policies"),
                    &self.world.seed().association,
                );
                let known = self.admin.all(&path, 200);
                let known = known.iter().find(|policy| policy["funder_id"] == funder.as_str());
                let id = known.and_then(|policy| policy["id"].as_str()).map(str::to_owned);
                let body = json!({"funder_id": funder, "currency": "EUR", "policy": "monthly"});
                at(&[&id.unwrap_or_else(|| self.admin.post(&path, &body).id())])
            }
            Operation::UpdateRatePolicy => {
                let id = recorded();
                let tag = self.tag(&format!("/rate-policies/{id}"));
                at(&[&id]).with(json!({"policy": "average"})).tagged(tag)
            }
            _ => at(&[programme]),
        }
    }
}
