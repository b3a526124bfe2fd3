package access

import (
	"fmt"
	"net/netip"
	"time"

	"dagpass/internal/audit"
)

// MaxRangeBatch is how many ranges one call adds or removes (astro-api 4.7).
const MaxRangeBatch = 1000

// SortByAddress orders ranges by family, address and length.
const SortByAddress = "address"

// Range is a set of addresses from which an Organization may be used. An Organization without any may
// be used from everywhere (product.md 4.7).
type Range struct {
	ID  RangeID
	Org OrgID
	// Text is the range as it was submitted. Terraform compares texts, so it is never made canonical.
	Text string
	// Prefix is what the text means: masked, and IPv4 when it was written as IPv4 mapped into IPv6.
	Prefix    netip.Prefix
	CreatedAt time.Time
	CreatedBy Person
	UpdatedAt time.Time
	UpdatedBy Person
}

func (r Range) target() Target { return Target{audit.TargetRange, string(r.ID), r.Text} }

// RangeTx is the storage of address ranges.
type RangeTx interface {
	// Ranges returns one page of the ranges of an Organization and how many there are, ordered by
	// [SortByAddress], [SortByCreated] or [SortByUpdated].
	Ranges(org OrgID, s Sort, p Page) ([]Range, int, error)
	// Range returns one. NotFound when absent or of another Organization.
	Range(org OrgID, id RangeID) (Range, error)
	// InsertRange stores a new one. Conflict, reason taken, for a prefix the Organization has.
	InsertRange(r Range) error
	// DeleteRange removes one. NotFound when it is gone.
	DeleteRange(r Range) error
	// Admits reports whether the Organization may be used from an address: it has no ranges, or one
	// that covers it. A range that was altered beside the program covers nothing and still restricts.
	Admits(org OrgID, address string) (bool, error)
}

// ParseRange returns what a range in CIDR notation means, or the problem with it. Bits behind the
// length are masked away.
func ParseRange(field, text string) (netip.Prefix, *FieldProblem) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, &FieldProblem{field, "cidr", "Use a range in CIDR notation, like 203.0.113.0/24 or 2001:db8::/32."}
	}
	if !p.Addr().Is4In6() {
		return p.Masked(), nil
	}
	const mapped = 96 // where the IPv4 address begins (RFC 4291, section 2.5.5.2)
	if p.Bits() < mapped {
		return netip.Prefix{}, &FieldProblem{field, "cidr", "Write a range of IPv4 addresses in the IPv4 form, like 203.0.113.0/24."}
	}
	return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped).Masked(), nil
}

// ParseAddress returns the address of an [Origin] as ranges are compared with it: without a zone, and
// IPv4 when it is mapped into IPv6. What is no address is in no range.
func ParseAddress(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(text)
	return a.Unmap().WithZone(""), err == nil
}

// AddressRefused is the answer to a member of an Organization who comes from outside its ranges.
func AddressRefused(address string) *Error {
	return &Error{Code: Forbidden, Reason: ReasonAddress, Message: fmt.Sprintf(
		"This Organization can't be used from your address, %s. Connect from a network it allows, or ask an Organization Owner to allow this one.", shownAddress(address))}
}

func shownAddress(address string) string {
	if address == "" {
		return "which is unknown"
	}
	return address
}
