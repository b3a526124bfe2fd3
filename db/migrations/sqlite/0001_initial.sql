-- Times are unix milliseconds, UTC. Ids, times, folded names and authentication codes are made by
-- the program. row_mac covers the columns that grant something; see mac.go for which.

-- +goose Up

CREATE TABLE meta (
	id               INTEGER PRIMARY KEY CHECK (id = 1),
	installation_id  TEXT    NOT NULL,
	key_check        BLOB    NOT NULL,
	clock_high_water INTEGER NOT NULL,
	restore_epoch    INTEGER NOT NULL DEFAULT 0,
	bootstrapped     INTEGER NOT NULL DEFAULT 0 CHECK (bootstrapped IN (0, 1))
) STRICT;

CREATE TABLE organizations (
	id              TEXT    NOT NULL PRIMARY KEY,
	name            TEXT    NOT NULL,
	name_fold       TEXT    NOT NULL UNIQUE,
	created_at      INTEGER NOT NULL,
	created_by_kind TEXT    NOT NULL,
	created_by_id   TEXT    NOT NULL,
	updated_at      INTEGER NOT NULL,
	updated_by_kind TEXT    NOT NULL,
	updated_by_id   TEXT    NOT NULL
) STRICT;

CREATE TABLE workspaces (
	id              TEXT    NOT NULL PRIMARY KEY,
	organization_id TEXT    NOT NULL REFERENCES organizations (id),
	name            TEXT    NOT NULL,
	name_fold       TEXT    NOT NULL,
	description     TEXT    NOT NULL,
	created_at      INTEGER NOT NULL,
	created_by_kind TEXT    NOT NULL,
	created_by_id   TEXT    NOT NULL,
	updated_at      INTEGER NOT NULL,
	updated_by_kind TEXT    NOT NULL,
	updated_by_id   TEXT    NOT NULL,
	row_mac         BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX workspaces_name ON workspaces (organization_id, name_fold);

CREATE TABLE users (
	id            TEXT    NOT NULL PRIMARY KEY,
	email         TEXT    NOT NULL UNIQUE,
	full_name     TEXT    NOT NULL,
	status        TEXT    NOT NULL CHECK (status IN ('ACTIVE', 'PENDING', 'INACTIVE', 'BANNED')),
	password_hash TEXT,
	epoch         INTEGER NOT NULL DEFAULT 1,
	theme         TEXT    NOT NULL DEFAULT 'system',
	created_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL,
	row_mac       BLOB    NOT NULL
) STRICT;

CREATE TABLE teams (
	id              TEXT    NOT NULL PRIMARY KEY,
	organization_id TEXT    NOT NULL REFERENCES organizations (id),
	name            TEXT    NOT NULL,
	name_fold       TEXT    NOT NULL,
	created_at      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX teams_name ON teams (organization_id, name_fold);

CREATE TABLE team_members (
	team_id TEXT NOT NULL REFERENCES teams (id),
	user_id TEXT NOT NULL REFERENCES users (id),
	row_mac BLOB NOT NULL,
	PRIMARY KEY (team_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_members_user ON team_members (user_id);

-- The roles that users and teams hold; those of API tokens are in api_token_roles.
CREATE TABLE member_roles (
	organization_id TEXT    NOT NULL REFERENCES organizations (id),
	entity_type     TEXT    NOT NULL CHECK (entity_type IN ('organization', 'workspace')),
	entity_id       TEXT    NOT NULL,
	subject_kind    TEXT    NOT NULL CHECK (subject_kind IN ('user', 'team')),
	subject_id      TEXT    NOT NULL,
	role            TEXT    NOT NULL,
	created_at      INTEGER NOT NULL,
	created_by_kind TEXT    NOT NULL,
	created_by_id   TEXT    NOT NULL,
	row_mac         BLOB    NOT NULL,
	PRIMARY KEY (entity_id, subject_kind, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_roles_subject ON member_roles (subject_id, organization_id);

-- A deleted token stays as a tombstone that answers why its values stopped working. The integer key
-- is that of token_search.
CREATE TABLE api_tokens (
	row              INTEGER PRIMARY KEY,
	id               TEXT    NOT NULL UNIQUE,
	organization_id  TEXT    NOT NULL REFERENCES organizations (id),
	workspace_id     TEXT,
	state            TEXT    NOT NULL CHECK (state IN ('live', 'ended')),
	name             TEXT    NOT NULL,
	description      TEXT    NOT NULL,
	expiry_days      INTEGER NOT NULL,
	start_at         INTEGER NOT NULL,
	expires_at       INTEGER,
	hint             TEXT    NOT NULL,
	generation       INTEGER NOT NULL,
	version          INTEGER NOT NULL,
	created_at       INTEGER NOT NULL,
	created_by_kind  TEXT    NOT NULL,
	created_by_id    TEXT    NOT NULL,
	updated_at       INTEGER NOT NULL,
	updated_by_kind  TEXT    NOT NULL,
	updated_by_id    TEXT    NOT NULL,
	last_rotated_at  INTEGER,
	last_used_at     INTEGER,
	last_used_ip     TEXT    NOT NULL DEFAULT '',
	last_used_client TEXT    NOT NULL DEFAULT '',
	row_mac          BLOB    NOT NULL
) STRICT;

-- One row for each value a token ever had; one of them has not ended.
CREATE TABLE api_token_secrets (
	value_mac  BLOB    NOT NULL PRIMARY KEY,
	token_id   TEXT    NOT NULL REFERENCES api_tokens (id),
	generation INTEGER NOT NULL,
	pepper_id  TEXT    NOT NULL,
	jti        TEXT    NOT NULL UNIQUE,
	kid        TEXT    NOT NULL,
	valid_from INTEGER NOT NULL,
	ended_at   INTEGER,
	end_reason TEXT    NOT NULL DEFAULT '',
	row_mac    BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_token_secrets_current ON api_token_secrets (token_id) WHERE ended_at IS NULL;
CREATE INDEX api_token_secrets_token ON api_token_secrets (token_id);

-- The roles of live tokens. The sort_ columns repeat what lists are ordered by, so that a page is
-- read from one index: sort_expires is the greatest integer for never, sort_used is 0 for never.
CREATE TABLE api_token_roles (
	entity_id       TEXT    NOT NULL,
	token_id        TEXT    NOT NULL REFERENCES api_tokens (id),
	entity_type     TEXT    NOT NULL CHECK (entity_type IN ('organization', 'workspace')),
	organization_id TEXT    NOT NULL,
	role            TEXT    NOT NULL,
	home            INTEGER NOT NULL CHECK (home IN (0, 1)),
	sort_name       TEXT    NOT NULL,
	sort_expires    INTEGER NOT NULL,
	sort_used       INTEGER NOT NULL,
	created_at      INTEGER NOT NULL,
	created_by_kind TEXT    NOT NULL,
	created_by_id   TEXT    NOT NULL,
	row_mac         BLOB    NOT NULL,
	PRIMARY KEY (entity_id, token_id)
) STRICT, WITHOUT ROWID;
-- A page is read in the order of one of these, which also decide the filter.
CREATE INDEX api_token_roles_name ON api_token_roles (entity_id, sort_name, token_id, sort_expires, role, home);
CREATE INDEX api_token_roles_expires ON api_token_roles (entity_id, sort_expires, token_id, role, home);
CREATE INDEX api_token_roles_used ON api_token_roles (entity_id, sort_used, token_id, sort_expires, role, home);
-- The filter alone, for counts and for pages of few matches.
CREATE INDEX api_token_roles_filter ON api_token_roles (entity_id, role, home, sort_expires, token_id);
CREATE INDEX api_token_roles_token ON api_token_roles (token_id, home);
CREATE INDEX api_token_roles_organization ON api_token_roles (organization_id, token_id, sort_expires, sort_used) WHERE home = 1;
CREATE INDEX api_token_roles_organization_name ON api_token_roles (organization_id, sort_name, token_id) WHERE home = 1;

-- Folded text of live tokens. It holds no text of its own, only which rows hold which three
-- characters; the program keeps it in step in the same transaction.
CREATE VIRTUAL TABLE token_search USING fts5 (
	name, description, id, hint,
	content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);

-- How many there are, so that no page has to count: what is 'at' for the tokens with a role at the
-- entity, 'shared' for those of them that are not at home there, 'of' for all live tokens of an
-- Organization.
CREATE TABLE counters (
	entity_id TEXT    NOT NULL,
	what      TEXT    NOT NULL CHECK (what IN ('at', 'shared', 'of')),
	tokens    INTEGER NOT NULL CHECK (tokens >= 0),
	PRIMARY KEY (entity_id, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
	kid             TEXT    NOT NULL PRIMARY KEY,
	purpose         TEXT    NOT NULL,
	state           TEXT    NOT NULL CHECK (state IN ('pending', 'active', 'verify-only', 'retired')),
	public          BLOB    NOT NULL,
	wrapped_private BLOB,
	created_at      INTEGER NOT NULL,
	activated_at    INTEGER,
	row_mac         BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (purpose) WHERE state = 'active';

CREATE TABLE audit (
	chain           TEXT    NOT NULL,
	seq             INTEGER NOT NULL,
	at              INTEGER NOT NULL,
	actor_kind      TEXT    NOT NULL,
	actor_id        TEXT    NOT NULL,
	actor_name      TEXT    NOT NULL,
	action          TEXT    NOT NULL,
	outcome         TEXT    NOT NULL,
	target_kind     TEXT    NOT NULL,
	target_id       TEXT    NOT NULL,
	target_name     TEXT    NOT NULL,
	organization_id TEXT    NOT NULL,
	workspace_id    TEXT    NOT NULL,
	ip              TEXT    NOT NULL,
	user_agent      TEXT    NOT NULL,
	request_id      TEXT    NOT NULL,
	reason          TEXT    NOT NULL,
	details         TEXT    NOT NULL,
	key_epoch       INTEGER NOT NULL,
	prev_hash       BLOB    NOT NULL,
	hash            BLOB    NOT NULL,
	PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_denied ON audit (actor_kind, actor_id, at) WHERE outcome = 'denied';
CREATE INDEX audit_ended_use ON audit (target_id, ip, at) WHERE action = 'token.used_after_end';

CREATE TABLE audit_anchors (
	chain TEXT    NOT NULL PRIMARY KEY,
	seq   INTEGER NOT NULL,
	hash  BLOB    NOT NULL,
	at    INTEGER NOT NULL,
	mac   BLOB    NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
	SELECT RAISE(ABORT, 'audit events are never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_is_kept_above_its_anchor BEFORE DELETE ON audit
WHEN OLD.seq > COALESCE((SELECT seq FROM audit_anchors WHERE chain = OLD.chain), 0)
BEGIN
	SELECT RAISE(ABORT, 'audit events above the anchor are kept');
END;
-- +goose StatementEnd

-- Refusals of an actor that were counted and not recorded one by one.
CREATE TABLE audit_suppressed (
	actor TEXT    NOT NULL PRIMARY KEY,
	count INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
	id_hash        BLOB    NOT NULL PRIMARY KEY,
	id             TEXT    NOT NULL UNIQUE,
	user_id        TEXT    NOT NULL REFERENCES users (id),
	created_at     INTEGER NOT NULL,
	last_seen_at   INTEGER NOT NULL,
	auth_at        INTEGER NOT NULL,
	user_epoch     INTEGER NOT NULL,
	address        TEXT    NOT NULL,
	client         TEXT    NOT NULL,
	notice         TEXT    NOT NULL DEFAULT '',
	reveal_pending INTEGER NOT NULL DEFAULT 0 CHECK (reveal_pending IN (0, 1))
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, last_seen_at);
CREATE INDEX sessions_created ON sessions (created_at);

-- Forms that make a secret and were sent, by whom. They outlive the session, which a password step
-- replaces while the form is still in the browser's history.
CREATE TABLE submissions (
	user_id  TEXT    NOT NULL REFERENCES users (id),
	form_key TEXT    NOT NULL,
	used_at  INTEGER NOT NULL,
	PRIMARY KEY (user_id, form_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX submissions_used ON submissions (used_at);

CREATE TABLE one_time_codes (
	hash       BLOB    NOT NULL PRIMARY KEY,
	id         TEXT    NOT NULL UNIQUE,
	kind       TEXT    NOT NULL,
	subject    TEXT    NOT NULL,
	email      TEXT    NOT NULL DEFAULT '',
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at    INTEGER
) STRICT;
CREATE INDEX one_time_codes_subject ON one_time_codes (kind, subject);
CREATE INDEX one_time_codes_expires ON one_time_codes (expires_at);

CREATE TABLE known_devices (
	id_hash      BLOB    NOT NULL,
	user_id      TEXT    NOT NULL REFERENCES users (id),
	signed_in_at INTEGER NOT NULL,
	PRIMARY KEY (id_hash, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_devices_user ON known_devices (user_id, signed_in_at);
CREATE INDEX known_devices_signed_in ON known_devices (signed_in_at);

CREATE TABLE login_throttle (
	key             BLOB    NOT NULL PRIMARY KEY,
	failures        INTEGER NOT NULL,
	window_start    INTEGER NOT NULL,
	last_at         INTEGER NOT NULL,
	next_allowed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX login_throttle_last ON login_throttle (last_at);
