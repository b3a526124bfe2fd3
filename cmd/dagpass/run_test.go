package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dagpass/db"
	"dagpass/internal/secret"
	"dagpass/views"
)

func TestServe_FirstStart(t *testing.T) {
	data := newData(t)
	p := launch(t, "serve", "--data", data)
	link := p.stderr.await(t, `(http://\S+/setup)#(\w{32})\n`)
	page, code := link[1], link[2]
	owner := url.Values{views.FieldOrganization: {"Acme"}, views.FieldWorkspace: {"Data Platform"}, views.FieldFullName: {"Ada Okafor"},
		views.FieldEmail: {"ada@acme.example"}, views.FieldPassword: {ownerPassword}}

	t.Run("prints the link to the page that takes the code, and the bare code", func(t *testing.T) {
		if page != p.url+"/setup" {
			t.Errorf("link leads to %s, the server is at %s", page, p.url)
		}
		if n := strings.Count(p.stderr.String(), code); n != 2 {
			t.Errorf("the code stands %d times in:\n%s", n, p.stderr)
		}
	})
	t.Run("keeps the code out of the log", func(t *testing.T) {
		if strings.Contains(p.stdout.String(), code) {
			t.Errorf("the log holds the code:\n%s", p.stdout)
		}
	})
	t.Run("gives a stranger nothing", func(t *testing.T) {
		for _, path := range []string{"/", "/setup", "/sign-in", "/workspaces", "/v1/organizations"} {
			a := p.get(path)
			if strings.Contains(a.body, code) || a.header.Get("Set-Cookie") != "" {
				t.Errorf("GET %s gives the code or a cookie away", path)
			}
		}
		if a := p.get("/v1/organizations"); a.status != http.StatusUnauthorized {
			t.Errorf("the API answers %d", a.status)
		}
		owner.Set(views.FieldCode, strings.Repeat("0", 32))
		if a := p.post("/setup", owner); a.status != http.StatusUnprocessableEntity || a.header.Get("Set-Cookie") != "" {
			t.Errorf("a wrong code: status %d, cookie %q", a.status, a.header.Get("Set-Cookie"))
		}
	})
	t.Run("keeps everything from other users of the machine", func(t *testing.T) { checkModes(t, data) })
	t.Run("makes the Owner for whoever has the code, once", func(t *testing.T) {
		owner.Set(views.FieldCode, code)
		a := p.post("/setup", owner)
		if a.status != http.StatusSeeOther {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		if at := a.header.Get("Location"); p.as(a, at).status != http.StatusOK {
			t.Errorf("the new Owner can't open %s", at)
		}
		if again := p.post("/setup", owner); again.status == http.StatusSeeOther {
			t.Error("the code worked twice")
		}
	})
	t.Run("ends with exit code 0", func(t *testing.T) {
		if code := p.stop(); code != 0 {
			t.Errorf("exit %d:\n%s", code, p.stderr)
		}
	})
	t.Run("prints no link once there is an Owner", func(t *testing.T) {
		again := launch(t, "serve", "--data", data)
		if text := again.stderr.String(); text != "" {
			t.Errorf("printed:\n%s", text)
		}
	})
}

// checkModes fails unless a data directory and all in it belong to this user alone.
func checkModes(t *testing.T, data string) {
	t.Helper()
	err := filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %04o, want %04o", entry.Name(), info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestServe_SetupCodeEndsWithTheNextStart(t *testing.T) {
	data := newData(t)
	first := launch(t, "serve", "--data", data)
	old := first.stderr.await(t, `/setup#(\w{32})`)[1]
	first.stop()
	second := launch(t, "serve", "--data", data)
	second.stderr.await(t, `/setup#(\w{32})`)
	if a := second.post("/setup", url.Values{views.FieldCode: {old}}); !strings.Contains(a.body, "already used or has expired") {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}

func TestServe_RefusesTheDataOfAnotherServer(t *testing.T) {
	data := newData(t)
	p := launch(t, "serve", "--data", data)
	second, err := command(t, "serve", "--data", data, "--listen", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(second), "another dagpass is using this data directory") {
		t.Errorf("%v:\n%s", err, second)
	}
	if a := p.get("/readyz"); a.status != http.StatusOK {
		t.Errorf("the first server answers %d after it", a.status)
	}
}

func TestServe_RefusesATakenAddress(t *testing.T) {
	p := launch(t, "serve", "--data", newData(t))
	code, _, stderr := execute(t, "", "serve", "--data", newData(t), "--listen", strings.TrimPrefix(p.url, "http://"))
	if code != 1 || !strings.Contains(stderr, "another program listens on") || !strings.Contains(stderr, "--listen") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestServe_EndsAtSIGTERM(t *testing.T) {
	p := spawn(t, "serve", "--data", newData(t))
	if code := p.stop(); code != 0 {
		t.Errorf("exit %d:\n%s", code, p.stderr)
	}
}

func TestServe_RootKey(t *testing.T) {
	data := newData(t)
	initialize(t, data)
	own := filepath.Join(data, keyName)
	moved := filepath.Join(t.TempDir(), "mounted.key")
	serve := []string{"serve", "--data", data, "--listen", "127.0.0.1:0"}

	t.Run("refuses data whose key is gone and makes no new one", func(t *testing.T) {
		rename(t, own, moved)
		code, _, stderr := execute(t, "", serve...)
		if code != exitWrongKey || !strings.Contains(stderr, "root.key is missing") {
			t.Errorf("exit %d: %s", code, stderr)
		}
		if _, err := os.Stat(own); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a key was made: %v", err)
		}
	})
	t.Run("takes a key from a file that the operator names", func(t *testing.T) {
		t.Setenv("DAGPASS_KEY_FILE", moved)
		if code := launch(t, serve...).stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
	})
	t.Run("refuses a named key that others may read", func(t *testing.T) {
		chmod(t, moved, 0o644)
		code, _, stderr := execute(t, "", append(serve, "--key-file", moved)...)
		if code != 1 || !strings.Contains(stderr, "defaultMode: 0400") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
	t.Run("refuses the key of another installation and changes nothing", func(t *testing.T) {
		database := readFile(t, filepath.Join(data, databaseName))
		if _, err := secret.CreateRoot(own); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := execute(t, "", serve...)
		if code != exitWrongKey || !strings.Contains(stderr, "root key") {
			t.Errorf("exit %d: %s", code, stderr)
		}
		if readFile(t, filepath.Join(data, databaseName)) != database {
			t.Error("the database was changed")
		}
	})
	t.Run("refuses a data directory that others may enter, before it writes a key there", func(t *testing.T) {
		open := t.TempDir()
		chmod(t, open, 0o755)
		code, _, stderr := execute(t, "", "serve", "--data", open, "--listen", "127.0.0.1:0")
		if code != 1 || !strings.Contains(stderr, "chmod 700") {
			t.Errorf("exit %d: %s", code, stderr)
		}
		if left, err := os.ReadDir(open); err != nil || len(left) > 0 {
			t.Errorf("it wrote %v (%v)", left, err)
		}
	})
}

func TestUserReset(t *testing.T) {
	data := newData(t)
	initialize(t, data)
	p := launch(t, "serve", "--data", data)
	const next = "another sentence of words"

	t.Run("prints a link, beside a running server, that sets a new password once", func(t *testing.T) {
		out := must(t, "", "user", "reset", "--data", data, "--listen", strings.TrimPrefix(p.url, "http://"), "Ada@acme.example")
		link := regexp.MustCompile(`(http://\S+)#(\w{32})`).FindStringSubmatch(out)
		if link == nil || link[1] != p.url+"/reset" {
			t.Fatalf("no link in:\n%s", out)
		}
		form := url.Values{views.FieldCode: {link[2]}, views.FieldPassword: {next}}
		if a := p.post("/reset", form); a.status != http.StatusOK || !strings.Contains(a.body, "Password changed") {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		if a := p.post("/reset", form); a.status != http.StatusUnprocessableEntity {
			t.Errorf("the code worked twice: %d", a.status)
		}
		if a := p.post("/sign-in", url.Values{views.FieldEmail: {"ada@acme.example"}, views.FieldPassword: {next}}); a.status != http.StatusSeeOther {
			t.Errorf("the new password does not sign in: %d", a.status)
		}
	})
	t.Run("says so when nobody has the e-mail", func(t *testing.T) {
		code, _, stderr := execute(t, "", "user", "reset", "--data", data, "nobody@acme.example")
		if code != 1 || !strings.Contains(stderr, "no user signs in with nobody@acme.example") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
	t.Run("makes no data directory", func(t *testing.T) {
		absent := newData(t)
		code, _, stderr := execute(t, "", "user", "reset", "--data", absent, "ada@acme.example")
		if code != 1 || !strings.Contains(stderr, "no database in "+absent) {
			t.Errorf("exit %d: %s", code, stderr)
		}
		if _, err := os.Stat(absent); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was made: %v", absent, err)
		}
	})
}

func TestHealthcheck(t *testing.T) {
	p := launch(t, "serve", "--data", newData(t))
	listen := strings.TrimPrefix(p.url, "http://")
	t.Run("succeeds while the server is ready", func(t *testing.T) { must(t, "", "healthcheck", "--listen", listen) })
	t.Run("reaches a server that listens everywhere", func(t *testing.T) {
		_, port, _ := strings.Cut(listen, ":")
		must(t, "", "healthcheck", "--listen", "0.0.0.0:"+port)
		must(t, "", "healthcheck", "--listen", ":"+port)
	})
	t.Run("fails when it has stopped", func(t *testing.T) {
		p.stop()
		if code, _, stderr := execute(t, "", "healthcheck", "--listen", listen); code != 1 {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
}

func TestVersion(t *testing.T) {
	schema, err := db.SchemaVersion()
	if err != nil {
		t.Fatal(err)
	}
	out := must(t, "", "version")
	for _, want := range []string{"dagpass ", "commit ", "go1.", fmt.Sprintf("schema %d\n", schema)} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
