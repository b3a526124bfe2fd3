package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// Times of a running server.
const (
	flushEvery = 30 * time.Second // last uses of tokens: what a crash may lose
	sweepEvery = 10 * time.Minute
	diskEvery  = 30 * time.Second
	headEvery  = time.Minute
	fileEvery  = time.Minute      // until the database was checked once
	endEvery   = 5 * time.Second  // what deleted Workspaces left, of which nothing counts any more
	tendEvery  = 24 * time.Hour   // the audit record is pruned and checked
	stopWithin = 10 * time.Second // answers in flight get this long
)

// serve answers requests until ctx ends, then lets those in flight finish, stores what is in memory
// and closes the database.
func (s *server) serve(ctx context.Context, h *http.Server) error {
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := h.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-running.Done()
		return s.drain(h)
	})
	if s.meter != nil {
		group.Go(func() error { return s.meter.serve(running, s.log) })
	}
	heads := &headLog{server: s}
	group.Go(s.every(running, flushEvery, "last uses not stored", s.services.tokens.FlushUses))
	group.Go(s.every(running, diskEvery, "no reserve of the disk", func(context.Context) error { return s.db.TendDisk() }))
	group.Go(s.every(running, sweepEvery, "ended sessions not removed", s.services.sessions.Sweep))
	group.Go(s.every(running, endEvery, "a deleted Workspace not tidied up", s.services.workspaces.Finish))
	group.Go(s.every(running, fileEvery, "database not checked", s.db.CheckFile))
	group.Go(s.every(running, headEvery, "audit heads not read", heads.write))
	group.Go(s.every(running, tendEvery, "audit record not pruned or checked", s.tendAudit))
	err := group.Wait()
	return errors.Join(err, s.finish(heads))
}

// every returns a job that runs now and at an interval until ctx ends. A failure is logged and does not stop
// the server: the next round has another chance.
func (s *server) every(ctx context.Context, interval time.Duration, failure string, job func(context.Context) error) func() error {
	return func() error {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			if err := job(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn(failure, "err", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

// drain turns readiness off, accepts nothing more and waits for the answers in flight.
func (s *server) drain(h *http.Server) error {
	s.draining.Store(true)
	s.log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		s.log.Warn("some answers were cut", "after", stopWithin.String())
		return h.Close()
	}
	return nil
}

// finish does what was put off, stores what is in memory and closes the database.
func (s *server) finish(heads *headLog) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	return errors.Join(s.later.Close(ctx), s.services.tokens.FlushUses(ctx), heads.write(ctx), s.db.Close())
}

// headLog writes the newest event of each audit chain to the log. Kept outside the database, such a
// line shows later that events were cut off.
type headLog struct {
	*server
	written map[string]int64
}

func (l *headLog) write(ctx context.Context) error {
	heads, err := l.db.AuditHeads(ctx)
	if err != nil {
		return err
	}
	if l.written == nil {
		l.written = map[string]int64{}
	}
	for _, head := range heads {
		if l.written[head.Chain] != head.Seq {
			l.log.Info("audit head", "head", head.String())
			l.written[head.Chain] = head.Seq
		}
	}
	return nil
}
