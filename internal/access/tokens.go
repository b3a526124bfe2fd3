package access

import (
	"context"
	"strconv"
	"strings"
	"time"

	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// Keys makes and recognises token values.
type Keys interface {
	// Mint signs a value for the claims and checks it before it returns.
	Mint(c secret.Claims) (secret.Value, error)
	// KID names the key that signs now.
	KID() string
	// Digest is the keyed digest under which a value is stored.
	Digest(v secret.Value) secret.Digest
}

// Tokens is the service of API tokens.
type Tokens struct {
	store Store[Tx]
	keys  Keys
	uses  uses
	ended endedUses
}

// NewTokens returns the service over a store and the installation's keys.
func NewTokens(s Store[Tx], k Keys) *Tokens { return &Tokens{store: s, keys: k} }

// NewToken is what creating a token asks for.
type NewToken struct {
	Name, Description string
	Role              Role // on the home scope
	Expiry            Expiry
	FormKey           string // one-use key of a console form; empty elsewhere
}

func (in NewToken) clean(tx Tx, home Scope) (NewToken, error) {
	role, problem, err := givenRole(tx, "role", in.Role, home)
	if err != nil {
		return in, err
	}
	p := in.problems(problem)
	in.Name, _ = CleanName("name", in.Name, MaxTokenName)
	in.Description, _ = CleanDescription("description", in.Description)
	in.Role = role
	return in, BadInput(p...)
}

// problems are those with the role, and those that any home has with the rest.
func (in NewToken) problems(role *FieldProblem) problems {
	var p problems
	p.take(CleanName("name", in.Name, MaxTokenName))
	p.take(CleanDescription("description", in.Description))
	p.add(role)
	if in.Expiry < 0 || in.Expiry > MaxDays {
		p.add(&FieldProblem{"expiration", "days", expiryProblem})
	}
	return p
}

// Create makes a token whose home is the scope, with its role there, and returns its value: the
// only time anything does. Errors: Invalid; NotFound; Forbidden below the owner of the home or for
// a role above one's own; Unauthenticated when a dangerous act needs the password again; Conflict
// with reason already_done when the same form was sent before.
func (s *Tokens) Create(ctx context.Context, by Actor, home Scope, in NewToken) (Token, secret.Value, error) {
	d, val, err := s.create(ctx, by, home, in)
	return d.Token, val, err
}

// create is Create that also tells the token's one role.
func (s *Tokens) create(ctx context.Context, by Actor, home Scope, in NewToken) (Detail, secret.Value, error) {
	var d Detail
	var val secret.Value
	err := Change(ctx, s.store, by, Act{Do: TokenCreate, As: audit.TokenCreate}, inScope(home), func(c *Changing, tx Tx) (err error) {
		in, err := in.clean(tx, home)
		if err != nil {
			return err
		}
		if err := c.MayGrant(in.Role, home.Level()); err != nil {
			return err
		}
		if err := hasRoom(tx, home); err != nil {
			return err
		}
		if err := useFormKey(tx, by, in.FormKey); err != nil {
			return err
		}
		tok := in.token(TokenID(tx.NewID()), home, c)
		var first Issue
		if val, first, err = s.issue(&tok); err != nil {
			return err
		}
		c.Record(audit.TokenCreate, tok.target(), audit.Change{Field: "role", After: c.word(in.Role)},
			audit.Change{Field: "expiry_days", After: strconv.Itoa(int(in.Expiry))})
		d = tok.first(in.Role, c.names(in.Role))
		return tx.InsertToken(tok, in.Role, first)
	})
	if err != nil {
		return Detail{}, secret.Value{}, err
	}
	return d, val, nil
}

// first is a token that was just made, with its one role.
func (t Token) first(role Role, names RoleNames) Detail {
	r := TokenRole{Token: t.ID, At: t.Home, Role: role, Name: names[role], Home: true, CreatedAt: t.CreatedAt, CreatedBy: t.CreatedBy}
	return Detail{Token: t, Here: r, Roles: []TokenRole{r}}
}

// MaxTokens is the greatest number of tokens with a role at one scope (security.md 10).
const MaxTokens = 100_000

// hasRoom refuses one token more than a scope may hold.
func hasRoom(tx Tx, at Scope) error {
	n, err := tx.TokenCount(at)
	if err == nil && n >= MaxTokens {
		return Conflicting(ReasonFull, "There are 100,000 API tokens here, and there can't be more. Delete those nobody uses.")
	}
	return err
}

func (in NewToken) token(id TokenID, home Scope, c *Changing) Token {
	start := c.Now.Truncate(time.Second)
	return Token{ID: id, Home: home, Name: in.Name, Description: in.Description,
		Expiry: in.Expiry, StartAt: start, EndAt: in.Expiry.End(start), Generation: 1, Version: 1,
		CreatedAt: c.Now, CreatedBy: c.By.Person(), UpdatedAt: c.Now, UpdatedBy: c.By.Person()}
}

// issue mints the value of the token's generation and notes its hint on the token.
func (s *Tokens) issue(t *Token) (secret.Value, Issue, error) {
	claims := t.Claims()
	val, err := s.keys.Mint(claims)
	if err != nil {
		return secret.Value{}, Issue{}, err
	}
	t.Hint = secret.Hint(val)
	return val, Issue{Digest: s.keys.Digest(val), JTI: claims.JTI, KID: s.keys.KID()}, nil
}

func useFormKey(tx Tx, by Actor, key string) error {
	if key == "" {
		return nil
	}
	return tx.UseFormKey(UserID(by.ID), key)
}

// Rotate replaces the token's value; the old one is refused from the moment Rotate returns. Id,
// name, description and roles stay, the period of validity starts again, also for an expired token.
// seen is the generation the caller was shown. Errors: NotFound, also for an Organization token
// asked for in a Workspace; Forbidden below the owner of the token's home; Conflict when the token
// was rotated since, or the same form was sent before.
func (s *Tokens) Rotate(ctx context.Context, by Actor, home Scope, id TokenID, seen int, formKey string) (Token, secret.Value, error) {
	var tok Token
	var val secret.Value
	err := Change(ctx, s.store, by, onToken(TokenRotate, audit.TokenRotate, id), inScope(home), func(c *Changing, tx Tx) (err error) {
		if tok, err = ownToken(tx, home, id); err != nil {
			return err
		}
		if err := mayHandOut(c, tx, tok); err != nil {
			return err
		}
		if err := useFormKey(tx, by, formKey); err != nil {
			return err
		}
		if tok, err = tok.Rotated(seen, c.Now, by.Person()); err != nil {
			return err
		}
		var next Issue
		if val, next, err = s.issue(&tok); err != nil {
			return err
		}
		c.Record(audit.TokenRotate, tok.target(), audit.Change{Field: "generation",
			Before: strconv.Itoa(seen), After: strconv.Itoa(tok.Generation)})
		return tx.ReplaceValue(tok, next)
	})
	if err != nil {
		return Token{}, secret.Value{}, err
	}
	return tok, val, nil
}

// mayHandOut refuses to hand out the value of a token that can do more than the actor (product.md
// G2); otherwise the right to rotate would be a ladder.
func mayHandOut(c *Changing, tx Tx, tok Token) error {
	role, err := tx.TokenRoleAt(tok, tok.Home)
	if err != nil {
		return err
	}
	return c.MayTouch(role.Role, tok.Home.Level())
}

// TokenDeletionWord is what has to be typed to delete a token.
const TokenDeletionWord = "Delete"

// Delete ends a token for ever. Its value is refused from the moment Delete returns. typed must be
// [TokenDeletionWord], spaces around it aside; the API's DELETE is its own confirmation and passes
// the word itself. Errors: NotFound; Forbidden below the owner of the token's home; Invalid for
// another word.
func (s *Tokens) Delete(ctx context.Context, by Actor, home Scope, id TokenID, typed string) (Token, error) {
	var tok Token
	err := Change(ctx, s.store, by, onToken(TokenDelete, audit.TokenDelete, id), inScope(home), func(c *Changing, tx Tx) (err error) {
		if tok, err = ownToken(tx, home, id); err != nil {
			return err
		}
		if err := mayHandOut(c, tx, tok); err != nil {
			return err
		}
		if strings.TrimSpace(typed) != TokenDeletionWord {
			return BadInput(FieldProblem{"confirm", "word", "Type Delete, with a capital D, to confirm."})
		}
		c.Record(audit.TokenDelete, tok.target())
		return tx.EndToken(tok, EndedByDeletion, by.Person())
	})
	return tok, err
}

// ownToken returns a token whose home is the scope. An Organization token asked for in a Workspace
// is not its own: the answer says where it is managed.
func ownToken(tx Tx, home Scope, id TokenID) (Token, error) {
	tok, err := tx.Token(home.Org, id)
	if err != nil || tok.Home == home {
		return tok, err
	}
	if tok.OrganizationScoped() {
		if _, err := tx.TokenRoleAt(tok, home); err == nil {
			return tok, &Error{Code: NotFound, Reason: ReasonOrganizationOnly,
				Message: tok.Name + " is an Organization API token. It is rotated, renamed and deleted in Organization Settings › API Tokens."}
		}
	}
	return tok, Missing()
}
