package page

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/serving"
)

func duration(d time.Duration) string { return printable.Duration(d) }

// spoken is what a screen reader is told last.
type spoken struct {
	number int
	text   func() string
}

// speak has it said. The text is made when a screen reader asks for it, which is seldom. The lock
// must be held, and is then.
func (p *Page) speak(text func() string) {
	p.spoken.number++
	p.spoken.text = text
}

// allParts are what changes of the page, by the id of its element.
func (p *Page) allParts() map[string]func() view {
	parts := map[string]func() view{
		"head":      func() view { return p.headView() },
		"flow":      func() view { return p.flowView() },
		"clients":   func() view { return p.clientViews() },
		"routes":    func() view { return p.routeViews() },
		"requests":  func() view { return requestsView(p.traffic.after(-1)) },
		"charts":    func() view { return p.charts() },
		"rotations": func() view { return p.rotations },
		"said":      func() view { return p.said },
	}
	if p.config.Empty {
		parts["stacks"] = func() view { return p.stackViews() }
	}
	for name := range parts {
		p.versions[name] = 1
	}
	return parts
}

// pageView is the page as it is when it is loaded.
type pageView struct {
	Run          string
	Empty, Watch bool
	Parts        map[string]markup
}

func (p *Page) servePage(w http.ResponseWriter, r *http.Request) {
	p.explain(r.Context())
	v := pageView{Run: p.config.Run, Empty: p.config.Empty, Watch: p.config.Watch, Parts: map[string]markup{}}
	p.mu.Lock()
	p.tick()
	for name := range p.parts {
		v.Parts[name] = p.part(name)
	}
	p.mu.Unlock()
	render(w, http.StatusOK, v)
}

// headView says where everything is.
type headView struct {
	Doing        string
	Ready        bool
	Empty        bool
	Environments []serving.Served
	Names        []string
}

func (p *Page) headView() headView {
	view := headView{Doing: p.said.doing(), Ready: len(p.environments) > 0, Empty: p.config.Empty}
	for _, e := range p.environments {
		view.Environments = append(view.Environments, e.served)
		view.Names = append(view.Names, e.name)
	}
	return view
}

// flowView is the way of a token and of a call, with what went along last.
type flowView []hop

// hop is a station of the flow.
type hop struct {
	Name, What string
	Last       string // what happened there last
	Kind       string // how that went, "" for nothing
}

func (p *Page) flowView() flowView {
	who, token := hop{Name: "Client", What: "id and secret"}, hop{Name: "Token endpoint", What: "POST /oauth2/token"}
	authorizer, function := hop{Name: "Authorizer", What: "checks the token"}, hop{Name: "Function", What: "answers the call"}
	if t := p.traffic.token; t != nil {
		token.Kind, token.Last = kindOf(t.Status), fmt.Sprintf("%d for %s: %s", t.Status, named(t.Client), strings.Join(t.Scopes, " "))
		if t.Refused != "" {
			token.Last = fmt.Sprintf("%d for %s: %s", t.Status, named(t.Client), t.Refused)
		}
		who.Kind, who.Last = "ok", named(t.Client)
	}
	if all := p.traffic.requests; len(all) > 0 {
		r := all[len(all)-1]
		who.Kind, who.Last = "ok", fmt.Sprintf("%s: %s %s", named(r.Client), r.Method, r.Path)
		if r.Refused == "" {
			authorizer.Kind, authorizer.Last = "ok", "let "+named(r.Client)+" in"
			function.Kind, function.Last = kindOf(r.Status), fmt.Sprintf("%d in %s", r.Status, milliseconds(float64(r.Duration)/float64(time.Millisecond)))
		} else {
			authorizer.Kind, authorizer.Last = kindOf(r.Status), fmt.Sprintf("%d: %s", r.Status, r.Refused)
			function.Last = "was not called"
		}
	}
	return flowView{who, token, authorizer, function}
}

func named(client string) string {
	if client == "" {
		return "nobody known"
	}
	return client
}

// clientsViews are those of all environments.
type clientsViews []clientsView

// clientsView are the clients of one environment.
type clientsView struct {
	Env, Title string // the title is "" in a run of one
	Index      int
	Tokens     bool // there is a token endpoint
	Unknown    string
	Clients    []clientView
	Left       int
	Command    string
}

type clientView struct {
	Index                 int
	Name, ID, State, Note string
	Scopes                []string
}

func (p *Page) clientViews() (views clientsViews) {
	now := p.config.Now()
	for i, e := range p.environments {
		view := clientsView{Env: e.name, Index: i, Title: p.title(e), Tokens: e.served.TokenEndpoint != "", Unknown: e.unknown, Left: e.left, Command: "m2m clients" + p.config.Flags(e.name)}
		for j, name := range e.names {
			described := e.served.Description.Clients[name]
			c := clientView{Index: j, Name: name, ID: described.ClientID, Scopes: described.Scopes, State: "not known yet"}
			if found, known := e.clients[name]; known {
				c.State, c.Note = stateOf(found, now)
			} else if described.SecretARN == "" {
				c.State = "has no secret in Secrets Manager"
			}
			view.Clients = append(view.Clients, c)
		}
		views = append(views, view)
	}
	return views
}

// title is the heading of an environment, where there can be several.
func (p *Page) title(e *environment) string {
	if p.config.Empty {
		return e.name
	}
	return ""
}

// routesViews are those of all environments.
type routesViews []routesView

// routesView is the matrix of one environment.
type routesView struct {
	Env, Title string
	Index      int
	Clients    []string
	Routes     []routeView
	Left       int
}

type routeView struct {
	Index int
	Key   string
	Wants string
	Cells []cellView
}

type cellView struct {
	Index     int
	Client    string // "" without a token
	Wanted    int    // 0: not known
	Got       int    // 0: nothing yet
	Failed    string
	Surprises bool
}

// mostRoutes is how many routes are shown.
const mostRoutes = 60

func (p *Page) routeViews() (views routesViews) {
	for i, e := range p.environments {
		view := routesView{Env: e.name, Title: p.title(e), Index: i, Clients: e.names, Left: e.left}
		for j, route := range e.served.Routes[:min(len(e.served.Routes), mostRoutes)] {
			row := routeView{Index: j, Key: route.RouteKey, Wants: needs(route)}
			for k, name := range append([]string{""}, e.names...) {
				row.Cells = append(row.Cells, e.cellView(k, cell{name, route.RouteKey}))
			}
			view.Routes = append(view.Routes, row)
		}
		views = append(views, view)
	}
	return views
}

func (e *environment) cellView(index int, c cell) cellView {
	got := e.calls[c]
	view := cellView{Index: index, Client: c.client, Got: got.Status, Failed: got.Failed}
	if known := e.access(); known != nil {
		if i := slices.IndexFunc(known.Routes, func(r access.Route) bool { return r.Key == c.route }); i >= 0 {
			view.Wanted = wanted(known.Routes[i], c.client, known.Clients)
		}
	}
	// A function may answer as it likes: only refusals tell.
	refused := got.Status == http.StatusUnauthorized || got.Status == http.StatusForbidden
	view.Surprises = view.Wanted != 0 && got.Status != 0 && (refused || view.Wanted != http.StatusOK) && got.Status != view.Wanted
	return view
}

// kind is how what the cell got counts.
func (v cellView) kind() string {
	if v.Got == 0 {
		return "untried"
	}
	return kindOf(v.Got)
}

// needs is what a route wants of a token.
func needs(route serving.Route) string {
	switch {
	case route.Authorization != "JWT" && route.Authorization != "CUSTOM":
		return "open"
	case route.Scopes == nil:
		return "its function decides"
	case len(route.Scopes) == 0:
		return "any token"
	}
	return strings.Join(route.Scopes, " or ")
}

// FollowStacks has the page show stacks: each shows every one to look.
func (p *Page) FollowStacks(each func(look func(*engine.Stack))) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stacks = each
	p.change("stacks")
}

// stackVersion counts what has happened to all stacks.
func (p *Page) stackVersion() int {
	count := 2
	p.stacks(func(s *engine.Stack) {
		count += 1 + len(s.Events)
		if len(s.Events) > 0 {
			count += int(s.Events[len(s.Events)-1].At.UnixMilli())
		}
	})
	return count
}

// stackViews are the stacks of a rehearsal.
type stackViews []stackView

type stackView struct {
	Name, Where, Status, Reason, Kind string
	Events                            []engine.Event // the newest first
}

// mostStacks and mostEvents are how many are shown, the newest.
const mostStacks, mostEvents = 20, 30

func (p *Page) stackViews() (views stackViews) {
	if p.stacks == nil {
		return nil
	}
	p.stacks(func(s *engine.Stack) {
		if len(views) == mostStacks {
			return
		}
		newest := slices.Clone(s.Events[max(0, len(s.Events)-mostEvents):])
		slices.Reverse(newest)
		views = append(views, stackView{Name: s.Name, Where: s.AccountID + " " + s.Region, Status: s.Status, Reason: s.Reason, Kind: kindOfStatus(s.Status), Events: newest})
	})
	return views
}

// kindOfStatus is how a stack's or resource's status counts.
func kindOfStatus(status string) string {
	switch {
	case strings.Contains(status, "FAILED") || strings.Contains(status, "ROLLBACK"):
		return "failed"
	case strings.HasSuffix(status, "_IN_PROGRESS"):
		return "running"
	}
	return "ok"
}
