package signin

import "dagpass/internal/access"

// The limits of a password (security.md 8).
const (
	MinPassword      = 15   // characters
	MaxPasswordBytes = 1024 // bytes
)

// CheckPassword returns what is wrong with a password, nil when it may be used. about are words that
// others would try first: the names of the person, their Organizations and Workspaces, their e-mail.
func CheckPassword(field, password string, about ...string) *access.FieldProblem {
	return nil
}
