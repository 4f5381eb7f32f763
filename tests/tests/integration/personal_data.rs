//! What belongs to persons stays with those who need it.

use std::collections::BTreeSet;

use parvis_domain::accounts::{Operation, Role};
use parvis_tests::{Call, Kind, Settings, Who, World, document, kind};
use serde_json::{Value, json};
use ureq::http::Method;

use crate::samples::Samples;

/// What is planted wherever a person's data can be, and must show nowhere in public.
const SECRETS: [&str; 4] = ["secret-mail", "Secret-Name", "+33 5 00 00", "Secret-Note"];

fn plant(world: &World) {
    let (admin, seed) = (world.admin(), world.seed());
    let contact = json!({
        "name": "Secret-Name Contact", "position": "Secret-Name", "email": "contact@secret-mail.example", "phone": "+33 5 00 00 00 01"
    });
    for partner in [&seed.funder, &seed.association] {
        admin.post(&format!("/partners/{partner}/contacts"), &contact).ok();
    }
    let share = parvis_tests::world::share(&admin, &seed.public, &seed.funder, 100);
    let mut movement = share.movement("commitment", 10);
    movement["note"] = json!("Secret-Note");
    let id = admin.post(&share.movements(), &movement).id();
    admin
        .post(&format!("/movements/{id}/reverse"), &json!({"reason": "Secret-Note"}))
        .ok();
    let invitation = json!({"email": "guest@secret-mail.example", "role": "observer"});
    admin
        .post(&format!("/programmes/{}/invitations", seed.public), &invitation)
        .ok();
    admin
        .post("/invitations", &json!({"email": "guest@secret-mail.example"}))
        .ok();
}

#[test]
fn the_public_sees_no_personal_data() {
    let world = World::new();
    plant(&world);
    let samples = Samples::new(&world, "public");
    let mut read = 0;
    for (operation, entry) in document::operations(&world.stranger()) {
        if entry.method != Method::GET {
            continue;
        }
        let call = samples.of(operation, Who::Stranger).call(&entry);
        for who in [Who::Stranger, Who::Outsider, Who::Foreigner] {
            // One's own account, and what founders see of contacts, is theirs to see.
            let own = [Operation::GetMe, Operation::ExportMyPersonalData].contains(&operation)
                || (operation == Operation::ListContacts && who == Who::Foreigner);
            let answer = world.of(who).send(&call);
            assert!(
                own || SECRETS.iter().all(|secret| !answer.text.contains(secret)),
                "{operation} shows {who:?}: {}",
                answer.text
            );
            read += usize::from(answer.status == 200);
        }
    }
    assert!(read > 40, "only {read} answers were looked at");
    let seed = world.seed();
    let budgets = world
        .stranger()
        .all(&format!("/programmes/{}/budgets", seed.public), 50);
    for budget in &budgets {
        let path = format!("/budgets/{}/movements", budget["id"].as_str().unwrap_or_default());
        for movement in world.stranger().all(&path, 50) {
            assert_eq!(movement["note"], serde_json::Value::Null);
        }
    }
}

#[test]
fn members_see_names_and_only_leads_see_addresses() {
    let world = World::new();
    let path = format!("/programmes/{}/members", world.seed().public);
    for who in [Who::Observer, Who::Partner, Who::Officer] {
        assert!(
            !world.of(who).get(&path).text.contains("secret-mail"),
            "{who:?} sees addresses"
        );
    }
    for who in [Who::Coordinator, Who::Administrator] {
        assert!(
            world.of(who).get(&path).text.contains("secret-mail"),
            "{who:?} does not see addresses"
        );
    }
}

/// Events never held it: what is erased elsewhere is erased.
#[test]
fn the_history_holds_no_personal_data() {
    let world = World::new();
    plant(&world);
    let samples = Samples::new(&world, "public");
    for (operation, entry) in document::operations(&world.stranger()) {
        let ends_sessions = [Operation::LogoutEverywhere, Operation::ChangePassword].contains(&operation);
        if entry.method != Method::GET && !ends_sessions && !operation.roles().contains(&Role::Stranger) {
            world
                .admin()
                .send(&samples.of(operation, Who::Administrator).call(&entry));
        }
    }
    for column in ["before", "after"] {
        for secret in &SECRETS[..3] {
            let sql = format!("SELECT count(*) AS n FROM events WHERE {column} LIKE '%{secret}%'");
            assert_eq!(world.count(&sql), 0, "{column} holds {secret}");
        }
    }
}

#[test]
fn a_contact_that_is_erased_is_gone() {
    let world = World::new();
    let path = format!("/partners/{}/contacts", world.seed().funder);
    let contact = world.admin().post(&path, &json!({"name": "Secret-Name Contact"}));
    let id = contact.id();
    world.admin().delete(&format!("/contacts/{id}"), "*").ok();
    assert_eq!(world.count("SELECT count(*) AS n FROM contacts"), 0);
    assert!(world.admin().all(&path, 50).is_empty());
}

/// Secrets of sessions and invitations are kept as hashes, passwords as argon2id.
#[test]
fn secrets_are_hashed_at_rest() {
    let world = World::new();
    let argon =
        world.count("SELECT count(*) AS n FROM users WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'");
    assert_eq!(argon, 8);
    let login = Call::new(Method::POST, "/auth/login")
        .json(&json!({"email": Who::Observer.email(), "password": parvis_tests::world::PASSWORD}));
    let answer = world.stranger().send(&login);
    let cookie = crate::samples::cookie(&answer);
    let (_, value) = cookie.split_once('=').expect("a cookie has a value");
    let stored = world.count("SELECT count(*) AS n FROM refresh_tokens WHERE length(hash) = 32");
    assert!(stored > 0 && value.len() >= 40);
}

/// Where the guest of the tests below sits and with what.
const ADDRESS: &str = "203.0.113.77";
const BROWSER: &str = "Secret-Browser/7.0";

/// A world that believes the proxy, so that the guest has an address of their own.
fn behind_a_proxy() -> World {
    World::with(Settings::one("PARVIS_TRUSTED_PROXIES", "127.0.0.1"))
}

/// The observer signs in from far away, fails once, is invited again, and is a contact of a partner too.
fn leave_traces(world: &World) -> String {
    let email = Who::Observer.email();
    for password in ["Une-fausse-phrase", parvis_tests::world::PASSWORD] {
        let login = Call::new(Method::POST, "/auth/login")
            .json(&json!({"email": email, "password": password}))
            .header("x-forwarded-for", ADDRESS)
            .header("user-agent", BROWSER);
        world.stranger().send(&login);
    }
    let admin = world.admin();
    admin.post("/invitations", &json!({"email": email})).ok();
    let contact = json!({"name": "Secret-Name Observer", "email": email, "phone": "+33 5 00 00 00 07"});
    let path = format!("/partners/{}/contacts", world.seed().funder);
    let contact = admin.post_with_key(&path, &contact, "a-contact").id();
    admin
        .post_with_key("/invitations", &json!({"email": email}), "an-invitation")
        .ok();
    crate::bare_rows::write(&world.store, &email);
    contact
}

/// The columns that an export names.
fn exported(data: &Value) -> BTreeSet<(String, String)> {
    let records = data["records"].as_array().expect("there are records");
    let columns = |record: &Value| {
        let table = record["kind"].as_str().unwrap_or_default().to_owned();
        let fields = record["fields"].as_object().cloned().unwrap_or_default();
        fields.into_iter().map(move |(column, _)| (table.clone(), column))
    };
    records.iter().flat_map(columns).collect()
}

#[test]
fn the_export_holds_every_column_of_the_list() {
    let world = behind_a_proxy();
    leave_traces(&world);
    let listed: BTreeSet<_> = parvis_store::personal_data::PERSONAL
        .iter()
        .map(|(table, column)| ((*table).to_owned(), (*column).to_owned()))
        .collect();
    let observer = world.of(Who::Observer);
    let own = observer.get("/me/personal-data").ok();
    assert_eq!(exported(&own), listed);
    let user = &world.seed().users[&Who::Observer];
    let mut by_admin = world.admin().get(&format!("/users/{user}/personal-data")).ok();
    let by_address = format!("/personal-data?email={}", Who::Observer.email());
    assert_eq!(world.admin().get(&by_address).ok(), by_admin);
    by_admin["exported_at"] = own["exported_at"].clone();
    assert_eq!(by_admin, own);
    let whole = own.to_string();
    for known in [
        ADDRESS,
        BROWSER,
        "+33 5 00 00 00 07",
        "Secret-Name observer",
        "[withheld]",
    ] {
        assert!(whole.contains(known), "{known} is missing in {whole}");
    }
    assert!(!whole.contains("$argon2id$"), "{whole}");
    assert_eq!(own["memberships"].as_array().map(Vec::len), Some(2));
}

#[test]
fn somebody_without_an_account_is_found_by_the_address() {
    let world = World::new();
    plant(&world);
    let found = world
        .admin()
        .get("/personal-data?email=Contact%40Secret-Mail.example")
        .ok();
    assert_eq!((found["user_id"].is_null(), exported(&found).len()), (true, 4));
    let none = world.admin().get("/personal-data?email=nobody%40example.org").ok();
    assert_eq!(none["records"], json!([]));
    world
        .admin()
        .get("/personal-data?email=nobody")
        .refused(422, "email_invalid");
    world.admin().get("/personal-data").refused(400, "parameter_invalid");
}

#[test]
fn somebody_who_was_only_invited_is_erased_by_the_address() {
    let world = World::new();
    plant(&world);
    let (admin, erase) = (world.admin(), "/personal-data/erase");
    let guest = json!({"email": "Guest@secret-mail.example"});
    assert!(!found(&world, "guest@secret-mail").is_empty());
    let done = admin.post_with_key(erase, &guest, "an-erasure").ok();
    assert_eq!(done, json!({"erased": 2, "remaining": 0}));
    assert_eq!(found(&world, "guest@secret-mail"), [""; 0]);
    let events = world.events();
    let again = admin.post(erase, &guest).ok();
    assert_eq!((again, world.events()), (json!({"erased": 0, "remaining": 0}), events));
    // A contact speaks for its organisation, an account has an erasure of its own.
    let contact = json!({"email": "contact@secret-mail.example"});
    assert_eq!(admin.post(erase, &contact).ok(), json!({"erased": 0, "remaining": 2}));
    let member = json!({"email": Who::Observer.email()});
    admin.post(erase, &member).refused(409, "in_use");
    admin
        .post(erase, &json!({"email": "nobody"}))
        .refused(422, "email_invalid");
    world
        .coordinator()
        .post(erase, &guest)
        .refused(403, "permission_denied");
}

/// Every text of the database, by table and column.
fn texts(world: &World) -> Vec<(String, String)> {
    let columns = match kind() {
        Kind::Sqlite => {
            "SELECT m.name || '.' || c.name AS text FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.type = 'TEXT'"
        }
        Kind::Postgres => {
            "SELECT table_name || '.' || column_name AS text FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'text'"
        }
    };
    let columns = parvis_tests::app::texts(&world.store, columns);
    assert!(columns.len() > 60, "only {} columns have text", columns.len());
    let values = columns.into_iter().flat_map(|name| {
        let (table, column) = name.split_once('.').expect("table and column");
        let query = format!("SELECT \"{column}\" AS text FROM \"{table}\" WHERE \"{column}\" IS NOT NULL");
        let values = parvis_tests::app::texts(&world.store, &query);
        values
            .into_iter()
            .map(|value| (name.clone(), value))
            .collect::<Vec<_>>()
    });
    values.collect()
}

/// Where a text is found, whatever its case.
pub fn found(world: &World, secret: &str) -> Vec<String> {
    let secret = secret.to_lowercase();
    let holding = texts(world)
        .into_iter()
        .filter(|(_, value)| value.to_lowercase().contains(&secret));
    holding.map(|(name, _)| name).collect()
}

#[test]
fn nothing_of_a_person_is_left_after_erasure() {
    let world = behind_a_proxy();
    let contact = leave_traces(&world);
    let (admin, seed) = (world.admin(), world.seed());
    let user = &seed.users[&Who::Observer];
    let email = Who::Observer.email();
    let secrets = [
        email.as_str(),
        "Secret-Name observer",
        "Secret-Name Signatory",
        "Secret-Name Member",
        "Secret-Name Candidate",
        "+33 5 00 00 00 08",
        ADDRESS,
        BROWSER,
        "+33 5 00 00 00 07",
    ];
    for secret in secrets {
        assert!(!found(&world, secret).is_empty(), "{secret} was never there");
    }
    let observer = world.of(Who::Observer);
    let erased = admin.post(&format!("/users/{user}/erase"), &json!({})).ok();
    admin.delete(&format!("/contacts/{contact}"), "*").ok();
    for secret in secrets {
        assert_eq!(found(&world, secret), [""; 0], "{secret} is still there");
    }
    assert_eq!(erased["disabled"], true);
    observer.get("/me").refused(401, "token_invalid");
    let login = json!({"email": email, "password": parvis_tests::world::PASSWORD});
    world
        .stranger()
        .post("/auth/login", &login)
        .refused(401, "credentials_invalid");
    let members = admin.all(&format!("/programmes/{}/members", seed.private), 50);
    assert!(members.iter().all(|member| member["user_id"] != user.as_str()));
    for programme in [&seed.private, &seed.public] {
        crate::history::assert_chain(&world, programme);
    }
    // The pseudonym is stable, erasing again changes nothing, and nobody brings the account back.
    let events = world.events();
    let again = admin.post(&format!("/users/{user}/erase"), &json!({})).ok();
    assert_eq!((again, world.events()), (erased, events));
    admin
        .patch(&format!("/users/{user}"), "*", &json!({"disabled": false}))
        .refused(409, "archived");
}

#[test]
fn erasure_keeps_the_last_of_those_who_run_things() {
    let world = World::new();
    let erase = |who: Who| {
        let path = format!("/users/{}/erase", world.seed().users[&who]);
        world.admin().post(&path, &json!({}))
    };
    let programme = format!("/programmes/{}/members", world.seed().foreign);
    let founder = world.seed().users[&Who::Administrator].as_str();
    for member in world.admin().all(&programme, 50) {
        if member["user_id"] == founder {
            let path = format!("/members/{}", member["id"].as_str().unwrap_or_default());
            world.admin().delete(&path, "*").ok();
        }
    }
    let before = texts(&world);
    erase(Who::Administrator).refused(409, "last_administrator");
    erase(Who::Foreigner).refused(409, "last_coordinator");
    let disabled = format!("/users/{}", world.seed().users[&Who::Foreigner]);
    let problem = world
        .admin()
        .patch(&disabled, "*", &json!({"disabled": true}))
        .refused(409, "last_coordinator");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(world.seed().foreign.as_str()), "{detail}");
    assert_eq!(texts(&world), before, "a refusal changes nothing");
}
