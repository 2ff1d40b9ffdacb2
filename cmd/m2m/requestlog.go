package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"cognito-m2m/internal/serving"
)

// requestLog prints a line for each request, with a prefix.
func requestLog(to io.Writer, prefix string) func(serving.Request) {
	const usual = 256
	return func(r serving.Request) {
		line := append(make([]byte, 0, usual), prefix...)
		_, _ = to.Write(append(appendRequest(line, r), '\n'))
	}
}

// appendRequest writes a request for a person: when, what, who, the answer, how long it took, and
// why it was refused.
func appendRequest(line []byte, r serving.Request) []byte {
	path := r.Path
	if strings.Contains(path, " ") { // a path must not look like further columns
		path = strconv.Quote(path)
	}
	line = r.Received.Local().AppendFormat(line, "15:04:05.000")
	line = fmt.Appendf(line, " %-4s %-20s %-8s %d %6.1fms",
		r.Method, path, cmp.Or(r.Client, "-"), r.Status, float64(r.Duration)/float64(time.Millisecond))
	if r.Refused != "" {
		line = append(append(line, "  "...), r.Refused...)
	}
	return line
}

// openAccessLog opens the file that access logs are appended to: - is stdout, and without a name no
// one reads them, which is a nil writer.
func openAccessLog(name string, stdout io.Writer) (to io.Writer, closeLog func() error, err error) {
	leaveOpen := func() error { return nil }
	switch name {
	case "":
		return nil, leaveOpen, nil
	case "-":
		return stdout, leaveOpen, nil
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, withHint(fmt.Errorf("opening the access log: %w", err), "choose another file with --access-log")
	}
	return file, file.Close, nil
}
