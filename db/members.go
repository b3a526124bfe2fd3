package db

import (
	"cmp"
	"slices"
	"strings"

	"dagpass/internal/access"
)

const (
	roleColumns       = `r.organization_id, r.entity_type, r.entity_id, r.subject_kind, r.subject_id, r.role, r.row_mac`
	membershipColumns = `COALESCE(m.team_id, ''), COALESCE(m.user_id, ''), m.row_mac`
)

const (
	sqlMemberRole = `
SELECT ` + roleColumns + `, '', '', NULL FROM member_roles r
WHERE r.entity_id = $1 AND r.subject_kind = $2 AND r.subject_id = $3 AND r.organization_id = $4`

	sqlSetMemberRole = `
INSERT INTO member_roles (organization_id, entity_type, entity_id, subject_kind, subject_id, role, created_at, created_by_kind, created_by_id, row_mac, sort_name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (entity_id, subject_kind, subject_id) DO UPDATE SET role = excluded.role, row_mac = excluded.row_mac`

	sqlRemoveMemberRole = `
DELETE FROM member_roles WHERE entity_id = $1 AND subject_kind = $2 AND subject_id = $3 AND organization_id = $4`

	sqlRemoveRolesOf = `DELETE FROM member_roles WHERE subject_id = $1 AND organization_id = $2`
	sqlRemoveTeamsOf = `
DELETE FROM team_members WHERE user_id = $1 AND team_id IN (SELECT id FROM teams WHERE organization_id = $2)`

	sqlPlacesLeft = `
SELECT (SELECT count(*) FROM member_roles WHERE subject_id = $1) + (SELECT count(*) FROM team_members WHERE user_id = $1)`

	sqlEndInvitation = `DELETE FROM one_time_codes WHERE kind = 'invite' AND subject = $1 AND organization_id = $2`
	sqlEndCodesOf    = `DELETE FROM one_time_codes WHERE kind IN ('invite', 'reset', 'sign_in') AND subject = $1`

	sqlDeleteSessionsOf = `DELETE FROM sessions WHERE user_id = $1`

	// Who holds a role at an entity, themselves or through a team.
	sqlHolders = `
SELECT ` + userColumns + `, ` + roleColumns + `, '', '', NULL
FROM member_roles r JOIN users u ON u.id = r.subject_id
WHERE r.entity_id = $1 AND r.subject_kind = 'user' AND r.role = $2
UNION ALL
SELECT ` + userColumns + `, ` + roleColumns + `, ` + membershipColumns + `
FROM member_roles r JOIN team_members m ON m.team_id = r.subject_id JOIN users u ON u.id = m.user_id
WHERE r.entity_id = $1 AND r.subject_kind = 'team' AND r.role = $2`
)

// memberRole is a role that a user or a team holds, with the membership through which it came to a
// person; team is empty when it is their own.
type memberRole struct {
	org, level, entity string
	subject            access.Subject
	role               access.Role
	mac                []byte
	team, member       string
	memberMAC          []byte
}

func (r *memberRole) into() []any {
	return []any{&r.org, &r.level, &r.entity, &r.subject.Kind, &r.subject.ID, &r.role, &r.mac, &r.team, &r.member, &r.memberMAC}
}

func memberAuthority(at access.Scope, who access.Subject, role access.Role) authority {
	return sealedOf("member_roles", at.Entity()+" "+who.ID).
		text(string(at.Org), string(at.Level()), at.Entity(), string(who.Kind), who.ID, string(role))
}

// scope is the entity as a scope.
func (r memberRole) scope() access.Scope { return scopeOf(r.org, r.level, r.entity) }

// scopeOf puts a scope together from the columns of a role.
func scopeOf(org, level, entity string) access.Scope {
	at := access.Scope{Org: access.OrgID(org)}
	if level != string(access.OrgLevel) || entity != org {
		at.Workspace = access.WorkspaceID(entity)
	}
	return at
}

// checked returns errAltered unless the role and the membership it came through are genuine.
func (tx *Tx) checked(r memberRole) error {
	if err := tx.check(memberAuthority(r.scope(), r.subject, r.role), r.mac); err != nil {
		return err
	}
	if r.team == "" {
		return nil
	}
	return tx.check(membershipAuthority(r.team, r.member), r.memberMAC)
}

func (tx *Tx) scanRole(s scanner) (memberRole, error) {
	var r memberRole
	if err := s.Scan(r.into()...); err != nil {
		return r, err
	}
	return r, tx.checked(r)
}

// Role implements [access.MemberTx].
func (tx *Tx) Role(at access.Scope, who access.Subject) (access.Role, error) {
	r, err := one(tx, tx.scanRole, sqlMemberRole, at.Entity(), string(who.Kind), who.ID, string(at.Org))
	if access.CodeOf(err) == access.NotFound {
		return "", nil
	}
	return r.role, err
}

// SetRole implements [access.MemberTx]. NotFound for a Workspace, user or team that is not of the
// Organization or does not exist.
func (tx *Tx) SetRole(at access.Scope, who access.Subject, role access.Role, by access.Person) error {
	if err := tx.inScope(at); err != nil {
		return err
	}
	sorted, err := tx.subject(at.Org, who)
	if err != nil {
		return err
	}
	return tx.put(sqlSetMemberRole, string(at.Org), string(at.Level()), at.Entity(), string(who.Kind), who.ID, string(role),
		millis(tx.now), string(by.Kind), by.ID, memberAuthority(at, who, role).seal(tx.db.keyring), sorted)
}

// subject returns what the roles of a subject are sorted by. NotFound when there is no such user, or no
// such team in the Organization.
func (tx *Tx) subject(org access.OrgID, who access.Subject) (sorted string, err error) {
	if who.Kind == access.TeamSubject {
		return "", tx.team(org, access.TeamID(who.ID))
	}
	u, err := tx.user(access.UserID(who.ID))
	return sortName(u.User), err
}

// RemoveRole implements [access.MemberTx].
func (tx *Tx) RemoveRole(at access.Scope, who access.Subject) error {
	return tx.put(sqlRemoveMemberRole, at.Entity(), string(who.Kind), who.ID, string(at.Org))
}

// RemoveMember implements [access.MemberTx].
func (tx *Tx) RemoveMember(org access.OrgID, id access.UserID) error {
	for _, query := range []string{sqlRemoveRolesOf, sqlCountLeaver, sqlRemoveTeamsOf, sqlEndInvitation} {
		if err := tx.put(query, string(id), string(org)); err != nil {
			return err
		}
	}
	left, err := tx.count(sqlPlacesLeft, string(id))
	if err != nil || left > 0 {
		return err
	}
	if err := tx.put(sqlEndCodesOf, string(id)); err != nil {
		return err
	}
	if err := tx.dropLogins(id); err != nil {
		return err
	}
	return tx.put(sqlDeleteSessionsOf, string(id))
}

// holders returns the ACTIVE people who hold a role at a scope, themselves or through a team, by name.
func (tx *Tx) holders(at access.Scope, role access.Role) ([]access.User, error) {
	found, err := all(tx, func(s scanner) (access.User, error) {
		var r memberRole
		u, err := tx.scanUser(s, r.into()...)
		if err != nil {
			return u.User, err
		}
		return u.User, tx.checked(r)
	}, sqlHolders, at.Entity(), string(role))
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(u access.User) bool { return u.Status != access.UserActive })
	slices.SortFunc(found, byName)
	return slices.CompactFunc(found, func(a, b access.User) bool { return a.ID == b.ID }), nil
}

func byName(a, b access.User) int {
	return cmp.Or(strings.Compare(sortName(a), sortName(b)), strings.Compare(string(a.ID), string(b.ID)))
}

// ActiveOwners implements [access.MemberTx].
func (tx *Tx) ActiveOwners(org access.OrgID) (int, error) {
	owners, err := tx.holders(access.Scope{Org: org}, access.OrgOwner)
	return len(owners), err
}

// OwnersIn implements [access.MemberTx]. They are ACTIVE, since the others can't be asked.
func (tx *Tx) OwnersIn(at access.Scope, limit int) ([]access.User, error) {
	owners, err := tx.holders(at, access.WorkspaceOwner)
	return owners[:min(len(owners), limit)], err
}
