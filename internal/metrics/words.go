package metrics

import "github.com/prometheus/client_golang/prometheus"

// words is a counter for each word of a fixed set. All of them are there from the start, so that a first
// refusal is seen as a rise.
type words struct {
	vec *prometheus.CounterVec
	of  map[string]prometheus.Counter
}

func newWords(vec *prometheus.CounterVec, set []string) words {
	w := words{vec: vec, of: map[string]prometheus.Counter{}}
	for _, word := range set {
		w.of[word] = vec.WithLabelValues(word)
	}
	return w
}

// count counts a word, as other when it is not one of the set.
func (w words) count(word string) {
	c, ok := w.of[word]
	if !ok {
		c = w.of[other]
	}
	c.Inc()
}
