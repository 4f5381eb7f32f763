//! Lists, page by page: every item once, under every order; cursors fit their list only.

use std::collections::BTreeSet;

use parvis_domain::text::fold;
use parvis_tests::{Settings, World};
use serde_json::Value;

use crate::lists;

/// What tells the items of a list apart: their ids, or the numbers of what is counted within its whole.
fn ids(items: &[Value]) -> Vec<String> {
    let id = |item: &Value| match &item["id"] {
        Value::String(id) => id.clone(),
        _ => item["number"].to_string(),
    };
    items.iter().map(id).collect()
}

#[test]
fn every_list_gives_every_item_once_under_every_order() {
    let world = World::new();
    let admin = world.admin();
    for list in lists::all(&world) {
        let path = list.fill(&world, 13);
        let mut sets = BTreeSet::new();
        for sort in list.sorts() {
            let at = |direction: &str| format!("{path}?sort={direction}{sort}");
            let whole = ids(&admin.all(&at(""), 200));
            assert!(whole.len() >= 13, "{} has {} items", list.operation, whole.len());
            assert_eq!(
                whole.iter().collect::<BTreeSet<_>>().len(),
                whole.len(),
                "{} repeats",
                list.operation
            );
            for limit in [1, 5] {
                assert_eq!(
                    ids(&admin.all(&at(""), limit)),
                    whole,
                    "{} by {sort}, {limit} a page",
                    list.operation
                );
            }
            if list.goes_both_ways() {
                let mut backwards = ids(&admin.all(&at("-"), 4));
                backwards.reverse();
                assert_eq!(backwards, whole, "{} by -{sort}", list.operation);
            }
            sets.insert(whole.into_iter().collect::<BTreeSet<_>>());
        }
        assert_eq!(sets.len(), 1, "{} has other items under another order", list.operation);
        let counted = admin.get(&format!("{path}?limit=1&count=true")).ok();
        let total = counted["total"].as_u64().unwrap_or_default();
        assert_eq!(
            total as usize,
            sets.iter().next().map_or(0, BTreeSet::len),
            "total of {}",
            list.operation
        );
        assert!(
            admin.get(&path).ok().get("total").is_none(),
            "{} counts unasked",
            list.operation
        );
        assert!(
            admin.get(&path).header("etag").is_none(),
            "{} has an ETag",
            list.operation
        );
    }
}

/// The order of text is that of its folded form, byte by byte: the same on both databases.
#[test]
fn text_is_ordered_alike_on_both_databases() {
    let world = World::new();
    let lists = lists::all(&world);
    let partners = lists
        .iter()
        .find(|list| list.operation.as_str() == "list_partners")
        .expect("partners are a list");
    partners.fill(&world, 12);
    let names: Vec<String> = world
        .admin()
        .all("/partners?sort=name", 5)
        .iter()
        .map(|partner| fold(partner["name"].as_str().unwrap_or_default()))
        .collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted);
}

#[test]
fn a_cursor_belongs_to_its_list_its_filter_its_order_and_its_server() {
    let world = World::new();
    let admin = world.admin();
    for _ in 0..2 {
        for list in lists::all(&world)
            .iter()
            .filter(|list| ["list_partners", "list_places"].contains(&list.operation.as_str()))
        {
            list.fill(&world, 4);
        }
    }
    let page = admin.get("/partners?sort=name&limit=2");
    let cursor = page.ok()["next"].as_str().expect("there is more").to_owned();
    let next = format!("/partners?sort=name&limit=2&cursor={cursor}");
    admin.get(&next).ok();
    let link = page.header("link").expect("there is a link").to_owned();
    let target = link.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
    assert!(link.ends_with("rel=\"next\""), "{link}");
    assert_eq!(admin.get(&target).ok(), admin.get(&next).ok());
    for other in [
        format!("/places?sort=name&cursor={cursor}"),
        format!("/partners?sort=-name&cursor={cursor}"),
        format!("/partners?sort=created_at&cursor={cursor}"),
        format!("/partners?sort=name&q=a&cursor={cursor}"),
        format!("/partners?sort=name&cursor={cursor}A"),
        "/partners?cursor=%C3%A9".to_owned(),
        "/partners?cursor=".to_owned() + &"A".repeat(3000),
    ] {
        admin.get(&other).refused(400, "cursor_invalid");
    }
    let elsewhere = World::with(Settings::one("PARVIS_PUBLIC_URL", "http://elsewhere.test"));
    elsewhere.stranger().get(&next).refused(400, "cursor_invalid");
}

#[test]
fn parameters_are_checked() {
    let world = World::new();
    let admin = world.admin();
    for list in lists::all(&world) {
        let path = list.fill(&world, 0);
        for wrong in [
            "limit=0",
            "limit=201",
            "limit=-1",
            "limit=x",
            "limit=1.5",
            "limit=99999999999999999999",
            "sort=password_hash",
            "sort=",
            "sort=--name",
            "count=1",
            "unknown=1",
            "limit=1&limit=2",
            "q=%00",
        ] {
            let answer = admin.get(&format!("{path}?{wrong}"));
            answer.refused(400, "parameter_invalid");
        }
    }
    for (path, wrong) in [
        ("/partners", "kind=club"),
        ("/programmes", "status=lost"),
        ("/programmes", "mine=perhaps"),
    ] {
        admin.get(&format!("{path}?{wrong}")).refused(400, "parameter_invalid");
    }
    admin
        .get(&format!("/partners?q={}", "a".repeat(201)))
        .refused(400, "parameter_invalid");
}

/// A search finds every word anywhere, without case and accents, and never ranks.
#[test]
fn a_search_filters() {
    let world = World::new();
    let admin = world.admin();
    for name in [
        "Régie de l’Œuvre",
        "Maison des oeuvres",
        "Autre chose",
        "100 % local",
        "sous_ligne",
    ] {
        parvis_tests::world::partner(&admin, name);
    }
    let found = |q: &str| -> Vec<String> {
        let partners = admin.all(&format!("/partners?sort=name&q={q}"), 50);
        partners
            .iter()
            .map(|partner| partner["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(found("OEUVRE"), ["Maison des oeuvres", "Régie de l’Œuvre"]);
    assert_eq!(found("regie%20%C5%93uvr"), ["Régie de l’Œuvre"]);
    assert_eq!(found("%25"), ["100 % local"], "% is a sign and no wildcard");
    assert_eq!(found("s_l"), ["sous_ligne"], "_ is a sign and no wildcard");
    assert_eq!(found("nothing-like-it"), [""; 0]);
}
