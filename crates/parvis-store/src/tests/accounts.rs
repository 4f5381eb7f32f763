//! Sessions, members and invitations.

use parvis_domain::Code;
use parvis_domain::accounts::MemberRole;
use parvis_domain::ids::SessionId;
use parvis_domain::page::Direction;

use super::harness::*;
use crate::accounts::*;
use crate::{Stamp, Store, StoreResult};

fn token(n: u8, stamp: &Stamp<'_>) -> NewToken {
    NewToken {
        hash: [n; 32],
        expires_at: stamp.at + chrono::TimeDelta::days(14),
    }
}

fn refresh(store: &Store, presented: u8, next: u8, seconds: i64) -> Refreshed {
    let stamp = later(seconds);
    store
        .write(|conn| refresh_session(conn, &stamp, &[presented; 32], &token(next, &stamp)))
        .unwrap()
}

fn signed_in(store: &Store) -> (User, SessionId) {
    let user = store.write(|conn| user(conn, "ana@example.org")).unwrap();
    let stamp = stamp(None);
    let session = store
        .write(|conn| create_session(conn, &stamp, user.id, Some("Browser"), &token(1, &stamp)))
        .unwrap();
    (user, session)
}

fn is_signed_in(store: &Store, session: SessionId) -> bool {
    store.read(|conn| get_caller(conn, session)).unwrap().is_some()
}

fn code<T: std::fmt::Debug>(answer: StoreResult<T>) -> Code {
    answer.unwrap_err().refusal().unwrap().code
}

#[test]
fn a_refresh_token_is_used_once() {
    on_both(|store| {
        let (user, session) = signed_in(store);
        assert_eq!(
            refresh(store, 1, 2, 60),
            Refreshed::Rotated {
                session,
                user: user.clone()
            }
        );
        assert_eq!(refresh(store, 2, 3, 600), Refreshed::Rotated { session, user });
        assert_eq!(refresh(store, 9, 4, 600), Refreshed::Invalid);
        assert_eq!(refresh(store, 3, 4, 15 * 86_400), Refreshed::Invalid);
    });
}

#[test]
fn a_moment_later_it_still_gives_access_and_then_it_ends_the_session() {
    on_both(|store| {
        let (user, session) = signed_in(store);
        refresh(store, 1, 2, 60);
        assert_eq!(refresh(store, 1, 3, 90), Refreshed::Grace { session, user });
        assert!(is_signed_in(store, session));
        assert_eq!(refresh(store, 1, 4, 91), Refreshed::Reused { session });
        assert!(!is_signed_in(store, session));
        assert_eq!(refresh(store, 2, 5, 92), Refreshed::Invalid);
    });
}

#[test]
fn without_a_live_successor_there_is_no_grace() {
    on_both(|store| {
        let (_, session) = signed_in(store);
        refresh(store, 1, 2, 60);
        refresh(store, 2, 3, 61);
        assert_eq!(refresh(store, 1, 4, 62), Refreshed::Reused { session });
    });
}

#[test]
fn of_two_that_refresh_at_once_one_rotates() {
    on_both(|store| {
        signed_in(store);
        let answers: Vec<Refreshed> = std::thread::scope(|scope| {
            let threads: Vec<_> = (2..10).map(|n| scope.spawn(move || refresh(store, 1, n, 60))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let rotated = answers
            .iter()
            .filter(|a| matches!(a, Refreshed::Rotated { .. }))
            .count();
        let grace = answers.iter().filter(|a| matches!(a, Refreshed::Grace { .. })).count();
        assert_eq!((rotated, grace), (1, 7));
    });
}

#[test]
fn a_disabled_account_loses_its_sessions_at_once() {
    on_both(|store| {
        let (user, session) = signed_in(store);
        assert!(is_signed_in(store, session));
        let rights = Rights {
            disabled: true,
            ..user.rights()
        };
        let user = store
            .write(|conn| update_user(conn, &stamp(None), &user, rights))
            .unwrap();
        assert!(!is_signed_in(store, session));
        assert_eq!(refresh(store, 1, 2, 60), Refreshed::Invalid);
        let stale = User { version: 1, ..user };
        assert_eq!(
            code(store.write(|conn| update_user(conn, &stamp(None), &stale, rights))),
            Code::VersionStale
        );
    });
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    on_both(|store| {
        let (user, kept) = signed_in(store);
        let stamp = stamp(None);
        let other = store
            .write(|conn| create_session(conn, &stamp, user.id, None, &token(7, &stamp)))
            .unwrap();
        store
            .write(|conn| change_password(conn, &stamp, &user, "$argon2id$y", Some(kept)))
            .unwrap();
        assert!(is_signed_in(store, kept) && !is_signed_in(store, other));
        let credentials = store
            .read(|conn| find_credentials(conn, "ana@example.org"))
            .unwrap()
            .unwrap();
        assert_eq!(credentials.password_hash, "$argon2id$y");
        assert!(
            history(store, None)
                .iter()
                .all(|e| !e.after.to_string().contains("argon2") && !e.after.to_string().contains('@'))
        );
    });
}

#[test]
fn the_caller_is_read_with_all_memberships_in_one_statement() {
    on_both(|store| {
        let (user, session) = signed_in(store);
        let none = store.read(|conn| get_caller(conn, session)).unwrap().unwrap();
        assert!(none.actor.memberships.is_empty());
        for _ in 0..3 {
            let (programme, _) = store.write(programme).unwrap();
            store
                .write(|conn| create_member(conn, &stamp(None), programme.id, user.id, MemberRole::Observer, None))
                .unwrap();
        }
        let before = store.statements();
        let actor = store.read(|conn| get_actor(conn, session)).unwrap().unwrap();
        assert_eq!(store.statements() - before, 1);
        assert_eq!((actor.user, actor.memberships.len()), (user.id, 3));
        let caller = store.read(|conn| get_caller(conn, session)).unwrap().unwrap();
        assert_eq!((caller.user.id, caller.actor), (user.id, actor));
    });
}

#[test]
fn the_last_coordinator_stays() {
    on_both(|store| {
        let (programme, _) = store.write(programme).unwrap();
        let request = first(MemberSort::CreatedAt, Direction::Ascending, 10);
        let members = store
            .read(|conn| list_members(conn, programme.id, None, &request))
            .unwrap()
            .items;
        let only = &members[0];
        let demote =
            |member: &Member| store.write(|conn| update_member(conn, &stamp(None), member, MemberRole::Observer, None));
        assert_eq!(code(demote(only)), Code::LastCoordinator);
        assert_eq!(
            code(store.write(|conn| archive_member(conn, &stamp(None), only))),
            Code::LastCoordinator
        );
        let (other, _) = signed_in(store);
        let add = || {
            store.write(|conn| {
                create_member(
                    conn,
                    &stamp(None),
                    programme.id,
                    other.id,
                    MemberRole::Coordinator,
                    None,
                )
            })
        };
        let second = add().unwrap();
        assert_eq!(code(add()), Code::AlreadyExists);
        demote(only).unwrap();
        assert_eq!(
            code(store.write(|conn| archive_member(conn, &stamp(None), &second))),
            Code::LastCoordinator
        );
        let wrong = store.write(|conn| update_member(conn, &stamp(None), &second, MemberRole::Partner, None));
        assert_eq!(code(wrong), Code::PartnerBindingInvalid);
    });
}

/// Each of several administrators, having read the others as they are, demotes the next: one stays.
#[test]
fn of_administrators_who_demote_each_other_one_stays() {
    on_both(|store| {
        const NUMBER: usize = 6;
        let admins: Vec<User> = (0..NUMBER)
            .map(|n| {
                let made = store
                    .write(|conn| user(conn, &format!("admin{n}@example.org")))
                    .unwrap();
                let rights = Rights {
                    administrator: true,
                    ..made.rights()
                };
                store
                    .write(|conn| update_user(conn, &stamp(None), &made, rights))
                    .unwrap()
            })
            .collect();
        let barrier = std::sync::Barrier::new(NUMBER);
        let answers: Vec<StoreResult<User>> = std::thread::scope(|scope| {
            let demote = |other: &User| {
                barrier.wait();
                store.write(|conn| update_user(conn, &stamp(None), other, Rights::default()))
            };
            let threads: Vec<_> = admins.iter().map(|other| scope.spawn(move || demote(other))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (demoted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((demoted.len(), refused.len()), (NUMBER - 1, 1));
        for answer in refused {
            assert_eq!(code(answer), Code::LastAdministrator);
        }
    });
}

#[test]
fn an_invitation_is_taken_up_once() {
    on_both(|store| {
        let (programme, coordinator) = store.write(programme).unwrap();
        let stamp = stamp(Some(coordinator.id));
        let new = NewInvitation {
            email: "new@example.org".into(),
            membership: Some((programme.id, MemberRole::BudgetOfficer, None)),
            administrator: false,
            organiser: true,
            token_hash: [5; 32],
            expires_at: stamp.at + chrono::TimeDelta::days(7),
        };
        store.write(|conn| create_invitation(conn, &stamp, &new)).unwrap();
        let find = |at| store.read(|conn| find_open_invitation(conn, &[5; 32], at)).unwrap();
        assert!(find(stamp.at + chrono::TimeDelta::days(7)).is_none());
        let invitation = find(stamp.at).unwrap();
        let who = Acceptance::New {
            name: "Neu".into(),
            language: "fr".into(),
            password_hash: "$argon2id$z".into(),
        };
        let accept = || store.write(|conn| accept_invitation(conn, &later(60), &invitation, &who));
        let user = accept().unwrap();
        assert!(user.organiser && !user.administrator && user.email == "new@example.org");
        assert_eq!(code(accept()), Code::InvitationInvalid);
        assert!(find(stamp.at).is_none());
        let taken = store.read(|conn| get_invitation(conn, invitation.id)).unwrap();
        assert_eq!(
            code(store.write(|conn| revoke_invitation(conn, &stamp, &taken))),
            Code::InvitationInvalid
        );
        let told: String = history(store, Some(programme.id))
            .iter()
            .map(|e| format!("{}{}", e.before, e.after))
            .collect();
        assert!(!told.contains('@') && !told.contains("Neu"));
    });
}

#[test]
fn failures_are_counted_after_the_last_success() {
    on_both(|store| {
        let attempt = |n: u8| Attempt {
            account: [n; 32],
            address: "192.0.2.1".into(),
        };
        let record = |n, at, success| {
            store
                .write(|conn| record_sign_in(conn, &later(at), &attempt(n), success))
                .unwrap()
        };
        record(1, 0, false);
        record(1, 10, true);
        record(1, 20, false);
        record(1, 30, false);
        record(2, 40, false);
        // Written before the clock stepped back: neither a failure that makes wait nor a success that lets in.
        record(1, 3600, false);
        record(1, 3700, true);
        let within = later(-1).at..later(100).at;
        let failures = store
            .read(|conn| recent_failures(conn, &attempt(1), within.clone()))
            .unwrap();
        assert_eq!((failures.account, failures.account_last), (2, Some(later(30).at)));
        assert_eq!((failures.address, failures.address_last), (4, Some(later(40).at)));
        assert_eq!(
            store.write(|conn| sweep_sign_in_attempts(conn, later(25).at)).unwrap(),
            3
        );
    });
}
