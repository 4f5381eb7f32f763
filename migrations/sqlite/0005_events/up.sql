-- The history and its chains, and the answers that are kept for repeated requests.

-- Append-only: what happened. One chain per programme, one for the platform. No personal data.
CREATE TABLE events (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB REFERENCES programmes (id),
    seq INTEGER NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor_id BLOB REFERENCES users (id),
    operation TEXT NOT NULL,
    object_type TEXT NOT NULL,
    object_id BLOB NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    CHECK (seq >= 1),
    CHECK (length(hash) = 32 AND length(prev_hash) = 32)
) STRICT;
CREATE UNIQUE INDEX events_programme_seq ON events (programme_id, seq);
CREATE UNIQUE INDEX events_platform_seq ON events (seq) WHERE programme_id IS NULL;
CREATE INDEX events_object ON events (object_id);
CREATE INDEX events_actor ON events (actor_id);

-- The end of each chain; the nil UUID stands for the platform.
CREATE TABLE event_heads (
    programme_id BLOB NOT NULL PRIMARY KEY CHECK (length(programme_id) = 16),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- Answers that are kept for a day.
CREATE TABLE idempotency_keys (
    principal TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (principal, operation, key)
) STRICT;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN
    SELECT RAISE(ABORT, 'events is append-only');
END;

CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN
    SELECT RAISE(ABORT, 'events is append-only');
END;
