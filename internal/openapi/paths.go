package openapi

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/offering"
)

// call is one method of a route, at a path of the document.
type call struct {
	route  offering.Route
	method string // GET
	path   string // /orders/{id}
	id     string // its operationId
	greedy bool   // the last parameter takes any number of segments
}

var parameter = regexp.MustCompile(`\{([^}+]*)\+?\}`)

// shape is a path without the names of its parameters, which OpenAPI does not tell apart either.
func shape(path string) string { return parameter.ReplaceAllString(path, "{}") }

// paths lays routes out as OpenAPI can say them. It has no ANY, no parameter for several segments,
// and no two paths that differ in the names of parameters alone.
type paths struct {
	calls []call
	taken map[string]*call  // by method and shape
	named map[string]string // the path of a shape, with the names of the route that came first
	ids   map[string]bool
}

// layOut turns routes into calls. Routes come in the order in which API Gateway prefers them, so
// that none hides another: those with all segments, then those with a greedy parameter, $default
// last; of the same path, ANY after the methods of its own.
func layOut(routes []offering.Route) []call {
	p := paths{taken: map[string]*call{}, named: map[string]string{}, ids: map[string]bool{}}
	routes = slices.Clone(routes)
	slices.SortStableFunc(routes, func(a, b offering.Route) int { return rank(a.Key) - rank(b.Key) })
	for _, route := range routes {
		method, path, isPath := strings.Cut(route.Key, " ")
		if !isPath { // $default
			p.add(route, httpapi.AnyMethod, "/", false)
			p.add(route, httpapi.AnyMethod, "/{path+}", true)
			continue
		}
		p.add(route, method, path, isGreedy(path))
	}
	return p.calls
}

func isGreedy(path string) bool { return strings.HasSuffix(path, "+}") }

func rank(key string) (rank int) {
	switch {
	case key == httpapi.DefaultRoute:
		return 4
	case isGreedy(key):
		rank = 2
	}
	if strings.HasPrefix(key, httpapi.AnyMethod+" ") {
		rank++
	}
	return rank
}

// add adds the calls of a route at a path, as far as no route before takes them.
func (p *paths) add(route offering.Route, method, path string, greedy bool) {
	methods := []string{method}
	if method == httpapi.AnyMethod {
		methods = httpapi.Methods()
	}
	path = parameter.ReplaceAllString(path, "{$1}")
	for _, method := range methods {
		if at, free := p.free(method, path, greedy); free {
			c := call{route: route, method: method, path: at, greedy: greedy, id: p.operationID(method, at)}
			p.taken[method+shape(at)] = &c
			p.calls = append(p.calls, c)
		}
	}
}

// free is where a call can be written down. Where a route with all segments has the place of a
// greedy one, the greedy one takes only longer paths, and so gets segments more.
func (p *paths) free(method, path string, greedy bool) (at string, free bool) {
	for n := 1; ; n++ {
		if first, ok := p.named[shape(path)]; ok {
			path = first
		}
		p.named[shape(path)] = path
		by := p.taken[method+shape(path)]
		switch {
		case by == nil:
			return path, true
		case !greedy || by.greedy:
			return "", false
		}
		last := strings.LastIndex(path, "/")
		path = fmt.Sprintf("%s/{segment%d}%s", path[:last], n, path[last:])
	}
}

// operationID is the method and the words of the path: getOrdersById.
func (p *paths) operationID(method, path string) string {
	var words strings.Builder
	words.WriteString(strings.ToLower(method))
	for segment := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(segment, "{") {
			words.WriteString("By")
		}
		for _, word := range strings.FieldsFunc(segment, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			words.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	if path == "/" {
		words.WriteString("Root")
	}
	id := words.String()
	unique := id
	for n := 2; p.ids[unique]; n++ {
		unique = fmt.Sprint(id, n)
	}
	p.ids[unique] = true
	return unique
}

// parameters are those of the call's path.
func (c call) parameters() (parameters []Parameter) {
	names := parameter.FindAllStringSubmatch(c.path, -1)
	own := parameter.FindAllStringSubmatch(c.route.Key, -1)
	for i, name := range names {
		described := "A segment of the path."
		switch {
		case c.greedy && i == len(names)-1:
			described = "The rest of the path. It may have slashes, which are not to be escaped."
		case i < len(own) && own[i][1] != name[1] && !c.greedy:
			described = "A segment of the path. The function gets it as " + own[i][1] + "."
		}
		parameters = append(parameters, Parameter{
			Name: name[1], In: "path", Required: true, Description: described,
			Schema: map[string]any{"type": "string", "minLength": 1},
		})
	}
	return append(parameters, Parameter{Ref: "#/components/parameters/Query"})
}
