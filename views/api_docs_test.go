package views_test

import (
	"testing"

	"dagpass/internal/htmlcheck"
	"dagpass/internal/openapi"
	"dagpass/views"
)

func apiDocs(t testing.TB) views.APIDocs {
	t.Helper()
	written, err := openapi.Written()
	if err != nil {
		t.Fatal(err)
	}
	reference, err := written.Reference()
	if err != nil {
		t.Fatal(err)
	}
	return views.APIDocs{Reference: reference, PublicURL: "https://dagpass.example.com"}
}

// TestAPIDocs: the page about the API (ui.md 2.1).
func TestAPIDocs(t *testing.T) {
	page := render(t, pages(t)["API stranger"])
	t.Run("every link within the page leads somewhere", func(t *testing.T) {
		for _, link := range find(t, page, `a[href^="#"]`) {
			if len(find(t, page, attr(link, "href"))) != 1 {
				t.Errorf("%s is not there", attr(link, "href"))
			}
		}
	})
	t.Run("an operation shows path, body, answers and a call", func(t *testing.T) {
		htmlcheck.Run(t, page,
			htmlcheck.In(`.panel:has(#CreateApiToken) .call`, htmlcheck.HasText("POST /organizations/{organizationId}/tokens")),
			htmlcheck.In(`.panel:has(#CreateApiToken)`, htmlcheck.HasText("tokenExpiryPeriodInDays whole number, 1 to 3650")),
			htmlcheck.In(`.panel:has(#CreateApiToken) a[href="#IssuedApiToken"]`),
			htmlcheck.In("#example-CreateApiToken", htmlcheck.HasText(`curl "https://dagpass.example.com/organizations/$ORGANIZATION_ID/tokens"`)))
	})
	t.Run("a stranger is offered no screens of the console", func(t *testing.T) {
		htmlcheck.Run(t, page, htmlcheck.NotIn("nav.side"), htmlcheck.In(`header a[href="/sign-in"]`))
	})
}
