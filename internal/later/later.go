// Package later does work that the answer to a request does not wait for: because it takes long, or
// because how long it takes would tell something.
package later

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// headStart is how long a job waits for the answer it was put off for to be gone: beside a job the answer would
// take longer, and tell that there is one.
const headStart = 20 * time.Millisecond

// Queue is a bounded number of jobs that wait, in memory alone, for a few workers.
type Queue struct {
	log     *slog.Logger
	jobs    chan job
	ending  chan struct{}
	once    sync.Once
	workers sync.WaitGroup
	ctx     context.Context // of the jobs; ends when Close waits no longer
	cancel  context.CancelFunc
}

// job is what is to be done once it is due.
type job struct {
	do  func(context.Context)
	due <-chan time.Time
}

// New returns a queue that lets size jobs wait, with its workers running. It has to be closed.
func New(log *slog.Logger, size, workers int) *Queue {
	q := &Queue{log: log, jobs: make(chan job, size), ending: make(chan struct{})}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	for range workers {
		q.workers.Go(q.work)
	}
	return q
}

// Do has a job done soon, after the caller has gone on. It reports false, at once, when too many wait.
func (q *Queue) Do(do func(context.Context)) bool {
	select {
	case q.jobs <- job{do, time.After(headStart)}:
		return true
	default:
		return false
	}
}

// Close returns when the jobs that wait have been done; when ctx ends those under way are told to stop,
// and the others are left. Jobs that come afterwards are never done.
func (q *Queue) Close(ctx context.Context) error {
	q.once.Do(func() { close(q.ending) })
	defer q.cancel()
	done := make(chan struct{})
	go func() {
		q.workers.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		q.cancel()
		<-done
		return ctx.Err()
	}
}

func (q *Queue) work() {
	for q.ctx.Err() == nil {
		select {
		case next := <-q.jobs:
			q.wait(next)
			q.do(next)
		case <-q.ending:
			q.finish()
			return
		}
	}
}

// wait lets the head start of a job pass, unless the queue is closed.
func (q *Queue) wait(next job) {
	select {
	case <-next.due:
	case <-q.ending:
	}
}

// finish does what waits when the queue is closed.
func (q *Queue) finish() {
	for q.ctx.Err() == nil {
		select {
		case next := <-q.jobs:
			q.do(next)
		default:
			return
		}
	}
}

// do keeps a job that panics from ending the program.
func (q *Queue) do(next job) {
	defer func() {
		if p := recover(); p != nil {
			q.log.Error("a job panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	next.do(q.ctx)
}
