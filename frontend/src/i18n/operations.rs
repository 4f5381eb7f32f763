//! What was done, in the reader's words, by the name of the operation.

use super::{I18n, say};

macro_rules! operations {
    ($($key:ident)+) => {
        /// What an event says was done; the name of the operation itself for one that this app does not know.
        pub fn operation_name(i18n: I18n, operation: &str) -> String {
            $(if operation == stringify!($key) { return say!(i18n, operation.$key).to_owned(); })+
            operation.to_owned()
        }
    };
}

operations! {
    create_programme
    update_programme
    open_programme
    activate_programme
    close_programme
    archive_programme
    create_partner_role
    archive_partner_role
    create_participation_step
    update_participation_step
    open_participation_step
    close_participation_step
    cancel_participation_step
    annul_participation_step
    create_budget
    update_budget
    create_budget_line
    update_budget_line
    create_grant
    update_grant
    create_movement
    reverse_movement
    correct_movement
    approve_movement
    refuse_movement
    create_agreement
    update_agreement
    delete_agreement
    open_agreement
    withdraw_agreement
    authorise_agreement
    sign_agreement
    notify_agreement
    terminate_agreement
    create_amendment
    update_amendment
    open_amendment
    authorise_amendment
    sign_amendment
    withdraw_amendment
    create_obligation
    update_obligation
    archive_obligation
    meet_obligation
    create_tranche
    update_tranche
    archive_tranche
    release_tranche
    split_tranche
    record_progress
    countersign_progress
    create_funder_report
    update_funder_report
    archive_funder_report
    submit_funder_report
    accept_funder_report
    return_funder_report
    close_budget_year
    reopen_budget_year
    create_reconciliation
    update_reconciliation_row
    delete_reconciliation
    update_member
    archive_member
    create_programme_invitation
    revoke_programme_invitation
    accept_invitation
    create_document
    update_document
    delete_document
    create_document_version
}
