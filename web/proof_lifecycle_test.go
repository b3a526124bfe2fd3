package web_test

import (
	"slices"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
	"dagpass/internal/signin"
)

// The kinds of credentials of the life-cycle cube. Grace has one of each, and everything she does with them
// takes the rights of a Workspace Owner in Data Platform; the two tokens have the like of their own.
const (
	aPage      = "a page of a browser session"
	aFragment  = "a fragment of a browser session"
	aSocket    = "a connection kept alive by a browser session"
	aForm      = "the key of a form that makes a secret"
	anExport   = "a running export"
	aLogin     = "what the Astro CLI calls with"
	aRefresh   = "what the Astro CLI renews its login with"
	theirToken = "a Workspace token"
	orgToken   = "an Organization token"
	aReset     = "a code for a new password"
	anInvite   = "a code of an invitation"
)

var (
	inBrowser    = []string{aPage, aFragment, aSocket, aForm, anExport}
	ofTheLogin   = []string{aLogin, aRefresh}
	ofThePerson  = slices.Concat(inBrowser, ofTheLogin)
	byTheirRight = append(slices.Clone(inBrowser), aLogin)
)

// rights are how Grace holds what she does.
type rights string

const (
	asOwner    rights = "as an Organization Owner"
	direct     rights = "by a role of her own"
	throughA   rights = "through a team"
	byCustom   rights = "by a custom role"
	nobodyElse        = "it is about nobody's credential but those it names"
)

// ending is something after whose acknowledgement no request that begins later may succeed with what it
// ends. Whatever it does not end works on, for the reason it gives.
type ending struct {
	name   string
	by     rights
	do     func(l *life)
	ends   []string
	others string
}

// endings are all events that end an access. There is none for an Organization, which can't be deleted,
// and a custom role is not deleted while anybody holds it.
var endings = []ending{
	{"she signs out", asOwner, func(l *life) { l.post("/sign-out", "") }, ofThePerson, "tokens are not hers; a code is bound to her account"},
	{"she signs out everywhere else", asOwner, func(l *life) { l.elsewhere("/profile/sessions/end-others", "") }, ofThePerson, "tokens are not hers; a code is bound to her account"},
	{"she ends the session from another one", asOwner, (*life).endSession, ofThePerson, "tokens are not hers; a code is bound to her account"},
	{"she changes her password", asOwner, func(l *life) {
		l.elsewhere("/profile/password", "current_password="+dagpasstest.Password+"&new_password=another sentence of five words")
	}, append(slices.Clone(ofThePerson), aReset), "tokens are not hers"},
	{"she chooses a new password by a link", asOwner, (*life).reset, append(slices.Clone(ofThePerson), aReset), "tokens are not hers"},
	{"she gets another link for a new password", direct, func(l *life) { l.resetCode() }, []string{aReset}, nobodyElse},
	{"an hour passes", direct, func(l *life) { l.h.Clock.Advance(time.Hour) }, append(slices.Clone(byTheirRight), aReset), "it has longer"},
	{"she is removed from the Organization", asOwner, func(l *life) { l.must(l.h.Members.Remove(l.h.Context(), l.admin(), l.h.Org.Scope(), l.grace.ID)) },
		append(slices.Clone(ofThePerson), aReset), "tokens belong to the Workspace and the Organization"},
	{"her role on the Organization is lowered", asOwner, func(l *life) {
		l.call("POST", "/users/"+string(l.grace.ID)+"/roles", `{"organizationRole":"ORGANIZATION_MEMBER"}`)
	},
		byTheirRight, "she may still sign in and renew her login; tokens have their own roles"},
	{"she is removed from the Workspace", direct, func(l *life) { l.must(l.h.Members.Remove(l.h.Context(), l.admin(), l.h.Workspace.Scope(), l.grace.ID)) },
		byTheirRight, "she stays in the Organization"},
	{"her role in the Workspace is lowered", direct, func(l *life) {
		l.call("POST", "/users/"+string(l.grace.ID)+"/roles", `{"workspaceRoles":[{"workspaceId":"`+l.ws()+`","role":"WORKSPACE_OPERATOR"}]}`)
	}, byTheirRight, "she stays in the Workspace"},
	{"she is taken out of the team", throughA, func(l *life) { l.call("DELETE", "/teams/"+l.team+"/members/"+string(l.grace.ID), "") }, byTheirRight, "she stays in the Organization"},
	{"the team's role is lowered", throughA, func(l *life) {
		l.call("POST", "/teams/"+l.team+"/roles", `{"workspaceRoles":[{"workspaceId":"`+l.ws()+`","role":"WORKSPACE_MEMBER"}]}`)
	}, byTheirRight, "she stays in the Workspace"},
	{"the team loses the Workspace", throughA, func(l *life) { l.call("POST", "/teams/"+l.team+"/roles", `{"workspaceRoles":[]}`) }, byTheirRight, "she stays in the Organization"},
	{"the team is deleted", throughA, func(l *life) { l.call("DELETE", "/teams/"+l.team, "") }, byTheirRight, "she stays in the Organization"},
	{"the custom role is narrowed", byCustom, func(l *life) { l.call("POST", "/roles/"+l.role, `{"name":"keeper","permissions":["workspace.view"]}`) }, byTheirRight, "she stays in the Workspace"},
	{"the custom role is taken from her", byCustom, func(l *life) { l.call("POST", "/users/"+string(l.grace.ID)+"/roles", `{"workspaceRoles":[]}`) }, byTheirRight, "she stays in the Organization"},
	{"she gets a lower role instead of the custom one", byCustom, func(l *life) {
		l.must(l.h.Members.SetRole(l.h.Context(), l.admin(), l.h.Workspace.Scope(), l.grace.ID, access.WorkspaceAccessor))
	}, byTheirRight, "she stays in the Workspace"},
	{"the Workspace is deleted", direct, func(l *life) { l.call("DELETE", "/workspaces/"+l.ws(), "") },
		append(slices.Clone(byTheirRight), theirToken, orgToken), "her account stays"},
	{"an address range is added that holds another network", asOwner, func(l *life) { l.closeToAddress() },
		append(slices.Clone(byTheirRight), theirToken, orgToken), "a login is renewed and a code used wherever she is; the Organization stays closed to her"},
	{"nothing happens for half an hour", direct, func(l *life) { l.h.Clock.Advance(signin.IdleLimit) }, inBrowser, "it has longer"},
	{"twelve hours pass, however busy", direct, func(l *life) { l.busy(signin.SessionLimit) }, append(slices.Clone(byTheirRight), aReset), "it has longer"},
	{"thirty days pass", direct, func(l *life) { l.h.Clock.Advance(signin.LoginLimit) }, append(slices.Clone(ofThePerson), aReset, anInvite, theirToken), "it never expires"},
	{"the Astro CLI signs out", direct, func(l *life) { l.revoke(l.login.Access.Reveal()) }, ofTheLogin, "the session in the browser is another credential"},
	{"the Astro CLI gives its refresh value back", direct, func(l *life) { l.revoke(l.login.Refresh.Reveal()) }, ofTheLogin, "the session in the browser is another credential"},
	{"the Workspace token is rotated", direct, func(l *life) { l.call("POST", "/tokens/"+l.wsToken+"/rotate", "") }, []string{theirToken}, nobodyElse},
	{"the Workspace token is revoked", direct, func(l *life) { l.revoke(l.wsValue) }, []string{theirToken}, nobodyElse},
	{"the Workspace token is deleted", direct, func(l *life) { l.call("DELETE", "/tokens/"+l.wsToken, "") }, []string{theirToken}, nobodyElse},
	{"the Workspace token's role is lowered", direct, func(l *life) {
		l.call("POST", "/tokens/"+l.wsToken+"/roles", `{"roles":[{"entityType":"WORKSPACE","entityId":"`+l.ws()+`","role":"WORKSPACE_MEMBER"}]}`)
	}, []string{theirToken}, nobodyElse},
	{"the Organization token is rotated", direct, func(l *life) { l.call("POST", "/tokens/"+l.orgToken+"/rotate", "") }, []string{orgToken}, nobodyElse},
	{"the Organization token is revoked", direct, func(l *life) { l.revoke(l.orgValue) }, []string{orgToken}, nobodyElse},
	{"the Organization token is deleted", direct, func(l *life) { l.call("DELETE", "/tokens/"+l.orgToken, "") }, []string{orgToken}, nobodyElse},
	{"the Organization token's role in the Workspace is lowered", direct, func(l *life) {
		_, err := l.h.Tokens.Rebind(l.h.Context(), l.admin(), l.h.Workspace.Scope(), access.TokenID(l.orgToken), access.WorkspaceMember, access.WorkspaceOwner)
		l.must(err)
	}, []string{orgToken}, nobodyElse},
	{"the Organization token is taken out of the Workspace", direct, func(l *life) {
		l.call("POST", "/tokens/"+l.orgToken+"/roles", `{"roles":[{"entityType":"ORGANIZATION","entityId":"`+string(l.h.Org.ID)+`","role":"ORGANIZATION_MEMBER"}]}`)
	}, []string{orgToken}, nobodyElse},
	{"the invitation is withdrawn", direct, func(l *life) { l.call("DELETE", "/invites/"+l.invitee, "") }, []string{anInvite}, nobodyElse},
	{"the invitation is sent again", direct, func(l *life) {
		_, _, err := l.h.Invitations.Resend(l.h.Context(), l.admin(), l.h.Org.ID, access.UserID(l.invitee), "")
		l.must(err)
	}, []string{anInvite}, nobodyElse},
}

// TestProof_LifecycleCube: law 1 of security.md, every event that ends an access, for every kind of
// credential, before, during and after. Before it the credential works. A request that has begun may end as
// it began, but what it was to change is decided when it is carried out; and none that begins after the
// acknowledgement succeeds. What an event is not about works on, so that no event ends too much.
//
// Seen to fail with: an account's epoch not compared and its sessions and logins not deleted (20 survivors);
// sessions and logins not deleted when one of them ends (36); the expiry of tokens not read (1); their values'
// ends not read (4); what an actor may do remembered from the first request (81), or their roles alone (56); an
// export that decides once (8); no idle limit (10); no limit of twelve hours (5); no end of a CLI's value (2) or
// login (2); no address ranges (10); codes not ended by newer ones and by passwords (4), and codes without an end
// (5). Of the 152 pairs of an event and what it ends 129 had a survivor in one of these. The epoch alone, the deletion alone, and the
// expiry or the end of a token left out where it is verified alone or where it is decided alone let nothing
// survive: each is checked twice, so that one of the two may be wrong.
func TestProof_LifecycleCube(t *testing.T) {
	cells, kept, survivors := 0, 0, 0
	kinds := map[string]bool{}
	for _, e := range endings {
		t.Run(e.name, func(t *testing.T) {
			l := newLife(t, e.by)
			for _, c := range l.credentials {
				cells++
				kinds[c.name] = true
				if !l.works(c) {
					t.Fatalf("before: %s does not work", c.name)
				}
			}
			held := l.begin(e.ends)
			e.do(l)
			survivors += held.finish(t)
			for _, c := range l.credentials {
				cells++
				ended := slices.Contains(e.ends, c.name)
				if ended {
					cells++ // what was held during the event
				} else {
					kept++
				}
				switch works := l.works(c); {
				case works && ended:
					survivors++
					t.Errorf("after: %s still works", c.name)
				case !works && !ended:
					t.Errorf("after: %s has ended too, although %s", c.name, e.others)
				}
			}
		})
	}
	proof.Figure(t, "%d events x %d kinds of credentials: %d cells, %d of them kept, %d survivors", len(endings), len(kinds), cells, kept, survivors)
}
