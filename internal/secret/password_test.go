package secret_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dagpass/internal/secret"
)

const password = "correct horse battery staple"

// cheap hashes in microseconds.
func cheap() *secret.Hasher { return secret.NewHasherWithCost(4, 8, 1) }

func hash(t *testing.T, h *secret.Hasher, password string) string {
	t.Helper()
	encoded, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestHasher_Hash(t *testing.T) {
	t.Run("costs 19,456 KiB, two passes and one lane, with 16 bytes of salt and 32 of hash", func(t *testing.T) {
		form := regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)
		if got := hash(t, secret.NewHasher(1), password); !form.MatchString(got) {
			t.Errorf("got %s", got)
		}
	})
	t.Run("salts each hash anew", func(t *testing.T) {
		first, second := hash(t, cheap(), password), hash(t, cheap(), password)
		if first == second {
			t.Error("two hashes are the same")
		}
	})
	t.Run("survives costs that argon2 does not know", func(t *testing.T) {
		h := secret.NewHasherWithCost(-1, 0, 0)
		if ok, _, err := h.Verify(t.Context(), hash(t, h, password), password); !ok || err != nil {
			t.Errorf("ok %t, %v", ok, err)
		}
	})
}

func TestHasher_Verify(t *testing.T) {
	h := cheap()
	encoded := hash(t, h, password)
	t.Run("accepts the exact bytes and nothing like them", func(t *testing.T) {
		for _, p := range []string{"", " " + password, password + " ", password + "\n", password + "\x00", strings.ToUpper(password), password[1:], password + password} {
			if ok, rehash, err := h.Verify(t.Context(), encoded, p); ok || rehash || err != nil {
				t.Errorf("%q: ok %t, rehash %t, %v", p, ok, rehash, err)
			}
		}
		if ok, rehash, err := h.Verify(t.Context(), encoded, password); !ok || rehash || err != nil {
			t.Errorf("the password: ok %t, rehash %t, %v", ok, rehash, err)
		}
	})
	t.Run("takes any bytes, composed or not, up to long ones", func(t *testing.T) {
		for _, p := range []string{"", "\xff\x00\xfe", "pässwörd", "pa\u0308sswo\u0308rd", strings.Repeat("x", 1024)} {
			if ok, _, err := h.Verify(t.Context(), hash(t, h, p), p); !ok || err != nil {
				t.Errorf("%q: ok %t, %v", p, ok, err)
			}
		}
		if ok, _, _ := h.Verify(t.Context(), hash(t, h, "pässwörd"), "pa\u0308sswo\u0308rd"); ok {
			t.Error("two spellings were taken for one")
		}
	})
	t.Run("agrees with the reference implementation of argon2", func(t *testing.T) {
		// From the argon2 project's test vectors: password, somesalt, m=65536 (2^16), t=2, p=1.
		const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
		if ok, rehash, err := h.Verify(t.Context(), reference, "password"); !ok || !rehash || err != nil {
			t.Errorf("ok %t, rehash %t, %v", ok, rehash, err)
		}
	})
	t.Run("asks for a new hash when the cost has risen, and only of the right password", func(t *testing.T) {
		for name, tt := range map[string]struct {
			now  *secret.Hasher
			want bool
		}{
			"the same cost": {secret.NewHasherWithCost(1, 16, 2), false},
			"more memory":   {secret.NewHasherWithCost(1, 17, 2), true},
			"more passes":   {secret.NewHasherWithCost(1, 16, 3), true},
			"lower cost":    {secret.NewHasherWithCost(1, 8, 1), false},
		} {
			stored := hash(t, secret.NewHasherWithCost(1, 16, 2), password)
			if ok, rehash, err := tt.now.Verify(t.Context(), stored, password); !ok || rehash != tt.want || err != nil {
				t.Errorf("%s: ok %t, rehash %t, %v", name, ok, rehash, err)
			}
			if ok, rehash, err := tt.now.Verify(t.Context(), stored, "wrong"); ok || rehash || err != nil {
				t.Errorf("%s, wrong password: ok %t, rehash %t, %v", name, ok, rehash, err)
			}
		}
	})
	salt, sum := "$AAAAAAAAAAAAAAAAAAAAAA", "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for name, encoded := range map[string]string{
		"nothing":              "",
		"a plain password":     password,
		"another algorithm":    "$argon2i$v=19$m=8,t=1,p=1" + salt + sum,
		"bcrypt":               "$2b$12$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"another version":      "$argon2id$v=16$m=8,t=1,p=1" + salt + sum,
		"no passes":            "$argon2id$v=19$m=8,t=0,p=1" + salt + sum,
		"no lanes":             "$argon2id$v=19$m=8,t=1,p=0" + salt + sum,
		"no memory":            "$argon2id$v=19$m=0,t=1,p=1" + salt + sum,
		"a terabyte of memory": "$argon2id$v=19$m=1073741824,t=1,p=1" + salt + sum,
		"a million passes":     "$argon2id$v=19$m=8,t=1000000,p=1" + salt + sum,
		"300 lanes":            "$argon2id$v=19$m=8,t=1,p=300" + salt + sum,
		"a number too large":   "$argon2id$v=19$m=99999999999999999999,t=1,p=1" + salt + sum,
		"another order":        "$argon2id$v=19$t=1,m=8,p=1" + salt + sum,
		"a leading zero":       "$argon2id$v=19$m=08,t=1,p=1" + salt + sum,
		"a plus sign":          "$argon2id$v=19$m=+8,t=1,p=1" + salt + sum,
		"one more parameter":   "$argon2id$v=19$m=8,t=1,p=1,x=1" + salt + sum,
		"no salt":              "$argon2id$v=19$m=8,t=1,p=1$" + sum,
		"no hash":              "$argon2id$v=19$m=8,t=1,p=1" + salt + "$",
		"a hash of 15 bytes":   "$argon2id$v=19$m=8,t=1,p=1" + salt + "$AAAAAAAAAAAAAAAAAAAA",
		"one more field":       "$argon2id$v=19$m=8,t=1,p=1" + salt + sum + "$",
		"padding":              "$argon2id$v=19$m=8,t=1,p=1" + salt + "==" + sum,
		"a line break":         "$argon2id$v=19$m=8,t=1,p=1" + salt + sum + "\n",
		"a missing prefix":     "m=8,t=1,p=1" + salt + sum,
	} {
		t.Run("refuses "+name+" in place of a hash", func(t *testing.T) {
			if ok, _, err := h.Verify(t.Context(), encoded, password); ok || err == nil {
				t.Errorf("ok %t, %v", ok, err)
			}
		})
	}
}

func TestHasher_waits(t *testing.T) {
	calls := func(t *testing.T, h *secret.Hasher) map[string]func(context.Context) error {
		stored := hash(t, h, password)
		return map[string]func(context.Context) error{
			"Hash":   func(ctx context.Context) error { return second(h.Hash(ctx, password)) },
			"Verify": func(ctx context.Context) error { return third(h.Verify(ctx, stored, password)) },
			"Dummy":  func(ctx context.Context) error { return h.Dummy(ctx, password) },
		}
	}
	t.Run("two seconds for a turn and then says that it is busy", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := secret.NewHasherWithCost(2, 8, 1)
			for name, call := range calls(t, h) {
				begin := time.Now()
				release := h.Occupy(2)
				if err := call(t.Context()); !errors.Is(err, secret.ErrBusy) {
					t.Errorf("%s: error = %v", name, err)
				}
				if waited := time.Since(begin); waited != 2*time.Second {
					t.Errorf("%s: gave up after %v", name, waited)
				}
				release()
				if err := call(t.Context()); err != nil {
					t.Errorf("%s: does not recover: %v", name, err)
				}
			}
		})
	})
	t.Run("and takes its turn when one comes in time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := secret.NewHasherWithCost(1, 8, 1)
			for name, call := range calls(t, h) {
				time.AfterFunc(1999*time.Millisecond, h.Occupy(1))
				if err := call(t.Context()); err != nil {
					t.Errorf("%s: error = %v", name, err)
				}
			}
		})
	})
	t.Run("no longer than its caller", func(t *testing.T) {
		h := secret.NewHasherWithCost(1, 8, 1)
		for name, call := range calls(t, h) {
			release := h.Occupy(1)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error = %v", name, err)
			}
			release()
		}
	})
}
