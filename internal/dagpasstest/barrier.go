package dagpasstest

import "sync"

// AtOnce calls do with 0 to n-1, each in a goroutine of its own. None begins before all are ready; it
// returns when all are done.
func AtOnce(n int, do func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			do(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}
