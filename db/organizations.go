package db

import (
	"cmp"
	"slices"
	"strings"

	"dagpass/internal/access"
)

const orgColumns = `
SELECT o.id, o.name, o.version, EXISTS (SELECT 1 FROM address_ranges a WHERE a.organization_id = o.id),
	o.created_at, o.created_by_kind, o.created_by_id, COALESCE(cu.full_name, ct.name, ''), COALESCE(cu.email, ''),
	o.updated_at, o.updated_by_kind, o.updated_by_id, COALESCE(uu.full_name, ut.name, ''), COALESCE(uu.email, '')
FROM organizations o
LEFT JOIN users cu ON cu.id = o.created_by_id LEFT JOIN api_tokens ct ON ct.id = o.created_by_id
LEFT JOIN users uu ON uu.id = o.updated_by_id LEFT JOIN api_tokens ut ON ut.id = o.updated_by_id`

const (
	sqlInsertOrg = `
INSERT INTO organizations (id, name, name_fold, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	sqlUpdateOrg = `
UPDATE organizations SET name = $2, name_fold = $3, version = $4, updated_at = $5, updated_by_kind = $6, updated_by_id = $7
WHERE id = $1`

	sqlOrg     = orgColumns + ` WHERE o.id = $1`
	sqlAllOrgs = orgColumns + ` ORDER BY o.name_fold, o.id`

	// The ids of users and tokens differ, so $1 may be either.
	sqlOrgIDsOf = `
SELECT organization_id FROM member_roles WHERE subject_id = $1 AND entity_type = 'organization'
UNION SELECT t.organization_id FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = $1
UNION SELECT organization_id FROM api_tokens WHERE id = $1 AND state = 'live'`
)

func scanOrg(s scanner) (access.Org, error) {
	var o access.Org
	var created, updated int64
	by, changed := &o.CreatedBy, &o.UpdatedBy
	err := s.Scan(&o.ID, &o.Name, &o.Version, &o.Restricted,
		&created, &by.Kind, &by.ID, &by.Name, &by.Email,
		&updated, &changed.Kind, &changed.ID, &changed.Name, &changed.Email)
	o.CreatedAt, o.UpdatedAt = utc(created), utc(updated)
	o.CreatedBy, o.UpdatedBy = named(o.CreatedBy), named(o.UpdatedBy)
	return o, err
}

// named gives the program itself its name; it has no row to read one from.
func named(p access.Person) access.Person {
	if p.Kind == access.SystemActor {
		p.Name = access.System(access.Origin{}).Name
	}
	return p
}

// InsertOrg implements [access.OrgTx].
func (tx *Tx) InsertOrg(o access.Org) error {
	err := tx.put(sqlInsertOrg, string(o.ID), o.Name, access.Fold(o.Name),
		millis(o.CreatedAt), string(o.CreatedBy.Kind), o.CreatedBy.ID,
		millis(o.UpdatedAt), string(o.UpdatedBy.Kind), o.UpdatedBy.ID)
	return orgTaken(err, o)
}

// UpdateOrg implements [access.OrgTx].
func (tx *Tx) UpdateOrg(o access.Org) error {
	err := tx.change(sqlUpdateOrg, string(o.ID), o.Name, access.Fold(o.Name), o.Version,
		millis(o.UpdatedAt), string(o.UpdatedBy.Kind), o.UpdatedBy.ID)
	return orgTaken(err, o)
}

func orgTaken(err error, o access.Org) error {
	return taken(err, "There is already an Organization called %s.", o.Name)
}

// Org implements [access.OrgTx].
func (tx *Tx) Org(id access.OrgID) (access.Org, error) {
	return one(tx, scanOrg, sqlOrg, string(id))
}

// OrgsOf implements [access.OrgTx]. The program itself belongs to every Organization. Unauthenticated
// when the actor's credential has ended.
func (tx *Tx) OrgsOf(by access.Actor) ([]access.Org, error) {
	if by.Kind == access.SystemActor {
		return all(tx, scanOrg, sqlAllOrgs)
	}
	ids, err := all(tx, text[access.OrgID], sqlOrgIDsOf, by.ID)
	if err != nil {
		return nil, err
	}
	var orgs []access.Org
	var barred *access.Error
	for _, id := range ids {
		g, err := tx.Grants(by, access.Scope{Org: id})
		if err != nil {
			return nil, err
		}
		if g.Barred != nil {
			barred = g.Barred
		}
		if len(g.Org) == 0 || g.Barred != nil {
			continue
		}
		o, err := tx.Org(id)
		if err != nil {
			return nil, err
		}
		orgs = append(orgs, o)
	}
	if len(orgs) == 0 && barred != nil {
		return nil, barred
	}
	slices.SortFunc(orgs, func(a, b access.Org) int {
		return cmp.Or(strings.Compare(access.Fold(a.Name), access.Fold(b.Name)), strings.Compare(string(a.ID), string(b.ID)))
	})
	return orgs, nil
}
