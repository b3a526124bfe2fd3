-- +goose Up

-- The addresses from which an Organization may be used; without a row it may be from everywhere.
-- prefix is the range in a form that sorts by family, address and length; range_text is what was
-- submitted.
CREATE TABLE address_ranges (
	id              TEXT    NOT NULL PRIMARY KEY,
	organization_id TEXT    NOT NULL REFERENCES organizations (id),
	prefix          TEXT    NOT NULL,
	range_text      TEXT    NOT NULL,
	created_at      INTEGER NOT NULL,
	created_by_kind TEXT    NOT NULL,
	created_by_id   TEXT    NOT NULL,
	updated_at      INTEGER NOT NULL,
	updated_by_kind TEXT    NOT NULL,
	updated_by_id   TEXT    NOT NULL,
	row_mac         BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX address_ranges_prefix ON address_ranges (organization_id, prefix);
CREATE INDEX address_ranges_created ON address_ranges (organization_id, created_at, id);
CREATE INDEX address_ranges_updated ON address_ranges (organization_id, updated_at, id);
