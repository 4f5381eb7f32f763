//! What a rule says when it refuses.
//!
//! A [`Code`] is stable: integrations branch on it, translations hang on it, and it is documented at the `type` of
//! every problem. A [`Fault`] is one thing that is wrong, with a JSON pointer to where; [`Faults`] gathers them all, so
//! that a person who sends a form learns everything at once.

use std::collections::BTreeMap;

/// Which family of answer a code belongs to; the API turns it into an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// The request cannot be read (400).
    Malformed,
    /// Nobody is signed in, or the proof is no longer good (401).
    Unauthenticated,
    /// Signed in and allowed to see, but not to do this (403).
    Forbidden,
    /// It does not exist, or may not be seen (404).
    NotFound,
    /// The method is not one of this address (405).
    MethodNotAllowed,
    /// The state of what is there forbids it (409).
    Conflict,
    /// The version that the client read is no longer the current one (412).
    Stale,
    /// Larger than the limit (413).
    TooLarge,
    /// A body of a type that is not read here (415).
    UnsupportedMedia,
    /// A part of a file is asked for that it does not have (416).
    RangeMissed,
    /// It can be read, and breaks a rule (422).
    Refused,
    /// A condition is demanded and missing (428).
    ConditionMissing,
    /// Too many requests (429).
    TooMany,
    /// A fault of ours (500).
    Internal,
    /// For the moment not possible (503).
    Unavailable,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $family:ident, $title:literal;)+) => {
        /// The closed list of codes. Adding one is an addition to the API; changing one breaks it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The stable text of the code, as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Code::$variant => $text,)+ } }

            /// A short title in English.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Code::$variant => $title,)+ } }

            /// The family, from which the status follows.
            #[must_use]
            pub const fn family(self) -> Family { match self { $(Code::$variant => Family::$family,)+ } }

            /// What the code means and what to do about it, for the documentation.
            #[must_use]
            pub const fn explanation(self) -> &'static str { match self { $(Code::$variant => concat!($($doc,)+),)+ } }

            /// The code whose text this is.
            #[must_use]
            pub fn parse(text: &str) -> Option<Code> { match text { $($text => Some(Code::$variant),)+ _ => None } }
        }
    };
}

codes! {
    /// The body is not JSON, ends too early, or holds a character that no text may hold.
    BodyMalformed = "body_malformed", Malformed, "The body cannot be read";
    /// A value has the wrong JSON type, or is none of the values listed in the document.
    TypeMismatch = "type_mismatch", Malformed, "A value has the wrong type";
    /// A field that this operation does not know. Nothing is ignored silently.
    FieldUnknown = "field_unknown", Malformed, "A field is unknown";
    /// A field that must be there is not.
    FieldMissing = "field_missing", Malformed, "A field is missing";
    /// A parameter of the query or a header cannot be read.
    ParameterInvalid = "parameter_invalid", Malformed, "A parameter cannot be read";
    /// The identifier in the address is not a UUID.
    IdMalformed = "id_malformed", Malformed, "An identifier cannot be read";
    /// The cursor belongs to another list, filter, order or instance. Start again without a cursor.
    CursorInvalid = "cursor_invalid", Malformed, "The cursor does not fit";
    /// The Idempotency-Key is empty, too long, or holds other than visible ASCII.
    IdempotencyKeyInvalid = "idempotency_key_invalid", Malformed, "The idempotency key cannot be read";
    /// No access token was sent, and the operation needs one.
    AuthenticationRequired = "authentication_required", Unauthenticated, "Signing in is required";
    /// The access token is malformed, expired, signed by another, or its session has ended.
    TokenInvalid = "token_invalid", Unauthenticated, "The access token is not valid";
    /// E-mail address or password is wrong, or the account is disabled. The answer is the same for all of them.
    CredentialsInvalid = "credentials_invalid", Unauthenticated, "The credentials are not valid";
    /// The refresh token is unknown, expired, or was used before; in the last case its whole family has ended.
    RefreshInvalid = "refresh_invalid", Unauthenticated, "The session cannot be renewed";
    /// You may see this but not do this; the detail names the permission.
    PermissionDenied = "permission_denied", Forbidden, "Permission denied";
    /// It does not exist, or you may not see it.
    NotFound = "not_found", NotFound, "Not found";
    /// The address exists, but not for this method; `Allow` lists those that do.
    MethodNotAllowed = "method_not_allowed", MethodNotAllowed, "Method not allowed";
    /// Another object already has this code, name or identifier.
    AlreadyExists = "already_exists", Conflict, "It already exists";
    /// The state does not allow this transition; the detail names the state and what is possible from it.
    TransitionRefused = "transition_refused", Conflict, "The state does not allow this";
    /// Something still refers to it.
    InUse = "in_use", Conflict, "It is in use";
    /// It has been archived and takes no more changes.
    Archived = "archived", Conflict, "It is archived";
    /// A secret that is shown once was already handed out under this key; `Location` says where the object is.
    AlreadyDone = "already_done", Conflict, "Already done";
    /// The `If-Match` names another version than the current one. Read again, then decide.
    VersionStale = "version_stale", Stale, "Somebody changed it meanwhile";
    /// The body is larger than the limit that the document states.
    BodyTooLarge = "body_too_large", TooLarge, "The body is too large";
    /// The body must be `application/json`, or `application/merge-patch+json` for PATCH.
    MediaTypeUnsupported = "media_type_unsupported", UnsupportedMedia, "The media type is not read here";
    /// Files of this type are not kept, or the content is of no type that can be recognised.
    FileTypeUnsupported = "file_type_unsupported", UnsupportedMedia, "The type of file is not kept";
    /// The file has no such part; `Content-Range` says how long it is.
    RangeNotSatisfiable = "range_not_satisfiable", RangeMissed, "The file has no such part";
    /// PATCH and DELETE need `If-Match` with the version that you read.
    IfMatchRequired = "if_match_required", ConditionMissing, "If-Match is required";
    /// Too many requests; `Retry-After` says when to come back.
    TooManyRequests = "too_many_requests", TooMany, "Too many requests";
    /// Repeated failures to sign in; `Retry-After` says when the next attempt is read.
    SignInSlowedDown = "sign_in_slowed_down", TooMany, "Wait before the next attempt";
    /// A fault on our side. The log has it under the request id.
    Internal = "internal", Internal, "Something went wrong here";
    /// The database or the server is not able to answer now; `Retry-After` says when to try again.
    Unavailable = "unavailable", Unavailable, "Not available for the moment";

    /// One or more values break a rule; `errors` lists them all.
    ValidationFailed = "validation_failed", Refused, "Some values are not accepted";
    /// A value that must not be empty is empty.
    Required = "required", Refused, "A value is required";
    /// The text is longer than allowed.
    TooLong = "too_long", Refused, "The text is too long";
    /// The text is shorter than allowed.
    TooShort = "too_short", Refused, "The text is too short";
    /// The list has more elements than allowed.
    TooMany = "too_many", Refused, "There are too many elements";
    /// The text holds a control character.
    ControlCharacter = "control_character", Refused, "The text holds a control character";
    /// The text does not have the form that is asked for.
    FormatInvalid = "format_invalid", Refused, "The form is not right";
    /// The number lies outside the allowed range.
    OutOfRange = "out_of_range", Refused, "The number is out of range";
    /// The same element stands twice in a list that must not repeat.
    Duplicate = "duplicate", Refused, "An element stands twice";
    /// The value refers to something that does not exist or cannot be used here.
    ReferenceUnknown = "reference_unknown", Refused, "What it refers to is unknown";
    /// The file is no table that can be read: neither CSV nor a workbook, damaged, too long, or without headings.
    FileUnreadable = "file_unreadable", Refused, "The file cannot be read";
    /// A column that was named does not stand in the headings of the file.
    ColumnUnknown = "column_unknown", Refused, "The file has no such column";
    /// The currency is not a code of ISO 4217 in use.
    CurrencyUnknown = "currency_unknown", Refused, "The currency is unknown";
    /// The amount is not a decimal number with exactly the minor digits of its currency.
    AmountInvalid = "amount_invalid", Refused, "The amount is not written rightly";
    /// The amount must be greater than zero.
    AmountNotPositive = "amount_not_positive", Refused, "The amount must be positive";
    /// The amount is larger than 10^14 minor units.
    AmountTooLarge = "amount_too_large", Refused, "The amount is too large";
    /// The amount is in another currency than the grant.
    CurrencyMismatch = "currency_mismatch", Refused, "The currency is another than the grant's";
    /// The rate is not a decimal number greater than zero of at most 18 digits.
    RateInvalid = "rate_invalid", Refused, "The rate is not valid";
    /// A rate leads from one currency to another one, never to itself.
    RateToItself = "rate_to_itself", Refused, "A currency has no rate to itself";
    /// The amount is another than the original at the rate that was named. Leave one of the two out.
    AmountMismatch = "amount_mismatch", Refused, "Amount and rate do not fit";
    /// The date does not exist or is not written as YYYY-MM-DD.
    DateInvalid = "date_invalid", Refused, "The date does not exist";
    /// The end lies before the start.
    PeriodInverted = "period_inverted", Refused, "The end lies before the start";
    /// The date lies in the future, where only what has happened can be recorded.
    DateInFuture = "date_in_future", Refused, "The date lies in the future";
    /// The date lies before the earliest that is possible here.
    DateTooEarly = "date_too_early", Refused, "The date is too early";
    /// The language is not a tag of BCP 47.
    LanguageInvalid = "language_invalid", Refused, "The language is unknown";
    /// The time zone is not a name of the IANA database.
    TimeZoneUnknown = "time_zone_unknown", Refused, "The time zone is unknown";
    /// The country is not a code of ISO 3166.
    CountryUnknown = "country_unknown", Refused, "The country is unknown";
    /// The identifier breaks the rule of its scheme (length, digits or check digit).
    IdentifierInvalid = "identifier_invalid", Refused, "The identifier is not valid";
    /// The contour is not a polygon of WGS 84 that GeoJSON (RFC 7946) allows.
    ContourInvalid = "contour_invalid", Refused, "The contour is not valid";
    /// The password is too easy to guess or too short.
    PasswordWeak = "password_weak", Refused, "The password is too weak";
    /// The password that was given as the present one is another; the session goes on.
    CurrentPasswordWrong = "current_password_wrong", Refused, "This is not the present password";
    /// The e-mail address is not one.
    EmailInvalid = "email_invalid", Refused, "The e-mail address is not valid";
    /// The invitation is unknown, used, withdrawn or expired.
    InvitationInvalid = "invitation_invalid", Refused, "The invitation is not valid";
    /// A partner role of a member must name its organisation, and no other role may.
    PartnerBindingInvalid = "partner_binding_invalid", Refused, "The organisation does not fit the role";
    /// A programme must keep at least one coordinator who can sign in; the detail names the programme.
    LastCoordinator = "last_coordinator", Conflict, "The last coordinator must stay";
    /// The platform must keep at least one administrator who can sign in.
    LastAdministrator = "last_administrator", Conflict, "The last administrator must stay";
    /// A role that the template demands is not filled.
    RoleUnfilled = "role_unfilled", Conflict, "A role is not filled";
    /// Closing a step needs its outcome.
    OutcomeRequired = "outcome_required", Refused, "An outcome is required";
    /// The same Idempotency-Key came before with another body.
    IdempotencyKeyReused = "idempotency_key_reused", Refused, "The idempotency key was used for something else";

    /// The content of the file is of another type than its name or the `Content-Type` says.
    FileTypeMismatch = "file_type_mismatch", Refused, "The file is not what it says";
    /// The file cannot be read to its end: it was cut off or is damaged.
    FileDamaged = "file_damaged", Refused, "The file is damaged";
    /// The file holds script, macros or a password, or becomes far too large when it is unfolded.
    FileUnsafe = "file_unsafe", Refused, "The file is not safe";
    /// The virus scanner found something in the file. Nothing of it was kept.
    FileInfected = "file_infected", Refused, "The file is infected";
    /// The document would be more public than something that it is attached to.
    VisibilityTooWide = "visibility_too_wide", Refused, "More public than what it belongs to";
    /// A movement of the ledger names the document as its evidence.
    DocumentIsEvidence = "document_is_evidence", Conflict, "The document is evidence";

    /// More would be committed than the line's plan, or the grant, allows. The detail names what is available.
    CommittedExceedsAvailable = "committed_exceeds_available", Refused, "More than is available";
    /// More would be disbursed than is committed.
    DisbursedExceedsCommitted = "disbursed_exceeds_committed", Refused, "More than is committed";
    /// More would be spent than is disbursed, which this programme's rules do not allow.
    SpentExceedsDisbursed = "spent_exceeds_disbursed", Refused, "More than is disbursed";
    /// More would be disbursed than was released of a grant in instalments. The detail names what is still to be released.
    DisbursedExceedsReleased = "disbursed_exceeds_released", Refused, "More than is released";
    /// More would be disbursed than is justified, and this grant reimburses costs that were justified.
    DisbursedExceedsJustified = "disbursed_exceeds_justified", Refused, "More than is justified";
    /// More would be justified than was spent.
    JustifiedExceedsSpent = "justified_exceeds_spent", Refused, "More than was spent";
    /// More would be justified than is committed.
    JustifiedExceedsCommitted = "justified_exceeds_committed", Refused, "More than is committed";
    /// The amount is not the product of the quantity and the value of a unit, or of the base and the rate.
    AmountNotTheProduct = "amount_not_the_product", Refused, "The amount is not the product";
    /// A transfer passes from one partner to another: payer and payee are both named, and differ.
    PartiesInvalid = "parties_invalid", Refused, "Payer and payee do not fit";
    /// Where the programme asks for four eyes, whoever recorded a movement does not decide on it.
    SecondPersonRequired = "second_person_required", Forbidden, "A second person decides";
    /// The movement waits for a second person, or was refused: it cannot be reversed or corrected.
    NotApproved = "not_approved", Conflict, "The movement does not count";
    /// The movement does not wait for a second person, or was decided on already.
    NotPending = "not_pending", Conflict, "There is nothing to decide";
    /// The plan would fall below what is committed.
    PlanBelowCommitted = "plan_below_committed", Refused, "The plan would fall below what is committed";
    /// A sum would fall below zero on some day.
    BalanceNegative = "balance_negative", Refused, "A sum would fall below zero";
    /// A co-financing rule is not met, or cannot be determined for want of an exchange rate; the detail says which.
    RuleNotMet = "rule_not_met", Refused, "A rule is not met";
    /// The funder has withdrawn: what it brings can only fall.
    GrantWithdrawn = "grant_withdrawn", Refused, "The funder has withdrawn";
    /// The year has lines already, beside which the copies were not asked to stand.
    YearHasLines = "year_has_lines", Conflict, "The year has lines already";
    /// Cash movements belong to cash grants, in-kind contributions to in-kind grants.
    KindMismatch = "kind_mismatch", Refused, "The kind of movement does not fit the grant";
    /// The accounts of that year are closed: nothing is booked, approved or reversed with a date in it. Take a day in an open year.
    YearClosed = "year_closed", Refused, "The year is closed";
    /// The line is of a plan year that is closed: it takes no new commitment, while what was committed goes on.
    LineYearClosed = "line_year_closed", Refused, "The line's plan year is closed";
    /// Years close in order, the earliest first, and open again in the opposite order.
    YearOutOfOrder = "year_out_of_order", Conflict, "Another year comes first";
    /// A year is closed once it is over.
    YearNotOver = "year_not_over", Conflict, "The year is not over";
    /// Movements booked in the year wait for a second person; approve or refuse them before the year is closed.
    YearHasPending = "year_has_pending", Conflict, "Movements of the year are pending";
    /// The conditions of the tranche are not all met; `errors` has every one that is not, with what is missing.
    TrancheConditionsUnmet = "tranche_conditions_unmet", Refused, "Conditions of the tranche are not met";
    /// The tranches of a grant would add up to more than is granted. The detail names what is left.
    TranchesExceedGranted = "tranches_exceed_granted", Refused, "More than is granted";
    /// The grant is paid in another way than this needs.
    PaymentModeMismatch = "payment_mode_mismatch", Refused, "The grant is paid in another way";
    /// A movement can be reversed once.
    AlreadyReversed = "already_reversed", Conflict, "It was already reversed";
    /// The movement belongs to another row of a statement of the same source already.
    MovementMatched = "movement_matched", Conflict, "The movement is matched already";
    /// A reversal is never itself reversed; post the movement anew.
    ReversalOfReversal = "reversal_of_reversal", Conflict, "A reversal cannot be reversed";

    /// The agreement on which the money rests is not in force on that day; the detail says what is missing.
    AgreementNotInForce = "agreement_not_in_force", Refused, "The agreement is not in force";
    /// The last day on which money of the agreement moves is over.
    PayablePeriodOver = "payable_period_over", Refused, "The agreement pays no more";
    /// The cost arose outside the period in which the agreement accepts costs.
    OutsideEligibility = "outside_eligibility", Refused, "The cost arose outside the eligible period";
    /// More would be bound than the agreement with its amendments provides for. The detail names the amount.
    AgreedAmountExceeded = "agreed_amount_exceeded", Refused, "More than is agreed";
    /// The amendment would lower an amount below what is committed; the detail names the commitments. Release them first.
    ReductionBelowCommitted = "reduction_below_committed", Refused, "The amount would fall below what is committed";
    /// This organisation is no party that signs here.
    NotAParty = "not_a_party", Refused, "This organisation does not sign here";
    /// You sign for your own organisation only.
    PartyNotRepresented = "party_not_represented", Forbidden, "You do not represent this party";
    /// A signature that is recorded for somebody else needs the signed document as evidence.
    EvidenceRequired = "evidence_required", Refused, "Evidence is required";
    /// This party has signed already.
    AlreadySigned = "already_signed", Conflict, "It is signed already";
    /// This party signs on a decision of its own, which is not recorded yet.
    AuthorisationMissing = "authorisation_missing", Refused, "The party's own decision is missing";
    /// The signature lies before the party's own decision that authorises it.
    SignedBeforeAuthorisation = "signed_before_authorisation", Refused, "Signed before the party's own decision";
    /// A contract is signed after it was awarded.
    SignedBeforeAward = "signed_before_award", Refused, "Signed before the award";
    /// An amendment takes effect from the first day of the agreement at the earliest.
    EffectiveBeforeAgreement = "effective_before_agreement", Refused, "The amendment would precede the agreement";
    /// A prolongation takes effect no later than the day after the end, so that the agreement has no gap.
    ProlongationTooLate = "prolongation_too_late", Refused, "The agreement would have a gap";
    /// The amendment takes effect after the end of the agreement, and does not prolong it.
    EffectiveAfterEnd = "effective_after_end", Refused, "The agreement is over by then";
    /// The amendment changes nothing.
    NothingChanges = "nothing_changes", Refused, "Nothing would change";
    /// All seats of the college are taken on one of these days.
    CollegeFull = "college_full", Refused, "The college is full";
    /// This member has a seat in the body on one of these days already.
    AlreadySeated = "already_seated", Refused, "The member has a seat already";
    /// More than half of the seats would go to one sex, in a college that keeps parity.
    ParityBroken = "parity_broken", Refused, "Parity would be broken";
    /// A seat that another body fills goes to one of that body's own members.
    NotDelegated = "not_delegated", Refused, "Not a member of the body that delegates";
    /// The convocation reached the members fewer days before the meeting than the body's rules ask for.
    NoticeTooShort = "notice_too_short", Refused, "The notice is too short";
    /// Too few members are present for the body to decide; the detail names how many are needed, in the body or in a college.
    QuorumNotReached = "quorum_not_reached", Refused, "The quorum is not reached";
    /// A body decides only on items that its convocation announced for decision.
    NotOnAgenda = "not_on_agenda", Refused, "It is not on the agenda";
    /// The body's rules do not give it this decision.
    NotCompetent = "not_competent", Refused, "The body is not competent";
    /// More votes than members who were present or represented.
    TooManyVotes = "too_many_votes", Refused, "There are more votes than voters";

    /// The value of the announced source is born on or before the day on which the list is fixed: somebody could know it. Announce a later one.
    SeedKnown = "seed_known", Refused, "The seed could be known already";
    /// The value of the announced source is not born yet.
    SeedNotBorn = "seed_not_born", Refused, "The seed is not born yet";
    /// The list of candidates is another than the one whose hash was published.
    ListChanged = "list_changed", Conflict, "The list was changed after it was fixed";
    /// Lots are drawn once from a list.
    AlreadyDrawn = "already_drawn", Conflict, "The lots are drawn already";
    /// The list is not fixed yet, so nothing can be drawn from it.
    ListNotFixed = "list_not_fixed", Conflict, "The list is not fixed";
    /// The candidate holds no seat that could be refused or vacated.
    NotSeated = "not_seated", Refused, "The candidate holds no seat";
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub code: Code,
    /// JSON pointer (RFC 6901) into the body, `""` for the whole.
    pub pointer: String,
    /// One English sentence that names the values concerned and what is allowed.
    pub detail: String,
    /// The values themselves, for programs and translations: `available`, `max`, `allowed`…
    pub params: BTreeMap<&'static str, String>,
}

impl Fault {
    /// A fault at a pointer, with its sentence.
    pub fn new(code: Code, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            code,
            pointer: pointer.into(),
            detail: detail.into(),
            params: BTreeMap::new(),
        }
    }

    /// Adds a value that programs and translations can use.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.insert(name, value.into());
        self
    }
}

/// All faults of one input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// No fault yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Adds a fault from its parts.
    pub fn add(&mut self, code: Code, pointer: impl Into<String>, detail: impl Into<String>) {
        self.push(Fault::new(code, pointer, detail));
    }

    /// Keeps the value of a check that passed, and the fault of one that did not.
    pub fn keep<T>(&mut self, checked: Result<T, Fault>) -> Option<T> {
        checked.map_err(|fault| self.push(fault)).ok()
    }

    /// Keeps the value of a check of several values, and all its faults.
    pub fn keep_all<T>(&mut self, checked: Result<T, Faults>) -> Option<T> {
        checked.map_err(|faults| self.0.extend(faults.0)).ok()
    }

    /// The value, if there was no fault. A value that is missing although nothing was said is a fault as well.
    ///
    /// # Errors
    /// All faults that were added.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Faults> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ if self.0.is_empty() => Err(Faults(vec![Fault::new(Code::Required, "", "A value is missing.")])),
            _ => Err(self),
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Faults(vec![fault])
    }
}

/// A refusal by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainError {
    /// The code of the whole refusal.
    pub code: Code,
    /// One English sentence.
    pub detail: String,
    /// The faults, empty where the refusal is not about a value.
    pub faults: Faults,
}

impl DomainError {
    /// A refusal that is not about a value of the body.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            faults: Faults::new(),
        }
    }

    /// It does not exist, or may not be seen: the two are never told apart.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here that you may see.")
    }
}

impl std::fmt::Display for DomainError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl std::error::Error for DomainError {}

impl From<Faults> for DomainError {
    /// A single fault lends its code to the whole, so that a client can branch on it directly; so do several parameters
    /// that cannot be read.
    fn from(faults: Faults) -> Self {
        let parameters = faults.0.iter().all(|fault| fault.code == Code::ParameterInvalid);
        match faults.0.as_slice() {
            [only] => Self {
                code: only.code,
                detail: only.detail.clone(),
                faults,
            },
            [_, _, ..] if parameters => Self {
                code: Code::ParameterInvalid,
                detail: format!("{} parameters cannot be read.", faults.0.len()),
                faults,
            },
            _ => Self {
                code: Code::ValidationFailed,
                detail: format!("{} values are not accepted.", faults.0.len()),
                faults,
            },
        }
    }
}

impl From<Fault> for DomainError {
    fn from(fault: Fault) -> Self {
        Faults::from(fault).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_text_of_its_own_that_parses_back() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
    }

    #[test]
    fn all_faults_are_kept() {
        let mut faults = Faults::new();
        faults.add(Code::Required, "/a", "A.");
        faults.add(Code::TooLong, "/b", "B.");
        let error = DomainError::from(faults.finish(Some(())).unwrap_err());
        assert_eq!(error.code, Code::ValidationFailed);
        assert_eq!(error.faults.0.len(), 2);
    }
}
