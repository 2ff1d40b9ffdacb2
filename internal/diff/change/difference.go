package change

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/printable"
)

// Kind says what happens to an environment, a stack, a resource or another element of a template.
type Kind string

// The kinds of change that templates show.
const (
	Same    Kind = "same"
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
)

// Difference is one value that differs, as it is shown: shortened, and hidden where the name is a
// secret's. A value that a side does not have is (not set).
type Difference struct {
	Property string `json:"property"` // Environment.Variables.LOG_LEVEL
	Old      string `json:"old"`
	New      string `json:"new"`
}

// assetHash is the SHA-256 that names an asset.
var assetHash = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// comparison collects the differences of two values, leaf by leaf.
type comparison struct {
	differences  []Difference
	assetChanged bool
	more         bool // there are differences that are not listed
}

// maxDifferences of a resource, or of another part of a template, are listed.
const maxDifferences = 500

// listed are the differences, with a last one that stands for those that are not listed.
func (c *comparison) listed() []Difference {
	if c.more {
		return append(c.differences, Difference{Property: "and more", Old: "(not listed)", New: "(not listed)"})
	}
	return c.differences
}

// compare goes through objects field by field, and takes everything else as one value. A field that
// only one side has is compared with nothing, so that its leaves are listed and named, and their
// secrets hidden.
func (c *comparison) compare(path []string, before, after any) {
	if reflect.DeepEqual(before, after) {
		return
	}
	if len(c.differences) == maxDifferences {
		c.more = true
		return
	}
	if isFields(before) && isFields(after) && (len(Object(before)) > 0 || len(Object(after)) > 0) {
		for _, name := range keys(Object(before), Object(after)) {
			c.compare(append(slices.Clone(path), name), Object(before)[name], Object(after)[name])
		}
		return
	}
	was, is := Show(before), Show(after)
	if assetHash.ReplaceAllString(was, "*") == assetHash.ReplaceAllString(is, "*") && was != is {
		c.assetChanged = true
		return
	}
	for _, name := range path {
		was, is = maskShown(name, before, was), maskShown(name, after, is)
	}
	if len(was) > shownLength || len(is) > shownLength {
		was, is = showItems(before, after, was, is)
	}
	was, is = Shorten(was, is)
	c.differences = append(c.differences, Difference{Property: printable.Text(strings.Join(path, ".")), Old: was, New: is})
}

// showItems leaves out what two long lists begin and end with alike.
func showItems(before, after any, was, is string) (string, string) {
	a, okBefore := before.([]any)
	b, okAfter := after.([]any)
	if !okBefore || !okAfter || was == hidden || is == hidden {
		return was, is
	}
	shortest, head, tail := min(len(a), len(b)), 0, 0
	for head < shortest && reflect.DeepEqual(a[head], b[head]) {
		head++
	}
	for tail < shortest-head && reflect.DeepEqual(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	middle := func(items []any) string {
		shown := showEach(items[head : len(items)-tail])
		if head > 0 {
			shown = append([]string{"…"}, shown...)
		}
		if tail > 0 {
			shown = append(shown, "…")
		}
		return "[" + strings.Join(shown, ", ") + "]"
	}
	return middle(a), middle(b)
}

func maskShown(name string, value any, shown string) string {
	if mask(name, value) == any(hidden) {
		return hidden
	}
	return shown
}

// isFields reports whether value is an object that is not an intrinsic function, or nothing at all.
func isFields(value any) bool {
	if value == nil {
		return true
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return false
	}
	_, _, is := Intrinsic(fields)
	return !is
}
