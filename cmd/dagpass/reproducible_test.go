package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/proof"
)

// TestProof_Reproducible: "make build" gives the same bytes for the same source, wherever it lies and
// whoever builds it, and none of them says where that was. Under "make prove" each build begins with an
// empty cache and so compiles everything, the standard library too; otherwise what was compiled before is
// used again.
// Seen to fail with the time of the build as the version.
func TestProof_Reproducible(t *testing.T) {
	first, second := buildAgain(t, filepath.Join(t.TempDir(), "a")), buildAgain(t, filepath.Join(t.TempDir(), "b", "further", "away"))
	if first.sum != second.sum {
		t.Errorf("two builds of one source differ: SHA-256 %s and %s", first.sum, second.sum)
	}
	checkBuild(t, first)
	compiled := "own caches"
	if !proof.Long {
		compiled = "one cache"
	}
	proof.Figure(t, "2 builds with %s, %d bytes, SHA-256 %.12s and %.12s", compiled, first.size, first.sum, second.sum)
}

// built is a program that was built in a directory.
type built struct {
	root, path, sum string
	size            int
	text            []byte
}

// build builds a copy of the source as the Makefile does.
func buildAgain(t *testing.T, root string) built {
	t.Helper()
	copySource(t, root)
	run := exec.Command("make", "--silent", "build", "VERSION=v1.2.3")
	run.Dir = root
	run.Env = append(os.Environ(), "GOFLAGS=-mod=readonly -buildvcs=false", "GOTMPDIR="+t.TempDir(), "TZ=Pacific/Chatham")
	if proof.Long {
		run.Env = append(run.Env, "GOCACHE="+filepath.Join(root, "cache"))
	}
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, out)
	}
	path := filepath.Join(root, "bin", "dagpass")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return built{root, path, fmt.Sprintf("%x", sha256.Sum256(text)), len(text), text}
}

// copySource copies what a build reads: all that is neither git's nor made by one.
func copySource(t *testing.T, to string) {
	t.Helper()
	const from = "../.."
	leave := []string{".git", "bin", "data"}
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case slices.Contains(leave, name) && entry.IsDir():
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		case slices.Contains(leave, name) || !entry.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o600)
	})
	if err != nil {
		t.Fatalf("copy the source: %v", err)
	}
}

// checkBuild fails when a program says where or how it was built otherwise than it should.
func checkBuild(t *testing.T, b built) {
	t.Helper()
	info, err := buildinfo.ReadFile(b.path)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if settings["-trimpath"] != "true" || settings["CGO_ENABLED"] != "0" {
		t.Errorf("built with %v, want -trimpath and CGO_ENABLED=0", settings)
	}
	for _, place := range []string{b.root, os.TempDir() + "/"} {
		if strings.Contains(string(b.text), place) {
			t.Errorf("the program holds %s", place)
		}
	}
}
