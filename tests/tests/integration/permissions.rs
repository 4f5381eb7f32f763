//! The table of permissions, walked: every operation, every caller, public and private programmes.

use parvis_domain::accounts::{Operation, Role};
use parvis_tests::document::{self, Entry};
use parvis_tests::{Who, World};

use crate::samples::Samples;

/// The roles of a caller, written down again: the table is checked against this and not against itself.
fn roles(who: Who, in_programme: bool) -> Vec<Role> {
    let mut roles = match who {
        Who::Stranger => return vec![Role::Stranger],
        Who::Organiser => vec![Role::Organiser],
        Who::Administrator => vec![Role::Administrator],
        Who::Coordinator => vec![Role::Coordinator],
        Who::Foreigner if !in_programme => vec![Role::Coordinator],
        Who::Observer if in_programme => vec![Role::Observer],
        Who::Partner if in_programme => vec![Role::Partner],
        Who::Officer if in_programme => vec![Role::BudgetOfficer],
        _ => vec![],
    };
    roles.push(Role::SignedIn);
    roles
}

/// What a caller must be answered.
fn expected(operation: Operation, who: Who, in_programme: bool, visibility: &str) -> Option<u16> {
    let member = who.role().is_some() || who == Who::Administrator;
    if in_programme && visibility == "private" && !member {
        return Some(404);
    }
    let allowed = operation
        .roles()
        .iter()
        .any(|role| roles(who, in_programme).contains(role));
    match who {
        _ if allowed => None,
        Who::Stranger => Some(401),
        _ => Some(403),
    }
}

fn walk(operation: Operation, entry: &Entry, faults: &mut Vec<String>) {
    let in_programme = Samples::in_programme(entry, operation);
    let visibilities: &[&str] = if in_programme {
        &["private", "public"]
    } else {
        &["public"]
    };
    let world = World::new();
    for visibility in visibilities {
        let samples = Samples::new(&world, visibility);
        for who in Who::ALL {
            let call = samples.of(operation, who).call(entry);
            let before = world.events();
            let answer = world.of(who).send(&call);
            let expected = expected(operation, who, in_programme, visibility);
            let right = match expected {
                None => (200..300).contains(&answer.status),
                Some(status) => answer.status == status && world.events() == before,
            };
            if !right {
                let expected = expected.map_or("a success".to_owned(), |status| status.to_string());
                faults.push(format!(
                    "{operation} by {who:?} in {visibility}: {} instead of {expected}: {}",
                    answer.status, answer.text
                ));
            } else if answer.status >= 400 {
                answer.problem();
            }
        }
    }
}

fn walk_part(part: usize) {
    let entries = document::operations(&World::new().stranger());
    let mut faults = Vec::new();
    for (operation, entry) in entries.iter().skip(part).step_by(4) {
        walk(*operation, entry, &mut faults);
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_operation_for_every_caller_1() {
    walk_part(0);
}

#[test]
fn every_operation_for_every_caller_2() {
    walk_part(1);
}

#[test]
fn every_operation_for_every_caller_3() {
    walk_part(2);
}

#[test]
fn every_operation_for_every_caller_4() {
    walk_part(3);
}
