package access

// Page is the part of a list that is asked for. Limit is the greatest number of rows. The console
// pages by After, the id of the last row shown; the API by Offset, because both of its clients do.
// At most one of the two is set.
type Page struct {
	Limit  int
	Offset int
	After  string
}

// Sort is the order of a list: a column the list offers, ascending unless Desc. Every order is
// total, with the id as tie-breaker.
type Sort struct {
	By   string
	Desc bool
	Then *Sort // decides among equals, where the list offers that
}
