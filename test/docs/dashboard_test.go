package docs

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// dashboardBody is a dashboard's source as CloudWatch documents it ("Dashboard body structure and
// syntax"), as far as the picture shows it.
type dashboardBody struct {
	Widgets []widget `json:"widgets"`
}

type widget struct {
	Type          string `json:"type"`
	X, Y          int
	Width, Height int
	Properties    struct {
		Title    string   `json:"title"`
		Query    string   `json:"query"`
		Markdown string   `json:"markdown"`
		Alarms   []string `json:"alarms"`
		Metrics  [][]any  `json:"metrics"`
	} `json:"properties"`
}

// TestGoldenDashboardPicture keeps the picture in the docs equal to the dashboard of prod's
// template.
func TestGoldenDashboardPicture(t *testing.T) {
	var body dashboardBody
	dashboard := golden(t, "AWS::CloudWatch::Dashboard")[0]
	if err := json.Unmarshal([]byte(joined(t, dashboard["DashboardBody"])), &body); err != nil || len(body.Widgets) == 0 {
		t.Fatalf("prod has a dashboard of %d widgets, error %v", len(body.Widgets), err)
	}
	file, want := filepath.Join(root, "docs", "dashboard.svg"), body.picture()
	if *update {
		m2mtest.Write(t, file, want)
		return
	}
	if m2mtest.Read(t, file) != want {
		t.Errorf("%s is not the dashboard's picture, run make golden", file)
	}
}

// unitWidth and unitHeight are pixels for a unit of the dashboard's grid.
const (
	unitWidth  = 40
	unitHeight = 22
	gap        = 6
)

var seriesColors = []string{"#1f77b4", "#ff7f0e", "#d62728", "#2ca02c", "#9467bd", "#8c564b"}

// picture draws the dashboard's widgets where they stand, with what each shows: the series of a
// graph, the columns of a table.
func (d dashboardBody) picture() string {
	rows := 0
	for _, w := range d.Widgets {
		rows = max(rows, w.Y+w.Height)
	}
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n",
		24*unitWidth+gap, rows*unitHeight+gap)
	fmt.Fprintf(&svg, `<rect width="100%%" height="100%%" fill="#f2f3f3"/>`+"\n")
	for _, w := range d.Widgets {
		svg.WriteString(w.picture())
	}
	svg.WriteString("</svg>\n")
	return svg.String()
}

func (w widget) picture() string {
	x, y := w.X*unitWidth+gap, w.Y*unitHeight+gap
	var svg strings.Builder
	fmt.Fprintf(&svg, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="#ffffff" stroke="#aab7b8"/>`+"\n",
		x, y, w.Width*unitWidth-gap, w.Height*unitHeight-gap)
	label := func(dx, dy int, attributes, text string) {
		fmt.Fprintf(&svg, `<text x="%d" y="%d"%s>%s</text>`+"\n", x+dx, y+dy, attributes, escaped(text))
	}
	kind, lines := w.contents()
	label(10, 20, ` font-weight="bold"`, w.name())
	label(10, 36, ` font-size="11" fill="#687078"`, kind)
	for i, line := range lines {
		dy := 56 + 16*i
		dx := 10
		if w.Type == "metric" {
			fmt.Fprintf(&svg, `<rect x="%d" y="%d" width="10" height="10" fill="%s"/>`+"\n", x+dx, y+dy-9, seriesColors[i%len(seriesColors)])
			dx += 16
		}
		label(dx, dy, ` font-size="12"`, line)
	}
	return svg.String()
}

// name is a widget's title, or a text's heading.
func (w widget) name() string {
	heading, _, _ := strings.Cut(w.Properties.Markdown, "\n")
	return w.Properties.Title + strings.TrimLeft(heading, "# ")
}

// columns are what a query's stats command names, and what it groups by.
var columns = regexp.MustCompile(`stats (.*) by ([^\n]*)`)

var named = regexp.MustCompile(` as (\w+)`)

// contents says what kind a widget is of, and what is in it.
func (w widget) contents() (kind string, lines []string) {
	switch w.Type {
	case "alarm":
		return fmt.Sprintf("states of %d alarms", len(w.Properties.Alarms)), nil
	case "metric":
		for _, series := range w.Properties.Metrics {
			options, _ := series[len(series)-1].(map[string]any)
			lines = append(lines, fmt.Sprint(options["label"]))
		}
		return "graph of CloudWatch metrics", lines
	case "log":
		found := columns.FindStringSubmatch(w.Properties.Query)
		names := strings.Split(found[2], ", ")
		for _, value := range named.FindAllStringSubmatch(found[1], -1) {
			names = append(names, value[1])
		}
		return "table by a query over the access log", []string{strings.Join(names, "  |  ")}
	default:
		for _, line := range strings.Split(strings.TrimSpace(w.Properties.Markdown), "\n")[4:] {
			cells := strings.Split(line, "|")
			lines = append(lines, "id of the app client  |  "+strings.TrimSpace(cells[2]))
		}
		return "text", lines
	}
}

func escaped(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return err.Error()
	}
	return b.String()
}
