package middleware

import "net/http"

// methods refuses TRACE and CONNECT, which no route serves and proxies act on, and lets the GET
// handler serve HEAD: the router would answer it with 405. The body needs no discarding, because
// net/http knows the method the client sent and sends the header with its Content-Length alone.
func methods(s sides, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodTrace, http.MethodConnect:
			// RFC 9110, section 15.5.6 wants the methods named; no route takes others.
			w.Header().Set("Allow", "GET, HEAD, POST, DELETE")
			s.refuse(w, r, Refusal{
				Status:  http.StatusMethodNotAllowed,
				Reason:  "method_not_allowed",
				Message: "This method isn't supported.",
			})
			return
		case http.MethodHead:
			r = r.WithContext(r.Context()) // a copy: net/http and the log keep the real method
			r.Method = http.MethodGet
			InfoFrom(r.Context()).Head = true
		}
		next.ServeHTTP(w, r)
	})
}
