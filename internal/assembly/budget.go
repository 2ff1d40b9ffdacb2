package assembly

// Work of one Resolve, which real templates take a few thousandths of. References let a small template ask for any
// amount of it, so it is the work that is bounded, not only how deep values are nested.
//
// Parity: Assembly: bounds
const (
	maxWork  = 32 << 20
	nodeWork = 32 // of resolving one value; a text costs its bytes besides
)

// spend takes the work from what is left. It returns false once that is used up: nothing more is evaluated then, and
// nothing else reported, because whatever followed would only be its consequence.
func (e *evaluation) spend(r Resource, work int) bool {
	if e.left < 0 {
		return false
	}
	if e.left -= work; e.left < 0 {
		e.problems.add(r.problem("", "evaluation stops here: intrinsics refer to values again and again, "+
			"which is more work than templates of a real system take; let fewer of them refer to each other"))
		return false
	}
	return true
}

// report keeps a problem, unless it follows from an evaluation that has stopped.
func (e *evaluation) report(p Problem) {
	if r := (Resource{Stack: p.Stack, LogicalID: p.LogicalID, Path: p.Path}); e.spend(r, len(p.Message)) {
		e.problems.add(p)
	}
}

func (p place) spend(work int) bool {
	return p.scope.evaluation.spend(p.resource(""), work)
}

// weight is the work of handling a value that has been resolved. It stops counting at maxWork.
func weight(value any) int {
	work := nodeWork
	switch value := value.(type) {
	case string:
		return work + len(value)
	case []any:
		for _, item := range value {
			if work += weight(item); work > maxWork {
				break
			}
		}
	case map[string]any:
		for key, item := range value {
			if work += len(key) + weight(item); work > maxWork {
				break
			}
		}
	}
	return work
}
