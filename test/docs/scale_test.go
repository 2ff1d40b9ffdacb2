package docs

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestGoldenScale keeps the table and the plot of docs/scale.md equal to the figures that were
// measured.
func TestGoldenScale(t *testing.T) {
	rows := measuredRows(t, m2mtest.Read(t, filepath.Join(root, "docs", "scale.tsv")))
	goldenFigures(t, "scale", rows, scalePlot(growths(t, m2mtest.Read(t, filepath.Join(root, "docs", "scale-sizes.tsv")))))
}

// growth is how something grows with the number of clients.
type growth struct {
	what   string
	points []point
}

type point struct {
	clients int
	value   float64
}

// growths are those in docs/scale-sizes.tsv, which test/soak writes, in its order.
func growths(t *testing.T, file string) (all []growth) {
	t.Helper()
	for i, line := range strings.Split(strings.TrimSpace(file), "\n")[1:] {
		c := strings.Split(line, "\t")
		if len(c) != 3 {
			t.Fatalf("row %d has %d columns, want 3", i+1, len(c))
		}
		clients, err := strconv.Atoi(c[1])
		if err != nil {
			t.Fatal(err)
		}
		value, err := strconv.ParseFloat(c[2], 64)
		if err != nil || value <= 0 || clients < 1 {
			t.Fatalf("row %d: %s of %d clients: %v", i+1, c[2], clients, err)
		}
		at := slices.IndexFunc(all, func(g growth) bool { return g.what == c[0] })
		if at < 0 {
			at, all = len(all), append(all, growth{what: c[0]})
		}
		all[at].points = append(all[at].points, point{clients, value})
	}
	return all
}

// Each growth has a panel of its own. Both axes are logarithms, from 1 to 10,000 clients and over
// four powers of ten: what is linear rises by as much as it goes to the right.
const (
	panelColumns = 2
	panelWidth   = 350
	panelHeight  = 190
	panelLeft    = 24
	panelTop     = 34
	panelAcross  = panelWidth - 2*panelLeft
	panelDown    = panelHeight - panelTop - 36
	panelDecades = 4
)

func scalePlot(all []growth) string {
	var svg strings.Builder
	width := panelColumns*panelWidth + 20
	height := 50 + panelHeight*((len(all)+panelColumns-1)/panelColumns) + 10
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n%s", width, height, plotStyle)
	fmt.Fprintf(&svg, `<rect class="back" x="0.5" y="0.5" width="%d" height="%d" rx="4"/>`+"\n", width-1, height-1)
	fmt.Fprintf(&svg, `<text class="name" x="20" y="24" font-weight="bold">By the number of clients</text>`+"\n")
	fmt.Fprintf(&svg, `<text class="say" x="20" y="42" font-size="12">both axes are logarithms; the thin line rises as the number of clients does</text>`+"\n")
	for i, g := range all {
		fmt.Fprintf(&svg, `<g transform="translate(%d %d)">`+"\n%s</g>\n", 10+panelWidth*(i%panelColumns), 50+panelHeight*(i/panelColumns), g.panel())
	}
	svg.WriteString("</svg>\n")
	return svg.String()
}

// panel draws one growth.
func (g growth) panel() string {
	lowest := math.Inf(1)
	for _, p := range g.points {
		lowest = min(lowest, p.value)
	}
	x := func(clients float64) float64 { return panelLeft + panelAcross*math.Log10(clients)/panelDecades }
	y := func(value float64) float64 {
		return panelTop + panelDown*(1-math.Log10(value/lowest)/panelDecades)
	}
	var svg strings.Builder
	fmt.Fprintf(&svg, `<text class="name" x="%d" y="20">%s</text>`+"\n", panelLeft, escaped(g.what))
	fmt.Fprintf(&svg, `<path class="track" d="M%d %.1fH%d" stroke-width="1"/>`+"\n", panelLeft, y(lowest), panelLeft+panelAcross)
	first := float64(g.points[0].clients)
	fmt.Fprintf(&svg, `<path class="track" d="M%.1f %.1fL%.1f %.1f" stroke-width="1"/>`+"\n", x(first), y(g.points[0].value), x(10000), y(g.points[0].value*10000/first))
	for decade := range panelDecades + 1 {
		clients := math.Pow10(decade)
		fmt.Fprintf(&svg, `<text class="say" x="%.1f" y="%d" font-size="11" text-anchor="middle">%.0f</text>`+"\n", x(clients), panelTop+panelDown+18, clients)
	}
	var line []string
	for _, p := range g.points {
		line = append(line, fmt.Sprintf("%.1f %.1f", x(float64(p.clients)), y(p.value)))
	}
	fmt.Fprintf(&svg, `<path class="spread" d="M%s" fill="none" stroke-width="2"/>`+"\n", strings.Join(line, "L"))
	for _, p := range g.points {
		fmt.Fprintf(&svg, `<circle class="yes" cx="%.1f" cy="%.1f" r="4"/>`+"\n", x(float64(p.clients)), y(p.value))
		fmt.Fprintf(&svg, `<text class="say" x="%.1f" y="%.1f" font-size="11" text-anchor="middle">%s</text>`+"\n", x(float64(p.clients)), y(p.value)-8, short(p.value))
	}
	return svg.String()
}

// short is a value of two or three digits.
func short(value float64) string {
	return fmt.Sprintf("%.*f", max(0, 1-int(math.Floor(math.Log10(value)))), value)
}

// TestGrowths: rows of one name are one growth.
func TestGrowths(t *testing.T) {
	all := growths(t, "head\na\t10\t1\nb\t10\t3.5\na\t100\t2\n")
	if len(all) != 2 || len(all[0].points) != 2 || all[1].points[0] != (point{10, 3.5}) {
		t.Errorf("%+v", all)
	}
	for value, want := range map[float64]string{0.0412: "0.041", 1.26: "1.3", 12.6: "13", 260: "260"} {
		if got := short(value); got != want {
			t.Errorf("%f is %s, want %s", value, got, want)
		}
	}
}
