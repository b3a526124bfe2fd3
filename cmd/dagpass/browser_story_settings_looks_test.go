package main

import (
	"net/http"

	"github.com/chromedp/chromedp/kb"
)

// settingsLooks visits the screens of the Organization's side: details, Workspaces, invitations.
func settingsLooks(s *stage) {
	w := s.as("Mara Lindqvist")
	w.provokes(http.StatusUnprocessableEntity)
	organization := w.organization()
	w.lookAtAudit(organization)
	w.lookAtGeneral(organization)
	w.lookAtOrganizationWorkspaces(organization)
	w.lookAtDetails()
	w.lookAtMatrix(organization)
	code := w.lookAtInvitations(organization)

	guest := s.window()
	guest.provokes(http.StatusUnprocessableEntity)
	guest.lookAtInvite(code)
}

// organization is the path of the Organization the window is in.
func (w *window) organization() string {
	w.click("#switcher-button")
	path := w.text(`$("#switcher a[href^='/o/']").pathname.split("/").slice(0, 3).join("/")`)
	w.press(kb.Escape)
	return path
}

func (w *window) lookAtGeneral(organization string) {
	w.open(organization + "/general")
	w.inspect("general")
	w.dialog("#edit-details")
	w.inspect("edit Organization")
	w.fill("#f-name", "")
	w.refuse("#e-name", "edit Organization")
}

func (w *window) lookAtOrganizationWorkspaces(organization string) {
	w.open(organization + "/workspaces")
	w.inspect("Workspaces of the Organization")
	w.open(organization + "/workspaces?q=zzz")
	w.inspect("Workspaces of the Organization, no match")
	w.open(organization + "/workspaces")
	w.dialog("#new-workspace")
	w.inspect("create Workspace")
	w.refuse("#e-name", "create Workspace")
}

func (w *window) lookAtDetails() {
	details := w.dataPlatform() + "/details"
	w.open(details)
	w.dialog("#edit-details")
	w.inspect("edit Workspace")
	w.open(details)
	w.dialog(`main a[href$="/delete"]`)
	w.inspect("delete Workspace")
	w.refuse("#e-confirm", "delete Workspace")
}

func (w *window) lookAtMatrix(organization string) {
	w.provokes(http.StatusConflict)
	w.open(organization + "/tokens/matrix?q=zzz")
	w.inspect("matrix, no match")
	w.open(organization + "/tokens/matrix")
	w.inspect("matrix")
	other := w.another()
	other.open(organization + "/tokens/matrix")
	for _, each := range []*window{w, other} {
		each.choose(".matrix tbody tr:first-child td:last-child select", "Member")
		each.click("main .btn--primary")
		each.until(`$("h1").innerText === "Review changes"`)
	}
	w.inspect("matrix, review")
	for _, each := range []*window{other, w} {
		each.click("main .btn--primary")
		each.until(`$("h1").innerText === "Access Management"`)
	}
	other.mustAnnounce("1 change applied: 1 added.")
	w.inspect("matrix, changed meanwhile")
}

func (w *window) lookAtAudit(organization string) {
	w.open(organization + "/audit")
	w.inspect("audit log")
	w.dialog("tbody tr:nth-child(3) .act a")
	w.inspect("audit event")
	w.open(organization + "/audit?q=zzz")
	w.inspect("audit log, no match")
	w.open(organization + "/audit")
	w.fill("#filter-days", "91")
	w.run(`$("#audit-export").noValidate = true`)
	w.click("#export-button")
	w.until(`$("#e-days")`)
	w.inspect("audit log, 422")
	w.open(w.dataPlatform() + "/audit")
	w.inspect("audit log of a Workspace")
}

// lookAtInvitations returns the code of an invitation.
func (w *window) lookAtInvitations(organization string) string {
	w.open(organization + "/users/invite")
	w.inspect("invite member, page")
	w.refuse("#e-email", "invite member")
	w.fill("#f-email", "new.person@acme.example")
	w.click("#f-submit")
	w.until(`$("[data-secret]")`)
	w.inspect("invitation link")
	return w.text(`$("[data-secret]").value.split("#")[1]`)
}

func (w *window) lookAtInvite(code string) {
	w.open("/invite#not-a-code")
	w.until(`$("#f-code").value === "not-a-code"`)
	w.inspect("invitation")
	w.press("\r")
	w.until(`$("[aria-invalid], [role=alert]")`)
	w.inspect("invitation, 422")
	w.open("/")
	w.open("/invite#" + code)
	w.press("\r")
	w.until(`$("#f-password")`)
	w.inspect("accept invitation")
	w.press("\r")
	w.until(`$("[aria-invalid]")`)
	w.inspect("accept invitation, 422")
}
