package main

import (
	"net/http"
	"strings"

	"github.com/chromedp/chromedp/kb"
)

// bindOrganizationToken follows a token that works in several Workspaces. What its value may do
// changes with each step. Seen to fail: with an answer that renewed the list of
// tokens and not the page of the token.
func bindOrganizationToken(s *stage) {
	w := s.as("Mara Lindqvist")
	w.openOrganizationTokens()
	w.click("#new-token-button")
	w.confirmPassword("#new-token-button")
	w.fill("#f-name", "everywhere")
	w.click("#f-submit")
	value := w.shownValue()
	w.copyAndClose(value)
	w.until(focusedOn("#new-token-button"))
	w.click(`tbody a[href$="/` + strings.TrimPrefix(w.editButton("everywhere"), "#edit-") + `"]`)
	w.until(`$("h1").innerText === "everywhere"`)
	w.must(`$("#token-page").innerText.includes("This token is in no Workspace.")`)

	w.addToWorkspace("Finance", "Workspace Member")
	w.addToWorkspace("Data Platform", "Workspace Author")
	finance, platform := w.workspaceOf("Finance"), w.workspaceOf("Data Platform")
	s.mustReach(value, finance, http.StatusOK)
	s.mustReach(value, platform, http.StatusOK)

	w.click("#edit-" + platform)
	w.choose("#f-role", "Workspace Operator")
	w.click("#f-submit")
	w.until(`!$("#dialog-host[open]") && ` + row("Data Platform") + `.innerText.includes("Workspace Operator")`)
	w.until(focusedOn("#edit-" + platform))
	w.mustAnnounce("everywhere is now Workspace Operator in Data Platform.")

	w.click("#edit-" + finance)
	w.click(`.dlg-section a[href$="/remove"]`)
	w.until(focusedOn(".dlg-foot a"))
	w.click("#f-submit")
	w.until(`!$("#dialog-host[open]") && !` + row("Finance"))
	w.mustAnnounce("everywhere removed from Finance. The token still works elsewhere.")
	w.until(focusedOn("#list-title"))
	s.mustReach(value, finance, http.StatusNotFound)
	s.mustReach(value, platform, http.StatusOK)
}

func (w *window) openOrganizationTokens() {
	w.click("#switcher-button")
	w.click(`#switcher a[href^="/o/"]`)
	w.click(`.side a[href$="/tokens"]`)
	w.until(`location.pathname.startsWith("/o/") && $("#token-table")`)
}

// confirmPassword answers the password step if it stands in the way, and opens the dialog anew.
func (w *window) confirmPassword(opener string) {
	w.until(`$("#dialog-host[open] #f-name") || location.pathname === "/reauth" && $("#f-password")`)
	if !w.is(`location.pathname === "/reauth"`) {
		return
	}
	w.fill("#f-password", w.password())
	w.press("\r")
	w.until(`location.pathname.startsWith("/o/") && $("h1")`)
	if !w.is(`$("#f-name")`) {
		w.click(opener)
	}
}

func (w *window) addToWorkspace(name, role string) {
	w.click("#add-to-workspace")
	w.until(focusedOn("#f-workspace"))
	w.choose("#f-workspace", name)
	w.choose("#f-role", role)
	w.click("#f-submit")
	w.until(`!$("#dialog-host[open]") && ` + row(name) + `?.innerText.includes(` + quote(role) + `)`)
	w.mustAnnounce("everywhere added to " + name + " as " + role + ".")
	w.until(focusedOn("#add-to-workspace"))
}

// workspaceOf is the id of a Workspace that stands on the page of a token.
func (w *window) workspaceOf(name string) string {
	return strings.TrimPrefix(w.editButton(name), "#edit-")
}

// mustReach asks for a Workspace with a token's value.
func (s *stage) mustReach(value, workspace string, want int) {
	bearer := http.Header{"Authorization": {"Bearer " + value}}
	var list struct{ Organizations []struct{ ID string } }
	s.decode(s.do(http.MethodGet, "/v1/organizations", nil, bearer).body, &list)
	got := s.do(http.MethodGet, "/v1/organizations/"+list.Organizations[0].ID+"/workspaces/"+workspace, nil, bearer)
	equal(s, "the API's answer for "+workspace, got.status, want)
}

// addIsForOrganizationOwners: the second entry of the menu is there, can be reached, says why it
// does nothing, and does nothing.
func addIsForOrganizationOwners(s *stage) {
	w := s.as("Amina Diallo")
	w.click("#new-token-button")
	w.until(focusedOn("#new-token .menu-item"))
	w.press(kb.ArrowDown)
	w.must(focusedOn("[aria-disabled=true]"))
	w.must(`document.activeElement.innerText.includes("Add Organization API Token")`)
	w.must(`document.activeElement.innerText.includes("Only an Organization Owner can do this")`)
	w.press("\r")
	w.click("#new-token [aria-disabled=true]")
	w.must(`!$("#dialog-host[open]") && location.pathname.endsWith("/tokens")`)
}
