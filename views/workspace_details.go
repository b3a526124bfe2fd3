package views

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// Workspace is the details of one Workspace.
type Workspace struct {
	ID              string
	Name            string
	Description     string
	CICDEnforcement bool // the default for new Deployments
	Created         time.Time
	CreatedBy       string
	Updated         time.Time
	UpdatedBy       string

	Role      string   // the person's own, as people read it
	RoleText  string   // what that role can do; see [RoleText]
	Owners    []string // up to three names to ask for access; empty for those who may not see members
	CanEdit   bool
	CanDelete bool
}

// WorkspacePage is the page of Workspace.
func WorkspacePage(c Chrome, p Workspace) templ.Component { return workspacePage(c, p) }

func (p Workspace) facts() []ui.Fact {
	facts := []ui.Fact{{Label: "Name", Value: ui.Name(p.Name)}}
	if p.Description != "" {
		facts = append(facts, ui.Fact{Label: "Description", Value: ui.Name(p.Description)})
	}
	facts = append(facts, ui.Fact{Label: "ID", Value: ui.CopyCode("workspace-id", p.ID, "Workspace ID")},
		ui.Fact{Label: "Created", Value: dateBy(p.Created, p.CreatedBy)})
	if !p.Updated.Equal(p.Created) {
		facts = append(facts, ui.Fact{Label: "Updated", Value: dateBy(p.Updated, p.UpdatedBy)})
	}
	return append(facts, ui.Fact{Label: "CI/CD Enforcement Default", Value: ui.Text(onOff(p.CICDEnforcement))})
}

func onOff(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}

// askText says who can give more access.
func (p Workspace) askText() string {
	ask := "an Organization Owner"
	if len(p.Owners) > 0 {
		ask = strings.Join(p.Owners, ", ") + " or an Organization Owner"
	}
	return "API tokens are managed by Workspace Owners. To get more access, ask " + ask + "."
}

// Names and values of fields of a Workspace's form.
const (
	FieldCICD = "cicd_enforcement"
	CICDOn    = "on"
	CICDOff   = "off"
)

// EditWorkspace is the form Edit Details of a Workspace. The fields hold what was typed.
type EditWorkspace struct {
	Workspace   Ref
	Name        string
	Description string
	CICD        string // CICDOn or CICDOff
	Version     string // of the Workspace as shown, to notice a change made meanwhile
	Problems    Problems
}

// editDetailsTitle is the title of two forms, of a Workspace's and of an Organization's details.
const editDetailsTitle = "Edit Details"

// EditWorkspaceDialog is the dialog of EditWorkspace.
func EditWorkspaceDialog(p EditWorkspace) Dialog {
	return Dialog{editDetailsTitle, sectionDetails, len(p.Problems), func(in bool) templ.Component { return editWorkspace(p, in) }}
}

func (p EditWorkspace) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: editDetailsTitle, InDialog: in, CloseURL: WorkspaceDetailsURL(p.Workspace.ID), Action: WorkspaceDetailsURL(p.Workspace.ID),
		Hidden: []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit: ui.ButtonProps{Label: "Update Workspace"}, Problems: len(p.Problems),
	}
}

func (p EditWorkspace) focus(field string) bool {
	return field == firstField(p.Problems, FieldName, FieldDescription, FieldCICD)
}

// DeleteWorkspace says what ends with a Workspace and asks for the typed word.
type DeleteWorkspace struct {
	Workspace    Ref
	OwnTokens    int // its own API tokens
	SharedTokens int // Organization API tokens with a role in it
	People       int // people with a role of their own
	Teams        int
	Confirm      string // what was typed
	Problems     Problems
}

// DeleteWorkspaceDialog is the dialog of DeleteWorkspace.
func DeleteWorkspaceDialog(p DeleteWorkspace) Dialog {
	return Dialog{p.title(), sectionDetails, len(p.Problems), func(in bool) templ.Component { return deleteWorkspace(p, in) }}
}

// deleteWorkspaceWord is what has to be typed.
const deleteWorkspaceWord = "delete"

func (p DeleteWorkspace) title() string { return "Delete Workspace " + p.Workspace.Name + "?" }

func (p DeleteWorkspace) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: WorkspaceDetailsURL(p.Workspace.ID), Action: DeleteWorkspaceURL(p.Workspace.ID),
		Submit: ui.ButtonProps{Label: "Yes, Continue", Kind: ui.Danger}, Problems: len(p.Problems),
	}
}

// warnings are the sentences that say what ends, with the figures.
func (p DeleteWorkspace) warnings() []string {
	var out []string
	add := func(n int, one, several string) {
		switch {
		case n == 1:
			out = append(out, "1 "+one)
		case n > 1:
			out = append(out, ui.Count(n)+" "+several)
		}
	}
	add(p.OwnTokens, "Workspace API token will be deleted, and every pipeline that uses it stops working at once.",
		"Workspace API tokens will be deleted, and every pipeline that uses one of them stops working at once.")
	add(p.SharedTokens, "Organization API token loses its role here and keeps working elsewhere.",
		"Organization API tokens lose their role here and keep working elsewhere.")
	add(p.People, "person loses their role here.", "people lose their role here.")
	add(p.Teams, "team loses its role here.", "teams lose their role here.")
	return append(out, "A deleted Workspace can't be recovered.")
}
