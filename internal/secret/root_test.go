package secret_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"dagpass/internal/secret"
)

const goodLine = "dagpass-root-v1:0a1b2c3d:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// rootFile writes a key file with exactly this mode, whatever the umask, and returns its path.
func rootFile(t testing.TB, text string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "root.key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// writeRoot returns the root key of a file with this text.
func writeRoot(t testing.TB, text string) secret.Root {
	t.Helper()
	root, err := secret.ReadRoot(rootFile(t, text, 0o600), true)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestCreateRoot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	root, err := secret.CreateRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("writes one line of scheme, key id and 32 bytes in base64", func(t *testing.T) {
		want := regexp.MustCompile(`^dagpass-root-v1:` + root.ID() + `:[A-Za-z0-9+/]{43}=\n$`)
		if !want.Match(text) {
			t.Error("the file has another form")
		}
		if !regexp.MustCompile(`^[0-9a-z]{8}$`).MatchString(root.ID()) {
			t.Errorf("ID = %q", root.ID())
		}
	})
	t.Run("gives the file to its owner only", func(t *testing.T) {
		info, err := os.Stat(path)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	})
	t.Run("writes what ReadRoot reads", func(t *testing.T) {
		read, err := secret.ReadRoot(path, true)
		if err != nil || read.ID() != root.ID() {
			t.Fatalf("ID %q, %v", read.ID(), err)
		}
		if !sameKeys(t, root, read) {
			t.Error("the key read is another one")
		}
	})
	t.Run("never replaces a file", func(t *testing.T) {
		if _, err := secret.CreateRoot(path); !errors.Is(err, fs.ErrExist) {
			t.Errorf("error = %v", err)
		}
		again, err := os.ReadFile(path)
		if err != nil || string(again) != string(text) {
			t.Errorf("the file was changed, %v", err)
		}
	})
	t.Run("does not follow a dangling link", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "root.key")
		if err := os.Symlink("elsewhere", link); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.CreateRoot(link); !errors.Is(err, fs.ErrExist) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("makes another key each time", func(t *testing.T) {
		other, err := secret.CreateRoot(filepath.Join(t.TempDir(), "root.key"))
		if err != nil || other.ID() == root.ID() || sameKeys(t, root, other) {
			t.Errorf("two roots are alike, %v", err)
		}
	})
	t.Run("fails where there is no directory", func(t *testing.T) {
		_, err := secret.CreateRoot(filepath.Join(t.TempDir(), "none", "root.key"))
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error = %v", err)
		}
	})
}

func TestReadRoot_permissions(t *testing.T) {
	for _, tt := range []struct {
		mode         fs.FileMode
		own, mounted bool // accepted in the data directory, accepted at an operator's path
	}{
		{0o400, true, true},
		{0o600, true, true},
		{0o440, false, true},
		{0o640, false, true},
		{0o700, false, true},
		{0o404, false, false},
		{0o444, false, false},
		{0o644, false, false},
		{0o602, false, false},
		{0o620, false, false},
		{0o660, false, false},
		{0o666, false, false},
		{0o777, false, false},
	} {
		t.Run(tt.mode.String(), func(t *testing.T) {
			path := rootFile(t, goodLine+"\n", tt.mode)
			for own, want := range map[bool]bool{true: tt.own, false: tt.mounted} {
				root, err := secret.ReadRoot(path, own)
				if want != (err == nil) || (!want && !errors.Is(err, secret.ErrUnsafeFile)) {
					t.Errorf("own %t: error = %v, want accepted %t", own, err, want)
				}
				if group := want && tt.mode&0o040 != 0; root.GroupReadable() != group {
					t.Errorf("own %t: GroupReadable = %t", own, root.GroupReadable())
				}
			}
		})
	}
	t.Run("a refusal says what to do", func(t *testing.T) {
		path := rootFile(t, goodLine, 0o644)
		_, own := secret.ReadRoot(path, true)
		_, mounted := secret.ReadRoot(path, false)
		if !strings.Contains(own.Error(), "chmod 600 "+path) || !strings.Contains(mounted.Error(), "defaultMode: 0400") {
			t.Errorf("%v\n%v", own, mounted)
		}
	})
	t.Run("a link is refused in the data directory and followed elsewhere", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(rootFile(t, goodLine, 0o400), link); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.ReadRoot(link, true); !errors.Is(err, secret.ErrUnsafeFile) {
			t.Errorf("own: error = %v", err)
		}
		if _, err := secret.ReadRoot(link, false); err != nil {
			t.Errorf("operator's: %v", err)
		}
	})
	t.Run("a link does not hide the mode of its target", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(rootFile(t, goodLine, 0o644), link); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.ReadRoot(link, false); !errors.Is(err, secret.ErrUnsafeFile) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("a directory and a pipe are refused without waiting", func(t *testing.T) {
		pipe := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{pipe, t.TempDir()} {
			for _, own := range []bool{true, false} {
				if _, err := secret.ReadRoot(path, own); !errors.Is(err, secret.ErrUnsafeFile) {
					t.Errorf("%s, own %t: error = %v", path, own, err)
				}
			}
		}
	})
	t.Run("a missing file is told apart", func(t *testing.T) {
		_, err := secret.ReadRoot(filepath.Join(t.TempDir(), "none"), true)
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error = %v", err)
		}
	})
}

func TestReadRoot_format(t *testing.T) {
	t.Run("takes the last of two lines", func(t *testing.T) {
		for _, end := range []string{"", "\n"} {
			root := writeRoot(t, goodLine+"\n"+canaryRoot+end)
			if root.ID() != "abcd1234" || !sameKeys(t, root, writeRoot(t, canaryRoot)) {
				t.Errorf("ID = %q", root.ID())
			}
		}
	})
	key := strings.TrimPrefix(goodLine, "dagpass-root-v1:0a1b2c3d:")
	for name, text := range map[string]string{
		"nothing":                  "",
		"an empty line":            "\n",
		"three lines":              goodLine + "\n" + goodLine + "\n" + goodLine + "\n",
		"an empty line at the end": goodLine + "\n\n",
		"a bad first line":         "x\n" + goodLine + "\n",
		"a bad second line":        goodLine + "\nx\n",
		"another scheme":           strings.Replace(goodLine, "v1", "v2", 1),
		"no key id":                "dagpass-root-v1::" + key,
		"a long key id":            "dagpass-root-v1:0a1b2c3d4:" + key,
		"an upper-case key id":     "dagpass-root-v1:0A1B2C3D:" + key,
		"a fourth field":           goodLine + ":x",
		"no key":                   "dagpass-root-v1:0a1b2c3d:",
		"31 bytes":                 "dagpass-root-v1:0a1b2c3d:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
		"33 bytes":                 "dagpass-root-v1:0a1b2c3d:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
		"no padding":               strings.TrimSuffix(goodLine, "="),
		"stray bits":               strings.Replace(goodLine, "8=", "9=", 1),
		"a carriage return":        goodLine + "\r\n",
		"a space in front":         " " + goodLine,
		"a byte order mark":        "\ufeff" + goodLine,
		"a huge file":              strings.Repeat(goodLine+"\n", 100000),
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			root, err := secret.ReadRoot(rootFile(t, text, 0o600), true)
			if !errors.Is(err, secret.ErrRootFormat) {
				t.Errorf("error = %v, ID %q", err, root.ID())
			}
		})
	}
}

// sameKeys reports whether two roots lead to the same keys.
func sameKeys(t *testing.T, a, b secret.Root) bool {
	t.Helper()
	keyring, err := secret.NewKeyring(a, "inst")
	if err != nil {
		t.Fatal(err)
	}
	other, err := secret.NewKeyring(b, "inst")
	if err != nil {
		t.Fatal(err)
	}
	return keyring.CheckEqual(other.Check())
}
