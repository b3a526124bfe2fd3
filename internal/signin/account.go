package signin

import (
	"dagpass/internal/access"
	"dagpass/internal/audit"
)

// Theme is how the console looks for a person.
type Theme string

// The themes.
const (
	ThemeSystem Theme = "system" // what the browser says
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

func (t Theme) known() bool { return t == ThemeSystem || t == ThemeLight || t == ThemeDark }

// Account is a person with what belongs to them alone. The password's hash is no part of it.
type Account struct {
	access.User
	Theme Theme
	// Epoch is raised when the password changes or an administrator ends everything: the sessions
	// opened before are none any more.
	Epoch int64
}

func (a Account) actor(o access.Origin) access.Actor {
	return access.Actor{Kind: access.UserActor, ID: string(a.ID), Name: a.FullName, Email: a.Email, Origin: o}
}

func (a Account) target() access.Target {
	return access.Target{Kind: audit.TargetUser, ID: string(a.ID), Name: a.FullName}
}

// AccountTx is the storage of accounts.
type AccountTx interface {
	// Account returns a person's account. NotFound when there is none.
	Account(id access.UserID) (Account, error)
	// AccountByEmail returns the account with a lower-case e-mail. NotFound when there is none.
	AccountByEmail(email string) (Account, error)
	// UpdateAccount stores full name, standing and theme.
	UpdateAccount(a Account) error
	// PasswordHash returns the PHC string of a person's password, "" when they have none.
	PasswordHash(id access.UserID) (string, error)
	// SetPasswordHash replaces it and changes nothing else.
	SetPasswordHash(id access.UserID, hash string) error
	// RaiseEpoch adds one to the person's epoch, removes their sessions and logins, and returns the
	// account as it is then.
	RaiseEpoch(id access.UserID) (Account, error)
	// PlacesOf returns the names of the person's Organizations, and of Workspaces in them up to a
	// hundred in all.
	PlacesOf(id access.UserID) ([]string, error)
}
