package audit

// Action says what was done, or refused. It is stored, exported and matched on by others, so the text
// of an action never changes.
//
// A refused act has the same Action as the act itself and [Denied] as its Outcome. There are no names
// like token.create.denied: who asks for everything that happened to tokens, or for everything that
// was refused, asks for one field.
type Action string

// API tokens.
const (
	// TokenCreate: a token was made, with its first value and its role at home.
	TokenCreate Action = "token.create"
	// TokenUpdate: the name or description changed.
	TokenUpdate Action = "token.update"
	// TokenRotate: the token has a new value and the old one ended.
	TokenRotate Action = "token.rotate"
	// TokenDelete: the token ended for good.
	TokenDelete Action = "token.delete"
	// TokenRevoke: somebody who held the token's value ended it; the token waits to be rotated.
	TokenRevoke Action = "token.revoke"
	// TokenBindingAdd: the token got a role in one more place.
	TokenBindingAdd Action = "token.binding.add"
	// TokenBindingUpdate: the role of the token in one place changed.
	TokenBindingUpdate Action = "token.binding.update"
	// TokenBindingRemove: the token lost its role in one place and lives on.
	TokenBindingRemove Action = "token.binding.remove"
	// TokenUsedAfterEnd: somebody presented a value that had been rotated, deleted or had expired.
	// At most one event for each token and address an hour.
	TokenUsedAfterEnd Action = "token.used_after_end"
)

// Users and their sessions.
const (
	// UserCreate: an account was made.
	UserCreate Action = "user.create"
	// UserUpdate: the name, e-mail address or state of an account changed.
	UserUpdate Action = "user.update"
	// UserPasswordChange: the account has a new password.
	UserPasswordChange Action = "user.password_change"
	// UserSignIn: somebody signed in.
	UserSignIn Action = "user.sign_in"
	// UserSignInFailed: wrong password, unknown or disabled account, or too many attempts; Reason
	// says which.
	UserSignInFailed Action = "user.sign_in_failed"
	// UserSignOut: somebody ended the session they used.
	UserSignOut Action = "user.sign_out"
	// UserReauthenticate: somebody proved their password again before a sensitive act.
	UserReauthenticate Action = "user.reauthenticate"
	// SessionEnd: a session was ended from outside it, by its user, a password change or an
	// administrator.
	SessionEnd Action = "session.end"
)

// Programs that act for a person, such as the Astro CLI after astro login.
const (
	// LoginAllow: somebody allowed a program to act for them; it has a minute to begin.
	LoginAllow Action = "login.allow"
	// LoginStart: the program began to.
	LoginStart Action = "login.start"
	// LoginEnd: it can no longer; Details say why. With a new password, or the last place of the
	// person, their logins end without an event of their own.
	LoginEnd Action = "login.end"
)

// Set-up and one-time codes.
const (
	// SetupComplete: the first owner was made.
	SetupComplete Action = "setup.complete"
	// CodeCreate: a one-time code was made for set-up, a password reset or a sign-in.
	CodeCreate Action = "code.create"
	// CodeUse: a one-time code was used up.
	CodeUse Action = "code.use"
)

// Invitations. Whoever accepts one is recorded as a user; the rest is about the person invited.
const (
	// InvitationCreate: somebody was invited, with a role that counts once they accept.
	InvitationCreate Action = "invitation.create"
	// InvitationResend: the invitation has a new link and the old one ended.
	InvitationResend Action = "invitation.resend"
	// InvitationMail: the link was mailed, or could not be; Details say which.
	InvitationMail Action = "invitation.mail"
	// InvitationWithdraw: the invitation ended before it was accepted.
	InvitationWithdraw Action = "invitation.withdraw"
	// InvitationAccept: the person invited chose a name and a password.
	InvitationAccept Action = "invitation.accept"
)

// Organizations, Workspaces and who has a role in them.
const (
	// OrganizationCreate: an Organization was made.
	OrganizationCreate Action = "organization.create"
	// OrganizationUpdate: the name or a setting of an Organization changed.
	OrganizationUpdate Action = "organization.update"
	// WorkspaceCreate: a Workspace was made.
	WorkspaceCreate Action = "workspace.create"
	// WorkspaceUpdate: the name or description of a Workspace changed.
	WorkspaceUpdate Action = "workspace.update"
	// WorkspaceDelete: a Workspace ended, and with it the tokens that live in it.
	WorkspaceDelete Action = "workspace.delete"
	// RangeCreate: an Organization may be used from one more range of addresses.
	RangeCreate Action = "address_range.create"
	// RangeDelete: a range of addresses is no longer among those an Organization may be used from.
	RangeDelete Action = "address_range.delete"
	// MemberAdd: a user got a role in an Organization or Workspace.
	MemberAdd Action = "member.add"
	// MemberUpdate: the role of a user in an Organization or Workspace changed.
	MemberUpdate Action = "member.update"
	// MemberRemove: a user lost the role in an Organization or Workspace.
	MemberRemove Action = "member.remove"
	// TeamCreate: a team was made.
	TeamCreate Action = "team.create"
	// TeamUpdate: the name or description of a team changed.
	TeamUpdate Action = "team.update"
	// TeamDelete: a team ended, and with it the roles its members had through it.
	TeamDelete Action = "team.delete"
	// TeamMemberAdd: a user joined a team.
	TeamMemberAdd Action = "team.member.add"
	// TeamMemberRemove: a user left a team.
	TeamMemberRemove Action = "team.member.remove"
	// TeamRoleAdd: a team got a role in an Organization or Workspace.
	TeamRoleAdd Action = "team.role.add"
	// TeamRoleUpdate: the role of a team changed.
	TeamRoleUpdate Action = "team.role.update"
	// TeamRoleRemove: a team lost a role.
	TeamRoleRemove Action = "team.role.remove"
	// RoleCreate: a custom role was defined.
	RoleCreate Action = "role.create"
	// RoleUpdate: the name, the permissions or the restriction of a custom role changed.
	RoleUpdate Action = "role.update"
	// RoleDelete: a custom role ended.
	RoleDelete Action = "role.delete"
)

// The installation and the record itself.
const (
	// KeyCreate: a signing key was made.
	KeyCreate Action = "key.create"
	// ServerStart: the server started; Details hold the configuration without secrets.
	ServerStart Action = "server.start"
	// IntegrityFailed: a row did not carry the authentication code that belongs to it and was
	// treated as absent.
	IntegrityFailed Action = "integrity.failed"
	// AuditVerifyFailed: a check of a chain found a break.
	AuditVerifyFailed Action = "audit.verify_failed"
	// AuditExport: events were exported; Details hold range, format and filters.
	AuditExport Action = "audit.export"
	// AuditPrune: events older than the retention were removed from the start of a chain.
	AuditPrune Action = "audit.prune"
	// BackupCreate: the database was copied; Details hold the digest of the copy.
	BackupCreate Action = "backup.create"
	// BackupRestore: the database was replaced by a backup. It is the first event of every chain after
	// the backup; Details hold the head of the chain that was replaced, and what was done so that nothing
	// works again that had ended since.
	BackupRestore Action = "backup.restore"
)
