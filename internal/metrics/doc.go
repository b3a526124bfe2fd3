// Package metrics counts what the program does, and hands the counts to Prometheus.
//
// The others know nothing of it: the middleware tells it of each request, the database of each write, the
// password hasher of each wait, all by interfaces of their own. What lies in the database is read when
// somebody asks. No label holds an id, a name or an address, and every label has a fixed set of values, so
// that what is kept does not grow with what strangers send. docs/metrics.md describes each of them; a test
// holds it against what is exported.
package metrics
