// Package views is the markup of the console: the frame, the pages, the dialogs and the fragments
// that htmx swaps.
//
// A component takes one struct declared beside it, filled by the handler with strings, times and
// decisions; it calls no service and loads nothing. The suffix of its name says what it is: a Page
// is a whole document, a [Dialog] opens in the dialog host or stands as a page of its own, a Table
// is a wrapper with an id and the unit of a refresh.
//
// Text is escaped by templ, URLs are built in urls.go only, and no other package writes HTML.
package views
