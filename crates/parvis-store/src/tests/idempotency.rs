//! The same request twice acts once.

use super::harness::{later, on_both, stamp};
use crate::idempotency::{Answer, Key, Known, begin, finish, sweep};
use crate::{StoreError, StoreResult};

fn key() -> Key {
    Key {
        principal: "p".into(),
        operation: "create_partner".into(),
        key: "k-1".into(),
    }
}

fn answer() -> Answer {
    Answer {
        status: 201,
        headers: vec![("Location".into(), "/x".into())],
        body: "{\"é\":1}".into(),
    }
}

#[test]
fn an_answer_is_replayed_for_a_day() {
    on_both(|store| {
        let known = |hash: u8, at: i64| {
            store
                .write(|conn| begin(conn, &key(), &[hash; 32], &later(at)))
                .unwrap()
        };
        store
            .write(|conn| {
                assert_eq!(begin(conn, &key(), &[1; 32], &stamp(None))?, Known::Fresh);
                finish(conn, &key(), &answer())
            })
            .unwrap();
        assert_eq!(known(1, 60), Known::Replay(answer()));
        assert_eq!(known(2, 60), Known::Reused);
        assert_eq!(known(2, 86_401), Known::Fresh);
        assert_eq!(store.write(|conn| sweep(conn, later(86_401).at)).unwrap(), 0);
        assert_eq!(store.write(|conn| sweep(conn, later(200_000).at)).unwrap(), 1);
    });
}

#[test]
fn an_error_frees_the_key() {
    on_both(|store| {
        let failed: StoreResult<()> = store.write(|conn| {
            begin(conn, &key(), &[1; 32], &stamp(None))?;
            Err(StoreError::NotFound)
        });
        assert!(failed.is_err());
        assert_eq!(
            store.write(|conn| begin(conn, &key(), &[2; 32], &stamp(None))).unwrap(),
            Known::Fresh
        );
    });
}

#[test]
fn of_many_at_once_one_acts() {
    on_both(|store| {
        let acted = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let known = store.write(|conn| {
                        let known = begin(conn, &key(), &[1; 32], &stamp(None))?;
                        if known == Known::Fresh {
                            finish(conn, &key(), &answer())?;
                        }
                        Ok(known)
                    });
                    match known.unwrap() {
                        Known::Fresh => drop(acted.fetch_add(1, std::sync::atomic::Ordering::Relaxed)),
                        known => assert_eq!(known, Known::Replay(answer())),
                    }
                });
            }
        });
        assert_eq!(acted.into_inner(), 1);
    });
}
