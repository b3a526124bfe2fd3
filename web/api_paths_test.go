package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-json-experiment/json"

	"dagpass/internal/dagpasstest"
	"dagpass/web"
	"dagpass/web/api"
)

// TestAPI_Paths: contract 1.4, whatever a program asks for below a base path of the API is answered by the
// API, which alone answers in JSON.
func TestAPI_Paths(t *testing.T) {
	for _, r := range api.Routes() {
		if !web.IsAPI(httptest.NewRequest(r.Method, r.Path, nil)) {
			t.Errorf("%s %s is left to the console", r.Method, r.Path)
		}
	}
	h := dagpasstest.New(t)
	for name, paths := range map[string][]string{
		"a base path itself":            {"/v1", "/iam/v1beta1", "/platform/v1beta1", "/labs/v1", "/oauth", "/spec"},
		"what is not there":             {"/v1/", "/v1/nothing", "/userinfo/", "/oauth/nothing", "/spec/v2"},
		"an empty segment":              {"/v1/organizations//tokens", "/v1//organizations"},
		"a base address with a slash":   {"//v1/organizations", "//iam/v1beta1/organizations", "//oauth/token"},
		"dots, which nothing resolves":  {"/v1/../v1/organizations", "/v1/./organizations"},
		"an encoded slash in an id":     {"/v1/organizations/a%2Fb/tokens"},
		"more than one slash before it": {"///v1/organizations"},
	} {
		t.Run(name+" answers as the API does", func(t *testing.T) {
			for _, path := range paths {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, dagpasstest.PublicURL, nil)
				r.URL.Path, r.RequestURI = path, path
				w := httptest.NewRecorder()
				h.Handler.ServeHTTP(w, r)
				var failure struct {
					Message    string `json:"message"`
					RequestID  string `json:"requestId"`
					StatusCode int    `json:"statusCode"`
				}
				if err := json.Unmarshal(w.Body.Bytes(), &failure); err != nil || failure.StatusCode != w.Code || w.Code < 400 || failure.RequestID == "" {
					t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
				}
			}
		})
	}
	t.Run("words that only begin like one are the console's", func(t *testing.T) {
		for _, path := range []string{"/", "/v10", "/v1x/organizations", "/specs", "/w", "/userinformation"} {
			if web.IsAPI(httptest.NewRequest(http.MethodGet, path, nil)) {
				t.Error(path)
			}
		}
	})
}
