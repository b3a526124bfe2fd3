package signin

import (
	"fmt"
	"testing"
	"time"

	"dagpass/internal/access"
)

func TestSession_alive(t *testing.T) {
	account := Account{User: access.User{ID: "u", Status: access.UserActive}, Epoch: 3}
	live := Session{Account: account, Epoch: 3, OpenedAt: noon, LastSeen: noon}
	late := live
	late.LastSeen = noon.Add(SessionLimit - time.Minute)
	banned, ended := live, live
	banned.Account.Status = access.UserBanned
	ended.Account.Epoch = 4
	tests := []struct {
		why     string
		session Session
		at      time.Duration
		reason  string
	}{
		{"before the idle limit it lives", live, IdleLimit - 1, ""},
		{"at the idle limit it has ended", live, IdleLimit, ReasonSessionIdle},
		{"after the idle limit it has ended", live, IdleLimit + 1, ReasonSessionIdle},
		{"before the limit it lives when it was used", late, SessionLimit - 1, ""},
		{"at the limit it has ended", late, SessionLimit, ReasonSessionOver},
		{"after the limit it has ended", late, SessionLimit + 1, ReasonSessionOver},
		{"it has ended with its person's standing", banned, 0, ReasonSignInNeeded},
		{"it has ended with its epoch", ended, 0, ReasonSignInNeeded},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			err := tt.session.alive(noon.Add(tt.at))
			if access.ReasonOf(err) != tt.reason {
				t.Errorf("alive is %v, want reason %q", err, tt.reason)
			}
		})
	}
}

func TestSurplus(t *testing.T) {
	account := Account{User: access.User{Status: access.UserActive}}
	opened := func(n int, seen time.Duration) []Session {
		var all []Session
		for i := range n {
			s := Session{ID: fmt.Sprint(i), Account: account, OpenedAt: noon.Add(time.Duration(i) * time.Second), LastSeen: noon.Add(seen)}
			s.Digest[0] = byte(i)
			all = append(all, s)
		}
		return all
	}
	ids := func(all []Session) (out []string) {
		for _, s := range all {
			out = append(out, s.ID)
		}
		return out
	}
	now := noon.Add(40 * time.Minute)
	t.Run("nineteen leave room", func(t *testing.T) {
		if got := surplus(opened(19, 0), now); got != nil {
			t.Errorf("%v go, want none", ids(got))
		}
	})
	t.Run("of twenty the oldest goes", func(t *testing.T) {
		if got := ids(surplus(opened(20, 30*time.Minute), now)); len(got) != 1 || got[0] != "0" {
			t.Errorf("%v go, want [0]", got)
		}
	})
	t.Run("dead ones go first, and all of them", func(t *testing.T) {
		all := opened(20, 30*time.Minute)
		all[7].LastSeen, all[8].LastSeen = noon, noon
		if got := ids(surplus(all, now)); len(got) != 2 || got[0] != "8" || got[1] != "7" {
			t.Errorf("%v go, want [8 7]", got)
		}
	})
}
