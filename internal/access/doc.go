// Package access holds what Dagpass exists for: organizations, workspaces, users, roles and API
// tokens, and the rules that say who may do what to them.
//
// The story in five sentences. An [Actor] says who is calling and with which credential, never
// what they may do. A [Scope] is the Organization or Workspace an act falls on; the Organization is
// a hard wall. [Decide] is the one pure function that turns the roles held there ([Grants]) and an
// [Action] into allowed, refused or hidden. [Change] and [Read] are the only ways in: they read the
// actor's roles, decide, act and record inside one transaction, so an answer can never be older
// than the authority it rests on. The nouns live in one file each: the record with its pure rules
// first, then its inputs with Validate, then the storage contract, then the service.
//
// The package knows no transport, no SQL and no template.
package access
