package access_test

import (
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestRoles_EditActsAtOnce: everyone bound to a role has what it contains now, from the next request of
// an open session and of a token (product.md 3.10).
func TestRoles_EditActsAtOnce(t *testing.T) {
	h := dagpasstest.New(t)
	at, owner := h.Workspace.Scope(), h.Actor(h.Owner)
	role := h.CustomRole("Token Manager", tokenManager)
	ada := h.Actor(h.Member("Ada", at, role.Role()))
	_, value := h.Token(h.Owner, at, "ci", role.Role())
	ci, err := h.Tokens.Verify(t.Context(), value, access.Origin{})
	wantCode(t, err, "")

	both := func(want access.Code) {
		t.Helper()
		for _, by := range []access.Actor{ada, ci} {
			_, err := h.Tokens.List(t.Context(), by, at, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
			wantCode(t, err, want)
		}
	}
	both("")
	_, err = h.Roles.Edit(t.Context(), owner, h.Org.ID, role.ID, access.EditRole{Name: role.Name, Permissions: []access.Permission{"workspace.members.view"}})
	wantCode(t, err, "")
	both(access.Forbidden)
	_, err = h.Roles.Edit(t.Context(), owner, h.Org.ID, role.ID, access.EditRole{Name: role.Name, Permissions: tokenManager})
	wantCode(t, err, "")
	both("")
}

// TestRoles_HoldersGiveNoMoreThanTheyHold tries random roles: a holder does exactly what the role contains,
// and gives, takes and hands out nothing that they do not hold. It is the known bug of the vendor, whose
// custom roles could make tokens, users and teams with more rights than their own (airflow.md 13).
func TestRoles_HoldersGiveNoMoreThanTheyHold(t *testing.T) {
	h := dagpasstest.New(t)
	at := h.Workspace.Scope()
	random := 0
	var every []access.Permission
	for _, group := range access.PermissionGroups(access.WorkspaceRoles) {
		for _, p := range group.Entries {
			if strings.HasPrefix(string(p.ID), "workspace.") && p.ID != "workspace.delete" {
				every = append(every, p.ID)
			}
		}
	}
	some := func(of []access.Permission) []access.Permission {
		out := []access.Permission{"workspace.view"}
		for _, p := range of {
			if random++; pick(random)%2 == 0 {
				out = append(out, p)
			}
		}
		return out
	}
	answers := map[access.Code]int{}
	for i := range 20 {
		mine := h.CustomRole("Mine "+string(rune('a'+i)), some(every))
		other := some(every)
		if i%2 == 0 {
			other = some(mine.Permissions)
		}
		theirs := h.CustomRole("Theirs "+string(rune('a'+i)), other)
		person := h.Member("Holder "+string(rune('a'+i)), at, mine.Role())
		by := h.Actor(person)
		victim := h.Member("Victim "+string(rune('a'+i)), at, theirs.Role())
		tok, _ := h.Token(h.Owner, at, "victim", theirs.Role())
		team := h.Team("Team "+string(rune('a'+i)), access.OrgMember)
		newcomer := h.Person("New "+string(rune('a'+i)), access.OrgMember)

		covers := !slices.ContainsFunc(theirs.Permissions, func(p access.Permission) bool { return !slices.Contains(mine.Permissions, p) })
		check := func(what string, permission access.Permission, err error) {
			t.Helper()
			want := access.Code("")
			if !slices.Contains(mine.Permissions, permission) || !covers {
				want = access.Forbidden
			}
			answers[want]++
			if got := access.CodeOf(err); got != want {
				t.Errorf("%s: %q (%v), want %q\nholds %v\nasks for %v", what, got, err, want, mine.Permissions, theirs.Permissions)
			}
		}
		_, _, err := h.Tokens.Create(t.Context(), by, at, access.NewToken{Name: "more", Role: theirs.Role()})
		check("create a token", "workspace.tokens.manage", err)
		_, _, err = h.Tokens.Rotate(t.Context(), by, at, tok.ID, 1, "")
		check("rotate a token", "workspace.tokens.manage", err)
		_, err = h.Members.Add(t.Context(), by, at, newcomer.ID, theirs.Role())
		check("add a person", "workspace.members.manage", err)
		_, err = h.Members.Update(t.Context(), by, at, victim.ID, access.WorkspaceAccessor, "")
		check("lower a person", "workspace.members.manage", err)
		_, err = h.Teams.Add(t.Context(), by, at, team.ID, theirs.Role())
		check("add a team", "workspace.teams.manage", err)
		for _, higher := range []access.Role{access.WorkspaceOwner, access.WorkspaceOperator} {
			if err := h.Members.SetRole(t.Context(), by, at, person.ID, higher); access.CodeOf(err) != access.Forbidden {
				t.Errorf("a holder of %v made themselves %s: %v", mine.Permissions, higher, err)
			}
		}
	}
	if answers[""] < 10 || answers[access.Forbidden] < 40 {
		t.Errorf("too few of one kind were tried: %v", answers)
	}
}

// TestRoles_NeverMakeAnOwner: a custom role with every right of an Owner is none (product.md 3.4).
func TestRoles_NeverMakeAnOwner(t *testing.T) {
	h := dagpasstest.New(t)
	var all []access.Permission
	for _, group := range access.PermissionGroups(access.WorkspaceRoles) {
		for _, p := range group.Entries {
			all = append(all, p.ID)
		}
	}
	role := h.CustomRole("Everything", all)
	h.Member("Ada", h.Workspace.Scope(), role.Role())
	wantReason(t, h.Members.Remove(t.Context(), dagpasstest.System(), h.Org.Scope(), h.Owner.ID), access.ReasonLastOwner)
}

// TestRoles_ownersPowersTakeThePassword: security.md 4. The two Owner constants alone would leave a way
// around: a custom role with all of an Owner's permissions but one.
func TestRoles_ownersPowersTakeThePassword(t *testing.T) {
	h := dagpasstest.New(t)
	owner := h.Actor(h.Owner)
	manager := h.CustomRole("Token Manager", tokenManager)
	harmless := h.CustomRole("Watcher", []access.Permission{"deployment.get"})
	owner.AuthenticatedAt = h.Clock.Now().Add(-access.ReauthWindow)

	_, err := h.Roles.Create(t.Context(), owner, h.Org.ID, access.NewRole{Name: "Other", Scope: access.WorkspaceRoles, Permissions: tokenManager})
	wantReason(t, err, access.ReasonReauthenticate)
	_, err = h.Roles.Edit(t.Context(), owner, h.Org.ID, harmless.ID, access.EditRole{Name: harmless.Name, Permissions: tokenManager})
	wantReason(t, err, access.ReasonReauthenticate)
	_, _, err = h.Tokens.Create(t.Context(), owner, h.Workspace.Scope(), access.NewToken{Name: "ci", Role: manager.Role()})
	wantReason(t, err, access.ReasonReauthenticate)
	_, _, err = h.Tokens.Create(t.Context(), owner, h.Workspace.Scope(), access.NewToken{Name: "ci", Role: harmless.Role()})
	wantCode(t, err, "")
}
