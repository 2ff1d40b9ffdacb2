package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/internal/assembly/template"
)

// Drift is how a stack's resources really are, beside what the template says.
type Drift struct {
	ID          string
	At          time.Time
	StackStatus string // IN_SYNC, DRIFTED or NOT_CHECKED
	Resources   []ResourceDrift
}

// ResourceDrift is that of one resource.
type ResourceDrift struct {
	LogicalID, PhysicalID, Type string
	Status                      string // IN_SYNC, MODIFIED, DELETED or NOT_CHECKED
	Expected, Actual            string // JSON
	Differences                 []Difference
}

// Difference is a property that is not as in the template.
type Difference struct{ Path, Expected, Actual, Type string } // Type is ADD, REMOVE or NOT_EQUAL

// DetectDrift looks at every resource of a stack, and returns an id by which the result is found.
//
// Parity: CloudFormation: drift
func (e *Engine) DetectDrift(ctx context.Context, in Place, name string, only []string) (id string, err error) {
	s := e.snapshot(in, name)
	switch {
	case s == nil || s.Deleted():
		return "", invalid("Stack [%s] does not exist", name)
	case s.inProgress() || s.InReview() || s.Template == nil:
		return "", invalid("Drift detection cannot be performed on stack [%s] while it is in %s state", s.ID, s.Status)
	}
	found := &Drift{ID: uuid.NewString(), At: e.now(), StackStatus: "IN_SYNC"}
	for _, id := range slices.Sorted(maps.Keys(s.Resources)) {
		if len(only) > 0 && !slices.Contains(only, id) {
			continue
		}
		d := e.driftOf(ctx, s, s.Resources[id])
		if d.Status == "MODIFIED" || d.Status == "DELETED" {
			found.StackStatus = "DRIFTED"
		}
		found.Resources = append(found.Resources, d)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	current := e.stacks[s.ID]
	if current == nil {
		return "", invalid("Stack [%s] does not exist", name)
	}
	return found.ID, e.unsaved(e.try(current, func() { current.Drift = found }))
}

// FindDrift shows the result of a detection by its id.
func (e *Engine) FindDrift(in Place, id string, look func(*Stack)) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.stacks {
		if s.Place == in && s.Drift != nil && s.Drift.ID == id {
			look(s)
			return true
		}
	}
	return false
}

func (e *Engine) driftOf(ctx context.Context, s *Stack, r *Resident) ResourceDrift {
	d := ResourceDrift{LogicalID: r.LogicalID, PhysicalID: r.PhysicalID, Type: r.Type, Status: "NOT_CHECKED"}
	reader, ok := e.config.Provider.(Actual)
	if !ok || r.Skipped {
		return d
	}
	properties, exists, known := reader.Properties(ctx, s.Template, r.Resource)
	switch {
	case !known:
		return d
	case !exists:
		d.Status, d.Expected = "DELETED", template.JSON(r.Shown())
		return d
	}
	actual := map[string]any{}
	for name := range r.Properties {
		if value, there := properties[name]; there {
			actual[name] = value
		}
	}
	d.Expected, d.Actual = template.JSON(r.Shown()), template.JSON(masked(actual, r.Hidden))
	d.Differences = differences("", plain(r.Properties), plain(actual))
	for i := range d.Differences {
		if name, _, _ := strings.Cut(d.Differences[i].Path[1:], "/"); slices.Contains(r.Hidden, name) {
			d.Differences[i].Expected, d.Differences[i].Actual = Hidden, Hidden
		}
	}
	if d.Status = "IN_SYNC"; len(d.Differences) > 0 {
		d.Status = "MODIFIED"
	}
	return d
}

// plain is a value as JSON decodes it.
func plain(value any) (decoded any) {
	_ = json.Unmarshal([]byte(template.JSON(value)), &decoded) // what was encoded decodes
	return decoded
}

// differences are those of what the template has.
func differences(path string, expected, actual any) (found []Difference) {
	if same(expected, actual) {
		return nil
	}
	object, isObject := expected.(map[string]any)
	list, isList := expected.([]any)
	if other, ok := actual.(map[string]any); ok && isObject {
		for _, key := range slices.Sorted(maps.Keys(object)) {
			value, there := other[key]
			if !there {
				found = append(found, Difference{path + "/" + key, shown(object[key]), "null", "REMOVE"})
				continue
			}
			found = append(found, differences(path+"/"+key, object[key], value)...)
		}
		return found
	}
	if other, ok := actual.([]any); ok && isList {
		for i := range max(len(list), len(other)) {
			at := fmt.Sprintf("%s/%d", path, i)
			switch {
			case i >= len(other):
				found = append(found, Difference{at, shown(list[i]), "null", "REMOVE"})
			case i >= len(list):
				found = append(found, Difference{at, "null", shown(other[i]), "ADD"})
			default:
				found = append(found, differences(at, list[i], other[i])...)
			}
		}
		return found
	}
	return []Difference{{path, shown(expected), shown(actual), "NOT_EQUAL"}}
}

// shown is a value in a difference or in the details of a change: a text as it is, anything else as
// JSON.
func shown(value any) string {
	if text, ok := scalarText(value); ok {
		return text
	}
	return template.JSON(value)
}
