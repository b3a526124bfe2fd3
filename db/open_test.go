package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dagpass/internal/secret"
)

// asSecondProcess tells the test binary to open the data directory named by it and say what happened.
const asSecondProcess = "DAGPASS_TEST_OPEN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(upgradingProcess); dir != "" {
		fmt.Println("it was not killed:", upgradeAndDie(dir))
		os.Exit(1)
	}
	dir := os.Getenv(asSecondProcess)
	if dir == "" {
		os.Exit(m.Run())
	}
	root, err := secret.ReadRoot(filepath.Join(filepath.Dir(dir), "root.key"), false)
	if err == nil {
		_, err = Open(context.Background(), Config{Dir: dir, Root: root, Now: time.Now, Log: slog.Default(), Exclusive: true})
	}
	if err != nil {
		os.Stdout.WriteString(err.Error())
		os.Exit(3)
	}
}

// raw opens the file beside the program.
func (i *installation) raw(t testing.TB) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", dsn(filepath.Join(i.cfg.Dir, fileName), writing))
	must(t, err)
	t.Cleanup(func() { raw.Close() })
	return raw
}

func TestOpen_files(t *testing.T) {
	old := syscall.Umask(0)
	t.Cleanup(func() { syscall.Umask(old) })
	i := newInstallation(t)
	i.cfg.Exclusive = true
	db := i.open(t)
	must(t, db.update(t.Context(), func(tx *Tx) error { return tx.put(sqlProbeWrite) }))

	t.Run("everything is for its owner alone, whatever the umask is", func(t *testing.T) {
		seen := 0
		must(t, filepath.WalkDir(i.cfg.Dir, func(path string, d fs.DirEntry, err error) error {
			must(t, err)
			info, err := d.Info()
			must(t, err)
			if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %s", path, info.Mode())
			}
			seen++
			return nil
		}))
		if seen != 5 { // directory, database, log, its index, lock
			t.Errorf("looked at %d files", seen)
		}
	})
	t.Run("a directory that others may enter is refused, with what to run", func(t *testing.T) {
		open := newInstallation(t)
		must(t, os.Mkdir(open.cfg.Dir, 0o755))
		wantRefused(t, open, ErrUnsafe, "chmod 700 "+open.cfg.Dir)
	})
	t.Run("a file that others may read is refused, with what to run", func(t *testing.T) {
		open := newInstallation(t)
		must(t, os.Mkdir(open.cfg.Dir, 0o700))
		path := filepath.Join(open.cfg.Dir, fileName)
		must(t, os.WriteFile(path, nil, 0o640))
		wantRefused(t, open, ErrUnsafe, "chmod 600 "+path)
	})
	t.Run("a link in place of the database is refused", func(t *testing.T) {
		open := newInstallation(t)
		must(t, os.Mkdir(open.cfg.Dir, 0o700))
		must(t, os.Symlink("/dev/null", filepath.Join(open.cfg.Dir, fileName)))
		wantRefused(t, open, ErrUnsafe, "plain file")
	})
	t.Run("a file that is no database is refused", func(t *testing.T) {
		open := newInstallation(t)
		must(t, os.Mkdir(open.cfg.Dir, 0o700))
		must(t, os.WriteFile(filepath.Join(open.cfg.Dir, fileName), []byte(strings.Repeat("no database ", 1000)), 0o600))
		wantRefused(t, open, ErrDamaged, "backup")
	})
}

func wantRefused(t *testing.T, i *installation, want error, says string) {
	t.Helper()
	db, err := Open(t.Context(), i.cfg)
	if err == nil {
		db.Close()
	}
	if !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want %q with %q", err, want, says)
	}
}

func TestOpen_exclusive(t *testing.T) {
	i := newInstallation(t)
	root, err := secret.CreateRoot(filepath.Join(filepath.Dir(i.cfg.Dir), "root.key"))
	must(t, err)
	i.cfg.Root, i.cfg.Exclusive = root, true
	db, err := Open(t.Context(), i.cfg)
	must(t, err)
	second := func() (string, error) {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), asSecondProcess+"="+i.cfg.Dir)
		out, err := cmd.Output()
		return string(out), err
	}
	if out, err := second(); err == nil || !strings.HasPrefix(out, "another dagpass is using this data directory") {
		t.Errorf("a second process got %q, %v", out, err)
	}
	i.cfg.Exclusive = false
	beside, err := Open(t.Context(), i.cfg)
	if err != nil {
		t.Errorf("a one-shot command got %v", err)
	}
	must(t, beside.Close())
	must(t, db.Close())
	if out, err := second(); err != nil {
		t.Errorf("after the first one stopped: %q, %v", out, err)
	}
}

func TestOpen_again(t *testing.T) {
	i := newInstallation(t)
	db, err := Open(t.Context(), i.cfg)
	must(t, err)
	key, err := db.SigningKey(t.Context())
	must(t, err)
	id := db.InstallationID()
	must(t, db.Close())
	t.Run("closing leaves one file, with everything in it", func(t *testing.T) {
		if _, err := os.Stat(filepath.Join(i.cfg.Dir, fileName+"-wal")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the log is still there: %v", err)
		}
	})
	t.Run("another root key is refused and changes nothing", func(t *testing.T) {
		before, err := os.ReadFile(filepath.Join(i.cfg.Dir, fileName))
		must(t, err)
		other := *i
		other.cfg.Root = newRoot(t)
		wantRefused(t, &other, ErrWrongKey, other.cfg.Root.ID())
		after, err := os.ReadFile(filepath.Join(i.cfg.Dir, fileName))
		must(t, err)
		if string(before) != string(after) {
			t.Error("the file changed")
		}
	})
	t.Run("the right one finds the installation as it was", func(t *testing.T) {
		db := i.open(t)
		again, err := db.SigningKey(t.Context())
		must(t, err)
		if again.KID != key.KID || db.InstallationID() != id {
			t.Errorf("key %s, installation %s", again.KID, db.InstallationID())
		}
		public, err := db.PublicKeys(t.Context())
		if err != nil || len(public) != 1 || public[0].KID != key.KID || !public[0].Key.Equal(key.Public) {
			t.Errorf("published %v, %v", public, err)
		}
	})
}
