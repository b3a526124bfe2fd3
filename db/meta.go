package db

import (
	"context"
	"fmt"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

const sqlInsertMeta = `
INSERT INTO meta (id, installation_id, key_check, clock_high_water) VALUES (1, $1, $2, $3)
ON CONFLICT DO NOTHING`

// installationIDLength gives an installation id 134 random bits.
const installationIDLength = 26

// install gives a new database its installation id and key check, and reads those of an old one.
func (db *DB) install(ctx context.Context, root secret.Root) error {
	err := db.readMeta(ctx, root)
	if err == nil {
		return db.foldNames(ctx)
	}
	if access.CodeOf(err) != access.NotFound {
		return err
	}
	id := secret.Base36(installationIDLength)
	keyring, err := secret.NewKeyring(root, id)
	if err != nil {
		return err
	}
	err = db.write(ctx, func(tx *Tx) error {
		return tx.put(sqlInsertMeta, id, keyring.Check(), tx.now.UnixMilli())
	})
	if err != nil {
		return fmt.Errorf("note the installation: %w", err)
	}
	return db.readMeta(ctx, root)
}

func (db *DB) readMeta(ctx context.Context, root secret.Root) error {
	var check []byte
	var high int64
	err := db.run(ctx, sqlBegin, nil, func(tx *Tx) error {
		return tx.row(sqlStoredKey, nil, &db.installation, &check, &high)
	})
	if err != nil {
		return err
	}
	if db.keyring, err = secret.NewKeyring(root, db.installation); err != nil {
		return err
	}
	if !db.keyring.CheckEqual(check) {
		return fmt.Errorf("%w (the key given is %s)", ErrWrongKey, root.ID())
	}
	db.clock.start(high)
	return nil
}
