package main

import (
	"strings"

	"dagpass/internal/access"
)

// Names in the example Organization.
const (
	demoOrganization = "Acme"
	dataPlatform     = "Data Platform"
	finance          = "Finance"
	research         = "Research"
)

// demoPerson is somebody in the example Organization.
type demoPerson struct {
	name string
	org  access.Role
	// workspace is where they have another role, empty for nowhere.
	workspace string
	role      access.Role
}

func (p demoPerson) email() string {
	return strings.ReplaceAll(strings.ToLower(p.name), " ", ".") + "@acme.example"
}

// title is the role to show, which is the most particular one they have.
func (p demoPerson) title() string {
	if p.workspace == "" {
		return p.org.Label()
	}
	return p.role.Label() + ", " + p.workspace
}

// demoPeople is one person for each role, and an Owner for each further Workspace. The first one
// founds the Organization.
var demoPeople = []demoPerson{
	{name: mara, org: access.OrgOwner},
	{name: "Tomas Herrera", org: access.OrgBillingAdmin},
	{name: "Yuki Tanaka", org: access.OrgObserveAdmin},
	{name: "Priya Raman", org: access.OrgObserveMember},
	{name: "Jonas Weber", org: access.OrgMember},
	{name: amina, org: access.OrgMember, workspace: dataPlatform, role: access.WorkspaceOwner},
	{name: "Lukas Novak", org: access.OrgMember, workspace: dataPlatform, role: access.WorkspaceOperator},
	{name: "Sofia Rossi", org: access.OrgMember, workspace: dataPlatform, role: access.WorkspaceAuthor},
	{name: "Daniel Kim", org: access.OrgMember, workspace: dataPlatform, role: access.WorkspaceMember},
	{name: "Grace Osei", org: access.OrgMember, workspace: dataPlatform, role: access.WorkspaceAccessor},
	{name: elena, org: access.OrgMember, workspace: finance, role: access.WorkspaceOwner},
	{name: kwame, org: access.OrgMember, workspace: research, role: access.WorkspaceOwner},
}

// Those who create tokens.
const (
	mara  = "Mara Lindqvist"
	amina = "Amina Diallo"
	elena = "Elena Petrova"
	kwame = "Kwame Mensah"
)
