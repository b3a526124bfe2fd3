package main

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// faults answers one form in every wrong way, and then in the right one. Nothing that was typed may
// be lost, nothing foreign may be shown, and the focus stays on the button. Seen to fail: without the
// check of Dagpass-Fragment, and with hx-disable instead of hx-sync.
func faults(s *stage) {
	w := s.as("Amina Diallo")
	w.provokes(http.StatusInternalServerError, http.StatusForbidden)
	w.breaks()
	w.click("#new-token-button")
	w.click("#new-token .menu-item")
	w.fill("#f-name", "through-the-storm")
	w.fill("#f-description", "typed once")

	between := w.stepBetween()
	for _, fault := range []struct {
		answer wrong
		says   string
	}{
		{answered(http.StatusInternalServerError, "<h1>nginx</h1>"), "Something went wrong on the server."},
		{answered(http.StatusForbidden, "<h1>Your proxy says no</h1>"), "Something went wrong on the server."},
		{answered(http.StatusOK, "<h1>Hotel Wi-Fi: sign in</h1>"), "Something went wrong on the server."},
		{redirected(w.text(`location.pathname`)), "Something went wrong on the server."},
		{lost, "Dagpass could not be reached."},
		{unanswered, "The server did not answer within 15 seconds."},
	} {
		between.use(fault.answer)
		w.run(`$("#dialog-host [data-alerts]").replaceChildren()`)
		if strings.Contains(fault.says, "15 seconds") {
			w.run(`htmx.config.defaultTimeout = 300`)
		}
		w.focusSubmit()
		w.press("\r")
		w.until(`$("#dialog-host[open] [data-alerts] [role=alert]")?.innerText.includes(` + quote(fault.says) + `)`)
		w.until(`!document.documentElement.hasAttribute("data-busy")`)
		w.must(`$("#f-name").value === "through-the-storm" && $("#f-description").value === "typed once"`)
		w.must(focusedOn("#f-submit"))
		w.must(`!/nginx|proxy|Wi-Fi/.test(document.body.innerText) && document.querySelectorAll("#token-table").length === 1`)
	}
	between.use(nil)
	w.run(`htmx.config.defaultTimeout = 15000`)
	w.submitThreeTimes()
}

func (w *window) focusSubmit() {
	w.run(`$("#f-submit").focus()`)
	w.must(focusedOn("#f-submit"))
}

// submitThreeTimes is an impatient person: one request goes out and one token is made.
func (w *window) submitThreeTimes() {
	before := w.sent("/tokens")
	w.run(`$("#f-submit").click(), $("#f-submit").click(), $("#f-submit").click()`)
	value := w.shownValue()
	equal(w.stage, "requests sent", w.sent("/tokens")-before, 1)
	w.mustSelectInsteadOfCopying(value)
	w.copyAndClose(value)
	w.until(row("through-the-storm"))
	w.must(`[...document.querySelectorAll("tbody th bdi")].filter((name) => name.textContent === "through-the-storm").length === 1`)
}

// mustSelectInsteadOfCopying is a browser that lets nobody at its clipboard: the value is selected,
// the words say what to press, and leaving is guarded still.
func (w *window) mustSelectInsteadOfCopying(value string) {
	w.run(`navigator.clipboard.writeText = () => Promise.reject(new Error("blocked"))`)
	w.click("[data-copy='#f-secret']")
	w.until(`$(".secret [role=status]").innerText.startsWith("Copying is blocked. Press Ctrl+C")`)
	equal(w.stage, "the selection", w.text(`getSelection().toString()`), value)
	w.leaveUncopied()
	w.click("[data-keep]")
	w.run(`delete navigator.clipboard.writeText`)
}

// wrong is an answer to a POST that the program did not give.
type wrong func(fetch.RequestID) chromedp.Action

func answered(status int64, body string) wrong {
	return func(id fetch.RequestID) chromedp.Action {
		return fetch.FulfillRequest(id, status).
			WithResponseHeaders([]*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html"}}).
			WithBody(base64.StdEncoding.EncodeToString([]byte(body)))
	}
}

func redirected(to string) wrong {
	return func(id fetch.RequestID) chromedp.Action {
		return fetch.FulfillRequest(id, http.StatusSeeOther).
			WithResponseHeaders([]*fetch.HeaderEntry{{Name: "Location", Value: to}})
	}
}

func lost(id fetch.RequestID) chromedp.Action {
	return fetch.FailRequest(id, network.ErrorReasonInternetDisconnected)
}

// unanswered leaves the request waiting.
func unanswered(fetch.RequestID) chromedp.Action { return nil }

// between stands between the browser and the program.
type between struct {
	mu    sync.Mutex
	wrong wrong
}

func (b *between) use(w wrong) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = w
}

func (w *window) stepBetween() *between {
	b := &between{}
	chromedp.ListenTarget(w.ctx, func(event any) {
		if paused, ok := event.(*fetch.EventRequestPaused); ok {
			go b.answer(w.ctx, paused) // an event's listener may not ask the browser
		}
	})
	w.do(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*"}}))
	return b
}

func (b *between) answer(ctx context.Context, paused *fetch.EventRequestPaused) {
	b.mu.Lock()
	wrong := b.wrong
	b.mu.Unlock()
	action := chromedp.Action(fetch.ContinueRequest(paused.RequestID))
	if wrong != nil && paused.Request.Method == http.MethodPost {
		action = wrong(paused.RequestID)
	}
	if action != nil {
		_ = chromedp.Run(ctx, action) // fails only when the window is gone, which the story notices
	}
}

// endedSession signs out in another window while a dialog is open. The form leads to the sign-in, and
// that leads back to the form.
func endedSession(s *stage) {
	w := s.as("Amina Diallo")
	w.provokes(http.StatusUnauthorized)
	w.click("#new-token-button")
	w.click("#new-token .menu-item")
	w.fill("#f-name", "typed too late")

	other := w.another()
	other.open("/profile")
	other.click("#account-button")
	other.click("#account form button")
	other.until(`location.pathname === "/sign-in"`)

	w.click("#f-submit")
	w.until(`location.pathname === "/sign-in" && $("#f-password")`)
	if next := w.text(`new URLSearchParams(location.search).get("next")`); !strings.HasSuffix(next, "/tokens/new") {
		s.failf("the way back is %s", next)
	}
	w.fill("#f-email", "amina.diallo@acme.example")
	w.fill("#f-password", s.password())
	w.press("\r")
	w.until(`location.pathname.endsWith("/tokens/new") && $(".dialog-page #f-name")`)
}
