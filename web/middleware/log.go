package middleware

import (
	"log/slog"
	"net/http"
	"time"
)

// logRequests writes one line for each request, also for one that is aborted half-way, and a
// second one with the cause of an internal error, and tells observe. The path, query, body and headers stay out:
// secrets travel in them, and strangers write them.
func logRequests(log *slog.Logger, observe func(Answered), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, res, completed := time.Now(), responseOf(w), false
		defer func() {
			took := time.Since(start)
			logRequest(log, r, res, took, completed)
			if observe != nil {
				observe(answered(r, res, took))
			}
		}()
		next.ServeHTTP(res, r)
		// A handler that writes nothing answers 200; saying so here lets the policy see it.
		res.WriteHeader(http.StatusOK)
		completed = true
	})
}

func logRequest(log *slog.Logger, r *http.Request, res *response, took time.Duration, completed bool) {
	info := InfoFrom(r.Context())
	if info.Err != nil {
		log.LogAttrs(r.Context(), slog.LevelError, "internal error",
			slog.String("request_id", info.requestID),
			slog.String("route", info.Route),
			slog.String("cause", info.Err.Error()))
	}
	attrs := []slog.Attr{
		slog.String("request_id", info.requestID),
		slog.String("method", methodName(r.Method)),
		slog.String("route", info.Route),
		slog.Int("status", res.status),
		slog.Float64("duration_ms", float64(took)/float64(time.Millisecond)),
		slog.Int64("bytes", sentBytes(r.Method, res)),
		slog.String("actor_kind", string(info.ActorKind)),
		slog.String("actor_id", info.ActorID),
		slog.String("address", info.address),
	}
	if !completed {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	log.LogAttrs(r.Context(), slog.LevelInfo, "request", attrs...)
}

// sentBytes leaves out the body of an answer to HEAD, which net/http drops.
func sentBytes(method string, res *response) int64 {
	if method == http.MethodHead {
		return 0
	}
	return res.bytes
}

// methodName keeps invented methods out of the log: a method is any word of up to 48 KiB.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return method
	}
	return "other"
}
