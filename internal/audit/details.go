package audit

import (
	"encoding/json"
	"errors"
)

// errDetails does not quote the text: it is what somebody may have tampered with.
var errDetails = errors.New("audit details are not in the form in which they were written")

// EncodeDetails returns the changes as a JSON array for one column of the database, [] when there are
// none. The same changes always give the same text.
func EncodeDetails(changes []Change) string {
	if len(changes) == 0 {
		return "[]"
	}
	// Structs of strings always encode.
	text, _ := json.Marshal(changes)
	return string(text)
}

// DecodeDetails is the reverse of [EncodeDetails]; [] gives nil. It accepts nothing that EncodeDetails
// does not write, not even another spacing: the chain seals the changes and not their text, so text
// that means the same must not exist twice.
func DecodeDetails(text string) ([]Change, error) {
	var changes []Change
	if err := json.Unmarshal([]byte(text), &changes); err != nil || EncodeDetails(changes) != text {
		return nil, errDetails
	}
	if len(changes) == 0 {
		return nil, nil
	}
	return changes, nil
}
