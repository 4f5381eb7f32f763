-- The ledger: budgets, grants, movements, and the running sums that its rules run on. Amounts are whole minor units.

-- Refuses every change of what is append-only.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END;
$$;

-- A plan over some years.
CREATE TABLE budgets (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    title TEXT COLLATE "C" NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    currency TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT budgets_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CHECK (length(currency) = 3)
);
CREATE INDEX budgets_programme ON budgets (programme_id, created_at, id);

-- Category, axis and year of the plan.
CREATE TABLE lines (
    id UUID NOT NULL PRIMARY KEY,
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    title TEXT COLLATE "C",
    category TEXT COLLATE "C" NOT NULL,
    axis TEXT COLLATE "C",
    year INTEGER NOT NULL,
    cost_minor BIGINT,
    cost_currency TEXT COLLATE "C",
    position INTEGER NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT lines_cost CHECK ((cost_minor IS NULL) = (cost_currency IS NULL) AND (cost_minor IS NULL OR cost_minor BETWEEN 0 AND 100000000000000)),
    CHECK (year BETWEEN 1900 AND 2200)
);
CREATE INDEX lines_budget ON lines (budget_id, position, id);
CREATE INDEX lines_programme ON lines (programme_id);

-- One decision of one funder, in one currency and one kind.
CREATE TABLE grants (
    id UUID NOT NULL PRIMARY KEY,
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    funder_id UUID NOT NULL REFERENCES partners (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('cash', 'in_kind')),
    currency TEXT COLLATE "C" NOT NULL,
    payment_mode TEXT COLLATE "C" NOT NULL CHECK (payment_mode IN ('advance', 'instalments', 'reimbursement', 'direct')),
    rate_numerator BIGINT,
    rate_denominator BIGINT,
    reference TEXT COLLATE "C",
    decided_on DATE,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT grants_rate CHECK ((rate_numerator IS NULL) = (rate_denominator IS NULL) AND (rate_numerator IS NULL OR (rate_numerator > 0 AND rate_denominator >= rate_numerator))),
    CHECK (length(currency) = 3)
);
CREATE INDEX grants_budget ON grants (budget_id, created_at, id);
CREATE INDEX grants_programme ON grants (programme_id);
CREATE INDEX grants_funder ON grants (funder_id);

-- The share of a grant in a line with its running sums, kept in the transaction of every movement. The checks are the second line of defence behind the rules.
CREATE TABLE balances (
    line_id UUID NOT NULL REFERENCES lines (id),
    grant_id UUID NOT NULL REFERENCES grants (id),
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    decision_required BOOLEAN NOT NULL,
    strict_spending BOOLEAN NOT NULL,
    shift_minor BIGINT NOT NULL DEFAULT 0,
    planned_minor BIGINT NOT NULL DEFAULT 0,
    granted_minor BIGINT NOT NULL DEFAULT 0,
    pledged_minor BIGINT NOT NULL DEFAULT 0,
    committed_minor BIGINT NOT NULL DEFAULT 0,
    disbursed_minor BIGINT NOT NULL DEFAULT 0,
    spent_minor BIGINT NOT NULL DEFAULT 0,
    justified_minor BIGINT NOT NULL DEFAULT 0,
    contributed_minor BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT balances_not_negative CHECK (shift_minor >= 0 AND planned_minor >= 0 AND granted_minor >= 0 AND pledged_minor >= 0 AND committed_minor >= 0 AND disbursed_minor >= 0 AND spent_minor >= 0 AND justified_minor >= 0 AND contributed_minor >= 0),
    CONSTRAINT balances_bounded CHECK (shift_minor <= 100000000000000000 AND planned_minor <= 100000000000000000 AND granted_minor <= 100000000000000000 AND pledged_minor <= 100000000000000000 AND committed_minor <= 100000000000000000 AND disbursed_minor <= 100000000000000000 AND spent_minor <= 100000000000000000 AND justified_minor <= 100000000000000000 AND contributed_minor <= 100000000000000000),
    CONSTRAINT balances_committed_planned CHECK (committed_minor <= planned_minor + shift_minor),
    CONSTRAINT balances_committed_granted CHECK (NOT decision_required OR committed_minor <= granted_minor + shift_minor),
    CONSTRAINT balances_disbursed_committed CHECK (disbursed_minor <= committed_minor),
    CONSTRAINT balances_spent_disbursed CHECK (NOT strict_spending OR spent_minor <= disbursed_minor),
    CONSTRAINT balances_justified CHECK (justified_minor <= spent_minor AND justified_minor <= committed_minor),
    PRIMARY KEY (line_id, grant_id)
);
CREATE INDEX balances_grant ON balances (grant_id);
CREATE INDEX balances_budget ON balances (budget_id);
CREATE INDEX balances_programme ON balances (programme_id);

-- What each day changed of a share.
CREATE TABLE balance_days (
    line_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    day DATE NOT NULL,
    planned_minor BIGINT NOT NULL DEFAULT 0,
    granted_minor BIGINT NOT NULL DEFAULT 0,
    pledged_minor BIGINT NOT NULL DEFAULT 0,
    committed_minor BIGINT NOT NULL DEFAULT 0,
    disbursed_minor BIGINT NOT NULL DEFAULT 0,
    spent_minor BIGINT NOT NULL DEFAULT 0,
    justified_minor BIGINT NOT NULL DEFAULT 0,
    contributed_minor BIGINT NOT NULL DEFAULT 0,
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id),
    PRIMARY KEY (line_id, grant_id, day)
);

-- What each month changed of a share; the month is its first day.
CREATE TABLE balance_months (
    line_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    month DATE NOT NULL,
    planned_minor BIGINT NOT NULL DEFAULT 0,
    granted_minor BIGINT NOT NULL DEFAULT 0,
    pledged_minor BIGINT NOT NULL DEFAULT 0,
    committed_minor BIGINT NOT NULL DEFAULT 0,
    disbursed_minor BIGINT NOT NULL DEFAULT 0,
    spent_minor BIGINT NOT NULL DEFAULT 0,
    justified_minor BIGINT NOT NULL DEFAULT 0,
    contributed_minor BIGINT NOT NULL DEFAULT 0,
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id),
    PRIMARY KEY (line_id, grant_id, month)
);

-- Append-only: the changes of plan and decision of a share. The original plan is booked on 1900-01-01.
CREATE TABLE plan_revisions (
    id UUID NOT NULL PRIMARY KEY,
    line_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    booked_on DATE NOT NULL,
    planned_minor BIGINT NOT NULL,
    granted_minor BIGINT NOT NULL,
    reason TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id)
);
CREATE INDEX plan_revisions_share ON plan_revisions (line_id, grant_id, booked_on);
CREATE INDEX plan_revisions_budget ON plan_revisions (budget_id, recorded_at, id);
CREATE INDEX plan_revisions_programme ON plan_revisions (programme_id);
CREATE INDEX plan_revisions_recorder ON plan_revisions (recorded_by);

-- Exchange rates with their date and source: one unit of the first currency is numerator/denominator of the second.
CREATE TABLE rates (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID REFERENCES programmes (id),
    from_currency TEXT COLLATE "C" NOT NULL,
    to_currency TEXT COLLATE "C" NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    valid_on DATE NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    CHECK (numerator > 0 AND denominator > 0),
    CHECK (from_currency <> to_currency)
);
CREATE INDEX rates_pair ON rates (from_currency, to_currency, valid_on);
CREATE INDEX rates_programme ON rates (programme_id);
CREATE INDEX rates_recorder ON rates (recorded_by);

-- Append-only: the ledger. A reversal repeats what it reverses and counts negatively.
CREATE TABLE movements (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    budget_id UUID NOT NULL REFERENCES budgets (id),
    line_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('pledge', 'commitment', 'decommitment', 'disbursement', 'expenditure', 'repayment', 'in_kind', 'justification', 'transfer')),
    amount_minor BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    original_minor BIGINT,
    original_currency TEXT COLLATE "C",
    rate_id UUID REFERENCES rates (id),
    payer_id UUID NOT NULL REFERENCES partners (id),
    payee_id UUID REFERENCES partners (id),
    booked_on DATE NOT NULL,
    incurred_on DATE,
    paid_on DATE,
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    reference TEXT COLLATE "C",
    note TEXT COLLATE "C",
    reverses UUID REFERENCES movements (id),
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id),
    CONSTRAINT movements_amount CHECK (amount_minor BETWEEN 1 AND 100000000000000),
    CONSTRAINT movements_original CHECK ((original_minor IS NULL) = (original_currency IS NULL) AND (original_minor IS NULL OR original_minor BETWEEN 1 AND 100000000000000)),
    CONSTRAINT movements_incurred CHECK (incurred_on IS NULL OR kind = 'expenditure'),
    CONSTRAINT movements_itself CHECK (reverses IS NULL OR reverses <> id),
    CHECK (length(currency) = 3)
);
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
    id UUID NOT NULL PRIMARY KEY,
    movement_id UUID NOT NULL REFERENCES movements (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    decision TEXT COLLATE "C" NOT NULL CHECK (decision IN ('approved', 'refused')),
    reason TEXT COLLATE "C",
    decided_at BIGINT NOT NULL,
    decided_by UUID NOT NULL REFERENCES users (id)
);
CREATE UNIQUE INDEX movement_decisions_movement ON movement_decisions (movement_id);
CREATE INDEX movement_decisions_programme ON movement_decisions (programme_id);
CREATE INDEX movement_decisions_decider ON movement_decisions (decided_by);

-- Parts of a grant that are released on conditions.
CREATE TABLE tranches (
    id UUID NOT NULL PRIMARY KEY,
    grant_id UUID NOT NULL REFERENCES grants (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    position INTEGER NOT NULL,
    amount_minor BIGINT NOT NULL,
    due_on DATE,
    conditions TEXT COLLATE "C",
    released_on DATE,
    released_by UUID REFERENCES users (id),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (amount_minor BETWEEN 1 AND 100000000000000)
);
CREATE INDEX tranches_grant ON tranches (grant_id, position);
CREATE INDEX tranches_programme ON tranches (programme_id);
CREATE INDEX tranches_releaser ON tranches (released_by);

-- Years of a budget, and when they were closed.
CREATE TABLE budget_years (
    budget_id UUID NOT NULL REFERENCES budgets (id),
    year INTEGER NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    closed_at BIGINT,
    closed_by UUID REFERENCES users (id),
    PRIMARY KEY (budget_id, year)
);
CREATE INDEX budget_years_programme ON budget_years (programme_id);
CREATE INDEX budget_years_closer ON budget_years (closed_by);

CREATE TRIGGER movements_append_only BEFORE UPDATE OR DELETE ON movements
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER movements_no_truncate BEFORE TRUNCATE ON movements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER plan_revisions_append_only BEFORE UPDATE OR DELETE ON plan_revisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_revisions_no_truncate BEFORE TRUNCATE ON plan_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER movement_decisions_append_only BEFORE UPDATE OR DELETE ON movement_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER movement_decisions_no_truncate BEFORE TRUNCATE ON movement_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
