package dagpasstest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Browser visits the site like a person with scripts off: it keeps cookies, follows links and
// submits the forms that a page really has, so that a form that lost a field fails.
type Browser struct {
	h       *House
	cookies map[string]string
	// HTMX makes every request one that htmx would send.
	HTMX bool
	// Header is added to every request.
	Header http.Header
	// Address is where every request comes from.
	Address string
}

// Browser returns one in which a person is signed in.
func (h *House) Browser(p Person) *Browser {
	b := h.Stranger()
	b.cookies["__Host-dagpass"] = p.Session.Reveal()
	return b
}

// Stranger returns one in which nobody is signed in.
func (h *House) Stranger() *Browser {
	return &Browser{h: h, cookies: map[string]string{}, Header: http.Header{}, Address: origin.Address}
}

// Cookie returns a cookie's value, "" without one.
func (b *Browser) Cookie(name string) string { return b.cookies[name] }

// SetCookie plants one.
func (b *Browser) SetCookie(name, value string) { b.cookies[name] = value }

// Get opens a path.
func (b *Browser) Get(path string) *Page { return b.Do(http.MethodGet, path, nil) }

// Post sends a form that no page had.
func (b *Browser) Post(path string, fields url.Values) *Page {
	if fields == nil {
		fields = url.Values{}
	}
	return b.Do(http.MethodPost, path, fields)
}

// Do sends one request and does not follow redirects.
func (b *Browser) Do(method, path string, fields url.Values) *Page {
	b.h.T.Helper()
	if fields == nil {
		return b.send(method, path, "", nil)
	}
	return b.send(method, path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

// Upload sends a form that may carry a file: the field called file.
func (b *Browser) Upload(path string, fields url.Values) *Page {
	b.h.T.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range fields {
		create := w.CreateFormField
		if name == "file" {
			create = func(name string) (io.Writer, error) { return w.CreateFormFile(name, "people.txt") }
		}
		part, err := create(name)
		b.h.must(err)
		_, err = io.WriteString(part, values[0])
		b.h.must(err)
	}
	b.h.must(w.Close())
	return b.send(http.MethodPost, path, w.FormDataContentType(), &body)
}

func (b *Browser) send(method, path, kind string, body io.Reader) *Page {
	b.h.T.Helper()
	r := httptest.NewRequest(method, PublicURL+path, body)
	r.RemoteAddr = net.JoinHostPort(b.Address, "40000")
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		r.Header.Set("Origin", PublicURL)
		r.Header.Set("Content-Type", kind)
	}
	if b.HTMX {
		r.Header.Set("HX-Request", "true")
	}
	for name, values := range b.Header {
		r.Header[name] = values
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.Handler.ServeHTTP(w, r)
	b.keep(w.Result().Cookies())
	return newPage(b, path, w)
}

func (b *Browser) keep(set []*http.Cookie) {
	for _, c := range set {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
}

// Page is an answer.
type Page struct {
	T       testing.TB
	Code    int
	Header  http.Header
	Body    string
	Path    string
	browser *Browser
	tree    *html.Node // nil until something is looked for
}

func newPage(b *Browser, path string, w *httptest.ResponseRecorder) *Page {
	b.h.T.Helper()
	if n := strings.Count(strings.ToLower(w.Body.String()), "<!doctype html>"); n > 1 {
		b.h.T.Fatalf("%s: %d documents in one answer", path, n)
	}
	return &Page{T: b.h.T, Code: w.Code, Header: w.Header(), Body: w.Body.String(), Path: path, browser: b}
}

func (p *Page) document() *html.Node {
	p.T.Helper()
	if p.tree == nil {
		var err error
		if p.tree, err = html.Parse(strings.NewReader(p.Body)); err != nil {
			p.T.Fatal(err)
		}
	}
	return p.tree
}

// Status fails the test unless the answer has the status.
func (p *Page) Status(want int) *Page {
	p.T.Helper()
	if p.Code != want {
		p.T.Fatalf("%s: status %d, want %d\n%s", p.Path, p.Code, want, p.Text("body"))
	}
	return p
}

// Follow opens where a redirect leads, for as long as one does.
func (p *Page) Follow() *Page {
	p.T.Helper()
	for range 5 {
		if p.Code != http.StatusSeeOther {
			return p
		}
		p = p.browser.Get(p.Header.Get("Location"))
	}
	p.T.Fatalf("%s: redirected for ever", p.Path)
	return p
}

// Has fails the test unless the answer's text holds each of the texts.
func (p *Page) Has(texts ...string) *Page {
	p.T.Helper()
	all := p.Text("html")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			p.T.Errorf("%s lacks %q:\n%s", p.Path, text, all)
		}
	}
	return p
}

// HasNot fails the test when the answer's source holds any of the texts.
func (p *Page) HasNot(texts ...string) *Page {
	p.T.Helper()
	for _, text := range texts {
		if strings.Contains(p.Body, text) {
			p.T.Errorf("%s holds %q", p.Path, text)
		}
	}
	return p
}

// Text is the text of the first element a selector finds, its white space folded; "" for none.
func (p *Page) Text(selector string) string {
	node := p.Find(selector)
	if node == nil {
		return ""
	}
	return Text(node)
}

// Find is the first element a selector finds, nil for none.
func (p *Page) Find(selector string) *html.Node {
	return cascadia.Query(p.document(), cascadia.MustCompile(selector))
}

// All are the elements a selector finds.
func (p *Page) All(selector string) []*html.Node {
	return cascadia.QueryAll(p.document(), cascadia.MustCompile(selector))
}

// Text is the text of a node, its white space folded, without scripts and templates.
func Text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "template") {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// Attr is an attribute of a node, "" without it.
func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Secret is the value a reveal shows, and fails the test unless exactly one element holds one.
func (p *Page) Secret() string {
	p.T.Helper()
	found := p.All("textarea[data-secret]")
	if len(found) != 1 {
		p.T.Fatalf("%s shows %d secrets", p.Path, len(found))
	}
	return strings.TrimSpace(Text(found[0]))
}

// Click opens the link with the text or the accessible name.
func (p *Page) Click(name string) *Page {
	p.T.Helper()
	for _, a := range p.All("a[href]") {
		if Text(a) == name || Attr(a, "aria-label") == name {
			return p.browser.Get(Attr(a, "href")).Follow()
		}
	}
	p.T.Fatalf("%s has no link %q", p.Path, name)
	return nil
}

// Form is a form of a page, being filled in.
type Form struct {
	page   *Page
	method string
	action string
	upload bool // sent as multipart/form-data
	fields url.Values
}

// Form returns the form whose submit button has the label, with the values it came with and what the
// button adds to them.
func (p *Page) Form(submit string) *Form {
	p.T.Helper()
	for _, node := range p.All("form") {
		for _, button := range cascadia.QueryAll(node, cascadia.MustCompile("button")) {
			if Text(button) == submit || Attr(button, "aria-label") == submit {
				return p.readForm(node).press(button)
			}
		}
	}
	p.T.Fatalf("%s has no form to %q:\n%s", p.Path, submit, p.Text("body"))
	return nil
}

// FormTo returns the form that is sent to a path, with the values it came with.
func (p *Page) FormTo(path string) *Form {
	p.T.Helper()
	for _, node := range p.All("form") {
		if action, _, _ := strings.Cut(Attr(node, "action"), "?"); action == path {
			return p.readForm(node)
		}
	}
	p.T.Fatalf("%s has no form to %s:\n%s", p.Path, path, p.Text("body"))
	return nil
}

// Fields are what the form would send.
func (f *Form) Fields() url.Values { return f.fields }

func (p *Page) readForm(node *html.Node) *Form {
	f := &Form{page: p, method: strings.ToUpper(Attr(node, "method")), action: Attr(node, "action"), fields: url.Values{},
		upload: Attr(node, "enctype") == "multipart/form-data"}
	for _, field := range cascadia.QueryAll(node, cascadia.MustCompile("input[name], textarea[name], select[name]")) {
		if value, sent := fieldValue(field); sent {
			f.fields.Add(Attr(field, "name"), value)
		}
	}
	return f
}

// press does what a button says that differs from its form.
func (f *Form) press(button *html.Node) *Form {
	if method := Attr(button, "formmethod"); method != "" {
		f.method = strings.ToUpper(method)
	}
	if action := Attr(button, "formaction"); action != "" {
		f.action = action
	}
	if name := Attr(button, "name"); name != "" {
		f.fields.Set(name, Attr(button, "value"))
	}
	return f
}

func fieldValue(n *html.Node) (string, bool) {
	switch n.Data {
	case "textarea":
		return strings.TrimPrefix(rawText(n), "\n"), true
	case "select":
		chosen := cascadia.Query(n, cascadia.MustCompile("option[selected]"))
		if chosen == nil {
			chosen = cascadia.Query(n, cascadia.MustCompile("option"))
		}
		if chosen == nil {
			return "", false
		}
		return Attr(chosen, "value"), true
	}
	if kind := Attr(n, "type"); kind == "radio" || kind == "checkbox" {
		for _, a := range n.Attr {
			if a.Key == "checked" {
				return Attr(n, "value"), true
			}
		}
		return "", false
	}
	return Attr(n, "value"), true
}

func rawText(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

// Set fills in a field that the form has.
func (f *Form) Set(name, value string) *Form {
	f.page.T.Helper()
	if f.page.Find("[name="+name+"]") == nil {
		f.page.T.Fatalf("%s has no field %q", f.page.Path, name)
	}
	f.fields.Set(name, value)
	return f
}

// Tick chooses these of a group of checkboxes, and no others.
func (f *Form) Tick(name string, values ...string) *Form {
	f.page.T.Helper()
	for _, value := range values {
		if f.page.Find("[type=checkbox][name="+name+"][value="+value+"]") == nil {
			f.page.T.Fatalf("%s has no box %q for %q", f.page.Path, name, value)
		}
	}
	f.fields[name] = values
	return f
}

// Ticked are the boxes of a group that are chosen.
func (f *Form) Ticked(name string) []string { return f.fields[name] }

// Value is what a field holds.
func (f *Form) Value(name string) string { return f.fields.Get(name) }

// Submit sends the form and returns the answer, whatever it is.
func (f *Form) Submit() *Page {
	f.page.T.Helper()
	if f.method == http.MethodGet {
		return f.page.browser.Get(f.action + "?" + f.fields.Encode())
	}
	if f.upload {
		return f.page.browser.Upload(f.action, f.fields)
	}
	return f.page.browser.Post(f.action, f.fields)
}
