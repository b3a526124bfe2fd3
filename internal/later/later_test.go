package later_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dagpass/internal/later"
)

func TestQueue(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	t.Run("does what waits before it is closed", func(t *testing.T) {
		q := later.New(quiet, 10, 2)
		var done atomic.Int32
		for range 10 {
			if !q.Do(func(context.Context) { done.Add(1) }) {
				t.Error("a job was refused")
			}
		}
		if err := q.Close(t.Context()); err != nil || done.Load() != 10 {
			t.Errorf("%d done, %v", done.Load(), err)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Errorf("closed again: %v", err)
		}
	})
	t.Run("refuses at once what it has no room for", func(t *testing.T) {
		q := later.New(quiet, 1, 1)
		began, goOn := make(chan struct{}), make(chan struct{})
		q.Do(func(context.Context) { close(began); <-goOn })
		<-began
		if !q.Do(func(context.Context) {}) || q.Do(func(context.Context) {}) {
			t.Error("it does not hold exactly one more")
		}
		close(goOn)
		if err := q.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("tells a job to stop when closing takes too long, and leaves the rest", func(t *testing.T) {
		q := later.New(quiet, 2, 1)
		left := true
		q.Do(func(ctx context.Context) { <-ctx.Done() })
		q.Do(func(context.Context) { left = false })
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if err := q.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || !left {
			t.Errorf("%v, left %v", err, left)
		}
	})
	t.Run("logs a job that panics, and goes on", func(t *testing.T) {
		var log bytes.Buffer
		q := later.New(slog.New(slog.NewTextHandler(&log, nil)), 2, 1)
		done := false
		q.Do(func(context.Context) { panic("broken") })
		q.Do(func(context.Context) { done = true })
		if err := q.Close(t.Context()); err != nil || !done || !strings.Contains(log.String(), "broken") {
			t.Errorf("%v, done %v, log %q", err, done, log.String())
		}
	})
}
