package views

import (
	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// FieldUser is the field of the person that is added to a Workspace.
const FieldUser = "user"

// AddMember is the form Add member of a Workspace.
type AddMember struct {
	Level
	State     ListState
	Picker    Picker
	CanInvite bool // may bring people into the Organization
	Role      string
	Roles     []RoleOption // those the person may grant
	Problems  Problems
}

// AddMemberDialog is the dialog of AddMember.
func AddMemberDialog(p AddMember) Dialog {
	return Dialog{addMemberTitle, sectionWorkspaceUsers, len(p.Problems), func(in bool) templ.Component { return addMember(p, in) }}
}

const addMemberTitle = "Add member"

func (p AddMember) nothingLeft() bool { return len(p.Picker.Candidates) == 0 && !p.Picker.Search }

func (p AddMember) frame(in bool) ui.DialogProps {
	d := ui.DialogProps{
		Title: addMemberTitle, InDialog: in, CloseURL: p.State.In(p.usersURL()), Action: p.State.In(p.usersURL()),
		Submit: ui.ButtonProps{Label: "Add member"}, Problems: len(p.Problems),
	}
	if p.Picker.Search && !in {
		d.Hidden = p.State.hidden(FilterRole)
	}
	if p.nothingLeft() {
		d.Action, d.CloseLabel, d.FocusTitle = "", "Close", true
	}
	return d
}

func (p AddMember) focus(field string) bool {
	return field == firstField(p.Problems, FieldUser, FieldRole)
}

// Member is a person as their dialogs show them.
type Member struct {
	ID    string
	Name  string // empty for somebody who was invited
	Email string
	Role  string // the role of their own at the level as people read it, empty for none
	// Also says what else they have at the level: "Workspace Operator through team Ingest".
	Also []string
	Self bool // it is the visitor
	Last bool // nobody else keeps the Owner role of the level filled
}

func (m Member) called() string { return calledOr(m.Name, m.Email) }

// EditMember is the form Edit member. Somebody without a role of their own at the level has nothing
// that could be edited there: the dialog says where their access comes from.
type EditMember struct {
	Level
	State    ListState
	Member   Member
	Role     string
	Roles    []RoleOption // those the person may grant
	Version  string       // the role as it was shown
	Sections []ui.Section // what else can be done about them
	Problems Problems
}

// EditMemberDialog is the dialog of EditMember.
func EditMemberDialog(p EditMember) Dialog {
	return Dialog{editMemberTitle, p.usersSection(), len(p.Problems), func(in bool) templ.Component { return editMember(p, in) }}
}

const editMemberTitle = "Edit member"

func (p EditMember) frame(in bool) ui.DialogProps {
	d := ui.DialogProps{
		Title: editMemberTitle, InDialog: in, CloseURL: p.State.In(p.usersURL()), Action: p.State.In(p.userURL(p.Member.ID)),
		Hidden: []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit: ui.ButtonProps{Label: "Update member"}, Problems: len(p.Problems),
	}
	for _, s := range p.Sections {
		s.Link.URL, s.Link.Dialog = p.State.In(s.Link.URL), in
		d.Sections = append(d.Sections, s)
	}
	if p.Member.Role == "" {
		d.Action, d.Hidden, d.CloseLabel, d.FocusTitle = "", nil, "Close", true
	}
	return d
}

func (p EditMember) facts() []ui.Fact {
	facts := []ui.Fact{{Label: "Email", Value: ui.Name(p.Member.Email)}}
	if p.Member.Name != "" {
		facts = append([]ui.Fact{{Label: "Name", Value: ui.Name(p.Member.Name)}}, facts...)
	}
	return facts
}

// also is a sentence for each role that comes from elsewhere.
func (p EditMember) also() []string {
	var out []string
	for _, source := range p.Member.Also {
		if p.Member.Role == "" {
			out = append(out, "Has "+source+".")
		} else {
			out = append(out, "Also "+source+"; the higher role counts.")
		}
	}
	return out
}

// warnings are what a lower role would mean.
func (p EditMember) warnings() []string {
	var out []string
	if p.Member.Role == "" {
		return nil
	}
	if p.Member.Self && len(p.Member.Also) == 0 {
		out = append(out, "With a lower role you will lose access to "+p.lost()+".")
	}
	if p.Member.Last && p.inWorkspace() {
		out = append(out, "With a lower role, "+noOneLeft)
	}
	if p.Member.Last && !p.inWorkspace() {
		out = append(out, p.Member.called()+" is the only active Organization Owner. Make someone else an Owner before you change this.")
	}
	return out
}

const noOneLeft = "no one but Organization Owners will manage this Workspace."

func (l Level) lost() string {
	if l.inWorkspace() {
		return "API tokens here"
	}
	return "Organization Settings"
}

// RemoveSection is the way to the removal of a person.
func RemoveSection(l Level, user string) ui.Section {
	s := ui.Section{
		Title: "Remove from this Workspace", Text: "The role given here ends at once.",
		Link: ui.LinkProps{Label: "Remove member", Kind: ui.Danger + "-quiet", Icon: "unlink", URL: l.removeUserURL(user)},
	}
	if !l.inWorkspace() {
		s.Title, s.Text = "Remove from the Organization", "Every role, team membership and session ends at once. API tokens they created keep working."
	}
	return s
}

// InvitationSections are what can be done about somebody who was invited.
func InvitationSections(org, user string, mailed bool) []ui.Section {
	return []ui.Section{
		{
			Title: "Invitation", Text: "The link made before stops working.",
			Link: ui.LinkProps{Label: ResendLabel(mailed), Icon: "rotate-cw", URL: ResendInvitationURL(org, user)},
		},
		{
			Title: "Withdraw", Text: "The link stops working, and the role ends.",
			Link: ui.LinkProps{Label: "Withdraw invitation", Kind: ui.Danger + "-quiet", Icon: "trash-2", URL: WithdrawInvitationURL(org, user)},
		},
	}
}

// PasswordSection is the way to a link with which a member chooses a new password.
func PasswordSection(org, user string) ui.Section {
	return ui.Section{
		Title: "Forgotten password", Text: "Make a link to hand over, with which they choose a new one.",
		Link: ui.LinkProps{Label: "Make a password link", Icon: "key-round", URL: PasswordLinkURL(org, user)},
	}
}

// RemoveMember asks before a person loses their own role in a Workspace, or everything in an
// Organization.
type RemoveMember struct {
	Level
	State      ListState
	Member     Member
	Workspaces int  // Organization: how many they lose
	ReachesAll bool // Organization: they are an Organization Owner
	Tokens     int  // Organization: API tokens they created
}

// RemoveMemberDialog is the dialog of RemoveMember.
func RemoveMemberDialog(p RemoveMember) Dialog {
	return Dialog{p.title(), p.usersSection(), 0, func(in bool) templ.Component { return removeMember(p, in) }}
}

func (p RemoveMember) title() string {
	return "Remove " + p.Member.called() + " from " + p.place() + "?"
}

func (p RemoveMember) place() string {
	if p.inWorkspace() {
		return p.Workspace.Name
	}
	return p.Organization.Name
}

func (p RemoveMember) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: p.State.In(p.usersURL()),
		Action: p.State.In(p.removeUserURL(p.Member.ID)),
		Submit: ui.ButtonProps{Label: "Remove member", Kind: ui.Danger}, FocusClose: true,
	}
}

// warning names everything that ends.
func (p RemoveMember) warning() string {
	name := p.Member.called()
	if p.inWorkspace() {
		return name + " loses " + p.Member.Role + " in " + p.Workspace.Name + " at once."
	}
	switch {
	case p.ReachesAll:
		return name + " loses access to every Workspace and is signed out at once."
	case p.Workspaces == 0:
		return name + " loses access to " + p.Organization.Name + " and is signed out at once."
	}
	return name + " loses access to " + ui.Plural(p.Workspaces, "Workspace") + " and is signed out at once."
}

// notes are what stays, and what it means for the visitor.
func (p RemoveMember) notes() []string {
	var out []string
	for _, source := range p.Member.Also {
		if p.inWorkspace() {
			out = append(out, p.Member.called()+" keeps "+source+".")
		}
	}
	switch {
	case p.Tokens == 1:
		out = append(out, "The API token they created keeps working.")
	case p.Tokens > 1:
		out = append(out, "The "+ui.Plural(p.Tokens, "API token")+" they created keep working.")
	}
	if p.Member.Self && len(p.Member.Also) == 0 && p.inWorkspace() {
		out = append(out, "You will lose access to API tokens here.")
	}
	if p.Member.Last && p.inWorkspace() {
		out = append(out, "N"+noOneLeft[1:])
	}
	return out
}
