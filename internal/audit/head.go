package audit

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// Head is a point in a chain: the event with this number has this hash. Seq 0 is the start of the
// chain and its hash the [Genesis].
type Head struct {
	Chain string
	Seq   int64
	Hash  []byte
}

// Head returns the point in its chain that e is.
func (e Event) Head() Head {
	return Head{Chain: e.Chain, Seq: e.Seq, Hash: e.Hash}
}

// String returns the head as one word to keep outside the database: <chain>:<seq>:<hash in hex>.
func (h Head) String() string {
	return h.Chain + ":" + strconv.FormatInt(h.Seq, 10) + ":" + hex.EncodeToString(h.Hash)
}

// ParseHead reads what [Head.String] writes, and nothing else.
func ParseHead(text string) (Head, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return Head{}, errHead
	}
	seq, errSeq := strconv.ParseInt(parts[1], 10, 64)
	hash, errHash := hex.DecodeString(parts[2])
	head := Head{Chain: parts[0], Seq: seq, Hash: hash}
	if errSeq != nil || errHash != nil || head.Chain == "" || seq < 0 || len(hash) == 0 || head.String() != text {
		return Head{}, errHead
	}
	return head, nil
}

var errHead = errors.New("not a head of an audit chain: want <chain>:<seq>:<hash in hex>")
