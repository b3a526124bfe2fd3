package limit

// Buckets is how many buckets are held.
func (l *Limiter) Buckets() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buckets
}
