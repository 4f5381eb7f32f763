-- Templates, programmes, places, partners and participation steps.

-- What a kind of programme brings with it.
CREATE TABLE templates (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    built_in BOOLEAN NOT NULL,
    search TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT
);
CREATE UNIQUE INDEX templates_code ON templates (code);

-- What is undertaken. Lists and rules are copied from the template when the programme is made.
CREATE TABLE programmes (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL,
    template_id UUID NOT NULL REFERENCES templates (id),
    title TEXT COLLATE "C" NOT NULL,
    summary TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('draft', 'open', 'active', 'closed', 'archived')),
    visibility TEXT COLLATE "C" NOT NULL CHECK (visibility IN ('private', 'public')),
    starts_on DATE NOT NULL,
    ends_on DATE,
    time_zone TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    axes TEXT COLLATE "C" NOT NULL,
    categories TEXT COLLATE "C" NOT NULL,
    required_roles TEXT COLLATE "C" NOT NULL,
    rules TEXT COLLATE "C" NOT NULL,
    policy TEXT COLLATE "C" NOT NULL,
    search TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT programmes_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CHECK (length(currency) = 3)
);
CREATE UNIQUE INDEX programmes_code ON programmes (code);
CREATE INDEX programmes_template ON programmes (template_id);
CREATE INDEX programmes_start ON programmes (starts_on, id);
CREATE INDEX programmes_created ON programmes (created_at, id);
CREATE INDEX programmes_updated ON programmes (updated_at, id);

-- Territories with an official code.
CREATE TABLE places (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL,
    generation TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('country', 'region', 'municipality', 'district', 'neighbourhood', 'site')),
    parent_id UUID REFERENCES places (id),
    country TEXT COLLATE "C" NOT NULL,
    contour TEXT COLLATE "C",
    contour_note TEXT COLLATE "C",
    starts_on DATE NOT NULL,
    ends_on DATE,
    figures TEXT COLLATE "C" NOT NULL,
    search TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    CONSTRAINT places_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CHECK (length(country) = 2)
);
CREATE UNIQUE INDEX places_code ON places (generation, code);
CREATE INDEX places_by_code ON places (code, id);
CREATE INDEX places_name ON places (sort_name, id);
CREATE INDEX places_created ON places (created_at, id);
CREATE INDEX places_parent ON places (parent_id);

-- Where a programme works.
CREATE TABLE programme_places (
    programme_id UUID NOT NULL REFERENCES programmes (id),
    place_id UUID NOT NULL REFERENCES places (id),
    PRIMARY KEY (programme_id, place_id)
);
CREATE INDEX programme_places_place ON programme_places (place_id);

-- Organisations.
CREATE TABLE partners (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    acronym TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('state', 'municipality', 'intercommunality', 'department', 'region', 'public_body', 'social_landlord', 'association', 'inhabitants_group', 'ngo', 'university', 'funder', 'international_organisation', 'company')),
    country TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    website TEXT COLLATE "C",
    search TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    CHECK (length(country) = 2)
);
CREATE INDEX partners_name ON partners (sort_name, id);
CREATE INDEX partners_created ON partners (created_at, id);

-- Identifiers of organisations in registers.
CREATE TABLE partner_identifiers (
    partner_id UUID NOT NULL REFERENCES partners (id),
    scheme TEXT COLLATE "C" NOT NULL CHECK (scheme IN ('FR-SIRET', 'FR-RNA', 'MX-RFC', 'XI-IATI', 'XM-DAC', 'XI-LEI', 'other')),
    value TEXT COLLATE "C" NOT NULL,
    valid_from DATE,
    valid_to DATE,
    position INTEGER NOT NULL,
    CONSTRAINT partner_identifiers_period CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from),
    PRIMARY KEY (partner_id, scheme, value)
);
CREATE UNIQUE INDEX partner_identifiers_value ON partner_identifiers (scheme, value);

-- Persons at a partner. Personal data: name, position, email, phone. Erased on demand.
CREATE TABLE contacts (
    id UUID NOT NULL PRIMARY KEY,
    partner_id UUID NOT NULL REFERENCES partners (id),
    name TEXT COLLATE "C" NOT NULL,
    position TEXT COLLATE "C",
    email TEXT COLLATE "C",
    phone TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX contacts_partner ON contacts (partner_id, created_at, id);

-- Roles of partners in programmes.
CREATE TABLE partner_roles (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    partner_id UUID NOT NULL REFERENCES partners (id),
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('funding', 'accountable', 'extending', 'implementing', 'signatory', 'beneficiary', 'observer')),
    starts_on DATE,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX partner_roles_active ON partner_roles (programme_id, partner_id, role) WHERE ended_at IS NULL;
CREATE INDEX partner_roles_programme ON partner_roles (programme_id, created_at, id);
CREATE INDEX partner_roles_partner ON partner_roles (partner_id);

-- What was asked of whom, when, and what came of it.
CREATE TABLE participation_steps (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('diagnostic', 'space_of_dialogue', 'consultation', 'workshop', 'co_training', 'call', 'assembly', 'vote', 'decision', 'works', 'public_account')),
    title TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    location TEXT COLLATE "C",
    object TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('planned', 'open', 'closed', 'cancelled', 'annulled')),
    opened_on DATE,
    closed_on DATE,
    outcome TEXT COLLATE "C",
    ended_reason TEXT COLLATE "C",
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT participation_steps_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT participation_steps_outcome CHECK (status NOT IN ('closed', 'annulled') OR (outcome IS NOT NULL AND closed_on IS NOT NULL)),
    CONSTRAINT participation_steps_opened CHECK (status NOT IN ('open', 'closed', 'annulled') OR opened_on IS NOT NULL),
    CONSTRAINT participation_steps_days CHECK (closed_on IS NULL OR opened_on IS NULL OR closed_on >= opened_on),
    CONSTRAINT participation_steps_reason CHECK (status NOT IN ('cancelled', 'annulled') OR ended_reason IS NOT NULL),
    CHECK (position >= 1)
);
CREATE INDEX participation_steps_position ON participation_steps (programme_id, position, id);
CREATE INDEX participation_steps_start ON participation_steps (programme_id, starts_on, id);
