-- Conditions and time: when grants expire, what tranches wait for, progress, reports owed to funders, years that were closed
-- and opened again.

-- The last day on which a grant can be paid.
ALTER TABLE grants ADD COLUMN expires_on TEXT;

ALTER TABLE tranches ADD COLUMN title TEXT;
ALTER TABLE tranches ADD COLUMN is_final INTEGER NOT NULL DEFAULT 0 CHECK (is_final IN (0, 1));
-- Where the conditions stood when it was released.
ALTER TABLE tranches ADD COLUMN assessments TEXT;
ALTER TABLE tranches ADD COLUMN archived_at INTEGER CONSTRAINT tranches_archived CHECK (archived_at IS NULL OR released_on IS NULL);

-- Append-only: how far a line has come, in millionths of a percent. The latest measure counts.
CREATE TABLE progress_records (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    line_id BLOB NOT NULL REFERENCES lines (id),
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    measured_on TEXT NOT NULL,
    percent_millionths INTEGER NOT NULL,
    source TEXT NOT NULL,
    note TEXT,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB REFERENCES users (id),
    CONSTRAINT progress_records_percent CHECK (percent_millionths BETWEEN 0 AND 100000000)
) STRICT;
CREATE INDEX progress_records_line ON progress_records (line_id, measured_on, recorded_at);
CREATE INDEX progress_records_recorded ON progress_records (line_id, recorded_at, id);
CREATE INDEX progress_records_budget ON progress_records (budget_id);
CREATE INDEX progress_records_programme ON progress_records (programme_id);
CREATE INDEX progress_records_recorder ON progress_records (recorded_by);

-- Append-only: partners that vouch for a measure.
CREATE TABLE progress_countersignatures (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    progress_id BLOB NOT NULL REFERENCES progress_records (id),
    partner_id BLOB NOT NULL REFERENCES partners (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    signed_at INTEGER NOT NULL,
    signed_by BLOB REFERENCES users (id)
) STRICT;
CREATE UNIQUE INDEX progress_countersignatures_once ON progress_countersignatures (progress_id, partner_id);
CREATE INDEX progress_countersignatures_partner ON progress_countersignatures (partner_id);
CREATE INDEX progress_countersignatures_programme ON progress_countersignatures (programme_id);
CREATE INDEX progress_countersignatures_signer ON progress_countersignatures (signed_by);

-- Reports owed to the funder of a grant.
CREATE TABLE funder_reports (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    grant_id BLOB NOT NULL REFERENCES grants (id),
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    title TEXT NOT NULL,
    due_on TEXT NOT NULL,
    submitted_on TEXT,
    accepted_on TEXT,
    returned_on TEXT,
    return_reason TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    CONSTRAINT funder_reports_order CHECK (accepted_on IS NULL OR (submitted_on IS NOT NULL AND accepted_on >= submitted_on AND returned_on IS NULL)),
    CONSTRAINT funder_reports_returned CHECK ((returned_on IS NULL) = (return_reason IS NULL))
) STRICT;
CREATE INDEX funder_reports_grant ON funder_reports (grant_id, due_on, id);
CREATE INDEX funder_reports_budget ON funder_reports (budget_id);
CREATE INDEX funder_reports_programme ON funder_reports (programme_id);

-- Append-only: every closing of a year, and every opening again with its reason.
CREATE TABLE budget_year_records (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    year INTEGER NOT NULL,
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    action TEXT NOT NULL CHECK (action IN ('closed', 'reopened')),
    reason TEXT,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB REFERENCES users (id),
    CONSTRAINT budget_year_records_reason CHECK (action = 'closed' OR reason IS NOT NULL)
) STRICT;
CREATE INDEX budget_year_records_year ON budget_year_records (budget_id, year, recorded_at);
CREATE INDEX budget_year_records_programme ON budget_year_records (programme_id);
CREATE INDEX budget_year_records_recorder ON budget_year_records (recorded_by);

CREATE TRIGGER progress_records_no_update BEFORE UPDATE ON progress_records BEGIN
    SELECT RAISE(ABORT, 'progress_records is append-only');
END;

CREATE TRIGGER progress_records_no_delete BEFORE DELETE ON progress_records BEGIN
    SELECT RAISE(ABORT, 'progress_records is append-only');
END;

CREATE TRIGGER progress_countersignatures_no_update BEFORE UPDATE ON progress_countersignatures BEGIN
    SELECT RAISE(ABORT, 'progress_countersignatures is append-only');
END;

CREATE TRIGGER progress_countersignatures_no_delete BEFORE DELETE ON progress_countersignatures BEGIN
    SELECT RAISE(ABORT, 'progress_countersignatures is append-only');
END;

CREATE TRIGGER budget_year_records_no_update BEFORE UPDATE ON budget_year_records BEGIN
    SELECT RAISE(ABORT, 'budget_year_records is append-only');
END;

CREATE TRIGGER budget_year_records_no_delete BEFORE DELETE ON budget_year_records BEGIN
    SELECT RAISE(ABORT, 'budget_year_records is append-only');
END;
