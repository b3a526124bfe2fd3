-- +goose Up

-- What a client of the Astro API says it is, beside its User-Agent.
ALTER TABLE api_tokens ADD COLUMN last_used_astro_client  TEXT NOT NULL DEFAULT '';
ALTER TABLE api_tokens ADD COLUMN last_used_astro_version TEXT NOT NULL DEFAULT '';

-- The same in the record; empty in events sealed before.
ALTER TABLE audit ADD COLUMN astro_client         TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN astro_client_version TEXT NOT NULL DEFAULT '';

-- When the holder of the token's value ended it; NULL once there is a new value. It is for display: what
-- is accepted is decided by the value's own row, which is sealed.
ALTER TABLE api_tokens ADD COLUMN revoked_at INTEGER;
