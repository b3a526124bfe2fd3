package db

import (
	"database/sql"
	"slices"
	"strings"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/signin"
)

const (
	rangesOf = `SELECT 1 FROM address_ranges a WHERE a.organization_id = `

	// The person behind a session, and the Workspace $3 when there is one, and whether the
	// Organization $4 has address ranges.
	sqlSessionUser = `
SELECT ` + userColumns + `, ` + sessionColumns + `, COALESCE(w.organization_id, ''), w.row_mac, EXISTS (` + rangesOf + `$4)
FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN workspaces w ON w.id = $3
WHERE s.id_hash = $1 AND s.user_id = $2`

	// The same behind a value that a program calls with.
	sqlLoginUser = `
SELECT ` + userColumns + `, ` + loginColumns + `, a.hash, a.expires_at, a.row_mac,
	COALESCE(w.organization_id, ''), w.row_mac, EXISTS (` + rangesOf + `$4)
FROM login_access a JOIN logins l ON l.id = a.login_id JOIN users u ON u.id = l.user_id LEFT JOIN workspaces w ON w.id = $3
WHERE a.hash = $1 AND l.user_id = $2`

	// Roles of a person at an Organization and a Workspace, their own and through teams.
	sqlRolesOfUserAt = `
SELECT ` + roleColumns + `, '', '', NULL
FROM member_roles r WHERE r.entity_id IN ($1, $2) AND r.subject_kind = 'user' AND r.subject_id = $3
UNION ALL
SELECT ` + roleColumns + `, ` + membershipColumns + `
FROM team_members m JOIN member_roles r ON r.entity_id IN ($1, $2) AND r.subject_kind = 'team' AND r.subject_id = m.team_id
WHERE m.user_id = $3`

	// Every role of a person in an Organization.
	sqlRolesOfUserIn = `
SELECT ` + roleColumns + `, '', '', NULL
FROM member_roles r WHERE r.subject_id = $1 AND r.organization_id = $2 AND r.subject_kind = 'user'
UNION ALL
SELECT ` + roleColumns + `, ` + membershipColumns + `
FROM team_members m JOIN member_roles r ON r.subject_id = m.team_id AND r.organization_id = $2 AND r.subject_kind = 'team'
WHERE m.user_id = $1`

	// A presented value with its token and whether its home is still there, the Workspace $3 when there
	// is one, whether the Organization $2 has address ranges, and the roles of the token there and at
	// that Workspace.
	sqlGrantsOfToken = `
SELECT ` + secretColumns + `, ` + tokenAuthorityColumns + `,
	t.workspace_id IS NULL OR h.id IS NOT NULL, COALESCE(w.organization_id, ''), w.row_mac, EXISTS (` + rangesOf + `$2),
	COALESCE(r.organization_id, ''), COALESCE(r.entity_type, ''), COALESCE(r.entity_id, ''), COALESCE(r.role, ''), COALESCE(r.home, 0), r.row_mac
FROM api_token_secrets s JOIN api_tokens t ON t.id = s.token_id
LEFT JOIN workspaces h ON h.id = t.workspace_id LEFT JOIN workspaces w ON w.id = $3
LEFT JOIN api_token_roles r ON r.token_id = t.id AND r.entity_id IN ($2, $3)
WHERE s.value_mac = $1`
)

// dead is the answer to an actor whose credential has ended.
func dead() error {
	return &access.Error{Code: access.Unauthenticated, Reason: "credential_ended", Message: "Your sign-in or token has ended. Sign in again, or use a current token."}
}

// Grants implements [access.GateTx]. The program itself is Organization Owner everywhere. A
// Workspace of another Organization gives no roles.
func (tx *Tx) Grants(by access.Actor, at access.Scope) (access.Grants, error) {
	switch by.Kind {
	case access.SystemActor:
		return access.Grants{Org: []access.Role{access.OrgOwner}}, nil
	case access.UserActor:
		return tx.userGrants(by, at)
	case access.TokenActor:
		return tx.tokenGrants(by, at)
	}
	return access.Grants{}, dead()
}

// place is the Workspace of a scope as it was found beside the credential.
type place struct {
	org        string // the Organization it really lies in, empty when there is none
	mac        []byte
	restricted bool // the Organization of the scope has address ranges
}

// fits reports whether the Workspace of the scope is genuine and lies in its Organization.
func (tx *Tx) fits(at access.Scope, p place) bool {
	return at.Workspace == "" || p.org == string(at.Org) && tx.check(workspaceAuthority(at), p.mac) == nil
}

func (tx *Tx) userGrants(by access.Actor, at access.Scope) (access.Grants, error) {
	find := tx.bySession
	if by.Program != "" {
		find = tx.byLogin
	}
	where, live, err := find(by, at)
	if access.CodeOf(err) == access.NotFound || err == nil && !live {
		return access.Grants{}, dead()
	}
	if err != nil || !tx.fits(at, where) {
		return access.Grants{}, err
	}
	held, err := all(tx, tx.scanRole, sqlRolesOfUserAt, string(at.Org), string(at.Workspace), by.ID)
	if err != nil {
		return access.Grants{}, err
	}
	var g access.Grants
	for _, r := range held {
		g = add(g, r.scope(), at, r.role)
	}
	g, err = tx.withCustom(at.Org, g)
	if err != nil {
		return access.Grants{}, err
	}
	return tx.barred(g, by, at.Org, where.restricted)
}

// bySession finds the person behind a session and whether it counts, beside the place of the scope.
func (tx *Tx) bySession(by access.Actor, at access.Scope) (where place, live bool, err error) {
	s, err := one(tx, func(s scanner) (signin.Session, error) {
		return tx.scanSession(s, &where.org, &where.mac, &where.restricted)
	}, sqlSessionUser, by.Credential[:], by.ID, string(at.Workspace), string(at.Org))
	return where, s.Account.Status == access.UserActive && s.Account.Epoch == s.Epoch, err
}

// byLogin is bySession for a program's login.
func (tx *Tx) byLogin(by access.Actor, at access.Scope) (where place, live bool, err error) {
	l, err := one(tx, func(s scanner) (signin.ProgramLogin, error) {
		return tx.scanAccess(s, &where.org, &where.mac, &where.restricted)
	}, sqlLoginUser, by.Credential[:], by.ID, string(at.Workspace), string(at.Org))
	return where, l.Program == by.Program && l.Callable(tx.now) == nil, err
}

// add adds a role to the grants when it is one at the scope or at its Organization.
func add(g access.Grants, where, at access.Scope, r access.Role) access.Grants {
	switch where {
	case access.Scope{Org: at.Org}:
		g.Org = append(g.Org, r)
	case at:
		g.Workspace = append(g.Workspace, r)
	}
	return g
}

// tokenGrant is one row of sqlGrantsOfToken.
type tokenGrant struct {
	secret secretRow
	token  tokenAuthority
	housed bool // its home was not deleted
	where  place
	role   tokenRoleRow // without a role when the token has none there
}

func (tx *Tx) scanTokenGrant(s scanner, by access.Actor) (tokenGrant, error) {
	var g tokenGrant
	g.secret.digest = by.Credential
	into := append(g.secret.into(), g.token.into()...)
	into = append(into, &g.housed, &g.where.org, &g.where.mac, &g.where.restricted, &g.role.org, &g.role.level, &g.role.entity, &g.role.role, &g.role.home, &g.role.mac)
	if err := s.Scan(into...); err != nil {
		return g, err
	}
	g.role.token = g.token.id
	if err := tx.check(g.secret.authority(), g.secret.mac); err != nil {
		return g, err
	}
	return g, tx.check(g.token.authority(), g.token.mac)
}

// live reports whether the value is the current one of this live, unexpired token, whose home is there.
func (g tokenGrant) live(by access.Actor, now time.Time) bool {
	return g.token.id == by.ID && g.token.state == stateLive && g.housed && !g.secret.endedAt.Valid &&
		(!g.token.expiresAt.Valid || now.Before(utc(g.token.expiresAt.Int64)))
}

func (tx *Tx) tokenGrants(by access.Actor, at access.Scope) (access.Grants, error) {
	rows, err := all(tx, func(s scanner) (tokenGrant, error) { return tx.scanTokenGrant(s, by) },
		sqlGrantsOfToken, by.Credential[:], string(at.Org), string(at.Workspace))
	if err != nil {
		return access.Grants{}, err
	}
	if len(rows) == 0 || !rows[0].live(by, tx.now) {
		return access.Grants{}, dead()
	}
	var g access.Grants
	if rows[0].token.org != string(at.Org) || !tx.fits(at, rows[0].where) {
		return g, nil
	}
	if rows[0].token.workspace.Valid {
		g.Org = append(g.Org, access.HomeResident)
	}
	for _, row := range rows {
		if row.role.role != "" && tx.check(row.role.authority(), row.role.mac) == nil {
			g = add(g, row.role.scope(), at, row.role.role)
		}
	}
	g, err = tx.withCustom(at.Org, g)
	if err != nil {
		return access.Grants{}, err
	}
	return tx.barred(g, by, at.Org, rows[0].where.restricted)
}

// grantsIn returns what an actor holds in each Workspace of an Organization by a role there, own and
// through teams. It does not ask whether the credential is alive; Grants does.
func (tx *Tx) grantsIn(org access.OrgID, by access.Actor) (map[string]access.Grants, error) {
	held, err := tx.rolesIn(org, by)
	if err != nil {
		return nil, err
	}
	delete(held, string(org))
	out := make(map[string]access.Grants, len(held))
	var known map[access.Role]access.CustomRole // each is read once
	for entity, roles := range held {
		g, err := tx.withCustom(org, access.Grants{Workspace: roles, Custom: known})
		if err != nil {
			return nil, err
		}
		known = g.Custom
		out[entity] = g
	}
	return out, nil
}

// RolesOf implements [access.SelfTx].
func (tx *Tx) RolesOf(org access.OrgID, id access.UserID) ([]access.MemberRole, error) {
	held, err := all(tx, tx.scanRole, sqlRolesOfUserIn, string(id), string(org))
	var out []access.MemberRole
	for _, r := range held {
		out = append(out, access.MemberRole{At: r.scope(), Role: r.role})
	}
	slices.SortStableFunc(out, func(a, b access.MemberRole) int { return strings.Compare(a.At.Entity(), b.At.Entity()) })
	return out, err
}

// rolesIn returns every role of an actor in an Organization by entity.
func (tx *Tx) rolesIn(org access.OrgID, by access.Actor) (map[string][]access.Role, error) {
	held := map[string][]access.Role{}
	switch by.Kind {
	case access.UserActor:
		roles, err := all(tx, tx.scanRole, sqlRolesOfUserIn, by.ID, string(org))
		for _, r := range roles {
			held[r.entity] = append(held[r.entity], r.role)
		}
		return held, err
	case access.TokenActor:
		roles, err := all(tx, tx.scanTokenRole, sqlRolesOfToken, by.ID, string(org))
		for _, r := range roles {
			held[r.At.Entity()] = append(held[r.At.Entity()], r.Role)
		}
		return held, err
	}
	return held, nil
}

// managedIn returns the Workspaces of an Organization in which the actor manages tokens by a role
// there, sorted.
func (tx *Tx) managedIn(org access.OrgID, by access.Actor) ([]string, error) {
	held, err := tx.grantsIn(org, by)
	if err != nil {
		return nil, err
	}
	var managed []string
	for entity, g := range held {
		if g.Has(access.On(access.WorkspaceLevel, access.TokenView)) {
			managed = append(managed, entity)
		}
	}
	slices.Sort(managed)
	return managed, nil
}

// OwnsAWorkspace implements [access.VerifyTx]. Whoever owns all Workspaces manages tokens in each.
func (tx *Tx) OwnsAWorkspace(org access.OrgID, by access.Actor) (bool, error) {
	g, err := tx.Grants(by, access.Scope{Org: org})
	if err != nil || g.Has(access.On(access.OrgLevel, access.WorkspacesOwn)) {
		return err == nil, err
	}
	managed, err := tx.managedIn(org, by)
	return len(managed) > 0, err
}

// tokenAuthorityColumns are the columns of api_tokens that grant something.
const tokenAuthorityColumns = `t.id, t.organization_id, t.workspace_id, t.state, t.expiry_days, t.expires_at, t.generation, t.row_mac`

// tokenAuthority is what of a token grants something.
type tokenAuthority struct {
	id, org    string
	workspace  sql.NullString
	state      string
	expiryDays int64
	expiresAt  sql.NullInt64
	generation int64
	mac        []byte
}

func (t *tokenAuthority) into() []any {
	return []any{&t.id, &t.org, &t.workspace, &t.state, &t.expiryDays, &t.expiresAt, &t.generation, &t.mac}
}

func (t tokenAuthority) authority() authority {
	return sealedOf("api_tokens", t.id).
		text(t.id, t.org, t.workspace.String, t.state).number(t.expiryDays).instant(instant(t.expiresAt)).number(t.generation)
}

func (t tokenAuthority) home() access.Scope {
	return access.Scope{Org: access.OrgID(t.org), Workspace: access.WorkspaceID(t.workspace.String)}
}
