package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/configuration.md instead of comparing it")

func TestRun_RefusesWhatCannotBeMeant(t *testing.T) {
	serve := func(more ...string) []string { return append([]string{"serve"}, more...) }
	public := func(url string, more ...string) []string {
		return serve(append([]string{"--public-url", url}, more...)...)
	}
	tests := []struct {
		name string
		args []string
		want string // what to write instead
	}{
		{"an unknown command", []string{"start"}, "unexpected argument start"},
		{"an unknown flag", serve("--port", "1"), "unknown flag --port"},
		{"a missing flag", []string{"init", "--data", "x"}, "--organization"},
		{"a group without its command", []string{"user"}, `"reset"`},
		{"an empty data directory", serve("--data", ""), "name a directory"},
		{"a listen address without port", serve("--listen", "127.0.0.1"), "write for example 127.0.0.1:8888"},
		{"a port that is none", serve("--listen", "127.0.0.1:70000"), "from 0 to 65535"},
		{"a listen address for everybody without public URL", serve("--listen", "0.0.0.0:8888"), "--public-url https://dagpass.example.com"},
		{"the same, written short", serve("--listen", ":8888"), "--public-url https://dagpass.example.com"},
		{"the same, as a name", serve("--listen", "dagpass.example.com:443"), "--public-url https://dagpass.example.com"},
		{"a public URL without scheme", public("dagpass.example.com"), "write http:// or https://"},
		{"a public URL with another scheme", public("ftp://dagpass.example.com"), "write http:// or https://"},
		{"a public URL without host", public("https://"), "write http:// or https://"},
		{"a public URL with a path", public("https://dagpass.example.com/console"), "write https://dagpass.example.com"},
		{"a public URL with a query", public("https://dagpass.example.com?a=b"), "write https://dagpass.example.com"},
		{"a public URL with a fragment", public("https://dagpass.example.com#a"), "write https://dagpass.example.com"},
		{"a public URL with a user", public("https://me@dagpass.example.com"), "write https://dagpass.example.com"},
		{"a public URL with port 0", public("https://dagpass.example.com:0"), "from 1 to 65535"},
		{"a public URL with an empty port", public("https://dagpass.example.com:"), "from 1 to 65535"},
		{"a public URL outside ASCII", public("https://dägpass.example.com"), "xn--"},
		{"plain http outside this machine", public("http://dagpass.example.com"), "write https://, or add --insecure-http"},
		{"--insecure-http with https", public("https://dagpass.example.com", "--insecure-http"), "leave it out"},
		{"--insecure-http on this machine", public("http://localhost:8888", "--insecure-http"), "leave it out"},
		{"--insecure-http alone", serve("--insecure-http"), "leave it out"},
		{"a proxy that is one address", serve("--trusted-proxies", "10.0.0.1"), "10.0.0.1/32"},
		{"a proxy that is no network", serve("--trusted-proxies", "proxy"), "write for example 10.0.0.0/8"},
		{"everybody as a proxy", serve("--trusted-proxies", "10.0.0.0/8,::/0"), "name the networks of your proxies"},
		{"an extra host with a scheme", serve("--extra-hosts", "https://dagpass.internal"), "write for example dagpass.internal"},
		{"an extra host with a path", serve("--extra-hosts", "dagpass.internal/x"), "write for example dagpass.internal"},
		{"an unknown reach of HSTS", serve("--hsts", "on"), "must be one of"},
		{"a reach of HSTS without https", serve("--hsts", "host"), "set --public-url, or leave --hsts out"},
		{"an unknown level", serve("--log-level", "trace"), "must be one of"},
		{"an unknown format", serve("--log-format", "xml"), "must be one of"},
		{"settings for mail without a mail server", serve("--smtp-from", "dagpass@acme.example"), "name it with --smtp-host"},
		{"a mail server without a sender", serve("--smtp-host", "smtp.acme.example"), "--smtp-from"},
		{"a mail server with its port", serve("--smtp-host", "smtp.acme.example:587", "--smtp-from", "a@b.example"), "without a port"},
		{"a port of mail that is none", serve("--smtp-host", "smtp.acme.example", "--smtp-from", "a@b.example", "--smtp-port", "70000"), "from 1 to 65535"},
		{"mail in clear", serve("--smtp-host", "smtp.acme.example", "--smtp-from", "a@b.example", "--smtp-tls", "off"), "starttls or implicit"},
		{"another way of encryption", serve("--smtp-tls", "ssl"), "must be one of"},
		{"a name for the mail server without password", serve("--smtp-host", "smtp.acme.example", "--smtp-from", "a@b.example", "--smtp-user", "a"), "belong together"},
		{"a retention below zero", serve("--audit-retention-days=-1"), "from 1 to 36500, or 0"},
		{"a retention in seconds", serve("--audit-retention-days", "7776000"), "from 1 to 36500, or 0"},
		{"a retention that is no number", serve("--audit-retention-days", "ever"), "audit-retention-days"},
		{"metrics at an address without port", serve("--metrics-listen", "localhost"), "--metrics-listen"},
		{"metrics for everybody", serve("--metrics-listen", "0.0.0.0:9888"), "add --metrics-open"},
		{"the same, written short", serve("--metrics-listen", ":9888"), "add --metrics-open"},
		{"--metrics-open on this machine", serve("--metrics-listen", "127.0.0.1:9888", "--metrics-open"), "leave it out"},
		{"--metrics-open alone", serve("--metrics-open"), "say where to listen"},
		{"a rate below zero", serve("--rate-get=-1"), "from 0 to 100000"},
		{"a rate that is no number", serve("--rate-post", "NaN"), "--rate-post"},
		{"a rate without end", serve("--rate-bad-bearer", "Inf"), "from 0 to 100000"},
		{"a rate in words", []string{"demo", "--rate-delete", "few"}, "rate-delete"},
		{"a demo with half of the settings for mail", []string{"demo", "--smtp-host", "smtp.acme.example"}, "--smtp-from"},
		{"a demo for everybody without public URL", []string{"demo", "--listen", "0.0.0.0:8888"}, "--public-url"},
		{"init with a bad public URL", []string{"init", "--organization", "a", "--workspace", "a", "--owner-name", "a",
			"--owner-email", "a", "--owner-password-file", "-", "--public-url", "x"}, "write http:// or https://"},
		{"user reset with a bad public URL", []string{"user", "reset", "--public-url", "x", "a@b.example"}, "write http:// or https://"},
		{"healthcheck of no address", []string{"healthcheck", "--listen", "x"}, "write for example 127.0.0.1:8888"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			code, stdout, stderr := execute(t, "", test.args...)
			if code != exitUsage || stdout != "" || !strings.Contains(stderr, test.want) {
				t.Errorf("exit %d, want %d and %q in:\n%s%s", code, exitUsage, test.want, stdout, stderr)
			}
			if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
				t.Errorf("it left %v (%v)", left, err)
			}
		})
	}
}

func TestAddress_Accepts(t *testing.T) {
	tests := []struct {
		address   address
		listening string
		want      string
	}{
		{address{Listen: "127.0.0.1:0"}, "127.0.0.1:40123", "http://127.0.0.1:40123"},
		{address{Listen: "[::1]:8888"}, "[::1]:8888", "http://[::1]:8888"},
		{address{Listen: "localhost:8888"}, "127.0.0.1:8888", "http://127.0.0.1:8888"},
		{address{Listen: "0.0.0.0:8888", PublicURL: "https://Dagpass.Example.com:443/"}, "", "https://dagpass.example.com"},
		{address{Listen: ":8888", PublicURL: "https://dagpass.example.com:8443"}, "", "https://dagpass.example.com:8443"},
		{address{Listen: ":8888", PublicURL: "http://localhost:80"}, "", "http://localhost"},
		{address{Listen: ":8888", PublicURL: "http://10.1.2.3:8888", InsecureHTTP: true}, "", "http://10.1.2.3:8888"},
	}
	for _, test := range tests {
		if err := test.address.check(); err != nil {
			t.Errorf("%+v: %v", test.address, err)
		}
		if got := test.address.publicURL(test.listening); got != test.want {
			t.Errorf("%+v: public URL %s, want %s", test.address, got, test.want)
		}
	}
}

func TestRun_Variables(t *testing.T) {
	t.Run("set what flags set", func(t *testing.T) {
		t.Setenv("DAGPASS_LISTEN", "0.0.0.0:8888")
		code, _, stderr := execute(t, "", "serve")
		if code != exitUsage || !strings.Contains(stderr, "--listen 0.0.0.0:8888") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
	t.Run("give way to flags", func(t *testing.T) {
		t.Setenv("DAGPASS_LISTEN", "0.0.0.0:8888")
		_, _, stderr := execute(t, "", "serve", "--listen", "127.0.0.1")
		if !strings.Contains(stderr, `--listen "127.0.0.1"`) {
			t.Errorf("%s", stderr)
		}
	})
	t.Run("may be empty where they are lists", func(t *testing.T) {
		t.Setenv("DAGPASS_TRUSTED_PROXIES", "")
		t.Setenv("DAGPASS_EXTRA_HOSTS", "")
		launch(t, "serve", "--data", newData(t))
	})
	for name, want := range map[string]string{
		"DAGPASS_DIR":         "DAGPASS_DATA",
		"DAGPASS_LISTEN_ADDR": "DAGPASS_LISTEN",
		"DAGPASS_PUBLICURL":   "DAGPASS_PUBLIC_URL",
		"DAGPASS_LOGLEVEL":    "DAGPASS_LOG_LEVEL",
		"DAGPASS_PORT":        "DAGPASS_DATA",
	} {
		t.Run("are refused when misspelt: "+name, func(t *testing.T) {
			t.Setenv(name, "1")
			code, _, stderr := execute(t, "", "version")
			if code != exitUsage || name != "DAGPASS_PORT" && !strings.Contains(stderr, "write "+want) {
				t.Errorf("exit %d: %s", code, stderr)
			}
		})
	}
	t.Run("are left alone when Kubernetes made them for a Service called dagpass", func(t *testing.T) {
		t.Setenv("DAGPASS_SERVICE_HOST", "10.0.0.1")
		t.Setenv("DAGPASS_SERVICE_PORT", "8888")
		t.Setenv("DAGPASS_SERVICE_PORT_HTTP", "8888")
		t.Setenv("DAGPASS_PORT", "tcp://10.0.0.1:8888")
		t.Setenv("DAGPASS_PORT_8888_TCP", "tcp://10.0.0.1:8888")
		t.Setenv("DAGPASS_PORT_8888_TCP_ADDR", "10.0.0.1")
		must(t, "", "version")
	})
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"serve", "--help"}, {"demo", "--help"}, {"init", "--help"}, {"user", "--help"},
		{"user", "reset", "--help"}, {"address-ranges", "--help"}, {"address-ranges", "clear", "--help"}, {"audit", "--help"}, {"audit", "verify", "--help"}, {"healthcheck", "--help"}, {"version", "--help"}} {
		t.Run("dagpass "+strings.Join(args, " "), func(t *testing.T) {
			code, stdout, stderr := execute(t, "", args...)
			if code != 0 || !strings.HasPrefix(stdout, "Usage: dagpass") || stderr != "" {
				t.Errorf("exit %d:\n%s%s", code, stdout, stderr)
			}
		})
	}
}

const configurationFile = "../../docs/configuration.md"

// TestConfiguration_IsDocumented writes the tables of docs/configuration.md from the settings.
func TestConfiguration_IsDocumented(t *testing.T) {
	const begin, end = "<!-- settings -->\n", "<!-- end of settings -->\n"
	text := readFile(t, configurationFile)
	before, rest, ok1 := strings.Cut(text, begin)
	found, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("no place for the settings between %q and %q", begin, end)
	}
	want := settingsTables(t)
	if *update {
		if err := os.WriteFile(configurationFile, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("run go test ./cmd/dagpass -run TestConfiguration -update (-settings +page):\n%s", diff)
	}
}

// settingsTables is one table a command.
func settingsTables(t *testing.T) string {
	t.Helper()
	parser, err := newParser(context.Background(), env{Stdout: newOutput(), Stderr: newOutput()}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, command := range parser.Model.Leaves(true) {
		fmt.Fprintf(&out, "\n### `dagpass %s`\n\n%s\n", command.Path(), command.Help)
		if len(command.Flags) == 0 {
			continue
		}
		out.WriteString("\n| Flag | Variable | Default | Meaning |\n|---|---|---|---|\n")
		for _, f := range command.Flags {
			fmt.Fprintf(&out, "| `--%s` | %s | %s | %s |\n", f.Name, code(strings.Join(f.Envs, " ")), defaultOf(f), meaning(f))
		}
	}
	out.WriteString("\n")
	return out.String()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

func defaultOf(f *kong.Flag) string {
	if f.Required {
		return "required"
	}
	return code(f.Default)
}

// meaning is the help without what the other columns say.
func meaning(f *kong.Flag) string {
	text := strings.TrimSuffix(f.Help, " ("+f.Default+")")
	return strings.ReplaceAll(strings.TrimSuffix(text, "."), "|", `\|`) + "."
}
