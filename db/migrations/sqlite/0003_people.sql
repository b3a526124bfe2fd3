-- What lists of people are ordered by: the folded full name, or the e-mail of someone who has none
-- yet. The program makes it, also for the rows that are there already; see people.go.

-- +goose Up

ALTER TABLE users ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
CREATE INDEX users_unfolded ON users (id) WHERE sort_name = '';

-- It is repeated in the roles of people, so that a page is read from one index. Those of teams have
-- none.
ALTER TABLE member_roles ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
CREATE INDEX member_roles_name ON member_roles (entity_id, subject_kind, sort_name, subject_id);
CREATE INDEX member_roles_added ON member_roles (entity_id, subject_kind, created_at, subject_id);
CREATE INDEX member_roles_role ON member_roles (entity_id, subject_kind, role, created_at, subject_id);

-- How many tokens somebody leaves behind.
CREATE INDEX api_tokens_creator ON api_tokens (created_by_id, organization_id) WHERE state = 'live';
