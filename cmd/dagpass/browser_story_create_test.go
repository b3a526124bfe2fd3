package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/chromedp/chromedp/kb"
)

// createByKeyboard uses no mouse at all. Seen to fail: without the wipe when the dialog closes,
// without the guard, and with the cancel event guarded alone.
func createByKeyboard(s *stage) {
	w := s.as("Amina Diallo")
	w.provokes(http.StatusUnprocessableEntity)
	w.openCreateDialog()
	w.sendInvalidForm()
	value := w.createFilledToken("keyboard-made")
	w.mustGuard(value)
	w.copyByKeyboard(value)
	w.press(kb.Escape)
	w.mustHaveForgotten(value)
	w.until(focusedOn("#new-token-button"))
	w.until(`$("#token-table").innerText.includes("keyboard-made")`)
	w.reload()
	w.mustHaveForgotten(value)
	s.mustAnswer(value, http.StatusOK)
	if strings.Contains(s.stdout.String()+s.stderr.String(), value) {
		s.failf("the value stands in the log")
	}
}

// openCreateDialog goes through the menu with Tab, Enter and the arrow keys.
func (w *window) openCreateDialog() {
	w.press("\t")
	w.must(focusedOn(".skip"))
	w.tabTo("#new-token-button")
	w.press("\r")
	w.until(focusedOn("#new-token .menu-item:first-of-type"))
	w.press(kb.Escape)
	w.until(focusedOn("#new-token-button"))
	w.press("\r")
	w.until(focusedOn("#new-token .menu-item:first-of-type"))
	w.press(kb.ArrowDown, kb.ArrowUp, "\r")
	w.until(`$("#dialog-host:modal")`)
	w.until(focusedOn("#f-name"))
	equal(w.stage, "the title", w.text(`$("#dialog-title").innerText`), "Create Workspace API Token")
}

// sendInvalidForm leaves the name empty and asks for too many days.
func (w *window) sendInvalidForm() {
	w.press("\t")
	w.press("Typed before the mistake")
	w.tabTo("#f-expiration")
	w.press("9999", "\r") // the field's text is selected when Tab gets there
	w.until(`$("#e-name") && $("#e-expiration")`)
	w.until(focusedOn("#f-name"))
	equal(w.stage, "the description", w.text(`$("#f-description").value`), "Typed before the mistake")
	equal(w.stage, "the expiration", w.text(`$("#f-expiration").value`), "9999")
	w.must(`$("#dialog-host:modal [data-alerts] [role=alert]").innerText.includes("2 fields need your attention.")`)
	w.must(`$("#f-name").ariaInvalid === "true"`)
}

// createFilledToken corrects the form and returns the value that is shown.
func (w *window) createFilledToken(name string) string {
	w.press(name)
	w.tabTo("#f-role")
	w.press("Workspace Author")
	w.tabTo("#f-expiration")
	w.press("30")
	w.must(`$("[data-days-text]").value.startsWith("Expires ")`)
	w.press("\r")
	return w.shownValue()
}

// shownValue waits for the value and checks that one field holds it, and nothing else does.
func (w *window) shownValue() string {
	w.until(`$("#f-secret")`)
	value := w.text(`$("#f-secret").value`)
	if !strings.HasPrefix(value, "eyJ") || strings.Count(value, ".") != 2 {
		w.failf("not a token: %q", value)
	}
	equal(w.stage, "places that show the value", w.text(fmt.Sprintf(`document.documentElement.outerHTML.split(%s).length - 1`, quote(value))), "1")
	w.must(fmt.Sprintf(`!location.href.includes(%[1]s) && !document.title.includes(%[1]s)`, quote(value)))
	return value
}

// mustGuard tries to leave without having copied.
func (w *window) mustGuard(value string) {
	w.until(focusedOn("[data-copy='#f-secret']"))
	w.leaveUncopied()
	w.must(focusedOn("[data-keep]"))
	w.must(`$("[data-guard] [role=alert]").innerText.includes("You have not copied this token.")`)
	for range 5 {
		w.press(kb.Escape)
		w.must(`$("#dialog-host:modal")`)
	}
	w.press("\r")
	w.must(`$("[data-guard]").hidden`)
	w.tabTo(".dlg-foot [data-close]")
	w.press("\r")
	w.must(`!$("[data-guard]").hidden`)
	equal(w.stage, "the value", w.text(`$("#f-secret").value`), value)
	w.press("\r")
}

// leaveUncopied presses Escape until the guard shows: for the sake of double clicks a dialog that has
// just opened does not close.
func (w *window) leaveUncopied() {
	w.eventually("the guard", func() bool {
		w.press(kb.Escape)
		return w.is(`!$("[data-guard]").hidden`)
	})
}

// copyByKeyboard copies and compares what the clipboard holds.
func (w *window) copyByKeyboard(value string) {
	w.tabTo("[data-copy='#f-secret']")
	w.press("\r")
	w.until(`$(".secret [role=status]").innerText === "Token copied."`)
	equal(w.stage, "the clipboard", w.text(`navigator.clipboard.readText()`), value)
}

// mustHaveForgotten fails while anything of the page still holds a value.
func (w *window) mustHaveForgotten(value string) {
	w.until(`!$("#dialog-host[open]") && !$("[data-secret]")`)
	w.must(fmt.Sprintf(`!document.documentElement.outerHTML.includes(%s)`, quote(value)))
	w.must(fmt.Sprintf(`![...document.querySelectorAll("input, textarea")].some((field) => field.value.includes(%s))`, quote(value)))
	w.mustStoreNothing()
}

// mustAnswer uses a value the way a program does.
func (s *stage) mustAnswer(value string, want int) {
	got := s.do(http.MethodGet, "/v1/organizations", nil, http.Header{"Authorization": {"Bearer " + value}})
	equal(s, "the API's answer", got.status, want)
}
