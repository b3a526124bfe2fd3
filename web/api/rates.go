package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/limit"
)

// Rates are how fast programs may ask; 0 is no limit.
type Rates struct {
	// Requests are those of one token, or one person's login, a second.
	limit.Requests
	// BadBearer is how many credentials that are not accepted may come from an address in a minute.
	BadBearer float64
}

func (r Rates) validate() error {
	for name, n := range map[string]float64{"Get": r.Get, "Post": r.Post, "Delete": r.Delete, "BadBearer": r.BadBearer} {
		if err := limit.CheckRate(n); err != nil {
			return fmt.Errorf("api: Rates.%s: %w", name, err)
		}
	}
	return nil
}

// takeTurn lets a request through when its caller, whose credential was verified, does not ask too
// fast, waiting for it when that is soon. Limited otherwise.
func (s *server) takeTurn(ctx context.Context, by access.Actor, method string) error {
	err := s.requests.Take(ctx, by.ID, method)
	exceeded, ok := errors.AsType[*limit.Exceeded](err)
	if !ok {
		return err
	}
	who := "This API token"
	if by.Kind == access.UserActor {
		who = "Your sign-in"
	}
	return tooFast(exceeded.RetryAfter, fmt.Sprintf("%s may send %v %s requests a second, and sent more.", who, exceeded.Rate.PerSecond, method))
}

// countFailure returns why a credential was refused, or Limited when too many come from its address.
// Whoever has a good one there is not held up.
func (s *server) countFailure(ctx context.Context, o access.Origin, why error) error {
	err := s.failures.Take(ctx, o.Network(), limit.Failure)
	if exceeded, ok := errors.AsType[*limit.Exceeded](err); ok {
		return tooFast(exceeded.RetryAfter, "Too many credentials that are not valid came from this address.")
	}
	return why
}

func tooFast(wait time.Duration, what string) error {
	s := max(1, int((wait+time.Second-1)/time.Second))
	unit := "seconds"
	if s == 1 {
		unit = "second"
	}
	return &access.Error{Code: access.Limited, Reason: access.ReasonTooFast, RetryAfter: wait,
		Message: fmt.Sprintf("%s Try again in %d %s.", what, s, unit)}
}
