package db

import (
	"context"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// SignIn returns the store as package signin sees it.
func (db *DB) SignIn() signin.Store { return signinStore{db} }

type signinStore struct{ db *DB }

func (s signinStore) View(ctx context.Context, fn func(signin.Tx) error) error {
	return s.db.view(ctx, func(tx *Tx) error { return fn(tx) })
}

func (s signinStore) Update(ctx context.Context, fn func(signin.Tx) error) error {
	return s.db.update(ctx, func(tx *Tx) error { return fn(tx) })
}

const (
	sqlInsertCode = `INSERT INTO one_time_codes (hash, id, kind, subject, organization_id, created_at, expires_at, row_mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlCode       = `SELECT id, kind, subject, organization_id, created_at, expires_at, row_mac FROM one_time_codes WHERE hash = $1`
	sqlUseCode    = `DELETE FROM one_time_codes WHERE hash = $1`
	sqlEndCodes   = `DELETE FROM one_time_codes WHERE kind = $1 AND subject = $2`
	sqlSweepCodes = `DELETE FROM one_time_codes WHERE expires_at <= $1`
)

func codeAuthority(c signin.Code) authority {
	return sealedOf("one_time_codes", c.ID).blob(c.Digest[:]).text(c.ID, string(c.Kind), string(c.User), string(c.Org)).
		instant(c.CreatedAt).instant(c.EndsAt)
}

// InsertCode implements signin.CodeTx.
func (tx *Tx) InsertCode(c signin.Code) error {
	return tx.put(sqlInsertCode, c.Digest[:], c.ID, string(c.Kind), string(c.User), string(c.Org), c.CreatedAt.UnixMilli(), c.EndsAt.UnixMilli(),
		codeAuthority(c).seal(tx.db.keyring))
}

// Code implements signin.CodeTx.
func (tx *Tx) Code(d secret.Digest) (signin.Code, error) {
	return one(tx, func(s scanner) (signin.Code, error) {
		c := signin.Code{Digest: d}
		var created, ends int64
		var mac []byte
		if err := s.Scan(&c.ID, &c.Kind, &c.User, &c.Org, &created, &ends, &mac); err != nil {
			return c, err
		}
		c.CreatedAt, c.EndsAt = utc(created), utc(ends)
		return c, tx.check(codeAuthority(c), mac)
	}, sqlCode, d[:])
}

// UseCode implements signin.CodeTx. A used code is gone, so the second use finds nothing.
func (tx *Tx) UseCode(d secret.Digest) error { return tx.change(sqlUseCode, d[:]) }

// EndCodes implements signin.CodeTx.
func (tx *Tx) EndCodes(kind signin.CodeKind, id access.UserID) error {
	return tx.put(sqlEndCodes, string(kind), string(id))
}

// SweepCodes implements signin.CodeTx.
func (tx *Tx) SweepCodes(now time.Time) error { return tx.put(sqlSweepCodes, now.UnixMilli()) }

const (
	sqlDevice      = `SELECT signed_in_at FROM known_devices WHERE id_hash = $1 AND user_id = $2`
	sqlDeviceKnown = `SELECT count(*) FROM known_devices WHERE id_hash = $1 AND signed_in_at > $2`
	sqlPutDevice   = `INSERT INTO known_devices (id_hash, user_id, signed_in_at) VALUES ($1, $2, $3)
ON CONFLICT (id_hash, user_id) DO UPDATE SET signed_in_at = excluded.signed_in_at`
	// All but the one just used and the newest others.
	sqlTrimDevices = `DELETE FROM known_devices WHERE user_id = $2 AND id_hash <> $1 AND id_hash NOT IN (
  SELECT id_hash FROM known_devices WHERE user_id = $2 AND id_hash <> $1 ORDER BY signed_in_at DESC, id_hash LIMIT $3)`
	sqlSweepDevices = `DELETE FROM known_devices WHERE signed_in_at < $1`
)

// Device implements signin.DeviceTx.
func (tx *Tx) Device(d secret.Digest, id access.UserID) (signin.Device, error) {
	known := signin.Device{Digest: d, User: id}
	var at int64
	if err := tx.row(sqlDevice, []any{d[:], string(id)}, &at); err != nil {
		return signin.Device{}, err
	}
	known.SignedIn = utc(at)
	return known, nil
}

// DeviceKnown implements signin.DeviceTx.
func (tx *Tx) DeviceKnown(d secret.Digest, since time.Time) (bool, error) {
	n, err := tx.count(sqlDeviceKnown, d[:], since.UnixMilli())
	return n > 0, err
}

// PutDevice implements signin.DeviceTx.
func (tx *Tx) PutDevice(d signin.Device) error {
	if err := tx.put(sqlPutDevice, d.Digest[:], string(d.User), d.SignedIn.UnixMilli()); err != nil {
		return err
	}
	return tx.put(sqlTrimDevices, d.Digest[:], string(d.User), signin.MaxDevices-1)
}

// SweepDevices implements signin.DeviceTx.
func (tx *Tx) SweepDevices(before time.Time) error {
	return tx.put(sqlSweepDevices, before.UnixMilli())
}

const (
	sqlAttempts    = `SELECT failures, window_start, last_at, next_allowed_at FROM login_throttle WHERE key = $1`
	sqlPutAttempts = `INSERT INTO login_throttle (key, failures, window_start, last_at, next_allowed_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, window_start = excluded.window_start,
  last_at = excluded.last_at, next_allowed_at = excluded.next_allowed_at`
	sqlDropAttempts  = `DELETE FROM login_throttle WHERE key = $1`
	sqlSweepAttempts = `DELETE FROM login_throttle WHERE last_at < $1`
)

// Attempts implements signin.ThrottleTx.
func (tx *Tx) Attempts(key []byte) (signin.Attempts, error) {
	a := signin.Attempts{Key: key}
	var since, last, next int64
	err := tx.row(sqlAttempts, []any{key}, &a.Count, &since, &last, &next)
	if access.CodeOf(err) == access.NotFound {
		return a, nil
	}
	a.Since, a.Last, a.Next = utc(since), utc(last), utc(next)
	return a, err
}

// PutAttempts implements signin.ThrottleTx.
func (tx *Tx) PutAttempts(a signin.Attempts) error {
	return tx.put(sqlPutAttempts, a.Key, a.Count, a.Since.UnixMilli(), a.Last.UnixMilli(), a.Next.UnixMilli())
}

// DropAttempts implements signin.ThrottleTx.
func (tx *Tx) DropAttempts(key []byte) error { return tx.put(sqlDropAttempts, key) }

// SweepAttempts implements signin.ThrottleTx.
func (tx *Tx) SweepAttempts(before time.Time) error {
	return tx.put(sqlSweepAttempts, before.UnixMilli())
}

const (
	sqlBootstrapped = `SELECT count(*) FROM meta WHERE id = 1 AND bootstrapped = 1`
	sqlBootstrap    = `UPDATE meta SET bootstrapped = 1 WHERE id = 1 AND bootstrapped = 0`
)

// Bootstrapped implements signin.SetupTx.
func (tx *Tx) Bootstrapped() (bool, error) {
	n, err := tx.count(sqlBootstrapped)
	return n > 0, err
}

// Bootstrap implements signin.SetupTx.
func (tx *Tx) Bootstrap() error {
	err := tx.change(sqlBootstrap)
	if access.CodeOf(err) == access.NotFound {
		return access.Conflicting(signin.ReasonSetUp, "Dagpass is set up already. Sign in instead.")
	}
	return err
}
