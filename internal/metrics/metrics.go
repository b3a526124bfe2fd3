package metrics

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dagpass/db"
	"dagpass/internal/access"
	"dagpass/internal/signin"
	"dagpass/web/middleware"
)

// namespace begins the name of every metric of ours.
const namespace = "dagpass"

// other is the label of everything that has none of its own.
const other = "other"

// What may come of a check; everything else is counted as other.
var (
	authResults = []string{middleware.Accepted, access.ReasonInvalidToken, access.ReasonTokenExpired, access.ReasonTokenRotated,
		access.ReasonTokenDeleted, access.ReasonTokenRevoked, access.ReasonTokenRestored, access.ReasonTokenEnded,
		access.ReasonWorkspaceDeleted, reasonUnavailable, other}
	loginResults = []string{middleware.Accepted, signin.ReasonSignInFailed, signin.ReasonCode, signin.ReasonTooMany,
		signin.ReasonBusy, reasonUnavailable, other}
)

// reasonUnavailable is what the database answers when it can't.
const reasonUnavailable = "unavailable"

// Metrics are the counters of one running program. They are safe for concurrent use.
type Metrics struct {
	now      func() time.Time
	registry *prometheus.Registry

	requests  *prometheus.HistogramVec
	responses *prometheus.CounterVec
	auth      words
	logins    words
	denied    *prometheus.CounterVec

	writeWait prometheus.Histogram
	commit    prometheus.Histogram
	busy      prometheus.Counter
	hashWait  prometheus.Histogram
}

var _ db.Observer = (*Metrics)(nil)

// New returns counters that stand at zero, for a program of the version.
func New(version string, now func() time.Time) *Metrics {
	m := &Metrics{now: now, registry: prometheus.NewRegistry()}
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: "http_request_duration_seconds", Help: "Time to answer a request.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30},
	}, []string{"route", "method", "status"})
	m.responses = counters("http_responses_total", "Answers by exact status.", "status")
	m.auth = newWords(counters("auth_total", "Checks of the credential a program presented, by what came of them.", "result"), authResults)
	m.logins = newWords(counters("login_total", "Attempts to sign in to the console, by what came of them.", "result"), loginResults)
	m.denied = counters("authz_denied_total", "Requests answered 403, by the action they needed.", "action")
	m.writeWait = histogram("db_write_wait_seconds", "Time a write waited until it was the only one.")
	m.commit = histogram("db_commit_seconds", "Time to have a change on disk.")
	m.busy = prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "db_busy_total",
		Help: "Transactions given up because the database was not free in time."})
	m.hashWait = histogram("hash_wait_seconds", "Time a password waited for its turn to be hashed.")
	build := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: "build_info",
		Help: "1, with the version as a label.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.responses, m.auth.vec, m.logins.vec, m.denied, m.writeWait, m.commit, m.busy, m.hashWait, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counters(name, help, label string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, []string{label})
}

// histogram has buckets from a tenth of a millisecond, about the least a commit takes, to the five
// seconds after which waiting is given up.
func histogram(name, help string) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help,
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 5}})
}

// Answered counts a request.
func (m *Metrics) Answered(a middleware.Answered) {
	route := a.Route
	if route == "" {
		route = other
	}
	m.requests.WithLabelValues(route, a.Method, class(a.Status)).Observe(a.Took.Seconds())
	m.responses.WithLabelValues(strconv.Itoa(a.Status)).Inc()
	if a.Credential != "" {
		m.auth.count(a.Credential)
	}
	if a.SignIn != "" {
		m.logins.count(a.SignIn)
	}
	if a.Status == http.StatusForbidden && a.Action != "" {
		m.denied.WithLabelValues(string(a.Action)).Inc()
	}
}

// class is the first digit of a status, as in 2xx. One that was broken off before its header has 0xx.
func class(status int) string {
	classes := [...]string{"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"}
	return classes[min(max(status/100, 0), len(classes)-1)]
}

// WriteWaited implements [db.Observer].
func (m *Metrics) WriteWaited(d time.Duration) { m.writeWait.Observe(d.Seconds()) }

// Committed implements [db.Observer].
func (m *Metrics) Committed(d time.Duration) { m.commit.Observe(d.Seconds()) }

// Busy implements [db.Observer].
func (m *Metrics) Busy() { m.busy.Inc() }

// HashWaiting notes that a password begins to wait for its turn; see secret.Hasher.
func (m *Metrics) HashWaiting() (over func()) {
	began := m.now()
	return func() { m.hashWait.Observe(m.now().Sub(began).Seconds()) }
}

// Handler answers with everything there is to know, in the format of Prometheus. What can't be read is
// left out and logged.
func (m *Metrics) Handler(log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
		MaxRequestsInFlight: 2, Timeout: scrapeLimit,
	})
}

// scrapeLimit is how long an answer may take. Prometheus itself gives up after ten seconds.
const scrapeLimit = 8 * time.Second
