-- +goose Up

-- The roles of Organization tokens in Workspaces, for finding the tokens that hold a role in any of
-- them, in the order of their names.
CREATE INDEX api_token_roles_bound ON api_token_roles (organization_id, role, sort_name, token_id, sort_expires) WHERE home = 0;
