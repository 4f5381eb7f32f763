//! Rows of documents, agreements, bodies and draws without the operations that make them: one in every table, by SQL alone.

use parvis_store::Store;

/// Statements in the order of their references; each takes the identifier of a programme as its own.
const STATEMENTS: [&str; 19] = [
    "INSERT INTO files (id, programme_id, file_name, created_by, created_at) \
     SELECT id, id, 'Secret-Name.pdf', (SELECT id FROM users WHERE email = '{email}'), 0 FROM {one}",
    "INSERT INTO documents (id, programme_id, title, description, kind, visibility, latest, search, created_at, updated_at) \
     SELECT id, id, '{}', '{}', 'other', 'team', 1, '', 0, 0 FROM {one}",
    "INSERT INTO document_versions (id, document_id, programme_id, number, file_id, sha256, size_bytes, media_type, recorded_at) \
     SELECT id, id, id, 1, id, '{digest}', 1, 'text/plain', 0 FROM {one}",
    "INSERT INTO agreements (id, programme_id, kind, title, search, starts_on, created_at, updated_at) \
     SELECT id, id, 'charter', '{}', '', '2020-01-01', 0, 0 FROM {one}",
    "INSERT INTO agreement_authorisations (id, agreement_id, partner_id, programme_id, reference, decided_on, recorded_at) \
     SELECT id, id, {partner}, id, 'D 1', '2020-01-01', 0 FROM {one}",
    "INSERT INTO agreement_signatures (id, agreement_id, partner_id, programme_id, signed_on, recorded_at) \
     SELECT id, id, {partner}, id, '2020-01-01', 0 FROM {one}",
    "INSERT INTO agreement_signatories (signature_id, programme_id, name, quality, email, created_at) \
     SELECT id, id, 'Secret-Name Signatory', 'Secret-Name', '{email}', 0 FROM {one}",
    "INSERT INTO agreement_obligations (id, agreement_id, programme_id, kind, title, owed_by, first_on, created_at, updated_at) \
     SELECT id, id, id, 'report', '{}', {partner}, '2020-01-01', 0, 0 FROM {one}",
    "INSERT INTO agreement_obligation_records (id, obligation_id, programme_id, due_on, met_on, recorded_at) \
     SELECT id, id, id, '2020-01-01', '2020-01-01', 0 FROM {one}",
    "INSERT INTO bodies (id, programme_id, kind, title, search, rules, created_at, updated_at) \
     SELECT id, id, 'citizen_council', '{}', '', '{\"quorum\":{\"body\":null,\"basis\":\"seats\"},\"majority\":\"simple\"}', 0, 0 \
     FROM {one}",
    "INSERT INTO body_persons (id, programme_id, name, sex, email, phone, created_at, updated_at) \
     SELECT id, id, 'Secret-Name Member', 'female', '{email}', '+33 5 00 00 00 08', 0, 0 FROM {one}",
    "INSERT INTO draws (id, body_id, programme_id, source_name, source_born_on, source_writing, created_at, updated_at) \
     SELECT id, id, id, 'Loto', '2020-01-02', 'as it is', 0, 0 FROM {one}",
    "INSERT INTO draw_colleges (draw_id, code, programme_id, seats, parity) SELECT id, 'all', id, 1, 'none' FROM {one}",
    "INSERT INTO draw_candidates (draw_id, pseudonym, programme_id, college, sex, commitment) \
     SELECT id, 'p', id, 'all', 'female', '{digest}' FROM {one}",
    "INSERT INTO draw_identities (draw_id, pseudonym, programme_id, identity, salt) \
     SELECT id, 'p', id, 'Secret-Name Candidate <{email}>', 'salt' FROM {one}",
    "INSERT INTO draw_refusals (id, draw_id, position, pseudonym, programme_id, refused_on, recorded_at) \
     SELECT id, id, 1, 'p', id, '2020-01-03', 0 FROM {one}",
    "INSERT INTO body_meetings (id, body_id, programme_id, status, convened_on, held_on, agenda, quorum, created_at, updated_at) \
     SELECT id, id, id, 'held', '2020-01-01', '2020-01-01', '[]', '{\"counts\":[],\"waived\":false}', 0, 0 FROM {one}",
    "INSERT INTO body_decisions (id, meeting_id, body_id, programme_id, item, text, effect_kind, effect, yes, no, abstained, \
     carried, decided_on, recorded_at) \
     SELECT id, id, id, id, 1, '{}', 'resolve', '{\"kind\":\"resolve\"}', 1, 0, 0, {true}, '2020-01-01', 0 FROM {one}",
    "INSERT INTO body_decision_annulments (decision_id, programme_id, annulled_on, reason, recorded_at) \
     SELECT id, id, '2020-01-01', 'no quorum', 0 FROM {one}",
];

/// Writes them into the first programme. The persons in them have this address.
pub fn write(store: &Store, email: &str) {
    for sql in STATEMENTS {
        let sql = sql
            .replace("{one}", "(SELECT id FROM programmes ORDER BY id LIMIT 1) AS one")
            .replace("{partner}", "(SELECT id FROM partners ORDER BY id LIMIT 1)")
            .replace("{true}", "(1 = 1)")
            .replace("{digest}", &"0".repeat(64))
            .replace("{email}", email);
        parvis_tests::app::execute(store, &sql).expect(&sql);
    }
}
