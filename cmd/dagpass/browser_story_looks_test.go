package main

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
)

// looks visits every screen and every dialog of the console, in each of its states. Seen to fail:
// with muted text in #a0a6b4, with buttons of 19 pixels, and with a value that print did not hide.
func looks(s *stage) {
	stranger := s.window()
	stranger.provokes(http.StatusUnprocessableEntity, http.StatusNotFound)
	stranger.lookAtDoors()

	owner := s.as("Mara Lindqvist")
	owner.provokes(http.StatusUnprocessableEntity, http.StatusNotFound, http.StatusConflict)
	owner.lookAtAccount()
	workspace := owner.lookAtWorkspaces()
	owner.lookAtWorkspaceTokens(workspace)
	owner.lookAtWorkspaceDialogs(workspace)
	owner.lookAtReveal(workspace)
	owner.lookAtOrganizationTokens()
	owner.lookAtPages(workspace)

	member := s.as("Daniel Kim")
	member.provokes(http.StatusForbidden)
	member.open(workspace + "/tokens")
	member.inspect("tokens, not allowed")
	member.open(workspace + "/details")
	member.inspect("details, as a member")
	nobody := s.as("Jonas Weber")
	nobody.inspect("no Workspace")
}

// lookAtDoors is what somebody sees who is not signed in.
func (w *window) lookAtDoors() {
	w.open("/sign-in")
	w.inspect("sign-in")
	w.fill("#f-email", "nobody@acme.example")
	w.fill("#f-password", "not the password of anybody")
	w.press("\r")
	w.until(`$("[role=alert]")`)
	w.inspect("sign-in, 422")
	w.open("/sign-in")
	w.run(`location.hash = "not-a-code"; location.reload()`)
	w.until(`$("details").open`)
	w.inspect("sign-in, by code")
	w.press("\r")
	w.until(`$("#f-code[aria-invalid]") || $("details [role=alert]")`)
	w.inspect("sign-in, by code, 422")
	w.open("/reset#code")
	w.inspect("reset")
	w.fill("#f-password", "short")
	w.press("\r")
	w.until(`$("[aria-invalid], [role=alert]")`)
	w.inspect("reset, 422")
	w.open("/nowhere")
	w.inspect("not found, signed out")
	w.open("/docs/api")
	w.inspect("API, signed out")
}

func (w *window) lookAtAccount() {
	for name, path := range map[string]string{
		"help": "/help", "help, roles": "/help/roles", "help, tokens": "/help/api-tokens", "profile": "/profile",
		"sessions": "/profile/sessions", "preferences": "/profile/preferences", "not found": "/nowhere", "workspaces": "/w",
	} {
		w.open(path)
		w.inspect(name)
	}
	w.open("/profile")
	w.fill("#f-name", "")
	w.press("\r")
	w.until(`$("#e-name")`)
	w.inspect("profile, 422")
	w.open("/profile")
	w.fill("#f-current_password", "wrong")
	w.fill("#f-new_password", "short")
	w.press("\r")
	w.until(`$("[aria-invalid]")`)
	w.inspect("password, 422")
}

// lookAtWorkspaces returns the path of Data Platform.
func (w *window) lookAtWorkspaces() string {
	w.open("/w")
	w.click("#workspace-table tbody th a")
	w.until(`$("#token-table")`)
	workspace := regexp.MustCompile(`/w/[^/]+`).FindString(w.text(`location.pathname`))
	w.open(workspace + "/details")
	w.inspect("details")
	return workspace
}

func (w *window) lookAtWorkspaceTokens(workspace string) {
	w.open(workspace + "/tokens")
	w.inspect("tokens")
	w.click("#new-token-button")
	w.inspect("menu")
	w.press(kb.Escape)
	w.click("#switcher-button")
	w.inspect("switcher")
	w.press(kb.Escape)
	w.click("#account-button")
	w.inspect("account menu")
	w.open(workspace + "/tokens?status=soon")
	w.inspect("tokens, expiring soon")
	w.open(workspace + "/tokens?q=zzz")
	w.inspect("tokens, no match")
	w.run(`$("#alerts").replaceChildren($("#problem-server").content.cloneNode(true))`)
	w.inspect("tokens, error")
	w.run(`$("#alerts").replaceChildren($("#session-warning").content.cloneNode(true))`)
	w.inspect("tokens, session ends soon")
}

// dialog opens the dialog behind a link of the page and waits for it.
func (w *window) dialog(selector string) {
	w.click(selector)
	w.until(`$("#dialog-host[open] .dlg")`)
}

// next waits until the open dialog has become another one.
func (w *window) next(selector, title string) {
	w.click(selector)
	w.until(`$("#dialog-host[open] #dialog-title")?.innerText.startsWith(` + quote(title) + `)`)
}

// refuse sends the open form, which has a problem, and looks at the answer.
func (w *window) refuse(problem, name string) {
	w.click("#f-submit")
	w.until(`$(` + quote(problem) + `)`)
	w.inspect(name + ", 422")
}

func (w *window) lookAtWorkspaceDialogs(workspace string) {
	w.open(workspace + "/tokens")
	w.dialog(w.editButton("ci-deploy"))
	w.inspect("edit token")
	w.fill("#f-name", "")
	w.refuse("#e-name", "edit token")
	w.next(`.dlg-section a[href*="/rotate"]`, "Rotate")
	w.inspect("rotate token")
	w.open(workspace + "/tokens")
	w.dialog(w.editButton("ci-deploy"))
	w.next(`.dlg-section a[href*="/delete"]`, "Delete")
	w.inspect("delete token")
	w.refuse("#e-confirm", "delete token")
	w.open(workspace + "/tokens?status=expired")
	w.dialog(".act a")
	w.inspect("edit expired token")
	w.open(workspace + "/tokens?scope=organization")
	w.dialog(w.editButton("deploy-all"))
	w.inspect("edit Organization token in a Workspace")
	w.next(`.dlg-section a[href*="/remove"]`, "Remove")
	w.inspect("remove token")
	w.open(workspace + "/tokens")
	w.click("#new-token-button")
	w.dialog("#new-token .menu-item:last-of-type")
	w.inspect("add token")
	w.refuse("#e-token", "add token")
	w.lookAtLostToken(workspace)
}

// lookAtLostToken opens a token that was deleted in another window.
func (w *window) lookAtLostToken(workspace string) {
	w.open(workspace + "/tokens")
	w.createToken("soon-gone")
	edit := w.editButton("soon-gone")
	other := w.another()
	other.provokes(http.StatusUnprocessableEntity)
	other.open(workspace + "/tokens")
	other.deleteWithTheWord(edit)
	w.dialog(edit)
	w.inspect("token is gone")
}

func (w *window) lookAtReveal(workspace string) {
	w.open(workspace + "/tokens")
	w.click("#new-token-button")
	w.dialog("#new-token .menu-item")
	w.inspect("create token")
	w.fill("#f-expiration", "9999")
	w.choose("#f-role", "Workspace Owner")
	w.refuse("#e-name", "create token")
	w.fill("#f-name", "ci-deploy")
	w.press("\t")
	w.until(`$("#name-note [class*=alert]")`)
	w.inspect("create token, name taken")
	w.fill("#f-expiration", "")
	w.click("#f-submit")
	value := w.shownValue()
	w.inspect("value")
	w.mustPrintNothingOf(value)
	w.leaveUncopied()
	w.inspect("value, not copied")
	w.click("[data-keep]")
	w.click("[data-copy='#f-secret']")
	w.until(`$(".secret [role=status]").innerText === "Token copied."`)
	w.inspect("value, copied")
}

// mustPrintNothingOf looks at the page as on paper.
func (w *window) mustPrintNothingOf(value string) {
	w.do(emulation.SetEmulatedMedia().WithMedia("print"))
	w.must(`$("[data-secret]").value === ` + quote(value) + ` && !$("[data-secret]").checkVisibility({ visibilityProperty: true })`)
	w.must(`!document.body.innerText.includes(` + quote(value[:20]) + `)`)
	w.do(emulation.SetEmulatedMedia().WithMedia(""))
}

func (w *window) lookAtOrganizationTokens() {
	w.open("/w")
	w.openOrganizationTokens()
	organization := w.text(`location.pathname`)
	w.inspect("Organization tokens")
	w.open(organization + "?q=zzz")
	w.inspect("Organization tokens, no match")
	w.open(organization + "/new")
	w.until(`$("#f-name, #f-password")`)
	if w.is(`$("#f-password")`) {
		w.inspect("password again")
		w.press("\r")
		w.until(`$("[aria-invalid]")`)
		w.inspect("password again, 422")
		w.confirmPasswordInPages()
	}
	w.open(organization)
	w.dialog("#new-token-button")
	w.inspect("create Organization token")
	w.open(organization)
	w.dialog(w.editButton("deploy-all"))
	w.inspect("edit Organization token")
	w.open(organization)
	w.click(`tbody a[href$="/` + strings.TrimPrefix(w.editButton("deploy-all"), "#edit-") + `"]`)
	w.until(`$("#token-page")`)
	w.inspect("token page")
	page := w.text(`location.pathname`)
	w.dialog("tbody .act a")
	w.inspect("edit role of Organization token")
	w.open(organization)
	w.open(page)
	w.dialog("#edit-" + strings.TrimPrefix(page, organization+"/"))
	w.next(`.dlg-section a[href*="/delete"]`, "Delete")
	w.inspect("delete Organization token")
	w.open(organization)
	w.click(`tbody a[href$="/` + strings.TrimPrefix(w.editButton("catalog-crawler"), "#edit-") + `"]`)
	w.until(`$("#token-page")`)
	w.inspect("token page, no Workspace")
	w.dialog("#add-to-workspace")
	w.inspect("add to Workspace")
	w.refuse("#e-workspace", "add to Workspace")
}

// lookAtPages sees the plain pages that dialogs are without scripts.
func (w *window) lookAtPages(workspace string) {
	w.open(workspace + "/tokens/new")
	w.inspect("create token, page")
	w.fill("#f-name", "made-on-a-page")
	w.click("#f-submit")
	w.shownValue()
	w.inspect("value, page")
	w.reload()
	w.until(`document.body.innerText.includes("This form was already sent")`)
	w.inspect("sent twice, page")
	w.open(workspace + "/tokens?q=made-on-a-page")
	edit := w.text(`$(".act a").pathname`)
	for _, step := range []string{"edit", "rotate", "delete"} {
		w.open(strings.TrimSuffix(edit, "edit") + step)
		w.inspect(step + " token, page")
	}
}

// firstLooks sees what only a server without users, tokens or a second Workspace shows.
func firstLooks(s *stage) {
	w := s.window()
	w.provokes(http.StatusUnprocessableEntity, http.StatusServiceUnavailable, http.StatusNotFound)
	w.open("/w")
	w.inspect("not set up")
	w.open("/setup#" + s.setupCode())
	w.inspect("set-up")
	w.press("\r")
	w.until(`$("[aria-invalid]")`)
	w.inspect("set-up, 422")
	w.fill("#f-organization", "Northwind")
	w.fill("#f-workspace", "Analytics")
	w.fill("#f-name", "Ada Lovelace")
	w.fill("#f-email", "ada@northwind.example")
	w.fill("#f-password", ownerPassword)
	w.press("\r")
	w.until(`$("#token-table")`)
	w.inspect("tokens, empty")
	w.click("#new-token-button")
	w.dialog("#new-token .menu-item:last-of-type")
	w.inspect("add token, none at all")
	w.press(kb.Escape)
	w.openOrganizationTokens()
	w.inspect("Organization tokens, empty")
}
