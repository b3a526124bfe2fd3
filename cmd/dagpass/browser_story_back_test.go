package main

import "net/http"

// backAfterTheValue leaves the value in every way there is and looks for it again. Back is the entry
// of the history and not a reload, so the back/forward cache takes part.
//
// Chromium keeps neither the answer to a form nor a page that fetched one, so here the value would be
// gone without our doing. What is done for browsers that keep more is proved on pages that Chromium
// keeps as well: the wipe and the eviction, each next to a control. Both were seen to fail, without
// the listener of pagehide and without the fresh cookie.
func backAfterTheValue(s *stage) {
	w := s.as("Amina Diallo")
	w.provokes(http.StatusConflict)
	list := w.text(`location.pathname`)
	w.mustRestore(list)
	w.mustWipe(list)
	w.mustEvict(list)
	w.leaveDialogUncopied(list)
	w.leaveValuePage(list)

	plain := w.another()
	plain.provokes(http.StatusConflict)
	plain.turnScriptsOff()
	plain.leaveValuePage(list)
}

// mustRestore is the control: where no value was shown, Back takes the page out of the cache.
func (w *window) mustRestore(list string) {
	w.open(list)
	w.noteRestoring()
	w.open(list + "/new")
	w.open("/help")
	w.travel(-2)
	w.until(`globalThis.restored === true`)
}

// mustWipe puts a field for a value into a page that the browser keeps.
func (w *window) mustWipe(list string) {
	w.open(list)
	w.noteRestoring()
	w.run(`$("main").append(Object.assign(document.createElement("textarea"), { value: "a value" }))`)
	w.run(`$("main textarea").dataset.secret = ""`)
	w.open("/help")
	w.travel(-1)
	w.until(`globalThis.restored === true`)
	w.mustHaveForgotten("a value")
}

// mustEvict goes the way of mustRestore, with a value on it.
func (w *window) mustEvict(list string) {
	w.open(list)
	w.noteRestoring()
	w.open(list + "/new")
	w.fill("#f-name", "evicts-what-was-before")
	w.click("#f-submit")
	value := w.shownValue()
	w.open("/help")
	w.travel(-3)
	w.until(`$("#token-table")`)
	w.must(`globalThis.restored === undefined`)
	w.mustHaveForgotten(value)
}

// noteRestoring makes the page remember that it came out of the cache.
func (w *window) noteRestoring() {
	w.run(`addEventListener("pageshow", (event) => globalThis.restored = event.persisted)`)
}

// leaveDialogUncopied walks away from the open dialog to another address.
func (w *window) leaveDialogUncopied(list string) {
	w.open(list)
	w.click("#new-token-button")
	w.click("#new-token .menu-item")
	w.fill("#f-name", "left-in-a-dialog")
	w.click("#f-submit")
	value := w.shownValue()
	w.noteRestoring()
	w.open("/help")
	w.travel(-1)
	w.mustHaveForgotten(value)
	w.travel(1)
	w.mustHaveForgotten(value)
	w.travel(-1)
	w.reload()
	w.mustHaveForgotten(value)
}

// leaveValuePage does the same with the page that answers the plain form.
func (w *window) leaveValuePage(list string) {
	w.open(list + "/new")
	w.fill("#f-name", "left-on-a-page")
	w.click("#f-submit")
	value := w.shownValue()
	w.open("/help")
	w.travel(-1)
	w.mustHaveForgotten(value)
	w.travel(1)
	w.travel(-1)
	w.mustHaveForgotten(value)
	w.reload()
	w.mustHaveForgotten(value)
	w.open(list)
	w.mustHaveForgotten(value)
}
