//! Problems in the reader's words, by their stable code.

use parvis_domain::Money;
use parvis_wire::FieldProblem;

use super::{I18n, say};
use crate::format::Format;

macro_rules! problems {
    ($($key:ident)+) => {
        /// The text of a problem; a general one for a code that this app does not know.
        pub fn problem_text(i18n: I18n, code: &str) -> String {
            $(if code == stringify!($key) { return say!(i18n, problem.$key).to_owned(); })+
            match code {
                "body_malformed" | "type_mismatch" | "field_unknown" | "field_missing" | "parameter_invalid" | "id_malformed"
                | "cursor_invalid" | "idempotency_key_invalid" => say!(i18n, problem.malformed).to_owned(),
                "body_too_large" => say!(i18n, problem.too_large).to_owned(),
                "refresh_invalid" => say!(i18n, problem.token_invalid).to_owned(),
                _ => say!(i18n, problem.other).to_owned(),
            }
        }
    };
}

problems! {
    offline
    unreadable
    authentication_required
    token_invalid
    credentials_invalid
    permission_denied
    not_found
    already_exists
    transition_refused
    in_use
    archived
    already_done
    version_stale
    too_many_requests
    sign_in_slowed_down
    internal
    unavailable
    validation_failed
    required
    too_long
    too_short
    too_many
    control_character
    format_invalid
    out_of_range
    duplicate
    reference_unknown
    currency_unknown
    amount_invalid
    amount_not_positive
    amount_too_large
    currency_mismatch
    rate_invalid
    rate_to_itself
    amount_mismatch
    date_invalid
    period_inverted
    date_in_future
    date_too_early
    language_invalid
    time_zone_unknown
    country_unknown
    identifier_invalid
    contour_invalid
    password_weak
    current_password_wrong
    email_invalid
    invitation_invalid
    partner_binding_invalid
    last_coordinator
    last_administrator
    role_unfilled
    outcome_required
    idempotency_key_reused
    file_type_unsupported
    file_type_mismatch
    file_damaged
    file_unsafe
    file_infected
    visibility_too_wide
    document_is_evidence
    rule_not_met
    grant_withdrawn
    year_has_lines
    committed_exceeds_available
    disbursed_exceeds_committed
    spent_exceeds_disbursed
    disbursed_exceeds_released
    disbursed_exceeds_justified
    justified_exceeds_spent
    justified_exceeds_committed
    amount_not_the_product
    parties_invalid
    second_person_required
    not_approved
    not_pending
    plan_below_committed
    balance_negative
    kind_mismatch
    already_reversed
    year_closed
    line_year_closed
    year_out_of_order
    year_not_over
    year_has_pending
    tranche_conditions_unmet
    tranches_exceed_granted
    payment_mode_mismatch
    reversal_of_reversal
    file_unreadable
    column_unknown
    movement_matched
    agreement_not_in_force
    payable_period_over
    outside_eligibility
    agreed_amount_exceeded
    reduction_below_committed
    not_a_party
    party_not_represented
    evidence_required
    already_signed
    authorisation_missing
    signed_before_authorisation
    signed_before_award
    effective_before_agreement
    prolongation_too_late
    effective_after_end
    nothing_changes
    college_full
    already_seated
    parity_broken
    not_delegated
    notice_too_short
    quorum_not_reached
    not_on_agenda
    not_competent
    too_many_votes
    seed_known
    seed_not_born
    list_changed
    already_drawn
    list_not_fixed
    not_seated
}

/// The text of a fault at a field, with what would have been possible where the server says it.
pub fn fault_text(i18n: I18n, fault: &FieldProblem) -> String {
    let text = problem_text(i18n, &fault.code);
    match fault.params.get("available").and_then(|available| money(available)) {
        Some(available) => {
            let available = Format::new(i18n).money(available);
            format!("{text} {}", say!(i18n, problem.would_work, available = available))
        }
        None => text,
    }
}

/// Reads `100.00 EUR`, as the parameters of a fault write money.
fn money(text: &str) -> Option<Money> {
    let (amount, currency) = text.split_once(' ')?;
    Money::check("", amount, currency).ok()
}
