package views

import (
	"slices"
	"strings"

	"dagpass/views/ui"
)

// actionWords are the actions of the record in words that fit a thing done and a thing refused.
var actionWords = map[string]string{
	"token.create":         "Create API token",
	"token.update":         "Edit API token",
	"token.rotate":         "Rotate API token",
	"token.delete":         "Delete API token",
	"token.revoke":         "Revoke an API token's value",
	"token.binding.add":    "Add API token to a Workspace",
	"token.binding.update": "Change an API token's role",
	"token.binding.remove": "Remove API token from a Workspace",
	"token.used_after_end": "Use of an ended API token",

	"user.create":          "Create account",
	"user.update":          "Edit account",
	"user.password_change": "Change password",
	"user.sign_in":         "Sign in",
	"user.sign_in_failed":  "Sign-in attempt",
	"user.sign_out":        "Sign out",
	"user.reauthenticate":  "Confirm password",
	"session.end":          "End session",
	"login.allow":          "Allow a program to sign in",
	"login.start":          "Sign in from a program",
	"login.end":            "End a program's sign-in",

	"setup.complete": "Set up Dagpass",
	"code.create":    "Make a one-time code",
	"code.use":       "Use a one-time code",

	"invitation.create":   "Invite member",
	"invitation.resend":   "Resend invitation",
	"invitation.mail":     "Mail invitation",
	"invitation.withdraw": "Withdraw invitation",
	"invitation.accept":   "Accept invitation",

	"organization.create":  "Create Organization",
	"organization.update":  "Edit Organization",
	"workspace.create":     "Create Workspace",
	"workspace.update":     "Edit Workspace",
	"workspace.delete":     "Delete Workspace",
	"address_range.create": "Allow address range",
	"address_range.delete": "Remove address range",
	"member.add":           "Add member",
	"member.update":        "Change a member's role",
	"member.remove":        "Remove member",
	"team.create":          "Create team",
	"team.update":          "Edit team",
	"team.delete":          "Delete team",
	"team.member.add":      "Add member to a team",
	"team.member.remove":   "Remove member from a team",
	"team.role.add":        "Add team",
	"team.role.update":     "Change a team's role",
	"team.role.remove":     "Remove team",
	"role.create":          "Create custom role",
	"role.update":          "Edit custom role",
	"role.delete":          "Delete custom role",

	"key.create":          "Make signing key",
	"server.start":        "Start server",
	"integrity.failed":    "Altered row found",
	"audit.verify_failed": "Break in the audit log found",
	"audit.export":        "Export audit log",
	"audit.prune":         "Remove old audit events",
	"backup.create":       "Back up",
	"backup.restore":      "Restore from a backup",
}

// ActionWords are the words for an action, or its name when there are none.
func ActionWords(action string) string {
	if words, ok := actionWords[action]; ok {
		return words
	}
	return action
}

// auditActions are the actions as the options of a filter, by their words.
func auditActions() []ui.Option {
	out := []ui.Option{{Label: "All"}}
	for action, words := range actionWords {
		out = append(out, ui.Option{Value: action, Label: words})
	}
	slices.SortFunc(out[1:], func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	return out
}

// refused begins the outcome of what was not done.
const refused = "Refused"

// outcomeWords say what became of an act: "Done", or "Refused" with the reason.
func outcomeWords(done bool, reason string) string {
	switch {
	case done:
		return "Done"
	case reason == "":
		return refused
	}
	return refused + ": " + strings.ReplaceAll(reason, "_", " ")
}

// actorKinds and targetKinds are what ids and names in the record belong to.
var (
	actorKinds  = map[string]string{"user": "Person", "token": "API token", "system": "Dagpass itself", "anonymous": "Somebody who is not signed in"}
	targetKinds = map[string]string{
		"user": "Person", "token": "API token", "session": "Session", "code": "One-time code", "login": "Sign-in of a program", "organization": "Organization",
		"workspace": "Workspace", "team": "Team", "role": "Custom role", "key": "Signing key", "installation": "Installation", "invitation": "Invitation",
	}
)

func wordOr(words map[string]string, name string) string {
	if word, ok := words[name]; ok {
		return word
	}
	return name
}
