package web_test

import (
	"strings"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/signin"
)

// unknownID names nothing, and is an id.
const unknownID = "c00000000000000000000000z"

// things are ids that a path can name beside those of its Organization and Workspace.
type things struct{ token, shared, user, team, invite, role, network, session, event string }

var unknownThings = things{unknownID, unknownID, unknownID, unknownID, unknownID, unknownID, unknownID, unknownID, "999999"}

// estate is an Organization with a Workspace in it, one of everything, and the names that only those who
// belong there may read.
type estate struct {
	org    access.Org
	ws     access.Workspace
	owner  dagpasstest.Person
	things things
	names  []string

	demolished bool
}

// founding makes an Organization whose names begin alike.
func founding(h *dagpasstest.House, name string) estate {
	h.T.Helper()
	var f access.Founded
	err := access.Audited(h.Context(), h.DB.Access(), dagpasstest.System(), func(c *access.Changing, tx access.Tx) (err error) {
		f, err = access.Found(c, tx, access.NewOrg{Name: name, Workspace: name + "-yard", OwnerName: name + "-owner",
			OwnerMail: "owner@" + strings.ToLower(name) + ".example"})
		return err
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return furnish(h, f.Org, f.Workspace, h.SignIn(f.Owner), name)
}

// furnish puts one of everything into a Workspace, named after a word that nothing else contains.
func furnish(h *dagpasstest.House, org access.Org, ws access.Workspace, owner dagpasstest.Person, word string) estate {
	h.T.Helper()
	x := estate{org: org, ws: ws, owner: owner, names: []string{word + "-"}}
	ctx, by := h.Context(), dagpasstest.System()
	must := mustBe(h)
	tok, _, err := h.Tokens.Create(ctx, by, ws.Scope(), access.NewToken{Name: word + "-token", Role: access.WorkspaceAccessor})
	must(err)
	shared, _, err := h.Tokens.Create(ctx, by, org.Scope(), access.NewToken{Name: word + "-shared", Role: access.OrgMember})
	must(err)
	_, err = h.Tokens.Bind(ctx, by, ws.Scope(), shared.ID, access.WorkspaceAccessor)
	must(err)
	user, err := h.Members.Create(ctx, by, org.ID, access.NewMember{FullName: word + "-person",
		Email: "person@" + strings.ToLower(word) + ".example", Role: access.OrgMember})
	must(err)
	must(h.Members.SetRole(ctx, by, ws.Scope(), user.ID, access.WorkspaceMember))
	team, err := h.Teams.Create(ctx, by, org.ID, access.NewTeam{Name: word + "-team", Role: access.OrgMember, Members: []access.UserID{user.ID}})
	must(err)
	_, err = h.Teams.Add(ctx, by, ws.Scope(), team.ID, access.WorkspaceMember)
	must(err)
	invited, _, err := h.Invitations.Invite(ctx, by, org.ID, signin.NewInvitation{Email: "invited@" + strings.ToLower(word) + ".example", Role: access.OrgMember})
	must(err)
	role, err := h.Roles.Create(ctx, by, org.ID, access.NewRole{Name: word + "-role", Scope: access.WorkspaceRoles,
		Permissions: []access.Permission{"workspace.tokens.view"}, Restricted: []access.WorkspaceID{ws.ID}})
	must(err)
	network, err := h.Ranges.Add(ctx, by, org.ID, "192.0.2.0/24") // holds the address of everybody
	if access.ReasonOf(err) == access.ReasonTaken {
		all, _, listed := h.Ranges.List(ctx, by, org.ID, access.Sort{}, access.Page{Limit: 1})
		must(listed)
		network, err = all[0], nil
	}
	must(err)
	live, err := h.Sessions.Load(ctx, owner.Session)
	must(err)
	x.things = things{string(tok.ID), string(shared.ID), string(user.ID), string(team.ID), string(invited.User.ID), string(role.ID), string(network.ID), live.ID, "2"}
	return x
}

// ids are those of an estate that nobody else may be shown.
func (x estate) ids() []string {
	t := x.things
	return []string{string(x.ws.ID), t.token, t.shared, t.user, t.team, t.invite, t.role, t.network}
}

// demolish deletes a Workspace with everything in it, and gives back the ids that named something once.
func demolish(h *dagpasstest.House, x estate) estate {
	h.T.Helper()
	ctx, by, org := h.Context(), dagpasstest.System(), x.org.ID
	for _, end := range []func() error{
		func() error {
			_, err := h.Tokens.Delete(ctx, by, x.ws.Scope(), access.TokenID(x.things.token), access.TokenDeletionWord)
			return err
		},
		func() error {
			_, err := h.Tokens.Delete(ctx, by, x.org.Scope(), access.TokenID(x.things.shared), access.TokenDeletionWord)
			return err
		},
		func() error { return h.Members.Remove(ctx, by, x.org.Scope(), access.UserID(x.things.user)) },
		func() error {
			_, err := h.Teams.Delete(ctx, by, org, access.TeamID(x.things.team), access.TeamDeletionWord)
			return err
		},
		func() error {
			_, err := h.Invitations.Withdraw(ctx, by, org, access.UserID(x.things.invite))
			return err
		},
		func() error { return h.Roles.Delete(ctx, by, org, access.RoleID(x.things.role)) },
		func() error { return h.Workspaces.Delete(ctx, by, x.ws.Scope(), access.DeletionWord) },
	} {
		if err := end(); err != nil {
			h.T.Fatal(err)
		}
	}
	x.demolished = true
	x.things.network, x.things.session, x.things.event = unknownID, unknownID, "999999"
	return x
}

// spot is what the ids of a path stand for.
type spot struct {
	name    string
	org, ws string
	things  things
	kind    spotKind
}

type spotKind int

const (
	here    spotKind = iota // the principals' own Workspace and what is in it
	sibling                 // another Workspace of their Organization
	mixed                   // their own Workspace, and what is in another one of their Organization
	nested                  // their own Workspace, and what is not in their Organization
	outside                 // an Organization or a Workspace that is not theirs, or none
	gone                    // a Workspace of their Organization that was deleted
	halfway                 // their own Organization, and a Workspace that is not in it
)

// spots are every place of the matrix. Those that must not be told apart stand beside each other.
func spots(mine, next, foreign, former estate) []spot {
	org, ws := string(mine.org.ID), string(mine.ws.ID)
	foreign.things.event = unknownThings.event // every Organization counts its own
	return []spot{
		{"their own Workspace", org, ws, mine.things, here},
		{"another Workspace", org, string(next.ws.ID), next.things, sibling},
		{"their own Workspace, another one's things", org, ws, next.things, mixed},
		{"their own Workspace, a foreign Organization's things", org, ws, foreign.things, nested},
		{"their own Workspace, unknown things", org, ws, unknownThings, nested},
		{"their own Workspace, deleted things", org, ws, former.things, nested},
		{"another Organization", string(foreign.org.ID), string(foreign.ws.ID), foreign.things, outside},
		{"nowhere", unknownID, unknownID, unknownThings, outside},
		{"a deleted Workspace", org, string(former.ws.ID), former.things, gone},
		{"their own Organization, a foreign Workspace", org, string(foreign.ws.ID), foreign.things, halfway},
		{"their own Organization, an unknown Workspace", org, unknownID, unknownThings, halfway},
		{"no id at all", "x%2f..%2f", "x'--", things{"%00", "%01", "c" + unknownID, ".%2e", "x", "C" + unknownID[1:], "0", "-", "%ff"}, outside},
	}
}

// path puts the ids of the spot into the path of a route.
func (s spot) path(route string) string {
	user := s.things.user
	if strings.Contains(route, "/resend") || strings.Contains(route, "/withdraw") {
		user = s.things.invite
	}
	token := s.things.token
	if strings.HasPrefix(route, "/o/") || strings.HasSuffix(route, "/tokens/:token/remove") {
		token = s.things.shared
	}
	return strings.NewReplacer(":org", s.org, ":workspace", s.ws, ":ws", s.ws, ":token", token, ":user", user, ":team", s.things.team,
		":invite", s.things.invite, ":role", s.things.role, ":range", s.things.network, ":session", s.things.session, ":event", s.things.event).Replace(route)
}
