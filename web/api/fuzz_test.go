package api

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
)

// FuzzBearer: what is taken from Authorization headers is all of the one header that was sent, behind its
// scheme and one space.
func FuzzBearer(f *testing.F) {
	value := strings.Repeat("a", 20) + "." + strings.Repeat("b", 20) + "." + strings.Repeat("c", 86)
	for _, s := range []string{
		"", " ", "Bearer", "Bearer ", "bearer " + value, "BEARER  " + value, "Basic " + value, "Bearer\t" + value, value,
		"Bearer " + value + " ", "Bearer " + value + ",Bearer " + value, "Bearer\u00a0" + value, "ﬀBearer x",
	} {
		f.Add(s, "")
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		if got := bearer([]string{one, other}); got != "" {
			t.Fatalf("two headers give %q", got)
		}
		got := bearer([]string{one})
		if got == "" {
			return
		}
		scheme := strings.TrimSuffix(one, got)
		if len(scheme) != len("Bearer ") || !strings.EqualFold(scheme, "Bearer ") {
			t.Fatalf("%q gives %q", one, got)
		}
	})
}

// FuzzBody: a body that is taken is one JSON object in UTF-8, and what was read of it, written again, is
// read as the same. One that is refused says why.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `null`, `[]`, `{"name":"a","days":9,"on":true,"roles":[{"role":"b"}],"note":null}`, `{"name":"a","name":"b"}`, `{"NAME":"a"}`,
		`{} {}`, "\ufeff{}", `{"days":1e2}`, `{"days":1.0}`, `{"days":-0}`, `{"name":"\ud800"}`, "{\"name\":\"\xff\"}", `{"roles":[{"Role":"a"}]}`,
		strings.Repeat(`[`, 10_000), strings.Repeat(`{"x":`, 30) + `1` + strings.Repeat(`}`, 30), `{"n\u0061me":"a"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, err := read("application/json", body)
		if err != nil {
			if access.CodeOf(err) != access.Invalid || len(access.AsError(err).Fields) == 0 {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		if start := strings.TrimLeft(body, " \t\r\n"); !utf8.ValidString(body) || (!strings.HasPrefix(start, "{") && !strings.HasPrefix(start, "null")) {
			t.Fatalf("%q is taken", body)
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := read("application/json", string(text))
		if got.Roles == nil {
			again.Roles = nil // written as an empty list
		}
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Fatalf("%q becomes %s: %v %s", body, text, err, diff)
		}
	})
}

// FuzzQuery: whatever stands in a query, a list gets bounds that are allowed and is sorted by fields that
// exist, each once; of two bounds none is chosen.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"", "limit=20&offset=0", "limit=1001", "limit=-1", "limit=0x10", "limit=+5", "offset=1e3", "limit=1&limit=2", "limit=١",
		"sorts=name:asc&sorts=createdAt:desc", "sorts=name:asc&sorts=name:desc", "sorts=id%3B--:asc", "sorts=name", "%zz", "a;b", "sorts=name:asc:desc",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", "/v1/things", nil)
		r.URL.RawQuery = query
		in := newInput(echo.New().NewContext(r, httptest.NewRecorder()))
		l := readPage(in, sortName, sortCreatedAt)
		if l.limit < 0 || l.limit > maxLimit || l.offset < 0 || l.offset > maxOffset {
			t.Fatalf("%q: %+v", query, l)
		}
		seen := map[string]bool{}
		for _, s := range l.sorts {
			if (s.By != sortName && s.By != sortCreatedAt) || seen[s.By] {
				t.Fatalf("%q: %+v", query, l.sorts)
			}
			seen[s.By] = true
		}
		if q, err := url.ParseQuery(query); in.err() == nil && (err != nil || len(q["limit"]) > 1 || len(q["offset"]) > 1) {
			t.Fatalf("%q is taken", query)
		}
	})
}

// FuzzTokenRequest: of a form that is taken, what counts was given once in the body and is not empty.
// Nothing comes from the query.
func FuzzTokenRequest(f *testing.F) {
	for _, s := range []string{
		"grant_type=authorization_code&client_id=astro-cli&code=c&code_verifier=v&redirect_uri=http%3A%2F%2Flocalhost",
		"grant_type=refresh_token&client_id=astro-cli&refresh_token=r", "grant_type=refresh_token&grant_type=x&client_id=a&refresh_token=r",
		"grant_type=", "%", "a=b;c=d", strings.Repeat("a&", 2000), "client_id=\xff&grant_type=x",
	} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		in := newInput(echo.New().NewContext(r, httptest.NewRecorder()))
		in.problems = nil // those of the query, which this request does not read
		got := readTokenRequest(in)
		if in.err() != nil {
			return
		}
		form, err := url.ParseQuery(body)
		if err != nil {
			t.Fatalf("%q is taken", body)
		}
		for name, value := range map[string]string{
			"grant_type": got.grant, "client_id": got.Program, "code": got.Code, "code_verifier": got.Verifier,
			"redirect_uri": got.RedirectURI, "refresh_token": got.refresh,
		} {
			if value != "" && (len(form[name]) != 1 || form[name][0] != value) {
				t.Fatalf("%q gives the %s %q", body, name, value)
			}
		}
		if got.grant == "" || got.Program == "" || (got.grant == refreshGrant) != (got.refresh != "") || (got.grant == codeGrant) != (got.Code != "" && got.Verifier != "") {
			t.Fatalf("%q is taken as %+v", body, got)
		}
	})
}
