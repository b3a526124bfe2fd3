package db

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"dagpass/internal/audit"
)

// Manifest describes a backup. It lies beside the copy, as FILE.json, is written after it, and holds no
// secret.
type Manifest struct {
	Version      string       `json:"version"` // of the program that made it
	Time         time.Time    `json:"time"`
	Installation string       `json:"installation"`
	Schema       int64        `json:"schema"`
	Size         int64        `json:"size"`
	SHA256       string       `json:"sha256"`
	Heads        []audit.Head `json:"-"`
}

// manifestFile is a manifest as it is stored.
type manifestFile struct {
	Manifest
	Heads []string `json:"auditHeads"` // as [audit.Head.String] writes them
}

// manifestLimit is more than any manifest is long, and keeps a wrong path from filling memory.
const manifestLimit = 16 << 20

// ManifestPath is where the manifest of a backup lies.
func ManifestPath(backup string) string { return backup + ".json" }

// ReadManifest reads the manifest of a backup. The error wraps fs.ErrNotExist when there is none.
func ReadManifest(backup string) (Manifest, error) {
	path := ManifestPath(backup)
	info, err := os.Stat(path)
	if err == nil && info.Size() > manifestLimit {
		err = errors.New("it is too long")
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("the manifest %s: %w", path, err)
	}
	var m manifestFile
	if err := json.Unmarshal(text, &m); err != nil {
		return Manifest{}, fmt.Errorf("the manifest %s is not one of Dagpass: %w", path, err)
	}
	for _, text := range m.Heads {
		head, err := audit.ParseHead(text)
		if err != nil {
			return Manifest{}, fmt.Errorf("the manifest %s is not one of Dagpass: %q is %w", path, text, err)
		}
		m.Manifest.Heads = append(m.Manifest.Heads, head)
	}
	return m.Manifest, nil
}

// write stores the manifest beside the backup.
func (m Manifest) write(backup string) error {
	stored := manifestFile{Manifest: m}
	for _, head := range m.Heads {
		stored.Heads = append(stored.Heads, head.String())
	}
	text, err := json.MarshalIndent(stored, "", "  ")
	if err != nil {
		return err
	}
	path := ManifestPath(backup)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}
