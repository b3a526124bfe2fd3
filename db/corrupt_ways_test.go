package db

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// damage damages a database file.
type damage struct {
	*archive
	dice dice
}

// dice are numbers that look random and are the same for the same seed (SplitMix64).
type dice uint64

// roll returns a number from 0 to n-1.
func (d *dice) roll(n int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// headerSize is that of the header of a SQLite file.
const headerSize = 100

// next returns the n-th damaged file and what was done to it, every way in turn.
func (d *damage) next(t *testing.T, n int) (what string, file []byte) {
	t.Helper()
	file = slices.Clone(d.file)
	at := d.dice.roll(len(file))
	switch n % 6 {
	case 0:
		return fmt.Sprint("cut off at ", at), file[:at]
	case 1:
		size := int(binary.BigEndian.Uint16(file[16:]))
		at -= at % size
		clear(file[at : at+size])
		return fmt.Sprint("a page of zeros at ", at), file
	case 2:
		at %= headerSize
		file[at] = byte(d.dice.roll(256))
		return fmt.Sprint("byte ", at, " of the header"), file
	case 3:
		return d.flip(file, at)
	case 4:
		return d.flip(file, d.besideAuthority(file))
	}
	statement := alterations[n/6%len(alterations)]
	return statement, d.altered(t, statement)
}

// flip turns one bit.
func (d *damage) flip(file []byte, at int) (string, []byte) {
	bit := d.dice.roll(8)
	file[at] ^= 1 << bit
	return fmt.Sprintf("bit %d of byte %d", bit, at), file
}

// besideAuthority returns a place in or near a role, a credential or somebody's id: most of a file decides nothing.
func (d *damage) besideAuthority(file []byte) int {
	marks := []string{"WORKSPACE_", "ORGANIZATION_", d.user.ID, string(d.org.Owner.ID), string(d.tok.ID), "ACTIVE", "INACTIVE",
		string(d.user.Credential[:]), string(d.token.Credential[:]), "192.0.2", "workspace.tokens.view"}
	mark := []byte(marks[d.dice.roll(len(marks))])
	var places []int
	for at := bytes.Index(file, mark); at >= 0; {
		places = append(places, at)
		next := bytes.Index(file[at+1:], mark)
		if next < 0 {
			break
		}
		at += 1 + next
	}
	at := places[d.dice.roll(len(places))] + d.dice.roll(96) - 32
	return min(max(at, 0), len(file)-1)
}

// altered returns the file after a statement that somebody ran beside the program.
func (d *damage) altered(t *testing.T, statement string) []byte {
	t.Helper()
	i := &installation{cfg: Config{Dir: t.TempDir()}}
	path := filepath.Join(i.cfg.Dir, fileName)
	must(t, os.WriteFile(path, d.file, 0o600))
	i.alter(t, statement)
	_, err := i.raw(t).Exec(sqlCheckpoint)
	must(t, err)
	file, err := os.ReadFile(path)
	must(t, err)
	return file
}

// alterations give somebody what is another's, more, or for longer. Codes of rows that are genuine are swapped too.
var alterations = []string{
	`UPDATE member_roles SET role = 'WORKSPACE_OWNER' WHERE subject_kind = 'team'`,
	`UPDATE member_roles SET subject_id = (SELECT id FROM users WHERE full_name = 'Bo') WHERE role = 'ORGANIZATION_OWNER'`,
	`UPDATE member_roles SET role = 'WORKSPACE_OWNER', row_mac = (SELECT row_mac FROM member_roles WHERE role = 'WORKSPACE_OWNER') WHERE subject_kind = 'team'`,
	`UPDATE sessions SET user_id = (SELECT id FROM users WHERE full_name = 'Ada')`,
	`UPDATE sessions SET row_mac = (SELECT row_mac FROM sessions ORDER BY user_id LIMIT 1), user_id = (SELECT id FROM users WHERE full_name = 'Ada')`,
	`UPDATE sessions SET created_at = created_at + 86400000, last_seen_at = last_seen_at + 86400000`,
	`UPDATE one_time_codes SET expires_at = expires_at + 86400000`,
	`UPDATE one_time_codes SET subject = (SELECT id FROM users WHERE full_name = 'Ada')`,
	`UPDATE users SET status = 'ACTIVE'`,
	`UPDATE users SET status = 'ACTIVE', row_mac = (SELECT row_mac FROM users WHERE full_name = 'Bo') WHERE full_name = 'Cy'`,
	`UPDATE team_members SET user_id = (SELECT id FROM users WHERE full_name = 'Ada')`,
	`UPDATE custom_roles SET permissions = 'workspace.members.manage workspace.tokens.view'`,
	`UPDATE address_ranges SET prefix = '40000000000' WHERE range_text = '192.0.2.0/24'`,
	`UPDATE logins SET user_id = (SELECT id FROM users WHERE full_name = 'Ada')`,
	`UPDATE logins SET expires_at = expires_at + 86400000000`,
	`UPDATE login_access SET expires_at = expires_at + 86400000000`,
	`UPDATE api_token_roles SET role = 'WORKSPACE_OWNER'`,
	`UPDATE api_token_roles SET role = 'WORKSPACE_OPERATOR', row_mac = (SELECT row_mac FROM api_token_roles WHERE role = 'WORKSPACE_OPERATOR') WHERE role = 'WORKSPACE_AUTHOR'`,
	`UPDATE api_token_secrets SET ended_at = NULL, end_reason = ''`,
	`UPDATE api_token_secrets SET ended_at = NULL, end_reason = '', row_mac = (SELECT row_mac FROM api_token_secrets WHERE ended_at IS NULL)`,
	`UPDATE api_tokens SET expires_at = NULL`,
	`UPDATE api_tokens SET expires_at = expires_at + 86400000000 WHERE expires_at IS NOT NULL`,
	`UPDATE api_tokens SET workspace_id = NULL`,
}
