//! Identifiers: a type each, so that one can never stand for another. They are UUIDv7 made by the application.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
        impl From<$name> for Uuid { fn from(id: $name) -> Self { id.0 } }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
    )+};
}

ids! {
    /// Of an account.
    UserId;
    /// Of a session: one sign-in and the chain of refresh tokens that came of it.
    SessionId;
    /// Of an invitation.
    InvitationId;
    /// Of the membership of a user in a programme.
    MemberId;
    /// Of a programme template.
    TemplateId;
    /// Of a programme.
    ProgrammeId;
    /// Of a place.
    PlaceId;
    /// Of a partner: an organisation.
    PartnerId;
    /// Of a contact of a partner.
    ContactId;
    /// Of the role of a partner in a programme.
    PartnerRoleId;
    /// Of a participation step.
    StepId;
    /// Of a budget.
    BudgetId;
    /// Of a line of a budget.
    LineId;
    /// Of a grant: one decision of one funder.
    GrantId;
    /// Of a version of the plan of a budget.
    PlanVersionId;
    /// Of a movement of the ledger.
    MovementId;
    /// Of a tranche of a grant.
    TrancheId;
    /// Of a measure of progress.
    ProgressId;
    /// Of a report owed to a funder.
    FunderReportId;
    /// Of an exchange rate.
    RateId;
    /// Of what a funder asks of conversions in a programme.
    RatePolicyId;
    /// Of an agreement.
    AgreementId;
    /// Of an amendment of an agreement.
    AmendmentId;
    /// Of an obligation of an agreement.
    ObligationId;
    /// Of a body.
    BodyId;
    /// Of a person who sits in bodies.
    PersonId;
    /// Of a mandate in a body.
    MandateId;
    /// Of a meeting of a body.
    MeetingId;
    /// Of a decision of a body.
    DecisionId;
    /// Of a drawing of lots.
    DrawId;
    /// Of a statement that was reconciled.
    ReconciliationId;
    /// Of a row of such a statement.
    ReconciliationRowId;
    /// Of a document.
    DocumentId;
    /// Of a version of a document.
    DocumentVersionId;
    /// Of a file: what was uploaded, whether a document took it up or not.
    FileId;
    /// Of an event.
    EventId;
}
