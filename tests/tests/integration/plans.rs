//! The financing plan: one reading, many cells at once, versions, rules, simulation, submission, withdrawal.

use parvis_tests::world::{create_budget, create_line, partner};
use parvis_tests::{Client, Share, World, eur};
use serde_json::{Value, json};

use crate::samples::{fresh, template};

/// A budget with one line of 100 euros that four funders pay for.
struct Action {
    client: Client,
    budget: String,
    line: String,
    grants: Vec<String>,
}

fn action(world: &World, parts: [u32; 4], cost: u32) -> Action {
    let client = world.coordinator();
    let budget = create_budget(&client, &world.seed().private);
    let admin = world.admin();
    let funders = parts.map(|_| partner(&admin, &fresh("Financeur ")));
    let grants: Vec<Value> = funders
        .iter()
        .zip(parts)
        .map(|(funder, part)| json!({"funder_id": funder, "planned": eur(part)}))
        .collect();
    let body = json!({"category": "investment", "year": 2026, "cost": eur(cost), "title": {"fr": "Jardins"}, "grants": grants});
    let line = client.post(&format!("/budgets/{budget}/lines"), &body).ok();
    // The order of a line's grants is that of their ids, in which they were made.
    let id = |grant: &Value| grant["grant_id"].as_str().unwrap_or_default().to_owned();
    let grants = line["grants"]
        .as_array()
        .expect("a line has grants")
        .iter()
        .map(id)
        .collect();
    let line = line["id"].as_str().unwrap_or_default().to_owned();
    Action {
        client,
        budget,
        line,
        grants,
    }
}

impl Action {
    fn plan(&self, query: &str) -> Value {
        self.client.get(&self.at(query)).ok()
    }

    fn at(&self, rest: &str) -> String {
        format!("/budgets/{}/plan{rest}", self.budget)
    }

    fn cell(&self, grant: usize, planned: u32) -> Value {
        json!({"line_id": self.line, "grant_id": self.grants[grant], "planned": eur(planned), "granted": eur(planned)})
    }

    fn share(&self, grant: usize) -> Share {
        Share {
            budget: self.budget.clone(),
            line: self.line.clone(),
            grant: self.grants[grant].clone(),
        }
    }
}

fn gap(plan: &Value) -> &Value {
    &plan["totals"]["all"][0]["gap"]["amount"]
}

/// 60 staff + 40 travel, of which 65 + 35 is committed: a quarter may shift, and nothing of it is lost.
#[test]
fn a_funder_withdraws_whose_lines_shifted() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(60));
    let line = json!({"category": "services", "year": 2026});
    let travel = client.post(&format!("/budgets/{}/lines", share.budget), &line).id();
    let [staff, travelling] = [(&share.line, 60), (&travel, 40)]
        .map(|(line, euros)| json!({"line_id": line, "planned": eur(euros), "granted": eur(euros)}));
    let grant = json!({
        "funder_id": world.seed().funder, "kind": "cash", "currency": "EUR", "shift_percent": "25",
        "shares": [staff, travelling]
    });
    let grant = client.post(&format!("/budgets/{}/grants", share.budget), &grant).id();
    for (line, euros) in [(&share.line, 65), (&travel, 35)] {
        let mut commitment = share.movement("commitment", euros);
        (commitment["line_id"], commitment["grant_id"]) = (json!(line), json!(grant));
        client.post(&share.movements(), &commitment).ok();
    }
    let body = json!({"reason": "Règlement d’intervention clos"});
    let left = client.post(&format!("/grants/{grant}/withdraw"), &body).ok();
    let planned: Vec<_> = left["shares"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|share| &share["planned"])
        .collect();
    assert_eq!((&left["planned"], planned), (&eur(100), vec![&eur(65), &eur(35)]));
    parvis_tests::sums::assert_sums(&world.store);
}

/// What must be shown: one action, four funders, one withdraws, the gap shows, the plan is rebalanced, history keeps both.
#[test]
fn a_funder_withdraws_and_the_plan_is_rebalanced() {
    let world = World::new();
    let action = action(&world, [40, 30, 20, 10], 100);
    let original = action.plan("");
    assert_eq!(*gap(&original), "0.00");
    let leaving = action.share(1);
    action
        .client
        .post(&leaving.movements(), &leaving.booked("commitment", 5, "2026-03-14"))
        .ok();
    let withdraw = format!("/grants/{}/withdraw", leaving.grant);
    let body = json!({"reason": "Règlement d’intervention clos"});
    let grant = action.client.post(&withdraw, &body).ok();
    assert_eq!(
        (&grant["planned"], &grant["granted"]),
        (&eur(5), &eur(5)),
        "what is committed stays"
    );
    assert!(grant["withdrawn_on"].is_string());
    let short = action.plan("");
    assert_eq!(*gap(&short), "25.00");
    action.client.post(&withdraw, &body).refused(409, "transition_refused");
    let raise = json!({"cells": [action.cell(1, 6)], "reason": "Essai"});
    let refused = action
        .client
        .patch(&action.at(""), "*", &raise)
        .refused(422, "grant_withdrawn");
    assert_eq!(refused["errors"][0]["pointer"], "/cells/0/planned");
    let line = json!({"revisions": [{"grant_id": leaving.grant, "planned": eur(6), "reason": "Essai"}]});
    let path = format!("/lines/{}", leaving.line);
    action.client.patch(&path, "*", &line).refused(422, "grant_withdrawn");
    let share = json!({"grant_id": leaving.grant, "planned": eur(1)});
    let line = json!({"category": "investment", "year": 2026, "grants": [share]});
    let path = format!("/budgets/{}/lines", leaving.budget);
    action.client.post(&path, &line).refused(422, "grant_withdrawn");
    let balanced = json!({"cells": [action.cell(0, 55), action.cell(2, 30)], "reason": "Rééquilibrage", "booked_on": "2026-06-01"});
    let balanced = action.client.patch(&action.at(""), "*", &balanced).ok();
    assert_eq!(*gap(&balanced), "0.00");
    // History keeps both: each version reads as it was.
    let versions = action.client.all(&action.at("/versions"), 50);
    let seen: Vec<_> = versions
        .iter()
        .map(|v| (v["number"].clone(), v["kind"].clone(), v["role"].clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (json!(0), json!("original"), Value::Null),
            (json!(1), json!("revision"), json!("coordinator")),
            (json!(2), json!("revision"), json!("coordinator"))
        ]
    );
    for (number, expected) in [(0, "0.00"), (1, "25.00"), (2, "0.00")] {
        assert_eq!(
            *gap(&action.plan(&format!("?version={number}"))),
            expected,
            "version {number}"
        );
    }
    assert_eq!(action.plan("?version=0")["lines"], original["lines"]);
    let changed = action.plan("/comparison?from=0&to=1");
    assert_eq!(changed["cells"].as_array().map(Vec::len), Some(1));
    assert_eq!(changed["cells"][0]["planned_before"], eur(30));
    assert_eq!(changed["cells"][0]["planned_after"], eur(5));
    assert_eq!(
        action.plan("/comparison?from=0")["cells"].as_array().map(Vec::len),
        Some(3)
    );
    action
        .client
        .get(&action.at("?version=9"))
        .refused(422, "reference_unknown");
    parvis_tests::sums::assert_sums(&world.store);
}

/// Money moves between the lines of one grant whatever the order of the cells, also where a cell grows and shrinks at once:
/// the rules are asked of the plan as it will be.
#[test]
fn a_rebalancing_is_checked_after_all_its_cells() {
    let world = World::new();
    let client = world.coordinator();
    let budget = create_budget(&client, &world.seed().private);
    let line = || {
        client
            .post(
                &format!("/budgets/{budget}/lines"),
                &json!({"category": "investment", "year": 2026}),
            )
            .id()
    };
    let lines = [line(), line(), line()];
    let share = |line: &String| json!({"line_id": line, "planned": eur(50), "granted": eur(50)});
    let grant = json!({
        "funder_id": world.seed().funder, "kind": "cash", "currency": "EUR", "shares": [share(&lines[0]), share(&lines[1])]
    });
    let grant = client.post(&format!("/budgets/{budget}/grants"), &grant).id();
    for line in &lines[..2] {
        let share = Share {
            budget: budget.clone(),
            line: line.clone(),
            grant: grant.clone(),
        };
        client
            .post(&share.movements(), &share.booked("commitment", 40, "2026-03-14"))
            .ok();
    }
    let at = format!("/budgets/{budget}/plan");
    let cell = |line: usize, planned: u32, granted: u32| json!({"line_id": lines[line], "grant_id": grant, "planned": eur(planned), "granted": eur(granted)});
    // What shrinks stands first; the third line has no share of the grant yet, and begins one.
    let body = json!({"reason": "Transfert", "cells": [cell(0, 40, 45), cell(1, 45, 40), cell(2, 15, 15)]});
    let plan = client.patch(&at, "*", &body).ok();
    let planned: Vec<_> = plan["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| line["cells"][0]["planned"].clone())
        .collect();
    assert_eq!(planned, [eur(40), eur(45), eur(15)]);
    let version = client.get(&format!("{at}?version=0")).ok();
    assert_eq!(
        version["lines"][2]["cells"],
        json!([]),
        "the original knows no share of the third line"
    );
    // The whole is held: nothing may fall below what is committed, and nothing of it is written.
    let body = json!({"reason": "Trop bas", "cells": [cell(2, 30, 30), cell(0, 39, 39)]});
    let problem = client.patch(&at, "*", &body).refused(422, "plan_below_committed");
    assert_eq!(problem["errors"][0]["pointer"], "/cells/1/planned");
    assert_eq!(client.get(&at).ok()["lines"], plan["lines"]);
    parvis_tests::sums::assert_sums(&world.store);
}

#[test]
fn costs_and_words_of_lines_are_kept_with_the_versions() {
    let world = World::new();
    let action = action(&world, [40, 30, 20, 10], 100);
    let at = |path: &str| action.client.get(&action.at(path)).ok();
    let body = json!({"reason": "Devis reçu", "costs": [{"line_id": action.line, "cost": eur(120)}]});
    let plan = action.client.patch(&action.at(""), "*", &body).ok();
    assert_eq!(*gap(&plan), "20.00");
    let line = format!("/lines/{}", action.line);
    let renamed = json!({"title": {"fr": "Jardins partagés"}, "category": "premises"});
    action.client.patch(&line, "*", &renamed).ok();
    assert_eq!(action.client.all(&action.at("/versions"), 50).len(), 3);
    for (number, title, category, cost) in [
        (0, "Jardins", "investment", 100),
        (1, "Jardins", "investment", 120),
        (2, "Jardins partagés", "premises", 120),
    ] {
        let line = at(&format!("?version={number}"))["lines"][0].clone();
        assert_eq!(
            (&line["title"]["fr"], &line["category"]),
            (&json!(title), &json!(category)),
            "version {number}"
        );
        assert_eq!(line["cost"], eur(cost), "version {number}");
    }
    let changed = at("/comparison?from=0");
    assert_eq!(changed["costs"][0]["after"], eur(120));
    assert_eq!(changed["lines"][0]["before"]["category"], "investment");
    assert_eq!(changed["lines"][0]["after"]["title"]["fr"], "Jardins partagés");
    let unknown = json!({"reason": "Essai", "costs": [{"line_id": action.grants[0], "cost": null}]});
    let problem = action
        .client
        .patch(&action.at(""), "*", &unknown)
        .refused(422, "reference_unknown");
    assert_eq!(problem["errors"][0]["pointer"], "/costs/0/line_id");
}

#[test]
fn all_faults_are_named_and_nothing_is_written() {
    let world = World::new();
    let action = action(&world, [40, 30, 20, 10], 100);
    let share = action.share(0);
    action
        .client
        .post(&share.movements(), &share.booked("commitment", 40, "2026-03-14"))
        .ok();
    let (before, events) = (action.plan(""), world.events());
    let missing = "01890a5d-ac96-774b-bcce-b302099a8059";
    let usd = json!({"amount": "1.00", "currency": "USD"});
    let body = json!({"reason": "Essai", "cells": [
        action.cell(1, 31),
        action.cell(0, 39),
        {"line_id": missing, "grant_id": action.grants[2], "planned": eur(1)},
        {"line_id": action.line, "grant_id": action.grants[3], "planned": usd},
    ]});
    let problem = action
        .client
        .patch(&action.at(""), "*", &body)
        .refused(422, "validation_failed");
    let mut at: Vec<_> = problem["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|e| (e["pointer"].clone(), e["code"].clone()))
        .collect();
    at.sort_by_key(|(pointer, _)| pointer.to_string());
    assert_eq!(
        at,
        [
            (json!("/cells/1/planned"), json!("plan_below_committed")),
            (json!("/cells/2/grant_id"), json!("reference_unknown")),
            (json!("/cells/3/planned/currency"), json!("currency_mismatch")),
        ]
    );
    assert_eq!((action.plan(""), world.events()), (before, events));
    let twice = json!({"reason": "Essai", "cells": [action.cell(0, 41), action.cell(0, 42)]});
    action
        .client
        .patch(&action.at(""), "*", &twice)
        .refused(422, "duplicate");
    let empty = json!({"reason": "Essai", "cells": []});
    action
        .client
        .patch(&action.at(""), "*", &empty)
        .refused(422, "required");
    let future = json!({"reason": "Essai", "cells": [action.cell(0, 41)], "booked_on": "2999-01-01"});
    assert_eq!(action.client.patch(&action.at(""), "*", &future).status, 422);
    action
        .client
        .patch(&action.at(""), "\"999-member\"", &twice)
        .refused(412, "version_stale");
}

/// Rule 12: cost 1,000 in cash, products 900 in cash and 100 of valued volunteers: 100 are short.
#[test]
fn what_is_given_in_kind_does_not_close_the_gap_in_cash() {
    let world = World::new();
    let action = action(&world, [400, 300, 200, 0], 1000);
    let body = json!({
        "funder_id": world.seed().association, "kind": "in_kind", "currency": "EUR",
        "shares": [{"line_id": action.line, "planned": eur(100)}]
    });
    action
        .client
        .post(&format!("/budgets/{}/grants", action.budget), &body)
        .ok();
    let plan = action.plan("");
    let sums = plan["lines"][0]["sums"].as_array().cloned().unwrap_or_default();
    let gaps: Vec<_> = sums
        .iter()
        .map(|sum| (sum["kind"].clone(), sum["gap"]["amount"].clone()))
        .collect();
    assert_eq!(
        gaps,
        [(json!("cash"), json!("100.00")), (json!("in_kind"), json!("0.00"))]
    );
}

/// A programme whose rules say: the municipality at least 10 %, a project at most 500.00.
fn ruled(world: &World) -> (Client, String) {
    let admin = world.admin();
    let mut body = template(&fresh("ruled-"));
    body["cofinancing"] = json!([
        {"code": "local-share", "title": {"fr": "Part locale"}, "kind": "funder_share", "funder_kinds": ["municipality"], "percent": "10"},
        {"code": "ceiling", "title": {"fr": "Plafond"}, "kind": "line_ceiling", "at_most": eur(500)},
    ]);
    let template = admin.post("/templates", &body).id();
    let programme = world.programme(&template, &fresh("RULED-"), "private");
    let client = world.coordinator();
    let budget = create_budget(&client, &programme);
    (client, budget)
}

#[test]
fn rules_are_explained_simulated_and_hold_a_submission() {
    let world = World::new();
    let (client, budget) = ruled(&world);
    let state = json!({"name": fresh("État "), "kind": "state", "country": "FR"});
    let state = world.admin().post("/partners", &state).id();
    let (line, _) = create_line(&client, &budget, &state, 400, "cash");
    let at = |rest: &str| format!("/budgets/{budget}/plan{rest}");
    let plan = client.get(&at("")).ok();
    let rule = |plan: &Value, code: &str| {
        let rules = plan["rules"].as_array().cloned().unwrap_or_default();
        rules.into_iter().find(|rule| rule["rule"] == code).unwrap_or_default()
    };
    let local = rule(&plan, "local-share");
    assert_eq!((&local["outcome"], &local["difference"]), (&json!("not_met"), &eur(40)));
    assert_eq!(rule(&plan, "ceiling")["outcome"], "met");
    let refused = client.post(&at("/submit"), &json!({})).refused(422, "rule_not_met");
    assert_eq!(refused["errors"].as_array().map(Vec::len), Some(1));
    assert_eq!(refused["errors"][0]["params"]["rule"], "local-share");
    // Tried out, not saved: a new grant of a municipality.
    let (assumed, events) = ("01890a5d-ac96-774b-bcce-b302099a8060", world.events());
    let what = json!({
        "grants": [{"id": assumed, "funder_id": world.seed().funder, "kind": "cash", "currency": "EUR"}],
        "cells": [{"line_id": line, "grant_id": assumed, "planned": eur(45)}]
    });
    let tried = client.post(&at("/simulate"), &what).ok();
    assert_eq!(rule(&tried, "local-share")["outcome"], "met");
    assert_eq!((client.get(&at("")).ok(), world.events()), (plan, events));
    let wrong = json!({"cells": [{"line_id": line, "grant_id": assumed, "planned": eur(45)}]});
    client.post(&at("/simulate"), &wrong).refused(422, "reference_unknown");
    // Recorded, it can be submitted, and the submission stands as a version.
    let grant = json!({
        "funder_id": world.seed().funder, "kind": "cash", "currency": "EUR", "shares": [{"line_id": line, "planned": eur(45)}]
    });
    client.post(&format!("/budgets/{budget}/grants"), &grant).ok();
    let submitted = client.post(&at("/submit"), &json!({"reason": "Comité"})).ok();
    assert_eq!(submitted["submission_number"], 1);
    let versions = client.all(&at("/versions"), 50);
    assert_eq!(versions[1]["kind"], "submission");
    assert_eq!(versions[1]["reason"], "Comité");
}

#[test]
fn the_explanation_is_in_the_readers_language() {
    let world = World::new();
    let (client, budget) = ruled(&world);
    create_line(&client, &budget, &world.seed().funder, 600, "cash");
    for (language, word) in [
        ("fr-CA", "numéraire"),
        ("es", "efectivo"),
        ("en", "cash"),
        ("km", "cash"),
    ] {
        let call = parvis_tests::Call::new(ureq::http::Method::GET, &format!("/budgets/{budget}/plan"));
        let plan = client.send(&call.header("accept-language", language)).ok();
        let text = plan["rules"][1]["explanation"].as_str().unwrap_or_default().to_owned();
        assert!(text.contains(word), "{language}: {text}");
    }
}

/// Without a rate the rule answers undetermined and names the pair, and a submission is refused.
#[test]
fn a_missing_rate_is_named() {
    let world = World::new();
    let (client, budget) = ruled(&world);
    create_line(&client, &budget, &world.seed().funder, 10, "cash");
    let line = client.all(&format!("/budgets/{budget}/lines"), 10)[0]["id"].clone();
    let khr = json!({"amount": "4100.00", "currency": "KHR"});
    let grant = json!({
        "funder_id": world.seed().association, "kind": "cash", "currency": "KHR", "shares": [{"line_id": line, "planned": khr}]
    });
    client.post(&format!("/budgets/{budget}/grants"), &grant).ok();
    let plan = client.get(&format!("/budgets/{budget}/plan")).ok();
    assert_eq!(plan["rules"][0]["outcome"], "undetermined");
    assert_eq!(plan["rules"][0]["missing_rate"], json!(["KHR", "EUR"]));
    assert_eq!(plan["totals"]["converted"], Value::Null);
    client
        .post(&format!("/budgets/{budget}/plan/submit"), &json!({}))
        .refused(422, "rule_not_met");
}

#[test]
fn a_year_is_copied_once() {
    let world = World::new();
    let action = action(&world, [40, 30, 20, 10], 100);
    let copy = format!("/budgets/{}/copy-year", action.budget);
    let body = json!({"from_year": 2026, "to_year": 2027, "change_percent": "2.5"});
    let plan = action.client.post(&copy, &body).ok();
    let line = &plan["lines"][0];
    assert_eq!(
        (&line["year"], &line["cost"]["amount"]),
        (&json!(2027), &json!("102.50"))
    );
    let cells: Vec<_> = line["cells"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|cell| (cell["planned"]["amount"].clone(), cell["granted"]["amount"].clone()))
        .collect();
    let expected = ["41.00", "30.75", "20.50", "10.25"].map(|planned| (json!(planned), json!("0.00")));
    assert!(expected.iter().all(|pair| cells.contains(pair)), "{cells:?}");
    assert_eq!(plan["years"], json!([2026, 2027]));
    assert_eq!(
        action.plan("")["grants"].as_array().map(Vec::len),
        Some(8),
        "each funder decides anew"
    );
    action.client.post(&copy, &body).refused(409, "year_has_lines");
    let beside = json!({"from_year": 2026, "to_year": 2027, "beside": true});
    assert_eq!(
        action.client.post(&copy, &beside).ok()["lines"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    let outside = json!({"from_year": 2026, "to_year": 2040});
    let problem = action.client.post(&copy, &outside).refused(422, "out_of_range");
    assert_eq!(problem["errors"][0]["pointer"], "/to_year");
    let nothing = json!({"from_year": 2020, "to_year": 2028});
    action.client.post(&copy, &nothing).refused(422, "reference_unknown");
}

#[test]
fn targets_and_ceilings_are_shown_and_checked() {
    let world = World::new();
    let action = action(&world, [40, 30, 20, 10], 100);
    let budget = format!("/budgets/{}", action.budget);
    let targets = json!({"targets": [{"category": "investment", "target_percent": "60", "ceiling": eur(90)}]});
    action.client.patch(&budget, "*", &targets).ok();
    let plan = action.plan("");
    assert_eq!(plan["totals"]["categories"][0]["target"]["ceiling"], eur(90));
    let rules: Vec<_> = plan["rules"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|rule| (rule["rule"].clone(), rule["outcome"].clone()))
        .collect();
    assert!(rules.contains(&(json!("target:investment"), json!("met"))), "{rules:?}");
    assert!(
        rules.contains(&(json!("ceiling:investment"), json!("not_met"))),
        "{rules:?}"
    );
    let unknown = json!({"targets": [{"category": "nowhere", "ceiling": eur(90)}]});
    let problem = action
        .client
        .patch(&budget, "*", &unknown)
        .refused(422, "reference_unknown");
    assert_eq!(problem["errors"][0]["pointer"], "/targets/0/category");
}

#[test]
fn a_plan_of_many_lines_costs_as_many_statements_as_one_of_one() {
    let world = World::new();
    let action = action(&world, [40, 30, 20, 10], 100);
    action
        .client
        .patch(
            &action.at(""),
            "*",
            &json!({"cells": [action.cell(0, 41)], "reason": "Essai"}),
        )
        .ok();
    action.client.post(&action.at("/submit"), &json!({})).ok();
    let cost = |query: &str| {
        action.plan(query);
        let before = world.store.statements();
        action.plan(query);
        world.store.statements() - before
    };
    for query in ["", "?year=2026", "?version=1"] {
        let one = cost(query);
        for _ in 0..10 {
            create_line(&action.client, &action.budget, &world.seed().funder, 10, "cash");
        }
        assert_eq!(cost(query), one, "{query}");
    }
}

/// A partner of a private programme sees its own share only, and no rule that would tell of the others.
#[test]
fn a_partner_sees_its_own_share() {
    let world = World::new();
    let action = action(&world, [40, 30, 20, 10], 100);
    let body = json!({
        "funder_id": world.seed().association, "kind": "cash", "currency": "EUR",
        "shares": [{"line_id": action.line, "planned": eur(7)}]
    });
    action
        .client
        .post(&format!("/budgets/{}/grants", action.budget), &body)
        .ok();
    let plan = world.of(parvis_tests::Who::Partner).get(&action.at("")).ok();
    assert_eq!(plan["grants"].as_array().map(Vec::len), Some(1));
    assert_eq!(plan["totals"]["all"][0]["planned"], eur(7));
    assert_eq!((&plan["lines"][0]["cost"], &plan["rules"]), (&Value::Null, &json!([])));
}

/// Whoever changes the plan at the same moment: one revision is recorded per number, and none is lost.
#[test]
fn revisions_at_the_same_moment_are_numbered_in_a_row() {
    let world = World::new();
    let action = action(&world, [40, 30, 20, 10], 100);
    let barrier = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for n in 0..8_u32 {
            let (action, barrier) = (&action, &barrier);
            scope.spawn(move || {
                let client = action.client.with_token(action.client.token().unwrap_or_default());
                let body = json!({"cells": [action.cell(n as usize % 4, 50 + n)], "reason": format!("Essai {n}")});
                barrier.wait();
                // With a wildcard the version is read within the request: who is overtaken between reading and locking tries again.
                while client.patch(&action.at(""), "*", &body).status == 412 {}
            });
        }
    });
    let versions = action.client.all(&action.at("/versions"), 50);
    let numbers: Vec<_> = versions
        .iter()
        .filter_map(|version| version["number"].as_i64())
        .collect();
    assert_eq!(numbers, (0..=8).collect::<Vec<i64>>());
    parvis_tests::sums::assert_sums(&world.store);
}
