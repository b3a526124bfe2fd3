package views

// Pages for people who have no session yet.
const (
	InviteURL = "/invite"
	ForgotURL = "/forgot"
)

// InviteMemberURL is the form Invite member (GET) and its target (POST).
func InviteMemberURL(org string) string { return path("o", org, "users", "invite") }

// ResendInvitationURL confirms (GET) and makes (POST) a new link for somebody who was invited.
func ResendInvitationURL(org, user string) string { return path("o", org, "users", user, "resend") }

// WithdrawInvitationURL confirms (GET) and does (POST) the end of an invitation.
func WithdrawInvitationURL(org, user string) string { return path("o", org, "users", user, "withdraw") }

// PasswordLinkURL confirms (GET) and makes (POST) a link with which a member chooses a new password.
func PasswordLinkURL(org, user string) string { return path("o", org, "users", user, "password-link") }
