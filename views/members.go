package views

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views/ui"
)

// MemberRow is one person of a list.
type MemberRow struct {
	ID         string
	Name       string // empty for somebody who was invited
	Email      string
	Status     string // Invited or Inactive; empty for whoever can sign in
	Role       string // the effective one, as people read it
	Sources    []string
	Workspaces int  // Organization list: how many they reach
	ReachesAll bool // Organization list: an Organization Owner
	Since      time.Time
}

func (r MemberRow) called() string { return calledOr(r.Name, r.Email) }

// calledOr is what people call somebody: the name, or the e-mail of whoever has not told theirs.
func calledOr(name, email string) string {
	if name == "" {
		return email
	}
	return name
}

func (r MemberRow) workspaces() string {
	if r.ReachesAll {
		return "inherits all"
	}
	return ui.Count(r.Workspaces)
}

// sourcesShown is how many sources of a role a list names.
const sourcesShown = 3

func (r MemberRow) sources() string {
	if more := len(r.Sources) - sourcesShown; more > 0 {
		return strings.Join(r.Sources[:sourcesShown], ", ") + " and " + ui.Count(more) + " more"
	}
	return strings.Join(r.Sources, ", ")
}

// Names and values of the filters of lists of people.
const (
	FilterSource = "source"

	SourceDirect = "direct"
	SourceTeam   = "team"
	SourceOwner  = "owner"

	MemberActive   = "active"
	MemberInvited  = "invited"
	MemberInactive = "inactive"
)

func (l Level) usersSection() section {
	if l.inWorkspace() {
		return sectionWorkspaceUsers
	}
	return sectionOrganizationUsers
}

// MemberListSpec is the list of the people of a level; roles are the choices of its role filter. Those
// who may manage them get a column for it, and in an Organization one about what each reaches.
func MemberListSpec(at Level, roles []RoleOption, manage bool) ListSpec {
	spec := ListSpec{
		ID: "member", URL: at.usersURL(), Noun: "Member", Plural: "members", Icon: "users", Search: "Search by name or email",
		Filters: []ListFilter{RoleFilter(roles)}, Order: access.SortByName,
		Columns: []ListColumn{{Key: access.SortByName, Label: "Name"}, {Label: at.roleLabel()}},
	}
	added := ListColumn{Key: access.SortByAdded, Label: "Added", Fold: "75", Latest: true}
	if at.inWorkspace() {
		spec.Filters = append(spec.Filters, sourceFilter())
		spec.Columns = append(spec.Columns, ListColumn{Label: "Source", Fold: "60"}, added)
	} else {
		added.Label = "Joined"
		spec.Filters = append(spec.Filters, memberStatusFilter())
		spec.Columns = append(spec.Columns, ListColumn{Label: "Status"})
		if manage {
			spec.Columns = append(spec.Columns, ListColumn{Label: "Workspaces", Fold: "60"})
		}
		spec.Columns = append(spec.Columns, added)
	}
	if manage {
		spec.Columns = append(spec.Columns, ListColumn{})
	}
	return spec
}

func sourceFilter() ListFilter {
	return ListFilter{FilterSource, "Source", []ui.Option{
		{Label: "All"},
		{Value: SourceDirect, Label: "Direct"},
		{Value: SourceTeam, Label: "Team"},
		{Value: SourceOwner, Label: "Organization Owner"},
	}}
}

func memberStatusFilter() ListFilter {
	return ListFilter{FilterStatus, "Status", []ui.Option{
		{Label: "All"},
		{Value: MemberActive, Label: "Active"},
		{Value: MemberInvited, Label: "Invited"},
		{Value: MemberInactive, Label: "Inactive"},
	}}
}

// MemberList is one page of a list of people.
type MemberList struct {
	Level
	List
	Rows      []MemberRow
	CanManage bool
}

func (l MemberList) list() List {
	l.List.Shown = len(l.Rows)
	return l.List
}

// MembersPage is the list of the people of a Workspace or an Organization.
func MembersPage(c Chrome, l MemberList) templ.Component { return membersPage(c, l) }

// MemberTable is the list alone: the answer to a filter, a sort or a page link.
func MemberTable(c Chrome, l MemberList) templ.Component { return memberTablePart(c, l) }

// MemberRefresh replaces toolbar, table and tab count out of band, beside another answer.
func MemberRefresh(c Chrome, l MemberList) templ.Component { return memberRefresh(c, l) }
