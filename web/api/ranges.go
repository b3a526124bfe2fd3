package api

import (
	"context"

	"dagpass/internal/access"
)

// rangeListing is what a list of address ranges is asked for.
type rangeListing struct {
	listing
	org access.OrgID
}

func readRangeList(in *input) rangeListing {
	l := rangeListing{readPage(in, sortIPAddress, sortCreatedAt, sortUpdatedAt), readOrg(in)}
	if len(l.sorts) > 1 {
		in.reject("sorts", "repeated", "Sort address ranges by one field.")
	}
	return l
}

// order is the one that is asked for; without one the newest come first.
func (l rangeListing) order() access.Sort {
	if len(l.sorts) == 0 {
		return access.Sort{}
	}
	columns := map[string]string{
		sortIPAddress: access.SortByAddress, sortCreatedAt: access.SortByCreated, sortUpdatedAt: access.SortByUpdated,
	}
	return access.Sort{By: columns[l.sorts[0].By], Desc: l.sorts[0].Desc}
}

func (s *server) listRanges(ctx context.Context, by access.Actor, l rangeListing) (page[access.Range], error) {
	rows, total, err := s.Ranges.List(ctx, by, l.org, l.order(), access.Page{Limit: l.limit, Offset: l.offset})
	return page[access.Range]{listing: l.listing, rows: rows, total: total}, err
}

// newRanges are ranges to be allowed, and where.
type newRanges struct {
	org   access.OrgID
	texts []string
}

func readNewRange(in *input) newRanges {
	body := readBody[struct {
		IPAddressRange string `json:"ipAddressRange"`
	}](in)
	return newRanges{readOrg(in), []string{body.IPAddressRange}}
}

func readNewRanges(in *input) newRanges {
	body := readBody[struct {
		AllowedIPAddressRanges []string `json:"allowedIpAddressRanges"`
	}](in)
	return newRanges{readOrg(in), body.AllowedIPAddressRanges}
}

func (s *server) createRange(ctx context.Context, by access.Actor, in newRanges) (access.Range, error) {
	return s.Ranges.Add(ctx, by, in.org, in.texts[0])
}

func (s *server) createRanges(ctx context.Context, by access.Actor, in newRanges) ([]access.Range, error) {
	return s.Ranges.AddMany(ctx, by, in.org, in.texts)
}

// rangeRefs names ranges. An id in a body that can't name anything is passed over like an unknown one.
type rangeRefs struct {
	org access.OrgID
	ids []access.RangeID
}

func readRange(in *input) rangeRefs {
	return rangeRefs{readOrg(in), []access.RangeID{pathID[access.RangeID](in, "range")}}
}

func readRanges(in *input) rangeRefs {
	body := readBody[struct {
		AllowedIPAddressRangeIDs []access.RangeID `json:"allowedIpAddressRangeIds"`
	}](in)
	return rangeRefs{readOrg(in), body.AllowedIPAddressRangeIDs}
}

func (s *server) deleteRange(ctx context.Context, by access.Actor, in rangeRefs) error {
	return s.Ranges.Remove(ctx, by, in.org, in.ids[0])
}

func (s *server) deleteRanges(ctx context.Context, by access.Actor, in rangeRefs) error {
	return s.Ranges.RemoveMany(ctx, by, in.org, in.ids)
}

// addressRange is AllowedIpAddressRange.
type addressRange struct {
	ID             access.RangeID `json:"id"`
	OrganizationID access.OrgID   `json:"organizationId"`
	IPAddressRange string         `json:"ipAddressRange"`
	CreatedAt      timestamp      `json:"createdAt"`
	CreatedBy      profile        `json:"createdBy"`
	UpdatedAt      timestamp      `json:"updatedAt"`
	UpdatedBy      profile        `json:"updatedBy"`
}

type addressRanges struct {
	AllowedIPAddressRanges []addressRange `json:"allowedIpAddressRanges"`
}

type addressRangePage struct {
	addressRanges
	envelope
}

func (s shaper) addressRange(r access.Range) addressRange {
	return addressRange{
		ID: r.ID, OrganizationID: r.Org, IPAddressRange: r.Text,
		CreatedAt: stamp(r.CreatedAt), CreatedBy: s.profile(r.CreatedBy),
		UpdatedAt: stamp(r.UpdatedAt), UpdatedBy: s.profile(r.UpdatedBy),
	}
}

func (s shaper) addressRanges(all []access.Range) addressRanges {
	return addressRanges{shapeAll(all, s.addressRange)}
}

func (s shaper) addressRangePage(p page[access.Range]) addressRangePage {
	return addressRangePage{s.addressRanges(p.rows), p.envelope(p.total)}
}
