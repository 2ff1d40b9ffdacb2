package httpapi

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// DefaultRoute is the key of the route that takes what no other one does, and AnyMethod the method
// of a route key that stands for all of them.
const (
	DefaultRoute = "$default"
	AnyMethod    = "ANY"
)

// Pattern is the shape of the requests that a route key stands for.
type Pattern struct {
	catchAll bool   // $default: every method and path
	method   string // ANY or one method
	segments []segment
}

type segment struct {
	kind segmentKind
	text string // of a static segment, or the variable's name
}

// segmentKind is ordered from the most to the least specific.
type segmentKind int

const (
	static segmentKind = iota
	variable
	greedy
)

var variablePattern = regexp.MustCompile(`^\{([A-Za-z0-9._:-]+)(\+?)\}$`)

// ErrRouteKey is why a text is not a route key.
var ErrRouteKey = errors.New(`a route key is "$default" or a method and a path without trailing slash, such as "GET /items/{id}"; {name+} may only be its last segment`)

// ParseRouteKey takes a route key apart: "$default", or a method and a path such as "GET
// /items/{id}". Its error is ErrRouteKey.
//
// Source: API Gateway developer guide, "Create routes for HTTP APIs".
func ParseRouteKey(key string) (Pattern, error) {
	if key == DefaultRoute {
		return Pattern{catchAll: true, method: AnyMethod}, nil
	}
	method, path, ok := strings.Cut(key, " ")
	if !ok || (method != AnyMethod && !IsMethod(method)) || !strings.HasPrefix(path, "/") {
		return Pattern{}, ErrRouteKey
	}
	parsed := Pattern{method: method}
	if path == "/" {
		return parsed, nil
	}
	for text := range strings.SplitSeq(path[1:], "/") {
		s, err := parseSegment(text)
		if err != nil || parsed.isGreedy() {
			return Pattern{}, ErrRouteKey
		}
		parsed.segments = append(parsed.segments, s)
	}
	return parsed, nil
}

func parseSegment(text string) (segment, error) {
	if found := variablePattern.FindStringSubmatch(text); found != nil {
		if found[2] == "+" {
			return segment{kind: greedy, text: found[1]}, nil
		}
		return segment{kind: variable, text: found[1]}, nil
	}
	if text == "" || strings.ContainsAny(text, "{}") {
		return segment{}, ErrRouteKey
	}
	return segment{kind: static, text: text}, nil
}

func (p Pattern) isGreedy() bool {
	return len(p.segments) > 0 && p.segments[len(p.segments)-1].kind == greedy
}

// Shape is equal for two patterns that match the same requests.
func (p Pattern) Shape() string {
	if p.catchAll {
		return DefaultRoute
	}
	var b strings.Builder
	b.WriteString(p.method + " ")
	for _, s := range p.segments {
		b.WriteByte('/')
		switch s.kind {
		case static:
			b.WriteString(s.text)
		case variable:
			b.WriteString("{}")
		case greedy:
			b.WriteString("{+}")
		}
	}
	return b.String()
}

// match reports whether the pattern covers a method and a canonical path, and the values of its
// variables.
//
// Parity: Routing: trailing slash
func (p Pattern) match(method, path string) (map[string]string, bool) {
	if p.method != AnyMethod && p.method != method {
		return nil, false
	}
	if p.catchAll {
		return nil, true
	}
	var values map[string]string
	rest, more := path[1:], path != "/"
	for _, s := range p.segments {
		if !more || rest == "" {
			return nil, false
		}
		text := rest
		if s.kind != greedy {
			text, rest, more = strings.Cut(rest, "/")
		} else {
			more = false
		}
		if s.kind == static {
			if text != s.text {
				return nil, false
			}
			continue
		}
		if values == nil {
			values = make(map[string]string, len(p.segments))
		}
		values[s.text] = text
	}
	return values, !more
}

// compare is negative if p takes a request that both match: $default goes after all others, greedy
// paths after full ones, static segments before variables from left to right, and one method before
// ANY.
//
// Parity: Routing: method or path first
func (p Pattern) compare(other Pattern) int {
	return cmp.Or(
		compareBool(p.catchAll, other.catchAll),
		compareBool(p.isGreedy(), other.isGreedy()),
		slices.CompareFunc(p.segments, other.segments, func(a, b segment) int { return cmp.Compare(a.kind, b.kind) }),
		compareBool(p.method == AnyMethod, other.method == AnyMethod),
	)
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
