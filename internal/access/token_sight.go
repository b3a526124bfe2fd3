package access

// show is [Tokens.Show] for the roles the actor holds on the Organization. With Forbidden the token
// comes without its roles.
func show(tx Tx, by Actor, g Grants, org OrgID, id TokenID) (Detail, error) {
	t, err := tx.Token(org, id)
	if err != nil {
		return Detail{}, err
	}
	roles, err := newSight(tx, by, org, g).roles(t)
	if err != nil {
		return Detail{}, err
	}
	if len(roles) == 0 {
		return Detail{Token: t}, whyNot(tx, by, t)
	}
	return Detail{Token: t, Here: roles[0], Roles: roles}, nil
}

// sight is what an actor may see of tokens' roles, deciding once for each scope it meets.
type sight struct {
	names   roleNamer
	tx      Tx
	by      Actor
	all     bool
	manages map[Scope]bool
}

func newSight(tx Tx, by Actor, org OrgID, g Grants) *sight {
	return &sight{names: roleNamer{tx: tx, org: org}, tx: tx, by: by, all: g.Has(On(OrgLevel, TokenView)), manages: map[Scope]bool{}}
}

// roles returns the roles of a token the actor may see: all of them for the token itself and for
// Organization Owners, else the home and those in Workspaces where the actor manages tokens. It is
// empty when the actor may see the token nowhere.
func (s *sight) roles(t Token) ([]TokenRole, error) {
	roles, err := s.tx.TokenRoles(t)
	if err != nil {
		return nil, err
	}
	for i := range roles {
		if roles[i].Name, err = s.names.name(roles[i].Role); err != nil {
			return nil, err
		}
	}
	if s.all || s.by.Kind == TokenActor && s.by.ID == string(t.ID) {
		return roles, nil
	}
	visible := 0
	var out []TokenRole
	for _, r := range roles {
		managed, err := s.managesAt(r.At)
		if err != nil {
			return nil, err
		}
		if managed {
			visible++
		}
		if managed || r.Home {
			out = append(out, r)
		}
	}
	if visible == 0 {
		return nil, nil
	}
	return out, nil
}

func (s *sight) managesAt(at Scope) (bool, error) {
	if known, ok := s.manages[at]; ok {
		return known, nil
	}
	g, err := s.tx.Grants(s.by, at)
	if err != nil {
		return false, err
	}
	s.manages[at] = Permit(g, TokenView, at.Level()) == nil
	return s.manages[at], nil
}

// whyNot answers for a token the actor may not see: refused where its home is a visible Workspace,
// otherwise as if it did not exist.
func whyNot(tx Tx, by Actor, t Token) error {
	if t.OrganizationScoped() {
		return Missing()
	}
	g, err := tx.Grants(by, t.Home)
	if err != nil {
		return err
	}
	return Permit(g, TokenView, WorkspaceLevel)
}
