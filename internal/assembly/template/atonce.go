package template

import (
	"sync"

	"golang.org/x/sync/errgroup"
)

// abreast is how many stacks are evaluated at a time.
const abreast = 4

// atOnce takes a step with several stacks at a time. Such a step changes nothing but its stack, and
// of the others reads only what is known. Each has a share of the work that is left, and gives back
// what it does not need. After a problem nothing is left.
func (e *Evaluation) atOnce(step func(*scope)) {
	var stepping errgroup.Group
	stepping.SetLimit(abreast)
	var mu sync.Mutex // the evaluation's ledger
	clean := true
	for _, s := range e.scopes {
		stepping.Go(func() error {
			mu.Lock()
			own := ledger{left: e.ledger.left / abreast}
			e.ledger.left -= own.left
			mu.Unlock()
			s.ledger = &own
			step(s)
			s.ledger = &e.ledger
			mu.Lock()
			defer mu.Unlock()
			e.ledger.left += own.left
			clean = clean && own.clean()
			return nil
		})
	}
	if _ = stepping.Wait(); !clean {
		e.ledger.left = -1
	}
}

// isApart reports whether others are evaluated at the same time.
func (s *scope) isApart() bool { return s.ledger != &s.evaluation.ledger }

// notApart ends an evaluation of several stacks at a time: what is asked for is another stack's,
// and not known yet. It is a problem that no one sees, because all are then evaluated in turn.
func (p Place) notApart() (any, bool) {
	return p.invalid(LocalRuntime, "the value of another stack is not known yet")
}

// readAhead works out what all resources of some types come to. Exports come first, because any
// stack may import them.
func (e *Evaluation) readAhead() {
	if e.options.Read == nil {
		return
	}
	for _, exported := range e.exports {
		exported.text()
	}
	e.atOnce(func(s *scope) {
		for _, r := range s.inOrder {
			if included, ok := r.included(); included && ok && r.typ != nil && e.options.Read(r.typeName) {
				r.Values()
			}
		}
	})
}

// typeNamed is Options.Types.
func (e *Evaluation) typeNamed(name string) *Type {
	e.asking.Lock()
	defer e.asking.Unlock()
	return e.options.Types(name)
}
