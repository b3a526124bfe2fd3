package db

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dagpass/internal/secret"
)

// errAltered says that a row does not carry the authentication code that belongs to it. It never
// leaves the package: the row counts as absent.
var errAltered = errors.New("db: altered row")

// authority is the columns of a row that grant something, in the order in which they are sealed.
type authority struct {
	table string
	row   string // names the row in the log and the record; never a secret
	bytes []byte // the columns, one behind the other
	ends  []int  // where each ends
}

// sealedOf begins the columns of a row.
func sealedOf(table, row string) authority {
	return authority{table: table, row: row, bytes: make([]byte, 0, 256), ends: make([]int, 0, 12)}
}

func (a authority) end() authority {
	a.ends = append(a.ends, len(a.bytes))
	return a
}

// text adds columns of text that are never NULL.
func (a authority) text(values ...string) authority {
	for _, v := range values {
		a.bytes = append(a.bytes, v...)
		a = a.end()
	}
	return a
}

// blob adds a column of bytes.
func (a authority) blob(v []byte) authority {
	a.bytes = append(a.bytes, v...)
	return a.end()
}

// number adds columns of integers.
func (a authority) number(values ...int64) authority {
	for _, v := range values {
		a.bytes = binary.BigEndian.AppendUint64(a.bytes, uint64(v))
		a = a.end()
	}
	return a
}

// instant adds a column of time, where the zero time is NULL and shorter than any other.
func (a authority) instant(t time.Time) authority {
	if t.IsZero() {
		return a.end()
	}
	return a.number(t.UnixMilli())
}

func (a authority) columns() [][]byte {
	out := make([][]byte, len(a.ends))
	start := 0
	for i, end := range a.ends {
		out[i] = a.bytes[start:end]
		start = end
	}
	return out
}

func (a authority) seal(k *secret.Keyring) []byte { return k.RowMAC(a.table, a.columns()...) }

// check returns errAltered unless mac is the code of the row, and sees to it that an altered row is
// reported.
func (tx *Tx) check(a authority, mac []byte) error {
	if tx.db.keyring.RowMACEqual(mac, a.table, a.columns()...) {
		return nil
	}
	tx.db.integrity.altered(tx.db.log, a)
	return errAltered
}

// integrity remembers what was found altered or damaged since the start.
type integrity struct {
	bad     atomic.Bool
	waiting atomic.Bool // there are rows to be recorded

	mu      sync.Mutex
	damaged bool // the file itself
	seen    map[string]bool
	queue   []authority
}

// altered notes a row, once.
func (i *integrity) altered(log *slog.Logger, a authority) {
	i.bad.Store(true)
	i.mu.Lock()
	defer i.mu.Unlock()
	key := a.table + " " + a.row
	if i.seen[key] {
		return
	}
	if i.seen == nil {
		i.seen = map[string]bool{}
	}
	i.seen[key] = true
	i.queue = append(i.queue, a)
	i.waiting.Store(true)
	log.Error("a row of the database was altered outside Dagpass and is ignored; restore it from a backup",
		"table", a.table, "row", a.row, "altered_rows", len(i.seen))
}

// damage notes that SQLite found the file damaged.
func (i *integrity) damage(log *slog.Logger, err error) {
	i.mu.Lock()
	i.damaged = true
	i.mu.Unlock()
	if !i.bad.Swap(true) {
		log.Error("the database file is damaged; stop Dagpass and restore the file from a backup", "error", err)
	}
}

// found counts what was found altered or damaged.
func (i *integrity) found() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := len(i.seen)
	if i.damaged {
		n++
	}
	return n
}

// take returns the rows that are to be recorded.
func (i *integrity) take() []authority {
	if !i.waiting.Load() {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	rows := slices.Clone(i.queue)
	i.queue = nil
	i.waiting.Store(false)
	return rows
}
