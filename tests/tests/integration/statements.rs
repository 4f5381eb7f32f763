//! The number of statements of a list does not grow with its items.

use parvis_tests::World;

use crate::lists;

#[test]
fn a_list_of_thirty_costs_as_many_statements_as_a_list_of_one() {
    let world = World::new();
    let admin = world.admin();
    let cost = |path: &str| {
        admin.get(path).ok();
        let before = world.store.statements();
        admin.get(path).ok();
        world.store.statements() - before
    };
    let mut faults = Vec::new();
    for list in lists::all(&world) {
        let path = list.fill(&world, 30);
        let (one, thirty) = (cost(&format!("{path}?limit=1")), cost(&format!("{path}?limit=30")));
        if one != thirty {
            faults.push(format!(
                "{}: {one} statements for one item, {thirty} for thirty",
                list.operation
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn balances_of_many_lines_cost_as_much_as_of_one() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let cost = |query: &str| {
        let before = world.store.statements();
        client.get(&format!("{}{query}", share.balances())).ok();
        world.store.statements() - before
    };
    for query in [
        "",
        "?as_of=2026-05-01",
        "?known_at=2026-06-15T10:00:00Z",
        "?by=category",
        "?by=partner&as_of=2026-05-01",
        "?by=funder&in=KHR",
    ] {
        cost(query);
        let one = cost(query);
        for _ in 0..10 {
            parvis_tests::world::create_line(&client, &share.budget, &world.seed().funder, 10, "cash");
        }
        assert_eq!(cost(query), one, "{query}");
    }
}
