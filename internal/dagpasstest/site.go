package dagpasstest

import (
	"sync"

	"dagpass/static"
	"dagpass/web"
	"dagpass/web/api"
	"dagpass/web/middleware"
)

// What no test changes is made once: compressing and describing cost more than most tests.
var (
	assets    = sync.OnceValues(static.New)
	reference = sync.OnceValues(api.Reference)
)

// site builds the router around the services.
func (h *House) site() {
	h.T.Helper()
	assets, err := assets()
	h.must(err)
	c := web.Config{
		Log: h.log, Assets: assets, PublicURL: PublicURL, Now: h.Clock.Now, Ready: h.DB.Health,
		Limits: middleware.Config{LoopbackPort: 8888, Observe: h.counters.Answered},
		Orgs:   h.Orgs, Workspaces: h.Workspaces, Members: h.Members, Teams: h.Teams, Roles: h.Roles, Tokens: h.Tokens,
		Programs: h.Programs, Sessions: h.Sessions, Login: h.Login, Accounts: h.Accounts, Setup: h.Setup, Invitations: h.Invitations, Mail: h.mail,
		AuditLog: h.AuditLog, Ranges: h.Ranges,
	}
	c.Later = h.putOff
	c.API, err = api.New(api.Config{
		Tokens: h.Tokens, Orgs: h.Orgs, Workspaces: h.Workspaces, Members: h.Members, Teams: h.Teams,
		Roles: h.Roles, Ranges: h.Ranges, AuditLog: h.AuditLog, Invitations: h.Invitations, MailInvitation: c.MailInvitation,
		Programs: h.Programs, PublicURL: PublicURL, Rates: h.rates,
		Keys: h.DB.PublicKeys, AvatarURL: PublicURL + assets.URL(static.Icon), Now: h.Clock.Now,
	})
	h.must(err)
	c.Reference, err = reference()
	h.must(err)
	h.Handler, err = web.New(c)
	h.must(err)
}

// UseRates limits how fast programs may ask.
func (h *House) UseRates(rates api.Rates) {
	h.T.Helper()
	h.rates = rates
	h.site()
}
