//! The tables as they are in the databases, against those that the code knows.

use diesel::prelude::*;
use diesel::sql_types::Text;
use parvis_domain::accounts::MemberRole;
use parvis_domain::agreements::AgreementKind;
use parvis_domain::agreements::amendments::OriginKind;
use parvis_domain::agreements::obligations::ObligationKind;
use parvis_domain::bodies::Sex;
use parvis_domain::bodies::meetings::{EffectKind, MeetingStatus};
use parvis_domain::budgets::reconciliation::{RowOutcome, StatementSource};
use parvis_domain::budgets::{GrantKind, MovementKind, PaymentMode};
use parvis_domain::documents::{DocumentKind, DocumentVisibility, ObjectKind};
use parvis_domain::page::Direction;
use parvis_domain::participation::{StepKind, StepStatus};
use parvis_domain::partners::{IdentifierScheme, PartnerKind, PartnerRoleKind};
use parvis_domain::places::PlaceKind;
use parvis_domain::programmes::{ProgrammeStatus, Visibility};

use super::harness::{first, on_both, same_on_both};
use crate::Conn;
use crate::schema::*;
use crate::templates::{TemplateFilter, TemplateSort, built_in_id, list_templates};

macro_rules! every_table {
    ($conn:expr => $($table:ident)+) => {$(
        $table::table.select($table::all_columns).limit(0).execute($conn)?;
    )+};
}

#[test]
fn every_table_has_the_columns_that_the_code_knows() {
    on_both(|store| {
        store
            .read(|conn| {
                every_table!(conn => users sessions refresh_tokens sign_in_attempts templates programmes places
                    programme_places partners partner_identifiers contacts partner_roles participation_steps memberships
                    invitations budgets lines grants balances balance_days balance_months plan_versions plan_revisions rates rate_policies partner_days partner_months exchange_days exchange_months movements
                    movement_decisions reversals pending_movements grant_balances tranches progress_records progress_countersignatures funder_reports budget_years
                    budget_year_records reconciliations reconciliation_rows reconciliation_matches agreements agreement_parties agreement_clauses agreement_amounts agreement_places agreement_amendments
                    agreement_authorisations agreement_signatures agreement_signatories agreement_obligations
                    agreement_obligation_records bodies body_colleges body_persons draws draw_colleges draw_candidates
                    draw_identities draw_refusals body_mandates body_meetings body_attendances body_decisions
                    body_decision_annulments
                    files documents document_versions document_links events event_heads idempotency_keys);
                Ok(())
            })
            .unwrap();
    });
}

#[derive(QueryableByName, PartialEq, Debug)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut Conn, sqlite: &str, postgres: &str) -> Vec<String> {
    let rows: Vec<Row> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(sqlite).load(c).unwrap(),
        Conn::Postgres(c) => diesel::sql_query(postgres).load(c).unwrap(),
    };
    rows.into_iter().map(|row| row.line).collect()
}

#[test]
fn both_databases_have_the_same_tables_columns_and_indexes() {
    same_on_both(|store| {
        let columns = |conn: &mut Conn| {
            Ok(lines(
                conn,
                "SELECT m.name || '.' || c.name || CASE WHEN c.\"notnull\" THEN '' ELSE '?' END AS line \
                 FROM sqlite_master m, pragma_table_info(m.name) c \
                 WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%' ORDER BY 1",
                "SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END AS line \
                 FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' \
                 ORDER BY (table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END) COLLATE \"C\"",
            ))
        };
        let indexes = |conn: &mut Conn| {
            Ok(lines(
                conn,
                "SELECT name AS line FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1",
                "SELECT indexname || '' AS line FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey' \
                 ORDER BY indexname COLLATE \"C\"",
            ))
        };
        (store.read(columns).unwrap(), store.read(indexes).unwrap())
    });
}

#[test]
fn the_checks_know_every_word_of_the_domain() {
    on_both(|store| {
        if !store.is_embedded() {
            return;
        }
        let sql = |table: &str| {
            let query = format!("SELECT sql AS line FROM sqlite_master WHERE name = '{table}'");
            store
                .read(|conn| Ok(lines(conn, &query, "SELECT ''").concat()))
                .unwrap()
        };
        macro_rules! knows {
            ($($table:literal $column:literal $words:ident),+ $(,)?) => {$(
                let words: Vec<_> = $words::ALL.iter().map(|word| format!("'{word}'")).collect();
                let check = format!("CHECK ({} IN ({}))", $column, words.join(", "));
                assert!(sql($table).contains(&check), "{} lacks {check}", $table);
            )+};
        }
        knows!(
            "memberships" "role" MemberRole, "invitations" "role" MemberRole, "programmes" "status" ProgrammeStatus,
            "programmes" "visibility" Visibility, "places" "kind" PlaceKind, "partners" "kind" PartnerKind,
            "partner_identifiers" "scheme" IdentifierScheme, "partner_roles" "role" PartnerRoleKind,
            "participation_steps" "kind" StepKind, "participation_steps" "status" StepStatus,
            "grants" "kind" GrantKind, "grants" "payment_mode" PaymentMode, "movements" "kind" MovementKind,
            "reconciliations" "source" StatementSource, "reconciliation_rows" "outcome" RowOutcome,
            "reconciliation_matches" "source" StatementSource, "agreements" "kind" AgreementKind,
            "agreement_amendments" "origin" OriginKind, "agreement_obligations" "kind" ObligationKind,
            "body_persons" "sex" Sex, "body_decisions" "effect_kind" EffectKind, "body_meetings" "status" MeetingStatus,
            "documents" "kind" DocumentKind, "documents" "visibility" DocumentVisibility, "document_links" "kind" ObjectKind,
        );
    });
}

#[test]
fn migrating_twice_changes_nothing() {
    same_on_both(|store| {
        assert!(store.pending_migrations().unwrap().is_empty());
        assert!(store.migrate().unwrap().is_empty());
        store.ping().unwrap();
        let request = first(TemplateSort::Code, Direction::Ascending, 50);
        let page = store
            .read(|conn| list_templates(conn, &TemplateFilter::default(), &request))
            .unwrap();
        assert!(
            page.items
                .iter()
                .all(|t| t.built_in && t.id == built_in_id(&t.content.code))
        );
        assert_eq!(page.items.len(), 5);
        page
    });
}

/// Texts in the tables with personal data that say nothing about a person.
const IMPERSONAL: &[(&str, &str)] = &[
    ("invitations", "role"),
    ("draw_identities", "pseudonym"),
    ("files", "sha256"),
    ("files", "media_type"),
];

#[test]
fn the_list_of_personal_data_is_complete() {
    on_both(|store| {
        let tables = [
            "users",
            "sessions",
            "sign_in_attempts",
            "invitations",
            "contacts",
            "agreement_signatories",
            "body_persons",
            "draw_identities",
            "files",
        ];
        let tables = tables.map(|t| format!("'{t}'")).join(", ");
        let sqlite = format!(
            "SELECT m.name || '.' || c.name AS line FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name IN ({tables}) AND c.type = 'TEXT'"
        );
        let postgres = format!(
            "SELECT table_name || '.' || column_name AS line FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name IN ({tables}) AND data_type = 'text'"
        );
        let mut there = store.read(|conn| Ok(lines(conn, &sqlite, &postgres))).unwrap();
        there.sort();
        let all = crate::personal_data::PERSONAL.iter().chain(IMPERSONAL);
        let mut listed: Vec<_> = all.map(|(table, column)| format!("{table}.{column}")).collect();
        listed.sort();
        assert_eq!(there, listed);
    });
}
