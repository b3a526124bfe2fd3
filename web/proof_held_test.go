package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"dagpass/internal/dagpasstest"
)

// holdHeader marks a request over a real connection that the server is to hold.
const holdHeader = "X-Test-Hold"

// held are requests that have begun and are stopped: those that read before the first byte of their answer,
// when everything is decided; those that change something before the last byte of their body has come.
type held struct {
	begun   sync.WaitGroup
	release chan struct{}
	letGo   func()
	ended   sync.WaitGroup

	mu       sync.Mutex
	survived []string // which were carried out, or streamed, to their end
}

// serve holds the requests that come over a socket and are to be held.
func (l *life) serve(w http.ResponseWriter, r *http.Request) {
	r.RemoteAddr = "192.0.2.7:40000"
	if stop, ok := l.holds.LoadAndDelete(r.Header.Get(holdHeader)); ok {
		w = &holdingWriter{ResponseWriter: w, stop: stop.(func())}
	}
	l.h.Handler.ServeHTTP(w, r)
}

// begin sends a request with each of the credentials and returns when all of them are held.
func (l *life) begin(names []string) *held {
	l.Helper()
	h := &held{release: make(chan struct{})}
	h.letGo = sync.OnceFunc(func() { close(h.release) })
	l.Cleanup(h.letGo) // also when the event failed
	for _, c := range l.credentials {
		if !slices.Contains(names, c.name) {
			continue
		}
		h.begun.Add(1)
		h.ended.Go(func() { l.hold(h, c) })
	}
	h.begun.Wait()
	return h
}

func (l *life) hold(h *held, c credential) {
	stop := sync.OnceFunc(func() {
		h.begun.Done()
		<-h.release
	})
	defer stop() // whatever became of it
	if c.client != nil {
		l.holds.Store(c.name, stop)
		whole := l.overSocket(c, c.name)
		h.note(whole && c.name == anExport, c.name)
		return
	}
	r, w := c.request(), httptest.NewRecorder()
	if r.Method == http.MethodGet {
		l.h.Handler.ServeHTTP(&holdingWriter{ResponseWriter: w, stop: stop}, r)
		return
	}
	r.Body = io.NopCloser(&holdingReader{r.Body, stop})
	l.h.Handler.ServeHTTP(w, r)
	h.note(w.Code == http.StatusOK, c.name)
}

// note remembers what was done after its right had ended.
func (h *held) note(done bool, name string) {
	if !done {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.survived = append(h.survived, name)
}

// finish lets the requests go on, and fails for each that was carried out although its right had ended. It
// returns how many there were.
func (h *held) finish(t *testing.T) int {
	t.Helper()
	h.letGo()
	h.ended.Wait()
	for _, name := range h.survived {
		t.Errorf("during: %s was served to its end", name)
	}
	return len(h.survived)
}

type holdingReader struct {
	io.Reader
	stop func()
}

func (r *holdingReader) Read(p []byte) (int, error) {
	r.stop()
	return r.Reader.Read(p)
}

type holdingWriter struct {
	http.ResponseWriter
	stop func()
}

func (w *holdingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *holdingWriter) WriteHeader(status int) {
	w.stop()
	w.ResponseWriter.WriteHeader(status)
}

func (w *holdingWriter) Write(p []byte) (int, error) {
	w.stop()
	return w.ResponseWriter.Write(p)
}

// visitor is a request of a browser, program one of a program.
func visitor(method, path, session string, form url.Values) *http.Request {
	r := heldRequest(method, path, form)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Origin", dagpasstest.PublicURL)
	}
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-dagpass", Value: session})
	}
	return r
}

func program(method, path, value string, form url.Values) *http.Request {
	r := heldRequest(method, path, form)
	if value != "" {
		r.Header.Set("Authorization", "Bearer "+value)
	}
	return r
}

func heldRequest(method, path string, form url.Values) *http.Request {
	r := httptest.NewRequest(method, dagpasstest.PublicURL+path, nil)
	if form != nil {
		r = httptest.NewRequest(method, dagpasstest.PublicURL+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.RemoteAddr = "192.0.2.7:40000"
	return r
}
