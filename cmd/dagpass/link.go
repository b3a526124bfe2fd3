package main

import "dagpass/internal/secret"

// link leads the person at the terminal to a page that takes a one-time code. The code stands in the
// fragment, which browsers never send, so no log on the way can hold it; without scripts it is pasted.
type link struct {
	page string // the page alone
	code string
}

func newLink(publicURL, page string, code secret.Value) link {
	return link{publicURL + page, code.Reveal()}
}

// String is the address with the code.
func (l link) String() string { return l.page + "#" + l.code }
