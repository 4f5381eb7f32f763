-- Documents: files that were sent, documents with their versions, and what they are attached to.

-- What was sent. The row is there before the content is stored, so that nothing is ever stored of which no row knows. The
-- file's name may say something about a person and is no part of the history.
CREATE TABLE files (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    file_name TEXT NOT NULL,
    sha256 TEXT CHECK (sha256 IS NULL OR length(sha256) = 64),
    size_bytes INTEGER CHECK (size_bytes >= 0),
    media_type TEXT,
    created_by BLOB REFERENCES users (id),
    created_at INTEGER NOT NULL,
    -- When its content was stored, when a document took it up, when it was given up, when its content was removed.
    stored_at INTEGER,
    claimed_at INTEGER,
    doomed_at INTEGER,
    removed_at INTEGER,
    CONSTRAINT files_stored CHECK ((stored_at IS NULL) = (sha256 IS NULL) AND (stored_at IS NULL) = (size_bytes IS NULL) AND (stored_at IS NULL) = (media_type IS NULL)),
    CONSTRAINT files_claimed CHECK (claimed_at IS NULL OR stored_at IS NOT NULL),
    CONSTRAINT files_removed CHECK (removed_at IS NULL OR doomed_at IS NOT NULL)
) STRICT;
CREATE INDEX files_programme ON files (programme_id);
CREATE INDEX files_creator ON files (created_by);
CREATE INDEX files_unclaimed ON files (created_at) WHERE claimed_at IS NULL;
CREATE INDEX files_doomed ON files (doomed_at) WHERE doomed_at IS NOT NULL AND removed_at IS NULL;

CREATE TABLE documents (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('agreement', 'amendment', 'decision', 'minutes', 'report', 'plan', 'invoice', 'payment', 'attendance', 'study', 'map', 'photo', 'letter', 'other')),
    language TEXT,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'members', 'team')),
    dated_on TEXT,
    -- The number of the latest version.
    latest INTEGER NOT NULL CHECK (latest >= 1),
    -- The organisation for which it was added, where its author acts for one.
    partner_id BLOB REFERENCES partners (id),
    created_by BLOB REFERENCES users (id),
    search TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX documents_created ON documents (programme_id, created_at, id);
CREATE INDEX documents_updated ON documents (programme_id, updated_at, id);
CREATE INDEX documents_partner ON documents (partner_id);
CREATE INDEX documents_creator ON documents (created_by);

-- Append-only: what a document said at each time.
CREATE TABLE document_versions (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    document_id BLOB NOT NULL REFERENCES documents (id),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    file_id BLOB NOT NULL REFERENCES files (id),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    media_type TEXT NOT NULL,
    note TEXT,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB REFERENCES users (id)
) STRICT;
CREATE UNIQUE INDEX document_versions_number ON document_versions (document_id, number);
CREATE UNIQUE INDEX document_versions_file ON document_versions (file_id);
CREATE INDEX document_versions_hash ON document_versions (programme_id, sha256);
CREATE INDEX document_versions_recorder ON document_versions (recorded_by);

-- What documents are attached to. The object may be of many kinds; that it exists is checked when it is attached, and
-- objects are never removed.
CREATE TABLE document_links (
    document_id BLOB NOT NULL REFERENCES documents (id),
    kind TEXT NOT NULL CHECK (kind IN ('programme', 'partner', 'participation_step', 'budget', 'line', 'grant', 'movement', 'tranche', 'progress', 'funder_report')),
    object_id BLOB NOT NULL CHECK (length(object_id) = 16),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    PRIMARY KEY (document_id, kind, object_id)
) STRICT;
CREATE INDEX document_links_object ON document_links (object_id);
CREATE INDEX document_links_programme ON document_links (programme_id);

-- Which documents a movement rests on.
CREATE INDEX movements_evidence_hash ON movements (programme_id, evidence) WHERE evidence IS NOT NULL;

CREATE TRIGGER document_versions_no_update BEFORE UPDATE ON document_versions BEGIN
    SELECT RAISE(ABORT, 'document_versions is append-only');
END;

CREATE TRIGGER document_versions_no_delete BEFORE DELETE ON document_versions BEGIN
    SELECT RAISE(ABORT, 'document_versions is append-only');
END;
