package db

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"dagpass/internal/audit"
)

const (
	reserveName = "reserve"
	// reserveSize is the space that is kept for taking access away.
	reserveSize = 16 << 20
	// leastForWrites is the space besides the reserve below which nothing else is stored.
	leastForWrites = 1 << 20
	// warnFree is the space below which the log says that the disk is filling.
	warnFree = 256 << 20
)

// reserve is a file that only takes up space: what is left for taking access away when the disk is full.
// Nothing else is stored then, so that the space it gives free serves what it is for. It exists while the
// data directory has one server, and since leastFree bytes were free beside it.
type reserve struct {
	path string
	log  *slog.Logger
	free func() (int64, error) // in the data directory

	mu     sync.Mutex
	held   bool
	warned bool
}

func newReserve(dir string, log *slog.Logger) *reserve {
	r := &reserve{path: filepath.Join(dir, reserveName), log: log, free: func() (int64, error) {
		v, err := volumeOf(dir)
		return v.free, err
	}}
	info, err := os.Lstat(r.path)
	r.held = err == nil && info.Mode().IsRegular() && info.Size() == reserveSize
	return r
}

// admit decides before a transaction is committed whether it may take up space. On a full disk one that
// takes access away gets the reserve, and any other is refused.
func (r *reserve) admit(revokes bool) error {
	if r == nil {
		return nil // a copy that is no server's
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	free, err := r.free()
	if err != nil {
		return nil // whether there is space is then seen when it is needed
	}
	needed := int64(leastForWrites)
	if !r.held {
		needed += reserveSize
	}
	switch {
	case free >= needed:
		return nil
	case !revokes:
		return unavailable("The disk of the server is full, so the change was not stored. Access can still be taken away.", errDiskFull)
	case r.held && free < leastForWrites:
		r.release()
	}
	return nil
}

var errDiskFull = errors.New("too little space is left in the data directory")

// release gives the reserve's space free.
func (r *reserve) release() {
	if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.log.Error("the disk is full and its reserve could not be released", "err", err)
		return
	}
	r.held = false
	r.log.Error("the disk is full: its reserve was released, for taking access away alone; make room in the data directory", "reserve_mib", reserveSize>>20)
}

// tend makes the reserve when there is room for it, and says when the disk is filling.
func (r *reserve) tend() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	free, err := r.free()
	if err != nil {
		return fmt.Errorf("look at the data directory: %w", err)
	}
	if low := free < warnFree; low != r.warned {
		r.warned = low
		if low {
			r.log.Warn("the disk is filling", "free_mib", free>>20, "not_ready_below_mib", leastFree>>20)
		}
	}
	if r.held || free < reserveSize+leastFree {
		return nil
	}
	if err := occupy(r.path, reserveSize); err != nil {
		return errors.Join(fmt.Errorf("make the reserve of the disk: %w", err), os.Remove(r.path))
	}
	r.held = true
	return nil
}

// occupy makes a file that really takes up its size.
func occupy(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if allocate(f, size) != nil {
		block := make([]byte, 1<<20)
		for at := int64(0); at < size && err == nil; at += int64(len(block)) {
			_, err = f.WriteAt(block, at)
		}
	}
	return errors.Join(err, f.Close())
}

// TendDisk makes the reserve of the data directory when there is room for it, and logs when the disk is
// filling. A server calls it every half minute.
func (db *DB) TendDisk() error { return db.reserve.tend() }

// revoking are the changes that take access away, or may: of a changed role only the act knows whether it
// became less.
var revoking = map[audit.Action]bool{
	audit.TokenRotate: true, audit.TokenDelete: true, audit.TokenRevoke: true, audit.TokenBindingUpdate: true, audit.TokenBindingRemove: true,
	audit.UserUpdate: true, audit.UserPasswordChange: true, audit.UserSignOut: true, audit.SessionEnd: true, audit.LoginEnd: true,
	audit.InvitationWithdraw: true, audit.WorkspaceDelete: true, audit.MemberUpdate: true, audit.MemberRemove: true,
	audit.TeamDelete: true, audit.TeamMemberRemove: true, audit.TeamRoleUpdate: true, audit.TeamRoleRemove: true,
	audit.RoleUpdate: true, audit.RoleDelete: true, audit.RangeCreate: true, audit.RangeDelete: true,
}

// revokes reports whether an event says that access was taken away.
func revokes(e audit.Event) bool { return e.Outcome == audit.OK && revoking[e.Action] }
