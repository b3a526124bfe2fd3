// Package htmlcheck lets a test say what must stand in an HTML page, and what must not, in the
// shape of the page itself:
//
//	htmlcheck.Run(t, page,
//		htmlcheck.In("dialog h2", htmlcheck.HasExactText("Rotate token")),
//		htmlcheck.NotIn("input[name=name]"))
//
// A check is a function from a node to an error. In narrows to a part of the page and puts its
// selector in front of every failure inside it.
package htmlcheck

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Check looks at one node and says what is wrong with it, or nil.
type Check func(*html.Node) error

// Parse reads an HTML document or a fragment of one.
func Parse(page string) (*html.Node, error) {
	n, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("htmlcheck: %w", err)
	}
	return n, nil
}

// Run parses a page and reports every check that fails.
func Run(t testing.TB, page string, checks ...Check) {
	t.Helper()
	n, err := Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		if err := check(n); err != nil {
			t.Error(err)
		}
	}
}

// In finds the first element that matches a CSS selector and applies the checks to it. It fails
// when there is none.
func In(selector string, checks ...Check) Check {
	return func(n *html.Node) error {
		found, err := All(n, selector)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("%s: not found", selector)
		}
		for _, check := range checks {
			if err := check(found[0]); err != nil {
				return fmt.Errorf("%s: %w", selector, err)
			}
		}
		return nil
	}
}

// NotIn fails when any element matches a CSS selector.
func NotIn(selector string) Check { return Count(selector, 0) }

// Count fails unless exactly n elements match a CSS selector.
func Count(selector string, want int) Check {
	return func(n *html.Node) error {
		found, err := All(n, selector)
		if err != nil {
			return err
		}
		if len(found) != want {
			return fmt.Errorf("%s: found %d times, want %d", selector, len(found), want)
		}
		return nil
	}
}

// HasText fails unless the text of the node contains want. Runs of white space count as one space.
func HasText(want string) Check {
	return func(n *html.Node) error {
		if got := Text(n); !strings.Contains(got, want) {
			return fmt.Errorf("text %q does not contain %q", got, want)
		}
		return nil
	}
}

// HasExactText fails unless the text of the node is want, white space at its ends apart.
func HasExactText(want string) Check {
	return func(n *html.Node) error {
		if got := Text(n); got != want {
			return fmt.Errorf("text is %q, want %q", got, want)
		}
		return nil
	}
}

// HasAttr fails unless the node has an attribute with that value.
func HasAttr(name, want string) Check {
	return func(n *html.Node) error {
		got, ok := Attr(n, name)
		if !ok {
			return fmt.Errorf("has no attribute %s", name)
		}
		if got != want {
			return fmt.Errorf("attribute %s is %q, want %q", name, got, want)
		}
		return nil
	}
}

// All are the elements below n that match a CSS selector, in document order.
func All(n *html.Node, selector string) ([]*html.Node, error) {
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil, fmt.Errorf("selector %s: %w", selector, err)
	}
	return cascadia.QueryAll(n, sel), nil
}

// Attr is the value of an attribute, and whether the node has it.
func Attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Text is the text inside a node as it is read: runs of white space are one space, and what stands
// in different blocks is apart.
func Text(n *html.Node) string {
	var b strings.Builder
	writeText(&b, n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func writeText(w io.StringWriter, n *html.Node) {
	if n.Type == html.TextNode {
		_, _ = w.WriteString(n.Data) // a strings.Builder does not fail
	}
	for c := range n.ChildNodes() {
		writeText(w, c)
	}
	if n.Type == html.ElementNode && !inline(n.Data) {
		_, _ = w.WriteString(" ")
	}
}

// inline reports whether an element continues the line it stands in.
func inline(element string) bool {
	switch element {
	case "a", "abbr", "b", "bdi", "code", "em", "i", "label", "span", "strong", "time":
		return true
	}
	return false
}

// Tree is the structure of a page: every element with the names of its attributes, one a line,
// indented by depth. Text and the values of attributes are left out, so two pages that differ in
// what people typed have the same tree.
func Tree(n *html.Node) string {
	var b strings.Builder
	writeTree(&b, n, 0)
	return b.String()
}

func writeTree(w io.StringWriter, n *html.Node, depth int) {
	if n.Type == html.ElementNode {
		line := strings.Repeat(" ", depth) + n.Data
		for _, a := range n.Attr {
			line += " " + a.Key
		}
		_, _ = w.WriteString(line + "\n") // a strings.Builder does not fail
	}
	for c := range n.ChildNodes() {
		writeTree(w, c, depth+1)
	}
}
