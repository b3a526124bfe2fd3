package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"dagpass/internal/proof"
)

// TestProof_FileLimit: the released program runs with a limit on how large its files may grow (RLIMIT_FSIZE),
// which stands for a full quota: nothing says so before a transaction fails in its middle. SIGXFSZ does not kill
// it. A change past the limit is answered as unavailable, with when to try again, and leaves nothing; reading goes
// on; and what was acknowledged, no more and no less, is there when the program starts without the limit.
// Seen to fail with a COMMIT whose error was passed over.
func TestProof_FileLimit(t *testing.T) {
	l := &fileLimit{T: t, site: newInstalledSite(t)}
	rounds := proof.Times(1, 20)
	for n := range rounds {
		l.round(n)
	}
	p := l.site.start(t)
	l.check(p, l.made)
	p.stop()
	l.site.verifyAudit(t)
	if stored := l.stored(); stored != len(l.made) {
		t.Errorf("%d tokens are stored, %d were acknowledged", stored, len(l.made))
	}
	proof.Figure(t, "%d starts under a limit: %d changes acknowledged, all stored; %d refused, none stored", rounds, len(l.made), l.refused)
}

// fileLimit is a site whose files may not grow.
type fileLimit struct {
	*testing.T
	site    *installedSite
	made    []*ownedToken
	refused int
	dice    dice
}

// refusals is how many changes are refused before a server is stopped.
const refusals = 10

// round starts the server with little room, and changes until nothing fits any more.
func (l *fileLimit) round(n int) {
	l.Helper()
	p := l.site.start(l.T, "/bin/sh", "-c", fmt.Sprintf(`ulimit -f %d && exec "$@"`, l.blocks()), "sh")
	client := newTokenClient(p, l.site.made)
	defer client.close()
	before := l.refused
	for asked := 0; l.refused < before+refusals; asked++ {
		if asked == 5000 {
			l.Fatal("the limit was never reached")
		}
		l.create(client, fmt.Sprintf("limited %d %d", n, asked))
	}
	l.check(p, l.made[max(0, len(l.made)-20):])
	l.wantRefusal(client)
	p.stop() // its exit code is that of a log which could not be moved into the file
}

// blocks is the limit in blocks of 512 bytes: a little more than the database has.
func (l *fileLimit) blocks() int64 {
	l.Helper()
	info, err := os.Stat(filepath.Join(l.site.data, databaseName))
	if err != nil {
		l.Fatal(err)
	}
	return info.Size()/512 + 64
}

// create makes a token, or is refused as unavailable.
func (l *fileLimit) create(client *tokenClient, name string) {
	l.Helper()
	client.begun = func() {}
	o := &ownedToken{name: name}
	switch err := client.make(l.Context(), o.change(createToken, "", &l.dice)); {
	case err == nil:
		l.made = append(l.made, o)
	case errors.Is(err, errBusy):
		l.refused++
	default:
		l.Fatalf("after %d changes: %v", len(l.made), err)
	}
}

// wantRefusal checks how a change that does not fit is answered.
func (l *fileLimit) wantRefusal(client *tokenClient) {
	l.Helper()
	o := &ownedToken{name: "refused"}
	r, err := client.request(o.change(createToken, "", &l.dice)).build(l.Context(), client.server)
	if err != nil {
		l.Fatal(err)
	}
	response, err := client.http.Do(r)
	if err != nil {
		l.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		l.Fatal(err)
	}
	says := bytes.Contains(body, []byte("Nothing was changed")) && bytes.Contains(body, []byte(`"requestId"`))
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") != "5" || !says {
		l.Errorf("status %d, Retry-After %q: %s", response.StatusCode, response.Header.Get("Retry-After"), body)
	}
}

// check reads tokens that were acknowledged.
func (l *fileLimit) check(p *program, tokens []*ownedToken) {
	l.Helper()
	client := newTokenClient(p, l.site.made)
	defer client.close()
	for _, o := range tokens {
		problem, err := client.differs(l.Context(), o, o.now())
		if err != nil {
			l.Fatal(err)
		}
		if problem != "" {
			l.Error(problem)
		}
	}
}

// stored counts the tokens, while no server runs.
func (l *fileLimit) stored() (n int) {
	l.Helper()
	err := openRaw(l.T, l.site.data).QueryRow(`SELECT count(*) FROM api_tokens WHERE name LIKE 'limited %' OR name = 'refused'`).Scan(&n)
	if err != nil {
		l.Fatal(err)
	}
	return n
}
