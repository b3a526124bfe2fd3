package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1 (MPL-2.0), which finds what breaks the accessibility guidelines.
//
//go:embed testdata/axe.min.js
var axe string

// look is one way to see a screen.
type look struct {
	name          string
	scheme        string
	width, height int64
	rules         string // of axe
}

// Contrast depends on the scheme and hardly anything else does, and it takes most of axe's time. So
// each scheme is held to all rules once, wide and narrow, and the widths between to the rest.
const (
	allRules    = `{}`
	butContrast = `{ "color-contrast": { enabled: false } }`
)

var lookList = []look{
	{"light", "light", 1280, 900, allRules},
	{"dark", "dark", 1280, 900, allRules},
	{"tablet", "light", 800, 1000, butContrast},
	{"phone", "light", 390, 844, butContrast},
	{"small", "dark", 320, 640, allRules},
}

// shotsVariable names a directory for pictures of every screen in every look.
const shotsVariable = "TEST_SHOTS"

// inspect holds what a window shows now to the rules, in every look, and takes the pictures.
func (w *window) inspect(name string) {
	w.until(`document.fonts.status === "loaded"`)
	if !w.is(`globalThis.axe`) {
		w.run(axe + ";0")
	}
	for _, l := range lookList {
		w.seeAs(l)
		w.inspectOnce(name+", "+l.name, l.rules)
		w.picture(name, l.name)
	}
	w.seeAs(lookList[0])
}

func (w *window) seeAs(l look) {
	w.do(emulation.SetDeviceMetricsOverride(l.width, l.height, 1, false), emulation.SetEmulatedMedia().
		WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}))
	w.until(fmt.Sprintf(`innerWidth === %d && document.getAnimations().every((animation) => animation.playState === "finished")`, l.width))
}

func (w *window) inspectOnce(name, rules string) {
	for rule, expression := range map[string]string{"axe": fmt.Sprintf(axeRun, rules), "sideways scroll": sideways, "small targets": smallTargets} {
		value, err := w.evaluate(expression)
		var found []string
		if err == nil {
			err = json.Unmarshal(value, &found)
		}
		if err != nil {
			w.failf("%s: %s: %w", name, rule, err)
		}
		for _, f := range found {
			w.complain("%s: %s: %s", name, rule, f)
		}
	}
}

// axeRun lists what axe finds under the rules of WCAG 2.0 to 2.2, A and AA, and its best practices.
const axeRun = `axe.run(document, {
	runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
	resultTypes: ["violations"],
	rules: %s,
}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) =>
	id + " at " + node.target + ": " + (node.any[0] ?? node.all[0] ?? node.none[0])?.message)))`

// sideways lists what is wider than the window, and tables and dialogs that scroll sideways.
const sideways = `(() => {
	const wide = [document.documentElement, ...document.querySelectorAll("dialog[open], .table-box, .dlg, [popover]:popover-open")]
		.filter((box) => box.scrollWidth > box.clientWidth + 1);
	return wide.map((box) => box.tagName + "." + box.className + " is " + box.scrollWidth + " in " + box.clientWidth);
})()`

// smallTargets lists controls under 24 by 24 pixels. Links inside a sentence are excepted, as in WCAG
// 2.5.8, and so is what is not shown.
const smallTargets = `[...(document.querySelector("dialog[open]") ?? document).querySelectorAll("a[href], button, input, select, textarea, summary")]
	.filter((target) => target.checkVisibility({ visibilityProperty: true }) && target.type !== "hidden" && !target.closest(".sr, .skip"))
	.filter((target) => !target.matches("p a, dd a, small a, caption a, label *"))
	.map((target) => [target, target.getBoundingClientRect()])
	.filter(([, box]) => box.width < 24 || box.height < 24)
	.map(([target, box]) => target.outerHTML.slice(0, 120) + " is " + Math.round(box.width) + " by " + Math.round(box.height))`

// picture writes what a window shows to the directory for pictures, if there is one.
func (w *window) picture(name, look string) {
	dir := os.Getenv(shotsVariable)
	if dir == "" {
		return
	}
	w.check(os.MkdirAll(dir, 0o700))
	var shot []byte
	w.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, _, _, _, size, err := page.GetLayoutMetrics().Do(ctx)
		if err != nil {
			return err
		}
		shoot := page.CaptureScreenshot()
		if !w.is(`$("dialog[open]")`) { // a dialog stands in the window, a page goes on below it
			clip := &page.Viewport{Width: size.Width, Height: min(size.Height, 2400), Scale: 1}
			shoot = shoot.WithClip(clip).WithCaptureBeyondViewport(true)
		}
		shot, err = shoot.Do(ctx)
		return err
	}))
	file := strings.NewReplacer(" ", "-", ",", "", "'", "", "/", "-").Replace(name + "--" + look)
	w.check(os.WriteFile(filepath.Join(dir, file+".png"), shot, 0o600))
}

// pictures shows where a story failed.
func (s *stage) pictures(name string) {
	for i, w := range s.windows {
		w.picture("failed "+name, fmt.Sprint(i))
	}
}
