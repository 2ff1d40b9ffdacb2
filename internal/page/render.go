package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets templates
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"join":  strings.Join,
	"clock": func(at time.Time) string { return at.Local().Format("15:04:05") },
	"ms":    func(d time.Duration) string { return milliseconds(float64(d) / float64(time.Millisecond)) },
	"stamp": func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
	"kind":  kindOf,
}).ParseFS(files, "templates/*.html"))

// kindOf is how an answer counts: ok, refused or failed.
func kindOf(status int) string {
	switch {
	case status >= http.StatusInternalServerError:
		return "failed"
	case status >= http.StatusBadRequest:
		return "refused"
	}
	return "ok"
}

// html is a template with its data.
func html(name string, data any) template.HTML {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		panic(fmt.Sprintf("page: the template %s: %v", name, err)) // a mistake in this package, which its tests meet
	}
	return template.HTML(b.String()) //nolint:gosec // G203: a template has written it
}

// render answers with a template.
func (p *Page) render(w http.ResponseWriter, status int, name string, data any) {
	text := html(name, data)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, string(text)) // who asked may have gone
}

// assetTypes are those of the files that are served as they are.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// serveAsset serves a file that is the same in every run.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	content, err := files.ReadFile("assets/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", assetTypes[path.Ext(name)])
	_, _ = w.Write(content) // who asked may have gone
}

// milliseconds is a time for a person: 0.8 ms, 12 ms, 1.2 s.
func milliseconds(ms float64) string {
	switch {
	case ms >= 1000:
		return fmt.Sprintf("%.1f s", ms/1000)
	case ms >= 10:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f ms", ms)
}
