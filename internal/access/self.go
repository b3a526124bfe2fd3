package access

import (
	"context"
	"slices"
)

// Self is a person as they ask about themselves, with what they hold wherever they are.
type Self struct {
	User
	Orgs  []Org // those that admit the address of the request, by name
	Roles []HeldRole
}

// HeldRole is a role that a person holds, themselves or through teams.
type HeldRole struct {
	MemberRole
	Name string // of a custom role
}

// Wire is the role as programs read it: the constant of a built-in one, or the name of a custom one.
func (r HeldRole) Wire() string { return TokenRole{Role: r.Role, Name: r.Name}.Wire() }

// SelfTx is what people are told about themselves.
type SelfTx interface {
	// RolesOf returns every role that a person holds in an Organization, themselves and through teams, by
	// the id of where; one that is held twice is in it twice.
	RolesOf(org OrgID, id UserID) ([]MemberRole, error)
}

// Self returns the person who asks. It answers from any address: an Organization that does not admit
// it is left out. Errors: Unauthenticated; Forbidden for whoever is no person.
func (s *Orgs) Self(ctx context.Context, by Actor) (Self, error) {
	if by.Kind != UserActor {
		return Self{}, &Error{Code: Forbidden, Reason: ReasonNotAPerson, Message: "This answers a person who signed in. An API token has no email."}
	}
	var self Self
	err := Lookup(ctx, s.store, func(tx Tx) (err error) {
		self = Self{}
		if self.User, err = tx.User(UserID(by.ID)); err != nil {
			return err
		}
		if self.Orgs, err = tx.OrgsOf(by); err != nil && CodeOf(err) != Forbidden {
			return err
		}
		for _, org := range self.Orgs {
			held, err := heldRoles(tx, org.ID, self.ID)
			if err != nil {
				return err
			}
			self.Roles = append(self.Roles, held...)
		}
		return nil
	})
	return self, err
}

func heldRoles(tx Tx, org OrgID, id UserID) ([]HeldRole, error) {
	roles, err := tx.RolesOf(org, id)
	if err != nil {
		return nil, err
	}
	names := roleNamer{tx: tx, org: org}
	var out []HeldRole
	for _, r := range roles {
		name, err := names.name(r.Role)
		if err != nil {
			return nil, err
		}
		if one := (HeldRole{r, name}); !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out, nil
}
