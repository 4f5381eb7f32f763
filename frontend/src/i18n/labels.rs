//! Words for the closed lists of the domain.

use parvis_domain::accounts::MemberRole;
use parvis_domain::budgets::balances::RollUp;
use parvis_domain::budgets::rates::RatePolicy;
use parvis_domain::budgets::reconciliation::{RowOutcome, StatementSource};
use parvis_domain::budgets::{MovementKind, MovementStatus, PaymentMode};
use parvis_domain::documents::{DocumentKind, DocumentVisibility, ObjectKind};
use parvis_domain::participation::{Impact, Scale, StepKind, StepStatus};
use parvis_domain::partners::{PartnerKind, PartnerRoleKind};
use parvis_domain::programmes::{ProgrammeStatus, Visibility};

use super::{I18n, say};

macro_rules! labels {
    ($($(#[doc = $doc:literal])+ $name:ident($type:ident, $area:ident) { $($variant:ident = $key:ident,)+ })+) => {$(
        $(#[doc = $doc])+
        pub fn $name(i18n: I18n, value: $type) -> &'static str {
            match value { $($type::$variant => say!(i18n, $area.$key),)+ }
        }
    )+};
}

labels! {
    /// What became of a row of a statement.
    row_outcome(RowOutcome, row_outcome) {
        Matched = matched,
        Differs = differs,
        Ambiguous = ambiguous,
        Unmatched = unmatched,
        Explained = explained,
    }

    /// Where a statement comes from.
    statement_source(StatementSource, statement_source) {
        Bank = bank,
        Accounts = accounts,
    }

    /// The state of a programme.
    programme_status(ProgrammeStatus, status_programme) {
        Draft = draft,
        Open = open,
        Active = active,
        Closed = closed,
        Archived = archived,
    }

    /// What a document is.
    document_kind(DocumentKind, document_kind) {
        Agreement = agreement,
        Amendment = amendment,
        Decision = decision,
        Minutes = minutes,
        Report = report,
        Plan = plan,
        Invoice = invoice,
        Payment = payment,
        Attendance = attendance,
        Study = study,
        Map = map,
        Photo = photo,
        Letter = letter,
        Other = other,
    }

    /// Who may read a document.
    document_visibility(DocumentVisibility, document_visibility) {
        Public = public,
        Members = members,
        Team = team,
    }

    /// What a document is attached to.
    object_kind(ObjectKind, object_kind) {
        Programme = programme,
        Partner = partner,
        ParticipationStep = participation_step,
        Budget = budget,
        Line = line,
        Grant = grant,
        Movement = movement,
        Tranche = tranche,
        Progress = progress,
        FunderReport = funder_report,
    }

    /// Who may read a programme.
    visibility(Visibility, visibility) {
        Private = private,
        Public = public,
    }

    /// The state of a step.
    step_status(StepStatus, status_step) {
        Planned = planned,
        Open = open,
        Closed = closed,
        Cancelled = cancelled,
        Annulled = annulled,
    }

    /// The kind of a step.
    step_kind(StepKind, step_kind) {
        Diagnostic = diagnostic,
        SpaceOfDialogue = space_of_dialogue,
        Consultation = consultation,
        Workshop = workshop,
        CoTraining = co_training,
        Call = call,
        Assembly = assembly,
        Vote = vote,
        Decision = decision,
        Works = works,
        PublicAccount = public_account,
    }

    /// The scale of a question.
    scale(Scale, scale) {
        Building = building,
        Neighbourhood = neighbourhood,
        City = city,
    }

    /// The weight of an answer.
    impact(Impact, impact) {
        Inform = inform,
        Consult = consult,
        CoDecide = co_decide,
    }

    /// The kind of an organisation.
    partner_kind(PartnerKind, partner_kind) {
        State = state,
        Municipality = municipality,
        Intercommunality = intercommunality,
        Department = department,
        Region = region,
        PublicBody = public_body,
        SocialLandlord = social_landlord,
        Association = association,
        InhabitantsGroup = inhabitants_group,
        Ngo = ngo,
        University = university,
        Funder = funder,
        InternationalOrganisation = international_organisation,
        Company = company,
    }

    /// The role of a partner.
    partner_role(PartnerRoleKind, partner_role) {
        Funding = funding,
        Accountable = accountable,
        Extending = extending,
        Implementing = implementing,
        Signatory = signatory,
        Beneficiary = beneficiary,
        Observer = observer,
    }

    /// The role of a member.
    member_role(MemberRole, member_role) {
        Coordinator = coordinator,
        BudgetOfficer = budget_officer,
        Partner = partner,
        Observer = observer,
    }

    /// The kind of a movement.
    movement_kind(MovementKind, movement_kind) {
        Pledge = pledge,
        Commitment = commitment,
        Decommitment = decommitment,
        Disbursement = disbursement,
        Expenditure = expenditure,
        Repayment = repayment,
        InKind = in_kind,
        Justification = justification,
        Transfer = transfer,
    }

    /// Whether a movement counts.
    movement_status(MovementStatus, movement_status) {
        Pending = pending,
        Approved = approved,
        Refused = refused,
    }

    /// How a grant is paid.
    payment_mode(PaymentMode, payment_mode) {
        Advance = advance,
        Instalments = instalments,
        Reimbursement = reimbursement,
        Direct = direct,
    }

    /// What balances are rolled up by.
    roll_up(RollUp, balances) {
        Line = line,
        Category = category,
        Axis = axis,
        Year = year,
        Funder = funder,
        Partner = partner,
        Budget = budget,
        Programme = programme,
    }

    /// At which rates a funder wants its money converted.
    rate_policy(RatePolicy, rate_policy) {
        Exchange = exchange,
        Monthly = monthly,
        Average = average,
    }
}
