package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/views"
)

// flushing calls back before a part of an answer is sent.
type flushing struct {
	http.ResponseWriter
	sent func()
}

func (f flushing) Unwrap() http.ResponseWriter { return f.ResponseWriter }

func (f flushing) FlushError() error {
	f.sent()
	return http.NewResponseController(f.ResponseWriter).Flush()
}

// exportOver asks for an export of the house over a real connection. sent runs on the server whenever a
// batch was written and before it is sent, with the context of the request; ended is closed when the
// server is done with it.
func exportOver(t *testing.T, h *dagpasstest.House, ctx context.Context, sent func(context.Context)) (res *http.Response, ended chan struct{}, err error) {
	t.Helper()
	ended = make(chan struct{})
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		h.Handler.ServeHTTP(flushing{w, func() { sent(r.Context()) }}, r)
	}))
	srv.Config.WriteTimeout = time.Millisecond // for whole answers; a long file moves it
	srv.Start()
	t.Cleanup(srv.Close)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+views.AuditExportURL(string(h.Org.ID)), strings.NewReader("days=7&format=ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = strings.TrimPrefix(dagpasstest.PublicURL, "http://")
	r.Header.Set("Origin", dagpasstest.PublicURL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "__Host-dagpass", Value: h.Owner.Session.Reveal()})
	res, err = srv.Client().Do(r)
	return res, ended, err
}

// lines reads an answer to its end and counts its lines.
func lines(res *http.Response) (int, error) {
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	return strings.Count(string(all), "\n"), err
}

// TestAuditLog_ExportIsWholeOrBroken: a client can always tell a whole file from a part of one.
func TestAuditLog_ExportIsWholeOrBroken(t *testing.T) {
	const events = 2500
	t.Run("a whole one ends as it should, in several parts", func(t *testing.T) {
		h := dagpasstest.New(t)
		haystack(t, h, events)
		parts := 0
		res, _, err := exportOver(t, h, t.Context(), func(context.Context) { parts++ })
		if err != nil {
			t.Fatal(err)
		}
		if n, err := lines(res); err != nil || n < events || parts != 3 || res.ContentLength != -1 {
			t.Errorf("%d lines in %d parts, length %d: %v", n, parts, res.ContentLength, err)
		}
	})
	for name, spoil := range map[string]func(t *testing.T, h *dagpasstest.House){
		"the database fails": func(_ *testing.T, h *dagpasstest.House) { h.Edit(`ALTER TABLE audit RENAME TO elsewhere`) },
		"its maker is demoted": func(t *testing.T, h *dagpasstest.House) {
			if err := h.Members.SetRole(t.Context(), dagpasstest.System(), h.Org.Scope(), h.Person("Second", access.OrgOwner).ID, access.OrgOwner); err != nil {
				t.Error(err)
			}
			if err := h.Members.SetRole(t.Context(), dagpasstest.System(), h.Org.Scope(), h.Owner.ID, access.OrgMember); err != nil {
				t.Error(err)
			}
		},
		"events are pruned": func(t *testing.T, h *dagpasstest.House) {
			h.Clock.Advance(time.Minute)
			if err := h.DB.PruneAudit(t.Context(), time.Second); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run("one is broken when "+name+" half-way", func(t *testing.T) {
			h := dagpasstest.New(t)
			haystack(t, h, events)
			first := true
			res, _, err := exportOver(t, h, t.Context(), func(context.Context) {
				if first {
					first = false
					spoil(t, h)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			n, err := lines(res)
			if res.StatusCode != http.StatusOK || !errors.Is(err, io.ErrUnexpectedEOF) || n >= events {
				t.Errorf("status %d, %d lines, then %v", res.StatusCode, n, err)
			}
		})
	}
	t.Run("one stops when the client hangs up", func(t *testing.T) {
		h := dagpasstest.New(t)
		haystack(t, h, events)
		ctx, hangUp := context.WithCancel(t.Context())
		parts := 0
		res, ended, err := exportOver(t, h, ctx, func(request context.Context) {
			parts++
			hangUp()
			<-request.Done()
		})
		if err == nil {
			_, err = lines(res)
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the client got %v", err)
		}
		<-ended
		if parts != 1 {
			t.Errorf("%d parts were read for nobody", parts-1)
		}
		if strings.Contains(h.Logs.String(), "internal error") {
			t.Error("a client that left is logged as an error of ours")
		}
	})
	t.Run("one that fails before the first byte is told as a page", func(t *testing.T) {
		h := dagpasstest.New(t)
		b := h.Browser(h.Owner)
		form := b.Get(auditPath(h)).Form("Export")
		h.Edit(`ALTER TABLE audit RENAME TO elsewhere`)
		p := form.Submit().Status(http.StatusInternalServerError).Has("Something went wrong")
		if p.Header.Get("Content-Disposition") != "" {
			t.Error("the page is sent as a file")
		}
	})
}
