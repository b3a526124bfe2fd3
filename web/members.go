package web

import (
	"net/http"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// managesPeople reports whether the visitor may manage the people of the level the path belongs to.
func (v *visit) managesPeople() bool {
	return v.grants.Has(access.On(v.home().Level(), access.MembersManage))
}

// listMembers shows the people of the Organization, or those who get into a Workspace: the page, or for
// htmx the table alone.
func (s *Server) listMembers(v *visit) error {
	list, count, err := s.memberList(v)
	if err != nil {
		return err
	}
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	chrome.Counts.Users = count
	if isPartial(v.Request()) {
		return part(v, http.StatusOK, views.MemberTable(chrome, list))
	}
	return page(v, http.StatusOK, views.MembersPage(chrome, list))
}

// memberList reads the list that the request's query describes, and how many people there are in all.
func (s *Server) memberList(v *visit) (list views.MemberList, count string, err error) {
	spec := memberListSpec(v)
	state := readList(v, spec)
	found, err := s.Members.List(v.ctx(), v.actor(), v.home(), memberFilter(state), listOrder(state, spec), access.Page{Limit: pageSize, After: state.After})
	if err != nil {
		return list, "", err
	}
	list = views.MemberList{
		Level: v.level(), CanManage: v.managesPeople(),
		List: views.List{ListSpec: spec, State: state, Matches: found.Matching, More: found.Capped, HasAny: true, HasNext: found.More},
	}
	for _, m := range found.Rows {
		list.Rows = append(list.Rows, memberRow(v, m))
		list.LastID = string(m.ID)
	}
	total, capped := found.Matching, found.Capped
	if state.Active() {
		total, capped, err = s.Members.Count(v.ctx(), v.actor(), v.home())
	}
	return list, countUpTo(total, capped), err
}

// countUpTo is a number that may be only a lower bound.
func countUpTo(n int, capped bool) string {
	if capped {
		return ui.Count(n) + "+"
	}
	return ui.Count(n)
}

func memberListSpec(v *visit) views.ListSpec {
	return views.MemberListSpec(v.level(), v.roleOptions(v.home().Level()), v.managesPeople())
}

// memberListState is the state of the list of people behind a dialog.
func memberListState(v *visit) views.ListState { return readList(v, memberListSpec(v)) }

func memberListURL(v *visit) string { return memberListState(v).In(memberListSpec(v).URL) }

func memberFilter(s views.ListState) access.MemberFilter {
	statuses := map[string]access.UserStatus{views.MemberActive: access.UserActive, views.MemberInvited: access.UserPending, views.MemberInactive: access.UserInactive}
	sources := map[string]access.SourceKind{views.SourceDirect: access.DirectSource, views.SourceTeam: access.TeamSource, views.SourceOwner: access.OwnerSource}
	return access.MemberFilter{
		Search: s.Query, Role: access.Role(s.Filter(views.FilterRole)),
		Status: statuses[s.Filter(views.FilterStatus)], Source: sources[s.Filter(views.FilterSource)],
	}
}

// refreshMembers is the part of the list of people that a change made stale.
func (s *Server) refreshMembers(v *visit) func(views.Chrome) (templ.Component, error) {
	return func(c views.Chrome) (templ.Component, error) {
		list, count, err := s.memberList(v)
		c.Counts.Users = count
		return views.MemberRefresh(c, list), err
	}
}

// statusBadges are the words for those who can't sign in.
var statusBadges = map[access.UserStatus]string{access.UserPending: "Invited", access.UserInactive: "Inactive", access.UserBanned: "Inactive"}

func memberRow(v *visit, m access.MemberRow) views.MemberRow {
	row := views.MemberRow{
		ID: string(m.ID), Name: m.FullName, Email: m.Email, Status: statusBadges[m.Status], Role: v.effective(m),
		Workspaces: m.Workspaces, ReachesAll: m.Role == access.OrgOwner, Since: m.Since,
	}
	for _, source := range m.Sources {
		switch source.Kind {
		case access.DirectSource:
			row.Sources = append(row.Sources, "Direct")
		case access.OwnerSource:
			row.Sources = append(row.Sources, "Organization Owner")
		case access.TeamSource:
			row.Sources = append(row.Sources, "Team "+source.TeamName)
		}
	}
	return row
}

// member is a person for their dialogs.
func member(v *visit, d access.MemberDetail) views.Member {
	return views.Member{
		ID: string(d.ID), Name: d.FullName, Email: d.Email, Role: v.label(d.Own), Also: also(v, d.MemberRow), Self: d.Self, Last: d.Last,
	}
}

// also says what somebody has besides the role of their own.
func also(v *visit, m access.MemberRow) []string {
	var out []string
	if m.Inherits() {
		out = append(out, access.WorkspaceOwner.Label()+" as an Organization Owner")
	}
	for _, source := range m.Through() {
		out = append(out, v.label(source.Role)+" through team "+source.TeamName)
	}
	return out
}

// memberDetail reads the person the path names, as they are at the level the path belongs to.
func (s *Server) memberDetail(v *visit) (access.MemberDetail, error) {
	id, err := v.user()
	if err != nil {
		return access.MemberDetail{}, err
	}
	return s.Members.Find(v.ctx(), v.actor(), v.home(), id)
}

// readMemberForm reads a form that is about the person the path names.
func readMemberForm(v *visit) (form, access.UserID, error) {
	body, err := readForm(v)
	if err != nil {
		return body, "", err
	}
	id, err := v.user()
	return body, id, err
}

// showMember shows the form Edit member.
func (s *Server) showMember(v *visit) error {
	d, err := s.memberDetail(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.EditMemberDialog(s.memberForm(v, d)))
}

func (s *Server) memberForm(v *visit, d access.MemberDetail) views.EditMember {
	return views.EditMember{
		Level: v.level(), State: memberListState(v), Member: member(v, d), Role: string(d.Own),
		Roles: v.grantable(v.home().Level(), d.Own), Version: string(d.Own), Sections: s.memberSections(v, d),
	}
}

// memberSections are what can be done about a person besides giving them another role.
func (s *Server) memberSections(v *visit, d access.MemberDetail) []ui.Section {
	org, id := string(v.org.ID), string(d.ID)
	switch {
	case d.Own == "":
		return nil
	case !v.underOrganization():
		return []ui.Section{views.RemoveSection(v.level(), id)}
	case d.Status == access.UserPending:
		return views.InvitationSections(org, id, s.Mail != nil)
	case d.Status == access.UserActive && !d.Self:
		return []ui.Section{views.PasswordSection(org, id), views.RemoveSection(v.level(), id)}
	}
	return []ui.Section{views.RemoveSection(v.level(), id)}
}

// editMember gives a person another role.
func (s *Server) editMember(v *visit) error {
	body, id, err := readMemberForm(v)
	if err != nil {
		return err
	}
	role, seen := access.Role(body.get(views.FieldRole)), access.Role(body.get(views.FieldVersion))
	u, err := s.Members.Update(v.ctx(), v.actor(), v.home(), id, role, seen)
	if access.CodeOf(err) == access.Invalid {
		return s.editMemberAgain(v, body, err)
	}
	if err != nil {
		return err
	}
	return s.memberChanged(v, id, u.Name()+" is now "+v.label(role)+".")
}

func (s *Server) editMemberAgain(v *visit, body form, problem error) error {
	d, err := s.memberDetail(v)
	if err != nil {
		return err
	}
	f := s.memberForm(v, d)
	f.Role, f.Version, f.Problems = body.shown(views.FieldRole), body.shown(views.FieldVersion), problemsOf(problem)
	return s.dialog(v, http.StatusUnprocessableEntity, views.EditMemberDialog(f))
}

// memberChanged answers a change of somebody's access. Whoever changed their own may no longer see
// what the page behind the dialog shows, so it is loaded again.
func (s *Server) memberChanged(v *visit, id access.UserID, notice string) error {
	if string(id) == v.actor().ID {
		return s.leave(v, notice, memberListURL(v))
	}
	return s.saved(v, notice, memberListURL(v), s.refreshMembers(v))
}

// confirmRemoveMember says what a person loses, and what stays.
func (s *Server) confirmRemoveMember(v *visit) error {
	d, err := s.memberDetail(v)
	if err != nil {
		return err
	}
	if d.Own == "" {
		return access.Missing()
	}
	p := views.RemoveMember{Level: v.level(), State: memberListState(v), Member: member(v, d)}
	if v.underOrganization() {
		p.Workspaces, p.ReachesAll, p.Tokens = d.Workspaces, d.Role == access.OrgOwner, d.Tokens
	}
	return s.dialog(v, http.StatusOK, views.RemoveMemberDialog(p))
}

// removeMember takes a person's own role in a Workspace, or everything they have in the Organization.
func (s *Server) removeMember(v *visit) error {
	_, id, err := readMemberForm(v)
	if err != nil {
		return err
	}
	name := s.memberName(v)
	if err := s.Members.Remove(v.ctx(), v.actor(), v.home(), id); err != nil {
		return err
	}
	if v.underOrganization() {
		return s.memberLeft(v, id, name+" removed from "+v.org.Name+".")
	}
	notice := name + " removed from " + v.workspace.Name + "."
	if d, err := s.memberDetail(v); err == nil {
		for _, kept := range also(v, d.MemberRow) {
			notice += " " + name + " still has " + kept + "."
		}
	}
	return s.memberLeft(v, id, notice)
}

// memberName is how a notice calls the person the path names, who may be gone by then.
func (s *Server) memberName(v *visit) string {
	d, err := s.memberDetail(v)
	if err != nil {
		return "The member"
	}
	return d.Name()
}

// memberLeft answers a removal. Whoever removed themselves goes where everybody may.
func (s *Server) memberLeft(v *visit, id access.UserID, notice string) error {
	if string(id) == v.actor().ID {
		return s.leave(v, notice, views.WorkspacesURL)
	}
	return s.saved(v, notice, memberListURL(v), s.refreshMembers(v))
}
