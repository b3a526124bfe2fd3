package main

import (
	"net/http"
	"strings"
)

// peopleLooks visits the screens about people and teams.
func peopleLooks(s *stage) {
	w := s.as("Mara Lindqvist")
	w.provokes(http.StatusUnprocessableEntity)
	organization := w.organization()
	workspace := w.dataPlatform()
	w.lookAtUsers(workspace)
	w.lookAtAddMany(workspace)
	w.lookAtOrganizationUsers(organization)
	w.lookAtTeams(organization)
	w.lookAtWorkspaceTeams(workspace)
}

// dataPlatform is the path of the first Workspace.
func (w *window) dataPlatform() string {
	w.open("/w")
	w.click("tbody th a")
	w.until(`$("#token-table")`)
	return strings.TrimSuffix(w.text(`location.pathname`), "/tokens")
}

func (w *window) lookAtUsers(workspace string) {
	w.open(workspace + "/users")
	w.inspect("users")
	w.open(workspace + "/users?q=zzz")
	w.inspect("users, no match")
	w.open(workspace + "/users")
	w.dialog("#add-member")
	w.inspect("add member")
	w.refuse("#e-user", "add member")
	w.open(workspace + "/users")
	w.dialog(w.editButton("Amina Diallo"))
	w.inspect("edit member")
	w.next(`.dlg-section a[href*="/remove"]`, "Remove")
	w.inspect("remove member")
	w.open(workspace + "/users?source=owner")
	w.dialog(w.editButton("Mara Lindqvist"))
	w.inspect("edit an Organization Owner in a Workspace")
}

func (w *window) lookAtAddMany(workspace string) {
	w.open(workspace + "/users/add-many")
	w.inspect("add many")
	w.click("main .btn--primary")
	w.until(`$("[aria-invalid], [role=alert]")`)
	w.inspect("add many, 422")
	w.fill("#f-lines", "jonas.weber@acme.example WORKSPACE_MEMBER\n"+
		"lukas.novak@acme.example WORKSPACE_AUTHOR\n"+
		"a.person.with.a.very.long.address.that.nobody.would.want.to.type@subdomain.of.a.long.domain.example WORKSPACE_MEMBER\n"+
		"sofia.rossi@acme.example ADMIN\n")
	w.click("main .btn--primary")
	w.until(`$("#list-title")`)
	w.inspect("add many, done")
}

func (w *window) lookAtOrganizationUsers(organization string) {
	w.open(organization + "/users")
	w.inspect("Organization users")
	w.dialog(w.editButton("Jonas Weber"))
	w.inspect("edit Organization member")
	w.next(`.dlg-section a[href*="/remove"]`, "Remove")
	w.inspect("remove Organization member")
	w.open(organization + "/users")
	w.dialog("#invite-member")
	w.inspect("invite member")
	w.fill("#f-email", "someone.new@acme.example")
	w.click("#f-submit")
	w.until(`$("[data-secret]")`)
	w.click("[data-copy='#f-secret']")
	w.until(`$(".secret [role=status]").innerText !== ""`)
	w.click("#dialog-host .dlg-foot a, #dialog-host .dlg-foot button")
	w.until(`!$("#dialog-host[open]") && ` + row("someone.new@acme.example"))
	w.inspect("Organization users, one invited")
	w.dialog(w.editButton("someone.new@acme.example"))
	w.inspect("edit invited member")
	w.next(`.dlg-section a[href*="/resend"]`, "Make")
	w.inspect("new invitation link")
	w.open(organization + "/users")
	w.dialog(w.editButton("someone.new@acme.example"))
	w.next(`.dlg-section a[href*="/withdraw"]`, "Withdraw")
	w.inspect("withdraw invitation")
}

func (w *window) lookAtTeams(organization string) {
	w.open(organization + "/teams")
	w.inspect("teams")
	w.open(organization + "/teams?q=zzz")
	w.inspect("teams, no match")
	w.open(organization + "/teams")
	w.dialog("#add-team")
	w.inspect("add team")
	w.refuse("#e-name", "add team")
	w.open(organization + "/teams")
	w.open(w.text(row("צוות נתונים") + `.querySelector("a").pathname`))
	w.inspect("team page, nobody in it")
	w.open(organization + "/teams")
	w.open(w.text(row("Ingest") + `.querySelector("a").pathname`))
	w.inspect("team page")
	page := w.text(`location.pathname`)
	for name, opener := range map[string]string{
		"edit team": "#edit-team", "delete team": "#delete-team", "add team members": "#add-member", "remove team member": ".act a",
	} {
		w.open(page)
		w.dialog(opener)
		w.inspect(name)
	}
}

func (w *window) lookAtWorkspaceTeams(workspace string) {
	w.open(workspace + "/teams")
	w.inspect("teams of a Workspace")
	w.dialog("#add-team")
	w.inspect("add team to a Workspace")
	w.open(workspace + "/teams")
	w.dialog(w.editButton("Ingest"))
	w.inspect("edit team in a Workspace")
	w.next(`.dlg-section a[href*="/remove"]`, "Remove")
	w.inspect("remove team from a Workspace")
}
