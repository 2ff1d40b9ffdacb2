package template

import (
	"fmt"
	"strconv"
)

// Place is where in a template something was found.
type Place struct {
	scope       *scope
	logicalID   string
	property    string
	unknownType string
	reason      Reason
	missing     string
	// conditional places (the Conditions section) may refer to parameters only.
	conditional bool
}

func (p Place) field(name string) Place {
	p.spend(len(p.property) + len(name))
	if p.property != "" {
		name = p.property + "." + name
	}
	p.property = name
	return p
}

func (p Place) item(index int) Place {
	p.spend(len(p.property))
	p.property += "[" + strconv.Itoa(index) + "]"
	return p
}

// ofType is the place for problems whose reason is a type that is not known.
func (p Place) ofType(typeName string) Place {
	p.unknownType = typeName
	return p
}

// because is the place for problems of a reason that callers tell apart; missing is what is not
// there, if it is that.
func (p Place) because(reason Reason, missing string) Place {
	p.reason, p.missing = reason, missing
	return p
}

// invalid reports what is wrong at the place, and who refuses it. It returns nothing of use, so
// that a resolving function can end with it.
func (p Place) invalid(by Refuser, format string, args ...any) (any, bool) {
	p.report(Problem{Kind: Invalid, Message: fmt.Sprintf(format, args...), RefusedBy: by})
	return nil, false
}

func (p Place) unsupported(format string, args ...any) {
	p.report(Problem{Kind: Unsupported, Message: fmt.Sprintf(format, args...), RefusedBy: LocalRuntime})
}

func (p Place) report(problem Problem) {
	problem.Property, problem.Type = p.property, p.unknownType
	problem.Reason, problem.Missing = p.reason, p.missing
	p.scope.ledger.report(p.source(), problem)
}

func (p Place) spend(work int) bool {
	l := p.scope.ledger
	if work <= l.left { // as nearly always: the source is for reporting
		l.left -= work
		return true
	}
	return l.spend(p.source(), work)
}

// nested evaluates what stands a level deeper.
func (p Place) nested(what string, evaluate func() (any, bool)) (any, bool) {
	l := p.scope.ledger
	if l.depth >= maxDepth {
		return p.invalid(LocalRuntime, "%s are nested more than %d deep", what, maxDepth)
	}
	if !p.spend(nodeWork) {
		return nil, false
	}
	l.depth++
	defer func() { l.depth-- }()
	return evaluate()
}

func (p Place) source() Source {
	source := Source{Stack: p.scope.Name, LogicalID: p.logicalID, Path: p.scope.Paths[p.logicalID]}
	if r, ok := p.scope.resources[p.logicalID]; ok {
		source.Type = r.typeName
	}
	return source
}

// service is that of the resource at the place.
func (p Place) service() Refuser { return ServiceOf(p.source().Type) }
