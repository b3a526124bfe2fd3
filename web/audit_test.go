package web_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/dagpasstest"
	"dagpass/views"
)

func auditPath(h *dagpasstest.House) string { return views.OrganizationAuditURL(string(h.Org.ID)) }

// auditActions are the actions of the log's rows, as they are told on the page, newest first.
func auditActions(p *dagpasstest.Page) []string {
	var out []string
	for _, n := range p.All("#audit-table tbody th") {
		out = append(out, dagpasstest.Text(n))
	}
	return out
}

// TestAuditLog_Screen: F16, F46 and ui.md 3.6.
func TestAuditLog_Screen(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
	oli := h.Member("Oli", h.Workspace.Scope(), access.WorkspaceOperator)
	tok, _ := h.Token(ada, h.Workspace.Scope(), "ci-deploy", access.WorkspaceMember)
	finance := h.NewWorkspace("Finance")
	h.Token(h.Owner, finance.Scope(), "nightly", access.WorkspaceMember)
	h.Browser(oli).Post(views.DeleteWorkspaceTokenURL(string(h.Workspace.ID), string(tok.ID)), url.Values{"confirm": {"Delete"}}).Status(http.StatusForbidden)
	owner := h.Browser(h.Owner)

	t.Run("tells what happened in words, the newest first", func(t *testing.T) {
		p := owner.Get(auditPath(h)).Status(http.StatusOK)
		p.Has("Nov 23, 2026, 09:57:00", "Delete API token", "Refused: role too low", "ci-deploy", "Data Platform", "Done", "192.0.2.7 · Chrome, Linux")
		if got := auditActions(p); got[0] != "Delete API token" || got[len(got)-1] != "Create Organization" {
			t.Errorf("the order is %q", got)
		}
	})
	t.Run("is narrowed by its form, without script", func(t *testing.T) {
		p := owner.Get(auditPath(h)).Form("Apply").Set("target", "nightly").Set("act", "token.create").Set("since", "2026-11-23").Set("until", "2026-11-23").Submit()
		if got := auditActions(p.Status(http.StatusOK)); !slices.Equal(got, []string{"Create API token"}) {
			t.Errorf("found %q", got)
		}
		p.Has("1 matching event on this page")
		p = owner.Get(auditPath(h) + "?until=2026-11-22").Has("No events match these filters")
		if got := auditActions(p.Click("Clear filters")); len(got) < 5 {
			t.Errorf("after clearing: %q", got)
		}
	})
	t.Run("ignores values that mean nothing", func(t *testing.T) {
		all := auditActions(owner.Get(auditPath(h)))
		p := owner.Get(auditPath(h) + "?act=x&outcome=x&workspace=x&since=yesterday&until=2026-02-31&after=-1&q=%00&sort=x").Status(http.StatusOK)
		if got := auditActions(p); !slices.Equal(got, all) {
			t.Errorf("found %q", got)
		}
	})
	t.Run("shows all of an event in its dialog, and leads to what else is recorded of its target", func(t *testing.T) {
		seq := regexp.MustCompile(`audit/(\d+)`).FindStringSubmatch(owner.Get(auditPath(h) + "?outcome=denied").Body)[1]
		p := owner.Get(auditPath(h) + "/" + seq + "?outcome=denied").Status(http.StatusOK)
		p.Has("Delete API token", "Refused: role too low", "Person Oli", string(oli.ID), oli.Email, string(tok.ID), "192.0.2.7", "Mozilla/5.0",
			"POST /w/:ws/tokens/:token/delete", "Request ID", "Event number "+seq, "Nov 23, 2026, 09:57:00 UTC (just now)", "token.delete")
		if got := dagpasstest.Attr(p.Find(".dlg-foot a"), "href"); got != auditPath(h)+"?outcome=denied" {
			t.Errorf("Close leads to %s", got)
		}
		p = owner.Get(auditPath(h) + "?target=" + string(tok.ID))
		if got := auditActions(p); !slices.Equal(got, []string{"Delete API token", "Create API token"}) {
			t.Errorf("of the token: %q", got)
		}
	})
	t.Run("answers what is no event like one that is gone", func(t *testing.T) {
		for _, seq := range []string{"0", "-1", "01", "999999", "x", "9999999999999999999"} {
			owner.Get(auditPath(h) + "/" + seq).Status(http.StatusNotFound).Has("This event is no longer kept.")
		}
	})
	t.Run("a Workspace Owner sees their Workspace alone, and no export", func(t *testing.T) {
		p := h.Browser(ada).Get(views.WorkspaceAuditURL(string(h.Workspace.ID))).Status(http.StatusOK)
		p.HasNot("nightly", "Finance", "audit-export").Has("Tamper-evident.")
		for _, a := range auditActions(p) {
			if a == "Create Organization" {
				t.Error("sees the Organization's events")
			}
		}
		h.Browser(ada).Get(auditPath(h)).Status(http.StatusForbidden)
	})
	t.Run("htmx gets the table and the export's form, and no document", func(t *testing.T) {
		b := h.Browser(h.Owner)
		b.HTMX = true
		p := b.Get(auditPath(h) + "?outcome=denied").Status(http.StatusOK)
		p.HasNot("<main", "<html").Has("1 matching event")
		if p.Header.Get("Dagpass-Fragment") != "part" {
			t.Error("it does not say that it is a part")
		}
	})
}

// TestAuditLog_Pages: the console's links from page to page.
func TestAuditLog_Pages(t *testing.T) {
	h := dagpasstest.New(t)
	for i := range 60 {
		h.Token(h.Owner, h.Workspace.Scope(), fmt.Sprint("t", i), access.WorkspaceMember)
	}
	first := h.Browser(h.Owner).Get(auditPath(h) + "?act=token.create")
	second := first.Click("Older")
	if a, b := len(auditActions(first)), len(auditActions(second)); a != 50 || b != 10 {
		t.Errorf("pages of %d and %d", a, b)
	}
	if got := auditActions(second.Click("Newest")); len(got) != 50 {
		t.Errorf("back on the newest: %d", len(got))
	}
}

// TestAuditLog_Chain: the state of the chain stands above the log.
func TestAuditLog_Chain(t *testing.T) {
	h := dagpasstest.New(t)
	owner := h.Browser(h.Owner)
	owner.Get(auditPath(h)).Has("Tamper-evident. Not verified yet. Verify it with dagpass audit verify")
	check(t, h)
	h.Clock.Advance(time.Minute)
	n := len(auditActions(owner.Get(auditPath(h))))
	owner.Get(auditPath(h)).Has(fmt.Sprintf("Tamper-evident. Last verified today 09:57 UTC, %d events, first kept Nov 23, 2026.", n))
	h.Edit(`DROP TRIGGER audit_is_not_changed`)
	h.Edit(`UPDATE audit SET actor_name = 'nobody' WHERE seq = 2 AND organization_id <> ''`)
	check(t, h)
	p := owner.Get(auditPath(h)).Has("The audit log was altered outside Dagpass: at event 2, the event was altered.")
	if p.Find(".alert--danger") == nil {
		t.Error("there is no alert")
	}
}

func check(t *testing.T, h *dagpasstest.House) {
	t.Helper()
	if err := h.DB.CheckAudit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestAuditLog_Export: R59, F46: the form, the file, and that it says what the screen says.
func TestAuditLog_Export(t *testing.T) {
	h := dagpasstest.New(t)
	h.NewWorkspace(`=HYPERLINK("http://x")`)
	h.Token(h.Owner, h.Workspace.Scope(), "<b>ci</b>", access.WorkspaceMember)
	owner := h.Browser(h.Owner)
	shown := auditActions(owner.Get(auditPath(h)))

	t.Run("tells the number of events beforehand, again for other days", func(t *testing.T) {
		owner.Get(auditPath(h)).Has(fmt.Sprintf("%d events", len(shown)))
		owner.Get(auditPath(h) + "?days=1&act=token.create").Has("1 matching event")
		days := owner.Get(auditPath(h) + "?since=2026-11-23&until=2026-11-23").Find("#audit-count")
		if got := dagpasstest.Text(days); strings.Contains(got, "matching") {
			t.Errorf("the days of the list narrow no export, but it tells %q", got)
		}
		b := h.Browser(h.Owner)
		b.HTMX = true
		b.Get(views.AuditCountURL(string(h.Org.ID)) + "?days=2").Status(http.StatusOK).Has(fmt.Sprintf("%d events", len(shown)))
		owner.Get(views.AuditCountURL(string(h.Org.ID)) + "?days=2").Status(http.StatusSeeOther)
		owner.Get(auditPath(h) + "?days=0").Status(http.StatusOK).Has("Enter a whole number of days from 1 to 90.")
	})
	t.Run("sends NDJSON, one object for each event of the screen", func(t *testing.T) {
		p := owner.Get(auditPath(h)).Form("Export").Submit().Status(http.StatusOK)
		if got := p.Header.Get("Content-Disposition"); got != `attachment; filename="acme-logs-7-days-2026-11-23.ndjson"` {
			t.Error(got)
		}
		if got := p.Header.Get("Content-Type") + " " + p.Header.Get("Cache-Control"); got != "application/x-ndjson; charset=utf-8 no-store" {
			t.Error(got)
		}
		var words []string
		for line := range strings.Lines(p.Body) {
			var e struct{ Action, ClientType string }
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			words = append(words, views.ActionWords(e.Action))
		}
		slices.Reverse(words)
		if !slices.Equal(words, shown) {
			t.Errorf("exported\n%q, shown\n%q", words, shown)
		}
	})
	t.Run("sends CSV that no spreadsheet executes, narrowed like the screen", func(t *testing.T) {
		p := owner.Get(auditPath(h)+"?act=workspace.create").Form("Export").Set("days", "90").Set("format", "csv").Submit().Status(http.StatusOK)
		if got := p.Header.Get("Content-Disposition") + p.Header.Get("Content-Type"); got != `attachment; filename="acme-logs-90-days-2026-11-23.csv"text/csv; charset=utf-8` {
			t.Error(got)
		}
		all, err := csv.NewReader(strings.NewReader(p.Body)).ReadAll()
		if err != nil || len(all) != 3 {
			t.Fatalf("%d rows, %v", len(all), err)
		}
		if got := all[2][slices.Index(all[0], "entity.name")]; got != `'=HYPERLINK("http://x")` {
			t.Error(got)
		}
	})
	t.Run("is in the log afterwards, with what was taken", func(t *testing.T) {
		p := owner.Get(auditPath(h))
		if got := auditActions(p)[0]; got != "Export audit log" {
			t.Fatal(got)
		}
		p.Click(dagpasstest.Attr(p.Find("#audit-table .act a"), "aria-label")).Has("days", "90", "format", "csv", "workspace.create")
	})
	for days, text := range map[string]string{"0": "from 1 to 90", "91": "from 1 to 90", "": "from 1 to 90", "seven": "from 1 to 90", "1e1": "from 1 to 90", "-7": "from 1 to 90"} {
		t.Run(fmt.Sprintf("refuses %q days beside the field, and records nothing", days), func(t *testing.T) {
			before := h.LastEvent()
			p := owner.Get(auditPath(h)).Form("Export").Set("days", days).Submit().Status(http.StatusUnprocessableEntity).Has(text)
			if got := dagpasstest.Attr(p.Find("#filter-days"), "value"); got != days || h.LastEvent() != before {
				t.Errorf("the field holds %q, the last event is %s", got, h.LastEvent())
			}
		})
	}
	t.Run("refuses an unknown format", func(t *testing.T) {
		owner.Post(views.AuditExportURL(string(h.Org.ID)), url.Values{"days": {"7"}, "format": {"xlsx"}}).Status(http.StatusUnprocessableEntity).Has("Select a format from the list.")
	})
	t.Run("of nothing is an empty file, with its header in CSV", func(t *testing.T) {
		p := owner.Post(views.AuditExportURL(string(h.Org.ID)), url.Values{"days": {"7"}, "format": {"csv"}, "q": {"no such thing"}}).Status(http.StatusOK)
		if !strings.HasPrefix(p.Body, "timestamp,") || strings.Count(p.Body, "\n") != 1 {
			t.Errorf("%q", p.Body)
		}
	})
}

// TestAuditLog_Words: every action of the record has words, so that no screen shows its name instead.
func TestAuditLog_Words(t *testing.T) {
	source, err := os.ReadFile("../internal/audit/action.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`Action = "([a-z_.]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(names) < 40 {
		t.Fatalf("found %d actions only", len(names))
	}
	for _, m := range names {
		if views.ActionWords(m[1]) == m[1] {
			t.Errorf("%s has no words", m[1])
		}
	}
	if got := views.ActionWords("moon.land"); got != "moon.land" {
		t.Errorf("an unknown action is told as %q", got)
	}
}

// TestAuditLog_SearchIsBounded: a page says how far a search came, and leads further.
func TestAuditLog_SearchIsBounded(t *testing.T) {
	h := dagpasstest.New(t)
	h.Token(h.Owner, h.Workspace.Scope(), "needle", access.WorkspaceMember)
	haystack(t, h, 7_000)
	p := h.Browser(h.Owner).Get(auditPath(h)+"?q=needle").Has("Nothing found so far", "Searched back to Nov 23, 2026, 09:57:00 UTC.")
	p.Click("Search further").Has("needle", "1 matching event on this page")
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
