package main

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// chrome is one running browser. Each window gets a profile of its own in it.
type chrome struct{ ctx context.Context }

// chromeVariable names the browser to use instead of the one on the path. It has no prefix of the
// program, which refuses variables it does not know.
const chromeVariable = "TEST_CHROME"

// chromeFlags keep the browser from asking anybody but the program.
var chromeFlags = []string{
	"headless", "disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check", "hide-scrollbars",
	"disable-background-networking", "disable-component-update", "disable-default-apps", "disable-extensions",
	"disable-sync", "disable-dev-shm-usage", "disable-hang-monitor", "disable-renderer-backgrounding",
	"disable-background-timer-throttling", "disable-backgrounding-occluded-windows", "metrics-recording-only",
}

// startChrome starts the browser that is installed; without one the tests fail, because a proof that
// was left out looks like one that passed.
func startChrome(t *testing.T) *chrome {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(findChrome(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("force-color-profile", "srgb"),
	}
	for _, flag := range chromeFlags {
		options = append(options, chromedp.Flag(flag, true))
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses root otherwise
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, quit := chromedp.NewContext(allocator, chromedp.WithLogf(discard), chromedp.WithErrorf(discard))
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log(err)
		}
		quit()
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return &chrome{ctx}
}

// do asks the browser itself, not one of its windows.
func (c *chrome) do(action func(context.Context) error) error {
	return action(cdp.WithExecutor(c.ctx, chromedp.FromContext(c.ctx).Browser))
}

// discard silences the driver: it reports events of nodes that are gone, which happens on every page.
func discard(string, ...any) {}

func findChrome(t *testing.T) string {
	t.Helper()
	if named := os.Getenv(chromeVariable); named != "" {
		return named
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("No browser found. Install Chromium (on Debian: apt install chromium), or name one with %s=/path/to/chrome.", chromeVariable)
	return ""
}
