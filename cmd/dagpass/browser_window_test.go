package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// window is one window of the browser. Expressions given to it are JavaScript, evaluated outside
// the page's own scripts, so that they work with scripts off; $ is document.querySelector.
type window struct {
	*stage
	ctx     context.Context
	cancel  context.CancelFunc
	profile cdp.BrowserContextID
	*witness
}

// window opens an empty window with a profile of its own: no cookies, no history.
func (s *stage) window() *window {
	var profile cdp.BrowserContextID
	s.check(s.chrome.do(func(ctx context.Context) (err error) {
		profile, err = target.CreateBrowserContext().Do(ctx)
		return err
	}))
	s.profiles = append(s.profiles, profile)
	return s.windowOf(profile)
}

// another opens a second window of the same profile.
func (w *window) another() *window { return w.windowOf(w.profile) }

func (s *stage) windowOf(profile cdp.BrowserContextID) *window {
	var id target.ID
	s.check(s.chrome.do(func(ctx context.Context) (err error) {
		id, err = target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(ctx)
		return err
	}))
	ctx, cancel := chromedp.NewContext(s.chrome.ctx, chromedp.WithTargetID(id))
	w := &window{stage: s, ctx: ctx, cancel: cancel, profile: profile, witness: newWitness(s.url)}
	s.windows = append(s.windows, w)
	chromedp.ListenTarget(ctx, w.see)
	w.allowClipboard()
	w.check(chromedp.Run(ctx)) // the first run lives as long as its context, so it gets no timeout
	w.do(w.watch(), emulation.SetDeviceMetricsOverride(1280, 900, 1, false))
	return w
}

func (w *window) allowClipboard() {
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		allow := browser.SetPermission(&browser.PermissionDescriptor{Name: name}, browser.PermissionSettingGranted)
		w.check(w.chrome.do(allow.WithOrigin(w.url).WithBrowserContextID(w.profile).Do))
	}
}

func (w *window) do(actions ...chromedp.Action) { w.check(w.try(actions...)) }

func (w *window) try(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

// open goes to a path, like somebody who types an address.
func (w *window) open(path string) { w.do(chromedp.Navigate(w.url + path)) }

func (w *window) reload() { w.do(chromedp.Reload()) }

// travel goes to an entry of the history, counted from the present one. A page that comes out of the
// back/forward cache sends no load event, and while pages change places the browser answers nothing,
// so the position is what is waited for.
func (w *window) travel(steps int64) {
	at, entries, err := w.history()
	w.check(err)
	w.eventually("the way through the history", func() bool {
		return w.try(page.NavigateToHistoryEntry(entries[at+steps].ID)) == nil
	})
	w.eventually(fmt.Sprintf("history entry %d", at+steps), func() bool {
		now, _, err := w.history()
		return err == nil && now == at+steps && w.is(`document.readyState === "complete"`)
	})
}

func (w *window) history() (at int64, entries []*page.NavigationEntry, err error) {
	err = w.try(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		at, entries, err = page.GetNavigationHistory().Do(ctx)
		return err
	}))
	return at, entries, err
}

// evaluate returns an expression's value as JSON.
func (w *window) evaluate(expression string) (json.RawMessage, error) {
	var value json.RawMessage
	err := w.try(chromedp.ActionFunc(func(ctx context.Context) error {
		result, thrown, err := runtime.Evaluate(expression).
			WithReturnByValue(true).WithAwaitPromise(true).WithIncludeCommandLineAPI(true).WithUserGesture(true).Do(ctx)
		if err != nil {
			return err
		}
		if thrown != nil {
			return thrown
		}
		value = json.RawMessage(result.Value)
		return nil
	}))
	return value, err
}

// run evaluates for the effect.
func (w *window) run(expression string) {
	_, err := w.evaluate(expression)
	if err != nil {
		w.failf("%.200s: %w", expression, err)
	}
}

// text evaluates to a string; a promise is waited for.
func (w *window) text(expression string) string {
	var text string
	value, err := w.evaluate("(async () => String(await " + expression + "))()")
	if err == nil {
		err = json.Unmarshal(value, &text)
	}
	if err != nil {
		w.failf("%.200s: %w", expression, err)
	}
	return text
}

// is evaluates to a truth. An expression that can't be evaluated, as between two pages, is not true.
func (w *window) is(expression string) bool {
	value, err := w.evaluate("Boolean(" + expression + ")")
	return err == nil && string(value) == "true"
}

// until waits for an expression to become true.
func (w *window) until(expression string) {
	w.eventually(expression, func() bool { return w.is(expression) })
}

// must fails unless an expression is true now.
func (w *window) must(expression string) {
	if !w.is(expression) {
		w.failf("not true: %s\n%s", expression, w.report())
	}
}

// eventually waits for a condition, and not longer.
func (w *window) eventually(what string, condition func() bool) {
	again := time.NewTicker(15 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience / 2)
	for !condition() {
		select {
		case <-again.C:
		case <-deadline:
			w.failf("never: %s\n%s", what, w.report())
		}
	}
}

// report says where a window is, for a failure.
func (w *window) report() string {
	const state = `location.href + "\nfocus: " + document.activeElement?.outerHTML.slice(0, 200) + "\n" +
		($("dialog[open]") ?? document.body).innerText.slice(0, 1500)`
	value, err := w.evaluate(state)
	if err != nil {
		return err.Error()
	}
	var text string
	_ = json.Unmarshal(value, &text) // a report with less is one still
	return text
}

// quote writes a string as JavaScript does.
func quote(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		return `""` // strings have no other form
	}
	return string(quoted)
}

// click presses the mouse in the middle of the element that a selector finds, once it is there and
// nothing covers it.
func (w *window) click(selector string) {
	var at []float64
	w.eventually("something to click at "+selector, func() bool {
		before := at
		value, err := w.evaluate(fmt.Sprintf(clickable, quote(selector)))
		at = nil
		// A page that is still being laid out, or scrolled to what has the focus, moves under the mouse.
		return err == nil && json.Unmarshal(value, &at) == nil && len(at) == 2 && slices.Equal(at, before)
	})
	w.do(chromedp.MouseClickXY(at[0], at[1]))
}

const clickable = `(() => {
	const element = $(%s);
	if (!element || document.readyState !== "complete") return null;
	element.scrollIntoView({ block: "nearest", behavior: "instant" });
	const box = element.getClientRects()[0];
	if (!box) return null;
	const x = box.x + box.width / 2, y = box.y + box.height / 2;
	const top = document.elementFromPoint(x, y);
	return top && (element.contains(top) || top.contains(element) && top.matches("label")) ? [x, y] : null;
})()`

// press sends a key, or each key of a text. The character travels with the key, as from a real
// keyboard: where a page takes the key for itself, no character follows.
func (w *window) press(keys ...string) {
	var events []chromedp.Action
	for _, key := range strings.Join(keys, "") {
		for _, event := range kb.Encode(key) {
			switch {
			case event.Type != input.KeyChar:
				events = append(events, event)
			case len(events) > 0:
				down := events[len(events)-1].(*input.DispatchKeyEventParams)
				down.Text, down.UnmodifiedText = event.Text, event.UnmodifiedText
			}
		}
	}
	w.do(events...)
}

// tabTo moves the focus with the Tab key until it is on an element.
func (w *window) tabTo(selector string) {
	const most = 80 // more stops than any of our pages has
	for range most {
		if w.focused(selector) {
			return
		}
		w.press("\t")
	}
	w.failf("Tab never reaches %s\n%s", selector, w.report())
}

func (w *window) focused(selector string) bool { return w.is(focusedOn(selector)) }

func focusedOn(selector string) string {
	return `document.activeElement?.matches(` + quote(selector) + `)`
}

// fill replaces what stands in a field.
func (w *window) fill(selector, text string) {
	w.until(`$(` + quote(selector) + `)`)
	w.run(`$(` + quote(selector) + `).focus()`)
	w.run(`$(` + quote(selector) + `).select()`)
	if text == "" {
		w.press("\b")
		return
	}
	w.do(input.InsertText(text))
}

// choose picks an option of a select by the start of its label, by typing it.
func (w *window) choose(selector, label string) {
	w.until(`$(` + quote(selector) + `)`)
	w.run(`$(` + quote(selector) + `).focus()`)
	w.press(label)
	w.until(`$(` + quote(selector) + `).selectedOptions[0]?.label.startsWith(` + quote(label) + `)`)
}

// turnScriptsOff leaves the pages as all there is.
func (w *window) turnScriptsOff() { w.do(emulation.SetScriptExecutionDisabled(true)) }

// as opens a window in which somebody of the demo is signed in, by their one-time link.
func (s *stage) as(person string) *window {
	w := s.window()
	w.open(s.signInLink(person))
	w.until(focusedOn("[data-if-code] button"))
	w.press("\r")
	w.until(`$("#account-button")`)
	return w
}

// signInLink is the path of a person's one-time link.
func (s *stage) signInLink(person string) string {
	found := regexp.MustCompile(regexp.QuoteMeta(person) + `\s+http://[^/\s]+(/sign-in#\S+)`).FindStringSubmatch(s.stderr.String())
	if found == nil {
		s.failf("no link for %s", person)
	}
	return found[1]
}

// password is the one that everybody of a demo has.
func (s *stage) password() string {
	found := regexp.MustCompile(`Password of all of them[^:]*:\s+(\S+)`).FindStringSubmatch(s.stderr.String())
	if found == nil {
		s.failf("no password")
	}
	return found[1]
}
