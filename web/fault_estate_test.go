package web_test

import (
	"regexp"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/signin"
)

// faultEstate is an installation with one of everything that a request can name, and requests that succeed in
// it. It is made once; every test of a request gets a copy.
type faultEstate struct {
	plan    *dagpasstest.Plan
	bare    *dagpasstest.Plan // nobody has set it up
	ids     map[string]string // by their name in a path
	secrets map[string]string // codes and values

	console, stranger *dagpasstest.Browser // the owner's and nobody's, in the house that was copied

	owner, weak, gone prober // may do everything; may do next to nothing; is signed out
}

// prober is somebody with a browser and a program.
type prober struct {
	name    string
	session string
	value   string
	may     bool
}

func newFaultEstate(t *testing.T) *faultEstate {
	t.Helper()
	h := dagpasstest.New(t)
	e := &faultEstate{ids: map[string]string{}, secrets: map[string]string{}}
	finance := h.NewWorkspace("Finance")
	ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceMember)
	bo := h.Person("Bo", access.OrgMember)
	team := h.Team("Ingest", access.OrgMember, ada)
	h.GiveTeam(team, h.Workspace.Scope(), access.WorkspaceMember)
	idle := h.Team("Idle", access.OrgMember)
	own, _ := h.Token(h.Owner, h.Workspace.Scope(), "own", access.WorkspaceMember)
	shared, _ := h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	free, _ := h.Token(h.Owner, h.Org.Scope(), "free", access.OrgMember)
	_, all := h.Token(h.Owner, h.Org.Scope(), "all", access.OrgOwner)
	_, little := h.Token(h.Owner, finance.Scope(), "little", access.WorkspaceAccessor)
	ended, dead := h.Token(h.Owner, h.Org.Scope(), "ended", access.OrgOwner)
	role := h.CustomRole("Custom", []access.Permission{"workspace.tokens.view"})
	network, err := h.Ranges.Add(t.Context(), dagpasstest.System(), h.Org.ID, "192.0.2.0/24")
	noError(t, err)
	_, err = h.Tokens.Bind(t.Context(), h.Actor(h.Owner), h.Workspace.Scope(), shared.ID, access.WorkspaceMember)
	noError(t, err)
	_, err = h.Tokens.Delete(t.Context(), dagpasstest.System(), h.Org.Scope(), ended.ID, access.TokenDeletionWord)
	noError(t, err)
	invited, code, err := h.Invitations.Invite(t.Context(), h.Actor(h.Owner), h.Org.ID, signin.NewInvitation{Email: "eve@acme.example", Role: access.OrgMember})
	noError(t, err)
	reset, err := h.Accounts.NewResetCode(t.Context(), dagpasstest.System(), bo.Email)
	noError(t, err)
	again, leaving := h.SignIn(h.Owner.User), h.SignIn(h.Owner.User)
	noError(t, h.Sessions.SignOut(t.Context(), h.Actor(leaving)))
	c := login(t, h, h.Browser(h.Owner))
	fresh := sentBack(h.Browser(h.Owner).Get(asking()).Status(200).Form("Allow").Submit()).Get("code")

	e.ids = map[string]string{":org": string(h.Org.ID), ":workspace": string(h.Workspace.ID), ":ws": string(h.Workspace.ID), ":token": string(own.ID), ":event": "2",
		":user": string(ada.ID), ":team": string(team.ID), ":role": string(role.ID), ":range": string(network.ID), ":invite": string(invited.User.ID),
		"shared": string(shared.ID), "free": string(free.ID), "bo": string(bo.ID), "idle": string(idle.ID), "finance": string(finance.ID), "ada": ada.Email}
	e.secrets = map[string]string{"invite": code.Reveal(), "reset": reset.Reveal(), "access": c.access, "refresh": c.refresh, "code": fresh, "again": again.Session.Reveal()}
	e.owner = prober{"who may", h.Owner.Session.Reveal(), all, true}
	e.weak = prober{"who may not", h.Member("Wes", finance.Scope(), access.WorkspaceAccessor).Session.Reveal(), little, false}
	e.gone = prober{"who is signed out", leaving.Session.Reveal(), dead, false}
	e.plan, e.console, e.stranger = h.Plan(), h.Browser(h.Owner), h.Stranger()
	e.ids["session"] = string(regexp.MustCompile(`/profile/sessions/([0-9a-z]+)/end`).FindStringSubmatch(e.console.Get("/profile/sessions").Body)[1])
	bare := dagpasstest.Unfurnished(t)
	setup, err := bare.Setup.NewCode(t.Context())
	noError(t, err)
	e.bare, e.secrets["setup"] = bare.Plan(), setup.Reveal()
	return e
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
