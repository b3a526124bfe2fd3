package main

import (
	"syscall"
	"testing"
	"time"

	"dagpass/internal/proof"
)

// killers is how many clients write when the program is killed.
const killers = 8

// TestProof_KillLoop: the program is killed with kill -9 while clients create, rotate, revoke and delete API
// tokens and change their roles, and started again on what it left, over and over. What was answered is in
// force ever after: values that were given work, values that ended are refused. What was not answered is
// there as a whole or not at all. The record has one event for each change, and its chain is whole.
//
// Seen to fail with deletions that are answered first and made afterwards, as a queue would do it.
func TestProof_KillLoop(t *testing.T) {
	k := &killLoop{T: t, site: newInstalledSite(t), writers: newWriters(killers, 1), dice: 2}
	cycles := proof.Worth(10, 300, 1000)
	for n := range cycles {
		k.cycle(n)
		if t.Failed() {
			break
		}
	}
	k.end()
	told := 0
	for _, w := range k.writers {
		told += w.told
	}
	proof.Figure(t, "%d cycles, %d changes acknowledged, %d of %d unanswered ones stored whole, %d wrong afterwards",
		cycles, told, k.stored, k.unanswered, k.wrong)
}

// killLoop is a site that is killed.
type killLoop struct {
	*testing.T
	site               *installedSite
	writers            []*writer
	dice               dice
	unanswered, stored int // changes whose answer was cut off, and how many of them were made
	wrong              int
}

// checkEvery is how many kills come between two checks of the record, which reads the file as the kill left it.
const checkEvery = 5

// cycle starts the server, checks what the last kill left, writes and kills.
func (k *killLoop) cycle(n int) {
	k.Helper()
	if n > 0 && n%checkEvery == 0 {
		k.site.verifyAudit(k.T)
	}
	p := k.site.start(k.T)
	client := newTokenClient(p, k.site.made)
	defer client.close()
	k.check(client, k.recent)
	begun, wait := client.workAll(k.Context(), k.writers, 1_000_000)
	k.await(p, begun)
	<-time.After(time.Duration(15+k.dice.roll(46)) * time.Millisecond)
	p.signal(syscall.SIGKILL)
	p.wait()
	if err := wait(); err != nil {
		k.Error(err)
	}
}

// await waits for the first answer, so that every kill comes while something is being written.
func (k *killLoop) await(p *program, begun <-chan struct{}) {
	k.Helper()
	select {
	case <-begun:
	case <-time.After(patience):
		k.Fatalf("no change was acknowledged:\n%s%s", p.stdout, p.stderr)
	}
}

// end checks everything that ever was acknowledged, and the record while no server runs.
func (k *killLoop) end() {
	k.Helper()
	p := k.site.start(k.T)
	client := newTokenClient(p, k.site.made)
	defer client.close()
	k.check(client, func(w *writer) []*ownedToken { return w.tokens })
	p.stop()
	k.site.verifyAudit(k.T)
	k.checkEvents()
}

// recent are the tokens that a writer may have been at lately, and a few older ones.
func (k *killLoop) recent(w *writer) []*ownedToken {
	some := append([]*ownedToken(nil), w.live...)
	for range min(len(w.tokens), 5) {
		some = append(some, w.tokens[k.dice.roll(len(w.tokens))])
	}
	return append(some, w.tokens[max(0, len(w.tokens)-5):]...)
}

// check settles what each writer was not told, and checks those of its tokens that are chosen.
func (k *killLoop) check(client *tokenClient, chosen func(*writer) []*ownedToken) {
	k.Helper()
	for _, w := range k.writers {
		if w.open != nil {
			k.settle(client, w)
		}
		for _, o := range chosen(w) {
			k.report(client.differs(k.Context(), o, o.now()))
		}
	}
}

func (k *killLoop) report(problem string, err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
	if problem != "" {
		k.wrong++
		k.Error(problem)
	}
}

// settle finds out whether a change without an answer was made: the record says so, and the token must be
// like that as a whole.
func (k *killLoop) settle(client *tokenClient, w *writer) {
	k.Helper()
	o, kind := w.open.of, w.open.kind
	if kind == createToken {
		if err := client.look(k.Context(), o); err != nil {
			k.Fatal(err)
		}
	}
	made := recordedEvents(k.T, k.site.data)[o.id+" "+auditActions[kind]] == o.count(kind)
	k.unanswered++
	if made {
		k.stored++
	}
	w.settle(made)
	k.report(client.differs(k.Context(), o, o.now()))
}

// checkEvents holds the record against what happened: one event for each change that was made.
func (k *killLoop) checkEvents() {
	k.Helper()
	events := recordedEvents(k.T, k.site.data)
	for _, w := range k.writers {
		for _, o := range w.tokens {
			for kind, action := range auditActions {
				if want, got := o.count(kind), events[o.id+" "+action]; got != want {
					k.wrong++
					k.Errorf("%s: %d events %s, %d changes", o.name, got, action, want)
				}
			}
		}
	}
}

// recordedEvents counts the events of each target and action.
func recordedEvents(t *testing.T, data string) map[string]int {
	t.Helper()
	rows, err := openRaw(t, data).Query(`SELECT target_id, action, count(*) FROM audit GROUP BY target_id, action`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	events := map[string]int{}
	for rows.Next() {
		var target, action string
		var n int
		if err := rows.Scan(&target, &action, &n); err != nil {
			t.Fatal(err)
		}
		events[target+" "+action] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return events
}
