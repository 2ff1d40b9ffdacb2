package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// dashboardBody is a dashboard's source as CloudWatch documents it ("Dashboard body structure and
// syntax"), as far as this project uses it.
type dashboardBody struct {
	Widgets []widget `json:"widgets"`
}

type widget struct {
	Type          string `json:"type"`
	X, Y          int
	Width, Height int
	Properties    struct {
		Title    string   `json:"title"`
		View     string   `json:"view"`
		Query    string   `json:"query"`
		Markdown string   `json:"markdown"`
		Alarms   []string `json:"alarms"`
		Metrics  [][]any  `json:"metrics"`
	} `json:"properties"`
}

// dashboard is the body of the one dashboard, with what CloudFormation fills in as ${...}; nil if
// there is none.
func (s stage) dashboard() (resource map[string]any, body dashboardBody, err error) {
	for _, resource = range s.stacks["Api"].resources("AWS::CloudWatch::Dashboard") {
		err = json.Unmarshal([]byte(text(properties(resource)["DashboardBody"])), &body)
	}
	return resource, body, err
}

// metrics are those of a graph: each is a list of namespace, name, dimensions by turns of name and
// value, and options.
func (w widget) metrics() (found []metric) {
	for _, list := range w.Properties.Metrics {
		m := metric{dimensions: map[string]string{}}
		var texts []string
		for _, element := range list {
			if s, ok := element.(string); ok {
				texts = append(texts, s)
			}
		}
		if len(texts) >= 2 {
			m.namespace, m.name = texts[0], texts[1]
		}
		for i := 2; i+1 < len(texts); i += 2 {
			m.dimensions[texts[i]] = texts[i+1]
		}
		found = append(found, m)
	}
	return found
}

// wrongDashboard wants a dashboard where the file does, with all alarms on it, every client's name,
// tables over the access log, and nothing on top of another.
func wrongDashboard(s stage) (findings []string) {
	resource, body, err := s.dashboard()
	if got := resource != nil; got != s.env.Dashboard || err != nil {
		return []string{fmt.Sprintf("there is a dashboard: %t, want %t (%v)", got, s.env.Dashboard, err)}
	}
	if resource == nil {
		return nil
	}
	if name := properties(resource)["DashboardName"]; name != "m2m-"+s.env.Name {
		findings = append(findings, fmt.Sprintf("its name is %v", name))
	}
	var alarms, markdown string
	for i, w := range body.Widgets {
		for _, other := range body.Widgets[:i] {
			if w.X < other.X+other.Width && other.X < w.X+w.Width && w.Y < other.Y+other.Height && other.Y < w.Y+w.Height {
				findings = append(findings, fmt.Sprintf("the widgets %q and %q overlap", w.Properties.Title, other.Properties.Title))
			}
		}
		if w.X+w.Width > 24 {
			findings = append(findings, fmt.Sprintf("the widget %q ends at %d of 24", w.Properties.Title, w.X+w.Width))
		}
		alarms += strings.Join(w.Properties.Alarms, " ")
		markdown += w.Properties.Markdown
		if w.Type == "log" {
			findings = append(findings, s.wrongTable(w)...)
		}
	}
	for id := range s.stacks["Api"].resources(alarmKind) {
		if !strings.Contains(alarms, "${"+id+".Arn}") {
			findings = append(findings, id+" is not on it")
		}
	}
	if s.env.API.Authorizer != nil { // too many to name
		return append(findings, missingTables(body)...)
	}
	for id := range s.stacks["Api"].resources("AWS::Cognito::UserPoolClient") {
		if !strings.Contains(markdown, "| ${"+id+"} | ") {
			findings = append(findings, id+" has no name on it")
		}
	}
	return findings
}

// missingTables wants to see who of many clients stands out.
func missingTables(body dashboardBody) (findings []string) {
	for _, title := range []string{"Calls per client, top ten", "Refused clients, top ten", "Rotations that have not ended, oldest ten"} {
		if !slices.ContainsFunc(body.Widgets, func(w widget) bool { return w.Properties.Title == title }) {
			findings = append(findings, fmt.Sprintf("the table %q is not on it", title))
		}
	}
	return findings
}

func (s stage) wrongTable(w widget) (findings []string) {
	source, query, _ := strings.Cut(w.Properties.Query, " | ")
	group := s.queriedGroup(w.Properties.Title)
	if source != "SOURCE '${"+group+"}'" {
		findings = append(findings, fmt.Sprintf("the table %q asks %s", w.Properties.Title, source))
	}
	if unknown := s.unloggedFields(query, group); len(unknown) > 0 {
		findings = append(findings, fmt.Sprintf("the table %q asks for %v, which the log does not have", w.Properties.Title, unknown))
	}
	return findings
}
