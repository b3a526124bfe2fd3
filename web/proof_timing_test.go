package web_test

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/dagpasstest"
	"dagpass/internal/mailtest"
	"dagpass/internal/proof"
)

// TestProof_Timing: security.md 8, neither what a sign-in and a forgotten password are answered nor how long
// the answer takes tells whether an address has an account. A password costs here what it costs in the program. Seen to fail
// with no hash for an unknown address (0.04), a reset mailed before it is answered (0.18), and one mailed beside
// its answer (0.76 to 0.84).
func TestProof_Timing(t *testing.T) {
	h := dagpasstest.NewWithRealPasswords(t)
	server := mailtest.Start(t, mailtest.Options{})
	h.UseMail(server)
	signIn := question{name: "sign-in", times: proof.Times(15, 200), ask: func(email string) *dagpasstest.Page {
		return h.Stranger().Post("/sign-in", url.Values{"email": {email}, "password": {"not the password of anybody"}}).Status(http.StatusUnprocessableEntity)
	}}
	reset := question{name: "reset", times: proof.Times(40, 200), after: func() { server.Next(t) }, ask: func(email string) *dagpasstest.Page {
		return h.Stranger().Post("/forgot", url.Values{"email": {email}}).Status(http.StatusOK)
	}}
	var figures []string
	for _, q := range []question{signIn, reset} {
		t.Run(q.name, func(t *testing.T) { figures = append(figures, q.measure(t, h)) })
	}
	proof.Figure(t, "unknown to known: %s", strings.Join(figures, "; "))
}

// question is what a stranger can ask about an address.
type question struct {
	name  string
	times int // that it is asked about each kind of address
	ask   func(email string) *dagpasstest.Page
	after func() // takes what the answer about a known address leaves behind; nil for nothing
}

// bounds are those of the ratio of the medians: security.md's, and wide ones for a short run on a machine that
// does other things.
func bounds() (least, most float64) {
	if proof.Long {
		return 0.9, 1.1
	}
	return 0.5, 2
}

// measure fails when three series in a row are out of bounds: what disturbs one is rarely there for all.
func (q question) measure(t *testing.T, h *dagpasstest.House) string {
	t.Helper()
	const most = 3
	low, high := bounds()
	var ratio float64
	var known, unknown time.Duration
	for series := 1; series <= most; series++ {
		known, unknown = q.series(t, h)
		if ratio = float64(unknown) / float64(known); ratio >= low && ratio <= high {
			return fmt.Sprintf("%s %.3f (%v to %v, medians of %d, series %d)", q.name, ratio,
				unknown.Round(10*time.Microsecond), known.Round(10*time.Microsecond), q.times, series)
		}
		t.Logf("series %d: ratio %.3f, %v unknown, %v known", series, ratio, unknown, known)
	}
	t.Errorf("an unknown address takes %.3f of the time of a known one, want %.1f to %.1f", ratio, low, high)
	return fmt.Sprintf("%s %.3f, out of bounds", q.name, ratio)
}

// series returns the medians of what both kinds of addresses take. Their order is left to chance, so that
// nothing which comes in turns, such as a collection of garbage or what follows an answer, falls on one kind.
func (q question) series(t *testing.T, h *dagpasstest.House) (known, unknown time.Duration) {
	t.Helper()
	addresses := [2]string{h.Owner.Email, strings.Replace(h.Owner.Email, "owner", "nobod", 1)}
	var took [2][]time.Duration
	var answers [2]*dagpasstest.Page
	for _, kind := range q.order() {
		h.Clock.Advance(2 * time.Hour) // past every delay for attempts that failed
		start := time.Now()
		answers[kind] = q.ask(addresses[kind])
		took[kind] = append(took[kind], time.Since(start))
		h.CatchUp() // with what is done after the answer
		if kind == 0 && q.after != nil {
			q.after()
		}
		alike(t, answers, addresses)
	}
	return median(took[0]), median(took[1])
}

// order names as many requests of each kind, which are 0 and 1, in an order left to chance.
func (q question) order() []int {
	type turn struct {
		lot  string
		kind int
	}
	turns := make([]turn, 2*q.times)
	for i := range turns {
		turns[i] = turn{rand.Text(), i % 2}
	}
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Compare(a.lot, b.lot) })
	kinds := make([]int, len(turns))
	for i, one := range turns {
		kinds[i] = one.kind
	}
	return kinds
}

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// alike fails unless the last answers about both kinds, once there are both, differ in nothing but the address
// and the id of the request.
func alike(t *testing.T, answers [2]*dagpasstest.Page, addresses [2]string) {
	t.Helper()
	if answers[0] == nil || answers[1] == nil {
		return
	}
	var seen [2]string
	for i, p := range answers {
		p.Header.Del("X-Request-Id")
		var header strings.Builder
		if err := p.Header.Write(&header); err != nil {
			t.Fatal(err)
		}
		seen[i] = strings.ReplaceAll(fmt.Sprintf("%d\n%s\n%s", p.Code, header.String(), p.Body), addresses[i], "")
	}
	if seen[0] != seen[1] {
		t.Fatalf("the answers differ:\n%s\n%s", seen[0], seen[1])
	}
}
