// Package db stores everything Dagpass knows in one SQLite file, and is the only package that
// contains SQL.
//
// [Open] checks the data directory, the root key and the file, brings the schema up to date and
// returns a [DB]. [DB.Access] hands the domain its store: closures that run in a transaction and see
// a [Tx]. One connection writes, a few read; readers never wait for the writer. What a committed
// Update wrote has reached the disk.
//
// Rows that grant something carry a keyed authentication code (mac.go). A row whose code does not
// fit is treated as absent, recorded, and turns [DB.Health] bad until the next start.
//
// Statements are constants named sqlXxx at the top of the file of their noun, with values as $1, $2
// and never concatenated, written in the subset that other engines share and without double quotes,
// because SQLite reads a misspelt quoted column as text. What is SQLite's own is in sqlite.go,
// migrate.go and the search of tokens.
package db
