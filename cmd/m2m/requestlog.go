package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"cognito-m2m/internal/serving"
)

// requestLog prints a line for each request, with a prefix.
func requestLog(to io.Writer, prefix string) func(serving.Request) {
	lines := sync.Pool{New: func() any { return new([]byte) }}
	return func(r serving.Request) {
		line := lines.Get().(*[]byte) // New makes nothing else
		defer lines.Put(line)
		*line = append(appendRequest(append((*line)[:0], prefix...), r), '\n')
		_, _ = to.Write(*line)
	}
}

// appendRequest writes a request for a person: when, what, who, the answer, how long it took, and
// why it was refused. It does without fmt, which takes twice as long for all of it.
func appendRequest(line []byte, r serving.Request) []byte {
	path := r.Path
	if strings.Contains(path, " ") { // a path must not look like further columns
		path = strconv.Quote(path)
	}
	line = r.Received.Local().AppendFormat(line, "15:04:05.000 ")
	line = appendColumn(line, r.Method, 4)
	line = appendColumn(line, path, 20)
	line = appendColumn(line, cmp.Or(r.Client, "-"), 8)
	line = strconv.AppendInt(line, int64(r.Status), 10)
	took := strconv.AppendFloat(make([]byte, 0, 16), float64(r.Duration)/float64(time.Millisecond), 'f', 1, 64)
	line = appendBlanks(line, 1+6-len(took))
	line = append(append(line, took...), "ms"...)
	if r.Refused != "" {
		line = append(append(line, "  "...), r.Refused...)
	}
	return line
}

// appendColumn writes a text, at least so wide, and a blank.
func appendColumn(line []byte, text string, width int) []byte {
	return appendBlanks(append(line, text...), max(0, width-utf8.RuneCountInString(text))+1)
}

func appendBlanks(line []byte, blanks int) []byte {
	for range blanks {
		line = append(line, ' ')
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
