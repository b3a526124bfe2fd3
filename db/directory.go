package db

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
)

// prepareDir makes the data directory when it is absent and refuses one that others may enter or
// that lies on a file system without reliable locks.
func prepareDir(dir string, log *slog.Logger) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at the data directory: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%w: others may enter %s (mode %04o); run: chmod 700 %s", ErrUnsafe, dir, mode, dir)
	}
	volume, err := volumeOf(dir)
	if err != nil {
		return fmt.Errorf("look at the file system of the data directory: %w", err)
	}
	switch {
	case volume.network:
		return fmt.Errorf("%w: %s lies on %s, which cannot lock files reliably; use a local disk", ErrUnsafe, dir, volume.name)
	case volume.layered:
		log.Warn("the data directory lies on a file system that may not keep what was written; use a local disk or a volume", "dir", dir, "file_system", volume.name)
	}
	return checkFiles(dir)
}

// createFile makes an empty file that only its owner can read, whatever the umask is. An existing
// one is left alone.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// checkFiles refuses database files that others may read or write. SQLite gives the files beside the
// database its mode.
func checkFiles(dir string) error {
	for _, name := range []string{fileName, fileName + "-wal", fileName + "-shm", lockName, reserveName, closedName} {
		path := filepath.Join(dir, name)
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
			return fmt.Errorf("%w: %s must be a plain file that only its owner may read (it has mode %s); run: chmod 600 %s", ErrUnsafe, path, mode, path)
		}
	}
	return nil
}

const lockName = "lock"

// lockDir takes the lock of the data directory until the file is closed; the kernel frees it when
// the process ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the data directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w (%s); stop it first, or choose another --data", ErrInUse, dir)
		}
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	return f, nil
}
