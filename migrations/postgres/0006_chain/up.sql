-- The whole chain of a grant: every kind of movement, the rules of the grant beside those of its shares, a second person.

-- What part of the plan of a heading may shift to another without an amendment.
ALTER TABLE grants ADD COLUMN shift_numerator BIGINT;
ALTER TABLE grants ADD COLUMN shift_denominator BIGINT;
ALTER TABLE grants ADD CONSTRAINT grants_shift CHECK ((shift_numerator IS NULL) = (shift_denominator IS NULL) AND (shift_numerator IS NULL OR (shift_numerator >= 0 AND shift_denominator >= 1 AND shift_numerator <= shift_denominator)));

-- The rules of a share, widened by its shift; what is spent is justified where it was spent.
ALTER TABLE balances DROP CONSTRAINT balances_disbursed_committed;
ALTER TABLE balances DROP CONSTRAINT balances_spent_disbursed;
ALTER TABLE balances DROP CONSTRAINT balances_justified;
ALTER TABLE balances ADD CONSTRAINT balances_disbursed_committed CHECK (disbursed_minor <= committed_minor + shift_minor);
ALTER TABLE balances ADD CONSTRAINT balances_spent_disbursed CHECK (NOT strict_spending OR spent_minor <= disbursed_minor + shift_minor);
ALTER TABLE balances ADD CONSTRAINT balances_justified_spent CHECK (justified_minor <= spent_minor);
ALTER TABLE balances ADD CONSTRAINT balances_justified_committed CHECK (justified_minor <= committed_minor + shift_minor);

CREATE INDEX balance_days_grant ON balance_days (grant_id, day);

-- The running sums of a grant over all its lines, kept in the transaction of every movement.
CREATE TABLE grant_balances (
    grant_id UUID NOT NULL PRIMARY KEY REFERENCES grants (id),
    budget_id UUID NOT NULL REFERENCES budgets (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    payment_mode TEXT COLLATE "C" NOT NULL CHECK (payment_mode IN ('advance', 'instalments', 'reimbursement', 'direct')),
    decision_required BOOLEAN NOT NULL,
    strict_spending BOOLEAN NOT NULL,
    released_minor BIGINT NOT NULL DEFAULT 0,
    planned_minor BIGINT NOT NULL DEFAULT 0,
    granted_minor BIGINT NOT NULL DEFAULT 0,
    pledged_minor BIGINT NOT NULL DEFAULT 0,
    committed_minor BIGINT NOT NULL DEFAULT 0,
    disbursed_minor BIGINT NOT NULL DEFAULT 0,
    spent_minor BIGINT NOT NULL DEFAULT 0,
    justified_minor BIGINT NOT NULL DEFAULT 0,
    contributed_minor BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT grant_balances_not_negative CHECK (released_minor >= 0 AND planned_minor >= 0 AND granted_minor >= 0 AND pledged_minor >= 0 AND committed_minor >= 0 AND disbursed_minor >= 0 AND spent_minor >= 0 AND justified_minor >= 0 AND contributed_minor >= 0),
    CONSTRAINT grant_balances_committed_planned CHECK (committed_minor <= planned_minor),
    CONSTRAINT grant_balances_committed_granted CHECK (NOT decision_required OR committed_minor <= granted_minor),
    CONSTRAINT grant_balances_disbursed_committed CHECK (disbursed_minor <= committed_minor),
    CONSTRAINT grant_balances_disbursed_released CHECK (payment_mode <> 'instalments' OR disbursed_minor <= released_minor),
    CONSTRAINT grant_balances_disbursed_justified CHECK (payment_mode <> 'reimbursement' OR disbursed_minor <= justified_minor),
    CONSTRAINT grant_balances_spent_disbursed CHECK (NOT strict_spending OR spent_minor <= disbursed_minor),
    CONSTRAINT grant_balances_justified_spent CHECK (justified_minor <= spent_minor),
    CONSTRAINT grant_balances_justified_committed CHECK (justified_minor <= committed_minor)
);
CREATE INDEX grant_balances_budget ON grant_balances (budget_id);
CREATE INDEX grant_balances_programme ON grant_balances (programme_id);

INSERT INTO grant_balances
SELECT g.id, g.budget_id, g.programme_id, g.payment_mode, bool_or(b.decision_required), bool_or(b.strict_spending), 0,
    CAST(SUM(b.planned_minor) AS BIGINT), CAST(SUM(b.granted_minor) AS BIGINT), CAST(SUM(b.pledged_minor) AS BIGINT),
    CAST(SUM(b.committed_minor) AS BIGINT), CAST(SUM(b.disbursed_minor) AS BIGINT), CAST(SUM(b.spent_minor) AS BIGINT),
    CAST(SUM(b.justified_minor) AS BIGINT), CAST(SUM(b.contributed_minor) AS BIGINT)
FROM grants g JOIN balances b ON b.grant_id = g.id
GROUP BY g.id, g.budget_id, g.programme_id, g.payment_mode;

-- What a movement says beyond its amount: the document behind it by its SHA-256, what of a justification was refused and
-- why, what a correction replaces, and how the amount is worked out: a basis times a factor, which for a contribution in
-- kind are the value of a unit and the quantity, for a flat-rate cost the base and the rate.
ALTER TABLE movements ADD COLUMN needs_approval BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE movements ADD COLUMN corrects UUID REFERENCES movements (id);
ALTER TABLE movements ADD COLUMN evidence TEXT COLLATE "C" CONSTRAINT movements_evidence CHECK (evidence IS NULL OR length(evidence) = 64);
ALTER TABLE movements ADD COLUMN refused_minor BIGINT;
ALTER TABLE movements ADD COLUMN refused_reason TEXT COLLATE "C" CONSTRAINT movements_refused CHECK ((refused_minor IS NULL) = (refused_reason IS NULL) AND (refused_minor IS NULL OR (kind = 'justification' AND refused_minor BETWEEN 1 AND 100000000000000)));
ALTER TABLE movements ADD COLUMN unit TEXT COLLATE "C";
ALTER TABLE movements ADD COLUMN basis_minor BIGINT;
ALTER TABLE movements ADD COLUMN factor_numerator BIGINT;
ALTER TABLE movements ADD COLUMN factor_denominator BIGINT CONSTRAINT movements_product CHECK ((factor_numerator IS NULL) = (basis_minor IS NULL) AND (factor_denominator IS NULL) = (basis_minor IS NULL) AND (unit IS NULL) = (basis_minor IS NULL OR kind <> 'in_kind') AND (basis_minor IS NULL OR (kind IN ('in_kind', 'expenditure') AND basis_minor > 0 AND factor_numerator > 0 AND factor_denominator > 0)));
ALTER TABLE movements ADD CONSTRAINT movements_transfer CHECK (kind <> 'transfer' OR (payee_id IS NOT NULL AND payee_id <> payer_id));
-- Reference and note in folded form, with the unit separator between them: what is before it is public.
ALTER TABLE movements ADD COLUMN search TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE movements DISABLE TRIGGER movements_append_only;
UPDATE movements SET search = lower(COALESCE(reference, '')) || chr(31) || lower(COALESCE(note, ''));
ALTER TABLE movements ENABLE TRIGGER movements_append_only;
CREATE INDEX movements_corrects ON movements (corrects);

-- Which movement is reversed by which: the first once at most. A refused reversal frees the place.
CREATE TABLE reversals (
    movement_id UUID NOT NULL PRIMARY KEY REFERENCES movements (id),
    reversal_id UUID NOT NULL REFERENCES movements (id)
);
CREATE UNIQUE INDEX reversals_reversal ON reversals (reversal_id);
INSERT INTO reversals SELECT reverses, id FROM movements WHERE reverses IS NOT NULL;
DROP INDEX movements_reverses;
CREATE INDEX movements_reverses ON movements (reverses);

-- What waits for a second person, with what it would change. A reversal and its replacement are decided together: the
-- row of the replacement has the change of both. The row goes with the decision.
CREATE TABLE pending_movements (
    movement_id UUID NOT NULL PRIMARY KEY REFERENCES movements (id),
    decided_with UUID REFERENCES movements (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    budget_id UUID NOT NULL REFERENCES budgets (id),
    line_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    booked_on DATE NOT NULL,
    pledged_minor BIGINT NOT NULL,
    committed_minor BIGINT NOT NULL,
    disbursed_minor BIGINT NOT NULL,
    spent_minor BIGINT NOT NULL,
    justified_minor BIGINT NOT NULL,
    contributed_minor BIGINT NOT NULL,
    FOREIGN KEY (line_id, grant_id) REFERENCES balances (line_id, grant_id)
);
CREATE INDEX pending_movements_grant ON pending_movements (grant_id, booked_on);
CREATE INDEX pending_movements_budget ON pending_movements (budget_id, booked_on);
CREATE INDEX pending_movements_programme ON pending_movements (programme_id);
CREATE INDEX pending_movements_share ON pending_movements (line_id, grant_id);
CREATE INDEX pending_movements_pair ON pending_movements (decided_with);
