package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
)

func TestInit_MakesAHouseThatAnswers(t *testing.T) {
	data := newData(t)
	var made created
	out := initialize(t, data, "--owner-token", "automation", "--json")
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, id := range []string{made.OrganizationID, made.WorkspaceID, made.OwnerID} {
		if !access.IsID(id) {
			t.Errorf("%q is no id", id)
		}
	}
	checkModes(t, data)
	p := launch(t, "serve", "--data", data)
	bearer := http.Header{"Authorization": {"Bearer " + made.Token}}

	t.Run("the token answers for the Organization", func(t *testing.T) {
		a := p.do(http.MethodGet, "/v1/organizations", nil, bearer)
		if a.status != http.StatusOK || !strings.Contains(a.body, made.OrganizationID) {
			t.Errorf("status %d: %s", a.status, a.body)
		}
	})
	t.Run("the token is an Organization Owner's and ends after 90 days", func(t *testing.T) {
		a := p.do(http.MethodGet, "/v1/organizations/"+made.OrganizationID+"/tokens", nil, bearer)
		for _, want := range []string{`"name":"automation"`, `"ORGANIZATION_OWNER"`, `"expiryPeriodInDays":90`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("no %s in %s", want, a.body)
			}
		}
	})
	t.Run("there is nothing left to set up", func(t *testing.T) {
		if p.stderr.String() != "" {
			t.Errorf("printed:\n%s", p.stderr)
		}
	})
	t.Run("a second init is refused, also beside the server, and changes nothing", func(t *testing.T) {
		code, stdout, stderr := execute(t, ownerPassword, initArgs(data)...)
		if code != 1 || stdout != "" || !strings.Contains(stderr, "set up already") {
			t.Errorf("exit %d: %s%s", code, stdout, stderr)
		}
		a := p.do(http.MethodGet, "/v1/organizations", nil, bearer)
		if !strings.Contains(a.body, `"totalCount":1,`) {
			t.Errorf("now there are more: %s", a.body)
		}
	})
}

func TestServe_StoresWhatIsInMemoryWhenItStops(t *testing.T) {
	data := newData(t)
	var made created
	if err := json.Unmarshal([]byte(initialize(t, data, "--owner-token", "automation", "--json")), &made); err != nil {
		t.Fatal(err)
	}
	bearer := http.Header{"Authorization": {"Bearer " + made.Token}}
	path := "/v1/organizations/" + made.OrganizationID + "/tokens"
	first := launch(t, "serve", "--data", data)
	if a := first.do(http.MethodGet, path, nil, bearer); a.status != http.StatusOK || strings.Contains(a.body, `"lastUsedAt"`) {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	first.stop()

	t.Run("the last use of a token", func(t *testing.T) {
		second := launch(t, "serve", "--data", data)
		if a := second.do(http.MethodGet, path, nil, bearer); !strings.Contains(a.body, `"lastUsedAt"`) {
			t.Errorf("not in %s", a.body)
		}
	})
	t.Run("and logs a head that the audit record passes through", func(t *testing.T) {
		heads := regexp.MustCompile(`"audit head","head":"([^"]+)"`).FindAllStringSubmatch(first.stdout.String(), -1)
		if len(heads) < 2 {
			t.Fatalf("%d heads in:\n%s", len(heads), first.stdout)
		}
		for _, head := range heads {
			must(t, "", "audit", "verify", "--data", data, "--head", head[1])
		}
	})
}

func initArgs(data string) []string {
	return []string{"init", "--data", data, "--organization", "Acme", "--workspace", "Data Platform",
		"--owner-name", "Ada Okafor", "--owner-email", "ada@acme.example", "--owner-password-file", "-"}
}

func TestInit_Prints(t *testing.T) {
	keys := func(t *testing.T, text string) []string {
		var object map[string]string
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		var names []string
		for _, name := range []string{"organizationId", "workspaceId", "ownerId", "token"} {
			if _, has := object[name]; has {
				names = append(names, name)
			}
		}
		if len(names) != len(object) {
			t.Errorf("further members in %s", text)
		}
		return names
	}
	t.Run("one JSON object with the token when one was asked for", func(t *testing.T) {
		got := keys(t, initialize(t, newData(t), "--json", "--owner-token", "automation"))
		if diff := cmp.Diff([]string{"organizationId", "workspaceId", "ownerId", "token"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("and without it otherwise", func(t *testing.T) {
		got := keys(t, initialize(t, newData(t), "--json"))
		if diff := cmp.Diff([]string{"organizationId", "workspaceId", "ownerId"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("lines for people without --json", func(t *testing.T) {
		out := initialize(t, newData(t), "--owner-token", "automation")
		for _, want := range []string{"Organization c", "Workspace    c", "Owner        c", "API token    ey", "can't be shown again"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in:\n%s", want, out)
			}
		}
	})
}

func TestInit_ReadsThePassword(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	for name, text := range map[string]string{
		"from a file":                      ownerPassword,
		"without the line end behind it":   ownerPassword + "\n",
		"without that of another system":   ownerPassword + "\r\n",
		"from standard input when it is -": "-",
	} {
		t.Run(name, func(t *testing.T) {
			args := initArgs(newData(t))
			if text != "-" {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				args[len(args)-1] = file
			}
			must(t, ownerPassword, args...)
		})
	}
	t.Run("keeping spaces, which belong to it", func(t *testing.T) {
		got, err := readPassword("-", strings.NewReader("  a word \n\n"))
		if err != nil || got != "  a word \n" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestInit_RefusesBadInput(t *testing.T) {
	tests := map[string]struct {
		change map[string]string
		stdin  string
		want   []string
	}{
		"an empty name":             {map[string]string{"Acme": " "}, ownerPassword, []string{"--organization: "}},
		"what is no e-mail":         {map[string]string{"ada@acme.example": "ada"}, ownerPassword, []string{"--owner-email: "}},
		"a short password":          {nil, "short", []string{"--owner-password-file: "}},
		"several things at once":    {map[string]string{"Data Platform": "", "Ada Okafor": ""}, "short", []string{"--workspace: ", "--owner-name: ", "--owner-password-file: "}},
		"a name with control codes": {map[string]string{"Acme": "Ac\x1bme"}, ownerPassword, []string{"--organization: "}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			data := newData(t)
			args := initArgs(data)
			for i, arg := range args {
				if to, ok := test.change[arg]; ok {
					args[i] = to
				}
			}
			code, stdout, stderr := execute(t, test.stdin, args...)
			if code != exitUsage || stdout != "" {
				t.Errorf("exit %d, printed %q", code, stdout)
			}
			for _, want := range test.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("no %q in: %s", want, stderr)
				}
			}
			initialize(t, data) // nothing was made, so that it can be done right
		})
	}
	t.Run("a token name that can't be one, before anything is made", func(t *testing.T) {
		data := newData(t)
		code, _, stderr := execute(t, ownerPassword, append(initArgs(data), "--owner-token", strings.Repeat("x", access.MaxTokenName+1))...)
		if code != exitUsage || !strings.Contains(stderr, "--owner-token: ") {
			t.Errorf("exit %d: %s", code, stderr)
		}
		if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the directory was made: %v", err)
		}
	})
}
