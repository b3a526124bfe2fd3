package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// Organization is the details of an Organization.
type Organization struct {
	ID        string
	Name      string
	ShortName string
	Created   time.Time
	CreatedBy string
	Updated   time.Time
	UpdatedBy string
	CanEdit   bool
	Ranges    *AddressRanges // nil for those who don't manage them
}

// AddressRanges are the ranges of addresses from which an Organization may be used.
type AddressRanges struct {
	Ranges []string // as they were submitted, by address
	More   int      // how many there are besides
}

// OrganizationPage is the page General of an Organization's settings.
func OrganizationPage(c Chrome, p Organization) templ.Component { return organizationPage(c, p) }

func (p Organization) facts() []ui.Fact {
	facts := []ui.Fact{
		{Label: "Name", Value: ui.Name(p.Name)},
		{Label: "Short name", Value: ui.Name(p.ShortName)},
		{Label: "Product", Value: ui.Text("Dagpass, self-hosted")},
		{Label: "ID", Value: ui.CopyCode("organization-id", p.ID, "Organization ID")},
		{Label: "Created", Value: dateBy(p.Created, p.CreatedBy)},
	}
	if !p.Updated.Equal(p.Created) {
		facts = append(facts, ui.Fact{Label: "Updated", Value: dateBy(p.Updated, p.UpdatedBy)})
	}
	return facts
}

// EditOrganization is the form Edit Details of an Organization.
type EditOrganization struct {
	Organization Ref
	Name         string // as typed
	Version      string // of the Organization as shown, to notice a change made meanwhile
	Problems     Problems
}

// EditOrganizationDialog is the dialog of EditOrganization.
func EditOrganizationDialog(p EditOrganization) Dialog {
	return Dialog{editDetailsTitle, sectionGeneral, len(p.Problems), func(in bool) templ.Component { return editOrganization(p, in) }}
}

func (p EditOrganization) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: editDetailsTitle, InDialog: in, CloseURL: GeneralURL(p.Organization.ID), Action: GeneralURL(p.Organization.ID),
		Hidden: []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit: ui.ButtonProps{Label: "Update Organization"}, Problems: len(p.Problems),
	}
}
