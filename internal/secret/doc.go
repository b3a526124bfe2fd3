// Package secret makes, keeps and checks everything that must not be read by others: the root key
// and the keys derived from it, signing keys, API token values, passwords, session ids and one-time
// codes.
//
// The pieces, from the outside in:
//
//   - [Value] is a secret in a variable. It prints as [redacted] everywhere; [Value.Reveal] is the
//     only way out.
//   - [Root] is the root key file; [Keyring] holds one derived key per purpose and does all keyed
//     hashing and wrapping. No key serves two purposes.
//   - [SigningKey], [Signer] and [Verify] write and strictly read API token values. [WellFormed] is
//     the cheap check that runs before anything else is done with a string from the network.
//   - [Hasher] hashes passwords with bounded memory.
//   - [NewSessionID], [NewCode], [NewJTI] and [Base36] are the random texts, all from crypto/rand.
//
// An API token value is looked up by [Keyring.Digest] of its exact bytes, which proves more than its
// signature does: that this installation issued this very string. The signature serves clients that
// read the value and services that check it with the published keys only.
package secret
