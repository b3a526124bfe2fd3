package db

import (
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

const (
	sqlTokensAfter = `SELECT ` + tokenColumns + ` FROM api_tokens t ` + tokenPeople + `
WHERE t.id > $1 AND t.state = 'live'
	AND (t.workspace_id IS NULL OR EXISTS (SELECT 1 FROM workspaces h WHERE h.id = t.workspace_id))
ORDER BY t.id LIMIT $2`
	sqlCurrentOf = `SELECT s.value_mac FROM api_token_secrets s WHERE s.token_id = $1 AND s.ended_at IS NULL`
)

// tokens ends the tokens and values that have ended, and lowers and removes the roles of the others.
func (r *replay) tokens() error {
	return sweep(r.tx, sqlTokensAfter, key{""}, r.tx.scanTokenKey, func(t access.Token) error {
		end, err := r.endOf(t)
		if err != nil {
			return err
		}
		r.done.Ended += int(flag(end.ended))
		_, err = r.newer.Token(t.Home.Org, t.ID)
		gone, err := absent(err)
		switch {
		case err != nil:
			return err
		case gone && end.ended:
			return r.tx.EndToken(t, end.why, access.System(access.Origin{}).Person())
		case gone:
			return r.tx.EndToken(t, access.EndedByDeletion, access.System(access.Origin{}).Person())
		case end.ended:
			err = r.tx.endValue(t.ID, end.why, end.at)
		}
		if err != nil {
			return err
		}
		return r.tokenRoles(t)
	})
}

// valueEnd is what became of the value that a token has in the backup.
type valueEnd struct {
	ended bool // since; also when the newer database does not know it
	why   access.EndReason
	at    time.Time
}

func (r *replay) endOf(t access.Token) (valueEnd, error) {
	var mac []byte
	if err := r.tx.row(sqlCurrentOf, []any{string(t.ID)}, &mac); err != nil {
		_, err = absent(err)
		return valueEnd{}, err // it had ended in the backup
	}
	digest, err := secret.ParseDigest(mac)
	if err != nil {
		return valueEnd{}, err
	}
	now, err := r.newer.Presented(digest)
	gone, err := absent(err)
	switch {
	case err != nil:
		return valueEnd{}, err
	case gone || now.Token != t.ID:
		return valueEnd{true, access.EndedByRestore, r.tx.now}, nil
	}
	return valueEnd{!now.EndedAt.IsZero(), now.Ended, now.EndedAt}, nil
}

// tokenRoles lowers and removes the roles of a token that lives. The one at home can't be removed: where
// nothing of it is left, the value ends instead.
func (r *replay) tokenRoles(t access.Token) error {
	held, err := r.tx.TokenRoles(t)
	for _, h := range held {
		now, missing := r.newer.TokenRoleAt(t, h.At)
		if _, missing = absent(missing); missing != nil {
			return missing
		}
		role, failed := r.lesser(h.At, h.Role, now.Role)
		if failed == nil && role != h.Role {
			failed = r.lower(t, h, role)
		}
		if failed != nil {
			return failed
		}
	}
	return err
}

func (r *replay) lower(t access.Token, held access.TokenRole, to access.Role) error {
	r.done.Lowered++
	switch {
	case to != "":
		return r.tx.SetTokenRole(t, held.At, to, access.System(access.Origin{}).Person())
	case held.Home:
		r.done.Ended++
		return r.tx.endValue(t.ID, access.EndedByRestore, r.tx.now)
	}
	return r.tx.RemoveTokenRole(t, held.At)
}
