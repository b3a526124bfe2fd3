package db

import (
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

const sessionColumns = `s.id_hash, s.id, s.origin, s.user_epoch, s.created_at, s.last_seen_at, s.auth_at, s.address, s.client,
  s.notice, s.reveal_pending, s.row_mac`

const (
	sqlSession = `SELECT ` + userColumns + `, ` + sessionColumns + `
FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id_hash = $1`
	sqlSessionsOf = `SELECT ` + userColumns + `, ` + sessionColumns + `
FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.user_id = $1 ORDER BY s.last_seen_at DESC, s.id DESC`
	sqlInsertSession = `INSERT INTO sessions (id_hash, id, user_id, user_epoch, created_at, last_seen_at, auth_at,
  address, client, notice, reveal_pending, origin, row_mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlUpdateSession  = `UPDATE sessions SET last_seen_at = $2, notice = $3, reveal_pending = $4 WHERE id_hash = $1`
	sqlDeleteSession  = `DELETE FROM sessions WHERE id_hash = $1`
	sqlSweepFormKeys  = `DELETE FROM submissions WHERE used_at < $1`
	sqlSweepSessions  = `DELETE FROM sessions WHERE created_at < $1`
	sqlDropSessionsOf = `DELETE FROM sessions WHERE user_id = $1`
)

// sessionAuthority leaves out when a session was last seen, which changes all the time: no more than its sealed
// end can be gained by that.
func sessionAuthority(s signin.Session) authority {
	return sealedOf("sessions", s.ID).blob(s.Digest[:]).text(s.ID, s.Origin, string(s.Account.ID)).
		number(s.Epoch).instant(s.OpenedAt).instant(s.AuthenticatedAt)
}

// scanSession reads userColumns, sessionColumns, and what follows them into more. A session that was altered, or
// whose user's row was, is none.
func (tx *Tx) scanSession(row scanner, more ...any) (signin.Session, error) {
	var s signin.Session
	var hash, mac []byte
	var opened, seen, authenticated int64
	into := []any{&hash, &s.ID, &s.Origin, &s.Epoch, &opened, &seen, &authenticated, &s.Address, &s.Client, &s.Notice, &s.RevealPending, &mac}
	u, err := tx.scanUser(row, append(into, more...)...)
	if err != nil {
		return s, err
	}
	s.Account = u.account()
	s.OpenedAt, s.LastSeen, s.AuthenticatedAt = utc(opened), utc(seen), utc(authenticated)
	if s.Digest, err = secret.ParseDigest(hash); err != nil {
		return s, err
	}
	return s, tx.check(sessionAuthority(s), mac)
}

func (tx *Tx) scanSessionAlone(row scanner) (signin.Session, error) { return tx.scanSession(row) }

// Session implements [signin.SessionTx].
func (tx *Tx) Session(d secret.Digest) (signin.Session, error) {
	return one(tx, tx.scanSessionAlone, sqlSession, d[:])
}

// SessionsOf implements [signin.SessionTx].
func (tx *Tx) SessionsOf(id access.UserID) ([]signin.Session, error) {
	return all(tx, tx.scanSessionAlone, sqlSessionsOf, string(id))
}

// InsertSession implements [signin.SessionTx].
func (tx *Tx) InsertSession(s signin.Session) error {
	return tx.put(sqlInsertSession, s.Digest[:], s.ID, string(s.Account.ID), s.Epoch, s.OpenedAt.UnixMilli(), s.LastSeen.UnixMilli(),
		s.AuthenticatedAt.UnixMilli(), s.Address, s.Client, s.Notice, flag(s.RevealPending), s.Origin, sessionAuthority(s).seal(tx.db.keyring))
}

// UpdateSession implements [signin.SessionTx].
func (tx *Tx) UpdateSession(s signin.Session) error {
	return tx.change(sqlUpdateSession, s.Digest[:], s.LastSeen.UnixMilli(), s.Notice, flag(s.RevealPending))
}

// DeleteSession implements [signin.SessionTx].
func (tx *Tx) DeleteSession(d secret.Digest) error { return tx.put(sqlDeleteSession, d[:]) }

// SweepSessions implements [signin.SessionTx]. Form keys stay a day longer: a form can still be sent
// again after the next sign-in.
func (tx *Tx) SweepSessions(before time.Time) error {
	if err := tx.put(sqlSweepFormKeys, before.AddDate(0, 0, -1).UnixMilli()); err != nil {
		return err
	}
	return tx.put(sqlSweepSessions, before.UnixMilli())
}

// The person's Organizations first, so that the limit never hides them.
const sqlPlacesOf = `SELECT o.name FROM organizations o WHERE o.id IN (
  SELECT organization_id FROM member_roles WHERE subject_kind = 'user' AND subject_id = $1)
UNION ALL SELECT w.name FROM workspaces w WHERE w.organization_id IN (
  SELECT organization_id FROM member_roles WHERE subject_kind = 'user' AND subject_id = $1)
LIMIT 100`

func (u userRow) account() signin.Account {
	return signin.Account{User: u.User, Theme: signin.Theme(u.theme), Epoch: u.epoch}
}

// Account implements [signin.AccountTx].
func (tx *Tx) Account(id access.UserID) (signin.Account, error) {
	u, err := tx.user(id)
	return u.account(), err
}

// AccountByEmail implements [signin.AccountTx].
func (tx *Tx) AccountByEmail(email string) (signin.Account, error) {
	u, err := tx.userByEmail(email)
	return u.account(), err
}

// UpdateAccount implements [signin.AccountTx].
func (tx *Tx) UpdateAccount(a signin.Account) error {
	_, err := tx.changeUser(a.ID, func(u *userRow) {
		u.FullName, u.Status, u.theme = a.FullName, a.Status, string(a.Theme)
	})
	return err
}

// PasswordHash implements [signin.AccountTx].
func (tx *Tx) PasswordHash(id access.UserID) (string, error) {
	u, err := tx.user(id)
	return u.passwordHash, err
}

// SetPasswordHash implements [signin.AccountTx].
func (tx *Tx) SetPasswordHash(id access.UserID, hash string) error {
	_, err := tx.changeUser(id, func(u *userRow) { u.passwordHash = hash })
	return err
}

// RaiseEpoch implements [signin.AccountTx].
func (tx *Tx) RaiseEpoch(id access.UserID) (signin.Account, error) {
	u, err := tx.changeUser(id, func(u *userRow) { u.epoch++ })
	if err != nil {
		return signin.Account{}, err
	}
	if err := tx.dropLogins(id); err != nil {
		return signin.Account{}, err
	}
	return u.account(), tx.put(sqlDropSessionsOf, string(id))
}

// PlacesOf implements [signin.AccountTx].
func (tx *Tx) PlacesOf(id access.UserID) ([]string, error) {
	return all(tx, text[string], sqlPlacesOf, string(id))
}
