package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestLogger(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			log, err := logging{LogLevel: "debug", LogFormat: format}.logger(&out)
			if err != nil {
				t.Fatal(err)
			}
			written := func(args ...any) string {
				out.Reset()
				log.Info("message", args...)
				return out.String()
			}
			t.Run("drops keys that would hold a secret", func(t *testing.T) {
				for _, key := range []string{"authorization", "Cookie", "SET-COOKIE", "password", "token", "secret", "code"} {
					if line := written(key, "hidden"); strings.Contains(line, "hidden") {
						t.Errorf("%s: %s", key, line)
					}
				}
				if line := written("token_id", "c123"); !strings.Contains(line, "c123") {
					t.Errorf("dropped too much: %s", line)
				}
			})
			t.Run("writes one line whatever stands in a value, with nothing that acts on a terminal", func(t *testing.T) {
				for _, text := range []string{"a\nb", "\x1b[2J", "\u009b2J", "\u202egnp.exe", "\r", "\x7f"} {
					for _, value := range []any{text, errors.New(text)} {
						line := strings.TrimSuffix(written("value", value), "\n")
						if strings.ContainsFunc(line, acts) {
							t.Errorf("%q is in %q", text, line)
						}
					}
				}
			})
			t.Run("writes times in UTC", func(t *testing.T) {
				at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.FixedZone("", 7200))
				if line := written("at", at); !strings.Contains(line, "2026-07-01T10:00:00") {
					t.Error(line)
				}
			})
		})
	}
	t.Run("auto is JSON where there is no terminal", func(t *testing.T) {
		f, err := os.Create(t.TempDir() + "/log")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		log, err := logging{LogLevel: "info", LogFormat: "auto"}.logger(f)
		if err != nil {
			t.Fatal(err)
		}
		log.Info("message")
		log.Debug("too detailed")
		var record map[string]any
		if err := json.Unmarshal([]byte(readFile(t, f.Name())), &record); err != nil {
			t.Error(err)
		}
	})
}

func TestFail_EscapesWhatItPrints(t *testing.T) {
	var out bytes.Buffer
	fail(env{Stderr: &out}, errors.New("no file \x1b[31mred\u202e\nnext line"))
	if got, want := out.String(), "dagpass: no file \\u001b[31mred\\u202e\nnext line\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
