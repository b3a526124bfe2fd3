-- +goose Up

-- No version before this one makes teams, so the defaults stand for no row.
ALTER TABLE teams ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE teams ADD COLUMN description_fold TEXT NOT NULL DEFAULT '';
ALTER TABLE teams ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE teams ADD COLUMN created_by_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE teams ADD COLUMN created_by_id TEXT NOT NULL DEFAULT '';
ALTER TABLE teams ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE teams ADD COLUMN updated_by_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE teams ADD COLUMN updated_by_id TEXT NOT NULL DEFAULT '';
-- How many people are in it, kept in step with team_members, so that lists can be ordered by it.
ALTER TABLE teams ADD COLUMN members INTEGER NOT NULL DEFAULT 0 CHECK (members >= 0);
CREATE INDEX teams_updated ON teams (organization_id, updated_at, id);
CREATE INDEX teams_members ON teams (organization_id, members, id);

-- sort_name repeats the folded name of the person, so that a page of a team is read from one index.
ALTER TABLE team_members ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
ALTER TABLE team_members ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX team_members_name ON team_members (team_id, sort_name, user_id);
