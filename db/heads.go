package db

import (
	"context"
	"io/fs"
	"strconv"
	"strings"

	"dagpass/internal/audit"
)

// AuditHeads returns the newest event of every chain, sorted by the chain's name. One chain costs two
// rows, however long it is.
func (db *DB) AuditHeads(ctx context.Context) ([]audit.Head, error) {
	chains, err := db.auditChains(ctx, nil)
	if err != nil {
		return nil, err
	}
	var heads []audit.Head
	err = db.view(ctx, func(tx *Tx) error {
		heads = nil
		for _, chain := range chains {
			head, err := tx.auditHead(chain, orgOf(chain))
			if err != nil {
				return err
			}
			heads = append(heads, head)
		}
		return nil
	})
	return heads, err
}

// SchemaVersion returns the number of the newest schema this program knows, which is the one it
// brings a database to.
func SchemaVersion() (int64, error) {
	files, err := migrations()
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names { // Glob sorts, and the number has leading zeros
		number, _, _ := strings.Cut(name, "_")
		if newest, err = strconv.ParseInt(number, 10, 64); err != nil {
			return 0, err
		}
	}
	return newest, nil
}
