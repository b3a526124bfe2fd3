package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// openCopy copies a database with its log, so that the original stays as it was found, and opens the copy
// with all checks of a start.
func (r *restoration) openCopy(ctx context.Context, path, name string) (*DB, error) {
	dir := r.staged(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	into := filepath.Join(dir, fileName)
	if err := copyFile(path, into); err != nil {
		return nil, err
	}
	if m := r.from.Manifest; m != nil && path == r.from.File {
		if digest, size, err := digestOf(into); err != nil || digest != m.SHA256 || size != m.Size {
			return nil, errors.Join(errors.New("it is not the file that the manifest describes: copy both again"), err)
		}
	}
	if err := copyFile(path+"-wal", into+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := holdsData(ctx, into); err != nil {
		return nil, err
	}
	cfg := r.cfg
	cfg.Dir = dir
	return Open(ctx, cfg)
}

// holdsData refuses a file that [Open] would take for a new database.
func holdsData(ctx context.Context, path string) error {
	p, err := openPool("", path, reading, 1)
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, p.db)
	if err == nil && version == 0 {
		err = errors.New("it is no database of Dagpass")
	}
	return errors.Join(asDamage(err), p.close())
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.Join(fmt.Errorf("%s is no file", from), err)
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
