package db

import (
	"database/sql"

	"dagpass/internal/access"
)

const userColumns = `u.id, u.email, u.full_name, u.status, u.password_hash, u.epoch, u.theme, u.created_at, u.updated_at, u.row_mac`

const (
	sqlInsertUser = `
INSERT INTO users (id, email, full_name, status, password_hash, epoch, theme, created_at, updated_at, row_mac, sort_name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	sqlUpdateUser = `
UPDATE users SET email = $2, full_name = $3, status = $4, password_hash = $5, epoch = $6, theme = $7, updated_at = $8, row_mac = $9
WHERE id = $1`

	sqlUser        = `SELECT ` + userColumns + ` FROM users u WHERE u.id = $1`
	sqlUserByEmail = `SELECT ` + userColumns + ` FROM users u WHERE u.email = $1`
)

// userRow is a row of users. It is changed by reading, changing and storing the whole of it, so that
// its authentication code always covers what is stored: see [Tx.changeUser].
type userRow struct {
	access.User
	passwordHash string // empty for none
	epoch        int64
	theme        string
}

func (u userRow) authority() authority {
	return sealedOf("users", string(u.ID)).
		text(string(u.ID), u.Email, string(u.Status), u.passwordHash).number(u.epoch)
}

// scanUser reads userColumns, and what follows them into more.
func (tx *Tx) scanUser(s scanner, more ...any) (userRow, error) {
	var u userRow
	var hash sql.NullString
	var created, updated int64
	var mac []byte
	into := append([]any{&u.ID, &u.Email, &u.FullName, &u.Status, &hash, &u.epoch, &u.theme, &created, &updated, &mac}, more...)
	if err := s.Scan(into...); err != nil {
		return u, err
	}
	u.passwordHash, u.CreatedAt, u.UpdatedAt = hash.String, utc(created), utc(updated)
	return u, tx.check(u.authority(), mac)
}

func (tx *Tx) user(id access.UserID) (userRow, error) {
	return one(tx, func(s scanner) (userRow, error) { return tx.scanUser(s) }, sqlUser, string(id))
}

// userByEmail returns the user with a lower-case e-mail. NotFound when there is none.
func (tx *Tx) userByEmail(email string) (userRow, error) {
	return one(tx, func(s scanner) (userRow, error) { return tx.scanUser(s) }, sqlUserByEmail, email)
}

// changeUser reads a user, changes and stores it, and returns it as stored. NotFound when there is
// none; Conflict, reason taken, for an e-mail in use.
func (tx *Tx) changeUser(id access.UserID, change func(u *userRow)) (userRow, error) {
	u, err := tx.user(id)
	if err != nil {
		return u, err
	}
	before := sortName(u.User)
	change(&u)
	u.UpdatedAt = tx.now
	err = tx.change(sqlUpdateUser, string(u.ID), u.Email, u.FullName, string(u.Status), null(u.passwordHash),
		u.epoch, u.theme, millis(u.UpdatedAt), u.authority().seal(tx.db.keyring))
	if err == nil && sortName(u.User) != before {
		err = tx.sortPerson(u.User)
	}
	return u, taken(err, "Someone with the email %s is here already.", u.Email)
}

// User implements [access.MemberTx].
func (tx *Tx) User(id access.UserID) (access.User, error) {
	u, err := tx.user(id)
	return u.User, err
}

// InsertUser implements [access.MemberTx].
func (tx *Tx) InsertUser(user access.User) error {
	u := userRow{User: user, epoch: 1, theme: "system"}
	err := tx.put(sqlInsertUser, string(u.ID), u.Email, u.FullName, string(u.Status), nil, u.epoch, u.theme,
		millis(u.CreatedAt), millis(u.UpdatedAt), u.authority().seal(tx.db.keyring), sortName(user))
	return taken(err, "Someone with the email %s is here already.", u.Email)
}
