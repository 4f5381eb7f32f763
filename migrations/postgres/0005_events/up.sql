-- The history and its chains, and the answers that are kept for repeated requests.

-- Append-only: what happened. One chain per programme, one for the platform. No personal data.
CREATE TABLE events (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID REFERENCES programmes (id),
    seq BIGINT NOT NULL,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    at BIGINT NOT NULL,
    actor_id UUID REFERENCES users (id),
    operation TEXT COLLATE "C" NOT NULL,
    object_type TEXT COLLATE "C" NOT NULL,
    object_id UUID NOT NULL,
    before TEXT COLLATE "C" NOT NULL,
    after TEXT COLLATE "C" NOT NULL,
    CHECK (seq >= 1),
    CHECK (length(hash) = 32 AND length(prev_hash) = 32)
);
CREATE UNIQUE INDEX events_programme_seq ON events (programme_id, seq);
CREATE UNIQUE INDEX events_platform_seq ON events (seq) WHERE programme_id IS NULL;
CREATE INDEX events_object ON events (object_id);
CREATE INDEX events_actor ON events (actor_id);

-- The end of each chain; the nil UUID stands for the platform.
CREATE TABLE event_heads (
    programme_id UUID NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

-- Answers that are kept for a day.
CREATE TABLE idempotency_keys (
    principal TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    body_hash BYTEA NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (principal, operation, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
