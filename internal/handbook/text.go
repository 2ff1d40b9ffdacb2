package handbook

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cognito-m2m/internal/offering"
	"cognito-m2m/internal/printable"
)

// parameter is a parameter of a path.
var parameter = regexp.MustCompile(`\{[^}]*\}`)

// special are the characters that Markdown gives a meaning to.
var special = regexp.MustCompile("[\\\\`*_\\[\\]<>|&~]")

// text is foreign text in Markdown: on one line, and with no markup of its own.
func text(foreign string) string {
	line := printable.Text(strings.Join(strings.Fields(foreign), " "))
	return special.ReplaceAllString(line, `\$0`)
}

// code is foreign text as code, also in the cell of a table.
func code(foreign string) string {
	line := strings.ReplaceAll(printable.Text(foreign), "|", `\|`)
	if strings.Contains(line, "`") {
		return "`` " + line + " ``"
	}
	return "`" + line + "`"
}

// codes are several of them.
func codes(foreign []string, between string) string {
	written := make([]string, len(foreign))
	for i, one := range foreign {
		written[i] = code(one)
	}
	return strings.Join(written, between)
}

// quoted is a text as Go, Python, JavaScript and Java write it.
func quoted(text string) string {
	raw, _ := json.Marshal(text) // a string has no form that JSON lacks
	return string(raw)
}

// shell is a text as one word of a shell.
func shell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// period is a duration in words.
func period(d time.Duration) string {
	const day = 24 * time.Hour
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / unit.of; n > 0 && d%unit.of == 0 && (n > 1 || unit.of != day) {
			if n == 1 {
				return "1 " + unit.name
			}
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return printable.Duration(d)
}

// limit is how much a route takes.
func limit(r offering.Route) string {
	if r.Rate == nil || r.Burst == nil {
		return "the account's"
	}
	return strconv.FormatFloat(*r.Rate, 'f', -1, 64) + " a second, " + strconv.Itoa(*r.Burst) + " at once"
}
