package docs

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// measured is a row of docs/speed.tsv, which test/soak writes.
type measured struct {
	what, before, now, beside     string
	earlier                       float64 // the ratio before; 0 where it was not measured
	ratio, lowest, highest, limit float64 // 0 where nothing was measured, or there is no target
	atLeast                       bool    // what the ratio must be to the limit; otherwise at most
	target, rounds                string
}

const (
	speedBegin = "<!-- table: make golden, from speed.tsv -->\n"
	speedEnd   = "<!-- end of table -->\n"
)

// TestGoldenSpeed keeps the table and the plot of docs/speed.md equal to the figures that were
// measured.
func TestGoldenSpeed(t *testing.T) {
	rows := measuredRows(t, m2mtest.Read(t, filepath.Join(root, "docs", "speed.tsv")))
	goldenFigures(t, "speed", rows, speedPlot(rows))
}

// goldenFigures keeps the table and the plot of a page equal to what was measured.
func goldenFigures(t *testing.T, name string, rows []measured, plot string) {
	t.Helper()
	page := filepath.Join(root, "docs", name+".md")
	begin := strings.Replace(speedBegin, "speed", name, 1)
	head, rest, begun := strings.Cut(m2mtest.Read(t, page), begin)
	_, tail, ended := strings.Cut(rest, speedEnd)
	if !begun || !ended {
		t.Fatalf("%s has no place for the table", page)
	}
	for file, want := range map[string]string{
		page:                                     head + begin + speedTable(rows) + speedEnd + tail,
		filepath.Join(root, "docs", name+".svg"): plot,
	} {
		if *update {
			m2mtest.Write(t, file, want)
		} else if m2mtest.Read(t, file) != want {
			t.Errorf("%s is not what docs/%s.tsv says, run make golden", file, name)
		}
	}
}

// TestMeasuredRows: a target is met by the ratio as it is printed, and only by a measured one.
func TestMeasuredRows(t *testing.T) {
	const head = "what\n"
	for row, want := range map[string]string{
		"a\t2 s\t1 s\tthe commit before\t\t0.50\t0.40\t0.60\t<= 0.5\t8": "yes",
		"a\t2 s\t1 s\tthe commit before\t\t0.51\t0.40\t0.60\t<= 0.5\t8": "**no**",
		"a\t2 s\t1 s\ta floor\t0.3\t0.50\t0.40\t0.60\t>= 0.5\t8":        "yes",
		"a\t2 s\t1 s\ta floor\t0.3\t0.49\t0.40\t0.60\t>= 0.5\t8":        "**no**",
		"a\t2 s\t1 s\ta floor\t0.3\t0.49\t0.40\t0.60\t\t8":              "",
		"a\t\t\ta floor\t\t\t\t\t<= 1\t":                                "not measured",
	} {
		if got := measuredRows(t, head+row+"\n")[0].met(); got != want {
			t.Errorf("%q: got %q, want %q", row, got, want)
		}
	}
}

func measuredRows(t *testing.T, file string) (rows []measured) {
	t.Helper()
	number := func(text string) float64 {
		if text == "" {
			return 0
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	for _, line := range slices.Collect(strings.Lines(file))[1:] {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(c) != 10 {
			t.Fatalf("the row %q has %d columns, want 10", line, len(c))
		}
		r := measured{
			what: c[0], before: c[1], now: c[2], beside: c[3], earlier: number(c[4]),
			ratio: number(c[5]), lowest: number(c[6]), highest: number(c[7]), target: c[8], rounds: c[9],
		}
		if comparison, limit, found := strings.Cut(r.target, " "); found {
			r.limit, r.atLeast = number(limit), comparison == ">="
			r.target = strings.NewReplacer("<=", "≤", ">=", "≥").Replace(r.target)
		}
		rows = append(rows, r)
	}
	return rows
}

// met says in a word whether the ratio is on the right side of the target.
func (r measured) met() string {
	switch {
	case r.ratio == 0:
		return "not measured"
	case r.limit == 0:
		return ""
	case r.atLeast && r.ratio >= r.limit, !r.atLeast && r.ratio <= r.limit:
		return "yes"
	default:
		return "**no**"
	}
}

func speedTable(rows []measured) string {
	var table strings.Builder
	table.WriteString("| what | before | now | beside | ratio before | ratio | lowest to highest | target | met | rounds |\n")
	table.WriteString("| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | --- | ---: |\n")
	ratio := func(value float64) string {
		if value == 0 {
			return ""
		}
		return fmt.Sprintf("%.2f", value)
	}
	for _, r := range rows {
		spread := ""
		if r.ratio != 0 {
			spread = ratio(r.lowest) + " to " + ratio(r.highest)
		}
		fmt.Fprintf(&table, "| %s |\n", strings.Join([]string{
			r.what, r.before, r.now, r.beside, ratio(r.earlier), ratio(r.ratio), spread, r.target, r.met(), r.rounds,
		}, " | "))
	}
	return table.String()
}

// The plot has for each row its name, its ratio in words, and a track from 0 to plotMost.
const (
	plotWidth = 720
	plotLeft  = 20
	plotTrack = plotWidth - 2*plotLeft
	plotTop   = 64
	plotRow   = 58
	plotMost  = 1.5
)

// plotStyle has a background of its own, so that it can be read on any page.
const plotStyle = `<style>
.back{fill:#ffffff;stroke:#aab7b8}.name{fill:#16191f}.say{fill:#545b64}.track{stroke:#d5dbdb}
.spread{stroke:#7f8c8d}.target{stroke:#16191f}.yes{fill:#1d8102}.no{fill:#d13212}.was{fill:none;stroke:#545b64}
@media (prefers-color-scheme:dark){
.back{fill:#0f1b2a;stroke:#414d5c}.name{fill:#e9ebed}.say{fill:#b6bec9}.track{stroke:#414d5c}
.spread{stroke:#95a5a6}.target{stroke:#e9ebed}.yes{fill:#6aaf35}.no{fill:#ff7566}.was{stroke:#b6bec9}}
</style>
`

func speedPlot(rows []measured) string {
	var svg strings.Builder
	height := plotTop + plotRow*len(rows) + 10
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n%s", plotWidth, height, plotStyle)
	fmt.Fprintf(&svg, `<rect class="back" x="0.5" y="0.5" width="%d" height="%d" rx="4"/>`+"\n", plotWidth-1, height-1)
	fmt.Fprintf(&svg, `<text class="name" x="%d" y="24" font-weight="bold">Ratios, from 0 to %.1f</text>`+"\n", plotLeft, plotMost)
	fmt.Fprintf(&svg, `<text class="say" x="%d" y="44" font-size="12">disc: now, with the lowest and highest; ring: before; bar: the target, and on which side of it to be</text>`+"\n", plotLeft)
	for i, r := range rows {
		svg.WriteString(r.plot(plotTop + plotRow*i))
	}
	svg.WriteString("</svg>\n")
	return svg.String()
}

func (r measured) plot(y int) string {
	var svg strings.Builder
	at := func(ratio float64) float64 { return plotLeft + plotTrack*min(ratio, plotMost)/plotMost }
	line := y + 42
	said := r.met()
	if r.ratio != 0 {
		said = fmt.Sprintf("%.2f of %s", r.ratio, r.beside)
	}
	if r.target != "" {
		said += ", target " + r.target
	}
	fmt.Fprintf(&svg, `<text class="name" x="%d" y="%d">%s</text>`+"\n", plotLeft, y+12, escaped(r.what))
	fmt.Fprintf(&svg, `<text class="say" x="%d" y="%d" font-size="12">%s</text>`+"\n", plotLeft, y+29, escaped(said))
	stroke := func(class string, from, to float64, width int) {
		fmt.Fprintf(&svg, `<path class="%s" d="M%.1f %dH%.1f" stroke-width="%d"/>`+"\n", class, from, line, to, width)
	}
	stroke("track", plotLeft, plotLeft+plotTrack, 2)
	if r.limit != 0 {
		arrow := -8
		if r.atLeast {
			arrow = 8
		}
		fmt.Fprintf(&svg, `<path class="target" d="M%.1f %dv16m0 -8h%d" stroke-width="2"/>`+"\n", at(r.limit), line-8, arrow)
	}
	if r.ratio == 0 {
		return svg.String()
	}
	earlier := r.earlier
	if r.before != "" && earlier == 0 {
		earlier = 1 // the ratio is to it
	}
	if earlier != 0 {
		fmt.Fprintf(&svg, `<circle class="was" cx="%.1f" cy="%d" r="5" stroke-width="2"/>`+"\n", at(earlier), line)
	}
	stroke("spread", at(r.lowest), at(r.highest), 3)
	class := "yes"
	if r.met() == "**no**" {
		class = "no"
	}
	fmt.Fprintf(&svg, `<circle class="%s" cx="%.1f" cy="%d" r="5"/>`+"\n", class, at(r.ratio), line)
	return svg.String()
}

// escaped is text as XML has it.
func escaped(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return err.Error()
	}
	return b.String()
}
