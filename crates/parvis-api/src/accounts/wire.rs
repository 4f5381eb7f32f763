//! Accounts as they travel.

use parvis_domain::accounts::Actor;
use parvis_store::accounts as store;
use parvis_wire::accounts::{Invitation, Me, Member, MyMembership, User};

/// One's own account.
pub fn me(user: &store::User, actor: &Actor) -> Me {
    let memberships = actor.memberships.iter().map(|membership| MyMembership {
        programme_id: membership.programme.0,
        role: membership.role,
        partner_id: membership.partner.map(Into::into),
    });
    Me {
        id: user.id.0,
        email: user.email.clone(),
        name: user.name.clone(),
        language: user.language.clone(),
        administrator: user.administrator,
        organiser: user.organiser,
        memberships: memberships.collect(),
        version: user.version,
    }
}

/// An account as administrators see it.
pub fn user(user: store::User) -> User {
    User {
        id: user.id.0,
        disabled: user.disabled_at.is_some(),
        email: user.email,
        name: user.name,
        language: user.language,
        administrator: user.administrator,
        organiser: user.organiser,
        created_at: user.created_at,
        version: user.version,
    }
}

/// A member; its e-mail address is for those who lead.
pub fn member(member: store::Member, with_email: bool) -> Member {
    Member {
        id: member.id.0,
        user_id: member.user_id.0,
        name: member.name,
        email: with_email.then_some(member.email),
        role: member.role,
        partner_id: member.partner_id.map(Into::into),
        created_at: member.created_at,
        version: member.version,
    }
}

/// An invitation, without its secret.
pub fn invitation(invitation: store::Invitation) -> Invitation {
    Invitation {
        id: invitation.id.0,
        email: invitation.email,
        programme_id: invitation.programme_id.map(Into::into),
        role: invitation.role,
        partner_id: invitation.partner_id.map(Into::into),
        administrator: invitation.administrator,
        organiser: invitation.organiser,
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
        accepted_at: invitation.accepted_at,
        revoked_at: invitation.revoked_at,
        version: invitation.version,
        token: None,
        link: None,
    }
}
