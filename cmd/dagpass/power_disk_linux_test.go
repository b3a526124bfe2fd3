package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
)

// disk is what a trace left of the database's files: what certainly survives a loss of power, and what may.
// A write survives when an fsync of its file that began after it has ended; a file is made or removed for
// certain when an fsync of its directory has ended.
type disk struct {
	dir             string
	entries, synced map[string]*inode // by path: as the program sees them, and as they survive
}

// inode is a file, whatever it is called.
type inode struct {
	synced  []byte
	pending []call
}

// newDisk begins with files that survive.
func newDisk(dir string, files map[string][]byte) *disk {
	d := &disk{dir: dir, entries: map[string]*inode{}}
	for path, content := range files {
		d.entries[path] = &inode{synced: slices.Clone(content)} // it is written into
	}
	d.synced = maps.Clone(d.entries)
	return d
}

// about reports whether a call is about a file that counts. The index of the log is made anew from it, and
// nothing is ever written to the key and the lock again.
func (d *disk) about(c call) bool {
	name := filepath.Base(c.path)
	return c.path == d.dir || filepath.Dir(c.path) == d.dir && (name == databaseName || name == databaseName+"-wal")
}

// apply does what a call did.
func (d *disk) apply(t *testing.T, c call) {
	t.Helper()
	if !d.about(c) {
		return
	}
	file := d.entries[c.path]
	if file == nil && c.path != d.dir && c.name != "open" {
		t.Fatalf("the proof does not know the file of %s", c)
	}
	switch c.name {
	case "open":
		if c.creates && file == nil {
			d.entries[c.path] = &inode{}
		}
	case "unlink":
		delete(d.entries, c.path)
	case "pwrite64", "ftruncate":
		file.pending = append(file.pending, c)
	case "fsync", "fdatasync":
		if c.path == d.dir {
			d.synced = maps.Clone(d.entries)
			return
		}
		file.sync(c)
	default:
		t.Fatalf("the proof does not know what %s of %s means", c.name, c.path)
	}
}

// sync makes sure of what ended before the fsync began.
func (i *inode) sync(fsync call) {
	i.pending = slices.DeleteFunc(i.pending, func(c call) bool {
		if c.ended > fsync.began {
			return false
		}
		i.synced = c.on(i.synced)
		return true
	})
}

// on returns a file's content after a write or a truncation, in the same memory where it fits.
func (c call) on(content []byte) []byte {
	if c.name == "ftruncate" {
		return resized(content, int(c.at))
	}
	content = resized(content, max(len(content), int(c.at)+len(c.data)))
	copy(content[c.at:], c.data)
	return content
}

func resized(content []byte, size int) []byte {
	if size <= len(content) {
		return content[:size]
	}
	return append(content, make([]byte, size-len(content))...)
}

// survival is what a loss of power does with what no fsync made sure of.
type survival int

const (
	nothingElse survival = iota // all of it is lost
	anything                    // each write is there or not, in no order
	torn                        // each sector of each write is there or not
	everything                  // all of it is there: the power was not lost
)

var survivals = map[survival]string{nothingElse: "only what was synced", anything: "some writes", torn: "some sectors", everything: "everything"}

func (s survival) String() string { return survivals[s] }

// sector is the least that a disk writes as a whole.
const sector = 512

// image is what is found after a loss of power now.
func (d *disk) image(how survival, by *dice) map[string][]byte {
	entries := d.synced
	if how == everything || how != nothingElse && by.roll(2) == 0 {
		entries = d.entries
	}
	files := map[string][]byte{}
	for _, path := range slices.Sorted(maps.Keys(entries)) { // in order, so that the dice fall alike
		content := slices.Clone(entries[path].synced)
		for _, c := range entries[path].pending {
			content = c.survive(content, how, by)
		}
		files[filepath.Base(path)] = content
	}
	return files
}

// survive applies what is left of a call that nothing made sure of.
func (c call) survive(content []byte, how survival, by *dice) []byte {
	switch {
	case how == everything || how == anything && by.roll(2) == 0 || how == torn && c.name == "ftruncate" && by.roll(2) == 0:
		return c.on(content)
	case how != torn || c.name == "ftruncate":
		return content
	}
	for _, part := range c.sectors() {
		if by.roll(2) == 0 {
			content = part.on(content)
		}
	}
	return content
}

// sectors takes a write apart where sectors of the file begin.
func (c call) sectors() []call {
	var parts []call
	for len(c.data) > 0 {
		n := min(len(c.data), sector-int(c.at%sector))
		parts = append(parts, call{name: c.name, at: c.at, data: c.data[:n]})
		c.at, c.data = c.at+int64(n), c.data[n:]
	}
	return parts
}

// asWithNormal is the trace as it would be with synchronous=NORMAL: the log is synced where its header was
// written and before a checkpoint writes to the database, and no more at each commit.
func (d *disk) asWithNormal(calls []call) []call {
	log := filepath.Join(d.dir, databaseName+"-wal")
	var kept []call
	for i, c := range calls {
		if c.name == "fsync" && c.path == log && !headerBefore(kept, log) && !d.checkpointAfter(calls[i+1:]) {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

const logHeaderSize = 32

func headerBefore(calls []call, log string) bool {
	for _, c := range slices.Backward(calls) {
		if c.path == log {
			return c.name == "pwrite64" && c.at == 0 && len(c.data) == logHeaderSize
		}
	}
	return false
}

// checkpointAfter reports whether the database is written to before the log is.
func (d *disk) checkpointAfter(calls []call) bool {
	for _, c := range calls {
		if d.about(c) && (c.name == "pwrite64" || c.name == "ftruncate") {
			return filepath.Base(c.path) == databaseName
		}
	}
	return false
}

func (c call) String() string { return fmt.Sprintf("%s %s %d+%d", c.name, c.path, c.at, len(c.data)) }
