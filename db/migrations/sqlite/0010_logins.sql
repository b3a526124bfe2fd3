-- +goose Up

-- Where a session began: its own id, or that of the session it took the place of after a password
-- step. The sign-out of a session ends the logins that were allowed in it.
ALTER TABLE sessions ADD COLUMN origin TEXT NOT NULL DEFAULT '';
UPDATE sessions SET origin = id;

-- What a program can turn into a login within a minute, once.
CREATE TABLE login_codes (
	hash         BLOB    NOT NULL PRIMARY KEY,
	user_id      TEXT    NOT NULL REFERENCES users (id),
	user_epoch   INTEGER NOT NULL,
	origin       TEXT    NOT NULL,
	program      TEXT    NOT NULL,
	redirect_uri TEXT    NOT NULL,
	challenge    TEXT    NOT NULL,
	auth_at      INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL,
	row_mac      BLOB    NOT NULL
) STRICT;
CREATE INDEX login_codes_user ON login_codes (user_id);
CREATE INDEX login_codes_expires ON login_codes (expires_at);

-- A person's login in a program. The digest of its code stays, so that a second use is noticed.
CREATE TABLE logins (
	id           TEXT    NOT NULL PRIMARY KEY,
	user_id      TEXT    NOT NULL REFERENCES users (id),
	user_epoch   INTEGER NOT NULL,
	origin       TEXT    NOT NULL,
	program      TEXT    NOT NULL,
	code_hash    BLOB    NOT NULL UNIQUE,
	refresh_hash BLOB    NOT NULL UNIQUE,
	auth_at      INTEGER NOT NULL,
	created_at   INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL,
	last_used_at INTEGER NOT NULL,
	address      TEXT    NOT NULL,
	client       TEXT    NOT NULL,
	row_mac      BLOB    NOT NULL
) STRICT;
CREATE INDEX logins_user ON logins (user_id, last_used_at);
CREATE INDEX logins_expires ON logins (expires_at);

-- The values with which the program calls, each for an hour.
CREATE TABLE login_access (
	hash       BLOB    NOT NULL PRIMARY KEY,
	login_id   TEXT    NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
	expires_at INTEGER NOT NULL,
	row_mac    BLOB    NOT NULL
) STRICT;
CREATE INDEX login_access_login ON login_access (login_id, expires_at);
CREATE INDEX login_access_expires ON login_access (expires_at);
