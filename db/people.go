package db

import (
	"context"
	"errors"
	"fmt"

	"dagpass/internal/access"
)

const (
	sqlSortUser    = `UPDATE users SET sort_name = $2 WHERE id = $1`
	sqlSortRolesOf = `UPDATE member_roles SET sort_name = $2 WHERE subject_id = $1`

	sqlUnfolded = `SELECT ` + userColumns + ` FROM users u WHERE u.sort_name = '' LIMIT $1`
)

// sortName is what a person is ordered and found by beside the e-mail: the name, or the e-mail of
// someone who has none yet.
func sortName(u access.User) string { return access.Fold(u.Name()) }

// scanPerson reads userColumns.
func (tx *Tx) scanPerson(s scanner) (access.User, error) {
	u, err := tx.scanUser(s)
	return u.User, err
}

// sortPerson writes it wherever lists of people read it.
func (tx *Tx) sortPerson(u access.User) error {
	for _, query := range []string{sqlSortUser, sqlSortRolesOf, sqlSortTeamMember} {
		if err := tx.put(query, string(u.ID), sortName(u)); err != nil {
			return err
		}
	}
	return nil
}

// unfoldedBatch is how many people of an older version are looked at in one transaction.
const unfoldedBatch = 1000

// foldNames gives the people whom a version without lists of people stored what they are ordered by.
// Names are folded here and not by a migration, because SQLite folds ASCII only.
func (db *DB) foldNames(ctx context.Context) error {
	for {
		var found []access.User
		err := db.run(ctx, sqlBegin, nil, func(tx *Tx) (err error) {
			found, err = all(tx, tx.scanPerson, sqlUnfolded, unfoldedBatch)
			return err
		})
		if err == nil && len(found) == 0 {
			return nil
		}
		if err == nil {
			err = db.write(ctx, func(tx *Tx) error {
				var failed error
				for _, u := range found {
					failed = errors.Join(failed, tx.sortPerson(u))
				}
				return failed
			})
		}
		if err != nil {
			return fmt.Errorf("fold the names of people: %w", err)
		}
	}
}
