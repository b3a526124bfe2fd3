package db

import (
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/internal/storetest"
)

const testDeleteSession = `DELETE FROM sessions WHERE id_hash = $1`

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		db, clock := openNew(t)
		return storetest.Harness{
			Store:   db.Access(),
			Advance: clock.Advance,
			SignIn:  func(t *testing.T, id access.UserID) secret.Digest { return db.signIn(t, id) },
			SignOut: func(t *testing.T, d secret.Digest) {
				t.Helper()
				must(t, db.update(t.Context(), func(tx *Tx) error { return tx.put(testDeleteSession, d[:]) }))
			},
			SetStatus: func(t *testing.T, id access.UserID, s access.UserStatus) {
				t.Helper()
				db.change(t, id, func(u *userRow) { u.Status = s })
			},
			Rename: func(t *testing.T, id access.UserID, name string) {
				t.Helper()
				db.change(t, id, func(u *userRow) { u.FullName = name })
			},
		}
	})
}

func (db *DB) change(t *testing.T, id access.UserID, change func(u *userRow)) {
	t.Helper()
	must(t, db.update(t.Context(), func(tx *Tx) error {
		_, err := tx.changeUser(id, change)
		return err
	}))
}

func (db *DB) signIn(t testing.TB, id access.UserID) secret.Digest {
	t.Helper()
	d := secret.HashOf(secret.NewSessionID())
	must(t, db.update(t.Context(), func(tx *Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		return tx.InsertSession(signin.Session{Digest: d, ID: tx.NewID(), Account: a, Epoch: a.Epoch, OpenedAt: tx.now, LastSeen: tx.now, AuthenticatedAt: tx.now})
	}))
	return d
}
