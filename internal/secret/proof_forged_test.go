package secret_test

import (
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/proof"
	"dagpass/internal/secret"
)

// TestProof_ForgedTokens presents every forged value of the table, signed with the key of a real
// installation and naming a token that lives there, to each family of its API, for introspection and to
// whoever checks values with the published key. So it does with values that nobody but the key could have
// signed: those pass without the database, and the server never issued them. Seen to fail with a
// Tokens.Verify that took the token from the claims of a value that is not stored, and with one that
// looked up whatever was presented, without the shape rule in front.
func TestProof_ForgedTokens(t *testing.T) {
	l := newLiveToken(t)
	f := l.forge()
	if f.sign(header, goodPayload) != l.value {
		t.Fatal("the forge does not write the live value, so that its others prove nothing")
	}
	table, unissued := f.values(), f.unissued()
	if len(table) < 60 {
		t.Errorf("%d forged values, want 60 or more", len(table))
	}
	l.accepted(t, "before")
	for _, v := range table {
		if claims, err := l.verifyOffline(v.value); err == nil || claims != (secret.Claims{}) {
			t.Errorf("%s: accepted without the database", v.name)
		}
	}
	for _, v := range unissued {
		if _, err := l.verifyOffline(v.value); err != nil {
			t.Errorf("%s: the signature should be good: %v", v.name, err)
		}
	}
	for _, v := range append(table, unissued...) {
		l.refusedEverywhere(t, v.name, v.value)
	}
	looked := l.lookUps(t, table)
	l.accepted(t, "after")
	proof.Figure(t, "%d forged values, %d more that were signed and never issued, on %d routes: 0 accepted; %d of another shape cost no look-up",
		len(table), len(unissued), len(l.routes())+1, len(table)-looked)
}

// lookUps returns how many of the values the server looks up: exactly those that have the shape of one.
func (l *liveToken) lookUps(t *testing.T, values []forged) int {
	t.Helper()
	tokens, store := l.counted()
	looked := 0
	for _, v := range values {
		before := store.views.Load()
		if _, err := tokens.Verify(l.Context(), v.value, access.Origin{}); access.CodeOf(err) != access.Unauthenticated {
			t.Errorf("%s: %v", v.name, err)
		}
		want := 0
		if shape.MatchString(v.value) && len(v.value) <= secret.MaxValueLength {
			want = 1
		}
		if got := int(store.views.Load() - before); got != want {
			t.Errorf("%s: %d look-ups, want %d", v.name, got, want)
		}
		looked += want
	}
	dots := strings.Repeat(".", 1<<20)
	if kept := testing.AllocsPerRun(10, func() { _, _ = tokens.Verify(l.Context(), dots, access.Origin{}) }); kept > 1 {
		t.Errorf("a megabyte of dots is taken apart: %v allocations beside the one of the answer", kept)
	}
	return looked
}

// unissued are values that nobody can tell from good ones without the database.
func (f forge) unissued() []forged {
	var all []forged
	for name, payload := range map[string]string{
		"another jti":          with("0123456789abcdefghijklmnop", "ponmlkjihgfedcba9876543210"),
		"another generation":   with(`"2"}`, `"99"}`),
		"another Workspace":    with("workspaceId:cworkspace", "workspaceId:dworkspace"),
		"another Organization": with("organizationId:corg", "organizationId:dorg"),
		"no Workspace":         with(`,"workspaceId:cworkspace000000000000001"`, ""),
		"a later expiry":       with("1793361600", "4102444800"),
		"no expiry":            with(`"exp":1793361600,`, ""),
	} {
		all = append(all, forged{"unissued: " + name, f.sign(header, payload), nil})
	}
	return all
}
