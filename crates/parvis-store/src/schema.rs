//! The tables, as the migrations make them. A test compares the two.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Accounts. Personal data: email, name.
    users (id) {
        id -> Id,
        email -> Text,
        name -> Text,
        language -> Text,
        password_hash -> Text,
        administrator -> Bool,
        organiser -> Bool,
        disabled_at -> Nullable<BigInt>,
        search -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// One sign-in, and everything that came of it.
    sessions (id) {
        id -> Id,
        user_id -> Id,
        created_at -> BigInt,
        last_used_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        user_agent -> Nullable<Text>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The chain of tokens of a session; each is used once. Only hashes are kept.
    refresh_tokens (hash) {
        hash -> Binary,
        session_id -> Id,
        issued_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        successor -> Nullable<Binary>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Attempts to sign in, kept for a limited time. The account is a hash: an unknown address leaves no trace.
    sign_in_attempts (id) {
        id -> Id,
        account -> Binary,
        address -> Text,
        at -> BigInt,
        success -> Bool,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What a kind of programme brings with it.
    templates (id) {
        id -> Id,
        code -> Text,
        title -> Text,
        content -> Text,
        built_in -> Bool,
        search -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What is undertaken. Lists and rules are copied from the template when the programme is made.
    programmes (id) {
        id -> Id,
        code -> Text,
        template_id -> Id,
        title -> Text,
        summary -> Text,
        status -> Text,
        visibility -> Text,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        time_zone -> Text,
        currency -> Text,
        axes -> Text,
        categories -> Text,
        required_roles -> Text,
        rules -> Text,
        policy -> Text,
        search -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        cofinancing -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Territories with an official code.
    places (id) {
        id -> Id,
        code -> Text,
        generation -> Text,
        name -> Text,
        sort_name -> Text,
        kind -> Text,
        parent_id -> Nullable<Id>,
        country -> Text,
        contour -> Nullable<Text>,
        contour_note -> Nullable<Text>,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        figures -> Text,
        search -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Where a programme works.
    programme_places (programme_id, place_id) {
        programme_id -> Id,
        place_id -> Id,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Organisations.
    partners (id) {
        id -> Id,
        name -> Text,
        sort_name -> Text,
        acronym -> Nullable<Text>,
        kind -> Text,
        country -> Text,
        description -> Text,
        website -> Nullable<Text>,
        search -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Identifiers of organisations in registers.
    partner_identifiers (partner_id, scheme, value) {
        partner_id -> Id,
        scheme -> Text,
        value -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        position -> Integer,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Persons at a partner. Personal data: name, position, email, phone. Erased on demand.
    contacts (id) {
        id -> Id,
        partner_id -> Id,
        name -> Text,
        position -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Roles of partners in programmes.
    partner_roles (id) {
        id -> Id,
        programme_id -> Id,
        partner_id -> Id,
        role -> Text,
        starts_on -> Nullable<Date>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What was asked of whom, when, and what came of it.
    participation_steps (id) {
        id -> Id,
        programme_id -> Id,
        kind -> Text,
        title -> Text,
        description -> Text,
        position -> Integer,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        location -> Nullable<Text>,
        object -> Nullable<Text>,
        status -> Text,
        opened_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
        outcome -> Nullable<Text>,
        ended_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The role of an account in a programme; one at a time.
    memberships (id) {
        id -> Id,
        programme_id -> Id,
        user_id -> Id,
        role -> Text,
        partner_id -> Nullable<Id>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Invitations to the platform or into a programme. Personal data: email. Only the hash of the token is kept.
    invitations (id) {
        id -> Id,
        email -> Text,
        programme_id -> Nullable<Id>,
        role -> Nullable<Text>,
        partner_id -> Nullable<Id>,
        administrator -> Bool,
        organiser -> Bool,
        token_hash -> Binary,
        invited_by -> Nullable<Id>,
        created_at -> BigInt,
        expires_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// A plan over some years.
    budgets (id) {
        id -> Id,
        programme_id -> Id,
        title -> Text,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        currency -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        plan_version -> BigInt,
        targets -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Category, axis and year of the plan.
    lines (id) {
        id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        title -> Nullable<Text>,
        category -> Text,
        axis -> Nullable<Text>,
        year -> Integer,
        cost_minor -> Nullable<BigInt>,
        cost_currency -> Nullable<Text>,
        position -> Integer,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// One decision of one funder, in one currency and one kind.
    grants (id) {
        id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        funder_id -> Id,
        kind -> Text,
        currency -> Text,
        payment_mode -> Text,
        rate_numerator -> Nullable<BigInt>,
        rate_denominator -> Nullable<BigInt>,
        reference -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        expires_on -> Nullable<Date>,
        agreement_id -> Nullable<Id>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        withdrawn_on -> Nullable<Date>,
        shift_numerator -> Nullable<BigInt>,
        shift_denominator -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The share of a grant in a line with its running sums, kept in the transaction of every movement. The checks are the second line of defence behind the rules.
    balances (line_id, grant_id) {
        line_id -> Id,
        grant_id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        decision_required -> Bool,
        strict_spending -> Bool,
        shift_minor -> BigInt,
        planned_minor -> BigInt,
        granted_minor -> BigInt,
        pledged_minor -> BigInt,
        committed_minor -> BigInt,
        disbursed_minor -> BigInt,
        spent_minor -> BigInt,
        justified_minor -> BigInt,
        contributed_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What each day changed of a share.
    balance_days (line_id, grant_id, day) {
        line_id -> Id,
        grant_id -> Id,
        day -> Date,
        planned_minor -> BigInt,
        granted_minor -> BigInt,
        pledged_minor -> BigInt,
        committed_minor -> BigInt,
        disbursed_minor -> BigInt,
        spent_minor -> BigInt,
        justified_minor -> BigInt,
        contributed_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What each month changed of a share; the month is its first day.
    balance_months (line_id, grant_id, month) {
        line_id -> Id,
        grant_id -> Id,
        month -> Date,
        planned_minor -> BigInt,
        granted_minor -> BigInt,
        pledged_minor -> BigInt,
        committed_minor -> BigInt,
        disbursed_minor -> BigInt,
        spent_minor -> BigInt,
        justified_minor -> BigInt,
        contributed_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: a revision or a submission of the plan of a budget; number 0 is the original plan.
    plan_versions (id) {
        id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        number -> Integer,
        kind -> Text,
        reason -> Nullable<Text>,
        booked_on -> Nullable<Date>,
        costs -> Text,
        rates -> Text,
        role -> Nullable<Text>,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: the changes of plan and decision of a share. The original plan is booked on 1900-01-01.
    plan_revisions (id) {
        id -> Id,
        line_id -> Id,
        grant_id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        booked_on -> Date,
        planned_minor -> BigInt,
        granted_minor -> BigInt,
        reason -> Nullable<Text>,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
        version_number -> Integer,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Exchange rates with their date and source: one unit of the first currency is numerator/denominator of the second.
    rates (id) {
        id -> Id,
        programme_id -> Nullable<Id>,
        from_currency -> Text,
        to_currency -> Text,
        numerator -> BigInt,
        denominator -> BigInt,
        valid_on -> Date,
        source -> Text,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: the ledger. A reversal repeats what it reverses and counts negatively.
    movements (id) {
        id -> Id,
        programme_id -> Id,
        budget_id -> Id,
        line_id -> Id,
        grant_id -> Id,
        kind -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        original_minor -> Nullable<BigInt>,
        original_currency -> Nullable<Text>,
        rate_id -> Nullable<Id>,
        payer_id -> Id,
        payee_id -> Nullable<Id>,
        booked_on -> Date,
        incurred_on -> Nullable<Date>,
        paid_on -> Nullable<Date>,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
        reference -> Nullable<Text>,
        note -> Nullable<Text>,
        reverses -> Nullable<Id>,
        needs_approval -> Bool,
        corrects -> Nullable<Id>,
        evidence -> Nullable<Text>,
        refused_minor -> Nullable<BigInt>,
        refused_reason -> Nullable<Text>,
        unit -> Nullable<Text>,
        basis_minor -> Nullable<BigInt>,
        factor_numerator -> Nullable<BigInt>,
        factor_denominator -> Nullable<BigInt>,
        search -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Which movement is reversed by which.
    reversals (movement_id) {
        movement_id -> Id,
        reversal_id -> Id,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What waits for a second person, with what it would change.
    pending_movements (movement_id) {
        movement_id -> Id,
        decided_with -> Nullable<Id>,
        programme_id -> Id,
        budget_id -> Id,
        line_id -> Id,
        grant_id -> Id,
        booked_on -> Date,
        pledged_minor -> BigInt,
        committed_minor -> BigInt,
        disbursed_minor -> BigInt,
        spent_minor -> BigInt,
        justified_minor -> BigInt,
        contributed_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The running sums of a grant over all its lines.
    grant_balances (grant_id) {
        grant_id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        payment_mode -> Text,
        decision_required -> Bool,
        strict_spending -> Bool,
        released_minor -> BigInt,
        planned_minor -> BigInt,
        granted_minor -> BigInt,
        pledged_minor -> BigInt,
        committed_minor -> BigInt,
        disbursed_minor -> BigInt,
        spent_minor -> BigInt,
        justified_minor -> BigInt,
        contributed_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: the approval or refusal of a movement by a second person.
    movement_decisions (id) {
        id -> Id,
        movement_id -> Id,
        programme_id -> Id,
        decision -> Text,
        reason -> Nullable<Text>,
        decided_at -> BigInt,
        decided_by -> Id,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Parts of a grant that are released on conditions.
    tranches (id) {
        id -> Id,
        grant_id -> Id,
        programme_id -> Id,
        position -> Integer,
        amount_minor -> BigInt,
        due_on -> Nullable<Date>,
        conditions -> Nullable<Text>,
        released_on -> Nullable<Date>,
        released_by -> Nullable<Id>,
        title -> Nullable<Text>,
        is_final -> Bool,
        assessments -> Nullable<Text>,
        archived_at -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: how far a line has come.
    progress_records (id) {
        id -> Id,
        line_id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        measured_on -> Date,
        percent_millionths -> BigInt,
        source -> Text,
        note -> Nullable<Text>,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: partners that vouch for a measure of progress.
    progress_countersignatures (id) {
        id -> Id,
        progress_id -> Id,
        partner_id -> Id,
        programme_id -> Id,
        signed_at -> BigInt,
        signed_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Reports owed to the funder of a grant.
    funder_reports (id) {
        id -> Id,
        grant_id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        title -> Text,
        due_on -> Date,
        submitted_on -> Nullable<Date>,
        accepted_on -> Nullable<Date>,
        returned_on -> Nullable<Date>,
        return_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: every closing of a year, and every opening again.
    budget_year_records (id) {
        id -> Id,
        budget_id -> Id,
        year -> Integer,
        programme_id -> Id,
        action -> Text,
        reason -> Nullable<Text>,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Years of a budget, and when they were closed.
    budget_years (budget_id, year) {
        budget_id -> Id,
        year -> Integer,
        programme_id -> Id,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: what happened. One chain per programme, one for the platform. No personal data.
    events (id) {
        id -> Id,
        programme_id -> Nullable<Id>,
        seq -> BigInt,
        prev_hash -> Binary,
        hash -> Binary,
        at -> BigInt,
        actor_id -> Nullable<Id>,
        operation -> Text,
        object_type -> Text,
        object_id -> Id,
        before -> Text,
        after -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The end of each chain; the nil UUID stands for the platform.
    event_heads (programme_id) {
        programme_id -> Id,
        seq -> BigInt,
        hash -> Binary,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Answers that are kept for a day.
    idempotency_keys (principal, operation, key) {
        principal -> Text,
        operation -> Text,
        key -> Text,
        body_hash -> Binary,
        status -> Integer,
        headers -> Text,
        body -> Text,
        created_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// In which currency a funder wants its reports, and at which rates.
    rate_policies (id) {
        id -> Id,
        programme_id -> Id,
        funder_id -> Id,
        currency -> Text,
        policy -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What each day changed of what a partner got, passed on, spent and contributed of a grant.
    partner_days (grant_id, partner_id, day) {
        grant_id -> Id,
        partner_id -> Id,
        day -> Date,
        received_minor -> BigInt,
        passed_on_minor -> BigInt,
        spent_minor -> BigInt,
        contributed_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What each day changed of the exchanges of a grant at the bank's own rate.
    exchange_days (grant_id, currency, day) {
        grant_id -> Id,
        currency -> Text,
        day -> Date,
        amount_minor -> BigInt,
        original_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What each month changed of what a partner got, passed on, spent and contributed of a grant.
    partner_months (grant_id, partner_id, month) {
        grant_id -> Id,
        partner_id -> Id,
        month -> Date,
        received_minor -> BigInt,
        passed_on_minor -> BigInt,
        spent_minor -> BigInt,
        contributed_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What each month changed of the exchanges of a grant at the bank's own rate.
    exchange_months (grant_id, currency, month) {
        grant_id -> Id,
        currency -> Text,
        month -> Date,
        amount_minor -> BigInt,
        original_minor -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Statements of the accounts and the bank.
    reconciliations (id) {
        id -> Id,
        budget_id -> Id,
        programme_id -> Id,
        source -> Text,
        file_name -> Nullable<Text>,
        file_hash -> Text,
        mapping -> Text,
        first_day -> Date,
        last_day -> Date,
        left_out -> Integer,
        created_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The rows of statements.
    reconciliation_rows (id) {
        id -> Id,
        reconciliation_id -> Id,
        line -> Integer,
        day -> Date,
        amount_minor -> BigInt,
        currency -> Text,
        reference -> Nullable<Text>,
        description -> Nullable<Text>,
        outcome -> Text,
        note -> Nullable<Text>,
        version -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Which movements a row of a statement stands for.
    reconciliation_matches (source, movement_id) {
        source -> Text,
        movement_id -> Id,
        reconciliation_id -> Id,
        row_id -> Id,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What was signed first. What holds on a day follows from it and from the amendments; where it stands follows from signatures and days, and is not stored.
    agreements (id) {
        id -> Id,
        programme_id -> Id,
        kind -> Text,
        reference -> Nullable<Text>,
        title -> Text,
        search -> Text,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        eligible_from -> Nullable<Date>,
        eligible_until -> Nullable<Date>,
        payable_until -> Nullable<Date>,
        awarded_on -> Nullable<Date>,
        award_reference -> Nullable<Text>,
        value_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        opened_on -> Nullable<Date>,
        notified_on -> Nullable<Date>,
        terminated_on -> Nullable<Date>,
        termination_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The parties as first signed.
    agreement_parties (agreement_id, partner_id) {
        agreement_id -> Id,
        partner_id -> Id,
        programme_id -> Id,
        position -> Integer,
        capacities -> Text,
        signs -> Bool,
        needs_authorisation -> Bool,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The clauses as first signed.
    agreement_clauses (agreement_id, number) {
        agreement_id -> Id,
        number -> Text,
        programme_id -> Id,
        title -> Nullable<Text>,
        text -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The financial annex as first signed: how much of a grant, on a line or altogether.
    agreement_amounts (id) {
        id -> Id,
        agreement_id -> Id,
        grant_id -> Id,
        line_id -> Nullable<Id>,
        programme_id -> Id,
        amount_minor -> BigInt,
        currency -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The places it is about.
    agreement_places (agreement_id, place_id) {
        agreement_id -> Id,
        place_id -> Id,
        programme_id -> Id,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Numbered changes that have effect from a day on. `changes` names what changes and nothing else.
    agreement_amendments (id) {
        id -> Id,
        agreement_id -> Id,
        programme_id -> Id,
        number -> Integer,
        origin -> Text,
        law_reference -> Nullable<Text>,
        law_dated_on -> Nullable<Date>,
        title -> Text,
        effective_on -> Date,
        changes -> Text,
        opened_on -> Nullable<Date>,
        signers -> Nullable<Text>,
        withdrawn_on -> Nullable<Date>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: a party's own decision to sign the agreement, or an amendment. The latest counts.
    agreement_authorisations (id) {
        id -> Id,
        agreement_id -> Id,
        amendment_id -> Nullable<Id>,
        partner_id -> Id,
        programme_id -> Id,
        reference -> Text,
        decided_on -> Date,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: signatures of parties. Who held the pen is personal data and has a table of its own.
    agreement_signatures (id) {
        id -> Id,
        agreement_id -> Id,
        amendment_id -> Nullable<Id>,
        partner_id -> Id,
        programme_id -> Id,
        signed_on -> Date,
        evidence -> Nullable<Text>,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Who signed for a party, and in what quality: personal data.
    agreement_signatories (signature_id) {
        signature_id -> Id,
        programme_id -> Id,
        name -> Text,
        quality -> Text,
        email -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What is owed by when.
    agreement_obligations (id) {
        id -> Id,
        agreement_id -> Id,
        programme_id -> Id,
        kind -> Text,
        title -> Text,
        owed_by -> Id,
        owed_to -> Nullable<Id>,
        first_on -> Date,
        every_months -> Nullable<Integer>,
        until_on -> Nullable<Date>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: an obligation was met for one of its days.
    agreement_obligation_records (id) {
        id -> Id,
        obligation_id -> Id,
        programme_id -> Id,
        due_on -> Date,
        met_on -> Date,
        evidence -> Nullable<Text>,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Bodies. `rules` are those of its meetings: quorum, majority, notice, competences.
    bodies (id) {
        id -> Id,
        programme_id -> Id,
        kind -> Text,
        title -> Text,
        search -> Text,
        order_reference -> Nullable<Text>,
        order_dated_on -> Nullable<Date>,
        rules -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        archived_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// `body_colleges`.
    body_colleges (body_id, code) {
        body_id -> Id,
        code -> Text,
        programme_id -> Id,
        position -> Integer,
        title -> Text,
        seats -> Integer,
        parity -> Text,
        designation -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Persons who sit in bodies: personal data. A name is public where the order that names the members publishes it.
    body_persons (id) {
        id -> Id,
        programme_id -> Id,
        name -> Text,
        sex -> Text,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        published -> Bool,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// A drawing of lots. `document` is the text whose hash was published; nothing of it changes from then on.
    draws (id) {
        id -> Id,
        body_id -> Id,
        programme_id -> Id,
        source_name -> Text,
        source_born_on -> Date,
        source_writing -> Text,
        document -> Nullable<Text>,
        list_hash -> Nullable<Text>,
        fixed_on -> Nullable<Date>,
        seed -> Nullable<Text>,
        drawn_on -> Nullable<Date>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// The colleges that a draw fills.
    draw_colleges (draw_id, code) {
        draw_id -> Id,
        code -> Text,
        programme_id -> Id,
        seats -> Integer,
        parity -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Candidates as the public sees them.
    draw_candidates (draw_id, pseudonym) {
        draw_id -> Id,
        pseudonym -> Text,
        programme_id -> Id,
        college -> Text,
        sex -> Text,
        commitment -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Who they are, and the salt that opens the commitment: personal data.
    draw_identities (draw_id, pseudonym) {
        draw_id -> Id,
        pseudonym -> Text,
        programme_id -> Id,
        identity -> Text,
        salt -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: whoever refused a seat, or gave it up, in the order in which that was recorded.
    draw_refusals (id) {
        id -> Id,
        draw_id -> Id,
        position -> Integer,
        pseudonym -> Text,
        programme_id -> Id,
        refused_on -> Date,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Seats that somebody holds from a day to a day.
    body_mandates (id) {
        id -> Id,
        body_id -> Id,
        college -> Text,
        programme_id -> Id,
        person_id -> Nullable<Id>,
        partner_id -> Nullable<Id>,
        sex -> Text,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        substitute_of -> Nullable<Id>,
        delegated_by -> Nullable<Id>,
        draw_id -> Nullable<Id>,
        pseudonym -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// `body_meetings`.
    body_meetings (id) {
        id -> Id,
        body_id -> Id,
        programme_id -> Id,
        status -> Text,
        convened_on -> Date,
        held_on -> Date,
        again -> Bool,
        location -> Nullable<Text>,
        agenda -> Text,
        minutes -> Nullable<Text>,
        quorum -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// `body_attendances`.
    body_attendances (meeting_id, mandate_id) {
        meeting_id -> Id,
        mandate_id -> Id,
        programme_id -> Id,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: decisions, with their votes. `effect` says what of; one of the references is set where it can be linked.
    body_decisions (id) {
        id -> Id,
        meeting_id -> Id,
        body_id -> Id,
        programme_id -> Id,
        item -> Integer,
        text -> Text,
        reason -> Nullable<Text>,
        effect_kind -> Text,
        effect -> Text,
        agreement_id -> Nullable<Id>,
        tranche_id -> Nullable<Id>,
        yes -> Integer,
        no -> Integer,
        abstained -> Integer,
        chair_for -> Nullable<Bool>,
        carried -> Bool,
        decided_on -> Date,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: decisions that were found void, from a day on.
    body_decision_annulments (decision_id) {
        decision_id -> Id,
        programme_id -> Id,
        annulled_on -> Date,
        reason -> Text,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What was uploaded. Personal data: file_name.
    files (id) {
        id -> Id,
        programme_id -> Id,
        file_name -> Text,
        sha256 -> Nullable<Text>,
        size_bytes -> Nullable<BigInt>,
        media_type -> Nullable<Text>,
        created_by -> Nullable<Id>,
        created_at -> BigInt,
        stored_at -> Nullable<BigInt>,
        claimed_at -> Nullable<BigInt>,
        doomed_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Documents: what they say of themselves now.
    documents (id) {
        id -> Id,
        programme_id -> Id,
        title -> Text,
        description -> Text,
        kind -> Text,
        language -> Nullable<Text>,
        visibility -> Text,
        dated_on -> Nullable<Date>,
        latest -> Integer,
        partner_id -> Nullable<Id>,
        created_by -> Nullable<Id>,
        search -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// Append-only: the content of documents over time.
    document_versions (id) {
        id -> Id,
        document_id -> Id,
        programme_id -> Id,
        number -> Integer,
        file_id -> Id,
        sha256 -> Text,
        size_bytes -> BigInt,
        media_type -> Text,
        note -> Nullable<Text>,
        recorded_at -> BigInt,
        recorded_by -> Nullable<Id>,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    /// What documents are attached to.
    document_links (document_id, kind, object_id) {
        document_id -> Id,
        kind -> Text,
        object_id -> Id,
        programme_id -> Id,
    }
}

joinable!(sessions -> users (user_id));
joinable!(refresh_tokens -> sessions (session_id));
joinable!(programmes -> templates (template_id));
joinable!(programme_places -> programmes (programme_id));
joinable!(programme_places -> places (place_id));
joinable!(partner_identifiers -> partners (partner_id));
joinable!(contacts -> partners (partner_id));
joinable!(partner_roles -> programmes (programme_id));
joinable!(partner_roles -> partners (partner_id));
joinable!(participation_steps -> programmes (programme_id));
joinable!(memberships -> programmes (programme_id));
joinable!(memberships -> users (user_id));
joinable!(memberships -> partners (partner_id));
joinable!(invitations -> programmes (programme_id));
joinable!(invitations -> partners (partner_id));
joinable!(invitations -> users (invited_by));
joinable!(budgets -> programmes (programme_id));
joinable!(lines -> budgets (budget_id));
joinable!(lines -> programmes (programme_id));
joinable!(grants -> budgets (budget_id));
joinable!(grants -> programmes (programme_id));
joinable!(grants -> partners (funder_id));
joinable!(balances -> lines (line_id));
joinable!(balances -> grants (grant_id));
joinable!(balances -> budgets (budget_id));
joinable!(balances -> programmes (programme_id));
joinable!(plan_versions -> budgets (budget_id));
joinable!(plan_versions -> programmes (programme_id));
joinable!(plan_versions -> users (recorded_by));
joinable!(plan_revisions -> budgets (budget_id));
joinable!(plan_revisions -> programmes (programme_id));
joinable!(plan_revisions -> users (recorded_by));
joinable!(rate_policies -> programmes (programme_id));
joinable!(rate_policies -> partners (funder_id));
joinable!(partner_days -> grants (grant_id));
joinable!(partner_months -> grants (grant_id));
joinable!(exchange_days -> grants (grant_id));
joinable!(exchange_months -> grants (grant_id));
joinable!(rates -> programmes (programme_id));
joinable!(rates -> users (recorded_by));
joinable!(movements -> programmes (programme_id));
joinable!(movements -> budgets (budget_id));
joinable!(movements -> rates (rate_id));
joinable!(movements -> users (recorded_by));
joinable!(grant_balances -> grants (grant_id));
joinable!(pending_movements -> movements (movement_id));
joinable!(movement_decisions -> movements (movement_id));
joinable!(movement_decisions -> programmes (programme_id));
joinable!(movement_decisions -> users (decided_by));
joinable!(tranches -> grants (grant_id));
joinable!(tranches -> programmes (programme_id));
joinable!(tranches -> users (released_by));
joinable!(progress_records -> lines (line_id));
joinable!(progress_records -> budgets (budget_id));
joinable!(progress_records -> programmes (programme_id));
joinable!(progress_countersignatures -> progress_records (progress_id));
joinable!(progress_countersignatures -> partners (partner_id));
joinable!(funder_reports -> grants (grant_id));
joinable!(funder_reports -> budgets (budget_id));
joinable!(funder_reports -> programmes (programme_id));
joinable!(budget_year_records -> budgets (budget_id));
joinable!(budget_years -> budgets (budget_id));
joinable!(budget_years -> programmes (programme_id));
joinable!(budget_years -> users (closed_by));
joinable!(reconciliations -> budgets (budget_id));
joinable!(reconciliations -> programmes (programme_id));
joinable!(reconciliation_rows -> reconciliations (reconciliation_id));
joinable!(reconciliation_matches -> reconciliation_rows (row_id));
joinable!(reconciliation_matches -> movements (movement_id));
joinable!(agreements -> programmes (programme_id));
joinable!(agreement_parties -> agreements (agreement_id));
joinable!(agreement_parties -> partners (partner_id));
joinable!(agreement_parties -> programmes (programme_id));
joinable!(agreement_clauses -> agreements (agreement_id));
joinable!(agreement_clauses -> programmes (programme_id));
joinable!(agreement_amounts -> agreements (agreement_id));
joinable!(agreement_amounts -> grants (grant_id));
joinable!(agreement_amounts -> lines (line_id));
joinable!(agreement_amounts -> programmes (programme_id));
joinable!(agreement_places -> agreements (agreement_id));
joinable!(agreement_places -> places (place_id));
joinable!(agreement_places -> programmes (programme_id));
joinable!(agreement_amendments -> agreements (agreement_id));
joinable!(agreement_amendments -> programmes (programme_id));
joinable!(agreement_authorisations -> agreements (agreement_id));
joinable!(agreement_authorisations -> agreement_amendments (amendment_id));
joinable!(agreement_authorisations -> partners (partner_id));
joinable!(agreement_authorisations -> programmes (programme_id));
joinable!(agreement_signatures -> agreements (agreement_id));
joinable!(agreement_signatures -> agreement_amendments (amendment_id));
joinable!(agreement_signatures -> partners (partner_id));
joinable!(agreement_signatures -> programmes (programme_id));
joinable!(agreement_signatories -> agreement_signatures (signature_id));
joinable!(agreement_signatories -> programmes (programme_id));
joinable!(agreement_obligations -> agreements (agreement_id));
joinable!(agreement_obligations -> programmes (programme_id));
joinable!(agreement_obligation_records -> agreement_obligations (obligation_id));
joinable!(agreement_obligation_records -> programmes (programme_id));
joinable!(bodies -> programmes (programme_id));
joinable!(body_colleges -> bodies (body_id));
joinable!(body_colleges -> programmes (programme_id));
joinable!(body_persons -> programmes (programme_id));
joinable!(draws -> bodies (body_id));
joinable!(draws -> programmes (programme_id));
joinable!(draw_colleges -> draws (draw_id));
joinable!(draw_colleges -> programmes (programme_id));
joinable!(draw_candidates -> draws (draw_id));
joinable!(draw_candidates -> programmes (programme_id));
joinable!(draw_identities -> programmes (programme_id));
joinable!(draw_refusals -> draws (draw_id));
joinable!(draw_refusals -> programmes (programme_id));
joinable!(body_mandates -> programmes (programme_id));
joinable!(body_mandates -> body_persons (person_id));
joinable!(body_mandates -> partners (partner_id));
joinable!(body_mandates -> draws (draw_id));
joinable!(body_meetings -> bodies (body_id));
joinable!(body_meetings -> programmes (programme_id));
joinable!(body_attendances -> body_meetings (meeting_id));
joinable!(body_attendances -> body_mandates (mandate_id));
joinable!(body_attendances -> programmes (programme_id));
joinable!(body_decisions -> body_meetings (meeting_id));
joinable!(body_decisions -> bodies (body_id));
joinable!(body_decisions -> programmes (programme_id));
joinable!(body_decisions -> agreements (agreement_id));
joinable!(body_decisions -> tranches (tranche_id));
joinable!(body_decision_annulments -> body_decisions (decision_id));
joinable!(body_decision_annulments -> programmes (programme_id));
joinable!(events -> programmes (programme_id));
joinable!(events -> users (actor_id));
joinable!(files -> programmes (programme_id));
joinable!(documents -> programmes (programme_id));
joinable!(document_versions -> documents (document_id));
joinable!(document_versions -> files (file_id));
joinable!(document_links -> documents (document_id));

allow_tables_to_appear_in_same_query!(
    users,
    sessions,
    refresh_tokens,
    sign_in_attempts,
    templates,
    programmes,
    places,
    programme_places,
    partners,
    partner_identifiers,
    contacts,
    partner_roles,
    participation_steps,
    memberships,
    invitations,
    budgets,
    lines,
    grants,
    balances,
    balance_days,
    balance_months,
    plan_versions,
    plan_revisions,
    rates,
    rate_policies,
    partner_days,
    partner_months,
    exchange_days,
    exchange_months,
    movements,
    reversals,
    pending_movements,
    grant_balances,
    movement_decisions,
    tranches,
    progress_records,
    progress_countersignatures,
    funder_reports,
    budget_years,
    budget_year_records,
    reconciliations,
    reconciliation_rows,
    reconciliation_matches,
    agreements,
    agreement_parties,
    agreement_clauses,
    agreement_amounts,
    agreement_places,
    agreement_amendments,
    agreement_authorisations,
    agreement_signatures,
    agreement_signatories,
    agreement_obligations,
    agreement_obligation_records,
    bodies,
    body_colleges,
    body_persons,
    draws,
    draw_colleges,
    draw_candidates,
    draw_identities,
    draw_refusals,
    body_mandates,
    body_meetings,
    body_attendances,
    body_decisions,
    body_decision_annulments,
    files,
    documents,
    document_versions,
    document_links,
    events,
    event_heads,
    idempotency_keys,
);
