package db

import (
	"fmt"
	"slices"

	"dagpass/internal/access"
)

const (
	sqlRestoreClock = `SELECT clock_high_water FROM meta`
	sqlEveryOrg     = `SELECT o.id FROM organizations o ORDER BY o.id`
	sqlEveryTeam    = `SELECT ` + teamColumns + teamMakers + ` FROM teams t ` + teamPeople + ` WHERE t.organization_id = $1`
	sqlRangesWhole  = rangeColumns + ` ORDER BY a.prefix`
	sqlDropRanges   = `DELETE FROM address_ranges WHERE organization_id = $1`
	sqlRolesAfter   = `SELECT ` + roleColumns + `, '', '', NULL FROM member_roles r
WHERE (r.entity_id, r.subject_kind, r.subject_id) > ($1, $2, $3) ORDER BY r.entity_id, r.subject_kind, r.subject_id LIMIT $4`
	sqlMembershipsAfter = `SELECT m.team_id, m.user_id, m.row_mac, n.organization_id
FROM team_members m CROSS JOIN teams n ON n.id = m.team_id
WHERE (m.team_id, m.user_id) > ($1, $2) ORDER BY m.team_id, m.user_id LIMIT $3`
	sqlWorkspacesAfter = `SELECT w.id, w.organization_id, w.row_mac FROM workspaces w WHERE w.id > $1 ORDER BY w.id LIMIT $2`
)

// replay takes from a restored database what does not hold in a newer one of the same history. Afterwards
// it grants nothing that the newer one does not grant as well, and what was made since is unknown to it.
// Rows of the newer one that fail their check count as absent there.
//
// It compares what the two say instead of repeating the events in between: the record tells of sessions,
// passwords and memberships that ended with something else only by naming that, and a comparison misses
// nothing that a later version adds to the record.
type replay struct {
	tx, newer *Tx
	done      *Restored
}

func (r *replay) run() error {
	var high int64
	if err := r.newer.row(sqlRestoreClock, nil, &high); err != nil {
		return err
	}
	if err := r.tx.put(sqlSaveClock, high); err != nil {
		return err
	}
	orgs, err := all(r.tx, text[access.OrgID], sqlEveryOrg)
	if err != nil {
		return err
	}
	steps := []func() error{r.users, inEach(orgs, r.narrowRoles), r.members, r.memberships, inEach(orgs, r.teams),
		r.tokens, r.workspaces, inEach(orgs, r.dropRoles), inEach(orgs, r.ranges), inEach(orgs, r.owners)}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// inEach is a step that is done for every Organization.
func inEach(orgs []access.OrgID, do func(access.OrgID) error) func() error {
	return func() error {
		for _, org := range orgs {
			if err := do(org); err != nil {
				return err
			}
		}
		return nil
	}
}

// absent reports whether a read found nothing, and passes on any other failure.
func absent(err error) (bool, error) {
	if access.CodeOf(err) == access.NotFound {
		return true, nil
	}
	return false, err
}

// users takes over passwords, addresses and epochs, and that somebody is not active any more. Accounts that
// are gone can't be used.
func (r *replay) users() error {
	return sweep(r.tx, sqlUsersAfter, key{""}, r.tx.scanUserKey, func(u userRow) error {
		now, err := r.newer.user(u.ID)
		gone, err := absent(err)
		if err != nil {
			return err
		}
		_, err = r.tx.changeUser(u.ID, func(u *userRow) {
			u.epoch = max(u.epoch, now.epoch) + 1
			switch {
			case gone:
				u.Status, u.passwordHash = access.UserInactive, ""
			case u.passwordHash == "":
			default:
				u.passwordHash = now.passwordHash
			}
			if gone {
				return
			}
			u.Email = now.Email
			if now.Status != access.UserActive {
				u.Status = now.Status
			}
		})
		return err
	})
}

// narrowRoles takes from custom roles what they do not contain any more.
func (r *replay) narrowRoles(org access.OrgID) error {
	roles, err := r.tx.CustomRoles(org)
	for _, role := range roles {
		now, missing := r.newer.CustomRole(org, role.ID)
		gone, missing := absent(missing)
		if missing != nil {
			return missing
		}
		if gone {
			continue // what is bound to it has changed too; see dropRoles
		}
		narrowed := role.Narrowed(now)
		if slices.Equal(narrowed.Permissions, role.Permissions) && slices.Equal(narrowed.Restricted, role.Restricted) {
			continue
		}
		r.done.Lowered++
		if err := r.tx.UpdateCustomRole(narrowed); err != nil {
			return err
		}
	}
	return err
}

// dropRoles removes custom roles that are gone.
func (r *replay) dropRoles(org access.OrgID) error {
	roles, err := r.tx.CustomRoles(org)
	for _, role := range roles {
		_, missing := r.newer.CustomRole(org, role.ID)
		gone, missing := absent(missing)
		if missing == nil && gone {
			missing = r.tx.DeleteCustomRole(role)
		}
		if missing != nil {
			return missing
		}
	}
	return err
}

// lesser is the role that both databases allow where they have two, "" for none.
func (r *replay) lesser(at access.Scope, then, now access.Role) (access.Role, error) {
	if then == now || now == "" {
		return now, nil
	}
	g, err := r.tx.withCustom(at.Org, access.Grants{Workspace: []access.Role{then, now}})
	if err != nil {
		return "", err
	}
	return access.Lesser(at.Level(), then, now, g.Custom), nil
}

// members lowers and removes the roles of people and teams.
func (r *replay) members() error {
	return sweep(r.tx, sqlRolesAfter, key{"", "", ""}, r.tx.scanRoleKey, func(held memberRole) error {
		at := held.scope()
		now, err := r.newer.Role(at, held.subject)
		if err != nil {
			return err
		}
		role, err := r.lesser(at, held.role, now)
		if err != nil || role == held.role {
			return err
		}
		r.done.Lowered++
		if role == "" {
			return r.tx.RemoveRole(at, held.subject)
		}
		return r.tx.SetRole(at, held.subject, role, access.System(access.Origin{}).Person())
	})
}

// memberships removes people from the teams they are not in any more.
func (r *replay) memberships() error {
	return sweep(r.tx, sqlMembershipsAfter, key{"", ""}, r.tx.scanMembershipKey, func(m memberRole) error {
		in, err := r.newer.InTeam(access.TeamID(m.team), access.UserID(m.member))
		if err != nil || in {
			return err
		}
		r.done.Lowered++
		_, err = r.tx.RemoveTeamMember(access.OrgID(m.org), access.TeamID(m.team), access.UserID(m.member))
		return err
	})
}

// teams removes the teams that are gone.
func (r *replay) teams(org access.OrgID) error {
	teams, err := all(r.tx, scanMadeTeam, sqlEveryTeam, string(org))
	for _, team := range teams {
		_, missing := r.newer.Team(org, team.ID)
		gone, missing := absent(missing)
		if missing == nil && gone {
			missing = r.tx.DeleteTeam(team)
		}
		if missing != nil {
			return missing
		}
	}
	return err
}

// workspaces deletes the Workspaces that are gone. The server ends what is left of them, as after any
// deletion.
func (r *replay) workspaces() error {
	by := access.System(access.Origin{})
	return sweep(r.tx, sqlWorkspacesAfter, key{""}, r.tx.scanWorkspaceKey, func(at access.Scope) error {
		_, err := r.newer.Locate(at.Workspace)
		gone, err := absent(err)
		if err != nil || !gone {
			return err
		}
		return r.tx.DeleteWorkspace(access.Deleted{At: at, When: r.tx.now, By: by})
	})
}

// ranges takes over the addresses from which an Organization may be used, when it is restricted.
func (r *replay) ranges(org access.OrgID) error {
	restricted, err := r.newer.count(sqlCountRanges, string(org))
	if err != nil || restricted == 0 {
		return err
	}
	ranges, err := all(r.newer, r.newer.scanRange, sqlRangesWhole, string(org))
	if err != nil {
		return err
	}
	if len(ranges) != restricted {
		return fmt.Errorf("%w: an address range of the newer database was altered outside Dagpass", ErrRefused)
	}
	if err := r.tx.put(sqlDropRanges, string(org)); err != nil {
		return err
	}
	for _, a := range ranges {
		if err := r.tx.InsertRange(a); err != nil {
			return err
		}
	}
	return nil
}

// owners refuses a result that nobody could manage: whoever owned the Organization then does not any more,
// and whoever does now is unknown to the backup.
func (r *replay) owners(org access.OrgID) error {
	n, err := r.tx.ActiveOwners(org)
	if err == nil && n == 0 {
		err = fmt.Errorf("%w: nobody who owned the Organization %s in the backup still does: restore a later backup, or choose another way", ErrRefused, org)
	}
	return err
}
