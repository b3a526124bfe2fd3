package views

import "github.com/a-h/templ"

// Dialog is one dialog of the console before it is known how it will be shown. The same content
// opens in the dialog host of the page behind it ([Dialog.Fragment]) or stands as a page of its
// own ([Dialog.Page]); only the fragment carries hx- attributes.
type Dialog struct {
	title    string
	section  section
	problems int
	render   func(inDialog bool) templ.Component
}

// Title is the dialog's heading.
func (d Dialog) Title() string { return d.title }

// Fragment is the dialog for the dialog host, without a document around it.
func (d Dialog) Fragment() templ.Component { return d.render(true) }

// Page is the dialog as a whole document.
func (d Dialog) Page(c Chrome) templ.Component { return dialogPage(c, d) }
