package db

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

const (
	sqlInsertKey = `
INSERT INTO signing_keys (kid, purpose, state, public, wrapped_private, created_at, activated_at, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlKeys = `
SELECT kid, purpose, state, public, wrapped_private, row_mac FROM signing_keys
WHERE purpose = $1 AND state IN ('active', 'pending', 'verify-only') ORDER BY created_at, kid`

	sqlHasActiveKey = `SELECT count(*) FROM signing_keys WHERE purpose = $1 AND state = 'active'`
)

const (
	apiTokenPurpose = "api-token"
	keyActive       = "active"
)

// keyRow is a row of signing_keys.
type keyRow struct {
	kid, purpose, state string
	public, wrapped     []byte
}

func (k keyRow) authority() authority {
	return sealedOf("signing_keys", k.kid).text(k.kid, k.purpose, k.state).blob(k.public).blob(k.wrapped)
}

func (tx *Tx) scanKey(s scanner) (keyRow, error) {
	var k keyRow
	var mac []byte
	if err := s.Scan(&k.kid, &k.purpose, &k.state, &k.public, &k.wrapped, &mac); err != nil {
		return k, err
	}
	return k, tx.check(k.authority(), mac)
}

// SigningKey returns the key that signs API token values. The first call of an installation makes
// it, which is recorded.
func (db *DB) SigningKey(ctx context.Context) (secret.SigningKey, error) {
	var key secret.SigningKey
	err := db.view(ctx, func(tx *Tx) (err error) {
		key, err = tx.signingKey()
		return err
	})
	if access.CodeOf(err) == access.NotFound {
		err = db.update(ctx, func(tx *Tx) (err error) {
			key, err = tx.newSigningKey()
			return err
		})
	}
	if err != nil {
		return secret.SigningKey{}, fmt.Errorf("signing key: %w", err)
	}
	return key, nil
}

// signingKey returns the active key. NotFound when there is none yet.
func (tx *Tx) signingKey() (secret.SigningKey, error) {
	keys, err := all(tx, tx.scanKey, sqlKeys, apiTokenPurpose)
	if err != nil {
		return secret.SigningKey{}, err
	}
	for _, k := range keys {
		if k.state != keyActive {
			continue
		}
		seed, err := tx.db.keyring.UnwrapSeed(k.kid, k.wrapped)
		if err != nil {
			return secret.SigningKey{}, err
		}
		return secret.SigningKeyFromSeed(k.kid, seed)
	}
	if n, err := tx.count(sqlHasActiveKey, apiTokenPurpose); err != nil || n > 0 {
		return secret.SigningKey{}, errors.Join(err, errors.New("the active key was altered; restore the database from a backup"))
	}
	return secret.SigningKey{}, access.Missing()
}

// newSigningKey makes the first key. Another process may have been faster; then it is that one's.
func (tx *Tx) newSigningKey() (secret.SigningKey, error) {
	if key, err := tx.signingKey(); access.CodeOf(err) != access.NotFound {
		return key, err
	}
	key, err := secret.NewSigningKey()
	if err != nil {
		return key, err
	}
	wrapped, err := tx.db.keyring.WrapSeed(key.KID, key.Seed())
	if err != nil {
		return key, err
	}
	row := keyRow{kid: key.KID, purpose: apiTokenPurpose, state: keyActive, public: key.Public, wrapped: wrapped}
	if err := tx.put(sqlInsertKey, row.kid, row.purpose, row.state, row.public, row.wrapped,
		millis(tx.now), millis(tx.now), row.authority().seal(tx.db.keyring)); err != nil {
		return key, err
	}
	return key, tx.Append(tx.systemEvent(audit.KeyCreate, audit.TargetKey, key.KID, key.KID))
}

// systemEvent is an event of the program's own in the chain of the installation.
func (tx *Tx) systemEvent(do audit.Action, kind audit.TargetKind, id, name string) audit.Event {
	by := access.System(access.Origin{})
	return audit.Event{At: tx.now, Action: do, Outcome: audit.OK,
		ActorKind: audit.ActorKind(by.Kind), ActorID: by.ID, ActorName: by.Name,
		TargetKind: kind, TargetID: id, TargetName: name}
}

// PublicKeys returns the published halves of the keys that verify API token values, oldest first.
func (db *DB) PublicKeys(ctx context.Context) ([]secret.PublicKey, error) {
	var keys []secret.PublicKey
	err := db.view(ctx, func(tx *Tx) error {
		rows, err := all(tx, tx.scanKey, sqlKeys, apiTokenPurpose)
		keys = nil
		for _, k := range rows {
			keys = append(keys, secret.PublicKey{KID: k.kid, Key: ed25519.PublicKey(k.public)})
		}
		return err
	})
	return keys, err
}
