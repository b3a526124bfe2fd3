package web_test

import (
	"net/http"
	"strings"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// outsiders are all who have no credential, or one that has ended. It moves the clock by a day, so that
// whoever is to be alive signs in afterwards.
func outsiders(h *dagpasstest.House, x estate) []principal {
	h.T.Helper()
	late := expiring(h, x)
	h.Clock.Advance(24 * time.Hour)
	all := append(late, principal{name: "nobody in a browser", send: browsing(h, "")},
		principal{name: "nobody's program", program: true, send: calling(h, func(*http.Request) {})})
	all = append(all, endedPeople(h, x)...)
	all = append(all, endedTokens(h, x)...)
	for i := range all {
		all[i].standing = stranger
	}
	return all
}

// expiring are those whose credential ends with the day.
func expiring(h *dagpasstest.House, x estate) []principal {
	idle := h.PersonIn(x.org.ID, fresh("idle"), access.OrgOwner)
	_, value := token(h, x.org.Scope(), access.OrgOwner, 1)
	return []principal{
		{name: "an expired session", send: browsing(h, idle.Session.Reveal())},
		{name: "an expired CLI login", program: true, send: calling(h, bearer(astro(h, idle).Access.Reveal()))},
		{name: "an expired token", program: true, send: calling(h, bearer(value))},
	}
}

func endedPeople(h *dagpasstest.House, x estate) []principal {
	h.T.Helper()
	must := mustBe(h)
	ctx := h.Context()
	removed, out, back := h.PersonIn(x.org.ID, fresh("removed"), access.OrgOwner), h.PersonIn(x.org.ID, fresh("out"), access.OrgOwner), h.PersonIn(x.org.ID, fresh("back"), access.OrgOwner)
	byRemoved, byOut := astro(h, removed).Access.Reveal(), astro(h, out).Access.Reveal()
	must(h.Members.Remove(ctx, dagpasstest.System(), x.org.Scope(), removed.ID))
	must(h.Sessions.SignOut(ctx, h.Actor(out)))
	_, err := h.Accounts.ChangePassword(ctx, h.Actor(back), dagpasstest.Password, "another sentence of five words")
	must(err)
	return []principal{
		{name: "a removed person", send: browsing(h, removed.Session.Reveal())},
		{name: "a removed person's CLI login", program: true, send: calling(h, bearer(byRemoved))},
		{name: "a session that was signed out", send: browsing(h, out.Session.Reveal())},
		{name: "a CLI login that was signed out", program: true, send: calling(h, bearer(byOut))},
		{name: "a session from before a new password", send: browsing(h, back.Session.Reveal())},
		{name: "a session cookie at the API", program: true, send: calling(h, cookie(x.owner.Session))},
	}
}

func endedTokens(h *dagpasstest.House, x estate) []principal {
	h.T.Helper()
	must := mustBe(h)
	ctx, by, at := h.Context(), dagpasstest.System(), x.org.Scope()
	_, live := token(h, at, access.OrgOwner, 0)
	rotated, old := token(h, at, access.OrgOwner, 0)
	_, _, err := h.Tokens.Rotate(ctx, by, at, rotated.ID, rotated.Generation, "")
	must(err)
	deleted, gone := token(h, at, access.OrgOwner, 0)
	_, err = h.Tokens.Delete(ctx, by, at, deleted.ID, access.TokenDeletionWord)
	must(err)
	_, revoked := token(h, at, access.OrgOwner, 0)
	_, err = h.Tokens.Revoke(ctx, revoked, access.Origin{})
	must(err)
	return []principal{
		{name: "a rotated token", program: true, send: calling(h, bearer(old))},
		{name: "a deleted token", program: true, send: calling(h, bearer(gone))},
		{name: "a revoked token", program: true, send: calling(h, bearer(revoked))},
		{name: "a token with another end", program: true, send: calling(h, bearer(strings.TrimSuffix(live, live[len(live)-4:])+"AAAA"))},
		{name: "a token in the console's cookie", send: browsing(h, live)},
	}
}

// mustBe ends the test for an error.
func mustBe(h *dagpasstest.House) func(error) {
	return func(err error) {
		h.T.Helper()
		if err != nil {
			h.T.Fatal(err)
		}
	}
}
