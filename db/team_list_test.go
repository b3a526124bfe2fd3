package db

import (
	"strings"
	"testing"

	"dagpass/internal/access"
)

// teamLists are the statements of every page of teams.
func teamLists() map[string]string {
	out := map[string]string{}
	for _, by := range []string{access.SortByName, access.SortByMembers, access.SortByUpdated, access.SortByAdded} {
		for _, desc := range []bool{false, true} {
			for _, level := range []access.Level{access.OrgLevel, access.WorkspaceLevel} {
				name := string(level) + " by " + by
				if desc {
					name += " descending"
				}
				out[name] = teamQuery(level, teamOrderOf(by), desc)
			}
		}
	}
	return out
}

// TestTeamLists_areReadInOrder: a page of an Organization's teams, of a team's members, and of those who
// could join is read from one index, and sorts nothing.
func TestTeamLists_areReadInOrder(t *testing.T) {
	i := installed(t)
	i.open(t)
	raw := i.raw(t)
	queries := map[string]string{"members": sqlTeamMembers, "members descending": sqlTeamMembersDesc, "who could join": sqlOutsideTeam}
	for name, query := range teamLists() {
		if strings.HasPrefix(name, string(access.OrgLevel)) && !strings.Contains(name, access.SortByAdded) {
			queries[name] = query
		}
	}
	if len(queries) != 9 {
		t.Fatalf("found %d statements", len(queries))
	}
	for name, query := range queries {
		for _, step := range explain(t, raw, query) {
			if strings.Contains(step, "TEMP B-TREE") || strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "json_each") {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// TestTeamMembers_followANewName: a person who takes another name stands where it belongs.
func TestTeamMembers_followANewName(t *testing.T) {
	s := newSmall(t)
	rename := func(name string) {
		t.Helper()
		must(t, s.db.update(t.Context(), func(tx *Tx) error {
			_, err := tx.changeUser(access.UserID(s.user.ID), func(u *userRow) { u.FullName = name })
			return err
		}))
	}
	key := func() (key string) {
		t.Helper()
		must(t, s.raw(t).QueryRow(`SELECT sort_name FROM team_members`).Scan(&key))
		return key
	}
	rename("Ärger")
	if got := key(); got != "ärger" {
		t.Errorf("sorted as %q", got)
	}
	rename("")
	if got := key(); got != "bo@acme.example" {
		t.Errorf("without a name sorted as %q", got)
	}
}
