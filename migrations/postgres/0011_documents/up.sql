-- Documents: files that were sent, documents with their versions, and what they are attached to.

-- What was sent. The row is there before the content is stored, so that nothing is ever stored of which no row knows. The
-- file's name may say something about a person and is no part of the history.
CREATE TABLE files (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    file_name TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" CHECK (sha256 IS NULL OR length(sha256) = 64),
    size_bytes BIGINT CHECK (size_bytes >= 0),
    media_type TEXT COLLATE "C",
    created_by UUID REFERENCES users (id),
    created_at BIGINT NOT NULL,
    -- When its content was stored, when a document took it up, when it was given up, when its content was removed.
    stored_at BIGINT,
    claimed_at BIGINT,
    doomed_at BIGINT,
    removed_at BIGINT,
    CONSTRAINT files_stored CHECK ((stored_at IS NULL) = (sha256 IS NULL) AND (stored_at IS NULL) = (size_bytes IS NULL) AND (stored_at IS NULL) = (media_type IS NULL)),
    CONSTRAINT files_claimed CHECK (claimed_at IS NULL OR stored_at IS NOT NULL),
    CONSTRAINT files_removed CHECK (removed_at IS NULL OR doomed_at IS NOT NULL)
);
CREATE INDEX files_programme ON files (programme_id);
CREATE INDEX files_creator ON files (created_by);
CREATE INDEX files_unclaimed ON files (created_at) WHERE claimed_at IS NULL;
CREATE INDEX files_doomed ON files (doomed_at) WHERE doomed_at IS NOT NULL AND removed_at IS NULL;

CREATE TABLE documents (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    title TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('agreement', 'amendment', 'decision', 'minutes', 'report', 'plan', 'invoice', 'payment', 'attendance', 'study', 'map', 'photo', 'letter', 'other')),
    language TEXT COLLATE "C",
    visibility TEXT COLLATE "C" NOT NULL CHECK (visibility IN ('public', 'members', 'team')),
    dated_on DATE,
    -- The number of the latest version.
    latest INTEGER NOT NULL CHECK (latest >= 1),
    -- The organisation for which it was added, where its author acts for one.
    partner_id UUID REFERENCES partners (id),
    created_by UUID REFERENCES users (id),
    search TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX documents_created ON documents (programme_id, created_at, id);
CREATE INDEX documents_updated ON documents (programme_id, updated_at, id);
CREATE INDEX documents_partner ON documents (partner_id);
CREATE INDEX documents_creator ON documents (created_by);

-- Append-only: what a document said at each time.
CREATE TABLE document_versions (
    id UUID NOT NULL PRIMARY KEY,
    document_id UUID NOT NULL REFERENCES documents (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    file_id UUID NOT NULL REFERENCES files (id),
    sha256 TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
    media_type TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    recorded_by UUID REFERENCES users (id)
);
CREATE UNIQUE INDEX document_versions_number ON document_versions (document_id, number);
CREATE UNIQUE INDEX document_versions_file ON document_versions (file_id);
CREATE INDEX document_versions_hash ON document_versions (programme_id, sha256);
CREATE INDEX document_versions_recorder ON document_versions (recorded_by);

-- What documents are attached to. The object may be of many kinds; that it exists is checked when it is attached, and
-- objects are never removed.
CREATE TABLE document_links (
    document_id UUID NOT NULL REFERENCES documents (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('programme', 'partner', 'participation_step', 'budget', 'line', 'grant', 'movement', 'tranche', 'progress', 'funder_report')),
    object_id UUID NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    PRIMARY KEY (document_id, kind, object_id)
);
CREATE INDEX document_links_object ON document_links (object_id);
CREATE INDEX document_links_programme ON document_links (programme_id);

-- Which documents a movement rests on.
CREATE INDEX movements_evidence_hash ON movements (programme_id, evidence) WHERE evidence IS NOT NULL;

CREATE TRIGGER document_versions_append_only BEFORE UPDATE OR DELETE ON document_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_versions_no_truncate BEFORE TRUNCATE ON document_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
