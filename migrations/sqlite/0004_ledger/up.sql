-- The ledger: budgets, grants, movements, and the running sums that its rules run on. Amounts are whole minor units.

-- A plan over some years.
CREATE TABLE budgets (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    title TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    currency TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT budgets_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CHECK (length(currency) = 3)
) STRICT;
CREATE INDEX budgets_programme ON budgets (programme_id, created_at, id);

-- Category, axis and year of the plan.
CREATE TABLE lines (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    title TEXT,
    category TEXT NOT NULL,
    axis TEXT,
    year INTEGER NOT NULL,
    cost_minor INTEGER,
    cost_currency TEXT,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT lines_cost CHECK ((cost_minor IS NULL) = (cost_currency IS NULL) AND (cost_minor IS NULL OR cost_minor BETWEEN 0 AND 100000000000000)),
    CHECK (year BETWEEN 1900 AND 2200)
) STRICT;
CREATE INDEX lines_budget ON lines (budget_id, position, id);
CREATE INDEX lines_programme ON lines (programme_id);

-- One decision of one funder, in one currency and one kind.
CREATE TABLE grants (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    funder_id BLOB NOT NULL REFERENCES partners (id),
    kind TEXT NOT NULL CHECK (kind IN ('cash', 'in_kind')),
    currency TEXT NOT NULL,
    payment_mode TEXT NOT NULL CHECK (payment_mode IN ('advance', 'instalments', 'reimbursement', 'direct')),
    rate_numerator INTEGER,
    rate_denominator INTEGER,
    reference TEXT,
    decided_on TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT grants_rate CHECK ((rate_numerator IS NULL) = (rate_denominator IS NULL) AND (rate_numerator IS NULL OR (rate_numerator > 0 AND rate_denominator >= rate_numerator))),
    CHECK (length(currency) = 3)
) STRICT;
CREATE INDEX grants_budget ON grants (budget_id, created_at, id);
CREATE INDEX grants_programme ON grants (programme_id);
CREATE INDEX grants_funder ON grants (funder_id);

-- The share of a grant in a line with its running sums, kept in the transaction of every movement. The checks are the second line of defence behind the rules.
CREATE TABLE balances (
    line_id BLOB NOT NULL REFERENCES lines (id),
    grant_id BLOB NOT NULL REFERENCES grants (id),
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    decision_required INTEGER NOT NULL CHECK (decision_required IN (0, 1)),
    strict_spending INTEGER NOT NULL CHECK (strict_spending IN (0, 1)),
    shift_minor INTEGER NOT NULL DEFAULT 0,
    planned_minor INTEGER NOT NULL DEFAULT 0,
    granted_minor INTEGER NOT NULL DEFAULT 0,
    pledged_minor INTEGER NOT NULL DEFAULT 0,
    committed_minor INTEGER NOT NULL DEFAULT 0,
    disbursed_minor INTEGER NOT NULL DEFAULT 0,
    spent_minor INTEGER NOT NULL DEFAULT 0,
    justified_minor INTEGER NOT NULL DEFAULT 0,
    contributed_minor INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT balances_not_negative CHECK (shift_minor >= 0 AND planned_minor >= 0 AND granted_minor >= 0 AND pledged_minor >= 0 AND committed_minor >= 0 AND disbursed_minor >= 0 AND spent_minor >= 0 AND justified_minor >= 0 AND contributed_minor >= 0),
    CONSTRAINT balances_bounded CHECK (shift_minor <= 100000000000000000 AND planned_minor <= 100000000000000000 AND granted_minor <= 100000000000000000 AND pledged_minor <= 100000000000000000 AND committed_minor <= 100000000000000000 AND disbursed_minor <= 100000000000000000 AND spent_minor <= 100000000000000000 AND justified_minor <= 100000000000000000 AND contributed_minor <= 100000000000000000),
    CONSTRAINT balances_committed_planned CHECK (committed_minor <= planned_minor + shift_minor),
    CONSTRAINT balances_committed_granted CHECK (NOT decision_required OR committed_minor <= granted_minor + shift_minor),
    CONSTRAINT balances_disbursed_committed CHECK (disbursed_minor <= committed_minor),
    CONSTRAINT balances_spent_disbursed CHECK (NOT strict_spending OR spent_minor <= disbursed_minor),
    CONSTRAINT balances_justified CHECK (justified_minor <= spent_minor AND justified_minor <= committed_minor),
    PRIMARY KEY (line_id, grant_id)
) STRICT;
CREATE INDEX balances_grant ON balances (grant_id);
CREATE INDEX balances_budget ON balances (budget_id);
CREATE INDEX balances_programme ON balances (programme_id);

-- What each day changed of a share.
CREATE TABLE balance_days (
    line_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    day TEXT NOT NULL,
    planned_minor INTEGER NOT NULL DEFAULT 0,
    granted_minor INTEGER NOT NULL DEFAULT 0,
    pledged_minor INTEGER NOT NULL DEFAULT 0,
    committed_minor INTEGER NOT NULL DEFAULT 0,
    disbursed_minor INTEGER NOT NULL DEFAULT 0,
    spent_minor INTEGER NOT NULL DEFAULT 0,
    justified_minor INTEGER NOT NULL DEFAULT 0,
    contributed_minor INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id),
    PRIMARY KEY (line_id, grant_id, day)
) STRICT;

-- What each month changed of a share; the month is its first day.
CREATE TABLE balance_months (
    line_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    month TEXT NOT NULL,
    planned_minor INTEGER NOT NULL DEFAULT 0,
    granted_minor INTEGER NOT NULL DEFAULT 0,
    pledged_minor INTEGER NOT NULL DEFAULT 0,
    committed_minor INTEGER NOT NULL DEFAULT 0,
    disbursed_minor INTEGER NOT NULL DEFAULT 0,
    spent_minor INTEGER NOT NULL DEFAULT 0,
    justified_minor INTEGER NOT NULL DEFAULT 0,
    contributed_minor INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id),
    PRIMARY KEY (line_id, grant_id, month)
) STRICT;

-- Append-only: the changes of plan and decision of a share. The original plan is booked on 1900-01-01.
CREATE TABLE plan_revisions (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    line_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    booked_on TEXT NOT NULL,
    planned_minor INTEGER NOT NULL,
    granted_minor INTEGER NOT NULL,
    reason TEXT,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB REFERENCES users (id),
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id)
) STRICT;
CREATE INDEX plan_revisions_share ON plan_revisions (line_id, grant_id, booked_on);
CREATE INDEX plan_revisions_budget ON plan_revisions (budget_id, recorded_at, id);
CREATE INDEX plan_revisions_programme ON plan_revisions (programme_id);
CREATE INDEX plan_revisions_recorder ON plan_revisions (recorded_by);

-- Exchange rates with their date and source: one unit of the first currency is numerator/denominator of the second.
CREATE TABLE rates (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB REFERENCES programmes (id),
    from_currency TEXT NOT NULL,
    to_currency TEXT NOT NULL,
    numerator INTEGER NOT NULL,
    denominator INTEGER NOT NULL,
    valid_on TEXT NOT NULL,
    source TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB REFERENCES users (id),
    CHECK (numerator > 0 AND denominator > 0),
    CHECK (from_currency <> to_currency)
) STRICT;
CREATE INDEX rates_pair ON rates (from_currency, to_currency, valid_on);
CREATE INDEX rates_programme ON rates (programme_id);
CREATE INDEX rates_recorder ON rates (recorded_by);

-- Append-only: the ledger. A reversal repeats what it reverses and counts negatively.
CREATE TABLE movements (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    line_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('pledge', 'commitment', 'decommitment', 'disbursement', 'expenditure', 'repayment', 'in_kind', 'justification', 'transfer')),
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    original_minor INTEGER,
    original_currency TEXT,
    rate_id BLOB REFERENCES rates (id),
    payer_id BLOB NOT NULL REFERENCES partners (id),
    payee_id BLOB REFERENCES partners (id),
    booked_on TEXT NOT NULL,
    incurred_on TEXT,
    paid_on TEXT,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB REFERENCES users (id),
    reference TEXT,
    note TEXT,
    reverses BLOB REFERENCES movements (id),
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id),
    CONSTRAINT movements_amount CHECK (amount_minor BETWEEN 1 AND 100000000000000),
    CONSTRAINT movements_original CHECK ((original_minor IS NULL) = (original_currency IS NULL) AND (original_minor IS NULL OR original_minor BETWEEN 1 AND 100000000000000)),
    CONSTRAINT movements_incurred CHECK (incurred_on IS NULL OR kind = 'expenditure'),
    CONSTRAINT movements_itself CHECK (reverses IS NULL OR reverses <> id),
    CHECK (length(currency) = 3)
) STRICT;
CREATE UNIQUE INDEX movements_reverses ON movements (reverses);
CREATE INDEX movements_booked ON movements (budget_id, booked_on, id);
CREATE INDEX movements_recorded ON movements (budget_id, recorded_at, id);
CREATE INDEX movements_share ON movements (line_id, grant_id, booked_on);
CREATE INDEX movements_programme ON movements (programme_id);
CREATE INDEX movements_grant ON movements (grant_id);
CREATE INDEX movements_payer ON movements (payer_id);
CREATE INDEX movements_payee ON movements (payee_id);
CREATE INDEX movements_rate ON movements (rate_id);
CREATE INDEX movements_recorder ON movements (recorded_by);

-- Append-only: the approval or refusal of a movement by a second person.
CREATE TABLE movement_decisions (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    movement_id BLOB NOT NULL REFERENCES movements (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    decision TEXT NOT NULL CHECK (decision IN ('approved', 'refused')),
    reason TEXT,
    decided_at INTEGER NOT NULL,
    decided_by BLOB NOT NULL REFERENCES users (id)
) STRICT;
CREATE UNIQUE INDEX movement_decisions_movement ON movement_decisions (movement_id);
CREATE INDEX movement_decisions_programme ON movement_decisions (programme_id);
CREATE INDEX movement_decisions_decider ON movement_decisions (decided_by);

-- Parts of a grant that are released on conditions.
CREATE TABLE tranches (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    grant_id BLOB NOT NULL REFERENCES grants (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    position INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    due_on TEXT,
    conditions TEXT,
    released_on TEXT,
    released_by BLOB REFERENCES users (id),
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (amount_minor BETWEEN 1 AND 100000000000000)
) STRICT;
CREATE INDEX tranches_grant ON tranches (grant_id, position);
CREATE INDEX tranches_programme ON tranches (programme_id);
CREATE INDEX tranches_releaser ON tranches (released_by);

-- Years of a budget, and when they were closed.
CREATE TABLE budget_years (
    budget_id BLOB NOT NULL REFERENCES budgets (id),
    year INTEGER NOT NULL,
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    closed_at INTEGER,
    closed_by BLOB REFERENCES users (id),
    PRIMARY KEY (budget_id, year)
) STRICT;
CREATE INDEX budget_years_programme ON budget_years (programme_id);
CREATE INDEX budget_years_closer ON budget_years (closed_by);

CREATE TRIGGER movements_no_update BEFORE UPDATE ON movements BEGIN
    SELECT RAISE(ABORT, 'movements is append-only');
END;

CREATE TRIGGER movements_no_delete BEFORE DELETE ON movements BEGIN
    SELECT RAISE(ABORT, 'movements is append-only');
END;

CREATE TRIGGER plan_revisions_no_update BEFORE UPDATE ON plan_revisions BEGIN
    SELECT RAISE(ABORT, 'plan_revisions is append-only');
END;

CREATE TRIGGER plan_revisions_no_delete BEFORE DELETE ON plan_revisions BEGIN
    SELECT RAISE(ABORT, 'plan_revisions is append-only');
END;

CREATE TRIGGER movement_decisions_no_update BEFORE UPDATE ON movement_decisions BEGIN
    SELECT RAISE(ABORT, 'movement_decisions is append-only');
END;

CREATE TRIGGER movement_decisions_no_delete BEFORE DELETE ON movement_decisions BEGIN
    SELECT RAISE(ABORT, 'movement_decisions is append-only');
END;
