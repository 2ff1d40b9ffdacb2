package diff

import (
	"slices"

	"cognito-m2m/internal/diff/change"
)

// rule looks at the change of one resource. Its name is part of the report and stays the same.
type rule struct {
	name  string
	types []string // the resource types it looks at; none is all of them
	check func(*outcome) []remark
}

// compared is a check of a resource that is there before and after, which says nothing of any
// other.
func compared(check func(before, after *change.Resource) []remark) func(*outcome) []remark {
	return func(o *outcome) []remark {
		if !o.Both() {
			return nil
		}
		return check(o.Before, o.After)
	}
}

// remark is what a rule has to say.
type remark struct {
	effect  Effect
	message string
}

func remarks(effect Effect, message string) []remark { return []remark{{effect, message}} }

func (r rule) appliesTo(typeName string) bool {
	return len(r.types) == 0 || slices.Contains(r.types, typeName)
}

func each[T, R any](items []T, f func(T) R) []R {
	results := make([]R, len(items))
	for i, item := range items {
		results[i] = f(item)
	}
	return results
}
