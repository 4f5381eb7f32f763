-- The financing plan: its versions, targets and rules.

-- Append-only: a revision or a submission of the plan of a budget. Number 0 is the original plan, recorded with the
-- first change of it. `costs` are the costs of the lines and `rates` the exchange rates that counted for it.
CREATE TABLE plan_versions (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('original', 'revision', 'submission')),
    reason TEXT,
    booked_on TEXT,
    costs TEXT NOT NULL,
    rates TEXT NOT NULL,
    role TEXT,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB REFERENCES users (id),
    CONSTRAINT plan_versions_number_kind CHECK (number >= 0 AND (number = 0) = (kind = 'original'))
) STRICT;
CREATE UNIQUE INDEX plan_versions_number ON plan_versions (budget_id, number);
CREATE INDEX plan_versions_programme ON plan_versions (programme_id);
CREATE INDEX plan_versions_recorder ON plan_versions (recorded_by);

CREATE TRIGGER plan_versions_no_update BEFORE UPDATE ON plan_versions BEGIN
    SELECT RAISE(ABORT, 'plan_versions is append-only');
END;

CREATE TRIGGER plan_versions_no_delete BEFORE DELETE ON plan_versions BEGIN
    SELECT RAISE(ABORT, 'plan_versions is append-only');
END;

-- The number of the first version that contains the change; what was recorded before versions were kept is original.
ALTER TABLE plan_revisions ADD COLUMN version_number INTEGER NOT NULL DEFAULT 0;

-- Goes up with every change of lines, grants and cells of a budget; its row is the lock of the plan.
ALTER TABLE budgets ADD COLUMN plan_version INTEGER NOT NULL DEFAULT 1;
-- Targets and ceilings per category.
ALTER TABLE budgets ADD COLUMN targets TEXT NOT NULL DEFAULT '[]';

-- The day on which a funder withdrew.
ALTER TABLE grants ADD COLUMN withdrawn_on TEXT;

-- Co-financing rules.
ALTER TABLE programmes ADD COLUMN cofinancing TEXT NOT NULL DEFAULT '[]';
