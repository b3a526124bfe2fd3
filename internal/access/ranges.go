package access

import (
	"context"
	"fmt"

	"dagpass/internal/audit"
)

// Ranges is the service of the addresses from which an Organization may be used. All of it takes the
// right to manage them, which Organization Owners have.
type Ranges struct{ store Store[Tx] }

// NewRanges returns the service over a store.
func NewRanges(s Store[Tx]) *Ranges { return &Ranges{s} }

// List returns one page of the ranges of an Organization and how many there are; without a sort the
// newest come first. Errors: NotFound; Forbidden below Organization Owner.
func (s *Ranges) List(ctx context.Context, by Actor, org OrgID, sort Sort, p Page) ([]Range, int, error) {
	var rows []Range
	var total int
	err := Read(ctx, s.store, by, RangesManage, inOrg(org), func(_ Grants, tx Tx) (err error) {
		rows, total, err = tx.Ranges(org, sort, p)
		return err
	})
	return rows, total, err
}

// Add adds one range. Errors: Invalid, also when no range would cover the caller's own address;
// NotFound; Forbidden below Organization Owner; Conflict for a prefix that is there, however it is
// written.
func (s *Ranges) Add(ctx context.Context, by Actor, org OrgID, text string) (Range, error) {
	added, err := s.add(ctx, by, org, func(p *problems) []Range {
		prefix, problem := ParseRange("ipAddressRange", text)
		p.add(problem)
		return []Range{{Text: text, Prefix: prefix}}
	})
	if err != nil {
		return Range{}, err
	}
	return added[0], nil
}

// AddMany adds up to [MaxRangeBatch] ranges, all or none. Errors as for Add; a prefix that is listed
// twice is a Conflict too.
func (s *Ranges) AddMany(ctx context.Context, by Actor, org OrgID, texts []string) ([]Range, error) {
	const field = "allowedIpAddressRanges"
	return s.add(ctx, by, org, func(p *problems) []Range {
		p.add(checkRangeBatch(field, len(texts)))
		if len(*p) > 0 {
			return nil
		}
		ranges := make([]Range, len(texts))
		for i, text := range texts {
			prefix, problem := ParseRange(fmt.Sprintf("%s.%d", field, i), text)
			p.add(problem)
			ranges[i] = Range{Text: text, Prefix: prefix}
		}
		return ranges
	})
}

func (s *Ranges) add(ctx context.Context, by Actor, org OrgID, clean func(*problems) []Range) ([]Range, error) {
	var added []Range
	err := Change(ctx, s.store, by, onRanges(audit.RangeCreate), inOrg(org), func(c *Changing, tx Tx) error {
		var p problems
		added = clean(&p)
		if err := BadInput(p...); err != nil {
			return err
		}
		for i := range added {
			r := &added[i]
			r.ID, r.Org = RangeID(tx.NewID()), org
			r.CreatedAt, r.CreatedBy, r.UpdatedAt, r.UpdatedBy = c.Now, by.Person(), c.Now, by.Person()
			if err := tx.InsertRange(*r); err != nil {
				return err
			}
			c.Record(audit.RangeCreate, r.target(), audit.Change{Field: "range", After: r.Prefix.String()})
		}
		return keepsTheCallerIn(c, tx)
	})
	return added, err
}

// Remove removes one range. Errors: NotFound; Forbidden below Organization Owner; Invalid when ranges
// are left and none of them covers the caller's own address.
func (s *Ranges) Remove(ctx context.Context, by Actor, org OrgID, id RangeID) error {
	try := onRanges(audit.RangeDelete)
	try.On = Target{Kind: audit.TargetRange, ID: string(id)}
	return Change(ctx, s.store, by, try, inOrg(org), func(c *Changing, tx Tx) error {
		r, err := tx.Range(org, id)
		if err != nil {
			return err
		}
		if err := removeRange(c, tx, r); err != nil {
			return err
		}
		return keepsTheCallerIn(c, tx)
	})
}

// RemoveMany removes up to [MaxRangeBatch] ranges, all or none. Ids that name none, and repeated ones,
// are passed over (astro-api 4.7). Errors as for Remove, but for NotFound.
func (s *Ranges) RemoveMany(ctx context.Context, by Actor, org OrgID, ids []RangeID) error {
	return Change(ctx, s.store, by, onRanges(audit.RangeDelete), inOrg(org), func(c *Changing, tx Tx) error {
		if p := checkRangeBatch("allowedIpAddressRangeIds", len(ids)); p != nil {
			return BadInput(*p)
		}
		c.Unchanged() // when none of them is there
		for _, id := range ids {
			r, err := tx.Range(org, id)
			if CodeOf(err) == NotFound {
				continue
			}
			if err != nil {
				return err
			}
			if err := removeRange(c, tx, r); err != nil {
				return err
			}
		}
		return keepsTheCallerIn(c, tx)
	})
}

// Clear removes every range and returns how many there were: the way back for whoever locked
// themselves out, by the program itself. Errors: NotFound; Forbidden below Organization Owner.
func (s *Ranges) Clear(ctx context.Context, by Actor, org OrgID) (int, error) {
	var removed int
	err := Change(ctx, s.store, by, onRanges(audit.RangeDelete), inOrg(org), func(c *Changing, tx Tx) error {
		removed = 0
		c.Unchanged() // when there are none
		for {
			some, _, err := tx.Ranges(org, Sort{By: SortByAddress}, Page{Limit: MaxRangeBatch})
			if err != nil || len(some) == 0 {
				return err
			}
			for _, r := range some {
				if err := removeRange(c, tx, r); err != nil {
					return err
				}
			}
			removed += len(some)
		}
	})
	return removed, err
}

func onRanges(as audit.Action) Act { return Act{Do: RangesManage, As: as} }

func removeRange(c *Changing, tx Tx, r Range) error {
	c.Record(audit.RangeDelete, r.target(), audit.Change{Field: "range", Before: r.Prefix.String()})
	return tx.DeleteRange(r)
}

// keepsTheCallerIn refuses a change after which the caller could undo nothing any more (product.md
// 4.7). It runs after the change, in its transaction. The program itself has no address.
func keepsTheCallerIn(c *Changing, tx Tx) error {
	if c.By.Kind == SystemActor {
		return nil
	}
	address := c.By.Origin.Address
	in, err := tx.Admits(c.At.Org, address)
	if err != nil || in {
		return err
	}
	return &Error{Code: Invalid, Reason: ReasonLockedOut, Message: fmt.Sprintf(
		"No allowed range would cover your own address, %s, and you would be locked out. Nothing was changed. Allow a range that covers it first.", shownAddress(address))}
}

func checkRangeBatch(field string, n int) *FieldProblem {
	if n < 1 || n > MaxRangeBatch {
		return &FieldProblem{field, "count", fmt.Sprintf("List 1 to %d.", MaxRangeBatch)}
	}
	return nil
}
