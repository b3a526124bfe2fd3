package db_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/db"
	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
)

func TestBackup(t *testing.T) {
	h := dagpasstest.New(t)
	file := filepath.Join(t.TempDir(), "backup.db")
	made, err := h.DB.Backup(t.Context(), file, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("is two files that only their owner may read", func(t *testing.T) {
		entries, err := os.ReadDir(filepath.Dir(file))
		if err != nil || len(entries) != 2 {
			t.Fatalf("%v, %v", entries, err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err != nil || info.Mode() != 0o600 {
				t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
			}
		}
	})
	t.Run("has a manifest with the heads of the copy", func(t *testing.T) {
		m, err := db.ReadManifest(file)
		if err != nil || m.Version != "1.2.3" || m.SHA256 != made.SHA256 || m.Installation != h.DB.InstallationID() {
			t.Fatalf("%+v, %v", m, err)
		}
		if report, err := h.DB.VerifyAudit(t.Context(), m.Heads...); err != nil || report.Err() != nil || len(m.Heads) != 2 {
			t.Errorf("heads %v: %v, %v", m.Heads, err, report.Err())
		}
	})
	t.Run("holds no root key", func(t *testing.T) {
		for _, path := range []string{file, db.ManifestPath(file)} {
			if text, err := os.ReadFile(path); err != nil || strings.Contains(string(text), "dagpass-root-v1") {
				t.Errorf("%s: %v", path, err)
			}
		}
	})
	t.Run("is recorded, and known as the last one", func(t *testing.T) {
		if at, err := h.DB.LastBackup(t.Context()); err != nil || !at.Equal(h.Clock.Now()) {
			t.Errorf("%v, %v", at, err)
		}
	})
	t.Run("never takes the place of a file", func(t *testing.T) {
		if err := os.Remove(db.ManifestPath(file)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.DB.Backup(t.Context(), file, "1.2.3"); !errors.Is(err, db.ErrExists) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("leaves nothing when it fails", func(t *testing.T) {
		nowhere := filepath.Join(t.TempDir(), "missing", "backup.db")
		if _, err := h.DB.Backup(t.Context(), nowhere, "1.2.3"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}

// TestRestore_RefusesWhatItCannotTrust: nothing is restored from a file that does not pass every check.
func TestRestore_RefusesWhatItCannotTrust(t *testing.T) {
	h := dagpasstest.New(t)
	good := h.Backup()
	text, err := os.ReadFile(good.File)
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string, text []byte) db.Source {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return db.Source{File: file, Manifest: good.Manifest}
	}
	end := db.Revival{EndAllTokens: true}
	flipped := append([]byte{}, text...)
	flipped[len(flipped)/2] ^= 1
	bare := func(s db.Source) db.Source { s.Manifest = nil; return s }
	stranger, fork := otherInstallation(t), dagpasstest.New(t)
	for name, c := range map[string]struct {
		from db.Source
		how  db.Revival
		want error
	}{
		"a file with one bit changed":                   {with("a", flipped), end, db.ErrRefused},
		"a file that was cut off":                       {with("b", text[:len(text)-4096]), end, db.ErrRefused},
		"the same without a manifest":                   {bare(with("c", text[:len(text)-8192])), end, db.ErrDamaged},
		"an empty file":                                 {bare(with("d", nil)), end, db.ErrRefused},
		"a text":                                        {bare(with("e", []byte(strings.Repeat("hello ", 1000)))), end, db.ErrDamaged},
		"a file that is not there":                      {bare(db.Source{File: "nowhere.db"}), end, fs.ErrNotExist},
		"a backup of another installation":              {bare(db.Source{File: stranger}), end, db.ErrWrongKey},
		"a replay of another installation":              {good, db.Revival{Replay: stranger}, db.ErrWrongKey},
		"a replay of another history with the same key": {good, db.Revival{Replay: fork.Database()}, db.ErrRefused},
		"a replay of what is no later state":            {h.Backup(), db.Revival{Replay: good.File}, db.ErrRefused},
		"a replay of a database that can't be read":     {good, db.Revival{Replay: with("f", text[:len(text)/2]).File}, db.ErrDamaged},
		"a manifest whose heads the record has not":     {db.Source{File: good.File, Manifest: headsOf(h.Backup(), good)}, end, db.ErrRefused},
		"a choice that is none":                         {good, db.Revival{}, db.ErrRefused},
		"a copy whose record was altered, any manifest": {bare(altered(t, h, good)), end, db.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			if err := h.Restore(c.from, c.how); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	t.Run("and the good one is still good", func(t *testing.T) {
		if err := h.Restore(good, end); err != nil {
			t.Error(err)
		}
	})
}

// otherInstallation is the database of one with a root key of its own.
func otherInstallation(t *testing.T) string {
	t.Helper()
	cfg := newRoot(t)
	d, err := db.Open(t.Context(), cfg)
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(cfg.Dir, "dagpass.db")
}

// newRoot is what opens a directory that is not there yet, with a root key of its own.
func newRoot(t *testing.T) db.Config {
	t.Helper()
	root, err := secret.CreateRoot(filepath.Join(t.TempDir(), "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	return db.Config{Dir: filepath.Join(t.TempDir(), "data"), Root: root, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

// headsOf is the manifest of a backup with the heads of a later one.
func headsOf(later, of db.Source) *db.Manifest {
	m := *of.Manifest
	m.Heads = later.Manifest.Heads
	return &m
}

// altered is a copy of a backup in which an event was changed by hand.
func altered(t *testing.T, h *dagpasstest.House, from db.Source) db.Source {
	t.Helper()
	text, err := os.ReadFile(from.File)
	if err != nil {
		t.Fatal(err)
	}
	name, other := []byte("Data Platform"), []byte("Data platform")
	changed := strings.ReplaceAll(string(text), string(name), string(other))
	file := filepath.Join(t.TempDir(), "altered.db")
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil || changed == string(text) {
		t.Fatal(err, "nothing was altered")
	}
	return db.Source{File: file}
}

// TestRestore_keepsOrganizationsManageable: a replay never ends with an Organization nobody owns.
func TestRestore_keepsOrganizationsManageable(t *testing.T) {
	h := dagpasstest.New(t)
	backup := h.Backup()
	h.Person("Successor", access.OrgOwner)
	if err := h.Members.Remove(t.Context(), dagpasstest.System(), h.Org.Scope(), h.Owner.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.Restore(backup, db.Revival{Replay: h.Database()}); !errors.Is(err, db.ErrRefused) || !strings.Contains(err.Error(), "nobody who owned the Organization") {
		t.Errorf("got %v", err)
	}
}

// TestRestore_cutShort: between the two renamings nothing may take the directory for a new one.
func TestRestore_cutShort(t *testing.T) {
	cfg := newRoot(t)
	if err := errors.Join(os.Mkdir(cfg.Dir, 0o700), os.WriteFile(filepath.Join(cfg.Dir, "restore-unfinished"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if d, err := db.Open(t.Context(), cfg); !errors.Is(err, db.ErrHalfRestored) || d != nil {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(cfg.Dir, "dagpass.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a new database was made")
	}
}

// TestRestore_tellsOfAlteredRows: a row that somebody wrote into the database by hand grants nothing after a
// restoration either, and whoever restores it is told of each.
func TestRestore_tellsOfAlteredRows(t *testing.T) {
	h := dagpasstest.New(t)
	h.Team("Team", access.OrgMember, h.Person("Member", access.OrgMember))
	h.CustomRole("Auditor", []access.Permission{"workspace.audit.view"})
	h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)
	if _, err := h.Ranges.Add(t.Context(), dagpasstest.System(), h.Org.ID, "0.0.0.0/0"); err != nil {
		t.Fatal(err)
	}
	end := db.Revival{EndAllTokens: true}
	if _, done := h.Restored(h.Backup(), end); len(done.Altered) > 0 {
		t.Fatalf("told of %v before anything was altered", done.Altered)
	}
	tables := []string{"address_ranges", "api_token_roles", "api_token_secrets", "api_tokens", "custom_roles", "member_roles",
		"team_members", "users", "workspaces"}
	for _, table := range tables {
		h.Edit(`UPDATE ` + table + ` SET row_mac = x'00'`)
	}
	restored, done := h.Restored(h.Backup(), end)
	var told []string
	for _, row := range done.Altered {
		table, _, _ := strings.Cut(row, " ")
		told = append(told, table)
	}
	if told = slices.Compact(told); !slices.Equal(told, tables) {
		t.Errorf("told of rows of %v", told)
	}
	if _, err := signIn(restored, h.Owner.Email, dagpasstest.Password); err == nil {
		t.Error("an altered account is good for signing in")
	}
}
