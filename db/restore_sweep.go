package db

import "dagpass/internal/access"

// restoreBatch is how many rows are held at once.
const restoreBatch = 1000

// key is where a row stands in the order of a query: the values of the columns it is ordered by.
type key []any

// sweep hands every genuine row of a query to do. The query goes on behind a key of its first parameters,
// its last one is how many rows to read. What do changes behind it is not read again.
func sweep[T any](tx *Tx, query string, from key, scan func(scanner) (key, T, error), do func(T) error) error {
	for {
		var rows []T
		n := 0
		err := each(tx, func(s scanner) (bool, error) {
			at, row, err := scan(s)
			if n, from = n+1, at; err == nil {
				rows = append(rows, row)
			}
			return true, err
		}, query, append(from, restoreBatch)...)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := do(row); err != nil {
				return err
			}
		}
		if n < restoreBatch {
			return nil
		}
	}
}

func (tx *Tx) scanUserKey(s scanner) (key, userRow, error) {
	u, err := tx.scanUser(s)
	return key{string(u.ID)}, u, err
}

func (tx *Tx) scanRoleKey(s scanner) (key, memberRole, error) {
	held, err := tx.scanRole(s)
	return key{held.entity, string(held.subject.Kind), held.subject.ID}, held, err
}

func (tx *Tx) scanMembershipKey(s scanner) (key, memberRole, error) {
	var m memberRole
	if err := s.Scan(&m.team, &m.member, &m.memberMAC, &m.org); err != nil {
		return nil, m, err
	}
	return key{m.team, m.member}, m, tx.check(membershipAuthority(m.team, m.member), m.memberMAC)
}

func (tx *Tx) scanWorkspaceKey(s scanner) (key, access.Scope, error) {
	var at access.Scope
	var mac []byte
	if err := s.Scan(&at.Workspace, &at.Org, &mac); err != nil {
		return nil, at, err
	}
	return key{string(at.Workspace)}, at, tx.check(workspaceAuthority(at), mac)
}

func (tx *Tx) scanTokenKey(s scanner) (key, access.Token, error) {
	t, err := tx.scanToken(s)
	return key{string(t.ID)}, t, err
}
