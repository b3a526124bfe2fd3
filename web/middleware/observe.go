package middleware

import (
	"net/http"
	"time"

	"dagpass/internal/access"
)

// Answered is one request that was answered, for whoever counts them. It says nothing about who asked
// for what: every text in it is one of a set that the program fixes.
type Answered struct {
	Route      string // the pattern that matched; "" for probes, assets and unknown paths
	Method     string // "other" for those that HTTP does not define
	Status     int
	Took       time.Duration
	Action     access.Action // see [Info] for these three
	Credential string
	SignIn     string
}

func answered(r *http.Request, res *response, took time.Duration) Answered {
	info := InfoFrom(r.Context())
	return Answered{
		Route: info.Route, Method: methodName(r.Method), Status: res.status, Took: took,
		Action: info.Action, Credential: info.Credential, SignIn: info.SignIn,
	}
}
