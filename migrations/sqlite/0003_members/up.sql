-- Members of programmes, and invitations.

-- The role of an account in a programme; one at a time.
CREATE TABLE memberships (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    programme_id BLOB NOT NULL REFERENCES programmes (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('coordinator', 'budget_officer', 'partner', 'observer')),
    partner_id BLOB REFERENCES partners (id),
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    CONSTRAINT memberships_binding CHECK ((role = 'partner') = (partner_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX memberships_active ON memberships (programme_id, user_id) WHERE archived_at IS NULL;
CREATE INDEX memberships_programme ON memberships (programme_id, created_at, id);
CREATE INDEX memberships_user ON memberships (user_id);
CREATE INDEX memberships_partner ON memberships (partner_id);

-- Invitations to the platform or into a programme. Personal data: email. Only the hash of the token is kept.
CREATE TABLE invitations (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email TEXT NOT NULL,
    programme_id BLOB REFERENCES programmes (id),
    role TEXT CHECK (role IN ('coordinator', 'budget_officer', 'partner', 'observer')),
    partner_id BLOB REFERENCES partners (id),
    administrator INTEGER NOT NULL CHECK (administrator IN (0, 1)),
    organiser INTEGER NOT NULL CHECK (organiser IN (0, 1)),
    token_hash BLOB NOT NULL,
    invited_by BLOB REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    accepted_at INTEGER,
    revoked_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT invitations_role CHECK ((programme_id IS NULL) = (role IS NULL)),
    CONSTRAINT invitations_binding CHECK (role IS NULL OR (role = 'partner') = (partner_id IS NOT NULL)),
    CONSTRAINT invitations_ended CHECK (accepted_at IS NULL OR revoked_at IS NULL)
) STRICT;
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
CREATE INDEX invitations_programme ON invitations (programme_id, created_at, id);
CREATE INDEX invitations_inviter ON invitations (invited_by);
CREATE INDEX invitations_partner ON invitations (partner_id);
