package storetest

import (
	"net/netip"
	"testing"

	"dagpass/internal/access"
)

func (h *house) allow(t *testing.T, org access.OrgID, text string) access.Range {
	t.Helper()
	var r access.Range
	h.update(t, func(tx access.Tx) error {
		by := system().Person()
		r = access.Range{ID: access.RangeID(tx.NewID()), Org: org, Text: text, Prefix: netip.MustParsePrefix(text).Masked(),
			CreatedAt: tx.Now(), CreatedBy: by, UpdatedAt: tx.Now(), UpdatedBy: by}
		return tx.InsertRange(r)
	})
	return r
}

// testRanges: product.md 4.7.
func testRanges(t *testing.T, h *house) {
	org := h.acme.Org.ID
	admits := func(t *testing.T, org access.OrgID, address string, want bool) {
		t.Helper()
		h.view(t, func(tx access.Tx) error {
			got, err := tx.Admits(org, address)
			if got != want {
				t.Errorf("%q is admitted: %t", address, got)
			}
			return err
		})
	}
	t.Run("an Organization without ranges admits everybody", func(t *testing.T) {
		admits(t, org, "198.51.100.9", true)
		admits(t, org, "", true)
	})
	ten := h.allow(t, org, "10.1.2.3/8")
	t.Run("a range comes back as it was stored", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			got, err := tx.Range(org, ten.ID)
			if got.Text != "10.1.2.3/8" || got.Prefix != ten.Prefix || !got.CreatedAt.Equal(ten.CreatedAt) || got.CreatedBy.Name != "Dagpass" {
				t.Errorf("got %+v", got)
			}
			return err
		})
	})
	for _, text := range []string{"192.0.2.1/32", "203.0.113.0/31", "2001:db8::/33", "2001:db8:ffff::1/128"} {
		h.allow(t, org, text)
	}
	for address, want := range map[string]bool{
		"10.0.0.0": true, "10.255.255.255": true, "::ffff:10.9.9.9": true, "9.255.255.255": false, "11.0.0.0": false,
		"192.0.2.1": true, "192.0.2.0": false, "192.0.2.2": false, "203.0.113.1": true, "203.0.113.2": false,
		"2001:db8:7fff::": true, "2001:db8:8000::": false, "2001:db8:ffff::1": true, "2001:db8:ffff::2": false,
		"::10.0.0.1": false, "": false, "10": false, "10.0.0.1:80": false,
	} {
		t.Run("an address is in or out to the last bit: "+address, func(t *testing.T) { admits(t, org, address, want) })
	}
	t.Run("a range of all addresses of a family admits that family alone", func(t *testing.T) {
		all := h.allow(t, h.other.Org.ID, "0.0.0.0/0")
		admits(t, h.other.Org.ID, "198.51.100.9", true)
		admits(t, h.other.Org.ID, "2001:db8::1", false)
		h.update(t, func(tx access.Tx) error { return tx.DeleteRange(all) })
		admits(t, h.other.Org.ID, "2001:db8::1", true)
	})
	t.Run("one of another Organization is not found, and a prefix is taken in its own alone", func(t *testing.T) {
		foreign := ten
		foreign.Org = h.other.Org.ID
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Range(foreign.Org, ten.ID); return err })
		h.fails(t, access.NotFound, func(tx access.Tx) error { return tx.DeleteRange(foreign) })
		twin := ten
		twin.ID, twin.Text = "c00000000000000000000000a", "10.0.0.0/8"
		wantReason(t, h.fails(t, access.Conflict, func(tx access.Tx) error { return tx.InsertRange(twin) }), access.ReasonTaken)
		h.allow(t, h.other.Org.ID, "10.0.0.0/8")
	})
}
