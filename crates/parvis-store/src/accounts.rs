//! Accounts, sessions, members of programmes, invitations.
//!
//! Names and e-mail addresses are personal data: they live in their tables alone and never in events.

mod attempts;
mod caller;
mod invitations;
mod members;
mod sessions;
mod users;

pub use attempts::{Attempt, Failures, recent_failures, record_sign_in, sweep_sign_in_attempts};
pub use caller::{SignedIn, get_actor, get_caller};
pub use invitations::{
    Acceptance, Invitation, InvitationSort, NewInvitation, accept_invitation, create_invitation, find_open_invitation,
    get_invitation, list_invitations, revoke_invitation,
};
pub use members::{Member, MemberSort, archive_member, create_member, get_member, list_members, update_member};
pub use sessions::{
    NewToken, Refreshed, create_session, end_session, end_sessions, refresh_session, sweep_refresh_tokens,
};
pub use users::{
    Credentials, NewUser, Rights, User, UserFilter, UserSort, change_password, create_user, erase_user,
    find_credentials, get_user, list_users, update_me, update_user,
};
