package api

import (
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/web/middleware"
)

// keySet answers with the public signing keys, with which anyone can check a token's signature.
func (s *server) keySet(in *input, _ access.Actor) (any, error) {
	keys, err := s.Keys(in.Request().Context())
	if err != nil {
		return nil, unchecked(err)
	}
	in.Response().Header().Set(echo.HeaderCacheControl, middleware.CacheFiveMinutes)
	return jsontext.Value(secret.JWKS(keys)), nil
}
