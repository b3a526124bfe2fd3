// Package dirtest gives each test a data directory of its own without making each from nothing:
// applying every migration to an empty file costs more than most tests that need the result.
package dirtest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"dagpass/internal/secret"
)

// Prototype is a data directory that is made once in a process and copied for every test. All copies
// have one root key and one installation id; a test about those makes its directory itself.
type Prototype struct {
	// Make makes the directory and closes what it opened: the copies are of files at rest.
	Make func(dir string, root secret.Root) error

	once  sync.Once
	root  secret.Root
	line  []byte // of the root key file
	files map[string][]byte
	err   error
}

// Copy writes a copy to dir, which must not exist, for its owner alone. It returns the root key.
func (p *Prototype) Copy(t testing.TB, dir string) secret.Root {
	t.Helper()
	p.once.Do(p.prepare)
	if p.err != nil {
		t.Fatal(p.err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range p.files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p.root
}

// RootFile is the content of the file of the root key, which stands in no copy. It is there after the
// first [Prototype.Copy].
func (p *Prototype) RootFile() []byte { return p.line }

// prepare makes the directory and keeps its files in memory. It is no part of a test's own directory,
// which goes when that test ends.
func (p *Prototype) prepare() {
	temp, err := os.MkdirTemp("", "dagpass-prototype-")
	if err != nil {
		p.err = err
		return
	}
	defer os.RemoveAll(temp)
	key := filepath.Join(temp, "root.key")
	if p.root, p.err = secret.CreateRoot(key); p.err != nil {
		return
	}
	if p.line, p.err = os.ReadFile(key); p.err != nil {
		return
	}
	dir := filepath.Join(temp, "data")
	if p.err = p.Make(dir, p.root); p.err == nil {
		p.files, p.err = read(dir)
	}
}

func read(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
}
