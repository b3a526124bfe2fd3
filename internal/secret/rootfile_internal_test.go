package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

// The owner of a file can only be changed by root, so the rule is tested on its own.
func TestCheckOwn(t *testing.T) {
	for _, tt := range []struct {
		mode      fs.FileMode
		owner, us int
		ok        bool
	}{
		{0o600, 1000, 1000, true},
		{0o400, 0, 0, true},
		{0o600, 0, 1000, false},
		{0o600, 1000, 0, false},
		{0o600, 1001, 1000, false},
		{0o640, 1000, 1000, false},
		{0o500, 1000, 1000, false},
		{0o000, 1000, 1000, false},
	} {
		t.Run(fmt.Sprintf("mode %04o of user %d read by %d", tt.mode, tt.owner, tt.us), func(t *testing.T) {
			err := checkOwn("root.key", tt.mode, tt.owner, tt.us)
			if tt.ok != (err == nil) || (!tt.ok && !errors.Is(err, ErrUnsafeFile)) {
				t.Errorf("error = %v, want accepted %t", err, tt.ok)
			}
		})
	}
}
