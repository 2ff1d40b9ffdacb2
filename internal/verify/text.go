package verify

import (
	"fmt"
	"io"
	"text/tabwriter"

	"cognito-m2m/internal/printable"
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
		case Warning:
			got, mark = "not known", "warning: "+c.Reason
		case OK:
			mark = "ok"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", printable.Text(c.place()), printable.Text(c.with()), printable.Text(c.Want), printable.Text(got), printable.Text(mark))
	}
	return table.Flush()
}
