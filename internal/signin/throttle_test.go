package signin

import (
	"testing"
	"time"

	"dagpass/internal/access"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestAccountRule(t *testing.T) {
	t.Run("after three failures attempts wait 1, 2, 4 … 60 seconds, and never longer", func(t *testing.T) {
		want := []time.Duration{0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60}
		var a Attempts
		for i, seconds := range want {
			a = accountRule().count(a, noon)
			if got := a.wait(noon); got != seconds*time.Second {
				t.Errorf("after failure %d the wait is %v, want %v", i+1, got, seconds*time.Second)
			}
		}
		a.Count = 1 << 40
		if got := accountRule().count(a, noon).wait(noon); got != time.Minute {
			t.Errorf("after very many failures the wait is %v, want a minute", got)
		}
	})
	t.Run("the delay is over at its last instant", func(t *testing.T) {
		a := Attempts{Next: noon}
		if a.wait(noon.Add(-time.Millisecond)) != time.Millisecond || a.wait(noon) != 0 || a.wait(noon.Add(time.Hour)) != 0 {
			t.Errorf("wait before, at and after Next: %v, %v, %v", a.wait(noon.Add(-time.Millisecond)), a.wait(noon), a.wait(noon.Add(time.Hour)))
		}
	})
	t.Run("the delay starts when the attempt has failed", func(t *testing.T) {
		a := accountRule().count(Attempts{Count: 4, Last: noon}, noon)
		a = accountRule().fail(a, noon.Add(time.Second))
		if want := noon.Add(5 * time.Second); !a.Next.Equal(want) || a.Count != 5 {
			t.Errorf("next attempt at %v after %d failures, want %v after 5", a.Next, a.Count, want)
		}
	})
	t.Run("an hour without an attempt makes the counter begin anew", func(t *testing.T) {
		a := Attempts{Count: 9, Since: noon, Last: noon}
		if n := accountRule().count(a, noon.Add(forgetAfter-1)).Count; n != 10 {
			t.Errorf("just before the hour the count is %d, want 10", n)
		}
		if n := accountRule().count(a, noon.Add(forgetAfter)).Count; n != 1 {
			t.Errorf("after the hour the count is %d, want 1", n)
		}
	})
}

func TestAddressRule(t *testing.T) {
	t.Run("nineteen failures cost nothing, the twentieth a minute", func(t *testing.T) {
		var a Attempts
		for i := 1; i <= 21; i++ {
			a = addressRule().count(a, noon)
			want := time.Duration(0)
			if i >= addressFailures {
				want = time.Minute
			}
			if got := a.wait(noon); got != want {
				t.Errorf("after failure %d the wait is %v, want %v", i, got, want)
			}
		}
	})
	t.Run("ten minutes after the first failure the counter begins anew", func(t *testing.T) {
		a := addressRule().count(Attempts{}, noon)
		a = addressRule().count(a, noon.Add(addressWindow-1))
		if a.Count != 2 {
			t.Errorf("within ten minutes the count is %d, want 2", a.Count)
		}
		if a = addressRule().count(a, noon.Add(addressWindow)); a.Count != 1 {
			t.Errorf("after ten minutes the count is %d, want 1", a.Count)
		}
	})
}

func TestTooMany(t *testing.T) {
	tests := []struct {
		wait    time.Duration
		seconds int
		text    string
	}{
		{time.Millisecond, 1, "Too many attempts. Try again in 1 second."},
		{time.Second, 1, "Too many attempts. Try again in 1 second."},
		{time.Second + 1, 2, "Too many attempts. Try again in 2 seconds."},
		{8 * time.Second, 8, "Too many attempts. Try again in 8 seconds."},
		{time.Minute, 60, "Too many attempts. Try again in 60 seconds."},
	}
	for _, tt := range tests {
		err := access.AsError(tooMany(tt.wait))
		if err.Code != access.Limited || err.Message != tt.text || err.RetryAfter != time.Duration(tt.seconds)*time.Second {
			t.Errorf("after %v: %v, retry after %v, want %q", tt.wait, err, err.RetryAfter, tt.text)
		}
	}
}
