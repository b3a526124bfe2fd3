package secret_test

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"dagpass/internal/secret"
)

const canary = "canary-7c1e"

// holders returns every type that holds a secret, each in the places in which it may get printed.
func holders(t *testing.T) map[string]any {
	t.Helper()
	root := writeRoot(t, canaryRoot)
	keyring, err := secret.NewKeyring(root, "inst")
	if err != nil {
		t.Fatal(err)
	}
	key, err := secret.SigningKeyFromSeed("dp0000000000", []byte(canarySeed))
	if err != nil {
		t.Fatal(err)
	}
	value := secret.NewValue(canary)
	all := map[string]any{
		"Value": value, "Root": root, "SigningKey": key, "Keyring": *keyring,
		"Signer": *secret.NewSigner(key, "https://a.test", "https://a.test"),
	}
	return all
}

// The root key and the seed are texts, so that they would be found in any output.
const (
	canarySeed = canary + "-seed-0123456789abcde"
	canaryRoot = "dagpass-root-v1:abcd1234:Y2FuYXJ5LTdjMWUtcm9vdC0wMTIzNDU2Nzg5YWJjZGU="
)

type exported struct{ Field any }
type unexported struct{ field any }
type typed struct{ field secret.Value }
type typedKey struct{ field secret.SigningKey }

func TestRedaction(t *testing.T) {
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%c", "%U", "%t", "%10.3s", "%e", "%p", "%T%[1]v", "%w"}
	for name, holder := range holders(t) {
		places := map[string]any{
			"alone": holder, "behind a pointer": &holder, "in a struct": exported{holder},
			"in an unexported field": unexported{holder}, "behind a pointer to a struct": &unexported{holder},
			"in a slice": []any{holder}, "in a map": map[string]any{"k": holder},
		}
		for place, v := range places {
			t.Run(name+" prints nothing "+place, func(t *testing.T) {
				for _, verb := range verbs {
					refuseSecret(t, verb, fmt.Sprintf(verb, v))
				}
				refuseSecret(t, "Println", fmt.Sprintln(v))
				refuseSecret(t, "Errorf", fmt.Errorf("wrapped: %v", v).Error())
				refuseSecret(t, "slog text", logged(t, textLog, v))
				refuseSecret(t, "slog JSON", logged(t, jsonLog, v))
				text, _ := json.Marshal(v)
				refuseSecret(t, "JSON", string(text))
				text, _ = xml.Marshal(v)
				refuseSecret(t, "XML", string(text))
			})
		}
	}
}

func TestRedaction_ofTypedFields(t *testing.T) {
	key, err := secret.SigningKeyFromSeed("dp0000000000", []byte(canarySeed))
	if err != nil {
		t.Fatal(err)
	}
	value := secret.NewValue(canary)
	for _, v := range []any{typed{value}, &typed{value}, []secret.Value{value}, &value, [1]typed{{value}}, typedKey{key}, &typedKey{key}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
			refuseSecret(t, fmt.Sprintf("%s of %T", verb, v), fmt.Sprintf(verb, v))
		}
	}
}

func TestValue(t *testing.T) {
	v := secret.NewValue(canary)
	t.Run("prints [redacted] for every verb", func(t *testing.T) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%20s"} {
			for _, arg := range []any{v, &v} {
				if got := fmt.Sprintf(verb, arg); got != "[redacted]" {
					t.Errorf("%s of %T = %q", verb, arg, got)
				}
			}
		}
		if v.String() != "[redacted]" || v.GoString() != "[redacted]" || v.LogValue().String() != "[redacted]" {
			t.Errorf("String %q, GoString %q, LogValue %q", v.String(), v.GoString(), v.LogValue())
		}
	})
	t.Run("is [redacted] in JSON, also as a key", func(t *testing.T) {
		got, err := json.Marshal(map[string]any{"v": v, "p": &v})
		if want := `{"p":"[redacted]","v":"[redacted]"}`; err != nil || string(got) != want {
			t.Errorf("%s, %v", got, err)
		}
		text, err := v.MarshalText()
		if err != nil || string(text) != "[redacted]" {
			t.Errorf("MarshalText = %q, %v", text, err)
		}
	})
	t.Run("is not accepted as a statement argument", func(t *testing.T) {
		if got, err := driver.DefaultParameterConverter.ConvertValue(v); err == nil {
			t.Errorf("converted to %v", got)
		}
	})
	t.Run("comes out by Reveal", func(t *testing.T) {
		if got := v.Reveal(); got != canary {
			t.Errorf("Reveal = %q", got)
		}
	})
	t.Run("is zero when it holds nothing", func(t *testing.T) {
		var zero secret.Value
		if !zero.IsZero() || !secret.NewValue("").IsZero() || v.IsZero() || zero.Reveal() != "" {
			t.Error("IsZero or Reveal of the zero Value is wrong")
		}
		if got := fmt.Sprint(zero); got != "[redacted]" {
			t.Errorf("the zero Value prints as %q", got)
		}
	})
	t.Run("equals by content", func(t *testing.T) {
		if !v.Equal(secret.NewValue(canary)) || v.Equal(secret.NewValue("x")) || v.Equal(secret.Value{}) {
			t.Error("Equal is wrong")
		}
	})
}

func TestErrorsAreFreeOfSecrets(t *testing.T) {
	for name, err := range map[string]error{
		"a root key of the wrong length": readRootError(t, "dagpass-root-v1:abcd1234:"+canary+"\n"),
		"a root key without its name":    readRootError(t, canary),
		"a seed of the wrong length":     second(secret.SigningKeyFromSeed("dp0000000000", []byte(canary))),
		"a token value":                  second(secret.Verify(canary, nil, "", "", noon)),
		"a password hash":                third(secret.NewHasherWithCost(1, 8, 1).Verify(t.Context(), canary, canary)),
	} {
		t.Run(name, func(t *testing.T) {
			if err == nil {
				t.Fatal("no error")
			}
			refuseSecret(t, "the error", err.Error())
		})
	}
}

// refuseSecret fails when the output contains a secret of the tests as text, hex or list of bytes.
func refuseSecret(t *testing.T, what, output string) {
	t.Helper()
	lower := strings.ToLower(output)
	for _, form := range []string{
		canary, fmt.Sprintf("%x", canary), fmt.Sprintf("% x", canary), strings.Trim(fmt.Sprint([]byte(canary)), "[]"),
		"Y2FuYXJ5LTdjMWU", "0x63, 0x61, 0x6e", "'c' 'a' 'n'", "u+0063 u+0061",
	} {
		if strings.Contains(lower, strings.ToLower(form)) {
			t.Errorf("%s shows the secret: %s", what, output)
			return
		}
	}
}

func textLog(w *bytes.Buffer) slog.Handler { return slog.NewTextHandler(w, nil) }
func jsonLog(w *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(w, nil) }

func logged(t *testing.T, handler func(*bytes.Buffer) slog.Handler, v any) string {
	t.Helper()
	var out bytes.Buffer
	slog.New(handler(&out)).Info("test", "v", v, slog.Group("g", "v", v))
	if out.Len() == 0 {
		t.Fatal("nothing was logged")
	}
	return out.String()
}

func readRootError(t *testing.T, text string) error {
	t.Helper()
	_, err := secret.ReadRoot(rootFile(t, text, 0o600), true)
	return err
}

func second[T any](_ T, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return errors.Join(err) }
