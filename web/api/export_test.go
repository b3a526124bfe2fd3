package api

import (
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
)

// RouterWith is the router that [New] would start over the live table with one more row.
func RouterWith(method, path string, do access.Action) (*echo.Echo, error) {
	s := new(server)
	return s.router(append(s.routes(), route{Route: Route{method, path, do}}))
}
