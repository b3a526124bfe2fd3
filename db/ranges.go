package db

import (
	"encoding/hex"
	"encoding/json"
	"net/netip"

	"dagpass/internal/access"
)

const rangeColumns = `
SELECT a.id, a.organization_id, a.prefix, a.range_text,
	a.created_at, a.created_by_kind, a.created_by_id, COALESCE(cu.full_name, ct.name, ''), COALESCE(cu.email, ''),
	a.updated_at, a.updated_by_kind, a.updated_by_id, COALESCE(uu.full_name, ut.name, ''), COALESCE(uu.email, ''),
	a.row_mac
FROM address_ranges a
LEFT JOIN users cu ON cu.id = a.created_by_id LEFT JOIN api_tokens ct ON ct.id = a.created_by_id
LEFT JOIN users uu ON uu.id = a.updated_by_id LEFT JOIN api_tokens ut ON ut.id = a.updated_by_id
WHERE a.organization_id = $1`

const (
	sqlInsertRange = `
INSERT INTO address_ranges (id, organization_id, prefix, range_text,
	created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	sqlDeleteRange = `DELETE FROM address_ranges WHERE id = $1 AND organization_id = $2`
	sqlCountRanges = `SELECT count(*) FROM address_ranges WHERE organization_id = $1`
	sqlRange       = rangeColumns + ` AND a.id = $2`

	sqlRangesByAddress     = rangeColumns + ` ORDER BY a.prefix LIMIT $2 OFFSET $3`
	sqlRangesByAddressDesc = rangeColumns + ` ORDER BY a.prefix DESC LIMIT $2 OFFSET $3`
	sqlRangesByCreated     = rangeColumns + ` ORDER BY a.created_at, a.id LIMIT $2 OFFSET $3`
	sqlRangesByCreatedDesc = rangeColumns + ` ORDER BY a.created_at DESC, a.id DESC LIMIT $2 OFFSET $3`
	sqlRangesByUpdated     = rangeColumns + ` ORDER BY a.updated_at, a.id LIMIT $2 OFFSET $3`
	sqlRangesByUpdatedDesc = rangeColumns + ` ORDER BY a.updated_at DESC, a.id DESC LIMIT $2 OFFSET $3`

	sqlRestricted = `SELECT EXISTS (SELECT 1 FROM address_ranges WHERE organization_id = $1)`

	// The ranges among the prefixes $2, which are all that hold one address: at most 129 reads of the
	// index, however many ranges there are.
	sqlCovering = `
SELECT id, organization_id, prefix, range_text, row_mac FROM address_ranges
WHERE organization_id = $1 AND prefix IN (SELECT value FROM json_each($2))`
)

// rangeOrders are the statements of a page by its order.
var rangeOrders = map[access.Sort]string{
	{}:                                     sqlRangesByCreatedDesc,
	{By: access.SortByAddress}:             sqlRangesByAddress,
	{By: access.SortByAddress, Desc: true}: sqlRangesByAddressDesc,
	{By: access.SortByCreated}:             sqlRangesByCreated,
	{By: access.SortByCreated, Desc: true}: sqlRangesByCreatedDesc,
	{By: access.SortByUpdated}:             sqlRangesByUpdated,
	{By: access.SortByUpdated, Desc: true}: sqlRangesByUpdatedDesc,
}

// prefixKey is a prefix as it is stored: the family, the address and the length.
func prefixKey(p netip.Prefix) string {
	family := "6"
	if p.Addr().Is4() {
		family = "4"
	}
	return family + hex.EncodeToString(append(p.Addr().AsSlice(), byte(p.Bits())))
}

// prefixOf is the reverse of prefixKey; the zero prefix for anything else.
func prefixOf(key string) netip.Prefix {
	if key == "" {
		return netip.Prefix{}
	}
	raw, err := hex.DecodeString(key[1:])
	if err != nil || len(raw) == 0 {
		return netip.Prefix{}
	}
	last := len(raw) - 1
	address, _ := netip.AddrFromSlice(raw[:last])
	return netip.PrefixFrom(address, int(raw[last]))
}

func rangeAuthority(id, org, prefix, text string) authority {
	return sealedOf("address_ranges", id).text(id, org, prefix, text)
}

func (tx *Tx) scanRange(s scanner) (access.Range, error) {
	var r access.Range
	var created, updated int64
	var prefix string
	var mac []byte
	by, changed := &r.CreatedBy, &r.UpdatedBy
	if err := s.Scan(&r.ID, &r.Org, &prefix, &r.Text,
		&created, &by.Kind, &by.ID, &by.Name, &by.Email,
		&updated, &changed.Kind, &changed.ID, &changed.Name, &changed.Email, &mac); err != nil {
		return r, err
	}
	r.Prefix, r.CreatedAt, r.UpdatedAt = prefixOf(prefix), utc(created), utc(updated)
	r.CreatedBy, r.UpdatedBy = named(r.CreatedBy), named(r.UpdatedBy)
	return r, tx.check(rangeAuthority(string(r.ID), string(r.Org), prefix, r.Text), mac)
}

// Ranges implements [access.RangeTx].
func (tx *Tx) Ranges(org access.OrgID, s access.Sort, p access.Page) ([]access.Range, int, error) {
	total, err := tx.count(sqlCountRanges, string(org))
	if err != nil {
		return nil, 0, err
	}
	rows, err := all(tx, tx.scanRange, rangeOrders[s], string(org), p.Limit, p.Offset)
	return rows, total, err
}

// Range implements [access.RangeTx].
func (tx *Tx) Range(org access.OrgID, id access.RangeID) (access.Range, error) {
	return one(tx, tx.scanRange, sqlRange, string(org), string(id))
}

// InsertRange implements [access.RangeTx].
func (tx *Tx) InsertRange(r access.Range) error {
	key := prefixKey(r.Prefix)
	err := tx.put(sqlInsertRange, string(r.ID), string(r.Org), key, r.Text,
		millis(r.CreatedAt), string(r.CreatedBy.Kind), r.CreatedBy.ID,
		millis(r.UpdatedAt), string(r.UpdatedBy.Kind), r.UpdatedBy.ID,
		rangeAuthority(string(r.ID), string(r.Org), key, r.Text).seal(tx.db.keyring))
	return taken(err, "The range %s is already allowed.", r.Prefix)
}

// DeleteRange implements [access.RangeTx].
func (tx *Tx) DeleteRange(r access.Range) error {
	return tx.change(sqlDeleteRange, string(r.ID), string(r.Org))
}

// Admits implements [access.RangeTx].
func (tx *Tx) Admits(org access.OrgID, address string) (bool, error) {
	restricted, err := tx.count(sqlRestricted, string(org))
	if err != nil || restricted == 0 {
		return err == nil, err
	}
	return tx.covered(org, address)
}

// covered reports whether a genuine range of the Organization holds the address.
func (tx *Tx) covered(org access.OrgID, address string) (bool, error) {
	a, ok := access.ParseAddress(address)
	if !ok {
		return false, nil
	}
	keys, err := json.Marshal(prefixesOf(a))
	if err != nil {
		return false, err
	}
	found := false
	err = each(tx, func(s scanner) (bool, error) {
		var id, org, prefix, text string
		var mac []byte
		if err := s.Scan(&id, &org, &prefix, &text, &mac); err != nil {
			return false, err
		}
		err := tx.check(rangeAuthority(id, org, prefix, text), mac)
		found = found || err == nil
		return !found, err
	}, sqlCovering, string(org), string(keys))
	return found, err
}

// prefixesOf returns every prefix that holds an address, as they are stored.
func prefixesOf(a netip.Addr) []string {
	keys := make([]string, 0, a.BitLen()+1)
	for bits := range a.BitLen() + 1 {
		keys = append(keys, prefixKey(netip.PrefixFrom(a, bits).Masked()))
	}
	return keys
}

// barred adds to grants that they can't be used from the actor's address. Who holds nothing is told
// nothing.
func (tx *Tx) barred(g access.Grants, by access.Actor, org access.OrgID, restricted bool) (access.Grants, error) {
	if !restricted || len(g.Org)+len(g.Workspace) == 0 {
		return g, nil
	}
	in, err := tx.covered(org, by.Origin.Address)
	if err == nil && !in {
		g.Barred = access.AddressRefused(by.Origin.Address)
	}
	return g, err
}
