//! Who is signed in. The access token lives in memory only; the refresh token is a cookie that no script can read.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use leptos::task::spawn_local;
use parvis_domain::accounts::{Actor, Caller, Membership, Operation, Scope};
use parvis_domain::ids::{PartnerId, ProgrammeId, UserId};
use parvis_wire::accounts::{Me, Session as Opened};
use uuid::Uuid;

use super::client::{self, Sent};
use crate::browser;

/// Says that this browser has signed in before, so that strangers are not asked for a cookie that they cannot have.
const REMEMBERED: &str = "parvis.signed-in";

thread_local! {
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
    static CURRENT: Cell<Option<Session>> = const { Cell::new(None) };
}

/// What is known of the reader.
#[derive(Debug, Clone, PartialEq)]
enum State {
    /// The session is being renewed.
    Unknown,
    /// Nobody is signed in.
    Stranger,
    /// Somebody is.
    SignedIn(Me),
}

/// The session of this page.
#[derive(Debug, Clone, Copy)]
pub struct Session(RwSignal<State>);

impl Session {
    /// The one of the component tree.
    pub fn here() -> Self {
        expect_context()
    }

    /// Provides the session, and takes up the one that this browser had.
    pub fn provide() -> Self {
        let session = Self(RwSignal::new(State::Unknown));
        provide_context(session);
        CURRENT.set(Some(session));
        if browser::remembered(REMEMBERED).is_some() {
            spawn_local(renew(None));
        } else {
            session.0.set(State::Stranger);
        }
        session
    }

    /// Whether it is known who reads.
    pub fn known(self) -> bool {
        self.0.with(|state| *state != State::Unknown)
    }

    /// Whether somebody is signed in.
    pub fn signed_in(self) -> bool {
        self.0.with(|state| matches!(state, State::SignedIn(_)))
    }

    /// The account.
    pub fn user(self) -> Option<Me> {
        self.0.with(|state| match state {
            State::SignedIn(user) => Some(user.clone()),
            State::Unknown | State::Stranger => None,
        })
    }

    /// Whether an account that an answer names is the reader's own.
    pub fn is(self, account: Option<Uuid>) -> bool {
        account.is_some() && account == self.user().map(|user| user.id)
    }

    /// Whether the table of permissions lets the reader do this in a programme; without one, on the platform.
    /// The server decides: this only keeps buttons away that would be refused.
    pub fn may(self, operation: Operation, programme: Option<Uuid>) -> bool {
        let Some(user) = self.user() else { return false };
        let membership = |m: parvis_wire::accounts::MyMembership| Membership {
            programme: ProgrammeId(m.programme_id),
            role: m.role,
            partner: m.partner_id.map(PartnerId),
        };
        let actor = Actor {
            user: UserId(user.id),
            administrator: user.administrator,
            organiser: user.organiser,
            memberships: user.memberships.into_iter().map(membership).collect(),
        };
        let scope = programme.map_or(Scope::Platform, |id| Scope::Programme {
            id: ProgrammeId(id),
            public: true,
        });
        Caller::Actor(actor).authorise(operation, scope).is_ok()
    }

    /// Takes up a session that was just opened.
    pub fn open(self, opened: Opened) {
        TOKEN.set(Some(opened.access_token));
        browser::remember(REMEMBERED, Some("1"));
        self.0.set(State::SignedIn(opened.user));
    }

    /// Takes up what was changed in the account.
    pub fn know(self, user: Me) {
        self.0.set(State::SignedIn(user));
    }

    /// Reads the account again, after its programmes have changed. A failure changes nothing.
    pub async fn read_again(self) {
        if let Ok(user) = client::get::<Me>("/me").await
            && self.signed_in_untracked()
        {
            self.0.set(State::SignedIn(user));
        }
    }

    fn signed_in_untracked(self) -> bool {
        self.0.with_untracked(|state| matches!(state, State::SignedIn(_)))
    }

    /// Ends the session here and on the server.
    pub fn sign_out(self, then: impl FnOnce() + 'static) {
        spawn_local(async move {
            let token = token();
            let empty = Sent::default();
            let _ = client::send(&gloo_net::http::Method::POST, "/auth/logout", &empty, token.as_deref()).await;
            self.forget();
            then();
        });
    }

    /// Forgets the session here, once it has ended on the server.
    pub fn forget(self) {
        TOKEN.set(None);
        browser::remember(REMEMBERED, None);
        self.0.set(State::Stranger);
    }
}

/// The access token, while there is one.
pub(super) fn token() -> Option<String> {
    TOKEN.with_borrow(Clone::clone)
}

/// Renews the access token, one tab at a time: the refresh token turns at each use, and a second use of the old one
/// would end the session. `refused` is the token that no longer serves; if another task has replaced it meanwhile,
/// nothing is asked.
pub(super) async fn renew(refused: Option<String>) {
    browser::exclusively("parvis-refresh", async move {
        if refused != token() {
            return;
        }
        let answer = client::send(&gloo_net::http::Method::POST, "/auth/refresh", &Sent::default(), None).await;
        let Some(session) = CURRENT.get() else { return };
        match answer.and_then(|answer| answer.read::<Opened>()) {
            Ok(opened) => session.open(opened),
            Err(failure) if failure.status == 0 && refused.is_some() => {}
            Err(_) => session.forget(),
        }
    })
    .await;
}
