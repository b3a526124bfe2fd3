package main

import (
	"net/http"
	"regexp"
)

// firstRun is what a newcomer does: the link from the terminal, one form, one token.
func firstRun(s *stage) {
	w := s.window()
	w.provokes(http.StatusUnprocessableEntity, http.StatusServiceUnavailable)
	w.open("/w")
	w.until(`document.body.innerText.includes("Dagpass is not set up")`)
	code := s.setupCode()
	w.open("/setup#" + code)
	w.until(`$("#f-code").value === ` + quote(code))
	w.must(`location.hash === ""`)
	w.fill("#f-organization", "Northwind")
	w.fill("#f-workspace", "Analytics")
	w.fill("#f-name", "Ada Lovelace")
	w.fill("#f-email", "ada@northwind.example")
	w.fill("#f-password", "too short")
	w.press("\r")
	w.until(`$("#e-password") && !$("#e-email")`)
	w.until(focusedOn("#f-password"))
	equal(s, "the Organization", w.text(`$("#f-organization").value`), "Northwind")
	w.fill("#f-password", ownerPassword)
	w.press("\r")
	w.until(`location.pathname.endsWith("/tokens") && $("h2")?.innerText === "No API tokens yet"`)
	w.mustAnnounce("Dagpass is ready. Create your first API token.")

	w.click(".empty a[href$='/new']")
	w.fill("#f-name", "the-first")
	w.click("#f-submit")
	value := w.shownValue()
	w.copyAndClose(value)
	w.until(row("the-first"))
	s.mustAnswer(value, http.StatusOK)

	late := s.window()
	late.provokes(http.StatusNotFound, http.StatusUnprocessableEntity)
	late.open("/setup#" + code)
	late.must(`!$("#f-organization")`)
}

// setupCode is the code that the program printed.
func (s *stage) setupCode() string {
	found := regexp.MustCompile(`/setup#(\S+)`).FindStringSubmatch(s.stderr.String())
	if found == nil {
		s.failf("no set-up link")
	}
	return found[1]
}
