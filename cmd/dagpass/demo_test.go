package main

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to change the file behind the program's back

	"dagpass/internal/access"
	"dagpass/views"
)

var (
	demoLink = regexp.MustCompile(`(?m)^  (\S.*?)  .*(http://\S+)/sign-in#(\w{32})$`)
	demoDir  = regexp.MustCompile(`The data is in (\S+)\. `)
)

func TestDemo(t *testing.T) {
	begun := time.Now()
	p := launch(t, "demo")
	took := time.Since(begun)
	text := p.stderr.String()
	links := demoLink.FindAllStringSubmatch(text, -1)
	password := regexp.MustCompile(`(?m)^  (\w{5}-\w{5}-\w{5})$`).FindStringSubmatch(text)
	if password == nil {
		t.Fatalf("no password in:\n%s", text)
	}

	t.Run("is there within a few seconds", func(t *testing.T) {
		if t.Logf("%s", took); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
	})
	t.Run("prints a link for every role", func(t *testing.T) {
		for _, role := range append(access.RolesOf(access.OrgLevel), access.RolesOf(access.WorkspaceLevel)...) {
			if !regexp.MustCompile(`(?m)^  ` + role.Label() + `\b.*#\w{32}$`).MatchString(text) {
				t.Errorf("none for %s in:\n%s", role.Label(), text)
			}
		}
	})
	t.Run("each link signs its person in, once", func(t *testing.T) {
		if len(links) != len(demoPeople) {
			t.Fatalf("%d links for %d people", len(links), len(demoPeople))
		}
		for i, link := range links {
			form := url.Values{views.FieldCode: {link[3]}}
			a := p.post("/sign-in", form)
			if a.status != http.StatusSeeOther {
				t.Fatalf("%s: status %d", link[1], a.status)
			}
			if own := p.as(a, views.ProfileURL); !strings.Contains(own.body, demoPeople[i].email()) {
				t.Errorf("%s signed somebody else in than %s", link[1], demoPeople[i].name)
			}
			if again := p.post("/sign-in", form); again.status == http.StatusSeeOther {
				t.Errorf("%s: the code worked twice", link[1])
			}
		}
	})
	t.Run("the printed password is everybody's", func(t *testing.T) {
		for _, person := range demoPeople {
			a := p.post("/sign-in", url.Values{views.FieldEmail: {person.email()}, views.FieldPassword: {password[1]}})
			if a.status != http.StatusSeeOther {
				t.Errorf("%s: status %d", person.name, a.status)
			}
		}
	})
	t.Run("neither codes nor the password are logged", func(t *testing.T) {
		for _, link := range links {
			if log := p.stdout.String(); strings.Contains(log, link[3]) || strings.Contains(log, password[1]) {
				t.Fatalf("the log holds one:\n%s", log)
			}
		}
	})
	t.Run("removes its directory when it stops", func(t *testing.T) {
		data := demoDir.FindStringSubmatch(text)[1]
		if code := p.stop(); code != 0 {
			t.Errorf("exit %d:\n%s", code, p.stderr)
		}
		if _, err := os.Stat(data); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", data, err)
		}
	})
}

// TestDemo_Tokens holds the example to what it is for: every state can be seen in it.
func TestDemo_Tokens(t *testing.T) {
	data := newData(t)
	launch(t, "demo", "--data", data).stop()
	d, err := storage{Data: data}.open(t.Context(), opening{log: quiet(), now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s, err := newServices(t.Context(), d, "http://localhost", newHasher())
	if err != nil {
		t.Fatal(err)
	}
	list := demoList(t, s)
	now := time.Now()
	seen := map[string]int{}
	count := func(what string, is bool) {
		if is {
			seen[what]++
		}
	}
	for _, item := range list {
		status := item.Status(now)
		count("active", status == access.Active)
		count("expiring soon", status == access.Soon)
		count("expired", status == access.Expired)
		count("never expiring", item.EndAt.IsZero())
		count("used", !item.LastUsed.At.IsZero() && item.LastUsed.Address != "" && item.LastUsed.Client != "")
		count("never used", item.LastUsed.At.IsZero())
		count("rotated", !item.LastRotatedAt.IsZero())
		count("of the Organization", item.OrganizationScoped())
		count("of a Workspace", !item.OrganizationScoped())
		count("older than a year", now.Sub(item.CreatedAt) > 365*day)
		count("by "+item.CreatedBy.Name, true)
	}
	for _, what := range []string{"active", "expiring soon", "expired", "never expiring", "used", "never used", "rotated",
		"of the Organization", "of a Workspace", "older than a year", "by " + mara, "by " + amina, "by " + elena, "by " + kwame} {
		if seen[what] == 0 {
			t.Errorf("no token is %s", what)
		}
	}
	if len(list) != len(demoTokens) || len(list) < 38 {
		t.Errorf("%d tokens, %d in the table", len(list), len(demoTokens))
	}
}

func TestDemo_Data(t *testing.T) {
	t.Run("keeps a directory it made, and lets its people in again", func(t *testing.T) {
		data := newData(t)
		first := launch(t, "demo", "--data", data)
		first.stop()
		again := launch(t, "demo", "--data", data)
		links := demoLink.FindAllStringSubmatch(again.stderr.String(), -1)
		if len(links) != len(demoPeople) || again.stderr.String() == first.stderr.String() {
			t.Fatalf("printed:\n%s", again.stderr)
		}
		if a := again.post("/sign-in", url.Values{views.FieldCode: {links[0][3]}}); a.status != http.StatusSeeOther {
			t.Errorf("status %d", a.status)
		}
		checkModes(t, data)
	})
	t.Run("refuses a directory it did not make", func(t *testing.T) {
		data := newData(t)
		initialize(t, data)
		code, _, stderr := execute(t, "", "demo", "--data", data, "--listen", "127.0.0.1:0")
		if code != exitUsage || !strings.Contains(stderr, "was not made by the demo") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
}

func TestAuditVerify(t *testing.T) {
	data := newData(t)
	// The demo's story is older than the retention: pruning it would race with the stop.
	launch(t, "demo", "--data", data, "--audit-retention-days", "0").stop()
	verify := []string{"audit", "verify", "--data", data}
	report := must(t, "", verify...)
	head := regexp.MustCompile(`head (c\w{24}:\d+:\w+)\n`).FindStringSubmatch(report)
	if head == nil {
		t.Fatalf("no head in:\n%s", report)
	}

	t.Run("finds the record of a demo whole, and through a head it printed", func(t *testing.T) {
		for _, chain := range []string{"installation: ", strings.SplitN(head[1], ":", 2)[0] + ": "} {
			if !strings.Contains(report, chain) {
				t.Errorf("no %q in:\n%s", chain, report)
			}
		}
		must(t, "", append(verify, "--head", head[1])...)
	})
	t.Run("refuses what is no head", func(t *testing.T) {
		if code, _, stderr := execute(t, "", append(verify, "--head", "x")...); code != exitUsage || !strings.Contains(stderr, "<chain>:<seq>") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
	t.Run("finds that the newest events were cut off, given a head", func(t *testing.T) {
		tamper(t, data, `DELETE FROM audit WHERE chain LIKE 'c%' AND seq = (SELECT max(seq) FROM audit WHERE chain LIKE 'c%')`)
		must(t, "", verify...)
		code, stdout, _ := execute(t, "", append(verify, "--head", head[1])...)
		if code != 1 || !strings.Contains(stdout, "ends before the head") {
			t.Errorf("exit %d: %s", code, stdout)
		}
	})
	t.Run("names the first event that was changed", func(t *testing.T) {
		tamper(t, data, `UPDATE audit SET actor_name = 'Somebody Else' WHERE chain LIKE 'c%' AND seq IN (7, 9)`)
		code, stdout, stderr := execute(t, "", verify...)
		if code != 1 || !strings.Contains(stdout, "is broken at 7: the event was altered") || !strings.Contains(stderr, "broken at 7") {
			t.Errorf("exit %d:\n%s%s", code, stdout, stderr)
		}
	})
}

func TestServe_RefusesNewerData(t *testing.T) {
	data := newData(t)
	initialize(t, data)
	tamper(t, data, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	code, _, stderr := execute(t, "", "serve", "--data", data, "--listen", "127.0.0.1:0")
	if code != exitNewer || !strings.Contains(stderr, "newer") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// tamper changes the database as somebody would who got hold of the file: triggers are no obstacle.
func tamper(t *testing.T, data, statement string) {
	t.Helper()
	raw, err := sql.Open("sqlite", filepath.Join(data, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	var triggers []string
	rows, err := raw.Query(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		triggers = append(triggers, name)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	for _, name := range triggers {
		if _, err := raw.Exec(`DROP TRIGGER ` + name); err != nil {
			t.Fatal(err)
		}
	}
	result, err := raw.Exec(statement)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("nothing changed: %v", err)
	}
}

// demoList is every token of the example Organization.
func demoList(t *testing.T, s *services) []access.TokenRow {
	t.Helper()
	heads, err := s.db.AuditHeads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	org := access.OrgID(heads[0].Chain) // ids sort before "installation"
	list, _, err := s.tokens.All(t.Context(), system(), org, access.Sort{}, access.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
