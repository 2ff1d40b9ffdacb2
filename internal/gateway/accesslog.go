package gateway

import (
	"cmp"
	"io"
	"net/http"
	"strings"
	"sync"

	"cognito-m2m/internal/redacted"
)

// accessLog writes one line per request that reached a stage, in the stage's own format.
type accessLog struct {
	mu  sync.Mutex
	out io.Writer // nil writes no log
}

// unset is what AWS prints for a variable without a value.
const unset = "-"

// write logs the line of an exchange. A log that can't be written does not fail the request.
func (l *accessLog) write(line string) {
	if l.out == nil || line == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.out, line+"\n")
}

// logLine is the line of an exchange in the format of its stage, "" if the stage has none.
func logLine(x *exchange) string {
	if x.stage == nil {
		return ""
	}
	var b strings.Builder
	b.Grow(usualLineBytes)
	for _, part := range x.stage.logFormat {
		b.WriteString(part.Literal)
		if part.Variable != "" {
			b.WriteString(cmp.Or(logValue(x, part.Variable), unset))
		}
	}
	return b.String()
}

// usualLineBytes is room for a line in the format of this project.
const usualLineBytes = 384

// record is what Config.Observe learns of an exchange. Every text in it may stand in a log.
func (x *exchange) record() Request {
	return Request{
		Received: x.received,
		Duration: x.latency,
		Method:   loggable(x.request.Method),
		Path:     loggable(cmp.Or(x.path, x.request.URL.Path)),
		ClientID: loggable(x.clientID()),
		Status:   x.reply.status,
		Refused:  loggable(x.whyRefused()),
		ID:       x.id,
		Route:    x.routeKey(),
		LogLine:  x.logLine,
		Sent:     x.refusedToken(),
	}
}

// refusedToken is what was sent to an authorizer that refused it. A function may ask for more than
// a token, so of its identity sources only a header or a query parameter counts.
func (x *exchange) refusedToken() redacted.Text {
	if x.route == nil || x.route.authorizer == nil {
		return ""
	}
	if status := x.refused().status; status != http.StatusUnauthorized && status != http.StatusForbidden {
		return ""
	}
	for _, source := range x.route.authorizer.sources() {
		if source.Header != "" || source.Query != "" {
			return redacted.Text(x.identity(source))
		}
	}
	return ""
}
