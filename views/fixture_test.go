package views_test

import (
	"bytes"
	"maps"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"dagpass/static"
	"dagpass/views"
)

// now is the instant all fixtures are told at.
var now = time.Date(2026, time.November, 23, 9, 57, 12, 0, time.UTC)

// assets are made once: compressing them takes longer than a test.
var assets = sync.OnceValues(static.New)

const day = 24 * time.Hour

var (
	acme = views.Ref{ID: "c0000000000000000000000or", Name: "Acme"}
	data = views.Ref{ID: "c0000000000000000000000ws", Name: "Data Platform"}
)

func chrome(t testing.TB) views.Chrome {
	t.Helper()
	assets, err := assets()
	if err != nil {
		t.Fatal(err)
	}
	return views.Chrome{
		Assets: assets, Now: now,
		User:         views.User{Name: "Ada Park", Email: "ada@acme.example"},
		Organization: acme, Workspace: data,
		Workspaces:    []views.Ref{data, {ID: "c0000000000000000000000fi", Name: "Finance"}},
		CanSeeMembers: true, CanManageTokens: true, InOrganization: true, CanManageOrg: true,
		Counts: views.Counts{Users: "6", Teams: "2", Tokens: "4"}, IdleTimeout: 30 * time.Minute,
	}
}

func rows() []views.TokenRow {
	return []views.TokenRow{
		{ID: "c0000000000000000000000t1", Name: "ci-deploy", Description: "GitHub Actions, main branch", Hint: "x7Qz", Role: "Workspace Operator", Expires: now.Add(50 * day), LastUsed: now.Add(-4 * time.Minute), Created: now.Add(-61 * day), CreatedBy: "Ada Park"},
		{ID: "c0000000000000000000000t2", Name: "nightly-sync", Hint: "9aKd", Role: "Workspace Author", Expires: now.Add(4 * day), LastUsed: now.Add(-7 * time.Hour), Created: now.Add(-92 * day), CreatedBy: "Ada Park"},
		{ID: "c0000000000000000000000t3", Name: "org-automation", Description: "Shared by the platform team", Hint: "Lm20", Shared: true, Role: "Workspace Member", LastUsed: now.Add(-26 * time.Hour), Created: now.Add(-365 * day), CreatedBy: "Sam Lee", Workspaces: 2},
		{ID: "c0000000000000000000000t4", Name: "old-import", Hint: "f0Wc", Role: "Workspace Member", Expires: now.Add(-31 * day), Created: now.Add(-365 * day), CreatedBy: "Sam Lee", FormerMember: true, InheritsAll: true},
	}
}

func workspaceLevel() views.Level { return views.Level{Organization: acme, Workspace: data} }

func tokensScreen() views.Screen { return views.Screen{Level: workspaceLevel(), Word: "tokens"} }

func organizationLevel() views.Level { return views.Level{Organization: acme} }

func list(level views.Level) views.TokenList {
	return views.TokenList{
		Level: level, Now: now, Rows: rows(), ExpiringSoon: 1, CanAdd: true,
		List: views.List{ListSpec: views.TokenListSpec(level, views.WorkspaceRoles()), Matches: 4, HasAny: true},
	}
}

func details() views.TokenDetails {
	return views.TokenDetails{
		ID: "c0000000000000000000000t1", Name: "ci-deploy", Description: "GitHub Actions, main branch", Hint: "x7Qz",
		Expires: now.Add(50 * day), Days: 110,
		LastUse: views.LastUse{At: now.Add(-4 * time.Minute), Client: "astro-cli 1.45", Address: "10.0.4.7"},
		Rotated: now.Add(-45 * day), Created: now.Add(-61 * day), CreatedBy: "Ada Park",
	}
}

func createToken() views.CreateToken {
	return views.CreateToken{
		Level: workspaceLevel(), Now: now, Role: "WORKSPACE_MEMBER", Expiration: "90",
		Roles: views.WorkspaceRoles(), FormKey: "key-1",
	}
}

func addToken() views.AddToken {
	return views.AddToken{
		Level: workspaceLevel(), Role: "WORKSPACE_MEMBER", Roles: views.WorkspaceRoles(), AnyToken: true,
		Picker: views.Picker{Candidates: []views.Candidate{{ID: "c0000000000000000000000t5", Name: "deploy-all", Detail: "k2Pd"}}},
	}
}

func addBinding() views.AddBinding {
	return views.AddBinding{
		Organization: acme, Token: views.Ref{ID: "c0000000000000000000000t5", Name: "deploy-all"},
		Role: "WORKSPACE_MEMBER", Roles: views.WorkspaceRoles(),
		Picker: views.Picker{Candidates: []views.Candidate{{ID: data.ID, Name: data.Name}}},
	}
}

func editToken() views.EditToken {
	return views.EditToken{
		Level: workspaceLevel(), Now: now, Token: details(), Name: "ci-deploy", Description: "GitHub Actions, main branch",
		Role: "WORKSPACE_OPERATOR", Roles: views.WorkspaceRoles(), Version: "7",
	}
}

func editBinding() views.EditBinding {
	return views.EditBinding{
		Level: workspaceLevel(), CanManageOrg: true, Now: now, Token: details(),
		Role: "WORKSPACE_MEMBER", Roles: views.WorkspaceRoles(), Version: "7",
	}
}

func rotateToken() views.RotateToken {
	return views.RotateToken{Level: workspaceLevel(), Now: now, Token: details(), NewExpiry: now.Add(110 * day), Generation: "3", FormKey: "key-2"}
}

func deleteToken() views.DeleteToken {
	return views.DeleteToken{Level: workspaceLevel(), Now: now, Token: details()}
}

func removeToken() views.RemoveToken {
	return views.RemoveToken{Level: workspaceLevel(), Now: now, Token: details(), Role: "Workspace Operator"}
}

// theValue stands for a token's value: it must be in one element and nowhere else.
const theValue = "eyJhbGciOiJFZERTQSIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.9wiYewkZvQycBk_CE_QidMKO7M2ccfE8NTJiqs1tYlmtb8tyOjA7HrDRidAM1guFO9U90ZDhLAoLRhVzZ99f06oazQ0zrlvS1mMBsznXR3Y9PnoCnj8Pqd_wTDsvG6rkcLrCahFDNTu1JNZOyP88bxLdtEySNhzX59F4TA9hXTkvM_DzkjR0fkmpfNAeCFitpcIMOjB0MKJ_vAD5gx1M4ZtQaZBIlU5aJ7zgr61v1xt3sLHGPCqmDoP0rrxCh6CSjS4V6foyq68DP_U3dEtMgfrYVqzNSRCcsGMVzvxY3lgpqpIxQb5i5HHl_uLXigncbrduf.8njhrQjHL4TiOLDCU09iGCY49ULe2Nsir3oM7MED8TQqZTiZTlB1bdZ1S325HLeN8_BVBkujcfenLkx_zoimJ"

func reveal() views.Reveal {
	return views.Reveal{
		Level: workspaceLevel(), Now: now, Token: views.Ref{ID: "c0000000000000000000000t6", Name: "release-bot"}, Secret: theValue,
		Hint: "oimJ", Role: "Workspace Member", Expires: now.Add(90 * day), PublicURL: "http://localhost:8888",
	}
}

func tokenPage() views.TokenPageParams {
	return views.TokenPageParams{
		Organization: acme, Now: now, Token: details(), Role: "Organization Member", CanAddMore: true,
		Bindings: views.TokenBindings{
			List: views.List{ListSpec: views.BindingListSpec(acme.ID, details().ID, views.WorkspaceRoles()), Matches: 2, HasAny: true},
			Rows: []views.TokenBinding{
				{Workspace: data, Role: "Workspace Operator", Since: now.Add(-51 * day)},
				{Workspace: views.Ref{ID: "c0000000000000000000000fi", Name: "Finance"}, Role: "Workspace Member", Since: now.Add(-45 * day)},
			},
		},
	}
}

func render(t testing.TB, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func consent() views.Consent {
	return views.Consent{Program: "Astro CLI", Command: "astro login", Organizations: []string{"Acme"}, AnswerTo: "localhost:12345",
		Until: now.Add(30 * day), Asked: url.Values{"client_id": {"astro-cli"}, "state": {"a&b"}}}
}

func accountSessions() views.Sessions {
	return views.Sessions{Sessions: []views.Session{
		{ID: "s1", Client: "Chrome on Linux", Address: "192.0.2.7", LastSeen: now, Current: true},
		{ID: "s2", Client: "Firefox on macOS", Address: "192.0.2.9", LastSeen: now.Add(-2 * time.Hour)},
	}, Programs: []views.ProgramLogin{
		{ID: "l1", Program: "Astro CLI", Address: "192.0.2.7", Created: now.Add(-26 * time.Hour), LastUsed: now.Add(-4 * time.Minute)},
	}}
}

// dialogs are all dialogs of the console by name.
func dialogs() map[string]views.Dialog {
	invalid := createToken()
	invalid.Expiration = "9999"
	invalid.Problems = views.Problems{views.FieldName: "Enter a name.", views.FieldExpiration: "Enter a whole number of days from 1 to 3650, or leave it empty."}
	search := addToken()
	search.Picker.Search, search.Picker.More = true, true
	noneLeft := addToken()
	noneLeft.Picker.Candidates = nil
	fromPage := editBinding()
	fromPage.FromOrganization = true
	org := createToken()
	org.Level, org.Roles, org.Role = organizationLevel(), views.OrganizationRoles(), "ORGANIZATION_MEMBER"
	out := map[string]views.Dialog{
		"create":              views.CreateTokenDialog(createToken()),
		"create invalid":      views.CreateTokenDialog(invalid),
		"create organization": views.CreateTokenDialog(org),
		"add":                 views.AddTokenDialog(addToken()),
		"add search":          views.AddTokenDialog(search),
		"add none left":       views.AddTokenDialog(noneLeft),
		"add to workspace":    views.AddBindingDialog(addBinding()),
		"edit":                views.EditTokenDialog(editToken()),
		"edit binding":        views.EditBindingDialog(editBinding()),
		"edit from page":      views.EditBindingDialog(fromPage),
		"rotate":              views.RotateTokenDialog(rotateToken()),
		"delete":              views.DeleteTokenDialog(deleteToken()),
		"remove":              views.RemoveTokenDialog(removeToken()),
		"reveal":              views.RevealDialog(reveal()),
		"already sent":        views.FailureDialog(views.AlreadySent(tokensScreen())),
		"stale":               views.FailureDialog(views.Stale(tokensScreen(), "Sam Lee changed this API token. Reload to see the change.", "/w/x/tokens/y/edit")),
	}
	maps.Copy(out, invitationDialogs())
	maps.Copy(out, teamDialogs())
	maps.Copy(out, settingsDialogs())
	maps.Copy(out, memberDialogs())
	maps.Copy(out, auditDialogs())
	return out
}

// pages are all pages of the console by name.
func pages(t testing.TB) map[string]templ.Component {
	c := chrome(t)
	empty := list(workspaceLevel())
	empty.Rows, empty.Matches, empty.HasAny, empty.ExpiringSoon = nil, 0, false, 0
	noMatch := list(workspaceLevel())
	noMatch.Rows, noMatch.Matches, noMatch.State.Query = nil, 0, "nothing"
	paged := list(workspaceLevel())
	paged.Matches, paged.HasNext, paged.LastID, paged.State.After = 312, true, "c0000000000000000000000t4", "c0000000000000000000000t0"
	plain := c
	plain.CanSeeMembers, plain.CanManageTokens, plain.CanManageOrg = false, false, false
	stranger := views.Chrome{Assets: c.Assets, Now: now}
	unbound := tokenPage()
	unbound.Bindings = views.TokenBindings{}
	manyPlaces, nowhere := tokenPage(), tokenPage()
	manyPlaces.Bindings.Many, manyPlaces.Bindings.Matches, manyPlaces.Bindings.HasNext = true, 300, true
	manyPlaces.Bindings.LastID = "c0000000000000000000000fi"
	nowhere.Bindings.Many, nowhere.Bindings.Matches, nowhere.Bindings.Rows = true, 0, nil
	nowhere.Bindings.State.Query = "none"
	flash := c
	flash.Flash, flash.InsecureHTTP = "API token ci-deploy deleted.", true
	out := map[string]templ.Component{
		"tokens":              views.TokensPage(c, list(workspaceLevel())),
		"tokens empty":        views.TokensPage(c, empty),
		"tokens no match":     views.TokensPage(c, noMatch),
		"tokens paged":        views.TokensPage(flash, paged),
		"organization tokens": views.TokensPage(c, list(organizationLevel())),
		"token":               views.TokenPage(c, tokenPage()),
		"token unbound":       views.TokenPage(c, unbound),
		"token many":          views.TokenPage(c, manyPlaces),
		"token use":           views.TokenUsePage(c, tokenUse()),
		"token no match":      views.TokenPage(c, nowhere),
		"profile":             views.ProfilePage(c, views.Profile{Name: "Ada Park", Email: "ada@acme.example"}),
		"sessions":            views.SessionsPage(c, accountSessions()),
		"consent":             views.ConsentPage(c, consent()),
		"preferences":         views.PreferencesPage(c, views.Preferences{}),
		"sign-in":             views.SignInPage(stranger, views.SignIn{Next: "/w", Note: views.SessionEndedNote(30 * time.Minute)}),
		"sign-in refused":     views.SignInPage(stranger, views.SignIn{Email: "ada@acme.example", Alert: "That email and password don't match."}),
		"setup":               views.SetupPage(stranger, views.Setup{}),
		"not set up":          views.NotSetUpPage(stranger),
		"reauth":              views.ReauthPage(c, views.Reauth{SignedIn: now.Add(-25 * time.Minute), Next: "/w", CancelURL: "/w", Interrupted: true}),
		"help":                views.HelpPage(c),
		"help roles":          views.HelpRolesPage(c),
		"help tokens":         views.HelpTokensPage(c),
		"API":                 views.APIDocsPage(c, apiDocs(t)),
		"API stranger":        views.APIDocsPage(stranger, apiDocs(t)),
		"missing":             views.FailurePage(c, views.Missing()),
		"not allowed":         views.FailurePage(plain, views.NotAllowed(tokensScreen(), "You can't manage API tokens here.", "Workspace Owner", "Workspace Operator", "Ada Park, Sam Lee")),
		"missing stranger":    views.FailurePage(stranger, views.Failure{Title: "Something went wrong", Text: "Something went wrong on the server. Try again.", LinkLabel: "Go to Workspaces", LinkURL: "/w", RequestID: "01JDB3"}),
	}
	maps.Copy(out, invitationPages(c, stranger))
	maps.Copy(out, memberPages(c))
	maps.Copy(out, teamPages(c))
	maps.Copy(out, settingsPages(c, plain))
	maps.Copy(out, matrixPages(c))
	maps.Copy(out, auditPages(c))
	return out
}
