package db

import (
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

const loginColumns = `l.id, l.user_id, l.user_epoch, l.origin, l.program, l.code_hash, l.refresh_hash, l.auth_at,
  l.created_at, l.expires_at, l.last_used_at, l.address, l.client, l.row_mac`

const (
	sqlInsertLoginCode = `
INSERT INTO login_codes (hash, user_id, user_epoch, origin, program, redirect_uri, challenge, auth_at, expires_at, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlLoginCode = `
SELECT hash, user_id, user_epoch, origin, program, redirect_uri, challenge, auth_at, expires_at, row_mac
FROM login_codes WHERE hash = $1`
	sqlUseLoginCode = `DELETE FROM login_codes WHERE hash = $1`

	sqlInsertLogin = `
INSERT INTO logins (id, user_id, user_epoch, origin, program, code_hash, refresh_hash, auth_at,
  created_at, expires_at, last_used_at, address, client, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	sqlInsertAccess = `INSERT INTO login_access (hash, login_id, expires_at, row_mac) VALUES ($1, $2, $3, $4)`
	// All but the one just made and the newest others.
	sqlTrimAccess = `
DELETE FROM login_access WHERE login_id = $1 AND hash <> $2 AND hash NOT IN (
  SELECT hash FROM login_access WHERE login_id = $1 AND hash <> $2 ORDER BY expires_at DESC, hash LIMIT $3)`

	sqlLoginByAccess = `SELECT ` + userColumns + `, ` + loginColumns + `, a.hash, a.expires_at, a.row_mac
FROM login_access a JOIN logins l ON l.id = a.login_id JOIN users u ON u.id = l.user_id WHERE a.hash = $1`
	sqlLoginByRefresh = `SELECT ` + userColumns + `, ` + loginColumns + `
FROM logins l JOIN users u ON u.id = l.user_id WHERE l.refresh_hash = $1`
	sqlLoginByCode = `SELECT ` + userColumns + `, ` + loginColumns + `
FROM logins l JOIN users u ON u.id = l.user_id WHERE l.code_hash = $1`
	sqlLoginsOf = `SELECT ` + userColumns + `, ` + loginColumns + `
FROM logins l JOIN users u ON u.id = l.user_id WHERE l.user_id = $1 ORDER BY l.last_used_at DESC, l.id DESC`

	sqlTouchLogin      = `UPDATE logins SET last_used_at = $2, address = $3, client = $4 WHERE id = $1`
	sqlDeleteLogin     = `DELETE FROM logins WHERE id = $1`
	sqlDropLoginsOf    = `DELETE FROM logins WHERE user_id = $1`
	sqlDropLoginCodes  = `DELETE FROM login_codes WHERE user_id = $1`
	sqlSweepLoginCodes = `DELETE FROM login_codes WHERE expires_at <= $1`
	sqlSweepAccess     = `DELETE FROM login_access WHERE expires_at <= $1`
	sqlSweepLogins     = `DELETE FROM logins WHERE expires_at <= $1`
)

func loginCodeAuthority(c signin.LoginCode) authority {
	return sealedOf("login_codes", "of "+string(c.User)).blob(c.Digest[:]).
		text(string(c.User), c.Origin, c.Program, c.RedirectURI, c.Challenge).
		number(c.Epoch).instant(c.AuthenticatedAt).instant(c.EndsAt)
}

func loginAuthority(l signin.ProgramLogin) authority {
	return sealedOf("logins", l.ID).text(l.ID, string(l.Account.ID), l.Origin, l.Program).
		blob(l.Code[:]).blob(l.Refresh[:]).number(l.Epoch).instant(l.AuthenticatedAt).instant(l.EndsAt)
}

func accessAuthority(login string, d secret.Digest, ends time.Time) authority {
	return sealedOf("login_access", "of "+login).blob(d[:]).text(login).instant(ends)
}

// InsertLoginCode implements [signin.LoginTx].
func (tx *Tx) InsertLoginCode(c signin.LoginCode) error {
	return tx.put(sqlInsertLoginCode, c.Digest[:], string(c.User), c.Epoch, c.Origin, c.Program, c.RedirectURI, c.Challenge,
		c.AuthenticatedAt.UnixMilli(), c.EndsAt.UnixMilli(), loginCodeAuthority(c).seal(tx.db.keyring))
}

// LoginCode implements [signin.LoginTx].
func (tx *Tx) LoginCode(d secret.Digest) (signin.LoginCode, error) {
	return one(tx, func(s scanner) (signin.LoginCode, error) {
		var c signin.LoginCode
		var hash, mac []byte
		var authenticated, ends int64
		if err := s.Scan(&hash, &c.User, &c.Epoch, &c.Origin, &c.Program, &c.RedirectURI, &c.Challenge, &authenticated, &ends, &mac); err != nil {
			return c, err
		}
		c.Digest, c.AuthenticatedAt, c.EndsAt = d, utc(authenticated), utc(ends)
		return c, tx.check(loginCodeAuthority(c), mac)
	}, sqlLoginCode, d[:])
}

// UseLoginCode implements [signin.LoginTx].
func (tx *Tx) UseLoginCode(d secret.Digest) error { return tx.change(sqlUseLoginCode, d[:]) }

// InsertLogin implements [signin.LoginTx].
func (tx *Tx) InsertLogin(l signin.ProgramLogin) error {
	return tx.put(sqlInsertLogin, l.ID, string(l.Account.ID), l.Epoch, l.Origin, l.Program, l.Code[:], l.Refresh[:],
		l.AuthenticatedAt.UnixMilli(), l.CreatedAt.UnixMilli(), l.EndsAt.UnixMilli(), l.LastUsed.UnixMilli(),
		l.Address, l.Client, loginAuthority(l).seal(tx.db.keyring))
}

// InsertAccess implements [signin.LoginTx].
func (tx *Tx) InsertAccess(login string, d secret.Digest, ends time.Time) error {
	if err := tx.put(sqlInsertAccess, d[:], login, ends.UnixMilli(), accessAuthority(login, d, ends).seal(tx.db.keyring)); err != nil {
		return err
	}
	return tx.put(sqlTrimAccess, login, d[:], signin.MaxAccess-1)
}

// loginRow is a row of logins while it is read.
type loginRow struct {
	signin.ProgramLogin
	user                                   access.UserID
	code, refresh, mac                     []byte
	authenticated, created, ends, lastUsed int64
}

func (r *loginRow) into() []any {
	return []any{&r.ID, &r.user, &r.Epoch, &r.Origin, &r.Program, &r.code, &r.refresh, &r.authenticated,
		&r.created, &r.ends, &r.lastUsed, &r.Address, &r.Client, &r.mac}
}

// scanLogin reads userColumns, loginColumns, and what follows them into more.
func (tx *Tx) scanLogin(s scanner, more ...any) (signin.ProgramLogin, error) {
	var r loginRow
	u, err := tx.scanUser(s, append(r.into(), more...)...)
	if err != nil {
		return r.ProgramLogin, err
	}
	r.Account = u.account()
	r.AuthenticatedAt, r.CreatedAt, r.EndsAt, r.LastUsed = utc(r.authenticated), utc(r.created), utc(r.ends), utc(r.lastUsed)
	if r.Code, err = secret.ParseDigest(r.code); err != nil {
		return r.ProgramLogin, err
	}
	if r.Refresh, err = secret.ParseDigest(r.refresh); err != nil {
		return r.ProgramLogin, err
	}
	return r.ProgramLogin, tx.check(loginAuthority(r.ProgramLogin), r.mac)
}

func (tx *Tx) scanLoginAlone(s scanner) (signin.ProgramLogin, error) { return tx.scanLogin(s) }

// scanAccess is scanLogin for a row with the value it was found by, and what follows that into more.
func (tx *Tx) scanAccess(s scanner, more ...any) (signin.ProgramLogin, error) {
	var hash, mac []byte
	var ends int64
	l, err := tx.scanLogin(s, append([]any{&hash, &ends, &mac}, more...)...)
	if err != nil {
		return l, err
	}
	l.AccessEnds = utc(ends)
	if l.Access, err = secret.ParseDigest(hash); err != nil {
		return l, err
	}
	return l, tx.check(accessAuthority(l.ID, l.Access, l.AccessEnds), mac)
}

// LoginByAccess implements [signin.LoginTx].
func (tx *Tx) LoginByAccess(d secret.Digest) (signin.ProgramLogin, error) {
	return one(tx, func(s scanner) (signin.ProgramLogin, error) { return tx.scanAccess(s) }, sqlLoginByAccess, d[:])
}

// LoginByRefresh implements [signin.LoginTx].
func (tx *Tx) LoginByRefresh(d secret.Digest) (signin.ProgramLogin, error) {
	return one(tx, tx.scanLoginAlone, sqlLoginByRefresh, d[:])
}

// LoginByCode implements [signin.LoginTx].
func (tx *Tx) LoginByCode(d secret.Digest) (signin.ProgramLogin, error) {
	return one(tx, tx.scanLoginAlone, sqlLoginByCode, d[:])
}

// LoginsOf implements [signin.LoginTx].
func (tx *Tx) LoginsOf(id access.UserID) ([]signin.ProgramLogin, error) {
	return all(tx, tx.scanLoginAlone, sqlLoginsOf, string(id))
}

// TouchLogin implements [signin.LoginTx].
func (tx *Tx) TouchLogin(l signin.ProgramLogin) error {
	return tx.change(sqlTouchLogin, l.ID, l.LastUsed.UnixMilli(), l.Address, l.Client)
}

// DeleteLogin implements [signin.LoginTx]. Its values go with it.
func (tx *Tx) DeleteLogin(id string) error { return tx.put(sqlDeleteLogin, id) }

// dropLogins ends everything that programs hold of a person, codes included.
func (tx *Tx) dropLogins(id access.UserID) error {
	if err := tx.put(sqlDropLoginCodes, string(id)); err != nil {
		return err
	}
	return tx.put(sqlDropLoginsOf, string(id))
}

// SweepLogins implements [signin.LoginTx].
func (tx *Tx) SweepLogins(now time.Time) error {
	for _, query := range []string{sqlSweepLoginCodes, sqlSweepAccess, sqlSweepLogins} {
		if err := tx.put(query, now.UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}
