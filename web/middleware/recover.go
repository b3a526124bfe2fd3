package middleware

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// recoverPanics turns a panic into a 500 and writes its stack to the log alone. Once the header is
// out no status can be told any more; the connection is then cut, so that the client sees a broken
// response and not a short one.
func recoverPanics(log *slog.Logger, s sides, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		res := responseOf(w)
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
			logPanic(log, r, cause)
			if res.status != 0 {
				panic(http.ErrAbortHandler)
			}
			answerPanic(s, res, r)
		}()
		next.ServeHTTP(res, r)
	})
}

func logPanic(log *slog.Logger, r *http.Request, cause any) {
	info := InfoFrom(r.Context())
	log.LogAttrs(r.Context(), slog.LevelError, "panic",
		slog.String("request_id", info.requestID),
		slog.String("route", info.Route),
		slog.String("cause", fmt.Sprint(cause)),
		slog.String("stack", string(debug.Stack())))
}

// answerPanic drops the headers set so far: they described a response that is not coming, and a
// cookie among them would stand for work that was rolled back.
func answerPanic(s sides, w http.ResponseWriter, r *http.Request) {
	clear(w.Header())
	w.Header().Set(RequestIDHeader, RequestID(r.Context()))
	s.refuse(w, r, Refusal{
		Status:  http.StatusInternalServerError,
		Reason:  "internal",
		Message: "Something went wrong on the server.",
	})
}
