-- The financing plan: its versions, targets and rules.

-- Append-only: a revision or a submission of the plan of a budget. Number 0 is the original plan, recorded with the
-- first change of it. `costs` are the costs of the lines and `rates` the exchange rates that counted for it.
CREATE TABLE plan_versions (
    id UUID NOT NULL PRIMARY KEY,
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    number INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('original', 'revision', 'submission')),
    reason TEXT COLLATE "C",
    booked_on DATE,
    costs TEXT COLLATE "C" NOT NULL,
    rates TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    CONSTRAINT plan_versions_number_kind CHECK (number >= 0 AND (number = 0) = (kind = 'original'))
);
CREATE UNIQUE INDEX plan_versions_number ON plan_versions (budget_id, number);
CREATE INDEX plan_versions_programme ON plan_versions (programme_id);
CREATE INDEX plan_versions_recorder ON plan_versions (recorded_by);

CREATE TRIGGER plan_versions_append_only BEFORE UPDATE OR DELETE ON plan_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_versions_no_truncate BEFORE TRUNCATE ON plan_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The number of the first version that contains the change; what was recorded before versions were kept is original.
ALTER TABLE plan_revisions ADD COLUMN version_number INTEGER NOT NULL DEFAULT 0;

-- Goes up with every change of lines, grants and cells of a budget; its row is the lock of the plan.
ALTER TABLE budgets ADD COLUMN plan_version BIGINT NOT NULL DEFAULT 1;
-- Targets and ceilings per category.
ALTER TABLE budgets ADD COLUMN targets TEXT COLLATE "C" NOT NULL DEFAULT '[]';

-- The day on which a funder withdrew.
ALTER TABLE grants ADD COLUMN withdrawn_on DATE;

-- Co-financing rules.
ALTER TABLE programmes ADD COLUMN cofinancing TEXT COLLATE "C" NOT NULL DEFAULT '[]';
