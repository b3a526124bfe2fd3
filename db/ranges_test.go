package db

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"dagpass/internal/access"
)

func (db *DB) allow(tb testing.TB, org access.OrgID, texts ...string) {
	tb.Helper()
	must(tb, db.update(tb.Context(), func(tx *Tx) error {
		by := access.System(access.Origin{}).Person()
		for _, text := range texts {
			if err := tx.InsertRange(access.Range{ID: access.RangeID(tx.NewID()), Org: org, Text: text, Prefix: netip.MustParsePrefix(text),
				CreatedAt: tx.now, CreatedBy: by, UpdatedAt: tx.now, UpdatedBy: by}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestIntegrity_anAlteredRange: it lets nobody in, and does not open the Organization either.
func TestIntegrity_anAlteredRange(t *testing.T) {
	for name, statement := range map[string]string{
		"one that was widened":                         `UPDATE address_ranges SET prefix = '40000000000'`,
		"one whose text was changed":                   `UPDATE address_ranges SET range_text = '0.0.0.0/0'`,
		"one whose code was removed":                   `UPDATE address_ranges SET row_mac = x''`,
		"one whose prefix is none":                     `UPDATE address_ranges SET prefix = ''`,
		"one that was moved to another row's identity": `UPDATE address_ranges SET id = 'c00000000000000000000000a'`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSmall(t)
			s.db.allow(t, s.org.Org.ID, "192.0.2.0/24")
			s.user.Origin.Address, s.token.Origin.Address = "192.0.2.7", "192.0.2.7"
			for _, by := range []access.Actor{s.user, s.token} {
				if g, err := s.held(t, by); err != nil || g.Barred != nil {
					t.Fatalf("barred before: %+v, %v", g, err)
				}
			}
			s.alter(t, statement)
			for _, by := range []access.Actor{s.user, s.token} {
				if g, err := s.held(t, by); err != nil || g.Barred == nil {
					t.Errorf("let in: %+v, %v", g, err)
				}
			}
		})
	}
}

// TestStatements_rangesAreFoundByIndex: looking whether an address is admitted never reads the ranges
// one by one.
func TestStatements_rangesAreFoundByIndex(t *testing.T) {
	i := installed(t)
	i.open(t)
	raw := i.raw(t)
	for query, want := range map[string]string{
		sqlRestricted:          "organization_id=?",
		sqlSessionUser:         "organization_id=?",
		sqlGrantsOfToken:       "organization_id=?",
		sqlCovering:            "organization_id=? AND prefix=?",
		sqlRangesByAddress:     "organization_id=?",
		sqlRangesByCreated:     "address_ranges_created",
		sqlRangesByUpdatedDesc: "address_ranges_updated",
	} {
		plan := strings.Join(explain(t, raw, query), "; ")
		if !strings.Contains(plan, want) || strings.Contains(plan, "SCAN a") || strings.Contains(plan, "ORDER BY") {
			t.Errorf("%s\nis read by %s", query, plan)
		}
	}
}

// BenchmarkGrants_ranges is what a decision costs without ranges, and with many.
func BenchmarkGrants_ranges(b *testing.B) {
	i := newInstallation(b)
	f := &filled{db: i.open(b)}
	must(b, f.db.update(b.Context(), f.found))
	must(b, f.db.update(b.Context(), func(tx *Tx) error { return f.insertBatch(tx, 0, 1) }))
	measure := func(name, address string) {
		by := f.actors[0]
		by.Origin.Address = address
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(b, f.db.view(b.Context(), func(tx *Tx) error { _, err := tx.Grants(by, f.big); return err }))
			}
		})
	}
	measure("none", "10.0.0.1")
	var many []string
	for n := range 10_000 {
		many = append(many, fmt.Sprintf("10.%d.%d.0/24", n/256, n%256))
	}
	f.db.allow(b, f.big.Org, append(many, "2001:db8::/32")...)
	measure("10000, IPv4", "10.3.2.1")
	measure("10000, IPv6", "2001:db8::1")
	measure("10000, outside", "2001:db9::1")
}
