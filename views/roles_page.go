package views

import (
	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// RolesPageParams are the roles that can be held in an Organization.
type RolesPageParams struct {
	Organization Ref
	Rows         []RoleRow // custom ones first
}

// RoleRow is one role and what it contains.
type RoleRow struct {
	Name, About string
	Custom      bool     // defined by the Organization
	AppliesTo   string   // the constant of its scope
	Permissions []string // identifiers, sorted
	Holders     int      // people, teams and API tokens; counted for custom roles
	Restricted  int      // how many Workspaces it is restricted to; 0 is none
}

// RolesPage is the list as a page.
func RolesPage(c Chrome, p RolesPageParams) templ.Component { return rolesPage(c, p) }

func (p RolesPageParams) caption() string {
	custom := 0
	for _, r := range p.Rows {
		if r.Custom {
			custom++
		}
	}
	return ui.Plural(custom, "custom role") + ", " + ui.Plural(len(p.Rows)-custom, "built-in role")
}

func (r RoleRow) kind() string {
	if r.Custom {
		return "Custom"
	}
	return "Built-in"
}

// place is where the role is held.
func (r RoleRow) place() string {
	words := map[string]string{"ORGANIZATION": "Organization", "WORKSPACE": "Workspace", "DEPLOYMENT": "Deployment", "DAG": "Dag"}
	place := wordOr(words, r.AppliesTo)
	if r.Restricted > 0 {
		return place + ", in " + ui.Plural(r.Restricted, "Workspace") + " only"
	}
	return place
}

func (r RoleRow) usedBy() string {
	if !r.Custom {
		return "–"
	}
	return ui.Count(r.Holders)
}
