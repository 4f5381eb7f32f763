-- Currencies: rates that stay as they were recorded, what each funder wants its money converted at, and the running sums
-- that balances by partner and conversions by a grant's own exchanges read. Amounts are whole minor units.

-- In which currency a funder wants its reports, and at which rates.
CREATE TABLE rate_policies (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    funder_id UUID NOT NULL REFERENCES partners (id),
    currency TEXT COLLATE "C" NOT NULL,
    policy TEXT COLLATE "C" NOT NULL CHECK (policy IN ('exchange', 'monthly', 'average')),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (length(currency) = 3)
);
CREATE UNIQUE INDEX rate_policies_funder ON rate_policies (programme_id, funder_id);
CREATE INDEX rate_policies_partner ON rate_policies (funder_id);

-- What each day changed of what a partner got, passed on, spent and contributed of a grant.
CREATE TABLE partner_days (
    grant_id UUID NOT NULL REFERENCES grants (id),
    partner_id UUID NOT NULL REFERENCES partners (id),
    day DATE NOT NULL,
    received_minor BIGINT NOT NULL DEFAULT 0,
    passed_on_minor BIGINT NOT NULL DEFAULT 0,
    spent_minor BIGINT NOT NULL DEFAULT 0,
    contributed_minor BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (grant_id, partner_id, day)
);
CREATE INDEX partner_days_partner ON partner_days (partner_id);

-- What each day changed of the exchanges of a grant: the amounts booked, and the originals that they were paid in, at the bank's own rate.
CREATE TABLE exchange_days (
    grant_id UUID NOT NULL REFERENCES grants (id),
    currency TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    amount_minor BIGINT NOT NULL DEFAULT 0,
    original_minor BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (grant_id, currency, day)
);

-- What each month changed of what a partner got, passed on, spent and contributed of a grant.
CREATE TABLE partner_months (
    grant_id UUID NOT NULL REFERENCES grants (id),
    partner_id UUID NOT NULL REFERENCES partners (id),
    month DATE NOT NULL,
    received_minor BIGINT NOT NULL DEFAULT 0,
    passed_on_minor BIGINT NOT NULL DEFAULT 0,
    spent_minor BIGINT NOT NULL DEFAULT 0,
    contributed_minor BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (grant_id, partner_id, month)
);
CREATE INDEX partner_months_partner ON partner_months (partner_id);

-- What each month changed of the exchanges of a grant: the amounts booked, and the originals that they were paid in, at the bank's own rate.
CREATE TABLE exchange_months (
    grant_id UUID NOT NULL REFERENCES grants (id),
    currency TEXT COLLATE "C" NOT NULL,
    month DATE NOT NULL,
    amount_minor BIGINT NOT NULL DEFAULT 0,
    original_minor BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (grant_id, currency, month)
);

-- What was recorded before is counted here; nothing waited for a second person then.
INSERT INTO partner_days
SELECT grant_id, partner_id, day, CAST(SUM(CASE WHEN side = 'payee' THEN signed ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN side = 'payer' AND kind IN ('disbursement', 'repayment', 'transfer') THEN signed ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN kind = 'expenditure' THEN signed ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN kind = 'in_kind' THEN signed ELSE 0 END) AS BIGINT)
FROM (
    SELECT grant_id, payer_id AS partner_id, booked_on AS day, 'payer' AS side, kind, CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END AS signed FROM movements
    WHERE kind IN ('disbursement', 'repayment', 'transfer') OR kind IN ('expenditure', 'in_kind')
    UNION ALL
    SELECT grant_id, payee_id, booked_on, 'payee', kind, CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END FROM movements WHERE kind IN ('disbursement', 'repayment', 'transfer') AND payee_id IS NOT NULL
) AS sides
GROUP BY grant_id, partner_id, day;

INSERT INTO exchange_days
SELECT grant_id, original_currency, day, CAST(SUM(signed) AS BIGINT), CAST(SUM(original) AS BIGINT)
FROM (SELECT grant_id, original_currency, booked_on AS day, CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END AS signed, CASE WHEN reverses IS NULL THEN original_minor ELSE -original_minor END AS original FROM movements WHERE original_currency IS NOT NULL AND rate_id IS NULL) AS exchanges
GROUP BY grant_id, original_currency, day;

INSERT INTO partner_months
SELECT grant_id, partner_id, month, CAST(SUM(CASE WHEN side = 'payee' THEN signed ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN side = 'payer' AND kind IN ('disbursement', 'repayment', 'transfer') THEN signed ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN kind = 'expenditure' THEN signed ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN kind = 'in_kind' THEN signed ELSE 0 END) AS BIGINT)
FROM (
    SELECT grant_id, payer_id AS partner_id, CAST(date_trunc('month', booked_on) AS DATE) AS month, 'payer' AS side, kind, CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END AS signed FROM movements
    WHERE kind IN ('disbursement', 'repayment', 'transfer') OR kind IN ('expenditure', 'in_kind')
    UNION ALL
    SELECT grant_id, payee_id, CAST(date_trunc('month', booked_on) AS DATE), 'payee', kind, CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END FROM movements WHERE kind IN ('disbursement', 'repayment', 'transfer') AND payee_id IS NOT NULL
) AS sides
GROUP BY grant_id, partner_id, month;

INSERT INTO exchange_months
SELECT grant_id, original_currency, month, CAST(SUM(signed) AS BIGINT), CAST(SUM(original) AS BIGINT)
FROM (SELECT grant_id, original_currency, CAST(date_trunc('month', booked_on) AS DATE) AS month, CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END AS signed, CASE WHEN reverses IS NULL THEN original_minor ELSE -original_minor END AS original FROM movements WHERE original_currency IS NOT NULL AND rate_id IS NULL) AS exchanges
GROUP BY grant_id, original_currency, month;

-- Movements that were paid in another currency, for the realised differences of exchange.
CREATE INDEX movements_exchanged ON movements (budget_id, grant_id) WHERE original_currency IS NOT NULL;

-- A rate is corrected by recording its day and pair again, never changed.
CREATE TRIGGER rates_append_only BEFORE UPDATE OR DELETE ON rates
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rates_no_truncate BEFORE TRUNCATE ON rates
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
