package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"dagpass/internal/metrics"
)

// measuring says where the metrics are to be had.
type measuring struct {
	MetricsListen string `name:"metrics-listen" env:"DAGPASS_METRICS_LISTEN" placeholder:"ADDR" help:"Address of a second listener that answers /metrics for Prometheus, such as 127.0.0.1:9888; without it there is none."`
	MetricsOpen   bool   `name:"metrics-open" env:"DAGPASS_METRICS_OPEN" help:"Allow --metrics-listen to be reached from other machines; whoever reaches it can read the metrics."`
}

// check refuses an address that can't be used, or that others reach when nobody said so.
func (m measuring) check() error {
	if m.MetricsListen == "" {
		if m.MetricsOpen {
			return usagef("--metrics-open is for --metrics-listen: leave it out, or say where to listen")
		}
		return nil
	}
	local, err := checkListen("metrics-listen", m.MetricsListen)
	switch {
	case err != nil:
		return err
	case !local && !m.MetricsOpen:
		return usagef("--metrics-listen %s can be reached from other machines, and asks nobody for a password: write 127.0.0.1, or add --metrics-open", m.MetricsListen)
	case local && m.MetricsOpen:
		return usagef("--metrics-open is for an address that other machines reach, and %s is not: leave it out", m.MetricsListen)
	}
	return nil
}

// meter is the second listener with what it answers; nil when there is none.
type meter struct {
	*metrics.Metrics
	listener net.Listener
}

// counters are what is counted into, nil when nobody may ask.
func (m measuring) counters() *metrics.Metrics {
	if m.MetricsListen == "" {
		return nil
	}
	return metrics.New(release(), time.Now)
}

// meter listens for those who ask.
func (m measuring) meter(ctx context.Context, counters *metrics.Metrics) (*meter, error) {
	if counters == nil {
		return nil, nil
	}
	listener, err := listen(ctx, "metrics-listen", m.MetricsListen)
	if err != nil {
		return nil, err
	}
	return &meter{counters, netutil.LimitListener(listener, maxScrapers)}, nil
}

// close gives the address free.
func (m *meter) close() error {
	if m == nil {
		return nil
	}
	return m.listener.Close()
}

// maxScrapers bounds the connections of those who read the metrics.
const maxScrapers = 16

// serve answers until ctx ends.
func (m *meter) serve(ctx context.Context, log *slog.Logger) error {
	log.Info("metrics listening", "address", m.listener.Addr().String())
	server := &http.Server{
		Handler:           onlyMetrics(m.Handler(log)),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       2 * time.Minute, // longer than Prometheus waits between two reads
		MaxHeaderBytes:    8 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(m.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// onlyMetrics answers nothing else.
func onlyMetrics(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		metrics.ServeHTTP(w, r)
	}))
	return mux
}
