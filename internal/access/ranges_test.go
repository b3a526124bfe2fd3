package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// from is an actor who comes from another address.
func from(by access.Actor, address string) access.Actor {
	by.Origin.Address = address
	return by
}

const inside, outside = "192.0.2.7", "198.51.100.9" // everyone in the house comes from inside

func texts(ranges []access.Range) []string {
	var out []string
	for _, r := range ranges {
		out = append(out, r.Text)
	}
	return out
}

// TestRanges_Gate: product.md 4.7, an Organization with ranges is used from inside them alone.
func TestRanges_Gate(t *testing.T) {
	h := dagpasstest.New(t)
	other, hive, albert := h.Elsewhere()
	owner := h.Actor(h.Owner)
	mia := h.Actor(h.Member("Mia", h.Workspace.Scope(), access.WorkspaceMember))
	_, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceOwner)
	verified := func(address string) access.Actor {
		by, err := h.Tokens.Verify(t.Context(), value, access.Origin{Address: address})
		wantCode(t, err, "")
		return by
	}
	find := func(by access.Actor) error { _, _, err := h.Orgs.Find(t.Context(), by, h.Org.ID); return err }
	enter := func(by access.Actor) error {
		_, _, err := h.Workspaces.Find(t.Context(), by, h.Workspace.ID)
		return err
	}

	t.Run("without ranges it is used from everywhere", func(t *testing.T) {
		for _, address := range []string{inside, outside, "2001:db8::1", ""} {
			wantCode(t, find(from(owner, address)), "")
		}
	})
	_, err := h.Ranges.Add(t.Context(), owner, h.Org.ID, "192.0.2.0/24")
	wantCode(t, err, "")

	t.Run("people and tokens from inside go on, also when their IPv4 address is mapped into IPv6", func(t *testing.T) {
		for _, by := range []access.Actor{owner, mia, from(mia, "::ffff:192.0.2.1"), verified(inside)} {
			wantCode(t, enter(by), "")
		}
	})
	t.Run("from outside every reading is refused, and says the address", func(t *testing.T) {
		for _, address := range []string{outside, "192.0.3.0", "2001:db8::1", "", "not an address"} {
			for _, by := range []access.Actor{from(owner, address), from(mia, address), verified(address)} {
				wantReason(t, find(by), access.ReasonAddress)
				wantReason(t, enter(by), access.ReasonAddress)
			}
		}
		if text := access.AsError(find(from(mia, outside))).Message; !strings.Contains(text, outside) {
			t.Errorf("says %q", text)
		}
	})
	t.Run("a change is refused, recorded with why, and changes nothing", func(t *testing.T) {
		_, err := h.Workspaces.Create(t.Context(), from(owner, outside), h.Org.ID, access.NewWorkspace{Name: "Night"})
		wantReason(t, err, access.ReasonAddress)
		if got := h.LastEvent(); got != "workspace.create denied  by Owner 01" {
			t.Error(got)
		}
		list, err := h.Workspaces.List(t.Context(), owner, h.Org.ID, "Night", access.Sort{By: access.SortByName}, access.Page{Limit: 5})
		if err != nil || list.Matching != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
	t.Run("what is asked of an actor about itself tells nothing either", func(t *testing.T) {
		for _, by := range []access.Actor{from(mia, outside), verified(outside)} {
			orgs, err := h.Orgs.Mine(t.Context(), by)
			wantReason(t, err, access.ReasonAddress)
			mine, n, failed := h.Workspaces.Mine(t.Context(), by, h.Org.ID, 10)
			wantReason(t, failed, access.ReasonAddress)
			if len(orgs)+len(mine)+n > 0 {
				t.Errorf("told %v, %v", orgs, mine)
			}
		}
		bound, err := h.Tokens.Bound(t.Context(), verified(outside))
		wantReason(t, err, access.ReasonAddress)
		if len(bound) > 0 {
			t.Errorf("told %v", bound)
		}
	})
	t.Run("strangers find nothing, whatever their address", func(t *testing.T) {
		for _, address := range []string{inside, outside} {
			wantCode(t, find(from(h.Actor(albert), address)), access.NotFound)
			wantCode(t, enter(from(h.Actor(albert), address)), access.NotFound)
		}
	})
	t.Run("what a member may not see stays hidden from outside", func(t *testing.T) {
		secret := h.NewWorkspace("Secret")
		_, _, err := h.Workspaces.Find(t.Context(), from(mia, outside), secret.ID)
		wantCode(t, err, access.NotFound)
	})
	t.Run("other Organizations are not concerned", func(t *testing.T) {
		_, _, err := h.Workspaces.Find(t.Context(), from(h.Actor(albert), outside), hive.ID)
		wantCode(t, err, "")
		orgs, err := h.Orgs.Mine(t.Context(), from(h.Actor(albert), outside))
		if err != nil || len(orgs) != 1 || orgs[0].ID != other.ID {
			t.Errorf("%v, %v", orgs, err)
		}
	})
	t.Run("the program itself is exempt", func(t *testing.T) {
		wantCode(t, find(dagpasstest.System()), "")
	})
	t.Run("a change of the ranges acts on the next request", func(t *testing.T) {
		_, err := h.Ranges.Add(t.Context(), owner, h.Org.ID, "198.51.100.9/32")
		wantCode(t, err, "")
		wantCode(t, enter(from(mia, outside)), "")
	})
}

// TestRanges_Add: contract 4.7.
func TestRanges_Add(t *testing.T) {
	h := dagpasstest.New(t)
	_, _, albert := h.Elsewhere()
	owner := h.Actor(h.Owner)
	refused := func(t *testing.T, reason string, text ...string) error {
		t.Helper()
		before := h.Dump()
		_, err := h.Ranges.AddMany(t.Context(), owner, h.Org.ID, text)
		wantReason(t, err, reason)
		if h.Dump() != before {
			t.Error("something changed")
		}
		return err
	}
	t.Run("the first one must cover the caller's own address", func(t *testing.T) {
		err := refused(t, access.ReasonLockedOut, "10.0.0.0/8", "2001:db8::/32")
		if access.CodeOf(err) != access.Invalid || !strings.Contains(access.AsError(err).Message, inside) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("it is kept as it was submitted, and recorded", func(t *testing.T) {
		r, err := h.Ranges.Add(t.Context(), owner, h.Org.ID, "192.0.2.200/24")
		wantCode(t, err, "")
		if r.Text != "192.0.2.200/24" || r.Prefix.String() != "192.0.2.0/24" || r.CreatedBy.ID != string(h.Owner.ID) {
			t.Errorf("added %+v", r)
		}
		if got := h.LastEvent(); got != "address_range.create ok 192.0.2.200/24 by Owner 01" {
			t.Error(got)
		}
		org, _, err := h.Orgs.Find(t.Context(), owner, h.Org.ID)
		if err != nil || !org.Restricted {
			t.Errorf("found %+v, %v", org, err)
		}
	})
	t.Run("the same prefix is refused, however it is written, also twice in one list", func(t *testing.T) {
		for _, text := range []string{"192.0.2.0/24", "192.0.2.200/24", "::ffff:192.0.2.9/120"} {
			refused(t, access.ReasonTaken, "10.0.0.0/8", text)
		}
		refused(t, access.ReasonTaken, "10.0.0.0/8", "10.1.2.3/8")
	})
	t.Run("what is no range is refused with its place in the list", func(t *testing.T) {
		bad := []string{"", "10.0.0.1", "10.0.0.0/33", "10.0.0/8", " 10.0.0.0/8", "10.0.0.0/08", "fe80::1%eth0/64", "::ffff:10.0.0.0/90", "2001:db8::/129", "example.com/8"}
		for _, text := range bad {
			wantFields(t, refused(t, access.ReasonInvalid, "10.0.0.0/8", text), "allowedIpAddressRanges.1")
		}
		_, err := h.Ranges.Add(t.Context(), owner, h.Org.ID, "10")
		wantFields(t, err, "ipAddressRange")
	})
	t.Run("none, and more than a thousand, are refused", func(t *testing.T) {
		wantFields(t, refused(t, access.ReasonInvalid), "allowedIpAddressRanges")
		wantFields(t, refused(t, access.ReasonInvalid, make([]string, access.MaxRangeBatch+1)...), "allowedIpAddressRanges")
	})
	t.Run("a thousand are added at once", func(t *testing.T) {
		var many []string
		for i := range access.MaxRangeBatch {
			many = append(many, fmt.Sprintf("2001:db8:%x::/48", i))
		}
		added, err := h.Ranges.AddMany(t.Context(), owner, h.Org.ID, many)
		wantCode(t, err, "")
		if !slices.Equal(texts(added), many) {
			t.Error("they came back in another order")
		}
		wantCode(t, func() error {
			_, _, err := h.Orgs.Find(t.Context(), from(owner, "2001:db8:3e7::1"), h.Org.ID)
			return err
		}(), "")
	})
	t.Run("only Organization Owners see and change them, strangers find nothing", func(t *testing.T) {
		for who, want := range map[access.Actor]access.Code{
			h.Actor(h.Person("Mia", access.OrgBillingAdmin)): access.Forbidden,
			h.Actor(albert): access.NotFound,
		} {
			_, err := h.Ranges.Add(t.Context(), who, h.Org.ID, "bad")
			wantCode(t, err, want)
			_, _, err = h.Ranges.List(t.Context(), who, h.Org.ID, access.Sort{}, access.Page{Limit: 5})
			wantCode(t, err, want)
			wantCode(t, h.Ranges.RemoveMany(t.Context(), who, h.Org.ID, nil), want)
		}
	})
}

// TestRanges_Remove: contract 4.7, product.md 4.7.
func TestRanges_Remove(t *testing.T) {
	h := dagpasstest.New(t)
	owner := h.Actor(h.Owner)
	added, err := h.Ranges.AddMany(t.Context(), owner, h.Org.ID, []string{"192.0.2.0/24", "10.0.0.0/8", "2001:db8::/32"})
	wantCode(t, err, "")
	home, ten, six := added[0], added[1], added[2]
	unchanged := func(t *testing.T, reason string, err error, before string) {
		t.Helper()
		wantReason(t, err, reason)
		if h.Dump() != before {
			t.Error("something changed")
		}
	}
	t.Run("whoever would lock themselves out is refused, one by one and in bulk", func(t *testing.T) {
		before := h.Dump()
		unchanged(t, access.ReasonLockedOut, h.Ranges.Remove(t.Context(), owner, h.Org.ID, home.ID), before)
		unchanged(t, access.ReasonLockedOut, h.Ranges.RemoveMany(t.Context(), owner, h.Org.ID, []access.RangeID{home.ID, six.ID}), before)
	})
	t.Run("ids that name none and repeated ones are passed over in bulk", func(t *testing.T) {
		before := h.Dump()
		unchanged(t, "", h.Ranges.RemoveMany(t.Context(), owner, h.Org.ID, []access.RangeID{"", "nonsense", access.RangeID(h.Org.ID)}), before)
		wantCode(t, h.Ranges.RemoveMany(t.Context(), owner, h.Org.ID, []access.RangeID{six.ID, six.ID, "nonsense"}), "")
		if got := h.LastEvent(); got != "address_range.delete ok 2001:db8::/32 by Owner 01" {
			t.Error(got)
		}
	})
	t.Run("one that is not there is not found, nor is one of another Organization", func(t *testing.T) {
		wantCode(t, h.Ranges.Remove(t.Context(), owner, h.Org.ID, six.ID), access.NotFound)
		_, _, albert := h.Elsewhere()
		wantCode(t, h.Ranges.Remove(t.Context(), h.Actor(albert), h.Org.ID, home.ID), access.NotFound)
	})
	t.Run("all of them may go", func(t *testing.T) {
		wantCode(t, h.Ranges.RemoveMany(t.Context(), owner, h.Org.ID, []access.RangeID{home.ID, ten.ID}), "")
		_, _, err := h.Orgs.Find(t.Context(), from(owner, outside), h.Org.ID)
		wantCode(t, err, "")
	})
	t.Run("the program clears them for whoever is locked out", func(t *testing.T) {
		_, err := h.Ranges.Add(t.Context(), owner, h.Org.ID, "192.0.2.7/32")
		wantCode(t, err, "")
		n, err := h.Ranges.Clear(t.Context(), dagpasstest.System(), h.Org.ID)
		if err != nil || n != 1 || h.LastEvent() != "address_range.delete ok 192.0.2.7/32 by Dagpass" {
			t.Errorf("%d, %v, %s", n, err, h.LastEvent())
		}
		n, err = h.Ranges.Clear(t.Context(), dagpasstest.System(), h.Org.ID)
		if err != nil || n != 0 {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// TestRanges_List: contract 3.4.
func TestRanges_List(t *testing.T) {
	h := dagpasstest.New(t)
	owner := h.Actor(h.Owner)
	byAddress := []string{"9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "192.0.2.0/24", "2001:db8::/32"}
	for _, i := range []int{3, 0, 4, 2, 1} {
		_, err := h.Ranges.Add(t.Context(), owner, h.Org.ID, byAddress[i])
		wantCode(t, err, "")
	}
	list := func(s access.Sort, p access.Page) []string {
		rows, total, err := h.Ranges.List(t.Context(), owner, h.Org.ID, s, p)
		if err != nil || total != 5 {
			t.Errorf("%d, %v", total, err)
		}
		return texts(rows)
	}
	added := []string{byAddress[3], byAddress[0], byAddress[4], byAddress[2], byAddress[1]}
	for _, c := range []struct {
		by   string
		want []string
	}{{access.SortByAddress, byAddress}, {access.SortByCreated, added}, {access.SortByUpdated, added}} {
		t.Run("in the order of "+c.by+", both ways, and by pages", func(t *testing.T) {
			all := access.Page{Limit: 10}
			if got := list(access.Sort{By: c.by}, all); !slices.Equal(got, c.want) {
				t.Errorf("%v", got)
			}
			down := list(access.Sort{By: c.by, Desc: true}, all)
			slices.Reverse(down)
			if !slices.Equal(down, c.want) {
				t.Errorf("downwards %v", down)
			}
			if got := list(access.Sort{By: c.by}, access.Page{Limit: 2, Offset: 3}); !slices.Equal(got, c.want[3:]) {
				t.Errorf("page %v", got)
			}
		})
	}
	t.Run("the newest come first without an order, and past the end there is nothing", func(t *testing.T) {
		if got := list(access.Sort{}, access.Page{Limit: 1}); !slices.Equal(got, []string{byAddress[1]}) {
			t.Errorf("%v", got)
		}
		if got := list(access.Sort{}, access.Page{Limit: 1, Offset: 99}); len(got) != 0 {
			t.Errorf("%v", got)
		}
	})
}
