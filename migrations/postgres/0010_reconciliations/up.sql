-- Statements of the accounts and the bank beside the ledger.

-- A statement that was read, with the mapping of its columns, which the next one takes over.
CREATE TABLE reconciliations (
    id UUID NOT NULL PRIMARY KEY,
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    source TEXT COLLATE "C" NOT NULL CHECK (source IN ('bank', 'accounts')),
    file_name TEXT COLLATE "C",
    file_hash TEXT COLLATE "C" NOT NULL,
    mapping TEXT COLLATE "C" NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    left_out INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    CHECK (length(file_hash) = 64),
    CHECK (last_day >= first_day),
    CHECK (left_out >= 0)
);
CREATE INDEX reconciliations_budget ON reconciliations (budget_id, created_at, id);
CREATE UNIQUE INDEX reconciliations_file ON reconciliations (budget_id, source, file_hash);
CREATE INDEX reconciliations_programme ON reconciliations (programme_id);

-- Its rows, each with what became of it.
CREATE TABLE reconciliation_rows (
    id UUID NOT NULL PRIMARY KEY,
    reconciliation_id UUID NOT NULL REFERENCES reconciliations (id),
    line INTEGER NOT NULL,
    day DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C",
    description TEXT COLLATE "C",
    outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('matched', 'differs', 'ambiguous', 'unmatched', 'explained')),
    note TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    CONSTRAINT reconciliation_rows_note CHECK (outcome <> 'explained' OR note IS NOT NULL),
    CHECK (length(currency) = 3)
);
CREATE INDEX reconciliation_rows_line ON reconciliation_rows (reconciliation_id, line, id);
CREATE INDEX reconciliation_rows_outcome ON reconciliation_rows (reconciliation_id, outcome, line, id);

-- Which movements a row stands for. In the statements of one source a movement stands once.
CREATE TABLE reconciliation_matches (
    source TEXT COLLATE "C" NOT NULL CHECK (source IN ('bank', 'accounts')),
    movement_id UUID NOT NULL REFERENCES movements (id),
    reconciliation_id UUID NOT NULL REFERENCES reconciliations (id),
    row_id UUID NOT NULL REFERENCES reconciliation_rows (id),
    PRIMARY KEY (source, movement_id)
);
CREATE INDEX reconciliation_matches_movement ON reconciliation_matches (movement_id);
CREATE INDEX reconciliation_matches_reconciliation ON reconciliation_matches (reconciliation_id);
CREATE INDEX reconciliation_matches_row ON reconciliation_matches (row_id);
