package gateway

import (
	"cmp"
	"io"
	"strings"
	"sync"
)

// accessLog writes one line per request that reached a stage, in the stage's own format.
type accessLog struct {
	mu  sync.Mutex
	out io.Writer // nil writes no log
}

// unset is what AWS prints for a variable without a value.
const unset = "-"

// write logs an exchange. A log that can't be written does not fail the request.
func (l *accessLog) write(x *exchange) {
	if l.out == nil || x.stage == nil || x.stage.logFormat == nil {
		return
	}
	line := logLine(x)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.out, line)
}

func logLine(x *exchange) string {
	var b strings.Builder
	for _, part := range x.stage.logFormat {
		b.WriteString(part.Literal)
		if part.Variable != "" {
			b.WriteString(cmp.Or(logValue(x, part.Variable), unset))
		}
	}
	b.WriteByte('\n')
	return b.String()
}
