package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
	"dagpass/web"
	"dagpass/web/api"
)

// ambiguous are bodies that two programs could read in two ways, or that are no JSON.
var ambiguous = map[string]string{
	"nothing":                 "",
	"a member twice":          `{"name":"a","name":"b"}`,
	"an unknown member twice": `{"x":1,"x":2}`,
	"a member twice, deep":    `{"x":{"y":1,"y":2}}`,
	"the same by an escape":   `{"name":"a","\u006eame":"b"}`,
	"21 levels":               strings.Repeat(`{"x":`, 21) + "1" + strings.Repeat("}", 21),
	"10,001 levels":           strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
	"a byte order mark":       "\ufeff{}",
	"NaN":                     `{"x":NaN}`,
	"Infinity":                `{"x":-Infinity}`,
	"a zero in front":         `{"x":01}`,
	"a plus sign":             `{"x":+1}`,
	"a second object":         `{}{}`,
	"a word behind it":        `{} x`,
	"a comma at the end":      `{"x":1,}`,
	"a comment":               `{/**/"x":1}`,
	"single quotes":           `{'x':1}`,
	"no quotes":               `{x:1}`,
	"bytes that are no UTF-8": "{\"x\":\"\xff\"}",
	"half a surrogate":        `{"x":"\ud800"}`,
	"a control character":     "{\"x\":\"a\x01\"}",
	"NUL behind it":           "{}\x00",
	"half an object":          `{"x":`,
	"a list":                  `[]`,
	"a text":                  `"x"`,
	"null and more":           `null{}`,
}

// TestProof_StrictJSON sends every POST of the API bodies that it must not guess about: each is 400, and
// changes nothing.
//
// Seen to fail with duplicate names allowed in the decoder, and without the limit of levels.
func TestProof_StrictJSON(t *testing.T) {
	n := newNaughty(t)
	ids := strings.NewReplacer(":org", string(n.Org.ID), ":workspace", string(n.Workspace.ID), ":token", lastPart(n.things[1].api), ":team", lastPart(n.things[4].api),
		":role", lastPart(n.things[5].api), ":user", string(n.House.Owner.ID))
	before, tried, wrong := withoutRecord(n.Dump()), 0, 0
	for _, r := range api.Routes() {
		if r.Method != http.MethodPost || r.Action == api.Absent || strings.HasPrefix(r.Path, "/oauth/") || strings.HasSuffix(r.Path, "/rotate") {
			continue // they read no JSON
		}
		for name, body := range ambiguous {
			tried++
			if status, answer := n.Call("POST", ids.Replace(r.Path), n.value, body); status != http.StatusBadRequest && !(body == "" && status == http.StatusUnsupportedMediaType) {
				wrong++
				t.Errorf("%s with %s: %d %s", r.Path, name, status, answer)
			}
		}
	}
	for name, body := range map[string]string{
		"the name in another case":      `{"name":"a","NAME":"b","scope":"ORGANIZATION","role":"ORGANIZATION_MEMBER"}`,
		"the role in another case":      `{"name":"a","scope":"ORGANIZATION","role":"ORGANIZATION_MEMBER","Role":"ORGANIZATION_OWNER"}`,
		"a number that is no integer":   `{"name":"a","scope":"ORGANIZATION","role":"ORGANIZATION_MEMBER","tokenExpiryPeriodInDays":1e2}`,
		"a number with a point":         `{"name":"a","scope":"ORGANIZATION","role":"ORGANIZATION_MEMBER","tokenExpiryPeriodInDays":1.0}`,
		"a number that is too large":    `{"name":"a","scope":"ORGANIZATION","role":"ORGANIZATION_MEMBER","tokenExpiryPeriodInDays":99999999999999999999}`,
		"a number in quotes":            `{"name":"a","scope":"ORGANIZATION","role":"ORGANIZATION_MEMBER","tokenExpiryPeriodInDays":"90"}`,
		"a list instead of a text":      `{"name":["a"],"scope":"ORGANIZATION","role":"ORGANIZATION_MEMBER"}`,
		"an object instead of the role": `{"name":"a","scope":"ORGANIZATION","role":{"$ne":null}}`,
	} {
		tried++
		if status, answer := n.Call("POST", n.things[3].api+"/tokens", n.value, body); status != http.StatusBadRequest {
			wrong++
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	if after := withoutRecord(n.Dump()); after != before {
		t.Errorf("something changed:\n%s", cmp.Diff(before, after))
	}
	proof.Figure(t, "%d ambiguous bodies, %d accepted", tried, wrong)
}

func lastPart(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// overreaching are members that no request may set.
const overreaching = `"id":"c00000000000000000000000z","organizationId":"c00000000000000000000000z","workspaceId":"c00000000000000000000000z","role":"ORGANIZATION_OWNER",` +
	`"organizationRole":"ORGANIZATION_OWNER","roles":[{"role":"ORGANIZATION_OWNER"}],"type":"ORGANIZATION","scope":"ORGANIZATION","state":"ended","status":"BANNED","createdAt":"2001-01-01T00:00:00Z",` +
	`"createdBy":{"id":"c00000000000000000000000z"},"updatedBy":{"id":"x"},"expiryPeriodInDays":0,"endAt":"2099-01-01T00:00:00Z","startAt":"2001-01-01T00:00:00Z","lastUsedAt":"2001-01-01T00:00:00Z",` +
	`"generation":99,"version":99,"hash":"x","value_mac":"x","row_mac":"x","token":"x","isIdpManaged":true,"shortToken":"x","rolesCount":9`

// TestProof_MassAssignment sends members and parameters that a request has no business with. Nothing but what
// the form or the operation is for changes. What answers hold is pinned by the golden files of web/api.
//
// Seen to fail with fields of forms taken from the query first.
func TestProof_MassAssignment(t *testing.T) {
	n := newNaughty(t)
	tried, wrong := 0, 0
	for _, thing := range n.things {
		if thing.member != "name" {
			continue
		}
		tried++
		n.Call("POST", thing.api, n.value, n.body(thing, "description", "described"))
		before := n.object(thing)
		query := "?role=ORGANIZATION_OWNER&name=evil&id=c00000000000000000000000z&organizationId=x&access_token=x"
		status, answer := n.Call("POST", thing.api+query, n.value, strings.TrimSuffix(n.body(thing, "name", "renamed"), "}")+","+overreaching+"}")
		if status != http.StatusOK || n.read(thing, "name") != "renamed" {
			t.Errorf("%s: %d %s", thing.name, status, answer)
		}
		if diff := cmp.Diff(before, n.object(thing)); diff != "" {
			wrong++
			t.Errorf("%s: more than its name changed:\n%s", thing.name, diff)
		}
	}
	b := n.Browser(n.House.Owner)
	key := b.Get(tokensPath(n.House) + "/new").Form("Create API token").Value("form_key")
	form := url.Values{"name": {"plain"}, "role": {"WORKSPACE_MEMBER"}, "expiration": {"30"}, "form_key": {key}, "id": {"c00000000000000000000000z"}, "organization": {"x"}, "workspace": {"x"},
		"created_by": {"x"}, "generation": {"99"}, "version": {"99"}, "state": {"ended"}, "_method": {"DELETE"}}
	b.Post(tokensPath(n.House)+"?role=WORKSPACE_OWNER&name=evil&expiration=3650", form).Status(200)
	tried++
	if got, want := n.named("plain"), "1 named so, WORKSPACE_MEMBER, for 30 days"; got != want || n.named("evil") != "0 named so" {
		wrong++
		t.Errorf("the form made %s", got)
	}
	proof.Figure(t, "%d requests with members and parameters too many, %d had an effect", tried, wrong)
}

// named tells of the tokens of a name.
func (n *naughty) named(name string) string {
	n.Helper()
	_, answer := n.Call("GET", n.things[3].api+"/tokens?limit=1000", n.value, "")
	var list struct {
		Tokens []struct {
			Name               string
			Roles              []struct{ Role string }
			ExpiryPeriodInDays int
		}
	}
	if err := json.Unmarshal([]byte(answer), &list); err != nil {
		n.Fatal(err)
	}
	found, told := 0, ""
	for _, tok := range list.Tokens {
		if tok.Name == name {
			found++
			told = fmt.Sprintf(", %s, for %d days", tok.Roles[0].Role, tok.ExpiryPeriodInDays)
		}
	}
	return fmt.Sprintf("%d named so%s", found, told)
}

// object is a thing as the API tells it, without what a new name changes.
func (n *naughty) object(t thing) map[string]any {
	n.Helper()
	_, answer := n.Call("GET", t.api, n.value, "")
	var members map[string]any
	if err := json.Unmarshal([]byte(answer), &members); err != nil {
		n.Fatal(err)
	}
	for _, name := range []string{"name", "shortName", "updatedAt", "updatedBy"} {
		delete(members, name)
	}
	return members
}

// TestProof_Limits types texts of one character less than a field may hold, just as many, and one more, and
// sends forms of as many fields. The sizes of bodies and addresses are TestBodiesAndURLsHaveLimitsBySide in web/middleware.
//
// Seen to fail with lengths counted in bytes, and with a form of 101 fields allowed.
func TestProof_Limits(t *testing.T) {
	n := newNaughty(t)
	tried := 0
	is := func(what string, got, want int) {
		t.Helper()
		tried++
		n.check(got == want, "%s: %d, want %d", what, got, want)
	}
	for _, char := range []string{"x", "é", "名"} {
		for _, thing := range n.things {
			for field, max := range map[string]int{"name": thing.nameLength, "description": access.MaxDescription} {
				if field == "description" && !thing.description {
					continue
				}
				for length, fits := range map[int]bool{max - 1: true, max: true, max + 1: false} {
					text, what := strings.Repeat(char, length), fmt.Sprintf("the %s of %s with %d × %s", field, thing.name, length, char)
					if thing.form != "" {
						got := n.Browser(n.House.Owner).Get(thing.form).Form(thing.submit).Set(field, text).Submit()
						is(what, got.Code, map[bool]int{true: 303, false: 422}[fits])
					}
					if thing.member == "name" {
						status, _ := n.Call("POST", thing.api, n.value, n.body(thing, field, text))
						is(what+" through the API", status, map[bool]int{true: 200, false: 400}[fits])
					}
				}
			}
		}
	}
	for fields, want := range map[int]int{99: 422, 100: 422, 101: 400} {
		form := url.Values{}
		for i := range fields {
			form.Set(fmt.Sprint("f", i), "x")
		}
		is(fmt.Sprint(fields, " fields"), n.Stranger().Post("/sign-in", form).Code, want)
	}
	for query, want := range map[string]int{"limit=999": 200, "limit=1000": 200, "limit=1001": 400, "limit=0": 200, "limit=-1": 400,
		"offset=999999": 200, "offset=1000000": 200, "offset=1000001": 400} {
		status, _ := n.Call("GET", n.things[3].api+"/tokens?"+query, n.value, "")
		is(query, status, want)
	}
	proof.Figure(t, "%d values at, below and above a limit, %d judged wrongly", tried, n.wrong)
}

// elsewhere are addresses that lead to another site in some browser.
func elsewhere() (all []string) {
	for _, before := range []string{"", "/", "//", "///", "\\", "/\\", "\\\\", "/\t/", "/\n/", "/\r\n", "\t//", " //", "/.//", "/%09/", "/%5c", "/%2f/", "http:", "https:", "https:/", "https://", "HTTPS://",
		"http:\\\\", "javascript:", "data:", "//\u200b", "/\u2028/", "/;@", "//@", "https://localhost:8888@", "https://localhost:8888.", "/\x00/", "?//", "#//"} {
		for _, host := range []string{"evil.test", "evil.test/w", "user:pass@evil.test", "evil%E3%80%82test", "[::1]", "0x7f000001", "evil.test%0d%0aSet-Cookie:a=b", "evil.test\r\nSet-Cookie: a=b", "alert(1)"} {
			all = append(all, before+host)
		}
	}
	return all
}

// TestProof_Redirects leads every place that goes where a request says to addresses of other sites: the answer
// stays here, whatever a browser makes of it. That no other answer leaves is TestProof_HeaderWalk.
//
// Seen to fail with only the first slash looked at.
func TestProof_Redirects(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	reauth := b.Get("/reauth").Form("Continue").Set("password", dagpasstest.Password)
	tried, left := 0, 0
	stays := func(how, next, to string) {
		t.Helper()
		tried++
		if leaves(to) {
			left++
			t.Errorf("%s with %q leads to %q", how, next, to)
		}
	}
	for i, next := range elsewhere() {
		stays("safeNext", next, web.SafeNext(next))
		stays("the sign-in of somebody who is", next, b.Get("/sign-in?next="+url.QueryEscape(next)).Header.Get("Location"))
		if i%proof.Times(20, 1) == 0 {
			stays("the sign-in", next, h.Stranger().Post("/sign-in", url.Values{"email": {h.Owner.Email}, "password": {dagpasstest.Password}, "next": {next}}).Status(303).Header.Get("Location"))
			stays("the password step", next, reauth.Set("next", next).Submit().Header.Get("Location"))
		}
	}
	proof.Figure(t, "%d redirects, %d to another site", tried, left)
}

// leaves reports whether a browser would leave this site: it drops tabs and line ends, and takes backslashes
// for slashes.
func leaves(to string) bool {
	if to == "" {
		return false // no redirect
	}
	seen := strings.NewReplacer("\t", "", "\r", "", "\n", "", "\\", "/").Replace(strings.TrimSpace(to))
	if !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") || strings.ContainsAny(to, "\r\n\x00") {
		return true
	}
	base, _ := url.Parse(dagpasstest.PublicURL)
	u, err := base.Parse(seen)
	return err != nil || u.Host != base.Host
}
