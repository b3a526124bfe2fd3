package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dagpass/db"
)

// Source reads the figures of an installation; [db.DB] does.
type Source interface {
	Figures(ctx context.Context) (db.Figures, error)
}

// Read has the figures of an installation read whenever somebody asks for the metrics. It is called once.
func (m *Metrics) Read(from Source) error { return m.registry.Register(figures{from}) }

// figures is the collector of what lies in the database.
type figures struct{ source Source }

// figure is one number of them.
type figure struct {
	desc   *prometheus.Desc
	kind   prometheus.ValueType
	labels []string
	of     func(db.Figures) float64
}

func gauge(name, help string, of func(db.Figures) float64) figure {
	return figure{prometheus.NewDesc(namespace+"_"+name, help, nil, nil), prometheus.GaugeValue, nil, of}
}

func counter(name, help string, of func(db.Figures) float64) figure {
	f := gauge(name, help, of)
	f.kind = prometheus.CounterValue
	return f
}

// sizes is the size of the database, a series for each of its files.
var sizes = prometheus.NewDesc(namespace+"_db_size_bytes", "Size of the database's files.", []string{"file"}, nil)

var all = []figure{
	gauge("sessions", "Live sessions of browsers.", func(f db.Figures) float64 { return float64(f.Sessions) }),
	gauge("program_logins", "Live logins of programs that act for a person.", func(f db.Figures) float64 { return float64(f.Logins) }),
	gauge("tokens", "Live API tokens.", func(f db.Figures) float64 { return float64(f.Tokens) }),
	gauge("tokens_expiring", "Live API tokens that expire within seven days.", func(f db.Figures) float64 { return float64(f.TokensExpiring) }),
	gauge("audit_seq", "Numbers of the newest events of all audit chains, added up.", func(f db.Figures) float64 { return float64(f.AuditSeq) }),
	gauge("last_backup_timestamp_seconds", "When the last backup was made, 0 when never.", func(f db.Figures) float64 { return seconds(f.LastBackup) }),
	counter("integrity_failures_total", "Altered rows, and a damaged file, found since the start.", func(f db.Figures) float64 { return float64(f.IntegrityFailures) }),
	{sizes, prometheus.GaugeValue, []string{"main"}, func(f db.Figures) float64 { return float64(f.Bytes) }},
	{sizes, prometheus.GaugeValue, []string{"wal"}, func(f db.Figures) float64 { return float64(f.LogBytes) }},
	gauge("disk_free_bytes", "Space left where the database lies.", func(f db.Figures) float64 { return float64(f.FreeBytes) }),
}

// seconds is an instant as Prometheus has it, 0 for none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// Describe implements [prometheus.Collector].
func (figures) Describe(to chan<- *prometheus.Desc) {
	for _, f := range all {
		to <- f.desc
	}
}

// Collect implements [prometheus.Collector]. When the database can't be read the rest of the metrics is
// given out all the same.
func (c figures) Collect(to chan<- prometheus.Metric) {
	now, err := c.source.Figures(context.Background())
	if err != nil {
		to <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
		return
	}
	for _, f := range all {
		to <- prometheus.MustNewConstMetric(f.desc, f.kind, f.of(now), f.labels...)
	}
}
