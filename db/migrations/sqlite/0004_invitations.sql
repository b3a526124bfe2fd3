-- The Organization an invitation leads to; empty for the other one-time codes. It is beside the code
-- and not found through its person, so that open invitations are counted from one index.

-- +goose Up

ALTER TABLE one_time_codes ADD COLUMN organization_id TEXT NOT NULL DEFAULT '';
CREATE INDEX one_time_codes_organization ON one_time_codes (organization_id, kind, expires_at) WHERE organization_id <> '';
