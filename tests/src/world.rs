//! A small world that most tests start from: accounts in every role, two programmes of theirs, one of somebody else.
//!
//! It is built once through the API and copied for every test. The clock of the tests stands still, so the access
//! tokens of the one sign-in stay good in every copy.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::OnceLock;

use parvis_api::passwords;
use parvis_domain::accounts::MemberRole;
use parvis_domain::ids::{PartnerId, ProgrammeId};
use parvis_store::{Stamp, accounts};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, Settings, instant};
use crate::client::Client;
use crate::database::{Database, Original};

/// The password of every account.
pub const PASSWORD: &str = "Un-parvis-d-essai-7";

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Nobody is signed in.
    Stranger,
    /// Signed in, without any role.
    Outsider,
    /// Coordinator of another programme.
    Foreigner,
    /// Observer of the two programmes.
    Observer,
    /// Acts for the association in the two programmes.
    Partner,
    /// Budget officer of the two programmes.
    Officer,
    /// Coordinator of the two programmes.
    Coordinator,
    /// May create programmes, without any role.
    Organiser,
    /// Platform administrator, without any role.
    Administrator,
}

impl Who {
    /// Everybody.
    pub const ALL: [Who; 9] = [
        Who::Stranger,
        Who::Outsider,
        Who::Foreigner,
        Who::Observer,
        Who::Partner,
        Who::Officer,
        Who::Coordinator,
        Who::Organiser,
        Who::Administrator,
    ];

    /// The address of the account.
    pub fn email(self) -> String {
        format!("{self:?}@secret-mail.example").to_lowercase()
    }

    /// The role in the two programmes.
    pub fn role(self) -> Option<MemberRole> {
        match self {
            Who::Observer => Some(MemberRole::Observer),
            Who::Partner => Some(MemberRole::Partner),
            Who::Officer => Some(MemberRole::BudgetOfficer),
            Who::Coordinator => Some(MemberRole::Coordinator),
            _ => None,
        }
    }
}

/// What the world consists of.
#[derive(Clone, Debug)]
pub struct Seed {
    tokens: BTreeMap<Who, String>,
    /// Accounts by their owner.
    pub users: BTreeMap<Who, String>,
    /// A programme that everybody may read.
    pub public: String,
    /// One for its members.
    pub private: String,
    /// One for members of which none of the accounts but the foreigner is.
    pub foreign: String,
    /// Funds both programmes.
    pub funder: String,
    /// The organisation for which the partner acts; funds too.
    pub association: String,
    /// A place.
    pub place: String,
    /// The template of the programmes.
    pub template: String,
}

/// A copy of the world with a server.
pub struct World {
    app: App,
    seed: Seed,
}

impl Deref for World {
    type Target = App;
    fn deref(&self) -> &App {
        &self.app
    }
}

/// A budget with one line, and one grant on it.
#[derive(Clone, Debug)]
pub struct Share {
    /// The budget.
    pub budget: String,
    /// The line.
    pub line: String,
    /// The grant.
    pub grant: String,
}

impl World {
    /// A fresh copy.
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    /// A fresh copy whose server is set otherwise.
    pub fn with(settings: Settings) -> Self {
        let (database, seed) = Self::database();
        Self {
            app: App::on(database, settings),
            seed,
        }
    }

    /// The database of the world without a server.
    pub fn database() -> (Database, Seed) {
        static MADE: OnceLock<(Original, Seed)> = OnceLock::new();
        let (original, seed) = MADE.get_or_init(make);
        (original.copy(), seed.clone())
    }

    /// What it consists of.
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// A client of somebody.
    pub fn of(&self, who: Who) -> Client {
        self.seed.client(&self.app.client(), who)
    }

    /// The administrator.
    pub fn admin(&self) -> Client {
        self.of(Who::Administrator)
    }

    /// The coordinator.
    pub fn coordinator(&self) -> Client {
        self.of(Who::Coordinator)
    }

    /// Nobody.
    pub fn stranger(&self) -> Client {
        self.app.client()
    }

    /// A budget in the private programme with room for so many euros on one share.
    pub fn share(&self, euros: u32) -> Share {
        share(&self.coordinator(), &self.seed.private, &self.seed.funder, euros)
    }

    /// A programme in which the accounts have their roles, made for one test.
    pub fn programme(&self, template: &str, code: &str, visibility: &str) -> String {
        let programme = create_programme(&self.admin(), template, code, visibility, json!([]));
        join_all(&self.app, &self.seed.users, &programme, &self.seed.association);
        programme
    }

    /// Another account, which has no token.
    pub fn account(&self, email: &str) -> String {
        let password_hash = "$argon2id$none".to_owned();
        create_account(&self.app, email, password_hash, accounts::Rights::default())
    }

    /// How many events there are in all.
    pub fn events(&self) -> i64 {
        self.app.count("SELECT count(*) AS n FROM events")
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl Seed {
    /// A client of somebody at the address of another one.
    pub fn client(&self, at: &Client, who: Who) -> Client {
        match self.tokens.get(&who) {
            Some(token) => at.with_token(token),
            None => at.clone(),
        }
    }
}

fn make() -> (Original, Seed) {
    let app = App::on(Database::migrated(), Settings::default());
    let users = accounts(&app);
    let tokens: BTreeMap<Who, String> = users
        .keys()
        .map(|who| {
            (
                *who,
                sign_in(&app.client(), &who.email())["access_token"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            )
        })
        .collect();
    let admin = app.client().with_token(&tokens[&Who::Administrator]);
    let template = template_id(&admin, "city-contract");
    let funder = partner(&admin, "Métropole du Parvis");
    let association = partner(&admin, "Association des Parvis");
    let place = admin
        .post(
            "/places",
            &json!({
                "code": "QP000001", "generation": "QP 2015", "name": {"fr": "Les Parvis"}, "kind": "neighbourhood",
                "country": "FR", "starts_on": "2015-01-01"
            }),
        )
        .id();
    let programme = |code: &str, visibility: &str| {
        let id = create_programme(&admin, &template, code, visibility, json!([place]));
        for partner in [&funder, &association] {
            let role = json!({"partner_id": partner, "role": "funding"});
            admin.post(&format!("/programmes/{id}/partner-roles"), &role).ok();
        }
        id
    };
    let (public, private) = (programme("PUBLIC-1", "public"), programme("PRIVATE-1", "private"));
    let foreign = programme("FOREIGN-1", "private");
    for programme in [&public, &private] {
        join_all(&app, &users, programme, &association);
    }
    join(&app, &foreign, &users[&Who::Foreigner], MemberRole::Coordinator, None);
    let seed = Seed {
        tokens,
        users,
        public,
        private,
        foreign,
        funder,
        association,
        place,
        template,
    };
    (Original::of(app.stop()), seed)
}

/// Gives the accounts that have a role that role in a programme.
fn join_all(app: &App, users: &BTreeMap<Who, String>, programme: &str, association: &str) {
    for who in Who::ALL {
        if let Some(role) = who.role() {
            let partner = (role == MemberRole::Partner).then_some(association);
            join(app, programme, &users[&who], role, partner);
        }
    }
}

/// Makes an account a member of a programme.
pub fn join(app: &App, programme: &str, user: &str, role: MemberRole, partner: Option<&str>) -> String {
    let stamp = Stamp::new(instant(), None, &Uuid::now_v7);
    let (programme, user) = (ProgrammeId(id(programme)), id(user).into());
    let partner = partner.map(|partner| PartnerId(id(partner)));
    let member = app
        .store
        .write(|conn| accounts::create_member(conn, &stamp, programme, user, role, partner));
    member.expect("the account becomes a member").id.to_string()
}

fn accounts(app: &App) -> BTreeMap<Who, String> {
    let password_hash = passwords::hash(PASSWORD).expect("a password can be hashed");
    let create = |who: Who| {
        let rights = accounts::Rights {
            administrator: who == Who::Administrator,
            organiser: who == Who::Organiser,
            disabled: false,
        };
        (who, create_account(app, &who.email(), password_hash.clone(), rights))
    };
    Who::ALL
        .into_iter()
        .filter(|who| *who != Who::Stranger)
        .map(create)
        .collect()
}

fn create_account(app: &App, email: &str, password_hash: String, rights: accounts::Rights) -> String {
    let stamp = Stamp::new(instant(), None, &Uuid::now_v7);
    let name = format!("Secret-Name {}", email.split('@').next().unwrap_or_default());
    let new = accounts::NewUser {
        email: email.to_owned(),
        name,
        language: "fr".to_owned(),
        password_hash,
        rights,
    };
    let user = app.store.write(|conn| accounts::create_user(conn, &stamp, &new));
    user.expect("an account is made").id.to_string()
}

/// Signs in and gives the whole answer.
pub fn sign_in(client: &Client, email: &str) -> Value {
    client
        .post("/auth/login", &json!({"email": email, "password": PASSWORD}))
        .ok()
}

/// The id of a built-in template.
///
/// # Panics
/// Where there is none.
pub fn template_id(client: &Client, code: &str) -> String {
    let templates = client.all("/templates", 200);
    let template = templates.iter().find(|template| template["content"]["code"] == code);
    template.expect("the template exists")["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// A partner with a name.
pub fn partner(client: &Client, name: &str) -> String {
    client
        .post(
            "/partners",
            &json!({"name": name, "kind": "municipality", "country": "FR"}),
        )
        .id()
}

/// A programme from a template.
pub fn create_programme(client: &Client, template: &str, code: &str, visibility: &str, places: Value) -> String {
    client
        .post("/programmes", &json!({
            "template_id": template, "code": code, "title": {"fr": format!("Programme {code}"), "en": "A programme"},
            "starts_on": "2026-01-01", "ends_on": "2028-12-31", "visibility": visibility, "place_ids": places
        }))
        .id()
}

/// A budget of a programme with one line of so many euros that one grant pays for.
pub fn share(client: &Client, programme: &str, funder: &str, euros: u32) -> Share {
    let budget = create_budget(client, programme);
    let (line, grant) = create_line(client, &budget, funder, euros, "cash");
    Share { budget, line, grant }
}

/// An empty budget.
pub fn create_budget(client: &Client, programme: &str) -> String {
    let budget = json!({"title": {"fr": "Programmation"}, "starts_on": "2026-01-01", "ends_on": "2028-12-31"});
    client.post(&format!("/programmes/{programme}/budgets"), &budget).id()
}

/// A line with a grant of its own, and that grant.
pub fn create_line(client: &Client, budget: &str, funder: &str, euros: u32, kind: &str) -> (String, String) {
    let category = if kind == "cash" { "investment" } else { "premises" };
    let line = client
        .post(
            &format!("/budgets/{budget}/lines"),
            &json!({
                "category": category, "axis": "living-conditions", "year": 2026,
                "grants": [{"funder_id": funder, "kind": kind, "planned": eur(euros)}]
            }),
        )
        .ok();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&line["id"]), text(&line["grants"][0]["grant_id"]))
}

/// An amount of whole euros.
pub fn eur(euros: u32) -> Value {
    json!({"amount": format!("{euros}.00"), "currency": "EUR"})
}

impl Share {
    /// A movement on this share, booked in March 2026.
    pub fn movement(&self, kind: &str, euros: u32) -> Value {
        self.booked(kind, euros, "2026-03-14")
    }

    /// A movement on this share, booked on a day.
    pub fn booked(&self, kind: &str, euros: u32, day: &str) -> Value {
        json!({"line_id": self.line, "grant_id": self.grant, "kind": kind, "amount": eur(euros), "booked_on": day})
    }

    /// Where its movements are.
    pub fn movements(&self) -> String {
        format!("/budgets/{}/movements", self.budget)
    }

    /// Where its balances are.
    pub fn balances(&self) -> String {
        format!("/budgets/{}/balances", self.budget)
    }
}

/// An id out of text.
pub fn id(text: &str) -> Uuid {
    text.parse().expect("an id is a UUID")
}
