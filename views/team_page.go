package views

import (
	"cmp"
	"time"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views/ui"
)

// TeamPlace is the role of a team in one Workspace.
type TeamPlace struct {
	Workspace Ref
	Role      string
	Since     time.Time
}

// Person is somebody of the Organization. Whoever was invited and has not come yet has no name.
type Person struct {
	ID    string
	Name  string
	Email string
}

// name is what the person is called.
func (p Person) name() string { return cmp.Or(p.Name, p.Email) }

// detail is what tells apart people of one name; it is empty where the name is the e-mail already.
func (p Person) detail() string {
	if p.Name == "" {
		return ""
	}
	return p.Email
}

// TeamMember is one person of a team.
type TeamMember struct {
	Person
	Since time.Time
}

// TeamPageParams is one team with its people and everything it reaches.
type TeamPageParams struct {
	Organization Ref
	Team
	List        List // of its members
	Rows        []TeamMember
	Role        string // Organization Role, as people read it
	InheritsAll bool   // an Organization Owner team: Workspace Owner everywhere
	Places      []TeamPlace
	Created     time.Time
	CreatedBy   string
	Updated     time.Time
	UpdatedBy   string
	CanManage   bool
}

// TeamMemberListSpec is the list of a team's people.
func TeamMemberListSpec(org, team string, manage bool) ListSpec {
	spec := ListSpec{
		ID: "member", URL: TeamURL(org, team), Noun: "Member", Plural: "members", Icon: "users", Search: "Search by name or email",
		Order: access.SortByName, Columns: []ListColumn{{Key: access.SortByName, Label: "Name"}, {Label: "Added"}},
	}
	if manage {
		spec.Columns = append(spec.Columns, ListColumn{})
	}
	return spec
}

// TeamPage is the page of one team.
func TeamPage(c Chrome, p TeamPageParams) templ.Component { return teamPage(c, p) }

// TeamPageRefresh replaces the content of that page out of band, beside another answer.
func TeamPageRefresh(p TeamPageParams) templ.Component { return teamPageRefresh(p) }

// TeamMemberTable is the list of its people alone: the answer to a search, a sort or a page link.
func TeamMemberTable(c Chrome, p TeamPageParams) templ.Component { return teamMemberTablePart(c, p) }

func (p TeamPageParams) list() List {
	p.List.Shown = len(p.Rows)
	return p.List
}

func (p TeamPageParams) editURL() string {
	return p.List.State.In(EditTeamURL(p.Organization.ID, p.ID))
}
func (p TeamPageParams) deleteURL() string {
	return p.List.State.In(DeleteTeamURL(p.Organization.ID, p.ID))
}
func (p TeamPageParams) addURL() string {
	return p.List.State.In(NewTeamMemberURL(p.Organization.ID, p.ID))
}

func (p TeamPageParams) removeURL(m TeamMember) string {
	return p.List.State.In(RemoveTeamMemberURL(p.Organization.ID, p.ID, m.ID))
}

func (p TeamPageParams) facts() []ui.Fact {
	facts := []ui.Fact{
		{Label: "Organization Role", Value: ui.Text(p.Role)},
		{Label: "ID", Value: ui.CopyCode("team-id", p.ID, "Team ID")},
		{Label: "Created", Value: dateBy(p.Created, p.CreatedBy)},
	}
	if p.Updated.After(p.Created) {
		facts = append(facts, ui.Fact{Label: "Updated", Value: dateBy(p.Updated, p.UpdatedBy)})
	}
	return facts
}
