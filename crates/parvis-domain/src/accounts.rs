//! Who may do what.
//!
//! [`Operation`] names everything the API can do; one table says which roles may do it. Whoever may not *see* a
//! programme gets the same answer as for one that does not exist.

mod credentials;
mod operations;

pub use credentials::{EMAIL_MAX, PASSWORD_MAX, PASSWORD_MIN, check_password, email};
pub use operations::Operation;

use crate::choices::choices;
use crate::error::{Code, DomainError, Fault};
use crate::ids::{PartnerId, ProgrammeId, UserId};

choices! {
    /// The role of a user in one programme.
    MemberRole {
        /// Runs the programme: everything in it.
        Coordinator = "coordinator",
        /// Keeps the money: budgets, grants, movements.
        BudgetOfficer = "budget_officer",
        /// Acts for one organisation: reads the programme and the share of that organisation, records its own costs.
        Partner = "partner",
        /// Reads.
        Observer = "observer",
    }

    /// What a caller is, seen from one operation.
    Role {
        /// Nobody signed in.
        Stranger = "stranger",
        /// Signed in, without a role here.
        SignedIn = "signed_in",
        /// Observer of the programme.
        Observer = "observer",
        /// Acts for one organisation of the programme.
        Partner = "partner",
        /// Budget officer of the programme.
        BudgetOfficer = "budget_officer",
        /// Coordinator of the programme; for what belongs to no programme, coordinator of any.
        Coordinator = "coordinator",
        /// May create programmes.
        Organiser = "organiser",
        /// Platform administrator.
        Administrator = "administrator",
    }

    /// How much of an object its reader sees.
    View {
        /// What everybody may see: no personal data, no internal notes.
        Public = "public",
        /// What members see.
        Member = "member",
    }
}

impl From<MemberRole> for Role {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Coordinator => Role::Coordinator,
            MemberRole::BudgetOfficer => Role::BudgetOfficer,
            MemberRole::Partner => Role::Partner,
            MemberRole::Observer => Role::Observer,
        }
    }
}

/// The membership of the caller in a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The programme.
    pub programme: ProgrammeId,
    /// The role in it.
    pub role: MemberRole,
    /// The organisation, where the role is [`MemberRole::Partner`].
    pub partner: Option<PartnerId>,
}

/// A signed-in caller, as the database knows it at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: UserId,
    /// Whether it administers the platform.
    pub administrator: bool,
    /// Whether it may create programmes.
    pub organiser: bool,
    /// Its programmes.
    pub memberships: Vec<Membership>,
}

/// Who calls: an actor, or a stranger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody is signed in.
    Stranger,
    /// Somebody is.
    Actor(Actor),
}

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The platform: accounts, partners, places, templates, the list of programmes.
    Platform,
    /// One programme.
    Programme {
        /// Which.
        id: ProgrammeId,
        /// Whether everybody may read it.
        public: bool,
    },
}

impl Caller {
    /// The signed-in actor.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        match self {
            Caller::Actor(actor) => Some(actor),
            Caller::Stranger => None,
        }
    }

    /// The account, where somebody is signed in.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.actor().map(|actor| actor.user)
    }

    /// The membership in a programme.
    #[must_use]
    pub fn membership(&self, programme: ProgrammeId) -> Option<&Membership> {
        self.actor()
            .and_then(|actor| actor.memberships.iter().find(|m| m.programme == programme))
    }

    /// The organisation to which the caller is bound in a programme: only its share may be read or altered.
    #[must_use]
    pub fn bound_partner(&self, programme: ProgrammeId) -> Option<PartnerId> {
        if self.actor().is_some_and(|actor| actor.administrator) {
            return None;
        }
        self.membership(programme).and_then(|m| m.partner)
    }

    /// The roles that the caller has for a scope.
    #[must_use]
    pub fn roles(&self, scope: Scope) -> Vec<Role> {
        let Some(actor) = self.actor() else {
            return vec![Role::Stranger];
        };
        let mut roles = vec![Role::SignedIn];
        let in_scope = actor.memberships.iter().filter(|m| match scope {
            Scope::Platform => m.role == MemberRole::Coordinator,
            Scope::Programme { id, .. } => m.programme == id,
        });
        roles.extend(in_scope.map(|m| Role::from(m.role)).take(1));
        roles.extend(actor.organiser.then_some(Role::Organiser));
        roles.extend(actor.administrator.then_some(Role::Administrator));
        roles
    }

    /// How much of a programme the caller sees, or nothing.
    #[must_use]
    pub fn view(&self, scope: Scope) -> Option<View> {
        let Scope::Programme { id, public } = scope else {
            return Some(View::Public);
        };
        let administrator = self.actor().is_some_and(|actor| actor.administrator);
        if administrator || self.membership(id).is_some() {
            return Some(View::Member);
        }
        public.then_some(View::Public)
    }

    /// Allows the operation or refuses it.
    ///
    /// # Errors
    /// `not_found` for what may not be seen, `authentication_required` for a stranger, else `permission_denied`.
    pub fn authorise(&self, operation: Operation, scope: Scope) -> Result<View, DomainError> {
        let view = self.view(scope).ok_or_else(DomainError::not_found)?;
        let roles = self.roles(scope);
        if operation.roles().iter().any(|role| roles.contains(role)) {
            return Ok(view);
        }
        if self.actor().is_none() {
            return Err(DomainError::new(
                Code::AuthenticationRequired,
                "Sign in, or send a bearer token.",
            ));
        }
        let needed: Vec<_> = operation.roles().iter().map(|role| role.as_str()).collect();
        let detail = format!("{operation} needs one of these roles here: {}.", needed.join(", "));
        Err(DomainError::new(Code::PermissionDenied, detail))
    }
}

/// Checks that the platform keeps an administrator who can sign in: `others` are those that stay when one goes.
///
/// # Errors
/// `last_administrator`.
pub fn check_administrators(others: usize) -> Result<(), DomainError> {
    if others > 0 {
        return Ok(());
    }
    let detail =
        "The platform keeps at least one administrator who can sign in; make somebody else administrator first.";
    Err(DomainError::new(Code::LastAdministrator, detail))
}

/// Checks that a partner role names its organisation and no other role does.
///
/// # Errors
/// `partner_binding_invalid`.
pub fn check_binding(role: MemberRole, partner: Option<PartnerId>) -> Result<(), Fault> {
    if (role == MemberRole::Partner) == partner.is_some() {
        return Ok(());
    }
    let detail = "The role partner names its organisation in partner_id; every other role leaves it out.";
    Err(Fault::new(Code::PartnerBindingInvalid, "/partner_id", detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn actor(role: MemberRole, programme: ProgrammeId) -> Caller {
        let memberships = vec![Membership {
            programme,
            role,
            partner: None,
        }];
        Caller::Actor(Actor {
            user: UserId(Uuid::nil()),
            administrator: false,
            organiser: false,
            memberships,
        })
    }

    #[test]
    fn what_may_not_be_seen_does_not_exist() {
        let id = ProgrammeId(Uuid::from_u128(1));
        let private = Scope::Programme { id, public: false };
        let outsider = actor(MemberRole::Coordinator, ProgrammeId(Uuid::from_u128(2)));
        for caller in [Caller::Stranger, outsider] {
            for operation in Operation::ALL {
                assert_eq!(caller.authorise(*operation, private).unwrap_err().code, Code::NotFound);
            }
        }
    }

    #[test]
    fn the_last_administrator_stays() {
        assert_eq!(check_administrators(1), Ok(()));
        assert_eq!(check_administrators(0).unwrap_err().code, Code::LastAdministrator);
    }

    #[test]
    fn an_observer_reads_and_does_not_write() {
        let id = ProgrammeId(Uuid::from_u128(1));
        let scope = Scope::Programme { id, public: false };
        let observer = actor(MemberRole::Observer, id);
        assert_eq!(observer.authorise(Operation::ListMovements, scope), Ok(View::Member));
        assert_eq!(
            observer.authorise(Operation::CreateMovement, scope).unwrap_err().code,
            Code::PermissionDenied
        );
    }

    #[test]
    fn a_public_programme_is_read_by_strangers_and_written_by_none_of_them() {
        let scope = Scope::Programme {
            id: ProgrammeId(Uuid::from_u128(1)),
            public: true,
        };
        assert_eq!(
            Caller::Stranger.authorise(Operation::GetProgramme, scope),
            Ok(View::Public)
        );
        let refused = Caller::Stranger
            .authorise(Operation::CloseParticipationStep, scope)
            .unwrap_err();
        assert_eq!(refused.code, Code::AuthenticationRequired);
    }
}
