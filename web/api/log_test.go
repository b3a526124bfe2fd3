package api_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
)

func TestLog(t *testing.T) {
	h := newHouse(t)
	tok := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
	logged := func(c func()) (lines []map[string]any, text string) {
		var out bytes.Buffer
		h.log = slog.New(slog.NewJSONHandler(&out, nil))
		h.site = h.build(h.config())
		c()
		for line := range strings.Lines(out.String()) {
			var fields map[string]any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fields)
		}
		return lines, out.String()
	}
	t.Run("a request is logged with its route and caller, and without path, query and token", func(t *testing.T) {
		lines, text := logged(func() { h.get(h.orgPath()+"/tokens?sorts=name:asc", tok) })
		if len(lines) != 1 || lines[0]["route"] != "/v1/organizations/:org/tokens" ||
			lines[0]["actor_kind"] != "token" || lines[0]["actor_id"] != string(tok.ID) {
			t.Errorf("logged %v", lines)
		}
		for _, private := range []string{tok.value, string(h.org.ID), "sorts"} {
			if strings.Contains(text, private) {
				t.Errorf("%s stands in the log", private)
			}
		}
	})
	t.Run("a refused token is logged without a caller", func(t *testing.T) {
		lines, text := logged(func() { h.call(http.MethodGet, "/v1/organizations", flip(tok.value)) })
		if len(lines) != 1 || lines[0]["actor_id"] != "" || strings.Contains(text, flip(tok.value)) {
			t.Errorf("logged %s", text)
		}
	})
	t.Run("the cause of a 503 stands in the log and not in the body", func(t *testing.T) {
		var a answer
		lines, _ := logged(func() {
			c := h.config()
			c.Tokens = access.NewTokens(brokenStore{h.store}, h.keys)
			h.site = h.build(c)
			a = h.get("/v1/organizations", tok)
		})
		if len(lines) != 2 || !strings.Contains(lines[0]["cause"].(string), "disk I/O error") {
			t.Errorf("logged %v", lines)
		}
		if strings.Contains(a.body, "disk") {
			t.Errorf("body %s", a.body)
		}
	})
}
