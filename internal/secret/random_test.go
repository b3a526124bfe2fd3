package secret_test

import (
	"math"
	"regexp"
	"testing"

	"dagpass/internal/secret"
)

func TestRandomTexts(t *testing.T) {
	for name, tt := range map[string]struct {
		make func() string
		form string
	}{
		"a session id": {func() string { return secret.NewSessionID().Reveal() }, `^[A-Za-z0-9_-]{43}$`},
		"a code":       {func() string { return secret.NewCode().Reveal() }, `^[0-9a-hjkmnp-tv-z]{32}$`},
		"a jti":        {secret.NewJTI, `^[0-9a-z]{26}$`},
		"an id part":   {func() string { return secret.Base36(15) }, `^[0-9a-z]{15}$`},
	} {
		t.Run(name+" has its form and never comes twice", func(t *testing.T) {
			form, seen := regexp.MustCompile(tt.form), map[string]bool{}
			for range 2000 {
				text := tt.make()
				if !form.MatchString(text) || seen[text] {
					t.Fatalf("%q: wrong form, or seen before (%t)", text, seen[text])
				}
				seen[text] = true
			}
		})
	}
}

func TestBase36(t *testing.T) {
	t.Run("has the length asked for", func(t *testing.T) {
		for _, n := range []int{-1, 0, 1, 2, 100} {
			if got := len(secret.Base36(n)); got != max(n, 0) {
				t.Errorf("Base36(%d) has %d characters", n, got)
			}
		}
	})
	t.Run("uses every character equally often", func(t *testing.T) {
		const n = 360_000
		counts := map[rune]int{}
		for _, c := range secret.Base36(n) {
			counts[c]++
		}
		// A character is expected n/36 = 10,000 times with a deviation of some 100. Taking
		// bytes modulo 36 would put the first four at 11,250 times.
		for c, count := range counts {
			if math.Abs(float64(count-n/36)) > 800 {
				t.Errorf("%q came %d times", c, count)
			}
		}
		if len(counts) != 36 {
			t.Errorf("%d different characters", len(counts))
		}
	})
}
