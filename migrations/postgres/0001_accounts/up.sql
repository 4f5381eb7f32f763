-- Accounts, their sessions, and the failures to sign in.

-- Accounts. Personal data: email, name.
CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    administrator BOOLEAN NOT NULL,
    organiser BOOLEAN NOT NULL,
    disabled_at BIGINT,
    search TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);
CREATE INDEX users_created ON users (created_at, id);

-- One sign-in, and everything that came of it.
CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    ended_at BIGINT,
    user_agent TEXT COLLATE "C"
);
CREATE INDEX sessions_user ON sessions (user_id);

-- The chain of tokens of a session; each is used once. Only hashes are kept.
CREATE TABLE refresh_tokens (
    hash BYTEA NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    successor BYTEA,
    CHECK ((used_at IS NULL) = (successor IS NULL))
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

-- Attempts to sign in, kept for a limited time. The account is a hash: an unknown address leaves no trace.
CREATE TABLE sign_in_attempts (
    id UUID NOT NULL PRIMARY KEY,
    account BYTEA NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    success BOOLEAN NOT NULL
);
CREATE INDEX sign_in_attempts_account ON sign_in_attempts (account, at);
CREATE INDEX sign_in_attempts_address ON sign_in_attempts (address, at);
CREATE INDEX sign_in_attempts_at ON sign_in_attempts (at);
