package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// witness notes what no story may do: errors in the console, violations of the content security
// policy and requests to other origins. It also keeps the requests that changed something.
//
// Each kind was seen to be noted once: with a console.error in app.js, with a style attribute in a
// page, and with an image of another origin.
type witness struct {
	origin string

	mu        sync.Mutex
	problems  []string
	posts     []string // paths
	tolerated []int    // status codes that the story provokes
	faulty    bool     // the story breaks the connection
	leads     string   // another origin that the story leads to
}

func newWitness(origin string) *witness { return &witness{origin: origin} }

// watch turns on what the driver does not.
func (w *witness) watch() chromedp.Action { return audits.Enable() }

// provokes tells that answers with these statuses are part of the story.
func (w *witness) provokes(statuses ...int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tolerated = append(w.tolerated, statuses...)
}

// breaks tells that requests without an answer are part of the story.
func (w *witness) breaks() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faulty = true
}

// leadsTo tells that requests to another origin are part of the story.
func (w *witness) leadsTo(origin string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leads = origin
}

// forgive forgets what was noted with a text in it, and reports whether there was any.
func (w *witness) forgive(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := len(w.problems)
	w.problems = slices.DeleteFunc(w.problems, func(p string) bool { return strings.Contains(p, text) })
	return len(w.problems) < before
}

// sent returns how many POST requests went to paths that end so.
func (w *witness) sent(suffix string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, path := range w.posts {
		if strings.HasSuffix(path, suffix) {
			n++
		}
	}
	return n
}

func (w *witness) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		w.note("exception: %s", e.ExceptionDetails)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeAssert {
			w.seeConsole(e)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError && !w.provoked(e.Entry.Text) {
			w.note("console: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if csp := e.Issue.Details.ContentSecurityPolicyIssueDetails; csp != nil {
			w.note("content security policy: %s %s", csp.ViolatedDirective, csp.BlockedURL)
		}
	case *network.EventRequestWillBeSent:
		w.seeRequest(e.Request)
	}
}

func (w *witness) seeConsole(e *runtime.EventConsoleAPICalled) {
	var text []string
	for _, argument := range e.Args {
		text = append(text, argument.Description+string(argument.Value))
	}
	if !w.faulty {
		w.note("console: %s", strings.Join(text, " "))
	}
}

func (w *witness) seeRequest(r *network.Request) {
	to, err := url.Parse(r.URL)
	switch {
	case err != nil:
		w.note("request to %q", r.URL)
	case to.Scheme == "data" || to.Scheme == "chrome-error":
	case to.Scheme+"://"+to.Host == w.leads:
	case to.Scheme+"://"+to.Host != w.origin:
		w.note("request to another origin: %s", r.URL)
	case r.Method == "POST":
		w.posts = append(w.posts, to.Path)
	}
}

func (w *witness) provoked(line string) bool {
	return w.faulty && strings.Contains(line, "net::ERR_") || slices.ContainsFunc(w.tolerated, func(status int) bool {
		return strings.Contains(line, fmt.Sprintf("responded with a status of %d ", status))
	})
}

// complain notes a problem that the story goes on after, so that all of them are seen at once.
func (w *witness) complain(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note(format, args...)
}

func (w *witness) note(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

func (w *witness) noted() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.problems)
}

// mustBeClean fails for what was noted, and for anything that was stored in the browser.
func (w *window) mustBeClean() {
	w.mustStoreNothing()
	if problems := w.noted(); len(problems) > 0 {
		w.failf("%s", strings.Join(problems, "\n"))
	}
}

// mustStoreNothing looks at the web storage; the browser's own error pages have none.
func (w *window) mustStoreNothing() {
	w.must(`!location.protocol.startsWith("http") || localStorage.length + sessionStorage.length === 0`)
}
