//! One transaction at a time where it matters: nothing lost, no gap, no fork in the chain.

use parvis_domain::events::{GENESIS, NewEvent, hash};
use serde_json::json;

use super::harness::{fresh, history, on_both, programme, stamp};
use crate::events::{Change, append};
use crate::programmes::get_programme;
use crate::{Store, StoreError};

const THREADS: u32 = 8;
const EACH: u32 = 25;

fn post(store: &Store, programme: parvis_domain::ids::ProgrammeId) {
    let change = || Change {
        programme: Some(programme),
        operation: "update_programme",
        object_type: "programme",
        object_id: fresh(),
        before: json!(null),
        after: json!({"a": 1.5, "é": ["x"]}),
    };
    store.write(|conn| append(conn, &stamp(None), change())).unwrap();
}

#[test]
fn events_of_one_programme_form_one_chain_under_concurrency() {
    on_both(|store| {
        let (programme, _) = store.write(programme).unwrap();
        let before = history(store, Some(programme.id)).len();
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| (0..EACH).for_each(|_| post(store, programme.id)));
            }
        });
        let events = history(store, Some(programme.id));
        assert_eq!(events.len(), before + (THREADS * EACH) as usize);
        let mut previous = GENESIS.to_vec();
        for (seq, event) in (1..).zip(events) {
            let content = NewEvent {
                id: event.id,
                programme: event.programme_id,
                at: event.at,
                actor: event.actor_id,
                operation: event.operation,
                object_type: event.object_type,
                object_id: event.object_id,
                before: event.before,
                after: event.after,
            };
            assert_eq!((event.seq, &event.prev_hash), (seq, &previous));
            assert_eq!(hash(&previous, seq, &content).to_vec(), event.hash);
            previous = event.hash;
        }
        assert_eq!(
            store
                .read(|conn| crate::events::head(conn, Some(programme.id)))
                .unwrap()
                .unwrap()
                .1,
            previous
        );
    });
}

#[test]
fn an_error_leaves_nothing_behind() {
    on_both(|store| {
        let made = std::cell::Cell::new(None);
        let answer: Result<(), StoreError> = store.write(|conn| {
            made.set(Some(programme(conn)?.0.id));
            Err(StoreError::NotFound)
        });
        assert!(matches!(answer, Err(StoreError::NotFound)));
        let gone = store.read(|conn| get_programme(conn, made.get().unwrap()));
        assert!(matches!(gone, Err(StoreError::NotFound)));
        assert!(history(store, made.get()).is_empty());
    });
}

#[test]
fn a_connection_that_was_cut_is_thrown_away() {
    on_both(|store| {
        if store.is_embedded() {
            return;
        }
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()";
        let cut = store.read(|conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(cut), conn)?));
        assert!(matches!(cut, Err(StoreError::Unavailable(_))), "{cut:?}");
        let answers: Vec<_> = (0..12).map(|_| store.ping()).collect();
        assert!(
            answers
                .iter()
                .all(|a| matches!(a, Ok(()) | Err(StoreError::Unavailable(_)))),
            "{answers:?}"
        );
        assert!(answers.last().is_some_and(Result::is_ok), "{answers:?}");
    });
}
