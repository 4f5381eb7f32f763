//! The table of permissions: every operation of the API, and the roles that may do it.

use super::Role::{self, *};

const ANYONE: &[Role] = &[
    Stranger,
    SignedIn,
    Observer,
    Partner,
    BudgetOfficer,
    Coordinator,
    Organiser,
    Administrator,
];
const SIGNED_IN: &[Role] = &[
    SignedIn,
    Observer,
    Partner,
    BudgetOfficer,
    Coordinator,
    Organiser,
    Administrator,
];
const MEMBERS: &[Role] = &[Observer, Partner, BudgetOfficer, Coordinator, Administrator];
const MONEY: &[Role] = &[BudgetOfficer, Coordinator, Administrator];
const MONEY_AND_PARTNER: &[Role] = &[Partner, BudgetOfficer, Coordinator, Administrator];
const LEAD_AND_PARTNER: &[Role] = &[Partner, Coordinator, Administrator];
const LEAD: &[Role] = &[Coordinator, Administrator];
const FOUNDERS: &[Role] = &[Coordinator, Organiser, Administrator];
const ADMINISTRATOR: &[Role] = &[Administrator];

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $roles:expr;)+) => {
        /// Everything the API can do, by the name it has in the OpenAPI document, the handlers and the store.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation { $($(#[doc = $doc])+ $variant,)+ }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Operation] = &[$(Operation::$variant,)+];

            /// The operationId.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Operation::$variant => $text,)+ } }

            /// The roles that may do it.
            #[must_use]
            pub const fn roles(self) -> &'static [Role] { match self { $(Operation::$variant => $roles,)+ } }

            /// The operation with this operationId.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some(Operation::$variant),)+ _ => None } }
        }

        impl std::fmt::Display for Operation {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

operations! {
    /// Sign in with e-mail and password.
    Login = "login", ANYONE;
    /// Renew the access token with the refresh cookie.
    Refresh = "refresh", ANYONE;
    /// End this session.
    Logout = "logout", ANYONE;
    /// End all sessions of the account.
    LogoutEverywhere = "logout_everywhere", SIGNED_IN;
    /// Read one's own account and programmes.
    GetMe = "get_me", SIGNED_IN;
    /// Change one's own name and language.
    UpdateMe = "update_me", SIGNED_IN;
    /// Change one's own password, which ends all other sessions.
    ChangePassword = "change_password", SIGNED_IN;
    /// Read everything that is known about oneself.
    ExportMyPersonalData = "export_my_personal_data", SIGNED_IN;
    /// Read everything that is known about the person of an account.
    ExportPersonalData = "export_personal_data", ADMINISTRATOR;
    /// Read everything that is known about a person with an e-mail address, also without an account.
    FindPersonalData = "find_personal_data", ADMINISTRATOR;
    /// Erase what is known under an e-mail address that no account has.
    ErasePersonalData = "erase_personal_data", ADMINISTRATOR;
    /// Erase the person of an account; a pseudonym stays.
    EraseUser = "erase_user", ADMINISTRATOR;
    /// List the accounts.
    ListUsers = "list_users", ADMINISTRATOR;
    /// Disable or enable an account, or change its platform rights.
    UpdateUser = "update_user", ADMINISTRATOR;
    /// Invite somebody to the platform.
    CreateInvitation = "create_invitation", ADMINISTRATOR;
    /// List invitations to the platform.
    ListInvitations = "list_invitations", ADMINISTRATOR;
    /// Withdraw an invitation to the platform.
    RevokeInvitation = "revoke_invitation", ADMINISTRATOR;
    /// Take an invitation up: makes the account, or adds the membership to it.
    AcceptInvitation = "accept_invitation", ANYONE;

    /// List the members of a programme.
    ListMembers = "list_members", MEMBERS;
    /// Change the role of a member.
    UpdateMember = "update_member", LEAD;
    /// End a membership.
    ArchiveMember = "archive_member", LEAD;
    /// Invite somebody into a programme.
    CreateProgrammeInvitation = "create_programme_invitation", LEAD;
    /// List the invitations into a programme.
    ListProgrammeInvitations = "list_programme_invitations", LEAD;
    /// Withdraw an invitation into a programme.
    RevokeProgrammeInvitation = "revoke_programme_invitation", LEAD;

    /// List the templates.
    ListTemplates = "list_templates", ANYONE;
    /// Read a template.
    GetTemplate = "get_template", ANYONE;
    /// Add a template of one's own.
    CreateTemplate = "create_template", FOUNDERS;
    /// Change a template of one's own.
    UpdateTemplate = "update_template", FOUNDERS;
    /// Withdraw a template of one's own.
    ArchiveTemplate = "archive_template", FOUNDERS;

    /// List the programmes that one may see.
    ListProgrammes = "list_programmes", ANYONE;
    /// Read a programme.
    GetProgramme = "get_programme", ANYONE;
    /// Set a programme up from a template.
    CreateProgramme = "create_programme", FOUNDERS;
    /// Change a programme.
    UpdateProgramme = "update_programme", LEAD;
    /// Open a draft to its partners.
    OpenProgramme = "open_programme", LEAD;
    /// Start the work of an open programme.
    ActivateProgramme = "activate_programme", LEAD;
    /// Close an active programme.
    CloseProgramme = "close_programme", LEAD;
    /// Archive a draft or a closed programme.
    ArchiveProgramme = "archive_programme", LEAD;
    /// Read the history of a programme.
    ListProgrammeHistory = "list_programme_history", MEMBERS;
    /// Subscribe to the steps of a programme as a calendar.
    GetProgrammeCalendar = "get_programme_calendar", ANYONE;

    /// List places.
    ListPlaces = "list_places", ANYONE;
    /// Read a place.
    GetPlace = "get_place", ANYONE;
    /// Add a place.
    CreatePlace = "create_place", FOUNDERS;
    /// Change a place.
    UpdatePlace = "update_place", FOUNDERS;
    /// Archive a place.
    ArchivePlace = "archive_place", FOUNDERS;

    /// List partners.
    ListPartners = "list_partners", ANYONE;
    /// Read a partner.
    GetPartner = "get_partner", ANYONE;
    /// Add a partner.
    CreatePartner = "create_partner", FOUNDERS;
    /// Change a partner.
    UpdatePartner = "update_partner", FOUNDERS;
    /// Archive a partner.
    ArchivePartner = "archive_partner", FOUNDERS;
    /// List the contacts of a partner: personal data.
    ListContacts = "list_contacts", FOUNDERS;
    /// Add a contact.
    CreateContact = "create_contact", FOUNDERS;
    /// Change a contact.
    UpdateContact = "update_contact", FOUNDERS;
    /// Erase a contact.
    DeleteContact = "delete_contact", FOUNDERS;
    /// List the roles of partners in a programme.
    ListPartnerRoles = "list_partner_roles", ANYONE;
    /// Give a partner a role in a programme.
    CreatePartnerRole = "create_partner_role", LEAD;
    /// End the role of a partner in a programme.
    ArchivePartnerRole = "archive_partner_role", LEAD;

    /// List the participation steps of a programme.
    ListParticipationSteps = "list_participation_steps", ANYONE;
    /// Read a participation step.
    GetParticipationStep = "get_participation_step", ANYONE;
    /// Plan a participation step.
    CreateParticipationStep = "create_participation_step", LEAD;
    /// Change a participation step that is not over.
    UpdateParticipationStep = "update_participation_step", LEAD;
    /// Open a planned step.
    OpenParticipationStep = "open_participation_step", LEAD;
    /// Close an open step with its outcome.
    CloseParticipationStep = "close_participation_step", LEAD;
    /// Cancel a step that is planned or open.
    CancelParticipationStep = "cancel_participation_step", LEAD;
    /// Annul a closed step, on record.
    AnnulParticipationStep = "annul_participation_step", LEAD;

    /// List the bodies of a programme.
    ListBodies = "list_bodies", ANYONE;
    /// Read a body.
    GetBody = "get_body", ANYONE;
    /// Create a body.
    CreateBody = "create_body", LEAD;
    /// Change a body.
    UpdateBody = "update_body", LEAD;
    /// Archive a body.
    ArchiveBody = "archive_body", LEAD;
    /// Read who sits in a body on a day, and which seats are vacant.
    GetBodyComposition = "get_body_composition", ANYONE;
    /// List the mandates in a body.
    ListMandates = "list_mandates", ANYONE;
    /// Give a seat in a body.
    CreateMandate = "create_mandate", LEAD;
    /// End a mandate, or leave it open.
    UpdateMandate = "update_mandate", LEAD;
    /// List the persons who sit in bodies of a programme: personal data.
    ListBodyPersons = "list_body_persons", LEAD;
    /// Change a person who sits in bodies.
    UpdateBodyPerson = "update_body_person", LEAD;
    /// Erase a person who sits in bodies; the seats stay under a pseudonym.
    EraseBodyPerson = "erase_body_person", LEAD;
    /// List the draws for the seats of a body.
    ListDraws = "list_draws", ANYONE;
    /// Read a draw, with everything that a stranger needs to draw the same.
    GetDraw = "get_draw", ANYONE;
    /// Read the published list of a draw, byte by byte.
    GetDrawList = "get_draw_list", ANYONE;
    /// Prepare a draw and announce the source of its seed.
    CreateDraw = "create_draw", LEAD;
    /// List the candidates of a draw with their identities: personal data.
    ListDrawCandidates = "list_draw_candidates", LEAD;
    /// Put a candidate on the list of a draw.
    AddDrawCandidate = "add_draw_candidate", LEAD;
    /// Take a candidate off a list that is not fixed.
    RemoveDrawCandidate = "remove_draw_candidate", LEAD;
    /// Erase who a candidate is; the public list stays.
    EraseDrawIdentity = "erase_draw_identity", LEAD;
    /// Fix the list of a draw and publish its hash.
    FixDraw = "fix_draw", LEAD;
    /// Record the seed once it is born, and draw the lots.
    DrawLots = "draw_lots", LEAD;
    /// Record that somebody refuses a seat, or gives it up.
    RecordDrawRefusal = "record_draw_refusal", LEAD;
    /// Give those who were drawn their mandates.
    SeatDrawn = "seat_drawn", LEAD;
    /// List the meetings of a body.
    ListBodyMeetings = "list_body_meetings", ANYONE;
    /// Read a meeting with its decisions.
    GetBodyMeeting = "get_body_meeting", ANYONE;
    /// Convene a meeting.
    CreateBodyMeeting = "create_body_meeting", LEAD;
    /// Change a meeting that is convened.
    UpdateBodyMeeting = "update_body_meeting", LEAD;
    /// Record who came to a meeting, which is thereby held.
    HoldBodyMeeting = "hold_body_meeting", LEAD;
    /// Cancel a meeting that is convened.
    CancelBodyMeeting = "cancel_body_meeting", LEAD;
    /// Write the minutes of a meeting that was held.
    RecordBodyMinutes = "record_body_minutes", LEAD;
    /// List the decisions of the bodies of a programme.
    ListBodyDecisions = "list_body_decisions", ANYONE;
    /// Record a decision of a meeting, with its vote.
    CreateBodyDecision = "create_body_decision", LEAD;
    /// Find a decision void, on record.
    AnnulBodyDecision = "annul_body_decision", LEAD;
    /// List the agreements of a programme.
    ListAgreements = "list_agreements", ANYONE;
    /// Read an agreement.
    GetAgreement = "get_agreement", ANYONE;
    /// Write the draft of an agreement.
    CreateAgreement = "create_agreement", LEAD;
    /// Change the draft of an agreement.
    UpdateAgreement = "update_agreement", LEAD;
    /// Delete the draft of an agreement.
    DeleteAgreement = "delete_agreement", LEAD;
    /// Open an agreement for signature.
    OpenAgreement = "open_agreement", LEAD;
    /// Take an agreement that nobody has signed back.
    WithdrawAgreement = "withdraw_agreement", LEAD;
    /// Record a party's own decision to sign an agreement.
    AuthoriseAgreement = "authorise_agreement", LEAD_AND_PARTNER;
    /// Sign an agreement for a party.
    SignAgreement = "sign_agreement", LEAD_AND_PARTNER;
    /// Record that the others were told of what one party signed alone.
    NotifyAgreement = "notify_agreement", LEAD;
    /// End an agreement before its end.
    TerminateAgreement = "terminate_agreement", LEAD;
    /// Read what an agreement says as of a day.
    GetConsolidatedAgreement = "get_consolidated_agreement", ANYONE;
    /// Compare what an agreement says on two days.
    CompareAgreement = "compare_agreement", ANYONE;
    /// Write the draft of an amendment.
    CreateAmendment = "create_amendment", LEAD;
    /// Change the draft of an amendment.
    UpdateAmendment = "update_amendment", LEAD;
    /// Open an amendment for signature, or adopt what law or order says.
    OpenAmendment = "open_amendment", LEAD;
    /// Record a party's own decision to sign an amendment.
    AuthoriseAmendment = "authorise_amendment", LEAD_AND_PARTNER;
    /// Sign an amendment for a party.
    SignAmendment = "sign_amendment", LEAD_AND_PARTNER;
    /// Give up an amendment that is not adopted.
    WithdrawAmendment = "withdraw_amendment", LEAD;
    /// List what the agreements of a programme ask somebody to look at.
    ListAgreementAlarms = "list_agreement_alarms", MEMBERS;
    /// List what the agreements of a programme oblige to by when.
    ListObligations = "list_obligations", MEMBERS;
    /// Read an obligation.
    GetObligation = "get_obligation", MEMBERS;
    /// Record an obligation of an agreement.
    CreateObligation = "create_obligation", LEAD;
    /// Change an obligation.
    UpdateObligation = "update_obligation", LEAD;
    /// Archive an obligation that is not owed after all.
    ArchiveObligation = "archive_obligation", LEAD;
    /// Record that an obligation was met.
    MeetObligation = "meet_obligation", LEAD_AND_PARTNER;

    /// List the budgets of a programme.
    ListBudgets = "list_budgets", ANYONE;
    /// Read a budget.
    GetBudget = "get_budget", ANYONE;
    /// Add a budget.
    CreateBudget = "create_budget", MONEY;
    /// Change a budget.
    UpdateBudget = "update_budget", MONEY;
    /// List the lines of a budget with the grants on them.
    ListBudgetLines = "list_budget_lines", ANYONE;
    /// Read a line.
    GetBudgetLine = "get_budget_line", ANYONE;
    /// Add a line.
    CreateBudgetLine = "create_budget_line", MONEY;
    /// Change a line, or revise the plan of its grants.
    UpdateBudgetLine = "update_budget_line", MONEY;
    /// List the grants of a budget.
    ListGrants = "list_grants", ANYONE;
    /// Read a grant.
    GetGrant = "get_grant", ANYONE;
    /// Record a grant over one or more lines.
    CreateGrant = "create_grant", MONEY;
    /// Change what a grant says of itself.
    UpdateGrant = "update_grant", MONEY;
    /// Record that a funder withdraws from a grant.
    WithdrawGrant = "withdraw_grant", MONEY;
    /// Read the financing plan of a budget, as it stands or as it stood in a version.
    GetPlan = "get_plan", ANYONE;
    /// Change cells of a plan as one revision.
    UpdatePlan = "update_plan", MONEY;
    /// Try lines, grants and cells out without writing anything.
    SimulatePlan = "simulate_plan", MEMBERS;
    /// Submit a plan: its version and its rates are frozen.
    SubmitPlan = "submit_plan", MONEY;
    /// Copy the lines of a year with what is planned on them.
    CopyPlanYear = "copy_plan_year", MONEY;
    /// List the versions of a plan.
    ListPlanVersions = "list_plan_versions", ANYONE;
    /// Compare two versions of a plan, cell by cell.
    ComparePlanVersions = "compare_plan_versions", ANYONE;
    /// List the movements of a budget.
    ListMovements = "list_movements", ANYONE;
    /// Read a movement.
    GetMovement = "get_movement", ANYONE;
    /// Post a movement.
    CreateMovement = "create_movement", MONEY_AND_PARTNER;
    /// Reverse a movement.
    ReverseMovement = "reverse_movement", MONEY;
    /// Reverse a movement and post its replacement in one step.
    CorrectMovement = "correct_movement", MONEY;
    /// List the years of a budget: closed or open, and what is open in them.
    ListBudgetYears = "list_budget_years", MEMBERS;
    /// Close a year of a budget.
    CloseBudgetYear = "close_budget_year", MONEY;
    /// Open a closed year again, on record.
    ReopenBudgetYear = "reopen_budget_year", ADMINISTRATOR;
    /// List the tranches of a grant with the state of their conditions.
    ListTranches = "list_tranches", ANYONE;
    /// Read a tranche with the state of its conditions.
    GetTranche = "get_tranche", ANYONE;
    /// Add a tranche to a grant in instalments.
    CreateTranche = "create_tranche", MONEY;
    /// Change a tranche that is not released.
    UpdateTranche = "update_tranche", MONEY;
    /// Archive a tranche that is not released.
    ArchiveTranche = "archive_tranche", MONEY;
    /// Release a tranche whose conditions are met.
    ReleaseTranche = "release_tranche", MONEY;
    /// Split a tranche into parts.
    SplitTranche = "split_tranche", MONEY;
    /// List the measures of progress of a line.
    ListProgress = "list_progress", ANYONE;
    /// Read a measure of progress.
    GetProgress = "get_progress", ANYONE;
    /// Record how far a line has come.
    RecordProgress = "record_progress", MONEY;
    /// Countersign a measure of progress for a partner.
    CountersignProgress = "countersign_progress", LEAD_AND_PARTNER;
    /// List the reports that are owed to the funder of a grant.
    ListFunderReports = "list_funder_reports", MEMBERS;
    /// Read a report that is owed to a funder.
    GetFunderReport = "get_funder_report", MEMBERS;
    /// Record a report that is owed to a funder.
    CreateFunderReport = "create_funder_report", MONEY;
    /// Change a report that is not accepted.
    UpdateFunderReport = "update_funder_report", MONEY;
    /// Archive a report that is not owed after all.
    ArchiveFunderReport = "archive_funder_report", MONEY;
    /// Hand a report in.
    SubmitFunderReport = "submit_funder_report", MONEY;
    /// Record that the funder accepted a report.
    AcceptFunderReport = "accept_funder_report", MONEY;
    /// Record that the funder sent a report back.
    ReturnFunderReport = "return_funder_report", MONEY;
    /// List what the money of a programme asks somebody to look at.
    ListAlerts = "list_alerts", MEMBERS;
    /// Approve a movement that somebody else recorded.
    ApproveMovement = "approve_movement", MONEY;
    /// Refuse a movement that somebody else recorded.
    RefuseMovement = "refuse_movement", MONEY;
    /// Read what is still due on a grant.
    GetSettlement = "get_settlement", ANYONE;
    /// Read the balances of a budget.
    GetBalances = "get_balances", ANYONE;
    /// Read the balances of all budgets of a programme.
    GetProgrammeBalances = "get_programme_balances", ANYONE;
    /// Read the balances of a budget month by month.
    GetBalanceSeries = "get_balance_series", ANYONE;
    /// Read the balances of all budgets of a programme month by month.
    GetProgrammeBalanceSeries = "get_programme_balance_series", ANYONE;
    /// Read the realised differences of exchange of a budget.
    GetExchangeDifferences = "get_exchange_differences", ANYONE;
    /// List the exchange rates that hold in a programme.
    ListRates = "list_rates", ANYONE;
    /// Record an exchange rate for a programme.
    CreateRate = "create_rate", MONEY;
    /// Record the exchange rates of a file for a programme.
    ImportRates = "import_rates", MONEY;
    /// Read an exchange rate.
    GetRate = "get_rate", ANYONE;
    /// List the exchange rates of the platform.
    ListPlatformRates = "list_platform_rates", ANYONE;
    /// Record an exchange rate for all programmes.
    CreatePlatformRate = "create_platform_rate", ADMINISTRATOR;
    /// List what the funders of a programme ask of conversions.
    ListRatePolicies = "list_rate_policies", ANYONE;
    /// Read what a funder asks of conversions.
    GetRatePolicy = "get_rate_policy", ANYONE;
    /// Record what a funder asks of conversions.
    CreateRatePolicy = "create_rate_policy", MONEY;
    /// Change what a funder asks of conversions.
    UpdateRatePolicy = "update_rate_policy", MONEY;
    /// List the statements that were reconciled with a budget.
    ListReconciliations = "list_reconciliations", MONEY;
    /// Read a statement that was reconciled.
    GetReconciliation = "get_reconciliation", MONEY;
    /// Reconcile a statement of the accounts or the bank with a budget.
    CreateReconciliation = "create_reconciliation", MONEY;
    /// Take a statement back with all that was matched with it.
    DeleteReconciliation = "delete_reconciliation", MONEY;
    /// List the rows of a statement with their movements.
    ListReconciliationRows = "list_reconciliation_rows", MONEY;
    /// Say which movements a row of a statement stands for, or why it has none.
    UpdateReconciliationRow = "update_reconciliation_row", MONEY;
    /// Take the rows of a statement away as a table, each with its movements.
    ExportReconciliation = "export_reconciliation", MONEY;
    /// List the movements that a statement lacks.
    ListMissingMovements = "list_missing_movements", MONEY;
    /// Take the ledger of a budget away as a table.
    ExportMovements = "export_movements", ANYONE;
    /// Take the plan of a budget away as a table.
    ExportBudgetLines = "export_budget_lines", ANYONE;
    /// Take the balances of a budget away as a table.
    ExportBalances = "export_balances", ANYONE;
    /// Take the balances of all budgets of a programme away as a table.
    ExportProgrammeBalances = "export_programme_balances", ANYONE;

    /// Send a file that a document will take up.
    CreateUpload = "create_upload", MONEY_AND_PARTNER;
    /// Read what is known of a file that one has sent.
    GetUpload = "get_upload", MONEY_AND_PARTNER;
    /// List the documents of a programme.
    ListDocuments = "list_documents", ANYONE;
    /// Read a document.
    GetDocument = "get_document", ANYONE;
    /// Make a document of a file that was sent.
    CreateDocument = "create_document", MONEY_AND_PARTNER;
    /// Change what a document says of itself, or what it is attached to.
    UpdateDocument = "update_document", MONEY_AND_PARTNER;
    /// Delete a document that is no evidence.
    DeleteDocument = "delete_document", MONEY_AND_PARTNER;
    /// List the versions of a document.
    ListDocumentVersions = "list_document_versions", ANYONE;
    /// Add a version to a document.
    CreateDocumentVersion = "create_document_version", MONEY_AND_PARTNER;
    /// Take the content of a document away.
    DownloadDocument = "download_document", ANYONE;
}
