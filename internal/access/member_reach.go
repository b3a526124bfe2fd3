package access

import "slices"

// wanted are the roles that the set names.
func (in RoleSet) wanted(org OrgID) []roleAt {
	return HeldRoles{Org: in.Org, Workspaces: in.Workspaces}.at(org)
}

// replaced are those of the roles held that the set is to take the place of.
func (in RoleSet) replaced(org OrgID, held HeldRoles) []roleAt {
	if in.Org == "" {
		held.Org = ""
	}
	if in.Workspaces == nil {
		held.Workspaces = nil
	}
	return held.at(org)
}

// at are the roles one by one; no role on the Organization is none.
func (r HeldRoles) at(org OrgID) []roleAt {
	var all []roleAt
	if r.Org != "" {
		all = append(all, roleAt{Scope{Org: org}, r.Org})
	}
	for _, w := range r.Workspaces {
		all = append(all, roleAt{Scope{Org: org, Workspace: w.Workspace}, w.Role})
	}
	return all
}

// memberReach is what the actor may know and do about the roles of people, or of teams.
type memberReach struct {
	c      *Changing
	tx     Tx
	manage Action
	known  map[Scope]Grants
}

// clean returns the set with the roles that it names, or what is wrong with the first that is. NotFound
// for a Workspace that the actor does not see, whatever role is named there, and for what is none, which
// must not be taken for the Organization.
func (r memberReach) clean(in RoleSet) (RoleSet, error) {
	if in.Org != "" {
		if problem := CheckRole("organizationRole", in.Org, OrgLevel); problem != nil {
			return in, BadInput(*problem)
		}
	}
	in.Workspaces = slices.Clone(in.Workspaces)
	named := map[WorkspaceID]bool{}
	for i, w := range in.Workspaces {
		if named[w.Workspace] {
			return in, BadInput(FieldProblem{"workspaceRoles", "repeated", "Name each Workspace once."})
		}
		named[w.Workspace] = true
		role, err := r.given(w)
		if err != nil {
			return in, err
		}
		in.Workspaces[i].Role = role
	}
	return in, nil
}

// given returns the role that an entry names.
func (r memberReach) given(w WorkspaceRole) (Role, error) {
	if !IsID(string(w.Workspace)) {
		return "", Missing()
	}
	at := Scope{Org: r.c.At.Org, Workspace: w.Workspace}
	g, err := r.grants(at)
	if err == nil {
		err = Permit(g, View, WorkspaceLevel)
	}
	if err != nil {
		return "", err
	}
	role, problem, err := givenRole(r.tx, "workspaceRoles", w.Role, at)
	if err == nil && problem != nil {
		err = BadInput(*problem)
	}
	return role, err
}

// sees implements [roleReach]: whoever sees somebody sees their role on the Organization.
func (r memberReach) sees(at Scope) (bool, error) {
	if at == r.c.At {
		return true, nil
	}
	g, err := r.grants(at)
	return g.Has(On(WorkspaceLevel, MembersView)), err
}

// decides implements [roleReach]. Who manages people and does not see them, by a custom role, can't have
// read what they hold, so that their set says nothing about it.
func (r memberReach) decides(at Scope) (Grants, error) {
	g, err := r.grants(at)
	if err == nil {
		err = Permit(g, r.manage, at.Level())
	}
	if err == nil {
		err = Permit(g, MembersView, at.Level())
	}
	return g, err
}

// grants returns what the actor holds at a scope, nothing in a Workspace that is not of the Organization.
func (r memberReach) grants(at Scope) (Grants, error) {
	if at == r.c.At {
		return r.c.Grants, nil
	}
	if g, known := r.known[at]; known {
		return g, nil
	}
	g, err := r.tx.Grants(r.c.By, at)
	r.known[at] = g
	return g, err
}
