// Package static holds the files a browser loads beside the pages: the style sheet, the scripts,
// the font and the icon. Each one is served under a name that contains a hash of its content, so
// browsers may keep it for a year and a new release never meets an old file.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Prefix is the URL path below which every asset is served.
const Prefix = "/static/"

// Names of the assets, as [Assets.URL] takes them.
const (
	CSS    = "app.css"           // every file of css/ in name order, as one sheet
	Script = "app.js"            // our own behaviour
	HTMX   = "htmx.min.js"       // htmx 4.0.1, unchanged
	Font   = "inter-latin.woff2" // Inter variable, latin
	Icon   = "favicon.svg"       // the mark
)

//go:embed css/*.css app.js htmx.min.js inter-latin.woff2 favicon.svg
var embedded embed.FS

// contentType names the exact type of each kind of file we serve. It is never sniffed.
func contentType(name string) (string, bool) {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8", true
	case ".js":
		return "text/javascript; charset=utf-8", true
	case ".svg":
		return "image/svg+xml; charset=utf-8", true
	case ".woff2":
		return "font/woff2", true
	}
	return "", false
}

// Assets is the set of files under their hashed names. It never changes after New and may be
// used by any number of goroutines.
type Assets struct {
	urls  map[string]string // plain name → hashed URL
	files map[string]file   // hashed name → content
}

type file struct {
	contentType string
	plain       []byte
	gzipped     []byte // nil when compressing does not help
}

// New reads, hashes and compresses the embedded files. It fails only when the program was built
// from an incomplete tree.
func New() (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]file{}}
	for _, name := range []string{Font, Icon, Script, HTMX} {
		content, err := embedded.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("static: %w", err)
		}
		if name == Script {
			content = squeeze(content)
		}
		if err := a.add(name, content); err != nil {
			return nil, err
		}
	}
	sheet, err := a.stylesheet()
	if err != nil {
		return nil, err
	}
	if err := a.add(CSS, sheet); err != nil {
		return nil, err
	}
	return a, nil
}

// squeeze drops what our own script carries for its readers only: comment lines and indentation.
// It knows no syntax, so the script has no text that spans lines.
func squeeze(script []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(script) {
		line = bytes.TrimLeft(line, "\t ")
		if !bytes.HasPrefix(line, []byte("//")) && !bytes.Equal(line, []byte("\n")) {
			out.Write(line)
		}
	}
	return out.Bytes()
}

// stylesheet joins css/*.css in name order and points the font's URL at its hashed name.
func (a *Assets) stylesheet() ([]byte, error) {
	names, err := fs.Glob(embedded, "css/*.css")
	if err != nil {
		return nil, fmt.Errorf("static: %w", err)
	}
	var sheet bytes.Buffer
	for _, name := range names {
		content, err := embedded.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("static: %w", err)
		}
		sheet.Write(content)
	}
	plain := []byte(`url("` + Font + `")`)
	if !bytes.Contains(sheet.Bytes(), plain) {
		return nil, fmt.Errorf("static: the style sheet does not load %s", Font)
	}
	return bytes.ReplaceAll(sheet.Bytes(), plain, []byte(`url("`+a.urls[Font]+`")`)), nil
}

func (a *Assets) add(name string, content []byte) error {
	kind, ok := contentType(name)
	if !ok {
		return fmt.Errorf("static: no content type for %s", name)
	}
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:8]) + ext
	f := file{contentType: kind, plain: content}
	if ext != ".woff2" { // a woff2 file is compressed already
		zipped, err := compress(content)
		if err != nil {
			return fmt.Errorf("static: compress %s: %w", name, err)
		}
		f.gzipped = zipped
	}
	a.urls[name] = Prefix + hashed
	a.files[hashed] = f
	return nil
}

func compress(content []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// URL returns the hashed URL path of an asset, for example /static/app.0a1b2c3d4e5f6071.css.
// A name that is none of the constants of this package gives the empty string.
func (a *Assets) URL(name string) string { return a.urls[name] }

// Handler serves exactly the hashed names below [Prefix], to GET and HEAD, as immutable for a
// year. Any other name is 404 and any other method 405. Security headers are the middleware's.
func (a *Assets) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name, ok := strings.CutPrefix(r.URL.Path, Prefix)
		f, known := a.files[name]
		if !ok || !known {
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		f.serve(w, r)
	})
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := f.plain
	if f.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if AcceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = f.gzipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client is gone; nobody is left to tell
	}
}

// AcceptsGzip reports whether an Accept-Encoding header names gzip with a weight above zero.
func AcceptsGzip(header string) bool {
	for item := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, weighted := strings.CutPrefix(strings.TrimSpace(params), "q=")
		if !weighted {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}
