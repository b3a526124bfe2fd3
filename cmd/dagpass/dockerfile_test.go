package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// instruction is one line of a Dockerfile.
type instruction struct{ name, args string }

func readDockerfile(text string) []instruction {
	var list []instruction
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, args, _ := strings.Cut(line, " ")
		list = append(list, instruction{strings.ToUpper(name), strings.TrimSpace(args)})
	}
	return list
}

// checkDockerfile returns what is wrong with a Dockerfile, by the rules for the image: a static binary
// and nothing else, as a user without rights, looked after by itself.
func checkDockerfile(list []instruction) []string {
	var wrong []string
	refuse := func(when bool, why string) {
		if when {
			wrong = append(wrong, why)
		}
	}
	stages := slices.DeleteFunc(slices.Clone(list), func(i instruction) bool { return i.name != "FROM" })
	refuse(len(stages) < 2, "one stage only")
	for _, stage := range stages {
		refuse(!regexp.MustCompile(`^(scratch|\S+:[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?)( AS \w+)?$`).MatchString(stage.args), "base image without a version: "+stage.args)
	}
	last := 0
	for i, step := range list {
		if step.name == "FROM" {
			last = i
		}
		refuse(step.name == "ADD", "ADD")
		refuse(regexp.MustCompile(`\b(curl|wget)\b`).MatchString(step.args), "a download: "+step.args)
	}
	build, image := list[:last], list[last+1:]
	refuse(!slices.ContainsFunc(build, func(i instruction) bool { return i.name == "ENV" && strings.Contains(i.args, "CGO_ENABLED=0") }), "not static")
	refuse(!slices.ContainsFunc(build, func(i instruction) bool { return i.name == "RUN" && strings.Contains(i.args, "-trimpath") }), "build without -trimpath")
	base := list[last].args
	refuse(base != "scratch" && !strings.Contains(base, "distroless/static"), "the image has a system in it: "+base)
	return append(wrong, checkImage(image)...)
}

func checkImage(image []instruction) []string {
	var wrong []string
	args := map[string]string{}
	for _, step := range image {
		if step.name == "RUN" || step.name == "SHELL" {
			wrong = append(wrong, "a shell in the image: "+step.name)
		}
		args[step.name] += step.args + "\n"
	}
	exec := func(name string, text string) {
		var words []string
		if json.Unmarshal([]byte(text), &words) != nil || len(words) == 0 {
			wrong = append(wrong, name+" is not in exec form")
		}
	}
	_, check, _ := strings.Cut(args["HEALTHCHECK"], "CMD ")
	exec("HEALTHCHECK", check)
	exec("ENTRYPOINT", args["ENTRYPOINT"])
	exec("CMD", args["CMD"])
	if !strings.Contains(check, `"/dagpass", "healthcheck"`) {
		wrong = append(wrong, "HEALTHCHECK is not the program itself")
	}
	if !regexp.MustCompile(`^65532(:65532)?\n$`).MatchString(args["USER"]) {
		wrong = append(wrong, "USER is not 65532")
	}
	if args["VOLUME"] == "" {
		wrong = append(wrong, "no VOLUME")
	}
	return wrong
}

func TestDockerfile(t *testing.T) {
	text := readFile(t, "../../Dockerfile")
	if wrong := checkDockerfile(readDockerfile(text)); len(wrong) > 0 {
		t.Errorf("%s", strings.Join(wrong, "\n"))
	}
	for name, change := range map[string][2]string{
		"a base image without version": {"golang:1.26.8 AS", "golang AS"},
		"a moving base image":          {"golang:1.26.8 AS", "golang:latest AS"},
		"a system in the image":        {"FROM scratch", "FROM debian:13"},
		"a shell in the image":         {"FROM scratch\n", "FROM scratch\nRUN chmod 4755 /dagpass\n"},
		"cgo":                          {"CGO_ENABLED=0", "CGO_ENABLED=1"},
		"paths of the builder":         {"-trimpath ", ""},
		"root":                         {"USER 65532:65532", "USER root"},
		"no user":                      {"USER 65532:65532\n", ""},
		"a name for the user":          {"USER 65532:65532", "USER nonroot"},
		"ADD":                          {"COPY web ./web", "ADD https://example.com/x ./web"},
		"a download":                   {"RUN mkdir", "RUN curl -o x https://example.com && mkdir"},
		"a health check in a shell":    {`CMD ["/dagpass", "healthcheck"]`, `CMD /dagpass healthcheck`},
		"a health check by another":    {`CMD ["/dagpass", "healthcheck"]`, `CMD ["/bin/true"]`},
		"an entry point in a shell":    {`ENTRYPOINT ["/dagpass"]`, `ENTRYPOINT /dagpass`},
		"no volume":                    {"VOLUME", "LABEL"},
	} {
		t.Run("the check finds "+name, func(t *testing.T) {
			spoilt := strings.Replace(text, change[0], change[1], 1)
			if spoilt == text {
				t.Fatalf("the Dockerfile has no %q", change[0])
			}
			if len(checkDockerfile(readDockerfile(spoilt))) == 0 {
				t.Error("it does not")
			}
		})
	}
	t.Run("copies every folder that the program is built from", func(t *testing.T) {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if .Module}}{{if .Module.Main}}{{.ImportPath}}{{end}}{{end}}", ".").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range strings.Fields(string(out)) {
			folder := strings.Split(path, "/")[1]
			if !strings.Contains(text, fmt.Sprintf("COPY %s ./%[1]s\n", folder)) {
				t.Errorf("%s is not copied", folder)
			}
		}
	})
	t.Run("sets only settings that there are", func(t *testing.T) {
		for _, match := range regexp.MustCompile(`(?m)^ENV (DAGPASS_\w+)=(.*)$`).FindAllStringSubmatch(text, -1) {
			t.Setenv(match[1], match[2])
		}
		must(t, "", "version")
	})
}

// TestImage_Runs runs what the image holds the way the image runs it: the static binary, as user
// 65532, in a tree it can't write to, with a volume.
func TestImage_Runs(t *testing.T) {
	root := tree(t)
	binary := filepath.Join(root, "dagpass")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	volume := filepath.Join(root, "volume")
	if err := os.Mkdir(volume, 0o777); err != nil {
		t.Fatal(err)
	}
	user := unprivileged(t, volume)
	listen := freeAddress(t)
	environment := []string{"DAGPASS_DATA=" + filepath.Join(volume, "data"), "DAGPASS_LISTEN=" + listen}
	chmod(t, binary, 0o555)
	chmod(t, root, 0o555)
	t.Cleanup(func() { chmod(t, root, 0o755) }) // or it could not be removed

	in := func(args ...string) *exec.Cmd {
		c := exec.Command(binary, args...)
		c.Dir, c.Env, c.SysProcAttr = root, environment, user
		return c
	}
	server := in("serve")
	stdout, stderr := newOutput(), newOutput()
	server.Stdout, server.Stderr = stdout, stderr
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill() })
	stdout.await(t, `"listening"`)

	t.Run("answers /healthz", func(t *testing.T) {
		if a := (&program{t: t, url: "http://" + listen}).get("/healthz"); a.status != http.StatusOK {
			t.Errorf("status %d: %s", a.status, a.body)
		}
	})
	t.Run("finds itself healthy", func(t *testing.T) {
		if out, err := in("healthcheck").CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("prints the set-up link", func(t *testing.T) { stderr.await(t, `/setup#\w{32}`) })
	t.Run("stops in order", func(t *testing.T) {
		if err := server.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := server.Wait(); err != nil {
			t.Errorf("%v\n%s%s", err, stdout, stderr)
		}
	})
	t.Run("needs no library", func(t *testing.T) {
		if out, _ := exec.CommandContext(t.Context(), "go", "version", "-m", binary).Output(); !strings.Contains(string(out), "CGO_ENABLED=0") {
			t.Errorf("%s", out)
		}
	})
}

// tree is a directory that another user may pass through.
func tree(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "dagpass-image-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	chmod(t, dir, 0o755)
	return dir
}

const imageUser = 65532

// unprivileged is the user of the image where the test may become it, and its own elsewhere.
func unprivileged(t *testing.T, volume string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		t.Logf("runs as user %d: only root can start a process as %d", os.Getuid(), imageUser)
		return nil
	}
	if err := os.Chown(volume, imageUser, imageUser); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: imageUser, Gid: imageUser}}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
