package db

import (
	"database/sql"
	"time"
)

// millis is how an instant is stored: unix milliseconds, NULL for the zero time.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// instant is the reverse of millis.
func instant(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return utc(ms.Int64)
}

func utc(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// null stores empty text as NULL.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
