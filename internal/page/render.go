package page

import (
	"embed"
	"fmt"
	"io"
	"net/http"
	"path"
	"time"

	"cognito-m2m/internal/explain"
)

//go:embed assets
var files embed.FS

// view is what a template shows. The method is the template, in a file that ends in .qtpl.
type view interface{ HTML() string }

// markup is HTML that a template has written.
type markup string

// html is a view as its template writes it.
func html(v view) markup { return markup(v.HTML()) }

func clock(at time.Time) string { return at.Local().Format("15:04:05") }

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func ms(d time.Duration) string { return milliseconds(float64(d) / float64(time.Millisecond)) }

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

// kindOfCheck is how a check counts, "" if it does not decide.
func kindOfCheck(result explain.Result) string {
	switch result {
	case explain.Fails:
		return "refused"
	case explain.OK:
		return "ok"
	case explain.NotChecked, explain.Note:
	}
	return ""
}

// render answers with a view.
func render(w http.ResponseWriter, status int, v view) {
	text := html(v)
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
