-- +goose Up

-- The roles that Organizations define. Bindings hold their id in the column role, beside the constants
-- of built-in ones. permissions and restricted_to are words separated by blanks, sorted; no Workspace in
-- restricted_to is everywhere.
CREATE TABLE custom_roles (
	id              TEXT    NOT NULL PRIMARY KEY,
	organization_id TEXT    NOT NULL REFERENCES organizations (id),
	name            TEXT    NOT NULL,
	name_fold       TEXT    NOT NULL,
	description     TEXT,
	scope           TEXT    NOT NULL CHECK (scope IN ('WORKSPACE', 'DEPLOYMENT', 'DAG')),
	permissions     TEXT    NOT NULL,
	restricted_to   TEXT    NOT NULL,
	created_at      INTEGER NOT NULL,
	created_by_kind TEXT    NOT NULL,
	created_by_id   TEXT    NOT NULL,
	updated_at      INTEGER NOT NULL,
	updated_by_kind TEXT    NOT NULL,
	updated_by_id   TEXT    NOT NULL,
	row_mac         BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX custom_roles_name ON custom_roles (organization_id, name_fold);

-- Who holds a custom role. Ids begin with a small letter and the constants of built-in roles with a
-- capital one, so that bindings to these cost nothing here.
CREATE INDEX member_roles_custom ON member_roles (role, entity_id) WHERE role > 'a';
CREATE INDEX api_token_roles_custom ON api_token_roles (role, entity_id) WHERE role > 'a';
