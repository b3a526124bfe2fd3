-- +goose Up

-- Sessions and one-time codes let somebody in as much as a token's value does, so their rows are sealed too.
-- Those from before carry no seal and end: people sign in again, and open invitations are sent again.
DELETE FROM sessions;
DELETE FROM one_time_codes;
ALTER TABLE sessions       ADD COLUMN row_mac BLOB NOT NULL DEFAULT x'';
ALTER TABLE one_time_codes ADD COLUMN row_mac BLOB NOT NULL DEFAULT x'';
