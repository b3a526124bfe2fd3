package middleware

import "net/http"

// response remembers what was sent and gives the header policy its say before the first byte.
// There is one for each request, shared by the stages that need it.
type response struct {
	http.ResponseWriter
	status int // 0 until the header is sent
	bytes  int64
	policy func(status int, h http.Header)
}

// responseOf returns the response that w already is, or a new one around it.
func responseOf(w http.ResponseWriter) *response {
	if res, ok := w.(*response); ok {
		return res
	}
	return &response{ResponseWriter: w}
}

// WriteHeader sends the header once. Informational statuses pass without counting as the answer.
func (r *response) WriteHeader(status int) {
	if r.status != 0 {
		return
	}
	if status >= 200 {
		r.status = status
		if r.policy != nil {
			r.policy(status, r.Header())
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *response) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// FlushError is found by [http.ResponseController]; without it a flush would reach the connection
// past the policy.
func (r *response) FlushError() error {
	r.WriteHeader(http.StatusOK)
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// Unwrap lets [http.ResponseController] reach the deadlines of the connection.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }
