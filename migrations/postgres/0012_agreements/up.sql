-- Agreements that are signed, amended and obeyed; bodies that sit, draw lots and decide.

-- What was signed first. What holds on a day follows from it and from the amendments; where it stands follows from
-- signatures and days, and is not stored.
CREATE TABLE agreements (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('convention', 'framework_contract', 'works_contract', 'service_contract', 'grant_decision', 'charter', 'memorandum', 'order')),
    reference TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    search TEXT COLLATE "C" NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    eligible_from DATE,
    eligible_until DATE,
    payable_until DATE,
    awarded_on DATE,
    award_reference TEXT COLLATE "C",
    value_minor BIGINT,
    currency TEXT COLLATE "C",
    opened_on DATE,
    notified_on DATE,
    terminated_on DATE,
    termination_reason TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    CONSTRAINT agreements_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT agreements_eligible CHECK (eligible_until IS NULL OR (eligible_from IS NOT NULL AND eligible_until >= eligible_from)),
    CONSTRAINT agreements_payable CHECK (payable_until IS NULL OR ends_on IS NULL OR payable_until >= ends_on),
    CONSTRAINT agreements_contract CHECK ((kind IN ('works_contract', 'service_contract')) = (awarded_on IS NOT NULL)),
    CONSTRAINT agreements_award CHECK ((awarded_on IS NULL) = (award_reference IS NULL) AND (awarded_on IS NULL) = (value_minor IS NULL)),
    CONSTRAINT agreements_value CHECK ((value_minor IS NULL) = (currency IS NULL) AND (value_minor IS NULL OR value_minor > 0)),
    CONSTRAINT agreements_notified CHECK (notified_on IS NULL OR (opened_on IS NOT NULL AND kind IN ('grant_decision', 'order'))),
    CONSTRAINT agreements_terminated CHECK ((terminated_on IS NULL) = (termination_reason IS NULL) AND (terminated_on IS NULL OR opened_on IS NOT NULL)),
    CONSTRAINT agreements_archived CHECK (archived_at IS NULL OR opened_on IS NULL)
);
CREATE INDEX agreements_programme ON agreements (programme_id, starts_on, id);

-- The parties as first signed.
CREATE TABLE agreement_parties (
    agreement_id UUID NOT NULL REFERENCES agreements (id),
    partner_id UUID NOT NULL REFERENCES partners (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    position INTEGER NOT NULL,
    capacities TEXT COLLATE "C" NOT NULL,
    signs BOOLEAN NOT NULL,
    needs_authorisation BOOLEAN NOT NULL,
    PRIMARY KEY (agreement_id, partner_id)
);
CREATE INDEX agreement_parties_partner ON agreement_parties (partner_id);
CREATE INDEX agreement_parties_programme ON agreement_parties (programme_id);

-- The clauses as first signed.
CREATE TABLE agreement_clauses (
    agreement_id UUID NOT NULL REFERENCES agreements (id),
    number TEXT COLLATE "C" NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    title TEXT COLLATE "C",
    text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (agreement_id, number)
);
CREATE INDEX agreement_clauses_programme ON agreement_clauses (programme_id);

-- The financial annex as first signed: how much of a grant, on a line or altogether.
CREATE TABLE agreement_amounts (
    id UUID NOT NULL PRIMARY KEY,
    agreement_id UUID NOT NULL REFERENCES agreements (id),
    grant_id UUID NOT NULL REFERENCES grants (id),
    line_id UUID REFERENCES lines (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    amount_minor BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    CONSTRAINT agreement_amounts_amount CHECK (amount_minor >= 0)
);
CREATE UNIQUE INDEX agreement_amounts_line ON agreement_amounts (agreement_id, grant_id, line_id) WHERE line_id IS NOT NULL;
CREATE UNIQUE INDEX agreement_amounts_grant ON agreement_amounts (agreement_id, grant_id) WHERE line_id IS NULL;
CREATE INDEX agreement_amounts_of_grant ON agreement_amounts (grant_id);
CREATE INDEX agreement_amounts_of_line ON agreement_amounts (line_id);
CREATE INDEX agreement_amounts_programme ON agreement_amounts (programme_id);

-- The places it is about.
CREATE TABLE agreement_places (
    agreement_id UUID NOT NULL REFERENCES agreements (id),
    place_id UUID NOT NULL REFERENCES places (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    PRIMARY KEY (agreement_id, place_id)
);
CREATE INDEX agreement_places_place ON agreement_places (place_id);
CREATE INDEX agreement_places_programme ON agreement_places (programme_id);

-- Numbered changes that have effect from a day on. `changes` names what changes and nothing else; `signers` keeps who
-- signs, as the parties were when it was opened for signature.
CREATE TABLE agreement_amendments (
    id UUID NOT NULL PRIMARY KEY,
    agreement_id UUID NOT NULL REFERENCES agreements (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    number INTEGER NOT NULL,
    origin TEXT COLLATE "C" NOT NULL CHECK (origin IN ('signed', 'law_or_order')),
    law_reference TEXT COLLATE "C",
    law_dated_on DATE,
    title TEXT COLLATE "C" NOT NULL,
    effective_on DATE NOT NULL,
    changes TEXT COLLATE "C" NOT NULL,
    opened_on DATE,
    signers TEXT COLLATE "C",
    withdrawn_on DATE,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT agreement_amendments_number_from CHECK (number >= 1),
    CONSTRAINT agreement_amendments_law CHECK ((origin = 'law_or_order') = (law_reference IS NOT NULL) AND (law_reference IS NULL) = (law_dated_on IS NULL)),
    CONSTRAINT agreement_amendments_signers CHECK (signers IS NULL OR (opened_on IS NOT NULL AND origin = 'signed')),
    CONSTRAINT agreement_amendments_withdrawn CHECK (withdrawn_on IS NULL OR origin = 'signed' OR opened_on IS NULL)
);
CREATE UNIQUE INDEX agreement_amendments_number ON agreement_amendments (agreement_id, number);
CREATE INDEX agreement_amendments_programme ON agreement_amendments (programme_id);

-- Append-only: a party's own decision to sign the agreement, or an amendment. The latest counts.
CREATE TABLE agreement_authorisations (
    id UUID NOT NULL PRIMARY KEY,
    agreement_id UUID NOT NULL REFERENCES agreements (id),
    amendment_id UUID REFERENCES agreement_amendments (id),
    partner_id UUID NOT NULL REFERENCES partners (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    reference TEXT COLLATE "C" NOT NULL,
    decided_on DATE NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id)
);
CREATE INDEX agreement_authorisations_agreement ON agreement_authorisations (agreement_id, partner_id, recorded_at);
CREATE INDEX agreement_authorisations_amendment ON agreement_authorisations (amendment_id);
CREATE INDEX agreement_authorisations_partner ON agreement_authorisations (partner_id);
CREATE INDEX agreement_authorisations_programme ON agreement_authorisations (programme_id);
CREATE INDEX agreement_authorisations_recorder ON agreement_authorisations (recorded_by);

-- Append-only: signatures of parties. Who held the pen is personal data and has a table of its own.
CREATE TABLE agreement_signatures (
    id UUID NOT NULL PRIMARY KEY,
    agreement_id UUID NOT NULL REFERENCES agreements (id),
    amendment_id UUID REFERENCES agreement_amendments (id),
    partner_id UUID NOT NULL REFERENCES partners (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    signed_on DATE NOT NULL,
    evidence TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    CONSTRAINT agreement_signatures_evidence CHECK (evidence IS NULL OR length(evidence) = 64)
);
CREATE UNIQUE INDEX agreement_signatures_once ON agreement_signatures (agreement_id, partner_id) WHERE amendment_id IS NULL;
CREATE UNIQUE INDEX agreement_signatures_once_amended ON agreement_signatures (amendment_id, partner_id) WHERE amendment_id IS NOT NULL;
CREATE INDEX agreement_signatures_agreement ON agreement_signatures (agreement_id);
CREATE INDEX agreement_signatures_partner ON agreement_signatures (partner_id);
CREATE INDEX agreement_signatures_programme ON agreement_signatures (programme_id);
CREATE INDEX agreement_signatures_recorder ON agreement_signatures (recorded_by);

-- Who signed for a party, and in what quality: personal data, found again by the address where one was given.
CREATE TABLE agreement_signatories (
    signature_id UUID NOT NULL PRIMARY KEY REFERENCES agreement_signatures (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    name TEXT COLLATE "C" NOT NULL,
    quality TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);
CREATE INDEX agreement_signatories_email ON agreement_signatories (email);
CREATE INDEX agreement_signatories_programme ON agreement_signatories (programme_id);

-- What is owed by when.
CREATE TABLE agreement_obligations (
    id UUID NOT NULL PRIMARY KEY,
    agreement_id UUID NOT NULL REFERENCES agreements (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('report', 'publication', 'payment', 'review', 'delivery')),
    title TEXT COLLATE "C" NOT NULL,
    owed_by UUID NOT NULL REFERENCES partners (id),
    owed_to UUID REFERENCES partners (id),
    first_on DATE NOT NULL,
    every_months INTEGER,
    until_on DATE,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    CONSTRAINT agreement_obligations_months CHECK (every_months IS NULL OR every_months BETWEEN 1 AND 120),
    CONSTRAINT agreement_obligations_until CHECK (until_on IS NULL OR (every_months IS NOT NULL AND until_on >= first_on))
);
CREATE INDEX agreement_obligations_agreement ON agreement_obligations (agreement_id);
CREATE INDEX agreement_obligations_programme ON agreement_obligations (programme_id, first_on);
CREATE INDEX agreement_obligations_debtor ON agreement_obligations (owed_by);
CREATE INDEX agreement_obligations_creditor ON agreement_obligations (owed_to);

-- Append-only: an obligation was met for one of its days.
CREATE TABLE agreement_obligation_records (
    id UUID NOT NULL PRIMARY KEY,
    obligation_id UUID NOT NULL REFERENCES agreement_obligations (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    due_on DATE NOT NULL,
    met_on DATE NOT NULL,
    evidence TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    CONSTRAINT agreement_obligation_records_evidence CHECK (evidence IS NULL OR length(evidence) = 64)
);
CREATE UNIQUE INDEX agreement_obligation_records_once ON agreement_obligation_records (obligation_id, due_on);
CREATE INDEX agreement_obligation_records_programme ON agreement_obligation_records (programme_id);
CREATE INDEX agreement_obligation_records_recorder ON agreement_obligation_records (recorded_by);

-- The agreement on which a grant rests; money of a grant without one is not held.
ALTER TABLE grants ADD COLUMN agreement_id UUID REFERENCES agreements (id);
CREATE INDEX grants_agreement ON grants (agreement_id);

-- Bodies. `rules` are those of its meetings: quorum, majority, notice, competences.
CREATE TABLE bodies (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('steering_committee', 'technical_committee', 'citizen_council', 'administration_committee', 'supervision_committee', 'house_council')),
    title TEXT COLLATE "C" NOT NULL,
    search TEXT COLLATE "C" NOT NULL,
    order_reference TEXT COLLATE "C",
    order_dated_on DATE,
    rules TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT
);
CREATE INDEX bodies_programme ON bodies (programme_id, id);

CREATE TABLE body_colleges (
    body_id UUID NOT NULL REFERENCES bodies (id),
    code TEXT COLLATE "C" NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    position INTEGER NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    seats INTEGER NOT NULL,
    parity TEXT COLLATE "C" NOT NULL CHECK (parity IN ('none', 'equal')),
    designation TEXT COLLATE "C" NOT NULL CHECK (designation IN ('appointed', 'elected', 'drawn_by_lot', 'ex_officio', 'delegated', 'by_body')),
    PRIMARY KEY (body_id, code),
    CONSTRAINT body_colleges_seats CHECK (seats BETWEEN 1 AND 1000)
);
CREATE INDEX body_colleges_programme ON body_colleges (programme_id);

-- Persons who sit in bodies: personal data. A name is public where the order that names the members publishes it.
CREATE TABLE body_persons (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    name TEXT COLLATE "C" NOT NULL,
    sex TEXT COLLATE "C" NOT NULL CHECK (sex IN ('female', 'male', 'unstated')),
    email TEXT COLLATE "C",
    phone TEXT COLLATE "C",
    published BOOLEAN NOT NULL DEFAULT FALSE,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX body_persons_programme ON body_persons (programme_id);

-- A drawing of lots. `document` is the text whose hash was published; nothing of it changes from then on.
CREATE TABLE draws (
    id UUID NOT NULL PRIMARY KEY,
    body_id UUID NOT NULL REFERENCES bodies (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    source_name TEXT COLLATE "C" NOT NULL,
    source_born_on DATE NOT NULL,
    source_writing TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C",
    list_hash TEXT COLLATE "C",
    fixed_on DATE,
    seed TEXT COLLATE "C",
    drawn_on DATE,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT draws_fixed CHECK ((fixed_on IS NULL) = (document IS NULL) AND (fixed_on IS NULL) = (list_hash IS NULL)),
    CONSTRAINT draws_born CHECK (fixed_on IS NULL OR fixed_on < source_born_on),
    CONSTRAINT draws_drawn CHECK ((drawn_on IS NULL) = (seed IS NULL) AND (drawn_on IS NULL OR (fixed_on IS NOT NULL AND drawn_on >= source_born_on)))
);
CREATE INDEX draws_body ON draws (body_id);
CREATE INDEX draws_programme ON draws (programme_id);

-- The colleges that a draw fills.
CREATE TABLE draw_colleges (
    draw_id UUID NOT NULL REFERENCES draws (id),
    code TEXT COLLATE "C" NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    seats INTEGER NOT NULL,
    parity TEXT COLLATE "C" NOT NULL CHECK (parity IN ('none', 'equal')),
    PRIMARY KEY (draw_id, code),
    CONSTRAINT draw_colleges_seats CHECK (seats BETWEEN 1 AND 1000)
);
CREATE INDEX draw_colleges_programme ON draw_colleges (programme_id);

-- Candidates as the public sees them.
CREATE TABLE draw_candidates (
    draw_id UUID NOT NULL REFERENCES draws (id),
    pseudonym TEXT COLLATE "C" NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    college TEXT COLLATE "C" NOT NULL,
    sex TEXT COLLATE "C" NOT NULL CHECK (sex IN ('female', 'male', 'unstated')),
    commitment TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (draw_id, pseudonym),
    CONSTRAINT draw_candidates_commitment CHECK (length(commitment) = 64)
);
CREATE UNIQUE INDEX draw_candidates_once ON draw_candidates (draw_id, commitment);
CREATE INDEX draw_candidates_programme ON draw_candidates (programme_id);

-- Who they are, and the salt that opens the commitment: personal data.
CREATE TABLE draw_identities (
    draw_id UUID NOT NULL,
    pseudonym TEXT COLLATE "C" NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    identity TEXT COLLATE "C" NOT NULL,
    salt TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (draw_id, pseudonym),
    FOREIGN KEY (draw_id, pseudonym) REFERENCES draw_candidates (draw_id, pseudonym) ON DELETE CASCADE
);
CREATE INDEX draw_identities_programme ON draw_identities (programme_id);

-- Append-only: whoever refused a seat, or gave it up, in the order in which that was recorded.
CREATE TABLE draw_refusals (
    id UUID NOT NULL PRIMARY KEY,
    draw_id UUID NOT NULL REFERENCES draws (id),
    position INTEGER NOT NULL,
    pseudonym TEXT COLLATE "C" NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    refused_on DATE NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    CONSTRAINT draw_refusals_position CHECK (position >= 1)
);
CREATE UNIQUE INDEX draw_refusals_order ON draw_refusals (draw_id, position);
CREATE UNIQUE INDEX draw_refusals_once ON draw_refusals (draw_id, pseudonym);
CREATE INDEX draw_refusals_programme ON draw_refusals (programme_id);
CREATE INDEX draw_refusals_recorder ON draw_refusals (recorded_by);

-- Seats that somebody holds from a day to a day; where lots gave the seat, `pseudonym` is the name under which.
CREATE TABLE body_mandates (
    id UUID NOT NULL PRIMARY KEY,
    body_id UUID NOT NULL REFERENCES bodies (id),
    college TEXT COLLATE "C" NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    person_id UUID REFERENCES body_persons (id),
    partner_id UUID REFERENCES partners (id),
    sex TEXT COLLATE "C" NOT NULL CHECK (sex IN ('female', 'male', 'unstated')),
    starts_on DATE NOT NULL,
    ends_on DATE,
    substitute_of UUID REFERENCES body_mandates (id),
    delegated_by UUID REFERENCES bodies (id),
    draw_id UUID REFERENCES draws (id),
    pseudonym TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT body_mandates_member CHECK ((person_id IS NULL) <> (partner_id IS NULL)),
    CONSTRAINT body_mandates_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT body_mandates_delegated CHECK (delegated_by IS NULL OR delegated_by <> body_id),
    CONSTRAINT body_mandates_lot CHECK ((draw_id IS NULL) = (pseudonym IS NULL)),
    FOREIGN KEY (body_id, college) REFERENCES body_colleges (body_id, code)
);
CREATE INDEX body_mandates_college ON body_mandates (body_id, college, starts_on);
CREATE INDEX body_mandates_programme ON body_mandates (programme_id, ends_on);
CREATE INDEX body_mandates_person ON body_mandates (person_id);
CREATE INDEX body_mandates_partner ON body_mandates (partner_id);
CREATE INDEX body_mandates_substitute ON body_mandates (substitute_of);
CREATE INDEX body_mandates_delegated_by ON body_mandates (delegated_by);
CREATE UNIQUE INDEX body_mandates_drawn ON body_mandates (draw_id, pseudonym) WHERE draw_id IS NOT NULL;

-- Meetings. `quorum` is what the count gave on the day, by the rules that then held.
CREATE TABLE body_meetings (
    id UUID NOT NULL PRIMARY KEY,
    body_id UUID NOT NULL REFERENCES bodies (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('convened', 'held', 'cancelled')),
    convened_on DATE NOT NULL,
    held_on DATE NOT NULL,
    again BOOLEAN NOT NULL DEFAULT FALSE,
    location TEXT COLLATE "C",
    agenda TEXT COLLATE "C" NOT NULL,
    minutes TEXT COLLATE "C",
    quorum TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT body_meetings_order CHECK (held_on >= convened_on),
    CONSTRAINT body_meetings_minutes CHECK (minutes IS NULL OR status = 'held'),
    CONSTRAINT body_meetings_quorum CHECK ((status = 'held') = (quorum IS NOT NULL))
);
CREATE INDEX body_meetings_body ON body_meetings (body_id, held_on, id);
CREATE INDEX body_meetings_programme ON body_meetings (programme_id, held_on);

CREATE TABLE body_attendances (
    meeting_id UUID NOT NULL REFERENCES body_meetings (id),
    mandate_id UUID NOT NULL REFERENCES body_mandates (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    PRIMARY KEY (meeting_id, mandate_id)
);
CREATE INDEX body_attendances_mandate ON body_attendances (mandate_id);
CREATE INDEX body_attendances_programme ON body_attendances (programme_id);

-- Append-only: decisions, with their votes. `effect` says what of; one of the references is set where it can be linked.
CREATE TABLE body_decisions (
    id UUID NOT NULL PRIMARY KEY,
    meeting_id UUID NOT NULL REFERENCES body_meetings (id),
    body_id UUID NOT NULL REFERENCES bodies (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    item INTEGER NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    effect_kind TEXT COLLATE "C" NOT NULL CHECK (effect_kind IN ('adopt_agreement', 'select_projects', 'release_tranche', 'waive_gate', 'resolve')),
    effect TEXT COLLATE "C" NOT NULL,
    agreement_id UUID REFERENCES agreements (id),
    tranche_id UUID REFERENCES tranches (id),
    yes INTEGER NOT NULL,
    no INTEGER NOT NULL,
    abstained INTEGER NOT NULL,
    chair_for BOOLEAN,
    carried BOOLEAN NOT NULL,
    decided_on DATE NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id),
    CONSTRAINT body_decisions_item CHECK (item >= 1),
    CONSTRAINT body_decisions_votes CHECK (yes >= 0 AND no >= 0 AND abstained >= 0),
    CONSTRAINT body_decisions_waiver CHECK (effect_kind <> 'waive_gate' OR reason IS NOT NULL),
    CONSTRAINT body_decisions_agreement CHECK ((effect_kind = 'adopt_agreement') = (agreement_id IS NOT NULL)),
    CONSTRAINT body_decisions_tranche CHECK ((effect_kind = 'release_tranche') = (tranche_id IS NOT NULL))
);
CREATE UNIQUE INDEX body_decisions_item_once ON body_decisions (meeting_id, item);
CREATE INDEX body_decisions_body ON body_decisions (body_id, decided_on);
CREATE INDEX body_decisions_programme ON body_decisions (programme_id);
CREATE INDEX body_decisions_of_agreement ON body_decisions (agreement_id);
CREATE INDEX body_decisions_of_tranche ON body_decisions (tranche_id);
CREATE INDEX body_decisions_recorder ON body_decisions (recorded_by);

-- Append-only: decisions that were found void, from a day on.
CREATE TABLE body_decision_annulments (
    decision_id UUID NOT NULL PRIMARY KEY REFERENCES body_decisions (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    annulled_on DATE NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id)
);
CREATE INDEX body_decision_annulments_programme ON body_decision_annulments (programme_id);
CREATE INDEX body_decision_annulments_recorder ON body_decision_annulments (recorded_by);

-- A draw that is fixed, and one that is drawn, stays as it is.
CREATE FUNCTION refuse_change_of_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'draws are kept' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.fixed_on IS NOT NULL AND (NEW.id, NEW.body_id, NEW.source_name, NEW.source_born_on, NEW.source_writing, NEW.document, NEW.list_hash, NEW.fixed_on)
        IS DISTINCT FROM (OLD.id, OLD.body_id, OLD.source_name, OLD.source_born_on, OLD.source_writing, OLD.document, OLD.list_hash, OLD.fixed_on) THEN
        RAISE EXCEPTION 'the list of a draw is fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.drawn_on IS NOT NULL AND (NEW.seed, NEW.drawn_on) IS DISTINCT FROM (OLD.seed, OLD.drawn_on) THEN
        RAISE EXCEPTION 'lots are drawn once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_fixed_stays BEFORE UPDATE OR DELETE ON draws FOR EACH ROW EXECUTE FUNCTION refuse_change_of_draw();
CREATE TRIGGER draws_no_truncate BEFORE TRUNCATE ON draws FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_draw();

CREATE FUNCTION refuse_change_of_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fixed BOOLEAN;
BEGIN
    IF TG_OP = 'INSERT' THEN
        fixed := EXISTS (SELECT 1 FROM draws WHERE id = NEW.draw_id AND fixed_on IS NOT NULL);
    ELSIF TG_OP = 'DELETE' THEN
        fixed := EXISTS (SELECT 1 FROM draws WHERE id = OLD.draw_id AND fixed_on IS NOT NULL);
    ELSIF TG_OP = 'UPDATE' THEN
        fixed := EXISTS (SELECT 1 FROM draws WHERE id IN (OLD.draw_id, NEW.draw_id) AND fixed_on IS NOT NULL);
    ELSE
        fixed := TRUE;
    END IF;
    IF fixed THEN
        RAISE EXCEPTION 'the list of a draw is fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER draw_candidates_fixed BEFORE INSERT OR UPDATE OR DELETE ON draw_candidates FOR EACH ROW EXECUTE FUNCTION refuse_change_of_list();
CREATE TRIGGER draw_candidates_no_truncate BEFORE TRUNCATE ON draw_candidates FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_list();
CREATE TRIGGER draw_colleges_fixed BEFORE INSERT OR UPDATE OR DELETE ON draw_colleges FOR EACH ROW EXECUTE FUNCTION refuse_change_of_list();
CREATE TRIGGER draw_colleges_no_truncate BEFORE TRUNCATE ON draw_colleges FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_list();

CREATE TRIGGER agreement_authorisations_append_only BEFORE UPDATE OR DELETE ON agreement_authorisations
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreement_authorisations_no_truncate BEFORE TRUNCATE ON agreement_authorisations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER agreement_signatures_append_only BEFORE UPDATE OR DELETE ON agreement_signatures
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreement_signatures_no_truncate BEFORE TRUNCATE ON agreement_signatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER agreement_obligation_records_append_only BEFORE UPDATE OR DELETE ON agreement_obligation_records
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreement_obligation_records_no_truncate BEFORE TRUNCATE ON agreement_obligation_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER draw_refusals_append_only BEFORE UPDATE OR DELETE ON draw_refusals
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_refusals_no_truncate BEFORE TRUNCATE ON draw_refusals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER body_decisions_append_only BEFORE UPDATE OR DELETE ON body_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER body_decisions_no_truncate BEFORE TRUNCATE ON body_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER body_decision_annulments_append_only BEFORE UPDATE OR DELETE ON body_decision_annulments
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER body_decision_annulments_no_truncate BEFORE TRUNCATE ON body_decision_annulments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
