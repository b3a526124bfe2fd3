// Package ui is the set of parts the console's pages are built from: buttons, fields, alerts,
// dialogs, tables. It alone writes the class names of these parts, so a page says what it means
// and this package says how that looks.
//
// Parts take one struct and, where something stands inside them, children. Ids follow one rule:
// field f-{name}, its hint h-{name}, its error e-{name}. The state of a part is an attribute
// (aria-current, aria-invalid, hidden, data-*), never a class.
package ui
