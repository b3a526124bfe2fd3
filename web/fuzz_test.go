package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

// FuzzNext: wherever a sign-in is asked to lead, the browser stays on this server. That is decided as
// browsers decide it: by resolving the Location against the page, with backslashes as slashes and without
// tabs and line breaks.
func FuzzNext(f *testing.F) {
	for _, s := range []string{
		"", "/", "/w/x?q=1&status=soon", "//evil.example", `/\evil.example`, "/%09/evil.example", "/\t/evil.example", "https:evil.example", "///x", "/x\r\nSet-Cookie: a=b",
		"http://u:p@h/", "/.//evil.example", "/..//evil.example", "/%2f%2fevil.example", "/a/../\u2215evil", "javascript:alert(1)", "/?next=//evil.example", "/#//x", "/%5cevil.example", "?x", "/\u0000",
	} {
		f.Add(s)
	}
	page, err := url.Parse("https://dagpass.example.org/sign-in?next=x")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := safeNext(next)
		if got != next && got != "/" {
			t.Fatalf("%q becomes %q", next, got)
		}
		if safeNext(got) != got {
			t.Fatalf("%q is taken and then refused", got)
		}
		read := strings.NewReplacer(`\`, "/", "\t", "", "\n", "", "\r", "").Replace(got)
		to, err := page.Parse(read)
		if err != nil || to.Scheme != page.Scheme || to.Host != page.Host || to.User != nil || strings.HasPrefix(read, "//") {
			t.Fatalf("%q leads to %v, %v", next, to, err)
		}
		w := httptest.NewRecorder()
		if err := echo.New().NewContext(httptest.NewRequest("POST", "/sign-in", nil), w).Redirect(http.StatusSeeOther, got); err != nil || len(w.Header()) != 1 || w.Header().Get("Location") != got {
			t.Fatalf("%q is sent as %v, %v", next, w.Header(), err)
		}
	})
}

// FuzzForm: a form that is taken has each field once, from the body alone, and no more fields than it may.
func FuzzForm(f *testing.F) {
	for _, s := range []string{
		"name=ci&role=WORKSPACE_MEMBER", "role=a&role=b", "choice=a&choice=b", "%zz", "a=b;c=d", "=x", "&&&", "a=\xff", strings.Repeat("a=1&", 200), "n%00=1", "role%5B%5D=a",
	} {
		f.Add(s, "role=WORKSPACE_OWNER")
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		r := httptest.NewRequest("POST", "/w/x/tokens", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := readForm(echo.New().NewContext(r, httptest.NewRecorder()), "choice")
		if err != nil {
			return
		}
		sent, err := url.ParseQuery(body)
		if err != nil || len(got.values) > maxFields || len(got.values) != len(sent) {
			t.Fatalf("%q gives %v, %v", body, got.values, err)
		}
		for name, values := range got.values {
			if len(values) > 1 && name != "choice" || len(values) != len(sent[name]) || values[0] != sent[name][0] {
				t.Fatalf("%q, behind %q, gives %s = %q", body, query, name, values)
			}
		}
	})
}

// FuzzUpload: of an upload nothing but the two expected fields is taken, each at most once.
func FuzzUpload(f *testing.F) {
	const head = "--b\r\nContent-Disposition: form-data; name=\"lines\"\r\n\r\na@b.c X\r\n"
	for _, s := range []string{
		head + "--b--\r\n", head + head + "--b--", head, "--b--", "--b\r\n\r\n\r\n--b--", "", strings.ReplaceAll(head, "lines", "other") + "--b--",
		head + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../x\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n--b--\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "/w/x/people", strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		got, err := readUpload(echo.New().NewContext(r, httptest.NewRecorder()), "lines", "file")
		if err != nil {
			if got != nil {
				t.Fatalf("%q gives %v beside %v", body, got, err)
			}
			return
		}
		for name, text := range got {
			if (name != "lines" && name != "file") || len(text) > len(body) {
				t.Fatalf("%q gives %s = %q", body, name, text)
			}
		}
	})
}

// FuzzCookie: a session id that is looked up is the value of the one cookie of its name, and never that of
// a cookie with another name or of one of two.
func FuzzCookie(f *testing.F) {
	id := strings.Repeat("a", 43)
	for _, s := range []string{
		"", sessionCookie + "=" + id, sessionCookie + "=" + id + "; " + sessionCookie + "=x", "dagpass=" + id, "__host-dagpass=" + id, " " + sessionCookie + " =" + id,
		sessionCookie + "=\"" + id + "\"", "a=b;" + sessionCookie + "=" + id, sessionCookie + "=" + id + "\x00", sessionCookie, "=" + sessionCookie,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Cookie"] = []string{header}
		got := cookieValue(r, sessionCookie).Reveal()
		if got == "" {
			return
		}
		if strings.ContainsAny(got, ";\"\\\x00\r\n") {
			t.Fatalf("%q gives %q", header, got)
		}
		given := 0
		for part := range strings.SplitSeq(header, ";") {
			if name, _, _ := strings.Cut(part, "="); strings.Trim(name, " \t") == sessionCookie {
				given++
			}
		}
		if given != 1 {
			t.Fatalf("%q gives %q, of %d cookies of the name", header, got, given)
		}
	})
}
