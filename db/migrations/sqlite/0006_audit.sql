-- +goose Up

-- What was asked for, and the address of the user who asked; empty in events sealed before.
ALTER TABLE audit ADD COLUMN client_type TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN method      TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN path        TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN actor_email TEXT NOT NULL DEFAULT '';

-- A page of the log is read along one of these, newest first, and time becomes a range of seq.
CREATE INDEX audit_time      ON audit (chain, at, seq);
CREATE INDEX audit_workspace ON audit (chain, workspace_id, seq);
CREATE INDEX audit_actor     ON audit (chain, actor_id, seq);
CREATE INDEX audit_target    ON audit (chain, target_id, seq);
CREATE INDEX audit_action    ON audit (chain, action, seq);
CREATE INDEX audit_refused   ON audit (chain, seq) WHERE outcome = 'denied';

-- What the last check of a chain found: how many events it held, its last one, and the number of the
-- first bad one, 0 for none.
CREATE TABLE audit_checks (
	chain     TEXT    NOT NULL PRIMARY KEY,
	at        INTEGER NOT NULL,
	events    INTEGER NOT NULL,
	seq       INTEGER NOT NULL,
	hash      BLOB    NOT NULL,
	broken_at INTEGER NOT NULL,
	why       TEXT    NOT NULL,
	row_mac   BLOB    NOT NULL
) STRICT;
