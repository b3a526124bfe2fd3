package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/proof"
	"dagpass/views"
)

// reference is a request of the matrix's Owner that names something in its body or its query: {x}.
type reference struct {
	method, path, body string
	of                 func(estate) string // what {x} is, of the foreign Organization and of the own one
	harmless           bool                // what is named and not there is passed over, by the contract
}

func aWorkspace(x estate) string { return string(x.ws.ID) }
func aToken(x estate) string     { return x.things.token }
func anOrgToken(x estate) string { return x.things.shared }
func aPerson(x estate) string    { return x.things.user }
func aTeam(x estate) string      { return x.things.team }
func aRange(x estate) string     { return x.things.network }
func aRole(x estate) string      { return x.things.role }

// anOrg is unknown for what was deleted: no Organization ever is.
func anOrg(x estate) string {
	if x.demolished {
		return unknownID
	}
	return string(x.org.ID)
}

// references are all places beside the path where an id is read.
var references = []reference{
	{"POST", "/v1/organizations/:org/tokens", `{"name":"{new}","role":"WORKSPACE_MEMBER","scope":"WORKSPACE","entityId":"{x}"}`, aWorkspace, false},
	{"POST", "/v1/organizations/:org/tokens", `{"name":"{new}","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","entityId":"{x}"}`, anOrg, false},
	{"POST", "/iam/v1beta1/organizations/:org/tokens", `{"name":"{new}","role":"WORKSPACE_MEMBER","type":"WORKSPACE","entityId":"{x}"}`, aWorkspace, false},
	{"POST", "/v1/organizations/:org/tokens/{shared}/roles", `{"roles":[{"entityType":"ORGANIZATION","entityId":":org","role":"ORGANIZATION_MEMBER"},{"entityType":"WORKSPACE","entityId":"{x}","role":"WORKSPACE_MEMBER"}]}`, aWorkspace, false},
	{"POST", "/iam/v1beta1/organizations/:org/tokens/{shared}/roles", `{"roles":[{"entityType":"ORGANIZATION","entityId":"{x}","role":"ORGANIZATION_MEMBER"}]}`, anOrg, false},
	{"POST", "/v1/organizations/:org/tokens/:token/roles", `{"roles":[{"entityType":"WORKSPACE","entityId":"{x}","role":"WORKSPACE_MEMBER"}]}`, aWorkspace, false},
	{"POST", "/v1/organizations/:org/users/:user/roles", `{"workspaceRoles":[{"workspaceId":"{x}","role":"WORKSPACE_MEMBER"}]}`, aWorkspace, false},
	{"POST", "/v1/organizations/:org/users/:user/roles", `{"workspaceRoles":[{"workspaceId":":workspace","role":"{x}"}]}`, aRole, false},
	{"POST", "/iam/v1beta1/organizations/:org/users/:user/roles", `{"organizationRole":"ORGANIZATION_MEMBER","workspaceRoles":[{"workspaceId":"{x}","role":"WORKSPACE_MEMBER"}]}`, aWorkspace, false},
	{"POST", "/v1/organizations/:org/teams", `{"name":"{new}","memberIds":["{x}"]}`, aPerson, false},
	{"POST", "/iam/v1beta1/organizations/:org/teams/:team/members", `{"memberIds":["{x}"]}`, aPerson, false},
	{"POST", "/v1/organizations/:org/teams/:team/roles", `{"workspaceRoles":[{"workspaceId":"{x}","role":"WORKSPACE_MEMBER"}]}`, aWorkspace, false},
	{"POST", "/v1/organizations/:org/roles", `{"name":"{new}","scopeType":"WORKSPACE","permissions":["workspace.view"],"restrictedWorkspaceIds":["{x}"]}`, aWorkspace, false},
	{"POST", "/iam/v1beta1/organizations/:org/roles/:role", `{"name":"{new}","permissions":["workspace.view"],"restrictedWorkspaceIds":["{x}"]}`, aWorkspace, false},
	{"POST", "/v1/organizations/:org/allowed-ip-address-ranges/bulk-delete", `{"allowedIpAddressRangeIds":["{x}"]}`, aRange, true},
	{"DELETE", "/labs/v1/organizations/:org/allowed-ip-address-ranges", `{"allowedIpAddressRangeIds":["{x}"]}`, aRange, true},
	{"GET", "/v1/organizations/:org/tokens?workspaceId={x}", "", aWorkspace, false},
	{"GET", "/iam/v1beta1/organizations/:org/users?workspaceId={x}", "", aWorkspace, false},
	{"GET", "/v1/organizations/:org/teams?workspaceId={x}", "", aWorkspace, false},
	{"GET", "/platform/v1beta1/organizations/:org/workspaces?workspaceIds={x}", "", aWorkspace, true},
	{"GET", "/v1/organizations/:org/deployments?workspaceIds={x}", "", aWorkspace, true},
	{"POST", "/oauth/introspect", "token={x}", aToken, true},

	{"POST", "/w/:ws/tokens/add", "token={x}&role=WORKSPACE_MEMBER", anOrgToken, false},
	{"POST", "/w/:ws/users", "user={x}&role=WORKSPACE_MEMBER", aPerson, false},
	{"POST", "/w/:ws/teams", "team={x}&role=WORKSPACE_MEMBER", aTeam, false},
	{"POST", "/w/:ws/users/:user", "role={x}&version=WORKSPACE_MEMBER", aRole, false},
	{"POST", "/o/:org/tokens/:token/bindings", "workspace={x}&role=WORKSPACE_MEMBER", aWorkspace, false},
	{"POST", "/o/:org/teams", "name={new}&role=ORGANIZATION_MEMBER&members={x}", aPerson, false},
	{"POST", "/o/:org/teams/:team/members", "members={x}", aPerson, false},
	{"POST", "/o/:org/tokens/matrix", matrixField("{x}", ":ws") + "=WORKSPACE_MEMBER", anOrgToken, false},
	{"POST", "/o/:org/tokens/matrix/review", matrixField("{shared}", "{x}") + "=WORKSPACE_MEMBER", aWorkspace, false},
	{"GET", "/w/:ws/tokens?after={x}", "", aToken, true},
	{"GET", "/w/:ws/users?after={x}", "", aPerson, true},
	{"GET", "/o/:org/teams?after={x}", "", aTeam, true},
	{"GET", "/o/:org/tokens/matrix?token={x}", "", anOrgToken, true},
	{"GET", "/o/:org/audit?actor={x}", "", aPerson, true},
	{"GET", "/o/:org/audit?target={x}", "", anOrg, true},
}

func matrixField(token, workspace string) string { return views.MatrixField(token, workspace, "") }

// hidden are references that somebody makes who belongs to the Organization and sees nothing of the other
// Workspace in it.
var hidden = []reference{
	{"GET", "/o/:org/workspaces?after={x}", "", aWorkspace, true},
	{"GET", "/o/:org/workspaces?after={x}&sort=-name", "", aWorkspace, true},
	{"GET", "/w?after={x}", "", aWorkspace, true},
	{"GET", "/w/:ws/tokens?after={x}", "", aToken, true},
	{"POST", "/w/:ws/tokens/add", "token={x}&role=WORKSPACE_MEMBER", aToken, false},
}

// TestProof_ForeignReferences has an Owner name, in bodies and queries, what belongs to another
// Organization, what nobody ever had and what was deleted: none of the three can be told from the others,
// none is named in the answer, and nothing is changed. Seen to fail with a page of teams that follows one of any
// Organization, and a page of Workspaces that follows one its reader does not see, as both once did.
func TestProof_ForeignReferences(t *testing.T) {
	m := newMatrix(t)
	owner, operator := holding{name: "an Owner", org: access.OrgOwner}, holding{name: "a Workspace Owner", org: access.OrgMember, ws: access.WorkspaceOwner}
	browser, program, colleague := owner.visitor(m.h, m.mine), owner.shared(m.h, m.mine), operator.visitor(m.h, m.mine)
	m.moved = m.h.Watch()
	m.recorded = m.h.Dump()
	m.unchanged = withoutRecord(m.recorded)
	for _, ref := range references {
		who := program
		if strings.HasPrefix(ref.path, "/w/") || strings.HasPrefix(ref.path, "/o/") {
			who = browser
		}
		t.Run(fmt.Sprint(ref.method, " ", ref.path, " ", ref.body), func(t *testing.T) {
			m.indistinct(t, who, ref, ref.of(m.theirs), unknownID, ref.of(m.former))
		})
		m.changedNothing(who, true)
	}
	for _, ref := range hidden {
		t.Run(fmt.Sprint(ref.method, " ", ref.path, " as ", colleague.name), func(t *testing.T) {
			m.indistinct(t, colleague, ref, ref.of(m.next), unknownID)
		})
		m.changedNothing(colleague, true)
	}
	proof.Figure(t, "%d references to what is foreign, unknown, deleted or not seen: %d requests", len(references)+len(hidden), m.cells)
}

// indistinct fails unless a request is answered alike, whichever id it names.
func (m *matrix) indistinct(t *testing.T, who principal, ref reference, ids ...string) {
	var first string
	for i, id := range ids {
		got := m.send(who, ref, id)
		if !ref.harmless && (got.code < 400 || got.code >= 500) {
			t.Errorf("%d\n%s", got.code, short(got.body))
		}
		for _, name := range slices.Concat(m.theirs.names, m.former.names) {
			if strings.Contains(got.body, name) {
				t.Errorf("the answer names %q", name)
			}
		}
		seen := fmt.Sprint(got.code, " ", anonymised(strings.ReplaceAll(got.body, id, "")))
		if i == 0 {
			first = seen
		}
		if seen != first {
			t.Errorf("%s and %s can be told apart:\n%s", ids[0], id, cmp.Diff(first, seen))
		}
		m.cells++
	}
}

// send sends a request in which an id stands for {x}.
func (m *matrix) send(who principal, ref reference, id string) reply {
	mine := spot{org: string(m.mine.org.ID), ws: string(m.mine.ws.ID), things: m.mine.things}
	fill := func(s string) string {
		return mine.path(strings.NewReplacer("{x}", id, "{shared}", m.mine.things.shared, "{new}", "New").Replace(s))
	}
	return who.send(ref.method, fill(ref.path), fill(ref.body))
}
