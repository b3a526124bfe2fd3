package web_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// grants are what a principal holds at a spot.
func (m *matrix) grants(who principal, at spot) access.Grants {
	if who.standing == foreign {
		if at.name == "another Organization" {
			return access.Grants{Org: []access.Role{access.OrgOwner}}
		}
		return access.Grants{}
	}
	if who.standing != live || at.org != string(m.mine.org.ID) {
		return access.Grants{}
	}
	g := access.Grants{Org: who.org, Custom: who.custom}
	if at.ws == string(m.mine.ws.ID) {
		g.Workspace = who.ws
	}
	return g
}

// expected is the decision on a door in a place, from the permission its table declares. Whoever does not
// see the Workspace or the Organization of a path is told that there is nothing.
func (m *matrix) expected(who principal, d door, at spot) access.Verdict {
	switch d.audience {
	case anyone, signedIn, absent:
		return access.Allowed
	case onlySelf:
		if who.person {
			return access.Allowed
		}
		return access.Denied
	}
	if at.kind >= outside && !(who.standing == foreign && at.name == "another Organization") {
		return access.Hidden
	}
	g := m.grants(who, at)
	if d.ofPeople() { // wherever else they have roles
		g.Workspace = who.ws
	}
	if (d.inWorkspace() || d.makesToken()) && access.Decide(g, access.View, access.WorkspaceLevel).Verdict == access.Hidden {
		return access.Hidden
	}
	if d.program && d.names(":token") && at.kind == mixed { // whose home is the other Workspace
		g.Workspace = nil
	}
	v := access.Decide(g, d.action, d.level).Verdict
	if d.alsoInWorkspaces() && access.Decide(g, d.action, access.WorkspaceLevel).Verdict == access.Allowed {
		return access.Allowed
	}
	return v
}

// judge says what is wrong with an answer, "" for nothing.
func judge(who principal, d door, at spot, v access.Verdict, got reply) string {
	want := answers(who, d, at, v)
	if got.code >= 500 || len(want) > 0 && !slices.Contains(want, got.code) {
		return fmt.Sprintf("%s is answered %d, want %v", v, got.code, want)
	}
	if who.standing == stranger && !d.program && d.audience != anyone && !strings.HasPrefix(got.header.Get("Location"), "/sign-in") {
		return fmt.Sprintf("a stranger is sent to %q", got.header.Get("Location"))
	}
	if v == access.Denied && strings.Contains(got.body, "data-secret") {
		return "a refusal shows a secret"
	}
	return ""
}

// answers are the statuses that a verdict may lead to; none for any that is no failure.
func answers(who principal, d door, at spot, v access.Verdict) []int {
	switch {
	case d.audience == anyone:
		return nil
	case who.standing == stranger && d.program:
		return []int{http.StatusUnauthorized}
	case who.standing == stranger:
		return []int{http.StatusSeeOther}
	case d.audience == absent:
		return []int{http.StatusNotFound}
	case d.audience == signedIn:
		return []int{200, 303, 400, 404, 409, 422}
	case v == access.Hidden:
		return []int{http.StatusNotFound}
	case at.kind == nested && v == access.Denied:
		return []int{http.StatusForbidden, http.StatusNotFound}
	case at.kind == nested:
		return refusedForm(d)
	case v == access.Denied && (at.kind == mixed || d.ofPeople()):
		return []int{http.StatusForbidden, http.StatusNotFound}
	case v == access.Denied:
		return []int{http.StatusForbidden}
	case d.ofPeople() && at.kind != here:
		return []int{http.StatusOK, http.StatusForbidden, http.StatusNotFound}
	case at.kind == here && !d.changes():
		return []int{http.StatusOK, http.StatusSeeOther}
	case at.kind == here && d.program:
		return []int{http.StatusOK, http.StatusNoContent}
	}
	return []int{200, 204, 303, 404, 409, 422}
}

// refusedForm are the answers to whoever may do it, about what does not exist. The console may find
// fault with an empty form first.
func refusedForm(d door) []int {
	if d.changes() && !d.program {
		return []int{400, 404, 409, 422}
	}
	return []int{http.StatusNotFound}
}

// visitAllowed has the like of a principal make the changes they may make, in an estate of its own for
// each family of routes.
func (m *matrix) visitAllowed(who principal, all []door) (n int) {
	m.Helper()
	families := map[string][]door{}
	for _, d := range all {
		if d.changes() && d.program == who.program && m.expected(who, d, m.spots[0]) == access.Allowed && d.audience == holder {
			family, _, _ := strings.Cut(d.path[1:], "/")
			families[family] = append(families[family], d)
		}
	}
	for family, open := range families {
		x := founding(m.h, fresh("Own"))
		_, err := m.h.Ranges.Add(m.Context(), dagpasstest.System(), x.org.ID, "192.0.0.0/16") // so that the other can go
		mustBe(m.h)(err)
		me := who.again(m.h, x)
		slices.SortStableFunc(open, func(a, b door) int {
			return cmp.Or(cmp.Compare(destruction(a), destruction(b)), cmp.Compare(len(b.path), len(a.path)))
		})
		at := spot{"an own " + family, string(x.org.ID), string(x.ws.ID), x.things, here}
		for _, d := range open {
			got := me.send(d.method, at.path(d.path), d.body(at))
			if problem := judge(me, d, at, access.Allowed, got); d.program && problem != "" {
				m.Errorf("%s as %s: %s\n%s", d, who.name, problem, short(got.body))
			} else if got.code == http.StatusForbidden || got.code == http.StatusUnauthorized || got.code >= 500 {
				m.Errorf("%s as %s: %d\n%s", d, who.name, got.code, short(got.body))
			}
			n++
		}
	}
	m.cells += n
	return n
}

// destruction orders changes so that nothing is gone before its turn.
func destruction(d door) int {
	switch {
	case d.method == http.MethodDelete && d.ends("/:workspace"):
		return 3
	case d.ends("/bulk-delete"):
		return 2
	case d.method == http.MethodDelete || d.ends("/delete") || d.ends("/remove") || d.ends("/withdraw"):
		return 1
	}
	return 0
}
