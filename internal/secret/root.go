package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const (
	rootScheme   = "dagpass-root-v1"
	rootKeySize  = 32
	rootIDLength = 8
	rootMaxLines = 2
)

// ErrRootFormat is wrapped by the errors of [ReadRoot] about a file whose content is not a root key.
var ErrRootFormat = errors.New("not a root key file")

// Root is the root key of an installation: 32 random bytes with a name. All keys of a [Keyring] are
// derived from it; whoever has it and the database can do everything. It prints as [redacted].
type Root struct {
	redacted
	id            string
	key           Value // rootKeySize bytes
	groupReadable bool
}

// ID returns the name of the root key, 8 characters of [0-9a-z]. It is no secret and is stored with
// what was made under the key.
func (r Root) ID() string { return r.id }

// GroupReadable reports whether the file that [ReadRoot] read may be read by its group. Kubernetes
// volumes with an fsGroup look like that, so it is worth a warning and no refusal.
func (r Root) GroupReadable() bool { return r.groupReadable }

func newRoot() Root {
	return Root{id: Base36(rootIDLength), key: NewValue(string(randomBytes(rootKeySize)))}
}

// line returns the line of the key file: dagpass-root-v1:<key id>:<base64>.
func (r Root) line() string {
	return rootScheme + ":" + r.id + ":" + base64.StdEncoding.EncodeToString(r.key.bytes()) + "\n"
}

// parseRoot reads the content of a key file. A second line is there while the root key is being
// replaced; the last line is the current one.
func parseRoot(text string) (Root, error) {
	if text == "" {
		return Root{}, fmt.Errorf("%w: it is empty", ErrRootFormat)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) > rootMaxLines {
		return Root{}, fmt.Errorf("%w: it has more than %d lines", ErrRootFormat, rootMaxLines)
	}
	var root Root
	for i, line := range lines {
		var err error
		if root, err = parseRootLine(line); err != nil {
			return Root{}, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return root, nil
}

// parseRootLine never puts a part of the line into its error: the line is the secret.
func parseRootLine(line string) (Root, error) {
	fields := strings.Split(line, ":")
	if len(fields) != 3 || fields[0] != rootScheme {
		return Root{}, fmt.Errorf("%w: want %s:<key id>:<base64>", ErrRootFormat, rootScheme)
	}
	if !isBase36(fields[1], rootIDLength) {
		return Root{}, fmt.Errorf("%w: the key id has %d characters of [0-9a-z]", ErrRootFormat, rootIDLength)
	}
	key, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil || len(key) != rootKeySize {
		return Root{}, fmt.Errorf("%w: the key is not the base64 of %d bytes", ErrRootFormat, rootKeySize)
	}
	root := Root{id: fields[1], key: NewValue(string(key))}
	if root.line() != line+"\n" { // the decoder overlooks carriage returns and stray bits
		return Root{}, fmt.Errorf("%w: the base64 is not written in the usual way", ErrRootFormat)
	}
	return root, nil
}
