package conformance

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// widest is how many characters of a cell are shown.
const widest = 48

// printTable writes verdicts one to a line, in aligned columns.
func printTable(w io.Writer, verdicts []verdict) error {
	table := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprintln(table, "case\t source\t expected\t got\t ok")
	fmt.Fprintln(table, "----\t ------\t --------\t ---\t --")
	for _, v := range verdicts {
		fmt.Fprintf(table, "%s\t %s\t %s\t %s\t %s\n", v.name, v.source, cell(v.wants.says), cell(v.got), v.state)
	}
	return table.Flush()
}

// printBoth shows what each row answers where a function decides, beside what it answers where a
// JWT authorizer does, if that has such a row.
func printBoth(w io.Writer, byJWT, byFunction []verdict) error {
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprintln(table, "case\t JWT authorizer\t function authorizer\t expected of the function\t ok")
	fmt.Fprintln(table, "----\t --------------\t -------------------\t ------------------------\t --")
	answered := map[string]string{}
	for _, v := range byJWT {
		answered[v.name] = v.got
	}
	for _, v := range byFunction {
		fmt.Fprintf(table, "%s\t %s\t %s\t %s\t %s\n", v.name, cell(answered[v.name]), cell(v.got), cell(v.wants.says), v.state)
	}
	return table.Flush()
}

func cell(text string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text))
	if len(runes) > widest {
		return string(runes[:widest-1]) + "…"
	}
	return string(runes)
}

func summary(verdicts []verdict) string {
	count := map[state]int{}
	for _, v := range verdicts {
		count[v.state]++
	}
	return fmt.Sprintf("%d cases: %d conform, %d deviate, %d not applicable",
		len(verdicts), count[conforms], count[deviates], count[notApplicable])
}
