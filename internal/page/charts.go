package page

import (
	"fmt"
	"strings"
	"time"
)

// The drawing area of a chart, in the units of its viewBox.
const (
	chartWidth  = 600
	chartHeight = 150
	barWidth    = chartWidth / steps
)

// chartsView are the charts of the last minutes and the shares since the run began.
type chartsView struct {
	Time    []chart
	Clients shares
	Reasons shares
}

// chart is one over time: bars on top of each other, or lines.
type chart struct {
	ID, Title, Text string
	Top             string // what the upper edge stands for
	Bars            []bar
	Lines           []curve
	Legend          []legend
	From            string // what the left edge stands for
}

type bar struct {
	X, Y, Height float64
	Class        string
}

// curve is a line through points that may have gaps, as the d of an SVG path.
type curve struct{ Path, Class string }

type legend struct{ Class, Text string }

// shares are bars that compare counts.
type shares struct {
	ID, Title, None string
	Rows            []shareRow
}

type shareRow struct {
	Name  string
	Count int
	Width float64
}

// mostShares is how many are drawn, beside the others.
const mostShares = 6

func (p *Page) charts() chartsView {
	recent := p.traffic.counters.recent(p.config.Now())
	c := &p.traffic.counters
	return chartsView{
		Time:    []chart{callsChart(recent), latencyChart(recent), rotationsChart(recent)},
		Clients: sharesOf("by-client", "Calls per client", "No calls yet.", largest(c.clients, mostShares)),
		Reasons: sharesOf("by-reason", "Refusals by reason", "Nothing was refused yet.", largest(c.reasons, mostShares)),
	}
}

// window is what the left edge of a chart stands for.
var window = fmt.Sprintf("%d min ago", int(steps*step/time.Minute))

func callsChart(recent []bucket) chart {
	c := chart{
		ID: "calls", Title: "Calls and errors", From: window,
		Legend: []legend{{"ok", "answered"}, {"refused", "4xx"}, {"failed", "5xx"}},
	}
	most, calls, refused, failed := 0, 0, 0, 0
	for _, b := range recent {
		most = max(most, b.calls)
		calls, refused, failed = calls+b.calls, refused+b.refused, failed+b.failed
	}
	for i, b := range recent {
		c.Bars = append(c.Bars, stacked(i, most, []part{{b.failed, "failed"}, {b.refused, "refused"}, {b.calls - b.failed - b.refused, "ok"}})...)
	}
	c.Top = fmt.Sprintf("%s in %s", plural(most, "call"), step)
	c.Text = fmt.Sprintf("%s in the last five minutes, %d of them refused (4xx), %d failed (5xx)", plural(calls, "call"), refused, failed)
	return c
}

func rotationsChart(recent []bucket) chart {
	c := chart{ID: "rotations-ended", Title: "Rotations", From: window, Legend: []legend{{"ok", "ended"}, {"failed", "failed"}}}
	most, ended, failed := 0, 0, 0
	for _, b := range recent {
		most = max(most, b.rotated+b.broken)
		ended, failed = ended+b.rotated, failed+b.broken
	}
	for i, b := range recent {
		c.Bars = append(c.Bars, stacked(i, most, []part{{b.broken, "failed"}, {b.rotated, "ok"}})...)
	}
	c.Top = fmt.Sprintf("%s in %s", plural(most, "rotation"), step)
	c.Text = fmt.Sprintf("%s ended in the last five minutes, %d failed", plural(ended, "rotation"), failed)
	return c
}

type part struct {
	count int
	class string
}

// stacked are the parts of a step's bar, from the bottom.
func stacked(i, most int, parts []part) (bars []bar) {
	bottom := float64(chartHeight)
	for _, p := range parts {
		if p.count == 0 {
			continue
		}
		height := float64(p.count) / float64(most) * chartHeight
		bottom -= height
		bars = append(bars, bar{X: float64(i*barWidth + 1), Y: bottom, Height: height, Class: p.class})
	}
	return bars
}

func latencyChart(recent []bucket) chart {
	c := chart{ID: "latency", Title: "Latency", From: window, Legend: []legend{{"median", "p50"}, {"tail", "p99"}}}
	var median, tail [steps]float64
	var all slowness
	most := 0.0
	for i := range recent {
		median[i], tail[i] = recent[i].slowness.percentile(0.5), recent[i].slowness.percentile(0.99)
		most = max(most, tail[i])
		for class, n := range recent[i].slowness {
			all[class] += n
		}
	}
	if most == 0 || all.percentile(1) == noLatency {
		c.Text, c.Top = "no calls in the last five minutes", "0 ms"
		return c
	}
	c.Lines = []curve{{strokes(median[:], most), "median"}, {strokes(tail[:], most), "tail"}}
	c.Top = milliseconds(most)
	c.Text = fmt.Sprintf("p50 %s and p99 %s in the last five minutes, each within a twentieth", milliseconds(all.percentile(0.5)), milliseconds(all.percentile(0.99)))
	return c
}

// strokes lead through the steps that have a value. One between two gaps is a short stroke.
func strokes(values []float64, most float64) string {
	var b strings.Builder
	open := false
	for i, v := range values {
		if v == noLatency {
			open = false
			continue
		}
		x, y := float64(i*barWidth), chartHeight*(1-v/most)
		if !open {
			fmt.Fprintf(&b, "M%.1f %.1f", x, y)
			open = true
		}
		fmt.Fprintf(&b, "L%.1f %.1f", x+barWidth/2, y)
	}
	return b.String()
}

func sharesOf(id, title, none string, found []share) shares {
	s := shares{ID: id, Title: title, None: none}
	for _, f := range found {
		width := float64(f.Count) / float64(maxCount(found)) * 100
		s.Rows = append(s.Rows, shareRow{f.Name, f.Count, width})
	}
	return s
}

func maxCount(found []share) (most int) {
	for _, f := range found {
		most = max(most, f.Count)
	}
	return most
}

// plural is a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
