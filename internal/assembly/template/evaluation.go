package template

import "sync"

// Options are what templates leave open until they are deployed.
type Options struct {
	// AccountID and Region are those of a stack that is not bound to one.
	AccountID, Region string
	// IDs gives the ids AWS would generate. It must be set.
	IDs IDs
	// Types looks a resource type up, and returns nil for one that is not known.
	Types func(typeName string) *Type
	// Read says of which types the Values of every resource are asked for. Nil is none.
	Read func(typeName string) bool
}

// Evaluation is what the templates of stacks that are deployed together come to. It is for one
// goroutine.
type Evaluation struct {
	options Options
	asking  sync.Mutex // the options' functions: they are for one goroutine
	scopes  []*scope
	exports map[exportKey]*output
	ledger  ledger
}

// Bounds that no real template comes near. They keep a broken or hostile one from using up the
// machine.
const (
	maxDepth = 200     // of values within values, through any number of references
	maxText  = 1 << 20 // bytes in a text that intrinsics put together; CloudFormation stops at 1 MB for a whole template
	maxItems = 10_000  // in a list that Fn::Split makes
)

// Work of one Evaluation, which real templates take a few thousandths of. References let a small
// template ask for any amount of it, so it is the work that is bounded, not only how deep values
// are nested.
//
// Parity: Assembly: bounds
const (
	maxWork  = 32 << 20
	nodeWork = 32 // of resolving one value; a text costs its bytes besides
)

// ledger is what evaluating templates takes, and what is found to be wrong.
type ledger struct {
	problems problemList
	depth    int
	left     int // of the work that may be done, see spend
}

// spend takes work from what is left. It returns false once that is used up: nothing more is
// evaluated then, and nothing else reported, because whatever followed would only be its
// consequence.
func (l *ledger) spend(source Source, work int) bool {
	if l.left < 0 {
		return false
	}
	if l.left -= work; l.left < 0 {
		l.problems.add(source, Problem{RefusedBy: LocalRuntime, Message: "evaluation stops here: intrinsics refer to values again " +
			"and again, which is more work than templates of a real system take; let fewer of them refer to each other"})
		return false
	}
	return true
}

// report keeps a problem, unless it follows from an evaluation that has stopped.
func (l *ledger) report(source Source, p Problem) {
	if l.spend(source, len(p.Message)) {
		l.problems.add(source, p)
	}
}

// clean reports whether nothing is wrong.
func (l *ledger) clean() bool { return l.left >= 0 && len(l.problems.listed) == 0 }

// Spend takes work on a resource from what is left. It returns false once that is used up.
func (e *Evaluation) Spend(source Source, work int) bool { return e.ledger.spend(source, work) }

// Work is how much of the work that it may do the evaluation has done, from 0 to 1.
func (e *Evaluation) Work() float64 { return float64(maxWork-e.ledger.left) / maxWork }

// Report keeps a problem of a resource, unless it follows from an evaluation that has stopped.
// Stack, LogicalID and Path are those of the source.
func (e *Evaluation) Report(source Source, p Problem) { e.ledger.report(source, p) }

// Problems lists everything that was found until now, in the order of stack, logical id and
// property. Of more than a hundred of a kind the last one says how many there are besides.
func (e *Evaluation) Problems() []Problem { return e.ledger.problems.sorted() }

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
