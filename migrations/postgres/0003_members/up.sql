-- Members of programmes, and invitations.

-- The role of an account in a programme; one at a time.
CREATE TABLE memberships (
    id UUID NOT NULL PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    user_id UUID NOT NULL REFERENCES users (id),
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('coordinator', 'budget_officer', 'partner', 'observer')),
    partner_id UUID REFERENCES partners (id),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    CONSTRAINT memberships_binding CHECK ((role = 'partner') = (partner_id IS NOT NULL))
);
CREATE UNIQUE INDEX memberships_active ON memberships (programme_id, user_id) WHERE archived_at IS NULL;
CREATE INDEX memberships_programme ON memberships (programme_id, created_at, id);
CREATE INDEX memberships_user ON memberships (user_id);
CREATE INDEX memberships_partner ON memberships (partner_id);

-- Invitations to the platform or into a programme. Personal data: email. Only the hash of the token is kept.
CREATE TABLE invitations (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL,
    programme_id UUID REFERENCES programmes (id),
    role TEXT COLLATE "C" CHECK (role IN ('coordinator', 'budget_officer', 'partner', 'observer')),
    partner_id UUID REFERENCES partners (id),
    administrator BOOLEAN NOT NULL,
    organiser BOOLEAN NOT NULL,
    token_hash BYTEA NOT NULL,
    invited_by UUID REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    revoked_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    CONSTRAINT invitations_role CHECK ((programme_id IS NULL) = (role IS NULL)),
    CONSTRAINT invitations_binding CHECK (role IS NULL OR (role = 'partner') = (partner_id IS NOT NULL)),
    CONSTRAINT invitations_ended CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
CREATE INDEX invitations_programme ON invitations (programme_id, created_at, id);
CREATE INDEX invitations_inviter ON invitations (invited_by);
CREATE INDEX invitations_partner ON invitations (partner_id);
