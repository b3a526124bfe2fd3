package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/signin"
)

const (
	cliVerifier = "dBjftJeZ4CVP-mBUKPrEDDMBnSkbQj1ujOj6nh3TZ7A"
	callback    = "http://localhost:12345/callback"
)

// challenge is what the Astro CLI shows of its verifier.
func challenge() string {
	sum := sha256.Sum256([]byte(cliVerifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// asking is the address that the Astro CLI 1.45 opens, byte by byte: the contract, 2.6, step 2.
func asking() string {
	return "/authorize?prompt=login&audience=dagpass&client_id=astro-cli&redirect_uri=" + callback +
		"&scope=openid%20profile%20email%20offline_access&response_type=code&response_mode=query&code_challenge=" + challenge() + "&code_challenge_method=S256"
}

// terminal is the Astro CLI on somebody's computer.
type terminal struct {
	*testing.T
	h               *dagpasstest.House
	access, refresh string
}

// send sends a request as the CLI does and reads the members of its answer.
func (c *terminal) send(method, path string, form url.Values) (int, map[string]any) {
	c.Helper()
	r := httptest.NewRequest(method, dagpasstest.PublicURL+path, strings.NewReader(form.Encode()))
	r.RemoteAddr = "192.0.2.7:40001"
	r.Header.Set("User-Agent", "astro-cli/1.45.0")
	r.Header.Set("X-Astro-Client-Identifier", "cli")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.access != "" {
		r.Header.Set("Authorization", "Bearer "+c.access)
	}
	w := httptest.NewRecorder()
	c.h.Handler.ServeHTTP(w, r)
	var members map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &members); err != nil {
		c.Fatalf("%s %s: %d %s: %v", method, path, w.Code, w.Body, err)
	}
	return w.Code, members
}

func (c *terminal) status(path string) int {
	c.Helper()
	code, _ := c.send("GET", path, nil)
	return code
}

// exchange is step 3: it reports whether the code became a login.
func (c *terminal) exchange(code string) bool {
	c.Helper()
	status, got := c.send("POST", "/oauth/token", url.Values{"client_id": {"astro-cli"}, "grant_type": {"authorization_code"}, "code": {code},
		"code_verifier": {cliVerifier}, "redirect_uri": {callback}})
	if status != http.StatusOK {
		return false
	}
	c.access, c.refresh = got["access_token"].(string), got["refresh_token"].(string)
	return true
}

// sentBack is what a browser is redirected to the program with.
func sentBack(p *dagpasstest.Page) url.Values {
	p.T.Helper()
	to, found := strings.CutPrefix(p.Status(http.StatusSeeOther).Header.Get("Location"), callback+"?")
	if !found {
		p.T.Fatalf("%s leads to %q", p.Path, p.Header.Get("Location"))
	}
	q, err := url.ParseQuery(to)
	if err != nil {
		p.T.Fatal(err)
	}
	return q
}

// login has a person who is signed in allow the CLI.
func login(t *testing.T, h *dagpasstest.House, b *dagpasstest.Browser) *terminal {
	t.Helper()
	c := &terminal{T: t, h: h}
	if code := sentBack(b.Get(asking()).Status(200).Form("Allow").Submit()).Get("code"); !c.exchange(code) {
		t.Fatal("no login")
	}
	return c
}

// TestAstroLogin is astro login localhost, request by request: the contract, 2.6.
func TestAstroLogin(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada Park", access.OrgMember)
	h.Give(ada, h.Workspace.Scope(), access.WorkspaceAuthor)
	c, b := &terminal{T: t, h: h}, h.Stranger()

	// 1. where to sign in
	status, config := c.send("GET", "/private/v1alpha1/cli/auth-config", nil)
	if domain, _ := config["domainUrl"].(string); status != 200 || domain != dagpasstest.PublicURL+"/" || config["clientId"] != "astro-cli" || config["audience"] != "dagpass" {
		t.Fatalf("%d %v", status, config)
	}
	// 2. the browser: sign-in, consent
	page := b.Get(asking()).Status(http.StatusSeeOther).Follow().Status(200).Has("Sign in to Dagpass")
	form := page.Form("Sign in")
	page = form.Set("email", ada.Email).Set("password", dagpasstest.Password).Submit().Follow().Status(200)
	page.Has("Allow Astro CLI?", "Astro CLI on this computer wants to act as Ada Park ("+ada.Email+") in Acme", "localhost:12345", "Until Dec 23, 2026")
	if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' http://localhost:12345;") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("policy %q", csp)
	}
	back := page.Form("Allow").Submit()
	if got := back.Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("Referrer-Policy %q would tell the program where it came from", got)
	}
	code := sentBack(back).Get("code")
	// 3. the code becomes a login
	if !c.exchange(code) {
		t.Fatal("no login")
	}
	// 4. who it is
	if status, who := c.send("GET", "/userinfo", nil); status != 200 || who["email"] != ada.Email {
		t.Errorf("%d %v", status, who)
	}
	// 5. to 7. what every login goes on with
	if status, self := c.send("GET", "/v1/users/self?createIfNotExist=true", nil); status != 200 || self["id"] != string(ada.ID) || self["username"] != ada.Email {
		t.Errorf("%d %v", status, self)
	}
	if status, orgs := c.send("GET", "/v1/organizations?limit=100", nil); status != 200 || orgs["totalCount"] != 1.0 {
		t.Errorf("%d %v", status, orgs)
	}
	if status, ws := c.send("GET", "/v1/organizations/"+string(h.Org.ID)+"/workspaces?limit=1000&offset=0&sorts=name:asc", nil); status != 200 || ws["totalCount"] != 1.0 {
		t.Errorf("%d %v", status, ws)
	}
	// later: the value is renewed
	h.Clock.Advance(56 * time.Minute)
	status, renewed := c.send("POST", "/oauth/token", url.Values{"client_id": {"astro-cli"}, "grant_type": {"refresh_token"}, "refresh_token": {c.refresh}})
	if status != 200 || renewed["expires_in"] != 3600.0 || renewed["access_token"] == c.access {
		t.Errorf("%d %v", status, renewed)
	}
	t.Run("nothing of it stands in the log", func(t *testing.T) {
		for _, secret := range []string{code, c.access, c.refresh, cliVerifier, "code_challenge", "12345"} {
			if strings.Contains(h.Logs.String(), secret) {
				t.Errorf("%q was logged", secret)
			}
		}
		if !strings.Contains(h.Logs.String(), `"route":"/authorize"`) {
			t.Error("the request was not logged at all")
		}
	})
}

func TestAuthorize(t *testing.T) {
	h := dagpasstest.New(t)
	t.Run("looking at it allows nothing, and neither does a form from elsewhere", func(t *testing.T) {
		b := h.Browser(h.Owner)
		b.Get(asking()).Status(200)
		b.Do(http.MethodHead, asking(), nil).Status(200)
		b.Header.Set("Sec-Fetch-Site", "cross-site")
		b.Header.Set("Origin", "https://evil.test")
		b.Post(asking(), url.Values{"decision": {"allow"}}).Status(403)
		b.Header = http.Header{}
		b.Post(asking(), url.Values{}).Status(400)
		b.Post(asking(), url.Values{"decision": {"yes"}}).Status(400)
		b.Post(asking(), url.Values{"decision": {"allow", "cancel"}}).Status(400)
		b.Post("/authorize", url.Values{"decision": {"allow"}, "client_id": {"astro-cli"}, "redirect_uri": {callback}}).Status(422)
	})
	t.Run("a stranger's answer leads to the sign-in", func(t *testing.T) {
		to := h.Stranger().Post(asking(), url.Values{"decision": {"allow"}}).Status(303).Header.Get("Location")
		if !strings.HasPrefix(to, "/sign-in?next=%2Fauthorize%3F") {
			t.Errorf("to %q", to)
		}
	})
	t.Run("Cancel tells the program", func(t *testing.T) {
		q := sentBack(h.Browser(h.Owner).Get(asking() + "&state=s%26t").Form("Cancel").Submit())
		if q.Get("error") != "access_denied" || q.Get("error_description") == "" || q.Get("state") != "s&t" || q.Has("code") {
			t.Errorf("%v", q)
		}
	})
	t.Run("the password is asked for when it was given more than 10 minutes ago, also between page and answer", func(t *testing.T) {
		h := dagpasstest.New(t)
		b := h.Browser(h.Owner)
		page := b.Get(asking()).Status(200)
		h.Clock.Advance(access.ReauthWindow)
		for _, step := range []*dagpasstest.Page{b.Get(asking()), page.Form("Allow").Submit()} {
			if to := step.Status(303).Header.Get("Location"); !strings.HasPrefix(to, "/reauth?") {
				t.Fatalf("to %q", to)
			}
		}
		again := b.Get(asking()).Follow().Has("Confirm it's you").Form("Continue").Set("password", dagpasstest.Password).Submit().Follow().Status(200)
		c := &terminal{T: t, h: h}
		if !c.exchange(sentBack(again.Form("Allow").Submit()).Get("code")) {
			t.Error("no login")
		}
	})
	for _, c := range []struct{ name, cut, put string }{
		{"another client", "client_id=astro-cli", "client_id=other"},
		{"another host", "redirect_uri=http://localhost:12345/callback", "redirect_uri=https://evil.test/callback"},
		{"a host that begins the same", "http://localhost:12345/callback", "http://localhost:12345.evil.test/callback"},
		{"a user in front of a host", "http://localhost:12345/callback", "http://localhost:12345@evil.test/callback"},
		{"another port", "http://localhost:12345/", "http://localhost:12346/"},
		{"another path", "12345/callback", "12345/callback/../other"},
		{"a script", "http://localhost:12345/callback", "javascript:alert(1)"},
		{"no scheme", "http://localhost:12345/callback", "//evil.test"},
		{"a path of ours", "http://localhost:12345/callback", "/w"},
		{"two addresses", "&scope=", "&redirect_uri=https://evil.test&scope="},
		{"none", "redirect_uri=", "redirect="},
		{"a broken query", "prompt=login", "prompt=%zz"},
	} {
		t.Run(c.name+" is a page that says so, and no redirect", func(t *testing.T) {
			at := strings.Replace(asking(), c.cut, c.put, 1)
			if at == asking() {
				t.Fatal("the row changes nothing")
			}
			for _, p := range []*dagpasstest.Page{h.Browser(h.Owner).Get(at), h.Stranger().Get(at), h.Browser(h.Owner).Post(at, url.Values{"decision": {"allow"}}),
				h.Browser(h.Owner).Post(at, url.Values{"decision": {"cancel"}})} {
				if p.Code < 400 || p.Code >= 500 || p.Header.Get("Location") != "" || strings.Contains(p.Body, "evil.test") {
					t.Errorf("%d to %q", p.Code, p.Header.Get("Location"))
				}
			}
		})
	}
	for _, c := range []struct{ cut, put, code string }{
		{"response_type=code", "response_type=token", "unsupported_response_type"},
		{"code_challenge_method=S256", "code_challenge_method=plain", "invalid_request"},
		{"prompt=login", "prompt=none", "consent_required"},
	} {
		t.Run(c.put+" is told to the program, before anybody signs in", func(t *testing.T) {
			if q := sentBack(h.Stranger().Get(strings.Replace(asking(), c.cut, c.put, 1))); q.Get("error") != c.code || q.Has("code") {
				t.Errorf("%v", q)
			}
		})
	}
}

// TestAstroLogin_ends: what ends a login acts on the next request of the program.
func TestAstroLogin_ends(t *testing.T) {
	for name, do := range map[string]func(h *dagpasstest.House, b *dagpasstest.Browser){
		"Sign out in the browser where it was allowed": func(_ *dagpasstest.House, b *dagpasstest.Browser) {
			b.Get("/help").Form("Sign out").Submit().Status(303)
		},
		"Sign out after a password step": func(h *dagpasstest.House, b *dagpasstest.Browser) {
			h.Clock.Advance(access.ReauthWindow)
			b.Get("/reauth").Form("Continue").Set("password", dagpasstest.Password).Submit().Status(303)
			b.Get("/help").Form("Sign out").Submit().Status(303)
		},
		"Sign out on the page of sessions": func(_ *dagpasstest.House, b *dagpasstest.Browser) {
			b.Get("/profile/sessions").Has("Programs", "Astro CLI", "192.0.2.7").Form("Sign out Astro CLI at 192.0.2.7").Submit().Follow().Has("Session ended.").HasNot("Astro CLI")
		},
		"Sign out all other sessions": func(_ *dagpasstest.House, b *dagpasstest.Browser) {
			b.Get("/profile/sessions").Form("Sign out all other sessions").Submit().Follow().Has("1 other session ended.").HasNot("Astro CLI")
		},
		"a new password": func(_ *dagpasstest.House, b *dagpasstest.Browser) {
			b.Get("/profile").Form("Change password").Set("current_password", dagpasstest.Password).Set("new_password", "another sentence of five words").Submit().Status(303)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := dagpasstest.New(t)
			b := h.Browser(h.Person("Ada Park", access.OrgMember))
			c := login(t, h, b)
			if got := c.status("/v1/users/self"); got != 200 {
				t.Fatalf("%d before", got)
			}
			do(h, b)
			if got := c.status("/v1/users/self"); got != 401 {
				t.Errorf("%d after", got)
			}
			if status, _ := c.send("POST", "/oauth/token", url.Values{"client_id": {"astro-cli"}, "grant_type": {"refresh_token"}, "refresh_token": {c.refresh}}); status != 400 {
				t.Errorf("it can still be renewed: %d", status)
			}
		})
	}
	t.Run("a session that runs out takes no login with it", func(t *testing.T) {
		h := dagpasstest.New(t)
		c := login(t, h, h.Browser(h.Owner))
		h.Clock.Advance(signin.IdleLimit)
		if got := c.status("/v1/users/self"); got != 200 {
			t.Errorf("%d", got)
		}
	})
	t.Run("the page of sessions lists no login of somebody else, and ends none", func(t *testing.T) {
		h := dagpasstest.New(t)
		c := login(t, h, h.Browser(h.Owner))
		logins, err := h.Programs.List(t.Context(), h.Actor(h.Owner))
		if err != nil || len(logins) != 1 {
			t.Fatalf("%v %v", logins, err)
		}
		other := h.Browser(h.Person("Ada Park", access.OrgOwner))
		other.Get("/profile/sessions").HasNot("Astro CLI")
		other.Post("/profile/sessions/"+logins[0].ID+"/end", nil).Status(404)
		if got := c.status("/v1/users/self"); got != 200 {
			t.Errorf("%d", got)
		}
	})
	t.Run("its value opens no page of the console", func(t *testing.T) {
		h := dagpasstest.New(t)
		c := login(t, h, h.Browser(h.Owner))
		b := h.Stranger()
		b.Header.Set("Authorization", "Bearer "+c.access)
		b.SetCookie("__Host-dagpass", c.access)
		b.Get("/profile").Status(303)
	})
}
