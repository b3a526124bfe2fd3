package views

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// TokenBinding is the role of an Organization token in one Workspace.
type TokenBinding struct {
	Workspace Ref
	Role      string
	Since     time.Time
}

// TokenPageParams is one Organization token with everything it reaches.
type TokenPageParams struct {
	Organization Ref
	Now          time.Time
	Token        TokenDetails
	Role         string // Organization Role, as people read it
	InheritsAll  bool   // an Organization Owner token: Workspace Owner everywhere
	CanAddMore   bool   // there is a Workspace without this token
	Bindings     TokenBindings
}

// TokenBindings is one page of the Workspaces an Organization token has a role in.
type TokenBindings struct {
	List
	Rows []TokenBinding
	Many bool // there are so many that they can be searched
}

// BindingListSpec is the list of the Workspaces a token has a role in; roles are the choices of its
// filter.
func BindingListSpec(org, token string, roles []RoleOption) ListSpec {
	return ListSpec{
		ID: "binding", URL: OrganizationTokenURL(org, token), Noun: "Workspace", Plural: "Workspaces", Icon: "layers",
		Search: "Search Workspaces", Filters: []ListFilter{RoleFilter(roles)}, Order: SortName,
		Columns: []ListColumn{{Label: "Workspace"}, {Label: "Workspace Role"}, {Label: "Added"}, {}},
	}
}

func (b TokenBindings) list() List {
	b.List.Shown = len(b.Rows)
	return b.List
}

// TokenDetails are the facts about a token that its dialogs and its page show.
type TokenDetails struct {
	ID           string
	Name         string
	Description  string
	Hint         string
	Expires      time.Time // zero: never
	Days         int       // length of the validity period; 0: never
	LastUse      LastUse
	Rotated      time.Time // zero: not yet
	Revoked      time.Time // when a holder of the value ended it; zero: the value works
	Created      time.Time
	CreatedBy    string
	FormerMember bool
}

func (t TokenDetails) expired(now time.Time) bool {
	return !t.Expires.IsZero() && !t.Expires.After(now)
}

// ended says why the token does not work now, and is empty when it does.
func (t TokenDetails) ended(now time.Time) string {
	switch {
	case !t.Revoked.IsZero():
		return "Somebody who had its value revoked it on " + ui.Date(t.Revoked) + ", and nothing can use it since."
	case t.expired(now):
		return "Expired on " + ui.Date(t.Expires) + "."
	}
	return ""
}

func (t TokenDetails) creator() string { return creator(t.CreatedBy, t.FormerMember) }

// LastUse is when a token last authenticated a request, and where from. A zero At means never.
type LastUse struct {
	At      time.Time
	Client  string // name and version of the program; may be empty
	Address string // may be empty
}

// sentence is the last use as it ends a warning.
func (u LastUse) sentence(now time.Time) string {
	if u.At.IsZero() {
		return "It has never been used."
	}
	var b strings.Builder
	b.WriteString("Last used " + ui.Relative(u.At, now))
	if u.Client != "" {
		b.WriteString(" by " + u.Client)
	}
	if u.Address != "" {
		b.WriteString(" from " + u.Address)
	}
	return b.String() + "."
}

// details are client and address, joined, for a list of facts.
func (u LastUse) details() string {
	text := ""
	for _, part := range []string{u.Client, u.Address} {
		if part != "" {
			text += " · " + part
		}
	}
	return text
}

// TokenPage is the page of one Organization token.
func TokenPage(c Chrome, p TokenPageParams) templ.Component { return tokenPage(c, p) }

// TokenBindingTable is the list of a token's Workspaces alone: the answer to a search or a page link.
func TokenBindingTable(p TokenPageParams) templ.Component { return bindingsTable(p) }

// TokenPageRefresh replaces the content of that page out of band, beside another answer.
func TokenPageRefresh(p TokenPageParams) templ.Component { return tokenPageRefresh(p) }

func (p TokenPageParams) editURL() string {
	return ListState{From: FromToken}.In(EditOrganizationTokenURL(p.Organization.ID, p.Token.ID))
}

func (p TokenPageParams) rotateURL() string {
	return ListState{From: FromToken}.In(RotateOrganizationTokenURL(p.Organization.ID, p.Token.ID))
}

func (p TokenPageParams) facts() []ui.Fact {
	facts := []ui.Fact{{Label: "Organization Role", Value: ui.Text(p.Role)}}
	return append(facts, p.Token.facts(p.Now)...)
}

// facts are the lines every screen about one token shows.
func (t TokenDetails) facts(now time.Time) []ui.Fact {
	facts := []ui.Fact{
		{Label: "Token", Value: hintAndID(t.Hint, t.ID)},
		{Label: "Expiration", Value: exactOrNever(t.Expires, now)},
		{Label: "Last used", Value: lastUseFact(t.LastUse, now)},
	}
	if !t.Rotated.IsZero() {
		facts = append(facts, ui.Fact{Label: "Rotated", Value: ui.ExactTime(t.Rotated, now)})
	}
	return append(facts, ui.Fact{Label: "Created", Value: createdFact(t)})
}
