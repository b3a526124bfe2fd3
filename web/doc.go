// Package web is the console: pages, forms and dialogs for people in a browser.
//
// A request passes the prefix switch of server.go, then its row in routes.go, which names the
// permission it needs, then serve in visit.go, which finds out who is signed in and which
// Workspace or Organization the path names, and ends in a handler of the noun's file. A handler
// reads the form, calls one service and renders one component; it holds no rule.
//
// Every dialog is a page too. The four writers of HTML in render.go (page, dialog, saved, reveal)
// hold the difference between an htmx request and a plain one, so no handler asks which it is.
package web
