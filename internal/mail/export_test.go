package mail

import "time"

// Within makes a sender give up earlier.
func (s *Sender) Within(limit time.Duration) { s.limit = limit }
