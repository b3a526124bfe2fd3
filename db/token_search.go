package db

import (
	"strings"
	"unicode/utf8"

	"dagpass/internal/access"
)

// The search index is SQLite's own (FTS5 with three-character terms); another engine replaces this
// file. It is handed folded text, so case and compatibility forms are settled before.
const (
	sqlIndexToken = `
INSERT INTO token_search (rowid, name, description, id, hint)
SELECT row, $2, $3, id, $4 FROM api_tokens WHERE id = $1`

	sqlUnindexToken = `DELETE FROM token_search WHERE rowid = (SELECT row FROM api_tokens WHERE id = $1)`
)

func (tx *Tx) indexToken(t access.Token) error {
	return tx.put(sqlIndexToken, string(t.ID), access.Fold(t.Name), access.Fold(t.Description), access.Fold(t.Hint))
}

func (tx *Tx) unindexToken(id access.TokenID) error { return tx.put(sqlUnindexToken, string(id)) }

func (tx *Tx) reindexToken(t access.Token) error {
	if err := tx.unindexToken(t.ID); err != nil {
		return err
	}
	return tx.indexToken(t)
}

// search is how a list is narrowed to what holds a text.
type search struct {
	kind   searchKind
	needle string // the folded text
	term   string // the full-text term, or where the range of names begins
	end    string // where the range ends
}

type searchKind int

const (
	noSearch   searchKind = iota
	fullText              // the index of three characters finds it
	namePrefix            // shorter: only names that begin with it
)

// shortest is the length of the shortest text that the index finds, in characters.
const shortest = 3

// searchFor returns how to find a text as typed.
func searchFor(typed string) search {
	needle := access.Fold(typed)
	switch n := utf8.RuneCountInString(needle); {
	case n == 0:
		return search{}
	case n < shortest:
		return search{namePrefix, needle, needle, needle + highest}
	}
	return search{fullText, needle, phrase(needle), ""}
}

// args are the values of the search in a statement.
func (s search) args() []any {
	switch s.kind {
	case fullText:
		return []any{s.term}
	case namePrefix:
		return []any{s.term, s.end}
	}
	return nil
}

// finds reports of one token what the indexes know of all.
func (s search) finds(name, description, id, hint string) bool {
	if s.kind == namePrefix {
		return strings.HasPrefix(access.Fold(name), s.needle)
	}
	for _, text := range []string{name, description, id, hint} {
		if strings.Contains(access.Fold(text), s.needle) {
			return true
		}
	}
	return false
}

// pick returns the ids of the tokens that a search finds, of those that a query of listTexts reads:
// at most limit, after skipping the first.
func (tx *Tx) pick(find search, skip, limit int, query string, args ...any) ([]string, error) {
	var picked []string
	err := each(tx, func(s scanner) (bool, error) {
		var id, name, description, hint string
		switch err := s.Scan(&id, &name, &description, &hint); {
		case err != nil:
			return false, err
		case !find.finds(name, description, id, hint):
		case skip > 0:
			skip--
		default:
			picked = append(picked, id)
		}
		return len(picked) < limit, nil
	}, query, args...)
	return picked, err
}

// highest sorts behind every stored text: names never hold this character.
const highest = "\U0010ffff"
