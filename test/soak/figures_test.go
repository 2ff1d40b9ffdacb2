package soak

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

var figuresFile = flag.String("figures", "", "file that -speed keeps its figures in: rows of the same name are replaced")

// figuresHead are the columns of docs/speed.tsv, which docs/speed.md and its plot are made from.
const figuresHead = "what\tbefore\tnow\tbeside\tratio before\tratio\tlowest\thighest\ttarget\trounds"

// figure is what was measured of one thing, a value for each round.
type figure struct {
	what   string
	unit   string    // what the values are in
	target string    // of the ratio: "<= 0.75"
	beside string    // what the ratio is to; "" for the earlier build
	to     []float64 // its values
	before []float64 // of the earlier build; none without -before
	now    []float64
}

// ratios are those of each round.
func (f figure) ratios(values []float64) (ratios []float64) {
	to := f.to
	if f.beside == "" {
		to = f.before
	}
	for i := range min(len(values), len(to)) {
		ratios = append(ratios, values[i]/to[i])
	}
	return ratios
}

// row is the line of the figure, "" if there is nothing to compare it with.
func (f figure) row() string {
	ratios, earlier, beside := f.ratios(f.now), "", f.beside
	if len(ratios) == 0 {
		return ""
	}
	if beside == "" {
		beside = "the commit before"
	} else {
		beside += " (" + f.text(f.to) + ")"
		if len(f.before) > 0 {
			earlier = fmt.Sprintf("%.2f", median(f.ratios(f.before)))
		}
	}
	return strings.Join([]string{
		f.what, f.text(f.before), f.text(f.now), beside, earlier,
		fmt.Sprintf("%.2f", median(ratios)), fmt.Sprintf("%.2f", slices.Min(ratios)), fmt.Sprintf("%.2f", slices.Max(ratios)),
		f.target, fmt.Sprint(len(ratios)),
	}, "\t")
}

// text is the median with its unit, of three digits.
func (f figure) text(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	m := median(values)
	return fmt.Sprintf("%.*f %s", max(0, 2-int(math.Floor(math.Log10(m)))), m, f.unit)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// tell prints the figures, and keeps them in the file.
func tell(t *testing.T, figures ...figure) {
	t.Helper()
	var table bytes.Buffer
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, figuresHead)
	for _, f := range figures {
		row := f.row()
		if row == "" {
			fmt.Fprintf(out, "%s\t\t%s\tleft out: it is measured beside an earlier build (make bench BEFORE=...)\n", f.what, f.text(f.now))
			continue
		}
		fmt.Fprintln(out, row)
		keep(t, f.what, row)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("medians of the rounds\n%s", &table)
}

// keep replaces the row of that name in the file, or adds it.
func keep(t *testing.T, what, row string) {
	t.Helper()
	if *figuresFile != "" {
		keepRow(t, *figuresFile, figuresHead, what, strings.TrimPrefix(row, what+"\t"))
	}
}

// keepRow replaces the row in a file that begins with key, or adds it.
func keepRow(t *testing.T, file, head, key, rest string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
	lines[0] = head
	row := key + "\t" + rest
	at := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, key+"\t") })
	if at < 0 {
		lines = append(lines, row)
	} else {
		lines[at] = row
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestFigures: a ratio is the median of the rounds' own ratios, to the earlier build or to what
// both are beside.
func TestFigures(t *testing.T) {
	t.Parallel()
	beside := figure{what: "a", unit: "s", target: "<= 1", beside: "b", to: []float64{10, 20, 40}, before: []float64{10, 10, 10}, now: []float64{1, 5, 30}}
	before, alone := beside, beside
	before.beside, alone.before = "", nil
	nothing := alone
	nothing.beside = ""
	for _, c := range []struct {
		figure figure
		want   string
	}{
		{beside, "a\t10.0 s\t5.00 s\tb (20.0 s)\t0.50\t0.25\t0.10\t0.75\t<= 1\t3"},
		{before, "a\t10.0 s\t5.00 s\tthe commit before\t\t0.50\t0.10\t3.00\t<= 1\t3"},
		{alone, "a\t\t5.00 s\tb (20.0 s)\t\t0.25\t0.10\t0.75\t<= 1\t3"},
		{nothing, ""},
	} {
		if got := c.figure.row(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	page, err := os.ReadFile("../../docs/speed.tsv")
	if head, _, _ := strings.Cut(string(page), "\n"); err != nil || head != figuresHead {
		t.Errorf("docs/speed.tsv has the columns %q, want %q: %v", head, figuresHead, err)
	}
}
