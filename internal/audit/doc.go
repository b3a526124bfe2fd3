// Package audit defines the record of who did what, and the chains that make the record
// tamper-evident.
//
// Every event belongs to one chain: one for each Organization, and one for the installation. Within a
// chain the events are numbered without gaps, and each carries a keyed hash over its own fields and
// the hash before it. [Seal] makes that hash, [Verifier] checks a chain from its [Genesis] or from a
// later point and names the first event that is wrong.
//
// Tamper-evident means: without the audit key no event can be changed, removed, added or moved
// unnoticed, except that the newest events can be cut off. A [Head] kept outside the database shows
// that as well. Whoever has the key can write a new chain; then only the heads kept elsewhere help.
package audit
