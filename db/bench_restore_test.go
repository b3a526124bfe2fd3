package db

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

// restoreSize is how large the database of [BenchmarkRestore] is.
const restoreSize = 1 << 30

// BenchmarkRestore is the figure of security.md 20 row 10: how long a backup takes, and a restoration by
// each choice, of a database of 1 GB with 105,000 API tokens of which every tenth ended since, and the rest
// of it audit record. It needs five times that on disk.
//
//	go test ./db -run '^$' -bench BenchmarkRestore -benchtime 1x -timeout 30m
func BenchmarkRestore(b *testing.B) {
	i := newInstallation(b)
	f := fillIn(b, i)
	f.fillRecord(b, filepath.Join(i.cfg.Dir, fileName))
	file := filepath.Join(b.TempDir(), "backup.db")
	var made Manifest
	timed := func(name string, do func() error) {
		b.Run(name, func(b *testing.B) {
			before := cpuTime(b)
			for b.Loop() {
				must(b, do())
			}
			b.ReportMetric((cpuTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(float64(made.Size)/(1<<30), "GiB")
		})
	}
	timed("backup", func() (err error) {
		must(b, dropBackup(file))
		made, err = f.db.Backup(b.Context(), file, "bench")
		return err
	})
	must(b, f.db.update(b.Context(), func(tx *Tx) error { return f.endSome(tx) }))
	must(b, f.db.writer.checkpoint())
	live := len(f.actors)
	for name, how := range map[string]Revival{
		"end-all-tokens": {EndAllTokens: true}, "replay": {Replay: filepath.Join(i.cfg.Dir, fileName)}, "accept-revival": {Accept: &live},
	} {
		timed(name, func() error {
			cfg := i.cfg
			cfg.Dir = filepath.Join(b.TempDir(), "restored")
			defer os.RemoveAll(cfg.Dir)
			done, err := Restore(b.Context(), cfg, Source{File: file, Manifest: &made}, how)
			if want := live - live/10; how.Replay != "" && done.Tokens != want {
				b.Errorf("%d tokens live on, want %d", done.Tokens, want)
			}
			return err
		})
	}
}

// cpuTime is what the process has computed so far, which says more than the time it took where other
// programs run too.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// fillRecord appends events until the database is as large as it is to be.
func (f *filled) fillRecord(b *testing.B, path string) {
	b.Helper()
	for {
		must(b, f.db.writer.checkpoint())
		if info, err := os.Stat(path); err != nil || info.Size() >= restoreSize {
			must(b, err)
			return
		}
		must(b, f.db.update(b.Context(), func(tx *Tx) error {
			for k := range benchBatch {
				e := tx.systemEvent(audit.TokenRotate, audit.TargetToken, string(f.ids[k]), "pipeline")
				e.OrganizationID, e.Details = string(f.big.Org), []audit.Change{{Field: "generation", Before: "1", After: "2"}}
				if err := tx.Append(e); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// endSome ends the value of every tenth token.
func (f *filled) endSome(tx *Tx) error {
	for k := 0; k < len(f.actors)/10; k++ {
		if err := tx.endValue(access.TokenID(f.actors[k*10].ID), access.EndedByRevocation, tx.now.Add(time.Second)); err != nil {
			return err
		}
	}
	return nil
}
