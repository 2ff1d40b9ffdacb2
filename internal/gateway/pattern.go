package gateway

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// pattern is the request shape a route key stands for.
type pattern struct {
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

var errRouteKey = errors.New(`a route key is "$default" or a method and a path without trailing slash, such as "GET /items/{id}"; {name+} may only be its last segment`)

func parseRouteKey(key string) (pattern, error) {
	if key == defaultRouteKey {
		return pattern{catchAll: true, method: anyMethod}, nil
	}
	method, path, ok := strings.Cut(key, " ")
	if !ok || (method != anyMethod && !methods[method]) || !strings.HasPrefix(path, "/") {
		return pattern{}, errRouteKey
	}
	parsed := pattern{method: method}
	if path == "/" {
		return parsed, nil
	}
	for text := range strings.SplitSeq(path[1:], "/") {
		s, err := parseSegment(text)
		if err != nil || parsed.isGreedy() {
			return pattern{}, errRouteKey
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
		return segment{}, errRouteKey
	}
	return segment{kind: static, text: text}, nil
}

func (p pattern) isGreedy() bool {
	return len(p.segments) > 0 && p.segments[len(p.segments)-1].kind == greedy
}

// shape is equal for two patterns that match the same requests.
func (p pattern) shape() string {
	if p.catchAll {
		return defaultRouteKey
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

// match reports whether the pattern covers a canonical path, and the values of its variables.
//
// Parity: Routing: trailing slash
func (p pattern) match(method, path string) (map[string]string, bool) {
	if p.method != anyMethod && p.method != method {
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

// sortBySpecificity puts the route that wins first: $default after all others, greedy paths after full ones, static
// segments before variables from left to right, and one method before ANY.
//
// Parity: Routing: method or path first
func sortBySpecificity(routes []*route) {
	slices.SortStableFunc(routes, func(a, b *route) int {
		return cmp.Or(
			compareBool(a.pattern.catchAll, b.pattern.catchAll),
			compareBool(a.pattern.isGreedy(), b.pattern.isGreedy()),
			slices.CompareFunc(a.pattern.segments, b.pattern.segments, func(a, b segment) int { return cmp.Compare(a.kind, b.kind) }),
			compareBool(a.pattern.method == anyMethod, b.pattern.method == anyMethod),
		)
	})
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
