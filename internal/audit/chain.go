package audit

import (
	"crypto/hmac"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// MAC returns the keyed hash of a message. It must be HMAC-SHA-256 under the audit key, or as good,
// and safe for concurrent use.
type MAC = func(message []byte) []byte

// Labels keep the messages of one kind apart from those of the other, and from later versions.
const (
	genesisLabel = "dagpass/audit/genesis/v1"
	eventLabel   = "dagpass/audit/event/v1"
	eventLabel2  = "dagpass/audit/event/v2"
	eventLabel3  = "dagpass/audit/event/v3"
)

// Genesis returns what takes the place of the previous hash in the first event of a chain. It binds
// the chain to the installation and the Organization; organizationID is empty for
// [InstallationChain].
func Genesis(mac MAC, installationID, organizationID string) []byte {
	var m message
	m.text(genesisLabel)
	m.text(installationID)
	m.text(organizationID)
	return mac(m)
}

// Seal returns e as it must be stored: behind the event whose hash is prev, with PrevHash and Hash
// set. The caller has set all other fields, Seq to the number after that of the event before.
//
// At is brought to UTC and whole milliseconds and invalid UTF-8 is replaced, so that what comes back
// from a database is what was sealed. The hash is the MAC of these parts, each behind its length as
// eight bytes, big end first: a label, PrevHash, Chain, Seq, At in milliseconds since 1970,
// ActorKind, ActorID, ActorName, Action, Outcome, TargetKind, TargetID, TargetName, OrganizationID,
// WorkspaceID, IP, UserAgent, RequestID, Reason, the number of Details and of each its Field, Before
// and After, KeyEpoch. Numbers are eight bytes, big end first.
//
// An event with any of ClientType, Method, Path or ActorEmail has another label, and these four at the
// end. One with AstroClient or AstroClientVersion has a third label, and these two behind the four. So
// events sealed before there were such fields keep their seal, and none can be given one later.
func Seal(mac MAC, prev []byte, e Event) Event {
	e = normal(e)
	e.PrevHash = slices.Clone(prev)
	e.Hash = mac(messageOf(e))
	return e
}

// sealed reports whether e carries the hash of its own fields.
func sealed(mac MAC, e Event) bool {
	return hmac.Equal(e.Hash, mac(messageOf(e)))
}

// texts lists the fields that are text, in the order in which they are sealed.
func (e *Event) texts() []*string {
	return []*string{
		(*string)(&e.ActorKind), &e.ActorID, &e.ActorName,
		(*string)(&e.Action), (*string)(&e.Outcome),
		(*string)(&e.TargetKind), &e.TargetID, &e.TargetName,
		&e.OrganizationID, &e.WorkspaceID,
		&e.IP, &e.UserAgent, &e.RequestID, &e.Reason,
	}
}

// secondTexts lists the fields of text that came with the second label.
func (e *Event) secondTexts() []*string {
	return []*string{(*string)(&e.ClientType), &e.Method, &e.Path, &e.ActorEmail}
}

// thirdTexts lists the fields of text that came with the third label.
func (e *Event) thirdTexts() []*string { return []*string{&e.AstroClient, &e.AstroClientVersion} }

// version returns the label of e, the oldest that covers all its fields, and the fields that it has at
// the end.
func (e *Event) version() (label string, later []*string) {
	switch second, third := e.secondTexts(), e.thirdTexts(); {
	case anySet(third):
		return eventLabel3, append(second, third...)
	case anySet(second):
		return eventLabel2, second
	}
	return eventLabel, nil
}

func anySet(texts []*string) bool {
	return slices.ContainsFunc(texts, func(t *string) bool { return *t != "" })
}

func normal(e Event) Event {
	e.At = time.UnixMilli(e.At.UnixMilli()).UTC()
	e.Chain = validText(e.Chain)
	for _, text := range slices.Concat(e.texts(), e.secondTexts(), e.thirdTexts()) {
		*text = validText(*text)
	}
	e.Details = slices.Clone(e.Details)
	for i, c := range e.Details {
		e.Details[i] = Change{validText(c.Field), validText(c.Before), validText(c.After)}
	}
	return e
}

func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// messageOf returns what is sealed of e: everything but Hash.
func messageOf(e Event) message {
	var m message
	label, later := e.version()
	m.text(label)
	m.bytes(e.PrevHash)
	m.text(e.Chain)
	m.number(e.Seq)
	m.number(e.At.UnixMilli())
	for _, text := range e.texts() {
		m.text(*text)
	}
	m.number(int64(len(e.Details)))
	for _, c := range e.Details {
		m.text(c.Field)
		m.text(c.Before)
		m.text(c.After)
	}
	m.number(e.KeyEpoch)
	for _, text := range later {
		m.text(*text)
	}
	return m
}

// message is a sequence of parts, each behind its length, so that no two sequences give the same
// bytes.
type message []byte

func (m *message) bytes(part []byte) {
	*m = binary.BigEndian.AppendUint64(*m, uint64(len(part)))
	*m = append(*m, part...)
}

func (m *message) text(part string) { m.bytes([]byte(part)) }

func (m *message) number(n int64) { m.bytes(binary.BigEndian.AppendUint64(nil, uint64(n))) }
