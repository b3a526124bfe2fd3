package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// rootFileLimit is many times the size of two lines, and keeps a wrong path from filling memory.
const rootFileLimit = 1024

// ErrUnsafeFile is wrapped by the errors of [ReadRoot] about who else may read or change the file.
var ErrUnsafeFile = errors.New("unsafe key file")

// CreateRoot makes a new root key and writes it to path with mode 0600. The file and its directory
// are on disk when CreateRoot returns, so nothing that needs the key can become durable before it.
// It never replaces a file: when path exists, the error wraps [fs.ErrExist].
func CreateRoot(path string) (Root, error) {
	root := newRoot()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Root{}, fmt.Errorf("create root key file: %w", err)
	}
	if err := writeSynced(f, root.line()); err != nil {
		// The file is ours, O_EXCL made it, and half a key would block every later start.
		return Root{}, fmt.Errorf("write root key file: %w", errors.Join(err, os.Remove(path)))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return Root{}, fmt.Errorf("sync directory of root key file: %w", err)
	}
	return root, nil
}

// ReadRoot reads the root key at path. Where two lines are present the last one counts.
//
// own says that the file lies in the data directory and is Dagpass's own. It must then be a regular
// file, no symbolic link, owned by the user the process runs as, with mode 0600 or 0400. A file that
// the operator names may be a symbolic link, as Kubernetes secrets are, but what it leads to must not
// be readable by others or writable by group or others.
//
// Errors wrap [fs.ErrNotExist] when there is no file, [ErrUnsafeFile] when the rules above are
// broken, [ErrRootFormat] when the content is something else.
func ReadRoot(path string, own bool) (Root, error) {
	f, info, err := openRoot(path, own)
	if err != nil {
		return Root{}, fmt.Errorf("root key file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, rootFileLimit))
	if err != nil {
		return Root{}, fmt.Errorf("read root key file: %w", err)
	}
	root, err := parseRoot(string(text))
	if err != nil {
		return Root{}, fmt.Errorf("root key file %s: %w", path, err)
	}
	root.groupReadable = info.Mode().Perm()&0o040 != 0
	return root, nil
}

// openRoot opens the file and judges the one it opened, so that exchanging it in between is of no
// use.
func openRoot(path string, own bool) (*os.File, fs.FileInfo, error) {
	stat := os.Stat
	if own {
		stat = os.Lstat
	}
	seen, err := stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !seen.Mode().IsRegular() { // opening a pipe would wait for a writer
		return nil, nil, fmt.Errorf("%w: %s is a %s, not a regular file", ErrUnsafeFile, path, kindOf(seen.Mode()))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(seen, info) {
		err = fmt.Errorf("%w: %s was exchanged while it was opened", ErrUnsafeFile, path)
	}
	if err == nil {
		err = checkRootFile(path, info, own)
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

func checkRootFile(path string, info fs.FileInfo, own bool) error {
	if !own {
		return checkMounted(path, info.Mode())
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("%w: the owner of %s is unknown on this system", ErrUnsafeFile, path)
	}
	return checkOwn(path, info.Mode(), int(sys.Uid), os.Geteuid())
}

// checkOwn judges a key file in the data directory.
func checkOwn(path string, mode fs.FileMode, owner, us int) error {
	if perm := mode.Perm(); perm != 0o600 && perm != 0o400 {
		return fmt.Errorf("%w: %s has mode %04o; run chmod 600 %[2]s", ErrUnsafeFile, path, perm)
	}
	if owner != us {
		return fmt.Errorf("%w: %s belongs to user id %d and the process runs as %d", ErrUnsafeFile, path, owner, us)
	}
	return nil
}

// checkMounted judges a key file at a path that the operator chose.
func checkMounted(path string, mode fs.FileMode) error {
	const (
		groupOrWorldWrite = 0o022
		worldRead         = 0o004
	)
	if perm := mode.Perm(); perm&(groupOrWorldWrite|worldRead) != 0 {
		return fmt.Errorf("%w: %s has mode %04o, so others may read or change it; "+
			"use chmod 400, or defaultMode: 0400 on a Kubernetes secret volume", ErrUnsafeFile, path, perm)
	}
	return nil
}

func kindOf(mode fs.FileMode) string {
	switch mode.Type() {
	case fs.ModeSymlink:
		return "symbolic link"
	case fs.ModeDir:
		return "directory"
	default:
		return "device, pipe or socket"
	}
}

func writeSynced(f *os.File, text string) error {
	_, err := f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
