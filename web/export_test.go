package web

import (
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/static"
)

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

// ConsoleForTest is the router that [New] would start over the live table with one more row.
func ConsoleForTest(assets *static.Assets, more RouteForTest) (*echo.Echo, error) {
	row := route{method: more.Method, path: more.Path, fence: fence{audience(more.Audience), more.Action, more.Level}, handle: (*Server).help}
	return (&Server{Config: Config{Assets: assets}}).console(append(routes[:len(routes):len(routes)], row))
}

// SafeNext is safeNext.
var SafeNext = safeNext

// ClientName is clientName.
var ClientName = clientName

// UsedBy is usedBy.
var UsedBy = usedBy
