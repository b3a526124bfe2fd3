package views

import "github.com/a-h/templ"

// HelpPage is the start of the help.
func HelpPage(c Chrome) templ.Component { return helpPage(c) }

// HelpRolesPage tells what each role can do.
func HelpRolesPage(c Chrome) templ.Component { return helpRolesPage(c) }

// HelpTokensPage tells how API tokens work.
func HelpTokensPage(c Chrome) templ.Component { return helpTokensPage(c) }
