package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/dagpasstest"
)

// told is a page of the log as "action target", newest first.
func told(events []audit.Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, strings.TrimSpace(string(e.Action)+" "+e.TargetName))
	}
	return out
}

// busyHouse has two Workspaces, a Workspace Owner and an Operator, and things that happened.
type busyHouse struct {
	*dagpasstest.House
	finance  access.Workspace
	ada, oli dagpasstest.Person
	ci       access.Token
}

func newBusyHouse(t *testing.T) *busyHouse {
	h := &busyHouse{House: dagpasstest.New(t)}
	h.finance = h.NewWorkspace("Finance")
	h.ada = h.Member("Ada Park", h.Workspace.Scope(), access.WorkspaceOwner)
	h.oli = h.Member("Oli", h.Workspace.Scope(), access.WorkspaceOperator)
	h.Clock.Advance(24 * time.Hour)
	h.ada, h.Owner = h.SignIn(h.ada.User), h.SignIn(h.Owner.User)
	h.oli = h.SignIn(h.oli.User)
	h.ci, _ = h.Token(h.ada, h.Workspace.Scope(), "ci", access.WorkspaceMember)
	h.Token(h.Owner, h.finance.Scope(), "nightly", access.WorkspaceMember)
	if _, err := h.Tokens.Delete(t.Context(), h.Actor(h.oli), h.Workspace.Scope(), h.ci.ID, access.DeletionWord); access.CodeOf(err) != access.Forbidden {
		t.Fatal(err)
	}
	return h
}

func (h *busyHouse) list(at access.Scope, f access.AuditFilter) access.AuditPage {
	h.T.Helper()
	page, err := h.AuditLog.List(h.Context(), h.Actor(h.Owner), at, f, 0, 50)
	if err != nil {
		h.T.Fatal(err)
	}
	return page
}

// TestAuditLog_List: F16, F46.
func TestAuditLog_List(t *testing.T) {
	h := newBusyHouse(t)
	org := h.Org.Scope()
	midnight := h.Clock.Now().Truncate(24 * time.Hour)
	for name, c := range map[string]struct {
		filter access.AuditFilter
		want   []string
	}{
		"by a part of the actor's name, whatever its case": {access.AuditFilter{Actor: "PARK", Action: audit.TokenCreate}, []string{"token.create ci"}},
		"by the actor's id":                 {access.AuditFilter{Actor: string(h.ada.ID), Action: audit.TokenCreate}, []string{"token.create ci"}},
		"by the actor's e-mail":             {access.AuditFilter{Actor: h.ada.Email}, []string{"token.create ci"}},
		"by action":                         {access.AuditFilter{Action: audit.TokenCreate}, []string{"token.create nightly", "token.create ci"}},
		"by the target's name":              {access.AuditFilter{Target: "nightly"}, []string{"token.create nightly"}},
		"by the target's id":                {access.AuditFilter{Target: string(h.ci.ID)}, []string{"token.delete", "token.create ci"}},
		"by Workspace":                      {access.AuditFilter{Workspace: h.finance.ID}, []string{"token.create nightly", "workspace.create Finance"}},
		"by outcome":                        {access.AuditFilter{Outcome: audit.Denied}, []string{"token.delete"}},
		"by a search in the names":          {access.AuditFilter{Search: "NIGHT"}, []string{"token.create nightly"}},
		"by a search for an address":        {access.AuditFilter{Search: "192.0.2.7", Target: "ci"}, []string{"token.create ci"}},
		"from an instant on":                {access.AuditFilter{From: midnight, Action: audit.TokenCreate}, []string{"token.create nightly", "token.create ci"}},
		"until an instant":                  {access.AuditFilter{Until: midnight, Action: audit.TokenCreate}, nil},
		"by all of them":                    {access.AuditFilter{Actor: "ada", Target: string(h.ci.ID), Workspace: h.Workspace.ID, Outcome: audit.OK, From: midnight, Search: "ci"}, []string{"token.create ci"}},
		"by an id that is part of no other": {access.AuditFilter{Target: "c00000000000000000000000z"}, nil},
	} {
		t.Run("is narrowed "+name, func(t *testing.T) {
			if got := told(h.list(org, c.filter).Events); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	t.Run("a Workspace Owner sees the events of their Workspace and nothing else", func(t *testing.T) {
		page, err := h.AuditLog.List(t.Context(), h.Actor(h.ada), h.Workspace.Scope(), access.AuditFilter{Workspace: h.finance.ID}, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			if e.WorkspaceID != string(h.Workspace.ID) {
				t.Errorf("sees %s in %q", e.Action, e.WorkspaceID)
			}
		}
		if len(page.Events) == 0 || page.State.Kept != 0 {
			t.Errorf("%d events, state %+v", len(page.Events), page.State)
		}
	})
	t.Run("others see none of it", func(t *testing.T) {
		_, err := h.AuditLog.List(t.Context(), h.Actor(h.oli), h.Workspace.Scope(), access.AuditFilter{}, 0, 50)
		wantCode(t, err, access.Forbidden)
		_, err = h.AuditLog.List(t.Context(), h.Actor(h.ada), org, access.AuditFilter{}, 0, 50)
		wantCode(t, err, access.Forbidden)
		_, err = h.AuditLog.List(t.Context(), h.Actor(h.ada), h.finance.Scope(), access.AuditFilter{}, 0, 50)
		wantCode(t, err, access.NotFound)
	})
}

// TestAuditLog_Pages: every event is on exactly one page, also while others are appended.
func TestAuditLog_Pages(t *testing.T) {
	h := dagpasstest.New(t)
	for i := range 130 {
		h.Token(h.Owner, h.Workspace.Scope(), fmt.Sprintf("t%03d", i), access.WorkspaceMember)
	}
	f := access.AuditFilter{Action: audit.TokenCreate}
	var seen []string
	var sizes []int
	for before := int64(0); ; {
		page, err := h.AuditLog.List(t.Context(), h.Actor(h.Owner), h.Org.Scope(), f, before, 50)
		if err != nil {
			t.Fatal(err)
		}
		seen, sizes = append(seen, told(page.Events)...), append(sizes, len(page.Events))
		if page.Next == 0 {
			break
		}
		before = page.Next
		h.Token(h.Owner, h.Workspace.Scope(), fmt.Sprint("late", before), access.WorkspaceMember)
	}
	if !slices.Equal(sizes, []int{50, 50, 30}) || seen[0] != "token.create t129" || seen[129] != "token.create t000" {
		t.Errorf("pages of %v, from %s to %s", sizes, seen[0], seen[len(seen)-1])
	}
}

// TestAuditLog_SearchIsBounded: a search that no index answers says how far it came, and goes on there.
func TestAuditLog_SearchIsBounded(t *testing.T) {
	h := dagpasstest.New(t)
	h.Token(h.Owner, h.Workspace.Scope(), "needle", access.WorkspaceMember)
	haystack(t, h, 7_000)
	page := pageOf(t, h, access.AuditFilter{Search: "needle"}, 0)
	if len(page.Events) != 0 || page.Next == 0 || page.SearchedTo.IsZero() {
		t.Fatalf("the first page: %d events, next %d, searched to %s", len(page.Events), page.Next, page.SearchedTo)
	}
	page = pageOf(t, h, access.AuditFilter{Search: "needle"}, page.Next)
	if len(page.Events) != 1 || page.Next != 0 || !page.SearchedTo.IsZero() {
		t.Errorf("the second page: %d events, next %d, searched to %s", len(page.Events), page.Next, page.SearchedTo)
	}
	if n, more, err := h.AuditLog.CountExport(t.Context(), h.Actor(h.Owner), h.Org.ID, access.NewAuditExport{Days: 1, Format: audit.CSV, Filter: access.AuditFilter{Search: "needle"}}); err != nil || n != 0 || !more {
		t.Errorf("counted %d, more %v, %v", n, more, err)
	}
}

func pageOf(t *testing.T, h *dagpasstest.House, f access.AuditFilter, before int64) access.AuditPage {
	t.Helper()
	page, err := h.AuditLog.List(t.Context(), h.Actor(h.Owner), h.Org.Scope(), f, before, 50)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// haystack adds n events to the Organization's chain.
func haystack(t *testing.T, h *dagpasstest.House, n int) {
	t.Helper()
	err := access.Upkeep(t.Context(), h.DB.Access(), func(tx access.Tx) error {
		for range n {
			e := audit.Event{At: tx.Now(), Action: audit.TokenUpdate, Outcome: audit.OK, ActorKind: audit.ActorSystem, OrganizationID: string(h.Org.ID)}
			if err := tx.Append(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAuditLog_Event(t *testing.T) {
	h := newBusyHouse(t)
	there := h.list(h.finance.Scope(), access.AuditFilter{Action: audit.TokenCreate}).Events[0]
	t.Run("is found by its number, with all it holds", func(t *testing.T) {
		e, err := h.AuditLog.Event(t.Context(), h.Actor(h.Owner), h.Org.Scope(), there.Seq)
		if err != nil || e.TargetName != "nightly" || e.IP != "192.0.2.7" || e.ActorEmail != h.Owner.Email {
			t.Errorf("%+v, %v", e, err)
		}
	})
	t.Run("is not found from another Workspace", func(t *testing.T) {
		_, err := h.AuditLog.Event(t.Context(), h.Actor(h.ada), h.Workspace.Scope(), there.Seq)
		wantCode(t, err, access.NotFound)
	})
	t.Run("is not found before it happened", func(t *testing.T) {
		for _, seq := range []int64{-1, 0, 1 << 62} {
			_, err := h.AuditLog.Event(t.Context(), h.Actor(h.Owner), h.Org.Scope(), seq)
			wantCode(t, err, access.NotFound)
		}
	})
}

// collect reads an export whole.
func collect(ctx context.Context, x *access.Export) ([]audit.Event, error) {
	var all []audit.Event
	err := x.Each(ctx, func(batch []audit.Event) error {
		all = append(all, batch...)
		return nil
	})
	return all, err
}

// TestAuditLog_Export: F46, R59.
func TestAuditLog_Export(t *testing.T) {
	week := access.NewAuditExport{Days: 7, Format: audit.NDJSON}
	t.Run("holds what the screen shows, and as many as were told", func(t *testing.T) {
		h := newBusyHouse(t)
		for _, f := range []access.AuditFilter{{}, {Actor: "ada"}, {Outcome: audit.Denied}, {Workspace: h.finance.ID, Search: "night"}} {
			in := week
			in.Filter = f
			shown := told(h.list(h.Org.Scope(), f).Events)
			n, more, err := h.AuditLog.CountExport(t.Context(), h.Actor(h.Owner), h.Org.ID, in)
			if err != nil || more {
				t.Fatal(more, err)
			}
			x, err := h.AuditLog.Export(t.Context(), h.Actor(h.Owner), h.Org.ID, in)
			if err != nil {
				t.Fatal(err)
			}
			events, err := collect(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			got := told(events)
			slices.Reverse(got)
			if !slices.Equal(got, shown) || int64(len(got)) != n {
				t.Errorf("%+v: exported %d, told %d:\n%q\nshown\n%q", f, len(got), n, got, shown)
			}
		}
	})
	t.Run("leaves out what is older than the days", func(t *testing.T) {
		h := newBusyHouse(t)
		x, err := h.AuditLog.Export(t.Context(), h.Actor(h.Owner), h.Org.ID, access.NewAuditExport{Days: 1, Format: audit.CSV, Filter: access.AuditFilter{Action: audit.WorkspaceCreate}})
		if err != nil {
			t.Fatal(err)
		}
		h.Clock.Advance(time.Hour)
		if events, err := collect(t.Context(), x); err != nil || len(events) != 2 {
			t.Errorf("%q, %v", told(events), err)
		}
		h.Clock.Advance(time.Hour)
		h.Owner = h.SignIn(h.Owner.User)
		x, err = h.AuditLog.Export(t.Context(), h.Actor(h.Owner), h.Org.ID, access.NewAuditExport{Days: 1, Format: audit.CSV, Filter: access.AuditFilter{Action: audit.WorkspaceCreate}})
		if err != nil {
			t.Fatal(err)
		}
		if events, err := collect(t.Context(), x); err != nil || len(events) != 0 {
			t.Errorf("%q, %v", told(events), err)
		}
	})
	t.Run("is recorded with range, format and filter before anything is read", func(t *testing.T) {
		h := newBusyHouse(t)
		in := access.NewAuditExport{Days: 30, Format: audit.CSV, Filter: access.AuditFilter{Actor: "ada"}}
		if _, err := h.AuditLog.Export(t.Context(), h.Actor(h.Owner), h.Org.ID, in); err != nil {
			t.Fatal(err)
		}
		last := h.list(h.Org.Scope(), access.AuditFilter{}).Events[0]
		want := []audit.Change{{Field: "days", After: "30"}, {Field: "format", After: "csv"}, {Field: "actor", After: "ada"}}
		if last.Action != audit.AuditExport || !slices.Equal(last.Details, want) {
			t.Errorf("recorded %s %v", last.Action, last.Details)
		}
	})
	t.Run("reads in batches up to the newest event of its beginning", func(t *testing.T) {
		h := dagpasstest.New(t)
		haystack(t, h, 2500)
		x, err := h.AuditLog.Export(t.Context(), h.Actor(h.Owner), h.Org.ID, week)
		if err != nil {
			t.Fatal(err)
		}
		var sizes []int
		var last int64
		err = x.Each(t.Context(), func(batch []audit.Event) error {
			haystack(t, h, 10)
			sizes, last = append(sizes, len(batch)), batch[len(batch)-1].Seq
			return nil
		})
		if err != nil || len(sizes) != 3 || sizes[0] != 1000 || int64(sizes[0]+sizes[1]+sizes[2]) != last {
			t.Errorf("batches of %v up to %d, %v", sizes, last, err)
		}
	})
	t.Run("ends when its maker loses the right, and says so", func(t *testing.T) {
		h := dagpasstest.New(t)
		haystack(t, h, 2500)
		second := h.Person("Second", access.OrgOwner)
		x, err := h.AuditLog.Export(t.Context(), h.Actor(second), h.Org.ID, week)
		if err != nil {
			t.Fatal(err)
		}
		err = x.Each(t.Context(), func([]audit.Event) error {
			return h.Members.SetRole(t.Context(), dagpasstest.System(), h.Org.Scope(), second.ID, access.OrgMember)
		})
		wantCode(t, err, access.Forbidden)
	})
	t.Run("ends when nobody takes it any more", func(t *testing.T) {
		h := newBusyHouse(t)
		x, err := h.AuditLog.Export(t.Context(), h.Actor(h.Owner), h.Org.ID, week)
		if err != nil {
			t.Fatal(err)
		}
		gone := errors.New("the client left")
		if err := x.Each(t.Context(), func([]audit.Event) error { return gone }); !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("fails when events are pruned under it", func(t *testing.T) {
		h := newBusyHouse(t)
		x, err := h.AuditLog.Export(t.Context(), h.Actor(h.Owner), h.Org.ID, week)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.DB.PruneAudit(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		if _, err := collect(t.Context(), x); err == nil {
			t.Error("a part of it passed as the whole")
		}
	})
	t.Run("is for Organization Owners, and a refusal is recorded", func(t *testing.T) {
		h := newBusyHouse(t)
		_, err := h.AuditLog.Export(t.Context(), h.Actor(h.ada), h.Org.ID, week)
		wantCode(t, err, access.Forbidden)
		_, _, err = h.AuditLog.CountExport(t.Context(), h.Actor(h.ada), h.Org.ID, week)
		wantCode(t, err, access.Forbidden)
		if last := h.list(h.Org.Scope(), access.AuditFilter{}).Events[0]; last.Action != audit.AuditExport || last.Outcome != audit.Denied {
			t.Errorf("recorded %s %s", last.Action, last.Outcome)
		}
	})
	for name, in := range map[string]access.NewAuditExport{
		"no days":           {Days: 0, Format: audit.CSV},
		"days below zero":   {Days: -1, Format: audit.CSV},
		"too many days":     {Days: 91, Format: audit.CSV},
		"an unknown format": {Days: 7, Format: "xlsx"},
	} {
		t.Run("refuses "+name+" and records nothing", func(t *testing.T) {
			h := dagpasstest.New(t)
			before := h.LastEvent()
			_, err := h.AuditLog.Export(t.Context(), h.Actor(h.Owner), h.Org.ID, in)
			wantCode(t, err, access.Invalid)
			if len(access.AsError(err).Fields) != 1 || h.LastEvent() != before {
				t.Errorf("%v, last event %s", err, h.LastEvent())
			}
		})
	}
}
