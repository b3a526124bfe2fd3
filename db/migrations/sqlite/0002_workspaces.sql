-- Details of Organizations and Workspaces that people edit, and the deletion of large Workspaces.

-- +goose Up

-- One more with each edit, so that a change made meanwhile is noticed.
ALTER TABLE organizations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE workspaces ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE workspaces ADD COLUMN cicd_enforcement INTEGER NOT NULL DEFAULT 0 CHECK (cicd_enforcement IN (0, 1));

-- The order of a list by creation.
CREATE INDEX workspaces_created ON workspaces (organization_id, id);

-- Workspaces whose row is gone and whose tokens are still to be ended one by one, with who deleted
-- them. Nothing works through such a Workspace any more: rights need its row.
CREATE TABLE workspace_deletions (
	workspace_id    TEXT    NOT NULL PRIMARY KEY,
	organization_id TEXT    NOT NULL REFERENCES organizations (id),
	at              INTEGER NOT NULL,
	by_kind         TEXT    NOT NULL,
	by_id           TEXT    NOT NULL,
	by_name         TEXT    NOT NULL,
	ip              TEXT    NOT NULL,
	user_agent      TEXT    NOT NULL,
	request_id      TEXT    NOT NULL,
	row_mac         BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
