package main

import (
	"fmt"
	"net/http"
)

// withoutScripts tells the stories of the token's life again as pages: the same links and forms,
// and no line of our own script. Seen to fail: with a form key that is accepted twice.
func withoutScripts(s *stage) {
	w := s.window()
	w.turnScriptsOff()
	w.provokes(http.StatusUnprocessableEntity, http.StatusConflict)
	w.signInByPastedCode("Mara Lindqvist")
	w.click(`#workspace-table tbody th a`)
	w.until(`$("#token-table")`)
	list := w.text(`location.pathname`)
	w.must(`!document.documentElement.hasAttribute("data-js")`)
	s.lifeOfOneTokenInPages(w, list)
	s.lifeOfASharedTokenInPages(w, list)
}

func (w *window) signInByPastedCode(person string) {
	link := w.signInLink(person)
	w.open("/sign-in")
	w.click("details summary")
	w.fill("#f-code", link[len("/sign-in#"):])
	w.click("[data-if-code] button")
	w.until(`$("#account-button")`)
}

func (s *stage) lifeOfOneTokenInPages(w *window, list string) {
	w.click("#new-token-button") // the menu is the browser's own
	w.click("#new-token .menu-item")
	w.until(`location.pathname.endsWith("/new") && $(".dialog-page")`)
	w.fill("#f-expiration", "1.5")
	w.fill("#f-description", "kept")
	w.click("#f-submit")
	w.until(`$("#e-name") && $("#e-expiration") && document.title.startsWith("Error: ")`)
	w.until(focusedOn("#f-name"))
	equal(s, "the expiration", w.text(`$("#f-expiration").value`), "1.5")
	w.fill("#f-name", "plain-made")
	w.fill("#f-expiration", "45")
	w.click("#f-submit")
	value := w.shownValue()
	s.mustAnswer(value, http.StatusOK)

	w.sendAgain()
	w.until(`$("#dialog-title, h1") && document.body.innerText.includes("This form was already sent")`)
	w.mustHaveForgotten(value)
	w.open(list + "?q=plain-made")
	equal(s, "tokens of that name", w.text(`document.querySelectorAll("tbody tr").length`), "1")

	w.click(w.editButton("plain-made"))
	w.until(`location.pathname.endsWith("/edit")`)
	w.fill("#f-name", "plain-renamed")
	w.choose("#f-role", "Workspace Author")
	w.click("#f-submit")
	w.until(`location.pathname === ` + quote(list) + ` && $("#notices")?.innerText.includes("Changes to plain-renamed saved.")`)

	w.open(list + "?q=plain-renamed")
	w.click(w.editButton("plain-renamed"))
	w.click(`.dlg-section a[href*="/rotate"]`)
	w.until(`location.pathname.endsWith("/rotate")`)
	w.click("#f-submit")
	next := w.shownValue()
	s.mustAnswer(value, http.StatusUnauthorized)
	s.mustAnswer(next, http.StatusOK)
	w.click(".dlg-foot a")
	w.until(`location.pathname === ` + quote(list))

	w.open(list + "?q=plain-renamed")
	w.click(w.editButton("plain-renamed"))
	w.click(`.dlg-section a[href*="/delete"]`)
	w.until(`location.pathname.endsWith("/delete")`)
	w.fill("#f-confirm", "DELETE")
	w.click("#f-submit")
	w.until(`$("#e-confirm")`)
	w.fill("#f-confirm", "Delete")
	w.click("#f-submit")
	w.until(`location.pathname === ` + quote(list) + ` && $("#notices").innerText.includes("API token plain-renamed deleted.")`)
	s.mustAnswer(next, http.StatusUnauthorized)
}

// sendAgain reloads the answer to a form, which sends it a second time.
func (w *window) sendAgain() { w.reload() }

func (s *stage) lifeOfASharedTokenInPages(w *window, list string) {
	w.openOrganizationTokens()
	w.click("#new-token-button")
	w.confirmPasswordInPages()
	w.fill("#f-name", "plain-shared")
	w.click("#f-submit")
	value := w.shownValue()
	w.click(".dlg-foot a")
	w.until(`$("#token-table")`)
	w.click(fmt.Sprintf(`tbody a[href$="/%s"]`, w.editButton("plain-shared")[len("#edit-"):]))
	w.until(`$("h1").innerText === "plain-shared"`)
	page := w.text(`location.pathname`)
	for name, role := range map[string]string{"Finance": "Workspace Member", "Research": "Workspace Author"} {
		w.click("#add-to-workspace")
		w.until(`$("#f-workspace")`)
		w.choose("#f-workspace", name)
		w.choose("#f-role", role)
		w.click("#f-submit")
		w.until(`location.pathname === ` + quote(page) + ` && ` + row(name) + `?.innerText.includes(` + quote(role) + `)`)
	}
	finance, research := w.workspaceOf("Finance"), w.workspaceOf("Research")
	w.click("#edit-" + finance)
	w.until(`$("#f-role")`)
	w.choose("#f-role", "Workspace Operator")
	w.click("#f-submit")
	w.until(`location.pathname === ` + quote(page) + ` && ` + row("Finance") + `?.innerText.includes("Workspace Operator")`)
	w.click("#edit-" + research)
	w.click(`.dlg-section a[href*="/remove"]`)
	w.until(`location.pathname.endsWith("/remove")`)
	w.click("#f-submit")
	w.until(`location.pathname === ` + quote(page) + ` && !` + row("Research"))
	s.mustReach(value, finance, http.StatusOK)
	s.mustReach(value, research, http.StatusNotFound)

	w.open(list)
	w.click("#new-token-button")
	w.click("#new-token .menu-item:last-of-type")
	w.until(`$("#f-token")`)
	w.choose("#f-token", "plain-shared")
	w.click("#f-submit")
	w.until(`location.pathname === ` + quote(list) + ` && ` + row("plain-shared"))
}

func (w *window) confirmPasswordInPages() {
	w.until(`$("#f-name, #f-password")`)
	if w.is(`$("#f-password")`) {
		w.fill("#f-password", w.password())
		w.press("\r")
		w.until(`$("#f-name")`)
	}
}
