//! ETags: what changed meanwhile is neither overwritten nor sent again.

use parvis_domain::accounts::Operation;
use parvis_tests::document;
use parvis_tests::{Who, World};
use serde_json::json;
use ureq::http::Method;

use crate::samples::Samples;

#[test]
fn changes_and_deletions_name_the_version() {
    let world = World::new();
    let samples = Samples::new(&world, "public");
    for (operation, entry) in document::operations(&world.stranger()) {
        if ![Method::PATCH, Method::DELETE].contains(&entry.method) {
            continue;
        }
        let client = world.admin();
        let sample = samples.of(operation, Who::Administrator);
        let events = world.events();
        client
            .send(&sample.with_tag(None).call(&entry))
            .refused(428, "if_match_required");
        for stale in ["\"999-member\"", "\"0-member\"", "\"999-public\", \"998-member\""] {
            client
                .send(&sample.with_tag(Some(stale)).call(&entry))
                .refused(412, "version_stale");
        }
        for garbled in ["3", "\"x\"", "\"\"", "W/", "\"-1\"", "\"99999999999999999999-member\""] {
            client
                .send(&sample.with_tag(Some(garbled)).call(&entry))
                .refused(400, "parameter_invalid");
        }
        assert_eq!(world.events(), events, "{operation} changed something");
        let done = client.send(&sample.call(&entry));
        done.ok();
        assert!(
            world.events() > events || operation == Operation::UpdateMe,
            "{operation} left no event"
        );
    }
}

/// A POST under an item takes If-Match where it is sent.
#[test]
fn transitions_honour_the_version() {
    let world = World::new();
    let samples = Samples::new(&world, "public");
    let client = world.admin();
    use Operation as O;
    for operation in [
        O::OpenProgramme,
        O::ActivateProgramme,
        O::CloseProgramme,
        O::OpenParticipationStep,
        O::CloseParticipationStep,
        O::CancelParticipationStep,
        O::AnnulParticipationStep,
        O::ReverseMovement,
    ] {
        let entry = document::operations(&client)[&operation].clone();
        let sample = samples.of(operation, Who::Administrator);
        let events = world.events();
        client
            .send(&sample.with_tag(Some("\"999-member\"")).call(&entry))
            .refused(412, "version_stale");
        assert_eq!(world.events(), events, "{operation} changed something");
        client.send(&sample.with_tag(Some("*")).call(&entry)).ok();
    }
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let world = World::new();
    let samples = Samples::new(&world, "public");
    let client = world.admin();
    let mut items = 0;
    for (operation, entry) in document::operations(&client) {
        let is_item = entry.method == Method::GET && (entry.path.ends_with("/{id}") || operation == Operation::GetMe);
        if !is_item {
            continue;
        }
        items += 1;
        let call = samples.of(operation, Who::Administrator).call(&entry);
        let first = client.send(&call);
        first.ok();
        let tag = first.etag();
        let (version, view) = tag.trim_matches('"').split_once('-').expect("version and view");
        assert!(
            version.parse::<i64>().is_ok() && (view.starts_with("public") || view.starts_with("member")),
            "{operation}: {tag}"
        );
        for known in [
            tag.clone(),
            format!("\"1-other\", {tag}"),
            format!("W/{tag}"),
            "*".to_owned(),
        ] {
            let again = client.send(&call.clone().header("if-none-match", &known));
            assert_eq!((again.status, again.text.as_str()), (304, ""), "{operation} {known}");
            assert_eq!(again.etag(), tag);
        }
        assert_eq!(
            client
                .send(&call.clone().header("if-none-match", "\"999-member\""))
                .status,
            200
        );
    }
    assert!(items >= 9, "only {items} items were found");
}

#[test]
fn a_change_raises_the_version_and_is_read_back() {
    let world = World::new();
    let (client, path) = (world.coordinator(), format!("/programmes/{}", world.seed().private));
    let first = client.get(&path);
    let changed = client.patch(&path, &first.etag(), &json!({"title": {"fr": "Un autre titre"}}));
    let version = |item: &serde_json::Value| item["version"].as_i64().unwrap_or_default();
    assert_eq!(version(&changed.ok()), version(&first.ok()) + 1);
    assert_eq!(changed.etag(), client.get(&path).etag());
    assert_eq!(changed.ok(), client.get(&path).ok());
    client
        .patch(&path, &first.etag(), &json!({"title": {"fr": "Encore"}}))
        .refused(412, "version_stale");
}

/// A merge patch: what is absent stays, null takes away, a value replaces.
#[test]
fn absent_null_and_value_differ() {
    let world = World::new();
    let (client, path) = (world.coordinator(), format!("/programmes/{}", world.seed().private));
    let before = client.get(&path).ok();
    let same = client.patch(&path, "*", &json!({"summary": {"fr": "Un résumé"}})).ok();
    assert_eq!(
        (&same["title"], &same["ends_on"]),
        (&before["title"], &before["ends_on"])
    );
    let open = client.patch(&path, "*", &json!({"ends_on": null})).ok();
    assert_eq!(
        (&open["ends_on"], &open["summary"]),
        (&serde_json::Value::Null, &json!({"fr": "Un résumé"}))
    );
    let fault = client
        .patch(&path, "*", &json!({"title": null}))
        .refused(422, "required");
    assert_eq!(fault["errors"][0]["pointer"], "/title");
}
