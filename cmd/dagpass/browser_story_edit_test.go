package main

import (
	"fmt"
	"net/http"
)

// editRotateDelete walks through the life of one token. Seen to fail: with the typed word not
// checked by the server.
func editRotateDelete(s *stage) {
	w := s.as("Amina Diallo")
	w.provokes(http.StatusUnprocessableEntity)
	old := w.createToken("born-today")
	edit := w.editButton("born-today")

	w.click(edit)
	w.until(focusedOn("#f-name"))
	w.fill("#f-name", "renamed-today")
	w.choose("#f-role", "Workspace Operator")
	w.click("#f-submit")
	w.until(`!$("#dialog-host[open]") && ` + row("renamed-today") + `?.innerText.includes("Workspace Operator")`)
	w.must("!" + row("born-today"))
	w.until(focusedOn(edit))
	w.mustAnnounce("Changes to renamed-today saved.")

	w.click(edit)
	w.click(`.dlg-section a[href$="/rotate"]`)
	w.until(focusedOn(".dlg-foot a"))
	w.must(`$("#dialog-title").innerText === "Rotate renamed-today?"`)
	w.click("#f-submit")
	next := w.shownValue()
	if next == old {
		s.failf("the same value after a rotation")
	}
	w.copyAndClose(next)
	w.until(focusedOn(edit))
	s.mustAnswer(old, http.StatusUnauthorized)
	s.mustAnswer(next, http.StatusOK)

	w.deleteWithTheWord(edit)
	w.mustAnnounce("API token renamed-today deleted.")
	w.must("!" + row("renamed-today"))
	s.mustAnswer(next, http.StatusUnauthorized)
}

func (w *window) deleteWithTheWord(edit string) {
	w.click(edit)
	w.click(`.dlg-section a[href$="/delete"]`)
	w.until(focusedOn("#f-confirm"))
	w.fill("#f-confirm", "delete")
	w.click("#f-submit")
	w.until(`$("#e-confirm")?.innerText.includes("Type Delete, with a capital D, to confirm.")`)
	w.until(focusedOn("#f-confirm"))
	equal(w.stage, "the word", w.text(`$("#f-confirm").value`), "delete")
	w.fill("#f-confirm", "Delete")
	w.click("#f-submit")
	w.until(`!$("#dialog-host[open]")`)
	w.until(focusedOn("#list-title"))
}

// createToken makes one with the mouse and returns its value.
func (w *window) createToken(name string) string {
	w.click("#new-token-button")
	w.click("#new-token .menu-item")
	w.fill("#f-name", name)
	w.click("#f-submit")
	value := w.shownValue()
	w.copyAndClose(value)
	w.until(row(name))
	return value
}

func (w *window) copyAndClose(value string) {
	w.click("[data-copy='#f-secret']")
	w.until(`$(".secret [role=status]").innerText === "Token copied."`)
	w.click(".dlg-foot [data-close]")
	w.mustHaveForgotten(value)
}

// row is the row of a token in a list.
func row(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("tbody tr")].find((row) => row.querySelector("th bdi").textContent === %s)`, quote(name))
}

// editButton is the selector of the Edit in a token's row.
func (w *window) editButton(name string) string {
	w.until(row(name))
	return "#" + w.text(row(name)+`.querySelector(".act a").id`)
}

// mustAnnounce waits for a notice in the live region that was there from the start.
func (w *window) mustAnnounce(text string) {
	w.until(fmt.Sprintf(`$("#notices[role=status]").innerText.includes(%s)`, quote(text)))
}
