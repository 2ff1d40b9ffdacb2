package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const absent = "(absent)"

func status(a answer) string { return strconv.Itoa(a.status) }

// statusAndBody shows the body as it came.
func statusAndBody(a answer) string {
	if len(a.body) == 0 {
		return status(a) + " (empty)"
	}
	return status(a) + " " + string(a.body)
}

// statusAndJSON shows the body's members in alphabetical order.
func statusAndJSON(a answer) string {
	var members map[string]any
	if json.Unmarshal(a.body, &members) != nil {
		return statusAndBody(a)
	}
	sorted, err := json.Marshal(members)
	if err != nil {
		return statusAndBody(a)
	}
	return status(a) + " " + string(sorted)
}

// statusAndError leaves error_description out.
func statusAndError(a answer) string {
	return status(a) + " " + object(a.body).text("error")
}

func header(name string) reading {
	return func(a answer) string {
		if values := a.header.Values(name); len(values) > 0 {
			return strings.Join(values, " and ")
		}
		return absent
	}
}

// object is a JSON object, or nil if the bytes are something else.
func object(raw []byte) members {
	var read members
	if json.Unmarshal(raw, &read) != nil {
		return nil
	}
	return read
}

type members map[string]json.RawMessage

// text is a member as compact JSON: strings keep their quotes, numbers their digits, and only what
// must be is escaped.
func (m members) text(name string) string {
	raw, ok := m[name]
	if !ok {
		return absent
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return string(raw)
	}
	return asJSON(value)
}

func (m members) names() string {
	if m == nil {
		return "no JSON object"
	}
	return strings.Join(slices.Sorted(maps.Keys(m)), " ")
}

// parent is the object that holds the last of path in the body of a 200.
func parent(a answer, path []string) (members, string) {
	found := object(a.body)
	for _, name := range path[:max(0, len(path)-1)] {
		found = object(found[name])
	}
	switch {
	case a.status != http.StatusOK:
		return nil, "status " + status(a)
	case found == nil:
		return nil, "no JSON object around " + strings.Join(path, ".")
	default:
		return found, ""
	}
}

// member is a member of the body of a 200.
func member(path ...string) reading {
	return func(a answer) string {
		found, problem := parent(a, path)
		if problem != "" {
			return problem
		}
		return found.text(path[len(path)-1])
	}
}

// memberNames are the names in an object of the body of a 200.
func memberNames(path ...string) reading {
	return func(a answer) string {
		found, problem := parent(a, append(slices.Clip(path), ""))
		if problem != "" {
			return problem
		}
		return found.names()
	}
}

// asJSON is a Go value as a member shows it.
func asJSON(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("a row wants what JSON has no form for: %v", err))
	}
	return strings.TrimSpace(text.String())
}
