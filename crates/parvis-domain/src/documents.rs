//! Documents: what is kept of a file, what it is attached to, and who may read it.

mod media;

use chrono::NaiveDate;
use uuid::Uuid;

pub use media::{Claim, MediaType, file_name};

use crate::accounts::{Caller, MemberRole, Scope, View};
use crate::choices::choices;
use crate::error::{Code, DomainError, Fault, Faults};
use crate::ids::{PartnerId, UserId};
use crate::localised_text::LocalisedText;

/// The most objects that one document is attached to.
pub const ATTACHED_MAX: usize = 50;
/// The most versions of one document.
pub const VERSIONS_MAX: i32 = 200;

choices! {
    /// What a document is.
    DocumentKind {
        /// A convention or contract.
        Agreement = "agreement",
        /// A change of an agreement.
        Amendment = "amendment",
        /// A decision of a body or authority.
        Decision = "decision",
        /// Minutes of a meeting.
        Minutes = "minutes",
        /// A report.
        Report = "report",
        /// A plan, estimate or budget.
        Plan = "plan",
        /// An invoice.
        Invoice = "invoice",
        /// A proof of payment.
        Payment = "payment",
        /// Who was there.
        Attendance = "attendance",
        /// A study or diagnosis.
        Study = "study",
        /// A map or drawing.
        Map = "map",
        /// A photograph.
        Photo = "photo",
        /// A letter.
        Letter = "letter",
        /// Something else.
        Other = "other",
    }

    /// Who may read a document.
    DocumentVisibility {
        /// Everybody, where the programme is public.
        Public = "public",
        /// The members of the programme.
        Members = "members",
        /// Those who run the programme or keep its money, and whoever added it.
        Team = "team",
    }

    /// What a document can be attached to.
    ObjectKind {
        /// The programme itself.
        Programme = "programme",
        /// A partner.
        Partner = "partner",
        /// A participation step.
        ParticipationStep = "participation_step",
        /// A budget.
        Budget = "budget",
        /// A line of a budget.
        Line = "line",
        /// A grant.
        Grant = "grant",
        /// A movement of the ledger.
        Movement = "movement",
        /// A tranche of a grant.
        Tranche = "tranche",
        /// A measure of progress.
        Progress = "progress",
        /// A report owed to a funder.
        FunderReport = "funder_report",
    }
}

impl ObjectKind {
    /// Whether strangers may read objects of this kind in a public programme: only then can a document of one be public.
    #[must_use]
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::FunderReport)
    }
}

/// An object that a document is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Attachment {
    /// What it is.
    pub kind: ObjectKind,
    /// Which.
    pub id: Uuid,
}

/// What a document says of itself, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentContent {
    /// Its title.
    pub title: LocalisedText,
    /// What is in it; may be empty.
    pub description: LocalisedText,
    /// What it is.
    pub kind: DocumentKind,
    /// The language it is written in, a tag of BCP 47.
    pub language: Option<String>,
    /// Who may read it.
    pub visibility: DocumentVisibility,
    /// The day it bears.
    pub dated_on: Option<NaiveDate>,
    /// What it is attached to, without repetition.
    pub attached_to: Vec<Attachment>,
}

/// Who reads documents of a programme, and so which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Everybody: what is public.
    Public,
    /// A member: what members may read, and what the member has added.
    Member {
        /// The account.
        user: UserId,
        /// The organisation for which the member acts: documents that it added are its own.
        partner: Option<PartnerId>,
        /// Whether of the money of others nothing may be seen.
        own_share_only: bool,
    },
    /// Whoever runs the programme or keeps its money: everything.
    Team,
}

impl Reader {
    /// What the caller is in a programme that it sees in a view.
    #[must_use]
    pub fn of(caller: &Caller, scope: Scope, view: View) -> Self {
        let (Some(actor), Scope::Programme { id, public }, View::Member) = (caller.actor(), scope, view) else {
            return Self::Public;
        };
        let role = caller.membership(id).map(|membership| membership.role);
        if actor.administrator || matches!(role, Some(MemberRole::Coordinator | MemberRole::BudgetOfficer)) {
            return Self::Team;
        }
        let partner = caller.bound_partner(id);
        Self::Member {
            user: actor.user,
            partner,
            own_share_only: partner.is_some() && !public,
        }
    }

    /// Whether the reader may change a document that was added by an account, for an organisation.
    #[must_use]
    pub fn may_change(self, created_by: Option<UserId>, added_for: Option<PartnerId>) -> bool {
        match self {
            Self::Public => false,
            Self::Team => true,
            Self::Member { user, partner, .. } => {
                created_by == Some(user) || (partner.is_some() && partner == added_for)
            }
        }
    }
}

/// Checks what a document is attached to: not too much, nothing twice.
///
/// # Errors
/// `too_many`, `duplicate`.
pub fn check_attached(pointer: &str, attached: &[Attachment]) -> Result<(), Faults> {
    let mut faults = Faults::new();
    if attached.len() > ATTACHED_MAX {
        let detail = format!("A document is attached to at most {ATTACHED_MAX} objects.");
        faults.add(Code::TooMany, pointer, detail);
    }
    for (n, one) in attached.iter().enumerate() {
        if attached.iter().take(n).any(|before| before == one) {
            faults.add(
                Code::Duplicate,
                format!("{pointer}/{n}"),
                "This object stands further up already.",
            );
        }
    }
    faults.finish(Some(()))
}

/// Checks that a document is no more public than what it is attached to.
///
/// # Errors
/// `visibility_too_wide`.
pub fn check_visibility(pointer: &str, visibility: DocumentVisibility, attached: &[Attachment]) -> Result<(), Fault> {
    let hidden = attached.iter().find(|one| !one.kind.is_public());
    match (visibility, hidden) {
        (DocumentVisibility::Public, Some(one)) => {
            let detail = format!("It is attached to a {}, which the public does not see.", one.kind);
            Err(Fault::new(Code::VisibilityTooWide, pointer, detail).with("kind", one.kind.as_str()))
        }
        _ => Ok(()),
    }
}

/// Checks that a document may be deleted: what a movement names as its evidence stays.
///
/// # Errors
/// `document_is_evidence`.
pub fn check_deletable(is_evidence: bool) -> Result<(), DomainError> {
    if !is_evidence {
        return Ok(());
    }
    let detail = "A movement of the ledger names this document as its evidence; the accounts keep it.";
    Err(DomainError::new(Code::DocumentIsEvidence, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(kind: ObjectKind, id: u128) -> Attachment {
        Attachment {
            kind,
            id: Uuid::from_u128(id),
        }
    }

    #[test]
    fn a_document_is_no_more_public_than_its_object() {
        let (public, report) = (on(ObjectKind::Budget, 1), on(ObjectKind::FunderReport, 2));
        assert!(check_visibility("/visibility", DocumentVisibility::Public, &[public]).is_ok());
        assert!(check_visibility("/visibility", DocumentVisibility::Members, &[public, report]).is_ok());
        let refused = check_visibility("/visibility", DocumentVisibility::Public, &[public, report]).unwrap_err();
        assert_eq!(refused.code, Code::VisibilityTooWide);
    }

    #[test]
    fn nothing_is_attached_twice() {
        let (one, other) = (on(ObjectKind::Budget, 1), on(ObjectKind::Line, 1));
        assert!(check_attached("/attached_to", &[one, other]).is_ok());
        let faults = check_attached("/attached_to", &[one, other, one]).unwrap_err();
        let at: Vec<_> = faults
            .0
            .iter()
            .map(|fault| (fault.pointer.as_str(), fault.code))
            .collect();
        assert_eq!(at, [("/attached_to/2", Code::Duplicate)]);
    }
}
