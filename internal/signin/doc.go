// Package signin proves who somebody is: passwords, sessions, one-time codes, the first owner.
//
// What proves it, and what each proof leads to:
//
//   - [Login] takes an e-mail with its password, or a one-time code, and opens a session.
//   - [Sessions] turns the id in a cookie back into an [access.Actor], as long as the session lives.
//   - [Programs] lets a program act for a person who allowed it, as astro login does: OAuth 2.0 with
//     PKCE. Its actors name the program, and count for nothing in this package.
//   - [Accounts] is what people do to their own account: name, theme, password.
//   - [Invitations] brings in everybody else, by a link that makes a person out of an address.
//   - [Setup] makes the first owner of an installation, who has nobody to be invited by.
//
// What anybody may do is no business of this package: an [access.Actor] carries no rights.
//
// Three rules hold throughout. Secrets are stored as digests only, so whoever reads the database
// cannot sign in with it. Passwords are hashed outside of transactions, because a transaction holds
// the only writer; whatever was read before is therefore read again in the transaction that acts on
// it. A failed proof says the same and costs the same whether or not the account exists.
//
// Failures are recorded for accounts that exist. Those of unknown ones, and attempts refused because
// there were too many, are left to the request log and the metrics, so that a stranger cannot fill
// the audit record; with [access.GateTx.AppendDenied] the rest is bounded as well.
package signin
