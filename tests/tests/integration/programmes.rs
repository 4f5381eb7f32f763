//! Programmes from templates, their lifecycle, and templates of one's own.

use parvis_domain::templates::{BUILT_IN, Template};
use parvis_tests::world::{partner, template_id};
use parvis_tests::{Who, World};
use serde_json::{Value, json};

use crate::samples::{fresh, plain_template, template};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn each_of_the_five_templates_brings_all_that_it_promises() {
    let world = World::new();
    let admin = world.admin();
    assert_eq!(BUILT_IN.len(), 5);
    for source in BUILT_IN {
        let template: Template = toml::from_str(source).expect("a built-in template");
        let id = template_id(&admin, &template.code);
        let served = world.stranger().get(&format!("/templates/{id}")).ok();
        assert_eq!(served["built_in"], true);
        assert_eq!(
            served["content"],
            serde_json::to_value(&template).expect("a template is JSON")
        );
        let body = json!({
            "template_id": id, "code": fresh("T-"), "title": {"fr": "Un programme"}, "starts_on": "2026-02-01",
            "ends_on": "2029-01-31"
        });
        let made = admin.post("/programmes", &body);
        let programme = made.ok();
        assert_eq!(
            made.header("location"),
            Some(format!("/api/v1/programmes/{}", text(&programme["id"])).as_str())
        );
        assert_eq!(
            (text(&programme["status"]), text(&programme["visibility"])),
            ("draft", "private")
        );
        assert_eq!(text(&programme["currency"]), template.currency);
        assert_eq!(text(&programme["time_zone"]), template.time_zone);
        let same = |name: &str, value: Value| assert_eq!(programme[name], value, "{name} of {}", template.code);
        same("axes", serde_json::to_value(&template.axes).expect("JSON"));
        same("categories", serde_json::to_value(&template.categories).expect("JSON"));
        same("rules", serde_json::to_value(&template.rules).expect("JSON"));
        same("policy", serde_json::to_value(template.policy).expect("JSON"));
        let needs = programme["required_roles"].as_array().expect("roles").len();
        assert_eq!(needs, template.required_roles.len());
        let steps = admin.all(
            &format!(
                "/programmes/{}/participation-steps?sort=position",
                text(&programme["id"])
            ),
            50,
        );
        assert_eq!(steps.len(), template.steps.len(), "steps of {}", template.code);
        for (n, (step, planned)) in steps.iter().zip(&template.steps).enumerate() {
            let start = chrono::NaiveDate::from_ymd_opt(2026, 2, 1).expect("a day");
            let first = start + chrono::Days::new(u64::from(planned.offset_days));
            let last = first + chrono::Days::new(u64::from(planned.duration_days) - 1);
            assert_eq!(step["position"], n + 1);
            assert_eq!(step["status"], "planned");
            assert_eq!(text(&step["starts_on"]), first.to_string());
            assert_eq!(text(&step["ends_on"]), last.to_string());
            assert_eq!(step["title"], serde_json::to_value(&planned.title).expect("JSON"));
        }
    }
}

#[test]
fn a_programme_goes_its_way() {
    let world = World::new();
    let admin = world.admin();
    let programme = world.programme(&plain_template(&admin), "WAY-1", "private");
    let go = |verb: &str| match verb {
        "archive" => world.coordinator().delete(&format!("/programmes/{programme}"), "*"),
        verb => world
            .coordinator()
            .post(&format!("/programmes/{programme}/{verb}"), &json!({})),
    };
    go("activate").refused(409, "transition_refused");
    go("close").refused(409, "transition_refused");
    for (verb, status, possible) in [
        ("open", "open", json!(["activate"])),
        ("activate", "active", json!(["close"])),
        ("close", "closed", json!(["archive"])),
        ("archive", "archived", json!([])),
    ] {
        go(verb).ok();
        let after = world.coordinator().get(&format!("/programmes/{programme}")).ok();
        assert_eq!((&after["status"], &after["transitions"]), (&json!(status), &possible));
        let refused = go(verb);
        assert_eq!(refused.status, 409, "{}", refused.text);
    }
    let path = format!("/programmes/{programme}");
    let events = world.events();
    world
        .coordinator()
        .patch(&path, "*", &json!({"title": {"fr": "x"}}))
        .refused(409, "archived");
    let step = crate::samples::step();
    world
        .coordinator()
        .post(&format!("{path}/participation-steps"), &step)
        .refused(409, "archived");
    assert_eq!(world.events(), events);
}

#[test]
fn a_programme_becomes_active_when_its_roles_are_filled() {
    let world = World::new();
    let admin = world.admin();
    let template = template_id(&admin, "neighbourhood-house");
    let programme = world.programme(&template, "ROLES-1", "private");
    let path = format!("/programmes/{programme}");
    admin.post(&format!("{path}/open"), &json!({})).ok();
    let problem = admin
        .post(&format!("{path}/activate"), &json!({}))
        .refused(409, "role_unfilled");
    let detail = text(&problem["detail"]).to_owned();
    for role in ["accountable", "funding", "implementing", "signatory", "beneficiary"] {
        assert!(detail.contains(role), "{role} is not named: {detail}");
    }
    let give = |role: &str| {
        let partner = partner(&admin, &fresh("Partenaire "));
        admin
            .post(
                &format!("{path}/partner-roles"),
                &json!({"partner_id": partner, "role": role}),
            )
            .id()
    };
    for role in ["accountable", "funding", "implementing", "signatory", "beneficiary"] {
        give(role);
    }
    let problem = admin
        .post(&format!("{path}/activate"), &json!({}))
        .refused(409, "role_unfilled");
    assert!(text(&problem["detail"]).contains("signatory (at least 2)"), "{problem}");
    let last = give("signatory");
    let needs = admin.get(&path).ok()["required_roles"].clone();
    let signatory = needs
        .as_array()
        .into_iter()
        .flatten()
        .find(|need| need["role"] == "signatory")
        .cloned();
    assert_eq!(signatory.expect("the need is shown")["filled"], 2);
    admin.delete(&format!("/partner-roles/{last}"), "*").ok();
    admin
        .post(&format!("{path}/activate"), &json!({}))
        .refused(409, "role_unfilled");
    give("signatory");
    admin.post(&format!("{path}/activate"), &json!({})).ok();
}

#[test]
fn a_role_is_held_once() {
    let world = World::new();
    let path = format!("/programmes/{}/partner-roles", world.seed().private);
    let body = json!({"partner_id": world.seed().funder, "role": "signatory"});
    let role = world.coordinator().post(&path, &body).id();
    world.coordinator().post(&path, &body).refused(409, "already_exists");
    world.coordinator().delete(&format!("/partner-roles/{role}"), "*").ok();
    world.coordinator().post(&path, &body).ok();
}

#[test]
fn a_code_is_unique() {
    let world = World::new();
    let body = json!({"template_id": world.seed().template, "code": "PUBLIC-1", "title": {"fr": "x"}, "starts_on": "2026-01-01"});
    let events = world.events();
    let problem = world.admin().post("/programmes", &body).refused(409, "already_exists");
    assert_eq!(problem["errors"][0]["pointer"], "/code");
    assert_eq!(world.events(), events);
}

#[test]
fn a_template_of_ones_own_names_every_fault() {
    let world = World::new();
    let mut wrong = template("own code");
    for (pointer, value) in [
        ("/title", json!({"fr": ""})),
        ("/time_zone", json!("Europe/Nowhere")),
        ("/currency", json!("XXX")),
        ("/languages", json!(["fr", "not a tag"])),
        (
            "/axes",
            json!([{"code": "a", "title": {"fr": "A"}}, {"code": "a", "title": {"fr": "B"}}]),
        ),
        (
            "/required_roles",
            json!([{"role": "funding", "at_least": 0, "title": {"fr": "x"}}]),
        ),
        (
            "/steps",
            json!([{"kind": "workshop", "title": {"n o": "x"}, "offset_days": 99_999, "duration_days": 0}]),
        ),
    ] {
        *wrong.pointer_mut(pointer).expect("the field is there") = value;
    }
    let events = world.events();
    let answer = world.admin().post("/templates", &wrong);
    answer.refused(422, "validation_failed");
    let mut faults = answer.faults();
    faults.sort();
    let expected = [
        ("/axes/1/code", "duplicate"),
        ("/code", "format_invalid"),
        ("/currency", "currency_unknown"),
        ("/languages/1", "language_invalid"),
        ("/required_roles/0/at_least", "out_of_range"),
        ("/steps/0/duration_days", "out_of_range"),
        ("/steps/0/offset_days", "out_of_range"),
        ("/steps/0/title/n o", "language_invalid"),
        ("/time_zone", "time_zone_unknown"),
        ("/title/fr", "required"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(at, code)| ((*at).to_owned(), (*code).to_owned()))
        .collect();
    assert_eq!(faults, expected);
    assert_eq!(world.events(), events);
}

#[test]
fn built_in_templates_stay_as_they_are() {
    let world = World::new();
    let path = format!("/templates/{}", world.seed().template);
    let events = world.events();
    let changed = world.admin().patch(&path, "*", &json!({"title": {"fr": "x"}}));
    let archived = world.admin().delete(&path, "*");
    for answer in [changed, archived] {
        assert!([403, 409].contains(&answer.status), "{} {}", answer.status, answer.text);
        answer.problem();
    }
    assert_eq!(world.events(), events);
}

#[test]
fn a_withdrawn_template_makes_no_programmes() {
    let world = World::new();
    let own = plain_template(&world.admin());
    world.admin().delete(&format!("/templates/{own}"), "*").ok();
    let body = json!({"template_id": own, "code": "GONE-1", "title": {"fr": "x"}, "starts_on": "2026-01-01"});
    let answer = world.admin().post("/programmes", &body);
    assert!(answer.status == 422 || answer.status == 409, "{}", answer.text);
}

#[test]
fn what_is_archived_takes_no_more_changes() {
    let world = World::new();
    let admin = world.admin();
    let gone = partner(&admin, "Disparu");
    let path = format!("/partners/{gone}");
    admin.delete(&path, "*").ok();
    let events = world.events();
    admin
        .patch(&path, "*", &json!({"acronym": "D"}))
        .refused(409, "archived");
    let role = json!({"partner_id": gone, "role": "implementing"});
    let answer = admin.post(&format!("/programmes/{}/partner-roles", world.seed().private), &role);
    assert!([409, 422].contains(&answer.status), "{} {}", answer.status, answer.text);
    let listed = admin.all("/partners", 50);
    assert!(
        listed.iter().all(|partner| partner["id"] != gone.as_str()),
        "lists leave it out"
    );
    assert_eq!(world.events(), events);
}

#[test]
fn whoever_sets_a_programme_up_runs_it() {
    let world = World::new();
    let body = json!({
        "template_id": world.seed().template, "code": "MINE-1", "title": {"fr": "Le mien"}, "starts_on": "2026-01-01"
    });
    let made = world.of(Who::Organiser).post("/programmes", &body).ok();
    assert_eq!(made["my_role"], "coordinator");
    let mine = world.of(Who::Organiser).all("/programmes?mine=true", 10);
    assert_eq!(mine.len(), 1);
}
