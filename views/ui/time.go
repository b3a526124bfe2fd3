package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is the day in UTC, for example "Feb 21, 2027".
func Date(t time.Time) string { return t.UTC().Format("Jan 2, 2006") }

// Exact is the day and minute, for example "Feb 21, 2027, 09:57 UTC".
func Exact(t time.Time) string { return t.UTC().Format("Jan 2, 2006, 15:04 UTC") }

// Second is the day and second, for example "Feb 21, 2027, 09:57:12 UTC".
func Second(t time.Time) string { return t.UTC().Format("Jan 2, 2006, 15:04:05 UTC") }

// Clock is the minute of the day, for example "09:55 UTC".
func Clock(t time.Time) string { return t.UTC().Format("15:04 UTC") }

// Relative is how far t is from now in words: "just now", "4 min ago", "7 h ago", "12 days ago",
// and for the future "in 12 min", "in 5 h", "in 90 days". The past is rounded down and the future
// up. From 31 days back on it is the date.
func Relative(t, now time.Time) string {
	if t.After(now) {
		return "in " + until(t.Sub(now))
	}
	switch past := now.Sub(t); {
	case past < time.Minute:
		return "just now"
	case past < time.Hour:
		return whole(past, time.Minute) + " min ago"
	case past < 24*time.Hour:
		return whole(past, time.Hour) + " h ago"
	case past < 31*24*time.Hour:
		return Days(int(past/(24*time.Hour))) + " ago"
	}
	return Date(t)
}

func until(d time.Duration) string {
	switch {
	case d < time.Hour:
		return roundedUp(d, time.Minute) + " min"
	case d < 24*time.Hour:
		return roundedUp(d, time.Hour) + " h"
	}
	return Days(int((d + 24*time.Hour - 1) / (24 * time.Hour)))
}

func whole(d, unit time.Duration) string { return strconv.Itoa(int(d / unit)) }

func roundedUp(d, unit time.Duration) string { return whole(d+unit-1, unit) }

// Days is a number of days, "1 day" or "90 days".
func Days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return Count(n) + " days"
}

// Count is a whole number with a comma between thousands, for example "12,345".
func Count(n int) string {
	digits := strconv.Itoa(n)
	if n < 0 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Plural is a count with its noun, for example "1 API Token" or "4 API Tokens". The plural is the
// noun with an s.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%s %ss", Count(n), noun)
}

// machine is the form for the datetime attribute.
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// tooltip is the form for the title attribute, to the second.
func tooltip(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
