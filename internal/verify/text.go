package verify

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteText prints the report as a table, one line for each check.
func (r *Report) WriteText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WHERE\tWITH\tWANT\tGOT\tRESULT")
	for _, c := range r.Checks {
		got, mark := c.Got, ""
		switch c.Outcome {
		case Red:
			mark = "RED"
		case NotTried:
			got, mark = "not tried", "RED: "+c.Reason
		case LeftOut:
			got, mark = "left out", c.Reason
		case OK:
			mark = "ok"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", c.place(), c.with(), c.Want, got, mark)
	}
	return table.Flush()
}
