package web

import "dagpass/internal/access"

// RouteForTest is a row of the console's table as tests see it.
type RouteForTest struct {
	Method, Path string
	Audience     string
	Action       access.Action
	Level        access.Level
}

// RoutesForTest is the live table.
func RoutesForTest() []RouteForTest {
	var out []RouteForTest
	for _, r := range routes {
		out = append(out, RouteForTest{r.method, r.path, string(r.fence.audience), r.fence.action, r.fence.level})
	}
	return out
}

// CheckForTest is the check of the table at the start, over the live table with one more row.
func CheckForTest(method, path string) error {
	return check(append(routes[:len(routes):len(routes)], route{method: method, path: path, handle: (*Server).help}))
}

// SafeNext is safeNext.
var SafeNext = safeNext

// ClientName is clientName.
var ClientName = clientName

// UsedBy is usedBy.
var UsedBy = usedBy
