-- Templates, programmes, places, partners and participation steps.

-- What a kind of programme brings with it.
CREATE TABLE templates (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    built_in INTEGER NOT NULL CHECK (built_in IN (0, 1)),
    search TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER
) STRICT;
CREATE UNIQUE INDEX templates_code ON templates (code);

-- What is undertaken. Lists and rules are copied from the template when the programme is made.
CREATE TABLE programmes (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    code TEXT NOT NULL,
    template_id BLOB NOT NULL REFERENCES templates (id),
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'open', 'active', 'closed', 'archived')),
    visibility TEXT NOT NULL CHECK (visibility IN ('private', 'public')),
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    time_zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    axes TEXT NOT NULL,
    categories TEXT NOT NULL,
    required_roles TEXT NOT NULL,
    rules TEXT NOT NULL,
    policy TEXT NOT NULL,
    search TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT programmes_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CHECK (length(currency) = 3)
) STRICT;
CREATE UNIQUE INDEX programmes_code ON programmes (code);
CREATE INDEX programmes_template ON programmes (template_id);
CREATE INDEX programmes_start ON programmes (starts_on, id);
CREATE INDEX programmes_created ON programmes (created_at, id);
CREATE INDEX programmes_updated ON programmes (updated_at, id);

-- Territories with an official code.
CREATE TABLE places (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    code TEXT NOT NULL,
    generation TEXT NOT NULL,
    name TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('country', 'region', 'municipality', 'district', 'neighbourhood', 'site')),
    parent_id BLOB REFERENCES places (id),
    country TEXT NOT NULL,
    contour TEXT,
    contour_note TEXT,
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    figures TEXT NOT NULL,
    search TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    CONSTRAINT places_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CHECK (length(country) = 2)
) STRICT;
CREATE UNIQUE INDEX places_code ON places (generation, code);
CREATE INDEX places_by_code ON places (code, id);
CREATE INDEX places_name ON places (sort_name, id);
CREATE INDEX places_created ON places (created_at, id);
CREATE INDEX places_parent ON places (parent_id);

-- Where a programme works.
CREATE TABLE programme_places (
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    place_id BLOB NOT NULL REFERENCES places (id),
    PRIMARY KEY (programme_id, place_id)
) STRICT;
CREATE INDEX programme_places_place ON programme_places (place_id);

-- Organisations.
CREATE TABLE partners (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    acronym TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('state', 'municipality', 'intercommunality', 'department', 'region', 'public_body', 'social_landlord', 'association', 'inhabitants_group', 'ngo', 'university', 'funder', 'international_organisation', 'company')),
    country TEXT NOT NULL,
    description TEXT NOT NULL,
    website TEXT,
    search TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    CHECK (length(country) = 2)
) STRICT;
CREATE INDEX partners_name ON partners (sort_name, id);
CREATE INDEX partners_created ON partners (created_at, id);

-- Identifiers of organisations in registers.
CREATE TABLE partner_identifiers (
    partner_id BLOB NOT NULL REFERENCES partners (id),
    scheme TEXT NOT NULL CHECK (scheme IN ('FR-SIRET', 'FR-RNA', 'MX-RFC', 'XI-IATI', 'XM-DAC', 'XI-LEI', 'other')),
    value TEXT NOT NULL,
    valid_from TEXT,
    valid_to TEXT,
    position INTEGER NOT NULL,
    CONSTRAINT partner_identifiers_period CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from),
    PRIMARY KEY (partner_id, scheme, value)
) STRICT;
CREATE UNIQUE INDEX partner_identifiers_value ON partner_identifiers (scheme, value);

-- Persons at a partner. Personal data: name, position, email, phone. Erased on demand.
CREATE TABLE contacts (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    partner_id BLOB NOT NULL REFERENCES partners (id),
    name TEXT NOT NULL,
    position TEXT,
    email TEXT,
    phone TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contacts_partner ON contacts (partner_id, created_at, id);

-- Roles of partners in programmes.
CREATE TABLE partner_roles (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    partner_id BLOB NOT NULL REFERENCES partners (id),
    role TEXT NOT NULL CHECK (role IN ('funding', 'accountable', 'extending', 'implementing', 'signatory', 'beneficiary', 'observer')),
    starts_on TEXT,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX partner_roles_active ON partner_roles (programme_id, partner_id, role) WHERE ended_at IS NULL;
CREATE INDEX partner_roles_programme ON partner_roles (programme_id, created_at, id);
CREATE INDEX partner_roles_partner ON partner_roles (partner_id);

-- What was asked of whom, when, and what came of it.
CREATE TABLE participation_steps (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    kind TEXT NOT NULL CHECK (kind IN ('diagnostic', 'space_of_dialogue', 'consultation', 'workshop', 'co_training', 'call', 'assembly', 'vote', 'decision', 'works', 'public_account')),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    position INTEGER NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    location TEXT,
    object TEXT,
    status TEXT NOT NULL CHECK (status IN ('planned', 'open', 'closed', 'cancelled', 'annulled')),
    opened_on TEXT,
    closed_on TEXT,
    outcome TEXT,
    ended_reason TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT participation_steps_period CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT participation_steps_outcome CHECK (status NOT IN ('closed', 'annulled') OR (outcome IS NOT NULL AND closed_on IS NOT NULL)),
    CONSTRAINT participation_steps_opened CHECK (status NOT IN ('open', 'closed', 'annulled') OR opened_on IS NOT NULL),
    CONSTRAINT participation_steps_days CHECK (closed_on IS NULL OR opened_on IS NULL OR closed_on >= opened_on),
    CONSTRAINT participation_steps_reason CHECK (status NOT IN ('cancelled', 'annulled') OR ended_reason IS NOT NULL),
    CHECK (position >= 1)
) STRICT;
CREATE INDEX participation_steps_position ON participation_steps (programme_id, position, id);
CREATE INDEX participation_steps_start ON participation_steps (programme_id, starts_on, id);
