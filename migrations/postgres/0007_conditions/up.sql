-- Conditions and time: when grants expire, what tranches wait for, progress, reports owed to funders, years that were closed
-- and opened again.

-- The last day on which a grant can be paid.
ALTER TABLE grants ADD COLUMN expires_on DATE;

ALTER TABLE tranches ADD COLUMN title TEXT COLLATE "C";
ALTER TABLE tranches ADD COLUMN is_final BOOLEAN NOT NULL DEFAULT FALSE;
-- Where the conditions stood when it was released.
ALTER TABLE tranches ADD COLUMN assessments TEXT COLLATE "C";
ALTER TABLE tranches ADD COLUMN archived_at BIGINT CONSTRAINT tranches_archived CHECK (archived_at IS NULL OR released_on IS NULL);

-- Append-only: how far a line has come, in millionths of a percent. The latest measure counts.
CREATE TABLE progress_records (
    id UUID NOT NULL PRIMARY KEY,
    line_id UUID NOT NULL REFERENCES lines (id),
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    measured_on DATE NOT NULL,
    percent_millionths BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    CONSTRAINT progress_records_percent CHECK (percent_millionths BETWEEN 0 AND 100000000)
);
CREATE INDEX progress_records_line ON progress_records (line_id, measured_on, recorded_at);
CREATE INDEX progress_records_recorded ON progress_records (line_id, recorded_at, id);
CREATE INDEX progress_records_budget ON progress_records (budget_id);
CREATE INDEX progress_records_programme ON progress_records (programme_id);
CREATE INDEX progress_records_recorder ON progress_records (recorded_by);

-- Append-only: partners that vouch for a measure.
CREATE TABLE progress_countersignatures (
    id UUID NOT NULL PRIMARY KEY,
    progress_id UUID NOT NULL REFERENCES progress_records (id),
    partner_id UUID NOT NULL REFERENCES partners (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    signed_at BIGINT NOT NULL,
    signed_by UUID REFERENCES users (id)
);
CREATE UNIQUE INDEX progress_countersignatures_once ON progress_countersignatures (progress_id, partner_id);
CREATE INDEX progress_countersignatures_partner ON progress_countersignatures (partner_id);
CREATE INDEX progress_countersignatures_programme ON progress_countersignatures (programme_id);
CREATE INDEX progress_countersignatures_signer ON progress_countersignatures (signed_by);

-- Reports owed to the funder of a grant.
CREATE TABLE funder_reports (
    id UUID NOT NULL PRIMARY KEY,
    grant_id UUID NOT NULL REFERENCES grants (id),
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    title TEXT COLLATE "C" NOT NULL,
    due_on DATE NOT NULL,
    submitted_on DATE,
    accepted_on DATE,
    returned_on DATE,
    return_reason TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    CONSTRAINT funder_reports_order CHECK (accepted_on IS NULL OR (submitted_on IS NOT NULL AND accepted_on >= submitted_on AND returned_on IS NULL)),
    CONSTRAINT funder_reports_returned CHECK ((returned_on IS NULL) = (return_reason IS NULL))
);
CREATE INDEX funder_reports_grant ON funder_reports (grant_id, due_on, id);
CREATE INDEX funder_reports_budget ON funder_reports (budget_id);
CREATE INDEX funder_reports_programme ON funder_reports (programme_id);

-- Append-only: every closing of a year, and every opening again with its reason.
CREATE TABLE budget_year_records (
    id UUID NOT NULL PRIMARY KEY,
    budget_id UUID NOT NULL REFERENCES budgets (id),
    year INTEGER NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    action TEXT COLLATE "C" NOT NULL CHECK (action IN ('closed', 'reopened')),
    reason TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    CONSTRAINT budget_year_records_reason CHECK (action = 'closed' OR reason IS NOT NULL)
);
CREATE INDEX budget_year_records_year ON budget_year_records (budget_id, year, recorded_at);
CREATE INDEX budget_year_records_programme ON budget_year_records (programme_id);
CREATE INDEX budget_year_records_recorder ON budget_year_records (recorded_by);

CREATE TRIGGER progress_records_append_only BEFORE UPDATE OR DELETE ON progress_records
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER progress_records_no_truncate BEFORE TRUNCATE ON progress_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER progress_countersignatures_append_only BEFORE UPDATE OR DELETE ON progress_countersignatures
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER progress_countersignatures_no_truncate BEFORE TRUNCATE ON progress_countersignatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER budget_year_records_append_only BEFORE UPDATE OR DELETE ON budget_year_records
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER budget_year_records_no_truncate BEFORE TRUNCATE ON budget_year_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
