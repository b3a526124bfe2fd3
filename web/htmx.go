package web

import "net/http"

// The headers of htmx 4 that the console reads and writes, and the one of its own by which app.js
// tells a fragment of ours from any other answer. No name or text ever travels in them.
const (
	hxRequest  = "HX-Request"
	hxRedirect = "HX-Redirect"
	hxReswap   = "HX-Reswap"
	hxTrigger  = "HX-Trigger"

	fragmentHeader = "Dagpass-Fragment"
	dialogFragment = "dialog"
	partFragment   = "part"
)

// isPartial reports whether htmx asks, so that a fragment is wanted and a redirect would be followed
// into the wrong place.
func isPartial(r *http.Request) bool { return r.Header.Get(hxRequest) == "true" }
