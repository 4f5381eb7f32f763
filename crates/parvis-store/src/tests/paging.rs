//! Pages hold everything once, in the same order on both databases, at a constant number of statements.

use parvis_domain::page::{Direction, PageRequest};
use parvis_domain::partners::{Identifier, IdentifierScheme, PartnerContent};

use super::harness::{first, on_both, partner_content, same_on_both, stamp};
use crate::Store;
use crate::partners::{PartnerFilter, PartnerSort, create_partner, list_partners};

const NAMES: [&str; 14] = [
    "Zébulon",
    "zèbre",
    "Éole",
    "eole",
    "Ville de Toulouse",
    "ville 50 % verte",
    "ville_basse",
    "Ñuñoa",
    "nunoa",
    "Œuvre",
    "ភ្នំពេញ",
    "Ça va",
    "-- tiret",
    "10 rue",
];

fn fill(store: &Store) {
    for (i, name) in NAMES.iter().cycle().take(30).enumerate() {
        let value = format!("X-{i}");
        let identifier = Identifier {
            scheme: IdentifierScheme::Other,
            value,
            valid_from: None,
            valid_to: None,
        };
        let content = PartnerContent {
            identifiers: vec![identifier],
            ..partner_content(name)
        };
        store
            .write(|conn| create_partner(conn, &stamp(None), &content))
            .unwrap();
    }
}

fn names(store: &Store, filter: &PartnerFilter, sort: PartnerSort, direction: Direction, limit: u32) -> Vec<String> {
    let mut request = first(sort, direction, limit);
    let mut names = Vec::new();
    loop {
        let page = store.read(|conn| list_partners(conn, filter, &request)).unwrap();
        assert!(page.items.len() <= limit as usize && page.items.iter().all(|partner| partner.identifiers.len() == 1));
        names.extend(
            page.items
                .into_iter()
                .map(|partner| format!("{} {}", partner.name, partner.identifiers[0].value)),
        );
        match page.last {
            Some(last) => {
                request = PageRequest {
                    after: Some(last),
                    ..request
                }
            }
            None => return names,
        }
    }
}

#[test]
fn pages_hold_everything_once_and_in_the_same_order() {
    same_on_both(|store| {
        fill(store);
        let all = PartnerFilter::default();
        let mut orders = Vec::new();
        for sort in [PartnerSort::Name, PartnerSort::CreatedAt] {
            for direction in [Direction::Ascending, Direction::Descending] {
                let whole = names(store, &all, sort, direction, 200);
                assert_eq!(whole.len(), 30);
                for limit in [1, 7, 29, 30] {
                    assert_eq!(names(store, &all, sort, direction, limit), whole);
                }
                orders.push(whole);
            }
        }
        let backwards: Vec<_> = orders[1].iter().rev().cloned().collect();
        assert_eq!(orders[0], backwards);
        orders
    });
}

#[test]
fn a_search_finds_words_without_accents_and_takes_wildcards_as_letters() {
    same_on_both(|store| {
        fill(store);
        let found = |q: &str| {
            let filter = PartnerFilter {
                q: Some(q.to_owned()),
                ..PartnerFilter::default()
            };
            names(store, &filter, PartnerSort::Name, Direction::Ascending, 200)
        };
        assert_eq!(found("ZEB").len(), 6);
        assert_eq!(found("nunoa").len(), 4);
        assert_eq!(found("toulouse ville").len(), 2);
        assert_eq!(found("50 %").len(), 2);
        assert_eq!(found("ville_").len(), 2);
        assert_eq!(found("x-29").len(), 1);
        assert!(found("'; drop").is_empty());
        (found("ville"), found("ភ្នំ"))
    });
}

#[test]
fn a_page_costs_the_same_statements_whatever_it_holds_and_counts_on_demand() {
    on_both(|store| {
        fill(store);
        let cost = |limit| {
            let before = store.statements();
            let request = first(PartnerSort::Name, Direction::Ascending, limit);
            store
                .read(|conn| list_partners(conn, &PartnerFilter::default(), &request))
                .unwrap();
            store.statements() - before
        };
        assert_eq!(cost(1), cost(30));
        let request = PageRequest {
            count: true,
            ..first(PartnerSort::Name, Direction::Ascending, 1)
        };
        let page = store
            .read(|conn| list_partners(conn, &PartnerFilter::default(), &request))
            .unwrap();
        assert_eq!(page.total, Some(30));
    });
}

#[test]
fn a_key_of_another_kind_is_refused() {
    on_both(|store| {
        let after = Some(("no instant".to_owned(), uuid::Uuid::nil()));
        let request = PageRequest {
            after,
            ..first(PartnerSort::CreatedAt, Direction::Ascending, 1)
        };
        let error = store
            .read(|conn| list_partners(conn, &PartnerFilter::default(), &request))
            .unwrap_err();
        assert_eq!(error.refusal().unwrap().code, parvis_domain::Code::CursorInvalid);
    });
}
