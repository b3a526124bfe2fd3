package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"dagpass/internal/proof"
)

// upgradingProcess tells the test binary to upgrade the data directory named by it, and upgradeUntil before which
// statement to kill itself.
const (
	upgradingProcess = "UPGRADE_DATA"
	upgradeUntil     = "UPGRADE_UNTIL"
)

// TestProof_Migrate: an upgrade from the oldest schema is interrupted before and after each of its statements.
// After one that fails the database is as it was. After a kill -9 its schema is that of a release, never between
// two, and the copy from before is there and whole; the next start makes it that of this version. Nobody's data
// is lost on the way.
//
// Seen to fail with the migrations run outside transactions, and with the copy left out.
func TestProof_Migrate(t *testing.T) {
	u := newUpgrade(t)
	every := proof.Times(9, 1)
	tried := 0
	for n := 0; n < len(u.cuts); n += every {
		at := u.cuts[n]
		t.Run(fmt.Sprintf("%s, after %d statements", at.file, at.statement), func(t *testing.T) {
			u.fails(t, at)
			u.isKilled(t, at)
		})
		tried++
	}
	proof.Figure(t, "%d failures and %d kills at the %d places between the statements of %d migrations, %d left between two schemas", tried, tried, len(u.cuts), len(u.schemas)-1, u.between)
}

// upgrade is a database of the oldest schema with what it is to become.
type upgrade struct {
	old     string // its data directory
	cuts    []cut
	schemas map[int64]string // by version
	between int              // databases found with a schema of no version
}

// cut is where an upgrade is interrupted: after so many statements of a migration.
type cut struct {
	file      string
	statement int
}

func (c cut) version() int64 {
	n, _ := strconv.ParseInt(c.file[:4], 10, 64)
	return n
}

func newUpgrade(t *testing.T) *upgrade {
	t.Helper()
	u := &upgrade{old: filepath.Join(t.TempDir(), "old"), schemas: map[int64]string{}}
	must(t, os.Mkdir(u.old, 0o700))
	must(t, createFile(filepath.Join(u.old, fileName)))
	files, err := migrations()
	must(t, err)
	raw := rawIn(t, u.old)
	provider, err := goose.NewProvider(goose.DialectSQLite3, raw, files, goose.WithDisableGlobalRegistry(true))
	must(t, err)
	_, err = provider.UpTo(t.Context(), 1)
	must(t, err)
	_, err = raw.Exec(`
INSERT INTO organizations VALUES ('o', 'Acme', 'acme', 1, 'user', 'u', 1, 'user', 'u');
INSERT INTO users (id, email, full_name, status, created_at, updated_at, row_mac) VALUES ('u', 'ada@acme.example', 'Ada', 'ACTIVE', 1, 1, x'00')`)
	must(t, err)
	u.schemas[1] = schemaOf(t, raw)
	must(t, raw.Close())
	next := rawIn(t, u.copy(t))
	provider, err = goose.NewProvider(goose.DialectSQLite3, next, files, goose.WithDisableGlobalRegistry(true))
	must(t, err)
	for _, source := range provider.ListSources()[1:] {
		_, err := provider.UpTo(t.Context(), source.Version)
		must(t, err)
		u.schemas[source.Version] = schemaOf(t, next)
		name := filepath.Base(source.Path)
		for n := range statementsOf(t, files, name) + 1 {
			u.cuts = append(u.cuts, cut{name, n})
		}
	}
	return u
}

// copy is the old data directory, to be upgraded.
func (u *upgrade) copy(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	must(t, os.CopyFS(dir, os.DirFS(u.old)))
	must(t, os.Chmod(dir, 0o700))
	must(t, os.Chmod(filepath.Join(dir, fileName), 0o600))
	return dir
}

// fails upgrades with a statement that fails.
func (u *upgrade) fails(t *testing.T, at cut) {
	t.Helper()
	dir := u.copy(t)
	if err := migrateIn(dir, interrupted(t, at, "INSERT INTO nowhere VALUES (1);")); err == nil {
		t.Fatal("the upgrade went on after a statement that failed")
	}
	u.has(t, dir, 1)
}

// isKilled upgrades in a process that is killed, and then in one that is not.
func (u *upgrade) isKilled(t *testing.T, at cut) {
	t.Helper()
	dir := u.copy(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), upgradingProcess+"="+dir, fmt.Sprintf("%s=%s %d", upgradeUntil, at.file, at.statement))
	out, err := cmd.CombinedOutput()
	if ended, ok := errors.AsType[*exec.ExitError](err); !ok || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the upgrade was not killed: %v\n%s", err, out)
	}
	u.has(t, dir, at.version()-1)
	u.hasCopy(t, dir)
	files, err := migrations()
	must(t, err)
	must(t, migrateIn(dir, files))
	u.has(t, dir, int64(len(released)))
}

// has fails unless a database has the schema of a version, as a whole, and what was in it before.
func (u *upgrade) has(t *testing.T, dir string, version int64) {
	t.Helper()
	raw := rawIn(t, dir)
	defer raw.Close()
	must(t, checkStructure(t.Context(), raw))
	if diff := cmp.Diff(u.schemas[version], schemaOf(t, raw)); diff != "" {
		u.between++
		t.Errorf("the schema is not that of version %d:\n%s", version, diff)
	}
	var found string
	must(t, raw.QueryRow(`SELECT name || ' ' || (SELECT email FROM users) FROM organizations`).Scan(&found))
	if found != "Acme ada@acme.example" {
		t.Errorf("in it is %s", found)
	}
}

// hasCopy fails unless the database from before is beside the one that was upgraded.
func (u *upgrade) hasCopy(t *testing.T, dir string) {
	t.Helper()
	copies, err := filepath.Glob(filepath.Join(dir, "before-migration-0001-*.db"))
	must(t, err)
	if len(copies) != 1 {
		t.Fatalf("%d copies", len(copies))
	}
	beside := t.TempDir()
	must(t, os.Rename(copies[0], filepath.Join(beside, fileName)))
	u.has(t, beside, 1)
}

// migrateIn upgrades a data directory by a set of migrations, as a start does.
func migrateIn(dir string, files fs.FS) error {
	ctx, path := context.Background(), filepath.Join(dir, fileName)
	raw, err := sql.Open("sqlite", dsn(path, writing))
	if err != nil {
		return err
	}
	raw.SetMaxOpenConns(1)
	version, err := schemaVersion(ctx, raw)
	if err == nil {
		db := &DB{dir: dir, log: slog.New(slog.DiscardHandler), clock: clock{wall: time.Now}}
		err = db.migrate(ctx, raw, files, version, path)
	}
	return errors.Join(err, raw.Close())
}

// upgradeAndDie is what the process does that is killed. It returns when it was not.
func upgradeAndDie(dir string) error {
	var at cut
	if _, err := fmt.Sscanf(os.Getenv(upgradeUntil), "%s %d", &at.file, &at.statement); err != nil {
		return err
	}
	err := sqlite.RegisterScalarFunction("kill_this_process", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return nil, syscall.Kill(os.Getpid(), syscall.SIGKILL)
	})
	if err != nil {
		return err
	}
	files, err := spiked(at, "SELECT kill_this_process();")
	if err != nil {
		return err
	}
	return migrateIn(dir, files)
}

func interrupted(t *testing.T, at cut, by string) fs.FS {
	t.Helper()
	files, err := spiked(at, by)
	must(t, err)
	return files
}

// spiked are the migrations with one more statement at a place.
func spiked(at cut, statement string) (fs.FS, error) {
	files, err := migrations()
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for name := range released {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if name == at.file {
			lines := strings.SplitAfter(string(text), "\n")
			after := ends(lines)[at.statement] + 1
			text = []byte(strings.Join(lines[:after], "") + statement + "\n" + strings.Join(lines[after:], ""))
		}
		out[name] = &fstest.MapFile{Data: text}
	}
	return out, nil
}

func statementsOf(t *testing.T, files fs.FS, name string) int {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	must(t, err)
	return len(ends(strings.SplitAfter(string(text), "\n"))) - 1
}

// ends are the lines that end a statement, and before them the one from which on there are any.
func ends(lines []string) []int {
	var at []int
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if line == "-- +goose Up" || len(at) > 0 && !strings.HasPrefix(line, "--") && strings.HasSuffix(line, ";") {
			at = append(at, i)
		}
	}
	return at
}

func rawIn(t *testing.T, dir string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", dsn(filepath.Join(dir, fileName), writing))
	must(t, err)
	raw.SetMaxOpenConns(1)
	t.Cleanup(func() { raw.Close() })
	return raw
}

// schemaOf is everything that makes up a schema, with the numbers of the migrations that made it.
func schemaOf(t *testing.T, raw *sql.DB) string {
	t.Helper()
	var text string
	must(t, raw.QueryRow(`
SELECT group_concat(line, char(10)) FROM (
	SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_schema
	UNION ALL SELECT 'version ' || version_id FROM goose_db_version WHERE is_applied = 1
	ORDER BY line)`).Scan(&text))
	return text
}
