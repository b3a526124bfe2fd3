package dagpasstest

import (
	"log/slog"
	"path/filepath"

	"dagpass/db"
)

// Backup makes a backup of the house and returns it with its manifest.
func (h *House) Backup() db.Source {
	h.T.Helper()
	file := filepath.Join(h.T.TempDir(), "backup.db")
	m, err := h.DB.Backup(h.T.Context(), file, "test")
	h.must(err)
	return db.Source{File: file, Manifest: &m}
}

// Database is the file of the house.
func (h *House) Database() string { return filepath.Join(h.Dir, "dagpass.db") }

// Restored is another house on a restored backup of this one, with the same key and the same clock.
func (h *House) Restored(from db.Source, how db.Revival) (*House, db.Restored) {
	h.T.Helper()
	cfg := db.Config{Dir: filepath.Join(h.T.TempDir(), "restored"), Root: h.root, Now: h.Clock.Now, Log: h.log}
	done, err := db.Restore(h.T.Context(), cfg, from, how)
	h.must(err)
	r := &House{T: h.T, Dir: cfg.Dir, Clock: h.Clock, Logs: h.Logs, root: h.root, hasher: h.hasher, log: h.log,
		Org: h.Org, Workspace: h.Workspace, Owner: h.Owner}
	r.open("")
	return r, done
}

// Restore is db.Restore into a new directory with the key of the house, for what must be refused.
func (h *House) Restore(from db.Source, how db.Revival) error {
	h.T.Helper()
	cfg := db.Config{Dir: filepath.Join(h.T.TempDir(), "restored"), Root: h.root, Now: h.Clock.Now, Log: h.log}
	_, err := db.Restore(h.T.Context(), cfg, from, how)
	return err
}

// Log is where the house logs to.
func (h *House) Log() *slog.Logger { return h.log }
