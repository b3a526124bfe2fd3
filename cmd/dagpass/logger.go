package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"unicode"
)

// logger writes the log: one line a record, times in UTC.
func (c logging) logger(out io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, usagef("--log-level %q: write debug, info, warn or error", c.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: tidy}
	if c.LogFormat == "text" || c.LogFormat == "auto" && isTerminal(out) {
		return slog.New(slog.NewTextHandler(out, options)), nil
	}
	return slog.New(slog.NewJSONHandler(out, options)), nil
}

// secretKeys are dropped from every record. Nothing logs them; this is the second net, and the type
// secret.Value the first.
var secretKeys = []string{"authorization", "cookie", "set-cookie", "password", "token", "secret", "code"}

func tidy(_ []string, a slog.Attr) slog.Attr {
	switch {
	case slices.Contains(secretKeys, strings.ToLower(a.Key)):
		return slog.Attr{}
	case a.Value.Kind() == slog.KindTime:
		return slog.Time(a.Key, a.Value.Time().UTC())
	case a.Value.Kind() == slog.KindString:
		return slog.String(a.Key, escape(a.Value.String(), slips))
	case a.Value.Kind() == slog.KindAny:
		if err, ok := a.Value.Any().(error); ok {
			return slog.String(a.Key, escape(err.Error(), slips))
		}
	}
	return a
}

// printable escapes what would act on a terminal instead of being shown, line ends aside.
func printable(s string) string {
	return escape(s, func(r rune) bool { return acts(r) && r != '\n' })
}

// acts tells the control characters, and those that change the direction of the text around them.
func acts(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// slips tells those that the JSON encoder leaves as they are.
func slips(r rune) bool { return r > '~' && acts(r) }

func escape(s string, which func(rune) bool) string {
	if strings.IndexFunc(s, which) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if which(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// quiet is the log of commands that end at once: what goes wrong is their error.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
