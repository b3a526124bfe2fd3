package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"dagpass/internal/dagpasstest"
)

// send sends the request into a house.
func (q probe) send(h *dagpasstest.House, who prober) (a answer) {
	r := httptest.NewRequestWithContext(h.Context(), q.method, dagpasstest.PublicURL+q.path, io.NopCloser(strings.NewReader(q.body)))
	r.ContentLength = int64(len(q.body))
	r.RemoteAddr = "192.0.2.7:40000"
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0")
	if q.kind != "" {
		r.Header.Set("Content-Type", q.kind)
	}
	if q.api && who.value != "" {
		r.Header.Set("Authorization", "Bearer "+who.value)
	}
	if !q.api {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if q.method == http.MethodPost {
			r.Header.Set("Origin", dagpasstest.PublicURL)
		}
		if who.session != "" {
			r.AddCookie(&http.Cookie{Name: "__Host-dagpass", Value: who.session})
		}
	}
	w := httptest.NewRecorder()
	defer func() {
		if cause := recover(); cause != nil {
			if cause != http.ErrAbortHandler {
				panic(cause)
			}
			a.cut = true
		}
	}()
	h.Handler.ServeHTTP(w, r)
	return answer{status: w.Code, header: w.Header(), location: w.Header().Get("Location"), body: w.Body.String()}
}

// answer is a response, read whole.
type answer struct {
	status   int
	header   http.Header
	location string
	body     string
	cut      bool // the connection was ended instead
}

// same reports whether this is the other answer, whole.
func (a answer) same(other answer) bool {
	return a.status == other.status && a.location == other.location && a.body == other.body && !a.cut
}

// good reports whether this is what somebody who may gets.
func (a answer) good() bool {
	elsewhere := strings.HasPrefix(a.location, "/sign-in?") || strings.HasPrefix(a.location, "/reauth?")
	return !a.cut && (a.status < 300 || a.status == http.StatusSeeOther && !elsewhere)
}

// like reports whether this is the other answer, in however few words: a refusal and a value that is shown
// once may stand without the frame of the page.
func (a answer) like(other answer) bool {
	return a.status == other.status && a.location == other.location && !a.cut
}

// secret is the value that the answer shows, "" for none.
func (a answer) secret() string {
	_, after, _ := strings.Cut(a.body, "data-secret")
	value, _, _ := strings.Cut(after, "</textarea>")
	return value
}

// failed reports whether the answer says that the server could not do it.
func (a answer) failed() bool { return a.cut || a.status == http.StatusServiceUnavailable }

// misses says what an error lacks that ours have, "" for nothing.
func (a answer) misses(r probe) string {
	if a.cut {
		return ""
	}
	if a.header.Get("Retry-After") == "" {
		return "no Retry-After"
	}
	mark := "Dagpass is busy" // the page's title
	if r.api {
		mark = `"statusCode":503`
	}
	if !strings.Contains(a.body, mark) {
		return fmt.Sprintf("the body lacks %s", mark)
	}
	return ""
}
