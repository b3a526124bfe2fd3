package main

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp/kb"
)

// filterSortAndPage reads the address after each step: it is all the state there is. Seen to fail:
// with empty values left in the address, with a sort link without its id, and, at the second Back,
// without the check at the start of app.js.
func filterSortAndPage(s *stage) {
	w := s.as("Amina Diallo")
	list := w.text(`location.pathname`)
	w.createMany(45)
	w.open(list)
	w.mustTurnPages(list)
	w.mustFilter(list)
	w.mustSort(list)
}

// createMany makes tokens with the page's own form, without looking at it.
func (w *window) createMany(n int) {
	w.run(fmt.Sprintf(`(async () => {
		for (let i = 0; i < %d; i++) {
			const page = new DOMParser().parseFromString(await (await fetch(location.pathname + "/new")).text(), "text/html");
			const form = new FormData(page.querySelector("form[action$='/tokens']"));
			form.set("name", "many-" + i);
			const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams(form) });
			if (!answer.ok) throw answer.status;
		}
	})()`, n))
}

func (w *window) mustTurnPages(list string) {
	w.must(`document.querySelectorAll("tbody tr").length === 50 && !$("#first-page")`)
	first := w.text(firstRow)
	w.click("#next-page")
	w.until(`new URLSearchParams(location.search).has("after") && $("#first-page")`)
	w.until(`$("#first-page") && !$("tbody").innerText.includes(` + quote(first) + `)`)
	w.travel(-1)
	w.until(w.at(list) + ` && ` + firstRow + ` === ` + quote(first))
}

const firstRow = `$("tbody th bdi")?.textContent`

// at is true on a path with its query.
func (w *window) at(path string) string {
	return `location.pathname + location.search === ` + quote(path)
}

func (w *window) mustFilter(list string) {
	w.click("#filter-q")
	w.press("laptop")
	w.until(w.at(list+"?q=laptop") + ` && $("#list-title").innerText.includes("1 matching API Token")`)
	w.must(focusedOn("#filter-q"))
	w.choose("#filter-status", "Expires soon")
	w.until(w.at(list+"?q=laptop&status=soon") + ` && $("h2")?.innerText === "No API tokens match these filters"`)
	w.must(focusedOn("#filter-status"))
	w.click(".empty a")
	w.until(w.at(list) + ` && $("#filter-q").value === ""`)
	w.choose("#filter-role", "Workspace Owner")
	w.until(w.at(list + "?role=WORKSPACE_OWNER"))
	w.reload()
	w.must(w.at(list+"?role=WORKSPACE_OWNER") + ` && $("#filter-role").value === "WORKSPACE_OWNER"`)
	w.press(kb.Home)
	w.open(list)
}

func (w *window) mustSort(list string) {
	w.tabTo("#sort-expires")
	w.press("\r")
	w.until(w.at(list+"?sort=expires") + ` && $("th[aria-sort=ascending] #sort-expires")`)
	w.must(focusedOn("#sort-expires"))
	w.press("\r")
	w.until(w.at(list+"?sort=-expires") + ` && $("th[aria-sort=descending] #sort-expires")`)
	w.must(focusedOn("#sort-expires"))
	w.fill("#filter-q", "ci-deploy")
	w.until(`location.search.includes("q=ci-deploy")`)
	if query := w.text(`location.search`); !strings.Contains(query, "sort=-expires") {
		w.failf("the sort order was lost: %s", query)
	}
	w.travel(-1)
	w.until(w.at(list + "?sort=expires")) // the page may still be on its way: people are as fast
	w.travel(-1)
	w.until(w.at(list) + ` && $("th[aria-sort=ascending] #sort-name")`)
}
