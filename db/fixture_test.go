package db

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dirtest"
	"dagpass/internal/secret"
)

// clockAt is a clock that stands still until it is moved.
type clockAt struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clockAt { return &clockAt{now: time.Date(2026, 11, 23, 9, 57, 0, 0, time.UTC)} }

func (c *clockAt) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clockAt) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// logBuffer keeps what was logged.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// installation is a data directory with what is needed to open it again.
type installation struct {
	cfg   Config
	clock *clockAt
	log   *logBuffer
}

// newInstallation has no directory yet: the first start makes it.
func newInstallation(t testing.TB) *installation {
	t.Helper()
	i := &installation{clock: newClock(), log: &logBuffer{}}
	i.cfg = Config{Dir: filepath.Join(t.TempDir(), "data"), Root: newRoot(t), Now: i.clock.Now,
		Log: slog.New(slog.NewTextHandler(i.log, nil))}
	return i
}

// firstStart is what a first start leaves.
var firstStart = dirtest.Prototype{Make: func(dir string, root secret.Root) error {
	db, err := Open(context.Background(), Config{Dir: dir, Root: root, Now: newClock().Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return db.Close()
}}

// installed is an installation after its first start.
func installed(t testing.TB) *installation {
	t.Helper()
	i := newInstallation(t)
	i.cfg.Root = firstStart.Copy(t, i.cfg.Dir)
	return i
}

func newRoot(t testing.TB) secret.Root {
	t.Helper()
	root, err := secret.CreateRoot(filepath.Join(t.TempDir(), "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// open opens the installation until the test ends.
func (i *installation) open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(t.Context(), i.cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func openNew(t testing.TB) (*DB, *clockAt) {
	t.Helper()
	i := installed(t)
	return i.open(t), i.clock
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, want access.Code) {
	t.Helper()
	if got := access.CodeOf(err); got != want {
		t.Fatalf("got %q (%v), want %q", got, err, want)
	}
}
